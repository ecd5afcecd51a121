//! A value and its position, read as one type or another. A value of the wrong type is a problem.

use std::fmt::Display;

use ::toml::Spanned;
use ::toml::de::DeValue;

use super::{Located, Problems, Span, Text, TomlTable};
use crate::message::Code;

/// A value and its position.
pub(crate) struct TomlValue<'t> {
    pub(crate) value: &'t DeValue<'t>,
    pub(crate) span: Span,
    problems: &'t Problems<'t>,
}

/// A value under a key that takes text and tables.
pub(crate) enum TextOrTable<'t> {
    Text(Text),
    Table(TomlTable<'t>),
}

impl<'t> TomlValue<'t> {
    pub(super) fn new(value: &'t Spanned<DeValue<'t>>, file: usize, problems: &'t Problems<'t>) -> Self {
        Self { value: value.get_ref(), span: Span { file, range: value.span() }, problems }
    }

    /// Reports a value of the wrong type. `wanted`: the type that the key takes.
    pub(crate) fn add_wrong_type(&self, key: impl Display, wanted: &str, help: &str) {
        let text = format!("`{key}` takes {wanted}, not {}", type_name(self.value));
        self.problems.add(&self.span, Code::WrongType, text, help);
    }

    /// Returns the value as a table, if it is one. `what`: the kind of table.
    pub(crate) fn table(&self, what: &'static str) -> Option<TomlTable<'t>> {
        let table = self.value.as_table()?;
        Some(TomlTable::new(table, self.span.clone(), what, self.problems))
    }

    /// Returns the items of a list, if the value is one.
    pub(crate) fn items(&self) -> Option<impl Iterator<Item = Self> + use<'t>> {
        let (file, problems) = (self.span.file, self.problems);
        self.value.as_array().map(|list| list.iter().map(move |value| Self::new(value, file, problems)))
    }

    /// Returns the value as a whole number. Any other type is a problem.
    pub(crate) fn number(&self, key: &str) -> Option<Located<i64>> {
        let number =
            self.value.as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            self.add_wrong_type(key, "a whole number", "write digits alone, without quotes");
        }
        number.map(|number| Located { value: number, span: self.span.clone() })
    }

    /// Returns the value as text. Any other type is a problem.
    pub(crate) fn text(&self, key: &str) -> Option<Text> {
        let Some(text) = self.value.as_str() else {
            self.add_wrong_type(key, "text in quotes", &quotes_help(key, self.value));
            return None;
        };
        Some(Located { value: text.to_owned(), span: self.span.clone() })
    }

    /// Returns the value as one text or a list of texts. Any other type is a problem and yields `None`.
    pub(crate) fn texts(&self, key: &str) -> Option<Vec<Text>> {
        match self.items() {
            // Check every item before collecting, so that all problems are found.
            Some(items) => items.map(|item| item.text(key)).collect::<Vec<_>>().into_iter().collect(),
            None => self.text(key).map(|text| vec![text]),
        }
    }

    /// Returns the value as a word, number or date. Any other type is a problem.
    pub(crate) fn word(&self, key: &str) -> Option<Text> {
        let word = match self.value {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => {
                self.add_wrong_type(key, "text in quotes or a whole number", &quotes_help(key, self.value));
                return None;
            }
        };
        Some(Located { value: word, span: self.span.clone() })
    }
}

/// Returns the help for a value that should have been text.
fn quotes_help(key: &str, value: &DeValue<'_>) -> String {
    match value {
        DeValue::Boolean(_) => format!("write `{key} = \"yes\"` or `{key} = \"no\"`"),
        DeValue::Integer(_) => {
            format!("write `{key} = \"…\"`; a condition on a number is `{key}.at_least = …`, `{key}.below = …` or both")
        }
        _ => format!("write `{key} = \"…\"`"),
    }
}

/// Returns the name of a value's type, in terms familiar to people who write rules.
fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text in quotes",
        DeValue::Integer(_) | DeValue::Float(_) => "a number without quotes",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
