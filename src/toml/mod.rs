//! TOML as a tree whose values know their places, and what is wrong in it, gathered. Knows no rules.

mod problems;
mod table;

use std::ops::Range;

use ::toml::de::DeTable;

pub(crate) use problems::{Problems, suggestion, with_excerpt};
pub(crate) use table::{TomlTable, TomlValue};

use crate::message::Code;
use crate::place::Place;

/// A TOML file: its name as shown in messages, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlFile {
    /// Name, such as `rules/act-vocational.toml`.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Whether it is the user's own, added to a set. Where it clashes with the set, the problem is reported in it.
    pub own: bool,
}

/// Bytes of one of several files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub(crate) file: usize,
    pub(crate) range: Range<usize>,
}

impl Span {
    /// A key to sort by: files in their order, then from top to bottom.
    pub(crate) fn order(&self) -> (usize, usize) {
        (self.file, self.range.start)
    }

    /// The place where it begins; `None` where it is not of these files.
    pub fn resolve(&self, files: &[TomlFile]) -> Option<Place> {
        let file = files.get(self.file)?;
        Some(Place::in_text(&file.name, &file.text, self.range.start))
    }
}

/// A value with the place where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// Text with its place.
pub(crate) type Text = Located<String>;

/// Parses a file and hands its table on. What follows a syntax error would be a guess, so a file with one is not handed
/// on. `what`: the kind of file, such as `rule file`.
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
        let help = "fix the line: names stand plain, text in quotes, lists in brackets";
        problems.add(&span, Code::NotToml, text, help);
    }
    let start = Span { file, range: 0..0 };
    errors.is_empty().then(|| read(TomlTable::new(table.get_ref(), start, what, problems)))
}
