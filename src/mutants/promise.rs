//! Generates every way to weaken a promise: dropping it, or weakening it by one answer, bound or condition.

use super::condition::{Changes, narrower, wider, with_answers, without};
use super::counted::weaker_promises;
use super::{Change, Mutant};
use crate::rules::{Clause, Invariant, Outcome, OutcomeValue, RuleSet};

/// Returns the mutants of all promises.
pub(super) fn mutants(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, promise) in set.invariants.iter().enumerate() {
        let mut push = |change: String, changed: Option<Invariant>| {
            let changed = Change::Promise(at, changed.map(Box::new));
            mutants.push(Mutant { block: promise.id.clone(), change, span: promise.span.clone(), changed });
        };
        push("drop the promise".into(), None);
        for (change, weaker) in weaker_promises(set, promise) {
            push(change, Some(weaker));
        }
        for (change, when) in narrower_clauses(set, &promise.when) {
            push(change, Some(Invariant { when, ..promise.clone() }));
        }
        for (change, always) in wider_clauses(set, &promise.always) {
            push(change, Some(Invariant { always, ..promise.clone() }));
        }
    }
    mutants
}

/// Removes one answer or outcome from the `when` clause of a promise.
fn narrower_clauses(set: &RuleSet, when: &Clause) -> Changes<Clause> {
    let mut changes = Vec::new();
    for (at, test) in when.facts.iter().enumerate() {
        let fact = set.vocabulary.fact(test.fact);
        for (change, answers) in narrower(&format!("`when.{}`", fact.name), fact, &test.values) {
            changes.push((change, Clause { facts: with_answers(&when.facts, at, &answers), ..when.clone() }));
        }
    }
    for (at, test) in when.outcome.iter().enumerate() {
        let part = test.part.as_str();
        for (out, name) in test.part.values(&set.payers, &set.services) {
            if test.values.contains(&out) && test.values.len() > 1 {
                let left = test.values.iter().filter(|value| **value != out).copied().collect();
                changes.push((format!("take `{name}` out of `when.{part}`"), with_outcome(when, at, left)));
            }
        }
    }
    changes
}

/// Adds one answer or outcome to the `always` clause of a promise, or drops one part of it.
fn wider_clauses(set: &RuleSet, always: &Clause) -> Changes<Clause> {
    let mut changes = Vec::new();
    let several = always.facts.len() + always.outcome.len() > 1;
    for (at, test) in always.facts.iter().enumerate() {
        let fact = set.vocabulary.fact(test.fact);
        if several {
            let facts = without(&always.facts, at);
            changes.push((format!("drop `always.{}`", fact.name), Clause { facts, ..always.clone() }));
        }
        for (change, answers) in wider(&format!("`always.{}`", fact.name), fact, &test.values) {
            changes.push((change, Clause { facts: with_answers(&always.facts, at, &answers), ..always.clone() }));
        }
    }
    for (at, test) in always.outcome.iter().enumerate() {
        let part = test.part.as_str();
        if several {
            let outcome = without(&always.outcome, at);
            changes.push((format!("drop `always.{part}`"), Clause { outcome, ..always.clone() }));
        }
        let mut missing = test.part.values(&set.payers, &set.services);
        missing.retain(|(value, _)| !test.values.contains(value));
        // Adding the last missing value would make the part say nothing, which is the same as dropping it.
        for (more, name) in missing.iter().filter(|_| missing.len() > 1) {
            let wider = test.values.iter().chain([more]).copied().collect();
            changes.push((format!("add `{name}` to `always.{part}`"), with_outcome(always, at, wider)));
        }
    }
    changes
}

fn with_outcome(clause: &Clause, at: usize, values: Vec<OutcomeValue>) -> Clause {
    let mut clause = clause.clone();
    if let Some(test) = clause.outcome.get_mut(at) {
        test.values = values;
    }
    clause
}

/// Iterates over every outcome except gaps and conflicts.
pub(super) fn outcomes(set: &RuleSet) -> impl Iterator<Item = Outcome> {
    let billable = |service| set.payer_ids().map(move |payer| Outcome::Billable(service, payer));
    set.service_ids().flat_map(billable).chain([Outcome::NonBillable, Outcome::Held])
}
