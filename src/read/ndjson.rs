//! Reads one JSON note per line. Blank lines are skipped, and a bad line rejects only that line.

use std::io::BufRead;

use super::json;
use super::utf8::replace_bad_bytes;
use super::{FieldNames, FileError, Record, count};
use crate::message::Code;

/// Reads the input line by line, holding only one line in memory.
pub(super) fn read(
    input: &mut dyn BufRead,
    names: &dyn FieldNames,
    each: &mut dyn FnMut(Record<'_>),
) -> Result<u64, FileError> {
    let (mut number, mut line) = (0, 0);
    let mut bytes = Vec::new();
    while input.read_until(b'\n', &mut bytes)? > 0 {
        line += 1;
        let note = bytes.trim_ascii();
        if !note.is_empty() {
            number += 1;
            let column = count(bytes.len() - bytes.trim_ascii_start().len()) + 1;
            let (text, bad) = replace_bad_bytes(note);
            each(Record { number, line, column, ..json::record(&text, &bad, names) });
        }
        bytes.clear();
    }
    if number == 0 {
        return Err(FileError::new(Code::NoNotes, "the input is empty", "give one JSON note on each line"));
    }
    Ok(number)
}
