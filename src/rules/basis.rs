//! The basis of a block: citations of documents, or our own decision.

use super::Source;
use super::checker::Checker;
use crate::message::Code;
use crate::nearest::nearest;
use crate::toml::{Span, Text, TextOrTable, TomlTable};

/// What a block is based on: citations, our own decision, or both.
#[derive(Clone, Debug, Default)]
pub struct Basis {
    /// The cited passages.
    pub cites: Vec<Citation>,
    /// Whether the block is a house rule.
    pub house: bool,
    /// An explanation in our own words.
    pub note: Option<String>,
}

/// A citation of a passage.
#[derive(Clone, Debug)]
pub struct Citation {
    /// Index of the source in the rule set.
    pub source: usize,
    /// The place in the source.
    pub at: String,
    /// A quote of at most fifteen words.
    pub quote: Option<String>,
    /// What the passage says, in our own words.
    pub says: Option<String>,
    /// Index in the rule set of the statement that is cited by its id; `None` if the block quotes for itself.
    pub statement: Option<usize>,
    /// Where the citation is written.
    pub span: Span,
}

/// A basis as it is written in a rule file.
#[derive(Default)]
pub(super) struct WrittenBasis {
    cites: Vec<WrittenCite>,
    basis: Option<Text>,
    note: Option<String>,
}

impl WrittenBasis {
    /// Whether nothing is written.
    pub(super) fn is_empty(&self) -> bool {
        self.cites.is_empty() && self.basis.is_none() && self.note.is_none()
    }
}

/// One item of `cite`.
enum WrittenCite {
    /// The id of a statement.
    Statement(Text),
    /// A passage.
    Passage(WrittenCitation),
}

pub(super) struct WrittenCitation {
    span: Span,
    source: Text,
    at: String,
    quote: Option<Text>,
    says: Option<String>,
}

/// Most words of a source that one quote may have.
const QUOTE_WORDS: usize = 15;

/// Reads the keys `cite`, `basis` and `note` of a block.
pub(super) fn read_basis(block: &mut TomlTable<'_>) -> WrittenBasis {
    WrittenBasis { cites: read_cites(block), basis: block.one_of("basis", &["house"]), note: block.string("note") }
}

/// Reads a list in which each item is the id of a statement or a table with a passage.
fn read_cites(block: &mut TomlTable<'_>) -> Vec<WrittenCite> {
    let help = "write `cite = [{ source = \"…\", at = \"…\", quote = \"…\" }]`, or the ids of statements";
    block.list_of_texts_or_tables("cite", ("citation", help), |cite| match cite {
        TextOrTable::Text(id) => Some(WrittenCite::Statement(id)),
        TextOrTable::Table(mut table) => {
            let passage = read_citation(&mut table);
            table.finish();
            passage.map(WrittenCite::Passage)
        }
    })
}

/// Reads the keys of a passage.
pub(super) fn read_citation(cite: &mut TomlTable<'_>) -> Option<WrittenCitation> {
    let (span, source, at) = (cite.span.clone(), cite.required("source"), cite.required("at"));
    let (quote, says) = (cite.text("quote"), cite.string("says"));
    Some(WrittenCitation { span, source: source?, at: at?.value, quote, says })
}

impl Checker<'_> {
    /// Checks a basis that must not be empty. `what` names the block in the problem that is reported if it is.
    pub(super) fn required_basis(&self, written: WrittenBasis, span: &Span, what: &str) -> Basis {
        if written.basis.is_none() && written.cites.is_empty() {
            let help =
                "add `cite = [{ source = …, at = …, quote = … }]`, or `basis = \"house\"` if it is your own decision";
            self.problems.add(span, Code::NoBasis, format!("{what} has no basis"), help);
        }
        self.basis(written)
    }

    /// Checks a basis, which may be empty.
    pub(super) fn basis(&self, written: WrittenBasis) -> Basis {
        if let Some(basis) = written.basis.as_ref().filter(|basis| basis.value != "house") {
            self.problems.add_unknown_value(basis, "basis", ["house"]);
        }
        Basis {
            cites: written.cites.into_iter().filter_map(|cite| self.cite(cite)).collect(),
            house: written.basis.is_some(),
            note: written.note,
        }
    }

    fn cite(&self, cite: WrittenCite) -> Option<Citation> {
        let id = match cite {
            WrittenCite::Passage(cite) => return self.citation(cite),
            WrittenCite::Statement(id) => id,
        };
        let Some(at) = self.statements.get(&id.value).copied() else {
            self.problems.add_unknown(&id, Code::UnknownName, "statement", self.statements.keys().map(String::as_str));
            return None;
        };
        let statement = self.set.statements.get(at)?;
        Some(Citation { statement: Some(at), span: id.span, ..statement.cite.clone() })
    }

    /// Checks the citation of a passage.
    pub(super) fn citation(&self, cite: WrittenCitation) -> Option<Citation> {
        let index = self.source(&cite.source)?;
        let source = self.set.sources.get(index)?;
        self.check_place(&cite, source);
        match (&cite.quote, source.unchecked.is_some()) {
            (Some(quote), false) => {
                let words = quote.value.split_whitespace().count();
                if words == 0 || words > QUOTE_WORDS {
                    let help = format!("quote 1 to {QUOTE_WORDS} words of the source");
                    self.problems.add(&quote.span, Code::BadQuote, format!("this quote has {words} words"), help);
                }
            }
            (Some(quote), true) => {
                let text = format!("nobody has checked a quote of `{}`, whose text is `unchecked`", source.name);
                let help = "say it in your own words in `says`; or check the text and give its `sha256`";
                self.problems.add(&quote.span, Code::BadQuote, text, help);
            }
            (None, false) => {
                let help = "add `quote = \"…\"`, at most 15 words that stand once in the source";
                self.problems.add(&cite.span, Code::BadQuote, "this citation quotes nothing", help);
            }
            (None, true) => {}
        }
        let quote = cite.quote.map(|quote| quote.value);
        Some(Citation { source: index, at: cite.at, quote, says: cite.says, statement: None, span: cite.span })
    }

    /// Reports a place that is not in the source's list of places, if the source has one.
    fn check_place(&self, cite: &WrittenCitation, source: &Source) {
        if source.places.is_empty() || source.places.contains(&cite.at) {
            return;
        }
        let near = nearest(&cite.at, source.places.iter().map(String::as_str));
        let help = near.map_or_else(
            || format!("add it to the `places` of the source `{}`, where it stands in the text", source.name),
            |near| format!("did you mean `{near}`?"),
        );
        let text = format!("the source `{}` has no place `{}`", source.name, cite.at);
        self.problems.add(&cite.span, Code::UnknownName, text, help);
    }
}
