//! Positions in files: file, line and column, or a cell of a sheet, and the line itself with a caret.

use std::fmt;
use std::ops::Range;

/// A position in a file. Lines and columns start at 1, and columns count characters. In a workbook, the line and column are
/// those of a cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Name of the file, as the user gave it.
    pub file: String,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// Line number, starting at 1.
    pub line: u64,
    /// Column in characters, starting at 1.
    pub column: u64,
}

impl Place {
    /// Creates a position in a text file.
    pub fn new(file: impl Into<String>, line: u64, column: u64) -> Self {
        Self { file: file.into(), sheet: None, line, column }
    }

    /// Returns the place of a byte offset in a text.
    pub fn in_text(file: &str, text: &str, offset: usize) -> Self {
        Position::START.after(text.get(..offset).unwrap_or(text)).in_file(file)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sheet {
            None => write!(f, "{}:{}:{}", self.file, self.line, self.column),
            Some(sheet) => write!(f, "{}:{sheet}!{}{}", self.file, column_letters(self.column), self.line),
        }
    }
}

/// Returns the letters of a column, as spreadsheets show them: `A` to `Z`, then `AA`.
fn column_letters(mut column: u64) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        let letter = u8::try_from((column - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        column = (column - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Line and column, both starting at 1.
#[derive(Clone, Copy, Debug)]
struct Position {
    line: u64,
    column: u64,
}

impl Position {
    const START: Self = Self { line: 1, column: 1 };

    /// Returns the position after more text.
    fn after(self, text: &str) -> Self {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        match text.rsplit_once('\n') {
            None => Self { column: self.column + count(text.chars().count()), ..self },
            Some((before, line)) => Self {
                line: self.line + count(before.matches('\n').count()) + 1,
                column: 1 + count(line.chars().count()),
            },
        }
    }

    fn in_file(self, file: &str) -> Place {
        Place::new(file, self.line, self.column)
    }
}

/// Known positions in one text, about one per kilobyte, so that locating an offset does not scan the whole text.
#[derive(Debug)]
pub struct PlaceIndex {
    /// Byte offsets and their positions, in ascending order.
    known: Vec<(usize, Position)>,
}

impl PlaceIndex {
    /// Bytes between two known positions.
    const STEP: usize = 1024;

    /// Builds the index in one pass over the text.
    pub fn new(text: &str) -> Self {
        let mut last = (0, Position::START);
        let mut known = vec![last];
        while last.0 < text.len() {
            let next = text.ceil_char_boundary(last.0 + Self::STEP);
            last = (next, last.1.after(text.get(last.0..next).unwrap_or_default()));
            known.push(last);
        }
        Self { known }
    }

    /// Returns the place of a byte offset in the same text.
    pub fn place_of(&self, file: &str, text: &str, offset: usize) -> Place {
        let offset = offset.min(text.len());
        let after = self.known.partition_point(|(known, _)| *known <= offset);
        let last = after.checked_sub(1).and_then(|at| self.known.get(at)).copied();
        let (start, position) = last.unwrap_or((0, Position::START));
        position.after(text.get(start..offset).unwrap_or_default()).in_file(file)
    }
}

/// Most bytes of a line that are shown before the start of a span, and most that are shown after it.
const SHOWN: usize = 120;

/// Returns the line on which a span begins, with carets below the span's part of that line. If the line is very long,
/// only the surroundings of the span are shown.
pub fn excerpt(text: &str, span: &Range<usize>) -> String {
    let at = text.floor_char_boundary(span.start);
    let first = text.ceil_char_boundary(at.saturating_sub(SHOWN));
    let last = text.floor_char_boundary(at + SHOWN);
    let before = text.get(first..at).unwrap_or_default();
    let before = before.rsplit_once('\n').map_or(before, |(_, line)| line);
    let after = text.get(at..last).unwrap_or_default().lines().next().unwrap_or_default();
    let indent: String = before.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let end = span.end.saturating_sub(at).min(after.len());
    let width = after.get(..end).map_or(1, |part| part.chars().count()).max(1);
    format!("{before}{after}\n{indent}{}", "^".repeat(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let text = "a = 1\nü = \"x\"\n";
        let at = text.find("\"x\"").unwrap();
        assert_eq!(Place::in_text("r.toml", text, at).to_string(), "r.toml:2:5");
        assert_eq!(excerpt(text, &(at..at + 3)), "ü = \"x\"\n    ^^^");
    }

    #[test]
    fn a_cell_is_named_as_spreadsheets_name_it() {
        let cell = |line, column| Place { sheet: Some("March".into()), ..Place::new("notes.xlsx", line, column) };
        assert_eq!(cell(7, 2).to_string(), "notes.xlsx:March!B7");
        assert_eq!([26, 27, 52, 53, 702, 703, 16_384].map(column_letters), ["Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn a_place_at_the_end_is_no_panic() {
        assert_eq!(Place::in_text("r", "", 9).to_string(), "r:1:1");
        assert_eq!(PlaceIndex::new("").place_of("r", "", 9).to_string(), "r:1:1");
        assert_eq!(excerpt("ab", &(2..2)), "ab\n  ^");
    }

    #[test]
    fn an_index_finds_the_same_places() {
        let text = "ü = 1\nlong = \"".to_owned() + &"ä".repeat(1500) + "\"\n\nlast";
        let index = PlaceIndex::new(&text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            assert_eq!(index.place_of("r", &text, offset), Place::in_text("r", &text, offset));
        }
    }

    #[test]
    fn of_a_long_line_only_a_part_is_shown() {
        let text = format!("x = [{}]", "\"ö\", ".repeat(1000));
        assert!(excerpt(&text, &(2000..2003)).len() < 500);
    }
}
