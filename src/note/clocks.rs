//! Reads clock times and lengths in the ways in which exports write them.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::numbers::number_alone;
use crate::notation::{DurationUnit, Notation};
use crate::number::{is_digits, parse_digits};

/// Minutes of a day.
pub(super) const DAY: u32 = 24 * 60;

/// Reads a clock time as minutes after midnight: `H:MM` or `HH:MM:SS` up to `24:00`, `9:05 AM`, `9 am`, `9:05a`, `905` or
/// `0905`. Seconds are dropped.
pub fn parse_clock(text: &str) -> Option<u32> {
    if let Some(minutes) = hours_and_minutes(text) {
        return Some(minutes);
    }
    let (clock, half) = split_half(text);
    let (hours, minutes) = match clock.split(':').collect::<Vec<_>>().as_slice() {
        [hours] if half.is_some() && hours.len() <= 2 => (number(hours)?, 0),
        [digits] if (3..=4).contains(&digits.len()) => {
            let (hours, minutes) = digits.split_at_checked(digits.len() - 2)?;
            (number(hours)?, number(minutes)?)
        }
        [hours, minutes] if hours.len() <= 2 && minutes.len() == 2 => (number(hours)?, number(minutes)?),
        [hours, minutes, seconds] if hours.len() <= 2 && minutes.len() == 2 => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            (whole.len() == 2 && number(whole)? < 60 && is_digits(fraction)).then_some(())?;
            (number(hours)?, number(minutes)?)
        }
        _ => return None,
    };
    let hours = match half {
        None => hours,
        Some(half) => {
            (1..=12).contains(&hours).then_some(())?;
            hours % 12 + if half == Half::Afternoon { 12 } else { 0 }
        }
    };
    minutes_of_day(hours, minutes)
}

/// Returns the minutes after midnight of a clock time, up to `24:00`.
#[inline]
fn minutes_of_day(hours: u32, minutes: u32) -> Option<u32> {
    (minutes < 60 && hours * 60 + minutes <= DAY).then_some(hours * 60 + minutes)
}

/// Reads `H:MM` or `HH:MM`, as most clock times are written.
#[inline]
fn hours_and_minutes(text: &str) -> Option<u32> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let (hours, minutes) = match text.as_bytes() {
        [ten, one, b':', minutes @ ..] => (digit(ten)? * 10 + digit(one)?, minutes),
        [one, b':', minutes @ ..] => (digit(one)?, minutes),
        _ => return None,
    };
    let [ten, one] = minutes else { return None };
    minutes_of_day(hours, digit(ten)? * 10 + digit(one)?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// Splits off `AM` or `PM` in any of its forms.
fn split_half(text: &str) -> (&str, Option<Half>) {
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (clock, half) = text.split_at_checked(end).unwrap_or((text, ""));
    let half = match half.replace('.', "").to_ascii_lowercase().as_str() {
        "a" | "am" => Some(Half::Morning),
        "p" | "pm" => Some(Half::Afternoon),
        _ => return (text, None),
    };
    (clock.trim_end(), half)
}

/// Formats minutes after midnight as `HH:MM`. From the second midnight on, the hours count from there.
pub fn format_clock(minutes: u32) -> String {
    let minutes = if minutes > DAY { minutes - DAY } else { minutes };
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Why a text is not read as a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLength {
    /// It is not a length.
    Invalid,
    /// It has a part of a minute, which is not dropped.
    PartOfMinute,
    /// It is a number alone that is not whole, and it is not declared what it counts.
    UnitUnknown,
}

/// Reads a length in whole minutes: digits, `H:MM`, `H:MM:SS`, `45 min`, `1.5 h`, `1 h 30 min`. `unit` is what a number
/// alone counts, if it is declared.
pub fn parse_length(text: &str, unit: Option<DurationUnit>, notation: &Notation) -> Result<i64, NoLength> {
    let minutes = match number_alone(text) {
        Some(number) if unit.is_none() && !number.is_integer() => return Err(NoLength::UnitUnknown),
        Some(number) if unit == Some(DurationUnit::Hours) => number.checked_mul(60.into()).ok_or(NoLength::Invalid)?,
        Some(number) => number,
        None => clock_length(text).or_else(|| length_in_words(text)).ok_or(NoLength::Invalid)?,
    };
    if minutes.is_integer() || notation.drops_part_of_minute {
        return minutes.trunc().to_i64().ok_or(NoLength::Invalid);
    }
    Err(NoLength::PartOfMinute)
}

/// Reads `H:MM` or `H:MM:SS`.
fn clock_length(text: &str) -> Option<Decimal> {
    let parts: Vec<&str> = text.split(':').collect();
    let two_digits = |text: &str| (text.len() == 2).then(|| number(text)).flatten().filter(|number| *number < 60);
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, two_digits(seconds)?),
        _ => return None,
    };
    let hours = number(hours).filter(|_| hours.len() <= 2)?;
    Some(Decimal::from(hours * 60 + two_digits(minutes)?) + Decimal::from(seconds) / Decimal::from(60))
}

/// Reads numbers with their units, such as `1 h 30 min`, and minutes with seconds, such as `18:25 min`.
fn length_in_words(text: &str) -> Option<Decimal> {
    let text = text.to_ascii_lowercase();
    if let Some((minutes, seconds)) = text.trim_end_matches(|c: char| !c.is_ascii_digit()).split_once(':') {
        let unit = text.split(|c: char| c.is_ascii_digit() || c == ':').next_back()?.trim();
        let is_seconds = seconds.len() == 2 && minutes.len() <= 4;
        (is_seconds && seconds_of(unit) == Some(60)).then_some(())?;
        let seconds = number(seconds).filter(|seconds| *seconds < 60)?;
        return Some(Decimal::from(number(minutes)?) + Decimal::from(seconds) / Decimal::from(60));
    }
    let (mut seconds, mut rest, mut last) = (Decimal::ZERO, text.trim(), u32::MAX);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).unwrap_or(rest.len());
        let (amount, behind) = rest.split_at_checked(end)?;
        let behind = behind.trim_start();
        let end = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, after) = behind.split_at_checked(end)?;
        let unit = match seconds_of(unit.trim().trim_end_matches(['.', ','])) {
            // `1h30` leaves out what can only be minutes.
            None if unit.is_empty() && last == 3600 => 60,
            unit => unit?,
        };
        // Each unit once, the larger one first.
        (unit < last).then_some(())?;
        last = unit;
        seconds += number_alone(amount)?.checked_mul(unit.into())?;
        rest = after.trim_start();
    }
    (last != u32::MAX).then(|| seconds / Decimal::from(60))
}

/// Returns how many seconds a unit of time has.
fn seconds_of(unit: &str) -> Option<u32> {
    match unit {
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(3600),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        _ => None,
    }
}

/// Reads at most nine digits.
fn number(text: &str) -> Option<u32> {
    parse_digits(text, 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_times_are_read_in_their_usual_forms() {
        for text in
            ["09:05", "9:05", "09:05:59", "9:05:00.250", "9:05 AM", "9:05am", "9:05a", "9:05 a.m.", "0905", "905"]
        {
            assert_eq!(parse_clock(text), Some(545), "{text}");
        }
        for (text, minutes) in
            [("12:00 AM", 0), ("12:30 PM", 750), ("9 pm", 1260), ("24:00", 1440), ("24:00:00", 1440), ("0000", 0)]
        {
            assert_eq!(parse_clock(text), Some(minutes), "{text}");
        }
        for text in
            ["", "9", "12", "25:00", "24:01", "9:60", "9:5", "13:05 AM", "0:05 PM", "9.05", "noon", "9:05 x", "12345"]
        {
            assert_eq!(parse_clock(text), None, "{text}");
        }
    }

    fn length(text: &str, unit: Option<DurationUnit>, drops_part_of_minute: bool) -> Result<i64, NoLength> {
        let mut notation = Notation::default();
        notation.drops_part_of_minute = drops_part_of_minute;
        parse_length(text, unit, &notation)
    }

    #[test]
    fn lengths_are_read_in_their_usual_forms() {
        for text in [
            "95",
            "95.0",
            "9.5e1",
            "1:35",
            "01:35",
            "01:35:00",
            "95 min",
            "95min.",
            "95 Minutes",
            "1 h 35 min",
            "1h35",
            "1h 35m",
            "1 hr, 35 mins",
            "1 hour 35 minutes",
            "95:00 min",
        ] {
            assert_eq!(length(text, None, false), Ok(95), "{text}");
        }
        for text in ["1.5 h", "1,5 h", "1.50 hours", "90 min", "1 h 30"] {
            assert_eq!(length(text, None, false), Ok(90), "{text}");
        }
    }

    #[test]
    fn a_number_alone_counts_what_is_declared() {
        let hours = Some(DurationUnit::Hours);
        assert_eq!(length("1.5", hours, false), Ok(90));
        assert_eq!(length("1,25", hours, false), Ok(75));
        assert_eq!(length("2", hours, false), Ok(120));
        assert_eq!(length("1.5", None, true), Err(NoLength::UnitUnknown));
        assert_eq!(length("45.5", Some(DurationUnit::Minutes), true), Ok(45));
        assert_eq!(length("45.5", Some(DurationUnit::Minutes), false), Err(NoLength::PartOfMinute));
    }

    #[test]
    fn a_part_of_a_minute_is_dropped_only_where_declared() {
        for (text, minutes) in [("0:45:30", 45), ("18:25 min", 18), ("45 min 59 s", 45), ("0.33 h", 19)] {
            assert_eq!(length(text, None, false), Err(NoLength::PartOfMinute), "{text}");
            assert_eq!(length(text, None, true), Ok(minutes), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_a_length() {
        for text in [
            "",
            "-5",
            "+5",
            "45.",
            ".0",
            "1_0",
            "4.5e1e1",
            "1,500",
            "1:5",
            "1:60",
            "1:35:60",
            "h",
            "45 x",
            "30 min 1 h",
            "1 h 1 h",
            "1h30m15",
            "٤٥",
            "one hour",
            "1::30",
            "45 min x",
        ] {
            assert!(length(text, Some(DurationUnit::Minutes), true).is_err(), "{text}");
        }
    }
}
