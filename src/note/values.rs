//! Interprets the value of a field: text, a whole number, a date, a clock time, a length, or an answer to a fact.

use chrono::NaiveDate;

use crate::effective::parse_date;
use crate::facts::{Answer, Fact, Kind, date_answer};
use crate::message::Code;
use crate::nearest::values_of;
use crate::read::{Fault, Slot};

/// Returns the fault of a required field that is left out or empty.
pub(super) fn missing(name: &str, field: Option<&Slot<'_>>, help: &str) -> Fault {
    fault(Code::MissingField, name, field, "a required field has no answer", help)
}

/// Returns the fault of a field, under the name that the rules use for it.
pub(super) fn fault(code: Code, name: &str, field: Option<&Slot<'_>>, text: &str, help: &str) -> Fault {
    let offset = field.and_then(Slot::offset);
    Fault { field: Some(name.to_owned()), offset, ..Fault::new(code, text, help) }
}

/// Parses the value of a field. Returns `Ok(None)` if the field is left out or empty; `parse`
/// must return `None` for an empty value.
fn parsed<'r, T>(
    field: Option<&Slot<'r>>,
    name: &str,
    parse: impl Fn(&Slot<'r>) -> Option<T>,
    (text, help): (&str, &str),
) -> Result<Option<T>, Box<Fault>> {
    let Some(field) = field else { return Ok(None) };
    match parse(field) {
        Some(value) => Ok(Some(value)),
        None if field.is_empty() => Ok(None),
        None => Err(fault(Code::BadField, name, Some(field), text, help).into()),
    }
}

/// Reads trimmed text; a number is returned as its digits.
pub(super) fn text<'r>(field: Option<&Slot<'r>>, name: &str) -> Result<Option<&'r str>, Box<Fault>> {
    let parse = |field: &Slot<'r>| field.text().filter(|text| !text.is_empty());
    parsed(field, name, parse, ("the field is not text", "write it as text in quotes"))
}

/// Reads a calendar date.
pub(super) fn date(field: Option<&Slot<'_>>, name: &str) -> Result<Option<NaiveDate>, Box<Fault>> {
    let words = ("the field is not a day of the calendar", "write it as `YYYY-MM-DD`, such as `2026-03-09`");
    parsed(field, name, |value| parse_date(value.only_text()?), words)
}

/// Reads a clock time as minutes after midnight.
pub(super) fn clock(field: Option<&Slot<'_>>, name: &str) -> Result<Option<u32>, Box<Fault>> {
    let words = ("the field is not a clock time", "write it as `HH:MM` on the 24-hour clock, such as `14:05`");
    parsed(field, name, |value| parse_clock(value.only_text()?), words)
}

/// Reads a length in minutes, 1 to 1440.
pub(super) fn length(field: Option<&Slot<'_>>, name: &str) -> Result<Option<u32>, Box<Fault>> {
    let Some(minutes) = whole_number(field, name)? else { return Ok(None) };
    let minutes = u32::try_from(minutes).ok().filter(|minutes| (1..=24 * 60).contains(minutes));
    let (text, help) = ("the minutes are not from 1 to 1440", "give the whole minutes of one day");
    minutes.map(Some).ok_or_else(|| fault(Code::BadField, name, field, text, help).into())
}

fn whole_number(field: Option<&Slot<'_>>, name: &str) -> Result<Option<i64>, Box<Fault>> {
    let words = ("the field is not a whole number", "write digits alone, such as `45`");
    parsed(field, name, |value| parse_whole_number(value.text()?), words)
}

/// Reads the answer to a fact.
pub(super) fn answer(fact: &Fact, field: &Slot<'_>) -> Result<Answer, Box<Fault>> {
    let name = fact.name.as_str();
    match &fact.kind {
        _ if field.is_empty() => Ok(Answer::Unanswered),
        Kind::Date => Ok(date(Some(field), name)?.map_or(Answer::Unanswered, date_answer)),
        Kind::Number(least, most) => match whole_number(Some(field), name)? {
            Some(number) if (*least..=*most).contains(&number) => Ok(Answer::Number(number)),
            _ => {
                let text = format!("the number is not from {least} to {most}");
                Err(fault(Code::BadField, name, Some(field), &text, "write one that is").into())
            }
        },
        Kind::Coded(values) => coded_value(fact, field).map(Answer::Value).ok_or_else(|| {
            let near = field.only_text().and_then(|word| fact.nearest_value(word));
            let known = || format!("it takes {}", values_of(&fact.name, values));
            let help = near.map_or_else(known, |near| format!("did you mean `{near}`?"));
            fault(Code::UnknownValue, name, Some(field), "the rule set does not know this value", &help).into()
        }),
    }
}

/// Returns the coded value that a word or a JSON boolean stands for.
fn coded_value(fact: &Fact, value: &Slot<'_>) -> Option<u16> {
    match value.boolean() {
        Some(truth) => fact.truth_value(truth),
        None => fact.coded_value(value.text()?),
    }
}

/// Parses a nonnegative whole number: digits, optionally followed by `.0`, or with an exponent such as `4.5e1`.
fn parse_whole_number(text: &str) -> Option<i64> {
    digits(text).or_else(|| {
        // JSON allows exponents, and spreadsheets produce them.
        let (number, _) = text.split_once(['e', 'E'])?;
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number = is_plain.then(|| rust_decimal::Decimal::from_scientific(text).ok()).flatten()?;
        digits(&number.to_string())
    })
}

fn digits(text: &str) -> Option<i64> {
    if let Some(number) = few_digits(text) {
        return Some(number);
    }
    if is_digits(text) {
        return text.parse().ok();
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_whole = is_digits(whole) && is_digits(fraction) && fraction.bytes().all(|byte| byte == b'0');
    is_whole.then(|| whole.parse().ok()).flatten()
}

/// Parses as few digits as a number of minutes has.
#[inline]
fn few_digits(text: &str) -> Option<i64> {
    const MOST: usize = 4;
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    let bytes = text.as_bytes();
    (1..=MOST).contains(&bytes.len()).then_some(())?;
    bytes.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses `H:MM` or `HH:MM`, up to `24:00`, as minutes after midnight.
fn parse_clock(text: &str) -> Option<u32> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let (hours, minutes) = match text.as_bytes() {
        [ten, one, b':', minutes @ ..] => (digit(ten)? * 10 + digit(one)?, minutes),
        [one, b':', minutes @ ..] => (digit(one)?, minutes),
        _ => return None,
    };
    let [ten, one] = minutes else { return None };
    let minutes = digit(ten)? * 10 + digit(one)?;
    (minutes < 60 && hours * 60 + minutes <= 24 * 60).then_some(hours * 60 + minutes)
}

/// Formats minutes after midnight as `HH:MM`.
pub fn format_clock(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldId;
    use crate::read::{Slots, ValueKind};

    #[test]
    fn whole_numbers_may_have_zeros_behind_a_point_or_an_exponent() {
        for (text, number) in [("0", 0), ("45", 45), ("45.00", 45), ("4.5e1", 45), ("4.5E+01", 45), ("30e0", 30)] {
            assert_eq!(parse_whole_number(text), Some(number), "{text}");
        }
        for text in
            ["", "-5", "+5", "7.5", "45.", ".0", "1_0", "4.55e1", "e1", "45e", "-4.5e1", "4.5e1e1", "٤٥", "1e99"]
        {
            assert_eq!(parse_whole_number(text), None, "{text}");
        }
        assert_eq!(parse_whole_number("99999999999999999999"), None);
    }

    #[test]
    fn clock_times_are_those_of_one_day() {
        for (text, minutes) in [("0:00", 0), ("9:05", 545), ("09:05", 545), ("23:59", 1439), ("24:00", 1440)] {
            assert_eq!(parse_clock(text), Some(minutes), "{text}");
        }
        for text in ["24:01", "25:00", "9:5", "9:60", "009:05", "9", ":05", "9:05:00", "9:05 AM", "-9:05", "+9:05"] {
            assert_eq!(parse_clock(text), None, "{text}");
        }
        assert_eq!([0, 545, 1440].map(format_clock), ["00:00", "09:05", "24:00"]);
    }

    #[test]
    fn yes_and_no_are_also_true_and_false() {
        let fact = |values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            Fact::new("fact", "", Kind::Coded(values), crate::facts::Origin::Note, None)
        };
        let (yes_no, other) = (fact(&["yes", "no"]), fact(&["yes", "no", "true"]));
        let value = |fact: &Fact, kind, text: &'static str| {
            let mut slots = Slots::default();
            slots.put(FieldId::ID, kind, text, None);
            coded_value(fact, slots.get(FieldId::ID).unwrap())
        };
        assert_eq!(value(&yes_no, ValueKind::False, ""), Some(1));
        assert_eq!(value(&yes_no, ValueKind::Text, " TRUE "), Some(0));
        assert_eq!(value(&other, ValueKind::Text, "true"), Some(2));
        assert_eq!(value(&other, ValueKind::True, ""), None);
        assert_eq!(value(&yes_no, ValueKind::Text, "perhaps"), None);
    }
}
