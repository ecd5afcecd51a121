//! Finds pairs of offers that decide some note differently.

use std::collections::{BTreeMap, BTreeSet};

use super::Problem;
use crate::diagram::{ActivityGraph, ActivityRules, Diagram, Ref, Store, are_tied};
use crate::message::{Code, Message};
use crate::rules::{Outcome, RuleId, RuleSet};
use crate::space::{Example, Region, Space, bounds_in_words};

/// The notes that two offers decide differently: a nearest example, its distance from an ordinary note, and its region.
struct Found {
    cost: u64,
    region: Vec<(String, Vec<String>)>,
    example: Example,
}

/// Returns the pairs of offers that decide some note differently, each with the note nearest to an ordinary one.
pub(super) fn find(set: &RuleSet, diagram: &Diagram, graphs: &[&ActivityGraph]) -> Vec<Problem> {
    let mut found: BTreeMap<(RuleId, RuleId), Found> = BTreeMap::new();
    for graph in graphs.iter().filter(|graph| graph.possible(&Vec::new()).contains(&Outcome::Conflict)) {
        let mut store = graph.store.clone();
        let conflict = store.indicator(graph.rules.outcome, &|outcome| outcome == Outcome::Conflict);
        for (pair, tied) in tied_pairs(set, &graph.rules, &mut store) {
            let both = store.and(conflict, tied);
            let space = Space::new(set, diagram, graph).with_store(&store);
            let full = Region::full(&space);
            let Some(point) = space.nearest(both, &full) else { continue };
            if found.get(&pair).is_some_and(|known| known.cost <= point.cost) {
                continue;
            }
            if let Some((example, region)) = space.example(both, graph.rules.outcome, &full) {
                found.insert(pair, Found { cost: point.cost, region: region.describe(&space), example });
            }
        }
    }
    found.into_iter().map(|(pair, found)| problem(set, pair, found)).collect()
}

/// Returns, for each pair of offers, where both survive with different outcomes and neither overrides the other.
fn tied_pairs(set: &RuleSet, rules: &ActivityRules, store: &mut Store) -> BTreeMap<(RuleId, RuleId), Ref> {
    let mut pairs: BTreeMap<(RuleId, RuleId), Ref> = BTreeMap::new();
    let possible: Vec<_> = rules.candidates.iter().filter(|candidate| candidate.condition != Ref::FALSE).collect();
    for (at, one) in possible.iter().enumerate() {
        for other in possible.iter().skip(at + 1).filter(|other| one.offer != other.offer && are_tied(set, one, other))
        {
            let both = store.and(one.condition, other.condition);
            let known = pairs.entry((one.offer, other.offer)).or_insert(Ref::FALSE);
            *known = store.or(*known, both);
        }
    }
    pairs
}

fn problem(set: &RuleSet, pair: (RuleId, RuleId), found: Found) -> Problem {
    let (one, other) = (set.rule(pair.0), set.rule(pair.1));
    // In a conflict between the base set and a rule added by the user, report the added rule.
    let at = if set.is_own(&other.span) && !set.is_own(&one.span) { &other.span } else { &one.span };
    let notes = bounds_in_words(&found.region);
    let text = format!("`{}` and `{}` decide these notes differently: {notes}", one.id, other.id);
    let help = "name one in the `overrides` of the other, or make their conditions exclude each other";
    let message = Message::error(Code::Conflict, text).help(help);
    let ids: BTreeSet<&String> = BTreeSet::from([&one.id, &other.id]);
    Problem { region: found.region, ..Problem::new(set, at, message).about(ids).with_example(Some(found.example)) }
}
