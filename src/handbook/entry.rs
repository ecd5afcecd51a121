//! What a rule set says of one name, as labeled fields: lists, pages and programs all show the same ones.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::facts::WrittenAnswer;
use crate::report::{BasisView, RateView, file_and_line};
use crate::rules::{Basis, Rule, RuleSet, Span};
use crate::space::Example;

/// What a rule set says of one name.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `rule`, `setting`, `fact`, `service`, `payer`, `source`, `invariant` or `code`.
    pub page: &'static str,
    /// The kind of a rule; of others the same as `page`.
    pub kind: &'static str,
    /// Its name or id.
    pub name: String,
    /// Other names by which it can be found.
    pub other_names: Vec<String>,
    /// What it is called or asks, in plain English.
    pub title: String,
    /// What else there is to say.
    pub fields: Vec<Field>,
}

/// One thing that is said of a name.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its key for programs; empty: only for people.
    pub key: &'static str,
    /// Its label for people; empty: only for programs.
    pub label: &'static str,
    /// What is said.
    pub content: Content,
}

/// What a field says.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// A phrase; names stand in backticks.
    Text(String),
    /// Phrases, each on its own.
    List(Vec<String>),
    /// Text to be copied as it is.
    Verbatim(String),
    /// Rules.
    Rules(Vec<RuleLink>),
    /// What it rests on.
    Basis(BasisView),
    /// The rates of a service.
    Rates(Vec<RateView>),
    /// A note that shows it.
    Example(ExampleView),
    /// A value for programs.
    Data(Value),
}

/// A note that shows something.
#[derive(Clone, Debug, Serialize)]
pub struct ExampleView {
    /// The note.
    pub note: Example,
    /// Settings that must be answered otherwise than they are.
    pub settings: BTreeMap<String, WrittenAnswer>,
    /// What it comes to, in one sentence.
    pub because: String,
}

/// A rule that another entry names.
#[derive(Clone, Debug, Serialize)]
pub struct RuleLink {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: &'static str,
    /// What it says.
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

    /// Adds a phrase, if there is one.
    pub(super) fn text(&mut self, key: &'static str, label: &'static str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.add(key, label, Content::Text(text));
        }
    }

    /// Adds rules, if there are any.
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

    /// Adds what it rests on and where it is written.
    pub(super) fn basis(&mut self, set: &RuleSet, basis: &Basis, span: Option<&Span>) {
        if !basis.cites.is_empty() || basis.house {
            self.add("", "Rests on", Content::Basis(BasisView::new(set, basis)));
        }
        if let Some(span) = span {
            self.add("place", "", Content::Text(file_and_line(set, span)));
        }
    }

    /// Everything that it rests on.
    pub(super) fn bases(&self) -> impl Iterator<Item = &BasisView> {
        self.fields.iter().flat_map(|field| match &field.content {
            Content::Basis(basis) => vec![basis],
            Content::Rates(rates) => rates.iter().map(|rate| &rate.basis).collect(),
            _ => Vec::new(),
        })
    }
}

/// As one object: what it is, its name, its title, then each field.
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
