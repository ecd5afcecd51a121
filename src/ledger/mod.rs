//! What the minutes of a period earn: counts, and what held notes could still change.
//!
//! A *pool* is the billable notes of one client, one service and one period. This module knows minutes and rules, but no
//! notes: the batch asks it about the notes of a run, and proofs ask it about all of them.

mod reach;

use chrono::NaiveDate;

pub use reach::{Reach, reach};

use crate::rules::{Count, PayerId, RuleSet, ServiceId, Unit, Within};
use crate::units::Steps;

/// How the minutes of a pool are counted.
#[derive(Clone, Debug)]
pub struct Counting<'s> {
    /// The period of the pool.
    pub within: Within,
    /// The services that the pool can earn, each with its steps. Never empty.
    pub parts: Vec<CountingPart<'s>>,
    /// Whether only one practitioner can bill the period.
    pub one_practitioner: bool,
}

/// One service that a pool can earn.
#[derive(Clone, Debug)]
pub struct CountingPart<'s> {
    /// The service.
    pub earns: ServiceId,
    /// The minutes at which units are earned.
    pub steps: Steps,
    /// The count; `None` if the unit of the service determines how it is counted.
    pub count: Option<&'s Count>,
}

/// Units of one service that a pool earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarnedUnits {
    /// The service.
    pub service: ServiceId,
    /// Number of units, at least one.
    pub units: u32,
    /// The minutes at which the first unit is reached.
    pub threshold: u32,
    /// The minutes at which the last of these units is reached.
    pub reached_at: u32,
}

impl<'s> Counting<'s> {
    /// Returns how notes of a service and payer are counted on a date. A service without a count in force is counted by
    /// its unit.
    pub fn new(set: &'s RuleSet, service: ServiceId, payer: PayerId, date: NaiveDate) -> Self {
        let counts: Vec<&Count> = set.counts.iter().filter(|count| count.applies(service, payer, date)).collect();
        let Some(first) = counts.first() else { return Self::by_unit(set, service) };
        let part =
            |count: &&'s Count| CountingPart { earns: count.earns, steps: count.steps.clone(), count: Some(count) };
        Self {
            within: first.within,
            parts: counts.iter().map(part).collect(),
            one_practitioner: counts.iter().any(|count| count.one_practitioner),
        }
    }

    fn by_unit(set: &RuleSet, service: ServiceId) -> Self {
        let (within, steps) = match set.service(service).unit {
            Unit::QuarterHour => {
                let within = if set.pools_by_day() { Within::Day } else { Within::Note };
                (within, set.part_quarter_hour().steps())
            }
            Unit::Day => (Within::Day, Steps::once()),
            Unit::Month => (Within::Month, Steps::once()),
            Unit::Each => (Within::Note, Steps::once()),
        };
        let parts = vec![CountingPart { earns: service, steps, count: None }];
        Self { within, parts, one_practitioner: false }
    }

    /// Whether a `[[count]]` determines how the minutes are counted.
    pub fn has_count(&self) -> bool {
        self.parts.iter().any(|part| part.count.is_some())
    }

    /// Returns what the minutes earn, ordered by threshold, then by service.
    pub fn earned(&self, minutes: u32) -> Vec<EarnedUnits> {
        let earned = self.parts.iter().filter_map(|part| {
            let units = part.steps.units(minutes);
            (units > 0).then(|| EarnedUnits {
                service: part.earns,
                units,
                threshold: part.steps.reached_at(1),
                reached_at: part.steps.reached_at(units),
            })
        });
        let mut earned: Vec<EarnedUnits> = earned.collect();
        earned.sort_by_key(|earned| (earned.threshold, earned.service));
        earned
    }
}

/// Returns the units of a service among what was earned.
pub fn units_of(earned: &[EarnedUnits], service: ServiceId) -> u32 {
    earned.iter().filter(|one| one.service == service).map(|one| one.units).sum()
}
