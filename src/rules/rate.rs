//! Dated rates: each service and date once, and the rate in force on a date.

use chrono::NaiveDate;

use super::problem::{Problems, Span};
use super::{DatedRate, RuleSet, ServiceId};
use crate::message::Code;

impl RuleSet {
    /// The rate with the latest `from` not after the date, unless its `through` has passed.
    pub fn rate(&self, service: ServiceId, date: NaiveDate) -> Option<&DatedRate> {
        self.rates
            .iter()
            .filter(|dated| dated.service == service && dated.effective.from.is_none_or(|from| from <= date))
            .max_by_key(|dated| dated.effective.from)
            .filter(|dated| dated.effective.contains(date))
    }
}

/// Rates with each service and date once: of two, the one that replaces. They come sorted, a replacing one first.
pub(super) fn settle_rates(sorted: &[(DatedRate, bool, Span)], problems: &mut Problems<'_>) -> Vec<DatedRate> {
    let mut settled = Vec::new();
    for same in sorted.chunk_by(|(a, ..), (b, ..)| a.service == b.service && a.effective.from == b.effective.from) {
        let Some(((rate, first_replaces, first), others)) = same.split_first() else { continue };
        if *first_replaces && others.is_empty() {
            let help = "check service and `from`, or leave out `replaces = true`";
            problems.add(first, Code::NothingToReplace, "there is no rate of this service and date to replace", help);
        }
        let replaced = usize::from(*first_replaces);
        for (_, _, span) in others.iter().skip(replaced) {
            let help = "give one of them another `from`, or, to take the other's place, the line `replaces = true`";
            let text =
                format!("a second rate of this service from the same date as the one at {}", problems.place(first));
            problems.add(span, Code::SameRateDate, text, help);
        }
        settled.push(rate.clone());
    }
    settled
}
