//! Turns the fields of a record into a note. Every field is checked here, once, for all formats.
//!
//! This module knows nothing about formats or rules; the vocabulary determines what a coded field may hold. Faults that
//! only show across several records, such as a repeated id, are not detected here.

mod clocks;
mod consult;
mod dates;
mod faults;
mod fields;
mod known_words;
mod numbers;
mod rejection;
mod roster_row;
mod times;
mod values;

use std::sync::Arc;

use chrono::NaiveDate;

pub use clocks::{NoLength, format_clock, parse_clock, parse_length};
use consult::Consulted;
pub use dates::{Day, NoDate, Orders, parse_day};
pub use faults::Faults;
use fields::{collect, unknown_faults};
pub use fields::{id_fields, unknown_fields};
use known_words::KnownWords;
use rejection::head;
pub use rejection::{Head, Rejection};
pub use roster_row::{RosterFaults, check_roster_row};
pub use values::may_show_word;
use values::{Context, FieldFault, Fields, answer, fault, identifier, is_missing, missing, text};

use crate::facts::{Answer, BIRTH_DATE, FactId, Facts, REQUIRED, Vocabulary, date_answer};
use crate::field::FieldId;
use crate::message::Code;
use crate::nearest::values_of;
use crate::read::{Fault, Record, Slot, Slots};
use crate::roster::{Disagreement, Rosters};

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
    /// The session that several clients attended together.
    pub group: Option<&'s str>,
    /// The id of the earlier record that this note corrects.
    pub replaces: Option<&'s str>,
    /// The answers of the note, and of rosters where it gives none.
    pub facts: &'s Facts,
    /// The coded facts that are answered so, each with its value, in any order.
    pub coded: &'s [(FactId, u16)],
    /// The facts that a roster answers, because the note does not.
    pub from_rosters: &'s [FactId],
    /// The facts that the note and the rosters answer differently.
    pub disagreements: &'s [Disagreement],
}

impl<'s> Note<'s> {
    /// Returns the modifiers of the note's own code one by one, as written.
    pub fn modifiers(&self) -> impl Iterator<Item = &'s str> {
        let words = self.modifiers.unwrap_or_default().split(|c: char| c.is_whitespace() || c == ',');
        words.filter(|word| !word.is_empty())
    }
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
    /// The rosters that answer what notes leave open; `None` if they list nobody.
    rosters: Option<Arc<Rosters>>,
    /// What they said about the note.
    consulted: Consulted,
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
    fn read(
        &mut self,
        vocabulary: &Vocabulary,
        slot: &Slot<'_>,
        context: &Context<'_>,
    ) -> Result<Answer, Box<FieldFault>> {
        let (fact, word) = (vocabulary.fact(self.id), slot.raw_text());
        let answer = match answer(fact, slot, context) {
            // A word for a value of this fact is that value, even if it means "not answered" elsewhere.
            Err(_) if is_missing(slot, context.notation) => Answer::Unanswered,
            answer => answer?,
        };
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
        let required = |name: &&str| Some((vocabulary.declared_field(name)?, vocabulary.find(name)?));
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
            activity: vocabulary.declared_field("activity"),
            birth_date: vocabulary.declared_field(BIRTH_DATE).zip(vocabulary.find(BIRTH_DATE)),
            minutes: vocabulary.find("minutes"),
            facts: settings.clone(),
            coded: Vec::new(),
            has_numbers: false,
            rosters: None,
            consulted: Consulted::default(),
        }
    }

    /// Returns the checker with rosters that answer what notes leave open.
    #[must_use]
    pub fn with_rosters(self, rosters: &Arc<Rosters>) -> Self {
        let is_any = rosters.clients.is_some() || rosters.staff.is_some();
        Self { rosters: is_any.then(|| Arc::clone(rosters)), ..self }
    }

    /// Returns the facts that a roster answered for the note that was checked last.
    pub fn from_rosters(&self) -> &[FactId] {
        &self.consulted.answered
    }

    /// Whether a field that the rule set does not know rejects its record.
    pub fn known_fields_only(&self) -> bool {
        self.known_fields_only
    }

    /// Turns a record into a note, or explains why it is not one. The fields of the record are collected in `slots`.
    ///
    /// The faults and their order do not depend on the order of the fields, because a format may impose its own. A fault
    /// of the record's form is the only one. Otherwise fields with the same meaning come first, then unknown fields, then
    /// the known fields in the order of their numbers.
    pub fn check_record<'s, 'r>(
        &'s mut self,
        record: &'r Record<'r>,
        slots: &'s mut Slots<'r>,
    ) -> Result<Note<'s>, Box<Rejection>> {
        let (twice, repeated) = collect(record, slots);
        let vocabulary = self.vocabulary;
        if let Some(fault) = &record.fault {
            let (faults, orders) = (vec![fault.clone()], Orders::default());
            return Err(Box::new(Rejection { head: head(slots, vocabulary), faults, has_id: false, orders }));
        }
        let mut first = twice;
        if self.known_fields_only {
            first.extend(unknown_faults(record, vocabulary));
        }
        let rejection = |first: Vec<Fault>, found: Faults, slots: &Slots<'_>| {
            let (head, orders) = (head(slots, vocabulary), found.orders);
            let faults = first.into_iter().chain(found.into_list(&repeated)).collect();
            Box::new(Rejection { has_id: head.id.is_some(), head, faults, orders })
        };
        if first.is_empty() {
            return self.check(slots).map_err(|found| rejection(first, found, slots));
        }
        let found = self.check(slots).err().unwrap_or_default();
        Err(rejection(first, found, slots))
    }

    /// Turns the fields of a record into a note, or returns everything that is wrong with them.
    pub fn check<'s>(&'s mut self, slots: &'s Slots<'_>) -> Result<Note<'s>, Faults> {
        let notation = self.vocabulary.notation();
        let fields = Fields { slots, notation };
        let get = |field| fields.get(field);
        let mut faults = Faults::default();
        let (id, client, day) = (get(FieldId::ID), get(FieldId::CLIENT), get(FieldId::DATE));
        let id =
            faults.require(FieldId::ID, identifier(id, "id"), || missing("id", id, "give each note an id of its own"));
        let client = faults.require(FieldId::CLIENT, identifier(client, "client"), || {
            missing("client", client, "say who was served, by any id")
        });
        let staff = faults.keep(FieldId::STAFF, text(get(FieldId::STAFF), "staff"));
        let read = values::day(day, "date", notation);
        let day = faults.require(FieldId::DATE, read, || missing("date", day, "give the service date as `YYYY-MM-DD`"));
        let (start, minutes) = times::start_and_minutes(fields, day, &mut faults);
        let practitioner = faults.keep(FieldId::PRACTITIONER, text(get(FieldId::PRACTITIONER), "practitioner"));
        let code = faults.keep(FieldId::CODE, text(get(FieldId::CODE), "code"));
        let modifiers = faults.keep(FieldId::MODIFIERS, text(get(FieldId::MODIFIERS), "modifiers"));
        let group = faults.keep(FieldId::GROUP, identifier(get(FieldId::GROUP), "group"));
        let replaces = faults.keep(FieldId::REPLACES, identifier(get(FieldId::REPLACES), "replaces"));
        let date = day.map(|day| day.date);
        self.answers(slots, &Context { notation, service: date, private: [id, client, staff] }, &mut faults);
        let (Some(id), Some(client), Some(date), Some(minutes), true) =
            (id, client, date, minutes, faults.list.is_empty())
        else {
            return Err(faults);
        };
        self.derive(date, minutes);
        let activity = self.activity.and_then(|field| text(slots.get(field), "").ok().flatten());
        let Self { facts, coded, consulted: Consulted { answered: from_rosters, disagreements }, .. } = &*self;
        Ok(Note {
            id,
            client,
            staff,
            date,
            start,
            minutes,
            activity,
            practitioner,
            code,
            modifiers,
            group,
            replaces,
            facts,
            coded,
            from_rosters,
            disagreements,
        })
    }

    /// Checks the answers of a record to facts.
    fn answers(&mut self, slots: &Slots<'_>, context: &Context<'_>, faults: &mut Faults) {
        self.forget_answers();
        for field in slots.filled() {
            let Some(Some(fact)) = self.facts_of_fields.get_mut(field.index()) else { continue };
            let Some(slot) = slots.get(*field) else { continue };
            if let Some(value) = slot.coded().or_else(|| fact.known.get(slot.raw_text())) {
                self.facts.set(fact.id, Answer::Value(value));
                self.coded.push((fact.id, value));
                continue;
            }
            match fact.read(self.vocabulary, slot, context) {
                Ok(Answer::Unanswered) => {}
                Ok(answer) => {
                    self.facts.set(fact.id, answer);
                    match answer {
                        Answer::Value(value) => self.coded.push((fact.id, value)),
                        _ => self.has_numbers = true,
                    }
                }
                Err(fault) => faults.add_read(*field, *fault),
            }
        }
        self.consult_rosters(context);
        for (field, id) in &self.required {
            if !self.facts.get(*id).is_given() && !faults.has(*field) {
                faults.add(*field, self.missing_answer(*id, slots.get(*field)));
            }
        }
        let birth_fault = context.service.and_then(|date| self.birth_fault(slots, date));
        faults.list.extend(birth_fault);
    }

    /// Derives the answers that follow from those of the note.
    fn derive(&mut self, date: NaiveDate, minutes: u32) {
        if self.has_numbers {
            self.facts.derive(self.vocabulary, date, minutes);
        } else if let Some(fact) = self.minutes {
            // Without any date, nothing else can be derived.
            self.facts.set(fact, Answer::Number(minutes.into()));
        }
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
    fn birth_fault(&self, slots: &Slots<'_>, date: NaiveDate) -> Option<(FieldId, Fault)> {
        let (field, id) = self.birth_date?;
        if self.facts.get(id) <= date_answer(date) {
            return None;
        }
        let help = if self.from_rosters().contains(&id) {
            "the birth date stands in a roster; fix whichever of the two is wrong"
        } else {
            "fix whichever of the two is wrong"
        };
        let text = "the birth date is after the service date";
        Some((field, fault(Code::BirthAfterService, BIRTH_DATE, slots.get(field), text, help)))
    }
}
