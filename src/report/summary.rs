//! What was run, and what it comes to: counts by status, sums by payer and within it by service.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::batch::{ClaimLine, Entry, Item, Line, Total, claim_lines};
use crate::facts::Word;
use crate::money::{Amount, Rate};
use crate::rules::{Outcome, RuleSet, Service};

/// What was run on what: enough to run it again and get the same bytes.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The program.
    pub program: Program,
    /// The rule set.
    pub rules: RulesRun,
    /// The inputs.
    pub inputs: Vec<InputRun>,
    /// The date the run was made for.
    pub as_of: String,
    /// Whether nothing was presumed and unknown fields were refused.
    pub strict: bool,
    /// Settings in force.
    pub settings: BTreeMap<String, SettingRun>,
    /// Presumptions in force, by fact.
    pub presumptions: BTreeMap<String, PresumptionRun>,
    /// Fields that the rule set does not know, each with how many records have it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown_fields: BTreeMap<String, u64>,
}

/// The program that ran.
#[derive(Clone, Debug, Serialize)]
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// SHA-256 over its sources.
    pub fingerprint: &'static str,
}

/// The rule set that decided.
#[derive(Clone, Debug, Serialize)]
pub struct RulesRun {
    /// Its files.
    pub files: Vec<String>,
    /// SHA-256 over their texts.
    pub fingerprint: String,
}

impl RulesRun {
    /// The rule set as every report names it.
    pub fn of(set: &RuleSet) -> Self {
        Self { files: set.files.iter().map(|file| file.name.clone()).collect(), fingerprint: set.fingerprint.clone() }
    }
}

/// One input.
#[derive(Clone, Debug, Serialize)]
pub struct InputRun {
    /// Its name as given.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How many records it has.
    pub records: u64,
}

/// A setting in force.
#[derive(Clone, Debug, Serialize)]
pub struct SettingRun {
    /// Its answer.
    pub value: Word,
    /// Who gave it.
    pub by: &'static str,
}

/// A presumption in force.
#[derive(Clone, Debug, Serialize)]
pub struct PresumptionRun {
    /// What is presumed.
    pub value: Word,
    /// `house` or `cited`.
    pub basis: &'static str,
}

/// Counts and sums.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Records read.
    pub records: u64,
    /// Records by status.
    pub status: BTreeMap<&'static str, u64>,
    /// Sums by payer; `non_billable` is one of them.
    pub payers: BTreeMap<String, PayerTotal>,
    /// Dollars of everything priced.
    pub amount: Amount,
    /// Held notes by missing fact: how many wait for it.
    pub missing: BTreeMap<String, u64>,
}

/// What one payer comes to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PayerTotal {
    /// How many notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Quarter hours of each note alone.
    pub quarter_hours: u64,
    /// Units by kind: days and quarter hours have no sum.
    pub units: BTreeMap<&'static str, u64>,
    /// Dollars of what is priced; absent where units were earned and none of them has a known price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Units with no known price, by kind.
    pub unpriced_units: BTreeMap<&'static str, u64>,
    /// By service.
    pub services: BTreeMap<String, ServiceTotal>,
    /// The sums so far.
    #[serde(skip)]
    total: Total,
}

/// What one service comes to.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceTotal {
    /// Its procedure code.
    pub code: String,
    /// The code's modifiers.
    pub modifiers: Vec<String>,
    /// Its unit.
    pub unit: &'static str,
    /// How many notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Quarter hours of each note alone.
    pub quarter_hours: u64,
    /// Units.
    pub units: u64,
    /// Dollars of what is priced; absent where units were earned and none of them has a known price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Units with no known price.
    pub unpriced_units: u64,
    /// The sums so far.
    #[serde(skip)]
    total: Total,
}

/// One claim line.
#[derive(Clone, Debug, Serialize)]
pub struct ClaimRow {
    /// Who was served.
    pub client: String,
    /// The service date.
    pub date: String,
    /// Who pays.
    pub payer: String,
    /// For what.
    pub service: String,
    /// Its procedure code.
    pub code: String,
    /// The code's modifiers.
    pub modifiers: Vec<String>,
    /// Its unit.
    pub unit: &'static str,
    /// Documented minutes of its notes.
    pub minutes: u64,
    /// Units.
    pub units: u64,
    /// Dollars for one unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Dollars; absent where units have no known price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Ids of the notes that share it.
    pub notes: Vec<String>,
}

impl Summary {
    /// Adds the batch up.
    pub fn of(set: &RuleSet, items: &[Item]) -> Self {
        let mut summary = Self::default();
        for status in ["billable", "non_billable", "held", "rejected"] {
            summary.status.insert(status, 0);
        }
        for item in items {
            summary.records += 1;
            match &item.entry {
                Entry::Rejected(_) => summary.count("rejected"),
                Entry::Decided(line) => summary.add(set, line),
            }
        }
        summary.amount = summary.payers.values().filter_map(|payer| payer.amount).sum();
        summary
    }

    fn count(&mut self, status: &'static str) {
        *self.status.entry(status).or_default() += 1;
    }

    fn add(&mut self, set: &RuleSet, line: &Line) {
        match line.outcome() {
            Outcome::Billable(_, payer) => {
                self.count("billable");
                self.payers.entry(set.payer(payer).name.clone()).or_default().add(set, line);
            }
            Outcome::NonBillable => {
                self.count("non_billable");
                self.payers.entry("non_billable".into()).or_default().add(set, line);
            }
            Outcome::Held | Outcome::Gap | Outcome::Conflict => {
                self.count("held");
                if let crate::decide::Verdict::HeldOpen { missing, .. } = &line.decision.verdict {
                    for fact in missing {
                        *self.missing.entry(set.vocabulary.fact(*fact).name.clone()).or_default() += 1;
                    }
                }
            }
        }
    }
}

impl PayerTotal {
    fn add(&mut self, set: &RuleSet, line: &Line) {
        let before = self.total;
        self.total.add(line);
        self.notes = self.total.notes;
        self.minutes = self.total.minutes;
        self.quarter_hours = self.total.quarter_hours;
        self.amount = self.total.priced();
        let Some(earned) = &line.earned else { return };
        let service = set.service(earned.service);
        let unit = service.unit.as_str();
        *self.units.entry(unit).or_default() += self.total.units - before.units;
        let unpriced = self.total.unpriced_units - before.unpriced_units;
        if unpriced > 0 {
            *self.unpriced_units.entry(unit).or_default() += unpriced;
        }
        self.services.entry(service.name.clone()).or_insert_with(|| ServiceTotal::new(service)).add(line);
    }
}

impl ServiceTotal {
    fn new(service: &Service) -> Self {
        Self {
            code: service.code.clone(),
            modifiers: service.modifiers.clone(),
            unit: service.unit.as_str(),
            notes: 0,
            minutes: 0,
            quarter_hours: 0,
            units: 0,
            amount: None,
            unpriced_units: 0,
            total: Total::default(),
        }
    }

    fn add(&mut self, line: &Line) {
        self.total.add(line);
        self.notes = self.total.notes;
        self.minutes = self.total.minutes;
        self.quarter_hours = self.total.quarter_hours;
        self.units = self.total.units;
        self.amount = self.total.priced();
        self.unpriced_units = self.total.unpriced_units;
    }
}

impl ClaimRow {
    /// The claim lines of a batch.
    pub fn of(set: &RuleSet, items: &[Item]) -> Vec<Self> {
        claim_lines(items).into_iter().map(|line| Self::row(set, line)).collect()
    }

    fn row(set: &RuleSet, line: ClaimLine) -> Self {
        let service = set.service(line.service);
        Self {
            client: line.client,
            date: line.date.to_string(),
            payer: set.payer(line.payer).name.clone(),
            service: service.name.clone(),
            code: service.code.clone(),
            modifiers: service.modifiers.clone(),
            unit: service.unit.as_str(),
            minutes: line.total.minutes,
            units: line.total.units,
            rate: line.rate,
            amount: line.total.priced(),
            notes: line.notes,
        }
    }
}

impl Run {
    /// The settings in force, by name.
    pub fn settings(set: &RuleSet) -> BTreeMap<String, SettingRun> {
        set.settings
            .iter()
            .map(|setting| {
                let name = set.vocabulary.fact(setting.fact).name.clone();
                (name, SettingRun { value: set.word(setting.fact, setting.value), by: setting.by.as_str() })
            })
            .collect()
    }

    /// The presumptions in force, by fact.
    pub fn presumptions(set: &RuleSet) -> BTreeMap<String, PresumptionRun> {
        set.presumptions
            .iter()
            .map(|presumption| {
                let name = set.vocabulary.fact(presumption.fact).name.clone();
                let basis = if presumption.basis.house { "house" } else { "cited" };
                (name, PresumptionRun { value: set.word(presumption.fact, presumption.value), basis })
            })
            .collect()
    }
}
