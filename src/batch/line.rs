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
    /// Index of what the note says besides, among the extras of the batch.
    pub(super) extra: usize,
    /// Index of the note's pool; `None` if the note is counted alone and no other note concerns it.
    pub(super) pool: Option<usize>,
    /// Index of the note's claim line; `None` if the note is not billed.
    pub(super) claim: Option<usize>,
    /// Units that the note earns on its claim line.
    pub(super) units: u32,
    /// The note's share of the claim line's dollars; `None` if its units have no known price.
    pub(super) amount: Option<Amount>,
}
