//! The fields of a record that is read carefully: known fields by number, and fields that the rule set does not know.

use crate::field::FieldId;
use crate::message::Code;
use crate::read::{Fault, Field, FieldNames, Record, Slots};

/// Collects the known fields of a record in `slots`. Returns a fault for each field that is repeated, and the known ones
/// of those fields. If two fields have the same meaning, neither is used, because there is no way to know which one is
/// right.
pub(super) fn collect<'r>(record: &'r Record<'r>, slots: &mut Slots<'r>) -> (Vec<Fault>, Vec<FieldId>) {
    let mut sorted: Vec<&Field<'_>> = record.fields.iter().collect();
    sorted.sort_by(|one, other| (one.id, &one.name).cmp(&(other.id, &other.name)));
    let (mut faults, mut repeated) = (Vec::new(), Vec::new());
    slots.clear();
    for same in sorted.chunk_by(|one, other| one.id == other.id) {
        match same {
            [field] if field.id.is_some() => {
                slots.put_field(field);
            }
            [first, field, ..] if field.id.is_some() => {
                repeated.extend(field.id);
                let is_same = first.name == field.name;
                let (text, help) = if is_same {
                    TWICE
                } else {
                    (
                        "another field of this record means the same",
                        "keep one of the two, or name the other one under `ignore` in the agency file's `[read]`",
                    )
                };
                faults.push(Fault::new(Code::RepeatedField, text, help).in_field(field));
            }
            unknown => {
                let (text, help) = TWICE;
                let twice =
                    |two: &&[&Field<'_>]| two.first().map(|field| &field.name) == two.last().map(|field| &field.name);
                let named = unknown.windows(2).filter(twice).filter_map(|two| two.first());
                let named = named.filter(|field| !field.name.is_empty());
                faults.extend(named.map(|field| Fault::new(Code::RepeatedField, text, help).in_field(field)));
            }
        }
    }
    (faults, repeated)
}

const TWICE: (&str, &str) =
    ("the field appears twice in this record", "keep the one that is true; which one was meant cannot be known");

/// Returns the fields that the rule set does not know, sorted by name, each name once. An empty field without a name is
/// an empty spreadsheet column and is ignored.
pub fn unknown_fields<'r>(record: &'r Record<'r>) -> Vec<&'r Field<'r>> {
    let is_unknown = |field: &&Field<'_>| field.id.is_none() && !(field.name.is_empty() && field.value.is_empty());
    let mut fields: Vec<&Field<'_>> = record.fields.iter().filter(is_unknown).collect();
    fields.sort_by_key(|field| &field.name);
    fields.dedup_by_key(|field| &field.name);
    fields
}

/// Returns the faults of fields that the rule set does not know, sorted by name.
pub(super) fn unknown_faults(record: &Record<'_>, names: &dyn FieldNames) -> Vec<Fault> {
    let fault = |field: &&Field<'_>| {
        let (text, help) = match (names.nearest(&field.name), field.visible_name()) {
            _ if field.name.is_empty() => ("a field has no name", "give it a name, or remove it".to_owned()),
            (Some(near), Some(_)) => ("the rule set knows no such field", format!("did you mean `{near}`?")),
            (None, Some(_)) => ("the rule set knows no such field", "remove it".to_owned()),
            (_, None) => ("the rule set does not know the name of the field here", "remove it".to_owned()),
        };
        Fault::new(Code::UnknownField, text, help).in_field(field)
    };
    unknown_fields(record).iter().take(MAX_FAULTS).map(fault).collect()
}

/// Most unknown fields of one record that are named one by one.
const MAX_FAULTS: usize = 20;

/// Returns the fields that hold the record's id. Only a faulty record has more than one.
pub fn id_fields<'r>(record: &'r Record<'r>) -> impl Iterator<Item = &'r Field<'r>> {
    record.fields.iter().filter(|field| field.id == Some(FieldId::ID) && !field.value.is_empty())
}
