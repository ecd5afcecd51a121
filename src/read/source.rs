//! Cuts an input into blocks, where it looks like the end of a record.

use std::io::{self, ErrorKind, Read};
use std::sync::Mutex;

use super::Format;
use super::scan::skip_blanks;
use crate::cores::lock;

/// Where an input is cut. The reader of a block finds out whether the place was right.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cut {
    /// Behind a line feed.
    Lines,
    /// Behind a line feed; where there is none, behind a carriage return.
    Rows,
    /// Before a comma between two objects.
    Elements,
}

/// Number of bytes of a new buffer.
const FIRST: usize = 1 << 13;

/// A part of an input.
#[derive(Debug)]
pub(super) struct Block {
    buffer: Vec<u8>,
    length: usize,
    /// Whether the block is the first of the input.
    pub(super) is_first: bool,
    /// Whether the input ends with the block. Exactly one block is the last, and it may be empty.
    pub(super) is_last: bool,
}

impl Block {
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }
}

/// Buffers of blocks that are no longer needed. New memory would have to be zeroed first.
#[derive(Debug, Default)]
pub(super) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    fn take(&self) -> Vec<u8> {
        lock(&self.0).pop().unwrap_or_default()
    }

    pub(super) fn put_back(&self, block: Block) {
        lock(&self.0).push(block.buffer);
    }
}

/// Reads an input, each byte once. Its blocks together are the bytes that were not skipped.
pub(super) struct Source<'b, R> {
    input: R,
    buffers: &'b Buffers,
    size: usize,
    cut: Cut,
    /// Bytes that were read but do not belong to a block yet.
    carried: Vec<u8>,
    is_first: bool,
    /// Whether the input has ended.
    is_ended: bool,
    /// Whether the last block was returned, or reading failed.
    is_done: bool,
}

impl<'b, R: Read> Source<'b, R> {
    pub(super) fn new(input: R, cut: Cut, size: usize, buffers: &'b Buffers) -> Self {
        let (carried, size) = (Vec::new(), size.max(1));
        Self { input, buffers, size, cut, carried, is_first: true, is_ended: false, is_done: false }
    }

    /// Reads on until `find` finds something in the bytes from here on. It is asked again when there are twice as many
    /// bytes; the second argument tells whether the input ends with them.
    pub(super) fn look<T>(&mut self, mut find: impl FnMut(&[u8], bool) -> Option<T>) -> io::Result<Option<T>> {
        let mut wanted = self.size;
        loop {
            let length = self.carried.len();
            let filled = fill(&mut self.input, &mut self.carried, length, wanted);
            self.carried.truncate(*filled.as_ref().unwrap_or(&length));
            self.is_ended = filled? < wanted;
            let found = find(&self.carried, self.is_ended);
            if found.is_some() || self.is_ended {
                return Ok(found);
            }
            wanted = self.carried.len() * 2;
        }
    }

    /// Leaves out the next bytes, all of which were looked at.
    pub(super) fn leave_out(&mut self, length: usize) {
        self.carried.drain(..length.min(self.carried.len()));
    }

    /// Returns all bytes from here on.
    pub(super) fn rest(mut self) -> io::Result<Vec<u8>> {
        self.input.read_to_end(&mut self.carried)?;
        Ok(self.carried)
    }

    fn block(&mut self) -> io::Result<Block> {
        let mut buffer = self.buffers.take();
        let mut length = self.carried.len();
        // There is no place to cut in what was carried, so look again when there is twice as much.
        let mut wanted = self.size.max(length * 2);
        buffer.resize(buffer.len().max(length), 0);
        copy(&self.carried, &mut buffer);
        let cut = loop {
            if !self.is_ended {
                length = fill(&mut self.input, &mut buffer, length, wanted)?;
                self.is_ended = length < wanted;
            }
            let bytes = buffer.get(..length).unwrap_or_default();
            if self.is_ended {
                break length;
            }
            if let Some(cut) = self.cut.find(bytes) {
                break cut;
            }
            wanted = length * 2;
        };
        self.carried.clear();
        self.carried.extend_from_slice(buffer.get(cut..length).unwrap_or_default());
        let is_first = std::mem::replace(&mut self.is_first, false);
        Ok(Block { buffer, length: cut, is_first, is_last: self.is_ended })
    }
}

fn copy(from: &[u8], to: &mut [u8]) {
    if let Some(to) = to.get_mut(..from.len()) {
        to.copy_from_slice(from);
    }
}

/// Reads until a buffer that holds `length` bytes holds `wanted`, or the input ends. Returns how many it holds then.
fn fill(input: &mut impl Read, buffer: &mut Vec<u8>, mut length: usize, wanted: usize) -> io::Result<usize> {
    while length < wanted {
        if buffer.len() == length {
            // A short input needs no large buffer.
            buffer.resize(wanted.min((length * 2).max(FIRST)), 0);
        }
        let end = buffer.len().min(wanted);
        match input.read(buffer.get_mut(length..end).unwrap_or_default()) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

impl<R: Read> Iterator for Source<'_, R> {
    type Item = io::Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let block = self.block();
        self.is_done = block.as_ref().map_or(true, |block| block.is_last);
        Some(block)
    }
}

impl Cut {
    pub(super) fn of(format: Format) -> Self {
        match format {
            Format::Json => Self::Elements,
            Format::Ndjson => Self::Lines,
            Format::Csv | Format::Workbook => Self::Rows,
        }
    }

    /// Returns the last offset at which these bytes may be cut. More bytes follow them.
    fn find(self, bytes: &[u8]) -> Option<usize> {
        let behind = |bytes: &[u8], byte| Some(bytes.iter().rposition(|other| *other == byte)? + 1);
        match self {
            Self::Lines => behind(bytes, b'\n'),
            Self::Rows => behind(bytes, b'\n').or_else(|| {
                // A line feed may follow the last byte.
                let (_, before) = bytes.split_last()?;
                behind(before, b'\r')
            }),
            Self::Elements => {
                let is_comma = |at: &usize| bytes.get(*at) == Some(&b',');
                (0..bytes.len()).rev().filter(is_comma).find(|at| is_between_objects(bytes, *at))
            }
        }
    }
}

/// Whether the comma at an offset follows a brace that closes, and precedes an object with a member.
fn is_between_objects(bytes: &[u8], comma: usize) -> bool {
    let before = bytes.get(..comma).unwrap_or_default().trim_ascii_end();
    let brace = skip_blanks(bytes, comma + 1);
    let quote = skip_blanks(bytes, brace + 1);
    before.ends_with(b"}") && bytes.get(brace) == Some(&b'{') && bytes.get(quote) == Some(&b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str, cut: Cut, size: usize) -> Vec<String> {
        let buffers = Buffers::default();
        let source = Source::new(text.as_bytes(), cut, size, &buffers);
        let text = |block: io::Result<Block>| {
            let block = block.unwrap();
            let text = std::str::from_utf8(block.bytes()).unwrap().to_owned();
            buffers.put_back(block);
            text
        };
        source.map(text).collect()
    }

    #[test]
    fn blocks_end_where_records_may_end() {
        assert_eq!(blocks("a\nb\nlong line\nlast line", Cut::Lines, 4), ["a\nb\n", "long line\n", "last line"]);
        assert_eq!(blocks("a\r\nb\r\n", Cut::Rows, 2), ["a\r\n", "b\r\n"]);
        assert_eq!(blocks("a\rb\rlast", Cut::Rows, 2), ["a\r", "b\r", "last"]);
        let array = "{\"a\":1} , {\"b\":2},{},\n{ \"c\":[{},5]}]";
        assert_eq!(blocks(array, Cut::Elements, 8), ["{\"a\":1} ", ", {\"b\":2},{},\n{ \"c\":[{},5]}]"]);
        for cut in [Cut::Lines, Cut::Rows, Cut::Elements] {
            assert_eq!(blocks("", cut, 1), [""]);
            assert_eq!(blocks("no place", cut, 1), ["no place"]);
        }
    }

    #[test]
    fn looking_ahead_takes_nothing_away() {
        let buffers = Buffers::default();
        let mut source = Source::new(&b"head\nbody"[..], Cut::Lines, 1, &buffers);
        let end = |bytes: &[u8], _| bytes.iter().position(|byte| *byte == b'\n');
        assert_eq!(source.look(end).unwrap(), Some(4));
        source.leave_out(5);
        assert_eq!(source.look(end).unwrap(), None);
        assert_eq!(source.rest().unwrap(), b"body");
    }
}
