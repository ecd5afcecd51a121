//! What a note can come to.

use super::{PayerId, ServiceId};

/// What becomes of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// One payer pays for one service.
    Billable(ServiceId, PayerId),
    /// Nobody pays.
    NonBillable,
    /// A person must look.
    Held,
    /// No rule speaks to the work: a fault of the rule set.
    Gap,
    /// Two offers decide differently: a fault of the rule set.
    Conflict,
}

impl Outcome {
    /// The status of a note that comes to it, as rows say it. A set with a gap or a conflict does not load; were there
    /// one, a person would have to look.
    pub fn status(self) -> &'static str {
        match self {
            Self::Billable(..) => "billable",
            Self::NonBillable => "non_billable",
            Self::Held | Self::Gap | Self::Conflict => "held",
        }
    }

    /// Whether it is a fault of the rule set.
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Gap | Self::Conflict)
    }
}
