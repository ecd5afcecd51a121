//! Finds the rules that decide all notes of a region, or some of them.

use std::collections::BTreeSet;

use crate::diagram::{Ref, Store};
use crate::rules::RuleId;
use crate::space::Region;

/// Returns the rules that are a reason for every note of a region, and those that are a reason for only some.
///
/// `reasons` gives, for each rule, a graph that is true where it is a reason for the decision.
pub(super) fn reasons_within(store: &Store, reasons: &[(RuleId, Ref)], region: &Region) -> (Vec<RuleId>, Vec<RuleId>) {
    let (mut always, mut sometimes) = (Vec::new(), Vec::new());
    for (rule, reason) in reasons {
        match leaves_within(store, *reason, region).as_slice() {
            [Ref::TRUE] => always.push(*rule),
            [_] => {}
            _ => sometimes.push(*rule),
        }
    }
    (always, sometimes)
}

/// Returns the leaves that a boolean graph reaches within a region.
fn leaves_within(store: &Store, root: Ref, region: &Region) -> Vec<Ref> {
    let (mut leaves, mut seen, mut open) = (Vec::new(), BTreeSet::new(), vec![root]);
    while let Some(at) = open.pop().filter(|_| leaves.len() < 2) {
        match store.node(at) {
            None if !leaves.contains(&at) => leaves.push(at),
            Some(node) if seen.insert(at) => {
                open.extend(region.values(node.variable).filter_map(|value| node.children.get(usize::from(value))));
            }
            _ => {}
        }
    }
    leaves
}
