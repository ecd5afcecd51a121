//! What would become of a note if it were decided otherwise and all other notes stayed as they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::names::{Names, Texts};
use super::{Batch, Entry, Record};
use crate::decide::{DecisionId, Decisions, Evaluation, Verdict};
use crate::rules::{PayerId, ServiceId};
use crate::status::Status;

impl Batch<'_> {
    /// Returns the service that the row of a note would show if the note were decided as this service of a payer; `None`
    /// if it would not be billed.
    pub fn would_bill(&self, index: usize, service: ServiceId, payer: PayerId) -> Option<ServiceId> {
        let (supposed, index) = self.suppose(index, &Verdict::Billable(service, payer))?;
        let note = supposed.note(index).filter(|note| note.status() == Status::Billable)?;
        Some(note.earned().map_or(service, |earned| earned.service))
    }

    /// Returns the notes of one client with another verdict on one of them, rolled up, and the index of that note.
    fn suppose(&self, index: usize, verdict: &Verdict) -> Option<(Self, usize)> {
        let client = self.note(index)?.line.client;
        let mut batch = Self {
            decisions: Decisions::new(self.decisions.judge()),
            records: Vec::new(),
            // Rolling up compares names by their numbers and shows none.
            names: Names::default(),
            ids: Texts::default(),
            shown: Vec::new(),
            answers: Vec::new(),
            extras: self.extras.without_notes(),
            in_pairs: self.in_pairs.clone(),
            settings: self.settings.clone(),
            pools: Vec::new(),
            claims: Vec::new(),
            also: BTreeMap::new(),
            ..*self
        };
        let mut known: BTreeMap<DecisionId, DecisionId> = BTreeMap::new();
        let mut supposed = None;
        for note in self.notes().filter(|note| note.line.client == client) {
            let decision = if note.index == index {
                supposed = Some(batch.records.len());
                batch.decisions.keep(Arc::new(Evaluation { verdict: verdict.clone(), ..note.evaluation().clone() }))
            } else {
                let evaluation = self.decisions.get(note.line.decision);
                *known.entry(note.line.decision).or_insert_with(|| batch.decisions.keep(Arc::clone(evaluation)))
            };
            let extra = batch.extras.copy(self.extras.get(note.line.extra));
            let line = super::Line { decision, extra, pool: None, claim: None, units: 0, amount: None, ..*note.line };
            batch.records.push(Record { input: 0, number: 0, entry: Entry::Decided(line) });
        }
        batch.roll_up();
        Some((batch, supposed?))
    }
}
