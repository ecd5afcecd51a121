//! Reads one JSON note per line. Blank lines are skipped, and a bad line rejects only that line.

use std::ops::Range;

use super::block_reader::{Outcome, Position, Stop};
use super::block_text::BlockText;
use super::blocks::Worker;
use super::plain_json::{PlainReader, skip_line_blanks};
use super::{FieldNames, FileError, Record, Slots, count, json};
use crate::message::Code;

/// Reads the lines of a block.
pub(super) fn read<W: Worker>(
    plain: &mut PlainReader<'_>,
    names: &dyn FieldNames,
    block: &BlockText<'_>,
    origin: Position,
    worker: &mut W,
) -> Outcome {
    let text = block.as_str();
    let (mut at, mut line, mut records) = (0, origin.line, 0);
    let mut slots = Slots::default();
    while at < text.len() {
        let end = if let Some(end) = plain_line(plain, block, at, &mut slots, worker) {
            records += 1;
            end
        } else {
            let end = at + line_length(text.as_bytes().get(at..).unwrap_or_default());
            let before = Position { line, column: if at == 0 { origin.column } else { 1 } };
            records += u64::from(careful_line(names, block, at..end, before, worker));
            end
        };
        slots.clear();
        (at, line) = (end, line + 1);
    }
    Outcome { used: at, records, end: Position { line, column: 1 }, names_lines: false, stop: Stop::Boundary }
}

/// Passes on a line that is a plain note. Returns the offset of the next line; `None` if the line is to be read again.
#[inline]
fn plain_line<'t, W: Worker>(
    plain: &mut PlainReader<'_>,
    block: &'t BlockText<'_>,
    start: usize,
    slots: &mut Slots<'t>,
    worker: &mut W,
) -> Option<usize> {
    let text = block.as_str();
    let start = skip_line_blanks(text.as_bytes(), start);
    let object = plain.object(text, start, true, slots)?;
    let end = skip_line_blanks(text.as_bytes(), object.end);
    let is_ended = text.as_bytes().get(end).is_none_or(|byte| *byte == b'\n');
    let is_taken = is_ended && block.is_good(&(start..end)) && worker.plain(slots, start, &plain.unknown(&object));
    is_taken.then_some((end + 1).min(text.len()))
}

/// Passes on a line whatever it holds, unless it is blank.
fn careful_line<W: Worker>(
    names: &dyn FieldNames,
    block: &BlockText<'_>,
    range: Range<usize>,
    before: Position,
    worker: &mut W,
) -> bool {
    let whole = block.as_str().get(range.clone()).unwrap_or_default();
    let note = whole.trim_ascii();
    if note.is_empty() {
        return false;
    }
    let blanks = whole.len() - whole.trim_ascii_start().len();
    let start = range.start + blanks;
    let bad = block.bad_offsets(&(start..start + note.len()));
    let Position { line, column } = before;
    worker.record(Record { line, column: column + count(blanks), ..json::record(note, &bad, names) });
    true
}

/// Returns the length of the first line, including its end.
fn line_length(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1)
}

/// The error of an input without notes.
pub(super) fn empty() -> FileError {
    FileError::new(Code::NoNotes, "the input is empty", "give one JSON note on each line")
}
