//! Record → note: every field check, once, whatever the format.
//!
//! Knows no formats and no rules; what a coded field may hold is the vocabulary's to say.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::effective::parse_date;
use crate::facts::{Answer, BIRTH_DATE, Fact, FactId, Facts, Kind, REQUIRED, Slot, Vocabulary, date_answer};
use crate::message::Code;
use crate::nearest::{nearest, one_of};
use crate::read::{Fault, Field, Record, Scalar};

/// One service note.
#[derive(Clone, Debug)]
pub struct Note {
    /// What can be shown of it.
    pub head: Head,
    /// Who did the work.
    pub staff: Option<String>,
    /// The service date.
    pub date: NaiveDate,
    /// Minutes after midnight at which it began.
    pub start: Option<u32>,
    /// Documented minutes, 1 to 1440.
    pub minutes: u32,
    /// What it answers.
    pub facts: Facts,
}

/// What is shown of a record as it was read; of a rejected one, what could be read.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The note's id.
    pub id: Option<String>,
    /// Who was served.
    pub client: Option<String>,
    /// The service date.
    pub date: Option<NaiveDate>,
    /// What was done, by its name in the vocabulary.
    pub activity: Option<String>,
}

/// A record that is no note.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// What could be read of it.
    pub head: Head,
    /// Why.
    pub fault: Fault,
    /// Column of the field in the record's line, where the format shows it.
    pub column: Option<u64>,
}

/// Reads the records of a batch, and remembers what only the batch shows: used ids and unknown fields.
#[derive(Debug)]
pub struct Notes<'v> {
    vocabulary: &'v Vocabulary,
    /// The facts that every note must answer.
    required: Vec<FactId>,
    /// Answers that no note gives: the settings.
    answered: Facts,
    /// Whether a field that the rule set does not know rejects its record.
    pub strict: bool,
    #[expect(clippy::disallowed_types, reason = "asked for members, never walked")]
    ids: std::collections::HashSet<String>,
    /// Fields that the rule set does not know, each with how many records have it.
    pub unknown: BTreeMap<String, u64>,
}

/// The fields of one record by what they mean.
#[derive(Default)]
struct Slots<'r> {
    id: Option<&'r Field<'r>>,
    client: Option<&'r Field<'r>>,
    staff: Option<&'r Field<'r>>,
    date: Option<&'r Field<'r>>,
    start: Option<&'r Field<'r>>,
    end: Option<&'r Field<'r>>,
    minutes: Option<&'r Field<'r>>,
    duration: Option<&'r Field<'r>>,
    unasked: Option<&'r Field<'r>>,
    /// In order of the vocabulary.
    facts: Vec<(FactId, &'r Field<'r>)>,
}

impl<'r> Slots<'r> {
    fn put(&mut self, slot: Slot, field: &'r Field<'r>) {
        let place = match slot {
            Slot::Id => &mut self.id,
            Slot::Client => &mut self.client,
            Slot::Staff => &mut self.staff,
            Slot::Date => &mut self.date,
            Slot::Start => &mut self.start,
            Slot::End => &mut self.end,
            Slot::Minutes => &mut self.minutes,
            Slot::Duration => &mut self.duration,
            Slot::Unasked if field.name == "activity" => &mut self.unasked,
            Slot::Unasked => return,
            Slot::Fact(id) => return self.facts.push((id, field)),
        };
        *place = Some(field);
    }

    fn fact(&self, id: FactId) -> Option<&'r Field<'r>> {
        self.facts.iter().find(|(fact, _)| *fact == id).map(|(_, field)| *field)
    }
}

/// A fault in a field, with the field for its column.
struct Wrong<'r>(Fault, Option<&'r Field<'r>>);

impl<'v> Notes<'v> {
    /// A reader of notes in this vocabulary. `answered`: what is known without a note. `strict`: a field that the
    /// rule set does not know rejects its record.
    pub fn new(vocabulary: &'v Vocabulary, answered: Facts, strict: bool) -> Self {
        #[expect(clippy::disallowed_types, reason = "asked for members, never walked")]
        let ids = std::collections::HashSet::new();
        let required = REQUIRED.iter().filter_map(|name| vocabulary.find(name)).collect();
        Self { vocabulary, required, answered, strict, ids, unknown: BTreeMap::new() }
    }

    /// Makes a note of a record, or says why it is none. Which of several faults it says does not hang on the order of
    /// the fields, for a format may have one of its own: what the record's form makes unreadable first, then fields
    /// of one meaning, then, in strict runs, fields that nobody knows, then the fields in the order of a note's.
    pub fn read(&mut self, record: &Record<'_>) -> Result<Note, Box<Rejection>> {
        let (mut known, mut unknown) = (Vec::with_capacity(record.fields.len()), Vec::new());
        for field in &record.fields {
            match self.vocabulary.slot(&field.name) {
                Some(slot) => known.push((slot, field)),
                None if field.name.is_empty() && given(Some(field)).is_none() => {}
                None => unknown.push(field),
            }
        }
        known.sort_by(|(one, a), (other, b)| (one, &a.name).cmp(&(other, &b.name)));
        let mut repeated_id = false;
        for (_, field) in known.iter().filter(|(slot, _)| *slot == Slot::Id) {
            let id = text(Some(*field), "id").ok().flatten();
            repeated_id |= id.is_some_and(|id| !self.ids.insert(id));
        }
        let (slots, twice) = slots(&known);
        let unknown = self.unknown_fields(unknown);
        let head = self.head(&slots);
        let fault = record.fault.clone().map(|fault| Wrong(fault, None));
        let note = match fault.or(twice).or(unknown) {
            Some(fault) => Err(fault),
            None => self.note(&slots, head.clone(), repeated_id),
        };
        note.map_err(|Wrong(fault, field)| {
            let by_name = |name: &String| record.fields.iter().find(|field| field.name == name.as_str());
            let field = field.or_else(|| fault.field.as_ref().and_then(by_name));
            Box::new(Rejection { head, fault, column: field.and_then(|field| field.column) })
        })
    }

    /// All names a field may have.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.vocabulary.field_names()
    }

    /// Counts the record for each field that nobody knows; in strict runs they are a fault.
    fn unknown_fields<'r>(&mut self, mut fields: Vec<&'r Field<'r>>) -> Option<Wrong<'r>> {
        fields.sort_by(|one, other| one.name.cmp(&other.name));
        fields.dedup_by(|one, other| one.name == other.name);
        for field in &fields {
            match self.unknown.get_mut(field.name.as_ref()) {
                Some(count) => *count += 1,
                None => drop(self.unknown.insert(field.name.to_string(), 1)),
            }
        }
        let field = *fields.first().filter(|_| self.strict)?;
        if field.name.is_empty() {
            let help = Some("give it a name, or remove it".into());
            let text = "a field has no name".into();
            return Some(Wrong(Fault { code: Code::UnknownField, field: None, text, help }, Some(field)));
        }
        let near = nearest(&field.name, self.vocabulary.field_names());
        let help = near.map_or("remove it".to_owned(), |near| format!("did you mean `{near}`?"));
        let fault = fault(Code::UnknownField, &field.name, "the rule set knows no such field", help);
        Some(Wrong(fault, Some(field)))
    }

    /// What can be shown of a record, however wrong the rest of it is.
    fn head(&self, slots: &Slots<'_>) -> Head {
        let shown = |field| text(field, "").ok().flatten();
        let activity = slots.facts.iter().find(|(id, _)| self.vocabulary.fact(*id).name == "activity");
        let coded = activity.and_then(|(id, field)| {
            let fact = self.vocabulary.fact(*id);
            match answer(fact, field) {
                Ok(Answer::Value(value)) => fact.value_name(value).map(str::to_owned),
                _ => None,
            }
        });
        Head {
            id: shown(slots.id),
            client: shown(slots.client),
            date: date(slots.date, "date").ok().flatten(),
            activity: coded.or_else(|| shown(slots.unasked)),
        }
    }

    fn note<'r>(&self, slots: &Slots<'r>, head: Head, repeated_id: bool) -> Result<Note, Wrong<'r>> {
        text(slots.id, "id")?.ok_or_else(|| missing("id", "give each note an id of its own"))?;
        if repeated_id {
            let help = "give each note an id of its own, and each note once";
            return Err(Wrong(fault(Code::RepeatedId, "id", "an earlier record has this id", help), slots.id));
        }
        text(slots.client, "client")?.ok_or_else(|| missing("client", "say who was served, by any id"))?;
        let staff = text(slots.staff, "staff")?;
        let date = date(slots.date, "date")?.ok_or_else(|| missing("date", "give the service date as `YYYY-MM-DD`"))?;
        let (start, minutes) = time(slots)?;
        let mut facts = self.answered.clone();
        for id in &self.required {
            let fact = self.vocabulary.fact(*id);
            if let Some(field) = slots.fact(*id) {
                facts.set(*id, answer(fact, field)?);
            }
            if facts.get(*id) == Answer::Unanswered {
                let values = one_of(fact.values().iter().map(String::as_str));
                return Err(missing(&fact.name, format!("say which: {values}")));
            }
        }
        for (id, field) in slots.facts.iter().filter(|(id, _)| !self.required.contains(id)) {
            let fact = self.vocabulary.fact(*id);
            let answer = answer(fact, field)?;
            if fact.name == BIRTH_DATE && answer > date_answer(date) {
                let text = "the birth date is after the service date";
                let fault = fault(Code::BirthAfterService, BIRTH_DATE, text, "mend whichever of the two is wrong");
                return Err(Wrong(fault, Some(*field)));
            }
            facts.set(*id, answer);
        }
        facts.derive(self.vocabulary, date, minutes);
        Ok(Note { head, staff, date, start, minutes, facts })
    }
}

/// The fields by what they mean, and the fault of two that mean the same: neither of them is taken, for which one was
/// meant cannot be known. They come sorted by meaning, then by name.
fn slots<'r>(known: &[(Slot, &'r Field<'r>)]) -> (Slots<'r>, Option<Wrong<'r>>) {
    let (mut slots, mut twice) = (Slots::default(), None);
    for same in known.chunk_by(|(one, _), (other, _)| one == other && *one != Slot::Unasked) {
        match same {
            [(slot, field)] => slots.put(*slot, field),
            [_, (_, field), ..] => twice = twice.or_else(|| Some(repeated_meaning(field))),
            [] => {}
        }
    }
    (slots, twice)
}

fn fault(code: Code, field: &str, text: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault { code, field: Some(field.to_owned()), text: text.into(), help: Some(help.into()) }
}

fn missing(field: &str, help: impl Into<String>) -> Wrong<'static> {
    Wrong(fault(Code::MissingField, field, "a required field has no answer", help), None)
}

fn bad<'r>(field: &'r Field<'r>, name: &str, text: impl Into<String>, help: &str) -> Wrong<'r> {
    Wrong(fault(Code::BadField, name, text.into(), help), Some(field))
}

fn repeated_meaning<'r>(field: &'r Field<'r>) -> Wrong<'r> {
    let text = "another field of this record means the same";
    Wrong(fault(Code::RepeatedField, &field.name, text, "keep one of the two"), Some(field))
}

/// A field's value, if it has one: `null` and empty text are no answer.
fn given<'r>(field: Option<&'r Field<'r>>) -> Option<&'r Field<'r>> {
    field.filter(|field| match &field.value {
        Scalar::Null => false,
        Scalar::Text(text) => !text.trim().is_empty(),
        Scalar::Boolean(_) | Scalar::Number(_) | Scalar::Nested(_) | Scalar::Garbled => true,
    })
}

/// Free text, trimmed; a number counts as its digits.
fn text<'r>(field: Option<&'r Field<'r>>, name: &str) -> Result<Option<String>, Wrong<'r>> {
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

fn date<'r>(field: Option<&'r Field<'r>>, name: &str) -> Result<Option<NaiveDate>, Wrong<'r>> {
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
fn clock<'r>(field: Option<&'r Field<'r>>, name: &str) -> Result<Option<u32>, Wrong<'r>> {
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

/// When the note began, if it says so, and its minutes.
fn time<'r>(slots: &Slots<'r>) -> Result<(Option<u32>, u32), Wrong<'r>> {
    let (start, end) = (clock(slots.start, "start")?, clock(slots.end, "end")?);
    let spanned = match (start, end) {
        (None, None) => None,
        (Some(start), Some(end)) if start < end => Some(end - start),
        (Some(_), Some(_)) => {
            let text = "`end` is not after `start`";
            let help = "a note ends on the day it begins; split one that crosses midnight";
            return Err(Wrong(fault(Code::BadField, "end", text, help), slots.end));
        }
        (Some(_), None) => return Err(missing("end", "give `start` and `end`, or neither")),
        (None, Some(_)) => return Err(missing("start", "give `start` and `end`, or neither")),
    };
    let (minutes, duration) = (length(slots.minutes, "minutes")?, length(slots.duration, "duration")?);
    let mut given = [("minutes", minutes), ("duration", duration), ("end", spanned)]
        .into_iter()
        .filter_map(|(name, minutes)| minutes.map(|minutes| (name, minutes)));
    let Some((first, minutes)) = given.next() else {
        return Err(missing("minutes", "give the whole minutes, 1 to 1440, or `start` and `end`"));
    };
    if given.any(|(_, other)| other != minutes) {
        let text = "the ways in which this note says its length do not agree";
        let help = "`minutes`, `duration` and the time from `start` to `end` must be the same";
        return Err(Wrong(fault(Code::MinutesDisagree, first, text, help), slots.minutes.or(slots.duration)));
    }
    Ok((start, minutes))
}

fn length<'r>(field: Option<&'r Field<'r>>, name: &str) -> Result<Option<u32>, Wrong<'r>> {
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
fn answer<'r>(fact: &Fact, field: &'r Field<'r>) -> Result<Answer, Wrong<'r>> {
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
