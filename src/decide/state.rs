//! Which notes of one graph all rules treat alike.
//!
//! A condition is a list of alternatives, each a chain of tests. What answers leave of it is the alternatives with no
//! failing test, and of these the tests of open facts. All graphs are combinations of conditions, so what answers leave
//! of a graph follows from that, and with it everything that a decision says. Settings fail no alternative here, since a
//! decision also says whether another answer to a setting would change it.

use super::NoteInGraph;
use crate::diagram::{ActivityGraph, Alternative, Assignment, Diagram, Question, Ref, Variable};
use crate::facts::{FactId, Origin};
use crate::rules::RuleSet;

/// A rule state, as numbers that can be compared.
pub(super) type RuleState = Box<[u64]>;

/// A set of alternatives, one bit for each.
type Alternatives = Box<[u64]>;

/// Finds the rule states of the notes of one graph.
#[derive(Debug)]
pub(super) struct States {
    graph: u64,
    questions: Vec<StateQuestion>,
    /// All alternatives.
    all: Alternatives,
}

/// One question that the rules ask.
#[derive(Debug)]
struct StateQuestion {
    variable: usize,
    kind: Kind,
    /// The dates from which the number in question is derived.
    dates: Vec<FactId>,
    /// The alternatives that ask it.
    asking: Alternatives,
    /// For each value, the alternatives that do not fail.
    passing: Vec<Alternatives>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A setting of the run.
    Setting,
    /// A number that depends on others, since they are derived from the same dates.
    Dependent,
    /// Any other question.
    Plain,
}

impl States {
    pub(super) fn new(set: &RuleSet, diagram: &Diagram, position: usize, graph: &ActivityGraph) -> Self {
        let activity = graph.activities.first().copied().unwrap_or_default();
        let list: Vec<&Alternative> = diagram.conditions.for_activity(activity).collect();
        let nodes = graph.store.reachable(graph.store.possible()).into_iter();
        let dependent: Vec<usize> = nodes.filter_map(|at| Some(graph.store.node(at)?.variable)).collect();
        let question = |position: &usize| {
            let variable = diagram.variables.get(*position)?;
            let origin = variable.question.fact().map_or(Origin::Note, |fact| set.vocabulary.fact(fact).origin);
            let passing: Vec<Option<Vec<bool>>> =
                list.iter().map(|alternative| passing(set, variable, alternative)).collect();
            let passes = |value: u16| {
                bits(passing.iter().map(|passing| {
                    passing.as_ref().is_none_or(|passing| passing.get(usize::from(value)) == Some(&true))
                }))
            };
            Some(StateQuestion {
                variable: *position,
                kind: match origin {
                    Origin::Setting => Kind::Setting,
                    _ if dependent.contains(position) => Kind::Dependent,
                    _ => Kind::Plain,
                },
                dates: origin.dates(),
                asking: bits(passing.iter().map(Option::is_some)),
                passing: variable.values().map(passes).collect(),
            })
        };
        Self {
            graph: u64::try_from(position).unwrap_or(u64::MAX),
            questions: graph.asked.iter().filter_map(question).collect(),
            all: bits(list.iter().map(|_| true)),
        }
    }

    /// Returns the state of a note. Notes with equal states have equal decisions, except that the sentence of a note that
    /// nobody pays for may name other near offers.
    pub(super) fn state(&self, note: &NoteInGraph<'_>) -> RuleState {
        let filled = &note.assignment;
        let given = note.unpresumed.as_ref().unwrap_or(filled);
        let is_settled = self.is_settled(note);
        let (left_by_given, left_by_filled) = (self.left(given, is_settled), self.left(filled, is_settled));
        let mut state = StateWriter::default();
        state.words.extend([self.graph, u64::from(is_settled)]);
        state.words.extend(left_by_given.iter().chain(&left_by_filled));
        for question in &self.questions {
            let raw = match question.kind {
                Kind::Setting => true,
                Kind::Dependent => !is_settled,
                Kind::Plain => false,
            };
            let value = answer(filled, question.variable);
            if raw {
                state.push(value.map_or(0, |value| u64::from(value) + 1), 17);
            }
            // What is possible depends on all numbers that depend on each other, whichever alternatives ask them.
            let is_asked = question.kind == Kind::Dependent || meet(&question.asking, &left_by_given);
            let is_open = is_asked && answer(given, question.variable).is_none();
            state.push_flag(is_open);
            if is_open {
                // What is presumed is open in one of the two only.
                state.push_flag(value.is_none());
                // Only a date that the note does not give is missing.
                question.dates.iter().for_each(|date| state.push_flag(note.answered.get(*date).is_given()));
            }
        }
        if !is_settled {
            // With numbers that no dates can have, it matters which settings are asked on the way.
            let graph = note.graph;
            let (_, asked) = graph.store.leaves_and_asked(graph.rules.outcome, filled);
            let settings = self.questions.iter().filter(|question| question.kind == Kind::Setting);
            settings.for_each(|question| state.push_flag(asked.get(question.variable) == Some(&true)));
        }
        state.words.into_boxed_slice()
    }

    /// Returns whether all numbers that depend on each other are answered as some dates have them. Otherwise, what the
    /// graphs say of them need not be what the conditions say.
    fn is_settled(&self, note: &NoteInGraph<'_>) -> bool {
        let mut dependent = self.questions.iter().filter(|question| question.kind == Kind::Dependent);
        let store = &note.graph.store;
        store.possible() == Ref::TRUE
            || (dependent.all(|question| answer(&note.assignment, question.variable).is_some())
                && store.evaluate(store.possible(), &note.assignment) == Some(true))
    }

    /// Returns the alternatives with no failing test.
    fn left(&self, assignment: &Assignment, is_settled: bool) -> Alternatives {
        let mut left = self.all.clone();
        for question in &self.questions {
            let fails = match question.kind {
                Kind::Setting => false,
                Kind::Dependent => is_settled,
                Kind::Plain => true,
            };
            let value = answer(assignment, question.variable).filter(|_| fails);
            if let Some(passing) = value.and_then(|value| question.passing.get(usize::from(value))) {
                left.iter_mut().zip(passing).for_each(|(left, passing)| *left &= passing);
            }
        }
        left
    }
}

/// Collects numbers of few bits as words.
#[derive(Default)]
struct StateWriter {
    words: Vec<u64>,
    /// Number of bits that are free in the last word.
    free: u32,
}

impl StateWriter {
    fn push_flag(&mut self, flag: bool) {
        self.push(u64::from(flag), 1);
    }

    /// Adds a number of this many bits.
    fn push(&mut self, number: u64, bits: u32) {
        if self.free < bits {
            self.words.push(0);
            self.free = u64::BITS;
        }
        self.free -= bits;
        if let Some(last) = self.words.last_mut() {
            *last |= number << self.free;
        }
    }
}

/// Returns, for each value of a variable, whether an alternative passes; `None` if it does not ask the variable.
fn passing(set: &RuleSet, variable: &Variable, alternative: &Alternative) -> Option<Vec<bool>> {
    match variable.question {
        Question::Fact(fact) => {
            alternative.tests.iter().find(|test| test.fact == fact).map(|test| variable.passing(test))
        }
        Question::ServiceDate => {
            let effective = set.rule(alternative.rule).effective;
            (effective.from.is_some() || effective.through.is_some()).then(|| variable.within(effective))
        }
    }
}

fn answer(assignment: &Assignment, variable: usize) -> Option<u16> {
    assignment.get(variable).copied().flatten()
}

fn meet(one: &Alternatives, other: &Alternatives) -> bool {
    one.iter().zip(other).any(|(one, other)| one & other != 0)
}

fn bits(flags: impl Iterator<Item = bool>) -> Alternatives {
    let mut bits = StateWriter::default();
    flags.for_each(|flag| bits.push_flag(flag));
    bits.words.into_boxed_slice()
}
