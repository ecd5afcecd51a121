//! Promises about every possible note, proved or refuted with the note that breaks them.

use super::region::{Region, nearest, widened};
use super::witness::Nearby;
use super::{Problem, described};
use crate::diagram::{Atlas, Diagram};
use crate::message::{Code, Message};
use crate::rules::{Claim, Invariant, Outcome, RuleSet, Test};

/// The invariants that some note breaks.
pub(super) fn refuted(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    set.invariants.iter().filter_map(|invariant| refute(set, atlas, invariant)).collect()
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
        let broken = |outcome| fits(set, &invariant.when, outcome) && !fits(set, &invariant.always, outcome);
        breaches.push(Breach { ends: atlas.decisions.map(broken), within: meant.clone() });
    }
    for test in &invariant.always.facts {
        let otherwise = Test { fact: test.fact, set: test.set.complement(set.vocabulary.fact(test.fact)) };
        let ends = atlas.decisions.map(|outcome| fits(set, &invariant.when, outcome));
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
    let text =
        format!("`{}` does not hold: {}; broken where {}", invariant.id, invariant.title, described::region(&told));
    let message = Message::error(Code::InvariantFails, text).help("mend the rules, or the promise if it says too much");
    let example = nearby.example(set, (&breach.ends, &atlas.decisions), &breach.within, &cells);
    Some(Problem {
        region: told,
        ..Problem::at(set, &invariant.span, message).about([&invariant.id]).shown(Some(example))
    })
}

/// Whether an outcome fits what a claim says of it.
fn fits(set: &RuleSet, claim: &Claim, outcome: Outcome) -> bool {
    claim.outcome.iter().all(|(name, values)| {
        let value = match (name.as_str(), outcome) {
            ("service", Outcome::Billable(service, _)) => set.service(service).name.as_str(),
            ("service", _) => "none",
            ("payer", Outcome::Billable(_, payer)) => set.payer(payer).name.as_str(),
            (_, Outcome::Billable(..)) => "billable",
            (_, Outcome::NonBillable) => "non_billable",
            (_, Outcome::Held | Outcome::Gap | Outcome::Conflict) => "held",
        };
        values.iter().any(|fit| fit == value)
    })
}
