//! Where something stands: file, line and column, and the line itself with a caret.

use std::fmt;
use std::ops::Range;

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's name as the user gave it.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
}

impl Place {
    /// The place of a byte offset in a text.
    pub fn in_text(file: &str, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Self {
            file: file.to_owned(),
            line: count(before.matches('\n').count() + 1),
            column: count(before.get(line_start..).unwrap_or_default().chars().count() + 1),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The line a span begins on, and below it carets under the span's part of that line.
pub fn excerpt(text: &str, span: &Range<usize>) -> String {
    let before = text.get(..span.start).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let indent: String =
        before.get(start..).unwrap_or_default().chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let end = span.end.min(start + line.len());
    let width = text.get(span.start..end).map_or(1, |part| part.chars().count()).max(1);
    format!("{line}\n{indent}{}", "^".repeat(width))
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
    fn a_place_at_the_end_is_no_panic() {
        assert_eq!(Place::in_text("r", "", 9).to_string(), "r:1:1");
        assert_eq!(excerpt("ab", &(2..2)), "ab\n  ^");
    }
}
