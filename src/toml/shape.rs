//! The shapes of tables: which keys a reader asks for, and what it takes under each. They are recorded by running the
//! reader on tables without keys, so they cannot differ from what it reads.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use ::toml::de::DeTable;

use super::{Problems, Span, TextOrTable, TomlTable};

/// A table as its reader knows it.
#[derive(Debug)]
pub(crate) struct TableShape {
    /// The kind of table, such as `rate`.
    pub(crate) what: &'static str,
    /// The keys that the reader asks for.
    pub(crate) keys: BTreeMap<&'static str, KeyShape>,
    /// The shapes of values under all other keys, if the reader takes any key. An empty list means any value.
    others: Option<Vec<Shape>>,
    /// Whether a key that the reader does not ask for is a problem.
    is_closed: bool,
}

/// A key as its reader knows it.
#[derive(Debug, Default)]
pub(crate) struct KeyShape {
    /// The shapes that its value may have. An empty list means any value.
    pub(crate) shapes: Vec<Shape>,
    /// Whether it is a problem that the key is not there.
    is_missed: bool,
    /// Whether the reader asks for the key where all keys are there.
    is_read: bool,
}

/// A shape that a value may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) kind: ShapeKind,
    pub(crate) many: Many,
}

/// A type of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ShapeKind {
    /// Text, which may be empty.
    Text,
    /// Text that is not empty.
    FilledText,
    /// One of these words.
    OneOf(Vec<String>),
    /// Text, a whole number or a date.
    Word,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A table, by its index.
    Table(usize),
}

/// How many values there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Many {
    /// One value.
    One,
    /// A list of values.
    List,
    /// One value, or a list of values.
    OneOrList,
    /// One value, or a list of at least one value.
    OneOrFilledList,
}

impl TableShape {
    fn new(what: &'static str) -> Self {
        Self { what, keys: BTreeMap::new(), others: None, is_closed: false }
    }

    /// Returns the shapes of values under keys that the reader does not ask for by name; `None` if there can be no such
    /// key. An empty list means any value.
    pub(crate) fn others(&self) -> Option<&[Shape]> {
        if self.is_closed { None } else { Some(self.others.as_deref().unwrap_or_default()) }
    }
}

impl KeyShape {
    /// Whether the key must be there. A key that is asked for only beside some other key is never required.
    pub(crate) fn is_required(&self) -> bool {
        self.is_missed && self.is_read
    }

    fn shape_with(&mut self, shape: Shape) {
        add(&mut self.shapes, shape);
    }
}

/// Adds a shape to those that a value may have.
fn add(shapes: &mut Vec<Shape>, shape: Shape) {
    if !shapes.contains(&shape) {
        shapes.push(shape);
    }
}

/// The tables recorded so far. The table of the file comes first.
#[derive(Debug)]
struct Recorder {
    tables: RefCell<Vec<TableShape>>,
    /// Whether the reader is told that every key is there.
    is_full: Cell<bool>,
}

/// A table that is recorded instead of being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recording<'t> {
    recorder: &'t Recorder,
    table: usize,
}

/// Runs a reader on a table without keys, and returns the shapes of all tables that it would read; that of the whole
/// file comes first. `what`: the kind of file.
///
/// The reader runs twice: once it is told that no key is there, and once that every key is. So it shows what it misses,
/// and what it asks for only if some key is there.
pub(crate) fn record(what: &'static str, read: impl Fn(TomlTable<'_>)) -> Vec<TableShape> {
    let recorder = Recorder { tables: RefCell::new(vec![TableShape::new(what)]), is_full: Cell::new(false) };
    let (table, problems) = (DeTable::new(), Problems::new(&[]));
    for is_full in [false, true] {
        recorder.is_full.set(is_full);
        let recording = Recording { recorder: &recorder, table: 0 };
        read(TomlTable::recorded(&table, Span { file: 0, range: 0..0 }, what, &problems, recording));
    }
    recorder.tables.into_inner()
}

impl<'t> TomlTable<'t> {
    /// Creates a table that records what its reader requests.
    pub(super) fn recorded(
        table: &'t DeTable<'t>,
        span: Span,
        what: &'static str,
        problems: &'t Problems<'t>,
        recording: Recording<'t>,
    ) -> Self {
        let mut recorded = Self::new(table, span, what, problems);
        recorded.recording = Some(recording);
        recorded
    }

    /// Returns a table inside this one that is recorded.
    pub(super) fn recorded_inside(&self, what: &'static str, recording: Recording<'t>) -> Self {
        Self::recorded(self.table, self.span.clone(), what, self.problems, recording)
    }

    /// Records what a key takes.
    pub(super) fn record(&self, key: &'static str, kind: ShapeKind, many: Many) {
        if let Some(recording) = self.recording {
            recording.add_shape(key, kind, many);
        }
    }

    /// Records that a key takes one of a few words.
    pub(super) fn record_one_of(&self, key: &'static str, words: &[&str]) {
        if self.recording.is_some() {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            self.record(key, ShapeKind::OneOf(words), Many::One);
        }
    }

    /// Records that a key takes text and tables, and returns the table; `None` if the values are read.
    pub(super) fn record_mixed(&self, key: &'static str, what: &'static str, many: Many) -> Option<TextOrTable<'t>> {
        self.record(key, ShapeKind::Text, many);
        let recording = self.recording?;
        Some(TextOrTable::Table(self.recorded_inside(what, recording.table(key, what, many))))
    }

    pub(super) fn record_others(&self, kind: ShapeKind, many: Many) {
        if let Some(recording) = self.recording {
            recording.add_other_shape(kind, many);
        }
    }

    /// For a table of which [`entries`](Self::entries) are read: if it is recorded, records that any key takes one text
    /// or several, and that `inside` take a table like this one; returns the table that any other key takes instead.
    pub(crate) fn record_entries(&self, inside: &[&'static str], what: &'static str) -> Option<Self> {
        let recording = self.recording?;
        for key in inside {
            recording.add_same(key);
        }
        recording.add_other_shape(ShapeKind::Text, Many::OneOrFilledList);
        Some(self.recorded_inside(what, recording.other_table(what)))
    }
}

impl Recording<'_> {
    /// Whether the reader is told that every key is there.
    pub(super) fn is_full(self) -> bool {
        self.recorder.is_full.get()
    }

    fn change<T>(self, change: impl FnOnce(&mut TableShape) -> T) -> Option<T> {
        self.recorder.tables.borrow_mut().get_mut(self.table).map(change)
    }

    fn change_key(self, key: &'static str, change: impl FnOnce(&mut KeyShape)) {
        self.change(|table| change(table.keys.entry(key).or_default()));
    }

    /// Records that the reader asks for a key.
    pub(super) fn add_key(self, key: &'static str) {
        let is_full = self.is_full();
        self.change_key(key, |known| known.is_read |= is_full);
    }

    /// Records what the reader takes under a key.
    pub(super) fn add_shape(self, key: &'static str, kind: ShapeKind, many: Many) {
        self.add_key(key);
        self.change_key(key, |known| known.shape_with(Shape { kind, many }));
    }

    /// Records that it is a problem that a key is not there.
    pub(super) fn add_missing(self, key: &'static str) {
        if !self.is_full() {
            self.change_key(key, |known| known.is_missed = true);
        }
    }

    /// Records that the reader takes all keys. Their values are not known yet.
    pub(super) fn add_others(self) {
        self.change(|table| {
            table.others.get_or_insert_default();
        });
    }

    /// Records what the reader takes under keys that it does not ask for by name.
    pub(super) fn add_other_shape(self, kind: ShapeKind, many: Many) {
        self.change(|table| add(table.others.get_or_insert_default(), Shape { kind, many }));
    }

    /// Records that any other key is a problem.
    pub(super) fn close(self) {
        self.change(|table| table.is_closed = true);
    }

    /// Records that a key takes a table like the one that contains it.
    pub(super) fn add_same(self, key: &'static str) {
        self.add_shape(key, ShapeKind::Table(self.table), Many::One);
    }

    /// Returns the table under a key, which is the same one whenever the key is read.
    pub(super) fn table(self, key: &'static str, what: &'static str, many: Many) -> Self {
        self.add_key(key);
        let known = self.change(|table| table.keys.get(key).and_then(|known| find(&known.shapes, many))).flatten();
        let table = known.unwrap_or_else(|| self.new_table(what));
        self.add_shape(key, ShapeKind::Table(table), many);
        Self { table, ..self }
    }

    /// Returns the table under each key that the reader does not ask for by name.
    pub(super) fn other_table(self, what: &'static str) -> Self {
        let known = self.change(|table| find(table.others.as_deref().unwrap_or_default(), Many::One)).flatten();
        let table = known.unwrap_or_else(|| self.new_table(what));
        self.add_other_shape(ShapeKind::Table(table), Many::One);
        Self { table, ..self }
    }

    fn new_table(self, what: &'static str) -> usize {
        let mut tables = self.recorder.tables.borrow_mut();
        tables.push(TableShape::new(what));
        tables.len() - 1
    }
}

/// Returns the table among the shapes that were recorded already.
fn find(shapes: &[Shape], many: Many) -> Option<usize> {
    shapes.iter().find_map(|shape| match shape.kind {
        ShapeKind::Table(table) if shape.many == many => Some(table),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_recorded_with_all_its_branches() {
        let tables = record("file", |mut file| {
            file.tables("block", "block", |mut block| {
                if block.has("one") {
                    block.required("beside");
                } else {
                    block.required("instead");
                }
                block.required("id");
                block.texts("one");
                block.finish();
                Some(())
            });
            file.table("words", "words").map(TomlTable::words);
            file.finish();
        });
        let [file, block, words] = tables.as_slice() else { panic!("{tables:?}") };
        assert_eq!(file.keys["block"].shapes, [Shape { kind: ShapeKind::Table(1), many: Many::List }]);
        assert_eq!(block.keys.keys().copied().collect::<Vec<_>>(), ["beside", "id", "instead", "one"]);
        let required = block.keys.iter().filter(|(_, known)| known.is_required()).map(|(key, _)| *key);
        assert_eq!(required.collect::<Vec<_>>(), ["id"], "what is asked for beside another key is not required");
        assert!(file.others().is_none() && block.others().is_none());
        assert_eq!(words.others(), Some([Shape { kind: ShapeKind::Word, many: Many::One }].as_slice()));
    }
}
