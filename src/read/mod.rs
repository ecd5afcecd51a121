//! Turns bytes of each format into raw records with their positions.
//!
//! Readers know nothing about notes: they pass on names and values as written. A bad record is passed on with a
//! [`Fault`]; reading ends with a [`FileError`] only if no further record can be found.

mod block_reader;
mod block_text;
mod blocks;
mod csv;
mod csv_header;
mod csv_rows;
mod detect;
mod encoding;
mod json;
mod json_array;
mod ndjson;
mod plain_json;
mod record;
mod rows;
mod scan;
mod sequence;
mod slots;
mod source;
mod stretch;
mod utf8;
mod workbook;

use std::io;

pub use blocks::{Encoding, HeaderRow, InputHint, InputInfo, Piece, Reading, Worker, read_blocks, read_records};
pub use record::{Fault, Field, Record, Value};
pub use rows::SkippedRow;
pub(crate) use scan::is_plain_json_text;
pub use slots::{Slot, Slots, ValueKind};

use crate::field::FieldId;
use crate::message::{Code, reason};
use crate::number::count;

/// The format of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON document: an array of notes, an object with a `notes` array, or one note.
    Json,
    /// One JSON note on each line.
    Ndjson,
    /// Text that is separated into cells, with a header row.
    Csv,
    /// A workbook, with a header row in one of its sheets.
    Workbook,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Json, Self::Ndjson, Self::Csv, Self::Workbook];

    /// Returns the name of the format, which is also its file extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Workbook => "xlsx",
        }
    }

    /// Returns a one-line description of the format.
    pub fn description(self) -> &'static str {
        match self {
            Self::Json => "One document: an array of notes, an object with a `notes` array, or one note",
            Self::Ndjson => "One note on each line",
            Self::Csv => "A header row, then one note on each row; separated by commas, semicolons, tabs or pipes",
            Self::Workbook => "A sheet of an XLSX, XLSB, XLS or ODS workbook, with a header row",
        }
    }

    /// Returns the format that the extension of a file name indicates, if any. Notes may be packed by gzip.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (_, ending) = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?;
        Some(match ending {
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::Ndjson,
            "csv" | "tsv" | "tab" => Self::Csv,
            "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Self::Workbook,
            _ => return None,
        })
    }
}

/// How certainly a name stands for its field. Of several columns for one field, only that of the highest precedence is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precedence {
    /// A header that exports customarily have.
    Customary,
    /// The name of the field itself.
    Declared,
    /// A header that the agency itself maps.
    Own,
}

/// How the header row and the records of a table are told from its other rows.
#[derive(Clone, Debug)]
pub struct TableRules {
    /// What the fields belong to, for messages.
    pub what: &'static str,
    /// A header row that would do, for messages.
    pub header: &'static str,
    /// What to do about other names, for messages.
    pub other_names: &'static str,
    /// Fewest known names that make a header row.
    pub fewest_names: usize,
    /// A field that every header row names.
    pub required: Option<FieldId>,
    /// The fields of which every record has one. Rows without them are skipped; if none is listed, only blank rows and
    /// further header rows are.
    pub telling: Vec<FieldId>,
}

/// The known names of fields.
pub trait FieldNames: Sync {
    /// Returns the field with this name; `None` if the name is unknown.
    fn field(&self, name: &str) -> Option<FieldId>;

    /// Returns the precedence of a known name.
    fn precedence(&self, _: &str) -> Precedence {
        Precedence::Customary
    }

    /// Whether fields with this name are not read, and not reported either.
    fn is_ignored(&self, _: &str) -> bool {
        false
    }

    /// Returns the known name closest to this one, if one is close enough.
    fn nearest(&self, name: &str) -> Option<&str>;

    /// Returns the key of the array of records in a JSON document.
    fn list_key(&self) -> &'static str {
        "notes"
    }

    /// Returns how a table of such records is read.
    fn table(&self) -> TableRules {
        let telling = [Some(FieldId::ID), Some(FieldId::CLIENT), Some(FieldId::DATE), self.field("activity")];
        TableRules {
            what: "a note",
            header: "id,client,date,minutes,activity,staff_role",
            other_names: "for an export with other names, `actbill setup` writes the draft of an agency file that maps them",
            fewest_names: 3,
            required: None,
            telling: telling.into_iter().flatten().collect(),
        }
    }

    /// Whether a field takes coded values.
    fn is_coded(&self, _: FieldId) -> bool {
        false
    }

    /// Returns the index of the coded value that a text stands for in a field; `None` if it stands for none.
    fn value(&self, _: FieldId, _: &str) -> Option<u16> {
        None
    }
}

/// Most fields that a record may have, known or unknown.
const MAX_FIELDS: usize = 4096;

/// Most bytes that the name of a field may have.
const MAX_NAME: usize = 1000;

/// Describes which limit a record or header row with these names exceeds, if any.
fn excess<'n>(too_many: bool, mut names: impl Iterator<Item = &'n str>) -> Option<String> {
    if too_many {
        return Some(format!("more than {MAX_FIELDS} fields"));
    }
    names.any(|name| name.len() > MAX_NAME).then(|| format!("a field name of more than {MAX_NAME} bytes"))
}

const EXCESS_HELP: &str = "export the notes with the fields that are needed";

/// Returns the line and column after `passed`, which begins at the given line and column.
fn line_and_column(passed: &[u8], line: u64, column: u64) -> (u64, u64) {
    let before_last = passed.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let (lines, last) = passed.split_at_checked(before_last).unwrap_or_default();
    // Count only the first byte of each character.
    let characters = scan::count(last, |byte| byte & 0b1100_0000 != 0b1000_0000);
    match scan::count(lines, |byte| byte == b'\n') {
        0 => (line, column + characters),
        breaks => (line + breaks, 1 + characters),
    }
}

/// The reason why an input cannot be read to its end.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct FileError {
    /// The code of the error.
    pub code: Code,
    /// The line of the error, starting at 1, if known.
    pub line: Option<u64>,
    /// The column of the error, starting at 1.
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

/// Builds the record of a JSON object that is the value of a field.
pub(crate) fn object<'a>(text: &'a str, names: &dyn FieldNames) -> Record<'a> {
    json::record(text, &[], names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows no names.
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
