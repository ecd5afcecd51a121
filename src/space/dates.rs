//! Dates for an example note: days of the calendar with which every number derived from them has the wanted value.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::Space;
use crate::diagram::{DateBounds, UNBOUNDED, Value, Variable};
use crate::facts::{FactId, Facts, Origin, date_answer};

/// How many days to look for a date on each side of the preferred one. Weekends and holidays make no more necessary.
const NEAR_DAYS: i64 = 14;

/// How many service dates to try before giving up.
const SERVICE_DAYS: i64 = 60;

/// How many dates to try for one service date. What fits at all is usually among the first few.
const MAX_TRIES: usize = 500;

/// A number derived from dates, and the value that it must have.
pub(super) struct Wanted<'w> {
    /// The derived fact.
    pub(super) fact: FactId,
    /// The variable of the fact.
    pub(super) variable: &'w Variable,
    /// Index of the variable.
    pub(super) position: usize,
    /// The value.
    pub(super) value: Value,
}

/// The search for dates with which all wanted numbers have their values.
pub(super) struct DateSearch<'d> {
    pub(super) space: &'d Space<'d>,
    pub(super) wanted: Vec<Wanted<'d>>,
    /// The dates to find, each with the days from it to the service date that are preferred.
    pub(super) preferred: BTreeMap<FactId, i64>,
}

impl DateSearch<'_> {
    /// Returns a service date and the other dates. `service_date`: the preferred service date; `allows`: whether the
    /// note may have another one.
    pub(super) fn find(
        &self,
        service_date: NaiveDate,
        allows: &dyn Fn(NaiveDate) -> bool,
    ) -> Option<(NaiveDate, BTreeMap<FactId, NaiveDate>)> {
        let dates = self.in_order();
        let values: Vec<(usize, Value)> = self.wanted.iter().map(|wanted| (wanted.position, wanted.value)).collect();
        let bounds = self.space.variables.date_bounds(&dates, &values)?;
        // Preferably, nothing lies after the service.
        let business = self.space.variables.business_day_bounds();
        let past =
            (1..=dates.len()).try_fold(bounds.clone(), |known, at| known.with_days((at, 0), (0, UNBOUNDED), business));
        for bounds in past.into_iter().chain([bounds]) {
            let days = (0..=SERVICE_DAYS).flat_map(|days| [days, -days]);
            let near = days.filter_map(|days| service_date.checked_add_signed(TimeDelta::try_days(days)?));
            for date in near.filter(|date| allows(*date)) {
                let (mut chosen, mut tries) = (vec![date], MAX_TRIES);
                if self.choose(&dates, &bounds, &mut chosen, &mut tries) {
                    let found = dates.iter().copied().zip(chosen.into_iter().skip(1)).collect();
                    return Some((date, found));
                }
            }
        }
        None
    }

    /// Returns the dates to find: those that end a span, those that begin one, and all others. Dates that depend on each
    /// other stand together, so that what cannot fit is noticed before the others are tried.
    fn in_order(&self) -> Vec<FactId> {
        let vocabulary = &self.space.set.vocabulary;
        let is_in_span = |is_one: &dyn Fn(FactId, FactId) -> bool| {
            self.wanted.iter().any(|wanted| match vocabulary.fact(wanted.fact).origin {
                Origin::DaysBetween(from, to) | Origin::BusinessDaysBetween(from, to) => is_one(from, to),
                _ => false,
            })
        };
        let mut dates: Vec<FactId> = self.preferred.keys().copied().collect();
        dates.sort_by_key(|date| (!is_in_span(&|_, to| to == *date), !is_in_span(&|from, _| from == *date)));
        dates
    }

    /// Chooses the dates that are not chosen yet. Returns whether any were found that fit.
    fn choose(&self, dates: &[FactId], bounds: &DateBounds, chosen: &mut Vec<NaiveDate>, tries: &mut usize) -> bool {
        let at = chosen.len();
        let Some(date) = dates.get(at - 1) else { return true };
        let Some(service_date) = chosen.first().copied() else { return false };
        let (least, most) = (-bounds.most_days(0, at), bounds.most_days(at, 0));
        let preferred = self.preferred.get(date).copied().unwrap_or_default().clamp(least, most);
        let business = self.space.variables.business_day_bounds();
        for days in (0..=NEAR_DAYS).flat_map(|days| [preferred + days, preferred - days]) {
            let day = TimeDelta::try_days(days).and_then(|days| service_date.checked_sub_signed(days));
            let bounds = bounds.with_days((at, 0), (days, days), business);
            let (Some(day), Some(bounds)) = (day, bounds) else { continue };
            let Some(left) = tries.checked_sub(1) else { return false };
            *tries = left;
            chosen.push(day);
            if self.fits(dates, chosen) && self.choose(dates, &bounds, chosen, tries) {
                return true;
            }
            chosen.pop();
        }
        false
    }

    /// Returns whether each number that the chosen dates determine has its value.
    fn fits(&self, dates: &[FactId], chosen: &[NaiveDate]) -> bool {
        let vocabulary = &self.space.set.vocabulary;
        let Some(service_date) = chosen.first().copied() else { return false };
        let mut facts = Facts::unanswered(vocabulary);
        for (date, day) in dates.iter().zip(chosen.iter().skip(1)) {
            facts.set(*date, date_answer(*day));
        }
        facts.derive(vocabulary, service_date, 1);
        self.wanted.iter().all(|wanted| {
            let value = wanted.variable.value(facts.get(wanted.fact));
            value.is_none_or(|value| value == wanted.value)
        })
    }
}

/// Returns the days from a birth date to a date on which somebody turns so many years old.
pub(super) fn days_of_age(date: NaiveDate, years: i64) -> i64 {
    let born = i32::try_from(years).ok().and_then(|years| {
        let year = date.year() - years;
        date.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
    });
    born.map_or(0, |born| (date - born).num_days())
}
