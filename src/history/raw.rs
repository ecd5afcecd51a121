//! The fields of rows as text, whatever format they are in.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::read::{Record, Value};
use crate::table::restore_formula;

/// The fields of a row or an adjustment that have text.
#[derive(Debug, Default)]
pub(super) struct RawRow {
    fields: BTreeMap<String, String>,
    /// Further lines that the row carries.
    pub(super) also: Vec<RawLine>,
}

/// A further line of a row.
#[derive(Debug)]
pub(super) struct RawLine {
    /// The service or its code.
    pub(super) service: String,
    pub(super) units: String,
    pub(super) amount: Option<String>,
}

impl RawRow {
    /// Creates a row without further lines and findings.
    pub(super) fn new(fields: impl Iterator<Item = (String, String)>) -> Self {
        Self { fields: fields.collect(), ..Self::default() }
    }

    /// Returns the text of a field; `None` if it is empty or not there.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Returns the words of a field that holds a list.
    pub(super) fn words(&self, field: &str) -> impl Iterator<Item = &str> {
        self.text(field).unwrap_or_default().split_whitespace()
    }

    /// Returns the payer and the service that the rules decided on for the note alone.
    pub(super) fn alone(&self) -> Option<(&str, &str)> {
        self.text("alone_payer").zip(self.text("alone_service"))
    }
}

impl RawRow {
    /// Returns the fields of a record that a reader found.
    pub(super) fn from_record(record: &Record<'_>) -> Self {
        let mut row = Self::default();
        // Only the cells of tables are written so that a spreadsheet does not take them for formulas.
        let is_object = record.sheet.is_none() && record.text.starts_with(b"{");
        for field in &record.fields {
            match (&field.value, field.name.as_ref()) {
                (Value::Nested(json), name) => row.add_parts(name, json),
                (Value::Text(lines), "also") => row.also = lines.split("; ").filter_map(table_line).collect(),
                (value, name) => {
                    let text = value.text().map(|text| if is_object { text } else { restore_formula(text) });
                    row.fields.extend(text.map(|text| (name.to_owned(), text.to_owned())));
                }
            }
        }
        row
    }

    /// Adds a JSON array or object. Tables have a column for each part of an object, and for a list one cell of words.
    fn add_parts(&mut self, name: &str, json: &str) {
        match serde_json::from_str(json).unwrap_or_default() {
            Json::Array(lines) if name == "also" => self.also = lines.iter().filter_map(json_line).collect(),
            Json::Array(list) => {
                let words: Vec<String> =
                    list.iter().filter_map(|item| text_of(item.get("code").unwrap_or(item))).collect();
                self.fields.insert(name.to_owned(), words.join(" "));
            }
            Json::Object(parts) => {
                let parts = parts.iter().filter_map(|(part, value)| Some((format!("{name}_{part}"), text_of(value)?)));
                self.fields.extend(parts);
            }
            _ => {}
        }
    }
}

fn json_line(line: &Json) -> Option<RawLine> {
    let part = |name: &str| {
        let own = line.get(name).and_then(text_of);
        own.or_else(|| line.get("shadow").and_then(|shadow| shadow.get(name)).and_then(text_of))
    };
    Some(RawLine { service: part("service")?, units: part("units")?, amount: part("amount") })
}

fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(_) | Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Reads a line such as `99439 x 2 = 92.30`.
fn table_line(text: &str) -> Option<RawLine> {
    let (line, amount) = match text.split_once(" = ") {
        Some((line, amount)) => (line, Some(amount.to_owned())),
        None => (text, None),
    };
    let (service, units) = line.rsplit_once(" x ")?;
    Some(RawLine { service: service.to_owned(), units: units.to_owned(), amount })
}
