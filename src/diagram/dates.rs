//! Which combinations of numbers that are derived from dates some real dates can have.
//!
//! `age`, `days_since_X`, `days_from_X_to_Y` and `business_days_from_X_to_Y` are variables of their own, but two of them
//! may be derived from the same dates: no two dates have more business days than days between them. Each value of such a
//! variable bounds the days from one date to another. A combination of values is possible if all bounds can hold at
//! once, which is a system of difference constraints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::differences::{DateBounds, UNBOUNDED};
use super::{Ref, Store, Value, Variable, Variables};
use crate::calendar::{BusinessDayBounds, Calendar};
use crate::facts::{FactId, Origin};

/// Maximum number of combinations to look at. Beyond that, a combination counts as possible.
const MAX_COMBINATIONS: usize = 50_000;

/// The variables that are derived from dates, and the holidays that business days leave out.
#[derive(Clone, Debug, Default)]
pub(super) struct DateVariables {
    pub(super) list: Vec<(usize, Origin)>,
    pub(super) calendar: Calendar,
    /// Counted on first use, since few graphs need it.
    pub(super) business: OnceLock<BusinessDayBounds>,
}

/// A date of a note: a date fact, or `None` for the service date.
type Date = Option<FactId>;

/// Two dates, and the variable that bounds the days from the first to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    variable: usize,
    origin: Origin,
    from: Date,
    to: Date,
}

impl Link {
    fn new(variable: usize, origin: Origin) -> Option<Self> {
        let (from, to) = match origin {
            Origin::Note | Origin::Setting | Origin::Minutes => return None,
            Origin::Age(from) | Origin::DaysSince(from) => (Some(from), None),
            Origin::DaysBetween(from, to) | Origin::BusinessDaysBetween(from, to) => (Some(from), Some(to)),
        };
        Some(Self { variable, origin, from, to })
    }

    fn other(&self, date: Date) -> Option<Date> {
        match date {
            _ if date == self.from => Some(self.to),
            _ if date == self.to => Some(self.from),
            _ => None,
        }
    }

    /// Returns the numbers that a value of the variable stands for, from the first through the last.
    fn range(&self, variable: &Variable, value: Value) -> (i64, i64) {
        let at = usize::from(value);
        // Numbers outside the range of a fact count as its first or last number.
        let least = variable.bands.get(at).copied().filter(|_| at > 0);
        let most = variable.bands.get(at + 1).map(|next| next - 1);
        let (least, most) = match self.origin {
            Origin::Age(_) => (least.map(least_days_of_age), most.map(most_days_of_age)),
            _ => (least, most),
        };
        (least.unwrap_or(-UNBOUNDED), most.unwrap_or(UNBOUNDED))
    }

    /// Returns bounds on dates together with those of a value; `None` if no dates have all of them.
    fn narrow(
        &self,
        known: &DateBounds,
        dates: (usize, usize),
        range: (i64, i64),
        business: &BusinessDayBounds,
    ) -> Option<DateBounds> {
        match self.origin {
            Origin::BusinessDaysBetween(..) => known.with_business_days(dates, range, business),
            _ => known.with_days(dates, range, business),
        }
    }
}

/// Returns a number of days that somebody of this age has lived at least.
fn least_days_of_age(years: i64) -> i64 {
    // Two of the years at most are divisible by four without being leap years.
    365 * years + (years / 4 - 2).max(0)
}

/// Returns a number of days that somebody of this age has lived at most.
fn most_days_of_age(years: i64) -> i64 {
    let next = years + 1;
    365 * next + (next + 3) / 4 - 1
}

impl Variables {
    /// Returns the variables among these whose values depend on each other, in groups, because they are derived from the
    /// same dates.
    pub(super) fn related(&self, asked: &BTreeSet<usize>) -> Vec<Vec<usize>> {
        let groups = self.groups(asked).into_iter();
        groups.map(|group| group.iter().map(|link| link.variable).collect()).collect()
    }

    /// Returns whether a variable is derived from dates.
    fn is_of_dates(&self, variable: usize) -> bool {
        self.dates().list.iter().any(|(known, _)| *known == variable)
    }

    /// Returns a graph that is true for each combination of values of these variables that some dates can have. It is
    /// `TRUE` if the variables do not depend on each other.
    pub fn possible(&self, store: &mut Store, asked: &BTreeSet<usize>) -> Ref {
        let groups = self.groups(asked);
        if groups.is_empty() {
            return Ref::TRUE;
        }
        groups.into_iter().fold(Ref::TRUE, |all, group| {
            let possible = Search::new(self, store, group).search();
            store.and(all, possible)
        })
    }

    /// Returns a graph that is true for each combination of the values that a graph asks, and of those that are known to
    /// depend on each other in this store, that some dates can have.
    pub fn possible_under(&self, store: &mut Store, root: Ref) -> Ref {
        let known = store.possible();
        let asked = |root: Ref| -> BTreeSet<usize> {
            store.reachable(root).into_iter().filter_map(|at| store.node(at)).map(|node| node.variable).collect()
        };
        let (asked, depending) = (asked(root), asked(known));
        if asked.iter().all(|variable| depending.contains(variable) || !self.is_of_dates(*variable)) {
            return known;
        }
        self.possible(store, &asked.union(&depending).copied().collect())
    }

    /// Returns bounds on the days between dates that follow from values of variables; `None` if no dates have them all.
    /// The first date is the service date; the others are the `dates`.
    pub(crate) fn date_bounds(&self, dates: &[FactId], values: &[(usize, Value)]) -> Option<DateBounds> {
        let position = |date: Date| match date {
            None => Some(0),
            Some(date) => dates.iter().position(|known| *known == date).map(|at| at + 1),
        };
        values.iter().try_fold(DateBounds::new(dates.len() + 1), |known, (at, value)| {
            let origin = self.dates().list.iter().find(|(variable, _)| variable == at).map(|(_, origin)| *origin);
            let bounded = origin.and_then(|origin| Link::new(*at, origin)).zip(self.get(*at));
            let Some((link, variable)) = bounded else { return Some(known) };
            match (position(link.from), position(link.to)) {
                (Some(from), Some(to)) => {
                    link.narrow(&known, (from, to), link.range(variable, *value), self.business_day_bounds())
                }
                _ => Some(known),
            }
        })
    }

    /// Returns how many calendar days can hold how many business days.
    pub(crate) fn business_day_bounds(&self) -> &BusinessDayBounds {
        self.dates().business.get_or_init(|| self.dates().calendar.business_day_bounds())
    }

    fn groups(&self, asked: &BTreeSet<usize>) -> Vec<Vec<Link>> {
        let asked = self.dates().list.iter().filter(|(variable, _)| asked.contains(variable));
        let links: Vec<Link> = asked.filter_map(|(variable, origin)| Link::new(*variable, *origin)).collect();
        let related: Vec<Link> = links.iter().copied().filter(|link| is_related(link, &links)).collect();
        let mut groups: Vec<Vec<Link>> = Vec::new();
        for link in related {
            // The service date is shared by all; apart from it, what shares no date is independent.
            let dates = [link.from, link.to].into_iter().flatten().collect::<Vec<_>>();
            let touches = |group: &Vec<Link>| {
                let known = || group.iter().flat_map(|link| [link.from, link.to]).flatten();
                known().any(|date| dates.contains(&date))
            };
            let (touching, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(touches);
            groups = others;
            groups.push(touching.into_iter().flatten().chain([link]).collect());
        }
        groups
    }
}

/// Returns whether other links connect the two dates of a link, so that its variable depends on theirs.
fn is_related(link: &Link, links: &[Link]) -> bool {
    let (mut seen, mut open) = (vec![link.from], vec![link.from]);
    while let Some(date) = open.pop() {
        for next in links.iter().filter(|other| *other != link).filter_map(|other| other.other(date)) {
            if !seen.contains(&next) {
                seen.push(next);
                open.push(next);
            }
        }
    }
    seen.contains(&link.to)
}

/// The search for the possible combinations of one group.
struct Search<'s> {
    store: &'s mut Store,
    business: &'s BusinessDayBounds,
    /// In the order in which graphs ask the variables.
    links: Vec<RangedLink>,
    dates: usize,
    known: FxHashMap<(usize, DateBounds), Ref>,
}

/// A link, the indexes of its two dates, and the numbers that each value of its variable stands for.
#[derive(Clone)]
struct RangedLink {
    link: Link,
    dates: (usize, usize),
    ranges: Vec<(i64, i64)>,
}

impl<'s> Search<'s> {
    fn new(variables: &'s Variables, store: &'s mut Store, mut group: Vec<Link>) -> Self {
        group.sort_by_key(|link| store.level(link.variable));
        let mut dates: BTreeMap<Date, usize> = BTreeMap::new();
        let mut index = |date: Date| {
            let next = dates.len();
            *dates.entry(date).or_insert(next)
        };
        let mut links = Vec::new();
        for link in group {
            let Some(variable) = variables.get(link.variable) else { continue };
            let ranges = variable.values().map(|value| link.range(variable, value)).collect();
            links.push(RangedLink { link, dates: (index(link.from), index(link.to)), ranges });
        }
        let business = variables.business_day_bounds();
        Self { store, business, links, dates: dates.len(), known: FxHashMap::default() }
    }

    fn search(mut self) -> Ref {
        self.search_from(0, &DateBounds::new(self.dates))
    }

    /// Returns where the links from a position on can hold, given what the earlier ones say.
    fn search_from(&mut self, at: usize, given: &DateBounds) -> Ref {
        let Some(RangedLink { link, dates, ranges }) = self.links.get(at).cloned() else { return Ref::TRUE };
        let key = (at, given.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        if self.known.len() >= MAX_COMBINATIONS {
            return Ref::TRUE;
        }
        let children = ranges.into_iter().map(|range| {
            let given = link.narrow(given, dates, range, self.business);
            given.map_or(Ref::FALSE, |given| self.search_from(at + 1, &given))
        });
        let children = children.collect();
        let made = self.store.make_node(link.variable, children);
        self.known.insert(key, made);
        made
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;
    use crate::diagram::Question;

    /// Returns the day on which somebody turns so many years old, which may be March 1 for a birth on February 29.
    fn turns(birth: NaiveDate, years: i32) -> NaiveDate {
        let in_year = |month, day| NaiveDate::from_ymd_opt(birth.year() + years, month, day);
        in_year(birth.month(), birth.day()).or_else(|| in_year(3, 1)).unwrap()
    }

    #[test]
    fn the_first_and_the_last_value_stand_for_all_numbers_beyond() {
        let variable = Variable { question: Question::ServiceDate, bands: vec![0, 10, 20], size: 3 };
        let link = Link { variable: 0, origin: Origin::Minutes, from: None, to: None };
        let ranges = [0, 1, 2].map(|value| link.range(&variable, value));
        assert_eq!(ranges, [(-UNBOUNDED, 9), (10, 19), (20, UNBOUNDED)]);
    }

    #[test]
    fn the_days_that_people_of_an_age_have_lived_are_bounded_within_three() {
        let birth = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take(4 * 365 + 1);
        let births: Vec<NaiveDate> = [1897, 1917, 2001].into_iter().flat_map(birth).collect();
        for age in 0..=150 {
            let days = |years| births.iter().map(move |birth| (turns(*birth, years) - *birth).num_days());
            let (least, most) = (days(age).min().unwrap(), days(age + 1).max().unwrap() - 1);
            let (at_least, at_most) = (least_days_of_age(age.into()), most_days_of_age(age.into()));
            assert!(at_least <= least && least - at_least <= 3, "{age}: {at_least} for {least}");
            assert!(at_most >= most && at_most - most <= 3, "{age}: {at_most} for {most}");
        }
    }
}
