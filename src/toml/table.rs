//! A table read key by key: a key that is missing, of the wrong type or unknown is a problem.

use std::fmt::Display;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::{Located, Problems, Span, Text};
use crate::message::Code;

/// A table being read.
pub(crate) struct TomlTable<'t> {
    table: &'t DeTable<'t>,
    /// Where the table's name stands, for problems of the whole table.
    pub(crate) span: Span,
    /// What kind of table it is, such as `rate`.
    what: &'static str,
    /// The keys asked for so far.
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

    /// The value of a key, whatever its type. From now on the key is a known one.
    pub(crate) fn value(&mut self, key: &'static str) -> Option<TomlValue<'t>> {
        self.known.push(key);
        self.table.get(key).map(|value| self.located(value))
    }

    /// Whether the key is there, whatever its value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether there is no key at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Text, if the key is there.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Text> {
        self.value(key)?.text(key)
    }

    /// Text without its place, if the key is there.
    pub(crate) fn string(&mut self, key: &'static str) -> Option<String> {
        self.text(key).map(|text| text.value)
    }

    /// Text that must be there and must not be empty.
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

    /// Text that must be there and must not be empty, without its place; else empty text.
    pub(crate) fn required_string(&mut self, key: &'static str) -> String {
        self.required(key).map(|text| text.value).unwrap_or_default()
    }

    /// Adds the problem that a key is missing.
    pub(crate) fn add_missing(&self, key: &str) {
        let text = format!("this {} has no `{key}`", self.what);
        self.problems.add(&self.span, Code::MissingKey, text, format!("add `{key} = …`"));
    }

    /// One text or a list of texts, if the key is there and all of them are texts.
    pub(crate) fn texts(&mut self, key: &'static str) -> Option<Vec<Text>> {
        self.value(key)?.texts(key)
    }

    /// The same where the list must be there and must not be empty.
    pub(crate) fn required_texts(&mut self, key: &'static str) -> Vec<Text> {
        let texts = self.texts(key);
        if !self.has(key) || texts.as_ref().is_some_and(Vec::is_empty) {
            self.add_missing(key);
        }
        texts.unwrap_or_default()
    }

    /// A whole number, if the key is there.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<Located<i64>> {
        let value = self.value(key)?;
        let number =
            value.value.as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            value.add_wrong_type(key, "a whole number", "write digits alone, without quotes");
        }
        number.map(|number| Located { value: number, span: value.span })
    }

    /// `true` or `false`; false if the key is not there.
    pub(crate) fn flag(&mut self, key: &'static str) -> bool {
        let Some(value) = self.value(key) else { return false };
        let flag = value.value.as_bool();
        if flag.is_none() {
            value.add_wrong_type(key, "`true` or `false`", "write one of the two, without quotes");
        }
        flag.unwrap_or(false)
    }

    /// A word, number or date as text, if the key is there.
    pub(crate) fn word(&mut self, key: &'static str) -> Option<Text> {
        self.value(key)?.word(key)
    }

    /// The same where it must be there.
    pub(crate) fn required_word(&mut self, key: &'static str) -> Option<Text> {
        if !self.has(key) {
            self.add_missing(key);
        }
        self.word(key)
    }

    /// The table under a key. `what`: the kind of table.
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

    /// Reads each table of a list of tables; nothing if the key is not there.
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

    /// Reads each named table under a key, such as all `[payer.NAME]`.
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

    /// All keys, whatever their names, with their values as words.
    pub(crate) fn words(self) -> Vec<(Text, Text)> {
        let entries = self.entries().into_iter();
        entries.filter_map(|(name, value)| value.word(&name.value).map(|word| (name, word))).collect()
    }

    /// All keys, whatever their names, in the order in which they are written.
    pub(crate) fn entries(&self) -> Vec<(Text, TomlValue<'t>)> {
        let entry = |(name, value): (&Spanned<_>, &'t Spanned<DeValue<'t>>)| {
            let name: &Spanned<std::borrow::Cow<'t, str>> = name;
            (Located { value: name.get_ref().to_string(), span: self.span_of(name) }, self.located(value))
        };
        let mut entries: Vec<_> = self.table.iter().map(entry).collect();
        entries.sort_by_key(|(name, _)| name.span.range.start);
        entries
    }

    /// Ends the table: a key that nobody asked for is a problem.
    pub(crate) fn finish(self) {
        for name in self.table.keys().filter(|name| !self.known.contains(&name.get_ref().as_ref())) {
            let key = Located { value: name.get_ref().to_string(), span: self.span_of(name) };
            self.problems.add_unknown_key(&key, self.what, &self.known);
        }
    }
}

/// A value with its place.
pub(crate) struct TomlValue<'t> {
    pub(crate) value: &'t DeValue<'t>,
    pub(crate) span: Span,
    problems: &'t Problems<'t>,
}

impl<'t> TomlValue<'t> {
    /// Adds the problem that a value is of the wrong type. `wanted`: what its key takes.
    pub(crate) fn add_wrong_type(&self, key: impl Display, wanted: &str, help: &str) {
        let text = format!("`{key}` takes {wanted}, not {}", type_name(self.value));
        self.problems.add(&self.span, Code::WrongType, text, help);
    }

    /// As a table, if it is one. `what`: the kind of table.
    pub(crate) fn table(&self, what: &'static str) -> Option<TomlTable<'t>> {
        let table = self.value.as_table()?;
        Some(TomlTable::new(table, self.span.clone(), what, self.problems))
    }

    /// As a list of values, if it is one.
    pub(crate) fn items(&self) -> Option<impl Iterator<Item = Self> + use<'t>> {
        let (file, problems) = (self.span.file, self.problems);
        let item = move |value: &'t Spanned<DeValue<'t>>| Self {
            value: value.get_ref(),
            span: Span { file, range: value.span() },
            problems,
        };
        self.value.as_array().map(|list| list.iter().map(item))
    }

    /// As text; a value of another type is a problem.
    pub(crate) fn text(&self, key: &str) -> Option<Text> {
        let Some(text) = self.value.as_str() else {
            self.add_wrong_type(key, "text in quotes", &quotes_help(key, self.value));
            return None;
        };
        Some(Located { value: text.to_owned(), span: self.span.clone() })
    }

    /// As one text or a list of texts; a value of another type is a problem, and then there are none.
    pub(crate) fn texts(&self, key: &str) -> Option<Vec<Text>> {
        match self.items() {
            // Every item is looked at, so that all problems are found.
            Some(items) => items.map(|item| item.text(key)).collect::<Vec<_>>().into_iter().collect(),
            None => self.text(key).map(|text| vec![text]),
        }
    }

    /// As a word, number or date; a value of another type is a problem.
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

/// How text is written in the place of something else.
fn quotes_help(key: &str, value: &DeValue<'_>) -> String {
    match value {
        DeValue::Boolean(_) => format!("write `{key} = \"yes\"` or `{key} = \"no\"`"),
        DeValue::Integer(_) => {
            format!("write `{key} = \"…\"`; a condition on a number is `{key}.at_least = …`, `{key}.below = …` or both")
        }
        _ => format!("write `{key} = \"…\"`"),
    }
}

/// How a list of tables is written.
fn list_help(key: &str) -> String {
    match key {
        "cite" => "write `cite = [{ source = \"…\", at = \"…\", quote = \"…\" }]`".into(),
        "any" => "begin each group with the rule's kind, such as `[[offer.any]]`".into(),
        _ => format!("begin each with `[[{key}]]`, in two pairs of brackets"),
    }
}

/// The type of a value, in the words of somebody who writes rules.
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
