//! Turns the fields of a record into a note. Every field is checked here, once, for all formats.
//!
//! This module knows nothing about formats or rules; the vocabulary determines what a coded field may hold. Faults that
//! only show across several records, such as a repeated id, are not detected here.

mod fields;
mod known_words;
mod values;

use chrono::NaiveDate;

use fields::{collect, unknown_fault};
pub use fields::{id_fields, unknown_fields};
use known_words::KnownWords;
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
    /// The coded facts that the note answers itself, each with its value, in any order.
    pub coded: &'s [(FactId, u16)],
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
    /// For each field, the fact that it answers.
    facts_of_fields: Vec<Option<FieldFact>>,
    /// The facts that every note must answer, with their fields.
    required: Vec<(FieldId, FactId)>,
    activity: Option<FieldId>,
    birth_date: Option<(FieldId, FactId)>,
    /// The fact for the documented minutes.
    minutes: Option<FactId>,
    /// The answers of the note that was checked last.
    facts: Facts,
    /// The coded facts that it answers itself, each with its value.
    coded: Vec<(FactId, u16)>,
    /// Whether it answers others, from which further answers are derived.
    has_numbers: bool,
}

/// The fact that a field answers.
#[derive(Debug)]
struct FieldFact {
    id: FactId,
    known: KnownWords,
}

impl FieldFact {
    /// Reads an answer that is no known word.
    #[cold]
    fn read(&mut self, vocabulary: &Vocabulary, slot: &Slot<'_>) -> Result<Answer, Box<Fault>> {
        let (answer, word) = (answer(vocabulary.fact(self.id), slot)?, slot.raw_text());
        if let (Answer::Value(value), false) = (answer, word.is_empty()) {
            self.known.add(word, value);
        }
        Ok(answer)
    }
}

impl<'v> NoteChecker<'v> {
    /// Creates a checker. `settings` holds the answers that do not come from notes. With `known_fields_only`, a field
    /// that the rule set does not know rejects its record.
    pub fn new(vocabulary: &'v Vocabulary, settings: &Facts, known_fields_only: bool) -> Self {
        let required = |name: &&str| Some((vocabulary.field(name)?, vocabulary.find(name)?));
        let mut facts_of_fields = Vec::new();
        for (field, id) in vocabulary.note_facts() {
            facts_of_fields.resize_with(field.index(), || None);
            facts_of_fields.push(Some(FieldFact { id, known: KnownWords::default() }));
        }
        Self {
            vocabulary,
            settings: settings.clone(),
            known_fields_only,
            facts_of_fields,
            required: REQUIRED.iter().filter_map(required).collect(),
            activity: vocabulary.field("activity"),
            birth_date: vocabulary.field(BIRTH_DATE).zip(vocabulary.find(BIRTH_DATE)),
            minutes: vocabulary.find("minutes"),
            facts: settings.clone(),
            coded: Vec::new(),
            has_numbers: false,
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
            Some(fault) => Err((Box::new(fault), false)),
            None => self.check(slots).map_err(|fault| (fault, true)),
        };
        checked.map_err(|(fault, is_checked)| {
            let head = head(slots, vocabulary);
            Box::new(Rejection { after_id: is_checked && head.id.is_some(), head, fault: *fault })
        })
    }

    /// Turns the fields of a record into a note. The fault is that of the first faulty field, by its number.
    pub fn check<'s>(&'s mut self, slots: &'s Slots<'_>) -> Result<Note<'s>, Box<Fault>> {
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
        let (facts, coded) = (&self.facts, &self.coded);
        Ok(Note { id, client, staff, date, start, minutes, activity, practitioner, code, modifiers, facts, coded })
    }

    /// Checks the answers of a record to facts, and derives those that follow from them.
    fn answers(&mut self, slots: &Slots<'_>, date: NaiveDate, minutes: u32) -> Result<(), Box<Fault>> {
        self.forget_answers();
        let mut faults: Vec<(FieldId, Box<Fault>)> = Vec::new();
        for field in slots.filled() {
            let Some(Some(fact)) = self.facts_of_fields.get_mut(field.index()) else { continue };
            let Some(slot) = slots.get(*field) else { continue };
            if let Some(value) = slot.coded().or_else(|| fact.known.get(slot.raw_text())) {
                self.facts.set(fact.id, Answer::Value(value));
                self.coded.push((fact.id, value));
                continue;
            }
            match fact.read(self.vocabulary, slot) {
                Ok(Answer::Unanswered) => {}
                Ok(answer) => {
                    self.facts.set(fact.id, answer);
                    match answer {
                        Answer::Value(value) => self.coded.push((fact.id, value)),
                        _ => self.has_numbers = true,
                    }
                }
                Err(fault) => faults.push((*field, fault)),
            }
        }
        for (field, id) in &self.required {
            if !self.facts.get(*id).is_given() {
                let fault = faults.into_iter().find(|(faulty, _)| faulty == field).map(|(_, fault)| fault);
                return Err(fault.unwrap_or_else(|| self.missing_answer(*id, slots.get(*field)).into()));
            }
        }
        faults.extend(self.birth_fault(slots, date));
        if let Some((_, fault)) = faults.into_iter().min_by_key(|(field, _)| *field) {
            return Err(fault);
        }
        if self.has_numbers {
            self.facts.derive(self.vocabulary, date, minutes);
        } else if let Some(fact) = self.minutes {
            // Without any date, nothing else can be derived.
            self.facts.set(fact, Answer::Number(minutes.into()));
        }
        Ok(())
    }

    /// Removes the answers of the note that was checked last.
    fn forget_answers(&mut self) {
        if std::mem::take(&mut self.has_numbers) {
            self.facts.copy_from(&self.settings);
        } else {
            self.coded.iter().for_each(|(fact, _)| self.facts.set(*fact, Answer::Unanswered));
        }
        self.coded.clear();
    }

    fn missing_answer(&self, id: FactId, slot: Option<&Slot<'_>>) -> Fault {
        let fact = self.vocabulary.fact(id);
        let values = values_of(&fact.name, fact.values());
        missing(&fact.name, slot, &format!("say which: {values}"))
    }

    /// Returns the fault of a birth date after the service date.
    fn birth_fault(&self, slots: &Slots<'_>, date: NaiveDate) -> Option<(FieldId, Box<Fault>)> {
        let (field, id) = self.birth_date?;
        if self.facts.get(id) <= date_answer(date) {
            return None;
        }
        let (text, help) = ("the birth date is after the service date", "fix whichever of the two is wrong");
        Some((field, fault(Code::BirthAfterService, BIRTH_DATE, slots.get(field), text, help).into()))
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
fn start_and_minutes(slots: &Slots<'_>) -> Result<(Option<u32>, u32), Box<Fault>> {
    let both = "give `start` and `end`, or neither";
    let (start, end) = (slots.get(FieldId::START), slots.get(FieldId::END));
    let span = match (clock(start, "start")?, clock(end, "end")?) {
        (None, None) => None,
        (Some(start), Some(end)) if start < end => Some((start, end - start)),
        (Some(_), Some(_)) => {
            let help = "a note ends on the day it begins; split one that crosses midnight";
            return Err(fault(Code::BadField, "end", end, "`end` is not after `start`", help).into());
        }
        (Some(_), None) => return Err(missing("end", end, both).into()),
        (None, Some(_)) => return Err(missing("start", start, both).into()),
    };
    let (minutes, duration) = (slots.get(FieldId::MINUTES), slots.get(FieldId::DURATION));
    let ways = [
        ("minutes", length(minutes, "minutes")?),
        ("duration", length(duration, "duration")?),
        ("end", span.map(|(_, minutes)| minutes)),
    ];
    let mut ways = ways.into_iter().filter_map(|(name, minutes)| Some((name, minutes?)));
    let Some((name, first)) = ways.next() else {
        let help = "give the whole minutes, 1 to 1440, or `start` and `end`";
        return Err(missing("minutes", minutes, help).into());
    };
    if ways.any(|(_, other)| other != first) {
        let text = "the ways in which this note says its length do not agree";
        let help = "`minutes`, `duration` and the time from `start` to `end` must be the same";
        return Err(fault(Code::MinutesDisagree, name, minutes.or(duration), text, help).into());
    }
    Ok((span.map(|(start, _)| start), first))
}
