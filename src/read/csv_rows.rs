//! Splits CSV bytes into rows and cells, and checks the quotes.
//!
//! CSV libraries accept input that must be rejected here: text after a closing quote, a quote that is never closed, and
//! a quoted cell that swallows the rows below it because its closing quote is missing.

use std::borrow::Cow;
use std::io::{BufRead, ErrorKind};

use super::{FileError, line_and_column};
use crate::message::Code;

/// Reads the rows of an input, holding one at a time.
pub(super) struct Rows<'i> {
    input: &'i mut dyn BufRead,
    /// The row read last.
    pub(super) row: Row,
    /// Number of lines ended so far.
    lines: u64,
    after_cr: bool,
}

/// A row as it is written, split into cells.
#[derive(Default)]
pub(super) struct Row {
    /// The bytes of the row without the line end.
    pub(super) bytes: Vec<u8>,
    pub(super) cells: Vec<Cell>,
    /// The first and the last line of the row, starting at 1.
    pub(super) lines: (u64, u64),
    /// Offset at which text first follows a closing quote.
    pub(super) stray: Option<usize>,
    state: State,
    /// The cell being read.
    cell: Cell,
}

/// The range of a cell in its row, including quotes.
#[derive(Clone, Copy, Default)]
pub(super) struct Cell {
    pub(super) start: usize,
    end: usize,
    quoted: bool,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    RowStart,
    CellStart,
    Plain,
    Quoted,
    /// After a quote in a quoted cell. It closes the cell unless another quote follows.
    QuoteInQuoted,
    /// After the closing quote and any blanks.
    Closed,
}

impl<'i> Rows<'i> {
    pub(super) fn new(input: &'i mut dyn BufRead) -> Self {
        Self { input, row: Row::default(), lines: 0, after_cr: false }
    }

    /// Reads the next row. Returns `false` at the end of the input. Blank lines are skipped.
    pub(super) fn advance(&mut self) -> Result<bool, FileError> {
        self.row.clear();
        loop {
            let bytes = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                bytes => bytes?,
            };
            if bytes.is_empty() {
                self.row.lines.1 = self.lines + 1;
                return self.row.end_of_input();
            }
            let (mut used, mut ended) = (0, false);
            for byte in bytes {
                used += 1;
                let after_cr = std::mem::replace(&mut self.after_cr, *byte == b'\r');
                // CR LF ends one line, not two.
                let line_end = *byte == b'\r' || (*byte == b'\n' && !after_cr);
                if let State::RowStart = self.row.state {
                    self.row.lines.0 = self.lines + 1;
                }
                ended = self.row.step(*byte);
                self.lines += u64::from(line_end);
                if ended {
                    break;
                }
            }
            self.input.consume(used);
            if ended {
                self.row.lines.1 = self.lines;
                return Ok(true);
            }
        }
    }
}

impl Row {
    fn clear(&mut self) {
        let Self { mut bytes, mut cells, .. } = std::mem::take(self);
        bytes.clear();
        cells.clear();
        *self = Self { bytes, cells, ..Self::default() };
    }

    /// Processes one byte. Returns whether it ends the row.
    fn step(&mut self, byte: u8) -> bool {
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, _) | (State::QuoteInQuoted, b'"') => State::Quoted,
            (State::RowStart | State::CellStart, b'"') => {
                self.cell.quoted = true;
                State::Quoted
            }
            (State::RowStart, b'\n' | b'\r') => return false,
            (_, b'\n' | b'\r') => {
                self.end_cell();
                return true;
            }
            (_, b',') => {
                self.end_cell();
                State::CellStart
            }
            (State::QuoteInQuoted | State::Closed, b' ' | b'\t') => State::Closed,
            (State::QuoteInQuoted | State::Closed, _) => {
                self.stray.get_or_insert(self.bytes.len());
                State::Plain
            }
            (State::RowStart | State::CellStart | State::Plain, _) => State::Plain,
        };
        self.bytes.push(byte);
        false
    }

    fn end_cell(&mut self) {
        let end = self.bytes.len();
        self.cells.push(Cell { end, ..self.cell });
        self.cell = Cell { start: end + 1, ..Cell::default() };
    }

    /// Ends the last row, if there is one. A quote that is still open is an error of the whole input.
    fn end_of_input(&mut self) -> Result<bool, FileError> {
        match self.state {
            State::RowStart => return Ok(false),
            State::Quoted => {
                let text = "a quote that opens on this line is never closed, so no later row can be told apart";
                let help = "close the quote, or write it twice (`\"\"`) inside a quoted cell";
                let before = self.bytes.get(..self.cell.start).unwrap_or_default();
                let (line, column) = line_and_column(before, self.lines.0, 1);
                return Err(FileError::new(Code::OpenQuote, text, help).with_position(line, column));
            }
            _ => self.end_cell(),
        }
        Ok(true)
    }

    /// Returns the contents of a cell without its quotes.
    pub(super) fn content(&self, cell: Cell) -> Cow<'_, [u8]> {
        let written = self.bytes.get(cell.start..cell.end).unwrap_or_default();
        if !cell.quoted {
            return Cow::Borrowed(written);
        }
        let inside = written.strip_prefix(b"\"").unwrap_or(written).trim_ascii_end();
        let inside = inside.strip_suffix(b"\"").unwrap_or(inside);
        if !inside.contains(&b'"') {
            return Cow::Borrowed(inside);
        }
        let mut after_quote = false;
        let keeps = |byte: &u8| {
            after_quote = *byte == b'"' && !after_quote;
            // Of two quotes in a row, keep the first.
            *byte != b'"' || after_quote
        };
        Cow::Owned(inside.iter().copied().filter(keeps).collect())
    }

    /// Whether a quoted cell swallowed rows that have this many separators: a later line of the cell is a whole row, or
    /// the lines on both sides of one of its line breaks are.
    pub(super) fn swallows_rows(&self, separators: usize) -> bool {
        let whole = separators.max(1);
        let commas = |text: &[u8]| text.split(|byte| *byte == b',').count().saturating_sub(1);
        let (mut by_line, mut on_line) = (Vec::new(), 0);
        for cell in &self.cells {
            let written = self.bytes.get(cell.start..cell.end).unwrap_or_default();
            let line_end = if written.contains(&b'\n') { b'\n' } else { b'\r' };
            let mut lines = written.split(|byte| *byte == line_end);
            // Commas inside a cell that is on one line are not separators, whether or not the quotes are right.
            on_line += lines.next().filter(|first| first.len() < written.len()).map_or(0, commas);
            for line in lines {
                by_line.push(std::mem::replace(&mut on_line, commas(line)));
                if on_line >= whole {
                    return true;
                }
            }
            on_line += 1;
        }
        by_line.push(on_line.saturating_sub(1));
        by_line.windows(2).any(|lines| *lines == [whole, whole])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Passes each row and its cells to `each`, or returns the line on which an open quote begins.
    fn split(text: &str, mut each: impl FnMut(&Row, Vec<String>)) -> Result<(), Option<u64>> {
        let mut input = text.as_bytes();
        let mut rows = Rows::new(&mut input);
        while rows.advance().map_err(|error| error.line)? {
            let row = &rows.row;
            let cells = row.cells.iter().map(|cell| String::from_utf8(row.content(*cell).into_owned()).unwrap());
            each(row, cells.collect());
        }
        Ok(())
    }

    /// Tries every text over these characters. Unless text follows a closing quote, the CSV library must agree.
    #[test]
    fn rows_are_split_as_the_csv_library_splits_them() {
        let letters = ['"', ',', '\n', '\r', 'a'];
        for code in 0..5_usize.pow(7) {
            let text: String = (0..7).map(|at| letters[code / 5_usize.pow(at) % 5]).collect();
            let (mut rows, mut stray) = (Vec::new(), false);
            let whole = split(&text, |row, cells| {
                stray |= row.stray.is_some();
                rows.push(cells);
            });
            if whole.is_ok() && !stray {
                let library = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
                let cells = |row: csv::StringRecord| row.iter().map(str::to_owned).collect::<Vec<_>>();
                let expected: Vec<Vec<String>> = library.into_records().map(|row| cells(row.unwrap())).collect();
                assert_eq!(rows, expected, "{text:?}");
            }
        }
    }

    #[test]
    fn an_open_quote_is_an_error_at_the_line_on_which_it_opens() {
        assert_eq!(split("id,client\n1,\"a\"\"b\"\n2,\"never closed\n3,c\n", |_, _| ()), Err(Some(3)));
        assert_eq!(split("a\r\r\n\"\r\n", |_, _| ()), Err(Some(3)));
    }

    #[test]
    fn rows_stand_on_their_lines_however_lines_end() {
        let text = "id,text\n1,a\n\n2,\"b\nc\"\n3,d\n";
        for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r"), text.trim_end().into()] {
            let mut lines = Vec::new();
            split(&text, |row, _| lines.push(row.lines)).unwrap();
            assert_eq!(lines, [(1, 1), (2, 2), (4, 5), (6, 6)], "{text:?}");
        }
    }

    #[test]
    fn text_after_a_closing_quote_is_noticed_and_blanks_are_not() {
        let mut strays = Vec::new();
        split("\"a\"x,b\n\"a\" ,b\n5\" tall,\"\"\"\"\n\"a\nb\" \"c\",d\n", |row, cells| {
            strays.push((row.stray, cells.len()));
        })
        .unwrap();
        assert_eq!(strays, [(Some(3), 2), (None, 2), (None, 2), (Some(6), 2)]);
    }

    #[test]
    fn swallowed_rows_are_noticed_and_long_texts_are_not() {
        let swallows = |text: &str| {
            let mut found = Vec::new();
            split(text, |row, _| found.push(row.swallows_rows(3))).unwrap();
            found
        };
        // A whole row inside the cell: in its middle, or up to the closing quote.
        assert_eq!(swallows("n-1,\"a\nn-2,b,c,d\nn-3,\",c,d\nn-4,b,c,d\n"), [true, false]);
        assert_eq!(swallows("n-1,a,b,\"c\nn-2,b,c,d\"\n"), [true]);
        // Two rows that the cell joins in their middle, with different line ends.
        assert_eq!(swallows("n-1,\"a,b,c\nn-2,b\",c,d\n"), [true]);
        assert_eq!(swallows("n-1,\"a,b,c\r\nn-2,b\",c,d\r\n"), [true]);
        // Texts of several lines, some of them with commas.
        assert_eq!(swallows("n-1,\"well, fine,\nand so on\",b,c\n\"a\n\nb\",\"c, d, e, f\",g,h\n"), [false, false]);
    }
}
