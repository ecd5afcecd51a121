//! What is kept of each note: numbers alone.

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
    /// Minutes after midnight at which it began.
    pub(super) start: Option<u32>,
    /// Documented minutes.
    pub(super) minutes: u32,
    /// The number of its day among those of the batch; `None` for a note that is not billable alone.
    pub(super) day: Option<usize>,
    /// What it earns of its claim line.
    pub(super) units: u32,
    /// Its share of the line's dollars; `None` where units have no known price.
    pub(super) amount: Option<Amount>,
}
