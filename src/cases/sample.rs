//! A note of a case file: what the case says, on top of what its file usually says, on top of what any note needs.

use crate::facts::Slot;
use crate::message::Code;
use crate::place::Place;
use crate::read::{Field, Record, Scalar};
use crate::rules::RuleSet;
use crate::toml::{Problems, Text};

/// What a note is that does not say it: an invented client, day and length.
const CLIENT: &str = "client-a";
const DATE: &str = "2026-03-02";
const MINUTES: &str = "60";

/// The fields that say how long a note is.
const TIMES: [Slot; 4] = [Slot::Start, Slot::End, Slot::Minutes, Slot::Duration];

/// One field as a case gives it.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) name: Text,
    /// What it means; `None` if the rule set does not know it.
    pub(super) slot: Option<Slot>,
    pub(super) value: Scalar<'static>,
}

impl Given {
    fn is_time(&self) -> bool {
        self.slot.is_some_and(|slot| TIMES.contains(&slot))
    }

    fn means(&self, other: &Self) -> bool {
        match (self.slot, other.slot) {
            (Some(Slot::Unasked) | None, _) | (_, None) => self.name.value == other.name.value,
            (slot, others) => slot == others,
        }
    }
}

/// Fields with changes: what is said again takes the place of what was said. A note that says how long it is, in
/// whichever way, takes nothing of that from before.
pub(super) fn with(mut fields: Vec<Given>, changes: Vec<Given>) -> Vec<Given> {
    let timed = changes.iter().any(Given::is_time);
    let stays = |field: &Given| !changes.iter().any(|change| change.means(field));
    fields.retain(|field| stays(field) && (!timed || !field.is_time()));
    fields.extend(changes);
    fields
}

/// Says which fields the rule set does not know: in a case they are slips of the pen.
pub(super) fn refuse_unknown_fields(set: &RuleSet, fields: &[Given], problems: &Problems<'_>) {
    for field in fields.iter().filter(|field| field.slot.is_none()) {
        problems.add_unknown(&field.name, Code::UnknownField, "field of a note", set.vocabulary.field_names());
    }
}

/// The record of these fields, with what every note needs and this one does not say.
pub(super) fn record(fields: Vec<Given>, number: usize, place: &Place) -> Record<'static> {
    let says = |slot: Slot| fields.iter().any(|field| field.slot == Some(slot));
    let text = |name: &'static str, value: String| Field {
        name: name.into(),
        value: Scalar::Text(value.into()),
        column: None,
    };
    let mut whole = Vec::new();
    if !says(Slot::Id) {
        whole.push(text("id", format!("n-{:02}", number + 1)));
    }
    if !says(Slot::Client) {
        whole.push(text("client", CLIENT.into()));
    }
    if !says(Slot::Date) {
        whole.push(text("date", DATE.into()));
    }
    if !fields.iter().any(Given::is_time) {
        whole.push(Field { name: "minutes".into(), value: Scalar::Number(MINUTES.into()), column: None });
    }
    let given =
        fields.into_iter().map(|field| Field { name: field.name.value.into(), value: field.value, column: None });
    whole.extend(given);
    let number = u64::try_from(number).unwrap_or(u64::MAX).saturating_add(1);
    Record { number, line: place.line, column: place.column, fields: whole, fault: None }
}
