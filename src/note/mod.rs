//! Record → note: every field check, once, whatever the format.
//!
//! Knows no formats and no rules; what a coded field may hold is the vocabulary's to say.

mod fields;
mod slots;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use fields::{Wrong, answer, date, fault, given, missing, text};
use slots::{Slots, slots, time};

use crate::facts::{Answer, BIRTH_DATE, FactId, Facts, REQUIRED, Slot, Vocabulary, date_answer};
use crate::message::Code;
use crate::nearest::{nearest, one_of};
use crate::read::{Fault, Field, Record};

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
