//! What blocks of a rule set rest on, as explanations and pages show it: for programs as JSON, and as text.

use serde::Serialize;

use crate::money::Rate;
use crate::rules::{Basis, DatedRate, Rule, RuleSet, Span};
use crate::table::WrappedText as Paper;

/// What something rests on.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BasisView {
    /// Where it is said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<CiteView>,
    /// Whether it is our own decision, or goes beyond what is cited.
    pub house: bool,
    /// Why, in our own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A citation.
#[derive(Clone, Debug, Serialize)]
pub struct CiteView {
    /// The source's name.
    pub source: String,
    /// Its title.
    pub title: String,
    /// The date it carries, or `undated`.
    pub dated: String,
    /// Where in it.
    pub at: String,
    /// Its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// What it says, in our own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

impl BasisView {
    /// The view of a basis of this set.
    pub fn new(set: &RuleSet, basis: &Basis) -> Self {
        let cites = basis.cites.iter().filter_map(|cite| {
            let source = set.sources.get(cite.source)?;
            Some(CiteView {
                source: source.name.clone(),
                title: source.title.clone(),
                dated: source.dated.clone(),
                at: cite.at.clone(),
                quote: cite.quote.clone(),
                says: cite.says.clone(),
            })
        });
        Self { cites: cites.collect(), house: basis.house, note: basis.note.clone() }
    }

    /// Each citation, then whether it is our own decision.
    pub(crate) fn lines(&self) -> Vec<String> {
        let cite = |cite: &CiteView| match (&cite.quote, &cite.says) {
            (Some(quote), _) => format!("{}, {}: “{quote}”", cite.source, cite.at),
            (None, Some(says)) => format!("{}, {}, in our words: {says}", cite.source, cite.at),
            (None, None) => format!("{}, {}", cite.source, cite.at),
        };
        let house = self.note.as_ref().map_or("house rule".into(), |note| format!("house rule: {note}"));
        self.cites.iter().map(cite).chain(self.house.then_some(house)).collect()
    }

    /// Citations by source, then whether it is our own decision.
    pub(crate) fn write(&self, paper: &mut Paper, indent: usize) {
        let mut source = "";
        for cite in &self.cites {
            if cite.source != source {
                let dated = if cite.dated == "undated" { String::new() } else { format!(" ({})", cite.dated) };
                paper.line(indent, &format!("{}{dated}", cite.title));
                source = &cite.source;
            }
            let words = match (&cite.quote, &cite.says) {
                (Some(quote), _) => format!("“{quote}”"),
                (None, Some(says)) => format!("says that {says}"),
                (None, None) => String::new(),
            };
            paper.item(indent + 2, "- ", &format!("{}: {words}", cite.at));
        }
        if self.house {
            let note = self.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            paper.line(indent, &format!("House rule{note}."));
        }
    }
}

/// A rule with what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct RuleView {
    /// Its id.
    pub id: String,
    /// `offer`, `exclude`, `strike`, `hold` or `advise`.
    pub kind: &'static str,
    /// What it says.
    pub title: String,
    /// What it rests on.
    #[serde(flatten)]
    pub basis: BasisView,
    /// Where it is written: file and line.
    pub place: String,
}

impl RuleView {
    /// The view of a rule of this set.
    pub fn new(set: &RuleSet, rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            kind: rule.kind(),
            title: rule.title.clone(),
            basis: BasisView::new(set, &rule.basis),
            place: file_and_line(set, &rule.span),
        }
    }
}

/// A rate.
#[derive(Clone, Debug, Serialize)]
pub struct RateView {
    /// Dollars for one unit.
    pub amount: Rate,
    /// From when, or `undated`.
    pub from: String,
    /// Through when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// What it rests on.
    pub basis: BasisView,
    /// Where it is written.
    pub place: String,
}

impl RateView {
    /// The view of a rate of this set.
    pub fn new(set: &RuleSet, dated: &DatedRate) -> Self {
        Self {
            amount: dated.rate,
            from: dated.effective.from.map_or("undated".into(), |from| from.to_string()),
            through: dated.effective.through.map(|through| through.to_string()),
            basis: BasisView::new(set, &dated.basis),
            place: file_and_line(set, &dated.span),
        }
    }
}

impl RateView {
    /// On which service dates, in words.
    pub(crate) fn dates(&self) -> String {
        let from = if self.from == "undated" { "undated".to_owned() } else { format!("from {}", self.from) };
        self.through.as_ref().map_or(from.clone(), |through| format!("{from} through {through}"))
    }
}

/// File and line of a span.
pub fn file_and_line(set: &RuleSet, span: &Span) -> String {
    set.place_of(span).map(|place| format!("{}:{}", place.file, place.line)).unwrap_or_default()
}
