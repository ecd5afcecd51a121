//! One TOML table, read key by key: what is missing, of the wrong type, or not asked for is a problem.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problems, Span, Spot};
use crate::message::Code;

/// Text with its place.
pub(crate) type Text = Spot<String>;

/// Tables of case files, in which no table has a name of the author's choosing.
const IN_CASES: [&str; 4] = ["case file", "case", "but", "note"];

/// A table being read.
pub(crate) struct Walker<'t, 'p, 'f> {
    table: &'t DeTable<'t>,
    /// Where the table's name stands, for problems of the whole table.
    pub(crate) at: Span,
    what: &'static str,
    asked: Vec<&'static str>,
    pub(crate) problems: &'p mut Problems<'f>,
}

impl<'t, 'p, 'f> Walker<'t, 'p, 'f> {
    pub(crate) fn new(table: &'t DeTable<'t>, at: Span, what: &'static str, problems: &'p mut Problems<'f>) -> Self {
        Self { table, at, what, asked: Vec::new(), problems }
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span { file: self.at.file, range }
    }

    /// The value of a key, which from now on is a known one.
    fn ask(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    /// Whatever stands under a key.
    pub(crate) fn entry(&mut self, key: &'static str) -> Option<Entry<'t>> {
        let value = self.ask(key)?;
        Some(Entry { value, file: self.at.file })
    }

    fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, key: &str, wanted: &str, help: &str) {
        let text = format!("`{key}` takes {wanted}, not {}", type_name(value.get_ref()));
        let at = self.span(value.span());
        self.problems.add(&at, Code::WrongType, text, help);
    }

    /// Whether the key is there, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the key is there with a list that holds nothing.
    pub(super) fn is_empty_list(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| matches!(value.get_ref(), DeValue::Array(list) if list.is_empty()))
    }

    /// Every key that is written, known or not.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(|name| name.get_ref().as_ref())
    }

    /// Whether this condition has no fact in it.
    pub(super) fn asks_nothing(&self) -> bool {
        asks_nothing(self.table)
    }

    /// Text, if the key is there.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Text> {
        let value = self.ask(key)?;
        self.as_text(value, key)
    }

    /// Text that must be there and must not be empty.
    pub(crate) fn required(&mut self, key: &'static str) -> Option<Text> {
        if self.ask(key).is_none() {
            self.missing(key);
            return None;
        }
        let text = self.text(key)?;
        if text.value.trim().is_empty() {
            self.problems.add(&text.at, Code::MissingKey, format!("`{key}` is empty"), format!("write the {key}"));
            return None;
        }
        Some(text)
    }

    /// Says that a key is missing.
    pub(crate) fn missing(&mut self, key: &str) {
        let text = format!("this {} has no `{key}`", self.what);
        self.problems.add(&self.at, Code::MissingKey, text, format!("add `{key} = …`"));
    }

    fn as_text(&mut self, value: &'t Spanned<DeValue<'t>>, key: &str) -> Option<Text> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(Spot { value: text.to_string(), at: self.span(value.span()) });
        }
        self.wrong_type(value, key, "text in quotes", &in_quotes(key, value.get_ref()));
        None
    }

    /// One text or a list of texts; `None` if the key is not there.
    pub(crate) fn texts(&mut self, key: &'static str) -> Option<Vec<Text>> {
        let value = self.ask(key)?;
        Some(self.as_texts(value, key))
    }

    fn as_texts(&mut self, value: &'t Spanned<DeValue<'t>>, key: &str) -> Vec<Text> {
        match value.get_ref() {
            DeValue::Array(list) => list.iter().filter_map(|item| self.as_text(item, key)).collect(),
            _ => self.as_text(value, key).into_iter().collect(),
        }
    }

    /// A whole number.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<Spot<i64>> {
        let value = self.ask(key)?;
        let number =
            value.get_ref().as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            self.wrong_type(value, key, "a whole number", "write digits alone, without quotes");
        }
        number.map(|number| Spot { value: number, at: self.span(value.span()) })
    }

    /// `true` or `false`; false if the key is not there.
    pub(crate) fn flag(&mut self, key: &'static str) -> bool {
        let Some(value) = self.ask(key) else { return false };
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(value, key, "`true` or `false`", "write one of the two, without quotes");
        }
        flag.unwrap_or(false)
    }

    /// A word, number or date, as the text it would be in a note.
    pub(crate) fn word(&mut self, key: &'static str) -> Option<Text> {
        let value = self.ask(key)?;
        let word = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => {
                self.wrong_type(value, key, "text in quotes or a whole number", &format!("write `{key} = \"…\"`"));
                return None;
            }
        };
        Some(Spot { value: word, at: self.span(value.span()) })
    }

    /// The table under a key.
    pub(crate) fn table(&mut self, key: &'static str, what: &'static str) -> Option<Walker<'t, '_, 'f>> {
        let value = self.ask(key)?;
        let DeValue::Table(table) = value.get_ref() else {
            let help = match key {
                _ if IN_CASES.contains(&self.what) => format!("write `{key} = {{ … }}`"),
                "when" | "always" => format!("write `{key}.FACT = …`"),
                "answer" | "column" => format!("write `[{key}]` once, with one pair of brackets"),
                _ => format!("write `[{key}.NAME]`, with one pair of brackets"),
            };
            self.wrong_type(value, key, "a table", &help);
            return None;
        };
        let at = self.key_span(key).unwrap_or_else(|| self.at.clone());
        Some(Walker::new(table, at, what, self.problems))
    }

    /// The tables of an array of tables; none if the key is not there.
    pub(crate) fn tables<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        mut each: impl FnMut(Walker<'t, '_, 'f>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.ask(key) else { return Vec::new() };
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong_type(value, key, "a list of tables", &list_help(key));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in list {
            let at = self.span(item.span());
            match item.get_ref() {
                DeValue::Table(table) => tables.extend(each(Walker::new(table, at, what, self.problems))),
                _ => self.wrong_type(item, key, "a list of tables", &list_help(key)),
            }
        }
        tables
    }

    /// The named tables of a table, such as all `[payer.X]`.
    pub(crate) fn named<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        mut each: impl FnMut(Text, Walker<'t, '_, 'f>) -> T,
    ) -> Vec<T> {
        let Some(outer) = self.table(key, what) else { return Vec::new() };
        let mut found = Vec::new();
        for (name, value) in outer.table {
            let at = outer.span(name.span());
            let name = Spot { value: name.get_ref().to_string(), at: at.clone() };
            if let DeValue::Table(table) = value.get_ref() {
                found.push(each(name, Walker::new(table, at, what, outer.problems)));
            } else {
                let text = format!("`{key}.{}` must be a table", name.value);
                outer.problems.add(&at, Code::WrongType, text, format!("write `[{key}.{}]`", name.value));
            }
        }
        found
    }

    /// All keys of this table, whatever their names, with their values as words.
    pub(crate) fn words(self) -> Vec<(Text, Text)> {
        let mut found = Vec::new();
        for (name, value) in self.table {
            let name = Spot { value: name.get_ref().to_string(), at: self.span(name.span()) };
            let at = self.span(value.span());
            let word = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.to_string(),
                _ => {
                    let text = format!("`{}` takes text in quotes or a whole number", name.value);
                    self.problems.add(&at, Code::WrongType, text, in_quotes(&name.value, value.get_ref()));
                    continue;
                }
            };
            found.push((name, Spot { value: word, at }));
        }
        found
    }

    /// All keys of this table, as `entries` has them, in the order in which they are written.
    pub(crate) fn entries_as_written(self) -> (Vec<(Text, Entry<'t>)>, &'p mut Problems<'f>) {
        let (mut entries, problems) = self.entries();
        entries.sort_by_key(|(name, _)| name.at.range.start);
        (entries, problems)
    }

    /// All keys of this table, whatever their names, each with its value's walker.
    pub(crate) fn entries(self) -> (Vec<(Text, Entry<'t>)>, &'p mut Problems<'f>) {
        let file = self.at.file;
        let entries = self
            .table
            .iter()
            .map(|(name, value)| {
                let at = Span { file, range: name.span() };
                (Spot { value: name.get_ref().to_string(), at }, Entry { value, file })
            })
            .collect();
        (entries, self.problems)
    }

    fn key_span(&self, key: &str) -> Option<Span> {
        self.table.keys().find(|name| name.get_ref() == key).map(|name| self.span(name.span()))
    }

    /// Ends the table: a key that nobody asked for is a problem, with the nearest known one.
    pub(crate) fn done(self) -> &'p mut Problems<'f> {
        let known: BTreeSet<&str> = self.asked.iter().copied().collect();
        for name in self.table.keys().filter(|name| !known.contains(name.get_ref().as_ref())) {
            let key = Spot { value: name.get_ref().to_string(), at: self.span(name.span()) };
            self.problems.no_key(&key, self.what, known.iter().copied());
        }
        self.problems
    }
}

fn asks_nothing(condition: &DeTable<'_>) -> bool {
    condition.iter().all(|(name, value)| match (name.get_ref().as_ref(), value.get_ref()) {
        ("not" | "when", DeValue::Table(inner)) => asks_nothing(inner),
        _ => false,
    })
}

/// How text is written in the place of something else.
fn in_quotes(key: &str, value: &DeValue<'_>) -> String {
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

/// The kind of a value, in the words of somebody who writes rules.
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

/// A value that stands under a name of the author's choosing.
pub(crate) struct Entry<'t> {
    value: &'t Spanned<DeValue<'t>>,
    file: usize,
}

impl<'t> Entry<'t> {
    /// As a table to walk, if it is one.
    pub(crate) fn table<'p, 'f>(
        &self,
        what: &'static str,
        problems: &'p mut Problems<'f>,
    ) -> Option<Walker<'t, 'p, 'f>> {
        let DeValue::Table(table) = self.value.get_ref() else { return None };
        Some(Walker::new(table, self.at(), what, problems))
    }

    /// As one text or a list of texts; what is of another type is a problem, and then there is none.
    pub(crate) fn texts(&self, key: &str, problems: &mut Problems<'_>) -> Option<Vec<Text>> {
        let empty = DeTable::new();
        let mut walker = Walker::new(&empty, self.at(), "condition", problems);
        let texts = walker.as_texts(self.value, key);
        let written = self.value.get_ref().as_array().map_or(1, |list| list.len());
        (texts.len() == written).then_some(texts)
    }

    /// As it is written.
    pub(crate) fn value(&self) -> &'t DeValue<'t> {
        self.value.get_ref()
    }

    /// As a list of values; `None` if it is none.
    pub(crate) fn list(&self) -> Option<impl Iterator<Item = Entry<'t>> + use<'t>> {
        let file = self.file;
        let DeValue::Array(list) = self.value.get_ref() else { return None };
        Some(list.iter().map(move |value| Entry { value, file }))
    }

    /// Where it stands.
    pub(crate) fn at(&self) -> Span {
        Span { file: self.file, range: self.value.span() }
    }
}
