//! Expectations in CSV notes: rows that change are written anew, all others stay byte for byte.

use std::ops::Range;

use ::csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::super::expect::NONE;
use super::super::note_file::PREFIX;
use super::super::{Slot, Wish};
use super::Edit;

/// The text with these expectations; `None` if a row is not to be found in it.
pub(super) fn rewrite(text: &str, edits: &[Edit<'_>]) -> Option<String> {
    let bare = text.trim_start_matches('\u{feff}');
    let mark = text.get(..text.len() - bare.len())?;
    let mut rows = rows(bare)?;
    let columns = rows.first()?.0.len();
    let mut header: Vec<String> = rows.first()?.0.iter().map(|name| name.trim().to_owned()).collect();
    let mut changed = vec![false; rows.len()];
    for edit in edits {
        let Slot::Record(at) = edit.slot else { return None };
        let row = rows.get_mut(at + 1)?;
        // A row with too many or too few cells has no column for what it expects.
        if row.0.len() < columns {
            return None;
        }
        let mut cells: Vec<String> = row.0.iter().map(str::to_owned).collect();
        let dropped = edit.before.iter().filter(|before| !edit.now.iter().any(|wish| wish.key == before.key));
        let cells_now = dropped.map(|wish| (wish, String::new())).chain(edit.now.iter().map(|wish| (wish, cell(wish))));
        for (wish, told) in cells_now {
            let name = format!("{PREFIX}{}", wish.key.as_str());
            let column = header.iter().position(|known| *known == name).unwrap_or_else(|| {
                header.push(name);
                header.len() - 1
            });
            cells.resize(cells.len().max(column + 1), String::new());
            *cells.get_mut(column)? = told;
        }
        row.0 = cells.into_iter().collect();
        *changed.get_mut(at + 1)? = true;
    }
    let wider = header.len() > columns;
    if wider {
        rows.first_mut()?.0 = header.iter().map(String::as_str).collect();
    }
    let terminator = if bare.contains("\r\n") { Terminator::CRLF } else { Terminator::Any(b'\n') };
    let mut whole = mark.to_owned();
    for ((row, range), changed) in rows.iter().zip(changed) {
        // A row that had as many cells as the header gets those of the new columns; a ragged one stays ragged.
        let fits = wider && row.len() >= columns && row.len() <= header.len();
        if changed || fits {
            let mut writer = WriterBuilder::new().flexible(true).terminator(terminator).from_writer(Vec::new());
            let empty = header.len().saturating_sub(row.len());
            writer.write_record(row.iter().chain(std::iter::repeat_n("", empty))).ok()?;
            whole.push_str(&String::from_utf8(writer.into_inner().ok()?).ok()?);
        } else {
            whole.push_str(bare.get(range.clone())?);
        }
    }
    Some(whole)
}

/// Every row with the part of the text that it is.
fn rows(text: &str) -> Option<Vec<(StringRecord, Range<usize>)>> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows: Vec<(StringRecord, Range<usize>)> = Vec::new();
    for row in reader.records() {
        let row = row.ok()?;
        let mut start = row.position().and_then(|position| usize::try_from(position.byte()).ok())?;
        // The reader takes a row for ended before the line feed of CR LF.
        if text.get(..start)?.ends_with('\r') && text.get(start..)?.starts_with('\n') {
            start += 1;
        }
        if let Some((_, before)) = rows.last_mut() {
            before.end = start;
        }
        rows.push((row, start..text.len()));
    }
    Some(rows)
}

fn cell(wish: &Wish) -> String {
    if wish.words.is_empty() { NONE.to_owned() } else { wish.words.join(" ") }
}
