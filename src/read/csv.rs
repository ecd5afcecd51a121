//! Reads comma-separated values with a header row.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::block_reader::{Begin, Outcome, Position, Stop};
use super::block_text::BlockText;
use super::blocks::Worker;
use super::csv_rows::{Row, skip_blank_lines};
use super::scan::cell_end;
use super::{
    EXCESS_HELP, Fault, Field, FieldNames, FileError, MAX_FIELDS, Record, Slots, Value, ValueKind, bad_utf8, excess,
    line_and_column,
};
use crate::field::{FieldId, showable};
use crate::message::Code;

/// Characters that end lines in other formats, but not in CSV.
const OTHER_LINE_ENDS: [char; 5] = ['\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// A name of the header row, with its field number if the name is known.
type Column = (String, Option<FieldId>);

/// The columns of an input.
#[derive(Debug)]
pub(super) struct Header {
    columns: Vec<Column>,
    /// Whether rows of these columns can be plain: no column is repeated, and all unknown names may be shown.
    is_plain: bool,
}

impl Header {
    /// Reads the header row. Returns it with the offset and the line behind it; `None` if more bytes are needed.
    pub(super) fn read(
        bytes: &[u8],
        is_last: bool,
        names: &dyn FieldNames,
    ) -> Result<Option<(Self, usize, u64)>, FileError> {
        let (start, line) = skip_blank_lines(bytes, 0, 1);
        if start == bytes.len() {
            let empty =
                || FileError::new(Code::NoNotes, "the input is empty", "begin with a header row of field names");
            return if is_last { Err(empty()) } else { Ok(None) };
        }
        let Some((row, end)) = Row::read(bytes, start, line, is_last)? else { return Ok(None) };
        let columns = header(&row, names)?;
        let mut ids = BTreeSet::new();
        let is_plain = columns.iter().all(|(name, id)| match id {
            Some(id) => ids.insert((id.index(), "")),
            None => {
                name.is_empty()
                    || (ids.insert((usize::MAX, name)) && showable(name).is_some_and(|shown| shown == *name))
            }
        });
        Ok(Some((Self { columns, is_plain }, end, row.lines.1 + 1)))
    }

    /// Returns the names that the rule set does not know.
    fn unknown(&self) -> Vec<&str> {
        let is_unknown = |(name, id): &&Column| id.is_none() && !name.is_empty();
        self.columns.iter().filter(is_unknown).map(|(name, _)| name.as_str()).collect()
    }
}

/// Reads the rows of a block.
pub(super) fn read<W: Worker>(
    header: &Header,
    bytes: &[u8],
    block: &BlockText<'_>,
    begin: Begin,
    worker: &mut W,
) -> Outcome {
    let (unknown, mut slots) = (header.unknown(), Slots::default());
    let (mut records, mut used, mut line, mut names_lines) = (0, 0, begin.origin.line, false);
    let stop = loop {
        (used, line) = skip_blank_lines(bytes, used, line);
        if used == bytes.len() {
            break Stop::Boundary;
        }
        let plain = plain_row(header, block, used, &mut slots);
        let end = plain.filter(|_| worker.plain(&slots, used, &unknown));
        slots.clear();
        (used, line) = match end {
            Some(end) => (end, line + 1),
            None => match Row::read(bytes, used, line, begin.is_last) {
                Ok(Some((row, end))) => {
                    let record = record(header, &row, begin.lines_before);
                    names_lines |= record.fault.is_some() && row.is_on_several_lines();
                    worker.record(record);
                    (end, row.lines.1 + 1)
                }
                Ok(None) => break Stop::Unfinished,
                Err(error) => break Stop::Failed(error),
            },
        };
        records += 1;
    };
    Outcome { used, records, end: Position { line, column: 1 }, names_lines, stop }
}

/// Reads a row without quotes that has a cell for each column, and puts its cells into empty slots. Returns the offset
/// behind the row; `None` if it is not such a row, or if the block ends with it.
#[inline]
fn plain_row<'t>(header: &Header, block: &'t BlockText<'_>, start: usize, slots: &mut Slots<'t>) -> Option<usize> {
    if !header.is_plain {
        return None;
    }
    let text = block.as_str();
    let bytes = text.as_bytes();
    let mut at = start;
    let (_, columns) = header.columns.split_last()?;
    for column in columns {
        let end = cell_end(bytes, at);
        put(column, text, at, end, slots)?;
        at = (bytes.get(end) == Some(&b',')).then_some(end + 1)?;
    }
    let end = cell_end(bytes, at);
    put(header.columns.last()?, text, at, end, slots)?;
    let behind = match bytes.get(end..)? {
        [b'\n', ..] => end + 1,
        [b'\r', b'\n', ..] => end + 2,
        _ => return None,
    };
    block.is_good(&(start..end)).then_some(behind)
}

/// Puts a cell into its slot, if its column has one. A cell without a name must be empty.
#[inline]
fn put<'t>((name, id): &Column, text: &'t str, start: usize, end: usize, slots: &mut Slots<'t>) -> Option<()> {
    let is_plain = match id {
        Some(id) => slots.put(*id, ValueKind::Text, text.get(start..end)?, Some(start)),
        None => start == end || !name.is_empty(),
    };
    is_plain.then_some(())
}

/// Builds the record of a row. Its lines are counted behind `lines_before`.
fn record<'r>(header: &'r Header, row: &'r Row<'r>, lines_before: u64) -> Record<'r> {
    let columns = &header.columns;
    let mut fields: Vec<Field<'_>> = columns
        .iter()
        .zip(&row.cells)
        .map(|((name, id), cell)| Field {
            name: Cow::Borrowed(name),
            id: *id,
            value: value(row.content(*cell)),
            offset: Some(cell.start),
        })
        .collect();
    let bad = fields.iter().any(|field| field.value == Value::Unreadable);
    let fault = row_fault(row, columns.len(), lines_before).or_else(|| bad.then(|| bad_utf8(&fields)));
    if fault.as_ref().is_some_and(|fault| fault.code == Code::SwallowedRows) {
        // The cell that swallowed the rows holds parts of other notes.
        let swallows = |field: &&mut Field<'_>| field.value.text().is_some_and(|text| text.contains('\n'));
        fields.iter_mut().filter(swallows).for_each(|field| field.value = Value::Unreadable);
    }
    Record { number: 0, line: row.lines.0, column: 1, text: row.bytes, fields, fault }
}

fn value(cell: Cow<'_, [u8]>) -> Value<'_> {
    let text = match cell {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    };
    text.map_or(Value::Unreadable, Value::Text)
}

/// Returns the fault that makes a row unreadable: misplaced quotes, or not as many cells as the header has.
fn row_fault(row: &Row<'_>, columns: usize, lines_before: u64) -> Option<Fault> {
    let (first, last) = (row.lines.0 + lines_before, row.lines.1 + lines_before);
    let several = row.is_on_several_lines();
    let lines = if several { format!("; lines {first} to {last} are read as one record") } else { String::new() };
    if several && row.swallows_rows(columns.saturating_sub(1)) {
        let text = format!("a quoted cell swallows rows{lines}");
        let help = "close the quote at the end of its cell; the notes on these lines are read once that is done";
        return Some(Fault::new(Code::SwallowedRows, text, help));
    }
    if row.stray.is_some() {
        let text = format!("text follows a closing quote{lines}");
        let help = "write a quote inside a quoted cell twice (`\"\"`), and close each quote at the end of its cell";
        return Some(Fault { offset: row.stray, ..Fault::new(Code::StrayQuote, text, help) });
    }
    if row.cells.len() == columns {
        return None;
    }
    let cells = if row.cells.len() == 1 { "1 cell".to_owned() } else { format!("{} cells", row.cells.len()) };
    let help = if row.cells.len() > columns {
        "put a cell that holds a comma in quotes"
    } else {
        "give the row a cell for each name of the header, empty where there is no answer"
    };
    Some(Fault::new(Code::RaggedRow, format!("the row has {cells}, the header {columns}{lines}"), help))
}

/// Reads the names of the header row. A row that might be a note, or might have swallowed notes, is refused.
fn header(row: &Row<'_>, names: &dyn FieldNames) -> Result<Vec<Column>, FileError> {
    let refused = |offset: usize, code, text: &str, help: &str| {
        let (line, column) = line_and_column(row.bytes.get(..offset).unwrap_or_default(), row.lines.0, 1);
        FileError::new(code, text, help).with_position(line, column)
    };
    if let Some(offset) = row.stray {
        let help = "close each quote at the end of its cell, or write the names without quotes";
        return Err(refused(offset, Code::NoHeader, "text follows a closing quote in the header row", help));
    }
    let mut columns = Vec::with_capacity(row.cells.len());
    for cell in &row.cells {
        let Value::Text(name) = value(row.content(*cell)) else {
            return Err(refused(0, Code::NotUtf8, "the header row is not UTF-8 text", "export the notes as UTF-8"));
        };
        if name.contains(OTHER_LINE_ENDS) {
            let text = "the header row holds line ends that CSV does not have, such as U+2028 or U+0085";
            return Err(refused(
                cell.start,
                Code::NoHeader,
                text,
                "export the notes with lines that end in CR LF or LF",
            ));
        }
        if name.contains(',') && name.contains(['\n', '\r']) {
            let text = "a quoted name of the header row goes over several lines and holds commas";
            let help = "close the quote at the end of the name; rows that it swallows would not be read";
            return Err(refused(cell.start, Code::NoHeader, text, help));
        }
        let name = name.trim();
        columns.push((name.to_owned(), names.field(name)));
    }
    if let Some(excess) = excess(columns.len() > MAX_FIELDS, columns.iter().map(|(name, _)| name.as_str())) {
        return Err(refused(0, Code::NoHeader, &format!("the header row has {excess}"), EXCESS_HELP));
    }
    let known = columns.iter().filter(|(_, id)| id.is_some()).count();
    let filled = columns.iter().filter(|(name, _)| !name.is_empty()).count();
    // Every note has at least this many fields. A row of values may contain the name of a field by chance.
    if known >= FEWEST_NAMES || 2 * known > filled {
        return Ok(columns);
    }
    let known = match known {
        0 => "no field".to_owned(),
        1 => "only 1 field".to_owned(),
        known => format!("only {known} fields"),
    };
    Err(refused(0, Code::NoHeader, &format!("the first row names {known} of a note"), &header_help(&columns, names)))
}

/// Fewest known names that make a header row, and fewest near misses that suggest misspelled names.
const FEWEST_NAMES: usize = 3;

/// Returns the help for a first row that is not a header row. The row may be a note, so it is not repeated.
fn header_help(columns: &[Column], names: &dyn FieldNames) -> String {
    let holds_many = |mark: char| columns.iter().any(|(name, _)| name.matches(mark).count() >= FEWEST_NAMES);
    let near: Vec<&str> = columns.iter().filter_map(|(name, _)| names.nearest(name)).collect();
    let usual = "begin with a header row such as `id,client,date,minutes,activity,staff_role`, separated by commas";
    let help = match near.as_slice() {
        _ if holds_many(';') => format!("it is separated by semicolons: export it with commas; {usual}"),
        _ if holds_many('\t') => format!("it is separated by tabs: export it with commas; {usual}"),
        [near, _, _, ..] => format!("did you mean `{near}`? Names of columns are compared letter by letter"),
        _ => usual.to_owned(),
    };
    format!("{help}; an agency file's `[column]` table can map other names")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Format;

    /// Knows the fields that every note may have.
    struct NoteNames;

    impl FieldNames for NoteNames {
        fn field(&self, name: &str) -> Option<FieldId> {
            FieldId::NAMES.iter().position(|known| *known == name).map(FieldId::new)
        }

        fn nearest(&self, name: &str) -> Option<&str> {
            crate::nearest::nearest(name, FieldId::NAMES)
        }
    }

    fn faults(text: &str) -> Result<Vec<Option<String>>, String> {
        let mut faults = Vec::new();
        let mut each =
            |record: Record<'_>| faults.push(record.fault.map(|fault| format!("{}: {}", fault.code, fault.text)));
        Format::Csv
            .read(&mut text.as_bytes(), &NoteNames, &mut each)
            .map_err(|error| format!("{}: {}", error.code, error.text))?;
        Ok(faults)
    }

    #[test]
    fn cells_stand_at_their_columns() {
        let mut columns = Vec::new();
        let mut each = |record: Record<'_>| {
            columns.extend(record.fields.iter().map(|field| record.line_and_column(field.offset)));
        };
        let text = "id,date,end\r\n\"a,\"\"\",,x\r\n\r\nü,é,\"y\r\nz\"\r\n\"y\nz\",x,\n";
        Format::Csv.read(&mut text.as_bytes(), &NoteNames, &mut each).unwrap();
        assert_eq!(columns, [(2, 1), (2, 8), (2, 9), (4, 1), (4, 3), (4, 5), (6, 1), (7, 4), (7, 6)]);
    }

    #[test]
    fn a_record_that_swallows_rows_names_their_lines() {
        let text =
            "id,client,date\n\"s-1\nn-2,client-b,2026-03-02\nn-3,\"client-c\",2026-03-03\nn-4,client-d,2026-03-04\n";
        let swallowed = "swallowed-rows: a quoted cell swallows rows; lines 2 to 4 are read as one record";
        assert_eq!(faults(text).unwrap(), [Some(swallowed.to_owned()), None]);
    }

    #[test]
    fn a_header_row_that_may_be_or_swallow_notes_is_refused() {
        for (text, error) in [
            ("", "no-notes: the input is empty"),
            ("\n \r\n", "no-header: the first row names no field of a note"),
            ("n-1,client-a,2026-03-02\n", "no-header: the first row names no field of a note"),
            ("n-1,client,2026-03-02\n", "no-header: the first row names only 1 field of a note"),
            ("id,client,\"date\"s\n", "no-header: text follows a closing quote in the header row"),
            (
                "id,\"client,date\nn-1\",client-a,2026-03-02\n",
                "no-header: a quoted name of the header row goes over several lines and holds commas",
            ),
            (
                "id,client,date\u{2028}n-1,client-a,2026-03-02",
                "no-header: the header row holds line ends that CSV does not have, such as U+2028 or U+0085",
            ),
        ] {
            assert_eq!(faults(text).unwrap_err(), error, "{text:?}");
        }
        for text in ["id", "id,client,date,a,b,c,d", "id,\"Service\nDate\",client"] {
            assert_eq!(faults(text).unwrap(), [], "{text:?}");
        }
    }

    #[test]
    fn absurd_headers_are_refused() {
        assert!(faults(&",x".repeat(MAX_FIELDS)).unwrap_err().ends_with("more than 4096 fields"));
        assert!(
            faults(&format!("id,{}", "x".repeat(1001))).unwrap_err().ends_with("a field name of more than 1000 bytes")
        );
    }
}
