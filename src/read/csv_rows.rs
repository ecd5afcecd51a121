//! Splits CSV bytes into rows and cells, and checks the quotes.
//!
//! CSV libraries accept input that must be rejected here: text after a closing quote, a quote that is never closed, and
//! a quoted cell that swallows the rows below it because its closing quote is missing.

use std::borrow::Cow;

use super::{FileError, line_and_column};
use crate::message::Code;

/// How rows are split into cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// The byte between two cells.
    pub(super) separator: u8,
}

/// A row as it is written, split into cells.
#[derive(Default)]
pub(super) struct Row<'b> {
    separator: u8,
    /// The bytes of the row without the line end.
    pub(super) bytes: &'b [u8],
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
    CellStart,
    Plain,
    Quoted,
    /// After a quote in a quoted cell. It closes the cell unless another quote follows.
    QuoteInQuoted,
    /// After the closing quote and any blanks.
    Closed,
}

/// Skips the line ends at an offset on a line. Returns the offset and the line behind them.
pub(super) fn skip_blank_lines(bytes: &[u8], mut start: usize, mut line: u64) -> (usize, u64) {
    loop {
        start += match bytes.get(start..).unwrap_or_default() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return (start, line),
        };
        line += 1;
    }
}

impl<'b> Row<'b> {
    /// Reads the row that begins at `start` on a line. Returns it with the offset behind its line end; `None` if more bytes
    /// are needed to tell where the row ends. With `is_last`, the input ends with these bytes.
    pub(super) fn read(
        Rules { separator }: Rules,
        bytes: &'b [u8],
        start: usize,
        line: u64,
        is_last: bool,
    ) -> Result<Option<(Self, usize)>, FileError> {
        let rest = bytes.get(start..).unwrap_or_default();
        let mut row = Self { separator, bytes: rest, lines: (line, line), ..Self::default() };
        let mut after_cr = false;
        for (at, byte) in rest.iter().enumerate() {
            if row.step(at, *byte) {
                row.bytes = rest.get(..at).unwrap_or_default();
                let length = match (byte, rest.get(at + 1)) {
                    (b'\r', Some(b'\n')) => 2,
                    (b'\r', None) if !is_last => return Ok(None),
                    _ => 1,
                };
                return Ok(Some((row, start + at + length)));
            }
            let follows_cr = std::mem::replace(&mut after_cr, *byte == b'\r');
            // CR LF ends one line, not two.
            row.lines.1 += u64::from(*byte == b'\r' || (*byte == b'\n' && !follows_cr));
        }
        if !is_last {
            return Ok(None);
        }
        row.end_of_input()?;
        Ok(Some((row, bytes.len())))
    }

    /// Processes the byte at an offset of the row. Returns whether it ends the row.
    fn step(&mut self, at: usize, byte: u8) -> bool {
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, _) | (State::QuoteInQuoted, b'"') => State::Quoted,
            (State::CellStart, b'"') => {
                self.cell.quoted = true;
                State::Quoted
            }
            (_, b'\n' | b'\r') => {
                self.end_cell(at);
                return true;
            }
            (_, byte) if byte == self.separator => {
                self.end_cell(at);
                State::CellStart
            }
            (State::QuoteInQuoted | State::Closed, b' ' | b'\t') => State::Closed,
            (State::QuoteInQuoted | State::Closed, _) => {
                self.stray.get_or_insert(at);
                State::Plain
            }
            (State::CellStart | State::Plain, _) => State::Plain,
        };
        false
    }

    fn end_cell(&mut self, end: usize) {
        self.cells.push(Cell { end, ..self.cell });
        self.cell = Cell { start: end + 1, ..Cell::default() };
    }

    /// Ends the last row. A quote that is still open is an error of the whole input.
    fn end_of_input(&mut self) -> Result<(), FileError> {
        if let State::Quoted = self.state {
            let text = "a quote that opens on this line is never closed, so no later row can be told apart";
            let help = "close the quote, or write it twice (`\"\"`) inside a quoted cell";
            let before = self.bytes.get(..self.cell.start).unwrap_or_default();
            let (line, column) = line_and_column(before, self.lines.0, 1);
            return Err(FileError::new(Code::OpenQuote, text, help).with_position(line, column));
        }
        self.end_cell(self.bytes.len());
        Ok(())
    }

    pub(super) fn is_on_several_lines(&self) -> bool {
        self.lines.0 < self.lines.1
    }

    /// Returns the contents of all cells; `None` for one that is not UTF-8.
    pub(super) fn texts(&self) -> Vec<Option<Cow<'b, str>>> {
        self.cells.iter().map(|cell| self.text(*cell)).collect()
    }

    /// Returns the contents of a cell; `None` if it is not UTF-8.
    pub(super) fn text(&self, cell: Cell) -> Option<Cow<'b, str>> {
        match self.content(cell) {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        }
    }

    /// Returns the contents of a cell without its quotes.
    pub(super) fn content(&self, cell: Cell) -> Cow<'b, [u8]> {
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
        let separators_in = |text: &[u8]| text.split(|byte| *byte == self.separator).count().saturating_sub(1);
        let (mut by_line, mut on_line) = (Vec::new(), 0);
        for cell in &self.cells {
            let written = self.bytes.get(cell.start..cell.end).unwrap_or_default();
            let line_end = if written.contains(&b'\n') { b'\n' } else { b'\r' };
            let mut lines = written.split(|byte| *byte == line_end);
            // In a cell that is on one line they separate nothing, whether or not the quotes are right.
            on_line += lines.next().filter(|first| first.len() < written.len()).map_or(0, separators_in);
            for line in lines {
                by_line.push(std::mem::replace(&mut on_line, separators_in(line)));
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
    fn split(text: &str, mut each: impl FnMut(&Row<'_>, Vec<String>)) -> Result<(), Option<u64>> {
        let bytes = text.as_bytes();
        let (mut at, mut line) = skip_blank_lines(bytes, 0, 1);
        while at < bytes.len() {
            let (row, end) =
                Row::read(Rules { separator: b',' }, bytes, at, line, true).map_err(|error| error.line)?.unwrap();
            let cells = row.cells.iter().map(|cell| String::from_utf8(row.content(*cell).into_owned()).unwrap());
            each(&row, cells.collect());
            (at, line) = skip_blank_lines(bytes, end, row.lines.1 + 1);
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
