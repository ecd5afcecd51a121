//! The part of a batch that belongs to one month. What is decided does not depend on it, only what is shown and added up.
//!
//! A record belongs to the month of its service date. A note that is counted within a date, such as that of a discharge,
//! belongs to the month of that date, so that no episode is torn apart.

use chrono::NaiveDate;

use super::{Batch, BatchNote};
use crate::decide::Verdict;
use crate::effective::Month;
use crate::ledger::Counting;
use crate::rules::{Outcome, PayerId, ServiceId, Within};

impl Batch<'_> {
    /// From now on shows only the records that belong to a month. The batch must have been rolled up or settled.
    ///
    /// A record without a readable date belongs to the month of the earliest service date; if no record has a readable
    /// date, every month has them all.
    pub fn show_month(&mut self, month: Month) {
        let earliest = self.lines.iter().filter_map(|line| line.date).min().map(Month::containing);
        let months = self.months();
        self.shown = Some(months.into_iter().map(|own| own.or(earliest).is_none_or(|own| own == month)).collect());
    }

    /// Whether the record at an index is shown.
    pub fn is_shown(&self, index: usize) -> bool {
        self.shown.as_ref().is_none_or(|shown| shown.get(index).copied().unwrap_or_default())
    }

    /// Whether some records may not be shown.
    pub fn shows_a_month(&self) -> bool {
        self.shown.is_some()
    }

    /// Returns the indexes of the records that are shown.
    pub fn shown_records(&self) -> impl Iterator<Item = usize> {
        self.records().filter(|index| self.is_shown(*index))
    }

    /// Returns the month of each record, and of each note of an earlier run, that has a readable date.
    fn months(&self) -> Vec<Option<Month>> {
        let date = |index: usize| self.episode_date(index).or(self.lines.get(index)?.date);
        let mut months: Vec<Option<Month>> =
            (0..self.lines.len()).map(|index| date(index).map(Month::containing)).collect();
        // Two discharges in different months can have visits on one service date, which share a claim line. All that
        // stands together belongs to the earliest month of any of it.
        let mut is_changed = true;
        while std::mem::take(&mut is_changed) {
            let pools = self.pools.iter().map(|pool| &pool.notes);
            for notes in pools.chain(self.claims.iter().map(|line| &line.notes)) {
                let earliest = notes.iter().filter_map(|note| *months.get(*note)?).min();
                for note in notes {
                    if let Some(own) = months.get_mut(*note).filter(|own| **own != earliest) {
                        (*own, is_changed) = (earliest, true);
                    }
                }
            }
        }
        months
    }

    /// Returns the date within which the record at an index is counted, or may come to be counted once it is decided;
    /// `None` if that is no date fact, or if the note does not answer it.
    fn episode_date(&self, index: usize) -> Option<NaiveDate> {
        // Most notes answer no date that selects a period.
        let line = self.lines.get(index).filter(|line| line.extra != 0)?;
        line.date?;
        let note = self.note(index)?;
        let ways = note.ways_to_be_billed();
        ways.into_iter().filter_map(|(service, payer)| note.counted_within_date(service, payer)).min()
    }
}

impl BatchNote<'_> {
    /// Returns the service as which the note is decided, or those that are possible while it is held, with the payers.
    fn ways_to_be_billed(self) -> Vec<(ServiceId, PayerId)> {
        match &self.evaluation().verdict {
            Verdict::Billable(service, payer) => vec![(*service, *payer)],
            Verdict::HeldForFacts { possible, .. } => {
                let billable = possible.iter().filter_map(|outcome| match outcome {
                    Outcome::Billable(service, payer) => Some((*service, *payer)),
                    Outcome::NonBillable | Outcome::Held | Outcome::Gap | Outcome::Conflict => None,
                });
                billable.collect()
            }
            Verdict::NonBillable | Verdict::HeldByRule => Vec::new(),
        }
    }

    /// Returns the note's answer to the date fact within which a service is counted.
    fn counted_within_date(self, service: ServiceId, payer: PayerId) -> Option<NaiveDate> {
        match Counting::new(self.set(), service, payer, self.date()).within {
            Within::Date(fact) => self.date_answer(fact),
            Within::Note | Within::Day | Within::Month => None,
        }
    }
}
