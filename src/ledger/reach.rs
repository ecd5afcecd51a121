//! What a pool earns surely, and what held notes could add or change.

use std::collections::BTreeSet;

use super::{Counting, EarnedUnits, units_of};
use crate::rules::ServiceId;

/// What a pool earns with its sure minutes, compared with every sum of minutes that held notes could make of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What the sure minutes earn.
    pub earned: Vec<EarnedUnits>,
    /// Whether every reachable sum earns at least as much of each of these services.
    pub is_sure: bool,
    /// What the most minutes earn, if some reachable sum earns more of some service.
    pub most: Option<Vec<EarnedUnits>>,
    /// Every service of which some reachable sum earns a unit.
    pub possible: BTreeSet<ServiceId>,
}

/// Determines what `sure` minutes earn, and what they could earn together with any of the `open` minutes of held notes.
pub fn reach(counting: &Counting<'_>, sure: u32, open: &[u32]) -> Reach {
    let earned = counting.earned(sure);
    let mut reach =
        Reach { is_sure: true, most: None, possible: earned.iter().map(|earned| earned.service).collect(), earned };
    if open.is_empty() {
        return reach;
    }
    let all = open.iter().fold(sure, |sum, minutes| sum.saturating_add(*minutes));
    let mut sums = sums_to_try(counting, sure, open);
    sums.push(all);
    for sum in sums {
        let then = counting.earned(sum);
        reach.is_sure &= reach.earned.iter().all(|now| units_of(&then, now.service) >= now.units);
        if then.iter().any(|then| then.units > units_of(&reach.earned, then.service)) {
            reach.most = Some(then.clone());
        }
        reach.possible.extend(then.iter().map(|earned| earned.service));
    }
    reach
}

/// Returns the reachable sums that can make a difference: all below the last minutes at which a count ends, and the
/// smallest from there on, where more minutes never earn less.
fn sums_to_try(counting: &Counting<'_>, sure: u32, open: &[u32]) -> Vec<u32> {
    let end = counting.parts.iter().filter_map(|part| part.steps.below).max().unwrap_or_default();
    let mut sums = BTreeSet::from([sure]);
    for minutes in open {
        let further: Vec<u32> = sums.iter().map(|sum| sum.saturating_add(*minutes)).collect();
        sums.extend(further);
        // Of the sums from the end on, only the smallest is kept.
        let beyond = sums.split_off(&end);
        sums.extend(beyond.first());
    }
    sums.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::CountingPart;
    use crate::rules::{RuleFile, RuleSet, Within};
    use crate::units::Steps;

    fn set() -> RuleSet {
        let text = "[payer.p]\ntitle = \"P\"\n[service.a]\ntitle = \"A\"\nunit = \"month\"\nbasis = \"house\"\n\
                    [service.b]\ntitle = \"B\"\nunit = \"month\"\nbasis = \"house\"\n\
                    [fact.activity]\nvalues = [\"w\"]\n[fact.staff_role]\nvalues = [\"r\"]\n";
        RuleSet::load(vec![RuleFile { name: "rules.toml".into(), text: text.into(), own: false }]).unwrap()
    }

    fn counting(set: &RuleSet, steps: [Steps; 2]) -> Counting<'static> {
        let parts = set.service_ids().zip(steps);
        let parts = parts.map(|(earns, steps)| CountingPart { earns, steps, count: None }).collect();
        Counting { within: Within::Month, parts, one_practitioner: false }
    }

    fn short_and_whole(set: &RuleSet) -> Counting<'static> {
        let short = Steps { at_least: vec![16], below: Some(36), ..Steps::once() };
        counting(set, [short, Steps { at_least: vec![36], ..Steps::once() }])
    }

    #[test]
    fn what_more_minutes_would_take_away_is_not_sure() {
        let set = set();
        let counting = short_and_whole(&set);
        let is_sure = |sure, open: &[u32]| reach(&counting, sure, open).is_sure;
        assert!(!is_sure(29, &[11]) && is_sure(29, &[6]) && is_sure(10, &[30]) && is_sure(40, &[50]));
        assert!(!is_sure(20, &[3, 3, 10]));
        assert_eq!(reach(&counting, 10, &[3]).most, None);
        assert_eq!(reach(&counting, 10, &[30]).possible.len(), 1);
    }

    proptest! {
        #[test]
        fn every_subset_of_held_notes_is_considered(
            sure in 0u32..60, open in prop::collection::vec(1u32..40, 0..7), least in 1u32..40, below in 41u32..80,
        ) {
            let set = set();
            let first = Steps { at_least: vec![least], below: Some(below), ..Steps::once() };
            let second = Steps { at_least: vec![least + 5], each: Some(20), most: Some(2), below: None };
            let counting = counting(&set, [first, second]);
            let found = reach(&counting, sure, &open);
            let subsets = 0..1_u32 << open.len();
            let sums = subsets.map(|subset| {
                let chosen = open.iter().enumerate().filter(|(at, _)| subset >> at & 1 == 1);
                sure + chosen.map(|(_, minutes)| minutes).sum::<u32>()
            });
            let all: Vec<Vec<EarnedUnits>> = sums.map(|sum| counting.earned(sum)).collect();
            let keeps = |then: &Vec<EarnedUnits>| {
                found.earned.iter().all(|now| units_of(then, now.service) >= now.units)
            };
            prop_assert_eq!(found.is_sure, all.iter().all(keeps));
            let adds = |then: &Vec<EarnedUnits>| then.iter().any(|one| one.units > units_of(&found.earned, one.service));
            prop_assert_eq!(found.most.is_some(), all.iter().any(adds));
            let possible: BTreeSet<ServiceId> = all.iter().flatten().map(|one| one.service).collect();
            prop_assert_eq!(found.possible, possible);
        }
    }
}
