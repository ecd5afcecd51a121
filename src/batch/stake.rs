//! What a held note could earn if its missing facts were answered.

use super::BatchNote;
use super::pool::HeldNote;
use crate::decide::Verdict;
use crate::ledger::{Counting, units_of};
use crate::money::Amount;
use crate::rules::{Outcome, PayerId, RateFound, ServiceId};

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
        if self.is_stopped() {
            return Some(NOTHING);
        }
        let stakes = possible.iter().map(|outcome| match outcome {
            Outcome::Billable(service, payer) => self.could_add(*service, *payer),
            Outcome::NonBillable | Outcome::Held | Outcome::Gap | Outcome::Conflict => NOTHING,
        });
        stakes.max_by_key(|stake| (stake.amount.unwrap_or(Amount::ZERO), stake.units))
    }

    /// Returns what the note would add if it were billed to this payer as this service.
    fn could_add(self, service: ServiceId, payer: PayerId) -> Stake {
        let counting = Counting::new(self.batch.set, service, payer, self.date());
        let pool = self.pool_as(service, payer);
        if self.may_differ_from_held(service, payer, &counting) {
            return NOTHING;
        }
        if pool.is_some_and(|pool| pool.payer != payer || !pool.may_be_billed()) {
            // The notes of the period would name different payers, or a person must decide the period first.
            return NOTHING;
        }
        let before = pool.map_or(0, |pool| pool.minutes);
        let (now, then) = (counting.earned(before), counting.earned(before.saturating_add(self.minutes())));
        let mut stake = NOTHING;
        for earned in then {
            let units = earned.units.saturating_sub(units_of(&now, earned.service));
            if units > 0 {
                stake.units = stake.units.saturating_add(units);
                stake.amount = stake.amount.zip(self.price(earned.service, payer, units)).map(|(sum, one)| sum + one);
            }
        }
        stake
    }

    /// Whether an edit holds a note of the period that names another payer, so that this one would be held with it.
    fn may_differ_from_held(self, service: ServiceId, payer: PayerId, counting: &Counting<'_>) -> bool {
        if self.batch.set.has_pool_by_payer(service) {
            return false;
        }
        let key = (self.client_id(), service, self.period(counting.within));
        let of_period = |held: &HeldNote| (held.0, held.1, held.2);
        let first = self.batch.held.partition_point(|held| of_period(held) < key);
        let held = self.batch.held.iter().skip(first).take_while(|held| of_period(held) == key);
        held.into_iter().any(|(.., other)| *other != payer)
    }

    /// Returns what further units would add to the claim line of this note's client and date.
    fn price(self, service: ServiceId, payer: PayerId, units: u32) -> Option<Amount> {
        let rate = match self.rate(service, payer) {
            RateFound::Known(dated) => dated.rate,
            RateFound::Unpriced | RateFound::Open(_) => return None,
        };
        let line =
            self.batch.claims_of(self.client_id(), self.date(), payer, service).find(|line| line.rate == Some(rate));
        let before = line.map_or(0, |line| line.units);
        Some(rate.line_amount(u64::from(before) + u64::from(units)) - rate.line_amount(before.into()))
    }
}

const NOTHING: Stake = Stake { units: 0, amount: Some(Amount::ZERO) };
