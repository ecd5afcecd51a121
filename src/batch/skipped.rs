//! Rows of an input that are no records: blank rows, repeated header rows, totals and footers.

use super::{BlockOrigin, CheckedBlock};
use crate::place::Place;
use crate::read::SkippedRow;

/// Rows that are no records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkippedRows {
    /// Number of the rows.
    pub rows: u64,
    /// The places of the first few of them.
    pub places: Vec<Place>,
    /// Number of those that have content, apart from repeated header rows, and stand below the header row.
    pub totals: u64,
    /// The places of the first few of these.
    pub totals_at: Vec<Place>,
}

/// Most places that are kept.
const MAX_PLACES: usize = 20;

impl SkippedRows {
    /// Adds a row.
    pub fn push(&mut self, why: SkippedRow, place: Place) {
        self.rows += 1;
        if why == SkippedRow::NoNote {
            self.totals += 1;
            self.totals_at.extend((self.totals_at.len() < MAX_PLACES).then(|| place.clone()));
        }
        self.places.extend((self.places.len() < MAX_PLACES).then_some(place));
    }

    /// Adds the rows that were skipped behind these.
    pub fn append(&mut self, later: Self) {
        self.rows += later.rows;
        self.totals += later.totals;
        let room = MAX_PLACES.saturating_sub(self.places.len());
        self.places.extend(later.places.into_iter().take(room));
        let room = MAX_PLACES.saturating_sub(self.totals_at.len());
        self.totals_at.extend(later.totals_at.into_iter().take(room));
    }

    /// Adds the rows of a block.
    pub(super) fn add(&mut self, origin: BlockOrigin<'_>, block: &CheckedBlock) {
        for (why, at) in &block.skipped {
            // Most blank rows are not named, so their places need not be made.
            if *why == SkippedRow::NoNote || self.places.len() < MAX_PLACES {
                self.push(*why, origin.resolve_place(*at));
            } else {
                self.rows += 1;
            }
        }
    }
}
