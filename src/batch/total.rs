//! Sums over notes.

use std::ops::AddAssign;

use super::BatchNote;
use crate::money::Amount;

/// Sums over notes of one service, or of none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How many notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Quarter hours of each note alone.
    pub quarter_hours: u64,
    /// Units of the service; units of two services have no sum.
    pub units: u64,
    /// Dollars of what is priced.
    pub amount: Amount,
    /// Units with no known price.
    pub unpriced_units: u64,
}

impl Total {
    /// Dollars of what is priced; `None` where units were earned and none of them has a known price.
    pub fn priced(&self) -> Option<Amount> {
        (self.unpriced_units == 0 || self.units > self.unpriced_units).then_some(self.amount)
    }

    /// Adds a note.
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
