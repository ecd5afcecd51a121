//! Comma-separated values with a header row.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder};

use super::json::{not_utf8, repeated};
use super::{Fault, Field, FileError, Record, Scalar};
use crate::message::Code;

/// Reads row by row; only one row is held at a time.
pub(super) fn read(
    input: &mut dyn BufRead,
    hear: &mut dyn FnMut(&[String]) -> Result<(), FileError>,
    each: &mut dyn FnMut(Record<'_>),
) -> Result<u64, FileError> {
    let quotes = Rc::new(RefCell::new(Quotes::default()));
    let watched = Watched { input, quotes: Rc::clone(&quotes) };
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(watched);
    let mut row = ByteRecord::new();
    if !next(&mut reader, &mut row)? {
        return Err(FileError::new(Code::NoHeader, "the input is empty", "begin with a header row of field names"));
    }
    let mut columns = Vec::new();
    quotes.borrow_mut().row(&mut columns);
    let header = header(&row)?;
    hear(&header)?;
    let twice = twice(&header).map(repeated);
    let mut number = 0;
    while next(&mut reader, &mut row)? {
        number += 1;
        let line = quotes.borrow_mut().row(&mut columns);
        let columns = columns.iter().copied().chain(std::iter::repeat(None));
        let fields: Vec<Field<'_>> = header
            .iter()
            .zip(row.iter().zip(columns))
            .map(|(name, (cell, column))| Field { name: Cow::Borrowed(name), value: scalar(cell), column })
            .collect();
        let fault = fault(&row, &fields, header.len(), twice.as_ref());
        each(Record { number, line, column: 1, fields, fault });
    }
    let quotes = quotes.borrow();
    match quotes.state {
        State::Quoted => Err(FileError::new(
            Code::OpenQuote,
            "a quote that opens on this line is never closed, so no later row can be told apart",
            "close the quote, or write it twice (`\"\"`) inside a quoted cell",
        )
        .at(quotes.opened, 1)),
        _ => Ok(number),
    }
}

/// A name that stands twice. Of several the first by name: which one is told must not hang on the order of the columns.
fn twice(header: &[String]) -> Option<&str> {
    let mut names: Vec<&str> = header.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.windows(2).find_map(|pair| match pair {
        [one, other] if one == other => Some(*one),
        _ => None,
    })
}

fn next<R: Read>(reader: &mut csv::Reader<R>, row: &mut ByteRecord) -> Result<bool, FileError> {
    reader.read_byte_record(row).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        _ => FileError::new(Code::BadDocument, "the rows cannot be told apart", "export the notes again as CSV"),
    })
}

fn header(row: &ByteRecord) -> Result<Vec<String>, FileError> {
    row.iter()
        .map(|name| std::str::from_utf8(name).map(|name| name.trim().to_owned()))
        .collect::<Result<_, _>>()
        .map_err(|_| {
            FileError::new(Code::NotUtf8, "the header row is not UTF-8 text", "export the notes as UTF-8").at(1, 1)
        })
}

fn scalar(cell: &[u8]) -> Scalar<'_> {
    std::str::from_utf8(cell).map_or(Scalar::Garbled, |cell| Scalar::Text(Cow::Borrowed(cell)))
}

fn fault(row: &ByteRecord, fields: &[Field<'_>], columns: usize, twice: Option<&Fault>) -> Option<Fault> {
    if row.len() != columns {
        let cells = if row.len() == 1 { "1 cell".to_owned() } else { format!("{} cells", row.len()) };
        let text = format!("the row has {cells}, the header {columns}");
        let help = if row.len() > columns {
            "put a cell that holds a comma in quotes"
        } else {
            "give the row a cell for each name of the header, empty where there is no answer"
        };
        return Some(Fault { help: Some(help.into()), ..Fault::new(Code::RaggedRow, text) });
    }
    let garbled = fields.iter().filter(|field| field.value == Scalar::Garbled).min_by_key(|field| &field.name);
    garbled.map(|field| not_utf8(Some(field.name.to_string()))).or_else(|| twice.cloned())
}

/// Hands bytes on and keeps an eye on the quotes: the CSV reader takes an open one for closed at the end.
struct Watched<'a> {
    input: &'a mut dyn BufRead,
    quotes: Rc<RefCell<Quotes>>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        let mut quotes = self.quotes.borrow_mut();
        buffer.iter().take(length).for_each(|byte| quotes.step(*byte));
        Ok(length)
    }
}

#[derive(Default)]
enum State {
    #[default]
    RowStart,
    CellStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

#[derive(Default)]
struct Quotes {
    state: State,
    line: u64,
    opened: u64,
    /// Characters in this line so far.
    characters: u64,
    /// Of rows that were not handed on yet, the line each begins on and how many cells it has. The CSV reader's own
    /// count of a row's line leaves out the blank lines before it, and is one short where lines end in CR LF.
    rows: VecDeque<(u64, usize)>,
    /// Of the cells of these rows, the column each begins at, where that is in the row's first line.
    cells: VecDeque<Option<u64>>,
}

impl Quotes {
    fn step(&mut self, byte: u8) {
        if matches!(self.state, State::RowStart) && byte != b'\r' && byte != b'\n' {
            self.rows.push_back((self.line + 1, 0));
            self.cell();
        }
        // Of a character of several bytes only the first is counted.
        self.characters += u64::from(byte & 0b1100_0000 != 0b1000_0000);
        self.state = match (&self.state, byte) {
            (State::RowStart | State::CellStart, b'"') => {
                self.opened = self.line + 1;
                State::Quoted
            }
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, _) | (State::QuoteInQuoted, b'"') => State::Quoted,
            (_, b',') => State::CellStart,
            (_, b'\n' | b'\r') => State::RowStart,
            _ => State::Plain,
        };
        if matches!(self.state, State::CellStart) {
            self.cell();
        }
        if byte == b'\n' {
            self.line += 1;
            self.characters = 0;
        }
    }

    /// Notes that a cell of the last row begins here.
    fn cell(&mut self) {
        if let Some((line, cells)) = self.rows.back_mut() {
            *cells += 1;
            self.cells.push_back((*line == self.line + 1).then_some(self.characters + 1));
        }
    }

    /// Hands on a row: its line, and into `columns` where its cells begin.
    fn row(&mut self, columns: &mut Vec<Option<u64>>) -> u64 {
        let (line, cells) = self.rows.pop_front().unwrap_or_default();
        columns.clear();
        columns.extend(self.cells.drain(..cells.min(self.cells.len())));
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Result<u64, FileError> {
        read(&mut text.as_bytes(), &mut |_| Ok(()), &mut |_| ())
    }

    #[test]
    fn an_open_quote_is_an_error_of_the_file_at_its_line() {
        let error = records("id,client\n1,\"a\"\"b\"\n2,\"never closed\n3,c\n").unwrap_err();
        assert_eq!((error.code, error.line), (Code::OpenQuote, Some(3)));
    }

    #[test]
    fn rows_stand_on_their_lines_however_lines_end() {
        let text = "id,text\n1,a\n\n2,\"b\nc\"\n3,d\n";
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let mut lines = Vec::new();
            read(&mut text.as_bytes(), &mut |_| Ok(()), &mut |record| lines.push(record.line)).unwrap();
            assert_eq!(lines, [2, 4, 6]);
        }
    }

    #[test]
    fn cells_stand_at_their_columns_in_the_first_line_of_their_row() {
        let text = "id,b,c\n\"a,\"\"\",,x\n\nü,é,\"y\nz\",\n";
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let mut columns = Vec::new();
            let mut each =
                |record: Record<'_>| columns.push(record.fields.iter().map(|f| f.column).collect::<Vec<_>>());
            read(&mut text.as_bytes(), &mut |_| Ok(()), &mut each).unwrap();
            assert_eq!(columns, [[Some(1), Some(8), Some(9)], [Some(1), Some(3), Some(5)]]);
        }
        let mut last = None;
        let mut each = |record: Record<'_>| last = record.fields.last().map(|field| field.column);
        read(&mut "id,b\n\"y\nz\",x\n".as_bytes(), &mut |_| Ok(()), &mut each).unwrap();
        assert_eq!(last, Some(None));
    }

    /// Where lines end in LF and none is blank, the CSV reader's own count is right: both agree on every such text.
    #[test]
    fn rows_are_seen_as_the_csv_reader_sees_them() {
        let letters = ['"', ',', '\n', 'a'];
        for code in 0..4_usize.pow(8) {
            let text: String = "h\n".chars().chain((0..8).map(|at| letters[code / 4_usize.pow(at) % 4])).collect();
            if text.contains("\n\n") {
                continue;
            }
            let mut lines = Vec::new();
            // An open quote at the end is told only after all rows.
            let _ = read(&mut text.as_bytes(), &mut |_| Ok(()), &mut |record| lines.push(record.line));
            let reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
            let own: Vec<u64> = reader.into_byte_records().map(|row| row.unwrap().position().unwrap().line()).collect();
            assert_eq!(lines, own, "{text:?}");
        }
    }

    #[test]
    fn a_quote_inside_a_plain_cell_is_only_a_character() {
        assert_eq!(records("id,size\n1,5\" tall\n2,6\"\n").unwrap(), 2);
    }
}
