//! The rows of simple notes: one for each kind of note, to which each note adds what differs.

use std::sync::OnceLock;

use super::{FindingRow, Row, StakeRow};
use crate::batch::{Batch, BatchNote, RowSource, SimpleNote, Standing};

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
    /// Those that name another payer.
    PayersDiffer,
    /// Those of services that do not stand together.
    NotTogether,
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
        let row = Row::decided(&example, note);
        let names = if is_bundled {
            NamedNotes::Carrier
        } else if differ {
            NamedNotes::PayersDiffer
        } else if row.findings.iter().any(FindingRow::is_about_services) {
            NamedNotes::NotTogether
        } else {
            NamedNotes::None
        };
        Some(Self { row, names })
    }

    /// Returns the row of a note of this kind, without its head.
    fn row_of(&self, batch: &Batch<'_>, index: usize, note: SimpleNote) -> Row {
        let mut row = self.row.clone();
        let own = batch.note(index);
        (row.minutes, row.quarter_hours) = own.map(|note| (note.minutes(), note.quarter_hours())).unzip();
        if own.is_some_and(BatchNote::is_stopped) {
            row.at_stake = own.and_then(BatchNote::at_stake).map(StakeRow::from);
        }
        let findings = own.map(BatchNote::edit_findings).unwrap_or_default();
        row.findings.extend(findings.into_iter().map(|finding| FindingRow::new(batch, finding)));
        row.findings.sort_by(|one, other| one.code.cmp(&other.code));
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
            NamedNotes::PayersDiffer => name_in(row, FindingRow::names_payers, ids),
            NamedNotes::NotTogether => name_in(row, FindingRow::is_about_services, ids),
        }
    }
}

/// Sets the ids that a finding of a row names.
fn name_in(row: &mut Row, is_wanted: impl Fn(&FindingRow) -> bool, ids: Vec<String>) {
    if let Some(finding) = row.findings.iter_mut().find(|finding| is_wanted(finding)) {
        finding.with = ids;
    }
}
