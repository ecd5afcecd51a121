//! A memory of decisions: which one exactly the same answers led to. Each thread has one, and all share another.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use chrono::NaiveDate;
use rustc_hash::FxBuildHasher;

use super::{DecisionId, Judge};
use crate::diagram::{ActivityGraph, Question, Variable, asked_of};
use crate::facts::{Answer, FactId, Facts, Kind, Origin, date_answer};
use crate::rules::{Effect, Test, ValueSet};

/// Number of words that hold the answers of a note.
const WORDS: usize = 2;

/// Number of entries of a memo, unless another one is asked for.
const ENTRIES: usize = 1 << 15;

/// Remembers which decision the same answers led to. It grows with what it remembers, up to its size; then an answer takes
/// the place of an earlier one. It belongs to one table of decisions.
#[derive(Debug)]
pub struct DecisionMemo {
    /// Maximum number of entries.
    size: usize,
    /// Their number is a power of two, or 0 until something is remembered.
    entries: Vec<Entry>,
    /// Number of decisions that were added since the memo last grew.
    added: usize,
}

/// The answers of a note to all questions that its decision can depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PackedNote {
    pub(super) graph: u32,
    pub(super) answers: [u64; WORDS],
}

/// A note and its decision. Without padding, more entries fit in the processor's cache.
#[derive(Clone, Copy, Debug)]
struct Entry {
    answers: [u64; WORDS],
    graph: u32,
    decision: DecisionId,
}

/// The entry of a place that is not taken: no graph has this number.
const FREE: Entry = Entry { answers: [0; WORDS], graph: u32::MAX, decision: DecisionId::UNDECIDED };

/// Number of entries that a memo has at first.
const FEWEST: usize = 1 << 6;

/// Number of entries among which a note is looked for.
const GROUP: usize = 2;

impl DecisionMemo {
    /// Creates an empty memo.
    pub fn new() -> Self {
        Self::with_size(ENTRIES)
    }

    /// Creates an empty memo with this many entries, rounded up to a power of two; with none, nothing is remembered.
    pub fn with_size(size: usize) -> Self {
        let size = if size == 0 { 0 } else { size.next_power_of_two().max(GROUP) };
        Self { size, entries: Vec::new(), added: 0 }
    }

    #[inline]
    pub(super) fn get(&self, note: PackedNote) -> Option<DecisionId> {
        let first = self.index(note);
        let mut group = self.entries.get(first..first + GROUP)?.iter();
        group.find(|entry| entry.answers == note.answers && entry.graph == note.graph).map(|entry| entry.decision)
    }

    /// Remembers a decision. It takes the place of the one in its group that was remembered first.
    pub(super) fn put(&mut self, note: PackedNote, decision: DecisionId) {
        if self.added >= self.entries.len() && self.entries.len() < self.size {
            self.grow();
        }
        self.added += 1;
        self.insert(Entry { answers: note.answers, graph: note.graph, decision });
    }

    fn grow(&mut self) {
        let size = (4 * self.entries.len()).max(FEWEST).min(self.size);
        let known = std::mem::replace(&mut self.entries, vec![FREE; size]);
        known.into_iter().filter(|entry| entry.graph != FREE.graph).for_each(|entry| self.insert(entry));
        self.added = 0;
    }

    fn insert(&mut self, entry: Entry) {
        let first = self.index(PackedNote { graph: entry.graph, answers: entry.answers });
        if let Some([newer, older]) = self.entries.get_mut(first..first + GROUP) {
            *older = std::mem::replace(newer, entry);
        }
    }

    /// Returns the index of the first entry of a note's group.
    #[inline]
    fn index(&self, note: PackedNote) -> usize {
        let hash = usize::try_from(FxBuildHasher.hash_one(note)).unwrap_or(0);
        hash & self.entries.len().saturating_sub(1) & !(GROUP - 1)
    }
}

impl Default for DecisionMemo {
    fn default() -> Self {
        Self::new()
    }
}

/// The questions that a decision on a note of one graph can depend on, and where the answer to each goes.
#[derive(Debug)]
pub(super) struct Packing {
    graph: u32,
    /// The place of each fact whose answer is one of its values; [`NOWHERE`] if the decision does not depend on it.
    coded: Vec<Place>,
    /// All other questions.
    others: Vec<(Asked, Variable, Place)>,
}

/// The bits of a packed note that hold the answer to one question. They are zero if there is none.
#[derive(Clone, Copy, Debug)]
struct Place {
    word: u8,
    shift: u8,
    bits: u8,
}

const NOWHERE: Place = Place { word: 0, shift: 0, bits: 0 };

impl Place {
    /// Puts in an answer. Returns `None` if it is no answer to the question.
    #[inline]
    fn put(self, code: u32, words: &mut [u64; WORDS]) -> Option<()> {
        let word = words.get_mut(usize::from(self.word)).filter(|_| code >> self.bits == 0)?;
        *word |= u64::from(code) << self.shift;
        Some(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Answer(FactId),
    IsGiven(FactId),
    ServiceDate,
}

impl Packing {
    /// Returns the packing of a graph; `None` if the answers take too many bits.
    pub(super) fn new(judge: Judge<'_>, position: usize, graph: &ActivityGraph) -> Option<Self> {
        let (mut coded, mut others, mut used) = (Vec::new(), Vec::new(), [0_u8; WORDS]);
        for asks in asked(judge, graph) {
            let variable = variable(judge, asks)?;
            let bits = u8::try_from(u32::BITS - u32::from(variable.size).leading_zeros()).ok()?;
            let (word, used) = (0..).zip(&mut used).find(|(_, used)| u32::from(**used + bits) <= u64::BITS)?;
            let place = Place { word, shift: *used, bits };
            *used += bits;
            match asks {
                Asked::Answer(fact) if matches!(judge.set().vocabulary.fact(fact).kind, Kind::Coded(_)) => {
                    coded.resize(coded.len().max(fact.index() + 1), NOWHERE);
                    *coded.get_mut(fact.index())? = place;
                }
                _ => others.push((asks, variable, place)),
            }
        }
        Some(Self { graph: u32::try_from(position).ok()?, coded, others })
    }

    /// Returns the answers of a note; `None` if one is no answer to its question. `coded` lists the coded facts that the
    /// note answers, each with its value.
    #[inline]
    pub(super) fn pack(&self, facts: &Facts, coded: &[(FactId, u16)], date: NaiveDate) -> Option<PackedNote> {
        let mut answers = [0_u64; WORDS];
        for (fact, value) in coded {
            if let Some(place) = self.coded.get(fact.index()).filter(|place| place.bits > 0) {
                place.put(u32::from(*value) + 1, &mut answers)?;
            }
        }
        for (asks, variable, place) in &self.others {
            let code = match asks {
                Asked::Answer(fact) => code(variable, facts.get(*fact)),
                Asked::IsGiven(fact) => u32::from(facts.get(*fact).is_given()),
                Asked::ServiceDate => code(variable, date_answer(date)),
            };
            place.put(code, &mut answers)?;
        }
        Some(PackedNote { graph: self.graph, answers })
    }
}

#[inline]
fn code(variable: &Variable, answer: Answer) -> u32 {
    match answer {
        Answer::Value(value) => u32::from(value) + 1,
        Answer::Unanswered => 0,
        Answer::Number(_) => variable.value(answer).map_or(0, |value| u32::from(value) + 1),
    }
}

/// Returns the question as a variable. It divides numbers into bands; coded values it takes as they are.
fn variable(judge: Judge<'_>, asks: Asked) -> Option<Variable> {
    let variables = &judge.diagram().variables;
    let position = match asks {
        Asked::Answer(fact) => variables.position(fact),
        Asked::IsGiven(_) => None,
        Asked::ServiceDate => variables.date_position(),
    };
    Some(match (position, asks) {
        (Some(position), _) => variables.get(position)?.clone(),
        (None, Asked::Answer(fact)) => {
            // A number that no rule asks has no bands.
            let values = judge.set().vocabulary.fact(fact).values();
            let size = u16::try_from(values.len()).ok().filter(|size| *size > 0)?;
            Variable { question: Question::Fact(fact), bands: Vec::new(), size }
        }
        (None, _) => Variable { question: Question::ServiceDate, bands: Vec::new(), size: 1 },
    })
}

/// Returns everything that a decision of this graph can depend on.
///
/// These are the questions of its rules, but also those that decide which offers are near to a note that nobody pays for:
/// an offer that can apply to this activity may have alternatives for other activities, and then what stands in its way
/// there is asked as well.
fn asked(judge: Judge<'_>, graph: &ActivityGraph) -> BTreeSet<Asked> {
    let (set, diagram) = (judge.set(), judge.diagram());
    let mut variables: BTreeSet<usize> = graph.asked.iter().copied().collect();
    let mut facts: BTreeSet<FactId> = BTreeSet::new();
    let own = graph.activities.first().copied().unwrap_or_default();
    for rule in graph.rules.conditions.keys().map(|rule| set.rule(*rule)) {
        if !matches!(rule.effect, Effect::Offer { .. }) {
            continue;
        }
        for tests in rule.condition.alternatives() {
            facts.extend(tests.iter().map(|test| test.fact).filter(|fact| Some(*fact) != diagram.activity_fact()));
            let others = tests.iter().find(|test| Some(test.fact) == diagram.activity_fact());
            for activity in others.into_iter().flat_map(|test| other_activities(test, own)) {
                facts.extend(diagram.activity_fact());
                variables.extend(asked_of(set, &diagram.conditions, activity, &diagram.variables));
            }
        }
    }
    let mut asked = BTreeSet::new();
    for variable in variables.iter().filter_map(|variable| diagram.variables.get(*variable)) {
        facts.extend(variable.question.fact());
        if variable.question == Question::ServiceDate {
            asked.insert(Asked::ServiceDate);
        }
    }
    if judge.presumes() {
        let presumptions = set.presumptions.iter().filter(|presumption| facts.contains(&presumption.fact));
        let when: Vec<FactId> = presumptions.flat_map(|presumption| &presumption.when).map(|test| test.fact).collect();
        facts.extend(when);
    }
    // Settings have the same answers for all notes of a run.
    for fact in facts.into_iter().filter(|fact| set.vocabulary.fact(*fact).origin != Origin::Setting) {
        // A number that is derived from dates is open if one of them is; only that one is missing.
        let dates = set.vocabulary.fact(fact).origin.dates();
        asked.extend(dates.into_iter().map(Asked::IsGiven));
        asked.insert(Asked::Answer(fact));
    }
    asked
}

/// Returns the activities that pass a test of the activity, if `own` is not one of them.
fn other_activities(test: &Test, own: u16) -> Vec<u16> {
    match &test.values {
        ValueSet::Values(passes) if passes.get(usize::from(own)) != Some(&true) => {
            (0..).zip(passes).filter(|(_, passes)| **passes).map(|(activity, _)| activity).collect()
        }
        _ => Vec::new(),
    }
}
