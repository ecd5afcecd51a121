//! What pools can earn: minutes as bands at the thresholds of their counts.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::reachable::{PeriodBands, Reachable, Sums};
use crate::ledger::{Counting, EarnedUnits};
use crate::rules::{PayerId, RuleSet, ServiceId, Within};

/// Something that a pool can earn, with the fewest notes and the least minutes that earn it.
#[derive(Clone, Debug)]
pub(crate) struct Earning {
    /// The service as which the notes are decided.
    pub(crate) service: ServiceId,
    /// The payers for whom this is so; any of them will do.
    pub(crate) payers: Vec<PayerId>,
    pub(crate) within: Within,
    /// The services of which the pool earns units, sorted.
    pub(crate) lines: Vec<ServiceId>,
    /// Number of notes.
    pub(crate) notes: usize,
    /// Total minutes of the notes.
    pub(crate) minutes: u32,
    /// The band of the service dates.
    pub(crate) band: usize,
    /// A date of that band.
    pub(crate) day: NaiveDate,
}

impl Earning {
    /// Takes the place of another way to earn the same if it is smaller, and joins it if it is as small.
    pub(crate) fn add(&mut self, other: &Self) {
        let size = |own: &Self| (own.notes, own.minutes);
        if size(other) < size(self) {
            *self = other.clone();
        } else if size(other) == size(self) && (other.band, other.within) == (self.band, self.within) {
            self.payers
                .extend(other.payers.iter().filter(|payer| !self.payers.contains(payer)).copied().collect::<Vec<_>>());
        }
    }
}

/// Returns everything that a pool of a service can earn in a period: each set of services once, with the fewest notes.
pub(crate) fn earnings(set: &RuleSet, reachable: &Reachable, service: ServiceId, period: &PeriodBands) -> Vec<Earning> {
    let mut found: BTreeMap<Vec<ServiceId>, Earning> = BTreeMap::new();
    for payer in reachable.payers(service) {
        for (band, day) in period {
            let minutes = reachable.minutes(service, payer, *band);
            if minutes.is_empty() {
                continue;
            }
            let counting = Counting::new(set, service, payer, *day);
            let most = counting.within.most_minutes();
            let sums = Sums::new(minutes, counting.within != Within::Note, most);
            let turns = turns(&counting);
            for (at, from) in turns.iter().enumerate() {
                let through = turns.get(at + 1).map_or(most, |next| next - 1);
                let Some((notes, minutes)) = sums.least(*from, through) else { continue };
                let mut lines: Vec<ServiceId> =
                    counting.earned(minutes).into_iter().map(|earned| earned.service).collect();
                lines.sort_unstable();
                lines.dedup();
                let within = counting.within;
                let (payers, key, day) = (vec![payer], lines.clone(), *day);
                let new = Earning { service, payers, within, lines, notes, minutes, band: *band, day };
                found.entry(key).and_modify(|known| known.add(&new)).or_insert(new);
            }
        }
    }
    found.into_values().filter(|earning| !earning.lines.is_empty()).collect()
}

/// Returns the minutes at which a pool begins or ceases to earn a service, ascending.
fn turns(counting: &Counting<'_>) -> Vec<u32> {
    let steps = counting.parts.iter().map(|part| &part.steps);
    let mut turns: Vec<u32> =
        steps.flat_map(|steps| steps.at_least.first().copied().into_iter().chain(steps.below)).collect();
    turns.sort_unstable();
    turns.dedup();
    turns
}

/// A way in which two countings of the same notes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CountingDifference {
    /// Only one of them takes the notes of these periods together.
    Within(Within, Within),
    /// So many notes with these minutes in total earn something else.
    Minutes(usize, u32),
    /// Only one of them asks for one practitioner.
    Practitioners,
}

/// Compares two ways to count notes whose lengths are in `minutes`.
pub(crate) fn difference(
    one: &Counting<'_>,
    other: &Counting<'_>,
    minutes: &[(u32, u32)],
) -> Option<CountingDifference> {
    if one.within != other.within {
        return Some(CountingDifference::Within(one.within, other.within));
    }
    let most = one.within.most_minutes();
    let steps = || one.parts.iter().chain(&other.parts).map(|part| &part.steps);
    let mut turns: Vec<u32> = steps().flat_map(|steps| steps.changes(most)).collect();
    turns.sort_unstable();
    turns.dedup();
    let sums = Sums::new(minutes, one.within != Within::Note, most);
    let units = |earned: Vec<EarnedUnits>| {
        let mut units: Vec<(ServiceId, u32)> = earned.into_iter().map(|one| (one.service, one.units)).collect();
        units.sort_unstable();
        units
    };
    for (at, from) in turns.iter().enumerate() {
        let through = turns.get(at + 1).map_or(most, |next| next - 1);
        // The steps are the same within the band, so its least sum stands for all.
        if units(one.earned(*from)) != units(other.earned(*from))
            && let Some((notes, minutes)) = sums.least(*from, through)
        {
            return Some(CountingDifference::Minutes(notes, minutes));
        }
    }
    (one.one_practitioner != other.one_practitioner && one.within != Within::Note)
        .then_some(CountingDifference::Practitioners)
}
