//! Which rules decide the notes of a region: all of them, or some.

use std::collections::BTreeSet;

use crate::diagram::{Ref, Store, Value};
use crate::rules::RuleId;
use crate::space::Region;

/// By rule: where it is a reason for what is decided.
pub(super) struct Reasons<'r> {
    pub(super) store: &'r Store,
    pub(super) list: Vec<(RuleId, Ref)>,
}

/// The rules that decide every note of a region, and those that decide only some.
pub(super) type Deciding = (Vec<RuleId>, Vec<RuleId>);

impl Reasons<'_> {
    pub(super) fn within(&self, region: &Region) -> Deciding {
        let (mut always, mut sometimes) = (Vec::new(), Vec::new());
        for (rule, reason) in &self.list {
            let leaves = self.leaves(*reason, region);
            if leaves == BTreeSet::from([Ref::TRUE]) {
                always.push(*rule);
            } else if leaves.len() > 1 {
                sometimes.push(*rule);
            }
        }
        (always, sometimes)
    }

    /// The leaves of a graph within a region.
    fn leaves(&self, root: Ref, region: &Region) -> BTreeSet<Ref> {
        let (mut leaves, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![root]);
        while let Some(at) = open.pop().filter(|_| leaves.len() < 2) {
            match self.store.node(at) {
                None => drop(leaves.insert(at)),
                Some(node) if seen.insert(at) => {
                    let children = region.values(node.variable).map(|value| node.children.get(usize::from(value)));
                    open.extend(children.flatten());
                }
                Some(_) => {}
            }
        }
        leaves
    }

    /// The region with what decides it. Where no rule decides all of it but the values of one variable divide it into
    /// parts that some rule decides: those parts.
    pub(super) fn divided(&self, region: &Region) -> Vec<(Region, Deciding)> {
        let whole = self.within(region);
        let list = self.list.iter().filter(|(rule, _)| whole.1.contains(rule)).copied().collect();
        let some = Reasons { store: self.store, list };
        let variables = (0..region.values.len()).filter(|_| whole.0.is_empty());
        let divisions = variables.filter_map(|variable| some.by_values(region, variable));
        divisions.min_by_key(Vec::len).unwrap_or_else(|| vec![(region.clone(), whole)])
    }

    /// Parts of a region by the values of a variable, those with the same reasons together. `None`: some part has none.
    fn by_values(&self, region: &Region, variable: usize) -> Option<Vec<(Region, Deciding)>> {
        let with = |values: BTreeSet<Value>| {
            let mut part = region.clone();
            part.values.get_mut(variable).into_iter().for_each(|own| own.clone_from(&values));
            part
        };
        let mut parts: Vec<(Vec<RuleId>, BTreeSet<Value>)> = Vec::new();
        for value in region.values(variable) {
            let (always, _) = self.within(&with(BTreeSet::from([value])));
            match parts.iter_mut().find(|(known, _)| *known == always) {
                _ if always.is_empty() => return None,
                Some((_, values)) => drop(values.insert(value)),
                None => parts.push((always, BTreeSet::from([value]))),
            }
        }
        let parts = parts.into_iter().map(|(_, values)| with(values));
        Some(parts.map(|part| (part.clone(), self.within(&part))).collect())
    }
}
