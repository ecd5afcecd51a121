//! Turns the fields of a record into a row of a roster. Values are read as those of notes are.

use super::dates::{Day, Orders};
use super::faults::Faults;
use super::fields::collect;
use super::values::{self, Context, FieldFault, Fields, fault, identifier, is_missing, missing};
use crate::effective::Effective;
use crate::facts::{Answer, BIRTH_DATE, FactId, Vocabulary, date_answer};
use crate::field::FieldId;
use crate::message::Code;
use crate::read::{Fault, Record, Slot, Slots};
use crate::roster::{RosterAnswer, RosterNames, RosterRow};

/// Everything that is wrong with a record of a roster.
#[derive(Debug)]
pub struct RosterFaults {
    /// The faults, at least one: those of fields that are repeated, then those of other fields in the order of their numbers.
    pub faults: Vec<Fault>,
    /// The dates of the record whose order of day and month is not declared.
    pub orders: Orders,
}

/// Turns a record that was read with these names into a row of a roster, or returns everything that is wrong with it.
pub fn check_roster_row(record: &Record<'_>, names: &RosterNames<'_>) -> Result<RosterRow, RosterFaults> {
    if let Some(fault) = &record.fault {
        return Err(RosterFaults { faults: vec![fault.clone()], orders: Orders::default() });
    }
    let mut slots = Slots::default();
    let (twice, repeated) = collect(record, &mut slots);
    let mut found = Faults::default();
    let row = check(&slots, names, &mut found);
    let orders = found.orders;
    let faults: Vec<Fault> = twice.into_iter().chain(found.into_list(&repeated)).collect();
    row.filter(|_| faults.is_empty()).ok_or(RosterFaults { faults, orders })
}

/// Returns the row, as far as it has an id.
fn check(slots: &Slots<'_>, names: &RosterNames<'_>, faults: &mut Faults) -> Option<RosterRow> {
    let vocabulary = names.vocabulary();
    let notation = vocabulary.notation();
    let fields = Fields { slots, notation };
    let id = fields.get(FieldId::ID);
    let id = faults.require(FieldId::ID, identifier(id, "id"), || {
        missing("id", id, "give each row the id of the one it is about, as notes write it")
    });
    let mut date = |field, name| {
        let day = faults.keep(field, values::day(fields.get(field), name, notation));
        day.map(|day| day.date)
    };
    let effective = Effective { from: date(names.from(), "from"), through: date(names.through(), "through") };
    if effective.from.zip(effective.through).is_some_and(|(from, through)| from > through) {
        let (text, help) = ("the row ends before it begins", "give the first and the last day on which it is true");
        faults.add(names.through(), fault(Code::BadField, "through", fields.get(names.through()), text, help));
    }
    if let Some((field, slot)) = activity(fields, vocabulary) {
        let text = "a roster cannot answer `activity`: only the note says what was done";
        faults.add(field, fault(Code::BadField, "activity", Some(slot), text, "remove the column"));
    }
    let context = Context { notation, service: None, private: [id, None, None] };
    let mut answers = Vec::new();
    for (field, fact) in vocabulary.note_facts().filter(|(field, _)| !is_activity(*field, vocabulary)) {
        let Some(slot) = slots.get(field) else { continue };
        match answer(vocabulary, fact, slot, &context) {
            Ok(answer) => answers.extend(answer),
            Err(fault) => faults.add_read(field, *fault),
        }
    }
    Some(RosterRow { id: id?.to_owned(), effective, answers })
}

fn is_activity(field: FieldId, vocabulary: &Vocabulary) -> bool {
    vocabulary.declared_field("activity") == Some(field)
}

/// Returns the field for the activity, if it is filled.
fn activity<'s, 't>(fields: Fields<'s, 't>, vocabulary: &Vocabulary) -> Option<(FieldId, &'s Slot<'t>)> {
    let field = vocabulary.declared_field("activity")?;
    Some((field, fields.get(field).filter(|slot| !slot.is_empty())?))
}

/// Reads an answer. Returns `None` for an empty cell or a word that means "not answered".
fn answer(
    vocabulary: &Vocabulary,
    id: FactId,
    slot: &Slot<'_>,
    context: &Context<'_>,
) -> Result<Option<RosterAnswer>, Box<FieldFault>> {
    let fact = vocabulary.fact(id);
    let answer = match values::answer(fact, slot, context) {
        // As in notes, a word for a value of this fact is that value, even if it means "not answered" elsewhere.
        Err(_) if is_missing(slot, context.notation) => return Ok(None),
        Ok(Answer::Unanswered) => return Ok(None),
        answer => answer?,
    };
    let birth = if fact.name == BIRTH_DATE { values::day(Some(slot), BIRTH_DATE, context.notation)? } else { None };
    let before = birth.and_then(Day::century_before).map(date_answer);
    Ok(Some(RosterAnswer { fact: id, answer, before }))
}
