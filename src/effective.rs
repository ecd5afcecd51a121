//! A range of service dates, both ends included.

use chrono::NaiveDate;

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
}
