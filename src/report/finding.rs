//! The structured fields of a row: findings, what is at stake, and why a record was rejected.

use serde::Serialize;
use serde_with::skip_serializing_none;

use crate::batch::{Batch, BatchNote, Stake};
use crate::money::Amount;
use crate::read::Fault;

/// A finding on a single note or across notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingRow {
    /// The finding's code, or the id of an advise rule.
    pub code: String,
    /// Always `warning`.
    pub severity: &'static str,
    /// Ids of the other notes involved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// Description of the finding.
    pub text: String,
}

/// What a held note could add to its claim line.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StakeRow {
    /// Number of units of the service.
    pub units: u32,
    /// Dollars; absent if the units have no known price.
    pub amount: Option<Amount>,
}

/// Why a record was rejected.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorRow {
    /// The error's code.
    pub code: &'static str,
    /// The field with the error.
    pub field: Option<String>,
    /// What is wrong, and how to fix it.
    pub text: String,
}

impl FindingRow {
    /// Returns the findings on a note and the advice that applies to it, ordered by code.
    pub(super) fn all(batch: &Batch<'_>, note: BatchNote<'_>) -> Vec<Self> {
        let seen = note.findings().into_iter().map(|finding| {
            let with = finding.other_notes().iter().filter_map(|index| batch.id(*index)).map(str::to_owned);
            Self { code: finding.code().to_string(), severity: "warning", with: with.collect(), text: finding.text() }
        });
        let advice = note.evaluation().advice.iter().map(|rule| {
            let rule = batch.set().rule(*rule);
            Self { code: rule.id.clone(), severity: "warning", with: Vec::new(), text: rule.title.clone() }
        });
        let mut findings: Vec<Self> = seen.chain(advice).collect();
        findings.sort_by(|left, right| left.code.cmp(&right.code));
        findings
    }
}

impl From<Stake> for StakeRow {
    fn from(Stake { units, amount }: Stake) -> Self {
        Self { units, amount }
    }
}

impl From<&Fault> for ErrorRow {
    fn from(fault: &Fault) -> Self {
        let text = format!("{}; {}", fault.text, fault.help);
        Self { code: fault.code.as_str(), field: fault.field.clone(), text }
    }
}
