//! Puts blocks in order, and reads again where a block did not begin at a record.
//!
//! Blocks are cut by guess: a line end may stand in a quoted cell, and what looks like the next element of an array may be
//! text. Only when all blocks before it are done is it known whether a block begins where a record may begin. If not, what
//! was left of the block before is joined with it, and both are read again.

use super::block_reader::{Begin, BlockRead, BlockReader, Form, Outcome, Position, Stop};
use super::blocks::{Piece, Worker};
use super::source::{Block, Buffers};
use super::{FileError, json};

/// Takes the blocks of an input in order.
pub(super) struct Sequence<'s, W: Worker> {
    form: &'s Form<'s>,
    buffers: &'s Buffers,
    reader: BlockReader<'s>,
    worker: W,
    take: &'s mut dyn FnMut(W::Output, &Piece<'_>),
    /// Whether records are counted from the beginning of the input.
    is_absolute: bool,
    /// Position behind the records that were passed on.
    position: Position,
    /// Number of records that were passed on.
    records: u64,
    /// Bytes of a record that was not complete yet, or behind the last record.
    tail: Vec<u8>,
    /// Number of bytes of the tail at which it is read again.
    enough: usize,
    /// Whether no more records follow.
    is_ended: bool,
}

impl<'s, W: Worker> Sequence<'s, W> {
    /// Begins with the first block. The worker takes the records of blocks that are read again.
    pub(super) fn new(
        form: &'s Form<'s>,
        buffers: &'s Buffers,
        worker: W,
        take: &'s mut dyn FnMut(W::Output, &Piece<'_>),
    ) -> Self {
        Self {
            form,
            buffers,
            reader: BlockReader::new(form),
            worker,
            take,
            is_absolute: false,
            position: form.start,
            records: 0,
            tail: Vec::new(),
            enough: 0,
            is_ended: false,
        }
    }

    /// Counts the lines and columns of records from the beginning of the input. Then no block may be read elsewhere.
    pub(super) fn with_places_in_input(self) -> Self {
        Self { is_absolute: true, ..self }
    }

    /// Takes the next block, with what was made of it if it begins at a record.
    pub(super) fn add(&mut self, block: Block, read: Option<BlockRead<W::Output>>) -> Result<(), FileError> {
        let is_last = block.is_last;
        let settled = if self.tail.is_empty() && !self.is_ended {
            // Which lines they are is only known now.
            let is_settled = |read: &BlockRead<_>| block.is_first || !read.outcome.names_lines;
            let read = read.filter(is_settled).unwrap_or_else(|| self.read(block.bytes(), is_last));
            self.settle(block.bytes(), is_last, read)
        } else {
            self.tail.extend_from_slice(block.bytes());
            self.read_tail(is_last)
        };
        self.buffers.put_back(block);
        settled
    }

    fn read_tail(&mut self, is_last: bool) -> Result<(), FileError> {
        if !is_last && (self.is_ended || self.tail.len() < self.enough) {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.tail);
        if self.is_ended {
            let error = self.form.error_behind(&bytes);
            return error.map_or(Ok(()), |error| Err(self.position.of_error(error)));
        }
        let read = self.read(&bytes, is_last);
        self.settle(&bytes, is_last, read)
    }

    fn read(&mut self, bytes: &[u8], is_last: bool) -> BlockRead<W::Output> {
        let (origin, lines_before) =
            if self.is_absolute { (self.position, 0) } else { (Position::START, self.position.line - 1) };
        let begin = Begin { is_first: self.records == 0, is_last, origin, lines_before };
        self.reader.read(bytes, begin, &mut self.worker)
    }

    /// Passes on the complete records of these bytes, and keeps what is left.
    fn settle(&mut self, bytes: &[u8], is_last: bool, read: BlockRead<W::Output>) -> Result<(), FileError> {
        let BlockRead { outcome: Outcome { used, records, end, stop, .. }, output, replaced } = read;
        let Position { line, column } = self.position;
        let counted_from = if self.is_absolute { Position::START } else { self.position };
        let shown = replaced.as_ref().map_or(bytes, String::as_bytes);
        let (shown, rest) = (shown.get(..used).unwrap_or_default(), bytes.get(used..).unwrap_or_default());
        if used > 0 {
            (self.take)(output, &Piece { bytes: shown, line, column, format: self.form.format(), sheet: None });
            self.records += records;
            self.position = counted_from.plus(end);
        }
        match stop {
            Stop::Boundary => return Ok(()),
            Stop::Failed(error) => return Err(counted_from.of_error(error)),
            Stop::Unfinished if is_last => return Err(self.position.of_error(json::cut_off())),
            Stop::Unfinished => {}
            Stop::Ended => self.is_ended = true,
        }
        self.tail.extend_from_slice(rest);
        // A record that never ends must not take quadratic time.
        self.enough = self.tail.len() * 2;
        if is_last { self.read_tail(true) } else { Ok(()) }
    }

    /// Ends the input.
    pub(super) fn finish(self) -> Result<(), FileError> {
        self.form.error_of_number(self.records).map_or(Ok(()), Err)
    }
}
