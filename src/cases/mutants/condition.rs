//! Every small way in which a condition can change: a test or a group dropped, a value taken out or swapped, a bound
//! moved by one, a test turned round.

use super::edit::name;
use crate::facts::{Fact, Kind};
use crate::rules::{Condition, RuleSet, Test, ValueSet};

/// The changed conditions, each with what was changed.
pub(super) fn changes(set: &RuleSet, condition: &Condition) -> Vec<(String, Condition)> {
    let mut changes = Vec::new();
    for (change, all) in of_tests(set, &condition.all) {
        changes.push((change, Condition { all, any: condition.any.clone() }));
    }
    for (at, group) in condition.any.iter().enumerate() {
        let with = |group: Option<Vec<Test>>| {
            let (before, after) = (condition.any.iter().take(at), condition.any.iter().skip(at + 1));
            let any = before.cloned().chain(group).chain(after.cloned()).collect();
            Condition { all: condition.all.clone(), any }
        };
        let number = at + 1;
        for (change, tests) in of_tests(set, group) {
            changes.push((format!("{change} in group {number}"), with(Some(tests))));
        }
        changes.push((format!("drop group {number}"), with(None)));
    }
    changes
}

/// Every change of tests that are joined by *and*.
pub(super) fn of_tests(set: &RuleSet, tests: &[Test]) -> Vec<(String, Vec<Test>)> {
    let mut changes = Vec::new();
    for (at, test) in tests.iter().enumerate() {
        let mut dropped = tests.to_vec();
        dropped.remove(at);
        changes.push((format!("drop `when.{}`", name(set, test.fact)), dropped));
        for (change, answers) in of_test(set.vocabulary.fact(test.fact), &test.values) {
            let mut other = tests.to_vec();
            if let Some(test) = other.get_mut(at) {
                test.values = answers;
            }
            changes.push((change, other));
        }
    }
    changes
}

/// Every change of the answers that a test takes; none of them twice, and never all answers or none.
fn of_test(fact: &Fact, set: &ValueSet) -> Vec<(String, ValueSet)> {
    let mut all = match set {
        ValueSet::Values(values) => of_values(fact, values),
        ValueSet::Ranges(ranges) => of_ranges(fact, ranges),
    };
    all.push((format!("negate `when.{}`", fact.name), set.complement(fact)));
    let mut changes: Vec<(String, ValueSet)> = Vec::new();
    for (change, changed) in all {
        let known = changes.iter().any(|(_, known)| *known == changed);
        if !known && !changed.is_empty() && changed != ValueSet::full(fact) && changed != *set {
            changes.push((change, changed));
        }
    }
    changes
}

/// Each value taken out of a list; a single one replaced by each other one.
fn of_values(fact: &Fact, values: &[bool]) -> Vec<(String, ValueSet)> {
    let all = || (0..).zip(fact.values()).zip(values).map(|((at, name), fits)| (at, name, *fits));
    let fitting: Vec<u16> = all().filter(|(.., fits)| *fits).map(|(at, ..)| at).collect();
    if let [only] = fitting.as_slice() {
        let said = fact.value_name(*only).unwrap_or_default();
        let others = all().filter(|(.., fits)| !fits);
        let swap = |(at, name, _): (u16, &String, bool)| {
            (format!("`when.{}` is `{name}` instead of `{said}`", fact.name), ValueSet::of_values(fact, &[at]))
        };
        return others.map(swap).collect();
    }
    let without = |(out, name, _): (u16, &String, bool)| {
        let left: Vec<u16> = fitting.iter().copied().filter(|at| *at != out).collect();
        (format!("take `{name}` out of `when.{}`", fact.name), ValueSet::of_values(fact, &left))
    };
    all().filter(|(.., fits)| *fits).map(without).collect()
}

/// Each bound moved by one, down and up.
fn of_ranges(fact: &Fact, ranges: &[(i64, i64)]) -> Vec<(String, ValueSet)> {
    let Kind::Number(least, most) = fact.kind else { return Vec::new() };
    let mut changes = Vec::new();
    for at in 0..ranges.len() {
        for step in [-1, 1] {
            for upper in [false, true] {
                let mut moved = ranges.to_vec();
                let Some((from, before)) = moved.get_mut(at) else { continue };
                let bound = if upper { before } else { from };
                // The ends of what the fact takes are no bounds that somebody wrote.
                if *bound == least || *bound > most {
                    continue;
                }
                let told = format!("the bound {bound} of `when.{}` is {}", fact.name, *bound + step);
                *bound += step;
                // Once round and back, and no two ranges touch.
                changes.push((told, ValueSet::Ranges(moved).complement(fact).complement(fact)));
            }
        }
    }
    changes
}
