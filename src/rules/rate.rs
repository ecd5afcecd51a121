//! The rate in force on a date.

use chrono::NaiveDate;

use super::{RuleSet, ServiceId};
use crate::money::Rate;

/// A rate and the block it stands in.
pub type RateInForce = Option<(Rate, usize)>;

/// Rates by date.
pub trait InForce {
    /// The rate with the latest `from` not after the date, unless its `through` has passed.
    fn rate(&self, service: ServiceId, date: NaiveDate) -> RateInForce;
}

impl InForce for RuleSet {
    fn rate(&self, service: ServiceId, date: NaiveDate) -> RateInForce {
        self.rates
            .iter()
            .enumerate()
            .filter(|(_, dated)| dated.service == service && dated.effective.from.is_none_or(|from| from <= date))
            .max_by_key(|(_, dated)| dated.effective.from)
            .filter(|(_, dated)| dated.effective.contains(date))
            .map(|(at, dated)| (dated.rate, at))
    }
}
