//! Dated rates: each service and date once, and the rate in force on a date.

use chrono::NaiveDate;

use super::problem::Problems;
use super::repeats::refuse_further;
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

/// Rates with each service and date once: of several the one that replaces, if one does, else the first.
pub(super) fn settle_rates(mut dated: Vec<(DatedRate, bool)>, problems: &mut Problems<'_>) -> Vec<DatedRate> {
    dated.sort_by_key(|(rate, replaces)| (rate.service, rate.effective.from, !replaces, rate.span.order()));
    let mut settled = Vec::new();
    for same in dated.chunk_by(|(a, _), (b, _)| a.service == b.service && a.effective.from == b.effective.from) {
        let (replacing, plain) = same.split_at(same.partition_point(|(_, replaces)| *replaces));
        let places = |rates: &[(DatedRate, bool)]| rates.iter().map(|(rate, _)| rate.span.clone()).collect::<Vec<_>>();
        let what = "rate of this service from the same date";
        let help = "give one of them another `from`, or, to take the other's place, the line `replaces = true`";
        refuse_further(places(plain).into_iter(), what, (Code::SameRateDate, help), problems);
        let what = "replacement of the rate of this service from the same date";
        refuse_further(places(replacing).into_iter(), what, (Code::SameRateDate, "keep one of the two"), problems);
        if let Some((rate, _)) = replacing.first().filter(|_| plain.is_empty()) {
            let help = "check service and `from`, or leave out `replaces = true`";
            let text = "there is no rate of this service and date to replace";
            problems.add(&rate.span, Code::NothingToReplace, text, help);
        }
        settled.extend(same.first().map(|(rate, _)| rate.clone()));
    }
    settled
}
