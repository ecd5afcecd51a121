//! Bytes of one format each → raw records with their place.
//!
//! A reader knows no notes: it hands on names and values as they stand. One bad record is a record with a [`Fault`];
//! only where no further record can be found does reading end with a [`FileError`].

mod csv;
mod detect;
mod json;
mod ndjson;
mod utf8;

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::ops::Range;

pub use detect::{Opened, open};

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
    /// The format a file name ends in, if it says one.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// Reads every record in turn; returns how many there were. `header` hears the names of a header row, where the
    /// format has one, before the first record, and may refuse them.
    pub fn read(
        self,
        input: &mut dyn BufRead,
        header: &mut dyn FnMut(&[String]) -> Result<(), FileError>,
        each: &mut dyn FnMut(Record<'_>),
    ) -> Result<u64, FileError> {
        match self {
            Self::Json => json::read(input, each),
            Self::Ndjson => ndjson::read(input, each),
            Self::Csv => csv::read(input, header, each),
        }
    }
}

/// One raw item of an input.
#[derive(Debug)]
pub struct Record<'a> {
    /// Position in its input, from 1.
    pub number: u64,
    /// Line it begins on, from 1.
    pub line: u64,
    /// Column it begins at, from 1.
    pub column: u64,
    /// Its fields in the order written. Empty if none could be read.
    pub fields: Vec<Field<'a>>,
    /// Why it cannot be a note, whatever its fields hold.
    pub fault: Option<Fault>,
}

/// One named value of a record.
#[derive(Debug)]
pub struct Field<'a> {
    /// The key or header, trimmed.
    pub name: Cow<'a, str>,
    /// What stands there.
    pub value: Scalar<'a>,
    /// Column of the value in the record's line, where the format shows it.
    pub column: Option<u64>,
}

/// A value as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number's own digits.
    Number(Cow<'a, str>),
    /// Text, not yet trimmed.
    Text(Cow<'a, str>),
    /// An array or an object, as it is written in JSON.
    Nested(Cow<'a, str>),
    /// Text that cannot be read: bad UTF-8 or a broken escape.
    Garbled,
}

/// Why a record cannot be a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which kind of fault.
    pub code: Code,
    /// The field it is in, if it is in one.
    pub field: Option<String>,
    /// What is wrong.
    pub text: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Fault {
    fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, field: None, text: text.into(), help: None }
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

    fn at(self, line: u64, column: u64) -> Self {
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

/// The fields of a JSON object that stands in a field, and what is wrong with it.
pub(crate) fn object(text: &str) -> (Vec<Field<'_>>, Option<Fault>) {
    json::fields(text, &[])
}

/// The members of a JSON object in the order written: name and where its value stands in the text. `None` for other text.
pub(crate) fn members(text: &str) -> Option<Vec<(String, Range<usize>)>> {
    json::members(text)
}

/// Where the notes of a JSON document stand in it, or those of NDJSON lines.
pub(crate) fn notes_in(text: &str, lines: bool) -> Option<Vec<Range<usize>>> {
    if lines { Some(ndjson::lines(text)) } else { json::places(text) }
}

/// A length or a position as the number it is.
fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
