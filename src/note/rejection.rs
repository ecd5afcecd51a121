//! A record that is not a valid note, and what rows show of it.

use chrono::NaiveDate;

use super::dates::Orders;
use super::values::{self, Context, Fields, answer, text};
use crate::facts::{Answer, Vocabulary};
use crate::field::FieldId;
use crate::read::{Fault, Slots};

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
    /// Everything that is wrong with the record, in the order of the fields; at least one fault.
    pub faults: Vec<Fault>,
    /// Whether the fields were read and the record has an id, which another record may have used.
    pub has_id: bool,
    /// The dates of the record whose order of day and month is not declared.
    pub orders: Orders,
}

/// Returns the parts of a record that rows show, however faulty the rest of it is.
pub(super) fn head(slots: &Slots<'_>, vocabulary: &Vocabulary) -> Head {
    let notation = vocabulary.notation();
    let fields = Fields { slots, notation };
    let context = Context { notation, service: None, private: [None; 3] };
    let coded = |name: &str| {
        let field = slots.get(vocabulary.declared_field(name)?)?;
        match vocabulary.find(name).map(|id| vocabulary.fact(id)) {
            None => text(Some(field), "").ok().flatten().map(str::to_owned),
            Some(fact) => match answer(fact, field, &context) {
                Ok(Answer::Value(value)) => fact.value_name(value).map(str::to_owned),
                _ => None,
            },
        }
    };
    let (activity, staff_role) = (coded("activity"), coded("staff_role"));
    let shown = |id| text(fields.get(id), "").ok().flatten().map(str::to_owned);
    let clock = |id| Some(values::clock(fields.get(id), "", notation).ok().flatten()?.minutes);
    Head {
        id: shown(FieldId::ID),
        client: shown(FieldId::CLIENT),
        staff: shown(FieldId::STAFF),
        date: values::day(fields.get(FieldId::DATE), "", notation).ok().flatten().map(|day| day.date),
        start: clock(FieldId::START),
        end: clock(FieldId::END),
        activity,
        staff_role,
    }
}
