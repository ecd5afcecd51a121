//! The fields of a record that is read carefully: known fields by number, and fields that the rule set does not know.

use crate::field::FieldId;
use crate::message::Code;
use crate::read::{Fault, Field, FieldNames, Record, Slots};

/// Collects the known fields of a record in `slots`, and finds the fault if a field is repeated. If two fields have the
/// same meaning, neither is used, because there is no way to know which one is right.
pub(super) fn collect<'r>(record: &'r Record<'r>, slots: &mut Slots<'r>) -> Option<Fault> {
    let mut sorted: Vec<&Field<'_>> = record.fields.iter().collect();
    sorted.sort_by(|one, other| (one.id, &one.name).cmp(&(other.id, &other.name)));
    let twice = |two: &[&'r Field<'r>]| match two {
        [one, other] if one.name == other.name && !one.name.is_empty() => Some(*one),
        _ => None,
    };
    // Choose the first by name: which fault is reported must not depend on the order of the fields.
    let twice = sorted.windows(2).filter_map(twice).min_by_key(|field| &field.name);
    let mut fault = twice.map(|field| {
        let help = "keep the one that is true; which one was meant cannot be known";
        Fault::new(Code::RepeatedField, "the field appears twice in this record", help).in_field(field)
    });
    slots.clear();
    for same in sorted.chunk_by(|one, other| one.id == other.id) {
        match same {
            [field] => {
                slots.put_field(field);
            }
            [_, field, ..] if field.id.is_some() => {
                let text = "another field of this record means the same";
                fault.get_or_insert_with(|| {
                    Fault::new(Code::RepeatedField, text, "keep one of the two").in_field(field)
                });
            }
            _ => {}
        }
    }
    fault
}

/// Returns the fields that the rule set does not know, sorted by name, each name once. An empty field without a name is
/// an empty spreadsheet column and is ignored.
pub fn unknown_fields<'r>(record: &'r Record<'r>) -> Vec<&'r Field<'r>> {
    let is_unknown = |field: &&Field<'_>| field.id.is_none() && !(field.name.is_empty() && field.value.is_empty());
    let mut fields: Vec<&Field<'_>> = record.fields.iter().filter(is_unknown).collect();
    fields.sort_by_key(|field| &field.name);
    fields.dedup_by_key(|field| &field.name);
    fields
}

/// Returns the fault of a record with fields that the rule set does not know, located at the first of them by name.
pub(super) fn unknown_fault(record: &Record<'_>, names: &dyn FieldNames) -> Option<Fault> {
    let field = *unknown_fields(record).first()?;
    let (text, help) = match (names.nearest(&field.name), field.visible_name()) {
        _ if field.name.is_empty() => ("a field has no name", "give it a name, or remove it".to_owned()),
        (Some(near), Some(_)) => ("the rule set knows no such field", format!("did you mean `{near}`?")),
        (None, Some(_)) => ("the rule set knows no such field", "remove it".to_owned()),
        (_, None) => ("the rule set does not know the name of the field here", "remove it".to_owned()),
    };
    Some(Fault::new(Code::UnknownField, text, help).in_field(field))
}

/// Returns the fields that hold the record's id. Only a faulty record has more than one.
pub fn id_fields<'r>(record: &'r Record<'r>) -> impl Iterator<Item = &'r Field<'r>> {
    record.fields.iter().filter(|field| field.id == Some(FieldId::ID) && !field.value.is_empty())
}
