//! The structured fields of a row: findings, what is at stake, and why a record was rejected.

use serde::Serialize;
use serde_with::skip_serializing_none;

use crate::batch::{AlsoLine, Batch, BatchNote, ClaimLine, NoteFinding, Period, Pool, Stake};
use crate::decide::Verdict;
use crate::message::Code;
use crate::money::{Amount, Rate};
use crate::read::Fault;
use crate::rules::{Effect, full_code};
use crate::status::Status;

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

/// Units that the payer does not pay by, and their dollars at the rate for one.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShadowRow {
    /// Number of units of the service.
    pub units: u32,
    /// Dollars per unit.
    pub rate: Option<Rate>,
    /// Dollars; absent if the units have no known price.
    pub amount: Option<Amount>,
}

/// A further service that a note carries.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlsoRow {
    /// The billed service.
    pub service: String,
    /// The procedure code; absent if no public code is known.
    pub code: Option<String>,
    /// The code's modifiers.
    pub modifiers: Vec<String>,
    /// The unit of the service.
    pub unit: &'static str,
    /// Number of units; absent if the payer does not pay by the unit.
    pub units: Option<u32>,
    /// Dollars per unit.
    pub rate: Option<Rate>,
    /// Dollars; absent if the units have no known price.
    pub amount: Option<Amount>,
    /// In place of these three, if the payer does not pay by the unit.
    pub shadow: Option<ShadowRow>,
}

/// The notes of a day, a month or a date that are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountedRow {
    /// `day`, `month`, or the date fact that selects the period.
    pub within: String,
    /// Total documented minutes of the notes.
    pub minutes: u32,
    /// Total documented minutes of held notes that may belong to them.
    pub held_minutes: u32,
    /// Number of notes.
    pub notes: usize,
}

/// A payer and a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AloneRow {
    /// The payer.
    pub payer: String,
    /// The service.
    pub service: String,
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
    /// Whether the finding is that notes name different payers.
    pub(super) fn names_payers(&self) -> bool {
        [Code::DayPayersDiffer, Code::PayersDiffer].iter().any(|code| self.code == code.as_str())
    }

    /// Whether the finding is that services do not stand together.
    pub(super) fn is_about_services(&self) -> bool {
        self.code == Code::NotTogether.as_str()
    }

    /// Creates the public form of a finding.
    pub(super) fn new(batch: &Batch<'_>, finding: NoteFinding) -> Self {
        let with = finding.with.iter().filter_map(|index| batch.id(*index)).map(str::to_owned);
        Self { code: finding.code.to_string(), severity: "warning", with: with.collect(), text: finding.text }
    }

    /// Returns the findings on a note and the advice that applies to it, ordered by code.
    pub(super) fn all(batch: &Batch<'_>, note: BatchNote<'_>) -> Vec<Self> {
        let seen = note.findings().into_iter().map(|finding| Self::new(batch, finding));
        let advice = note.evaluation().advice.iter().map(|rule| batch.set().rule(*rule));
        let advice = advice.filter(|rule| matches!(rule.effect, Effect::Advise { label: None })).map(|rule| Self {
            code: rule.id.clone(),
            severity: "warning",
            with: Vec::new(),
            text: rule.title.clone(),
        });
        let mut findings: Vec<Self> = seen.chain(advice).collect();
        findings.sort_by(|left, right| left.code.cmp(&right.code));
        findings
    }
}

impl AlsoRow {
    pub(super) fn new(batch: &Batch<'_>, also: &AlsoLine, line: &ClaimLine) -> Self {
        let service = batch.set().service(line.service);
        let shadow = ShadowRow { units: also.units, rate: line.rate, amount: also.amount };
        let shadow = line.shadow.map(|_| shadow);
        Self {
            service: service.name.clone(),
            code: service.code.clone(),
            modifiers: service.modifiers.clone(),
            unit: service.unit.as_str(),
            units: shadow.is_none().then_some(also.units),
            rate: line.rate.filter(|_| shadow.is_none()),
            amount: also.amount.filter(|_| shadow.is_none()),
            shadow,
        }
    }

    /// Returns the code, or the service if no code is known, and the units, such as `99439 x 2`.
    pub fn code_and_units(&self) -> String {
        let code = self.code.as_ref().map_or_else(|| self.service.clone(), |code| full_code(code, &self.modifiers));
        let units = self.shadow.as_ref().map_or(self.units.unwrap_or_default(), |shadow| shadow.units);
        format!("{code} x {units}")
    }

    /// Returns the line as text, such as `99439 x 2 = 92.30`.
    pub(super) fn describe(&self) -> String {
        let amount = self.shadow.as_ref().map_or(self.amount, |shadow| shadow.amount);
        let amount = amount.map(|amount| format!(" = {amount}")).unwrap_or_default();
        format!("{}{amount}", self.code_and_units())
    }
}

impl AloneRow {
    /// Returns what the rules decide on a note alone, if that is a payer and the note is not billed so.
    pub(super) fn new(note: BatchNote<'_>) -> Option<Self> {
        let Verdict::Billable(service, payer) = note.evaluation().verdict else { return None };
        let set = note.set();
        let earns_it = note.earned().is_none_or(|earned| earned.service == service);
        let is_billed = note.status() == Status::Billable && earns_it;
        (!is_billed).then(|| Self { payer: set.payer(payer).name.clone(), service: set.service(service).name.clone() })
    }
}

impl CountedRow {
    /// Returns the pool of a note, if a period longer than a day or a count combines notes.
    pub(super) fn new(batch: &Batch<'_>, pool: &Pool) -> Option<Self> {
        let within = match pool.period {
            Period::Day(_) if pool.has_count => "day".to_owned(),
            Period::Note(_) | Period::Day(_) => return None,
            Period::Month(_) => "month".to_owned(),
            Period::Date(fact, _) => batch.set().vocabulary.fact(fact).name.clone(),
        };
        Some(Self { within, minutes: pool.minutes, held_minutes: pool.open_minutes, notes: pool.notes.len() })
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
