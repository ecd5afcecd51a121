//! The four statuses of a row.

use std::fmt;

use serde::Serialize;

/// The status of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A payer is billed.
    Billable,
    /// Nobody pays for the work.
    NonBillable,
    /// A fact that could change the outcome is missing, or a rule requires review by a person.
    Held,
    /// The record is not a valid note: a field is missing or wrong. Also used if nothing is known about a record.
    #[default]
    Rejected,
}

impl Status {
    /// Every status, in the order in which reports count them.
    pub const ALL: [Self; 4] = [Self::Billable, Self::NonBillable, Self::Held, Self::Rejected];

    /// Returns the name of the status in rows, rules and sample claims.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Billable => "billable",
            Self::NonBillable => "non_billable",
            Self::Held => "held",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
