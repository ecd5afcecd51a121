//! Everything that a rule set says about one name, as labeled fields, shared by lists, pages, and JSON output.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::facts::WrittenAnswer;
use crate::report::{BasisView, RateView, file_and_line};
use crate::rules::{Basis, Rule, RuleSet, Span};
use crate::space::Example;

/// Everything that a rule set says about one name.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `rule`, `setting`, `fact`, `service`, `payer`, `source`, `invariant` or `code`.
    pub page: &'static str,
    /// The kind of a rule; the same as `page` for other entries.
    pub kind: &'static str,
    /// The name or id.
    pub name: String,
    /// Other names under which the entry can be found.
    pub other_names: Vec<String>,
    /// The title or question, in plain English.
    pub title: String,
    /// The remaining information.
    pub fields: Vec<Field>,
}

/// One piece of information about a name.
#[derive(Clone, Debug)]
pub struct Field {
    /// Key in JSON output; empty if the field is only shown in text.
    pub key: &'static str,
    /// Label in text output; empty if the field is only written to JSON.
    pub label: &'static str,
    /// The content.
    pub content: Content,
}

/// The content of a field.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// A phrase, with names in backticks.
    Text(String),
    /// Separate phrases.
    List(Vec<String>),
    /// Text to be copied verbatim.
    Verbatim(String),
    /// Links to rules.
    Rules(Vec<RuleLink>),
    /// The citations and house note that it is based on.
    Basis(BasisView),
    /// The rates of a service.
    Rates(Vec<RateView>),
    /// An example note.
    Example(ExampleView),
    /// A value for JSON output only.
    Data(Value),
}

/// An example note.
#[derive(Clone, Debug, Serialize)]
pub struct ExampleView {
    /// The note.
    pub note: Example,
    /// Settings that need an answer other than the one in force.
    pub settings: BTreeMap<String, WrittenAnswer>,
    /// The explanation of its decision, in one sentence.
    pub because: String,
}

/// A rule that another entry names.
#[derive(Clone, Debug, Serialize)]
pub struct RuleLink {
    /// The rule's id.
    pub id: String,
    /// The rule's kind.
    pub kind: &'static str,
    /// The rule's title.
    pub title: String,
}

impl Entry {
    pub(super) fn new(page: &'static str, name: &str, title: &str) -> Self {
        let (name, title) = (name.to_owned(), title.to_owned());
        Self { page, kind: page, name, other_names: Vec::new(), title, fields: Vec::new() }
    }

    pub(super) fn add(&mut self, key: &'static str, label: &'static str, content: Content) {
        self.fields.push(Field { key, label, content });
    }

    /// Adds a phrase unless it is empty.
    pub(super) fn text(&mut self, key: &'static str, label: &'static str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.add(key, label, Content::Text(text));
        }
    }

    /// Adds links to rules, if there are any.
    pub(super) fn rules<'r>(&mut self, key: &'static str, label: &'static str, rules: impl Iterator<Item = &'r Rule>) {
        let link = |rule: &Rule| RuleLink { id: rule.id.clone(), kind: rule.kind(), title: rule.title.clone() };
        let rules: Vec<RuleLink> = rules.map(link).collect();
        if !rules.is_empty() {
            self.add(key, label, Content::Rules(rules));
        }
    }

    pub(super) fn data(&mut self, key: &'static str, value: impl Into<Value>) {
        self.add(key, "", Content::Data(value.into()));
    }

    /// Adds the basis of the entry and where it is defined.
    pub(super) fn basis(&mut self, set: &RuleSet, basis: &Basis, span: Option<&Span>) {
        if !basis.cites.is_empty() || basis.house {
            self.add("", "Rests on", Content::Basis(BasisView::new(set, basis)));
        }
        if let Some(span) = span {
            self.add("place", "", Content::Text(file_and_line(set, span)));
        }
    }

    /// Returns every basis of this entry, including those of its rates.
    pub(super) fn bases(&self) -> impl Iterator<Item = &BasisView> {
        self.fields.iter().flat_map(|field| match &field.content {
            Content::Basis(basis) => vec![basis],
            Content::Rates(rates) => rates.iter().map(|rate| &rate.basis).collect(),
            _ => Vec::new(),
        })
    }
}

/// Serializes as one object: the page, the name, the title, and then each field.
impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, title) = match self.page {
            "rule" | "invariant" => ("id", "title"),
            "setting" => ("setting", "question"),
            "fact" => ("fact", "question"),
            "code" => ("code", "about"),
            _ => ("name", "title"),
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("page", self.page)?;
        map.serialize_entry(name, &self.name)?;
        map.serialize_entry(title, &self.title)?;
        for Field { key, content, .. } in &self.fields {
            match content {
                Content::Basis(BasisView { cites, house, note }) => {
                    map.serialize_entry("cites", cites)?;
                    map.serialize_entry("house", house)?;
                    note.iter().try_for_each(|note| map.serialize_entry("note", note))?;
                }
                content if !key.is_empty() => map.serialize_entry(key, content)?,
                _ => {}
            }
        }
        map.end()
    }
}
