//! Reads the elements of a JSON array block by block.
//!
//! A block begins right after an element of the array, and the first block right after the bracket that opens it.

use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::block_reader::{Begin, Outcome, Position, Stop};
use super::block_text::BlockText;
use super::blocks::Worker;
use super::plain_json::PlainReader;
use super::scan::skip_blanks;
use super::{FieldNames, FileError, Record, Slots, json, line_and_column};

/// The document around an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Document {
    /// The array is the document.
    Array,
    /// The array is the value of `notes`, the first key of the document.
    Notes,
}

/// How a document begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// With an array of notes. Its first element may stand at this offset.
    Array(Document, usize),
    /// Otherwise.
    Other,
}

impl Beginning {
    /// Finds out how a document begins; `None` if more bytes are needed to tell.
    pub(super) fn find(bytes: &[u8], is_last: bool) -> Option<Self> {
        let mut at = skip_blanks(bytes, 0);
        if bytes.get(at) == Some(&b'[') {
            return Some(Self::Array(Document::Array, at + 1));
        }
        for token in ["{", "\"notes\"", ":", "["] {
            at = skip_blanks(bytes, at);
            let rest = bytes.get(at..).unwrap_or_default();
            if !rest.starts_with(token.as_bytes()) {
                let may_follow = token.as_bytes().starts_with(rest) && !is_last;
                return if may_follow { None } else { Some(Self::Other) };
            }
            at += token.len();
        }
        Some(Self::Array(Document::Notes, at))
    }
}

impl Document {
    /// Returns a short text that a parser reads like the document up to the bracket, with this content of the array.
    fn opening(self, content: &str) -> String {
        match self {
            Self::Array => format!("[{content}"),
            Self::Notes => format!("{{\"notes\":[{content}"),
        }
    }

    /// Returns the error of the rest of the document behind the array, if it has one.
    pub(super) fn error_behind(self, rest: &str) -> Option<FileError> {
        json::error_after(&self.opening("]"), rest)
    }
}

/// Counts lines and columns up to an offset that never goes back, each byte once.
struct Counter<'t> {
    bytes: &'t [u8],
    at: usize,
    position: Position,
}

impl Counter<'_> {
    fn position(&mut self, offset: usize) -> Position {
        let passed = self.bytes.get(self.at..offset).unwrap_or_default();
        let (line, column) = line_and_column(passed, self.position.line, self.position.column);
        (self.at, self.position) = (offset, Position { line, column });
        self.position
    }
}

/// Reads the elements in a block.
pub(super) fn read<W: Worker>(
    document: Document,
    plain: &mut PlainReader<'_>,
    names: &dyn FieldNames,
    block: &BlockText<'_>,
    begin: Begin,
    worker: &mut W,
) -> Outcome {
    let text = block.as_str();
    let mut counter = Counter { bytes: text.as_bytes(), at: 0, position: begin.origin };
    let (mut used, mut records) = (0, 0);
    let mut slots = Slots::default();
    let stop = loop {
        let is_first = begin.is_first && records == 0;
        match next(text.as_bytes(), used, is_first) {
            Next::Element(at) => {
                let end = plain_element(plain, block, at, &mut slots, worker)
                    .map_or_else(|| careful_element(names, block, at, &mut counter, worker), Ok);
                slots.clear();
                match end {
                    Ok(end) => (used, records) = (end, records + 1),
                    Err(error) if error.is_eof() && !begin.is_last => break Stop::Unfinished,
                    Err(_) => break failed(document, text, used, is_first, &mut counter),
                }
            }
            Next::Bracket(at) => {
                used = at + 1;
                break Stop::Ended;
            }
            Next::Nothing if begin.is_last => break failed(document, text, used, is_first, &mut counter),
            Next::Nothing if is_first => break Stop::Unfinished,
            Next::Nothing => {
                used = text.len();
                break Stop::Boundary;
            }
            Next::Wrong => break failed(document, text, used, is_first, &mut counter),
        }
    };
    Outcome { used, records, end: counter.position(used), names_lines: false, stop }
}

/// What comes after an element, with its offset.
enum Next {
    Element(usize),
    /// The bracket that closes the array.
    Bracket(usize),
    /// The bytes end.
    Nothing,
    Wrong,
}

fn next(bytes: &[u8], behind: usize, is_first: bool) -> Next {
    let at = skip_blanks(bytes, behind);
    match bytes.get(at) {
        None => Next::Nothing,
        Some(b']') => Next::Bracket(at),
        Some(_) if is_first => Next::Element(at),
        Some(b',') => Next::Element(skip_blanks(bytes, at + 1)),
        Some(_) => Next::Wrong,
    }
}

/// Passes on an element that is a plain note. Returns the offset behind it; `None` if it is to be read again.
#[inline]
fn plain_element<'t, W: Worker>(
    plain: &mut PlainReader<'_>,
    block: &'t BlockText<'_>,
    start: usize,
    slots: &mut Slots<'t>,
    worker: &mut W,
) -> Option<usize> {
    let object = plain.object(block.as_str(), start, false, slots)?;
    let is_taken = block.is_good(&(start..object.end)) && worker.plain(slots, start, &plain.unknown(&object));
    is_taken.then_some(object.end)
}

/// Passes on an element whatever it holds. Returns the offset behind it.
fn careful_element<W: Worker>(
    names: &dyn FieldNames,
    block: &BlockText<'_>,
    start: usize,
    counter: &mut Counter<'_>,
    worker: &mut W,
) -> serde_json::Result<usize> {
    let rest = block.as_str().get(start..).unwrap_or_default();
    let mut elements = Deserializer::from_str(rest).into_iter::<&RawValue>();
    let element = match elements.next() {
        Some(element) => element?.get(),
        // Nothing but blanks: the error of an empty text.
        None => serde_json::from_str::<&RawValue>("")?.get(),
    };
    let range = start..start + element.len();
    let Position { line, column } = counter.position(start);
    worker.record(Record { line, column, ..json::record(element, &block.bad_offsets(&range), names) });
    Ok(range.end)
}

/// Stops at an error of the document, behind the last element that was read.
fn failed(document: Document, text: &str, used: usize, is_first: bool, counter: &mut Counter<'_>) -> Stop {
    let opening = document.opening(if is_first { "" } else { "0" });
    let error = json::error_after(&opening, text.get(used..).unwrap_or_default());
    let before = counter.position(used);
    error.map_or(Stop::Unfinished, |error| Stop::Failed(before.of_error(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_array_is_found_at_the_beginning_only() {
        let find = |text: &str| Beginning::find(text.as_bytes(), false);
        assert_eq!(find(" \n[1"), Some(Beginning::Array(Document::Array, 3)));
        assert_eq!(find("{ \"notes\" :\n[]"), Some(Beginning::Array(Document::Notes, 13)));
        for text in ["{\"notes\": 5", "{\"note\"", "{\"id\"", "{}", "x", "{\"notes\",[", "\u{feff}["] {
            assert_eq!(find(text), Some(Beginning::Other), "{text}");
        }
        for text in ["", " ", "{", "{ \"no", "{\"notes\" ", "{\"notes\":  "] {
            assert_eq!(find(text), None, "{text}");
            assert_eq!(Beginning::find(text.as_bytes(), true), Some(Beginning::Other), "{text}");
        }
    }
}
