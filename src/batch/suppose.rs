//! What would become of a note if it were decided otherwise and all other notes stayed as they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexSet;

use super::edits::Edits;
use super::history::History;
use super::line::{Entry, Line};
use super::names::{Ids, Names};
use super::shares::Shares;
use super::similar::IdTraits;
use super::words::Words;
use super::{Batch, SkippedRows, UnknownFields};
use crate::decide::{Evaluation, Verdict};
use crate::note::Orders;
use crate::number::wide;
use crate::rules::{PayerId, ServiceId};
use crate::status::Status;

impl Batch<'_> {
    /// Returns the service that the row of a note would show if the note were decided as this service of a payer; `None`
    /// if it would not be billed.
    pub fn would_bill(&self, index: usize, service: ServiceId, payer: PayerId) -> Option<ServiceId> {
        let own = self.note(index)?;
        let verdict = Verdict::Billable(service, payer);
        let decision = self.decisions.keep(Arc::new(Evaluation { verdict, ..own.evaluation().clone() }));
        let client = own.client_id();
        let of_client = self.notes().filter(|note| note.client_id() == client).map(|note| note.index);
        let (mut supposed, mut at) = (self.without_shares(), None);
        for of_client in of_client {
            let entry = (of_client == index).then_some(Entry::Decided(decision));
            at = at.or(entry.map(|_| supposed.len()));
            supposed.copy_line(self, of_client, entry);
        }
        supposed.roll_up_all();
        let note = supposed.note(at?).filter(|note| note.status() == Status::Billable)?;
        Some(note.earned().map_or(service, |earned| earned.service))
    }

    /// Returns a batch of these notes alone, rolled up. Rows of it show no texts of the notes.
    pub(super) fn subset(&self, indexes: impl IntoIterator<Item = usize>) -> Self {
        let mut batch = self.without_shares();
        for index in indexes {
            batch.copy_line(self, index, None);
        }
        batch.roll_up_all();
        batch
    }

    /// Like [`subset`](Self::subset), with what earlier runs billed for these notes, which are in ascending order.
    pub(super) fn subset_with_history(&self, notes: &[u32]) -> Self {
        let mut batch = Self { history: self.history.subset(notes), ..self.without_shares() };
        for index in notes {
            batch.copy_line(self, wide(*index), None);
        }
        batch.roll_up_all();
        batch
    }

    /// Returns an empty batch under the same rules, with the same decisions.
    fn without_shares(&self) -> Self {
        Self {
            set: self.set,
            kept: Arc::clone(&self.kept),
            decisions: Arc::clone(&self.decisions),
            lines: Vec::new(),
            inputs: vec![0],
            as_of: self.as_of,
            // Rolling up compares names by their numbers and shows none.
            names: Names::default(),
            words: Words::new(&[]),
            ids: Ids::default(),
            // Lines keep what the edits found.
            replaced: BTreeMap::new(),
            edits: Edits::default(),
            history: History::default(),
            has_plain_names: true,
            // Only notes are copied, no rejected records.
            faults: IndexSet::default(),
            shown_answers: Vec::new(),
            extras: self.extras.without_notes(),
            unknown: UnknownFields::default(),
            skipped: SkippedRows::default(),
            date_orders: Orders::default(),
            id_traits: IdTraits::default(),
            staff_credential: self.staff_credential,
            in_pairs: self.in_pairs.clone(),
            settings: self.settings.clone(),
            part_quarter_hour: self.part_quarter_hour,
            hold_open: self.hold_open,
            settled: None,
            shares: Shares::default(),
            pools: Vec::new(),
            held: Vec::new(),
            claims: Vec::new(),
            also: BTreeMap::new(),
            shown: None,
        }
    }

    /// Adds a line of another batch, with another entry if one is given.
    fn copy_line(&mut self, other: &Self, index: usize, entry: Option<Entry>) {
        let Some(line) = other.lines.get(index) else { return };
        let extra = self.extras.copy(other.extras.get(line.extra));
        self.lines.push(Line { entry: entry.unwrap_or(line.entry), extra, ..*line });
    }
}
