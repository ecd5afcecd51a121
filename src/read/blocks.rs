//! Reads an input block by block, on several threads.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use super::block_reader::{Begin, BlockReader, Form, Position};
use super::block_text::BlockText;
use super::detect::{Opened, open};
use super::sequence::Sequence;
use super::source::{Block, Buffers, Cut, Source};
use super::{FieldNames, FileError, Format, Record, SkippedRow, Slots, json, line_and_column, scan, workbook};
use crate::cores::{Threads, map_in_order};

/// What a thread makes of the records of its blocks.
pub trait Worker {
    /// What the records of one block come to.
    type Output: Send;

    /// Takes a plain record: its known fields, the offset at which it begins, and the names of its fields that the rule
    /// set does not know, each once. All offsets are offsets in the block. Fields without a name and a value are left out.
    ///
    /// Returns `false`, and keeps nothing of the record, if anything about it is unusual. Then it is passed to `record`.
    fn plain(&mut self, slots: &Slots<'_>, start: usize, unknown: &[&str]) -> bool;

    /// Takes a record with whatever is wrong with it. Its number is 0, and its line and column count from the beginning of
    /// the block.
    fn record(&mut self, record: Record<'_>);

    /// Takes note of a row that is no record, on a line and column that count like those of a record.
    fn skip(&mut self, _: SkippedRow, _: (u64, u64)) {}

    /// Returns what was taken since the last call.
    fn finish(&mut self) -> Self::Output;
}

/// How an input is read. The records do not depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The threads among which the blocks are shared.
    pub threads: Threads,
    /// Number of bytes of a block, unless a record is longer.
    pub block: usize,
}

impl Reading {
    /// Number of bytes of a block that keeps a thread busy for long enough, and fits in its cache.
    const BLOCK: usize = 1 << 18;

    /// Reads blocks of the usual size on these threads.
    pub fn on(threads: Threads) -> Self {
        Self { threads, block: Self::BLOCK }
    }
}

impl Default for Reading {
    fn default() -> Self {
        Self::on(Threads::all())
    }
}

/// A part of an input that holds whole records. The parts of an input come in its order.
#[derive(Debug)]
pub struct Piece<'p> {
    /// The bytes of the part. In JSON, bytes that are not UTF-8 are replaced.
    pub bytes: &'p [u8],
    /// Line on which the part begins, starting at 1.
    pub line: u64,
    /// Column at which the part begins, starting at 1.
    pub column: u64,
    /// The format of the input.
    pub format: Format,
    /// The sheet of a workbook.
    pub sheet: Option<&'p str>,
}

/// What was found out about an input while it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputInfo {
    /// The format.
    pub format: Format,
    /// The encoding of its text.
    pub encoding: Encoding,
    /// The header row of a table.
    pub header: Option<HeaderRow>,
}

/// The encoding of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Unicode.
    Utf8,
    /// Windows-1252, which nothing in a file declares.
    Windows1252,
}

impl Encoding {
    /// Returns the encoding of a text that was read to its end.
    fn detected(is_windows: &AtomicBool) -> Self {
        if is_windows.load(Ordering::Relaxed) { Self::Windows1252 } else { Self::Utf8 }
    }
}

/// Where the header row of a table stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRow {
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The line or the number of the row, starting at 1.
    pub line: u64,
    /// What separates the cells of a text.
    pub separator: Option<char>,
    /// The lines or numbers of the rows above it that have content.
    pub above: Vec<u64>,
}

/// What is known of an input before it is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct InputHint<'w> {
    /// The format; `None` to detect it from the content.
    pub format: Option<Format>,
    /// The sheet of a workbook; `None` for the first one that has a header row.
    pub sheet: Option<&'w str>,
}

impl Piece<'_> {
    /// The part of a record that was read alone: the lines and columns of the record are those of its input.
    pub const ALONE: Self = Self { bytes: &[], line: 1, column: 1, format: Format::Ndjson, sheet: None };

    /// Returns the line and column in the input of an offset in the part.
    pub fn line_and_column(&self, offset: usize) -> (u64, u64) {
        let before = self.bytes.get(..offset).unwrap_or_default();
        let (line, column) = line_and_column(before, 1, 1);
        // In CSV, a carriage return alone ends a line.
        if self.format != Format::Csv {
            return self.in_input((line, column));
        }
        let pairs = before.windows(2).filter(|pair| *pair == b"\r\n").count();
        let returns = scan::count(before, |byte| byte == b'\r') - super::count(pairs);
        let tail = before.rsplit(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
        let (_, column) = line_and_column(tail, 1, 1);
        self.in_input((line + returns, column))
    }

    /// Returns the line and column in the input of those that count from the beginning of the part.
    pub fn in_input(&self, (line, column): (u64, u64)) -> (u64, u64) {
        let Position { line, column } =
            Position { line: self.line, column: self.column }.plus(Position { line, column });
        (line, column)
    }
}

/// Reads an input, and passes on what the workers made of its parts, in order. Returns its form.
///
/// Each thread has its own worker. The input is read to its end, by one thread at a time. If there is an error, parts before
/// it may have been passed on.
pub fn read_blocks<W: Worker>(
    input: impl Read + Send,
    wanted: InputHint<'_>,
    names: &dyn FieldNames,
    reading: Reading,
    worker: impl Fn() -> W + Sync,
    take: &mut dyn FnMut(W::Output, &Piece<'_>),
) -> Result<InputInfo, FileError> {
    let (format, opened, is_windows) = match open(input, wanted.format)? {
        Opened::Text { format, input, is_windows } => (format, input, is_windows),
        Opened::Workbook(bytes) => return workbook::read(bytes, wanted.sheet, names, reading, worker, take),
    };
    let buffers = Buffers::default();
    let mut source = Source::new(opened, Cut::of(format), reading.block, &buffers);
    let Some(form) = Form::begin(format, &mut source, names)? else {
        read_whole(source, names, worker(), take)?;
        return Ok(InputInfo { format, encoding: Encoding::Utf8, header: None });
    };
    let form = &form;
    let mut sequence = Sequence::new(form, &buffers, worker(), take);
    let read = || {
        let (mut reader, mut worker) = (BlockReader::new(form), worker());
        move |block: io::Result<Block>| {
            let block = block?;
            let read = reader.read(block.bytes(), Begin::assume(&block, form), &mut worker);
            Ok::<_, io::Error>((block, read))
        }
    };
    map_in_order(reading.threads, source, read, |read| {
        let (block, read) = read?;
        sequence.add(block, Some(read))
    })?;
    sequence.finish()?;
    Ok(InputInfo { format, encoding: Encoding::detected(&is_windows), header: form.header() })
}

/// Reads every record of an input carefully, one after the other, with its place in the input. Returns the form of the input
/// and the number of records.
pub fn read_records(
    input: impl Read + Send,
    wanted: InputHint<'_>,
    names: &dyn FieldNames,
    each: &mut dyn FnMut(Record<'_>),
) -> Result<(InputInfo, u64), FileError> {
    let (format, opened, is_windows) = match open(input, wanted.format)? {
        Opened::Text { format, input, is_windows } => (format, input, is_windows),
        Opened::Workbook(bytes) => {
            let mut worker = Careful { each, records: 0 };
            let form = workbook::read_one_by_one(bytes, wanted.sheet, names, &mut worker)?;
            return Ok((form, worker.records));
        }
    };
    let buffers = Buffers::default();
    let mut source = Source::new(opened, Cut::of(format), Reading::BLOCK, &buffers);
    let (mut records, mut header) = (0, None);
    let worker = Careful { each, records: 0 };
    let take = &mut |passed, _: &Piece<'_>| records = passed;
    match Form::begin(format, &mut source, names)? {
        None => read_whole(source, names, worker, take)?,
        Some(form) => {
            let mut sequence = Sequence::new(&form, &buffers, worker, take).with_places_in_input();
            source.try_for_each(|block| sequence.add(block?, None))?;
            sequence.finish()?;
            header = form.header();
        }
    }
    Ok((InputInfo { format, encoding: Encoding::detected(&is_windows), header }, records))
}

/// Reads a JSON document that is no array and does not begin with one.
fn read_whole<W: Worker>(
    source: Source<'_, impl Read>,
    names: &dyn FieldNames,
    mut worker: W,
    take: &mut dyn FnMut(W::Output, &Piece<'_>),
) -> Result<(), FileError> {
    let bytes = source.rest()?;
    let text = BlockText::new(&bytes);
    json::read(&text, names, &mut |record| worker.record(record))?;
    take(worker.finish(), &Piece { bytes: text.as_str().as_bytes(), format: Format::Json, ..Piece::ALONE });
    Ok(())
}

/// Passes on every record with its number.
struct Careful<'e> {
    each: &'e mut dyn FnMut(Record<'_>),
    records: u64,
}

impl Worker for Careful<'_> {
    /// Number of records so far.
    type Output = u64;

    fn plain(&mut self, _: &Slots<'_>, _: usize, _: &[&str]) -> bool {
        false
    }

    fn record(&mut self, record: Record<'_>) {
        self.records += 1;
        (self.each)(Record { number: self.records, ..record });
    }

    fn finish(&mut self) -> u64 {
        self.records
    }
}
