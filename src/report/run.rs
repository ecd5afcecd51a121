//! The program, rules, and inputs of a run: enough to repeat the run and get the same bytes.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::digest::Digest;
use crate::effective::Month;
use crate::facts::WrittenAnswer;
use crate::place::Place;
use crate::roster::RosterKind;
use crate::rules::RuleSet;

/// The program, rules, and inputs of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The program.
    pub program: Program,
    /// The rule set.
    pub rules: RulesRun,
    /// The inputs.
    pub inputs: Vec<InputRun>,
    /// Rows and adjustments of earlier runs, if there are any; `records` counts their lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub billed: Vec<InputRun>,
    /// The rosters that answered what notes leave open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rosters: Vec<RosterRun>,
    /// The date for which the run was made.
    pub as_of: String,
    /// The month whose records are shown and added up, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// Whether nothing was presumed and unknown fields were rejected.
    pub presume_nothing: bool,
    /// Whether a record with unknown fields was rejected.
    pub known_fields_only: bool,
    /// Settings in force, by name.
    pub settings: BTreeMap<String, SettingRun>,
    /// Presumptions in force, by fact.
    pub presumptions: BTreeMap<String, PresumptionRun>,
    /// Fields that the rule set does not know, each with the number of records that have it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown_fields: BTreeMap<String, u64>,
}
/// The program that ran.
#[derive(Clone, Debug, Serialize)]
pub struct Program {
    /// Name of the program.
    pub name: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// SHA-256 over the program's sources.
    pub fingerprint: &'static str,
}

/// The rule set used for the run.
#[derive(Clone, Debug, Serialize)]
pub struct RulesRun {
    /// Names of the rule files.
    pub files: Vec<String>,
    /// SHA-256 over the contents of the rule files.
    pub fingerprint: String,
}

impl RulesRun {
    /// Creates the description of a rule set that all reports share.
    pub fn new(set: &RuleSet) -> Self {
        Self { files: set.files.iter().map(|file| file.name.clone()).collect(), fingerprint: set.fingerprint.clone() }
    }
}

/// An input.
#[derive(Clone, Debug, Serialize)]
pub struct InputRun {
    /// Name as given.
    pub name: String,
    /// Size and SHA-256 of the input's bytes, if inputs were hashed. Reports show the SHA-256.
    #[serde(rename = "sha256", serialize_with = "serialize_sha256", skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Number of records.
    pub records: u64,
    /// Rows that are no records, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<SkippedRun>,
}

#[expect(clippy::ref_option, reason = "serde passes the field so")]
fn serialize_sha256<S: Serializer>(digest: &Option<Digest>, serializer: S) -> Result<S::Ok, S::Error> {
    digest.as_ref().map(|digest| &digest.sha256).serialize(serializer)
}

/// A roster.
#[derive(Clone, Debug, Serialize)]
pub struct RosterRun {
    /// Whom it lists: `clients` or `staff`.
    #[serde(rename = "of")]
    pub kind: RosterKind,
    /// Name as given.
    pub name: String,
    /// Size and SHA-256 of the roster's bytes, if inputs were hashed. Reports show the SHA-256.
    #[serde(rename = "sha256", serialize_with = "serialize_sha256", skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Number of rows.
    pub rows: u64,
}

/// Rows of an input that are no records: above the header row, blank, the header row again, or without an id, client, date
/// and activity.
#[derive(Clone, Debug, Serialize)]
pub struct SkippedRun {
    /// Number of the rows.
    pub rows: u64,
    /// The places of the first few of them.
    pub places: Vec<String>,
}

impl SkippedRun {
    /// Returns the number and the places of skipped rows; `None` if there are none.
    pub fn new(rows: u64, places: &[Place]) -> Option<Self> {
        (rows > 0).then(|| Self { rows, places: places.iter().map(ToString::to_string).collect() })
    }
}

/// A setting in force.
#[derive(Clone, Debug, Serialize)]
pub struct SettingRun {
    /// The answer in force.
    pub value: WrittenAnswer,
    /// Where the answer comes from.
    pub by: &'static str,
}

/// A presumption in force.
#[derive(Clone, Debug, Serialize)]
pub struct PresumptionRun {
    /// The presumed answer.
    pub value: WrittenAnswer,
    /// `house` or `cited`.
    pub basis: &'static str,
}

impl Run {
    /// Returns the settings in force, by name.
    pub fn settings(set: &RuleSet) -> BTreeMap<String, SettingRun> {
        let settings = set.settings.iter().map(|setting| {
            let name = set.vocabulary.fact(setting.fact).name.clone();
            (name, SettingRun { value: set.written_answer(setting.fact, setting.value), by: setting.by.as_str() })
        });
        settings.collect()
    }

    /// Returns the presumptions in force, by fact.
    pub fn presumptions(set: &RuleSet) -> BTreeMap<String, PresumptionRun> {
        let presumptions = set.presumptions.iter().map(|presumption| {
            let name = set.vocabulary.fact(presumption.fact).name.clone();
            let basis = if presumption.basis.house { "house" } else { "cited" };
            (name, PresumptionRun { value: set.written_answer(presumption.fact, presumption.value), basis })
        });
        presumptions.collect()
    }
}
