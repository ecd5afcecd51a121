//! What a held note could earn if its missing facts were answered.

use super::BatchNote;
use crate::decide::Verdict;
use crate::money::Amount;
use crate::rules::{Outcome, PayerId, ServiceId, Unit};

/// The most that a held note could add to a claim line if all other notes stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    /// Number of units of the service.
    pub units: u32,
    /// Dollars; `None` if the units have no known price.
    pub amount: Option<Amount>,
}

impl BatchNote<'_> {
    /// Returns what is at stake; `None` unless the note is held for missing facts.
    pub fn at_stake(self) -> Option<Stake> {
        let Verdict::HeldForFacts { possible, .. } = &self.evaluation().verdict else { return None };
        let stakes = possible.iter().map(|outcome| match outcome {
            Outcome::Billable(service, payer) => self.could_add(*service, *payer),
            Outcome::NonBillable | Outcome::Held | Outcome::Gap | Outcome::Conflict => NOTHING,
        });
        stakes.max_by_key(|stake| (stake.amount.unwrap_or(Amount::ZERO), stake.units))
    }

    /// Returns what the note would add if it were billed to this payer as this service.
    fn could_add(self, service: ServiceId, payer: PayerId) -> Stake {
        let set = self.batch.set;
        let part = set.part_quarter_hour();
        let day = self.service_days().find(|day| day.service == service);
        let line = day.and_then(|day| day.lines.iter().find(|line| line.payer == payer));
        let (before, minutes) = line.map_or((0, 0), |line| (line.units, line.minutes));
        let units = match set.service(service).unit {
            // Another note carries the day's unit, or the payers differ and all notes of the day are held.
            Unit::Day => u32::from(day.is_none()),
            Unit::QuarterHour if set.pools_by_day() => part.quarter_hours(minutes + self.minutes()) - before,
            Unit::QuarterHour => part.quarter_hours(self.minutes()),
        };
        if units == 0 {
            return NOTHING;
        }
        let rate = set.rate(service, self.date()).map(|dated| dated.rate);
        let added = rate.map(|rate| rate.line_amount((before + units).into()) - rate.line_amount(before.into()));
        Stake { units, amount: added }
    }
}

const NOTHING: Stake = Stake { units: 0, amount: Some(Amount::ZERO) };
