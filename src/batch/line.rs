//! The compact form in which each note is kept: numbers only.

use chrono::NaiveDate;

use super::names::NameId;
use crate::decide::DecisionId;
use crate::facts::Answer;
use crate::money::Amount;

/// A note, its decision, and what it earns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) decision: DecisionId,
    pub(super) client: NameId,
    pub(super) staff: Option<NameId>,
    pub(super) staff_role: Answer,
    pub(super) activity: Option<NameId>,
    pub(super) date: NaiveDate,
    /// Start time, in minutes after midnight.
    pub(super) start: Option<u32>,
    /// Documented minutes.
    pub(super) minutes: u32,
    /// Index of the note's day among the days of the batch; `None` if the note on its own is not billable.
    pub(super) day: Option<usize>,
    /// Units that the note earns on its claim line.
    pub(super) units: u32,
    /// The note's share of the claim line's dollars; `None` if its units have no known price.
    pub(super) amount: Option<Amount>,
}
