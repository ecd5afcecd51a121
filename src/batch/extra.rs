//! What few notes say besides their line: a practitioner, a code of their own, a group, answers that counting and money ask,
//! and where rosters disagree.

use indexmap::IndexSet;

use super::names::{NameId, Names};
use crate::facts::{Answer, FactId, Facts, STAFF_CREDENTIAL};
use crate::note::Note;
use crate::number::{narrow, wide};
use crate::roster::Disagreement;
use crate::rules::{RuleSet, Within};

/// What a note says besides its line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Extra {
    pub(super) practitioner: Option<NameId>,
    /// The note's own procedure code: letters and digits, in upper case.
    pub(super) code: Option<String>,
    /// The note's own modifiers, in upper case.
    pub(super) modifiers: Vec<String>,
    /// The session that several clients attended together.
    pub(super) group: Option<NameId>,
    /// The facts that the note and the rosters answer differently.
    pub(super) disagreements: Vec<Disagreement>,
    /// The answers to the kept facts, in their order; empty if none is answered.
    answers: Vec<Answer>,
}

/// What one note says besides its line, before its names are interned.
#[derive(Debug)]
pub(super) struct NewExtra {
    practitioner: Option<String>,
    code: Option<String>,
    modifiers: Vec<String>,
    group: Option<String>,
    disagreements: Vec<Disagreement>,
    answers: Vec<Answer>,
}

/// Which answers are kept for counting and money.
#[derive(Clone, Debug)]
pub(super) struct ExtraFacts {
    /// The facts, in order.
    facts: Vec<FactId>,
    /// Whether one of them may be presumed.
    is_presumed: bool,
}

impl ExtraFacts {
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
        let is_presumed = presume && set.presumptions.iter().any(|presumption| facts.contains(&presumption.fact));
        Self { facts, is_presumed }
    }

    /// Returns what a note says besides its line; `None` if that is nothing.
    pub(super) fn extract(&self, set: &RuleSet, note: &Note<'_>) -> Option<NewExtra> {
        let filled = self.is_presumed.then(|| {
            let mut facts = note.facts.clone();
            set.fill(&mut facts);
            facts
        });
        let facts: &Facts = filled.as_ref().unwrap_or(note.facts);
        let is_answered = self.facts.iter().any(|fact| facts.get(*fact).is_given());
        let says_nothing = note.practitioner.is_none()
            && note.code.is_none()
            && note.modifiers.is_none()
            && note.group.is_none()
            && note.disagreements.is_empty();
        if says_nothing && !is_answered {
            return None;
        }
        let answers = self.facts.iter().filter(|_| is_answered).map(|fact| facts.get(*fact));
        Some(NewExtra {
            practitioner: note.practitioner.map(str::to_owned),
            code: note.code.map(plain_code),
            modifiers: note.modifiers().map(str::to_uppercase).collect(),
            group: note.group.map(str::to_owned),
            disagreements: note.disagreements.to_vec(),
            answers: answers.collect(),
        })
    }
}

/// The extras of a batch, each distinct one kept once. The first one is empty.
#[derive(Debug)]
pub(super) struct Extras {
    facts: Vec<FactId>,
    list: IndexSet<Extra>,
}

impl Extras {
    pub(super) fn new(facts: &ExtraFacts) -> Self {
        Self { facts: facts.facts.clone(), list: IndexSet::from([Extra::default()]) }
    }

    /// Keeps what a note says besides its line, and returns its index.
    pub(super) fn keep(&mut self, new: &NewExtra, names: &mut Names) -> u32 {
        let mut intern = |name: &Option<String>| name.as_deref().map(|name| names.intern(name, None));
        let (practitioner, group) = (intern(&new.practitioner), intern(&new.group));
        let (code, modifiers) = (new.code.clone(), new.modifiers.clone());
        let (disagreements, answers) = (new.disagreements.clone(), new.answers.clone());
        let extra = Extra { practitioner, code, modifiers, group, disagreements, answers };
        narrow(self.list.insert_full(extra).0)
    }

    /// Keeps what the row of an earlier run says besides its line, and returns its index.
    pub(super) fn keep_billed(&mut self, group: Option<NameId>, answers: &[(FactId, Answer)]) -> u32 {
        let answer = |fact: &FactId| answers.iter().find(|(own, _)| own == fact).map(|(_, answer)| *answer);
        let has_answer = self.facts.iter().any(|fact| answer(fact).is_some());
        let kept = self.facts.iter().filter(|_| has_answer).map(|fact| answer(fact).unwrap_or(Answer::Unanswered));
        let extra = Extra { group, answers: kept.collect(), ..Extra::default() };
        narrow(self.list.insert_full(extra).0)
    }

    /// Returns an empty list that keeps the same facts.
    pub(super) fn without_notes(&self) -> Self {
        Self { facts: self.facts.clone(), list: IndexSet::from([Extra::default()]) }
    }

    /// Keeps an extra of another list that keeps the same facts, and returns its index here.
    pub(super) fn copy(&mut self, extra: &Extra) -> u32 {
        narrow(self.list.get_index_of(extra).unwrap_or_else(|| self.list.insert_full(extra.clone()).0))
    }

    /// Returns the extra at an index, which must come from this list.
    #[expect(clippy::indexing_slicing, reason = "indexes are made only by the list that they are asked of")]
    pub(super) fn get(&self, index: u32) -> &Extra {
        &self.list[wide(index)]
    }

    /// Returns the answer of an extra to a kept fact.
    pub(super) fn answer(&self, extra: u32, fact: FactId) -> Answer {
        let position = self.facts.binary_search(&fact).ok();
        position.and_then(|at| self.get(extra).answers.get(at)).copied().unwrap_or(Answer::Unanswered)
    }
}

/// Returns the letters and digits of a procedure code, in upper case.
pub(super) fn plain_code(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}
