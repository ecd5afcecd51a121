//! Promises about every possible note, proved or refuted with the note that breaks them.

use std::collections::BTreeSet;

use super::region::{Region, nearest, reaches, widened};
use super::witness::Nearby;
use super::{Problem, described};
use crate::diagram::{Atlas, Cell, Diagram};
use crate::message::{Code, Message};
use crate::nearest::joined;
use crate::rules::{Clause, Invariant, Outcome, RuleSet, Test, reasons};

/// The invariants that some note breaks.
pub(super) fn refuted(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    set.invariants.iter().filter_map(|invariant| refute(set, atlas, invariant)).collect()
}

/// The ids of the invariants that some note breaks.
pub(super) fn broken_ids<'s>(set: &'s RuleSet, atlas: &Atlas) -> BTreeSet<&'s str> {
    let broken = |breach: Breach| reaches(&breach.ends, &breach.within);
    let broken = set.invariants.iter().filter(|invariant| breaches(set, atlas, invariant).into_iter().any(broken));
    broken.map(|invariant| invariant.id.as_str()).collect()
}

/// A part of the domain in which the invariant is broken wherever the graph ends at `true`.
struct Breach {
    ends: Diagram<bool>,
    within: Region,
}

fn breaches(set: &RuleSet, atlas: &Atlas, invariant: &Invariant) -> Vec<Breach> {
    let axes = &atlas.decisions.axes;
    let meant = Region::full(axes).within(axes, &invariant.when.facts);
    let mut breaches = Vec::new();
    if !invariant.always.outcome.is_empty() {
        let broken = |outcome| meant_for(invariant, outcome) && !fits(&invariant.always, outcome);
        breaches.push(Breach { ends: atlas.decisions.map(broken), within: meant.clone() });
    }
    for test in &invariant.always.facts {
        let otherwise = Test { fact: test.fact, values: test.values.complement(set.vocabulary.fact(test.fact)) };
        let ends = atlas.decisions.map(|outcome| meant_for(invariant, outcome));
        breaches.push(Breach { ends, within: meant.within(axes, &[otherwise]) });
    }
    breaches
}

/// The cheapest note that breaks the invariant, if one does.
fn refute(set: &RuleSet, atlas: &Atlas, invariant: &Invariant) -> Option<Problem> {
    let breaches = breaches(set, atlas, invariant);
    let nearby = Nearby::of(set, &atlas.decisions.axes);
    let found = breaches.iter().filter_map(|breach| {
        let (cost, cells) = nearest(&breach.ends, &breach.within, &nearby.usual, &nearby.weights)?;
        Some((cost, cells, breach))
    });
    let (_, cells, breach) = found.min_by_key(|(cost, ..)| *cost)?;
    let region = widened(&breach.ends, Region::single(&cells), &breach.within);
    let told = region.told(set, &breach.ends.axes);
    let met: Vec<Cell> = cells.iter().copied().map(Some).collect();
    let deciding = atlas.meet(&met).and_then(|met| Some(reasons(set, met.first()?))).unwrap_or_default();
    let ids = || deciding.iter().map(|id| &set.rule(*id).id);
    let where_broken = described::region(&told);
    let by = joined(ids().map(|id| format!("`{id}`")).collect(), "and");
    let text =
        format!("`{}` does not hold: {}; broken where {where_broken}, decided by {by}", invariant.id, invariant.title);
    let message = Message::error(Code::InvariantFails, text).help("mend the rules, or the promise if it says too much");
    // Between a set and what the user adds to it, the added rule is the problem.
    let own = deciding.iter().map(|id| &set.rule(*id).span).find(|span| set.is_own(span));
    let at = own.filter(|_| !set.is_own(&invariant.span)).unwrap_or(&invariant.span);
    let example = nearby.example(set, (&breach.ends, &atlas.decisions), &breach.within, &cells);
    Some(Problem {
        region: told,
        ..Problem::at(set, at, message).about(std::iter::once(&invariant.id).chain(ids())).shown(Some(example))
    })
}

/// Whether an outcome is one that the invariant speaks of. A note that is not decided, or twice, breaks no promise yet.
fn meant_for(invariant: &Invariant, outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Gap | Outcome::Conflict) && fits(&invariant.when, outcome)
}

/// Whether an outcome fits what a clause says of it.
fn fits(clause: &Clause, outcome: Outcome) -> bool {
    clause.outcome.iter().all(|test| test.accepts(outcome))
}
