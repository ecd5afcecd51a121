//! Reads dates in the ways in which exports write them.

use std::ops::AddAssign;

use chrono::{Datelike, NaiveDate};

use super::clocks::parse_clock;
use crate::effective::parse_date;
use crate::notation::{DateOrder, Notation};
use crate::number::parse_digits;

/// A date of a note, with the time of day after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The date.
    pub date: NaiveDate,
    /// Minutes after midnight, unless the time is midnight or left out.
    pub time: Option<u32>,
    /// Whether the year was written with two digits, and is taken for one of this century.
    has_short_year: bool,
}

impl Day {
    /// Returns the date as that of a birth before another date: a year of two digits is that of the last hundred years.
    pub(super) fn as_birth(self, service: NaiveDate) -> NaiveDate {
        self.century_before().filter(|_| self.date > service).unwrap_or(self.date)
    }

    /// Returns the date of a hundred years before, if the year was written with two digits.
    pub(super) fn century_before(self) -> Option<NaiveDate> {
        self.date.with_year(self.date.year() - 100).filter(|_| self.has_short_year)
    }
}

/// Why a text is not read as a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDate {
    /// It is not a date, or not a day of the calendar.
    Invalid,
    /// The order of day and month is not declared.
    OrderUnknown(Orders),
    /// It is a point in time of another time zone.
    OtherZone,
}

/// How many dates fit each order of day and month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// Number of dates.
    pub dates: u64,
    /// Number of those that are a day of the calendar as month, day, year.
    pub month_first: u64,
    /// Number of those that are a day of the calendar as day, month, year.
    pub day_first: u64,
}

impl AddAssign for Orders {
    fn add_assign(&mut self, other: Self) {
        self.dates += other.dates;
        self.month_first += other.month_first;
        self.day_first += other.day_first;
    }
}

impl Orders {
    /// Returns the orders that all of the dates fit.
    pub fn that_fit_all(self) -> Vec<DateOrder> {
        let fits = |order: &DateOrder| match order {
            DateOrder::MonthDayYear => self.month_first == self.dates,
            DateOrder::DayMonthYear => self.day_first == self.dates,
        };
        DateOrder::ALL.into_iter().filter(fits).collect()
    }
}

/// Reads a trimmed text as a date: `YYYY-MM-DD`, `YYYYMMDD`, a date with the name of its month, or one in the declared
/// order, each with or without a time of day.
pub fn parse_day(text: &str, notation: &Notation) -> Result<Day, NoDate> {
    if let Some(date) = parse_date(text) {
        return Ok(Day { date, time: None, has_short_year: false });
    }
    let (date, time) = split_time(text);
    let (date, has_short_year) = calendar_date(date, notation)?;
    let time = match time {
        None => None,
        Some(time) => {
            let (clock, has_zone) = without_zone(time);
            let clock = parse_clock(clock).ok_or(NoDate::Invalid)?;
            // A day that was written as a point in time begins at midnight. Any other time may belong to another day.
            if has_zone && clock != 0 {
                return Err(NoDate::OtherZone);
            }
            Some(clock).filter(|clock| *clock != 0)
        }
    };
    Ok(Day { date, time, has_short_year })
}

/// A clock time, with the date before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Minutes after midnight.
    pub(super) minutes: u32,
    /// The date, unless it is one that programs write before a time that has none.
    pub(super) date: Option<NaiveDate>,
}

/// Reads a trimmed text as a clock time, alone or after a date.
pub(super) fn parse_moment(text: &str, notation: &Notation) -> Result<Moment, NoDate> {
    if let Some(minutes) = parse_clock(text) {
        return Ok(Moment { minutes, date: None });
    }
    let (date, Some(time)) = split_time(text) else { return Err(NoDate::Invalid) };
    let minutes = parse_clock(time).ok_or(NoDate::Invalid)?;
    let (date, _) = calendar_date(date, notation)?;
    // Spreadsheets count from one of the days before 1900-01-02, databases from 1900-01-01.
    Ok(Moment { minutes, date: Some(date).filter(|date| (date.year(), date.ordinal()) > (1900, 1)) })
}

/// Splits a text into its date and the time of day after it.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let has_clock = |(at, _): &(usize, char)| text.get(*at..).is_some_and(|rest| rest.contains(':'));
    let is_mark = |(_, c): &(usize, char)| *c == 'T' || c.is_whitespace();
    // The last mark in front of the first colon; a month's name may have blanks and a `T` of its own.
    let before_clock = text.find(':').unwrap_or_default();
    let split = text.char_indices().filter(is_mark).filter(has_clock).take_while(|(at, _)| *at < before_clock).last();
    match split.and_then(|(at, _)| text.split_at_checked(at)) {
        Some((date, time)) => (date.trim(), Some(time.trim_start_matches('T').trim())),
        None => (text, None),
    }
}

/// Returns a time of day without its time zone, and whether it had one.
fn without_zone(time: &str) -> (&str, bool) {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return (time.trim_end(), true);
    }
    match time.rfind(['+', '-']).and_then(|at| time.split_at_checked(at)) {
        Some((time, zone)) if zone.chars().skip(1).all(|c| c.is_ascii_digit() || c == ':') => (time.trim_end(), true),
        _ => (time, false),
    }
}

/// Reads a date without a time. Returns it, and whether its year has two digits.
fn calendar_date(text: &str, notation: &Notation) -> Result<(NaiveDate, bool), NoDate> {
    if let Some(date) = parse_date(text) {
        return Ok((date, false));
    }
    let parts: Vec<&str> = text.split(['/', '.', '-', ' ', ',']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [digits] => compact(digits).map(|date| (date, false)).ok_or(NoDate::Invalid),
        [first, second, year] => {
            if let Some(month) = month(first) {
                named(second, month, year)
            } else if let Some(month) = month(second) {
                named(first, month, year)
            } else {
                numeric(text, [first, second, year], notation)
            }
        }
        _ => Err(NoDate::Invalid),
    }
}

/// Reads a date of three numbers.
fn numeric(text: &str, parts: [&str; 3], notation: &Notation) -> Result<(NaiveDate, bool), NoDate> {
    let marks: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let [mark, other] = marks.as_slice() else { return Err(NoDate::Invalid) };
    if mark != other || ![Some(1), Some(2), Some(4)].contains(&parts.first().map(|part| part.len())) {
        return Err(NoDate::Invalid);
    }
    let [first, second, last] = parts;
    if first.len() == 4 {
        let date = parse_digits(first, 4).zip(parse_digits(second, 2)).zip(parse_digits(last, 2));
        let date = date.and_then(|((year, month), day)| ymd(year, month, day));
        return date.map(|date| (date, false)).ok_or(NoDate::Invalid);
    }
    // With hyphens, two digits at the end might be the day just as well.
    let is_year = last.len() == 4 || (last.len() == 2 && *mark != '-');
    let (Some(first), Some(second), Some(year), true) =
        (parse_digits(first, 2), parse_digits(second, 2), year(last), is_year)
    else {
        return Err(NoDate::Invalid);
    };
    let in_order = |order| match order {
        DateOrder::MonthDayYear => ymd(year, first, second),
        DateOrder::DayMonthYear => ymd(year, second, first),
    };
    if let Some(order) = notation.date_order {
        return in_order(order).map(|date| (date, last.len() == 2)).ok_or(NoDate::Invalid);
    }
    let fits = |order| u64::from(in_order(order).is_some());
    let orders =
        Orders { dates: 1, month_first: fits(DateOrder::MonthDayYear), day_first: fits(DateOrder::DayMonthYear) };
    Err(if orders.month_first + orders.day_first == 0 { NoDate::Invalid } else { NoDate::OrderUnknown(orders) })
}

/// Reads a date whose month is named.
fn named(day: &str, month: u32, written_year: &str) -> Result<(NaiveDate, bool), NoDate> {
    let date = parse_digits(day, 2).zip(year(written_year)).and_then(|(day, year)| ymd(year, month, day));
    date.map(|date| (date, written_year.len() == 2)).ok_or(NoDate::Invalid)
}

/// Reads `YYYYMMDD`.
fn compact(digits: &str) -> Option<NaiveDate> {
    let (year, day) = digits.split_at_checked(4)?;
    let (month, day) = day.split_at_checked(2)?;
    let year = parse_digits(year, 4).filter(|year| *year >= 1900)?;
    (digits.len() == 8).then(|| ymd(year, parse_digits(month, 2)?, parse_digits(day, 2)?)).flatten()
}

/// Reads a year of four digits, or of two in this century.
fn year(text: &str) -> Option<u32> {
    match text.len() {
        4 => parse_digits(text, 4),
        2 => parse_digits(text, 2).map(|year| 2000 + year),
        _ => None,
    }
}

fn ymd(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Returns the number of a month by its English name, whole or its first three letters.
fn month(text: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = text.to_ascii_lowercase();
    let is_name = |name: &str| {
        name == text || (text.len() == 3 && name.starts_with(&text)) || (text == "sept" && name == "september")
    };
    (1..).zip(NAMES).find(|(_, name)| is_name(name)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_order(order: Option<DateOrder>) -> Notation {
        let mut notation = Notation::default();
        notation.date_order = order;
        notation
    }

    fn day(text: &str, order: Option<DateOrder>) -> Result<(String, Option<u32>), NoDate> {
        let notation = in_order(order);
        parse_day(text, &notation).map(|day| (day.date.to_string(), day.time))
    }

    #[test]
    fn dates_that_say_their_order_need_no_declaration() {
        for text in [
            "2026-03-09",
            "2026/3/9",
            "2026.03.09",
            "20260309",
            "Mar 9, 2026",
            "9 March 2026",
            "09-Mar-26",
            "2026-03-09T00:00:00",
            "2026-03-09 00:00",
            "2026-03-09T00:00:00.000Z",
            "2026-03-09T00:00:00-06:00",
            "20260309 12:00:00 AM",
        ] {
            assert_eq!(day(text, None), Ok(("2026-03-09".to_owned(), None)), "{text}");
        }
        assert_eq!(day("2026-03-09 9:05 AM", None), Ok(("2026-03-09".to_owned(), Some(545))));
    }

    #[test]
    fn other_dates_are_read_once_the_order_is_declared() {
        for text in ["3/9/2026", "03/09/2026", "03/09/26", "3.9.2026", "03-09-2026", "3/9/2026 12:00:00 AM"] {
            let read = |order| day(text, Some(order)).map(|(date, _)| date);
            assert_eq!(read(DateOrder::MonthDayYear).as_deref(), Ok("2026-03-09"), "{text}");
            assert_eq!(read(DateOrder::DayMonthYear).as_deref(), Ok("2026-09-03"), "{text}");
            let unknown = NoDate::OrderUnknown(Orders { dates: 1, month_first: 1, day_first: 1 });
            assert_eq!(day(text, None), Err(unknown), "{text}");
        }
        let only_month_first = Orders { dates: 1, month_first: 1, day_first: 0 };
        assert_eq!(day("3/13/2026", None), Err(NoDate::OrderUnknown(only_month_first)));
        assert_eq!(day("14/04/2023", Some(DateOrder::MonthDayYear)), Err(NoDate::Invalid));
    }

    #[test]
    fn nothing_else_is_a_date() {
        for text in [
            "",
            "1773100800000",
            "46090",
            "04-05-14",
            "3/9",
            "3/9/2026/1",
            "3/9-2026",
            "2026-02-29",
            "13/13/2026",
            "03/09/126",
            "2026-03-09T",
            "2026-03-09 noon",
            "2026-03-09T25:00",
            "٣/٩/٢٠٢٦",
            "3//2026",
            "March 2026",
            "Mar 9 2026 x",
        ] {
            assert_eq!(day(text, None), Err(NoDate::Invalid), "{text}");
        }
        assert_eq!(day("2026-03-11T02:30:00Z", None), Err(NoDate::OtherZone));
    }

    #[test]
    fn clock_times_may_follow_a_date() {
        let moment = |text: &str| {
            let read = parse_moment(text, &in_order(Some(DateOrder::MonthDayYear)));
            read.map(|moment| (moment.minutes, moment.date.map(|date| date.to_string())))
        };
        let with_date = Ok((545, Some("2026-03-09".to_owned())));
        assert_eq!(moment("3/9/2026 9:05 AM"), with_date);
        assert_eq!(moment("2026-03-09T09:05:00"), with_date);
        for text in ["9:05", "1899-12-30 09:05:00", "1900-01-01 09:05"] {
            assert_eq!(moment(text), Ok((545, None)), "{text}");
        }
        for text in ["2026-03-09", "3/9/2026", "", "2026-03-09T09:05:00Z", "2026-03-09 25:00"] {
            assert_eq!(moment(text), Err(NoDate::Invalid), "{text}");
        }
        let undeclared = parse_moment("3/9/2026 9:05", &Notation::default());
        assert!(matches!(undeclared, Err(NoDate::OrderUnknown(_))), "{undeclared:?}");
    }

    #[test]
    fn a_birth_year_of_two_digits_is_that_of_the_last_hundred_years() {
        let birth = |text: &str| {
            let notation = in_order(Some(DateOrder::MonthDayYear));
            let service = parse_date("2026-03-09").unwrap();
            parse_day(text, &notation).unwrap().as_birth(service).to_string()
        };
        assert_eq!(birth("3/9/61"), "1961-03-09");
        assert_eq!(birth("3/9/26"), "2026-03-09");
        assert_eq!(birth("3/10/26"), "1926-03-10");
        assert_eq!(birth("3/10/2026"), "2026-03-10");
    }
}
