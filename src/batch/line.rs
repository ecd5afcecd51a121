//! The compact form in which each record is kept: numbers only, 40 bytes.

use std::num::{NonZeroU16, NonZeroU32};

use chrono::NaiveDate;

use super::names::NameId;
use crate::decide::DecisionId;
use crate::money::Amount;
use crate::number::{narrow, wide};

/// A record: a note and its decision, or what could be read of a record that is not a valid note.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) entry: Entry,
    /// The client; notes always have one.
    pub(super) client: Option<NameId>,
    pub(super) staff: Option<NameId>,
    /// The service date; notes always have one.
    pub(super) date: Option<NaiveDate>,
    pub(super) activity: Option<WordId>,
    pub(super) staff_role: Option<WordId>,
    /// Index of what the note says besides, among the extras of the batch.
    pub(super) extra: u32,
    pub(super) start: Option<Clock>,
    pub(super) end: Option<Clock>,
    /// The edit that keeps a billable note from being billed.
    pub(super) mark: Option<Mark>,
    /// Documented minutes; 0 if the record was rejected.
    pub(super) minutes: u16,
}

impl Line {
    /// Whether the record is a note.
    pub(super) fn is_note(&self) -> bool {
        matches!(self.entry, Entry::Decided(_))
    }
}

/// What became of a record on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Decided(DecisionId),
    /// Index of the fault among those of the batch.
    Rejected(u32),
}

/// What a note earns beside the other notes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share {
    /// Index of the note's pool; `None` if the note is counted alone and no other note concerns it.
    pub(super) pool: Option<u32>,
    /// Index of the note's claim line; `None` if the note is not billed.
    pub(super) claim: Option<u32>,
    /// Units that the note earns on its claim line.
    pub(super) units: u32,
    /// The note's share of the claim line's dollars; `None` if its units have no known price.
    pub(super) amount: Option<Amount>,
}

/// Number of a word for an activity or a role in the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct WordId(NonZeroU32);

impl WordId {
    pub(super) fn new(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(narrow(index)))
    }

    /// Returns the index of the word, from 0.
    pub(super) fn index(self) -> usize {
        wide(self.0.get() - 1)
    }
}

/// The edit that holds or strikes a note, by its index in the rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Mark(NonZeroU16);

impl Mark {
    pub(super) fn new(edit: usize) -> Self {
        Self(NonZeroU16::MIN.saturating_add(u16::try_from(edit).unwrap_or(u16::MAX)))
    }

    /// Returns the index of the edit.
    pub(super) fn edit(self) -> usize {
        usize::from(self.0.get()) - 1
    }
}

/// A clock time in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Clock(NonZeroU16);

impl Clock {
    pub(super) fn new(minutes: u32) -> Self {
        Self(NonZeroU16::MIN.saturating_add(u16::try_from(minutes).unwrap_or(u16::MAX)))
    }

    /// Returns the minutes after midnight.
    pub(super) fn minutes(self) -> u32 {
        u32::from(self.0.get()) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_small() {
        assert_eq!(size_of::<Line>(), 40);
        assert_eq!([0, 545, 1440].map(|minutes| Clock::new(minutes).minutes()), [0, 545, 1440]);
    }
}
