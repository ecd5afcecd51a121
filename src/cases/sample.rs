//! A note of a case file: the fields of the case over the defaults of its file over the fields that every note needs.

use crate::field::FieldId;
use crate::message::Code;
use crate::place::Place;
use crate::read::{Field, Record, Value};
use crate::rules::RuleSet;
use crate::toml::{Problems, Text};

/// Values for a note that does not give its own: an invented client, date and length.
const CLIENT: &str = "client-a";
const DATE: &str = "2026-03-02";
const MINUTES: &str = "60";

/// The fields that give the length of a note.
const TIMES: [FieldId; 4] = [FieldId::START, FieldId::END, FieldId::MINUTES, FieldId::DURATION];

/// One field as written in a case.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) name: Text,
    /// Id of the field; `None` if the rule set does not know it.
    pub(super) id: Option<FieldId>,
    pub(super) value: Value<'static>,
}

impl Given {
    fn is_time(&self) -> bool {
        self.id.is_some_and(|id| TIMES.contains(&id))
    }

    fn means(&self, other: &Self) -> bool {
        if self.id.is_some() { self.id == other.id } else { self.name.value == other.name.value }
    }
}

/// Applicability changes to fields: a changed field replaces the original one. If a change gives the length of the note in
/// any path, all original fields for its length are dropped.
pub(super) fn merge_fields(mut fields: Vec<Given>, changes: Vec<Given>) -> Vec<Given> {
    let timed = changes.iter().any(Given::is_time);
    let stays = |field: &Given| !changes.iter().any(|change| change.means(field));
    fields.retain(|field| stays(field) && (!timed || !field.is_time()));
    fields.extend(changes);
    fields
}

/// Reports the fields that the rule set does not know. In a case, these are typos.
pub(super) fn refuse_unknown_fields(set: &RuleSet, fields: &[Given], problems: &Problems<'_>) {
    for field in fields.iter().filter(|field| field.id.is_none()) {
        problems.add_unknown(&field.name, Code::UnknownField, "field of a note", set.vocabulary.field_names());
    }
}

/// Builds a record from these fields, adding whatever every note needs and this one does not give.
pub(super) fn record(fields: Vec<Given>, number: usize, place: &Place) -> Record<'static> {
    let has = |id: FieldId| fields.iter().any(|field| field.id == Some(id));
    let own_id = format!("n-{:02}", number + 1);
    let text = |text: &str| Value::Text(text.to_owned().into());
    let usual = [(FieldId::ID, text(&own_id)), (FieldId::CLIENT, text(CLIENT)), (FieldId::DATE, text(DATE))];
    let mut whole: Vec<Field<'static>> =
        usual.into_iter().filter(|(id, _)| !has(*id)).map(|(id, value)| field(id, value)).collect();
    if !fields.iter().any(Given::is_time) {
        whole.push(field(FieldId::MINUTES, Value::Number(MINUTES.into())));
    }
    whole.extend(fields.into_iter().map(|field| Field {
        name: field.name.value.into(),
        id: field.id,
        value: field.value,
        offset: None,
    }));
    let number = u64::try_from(number).unwrap_or(u64::MAX).saturating_add(1);
    Record { number, line: place.line, column: place.column, fields: whole, ..Record::default() }
}

fn field(id: FieldId, value: Value<'static>) -> Field<'static> {
    let name = FieldId::NAMES.get(id.index()).copied().unwrap_or_default();
    Field { name: name.into(), id: Some(id), value, offset: None }
}
