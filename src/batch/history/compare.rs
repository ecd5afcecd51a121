//! How what all notes come to differs from what earlier runs billed.

use std::collections::BTreeSet;

use super::{Action, Adjustment, Billed, BilledLine, Change};
use crate::batch::line::Mark;
use crate::batch::{Batch, claim};
use crate::money::Amount;
use crate::number::narrow;
use crate::rules::Check;
use crate::status::Status;

impl Batch<'_> {
    /// Finds what differs from what earlier runs billed, marks what was billed already, and keeps the claim lines of what is
    /// new.
    pub(in crate::batch) fn compare_with_history(&mut self) {
        if !self.history.is_wanted {
            return;
        }
        let mut changes = Vec::new();
        let mut already = Vec::new();
        for index in self.shares.indexes().collect::<Vec<_>>() {
            let before = self.history.billed.get(&index).cloned().unwrap_or_default();
            let after = self.lines_of(index);
            if index >= self.history.len() {
                let is_unchanged = !before.is_empty() && before == after;
                let carrier = if is_unchanged { Some(index) } else { self.billed_carrier(index, &before, &after) };
                already.extend(carrier.map(|carrier| (narrow(index), narrow(carrier))));
            }
            add_changes(&mut changes, index, &before, &after);
        }
        self.history.changes = changes;
        self.mark_billed(&already);
        self.history.already = already;
        claim::build_new(self);
    }

    /// Returns all lines that a note carries, ordered by payer and service.
    fn lines_of(&self, index: usize) -> Vec<Billed> {
        let Some(note) = self.note(index) else { return Vec::new() };
        let Some(earned) = note.earned() else { return Vec::new() };
        let own = (earned.claim_line, earned.units, earned.amount);
        let also = note.also().map(|(also, line)| (line, also.units, also.amount));
        let lines = std::iter::once(own).chain(also).filter(|(_, units, _)| *units > 0);
        let mut lines: Vec<Billed> = lines
            .map(|(line, units, amount)| Billed {
                client: line.client,
                line: BilledLine { service: line.service, payer: line.payer, date: line.date, units, amount },
            })
            .collect();
        lines.sort_by_key(|billed| (billed.line.payer, billed.line.service));
        lines
    }

    /// Returns the note on which the unit of a new note's period stands, if an earlier run billed all of it.
    fn billed_carrier(&self, index: usize, before: &[Billed], after: &[Billed]) -> Option<usize> {
        let pool = self.note(index).filter(|note| note.status() == Status::Billable)?.pool()?;
        let is_bundled = before.is_empty() && after.is_empty() && pool.is_carried && pool.carrier != index;
        let carrier = self.history.billed.contains_key(&pool.carrier).then_some(pool.carrier);
        carrier.filter(|_| is_bundled && !pool.earned.is_empty() && pool.is_kept())
    }

    /// Marks what was billed already with the first edit that says what follows.
    fn mark_billed(&mut self, already: &[(u32, u32)]) {
        let mut edits = self.set.edits.iter().enumerate();
        let deciding = edits.find(|(_, edit)| edit.check == Check::AlreadyBilled && edit.decides());
        let Some((edit, _)) = deciding else { return };
        for (note, _) in already {
            self.set_mark(*note, Mark::new(edit));
        }
    }

    /// Returns what must be done about what earlier runs billed, in the order of the notes.
    pub fn adjustments(&self) -> impl Iterator<Item = Adjustment<'_>> {
        let shown = self.history.changes.iter().filter(|change| self.is_shown(change.note));
        shown.flat_map(|change| self.adjustments_of(change))
    }

    fn adjustments_of(&self, change: &Change) -> Vec<Adjustment<'_>> {
        let id = self.ids.get(change.note).unwrap_or_default();
        let dollars = |billed: Option<Billed>| billed.and_then(|billed| billed.line.amount).unwrap_or_default();
        let adjustment = |action, billed: Billed, before| Adjustment {
            id,
            action,
            client: self.names.get(billed.client),
            line: billed.line,
            before,
        };
        match (change.before, change.after) {
            (Some(before), Some(after)) if before.client == after.client => {
                vec![adjustment(Action::Replace, after, dollars(Some(before)))]
            }
            (before, after) => {
                let void = before.map(|billed| adjustment(Action::Void, billed, dollars(before)));
                let add = after.map(|billed| adjustment(Action::Add, billed, Amount::ZERO));
                void.into_iter().chain(add).collect()
            }
        }
    }
}

/// Adds how the lines of a note differ.
fn add_changes(changes: &mut Vec<Change>, note: usize, before: &[Billed], after: &[Billed]) {
    let key = |billed: &Billed| (billed.line.payer, billed.line.service);
    let keys: BTreeSet<_> = before.iter().chain(after).map(key).collect();
    for wanted in keys {
        let find = |lines: &[Billed]| lines.iter().find(|billed| key(billed) == wanted).copied();
        let (before, after) = (find(before), find(after));
        if before != after {
            changes.push(Change { note, before, after });
        }
    }
}
