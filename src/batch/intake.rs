//! Checks across records before notes are decided: repeated ids and unknown fields.

use std::collections::BTreeMap;

use crate::message::{Code, Message};
use crate::note::{Note, Rejection, id_fields, unknown_fields};
use crate::place::Place;
use crate::read::{Fault, FieldNames, Record, Value};

/// The ids used by the records so far, including rejected records.
#[derive(Debug, Default)]
pub struct UsedIds {
    #[expect(clippy::disallowed_types, reason = "asked for members, never walked")]
    ids: std::collections::HashSet<String>,
}

impl UsedIds {
    /// Adds the ids of a record, and rejects the record if an earlier one used any of them. If the record is already
    /// rejected for a fault that takes precedence over its id, that fault is kept.
    pub fn check(
        &mut self,
        record: &Record<'_>,
        checked: Result<Note, Box<Rejection>>,
    ) -> Result<Note, Box<Rejection>> {
        let mut repeated = None;
        for field in id_fields(record) {
            if field.value.text().is_some_and(|id| !self.ids.insert(id.to_owned())) {
                repeated = Some(field);
            }
        }
        let (head, field) = match (checked, repeated) {
            (Ok(note), Some(field)) => (note.head, field),
            (Err(rejection), Some(field)) if rejection.after_id => (rejection.head, field),
            (checked, _) => return checked,
        };
        let help = "give each note an id of its own, and each note once";
        let fault = Fault::new(Code::RepeatedId, "an earlier record has this id", help);
        let fault = Fault { field: Some("id".into()), offset: field.offset, ..fault };
        Err(Box::new(Rejection { head, fault, after_id: true }))
    }
}

/// Maximum number of distinct unknown field names to keep. A document may use data as keys, with different names in
/// each record.
const KEPT: usize = 10_000;

/// Maximum number of names that get a message of their own.
const REPORTED: usize = 10;

/// The fields that the rule set does not know, with the number of records that have them.
#[derive(Debug, Default)]
pub struct UnknownFields {
    /// Number of records by field name, for names that are safe to show.
    named: BTreeMap<String, u64>,
    /// Number of records with names beyond those that are kept.
    further: u64,
    /// Number of records with fields whose names must not be shown, and the location of the first such field.
    hidden: u64,
    first_hidden: Option<Place>,
    /// Number of records with fields that have no name.
    nameless: u64,
}

impl UnknownFields {
    /// Counts the unknown fields of a record in `file`.
    pub fn count(&mut self, file: &str, record: &Record<'_>) {
        let (mut hides, mut has_further) = (false, false);
        for field in unknown_fields(record) {
            let is_nested = matches!(field.value, Value::Nested(_));
            if let Some(count) = self.named.get_mut(field.name.as_ref()).filter(|_| !is_nested) {
                *count += 1;
            } else if field.name.is_empty() {
                self.nameless += 1;
            } else if let Some(name) = field.visible_name() {
                has_further |= self.named.len() == KEPT;
                if self.named.len() < KEPT {
                    *self.named.entry(name).or_default() += 1;
                }
            } else {
                hides = true;
                self.first_hidden.get_or_insert_with(|| {
                    let (line, column) = record.line_and_column(field.offset);
                    Place { file: file.to_owned(), line, column }
                });
            }
        }
        self.hidden += u64::from(hides);
        self.further += u64::from(has_further);
    }

    /// Returns warnings: one for each near match of a known name, one each for a few others, and one for the rest.
    pub fn warnings(&self, names: &dyn FieldNames) -> Vec<Message> {
        let warning = |text: String| Message::warning(Code::UnknownField, text);
        let mut warnings = Vec::new();
        if self.nameless > 0 {
            let text = format!("a field without a name ({}) is ignored", records(self.nameless));
            warnings.push(warning(text).help("give the column or key a name, or remove it"));
        }
        let mut kept: Vec<_> = self.named.iter().map(|(name, count)| (names.nearest(name), name, count)).collect();
        kept.sort_by_key(|(near, name, _)| (near.is_none(), *name));
        let others = kept.split_off(kept.len().min(REPORTED));
        for (near, name, count) in kept {
            let text = format!("the rule set knows no field `{name}` ({}); it is ignored", records(*count));
            warnings.push(warning(text).help(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => MAP_IT.to_owned(),
            }));
        }
        if !others.is_empty() || self.further > 0 {
            let more = if self.further > 0 { "more than " } else { "" };
            let text = format!("the rule set does not know {more}{} other fields; they are ignored", others.len());
            warnings.push(warning(text).help(MAP_IT));
        }
        if let Some(place) = &self.first_hidden {
            let text = format!(
                "the rule set does not know the name of the field here ({}); it is ignored",
                records(self.hidden)
            );
            let help = "a name that may be part of a note is not repeated: look it up in the input";
            warnings.push(warning(text).with_place(place.clone()).help(help));
        }
        warnings
    }

    /// Returns the names that are safe to show, each with the number of records that have it.
    pub fn into_named(self) -> BTreeMap<String, u64> {
        self.named
    }
}

const MAP_IT: &str = "if it is another name for a known field, map it in an agency file's `[column]` table";

fn records(count: u64) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{count} records") }
}
