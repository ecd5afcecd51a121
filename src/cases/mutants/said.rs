//! What a set says of notes, and whether two sets say the same to whoever reads the rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::diagram::Atlas;
use crate::facts::Word;
use crate::proof::Example;
use crate::read::Format;
use crate::report::{Row, rows};
use crate::rules::RuleSet;
use crate::run::{Batch, Input, read};

/// Notes with the settings that they need beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notes {
    /// One note, or several of one day.
    pub notes: Vec<Example>,
    /// Settings that must be answered otherwise than they are.
    pub settings: BTreeMap<String, Word>,
}

impl From<Example> for Notes {
    fn from(example: Example) -> Self {
        Self { settings: example.settings.clone(), notes: vec![example] }
    }
}

/// The notes' rows under a set.
pub(super) fn said(set: &RuleSet, atlas: &Atlas, notes: &Notes) -> Vec<Row> {
    let mut set = set.clone();
    for (name, value) in &notes.settings {
        // The names and values are this set's own.
        drop(set.answer(name, &value.text()));
    }
    let json = serde_json::to_vec(&notes.notes).unwrap_or_default();
    let input = Input { name: String::new(), format: Some(Format::Json), bytes: Box::new(json.as_slice()) };
    let mut batch = Batch::new(&set, atlas, false);
    let read = read(&mut batch, input, &mut |batch, record| drop(batch.add(0, "", record, &mut drop)));
    if read.is_err() {
        return Vec::new();
    }
    rows(&set, &[], &batch.finish(&mut drop).0)
}

/// Whether the rows differ in anything but the wording of the sentence.
pub(super) fn differ(before: &[Row], after: &[Row]) -> bool {
    before.len() != after.len()
        || before.iter().zip(after).any(|(before, after)| !differences(before, after).is_empty())
}

/// The fields in which two rows differ, each with what the one and the other says; the sentence apart.
pub fn differences(before: &Row, after: &Row) -> Vec<(String, Option<Value>, Option<Value>)> {
    let (before, after) = (fields(before), fields(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let sides = names.into_iter().map(|name| (name.clone(), before.get(name).cloned(), after.get(name).cloned()));
    sides.filter(|(_, before, after)| before != after).collect()
}

/// A row's fields but for its sentence.
pub(super) fn fields(row: &Row) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(row) else { return Map::new() };
    fields.remove("because");
    fields
}
