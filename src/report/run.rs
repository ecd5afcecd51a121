//! What was run on what: enough to run it again and get the same bytes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts::WrittenAnswer;
use crate::rules::RuleSet;

/// What was run on what.
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
    pub presume_nothing: bool,
    /// Whether unknown fields rejected their record.
    pub known_fields_only: bool,
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
    pub fn new(set: &RuleSet) -> Self {
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
    pub value: WrittenAnswer,
    /// Who gave it.
    pub by: &'static str,
}

/// A presumption in force.
#[derive(Clone, Debug, Serialize)]
pub struct PresumptionRun {
    /// What is presumed.
    pub value: WrittenAnswer,
    /// `house` or `cited`.
    pub basis: &'static str,
}

impl Run {
    /// The settings in force, by name.
    pub fn settings(set: &RuleSet) -> BTreeMap<String, SettingRun> {
        let settings = set.settings.iter().map(|setting| {
            let name = set.vocabulary.fact(setting.fact).name.clone();
            (name, SettingRun { value: set.written_answer(setting.fact, setting.value), by: setting.by.as_str() })
        });
        settings.collect()
    }

    /// The presumptions in force, by fact.
    pub fn presumptions(set: &RuleSet) -> BTreeMap<String, PresumptionRun> {
        let presumptions = set.presumptions.iter().map(|presumption| {
            let name = set.vocabulary.fact(presumption.fact).name.clone();
            let basis = if presumption.basis.house { "house" } else { "cited" };
            (name, PresumptionRun { value: set.written_answer(presumption.fact, presumption.value), basis })
        });
        presumptions.collect()
    }
}
