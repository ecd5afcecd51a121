//! Reads tables key by key. A key that is missing, unknown or of the wrong type is a problem.

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::shape::{Many, Recording, ShapeKind};
use super::value::{TextOrTable, TomlValue};
use super::{Located, Problems, Span, Text};
use crate::message::Code;

/// A table that is being read.
pub(crate) struct TomlTable<'t> {
    pub(super) table: &'t DeTable<'t>,
    /// Position of the table's name, for problems of the table as a whole.
    pub(crate) span: Span,
    /// The kind of table, such as `rate`.
    what: &'static str,
    /// The keys requested so far.
    known: Vec<&'static str>,
    pub(crate) problems: &'t Problems<'t>,
    /// Whether any other key may hold a table.
    takes_other_tables: bool,
    /// Set if nothing is read, and the requests are recorded instead.
    pub(super) recording: Option<Recording<'t>>,
}

impl<'t> TomlTable<'t> {
    pub(super) fn new(table: &'t DeTable<'t>, span: Span, what: &'static str, problems: &'t Problems<'t>) -> Self {
        Self { table, span, what, known: Vec::new(), problems, takes_other_tables: false, recording: None }
    }

    fn located(&self, value: &'t Spanned<DeValue<'t>>) -> TomlValue<'t> {
        TomlValue::new(value, self.span.file, self.problems)
    }

    fn span_of<T>(&self, spanned: &Spanned<T>) -> Span {
        Span { file: self.span.file, range: spanned.span() }
    }

    /// Returns the value of a key, whatever its type, and marks the key as known.
    pub(crate) fn value(&mut self, key: &'static str) -> Option<TomlValue<'t>> {
        self.known.push(key);
        if let Some(recording) = self.recording {
            recording.add_key(key);
        }
        self.table.get(key).map(|value| self.located(value))
    }

    /// Whether the key is present, whatever its value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key) || self.recording.is_some_and(Recording::is_full)
    }

    /// Whether the table has no keys.
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns the text under a key, if the key is present.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Text> {
        self.record(key, ShapeKind::Text, Many::One);
        self.value(key)?.text(key)
    }

    /// Like [`text`](Self::text), for a key that takes one of a few words. Whether the word is one of them is not checked
    /// here.
    pub(crate) fn one_of(&mut self, key: &'static str, words: &[&str]) -> Option<Text> {
        self.record_one_of(key, words);
        self.value(key)?.text(key)
    }

    /// Like [`text`](Self::text), but without its position.
    pub(crate) fn string(&mut self, key: &'static str) -> Option<String> {
        self.text(key).map(|text| text.value)
    }

    /// Returns the text under a key that must be present and not empty.
    pub(crate) fn required(&mut self, key: &'static str) -> Option<Text> {
        self.record(key, ShapeKind::FilledText, Many::One);
        self.filled(key)
    }

    /// Like [`required`](Self::required), for a key that takes one of a few words. Whether the word is one of them is not
    /// checked here.
    pub(crate) fn required_one_of(&mut self, key: &'static str, words: &[&str]) -> Option<Text> {
        self.record_one_of(key, words);
        self.filled(key)
    }

    fn filled(&mut self, key: &'static str) -> Option<Text> {
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
    pub(crate) fn add_missing(&self, key: &'static str) {
        self.add_missing_with_help(key, format!("add `{key} = …`"));
    }

    /// Like [`add_missing`](Self::add_missing), for a key that needs help of its own.
    pub(crate) fn add_missing_with_help(&self, key: &'static str, help: impl Into<String>) {
        if let Some(recording) = self.recording {
            return recording.add_missing(key);
        }
        let text = format!("this {} has no `{key}`", self.what);
        self.problems.add(&self.span, Code::MissingKey, text, help);
    }

    /// Returns one text or a list of texts; `None` if the key is missing or any item is not text.
    pub(crate) fn texts(&mut self, key: &'static str) -> Option<Vec<Text>> {
        self.record(key, ShapeKind::Text, Many::OneOrList);
        self.value(key)?.texts(key)
    }

    /// Like [`texts`](Self::texts), but for a list that must be present and not empty.
    pub(crate) fn required_texts(&mut self, key: &'static str) -> Vec<Text> {
        self.record(key, ShapeKind::Text, Many::OneOrFilledList);
        let texts = self.value(key).and_then(|value| value.texts(key));
        if !self.has(key) || texts.as_ref().is_some_and(Vec::is_empty) {
            self.add_missing(key);
        }
        texts.unwrap_or_default()
    }

    /// Returns the whole number under a key, if the key is present.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<Located<i64>> {
        self.record(key, ShapeKind::Number, Many::One);
        self.value(key)?.number(key)
    }

    /// Returns the whole number or the list of whole numbers under a key that must be present.
    pub(crate) fn required_numbers(&mut self, key: &'static str) -> Vec<Located<i64>> {
        self.record(key, ShapeKind::Number, Many::OneOrList);
        let Some(value) = self.value(key) else {
            self.add_missing(key);
            return Vec::new();
        };
        match value.items() {
            Some(items) => items.filter_map(|item| item.number(key)).collect(),
            None => value.number(key).into_iter().collect(),
        }
    }

    /// Returns the boolean under a key; `false` if the key is missing.
    pub(crate) fn flag(&mut self, key: &'static str) -> bool {
        self.record(key, ShapeKind::Flag, Many::One);
        let Some(value) = self.value(key) else { return false };
        let flag = value.value.as_bool();
        if flag.is_none() {
            value.add_wrong_type(key, "`true` or `false`", "write one of the two, without quotes");
        }
        flag.unwrap_or(false)
    }

    /// Returns a word, number or date as text, if the key is present.
    pub(crate) fn word(&mut self, key: &'static str) -> Option<Text> {
        self.record(key, ShapeKind::Word, Many::One);
        self.value(key)?.word(key)
    }

    /// Like [`word`](Self::word), but for a key that must be present.
    pub(crate) fn required_word(&mut self, key: &'static str) -> Option<Text> {
        let word = self.word(key);
        if !self.has(key) {
            self.add_missing(key);
        }
        word
    }

    /// Returns the table under a key. `what`: the kind of table.
    pub(crate) fn table(&mut self, key: &'static str, what: &'static str) -> Option<Self> {
        if let Some(recording) = self.recording {
            return Some(self.recorded_inside(what, recording.table(key, what, Many::One)));
        }
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
        if let Some(recording) = self.recording {
            return read(self.recorded_inside(what, recording.table(key, what, Many::List))).into_iter().collect();
        }
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

    /// Reads each text and each table under a key that takes one of them or a list.
    pub(crate) fn texts_or_tables<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        mut read: impl FnMut(TextOrTable<'t>) -> Option<T>,
    ) -> Vec<T> {
        if let Some(table) = self.record_mixed(key, what, Many::OneOrList) {
            return read(table).into_iter().collect();
        }
        let Some(value) = self.value(key) else { return Vec::new() };
        let items: Vec<TomlValue<'t>> = value.items().map_or_else(|| vec![value], Iterator::collect);
        let text_or_table = |item: TomlValue<'t>| match item.table(what) {
            Some(table) => Some(TextOrTable::Table(table)),
            None => item.text(key).map(TextOrTable::Text),
        };
        items.into_iter().filter_map(text_or_table).filter_map(&mut read).collect()
    }

    /// Reads each text and each table in a list. `help`: what to do if there is anything else.
    pub(crate) fn list_of_texts_or_tables<T>(
        &mut self,
        key: &'static str,
        (what, help): (&'static str, &str),
        mut read: impl FnMut(TextOrTable<'t>) -> Option<T>,
    ) -> Vec<T> {
        if let Some(table) = self.record_mixed(key, what, Many::List) {
            return read(table).into_iter().collect();
        }
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(items) = value.items() else {
            value.add_wrong_type(key, "a list of tables", help);
            return Vec::new();
        };
        let text_or_table = |item: TomlValue<'t>| match item.table(what) {
            Some(table) => Some(TextOrTable::Table(table)),
            None if item.value.is_str() => item.text(key).map(TextOrTable::Text),
            None => {
                item.add_wrong_type(key, "a list of tables", help);
                None
            }
        };
        items.filter_map(text_or_table).filter_map(&mut read).collect()
    }

    /// Reads each named table under a key, such as every `[payer.NAME]`.
    pub(crate) fn named_tables<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        mut read: impl FnMut(Text, Self) -> T,
    ) -> Vec<T> {
        let Some(outer) = self.table(key, what) else { return Vec::new() };
        if let Some(recording) = outer.recording {
            let name = Located { value: String::new(), span: self.span.clone() };
            return vec![read(name, outer.recorded_inside(what, recording.other_table(what)))];
        }
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

    /// Reads the tables under a key that holds either a list of tables, such as every `[[edit]]`, or named tables, such as
    /// every `[edit.ID]`.
    pub(crate) fn tables_or_named<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        read: impl FnMut(Self) -> Option<T>,
        read_named: impl FnMut(Text, Self) -> T,
    ) -> Vec<T> {
        let is_named = self.table.get(key).is_some_and(|value| value.get_ref().is_table());
        let mut tables = if is_named { Vec::new() } else { self.tables(key, what, read) };
        if is_named || self.recording.is_some() {
            tables.extend(self.named_tables(key, what, read_named));
        }
        tables
    }

    /// Reads each table under a key that was not requested before. Other values under such keys remain problems.
    pub(crate) fn other_tables<T>(&mut self, what: &'static str, mut read: impl FnMut(Text, Self) -> T) -> Vec<T> {
        self.takes_other_tables = true;
        if let Some(recording) = self.recording {
            let name = Located { value: String::new(), span: self.span.clone() };
            return vec![read(name, self.recorded_inside(what, recording.other_table(what)))];
        }
        let others = self.entries().into_iter().filter(|(name, _)| !self.known.contains(&name.value.as_str()));
        let tables = others.filter_map(|(name, value)| {
            let table = Self { span: name.span.clone(), ..value.table(what)? };
            Some(read(name, table))
        });
        tables.collect()
    }

    /// Returns all keys, whatever their names, with their values as words.
    pub(crate) fn words(self) -> Vec<(Text, Text)> {
        self.record_others(ShapeKind::Word, Many::One);
        let entries = self.entries().into_iter();
        entries.filter_map(|(name, value)| value.word(&name.value).map(|word| (name, word))).collect()
    }

    /// Returns all keys, whatever their names, with their values as lists of texts.
    pub(crate) fn lists(self) -> Vec<(Text, Vec<Text>)> {
        self.record_others(ShapeKind::Text, Many::OneOrFilledList);
        let entries = self.entries().into_iter();
        entries.filter_map(|(name, value)| value.texts(&name.value).map(|texts| (name, texts))).collect()
    }

    /// Returns all entries, whatever their keys, in the order written.
    pub(crate) fn entries(&self) -> Vec<(Text, TomlValue<'t>)> {
        if let Some(recording) = self.recording {
            recording.add_others();
        }
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
        if let Some(recording) = self.recording.filter(|_| !self.takes_other_tables) {
            recording.close();
        }
        let is_taken = |value: &Spanned<DeValue<'_>>| self.takes_other_tables && value.get_ref().is_table();
        let unknown = self
            .table
            .iter()
            .filter(|(name, value)| !self.known.contains(&name.get_ref().as_ref()) && !is_taken(value));
        for (name, _) in unknown {
            let key = Located { value: name.get_ref().to_string(), span: self.span_of(name) };
            self.problems.add_unknown_key(&key, self.what, &self.known);
        }
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
