//! Totals over notes.

use std::ops::AddAssign;

use super::{BatchNote, ClaimLine};
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
    /// Units that the payer does not pay by.
    pub shadow_units: u64,
    /// Dollars for those of them that have a known price.
    pub shadow_amount: Amount,
}

impl Total {
    /// Returns the dollars for the priced units; `None` if units were earned and none of them has a known price.
    pub fn priced(&self) -> Option<Amount> {
        (self.unpriced_units == 0 || self.units > self.unpriced_units).then_some(self.amount)
    }

    /// Adds notes that earn what this one does, without the further lines that it carries.
    pub fn add(&mut self, note: BatchNote<'_>, count: Count) {
        if let Some(earned) = note.earned() {
            self.add_units((earned.units, earned.amount), count.notes, earned.claim_line);
        }
        self.notes += count.notes;
        self.minutes += count.minutes;
        self.quarter_hours += count.quarter_hours;
    }

    /// Adds the units and dollars that each of so many notes has on its claim line.
    pub fn add_units(&mut self, (units, amount): (u32, Option<Amount>), notes: u64, line: &ClaimLine) {
        let units = u64::from(units) * notes;
        let dollars = amount.unwrap_or_default().times(notes);
        if line.shadow.is_some() {
            self.shadow_units += units;
            self.shadow_amount = self.shadow_amount + dollars;
        } else {
            self.units += units;
            self.amount = self.amount + dollars;
            self.unpriced_units += if amount.is_none() { units } else { 0 };
        }
    }
}

/// Number of notes, and what they document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Number of notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Quarter hours, computed for each note alone.
    pub quarter_hours: u64,
}

impl Count {
    /// Counts one note.
    pub fn one(note: BatchNote<'_>) -> Self {
        Self { notes: 1, minutes: note.minutes().into(), quarter_hours: note.quarter_hours().into() }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.notes += other.notes;
        self.minutes += other.minutes;
        self.quarter_hours += other.quarter_hours;
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
        self.shadow_units += other.shadow_units;
        self.shadow_amount = self.shadow_amount + other.shadow_amount;
    }
}
