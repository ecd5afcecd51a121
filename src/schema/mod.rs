//! JSON Schemas (draft-07), with which editors complete and check rule files and notes. The schema of rule files is
//! derived from the readers of the blocks, that of notes from the vocabulary.
//!
//! A schema is stricter in one way: it lists the plain form of each name and value, where readers also take others. This
//! module does not know where schemas are kept.

mod names;
mod note;
mod rules;

use serde_json::{Value, json};

pub use note::note;
pub use rules::rules;

/// The version of JSON Schema that editors of TOML and JSON both read.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// Returns a schema that takes what any of these schemas takes.
fn any_of(mut schemas: Vec<Value>) -> Value {
    match schemas.len() {
        0 => json!(true),
        1 => schemas.remove(0),
        _ => json!({ "anyOf": schemas }),
    }
}

/// Returns a schema that takes one of these values, each listed once.
fn one_of(values: Vec<Value>) -> Value {
    let mut listed: Vec<Value> = Vec::new();
    for value in values {
        if !listed.contains(&value) {
            listed.push(value);
        }
    }
    json!({ "enum": listed })
}

/// Adds a description to a schema, if it is not empty.
fn described(mut schema: Value, description: &str) -> Value {
    if let (Some(schema), false) = (schema.as_object_mut(), description.is_empty()) {
        schema.insert("description".into(), description.into());
    }
    schema
}
