//! Ranges of service dates, both ends included, and calendar months.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};

/// A range from one date through another. A missing (`undated`) end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// First date in the range; `None` if it has no beginning.
    pub from: Option<NaiveDate>,
    /// Last date in the range; `None` if it has no end.
    pub through: Option<NaiveDate>,
}

impl Effective {
    /// Whether the range contains the date.
    pub fn contains(self, date: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.through.is_none_or(|through| date <= through)
    }
}

/// Parses `YYYY-MM-DD`. Returns `None` for any other form and for days that do not exist.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let number = |digits: &[&u8]| {
        let digit = |number: u32, digit: &&u8| digit.is_ascii_digit().then(|| number * 10 + u32::from(**digit - b'0'));
        digits.iter().try_fold(0, digit)
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    /// 1 to 12.
    month: u32,
}

impl Month {
    /// Returns the month of a date.
    pub fn containing(date: NaiveDate) -> Self {
        Self { year: date.year(), month: date.month() }
    }

    /// Parses `YYYY-MM`. Returns `None` for any other form and for months that do not exist.
    pub fn parse(text: &str) -> Option<Self> {
        parse_date(&format!("{text}-01")).map(Self::containing)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_included() {
        let day = |text| parse_date(text).unwrap();
        let march = Effective { from: Some(day("2026-03-01")), through: Some(day("2026-03-31")) };
        assert!(march.contains(day("2026-03-01")) && march.contains(day("2026-03-31")));
        assert!(!march.contains(day("2026-02-28")) && !march.contains(day("2026-04-01")));
        assert!(Effective::default().contains(day("1900-01-01")));
    }

    #[test]
    fn only_real_days_in_one_form() {
        assert!(parse_date("2024-02-29").is_some());
        for bad in ["2026-02-29", "2026-2-01", "02/01/2026", "2026-13-01", "20260201", "", "+026-01-01"] {
            assert!(parse_date(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_month_has_one_form() {
        let march = Month::parse("2026-03").unwrap();
        assert_eq!(
            (march, march.to_string()),
            (Month::containing(parse_date("2026-03-31").unwrap()), "2026-03".to_owned())
        );
        assert!(march < Month::parse("2026-10").unwrap() && march > Month::parse("2025-12").unwrap());
        for bad in ["2026-13", "2026-3", "2026", "202603", "2026-03-01", "2026-00", ""] {
            assert_eq!(Month::parse(bad), None, "{bad}");
        }
    }
}
