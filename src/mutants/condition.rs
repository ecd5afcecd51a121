//! Generates every small change of a condition: drops a test or a group; removes, adds or swaps a value; moves a bound
//! by one; negates a test.

use crate::facts::{Fact, Kind};
use crate::rules::{Condition, RuleSet, Test, ValueSet};

/// Changed versions of something, each with a description of the change.
pub(super) type Changes<T> = Vec<(String, T)>;

/// Returns the changed versions of a rule's condition.
pub(super) fn conditions(set: &RuleSet, condition: &Condition) -> Changes<Condition> {
    let mut changes = Vec::new();
    for (change, all) in tests(set, &condition.all) {
        changes.push((change, Condition { all, any: condition.any.clone() }));
    }
    for (at, group) in condition.any.iter().enumerate() {
        let with = |group: Option<Vec<Test>>| {
            let (before, after) = (condition.any.iter().take(at), condition.any.iter().skip(at + 1));
            let any = before.cloned().chain(group).chain(after.cloned()).collect();
            Condition { all: condition.all.clone(), any }
        };
        let number = at + 1;
        for (change, tests) in tests(set, group) {
            changes.push((format!("{change} in group {number}"), with(Some(tests))));
        }
        changes.push((format!("drop group {number}"), with(None)));
    }
    changes
}

/// Returns every change of tests that are joined by *and*.
pub(super) fn tests(set: &RuleSet, tests: &[Test]) -> Changes<Vec<Test>> {
    let mut changes = Vec::new();
    for (at, test) in tests.iter().enumerate() {
        let fact = set.vocabulary.fact(test.fact);
        let key = format!("`when.{}`", fact.name);
        changes.push((format!("drop {key}"), without(tests, at)));
        let all =
            [narrower(&key, fact, &test.values), wider(&key, fact, &test.values), others(&key, fact, &test.values)];
        let mut known: Vec<ValueSet> = Vec::new();
        for (change, answers) in all.concat() {
            if !known.contains(&answers) {
                changes.push((change, with_answers(tests, at, &answers)));
                known.push(answers);
            }
        }
    }
    changes
}

/// Returns the tests without the one at `at`.
pub(super) fn without<T: Clone>(tests: &[T], at: usize) -> Vec<T> {
    tests.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, test)| test.clone()).collect()
}

/// Returns the tests with other answers for the one at `at`.
pub(super) fn with_answers(tests: &[Test], at: usize, answers: &ValueSet) -> Vec<Test> {
    let mut tests = tests.to_vec();
    if let Some(test) = tests.get_mut(at) {
        test.values = answers.clone();
    }
    tests
}

/// Removes each value, or moves each bound inward.
pub(super) fn narrower(key: &str, fact: &Fact, set: &ValueSet) -> Changes<ValueSet> {
    let changes = match set {
        ValueSet::Values(values) => {
            let out = |(at, name): (u16, &String)| (format!("take `{name}` out of {key}"), flipped(values, at));
            values_of(fact, values, true).map(out).collect()
        }
        ValueSet::Ranges(ranges) => moved_bounds(key, fact, ranges, true),
    };
    sensible(changes, fact, set)
}

/// Adds each missing value, or moves each bound outward.
pub(super) fn wider(key: &str, fact: &Fact, set: &ValueSet) -> Changes<ValueSet> {
    let changes = match set {
        ValueSet::Values(values) => {
            let add = |(at, name): (u16, &String)| (format!("add `{name}` to {key}"), flipped(values, at));
            values_of(fact, values, false).map(add).collect()
        }
        ValueSet::Ranges(ranges) => moved_bounds(key, fact, ranges, false),
    };
    sensible(changes, fact, set)
}

/// Replaces a single value with each other one, and negates the test.
fn others(key: &str, fact: &Fact, set: &ValueSet) -> Changes<ValueSet> {
    let mut changes = Vec::new();
    if let ValueSet::Values(values) = set
        && let [(_, only)] = values_of(fact, values, true).collect::<Vec<_>>().as_slice()
    {
        let swap = |(at, name): (u16, &String)| {
            (format!("{key} is `{name}` instead of `{only}`"), ValueSet::of_values(fact, &[at]))
        };
        changes.extend(values_of(fact, values, false).map(swap));
    }
    changes.push((format!("negate {key}"), set.complement(fact)));
    sensible(changes, fact, set)
}

/// Keeps the changes that alter the answers and accept neither all answers nor none.
fn sensible(mut changes: Changes<ValueSet>, fact: &Fact, set: &ValueSet) -> Changes<ValueSet> {
    let full = ValueSet::full(fact);
    changes.retain(|(_, changed)| !changed.is_empty() && *changed != full && changed != set);
    changes
}

/// Iterates over the values that are accepted or, if `wanted` is `false`, those that are not.
fn values_of<'f>(fact: &'f Fact, fits: &'f [bool], wanted: bool) -> impl Iterator<Item = (u16, &'f String)> {
    let values = (0..).zip(fact.values()).zip(fits);
    values.filter(move |(_, fits)| **fits == wanted).map(|(value, _)| value)
}

fn flipped(values: &[bool], at: u16) -> ValueSet {
    ValueSet::Values((0..).zip(values).map(|(value, fits)| *fits != (value == at)).collect())
}

/// Moves each bound by one.
fn moved_bounds(key: &str, fact: &Fact, ranges: &[(i64, i64)], inwards: bool) -> Changes<ValueSet> {
    let Kind::Number(least, most) = fact.kind else { return Vec::new() };
    let mut changes = Vec::new();
    for at in 0..ranges.len() {
        for upper in [false, true] {
            let mut moved = ranges.to_vec();
            let Some((from, before)) = moved.get_mut(at) else { continue };
            let bound = if upper { before } else { from };
            // The limits of the fact itself are not bounds that anyone wrote.
            if *bound == least || *bound > most {
                continue;
            }
            let before = *bound;
            *bound += if upper == inwards { -1 } else { 1 };
            let change = format!("the bound {before} of {key} is {bound}");
            // Complementing twice joins ranges that now touch.
            changes.push((change, ValueSet::Ranges(moved).complement(fact).complement(fact)));
        }
    }
    changes
}
