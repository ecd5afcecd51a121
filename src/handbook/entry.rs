//! Everything that a rule set says about one name, as labeled fields, shared by lists, pages, and JSON output.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::facts::WrittenAnswer;
use crate::report::{BasisView, RateView, file_and_line};
use crate::rules::{Basis, CitingBlock, Rule, RuleSet, Span, Statement};
use crate::space::Example;
use crate::words;

/// Everything that a rule set says about one name.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `rule`, `count`, `pair`, `shadow`, `setting`, `fact`, `service`, `payer`, `source`, `statement`, `holiday`,
    /// `label`, `invariant`, `field` or `code`.
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
    /// Links to rules and other blocks.
    Links(Vec<BlockLink>),
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

/// A rule or another block that an entry names.
#[derive(Clone, Debug, Serialize)]
pub struct BlockLink {
    /// The page that shows the block.
    #[serde(skip)]
    pub page: &'static str,
    /// The block's id or name.
    pub id: String,
    /// The block's kind; for a rule, its keyword.
    pub kind: &'static str,
    /// The block's title or question, or what it does.
    pub title: String,
}

impl BlockLink {
    /// Creates a link to a block.
    pub(super) fn new(set: &RuleSet, block: CitingBlock<'_>) -> Self {
        let (page, title) = match block {
            CitingBlock::Rule(rule) => ("rule", rule.title.clone()),
            CitingBlock::Count(count) => ("count", words::count(set, count)),
            CitingBlock::Pair(pair) => ("pair", pair.title.clone()),
            CitingBlock::Edit(edit) => ("edit", edit.title.clone()),
            CitingBlock::Shadow(shadow) => ("shadow", shadow.title.clone()),
            CitingBlock::Rate(rate) => ("service", format!("${} for one unit", rate.rate)),
            CitingBlock::Setting(setting) => ("setting", words::question(set, setting.fact)),
            CitingBlock::Fact(fact) => ("fact", words::question(set, fact.fact)),
            CitingBlock::Service(service) => ("service", service.title.clone()),
            CitingBlock::Holiday(holiday) => ("holiday", words::holiday(holiday)),
            CitingBlock::Presumption(presumption) => {
                let value = set.answer_text(presumption.fact, presumption.value);
                ("fact", format!("`{value}` is presumed"))
            }
            CitingBlock::Invariant(invariant) => ("invariant", invariant.title.clone()),
        };
        Self { page, id: block.name(set).to_owned(), kind: block.kind(), title }
    }

    /// Creates a link to a statement.
    pub(super) fn of_statement(statement: &Statement) -> Self {
        let title = statement.cite.quote.as_ref().or(statement.cite.says.as_ref()).cloned().unwrap_or_default();
        Self { page: "statement", id: statement.id.clone(), kind: statement.class.as_str(), title }
    }
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
    pub(super) fn rules<'r>(
        &mut self,
        set: &RuleSet,
        key: &'static str,
        label: &'static str,
        rules: impl Iterator<Item = &'r Rule>,
    ) {
        self.links(set, key, label, rules.map(CitingBlock::Rule));
    }

    /// Adds links to blocks, if there are any.
    pub(super) fn links<'r>(
        &mut self,
        set: &RuleSet,
        key: &'static str,
        label: &'static str,
        blocks: impl Iterator<Item = CitingBlock<'r>>,
    ) {
        let links: Vec<BlockLink> = blocks.map(|block| BlockLink::new(set, block)).collect();
        if !links.is_empty() {
            self.add(key, label, Content::Links(links));
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
            "rule" | "count" | "pair" | "shadow" | "edit" | "statement" | "invariant" => ("id", "title"),
            "setting" => ("setting", "question"),
            "fact" => ("fact", "question"),
            "code" => ("code", "about"),
            "field" => ("field", "meaning"),
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
