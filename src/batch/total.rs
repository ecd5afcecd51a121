//! Totals over notes.

use std::ops::AddAssign;

use super::BatchNote;
use crate::money::Amount;

/// Totals over the notes of one service, or over notes without a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Number of notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Quarter hours, computed for each note alone.
    pub quarter_hours: u64,
    /// Units of the service. Units of different services cannot be added.
    pub units: u64,
    /// Dollars for the units that have a known price.
    pub amount: Amount,
    /// Number of units with no known price.
    pub unpriced_units: u64,
}

impl Total {
    /// Returns the dollars for the priced units; `None` if units were earned and none of them has a known price.
    pub fn priced(&self) -> Option<Amount> {
        (self.unpriced_units == 0 || self.units > self.unpriced_units).then_some(self.amount)
    }

    /// Adds a note to the totals.
    pub fn add(&mut self, note: BatchNote<'_>) {
        let earned = note.earned();
        let units = earned.map_or(0, |earned| earned.units.into());
        let amount = earned.map_or(Some(Amount::ZERO), |earned| earned.amount);
        *self += Self {
            notes: 1,
            minutes: note.minutes().into(),
            quarter_hours: note.quarter_hours().into(),
            units,
            amount: amount.unwrap_or_default(),
            unpriced_units: if amount.is_none() { units } else { 0 },
        };
    }
}

impl AddAssign for Total {
    fn add_assign(&mut self, other: Self) {
        self.notes += other.notes;
        self.minutes += other.minutes;
        self.quarter_hours += other.quarter_hours;
        self.units += other.units;
        self.amount = self.amount + other.amount;
        self.unpriced_units += other.unpriced_units;
    }
}
