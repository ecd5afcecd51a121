//! Reads tables key by key. A key that is missing, unknown or of the wrong type is a problem.

use std::fmt::Display;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::{Located, Problems, Span, Text};
use crate::message::Code;

/// A table that is being read.
pub(crate) struct TomlTable<'t> {
    table: &'t DeTable<'t>,
    /// Position of the table's name, for problems of the table as a whole.
    pub(crate) span: Span,
    /// The kind of table, such as `rate`.
    what: &'static str,
    /// The keys requested so far.
    known: Vec<&'static str>,
    pub(crate) problems: &'t Problems<'t>,
}

impl<'t> TomlTable<'t> {
    pub(super) fn new(table: &'t DeTable<'t>, span: Span, what: &'static str, problems: &'t Problems<'t>) -> Self {
        Self { table, span, what, known: Vec::new(), problems }
    }

    fn located(&self, value: &'t Spanned<DeValue<'t>>) -> TomlValue<'t> {
        TomlValue { value: value.get_ref(), span: self.span_of(value), problems: self.problems }
    }

    fn span_of<T>(&self, spanned: &Spanned<T>) -> Span {
        Span { file: self.span.file, range: spanned.span() }
    }

    /// Returns the value of a key, whatever its type, and marks the key as known.
    pub(crate) fn value(&mut self, key: &'static str) -> Option<TomlValue<'t>> {
        self.known.push(key);
        self.table.get(key).map(|value| self.located(value))
    }

    /// Whether the key is present, whatever its value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the table has no keys.
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns the text under a key, if the key is present.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Text> {
        self.value(key)?.text(key)
    }

    /// Like [`text`](Self::text), but without its position.
    pub(crate) fn string(&mut self, key: &'static str) -> Option<String> {
        self.text(key).map(|text| text.value)
    }

    /// Returns the text under a key that must be present and not empty.
    pub(crate) fn required(&mut self, key: &'static str) -> Option<Text> {
        let Some(value) = self.value(key) else {
            self.add_missing(key);
            return None;
        };
        let text = value.text(key)?;
        if text.value.trim().is_empty() {
            self.problems.add(&text.span, Code::MissingKey, format!("`{key}` is empty"), format!("write the {key}"));
            return None;
        }
        Some(text)
    }

    /// Like [`required`](Self::required), but without its position; empty text if there is a problem.
    pub(crate) fn required_string(&mut self, key: &'static str) -> String {
        self.required(key).map(|text| text.value).unwrap_or_default()
    }

    /// Reports a missing key.
    pub(crate) fn add_missing(&self, key: &str) {
        let text = format!("this {} has no `{key}`", self.what);
        self.problems.add(&self.span, Code::MissingKey, text, format!("add `{key} = …`"));
    }

    /// Returns one text or a list of texts; `None` if the key is missing or any item is not text.
    pub(crate) fn texts(&mut self, key: &'static str) -> Option<Vec<Text>> {
        self.value(key)?.texts(key)
    }

    /// Like [`texts`](Self::texts), but for a list that must be present and not empty.
    pub(crate) fn required_texts(&mut self, key: &'static str) -> Vec<Text> {
        let texts = self.texts(key);
        if !self.has(key) || texts.as_ref().is_some_and(Vec::is_empty) {
            self.add_missing(key);
        }
        texts.unwrap_or_default()
    }

    /// Returns the whole number under a key, if the key is present.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<Located<i64>> {
        self.value(key)?.number(key)
    }

    /// Returns the boolean under a key; `false` if the key is missing.
    pub(crate) fn flag(&mut self, key: &'static str) -> bool {
        let Some(value) = self.value(key) else { return false };
        let flag = value.value.as_bool();
        if flag.is_none() {
            value.add_wrong_type(key, "`true` or `false`", "write one of the two, without quotes");
        }
        flag.unwrap_or(false)
    }

    /// Returns a word, number or date as text, if the key is present.
    pub(crate) fn word(&mut self, key: &'static str) -> Option<Text> {
        self.value(key)?.word(key)
    }

    /// Like [`word`](Self::word), but for a key that must be present.
    pub(crate) fn required_word(&mut self, key: &'static str) -> Option<Text> {
        if !self.has(key) {
            self.add_missing(key);
        }
        self.word(key)
    }

    /// Returns the table under a key. `what`: the kind of table.
    pub(crate) fn table(&mut self, key: &'static str, what: &'static str) -> Option<Self> {
        let value = self.value(key)?;
        let Some(table) = value.table(what) else {
            let help = match key {
                "when" | "always" => format!("write `{key}.FACT = …`"),
                _ if value.value.is_array() => format!("write `[{key}]` or `[{key}.NAME]`, with one pair of brackets"),
                _ => format!("write `{key} = {{ … }}`"),
            };
            value.add_wrong_type(key, "a table", &help);
            return None;
        };
        let name = self.table.keys().find(|name| name.get_ref() == key);
        Some(Self { span: name.map_or_else(|| self.span.clone(), |name| self.span_of(name)), ..table })
    }

    /// Reads each table in a list of tables. Returns nothing if the key is missing.
    pub(crate) fn tables<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        mut read: impl FnMut(Self) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let wrong_type = |value: &TomlValue<'_>| value.add_wrong_type(key, "a list of tables", &list_help(key));
        let Some(items) = value.items() else {
            wrong_type(&value);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.table(what) {
                Some(table) => tables.extend(read(table)),
                None => wrong_type(&item),
            }
        }
        tables
    }

    /// Reads each named table under a key, such as every `[payer.NAME]`.
    pub(crate) fn named_tables<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        mut read: impl FnMut(Text, Self) -> T,
    ) -> Vec<T> {
        let Some(outer) = self.table(key, what) else { return Vec::new() };
        let mut tables = Vec::new();
        for (name, value) in outer.entries() {
            if let Some(table) = value.table(what) {
                let table = Self { span: name.span.clone(), ..table };
                tables.push(read(name, table));
            } else {
                let text = format!("`{key}.{}` must be a table", name.value);
                let help = format!("write `[{key}.{}]`", name.value);
                self.problems.add(&name.span, Code::WrongType, text, help);
            }
        }
        tables
    }

    /// Returns all keys, whatever their names, with their values as words.
    pub(crate) fn words(self) -> Vec<(Text, Text)> {
        let entries = self.entries().into_iter();
        entries.filter_map(|(name, value)| value.word(&name.value).map(|word| (name, word))).collect()
    }

    /// Returns all entries, whatever their keys, in the order written.
    pub(crate) fn entries(&self) -> Vec<(Text, TomlValue<'t>)> {
        let entry = |(name, value): (&Spanned<_>, &'t Spanned<DeValue<'t>>)| {
            let name: &Spanned<std::borrow::Cow<'t, str>> = name;
            (Located { value: name.get_ref().to_string(), span: self.span_of(name) }, self.located(value))
        };
        let mut entries: Vec<_> = self.table.iter().map(entry).collect();
        entries.sort_by_key(|(name, _)| name.span.range.start);
        entries
    }

    /// Finishes reading the table, and reports every key that was never requested.
    pub(crate) fn finish(self) {
        for name in self.table.keys().filter(|name| !self.known.contains(&name.get_ref().as_ref())) {
            let key = Located { value: name.get_ref().to_string(), span: self.span_of(name) };
            self.problems.add_unknown_key(&key, self.what, &self.known);
        }
    }
}

/// A value and its position.
pub(crate) struct TomlValue<'t> {
    pub(crate) value: &'t DeValue<'t>,
    pub(crate) span: Span,
    problems: &'t Problems<'t>,
}

impl<'t> TomlValue<'t> {
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
        let item = move |value: &'t Spanned<DeValue<'t>>| Self {
            value: value.get_ref(),
            span: Span { file, range: value.span() },
            problems,
        };
        self.value.as_array().map(|list| list.iter().map(item))
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

/// Returns the help for a value that should have been a list of tables.
fn list_help(key: &str) -> String {
    match key {
        "cite" => "write `cite = [{ source = \"…\", at = \"…\", quote = \"…\" }]`".into(),
        "any" => "begin each group with the rule's kind, such as `[[offer.any]]`".into(),
        _ => format!("begin each with `[[{key}]]`, in two pairs of brackets"),
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
