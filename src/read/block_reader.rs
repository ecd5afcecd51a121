//! Reads one block: a thin choice between the formats, and what they have in common.

use std::io::Read;

use super::block_text::BlockText;
use super::blocks::{HeaderRow, Worker};
use super::csv_header::Header;
use super::json_array::{self, Beginning, Document};
use super::plain_json::PlainReader;
use super::source::{Block, Source};
use super::{FieldNames, FileError, Format, csv, line_and_column, ndjson};

/// A line and a column, each starting at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: u64,
    pub(super) column: u64,
}

impl Position {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// Returns the position that another one is if it is counted from here. Its column may be 0.
    pub(super) fn plus(self, other: Self) -> Self {
        match other.line {
            ..=1 => Self { line: self.line, column: (self.column + other.column).saturating_sub(1) },
            lines => Self { line: self.line + lines - 1, column: other.column },
        }
    }

    /// Returns an error, whose position was counted from here.
    pub(super) fn of_error(self, error: FileError) -> FileError {
        let Some(line) = error.line else { return error };
        let Self { line, column } = self.plus(Self { line, column: error.column });
        error.with_position(line, column)
    }
}

/// The form of an input, as its beginning tells it.
pub(super) struct Form<'n> {
    names: &'n dyn FieldNames,
    layout: Layout,
    /// Where the first block begins.
    pub(super) start: Position,
}

enum Layout {
    Lines,
    Rows(Header),
    Elements(Document),
}

impl<'n> Form<'n> {
    /// Reads what comes before the first block. Returns `None` if the input cannot be read by blocks.
    pub(super) fn begin(
        format: Format,
        source: &mut Source<'_, impl Read>,
        names: &'n dyn FieldNames,
    ) -> Result<Option<Self>, FileError> {
        let (layout, start) = match format {
            Format::Ndjson => (Layout::Lines, Position::START),
            Format::Csv | Format::Workbook => {
                let find = |bytes: &[u8], is_last| Header::find(bytes, is_last, names).transpose();
                let Some((header, end, line)) = source.look(find)?.transpose()? else { return Ok(None) };
                source.leave_out(end);
                (Layout::Rows(header), Position { line, column: 1 })
            }
            Format::Json => {
                let find = |bytes: &[u8], is_last| {
                    let beginning = Beginning::find(bytes, is_last)?;
                    let Beginning::Array(document, end) = beginning else { return Some(Err(())) };
                    let (line, column) = line_and_column(bytes.get(..end).unwrap_or_default(), 1, 1);
                    Some(Ok((document, end, Position { line, column })))
                };
                let Some(Ok((document, end, start))) = source.look(find)? else { return Ok(None) };
                source.leave_out(end);
                (Layout::Elements(document), start)
            }
        };
        Ok(Some(Self { names, layout, start }))
    }

    /// Returns where the header row stands, if there is one.
    pub(super) fn header(&self) -> Option<HeaderRow> {
        let Layout::Rows(header) = &self.layout else { return None };
        Some(HeaderRow {
            sheet: None,
            line: header.line,
            separator: Some(header.rules.separator.into()),
            above: header.above.clone(),
        })
    }

    pub(super) fn format(&self) -> Format {
        match self.layout {
            Layout::Lines => Format::Ndjson,
            Layout::Rows(_) => Format::Csv,
            Layout::Elements(_) => Format::Json,
        }
    }

    /// Returns the error of an input that ends with these bytes behind the last block.
    pub(super) fn error_behind(&self, rest: &[u8]) -> Option<FileError> {
        match self.layout {
            Layout::Elements(document) => document.error_behind(BlockText::new(rest).as_str()),
            Layout::Lines | Layout::Rows(_) => None,
        }
    }

    /// Returns the error of an input with this many records, if there must be more.
    pub(super) fn error_of_number(&self, records: u64) -> Option<FileError> {
        (matches!(self.layout, Layout::Lines) && records == 0).then(ndjson::empty)
    }
}

/// What is known of the beginning and the end of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begin {
    /// Whether no record comes before the block.
    pub(super) is_first: bool,
    /// Whether the input ends with the block.
    pub(super) is_last: bool,
    /// The position from which records are counted.
    pub(super) origin: Position,
    /// Number of lines before those that are counted, for texts that name lines; 0 if it is not known yet.
    pub(super) lines_before: u64,
}

impl Begin {
    /// What is known of a block before those in front of it are read.
    pub(super) fn assume(block: &Block, form: &Form<'_>) -> Self {
        let lines_before = if block.is_first { form.start.line - 1 } else { 0 };
        Self { is_first: block.is_first, is_last: block.is_last, origin: Position::START, lines_before }
    }
}

/// What was read of a block, if it really begins where a record may begin.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Number of bytes whose records are complete.
    pub(super) used: usize,
    pub(super) records: u64,
    /// The position behind these bytes.
    pub(super) end: Position,
    /// Whether the text of a fault names lines of the input.
    pub(super) names_lines: bool,
    pub(super) stop: Stop,
}

/// Why no more was read.
#[derive(Debug)]
pub(super) enum Stop {
    /// All was read, and the next block begins where a record may begin.
    Boundary,
    /// The block ends within a record.
    Unfinished,
    /// No more records follow in the input.
    Ended,
    Failed(FileError),
}

/// What a worker made of a block.
#[derive(Debug)]
pub(super) struct BlockRead<T> {
    pub(super) outcome: Outcome,
    pub(super) output: T,
    /// The text of the block, if bytes of it had to be replaced and records may stand on the same line.
    pub(super) replaced: Option<String>,
}

/// Reads blocks on one thread.
pub(super) struct BlockReader<'f> {
    form: &'f Form<'f>,
    plain: PlainReader<'f>,
}

impl<'f> BlockReader<'f> {
    pub(super) fn new(form: &'f Form<'f>) -> Self {
        Self { form, plain: PlainReader::new(form.names) }
    }

    /// Passes the records of a block to a worker. Each block must begin where a record may begin; if this one does not, the
    /// result means nothing.
    pub(super) fn read<W: Worker>(&mut self, bytes: &[u8], begin: Begin, worker: &mut W) -> BlockRead<W::Output> {
        let text = BlockText::new(bytes);
        let (names, plain) = (self.form.names, &mut self.plain);
        let outcome = match &self.form.layout {
            Layout::Lines => ndjson::read(plain, names, &text, begin.origin, worker),
            Layout::Rows(header) => csv::read(header, bytes, &text, begin, worker),
            Layout::Elements(document) => json_array::read(*document, plain, names, &text, begin, worker),
        };
        let replaced = if let Layout::Elements(_) = self.form.layout { text.into_replaced() } else { None };
        BlockRead { outcome, output: worker.finish(), replaced }
    }
}
