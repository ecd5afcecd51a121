//! The basis of a block in a rule set, as shown in explanations and pages, as JSON or as text.

use serde::Serialize;
use serde_with::skip_serializing_none;

use crate::money::Rate;
use crate::rules::{Basis, CitingBlock, DatedRate, Rule, RuleSet, Span};
use crate::table::WrappedText as Paper;
use crate::words;

/// The basis of something: its citations and house note.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize)]
pub struct BasisView {
    /// The citations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<CiteView>,
    /// Whether this is our own decision or goes beyond the citations.
    pub house: bool,
    /// The reason, in our own words.
    pub note: Option<String>,
}

/// A citation.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct CiteView {
    /// Name of the source.
    pub source: String,
    /// Title of the source.
    pub title: String,
    /// Date of the source, or `undated`.
    pub dated: String,
    /// Location within the source.
    pub at: String,
    /// Quoted words.
    pub quote: Option<String>,
    /// Paraphrase, in our own words.
    pub says: Option<String>,
}

impl BasisView {
    /// Creates the view of a basis in this set.
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

    /// Returns one line for each citation, then one for the house note.
    pub(crate) fn lines(&self) -> Vec<String> {
        let cite = |cite: &CiteView| match (&cite.quote, &cite.says) {
            (Some(quote), _) => format!("{}, {}: “{quote}”", cite.source, cite.at),
            (None, Some(says)) => format!("{}, {}, in our words: {says}", cite.source, cite.at),
            (None, None) => format!("{}, {}", cite.source, cite.at),
        };
        let house = self.note.as_ref().map_or("house rule".into(), |note| format!("house rule: {note}"));
        self.cites.iter().map(cite).chain(self.house.then_some(house)).collect()
    }

    /// Writes the citations grouped by source, then the house note.
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

/// A rule, a count, a pair or a shadow, with its basis.
#[derive(Clone, Debug, Serialize)]
pub struct RuleView {
    /// The rule's id.
    pub id: String,
    /// `offer`, `exclude`, `strike`, `hold` or `advise`; `count`, `pair` or `shadow`.
    pub kind: &'static str,
    /// The rule's title; of a count, what it says.
    pub title: String,
    /// The rule's basis.
    #[serde(flatten)]
    pub basis: BasisView,
    /// File and line where the rule is defined.
    pub place: String,
}

impl RuleView {
    /// Creates the view of a rule in this set.
    pub fn new(set: &RuleSet, rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            kind: rule.kind(),
            title: rule.title.clone(),
            basis: BasisView::new(set, &rule.basis),
            place: file_and_line(set, &rule.span),
        }
    }

    /// Creates the view of another block with a basis.
    pub fn of_block(set: &RuleSet, block: CitingBlock<'_>, title: String) -> Self {
        Self {
            id: block.name(set).to_owned(),
            kind: block.kind(),
            title,
            basis: BasisView::new(set, block.basis()),
            place: block.span().map(|span| file_and_line(set, span)).unwrap_or_default(),
        }
    }
}

/// A rate.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct RateView {
    /// Dollars per unit.
    pub amount: Rate,
    /// The payers and notes for which the rate holds, one phrase each; none if it holds for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<String>,
    /// First service date, or `undated`.
    pub from: String,
    /// Last service date.
    pub through: Option<String>,
    /// The rate's basis.
    pub basis: BasisView,
    /// File and line where the rate is defined.
    pub place: String,
}

impl RateView {
    /// Creates the view of a rate in this set.
    pub fn new(set: &RuleSet, dated: &DatedRate) -> Self {
        Self {
            amount: dated.rate,
            holds: words::rate_conditions(set, dated),
            from: dated.effective.from.map_or("undated".into(), |from| from.to_string()),
            through: dated.effective.through.map(|through| through.to_string()),
            basis: BasisView::new(set, &dated.basis),
            place: file_and_line(set, &dated.span),
        }
    }
}

impl RateView {
    /// Describes the service dates on which the rate is in force, and for which payers and notes.
    pub(crate) fn dates(&self) -> String {
        let from = if self.from == "undated" { "undated".to_owned() } else { format!("from {}", self.from) };
        let dates = self.through.as_ref().map_or(from.clone(), |through| format!("{from} through {through}"));
        std::iter::once(dates).chain(self.holds.clone()).collect::<Vec<_>>().join(", ")
    }
}

/// Returns the file and line of a span.
pub fn file_and_line(set: &RuleSet, span: &Span) -> String {
    set.place_of(span).map(|place| format!("{}:{}", place.file, place.line)).unwrap_or_default()
}
