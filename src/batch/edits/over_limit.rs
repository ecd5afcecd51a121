//! The check `over-limit`: more units of a service on a client's day or in a client's month than a limit allows.
//!
//! It looks at claim lines, so it comes last. The whole line is concerned, or all lines of the month.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::batch::finding::nearest;
use crate::batch::names::NameId;
use crate::batch::{Batch, BatchNote, claim};
use crate::effective::Month;
use crate::number::{narrow, wide};
use crate::rules::{Check, EditPeriod, ServiceId};

/// Claim lines above a limit.
#[derive(Clone, Debug)]
pub(in crate::batch) struct LimitHit {
    /// Index of the edit in the rule set.
    edit: usize,
    /// Number of units of the lines.
    units: u32,
    /// Indexes of the notes of the lines in the batch, ascending.
    notes: Vec<usize>,
}

/// The claim lines of a batch that are above a limit.
#[derive(Debug, Default)]
pub(in crate::batch) struct LimitHits {
    hits: Vec<LimitHit>,
    /// The notes of the lines, each with the index of its hit; sorted.
    notes: Vec<(u32, u32)>,
}

impl LimitHits {
    pub(in crate::batch) fn new(hits: Vec<LimitHit>) -> Self {
        let numbered = (0..).zip(&hits);
        let notes = numbered.flat_map(|(hit, found)| found.notes.iter().map(move |note| (narrow(*note), hit)));
        let mut notes: Vec<(u32, u32)> = notes.collect();
        notes.sort_unstable();
        Self { hits, notes }
    }

    pub(in crate::batch) fn into_hits(self) -> Vec<LimitHit> {
        self.hits
    }

    /// Returns the notes of the lines.
    pub(in crate::batch) fn notes(&self) -> impl Iterator<Item = u32> {
        self.notes.iter().map(|(note, _)| *note)
    }

    /// Returns what an edit found of a note.
    pub(super) fn find(&self, edit: usize, note: usize) -> Option<&LimitHit> {
        let note = narrow(note);
        let first = self.notes.partition_point(|(other, _)| *other < note);
        let hits = self.notes.iter().skip(first).take_while(|(other, _)| *other == note);
        hits.filter_map(|(_, hit)| self.hits.get(wide(*hit))).find(|hit| hit.edit == edit)
    }
}

impl LimitHit {
    /// Gives each note the index that `whole` returns for it.
    pub(in crate::batch) fn renumber(&mut self, whole: impl Fn(usize) -> usize) {
        self.notes.iter_mut().for_each(|note| *note = whole(*note));
    }

    /// Returns the nearest other notes of the lines.
    pub(super) fn others(&self, note: BatchNote<'_>) -> Vec<usize> {
        nearest(&self.notes, self.notes.partition_point(|other| *other < note.index))
    }

    /// Says how far the units are above the limit.
    pub(super) fn describe(&self, title: &str, most: u32) -> String {
        format!("{title}: {} units, {} above the limit of {most}", self.units, self.units.saturating_sub(most))
    }
}

/// The period of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Period {
    Day(NaiveDate),
    Month(Month),
}

impl Batch<'_> {
    /// Finds the claim lines that are above a limit, and builds the claim lines without those that are held or struck.
    pub(in crate::batch) fn apply_limits(&mut self) {
        let hits: Vec<LimitHit> = self
            .set
            .active_edits()
            .filter_map(|(at, edit)| match edit.check {
                Check::OverLimit { service, most } => Some((at, edit.within, service, most)),
                _ => None,
            })
            .flat_map(|(at, within, service, most)| self.find_over_limit(at, within, service, most))
            .collect();
        if hits.is_empty() {
            return;
        }
        self.edits.limits = LimitHits::new(hits);
        let notes: Vec<u32> = self.edits.limits.notes().collect();
        self.edits.concerned.extend(notes.iter().copied());
        if self.mark_notes(&notes) {
            claim::build(self);
        }
    }

    fn find_over_limit(&self, edit: usize, within: EditPeriod, service: ServiceId, most: u32) -> Vec<LimitHit> {
        let mut sums: BTreeMap<(NameId, Period), (u32, Vec<usize>)> = BTreeMap::new();
        for line in self.claims.iter().filter(|line| line.service == service) {
            let period = match within {
                EditPeriod::Month => Period::Month(Month::containing(line.date)),
                EditPeriod::Day | EditPeriod::Batch => Period::Day(line.date),
            };
            let (units, notes) = sums.entry((line.client, period)).or_default();
            *units = units.saturating_add(line.units);
            notes.extend(&line.notes);
        }
        let over = sums.into_values().filter(|(units, _)| *units > most);
        over.map(|(units, mut notes)| {
            notes.sort_unstable();
            notes.dedup();
            LimitHit { edit, units, notes }
        })
        .collect()
    }
}
