//! Bytes of one format each → raw records with their place.
//!
//! A reader knows no notes: it hands on names and values as they are written. One bad record is a record with a
//! [`Fault`]; only where no further record can be found does reading end with a [`FileError`].

mod csv;
mod csv_rows;
mod detect;
mod json;
mod ndjson;
mod record;
mod utf8;

use std::io::{self, BufRead};

pub use detect::{Opened, open};
pub use record::{Fault, Field, Record, Value};

use crate::field::FieldId;
use crate::message::{Code, reason};

/// The form of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON document: an array of notes, an object with a `notes` array, or one note.
    Json,
    /// One JSON note on each line.
    Ndjson,
    /// Comma-separated values with a header row.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Json, Self::Ndjson, Self::Csv];

    /// Its name, which is also an ending of file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    /// What it is, in a line.
    pub fn description(self) -> &'static str {
        match self {
            Self::Json => "One document: an array of notes, an object with a `notes` array, or one note",
            Self::Ndjson => "One note on each line",
            Self::Csv => "A header row, then one note on each row",
        }
    }

    /// The format of a file with this name, if its ending says one.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        let ending = ending.to_ascii_lowercase();
        let named = Self::ALL.into_iter().find(|format| format.name() == ending);
        named.or_else(|| (ending == "jsonl").then_some(Self::Ndjson))
    }

    /// Reads every record in turn; returns how many there were.
    pub fn read(
        self,
        input: &mut dyn BufRead,
        names: &dyn FieldNames,
        each: &mut dyn FnMut(Record<'_>),
    ) -> Result<u64, FileError> {
        match self {
            Self::Json => json::read(input, names, each),
            Self::Ndjson => ndjson::read(input, names, each),
            Self::Csv => csv::read(input, names, each),
        }
    }
}

/// The names of fields that are known.
pub trait FieldNames {
    /// The field of a name; `None` for a name that is not known.
    fn field(&self, name: &str) -> Option<FieldId>;

    /// The known name that is most like another one, if one is like enough to be meant.
    fn nearest(&self, name: &str) -> Option<&str>;
}

/// The most fields that a record may have, known or not.
const MAX_FIELDS: usize = 4096;

/// The most bytes that the name of a field may have.
const MAX_NAME: usize = 1000;

/// What is too much of a record or header row with these names.
fn excess<'n>(too_many: bool, mut names: impl Iterator<Item = &'n str>) -> Option<String> {
    if too_many {
        return Some(format!("more than {MAX_FIELDS} fields"));
    }
    names.any(|name| name.len() > MAX_NAME).then(|| format!("a field name of more than {MAX_NAME} bytes"))
}

const EXCESS_HELP: &str = "export the notes with the fields that are needed";

/// The fault of a record with bytes that are not UTF-8. Of several such fields it names the first by name: which one it
/// is must not depend on their order.
fn bad_utf8(fields: &[Field<'_>]) -> Fault {
    let text = "the record holds bytes that are not UTF-8 text";
    let fault = Fault::new(Code::BadUtf8, text, "export the notes as UTF-8");
    let first = fields.iter().filter(|field| field.value == Value::Unreadable).min_by_key(|field| &field.name);
    first.map_or(fault.clone(), |field| fault.in_field(field))
}

/// Line and column behind these bytes, which begin at a line and column.
fn line_and_column(passed: &[u8], line: u64, column: u64) -> (u64, u64) {
    let mut lines = passed.split(|byte| *byte == b'\n');
    // Of a character of several bytes only the first counts.
    let starts_character = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    let characters = count(lines.next_back().unwrap_or_default().iter().filter(starts_character).count());
    match count(lines.count()) {
        0 => (line, column + characters),
        breaks => (line + breaks, 1 + characters),
    }
}

/// Why an input cannot be read to its end.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct FileError {
    /// Which kind of error.
    pub code: Code,
    /// Line it was found on, from 1, where that is known.
    pub line: Option<u64>,
    /// Column it was found at, from 1.
    pub column: u64,
    /// What is wrong.
    pub text: String,
    /// What to do about it.
    pub help: String,
}

impl FileError {
    fn new(code: Code, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, line: None, column: 1, text: text.into(), help: help.into() }
    }

    fn with_position(self, line: u64, column: u64) -> Self {
        Self { line: Some(line), column, ..self }
    }
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::new(
            Code::Unreadable,
            format!("the input cannot be read to its end: {}", reason(&error)),
            "check that the file exists and that you may read it",
        )
    }
}

/// The record of a JSON object that stands in a field.
pub(crate) fn object<'a>(text: &'a str, names: &dyn FieldNames) -> Record<'a> {
    json::record(text, &[], names)
}

/// A length or a position as the number it is.
fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows no name.
    pub(super) struct NoNames;

    impl FieldNames for NoNames {
        fn field(&self, _: &str) -> Option<FieldId> {
            None
        }

        fn nearest(&self, _: &str) -> Option<&str> {
            None
        }
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_and_column("ä".as_bytes(), 3, 5), (3, 6));
        assert_eq!(line_and_column("ä\n\nöü".as_bytes(), 3, 5), (5, 3));
    }
}
