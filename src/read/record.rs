//! One raw item of an input: names and values as they are written, and where they stand.

use std::borrow::Cow;

use super::line_and_column;
use crate::field::{FieldId, showable};
use crate::message::Code;

/// One raw item of an input.
#[derive(Debug, Default)]
pub struct Record<'a> {
    /// Position in its input, from 1.
    pub number: u64,
    /// Line it begins on, from 1.
    pub line: u64,
    /// Column it begins at, from 1.
    pub column: u64,
    /// Its bytes in the input; empty if it was not read from a text.
    pub text: &'a [u8],
    /// Its fields in the order written. Empty if none could be read.
    pub fields: Vec<Field<'a>>,
    /// Why it cannot be a note, whatever its fields hold.
    pub fault: Option<Fault>,
}

impl Record<'_> {
    /// Line and column, from 1, of an offset in its text; without one, where the record begins.
    pub fn line_and_column(&self, offset: Option<usize>) -> (u64, u64) {
        let before = offset.and_then(|offset| self.text.get(..offset)).unwrap_or_default();
        line_and_column(before, self.line, self.column)
    }
}

/// One named value of a record.
#[derive(Debug)]
pub struct Field<'a> {
    /// The key or header, trimmed.
    pub name: Cow<'a, str>,
    /// Its number, if the name is known.
    pub id: Option<FieldId>,
    /// What stands there.
    pub value: Value<'a>,
    /// Where the value begins in the record's text.
    pub offset: Option<usize>,
}

impl Field<'_> {
    /// Its name, if it may be shown. The name of an object or a list may be somebody's, whatever it looks like.
    pub fn visible_name(&self) -> Option<String> {
        match (self.id, &self.value) {
            (Some(_), _) => Some(self.name.to_string()),
            (None, Value::Nested(_)) => None,
            (None, _) => showable(&self.name),
        }
    }
}

/// A value as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number's own digits.
    Number(Cow<'a, str>),
    /// Text, not yet trimmed.
    Text(Cow<'a, str>),
    /// An array or an object, as it is written in JSON.
    Nested(Cow<'a, str>),
    /// Text that cannot be read: bad UTF-8 or a broken escape.
    Unreadable,
}

impl Value<'_> {
    /// The text or the digits, trimmed; `None` for other values.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text.trim()),
            Self::Null | Self::Boolean(_) | Self::Nested(_) | Self::Unreadable => None,
        }
    }

    /// Whether it is as good as left out: `null` or blank text.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Boolean(_) | Self::Number(_) | Self::Nested(_) | Self::Unreadable => false,
        }
    }

    /// A copy that borrows nothing.
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

/// Why a record cannot be a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which kind of fault.
    pub code: Code,
    /// The name of the field it is in, if it is in one whose name may be shown.
    pub field: Option<String>,
    /// Where it stands in the record's text, if that is known.
    pub offset: Option<usize>,
    /// What is wrong.
    pub text: String,
    /// What to do about it.
    pub help: String,
}

impl Fault {
    /// A fault of a record as a whole.
    pub fn new(code: Code, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, field: None, offset: None, text: text.into(), help: help.into() }
    }

    /// The same, in a field.
    #[must_use]
    pub fn in_field(self, field: &Field<'_>) -> Self {
        Self { field: field.visible_name(), offset: field.offset, ..self }
    }
}
