//! Which rules decide the notes of a region: all of them, or some.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Parts;
use crate::diagram::{Listed, Ref};
use crate::proof::Region;
use crate::rules::{Outcome, RuleId, RuleSet, outcome, reasons};

/// The graph that leads to the reasons, in parts.
pub(super) struct Why {
    /// The different sets of reasons, one for each outcome that they lead to: a gap and a conflict have none alike.
    sets: Vec<(Outcome, Vec<RuleId>)>,
    pub(super) parts: Parts<u32>,
    pub(super) root: Ref<u32>,
}

impl Why {
    pub(super) fn of(set: &RuleSet, listed: &Listed) -> Self {
        let why = |met: &Vec<RuleId>| (outcome(set, met), reasons(set, met));
        let by_meeting: Vec<(Outcome, Vec<RuleId>)> = listed.list.iter().map(why).collect();
        let different: BTreeSet<&(Outcome, Vec<RuleId>)> = by_meeting.iter().collect();
        let places: BTreeMap<&(Outcome, Vec<RuleId>), u32> = different.into_iter().zip(0..).collect();
        let place = |leaf: u32| by_meeting.get(usize::try_from(leaf).ok()?).and_then(|set| places.get(set)).copied();
        let (parts, root) = Parts::of(&listed.graph.map(|leaf| place(leaf).unwrap_or(u32::MAX)));
        Self { sets: places.into_keys().cloned().collect(), parts, root }
    }

    /// Activities that are decided alike for the same reasons, in order of activity, each with what is left of the graph.
    pub(super) fn families(&mut self, whole: &Region, grouped_by: Option<usize>) -> Vec<(BTreeSet<u16>, Ref<u32>)> {
        match grouped_by {
            Some(axis) => self.parts.branches(self.root, axis, &whole.cells(axis).collect()),
            None => vec![(BTreeSet::new(), self.root)],
        }
    }

    /// The rules that decide every note of a region, and those that decide only some.
    pub(super) fn reasons(&self, at: Ref<u32>, region: &Region) -> (Vec<RuleId>, Vec<RuleId>) {
        let places = self.parts.leaves(at, region);
        let sets: Vec<&Vec<RuleId>> =
            places.iter().filter_map(|place| Some(&self.sets.get(usize::try_from(*place).ok()?)?.1)).collect();
        let any: BTreeSet<RuleId> = sets.iter().flat_map(|set| set.iter()).copied().collect();
        any.into_iter().partition(|rule| sets.iter().all(|set| set.contains(rule)))
    }

    /// The region, in parts where no rule decides all of it and there are parts of one fact for which some rule does.
    pub(super) fn parted(&self, at: Ref<u32>, region: &Region) -> Vec<Region> {
        if !self.reasons(at, region).0.is_empty() {
            return vec![region.clone()];
        }
        let parts = (0..region.0.len()).filter_map(|axis| self.by_reason(at, region, axis));
        parts.min_by_key(Vec::len).unwrap_or_else(|| vec![region.clone()])
    }

    /// Parts of a region by the cells of an axis, those for the same reasons together. `None` where some part has none.
    fn by_reason(&self, at: Ref<u32>, region: &Region, axis: usize) -> Option<Vec<Region>> {
        let mut parts: Vec<(Vec<RuleId>, BTreeSet<u16>)> = Vec::new();
        for cell in region.cells(axis) {
            let always = self.reasons(at, &with(region, axis, BTreeSet::from([cell]))).0;
            match parts.iter_mut().find(|(known, _)| *known == always) {
                _ if always.is_empty() => return None,
                Some((_, cells)) => drop(cells.insert(cell)),
                None => parts.push((always, BTreeSet::from([cell]))),
            }
        }
        Some(parts.into_iter().map(|(_, cells)| with(region, axis, cells)).collect())
    }
}

/// A region with other cells of an axis.
fn with(region: &Region, axis: usize, cells: BTreeSet<u16>) -> Region {
    let mut region = region.clone();
    region.put(axis, cells);
    region
}
