//! The fields of a record by what they mean.

use super::fields::{Wrong, clock, fault, length, missing, repeated_meaning};
use crate::facts::{FactId, Slot};
use crate::message::Code;
use crate::read::Field;

/// The fields of one record by what they mean.
#[derive(Default)]
pub(super) struct Slots<'r> {
    pub(super) id: Option<&'r Field<'r>>,
    pub(super) client: Option<&'r Field<'r>>,
    pub(super) staff: Option<&'r Field<'r>>,
    pub(super) date: Option<&'r Field<'r>>,
    pub(super) start: Option<&'r Field<'r>>,
    pub(super) end: Option<&'r Field<'r>>,
    pub(super) minutes: Option<&'r Field<'r>>,
    pub(super) duration: Option<&'r Field<'r>>,
    pub(super) unasked: Option<&'r Field<'r>>,
    /// In order of the vocabulary.
    pub(super) facts: Vec<(FactId, &'r Field<'r>)>,
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

    pub(super) fn fact(&self, id: FactId) -> Option<&'r Field<'r>> {
        self.facts.iter().find(|(fact, _)| *fact == id).map(|(_, field)| *field)
    }
}

/// The fields by what they mean, and the fault of two that mean the same: neither of them is taken, for which one was
/// meant cannot be known. They come sorted by meaning, then by name.
pub(super) fn slots<'r>(known: &[(Slot, &'r Field<'r>)]) -> (Slots<'r>, Option<Wrong<'r>>) {
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

/// When the note began, if it says so, and its minutes.
pub(super) fn time<'r>(slots: &Slots<'r>) -> Result<(Option<u32>, u32), Wrong<'r>> {
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
