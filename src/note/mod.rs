//! Turns records into notes. Every field is checked here, once, for all formats.
//!
//! This module knows nothing about formats or rules; the vocabulary determines what a coded field may hold. Faults that
//! only show across several records, such as a repeated id, are not detected here.

mod fields;
mod values;

use chrono::NaiveDate;

use fields::{Fields, unknown_fault};
pub use fields::{id_fields, unknown_fields};
pub use values::format_clock;
use values::{answer, clock, date, fault, length, missing, text};

use crate::facts::{Answer, BIRTH_DATE, Facts, REQUIRED, Vocabulary, date_answer};
use crate::field::FieldId;
use crate::message::Code;
use crate::nearest::values_of;
use crate::read::{Fault, FieldNames, Record};

/// A service note.
#[derive(Clone, Debug)]
pub struct Note {
    /// The parts that rows show.
    pub head: Head,
    /// The service date.
    pub date: NaiveDate,
    /// Documented minutes, 1 to 1440.
    pub minutes: u32,
    /// The answers of the note.
    pub facts: Facts,
    /// The practitioner in whose name the work is billed.
    pub practitioner: Option<String>,
    /// The procedure code that the clinic gave the note.
    pub code: Option<String>,
    /// The modifiers of that code, as written.
    pub modifiers: Vec<String>,
}

/// The parts of a record that rows show, as they were read. For a rejected record, whatever could be read.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The id of the note.
    pub id: Option<String>,
    /// The client who was served.
    pub client: Option<String>,
    /// The staff member who did the work.
    pub staff: Option<String>,
    /// The service date.
    pub date: Option<NaiveDate>,
    /// Minutes after midnight when the work began.
    pub start: Option<u32>,
    /// Minutes after midnight when the work ended.
    pub end: Option<u32>,
    /// The activity, by its name in the vocabulary.
    pub activity: Option<String>,
    /// The role of the staff member, by its name in the vocabulary.
    pub staff_role: Option<String>,
}

/// A record that is not a valid note.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// The parts of the record that could be read.
    pub head: Head,
    /// Why the record was rejected.
    pub fault: Fault,
    /// Whether the record has an id and the fault was found after it was read. A repeated id outranks such a fault.
    pub after_id: bool,
}

/// Turns a record into a note, or explains why it is not one. `settings` holds the answers that do not come from notes.
/// With `known_fields_only`, a field that the rule set does not know rejects the record.
///
/// Of several faults, the one reported does not depend on the order of the fields, because a format may impose its own.
/// Faults of the record's form come first, then fields with the same meaning, then unknown fields, then the known
/// fields in the order of their numbers.
pub fn check(
    record: &Record<'_>,
    vocabulary: &Vocabulary,
    settings: &Facts,
    known_fields_only: bool,
) -> Result<Note, Box<Rejection>> {
    let (fields, twice) = Fields::collect(record);
    let head = head(&fields, vocabulary);
    let unknown = || known_fields_only.then(|| unknown_fault(record, vocabulary)).flatten();
    if let Some(fault) = record.fault.clone().or(twice).or_else(unknown) {
        return Err(Box::new(Rejection { head, fault, after_id: false }));
    }
    let after_id = head.id.is_some();
    match note(&fields, vocabulary, settings) {
        Ok((date, minutes, facts)) => {
            let shown = |id| text(fields.get(id), "").ok().flatten();
            let (practitioner, code) = (shown(FieldId::PRACTITIONER), shown(FieldId::CODE));
            let modifiers = shown(FieldId::MODIFIERS).unwrap_or_default();
            let modifiers = modifiers.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
            Ok(Note {
                head,
                date,
                minutes,
                facts,
                practitioner: practitioner.map(str::to_owned),
                code: code.map(str::to_owned),
                modifiers: modifiers.map(str::to_owned).collect(),
            })
        }
        Err(fault) => Err(Box::new(Rejection { head, fault, after_id })),
    }
}

/// Returns the parts of a record that rows show, however faulty the rest of it is.
fn head(fields: &Fields<'_>, vocabulary: &Vocabulary) -> Head {
    let shown = |id| text(fields.get(id), "").ok().flatten().map(str::to_owned);
    let coded = |name: &str| {
        let field = fields.get(vocabulary.field(name)?)?;
        match vocabulary.find(name).map(|id| vocabulary.fact(id)) {
            None => text(Some(field), "").ok().flatten().map(str::to_owned),
            Some(fact) => match answer(fact, field) {
                Ok(Answer::Value(value)) => fact.value_name(value).map(str::to_owned),
                _ => None,
            },
        }
    };
    Head {
        id: shown(FieldId::ID),
        client: shown(FieldId::CLIENT),
        staff: shown(FieldId::STAFF),
        date: date(fields.get(FieldId::DATE), "").ok().flatten(),
        start: clock(fields.get(FieldId::START), "").ok().flatten(),
        end: clock(fields.get(FieldId::END), "").ok().flatten(),
        activity: coded("activity"),
        staff_role: coded("staff_role"),
    }
}

/// Returns the service date, the minutes and the answers of a record, with every field checked.
fn note(fields: &Fields<'_>, vocabulary: &Vocabulary, settings: &Facts) -> Result<(NaiveDate, u32, Facts), Fault> {
    let id = fields.get(FieldId::ID);
    text(id, "id")?.ok_or_else(|| missing("id", id, "give each note an id of its own"))?;
    let client = fields.get(FieldId::CLIENT);
    text(client, "client")?.ok_or_else(|| missing("client", client, "say who was served, by any id"))?;
    text(fields.get(FieldId::STAFF), "staff")?;
    let day = fields.get(FieldId::DATE);
    let date = date(day, "date")?.ok_or_else(|| missing("date", day, "give the service date as `YYYY-MM-DD`"))?;
    let minutes = minutes(fields)?;
    text(fields.get(FieldId::PRACTITIONER), "practitioner")?;
    text(fields.get(FieldId::CODE), "code")?;
    text(fields.get(FieldId::MODIFIERS), "modifiers")?;
    let mut facts = settings.clone();
    let required = |name: &&str| Some((vocabulary.field(name)?, vocabulary.find(name)?));
    for (field, id) in REQUIRED.iter().filter_map(required) {
        let (fact, field) = (vocabulary.fact(id), fields.get(field));
        let answer = field.map_or(Ok(Answer::Unanswered), |field| answer(fact, field))?;
        if answer == Answer::Unanswered {
            let values = values_of(&fact.name, fact.values());
            return Err(missing(&fact.name, field, &format!("say which: {values}")));
        }
        facts.set(id, answer);
    }
    for (id, field) in vocabulary.note_facts().filter_map(|(field, id)| Some((id, fields.get(field)?))) {
        let fact = vocabulary.fact(id);
        if fact.is_required() {
            continue;
        }
        let answer = answer(fact, field)?;
        if fact.name == BIRTH_DATE && answer > date_answer(date) {
            let (text, help) = ("the birth date is after the service date", "fix whichever of the two is wrong");
            return Err(fault(Code::BirthAfterService, BIRTH_DATE, Some(field), text, help));
        }
        facts.set(id, answer);
    }
    facts.derive(vocabulary, date, minutes);
    Ok((date, minutes, facts))
}

/// Returns the documented minutes. All the ways in which the record states them must agree.
fn minutes(fields: &Fields<'_>) -> Result<u32, Fault> {
    let both = "give `start` and `end`, or neither";
    let (start, end) = (fields.get(FieldId::START), fields.get(FieldId::END));
    let spanned = match (clock(start, "start")?, clock(end, "end")?) {
        (None, None) => None,
        (Some(start), Some(end)) if start < end => Some(end - start),
        (Some(_), Some(_)) => {
            let help = "a note ends on the day it begins; split one that crosses midnight";
            return Err(fault(Code::BadField, "end", end, "`end` is not after `start`", help));
        }
        (Some(_), None) => return Err(missing("end", end, both)),
        (None, Some(_)) => return Err(missing("start", start, both)),
    };
    let (minutes, duration) = (fields.get(FieldId::MINUTES), fields.get(FieldId::DURATION));
    let ways =
        [("minutes", length(minutes, "minutes")?), ("duration", length(duration, "duration")?), ("end", spanned)];
    let mut ways = ways.into_iter().filter_map(|(name, minutes)| Some((name, minutes?)));
    let Some((name, first)) = ways.next() else {
        return Err(missing("minutes", minutes, "give the whole minutes, 1 to 1440, or `start` and `end`"));
    };
    if ways.any(|(_, other)| other != first) {
        let text = "the ways in which this note says its length do not agree";
        let help = "`minutes`, `duration` and the time from `start` to `end` must be the same";
        return Err(fault(Code::MinutesDisagree, name, minutes.or(duration), text, help));
    }
    Ok(first)
}
