//! What of a pool stays on the notes that earlier runs billed.

use crate::batch::Batch;
use crate::batch::pool::{KeptUnits, Pool};
use crate::ledger::EarnedUnits;

impl Pool {
    /// Leaves what earlier runs billed on the notes that have it, as far as the pool still earns it.
    pub(in crate::batch) fn keep_billed(&mut self, batch: &Batch<'_>) {
        if batch.history.billed.is_empty() || !self.is_carried {
            return;
        }
        for earned in &self.earned {
            let mut left = earned.units;
            for note in &self.notes {
                let billed = batch.history.billed.get(note).into_iter().flatten();
                let mut own =
                    billed.filter(|billed| (billed.line.payer, billed.line.service) == (self.payer, earned.service));
                let units = own.next().map_or(0, |billed| billed.line.units.min(left));
                if units > 0 {
                    self.kept.push(KeptUnits { note: *note, service: earned.service, units });
                    left -= units;
                }
            }
        }
        if let (true, Some(first)) = (self.is_kept(), self.kept.first()) {
            self.carrier = first.note;
        }
    }

    /// Whether earlier runs billed all that the pool earns.
    pub(super) fn is_kept(&self) -> bool {
        self.earned.iter().all(|earned| self.kept_of(earned) >= earned.units)
    }

    fn kept_of(&self, earned: &EarnedUnits) -> u32 {
        self.kept.iter().filter(|kept| kept.service == earned.service).map(|kept| kept.units).sum()
    }

    /// Returns the units of a service that stand on the carrying note: what no other note keeps.
    pub(in crate::batch) fn units_of(&self, carrier: usize, earned: &EarnedUnits) -> u32 {
        let others = self.kept.iter().filter(|kept| kept.service == earned.service && kept.note != carrier);
        earned.units.saturating_sub(others.map(|kept| kept.units).sum())
    }

    /// Returns the notes that share the claim line of a note of the pool: all but those that keep units of their own.
    pub(in crate::batch) fn notes_with(&self, batch: &Batch<'_>, note: usize) -> Vec<usize> {
        let keeps = |index: usize| index != note && self.kept.iter().any(|kept| kept.note == index);
        let is_shown = |index: usize| batch.note(index).is_some_and(|note| note.mark().is_none());
        self.notes.iter().copied().filter(|index| !keeps(*index) && is_shown(*index)).collect()
    }
}
