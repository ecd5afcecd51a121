//! What few notes say besides their line: a practitioner, a code of their own, and answers that counting and money ask.

use indexmap::IndexSet;

use super::names::{NameId, Names};
use crate::facts::{Answer, FactId, Facts, STAFF_CREDENTIAL};
use crate::note::Note;
use crate::rules::{RuleSet, Within};

/// What a note says besides its line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Extra {
    pub(super) practitioner: Option<NameId>,
    /// The note's own procedure code: letters and digits, in upper case.
    pub(super) code: Option<String>,
    /// The note's own modifiers, in upper case.
    pub(super) modifiers: Vec<String>,
    /// The answers to the kept facts, in their order; empty if none is answered.
    answers: Vec<Answer>,
}

/// The extras of a batch, each distinct one kept once. The first one is empty.
#[derive(Debug)]
pub(super) struct Extras {
    /// The facts whose answers are kept, in order.
    facts: Vec<FactId>,
    /// Whether a kept fact may be presumed.
    presumed: bool,
    list: IndexSet<Extra>,
}

impl Extras {
    pub(super) fn new(set: &RuleSet, presume: bool) -> Self {
        let rates = set.rates.iter().flat_map(|rate| &rate.when).map(|test| test.fact);
        let counted = set.counts.iter().map(|count| count.within);
        let periods = counted.chain(set.pairs.iter().map(|pair| pair.terms.within)).filter_map(|within| match within {
            Within::Date(fact) => Some(fact),
            Within::Note | Within::Day | Within::Month => None,
        });
        let mut facts: Vec<FactId> = rates.chain(periods).chain(set.vocabulary.find(STAFF_CREDENTIAL)).collect();
        facts.sort_unstable();
        facts.dedup();
        let presumed = presume && set.presumptions.iter().any(|presumption| facts.contains(&presumption.fact));
        Self { facts, presumed, list: IndexSet::from([Extra::default()]) }
    }

    /// Keeps what a note says besides its line, and returns its index.
    pub(super) fn keep(&mut self, set: &RuleSet, note: &Note, names: &mut Names) -> usize {
        let filled = self.presumed.then(|| {
            let mut facts = note.facts.clone();
            set.fill(&mut facts);
            facts
        });
        let facts: &Facts = filled.as_ref().unwrap_or(&note.facts);
        let mut answers: Vec<Answer> = self.facts.iter().map(|fact| facts.get(*fact)).collect();
        if !answers.iter().any(|answer| answer.is_given()) {
            answers.clear();
        }
        let extra = Extra {
            practitioner: note.practitioner.as_deref().map(|practitioner| names.intern(practitioner)),
            code: note.code.as_deref().map(plain_code),
            modifiers: note.modifiers.iter().map(|modifier| modifier.to_uppercase()).collect(),
            answers,
        };
        match self.list.get_index_of(&extra) {
            Some(known) => known,
            None => self.list.insert_full(extra).0,
        }
    }

    /// Returns an empty list that keeps the same facts.
    pub(super) fn without_notes(&self) -> Self {
        Self { facts: self.facts.clone(), presumed: self.presumed, list: IndexSet::from([Extra::default()]) }
    }

    /// Keeps an extra of another list that keeps the same facts, and returns its index here.
    pub(super) fn copy(&mut self, extra: &Extra) -> usize {
        self.list.get_index_of(extra).unwrap_or_else(|| self.list.insert_full(extra.clone()).0)
    }

    /// Returns the extra at an index, which must come from this list.
    #[expect(clippy::indexing_slicing, reason = "indexes are made only by the list that they are asked of")]
    pub(super) fn get(&self, index: usize) -> &Extra {
        &self.list[index]
    }

    /// Returns the answer of an extra to a kept fact.
    pub(super) fn answer(&self, extra: usize, fact: FactId) -> Answer {
        let position = self.facts.binary_search(&fact).ok();
        position.and_then(|at| self.get(extra).answers.get(at)).copied().unwrap_or(Answer::Unanswered)
    }
}

/// Returns the letters and digits of a procedure code, in upper case.
pub(super) fn plain_code(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}
