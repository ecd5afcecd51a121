//! A raw item of an input: its names and values as written, with their positions.

use std::borrow::Cow;

use super::line_and_column;
use crate::field::{FieldId, showable};
use crate::message::Code;
use crate::number::count;
use crate::place::Place;
use crate::visible::is_invisible;

/// A raw item of an input.
#[derive(Debug, Default)]
pub struct Record<'a> {
    /// Position of the record in its input, starting at 1.
    pub number: u64,
    /// Line on which the record begins, starting at 1.
    pub line: u64,
    /// Column at which the record begins, starting at 1.
    pub column: u64,
    /// The bytes of the record in the input; empty if it was not read from text.
    pub text: &'a [u8],
    /// The fields in the order written; empty if none could be read.
    pub fields: Vec<Field<'a>>,
    /// Why the record cannot be a note, whatever its fields contain.
    pub fault: Option<Fault>,
    /// The sheet of which the record is a row. Then offsets are the positions of its columns, from 0.
    pub sheet: Option<&'a str>,
}

impl Record<'_> {
    /// Returns where the record begins in the file with this name.
    pub fn place_in(&self, file: &str) -> Place {
        Place { sheet: self.sheet.map(str::to_owned), ..Place::new(file, self.line, self.column) }
    }

    /// Returns the line and column of an offset in the record's text; without an offset, those of the record's start.
    pub fn line_and_column(&self, offset: Option<usize>) -> (u64, u64) {
        if self.sheet.is_some() {
            return (self.line, count(offset.unwrap_or_default()) + 1);
        }
        let before = offset.and_then(|offset| self.text.get(..offset)).unwrap_or_default();
        line_and_column(before, self.line, self.column)
    }
}

/// A named value of a record.
#[derive(Debug)]
pub struct Field<'a> {
    /// The key or header name, trimmed.
    pub name: Cow<'a, str>,
    /// The field number, if the name is known.
    pub id: Option<FieldId>,
    /// The value as written.
    pub value: Value<'a>,
    /// Offset of the value in the record's text.
    pub offset: Option<usize>,
}

impl Field<'_> {
    /// Returns the name if it may be shown. The name of an object or array might be a person's, whatever it looks like.
    pub fn visible_name(&self) -> Option<String> {
        match (self.id, &self.value) {
            (Some(_), _) => Some(self.name.to_string()),
            (None, Value::Nested(_)) => None,
            (None, _) => showable(&self.name),
        }
    }
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as its digits were written.
    Number(Cow<'a, str>),
    /// Text, not yet trimmed.
    Text(Cow<'a, str>),
    /// An array or an object, as written in JSON.
    Nested(Cow<'a, str>),
    /// Text that cannot be read: bad UTF-8 or a broken escape.
    Unreadable,
}

impl Value<'_> {
    /// Returns the text or the digits, trimmed; `None` for other values.
    #[inline]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(trim(text)),
            Self::Null | Self::Boolean(_) | Self::Nested(_) | Self::Unreadable => None,
        }
    }

    /// Whether the value counts as left out: `null` or blank text.
    #[inline]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => trim(text).is_empty(),
            Self::Boolean(_) | Self::Number(_) | Self::Nested(_) | Self::Unreadable => false,
        }
    }

    /// Returns a copy that borrows nothing.
    pub fn into_owned(self) -> Value<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Null => Value::Null,
            Self::Boolean(truth) => Value::Boolean(truth),
            Self::Number(text) => Value::Number(owned(text)),
            Self::Text(text) => Value::Text(owned(text)),
            Self::Nested(text) => Value::Nested(owned(text)),
            Self::Unreadable => Value::Unreadable,
        }
    }
}

/// Returns text without the blanks and invisible characters around it.
#[inline]
pub(super) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        // Nearly all text begins and ends with a character that is no blank.
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c)),
    }
}

/// The reason why a record cannot be a note.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// The code of the fault.
    pub code: Code,
    /// The name of the field at fault, if the fault is in a field whose name may be shown.
    pub field: Option<String>,
    /// Offset of the fault in the record's text, if known.
    pub offset: Option<usize>,
    /// What is wrong.
    pub text: String,
    /// What to do about it.
    pub help: String,
}

impl Fault {
    /// Creates a fault of a record as a whole.
    pub fn new(code: Code, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, field: None, offset: None, text: text.into(), help: help.into() }
    }

    /// Returns the fault, located in a field.
    #[must_use]
    pub fn in_field(self, field: &Field<'_>) -> Self {
        Self { field: field.visible_name(), offset: field.offset, ..self }
    }
}
