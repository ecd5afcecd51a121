//! The variables of the graphs: each fact that a rule asks, and the service date, with finitely many values.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::dates::DateVariables;
use super::{ACTIVITY, Ref, Store};
use crate::effective::Effective;
use crate::facts::{Answer, FactId, Facts, Kind, date_of};
use crate::rules::{RuleSet, Test, ValueSet};

/// The question that a variable asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// The answer to a fact.
    Fact(FactId),
    /// The service date.
    ServiceDate,
}

impl Question {
    /// Returns the fact in question; `None` for the service date.
    pub fn fact(self) -> Option<FactId> {
        match self {
            Self::Fact(fact) => Some(fact),
            Self::ServiceDate => None,
        }
    }

    /// Returns the name of the question, as used in rules and notes.
    pub fn name(self, set: &RuleSet) -> &str {
        self.fact().map_or("date", |fact| &set.vocabulary.fact(fact).name)
    }
}

/// Index of a value of a variable: a value of a coded fact, or a band of a number or date.
pub type Value = u16;

/// The value of each variable; `None` if it is open.
pub type Assignment = Vec<Option<Value>>;

/// One question with its finitely many values.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The question that it asks.
    pub question: Question,
    /// For numbers and dates, the start of each band; a band ends where the next one starts. Empty for coded facts.
    pub bands: Vec<i64>,
    /// Number of values.
    pub size: u16,
}

impl Variable {
    /// Returns the value of an answer; `None` if it is open.
    pub fn value(&self, answer: Answer) -> Option<Value> {
        match answer {
            Answer::Unanswered => None,
            Answer::Value(value) => Some(value),
            Answer::Number(number) => {
                let band = self.bands.partition_point(|from| *from <= number).saturating_sub(1);
                u16::try_from(band).ok()
            }
        }
    }

    /// Returns an answer that has this value: the coded value, or the first number of the band.
    pub fn answer(&self, value: Value) -> Answer {
        self.bands.get(usize::from(value)).map_or(Answer::Value(value), |from| Answer::Number(*from))
    }

    /// Describes a value as text: the coded value, or the band.
    pub fn describe(&self, set: &RuleSet, value: Value) -> String {
        self.describe_range(set, value, value)
    }

    /// Describes values in ascending order as texts: each coded value, or each range of bands that follow one another.
    pub fn describe_all(&self, set: &RuleSet, values: impl IntoIterator<Item = Value>) -> Vec<String> {
        let mut ranges: Vec<(Value, Value)> = Vec::new();
        for value in values {
            match ranges.last_mut().filter(|(_, last)| !self.bands.is_empty() && last.checked_add(1) == Some(value)) {
                Some((_, last)) => *last = value,
                None => ranges.push((value, value)),
            }
        }
        ranges.into_iter().map(|(first, last)| self.describe_range(set, first, last)).collect()
    }

    fn describe_range(&self, set: &RuleSet, first: Value, last: Value) -> String {
        let number = |number: i64| match self.question {
            Question::ServiceDate => date_of(number).unwrap_or(NaiveDate::MIN).to_string(),
            Question::Fact(_) => number.to_string(),
        };
        let from = self.bands.get(usize::from(first)).filter(|_| first > 0);
        match (self.question, from, self.bands.get(usize::from(last) + 1)) {
            (Question::Fact(fact), _, _) if self.bands.is_empty() => {
                set.vocabulary.fact(fact).value_name(first).unwrap_or_default().to_owned()
            }
            (_, Some(from), Some(before)) if from + 1 == *before => number(*from),
            (_, Some(from), Some(before)) => format!("{} to {}", number(*from), number(*before - 1)),
            (_, Some(from), None) => format!("{} or more", number(*from)),
            (_, None, Some(before)) => format!("below {}", number(*before)),
            (_, None, None) => "any".into(),
        }
    }

    /// Returns all values.
    pub fn values(&self) -> std::ops::Range<Value> {
        0..self.size
    }

    /// Returns, for each value, whether it passes a test of this variable's fact.
    pub fn passing(&self, test: &Test) -> Vec<bool> {
        self.values().map(|value| test.values.contains(self.answer(value)) == Some(true)).collect()
    }

    /// Returns, for each value, whether it lies within a range of service dates.
    pub fn within(&self, effective: Effective) -> Vec<bool> {
        let contains = |value| match self.answer(value) {
            Answer::Number(day) => date_of(day).map_or(effective.from.is_none(), |date| effective.contains(date)),
            Answer::Value(_) | Answer::Unanswered => true,
        };
        self.values().map(contains).collect()
    }
}

/// Every question that rules ask besides the activity, in the order of the vocabulary; the service date comes last.
#[derive(Clone, Debug)]
pub struct Variables {
    list: Vec<Variable>,
    by_fact: BTreeMap<FactId, usize>,
    date: Option<usize>,
    dates: DateVariables,
}

impl Variables {
    /// Returns the variables of rule sets over one vocabulary, with bands as fine as their rules and invariants need.
    pub fn new(sets: &[&RuleSet]) -> Self {
        let mut cuts: BTreeMap<FactId, BTreeSet<i64>> = BTreeMap::new();
        let mut days = BTreeSet::new();
        for set in sets {
            for test in tests(set) {
                let bounds = cuts.entry(test.fact).or_default();
                if let ValueSet::Ranges(ranges) = &test.values {
                    bounds.extend(ranges.iter().flat_map(|(from, before)| [*from, *before]));
                }
            }
            // Dates of counts divide the dates, too, so that notes of one band are counted alike.
            let counted = set.counts.iter().map(|count| count.effective);
            for Effective { from, through } in set.rules.iter().map(|rule| rule.effective).chain(counted) {
                days.extend(from.map(day));
                days.extend(through.map(|through| day(through) + 1));
            }
        }
        let mut list = Vec::new();
        let vocabulary = sets.first().map(|set| &set.vocabulary);
        for (id, fact) in vocabulary.iter().flat_map(|vocabulary| vocabulary.facts()) {
            let Some(cuts) = cuts.get(&id).filter(|_| fact.name != ACTIVITY) else { continue };
            match &fact.kind {
                Kind::Coded(values) => {
                    let size = u16::try_from(values.len()).unwrap_or(u16::MAX);
                    list.push(Variable { question: Question::Fact(id), bands: Vec::new(), size });
                }
                Kind::Number(least, most) => {
                    let inside = cuts.iter().copied().filter(|cut| cut <= most);
                    list.push(banded(Question::Fact(id), *least, inside));
                }
                Kind::Date => {}
            }
        }
        if !days.is_empty() {
            list.push(banded(Question::ServiceDate, day(NaiveDate::MIN), days.into_iter()));
        }
        let by_fact = list.iter().enumerate().filter_map(|(at, variable)| Some((variable.question.fact()?, at)));
        let by_fact: BTreeMap<FactId, usize> = by_fact.collect();
        let date = list.iter().position(|variable| variable.question == Question::ServiceDate);
        let origins = by_fact.iter().filter_map(|(fact, at)| Some((*at, vocabulary?.fact(*fact).origin)));
        let dates = DateVariables {
            list: origins.filter(|(_, origin)| !origin.dates().is_empty()).collect(),
            calendar: vocabulary.map(|vocabulary| vocabulary.calendar().clone()).unwrap_or_default(),
            ..DateVariables::default()
        };
        Self { list, by_fact, date, dates }
    }

    /// Returns the variables, in order.
    pub fn list(&self) -> &[Variable] {
        &self.list
    }

    /// Returns the number of variables.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns whether rules ask nothing but the activity.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the variable at a position.
    pub fn get(&self, position: usize) -> Option<&Variable> {
        self.list.get(position)
    }

    /// Returns the position of the variable for a fact.
    pub fn position(&self, fact: FactId) -> Option<usize> {
        self.by_fact.get(&fact).copied()
    }

    /// Returns the position of the service date, if any rule has dates.
    pub fn date_position(&self) -> Option<usize> {
        self.date
    }

    /// Returns the variables that are derived from dates.
    pub(super) fn dates(&self) -> &DateVariables {
        &self.dates
    }

    /// Returns a graph that is true where all tests pass and the service date is in a range.
    pub fn condition(&self, store: &mut Store, tests: &[Test], effective: Effective) -> Ref {
        let mut passing = Vec::with_capacity(tests.len() + 1);
        for test in tests {
            let variable = self.position(test.fact);
            passing.extend(variable.and_then(|at| Some((at, self.get(at)?.passing(test)))));
        }
        if effective.from.is_some() || effective.through.is_some() {
            passing.extend(self.date.and_then(|at| Some((at, self.get(at)?.within(effective)))));
        }
        store.all(passing)
    }

    /// Returns the assignment for a note's answers and service date.
    pub fn assign(&self, facts: &Facts, date: NaiveDate) -> Assignment {
        let answer = |variable: &Variable| match variable.question {
            Question::Fact(fact) => facts.get(fact),
            Question::ServiceDate => Answer::Number(day(date)),
        };
        self.list.iter().map(|variable| variable.value(answer(variable))).collect()
    }
}

/// Returns all tests in the rules and invariants of a set.
fn tests(set: &RuleSet) -> impl Iterator<Item = &Test> {
    let rules = set.rules.iter().flat_map(|rule| rule.condition.tests());
    let invariants = set.invariants.iter();
    rules.chain(invariants.flat_map(|invariant| invariant.when.facts.iter().chain(&invariant.always.facts)))
}

/// Returns a date as a day number of the common era.
fn day(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce())
}

/// Creates a variable with bands that start at the least number and at each cut.
fn banded(question: Question, least: i64, cuts: impl Iterator<Item = i64>) -> Variable {
    let bands: BTreeSet<i64> = cuts.filter(|cut| *cut > least).chain([least]).collect();
    Variable { question, size: u16::try_from(bands.len()).unwrap_or(u16::MAX), bands: bands.into_iter().collect() }
}
