//! The possible outcomes of a note.

use super::{PayerId, ServiceId};

/// The outcome of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// One payer pays for one service.
    Billable(ServiceId, PayerId),
    /// Nobody pays.
    NonBillable,
    /// A person must review the note.
    Held,
    /// No rule covers the work, which is a fault of the rule set.
    Gap,
    /// Two offers decide differently, which is a fault of the rule set.
    Conflict,
}

impl Outcome {
    /// Returns the status of a note with this outcome, as rows show it. A set with a gap or a conflict does not load;
    /// if one did occur, the note would have to be reviewed by a person.
    pub fn status(self) -> &'static str {
        match self {
            Self::Billable(..) => "billable",
            Self::NonBillable => "non_billable",
            Self::Held | Self::Gap | Self::Conflict => "held",
        }
    }

    /// Whether the outcome is a fault of the rule set.
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Gap | Self::Conflict)
    }
}
