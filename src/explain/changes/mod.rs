//! Finds the smallest changes that would make a note billable.
//!
//! A *question* is a variable of the graphs, the activity, or a fact that only presumptions ask. A *change* answers
//! some questions differently than the note does, or answers questions that the note leaves open. Everything else stays
//! as it is: the note's other answers, the settings, and the open questions. Changing the activity leads to that
//! activity's graph, and presumptions are recomputed from the changed answers. A change *leads to* a payer and a
//! service if every way to answer the open questions results in them, and the other notes of the day allow it. It is
//! *smallest* if no proper part of it leads to any payer and service. The service date and the facts derived from it
//! are separate questions: changing one leaves the others unchanged.
//!
//! The search covers changes of the chart and of records first, then those of settings, then those of history; within
//! each round, changes of fewer questions come first. Hence a change is known to be smallest as soon as it is found,
//! and an abandoned search has still covered all changes of fewer questions. Does not describe changes in words.

mod branch;
mod found;
mod merge;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::decide::Judge;
use crate::diagram::{Question, Value, Variable};
use crate::facts::{FactId, Facts, Lever, Origin};
use crate::rules::{PayerId, RuleSet, ServiceId};

use branch::branches;
use found::{Found, Step};
use search::Search;

/// Limits of the search for changes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The maximum number of questions in a change.
    pub questions: usize,
    /// The number of graph nodes that a round may visit before it is abandoned.
    pub nodes: usize,
}

impl Limits {
    /// The default maximum number of questions in a change.
    pub const QUESTIONS: usize = 3;

    /// Limits changes to this many questions, and the search to less than a second.
    pub fn new(questions: usize) -> Self {
        Self { questions, nodes: 2_000_000 }
    }
}

/// The answers to each question, any one of which is enough.
pub type Answers = BTreeMap<usize, BTreeSet<Value>>;

/// Smallest changes that differ only in which of these answers they choose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The answers to each question, any one of which is enough.
    pub answers: Answers,
    /// The service and payer that each of the changes leads to.
    pub to: (ServiceId, PayerId),
}

/// Returns whether the other notes of the day allow a note to be billed as this service to this payer.
pub type Allows<'a> = dyn Fn(ServiceId, PayerId) -> bool + 'a;

/// The smallest changes that would make a note billable.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The questions that can be changed, in display order.
    pub questions: Vec<Variable>,
    /// The changes, without duplicates.
    pub list: Vec<Change>,
    /// For each round, the number of questions up to which all smallest changes were found; 0 if not even those of one
    /// question.
    pub complete: [usize; 3],
}

/// How an answer could honestly change, easiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// Only if the chart already supports the other answer.
    Chart,
    /// Somebody can look it up in a record.
    Record,
    /// The agency or the state can answer the setting differently.
    Setting,
    /// It cannot change, because it is what happened.
    Never,
}

impl Means {
    /// Returns how the field behind a question could change. A field without a lever, such as the activity, is history.
    pub fn for_question(set: &RuleSet, question: Question) -> Self {
        let Some(fact) = question.fact() else { return Self::Never };
        let inputs = set.vocabulary.inputs_of(fact);
        let fact = set.vocabulary.fact(inputs.last().copied().unwrap_or(fact));
        match (fact.origin, fact.lever) {
            (Origin::Setting, _) => Self::Setting,
            (_, Some(Lever::Chart)) => Self::Chart,
            (_, Some(Lever::Record)) => Self::Record,
            (_, Some(Lever::Never) | None) => Self::Never,
        }
    }

    /// Returns the name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Record => "record",
            Self::Setting => "setting",
            Self::Never => "never",
        }
    }

    /// Returns the round that finds changes whose hardest part has this means.
    pub fn round(self) -> usize {
        match self {
            Self::Chart | Self::Record => 0,
            Self::Setting => 1,
            Self::Never => 2,
        }
    }
}

/// Finds the smallest changes of a note. `answered` holds the note's own answers, without presumptions.
pub fn changes(
    judge: Judge<'_>,
    (answered, date): (&Facts, NaiveDate),
    limits: Limits,
    allows: &Allows<'_>,
) -> Changes {
    let set = judge.set();
    let (questions, presumed_by) = questions(judge);
    let rounds: Vec<usize> =
        questions.iter().map(|variable| Means::for_question(set, variable.question).round()).collect();
    let branches = branches(judge, (answered, date), &questions, &presumed_by);
    let mut found = Found::new(limits.nodes);
    let (mut complete, mut most) = ([0; 3], limits.questions);
    for (round, complete) in complete.iter_mut().enumerate() {
        let mut searches: Vec<Search<'_>> =
            branches.iter().flat_map(|branch| branch.searches(&rounds, round, allows)).collect();
        let given_up = search_round(&mut searches, most.min(questions.len()), &mut found);
        *complete = given_up.map_or(most, |questions| questions.saturating_sub(1));
        // A change is known to be smallest only if all changes of fewer questions were searched.
        most = most.min(complete.saturating_add(1));
    }
    let (questions, ranks) = in_order(set, &questions);
    let rank = |(question, value): Step| (ranks.get(question).copied().unwrap_or(question), value);
    let found = found.list().into_iter().map(|(steps, to)| (steps.into_iter().map(rank).collect(), to));
    Changes { questions, list: merge::merged(found), complete }
}

/// Searches for changes of up to `most` questions. If abandoned, returns the number of questions that it had reached.
fn search_round(searches: &mut [Search<'_>], most: usize, found: &mut Found) -> Option<usize> {
    found.start_round();
    for size in 0..=most {
        for search in searches.iter_mut() {
            search.run(size, found);
        }
        if found.is_abandoned() {
            return Some(size);
        }
    }
    None
}

/// Returns the variables, followed by the activity and the facts that only presumptions ask; and the positions of the
/// questions that presumptions or the choice of the graph depend on.
fn questions(judge: Judge<'_>) -> (Vec<Variable>, Vec<usize>) {
    let (set, diagram) = (judge.set(), judge.diagram());
    let mut questions = diagram.variables.list().to_vec();
    let tests = set.presumptions.iter().flat_map(|presumption| &presumption.when).map(|test| test.fact);
    let facts: BTreeSet<FactId> = diagram.activity_fact().into_iter().chain(tests).collect();
    let positions = facts.into_iter().map(|fact| {
        diagram.variables.position(fact).unwrap_or_else(|| {
            let size = u16::try_from(set.vocabulary.fact(fact).values().len()).unwrap_or(u16::MAX);
            questions.push(Variable { question: Question::Fact(fact), bands: Vec::new(), size });
            questions.len() - 1
        })
    });
    let positions = positions.collect();
    (questions, positions)
}

/// Returns the questions in display order, and the rank of each question in it: required facts first, then all others
/// in the order of the vocabulary, the service date last.
fn in_order(set: &RuleSet, questions: &[Variable]) -> (Vec<Variable>, Vec<usize>) {
    let mut order: Vec<usize> = (0..questions.len()).collect();
    order.sort_by_key(|question| {
        let fact = questions.get(*question).and_then(|variable| variable.question.fact());
        (fact.is_none_or(|fact| !set.vocabulary.fact(fact).is_required()), fact.is_none(), fact)
    });
    let mut ranks = vec![0; questions.len()];
    for (rank, question) in order.iter().enumerate() {
        ranks.get_mut(*question).into_iter().for_each(|place| *place = rank);
    }
    (order.into_iter().filter_map(|question| questions.get(question).cloned()).collect(), ranks)
}

impl Changes {
    /// Returns the input fact behind a question, such as `birth_date` for the age, or `None` for the service date.
    pub fn fact(&self, set: &RuleSet, question: usize) -> Option<FactId> {
        set.vocabulary.inputs_of(self.questions.get(question)?.question.fact()?).pop()
    }

    /// Returns the number of changes, counting each choice of answers.
    pub fn count(&self) -> u64 {
        let choices = |values: &BTreeSet<Value>| u64::try_from(values.len()).unwrap_or(u64::MAX);
        let count = |change: &Change| change.answers.values().map(choices).fold(1, u64::saturating_mul);
        self.list.iter().map(count).fold(0, u64::saturating_add)
    }
}
