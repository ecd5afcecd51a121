//! One JSON note on each line. Blank lines are no records. A bad line costs that line.

use std::io::BufRead;
use std::ops::Range;

use super::json;
use super::utf8::repaired;
use super::{FileError, Record, count};

/// Reads line by line; only one line is held at a time.
pub(super) fn read(input: &mut dyn BufRead, each: &mut dyn FnMut(Record<'_>)) -> Result<u64, FileError> {
    let (mut number, mut line) = (0, 0);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(number);
        }
        line += 1;
        let note = bytes.trim_ascii();
        if note.is_empty() {
            continue;
        }
        number += 1;
        let indent = count(bytes.len() - bytes.trim_ascii_start().len());
        let (text, garbled) = repaired(note);
        let (mut fields, fault) = json::fields(&text, &garbled);
        for field in &mut fields {
            field.column = field.column.map(|column| column + indent);
        }
        each(Record { number, line, column: indent + 1, fields, fault });
    }
}

/// Where the notes stand in a text: its lines, blank ones apart.
pub(super) fn lines(text: &str) -> Vec<Range<usize>> {
    let bare = text.trim_start_matches('\u{feff}');
    let mut at = text.len() - bare.len();
    let mut notes = Vec::new();
    for line in bare.split_inclusive('\n') {
        let note = line.trim_ascii();
        let start = at + (line.len() - line.trim_ascii_start().len());
        if !note.is_empty() {
            notes.push(start..start + note.len());
        }
        at += line.len();
    }
    notes
}
