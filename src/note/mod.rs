//! Turns the fields of a record into a note. Every field is checked here, once, for all formats.
//!
//! This module knows nothing about formats or rules; the vocabulary determines what a coded field may hold. Faults that
//! only show across several records, such as a repeated id, are not detected here.

mod fields;
mod values;

use chrono::NaiveDate;

use fields::{collect, unknown_fault};
pub use fields::{id_fields, unknown_fields};
pub use values::format_clock;
use values::{answer, clock, date, fault, length, missing, text};

use crate::facts::{Answer, BIRTH_DATE, FactId, Facts, REQUIRED, Vocabulary, date_answer};
use crate::field::FieldId;
use crate::message::Code;
use crate::nearest::values_of;
use crate::read::{Fault, FieldNames, Record, Slot, Slots};

/// A service note.
#[derive(Clone, Copy, Debug)]
pub struct Note<'s> {
    /// The id of the note.
    pub id: &'s str,
    /// The client who was served.
    pub client: &'s str,
    /// The staff member who did the work.
    pub staff: Option<&'s str>,
    /// The service date.
    pub date: NaiveDate,
    /// Minutes after midnight when the work began.
    pub start: Option<u32>,
    /// Documented minutes, 1 to 1440.
    pub minutes: u32,
    /// What was done, as written; the answer to the fact is among the facts, if the rule set declares it.
    pub activity: Option<&'s str>,
    /// The practitioner in whose name the work is billed.
    pub practitioner: Option<&'s str>,
    /// The procedure code that the clinic gave the note.
    pub code: Option<&'s str>,
    /// The modifiers of that code, as written.
    pub modifiers: Option<&'s str>,
    /// The answers of the note.
    pub facts: &'s Facts,
}

impl<'s> Note<'s> {
    /// Returns the modifiers of the note's own code one by one, as written.
    pub fn modifiers(&self) -> impl Iterator<Item = &'s str> {
        let words = self.modifiers.unwrap_or_default().split(|c: char| c.is_whitespace() || c == ',');
        words.filter(|word| !word.is_empty())
    }
}

/// The parts of a rejected record that rows show, as far as they could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// Checks the fields of records. It is reused from record to record.
#[derive(Debug)]
pub struct NoteChecker<'v> {
    vocabulary: &'v Vocabulary,
    /// The answers that do not come from notes.
    settings: Facts,
    /// Whether a field that the rule set does not know rejects its record.
    known_fields_only: bool,
    /// The facts that every note must answer, with their fields.
    required: Vec<(FieldId, FactId)>,
    /// For each field, the fact that it answers, unless the fact is required.
    optional: Vec<Option<FactId>>,
    activity: Option<FieldId>,
    birth_date: Option<FactId>,
    /// The fact for the documented minutes.
    minutes: Option<FactId>,
    /// The answers of the note that was checked last.
    facts: Facts,
    /// The value that each fact was answered with last; the next note often gives the same.
    last: Vec<LastWord>,
}

/// A word for a value of a fact.
#[derive(Clone, Debug, Default)]
struct LastWord {
    word: String,
    value: u16,
}

impl<'v> NoteChecker<'v> {
    /// Creates a checker. `settings` holds the answers that do not come from notes. With `known_fields_only`, a field
    /// that the rule set does not know rejects its record.
    pub fn new(vocabulary: &'v Vocabulary, settings: &Facts, known_fields_only: bool) -> Self {
        let required = |name: &&str| Some((vocabulary.field(name)?, vocabulary.find(name)?));
        let mut optional = vec![None; FieldId::NAMES.len()];
        for (field, fact) in vocabulary.note_facts().filter(|(_, fact)| !vocabulary.fact(*fact).is_required()) {
            optional.resize(field.index(), None);
            optional.push(Some(fact));
        }
        Self {
            vocabulary,
            settings: settings.clone(),
            known_fields_only,
            required: REQUIRED.iter().filter_map(required).collect(),
            optional,
            activity: vocabulary.field("activity"),
            birth_date: vocabulary.find(BIRTH_DATE),
            minutes: vocabulary.find("minutes"),
            facts: settings.clone(),
            last: vec![LastWord::default(); vocabulary.facts().count()],
        }
    }

    /// Whether a field that the rule set does not know rejects its record.
    pub fn known_fields_only(&self) -> bool {
        self.known_fields_only
    }

    /// Turns a record into a note, or explains why it is not one. The fields of the record are collected in `slots`.
    ///
    /// Of several faults, the one reported does not depend on the order of the fields, because a format may impose its
    /// own. Faults of the record's form come first, then fields with the same meaning, then unknown fields, then the
    /// known fields in the order of their numbers.
    pub fn check_record<'s, 'r>(
        &'s mut self,
        record: &'r Record<'r>,
        slots: &'s mut Slots<'r>,
    ) -> Result<Note<'s>, Box<Rejection>> {
        let twice = collect(record, slots);
        let unknown = || self.known_fields_only.then(|| unknown_fault(record, self.vocabulary)).flatten();
        let fault = record.fault.clone().or(twice).or_else(unknown);
        let vocabulary = self.vocabulary;
        let checked = match fault {
            Some(fault) => Err((fault, false)),
            None => self.check(slots).map_err(|fault| (fault, true)),
        };
        checked.map_err(|(fault, is_checked)| {
            let head = head(slots, vocabulary);
            Box::new(Rejection { after_id: is_checked && head.id.is_some(), head, fault })
        })
    }

    /// Turns the fields of a record into a note. The fault is that of the first faulty field, by its number.
    pub fn check<'s>(&'s mut self, slots: &'s Slots<'_>) -> Result<Note<'s>, Fault> {
        let get = |id| slots.get(id);
        let (id, client, day) = (get(FieldId::ID), get(FieldId::CLIENT), get(FieldId::DATE));
        let id = text(id, "id")?.ok_or_else(|| missing("id", id, "give each note an id of its own"))?;
        let client =
            text(client, "client")?.ok_or_else(|| missing("client", client, "say who was served, by any id"))?;
        let staff = text(get(FieldId::STAFF), "staff")?;
        let date = date(day, "date")?.ok_or_else(|| missing("date", day, "give the service date as `YYYY-MM-DD`"))?;
        let (start, minutes) = start_and_minutes(slots)?;
        let practitioner = text(get(FieldId::PRACTITIONER), "practitioner")?;
        let code = text(get(FieldId::CODE), "code")?;
        let modifiers = text(get(FieldId::MODIFIERS), "modifiers")?;
        self.answers(slots, date, minutes)?;
        let activity = self.activity.and_then(|field| text(slots.get(field), "").ok().flatten());
        let facts = &self.facts;
        Ok(Note { id, client, staff, date, start, minutes, activity, practitioner, code, modifiers, facts })
    }

    /// Checks the answers of a record to facts, and derives those that follow from them.
    fn answers(&mut self, slots: &Slots<'_>, date: NaiveDate, minutes: u32) -> Result<(), Fault> {
        self.facts.copy_from(&self.settings);
        for at in 0..self.required.len() {
            let Some((field, id)) = self.required.get(at).copied() else { break };
            let (fact, field) = (self.vocabulary.fact(id), slots.get(field));
            let answer = match (self.same_as_last(id, field), field) {
                (Some(answer), _) => answer,
                (None, Some(field)) => self.read_answer(id, field)?,
                (None, None) => Answer::Unanswered,
            };
            if answer == Answer::Unanswered {
                let values = values_of(&fact.name, fact.values());
                return Err(missing(&fact.name, field, &format!("say which: {values}")));
            }
            self.facts.set(id, answer);
        }
        let (mut first, mut has_numbers): (Option<(FieldId, Fault)>, bool) = (None, false);
        for field in slots.filled() {
            let Some(id) = self.optional.get(field.index()).copied().flatten() else { continue };
            if let Some(answer) = self.same_as_last(id, slots.get(*field)) {
                self.facts.set(id, answer);
                continue;
            }
            match self.optional_answer(id, slots, *field, date) {
                Ok(answer) => {
                    has_numbers |= matches!(answer, Answer::Number(_));
                    self.facts.set(id, answer);
                }
                Err(fault) if first.as_ref().is_none_or(|(known, _)| field < known) => first = Some((*field, fault)),
                Err(_) => {}
            }
        }
        if let Some((_, fault)) = first {
            return Err(fault);
        }
        if has_numbers {
            self.facts.derive(self.vocabulary, date, minutes);
        } else if let Some(fact) = self.minutes {
            // Without any date, nothing else can be derived.
            self.facts.set(fact, Answer::Number(minutes.into()));
        }
        Ok(())
    }

    /// Returns the answer to a coded fact if it is the word that answered it last.
    #[inline]
    fn same_as_last(&self, id: FactId, slot: Option<&Slot<'_>>) -> Option<Answer> {
        let (last, word) = (self.last.get(id.index())?, slot?.raw_text());
        (!word.is_empty() && is_same(word, &last.word)).then_some(Answer::Value(last.value))
    }

    /// Reads the answer to a fact.
    fn read_answer(&mut self, id: FactId, slot: &Slot<'_>) -> Result<Answer, Fault> {
        let answer = answer(self.vocabulary.fact(id), slot)?;
        if let (Answer::Value(value), Some(last)) = (answer, self.last.get_mut(id.index())) {
            last.value = value;
            last.word.clear();
            last.word.push_str(slot.raw_text());
        }
        Ok(answer)
    }

    fn optional_answer(
        &mut self,
        id: FactId,
        slots: &Slots<'_>,
        field: FieldId,
        date: NaiveDate,
    ) -> Result<Answer, Fault> {
        let slot = slots.get(field);
        let answer = slot.map_or(Ok(Answer::Unanswered), |slot| self.read_answer(id, slot))?;
        if Some(id) == self.birth_date && answer > date_answer(date) {
            let (text, help) = ("the birth date is after the service date", "fix whichever of the two is wrong");
            return Err(fault(Code::BirthAfterService, BIRTH_DATE, slot, text, help));
        }
        Ok(answer)
    }
}

/// Whether two words are the same. Most are short, and then this takes less than a call of the general comparison.
#[inline]
fn is_same(one: &str, other: &str) -> bool {
    const HALF: usize = size_of::<u64>();
    let ends = |text: &str| {
        let bytes = text.as_bytes();
        let (first, last) = (bytes.first_chunk::<HALF>()?, bytes.last_chunk::<HALF>()?);
        Some((u64::from_ne_bytes(*first), u64::from_ne_bytes(*last)))
    };
    one.len() == other.len()
        && match (ends(one), ends(other)) {
            (Some(ends), Some(others)) if one.len() <= 2 * HALF => ends == others,
            _ => one == other,
        }
}

/// Returns the parts of a record that rows show, however faulty the rest of it is.
fn head(slots: &Slots<'_>, vocabulary: &Vocabulary) -> Head {
    let shown = |id| text(slots.get(id), "").ok().flatten().map(str::to_owned);
    let coded = |name: &str| {
        let field = slots.get(vocabulary.field(name)?)?;
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
        date: date(slots.get(FieldId::DATE), "").ok().flatten(),
        start: clock(slots.get(FieldId::START), "").ok().flatten(),
        end: clock(slots.get(FieldId::END), "").ok().flatten(),
        activity: coded("activity"),
        staff_role: coded("staff_role"),
    }
}

/// Returns the start and the documented minutes. All the ways in which the record states the minutes must agree.
fn start_and_minutes(slots: &Slots<'_>) -> Result<(Option<u32>, u32), Fault> {
    let both = "give `start` and `end`, or neither";
    let (start, end) = (slots.get(FieldId::START), slots.get(FieldId::END));
    let span = match (clock(start, "start")?, clock(end, "end")?) {
        (None, None) => None,
        (Some(start), Some(end)) if start < end => Some((start, end - start)),
        (Some(_), Some(_)) => {
            let help = "a note ends on the day it begins; split one that crosses midnight";
            return Err(fault(Code::BadField, "end", end, "`end` is not after `start`", help));
        }
        (Some(_), None) => return Err(missing("end", end, both)),
        (None, Some(_)) => return Err(missing("start", start, both)),
    };
    let (minutes, duration) = (slots.get(FieldId::MINUTES), slots.get(FieldId::DURATION));
    let ways = [
        ("minutes", length(minutes, "minutes")?),
        ("duration", length(duration, "duration")?),
        ("end", span.map(|(_, minutes)| minutes)),
    ];
    let mut ways = ways.into_iter().filter_map(|(name, minutes)| Some((name, minutes?)));
    let Some((name, first)) = ways.next() else {
        return Err(missing("minutes", minutes, "give the whole minutes, 1 to 1440, or `start` and `end`"));
    };
    if ways.any(|(_, other)| other != first) {
        let text = "the ways in which this note says its length do not agree";
        let help = "`minutes`, `duration` and the time from `start` to `end` must be the same";
        return Err(fault(Code::MinutesDisagree, name, minutes.or(duration), text, help));
    }
    Ok((span.map(|(start, _)| start), first))
}
