//! TOML tables whose values know their positions, and the problems found in them. Knows nothing about rules.

mod problems;
mod shape;
mod table;
mod value;

use std::ops::Range;

use ::toml::de::DeTable;

pub(crate) use problems::{Problems, suggestion, with_excerpt};
pub(crate) use shape::{Many, Shape, ShapeKind, TableShape, record};
pub(crate) use table::TomlTable;
pub(crate) use value::{TextOrTable, TomlValue};

use crate::message::Code;
use crate::place::Place;

/// A TOML file: its name as shown in messages, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlFile {
    /// The name of the file, such as `rules/act-vocational.toml`.
    pub name: String,
    /// The whole text of the file.
    pub text: String,
    /// Whether the file is the user's own, added to a set. If it clashes with the set, the problem is reported here.
    pub own: bool,
}

/// A range of bytes in one of several files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub(crate) file: usize,
    pub(crate) range: Range<usize>,
}

impl Span {
    /// Returns a sort key: files in their order, then positions from top to bottom.
    pub(crate) fn order(&self) -> (usize, usize) {
        (self.file, self.range.start)
    }

    /// Returns the place where the span begins; `None` if it is not in these files.
    pub fn resolve(&self, files: &[TomlFile]) -> Option<Place> {
        let file = files.get(self.file)?;
        Some(Place::in_text(&file.name, &file.text, self.range.start))
    }
}

/// A value and its position.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// Text and its position.
pub(crate) type Text = Located<String>;

/// Parses a file and passes its table to `read`. A file with a syntax error is not passed on, because everything after
/// the error would be guesswork. `what`: the kind of file, such as `rule file`.
pub(crate) fn parse<T>(
    file: usize,
    what: &'static str,
    problems: &Problems<'_>,
    read: impl FnOnce(TomlTable<'_>) -> T,
) -> Option<T> {
    let (table, errors) = DeTable::parse_recoverable(problems.text(file));
    for error in &errors {
        let span = Span { file, range: error.span().unwrap_or(0..0) };
        let text = error.message().lines().collect::<Vec<_>>().join("; ");
        let help = "fix the line: keys are bare, text is in quotes, lists are in brackets";
        problems.add(&span, Code::NotToml, text, help);
    }
    let start = Span { file, range: 0..0 };
    errors.is_empty().then(|| read(TomlTable::new(table.get_ref(), start, what, problems)))
}
