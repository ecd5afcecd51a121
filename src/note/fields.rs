//! What stands in one field: text, a number, a date, a clock time, or an answer to a fact.

use chrono::NaiveDate;

use crate::effective::parse_date;
use crate::facts::{Answer, Fact, Kind, date_answer};
use crate::message::Code;
use crate::nearest::one_of;
use crate::read::{Fault, Field, Scalar};

/// A fault in a field, with the field for its column.
pub(super) struct Wrong<'r>(pub(super) Fault, pub(super) Option<&'r Field<'r>>);

pub(super) fn fault(code: Code, field: &str, text: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault { code, field: Some(field.to_owned()), text: text.into(), help: Some(help.into()) }
}

pub(super) fn missing(field: &str, help: impl Into<String>) -> Wrong<'static> {
    Wrong(fault(Code::MissingField, field, "a required field has no answer", help), None)
}

fn bad<'r>(field: &'r Field<'r>, name: &str, text: impl Into<String>, help: &str) -> Wrong<'r> {
    Wrong(fault(Code::BadField, name, text.into(), help), Some(field))
}

pub(super) fn repeated_meaning<'r>(field: &'r Field<'r>) -> Wrong<'r> {
    let text = "another field of this record means the same";
    Wrong(fault(Code::RepeatedField, &field.name, text, "keep one of the two"), Some(field))
}

/// A field's value, if it has one: `null` and empty text are no answer.
pub(super) fn given<'r>(field: Option<&'r Field<'r>>) -> Option<&'r Field<'r>> {
    field.filter(|field| match &field.value {
        Scalar::Null => false,
        Scalar::Text(text) => !text.trim().is_empty(),
        Scalar::Boolean(_) | Scalar::Number(_) | Scalar::Nested(_) | Scalar::Garbled => true,
    })
}

/// Free text, trimmed; a number counts as its digits.
pub(super) fn text<'r>(field: Option<&'r Field<'r>>, name: &str) -> Result<Option<String>, Wrong<'r>> {
    let Some(field) = given(field) else { return Ok(None) };
    match &field.value {
        Scalar::Text(text) | Scalar::Number(text) => Ok(Some(text.trim().to_owned())),
        _ => Err(bad(field, name, "the field is not text", "write it as text in quotes")),
    }
}

/// A whole number, zero or more: digits, with `.0` allowed behind them.
fn whole<'r>(field: Option<&'r Field<'r>>, name: &str) -> Result<Option<i64>, Wrong<'r>> {
    let Some(field) = given(field) else { return Ok(None) };
    let number = match &field.value {
        Scalar::Text(text) | Scalar::Number(text) => digits(text.trim()).or_else(|| power_of_ten(text.trim())),
        _ => None,
    };
    number
        .map(Some)
        .ok_or_else(|| bad(field, name, "the field is not a whole number", "write digits alone, such as `45`"))
}

fn digits(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits(whole) && all_digits(fraction) && fraction.bytes().all(|byte| byte == b'0'))
        .then(|| whole.parse().ok())
        .flatten()
}

/// A number written with an exponent, such as `4.5e1`: JSON has them, and spreadsheets make them.
fn power_of_ten(text: &str) -> Option<i64> {
    let (number, _) = text.split_once(['e', 'E'])?;
    if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    digits(&rust_decimal::Decimal::from_scientific(text).ok()?.to_string())
}

pub(super) fn date<'r>(field: Option<&'r Field<'r>>, name: &str) -> Result<Option<NaiveDate>, Wrong<'r>> {
    let Some(field) = given(field) else { return Ok(None) };
    let date = match &field.value {
        Scalar::Text(text) => parse_date(text.trim()),
        _ => None,
    };
    date.map(Some).ok_or_else(|| {
        bad(field, name, "the field is not a day of the calendar", "write it as `YYYY-MM-DD`, such as `2026-03-09`")
    })
}

/// Minutes after midnight of a clock time.
pub(super) fn clock<'r>(field: Option<&'r Field<'r>>, name: &str) -> Result<Option<u32>, Wrong<'r>> {
    let Some(field) = given(field) else { return Ok(None) };
    let time = match &field.value {
        Scalar::Text(text) => clock_time(text.trim()),
        _ => None,
    };
    time.map(Some).ok_or_else(|| {
        bad(field, name, "the field is not a clock time", "write it as `HH:MM` on the 24-hour clock, such as `14:05`")
    })
}

fn clock_time(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten();
    if !(1..=2).contains(&hours.len()) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60 && (hours < 24 || (hours, minutes) == (24, 0))).then_some(hours * 60 + minutes)
}

pub(super) fn length<'r>(field: Option<&'r Field<'r>>, name: &str) -> Result<Option<u32>, Wrong<'r>> {
    let Some(minutes) = whole(field, name)? else { return Ok(None) };
    match (u32::try_from(minutes), field) {
        (Ok(minutes @ 1..=1440), _) => Ok(Some(minutes)),
        (_, Some(field)) => {
            Err(bad(field, name, "the minutes are not from 1 to 1440", "give the whole minutes of one day"))
        }
        (_, None) => Ok(None),
    }
}

/// What a field answers to a fact.
pub(super) fn answer<'r>(fact: &Fact, field: &'r Field<'r>) -> Result<Answer, Wrong<'r>> {
    if given(Some(field)).is_none() {
        return Ok(Answer::Unanswered);
    }
    match &fact.kind {
        Kind::Date => Ok(date(Some(field), &fact.name)?.map_or(Answer::Unanswered, date_answer)),
        Kind::Number(least, most) => match whole(Some(field), &fact.name)? {
            Some(number) if (*least..=*most).contains(&number) => Ok(Answer::Number(number)),
            _ => Err(bad(field, &fact.name, format!("the number is not from {least} to {most}"), "write one that is")),
        },
        Kind::Coded(values) => coded(fact, field).map(Answer::Value).ok_or_else(|| {
            let near = match &field.value {
                Scalar::Text(word) => fact.nearest_value(word.trim()),
                _ => None,
            };
            let known = one_of(values.iter().map(String::as_str));
            let help = near.map_or(format!("it takes {known}"), |near| format!("did you mean `{near}`?"));
            let text = "the rule set does not know this value";
            Wrong(fault(Code::UnknownValue, &fact.name, text, help), Some(field))
        }),
    }
}

fn coded(fact: &Fact, field: &Field<'_>) -> Option<u16> {
    let truth = |truth: bool| if fact.is_yes_no() { fact.value(if truth { "yes" } else { "no" }) } else { None };
    match &field.value {
        Scalar::Boolean(answer) => truth(*answer),
        Scalar::Text(word) | Scalar::Number(word) => {
            let word = word.trim();
            fact.spoken(word).or_else(|| match word.to_ascii_lowercase().as_str() {
                // A JSON boolean that came through a spreadsheet.
                "true" => truth(true),
                "false" => truth(false),
                _ => None,
            })
        }
        Scalar::Null | Scalar::Nested(_) | Scalar::Garbled => None,
    }
}
