//! Reads text that is separated into cells, below a header row.

use super::block_reader::{Begin, Outcome, Position, Stop};
use super::block_text::BlockText;
use super::blocks::Worker;
use super::csv_header::Header;
use super::csv_rows::{Cell, Row, skip_blank_lines};
use super::record::trim;
use super::rows::{self, Column};
use super::scan::cell_end;
use super::{Fault, Field, Record, SkippedRow, Slots, Value, ValueKind};
use crate::message::Code;

/// Reads the rows of a block.
pub(super) fn read<W: Worker>(
    header: &Header,
    bytes: &[u8],
    block: &BlockText<'_>,
    begin: Begin,
    worker: &mut W,
) -> Outcome {
    let (unknown, mut slots) = (header.columns.unknown(), Slots::default());
    let (mut records, mut used, mut line, mut names_lines) = (0, 0, begin.origin.line, false);
    let stop = loop {
        let before = line;
        (used, line) = skip_blank_lines(bytes, used, line);
        for blank in before..line {
            worker.skip(SkippedRow::Blank, (blank, 1));
        }
        if used == bytes.len() {
            break Stop::Boundary;
        }
        let plain = plain_row(header, block, used, &mut slots);
        let is_certain = plain.is_some() && header.columns.is_certain(&slots);
        let end = plain.filter(|_| is_certain && worker.plain(&slots, used, &unknown));
        slots.clear();
        let mut is_record = true;
        (used, line) = match end {
            Some(end) => (end, line + 1),
            None => match Row::read(header.rules, bytes, used, line, begin.is_last) {
                Ok(Some((row, end))) => {
                    let behind = (end, row.lines.1 + 1);
                    if let Some(why) = header.columns.skips(&row.texts()) {
                        worker.skip(why, (row.lines.0, 1));
                        is_record = false;
                    } else {
                        let record = record(header, &row, begin.lines_before);
                        names_lines |= record.fault.is_some() && row.is_on_several_lines();
                        worker.record(record);
                    }
                    behind
                }
                Ok(None) => break Stop::Unfinished,
                Err(error) => break Stop::Failed(error),
            },
        };
        records += u64::from(is_record);
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
    let (text, separator) = (block.as_str(), header.rules.separator);
    let bytes = text.as_bytes();
    let mut at = start;
    let (last, columns) = header.columns.list.split_last()?;
    for column in columns {
        let end = cell_end(bytes, at, separator);
        put(column, text, at, end, slots)?;
        at = (bytes.get(end) == Some(&separator)).then_some(end + 1)?;
    }
    let end = cell_end(bytes, at, separator);
    put(last, text, at, end, slots)?;
    let behind = match bytes.get(end..)? {
        [b'\n', ..] => end + 1,
        [b'\r', b'\n', ..] => end + 2,
        _ => return None,
    };
    block.is_good(&(start..end)).then_some(behind)
}

/// Puts a cell into its slot, if its column has one. A cell without a name must be empty.
#[inline]
fn put<'t>(column: &Column, text: &'t str, start: usize, end: usize, slots: &mut Slots<'t>) -> Option<()> {
    let is_plain = match column.field {
        Some(id) => slots.put(id, ValueKind::Text, text.get(start..end)?, Some(start)),
        None => start == end || column.is_ignored || !column.name.is_empty(),
    };
    is_plain.then_some(())
}

/// Builds the record of a row. Its lines are counted after `lines_before`.
fn record<'r>(header: &'r Header, row: &'r Row<'r>, lines_before: u64) -> Record<'r> {
    let value = |cell| row.text(cell).map_or(Value::Unreadable, Value::Text);
    let cells = row.cells.iter().map(|cell| (value(*cell), cell.start));
    let mut fields: Vec<_> = rows::fields(&header.columns, cells).collect();
    let fault = row_fault(row, header.columns.list.len(), lines_before);
    if fault.as_ref().is_some_and(|fault| fault.code == Code::SwallowedRows) {
        // The cell that swallowed the rows holds parts of other notes, and so may all cells after it.
        let swallows = |field: &Field<'_>| field.value.text().is_some_and(|text| text.contains(['\n', '\r']));
        let first = fields.iter().position(swallows).unwrap_or_default();
        for field in fields.iter_mut().skip(first) {
            field.value = Value::Unreadable;
        }
    }
    Record { line: row.lines.0, column: 1, text: row.bytes, fields, fault, ..Record::default() }
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
    // Empty cells beyond the header say nothing.
    let is_filled = |cell: &Cell| row.text(*cell).is_none_or(|text| !trim(&text).is_empty());
    if row.cells.len() >= columns && !row.cells.iter().skip(columns).any(is_filled) {
        return None;
    }
    let cells = if row.cells.len() == 1 { "1 cell".to_owned() } else { format!("{} cells", row.cells.len()) };
    let help = if row.cells.len() > columns {
        "put a cell that holds the separator in quotes, or give each column a name in the header row"
    } else {
        "give the row a cell for each name of the header, empty where there is no answer"
    };
    Some(Fault::new(Code::RaggedRow, format!("the row has {cells}, the header {columns}{lines}"), help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldId;
    use crate::read::{FieldNames, FileError, Format, InputHint, MAX_FIELDS, read_records};

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
        read(text, &mut each).map_err(|error| format!("{}: {}", error.code, error.text))?;
        Ok(faults)
    }

    fn read(text: &str, each: &mut dyn FnMut(Record<'_>)) -> Result<u64, FileError> {
        let wanted = InputHint { format: Some(Format::Csv), sheet: None };
        read_records(text.as_bytes(), wanted, &NoteNames, each).map(|(_, records)| records)
    }

    #[test]
    fn cells_stand_at_their_columns() {
        let mut columns = Vec::new();
        let mut each = |record: Record<'_>| {
            columns.extend(record.fields.iter().map(|field| record.line_and_column(field.offset)));
        };
        let text = "id,date,end\r\n\"a,\"\"\",,x\r\n\r\nü,é,\"y\r\nz\"\r\n\"y\nz\",x,\n";
        read(text, &mut each).unwrap();
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
            ("\n \r\n", "no-header: no row names the fields of a note: the first one names no field"),
            ("n-1,client-a,2026-03-02\n", "no-header: no row names the fields of a note: the first one names no field"),
            (
                "n-1,client,2026-03-02\n",
                "no-header: no row names the fields of a note: the first one names only 1 field",
            ),
            ("id,client,\"date\"s\n", "no-header: text follows a closing quote in the header row"),
            (
                "id,\"client,date\nn-1\",client-a,2026-03-02\n",
                "no-header: a quoted name of the header row goes over several lines and holds separators",
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
