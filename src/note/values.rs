//! Interprets the value of a field: text, an id, a whole number, a date, a clock time, a length, or an answer to a fact.

use chrono::NaiveDate;

use super::clocks::{DAY, NoLength, parse_length};
use super::dates::{Day, Moment, NoDate, Orders, parse_day, parse_moment};
use super::numbers::{few_digits, parse_whole_number};
use crate::facts::{Answer, BIRTH_DATE, Fact, Kind, date_answer};
use crate::field::FieldId;
use crate::message::Code;
use crate::nearest::values_of;
use crate::notation::{DateOrder, DurationUnit, Notation};
use crate::number::is_digits;
use crate::read::{Fault, Slot, Slots, Value};
use crate::spelling::key;

/// The fields of a record, without those that mean "not answered".
#[derive(Clone, Copy)]
pub(super) struct Fields<'s, 't> {
    pub(super) slots: &'s Slots<'t>,
    pub(super) notation: &'s Notation,
}

impl<'s, 't> Fields<'s, 't> {
    #[inline]
    pub(super) fn get(self, field: FieldId) -> Option<&'s Slot<'t>> {
        self.slots.get(field).filter(|slot| !is_missing(slot, self.notation))
    }
}

/// Whether a value means "not answered" in the notation of the notes.
#[inline]
pub(super) fn is_missing(slot: &Slot<'_>, notation: &Notation) -> bool {
    slot.text().is_some_and(|text| notation.is_missing(text))
}

/// The value of a field: `None` if it is left out, or the reason why it cannot be read.
pub(super) type FieldResult<T> = Result<Option<T>, Box<FieldFault>>;

/// The fault of a field.
#[derive(Debug)]
pub(super) struct FieldFault {
    pub(super) fault: Fault,
    /// The date of the field, if its order of day and month is not declared.
    pub(super) orders: Orders,
}

impl From<Fault> for Box<FieldFault> {
    fn from(fault: Fault) -> Self {
        Self::new(FieldFault { fault, orders: Orders::default() })
    }
}

/// Returns the fault of a required field that is left out or empty.
pub(super) fn missing(name: &str, field: Option<&Slot<'_>>, help: &str) -> Fault {
    fault(Code::MissingField, name, field, "a required field has no answer", help)
}

/// Returns the fault of a field, under the name that the rules use for it.
pub(super) fn fault(code: Code, name: &str, field: Option<&Slot<'_>>, text: &str, help: &str) -> Fault {
    let offset = field.and_then(Slot::offset);
    Fault { field: Some(name.to_owned()), offset, ..Fault::new(code, text, help) }
}

/// Returns the fault of a field that was not understood. Text that cannot be decoded is a fault of its own.
#[cold]
fn not_understood(code: Code, name: &str, field: &Slot<'_>, text: &str, help: &str) -> Fault {
    if field.value() == Value::Unreadable {
        let text = "the field holds bytes that are not UTF-8, or a broken escape";
        return fault(Code::BadUtf8, name, Some(field), text, "export the notes as UTF-8");
    }
    fault(code, name, Some(field), text, help)
}

/// Returns the error of a field whose value does not have the required form.
fn bad_field<T>(name: &str, field: &Slot<'_>, text: &str, help: &str) -> FieldResult<T> {
    Err(not_understood(Code::BadField, name, field, text, help).into())
}

/// Reads trimmed text; a number is returned as its digits.
pub(super) fn text<'r>(field: Option<&Slot<'r>>, name: &str) -> FieldResult<&'r str> {
    let Some(field) = field else { return Ok(None) };
    match field.text().filter(|text| !text.is_empty()) {
        Some(text) => Ok(Some(text)),
        None if field.is_empty() => Ok(None),
        None => bad_field(name, field, "the field is not text", "write it as text in quotes"),
    }
}

/// Reads an id. The power of ten that a spreadsheet made of a long number is refused.
pub(super) fn identifier<'r>(field: Option<&Slot<'r>>, name: &str) -> FieldResult<&'r str> {
    let id = text(field, name)?;
    if id.is_some_and(is_mangled) {
        let text = "the id is what a spreadsheet left of a long number, and several ids may look the same";
        let help = "export the ids as text, without a spreadsheet in between";
        return Err(fault(Code::MangledId, name, field, text, help).into());
    }
    Ok(id)
}

/// Whether a text looks like the power of ten, such as `1.2E+11`, that a spreadsheet shows for a long number.
#[inline]
fn is_mangled(text: &str) -> bool {
    if !text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let Some((number, power)) = text.split_once(['e', 'E']) else { return false };
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let is_number = whole.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit());
    // `7E2` may be an id of its own.
    let is_power = power.starts_with('+') || !part.is_empty();
    is_number && is_power && is_digits(power.strip_prefix(['+', '-']).unwrap_or(power))
}

/// Reads a calendar date, with the time of day after it.
pub(super) fn day(field: Option<&Slot<'_>>, name: &str, notation: &Notation) -> FieldResult<Day> {
    let Some(field) = field else { return Ok(None) };
    match parse_day(field.text().unwrap_or_default(), notation) {
        Ok(day) => Ok(Some(day)),
        Err(_) if field.is_empty() => Ok(None),
        Err(why) => no_day(field, name, notation, why),
    }
}

#[cold]
fn no_day<T>(field: &Slot<'_>, name: &str, notation: &Notation, why: NoDate) -> FieldResult<T> {
    match why {
        NoDate::Invalid => {
            let written = form(field.text().unwrap_or_default());
            // In the usual form, what is wrong is the day.
            let written = if written.contains("`0000-00-00`") { String::new() } else { written };
            let text = format!("the field is not a day of the calendar{written}");
            if written.contains("`00000`") {
                let help = "if it is the number of a day in a spreadsheet, give the column the format of a date";
                return bad_field(name, field, &text, help);
            }
            let or_declared = match notation.date_order {
                None => "",
                Some(DateOrder::MonthDayYear) => ", or as month, day and year, such as `3/9/2026`",
                Some(DateOrder::DayMonthYear) => ", or as day, month and year, such as `9/3/2026`",
            };
            bad_field(name, field, &text, &format!("write it as `YYYY-MM-DD`, such as `2026-03-09`{or_declared}"))
        }
        NoDate::OtherZone => {
            let text = "the date is a point in time of another time zone, where it may be another day";
            bad_field(name, field, text, "export the day on which the work was done, without a time zone")
        }
        NoDate::OrderUnknown(orders) => {
            let text = "it is not declared whether the day or the month comes first in this date";
            let help =
                "write `date_order = \"month-day-year\"` or `\"day-month-year\"` under `[read]` in the agency file";
            let fault = fault(Code::DateOrder, name, Some(field), text, help);
            Err(Box::new(FieldFault { fault, orders }))
        }
    }
}

/// Describes the form of a date or time that was not understood, with a zero for each digit. Returns nothing for text that
/// may be about a person.
fn form(text: &str) -> String {
    const LONGEST: usize = 30;
    let is_plain = |c: char| c.is_ascii_digit() || " /-.:,+TZAPMtzapm".contains(c);
    if text.is_empty()
        || text.len() > LONGEST
        || !text.chars().all(is_plain)
        || !text.contains(|c: char| c.is_ascii_digit())
    {
        return String::new();
    }
    let zeros: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    format!("; its form is `{zeros}`")
}

/// Reads a clock time, alone or after a date.
pub(super) fn clock(field: Option<&Slot<'_>>, name: &str, notation: &Notation) -> FieldResult<Moment> {
    let Some(field) = field else { return Ok(None) };
    let text = field.text().unwrap_or_default();
    match parse_moment(text, notation) {
        Ok(moment) => Ok(Some(moment)),
        Err(_) if field.is_empty() => Ok(None),
        Err(why @ NoDate::OrderUnknown(_)) => no_day(field, name, notation, why),
        Err(NoDate::Invalid | NoDate::OtherZone) => {
            let text = format!("the field is not a clock time{}", form(text));
            bad_field(name, field, &text, "write it as `HH:MM` on the 24-hour clock, such as `14:05`, or as `2:05 PM`")
        }
    }
}

/// Reads a length in minutes, 1 to 1440. `unit` is what a number alone counts, if it is declared.
pub(super) fn length(
    field: Option<&Slot<'_>>,
    name: &str,
    unit: Option<DurationUnit>,
    notation: &Notation,
) -> FieldResult<u32> {
    let Some(field) = field else { return Ok(None) };
    let text = field.text().unwrap_or_default();
    let whole = match few_digits(text).filter(|_| unit != Some(DurationUnit::Hours)) {
        Some(minutes) => Ok(minutes),
        None => parse_length(text, unit, notation),
    };
    match whole {
        Ok(minutes) => {
            let minutes = u32::try_from(minutes).ok().filter(|minutes| (1..=DAY).contains(minutes));
            let (text, help) = ("the minutes are not from 1 to 1440", "give the whole minutes of one day");
            minutes.map(Some).ok_or_else(|| fault(Code::BadField, name, Some(field), text, help).into())
        }
        Err(_) if field.is_empty() => Ok(None),
        Err(NoLength::Invalid) => {
            let text = format!("the field is not a length of time{}", form(text));
            bad_field(
                name,
                field,
                &text,
                "write whole minutes, such as `45`, or `00:45`, `45 min`, `1.5 h` or `1 h 30 min`",
            )
        }
        Err(NoLength::PartOfMinute) => {
            let help = "to drop parts of a minute, write `part_of_minute = \"drop\"` under `[read]` in the agency file";
            Err(fault(Code::BadField, name, Some(field), "the length has a part of a minute", help).into())
        }
        Err(NoLength::UnitUnknown) => {
            let text = "it is not declared whether this number counts hours or minutes";
            let help = if name == "duration" {
                "write `duration = \"hours\"` or `duration = \"minutes\"` under `[read]` in the agency file"
            } else {
                "write whole minutes; if they are hours, map the column to `duration` in the agency file's `[column]` table, \
                 and write `duration = \"hours\"` under `[read]`"
            };
            Err(fault(Code::BadField, name, Some(field), text, help).into())
        }
    }
}

fn whole_number(field: &Slot<'_>, name: &str) -> FieldResult<i64> {
    match field.text().and_then(parse_whole_number) {
        Some(number) => Ok(Some(number)),
        None if field.is_empty() => Ok(None),
        None => bad_field(name, field, "the field is not a whole number", "write digits alone, such as `45`"),
    }
}

/// What is needed to read the answers of one note.
pub(super) struct Context<'n> {
    pub(super) notation: &'n Notation,
    /// The service date, if it could be read.
    pub(super) service: Option<NaiveDate>,
    /// Texts of the note that no message may repeat: its id, the client and the staff member.
    pub(super) private: [Option<&'n str>; 3],
}

impl Context<'_> {
    /// Whether a message may repeat a word for a coded fact: it looks like one, and names nobody whom the note names.
    fn may_show(&self, word: &str) -> bool {
        let word_key = key(word);
        let names = |text: &&str| !key(text).is_empty() && word_key.contains(&key(text));
        may_show_word(word) && !self.private.iter().flatten().any(names)
    }
}

/// Whether a text looks like a word for a coded fact that may be shown: short, of few digits, and without anything that only
/// sentences have.
pub fn may_show_word(word: &str) -> bool {
    const LONGEST: usize = 40;
    const MOST_DIGITS: usize = 5;
    let is_plain = |c: char| c.is_alphanumeric() || " _-./#()?&+,'*%".contains(c);
    let digits = word.chars().filter(char::is_ascii_digit).count();
    digits <= MOST_DIGITS && !word.is_empty() && word.chars().count() <= LONGEST && word.chars().all(is_plain)
}

/// Reads the answer to a fact.
pub(super) fn answer(fact: &Fact, field: &Slot<'_>, context: &Context<'_>) -> Result<Answer, Box<FieldFault>> {
    let name = fact.name.as_str();
    match &fact.kind {
        _ if field.is_empty() => Ok(Answer::Unanswered),
        Kind::Date => {
            let day = day(Some(field), name, context.notation)?;
            let date = |day: Day| {
                let is_birth = fact.name == BIRTH_DATE;
                context.service.filter(|_| is_birth).map_or(day.date, |service| day.as_birth(service))
            };
            Ok(day.map_or(Answer::Unanswered, |day| date_answer(date(day))))
        }
        Kind::Number(least, most) => match whole_number(field, name)? {
            Some(number) if (*least..=*most).contains(&number) => Ok(Answer::Number(number)),
            _ => {
                let text = format!("the number is not from {least} to {most}");
                Err(fault(Code::BadField, name, Some(field), &text, "write one that is").into())
            }
        },
        Kind::Coded(_) => match coded_value(fact, field) {
            Some(value) => Ok(Answer::Value(value)),
            None => Err(unknown_value(fact, field, context).into()),
        },
    }
}

/// Returns the fault of a word that stands for no value of a fact.
#[cold]
fn unknown_value(fact: &Fact, field: &Slot<'_>, context: &Context<'_>) -> Fault {
    let name = fact.name.as_str();
    let word = field.text().unwrap_or_default();
    let may_show = context.may_show(word);
    let text = if may_show {
        format!("`{word}` is no known value")
    } else {
        "the rule set does not know this value".to_owned()
    };
    let near = fact.nearest_value(word);
    let help = match near {
        // A letter that looks like another one would make the hint look like what was written.
        Some(near) if !word.is_ascii() => format!("did you mean `{near}`? Write it with plain letters"),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it takes {}", values_of(&fact.name, fact.values())),
    };
    let help = if may_show && word.is_ascii() {
        let joint = if near.is_some() { " The" } else { "; the" };
        format!("{help}{joint} agency file teaches the word by `\"{word}\" = \"VALUE\"` under `[alias.{name}]`")
    } else {
        help
    };
    not_understood(Code::UnknownValue, name, field, &text, &help)
}

/// Returns the coded value that a word or a JSON boolean stands for.
fn coded_value(fact: &Fact, value: &Slot<'_>) -> Option<u16> {
    match value.boolean() {
        Some(truth) => fact.truth_value(truth),
        None => fact.coded_value(value.text()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::ValueKind;

    #[test]
    fn powers_of_ten_are_no_ids_and_ids_with_an_e_are() {
        for text in ["1.2E+11", "1.20001E+11", "1E+11", "1.2e11", "1,2E+11"] {
            assert!(is_mangled(text), "{text}");
        }
        for text in ["7E2", "12E4", "n-1.2E+11", "1.2E+", "E+11", "1.2", "12.5E+11", "1.2E+1x", "675127116845989888"] {
            assert!(!is_mangled(text), "{text}");
        }
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
