//! The smallest changes that would make a note billable.
//!
//! A *question* is a variable of the graphs, the activity, or a fact that only presumptions ask. A *change* answers some
//! questions otherwise than the note does, or answers what the note leaves open. Everything else stays as it is: what
//! the note answers, the settings, and what is open. A change of the activity leads to that activity's graph, and what
//! is presumed is worked out anew from the changed answers. A change *leads to* a payer and a service if every way to
//! answer what is still open comes to that one, and the other notes of the day allow it. It is *smallest* if no proper
//! part of it leads to any. The service date and what is derived from it are questions of their own: to change one
//! leaves the others.
//!
//! Changes of the chart and of records are looked for first, then those of settings, then those of history; among them
//! those of fewer questions first. A change that is found is therefore known to be smallest as soon as it is found, and
//! a search that is given up has still looked at all changes of fewer questions. Knows no words for changes.

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

/// How far changes are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most questions of a change.
    pub questions: usize,
    /// The nodes of graphs that are looked at in each round before it is given up.
    pub nodes: usize,
}

impl Limits {
    /// The most questions of a change, unless another number is asked for.
    pub const QUESTIONS: usize = 3;

    /// Changes of up to so many questions, given up after less than a second.
    pub fn new(questions: usize) -> Self {
        Self { questions, nodes: 2_000_000 }
    }
}

/// By question, the answers of which any will do.
pub type Answers = BTreeMap<usize, BTreeSet<Value>>;

/// Smallest changes that differ only in which of these answers they choose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// By question: the answers of which any will do.
    pub answers: Answers,
    /// What each of them leads to.
    pub to: (ServiceId, PayerId),
}

/// Whether the other notes of the day allow a note to be billed as this service to this payer.
pub type Allows<'a> = dyn Fn(ServiceId, PayerId) -> bool + 'a;

/// The smallest changes that would make a note billable.
#[derive(Clone, Debug)]
pub struct Changes {
    /// What can be changed, in the order in which it is shown.
    pub questions: Vec<Variable>,
    /// The changes, each once.
    pub list: Vec<Change>,
    /// By round: up to how many questions every smallest change was found.
    pub complete: [usize; 3],
}

/// How an answer could honestly change, the easiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// Only if the chart already supports the other answer.
    Chart,
    /// Somebody can look it up.
    Record,
    /// The agency or the state can answer it otherwise.
    Setting,
    /// Not at all: it is what happened.
    Never,
}

impl Means {
    /// The means to change the field that a question's answer comes from. What has no lever, such as the activity, is
    /// history.
    pub fn for_question(set: &RuleSet, question: Question) -> Self {
        let Some(fact) = question.fact() else { return Self::Never };
        let fact = set.vocabulary.fact(set.vocabulary.input_of(fact));
        match (fact.origin, fact.lever) {
            (Origin::Setting, _) => Self::Setting,
            (_, Some(Lever::Chart)) => Self::Chart,
            (_, Some(Lever::Record)) => Self::Record,
            (_, Some(Lever::Never) | None) => Self::Never,
        }
    }

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Record => "record",
            Self::Setting => "setting",
            Self::Never => "never",
        }
    }

    /// The round in which changes are found whose hardest part has this means.
    pub fn round(self) -> usize {
        match self {
            Self::Chart | Self::Record => 0,
            Self::Setting => 1,
            Self::Never => 2,
        }
    }
}

/// Finds the smallest changes of a note. `answered`: what the note answers, without presumptions.
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
        // A change is known to be smallest only where all changes of fewer questions were looked at.
        most = most.min(complete.saturating_add(1));
    }
    let (questions, ranks) = in_order(set, &questions);
    let rank = |(question, value): Step| (ranks.get(question).copied().unwrap_or(question), value);
    let found = found.list().into_iter().map(|(steps, to)| (steps.into_iter().map(rank).collect(), to));
    Changes { questions, list: merge::merged(found), complete }
}

/// Looks for changes of up to so many questions; `Some`: the number of questions at which it was given up.
fn search_round(searches: &mut [Search<'_>], most: usize, found: &mut Found) -> Option<usize> {
    found.start_round();
    for size in 0..=most {
        for search in searches.iter_mut() {
            search.run(size, found);
        }
        if found.is_given_up() {
            return Some(size);
        }
    }
    None
}

/// The variables, then the activity and the facts that only presumptions ask; and the questions that presumptions or
/// the choice of the graph depend on.
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

/// The questions in the order in which they are shown, and by question its place in it: first what every note answers,
/// then all others as the vocabulary has them, the service date last.
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
    /// The fact that a question asks, such as `birth_date` where it asks the age; `None`: the service date.
    pub fn fact(&self, set: &RuleSet, question: usize) -> Option<FactId> {
        self.questions.get(question)?.question.fact().map(|fact| set.vocabulary.input_of(fact))
    }

    /// How many changes these are, each choice of answers counted.
    pub fn count(&self) -> u64 {
        let choices = |values: &BTreeSet<Value>| u64::try_from(values.len()).unwrap_or(u64::MAX);
        let count = |change: &Change| change.answers.values().map(choices).fold(1, u64::saturating_mul);
        self.list.iter().map(count).fold(0, u64::saturating_add)
    }
}
