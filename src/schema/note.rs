//! The schema of notes: the fields that every note may have, and those that answer the facts of the vocabulary.

use serde_json::{Map, Value, json};

use super::{DRAFT, described, one_of};
use crate::facts::{Fact, Kind, MAX_MINUTES, Origin};
use crate::field::FieldId;
use crate::rules::RuleSet;

const DESCRIPTION: &str = "\
A note, a list of notes, or an object with the list `notes`. The schema lists the plain form of each name and word; where \
notes are read, names and words are compared by their letters and digits alone, so `Service Date` is `service_date`. Other \
fields are allowed.";

/// How a calendar date is written.
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// How a clock time is written.
const CLOCK: &str = "^(([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)$";

/// Returns the schema of notes in JSON, with the fields and values that a rule set knows: its own and those of the export
/// whose columns it maps.
pub fn note(set: &RuleSet) -> Value {
    json!({
        "$schema": DRAFT,
        "title": "actbill notes",
        "description": DESCRIPTION,
        "type": ["object", "array"],
        "if": { "type": "array" },
        "then": { "items": { "$ref": "#/definitions/note" } },
        "else": {
            "if": { "required": ["notes"] },
            "then": { "properties": { "notes": { "type": "array", "items": { "$ref": "#/definitions/note" } } } },
            "else": { "$ref": "#/definitions/note" },
        },
        "definitions": { "note": one_note(set) },
    })
}

/// A field of a note.
struct Field<'s> {
    /// Its own name, then the columns of an export that stand for it.
    names: Vec<&'s str>,
    schema: Value,
    is_required: bool,
}

fn one_note(set: &RuleSet) -> Value {
    let fields = fields(set);
    let mut properties = Map::new();
    for field in &fields {
        properties.extend(field.names.iter().map(|name| ((*name).to_owned(), field.schema.clone())));
    }
    let given = |names: &[&str]| {
        let named = |name: &&str| fields.iter().find(|field| field.names.first() == Some(name));
        let given: Vec<Value> = names.iter().filter_map(named).map(is_given).collect();
        json!({ "allOf": given })
    };
    let mut all: Vec<Value> = fields.iter().filter(|field| field.is_required).map(is_given).collect();
    all.push(json!({ "anyOf": [given(&["minutes"]), given(&["duration"]), given(&["start", "end"])] }));
    json!({ "title": "note", "type": "object", "properties": properties, "allOf": all })
}

/// Returns a schema that requires a field under any of its names.
fn is_given(field: &Field<'_>) -> Value {
    match field.names.as_slice() {
        [name] => json!({ "required": [name] }),
        names => json!({ "anyOf": names.iter().map(|name| json!({ "required": [name] })).collect::<Vec<_>>() }),
    }
}

/// Returns all fields that a note may have.
fn fields(set: &RuleSet) -> Vec<Field<'_>> {
    let names = |name| {
        let columns = set.columns.iter().filter(|column| column.field == name).map(|column| column.header.as_str());
        std::iter::once(name).chain(columns).collect()
    };
    let common = FieldId::NAMES.into_iter().map(|name| {
        let is_required = ["id", "client", "date"].contains(&name);
        let (schema, description) = common_field(name);
        Field { names: names(name), schema: described(or_open(schema, is_required), description), is_required }
    });
    let facts = set.vocabulary.facts().filter(|(_, fact)| fact.origin == Origin::Note);
    let answers = facts.map(|(_, fact)| Field {
        names: names(&fact.name),
        schema: described(or_open(answer(fact), fact.is_required()), &question(fact)),
        is_required: fact.is_required(),
    });
    common.chain(answers).collect()
}

/// Returns the schema and the description of a field that every note may have.
fn common_field(name: &str) -> (Value, &'static str) {
    let id = || json!({ "type": ["string", "number"] });
    let minutes = || json!({ "type": "integer", "minimum": 1, "maximum": MAX_MINUTES });
    match name {
        "id" => (id(), "The id of the note, each note its own."),
        "client" => (id(), "The client who was served, by any id."),
        "staff" => (id(), "The staff member who did the work, by any id."),
        "date" => (text(DATE), "The service date, written as YYYY-MM-DD."),
        "start" => (text(CLOCK), "When the work began, written as HH:MM on the 24-hour clock. Give `end` with it."),
        "end" => (text(CLOCK), "When the work ended, written as HH:MM on the 24-hour clock. Give `start` with it."),
        "end_date" => {
            (text(DATE), "The date on which the work ended, if not the service date. Give `start` and `end` with it.")
        }
        "minutes" => (minutes(), "The documented minutes. May be left out where `start` and `end` are given."),
        "duration" => (minutes(), "The documented minutes, under another name."),
        "practitioner" => (id(), "The practitioner in whose name the work is billed, by any id."),
        "code" => (id(), "The procedure code that the clinic gave the note."),
        "modifiers" => (id(), "The modifiers of that code."),
        "group" => (id(), "The session that several clients attended together, by any id; each of its notes names it."),
        "replaces" => (id(), "The id of the earlier note that this one corrects."),
        _ => (json!({}), ""),
    }
}

/// Returns the schema of an answer to a fact.
fn answer(fact: &Fact) -> Value {
    match &fact.kind {
        Kind::Coded(values) => {
            let truths = [true, false].into_iter().filter(|truth| fact.truth_value(*truth).is_some()).map(Value::from);
            let aliases = fact.aliases().map(|(word, _)| Value::from(word));
            one_of(values.iter().map(|value| json!(value)).chain(truths).chain(aliases).collect())
        }
        Kind::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Date => text(DATE),
    }
}

/// Returns the question that a fact answers, and where its answer can be looked up.
fn question(fact: &Fact) -> String {
    match &fact.look {
        Some(look) => format!("{} Where to look: {look}.", fact.ask),
        None => fact.ask.clone(),
    }
}

fn text(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// Returns a schema that also takes `null`, which means that a question is not answered; required fields do not.
fn or_open(mut schema: Value, is_required: bool) -> Value {
    if is_required {
        return schema;
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    } else if let Some(kind) = schema.get_mut("type") {
        match kind {
            Value::Array(kinds) => kinds.push("null".into()),
            kind => *kind = json!([kind, "null"]),
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_field_is_described() {
        let bare: Vec<_> = FieldId::NAMES.into_iter().filter(|name| common_field(name).1.is_empty()).collect();
        assert!(bare.is_empty(), "{bare:?}");
    }
}
