//! Record → note: every check of a field, once, whatever the format.
//!
//! Knows no formats and no rules; the vocabulary says what a coded field may hold. What only several records show, such
//! as an id that is used twice, is not looked for here.

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
use crate::nearest::one_of;
use crate::read::{Fault, FieldNames, Record};

/// One service note.
#[derive(Clone, Debug)]
pub struct Note {
    /// What rows show of it.
    pub head: Head,
    /// The service date.
    pub date: NaiveDate,
    /// Documented minutes, 1 to 1440.
    pub minutes: u32,
    /// What it answers.
    pub facts: Facts,
}

/// What rows show of a record as it was read; of a rejected one, what could be read.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The note's id.
    pub id: Option<String>,
    /// Who was served.
    pub client: Option<String>,
    /// Who did the work.
    pub staff: Option<String>,
    /// The service date.
    pub date: Option<NaiveDate>,
    /// Minutes after midnight at which the work began.
    pub start: Option<u32>,
    /// Minutes after midnight at which the work ended.
    pub end: Option<u32>,
    /// What was done, by its name in the vocabulary.
    pub activity: Option<String>,
    /// The role of who did it, by its name in the vocabulary.
    pub staff_role: Option<String>,
}

/// A record that is no note.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// What could be read of it.
    pub head: Head,
    /// Why.
    pub fault: Fault,
    /// Whether the record has an id and the fault was found after it: that the id is used already goes before it.
    pub after_id: bool,
}

/// Makes a note of a record, or says why it is none. `settings`: what is answered without a note. `known_fields_only`: a
/// field that the rule set does not know rejects the record.
///
/// Which of several faults is reported does not depend on the order of the fields, for a format may have one of its own:
/// what the record's form makes unreadable first, then fields of one meaning, then fields that nobody knows, then the
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
        Ok((date, minutes, facts)) => Ok(Note { head, date, minutes, facts }),
        Err(fault) => Err(Box::new(Rejection { head, fault, after_id })),
    }
}

/// What rows show of a record, however wrong the rest of it is.
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

/// The service date, the minutes and the answers of a record, each field checked.
fn note(fields: &Fields<'_>, vocabulary: &Vocabulary, settings: &Facts) -> Result<(NaiveDate, u32, Facts), Fault> {
    let id = fields.get(FieldId::ID);
    text(id, "id")?.ok_or_else(|| missing("id", id, "give each note an id of its own"))?;
    let client = fields.get(FieldId::CLIENT);
    text(client, "client")?.ok_or_else(|| missing("client", client, "say who was served, by any id"))?;
    text(fields.get(FieldId::STAFF), "staff")?;
    let day = fields.get(FieldId::DATE);
    let date = date(day, "date")?.ok_or_else(|| missing("date", day, "give the service date as `YYYY-MM-DD`"))?;
    let minutes = minutes(fields)?;
    let mut facts = settings.clone();
    let required = |name: &&str| Some((vocabulary.field(name)?, vocabulary.find(name)?));
    for (field, id) in REQUIRED.iter().filter_map(required) {
        let (fact, field) = (vocabulary.fact(id), fields.get(field));
        let answer = field.map_or(Ok(Answer::Unanswered), |field| answer(fact, field))?;
        if answer == Answer::Unanswered {
            let values = one_of(fact.values().iter().map(String::as_str));
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

/// The documented minutes: all ways in which the record says them must agree.
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
