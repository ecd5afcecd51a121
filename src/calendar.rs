//! Holidays and business days.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::effective::Effective;

/// A holiday that returns every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// The day of the year.
    pub day: HolidayDay,
    /// The dates on which the holiday exists.
    pub effective: Effective,
}

/// The day of the year on which a holiday falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolidayDay {
    /// A fixed day. On a Saturday it is kept on the Friday before, on a Sunday on the Monday after.
    Fixed {
        /// The month, 1 to 12.
        month: u32,
        /// The day of the month, 1 to 31. A year without this day has no such holiday.
        day: u32,
    },
    /// A weekday of a month.
    Nth {
        /// The month, 1 to 12.
        month: u32,
        /// The day of the week.
        weekday: Weekday,
        /// Which one of the month: 1 to 5 counts from the beginning, -1 is the last one.
        nth: i8,
    },
}

impl HolidayDay {
    /// Returns the date in a year, before it is moved off a weekend; `None` if the year has no such day.
    fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Self::Nth { month, weekday, nth: -1 } => {
                let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                let last = NaiveDate::from_ymd_opt(next.0, next.1, 1)?.pred_opt()?;
                last.checked_sub_days(Days::new(last.weekday().days_since(weekday).into()))
            }
            Self::Nth { month, weekday, nth } => {
                NaiveDate::from_weekday_of_month_opt(year, month, weekday, u8::try_from(nth).ok()?)
            }
        }
    }

    /// Returns the date on which the holiday of a year is kept.
    fn kept_in(self, year: i32) -> Option<NaiveDate> {
        let date = self.in_year(year)?;
        match (self, date.weekday()) {
            (Self::Fixed { .. }, Weekday::Sat) => date.pred_opt(),
            (Self::Fixed { .. }, Weekday::Sun) => date.succ_opt(),
            _ => Some(date),
        }
    }
}

/// Most weekdays for which holidays are looked up. Rules ask about days, and no answer is that large.
const MAX_WEEKDAYS: i64 = 60_000;

/// The holidays of a rule set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar(Vec<Holiday>);

impl Calendar {
    /// Creates a calendar with these holidays.
    pub fn new(holidays: Vec<Holiday>) -> Self {
        Self(holidays)
    }

    /// Returns the number of business days from one date to another: Monday to Friday without holidays. The first date
    /// does not count, the second does. Negative if `to` is before `from`.
    pub fn business_days(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        if to < from {
            return -self.business_days(to, from);
        }
        let weekdays = weekdays_through(to) - weekdays_through(from);
        if weekdays > MAX_WEEKDAYS {
            return weekdays;
        }
        weekdays - i64::try_from(self.kept_between(from, to)).unwrap_or_default()
    }

    /// Returns how many weekdays after `from`, through `to`, are holidays.
    fn kept_between(&self, from: NaiveDate, to: NaiveDate) -> usize {
        // A holiday of January 1 can be kept on December 31 of the year before.
        let years = from.year()..=to.year().saturating_add(1);
        let mut kept: Vec<NaiveDate> = years
            .flat_map(|year| self.0.iter().filter(move |holiday| exists(holiday, year)).map(move |one| (one, year)))
            .filter_map(|(holiday, year)| holiday.day.kept_in(year))
            .filter(|date| from < *date && *date <= to && date.weekday().num_days_from_monday() < 5)
            .collect();
        kept.sort_unstable();
        kept.dedup();
        kept.len()
    }

    /// Returns how many calendar days can hold how many business days.
    pub fn business_day_bounds(&self) -> BusinessDayBounds {
        let kept_in = |year| self.0.iter().filter_map(move |holiday| holiday.day.kept_in(year));
        let kept = (1..=400).flat_map(kept_in).filter(|date| date.weekday().num_days_from_monday() < 5);
        let mut kept: Vec<i64> = kept.map(|date| i64::from(date.num_days_from_ce()).rem_euclid(CYCLE)).collect();
        kept.sort_unstable();
        kept.dedup();
        BusinessDayBounds::new(&kept, self.0.len())
    }
}

/// Number of days after which dates, weekdays and leap years repeat: 400 years.
const CYCLE: i64 = 146_097;

/// How many calendar days can hold how many business days, wherever they lie.
///
/// The bounds never leave out a number that some dates have. Holidays count as if they had always existed.
#[derive(Clone, Debug)]
pub struct BusinessDayBounds {
    holidays: i64,
    /// For each number of days, a number of business days that they have at least.
    least: Vec<i64>,
}

/// Number of days for which the fewest business days are counted instead of estimated.
const COUNTED_DAYS: i64 = 100;

impl BusinessDayBounds {
    /// `kept`: the weekdays of a cycle on which a holiday is kept, in ascending order. `holidays`: how many there are in a
    /// year.
    fn new(kept: &[i64], holidays: usize) -> Self {
        let mut least = Vec::new();
        for days in 0..COUNTED_DAYS {
            let business_days = least_weekdays(days) - most_within(kept, days);
            least.push(business_days.max(least.last().copied().unwrap_or_default()));
        }
        Self { holidays: i64::try_from(holidays).unwrap_or(i64::MAX), least }
    }

    /// Returns the most days from one date to another between which lie so many business days, or fewer; `None` if
    /// there is no limit. Negative numbers count back from the first date.
    pub fn longest(&self, business_days: i64) -> Option<i64> {
        if business_days < 0 {
            // Counting back, weekdays alone decide: the least number of days with at least so many weekdays.
            let before = -business_days - 1;
            return Some(-(before / 5 * 7 + before % 5 + 1));
        }
        // `fits` days can have that few business days, `exceeds` cannot.
        let (mut fits, mut exceeds) = (0, 1);
        while self.least(exceeds) <= business_days {
            if exceeds > 4 * CYCLE {
                return None;
            }
            (fits, exceeds) = (exceeds, exceeds * 2);
        }
        while exceeds - fits > 1 {
            let middle = i64::midpoint(fits, exceeds);
            if self.least(middle) <= business_days { fits = middle } else { exceeds = middle }
        }
        Some(fits)
    }

    /// Returns the fewest days from one date to another between which lie so many business days, or more; `None` if
    /// there is no limit.
    pub fn shortest(&self, business_days: i64) -> Option<i64> {
        // Exchanging the two dates changes the sign of both numbers.
        self.longest(-business_days).map(|days| -days)
    }

    /// Returns the most business days between two dates that are so many days apart. Negative numbers count back from
    /// the first date.
    pub fn most(&self, days: i64) -> i64 {
        if days < 0 { -self.least(-days) } else { days / 7 * 5 + (days % 7).min(5) }
    }

    /// Returns a number of business days that so many days have at least.
    fn least(&self, days: i64) -> i64 {
        let counted = usize::try_from(days).ok().and_then(|days| self.least.get(days)).copied();
        counted.unwrap_or_else(|| {
            let estimate = least_weekdays(days) - (days / 365 + 2).saturating_mul(self.holidays);
            estimate.max(self.least.last().copied().unwrap_or_default())
        })
    }
}

/// Returns a number of weekdays that so many days have at least.
fn least_weekdays(days: i64) -> i64 {
    days / 7 * 5 + (days % 7 - 2).max(0)
}

/// Returns the most of these days of a cycle that lie within so many days.
fn most_within(kept: &[i64], days: i64) -> i64 {
    let repeated = || kept.iter().copied().chain(kept.iter().map(|day| day + CYCLE));
    let (mut most, mut window, mut first) = (0, 0, repeated().peekable());
    for day in repeated() {
        window += 1;
        while first.next_if(|first| first + days <= day).is_some() {
            window -= 1;
        }
        most = most.max(window);
    }
    most
}

fn exists(holiday: &Holiday, year: i32) -> bool {
    holiday.day.in_year(year).is_some_and(|date| holiday.effective.contains(date))
}

/// Returns the number of weekdays, Monday to Friday, of the Common Era through a date.
fn weekdays_through(date: NaiveDate) -> i64 {
    // Day 1 of the Common Era was a Monday.
    let days = i64::from(date.num_days_from_ce());
    days.div_euclid(7) * 5 + days.rem_euclid(7).min(5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::parse_date;

    fn federal() -> Calendar {
        let fixed = |month, day| HolidayDay::Fixed { month, day };
        let nth = |month, weekday, nth| HolidayDay::Nth { month, weekday, nth };
        let days = [
            fixed(1, 1),
            nth(1, Weekday::Mon, 3),
            nth(2, Weekday::Mon, 3),
            nth(5, Weekday::Mon, -1),
            fixed(6, 19),
            fixed(7, 4),
            nth(9, Weekday::Mon, 1),
            nth(10, Weekday::Mon, 2),
            fixed(11, 11),
            nth(11, Weekday::Thu, 4),
            fixed(12, 25),
        ];
        let from = parse_date("2021-06-17");
        let effective = |day| Effective { from: from.filter(|_| day == fixed(6, 19)), through: None };
        Calendar::new(days.map(|day| Holiday { day, effective: effective(day) }).to_vec())
    }

    fn days(from: &str, to: &str) -> i64 {
        federal().business_days(parse_date(from).unwrap(), parse_date(to).unwrap())
    }

    #[test]
    fn the_first_day_does_not_count_and_the_second_does() {
        assert_eq!((days("2026-03-02", "2026-03-02"), days("2026-03-02", "2026-03-03")), (0, 1));
        assert_eq!((days("2026-03-06", "2026-03-08"), days("2026-03-06", "2026-03-09")), (0, 1));
        assert_eq!((days("2026-03-07", "2026-03-09"), days("2026-03-09", "2026-03-06")), (1, -1));
    }

    #[test]
    fn holidays_of_2026_are_kept_on_weekdays() {
        let kept = ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"];
        let date = |day: &str| parse_date(&format!("2026-{day}")).unwrap();
        for day in kept {
            assert_eq!(federal().business_days(date(day).pred_opt().unwrap(), date(day)), 0, "{day}");
        }
        assert_eq!(days("2025-12-31", "2026-12-31"), 261 - 11);
        assert_eq!(days("2027-12-30", "2027-12-31"), 0, "New Year of 2028 is a Saturday");
        assert_eq!((days("2020-06-18", "2020-06-19"), days("2021-06-17", "2021-06-18")), (1, 0));
    }

    #[test]
    fn bounds_hold_for_all_dates_and_are_reached() {
        let (calendar, first) = (federal(), parse_date("2015-12-20").unwrap());
        let bounds = calendar.business_day_bounds();
        for days in (-25_i64..40).chain([365, -400]) {
            let to = |from: NaiveDate| from.checked_add_signed(chrono::TimeDelta::days(days)).unwrap();
            let counts: Vec<i64> =
                first.iter_days().take(12_000).map(|from| calendar.business_days(from, to(from))).collect();
            let (least, most) = (*counts.iter().min().unwrap(), *counts.iter().max().unwrap());
            let holds = |count: i64| {
                bounds.shortest(count).is_none_or(|least| least <= days)
                    && bounds.longest(count).is_none_or(|most| days <= most)
            };
            assert!(counts.iter().all(|count| holds(*count)) && bounds.most(days) >= most, "{days} days");
            if days.abs() < 30 {
                assert!(!holds(least - 1) && !holds(most + 1), "{days} days hold {least} to {most}");
            }
        }
        assert_eq!(bounds.longest(i64::MAX / 4), None);
    }

    #[test]
    fn weekdays_are_counted_like_one_by_one() {
        let (none, first) = (Calendar::default(), parse_date("2024-02-20").unwrap());
        let mut count = 0;
        for (days, date) in (1_i64..400).zip(first.iter_days().skip(1)) {
            count += i64::from(date.weekday().num_days_from_monday() < 5);
            assert_eq!(none.business_days(first, date), count, "after {days} days");
        }
    }
}
