//! Proves promises about every possible note, or refutes them with a note that breaks them.

use std::collections::BTreeMap;

use super::{Problem, replace_promise};
use crate::diagram::{ActivityGraph, Diagram, Ref, Store};
use crate::facts::Answer;
use crate::message::{Code, Message};
use crate::nearest::joined;
use crate::rules::{Clause, Invariant, Outcome, RuleSet};
use crate::space::{Region, Space, bounds_in_words};

/// Returns a graph of the notes that break an invariant. `outcomes` is a graph in `store` of the activity's outcomes.
/// Combinations that no note can have are left out.
pub fn violation(diagram: &Diagram, activity: u16, outcomes: Ref, store: &mut Store, invariant: &Invariant) -> Ref {
    let meant = store.indicator(outcomes, &|outcome| speaks_of(invariant, outcome));
    let when = conjunction(diagram, activity, store, &invariant.when);
    let meant = store.and(meant, when);
    if meant == Ref::FALSE {
        return Ref::FALSE;
    }
    let kept = store.indicator(outcomes, &|outcome| fits(&invariant.always, outcome));
    let always = conjunction(diagram, activity, store, &invariant.always);
    let kept = store.and(kept, always);
    let broken = store.and_not(meant, kept);
    let possible = diagram.variables.possible_under(store, broken);
    store.and(broken, possible)
}

/// Returns a graph of the notes of an activity whose facts pass every test of a clause.
fn conjunction(diagram: &Diagram, activity: u16, store: &mut Store, clause: &Clause) -> Ref {
    clause.facts.iter().fold(Ref::TRUE, |all, test| {
        let passes = if Some(test.fact) == diagram.activity_fact() {
            if test.values.contains(Answer::Value(activity)) == Some(true) { Ref::TRUE } else { Ref::FALSE }
        } else {
            let variable = diagram.variables.position(test.fact).and_then(|at| Some((at, diagram.variables.get(at)?)));
            variable.map_or(Ref::TRUE, |(at, variable)| store.test(at, &variable.passing(test)))
        };
        store.and(all, passes)
    })
}

/// Returns a problem for each invariant that some note breaks, with the note nearest to an ordinary one.
pub(super) fn find(set: &RuleSet, diagram: &Diagram, graphs: &[&ActivityGraph]) -> Vec<Problem> {
    let of_notes = || set.invariants.iter().filter(|invariant| invariant.terms.is_none());
    if of_notes().next().is_none() {
        return Vec::new();
    }
    let mut stores: Vec<_> = graphs.iter().map(|graph| (*graph, graph.store.clone())).collect();
    of_notes().filter_map(|invariant| refute(set, diagram, &mut stores, invariant)).collect()
}

/// Refutes an invariant, if some note breaks it. Graphs of broken notes are added to the stores in `graphs`.
fn refute(
    set: &RuleSet,
    diagram: &Diagram,
    graphs: &mut [(&ActivityGraph, Store)],
    invariant: &Invariant,
) -> Option<Problem> {
    let found = graphs.iter_mut().flat_map(|(graph, store)| {
        let mut broken: BTreeMap<Ref, Vec<u16>> = BTreeMap::new();
        for activity in graph.activities.iter().copied() {
            let notes = violation(diagram, activity, graph.rules.outcome, store, invariant);
            broken.entry(notes).or_default().push(activity);
        }
        let space = Space::new(set, diagram, graph).with_store(store);
        let nearest = broken.into_iter().filter_map(|(notes, activities)| {
            let within = Region { activities: activities.into_iter().collect(), ..Region::full(&space) };
            let point = space.nearest(notes, &within)?;
            let (example, region) = space.example(notes, graph.rules.outcome, &within)?;
            let values = point.values.iter().copied().map(Some).collect::<Vec<_>>();
            let decides = |reason: &Ref| graph.store.evaluate(*reason, &values) == Some(true);
            let deciding = graph.reasons.iter().filter(|(_, reason)| decides(reason)).map(|(id, _)| *id);
            Some((point.cost, example, region.describe(&space), deciding.collect::<Vec<_>>()))
        });
        nearest.collect::<Vec<_>>()
    });
    let (_, example, region, deciding) = found.min_by_key(|(cost, ..)| *cost)?;
    let ids = || deciding.iter().map(|id| &set.rule(*id).id);
    let by = joined(ids().map(|id| format!("`{id}`")).collect(), "and");
    let notes = bounds_in_words(&region);
    let text = format!("`{}` does not hold: {}; broken where {notes}, decided by {by}", invariant.id, invariant.title);
    let own = deciding.iter().map(|id| &set.rule(*id).span).find(|span| set.is_own(span));
    let own = own.filter(|_| !set.is_own(&invariant.span));
    let help = match own {
        // The promise is not the user's own, so it has to be replaced if the user's rule is right.
        Some(_) => replace_promise("rule", &invariant.id),
        None => "fix the rules, or the promise if it says too much".to_owned(),
    };
    let message = Message::error(Code::InvariantFails, text).help(help);
    let problem = Problem::new(set, own.unwrap_or(&invariant.span), message);
    Some(Problem { region, ..problem.about(std::iter::once(&invariant.id).chain(ids())).with_example(Some(example)) })
}

/// Returns whether an invariant covers an outcome. A gap or a conflict does not break a promise.
fn speaks_of(invariant: &Invariant, outcome: Outcome) -> bool {
    !outcome.is_fault() && fits(&invariant.when, outcome)
}

/// Returns whether an outcome passes all outcome tests of a clause.
fn fits(clause: &Clause, outcome: Outcome) -> bool {
    clause.outcome.iter().all(|test| test.accepts(outcome))
}
