//! Finds the header row of text that is separated into cells, and what separates them.

use super::csv_rows::{Row, Rules, skip_blank_lines};
use super::rows::{Columns, HEADER_ROWS};
use super::{EXCESS_HELP, FieldNames, FileError, TableRules, line_and_column};
use crate::message::Code;
use crate::nearest::joined;

/// Characters that end lines in other formats, but not in CSV.
const OTHER_LINE_ENDS: [char; 5] = ['\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// What may separate cells, the usual one first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The header row of an input.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) rules: Rules,
    pub(super) columns: Columns,
    /// Whether rows of these columns can be plain.
    pub(super) is_plain: bool,
    /// The lines of the rows above the header row.
    pub(super) above: Vec<u64>,
    /// The line of the header row.
    pub(super) line: u64,
}

/// A header row, with the offset and the line behind it.
pub(super) type Found = (Header, usize, u64);

/// A row that names fields.
struct Candidate<'b> {
    row: Row<'b>,
    columns: Columns,
    rules: Rules,
    end: usize,
    above: Vec<u64>,
}

impl Header {
    /// Finds the header row: the first of the first rows with enough names that are known. Returns `None` if more bytes are
    /// needed to tell.
    pub(super) fn find(bytes: &[u8], is_last: bool, names: &dyn FieldNames) -> Result<Option<Found>, FileError> {
        let (start, line) = skip_blank_lines(bytes, 0, 1);
        if start == bytes.len() {
            let empty =
                || FileError::new(Code::NoNotes, "the input is empty", "begin with a header row of field names");
            return if is_last { Err(empty()) } else { Ok(None) };
        }
        let declared = declared_separator(bytes, start);
        let (separators, start, line) = match declared {
            Some((separator, end)) => (vec![separator], end, line + 1),
            None => (SEPARATORS.to_vec(), start, line),
        };
        let mut best: Option<Candidate<'_>> = None;
        let mut needs_more = false;
        for separator in separators {
            match search(bytes, (start, line), is_last, Rules { separator }, names) {
                Search::Found(candidate) => {
                    let rank = |one: &Candidate<'_>| (one.row.lines.0, usize::MAX - one.columns.known());
                    if best.as_ref().is_none_or(|best| rank(&candidate) < rank(best)) {
                        best = Some(candidate);
                    }
                }
                Search::NeedsMore => needs_more = true,
                Search::Nothing => {}
            }
        }
        match best {
            Some(candidate) => {
                candidate.refuse_bad_names()?;
                Ok(Some(candidate.into_found()))
            }
            None if needs_more => Ok(None),
            None => first_row(bytes, (start, line), is_last, declared.map(|(separator, _)| separator), names),
        }
    }
}

/// What was found with one separator.
enum Search<'b> {
    Found(Candidate<'b>),
    NeedsMore,
    Nothing,
}

/// Searches the first rows for one that names enough fields.
fn search<'b>(
    bytes: &'b [u8],
    (mut at, mut line): (usize, u64),
    is_last: bool,
    rules: Rules,
    names: &dyn FieldNames,
) -> Search<'b> {
    let mut above = Vec::new();
    for _ in 0..HEADER_ROWS {
        (at, line) = skip_blank_lines(bytes, at, line);
        if at == bytes.len() {
            return if is_last { Search::Nothing } else { Search::NeedsMore };
        }
        let (row, end) = match Row::read(rules, bytes, at, line, is_last) {
            Ok(Some(found)) => found,
            Ok(None) => return Search::NeedsMore,
            // A quote in a line of text above the header row need not be closed.
            Err(_) => return Search::Nothing,
        };
        let next_line = row.lines.1 + 1;
        let candidate = Candidate::new(row, rules, end, names);
        if candidate.columns.are_header() {
            return Search::Found(Candidate { above, ..candidate });
        }
        above.push(line);
        (at, line) = (end, next_line);
    }
    Search::Nothing
}

/// Returns the separator that a line such as `sep=;` declares, and the offset behind that line.
fn declared_separator(bytes: &[u8], start: usize) -> Option<(u8, usize)> {
    let rest = bytes.get(start..)?;
    let length = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
    let line = rest.get(..length)?;
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] = line else { return None };
    let may_separate = separator.is_ascii_punctuation() || matches!(separator, b'\t' | b' ');
    (may_separate && *separator != b'"').then_some((*separator, start + length))
}

/// Takes the first row for the header row if most of its names are known. A row that may be a note is not.
fn first_row(
    bytes: &[u8],
    (start, line): (usize, u64),
    is_last: bool,
    declared: Option<u8>,
    names: &dyn FieldNames,
) -> Result<Option<Found>, FileError> {
    let rules = Rules { separator: declared.unwrap_or(b',') };
    let Some((row, end)) = Row::read(rules, bytes, start, line, is_last)? else { return Ok(None) };
    let candidate = Candidate::new(row, rules, end, names);
    candidate.refuse_bad_names()?;
    if 2 * candidate.columns.known() > candidate.columns.named() {
        return Ok(Some(candidate.into_found()));
    }
    let known = match candidate.columns.known() {
        0 => "no field".to_owned(),
        1 => "only 1 field".to_owned(),
        known => format!("only {known} fields"),
    };
    let text = format!("no row names the fields of {}: the first one names {known}", names.table().what);
    let help = header_help(candidate.columns.list.iter().map(|column| column.name.as_str()), names);
    Err(candidate.refused(0, Code::NoHeader, &text, &help))
}

impl<'b> Candidate<'b> {
    /// Creates a candidate without rows above it.
    fn new(row: Row<'b>, rules: Rules, end: usize, names: &dyn FieldNames) -> Self {
        let texts = row.texts();
        let columns = Columns::new(texts.iter().map(|text| text.as_deref().unwrap_or_default()), names);
        Self { row, columns, rules, end, above: Vec::new() }
    }

    fn refused(&self, offset: usize, code: Code, text: &str, help: &str) -> FileError {
        let (line, column) = line_and_column(self.row.bytes.get(..offset).unwrap_or_default(), self.row.lines.0, 1);
        FileError::new(code, text, help).with_position(line, column)
    }

    /// Returns the row as the header row. Its names must not be bad ones.
    fn into_found(self) -> Found {
        let Self { row, columns, rules, end, above } = self;
        let header = Header { is_plain: columns.are_plain(), rules, columns, above, line: row.lines.0 };
        (header, end, row.lines.1 + 1)
    }

    /// Refuses a row that might have swallowed notes.
    fn refuse_bad_names(&self) -> Result<(), FileError> {
        if let Some(offset) = self.row.stray {
            let help = "close each quote at the end of its cell, or write the names without quotes";
            return Err(self.refused(offset, Code::NoHeader, "text follows a closing quote in the header row", help));
        }
        for cell in &self.row.cells {
            let Some(name) = self.row.text(*cell) else {
                let text = "the header row is not UTF-8 text";
                return Err(self.refused(0, Code::NotUtf8, text, "export the notes as UTF-8"));
            };
            if name.contains(OTHER_LINE_ENDS) {
                let text = "the header row holds line ends that CSV does not have, such as U+2028 or U+0085";
                let help = "export the notes with lines that end in CR LF or LF";
                return Err(self.refused(cell.start, Code::NoHeader, text, help));
            }
            if name.contains(char::from(self.rules.separator)) && name.contains(['\n', '\r']) {
                let text = "a quoted name of the header row goes over several lines and holds separators";
                let help = "close the quote at the end of the name; rows that it swallows would not be read";
                return Err(self.refused(cell.start, Code::NoHeader, text, help));
            }
        }
        match self.columns.excess() {
            Some(excess) => {
                let text = format!("the header row has {excess}");
                Err(self.refused(0, Code::NoHeader, &text, EXCESS_HELP))
            }
            None => Ok(()),
        }
    }
}

/// Returns the help for an input without a header row. Its first row may be a note, so it is not repeated.
pub(super) fn header_help<'c>(written: impl Iterator<Item = &'c str>, names: &dyn FieldNames) -> String {
    let near: Vec<String> = written.filter_map(|name| names.nearest(name)).map(|near| format!("`{near}`")).collect();
    let TableRules { header, other_names, fewest_names, .. } = names.table();
    let first = if near.len() >= fewest_names {
        format!("did you mean {}", joined(near, "and"))
    } else {
        format!("begin with a header row such as `{header}`")
    };
    format!("{first}; {other_names}")
}
