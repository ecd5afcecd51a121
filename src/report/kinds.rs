//! The rows of simple notes: one for each kind of note, to which each note adds what differs.

use std::sync::OnceLock;

use super::Row;
use crate::batch::{Batch, RowSource, SimpleNote, Standing};

/// The rows of the kinds of simple notes, each made when it is first needed.
#[derive(Debug)]
pub(super) struct KindRows(Vec<OnceLock<Option<KindRow>>>);

/// The row of a kind, without what it shows of a note itself.
#[derive(Debug)]
pub(super) struct KindRow {
    pub(super) row: Row,
    /// Which other notes the row names.
    pub(super) names: NamedNotes,
}

/// The other notes that a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamedNotes {
    None,
    /// The note that carries the day's unit.
    Carrier,
    /// Those of the first finding.
    Finding,
}

impl KindRows {
    pub(super) fn new(count: usize) -> Self {
        Self((0..count).map(|_| OnceLock::new()).collect())
    }

    /// Returns the row of a kind.
    pub(super) fn get(&self, batch: &Batch<'_>, kind: usize) -> Option<&KindRow> {
        self.0.get(kind)?.get_or_init(|| KindRow::new(batch, kind)).as_ref()
    }

    /// Returns the row of the record at an index. `inputs` are the names of the inputs.
    pub(super) fn row(&self, batch: &Batch<'_>, inputs: &[&str], index: usize) -> Option<Row> {
        match batch.row_source(index)? {
            RowSource::Rejected(_) | RowSource::Note(_) => Row::new(batch, inputs, index),
            RowSource::Simple(note) => {
                let kind = self.get(batch, note.kind)?;
                Some(kind.row_of(batch, index, note).with_head(batch, inputs, index))
            }
        }
    }
}

impl KindRow {
    fn new(batch: &Batch<'_>, kind: usize) -> Option<Self> {
        let (example, position) = batch.example(kind)?;
        let note = example.note(position)?;
        let is_bundled = note.earned().is_some_and(|earned| earned.bundled_into.is_some());
        let differ = matches!(note.pool().map(|pool| &pool.standing), Some(Standing::PayersDiffer(_)));
        let names = match (is_bundled, differ) {
            (true, _) => NamedNotes::Carrier,
            (false, true) => NamedNotes::Finding,
            (false, false) => NamedNotes::None,
        };
        Some(Self { row: Row::decided(&example, note), names })
    }

    /// Returns the row of a note of this kind, without its head.
    fn row_of(&self, batch: &Batch<'_>, index: usize, note: SimpleNote) -> Row {
        let mut row = self.row.clone();
        let minutes = batch.note(index).map(|note| (note.minutes(), note.quarter_hours()));
        (row.minutes, row.quarter_hours) = minutes.unzip();
        if self.names != NamedNotes::None {
            let named = batch.named_in_row(index, note).into_iter();
            let ids = named.filter_map(|index| batch.id(index)).map(str::to_owned);
            self.put_names(&mut row, ids.collect());
        }
        row
    }

    /// Sets the ids of the other notes that a row names.
    pub(super) fn put_names(&self, row: &mut Row, ids: Vec<String>) {
        match self.names {
            NamedNotes::None => {}
            NamedNotes::Carrier => row.bundled_into = ids.into_iter().next(),
            NamedNotes::Finding => {
                if let Some(finding) = row.findings.iter_mut().find(|finding| finding.names_payers()) {
                    finding.with = ids;
                }
            }
        }
    }
}
