//! Which notes there can be: for each service and payer, the dates and minutes of notes that are decided so.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};

use crate::diagram::{ActivityGraph, Diagram, Ref, Store, Value, Variables};
use crate::facts::{MAX_MINUTES, date_of};
use crate::rules::{Outcome, PayerId, RuleSet, ServiceId};

/// The dates and minutes of all notes that are decided as a service of a payer.
#[derive(Clone, Debug)]
pub(crate) struct Reachable {
    /// The bands of service dates, in order, each with its first and last date.
    pub(crate) dates: Vec<(NaiveDate, NaiveDate)>,
    /// For each service and payer, the minutes that notes can have, by band of dates.
    pools: BTreeMap<(ServiceId, PayerId), Vec<Minutes>>,
}

/// Numbers of minutes, as ranges that include both ends, ascending and apart.
pub(crate) type Minutes = Vec<(u32, u32)>;

/// The bands of service dates and of minutes that the graphs of a diagram distinguish.
#[derive(Clone, Debug)]
pub(crate) struct Bands {
    date: Option<usize>,
    dates: Vec<(NaiveDate, NaiveDate)>,
    minutes: Option<usize>,
    lengths: Vec<(u32, u32)>,
}

impl Bands {
    pub(crate) fn new(set: &RuleSet, variables: &Variables) -> Self {
        let date = variables.date_position();
        let minutes = set.vocabulary.find("minutes").and_then(|fact| variables.position(fact));
        let bands = |at: Option<usize>| at.and_then(|at| variables.get(at)).map(|variable| variable.bands.as_slice());
        let day = |days: i64| date_of(days);
        let mut dates = Vec::new();
        let starts = bands(date).unwrap_or_default();
        for (at, start) in starts.iter().enumerate() {
            let first = day(*start).filter(|_| at > 0).unwrap_or(NaiveDate::MIN);
            let last = starts.get(at + 1).and_then(|next| day(next - 1)).unwrap_or(NaiveDate::MAX);
            dates.push((first, last));
        }
        if dates.is_empty() {
            dates.push((NaiveDate::MIN, NaiveDate::MAX));
        }
        let mut lengths = Vec::new();
        let starts = bands(minutes).unwrap_or_default();
        let number = |number: i64| u32::try_from(number.clamp(1, MAX_MINUTES)).unwrap_or(1);
        for (at, start) in starts.iter().enumerate() {
            let last = starts.get(at + 1).map_or(MAX_MINUTES, |next| next - 1);
            lengths.push((number(*start), number(last)));
        }
        if lengths.is_empty() {
            lengths.push((1, number(MAX_MINUTES)));
        }
        Self { date, dates, minutes, lengths }
    }

    /// Returns all combinations of a band of dates and a band of minutes.
    fn all(&self) -> impl Iterator<Item = (usize, usize)> {
        let lengths = self.lengths.len();
        (0..self.dates.len()).flat_map(move |date| (0..lengths).map(move |length| (date, length)))
    }

    /// Returns the values that select a band of dates and a band of minutes.
    fn assignment(&self, (date, length): (usize, usize), size: usize) -> Vec<Option<Value>> {
        let mut assignment = vec![None; size];
        for (variable, band) in [(self.date, date), (self.minutes, length)] {
            if let Some(place) = variable.and_then(|at| assignment.get_mut(at)) {
                *place = Value::try_from(band).ok();
            }
        }
        assignment
    }
}

impl Reachable {
    /// Finds the notes of all graphs.
    pub(crate) fn new(set: &RuleSet, diagram: &Diagram, graphs: &[&ActivityGraph]) -> Self {
        let bands = Bands::new(set, &diagram.variables);
        let mut reachable = Self { dates: bands.dates.clone(), pools: BTreeMap::new() };
        for graph in graphs {
            reachable.add(&bands, &graph.store, graph.rules.outcome, diagram.variables.len());
        }
        reachable
    }

    /// Adds the notes of a graph of outcomes over `size` variables. Returns whether some of them are of a new service
    /// and payer.
    pub(crate) fn add(&mut self, bands: &Bands, store: &Store, outcomes: Ref, size: usize) -> bool {
        let mut is_new = false;
        for (date, length) in bands.all() {
            let assignment = bands.assignment((date, length), size);
            for leaf in store.leaves(outcomes, &assignment) {
                let Some(Outcome::Billable(service, payer)) = store.outcome(leaf) else { continue };
                let by_date = self.pools.entry((service, payer)).or_insert_with(|| {
                    is_new = true;
                    vec![Vec::new(); bands.dates.len()]
                });
                if let (Some(known), Some(range)) = (by_date.get_mut(date), bands.lengths.get(length)) {
                    insert(known, *range);
                }
            }
        }
        is_new
    }

    /// Whether some note is decided as a service of a payer.
    pub(crate) fn contains(&self, service: ServiceId, payer: PayerId) -> bool {
        self.pools.contains_key(&(service, payer))
    }

    /// Returns every service and payer as which some note is decided.
    pub(crate) fn pools(&self) -> impl Iterator<Item = (ServiceId, PayerId)> {
        self.pools.keys().copied()
    }

    /// Returns the payers to whom notes of a service are billed.
    pub(crate) fn payers(&self, service: ServiceId) -> impl Iterator<Item = PayerId> {
        let here = self.pools.keys().filter(move |(other, _)| *other == service);
        here.map(|(_, payer)| *payer)
    }

    /// Returns the minutes that notes of a service and payer can have within a band of dates.
    pub(crate) fn minutes(&self, service: ServiceId, payer: PayerId, date: usize) -> &[(u32, u32)] {
        self.pools.get(&(service, payer)).and_then(|by_date| by_date.get(date)).map_or(&[], Vec::as_slice)
    }

    /// Returns the kinds of periods that there are, by the bands of dates in which their notes can lie: each band alone
    /// and, unless a period `is_day`, the bands that meet within a calendar month. Periods near `ordinary` come first.
    pub(crate) fn periods(&self, is_day: bool, ordinary: NaiveDate) -> Vec<PeriodBands> {
        let near = |(first, last): &(NaiveDate, NaiveDate), (from, through): (NaiveDate, NaiveDate)| {
            ordinary.clamp(from, through).clamp(*first, *last)
        };
        let whole = (NaiveDate::MIN, NaiveDate::MAX);
        let mut periods: Vec<PeriodBands> =
            self.dates.iter().enumerate().map(|(at, band)| vec![(at, near(band, whole))]).collect();
        let inner = self.dates.iter().map(|(first, _)| *first).filter(|first| first.day() > 1 && *first != whole.0);
        let mut months: Vec<(NaiveDate, NaiveDate)> = inner.filter_map(month_of).collect();
        months.dedup();
        for (from, through) in months.into_iter().filter(|_| !is_day) {
            let meeting = self.dates.iter().enumerate().filter(|(_, (first, last))| *first <= through && from <= *last);
            periods.push(meeting.map(|(at, band)| (at, near(band, (from, through)))).collect());
        }
        let distance = |period: &PeriodBands| {
            period.iter().map(|(_, day)| (*day - ordinary).num_days().unsigned_abs()).max().unwrap_or_default()
        };
        periods.sort_by_key(|period| (distance(period), Reverse(period.len())));
        periods
    }
}

/// The bands of dates in which the notes of a period can lie, each with a date of it. All these dates are in one month.
pub(crate) type PeriodBands = Vec<(usize, NaiveDate)>;

/// Returns the first and the last date of the month of a date.
fn month_of(date: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let first = date.with_day(1)?;
    Some((first, first.checked_add_months(Months::new(1))?.pred_opt()?))
}

/// Adds a range to ranges that are in order, joining those that touch.
fn insert(ranges: &mut Minutes, range: (u32, u32)) {
    ranges.push(range);
    join(ranges);
}

/// Sorts ranges and joins those that touch.
fn join(ranges: &mut Minutes) {
    ranges.sort_unstable();
    let mut joined: Minutes = Vec::with_capacity(ranges.len());
    for (first, last) in ranges.drain(..) {
        match joined.last_mut() {
            Some(known) if first <= known.1.saturating_add(1) => known.1 = known.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    *ranges = joined;
}

/// The sums that notes of given lengths can make.
pub(crate) struct Sums<'m> {
    /// The minutes that one note can have.
    one: &'m [(u32, u32)],
    /// The sums of one note, of two notes, and so on.
    by_count: Vec<Minutes>,
    /// The most minutes that count.
    most: u32,
}

/// The most notes of which sums are made.
const MOST_NOTES: usize = 40;

impl<'m> Sums<'m> {
    /// `several`: whether several notes make a sum, or each note is counted alone.
    pub(crate) fn new(one: &'m [(u32, u32)], several: bool, most: u32) -> Self {
        let mut sums: Vec<Minutes> = vec![one.to_vec()];
        let largest = |sums: &Minutes| sums.last().map_or(0, |(_, last)| *last);
        while several && sums.len() < MOST_NOTES && sums.last().is_some_and(|last| (1..most).contains(&largest(last))) {
            let Some(before) = sums.last() else { break };
            let mut next: Minutes = Vec::new();
            for (first, last) in before {
                next.extend(one.iter().map(|(least, most)| (first.saturating_add(*least), last.saturating_add(*most))));
            }
            join(&mut next);
            sums.push(next);
        }
        Self { one, by_count: sums, most }
    }

    /// Returns the fewest notes, and the least minutes of so many notes, whose sum lies in a range.
    pub(crate) fn least(&self, from: u32, through: u32) -> Option<(usize, u32)> {
        let through = through.min(self.most);
        self.by_count.iter().enumerate().find_map(|(at, sums)| {
            let inside = sums.iter().filter(|(first, last)| *first <= through && *last >= from);
            inside.map(|(first, _)| (*first).max(from)).min().map(|sum| (at + 1, sum))
        })
    }

    /// Returns so many lengths of notes that together make a sum, the longest first.
    pub(crate) fn split(&self, notes: usize, sum: u32) -> Option<Vec<u32>> {
        if notes <= 1 {
            return Some(vec![sum]);
        }
        let rest = self.by_count.get(notes - 2)?;
        // A note of the one length leaves a sum that the other notes can make.
        let fits = |(least, most): &(u32, u32)| {
            let ends = rest.iter().filter_map(|(first, last)| {
                let (low, high) = (sum.saturating_sub(*last).max(*least), sum.checked_sub(*first)?.min(*most));
                (low <= high).then_some(high)
            });
            ends.max()
        };
        let longest = self.one.iter().filter_map(fits).max()?;
        let mut lengths = self.split(notes - 1, sum - longest)?;
        lengths.insert(0, longest);
        Some(lengths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_need_as_few_notes_as_can_be() {
        let any = [(1, 1440)];
        let sums = Sums::new(&any, true, 44_640);
        assert_eq!((sums.least(20, 59), sums.least(2000, 9000)), (Some((1, 20)), Some((2, 2000))));
        assert_eq!(sums.split(2, 2000), Some(vec![1440, 560]));
        let short = [(16, 37), (53, 60)];
        let sums = Sums::new(&short, true, 44_640);
        assert_eq!((sums.least(38, 52), sums.least(15, 99)), (Some((2, 38)), Some((1, 16))));
        assert_eq!(sums.split(2, 38), Some(vec![22, 16]));
        assert_eq!(Sums::new(&short, false, 1440).least(61, 99), None);
    }
}
