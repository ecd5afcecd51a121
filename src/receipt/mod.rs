//! The receipt of a run: what it read, by which rules and options it decided, and what it wrote.
//!
//! A receipt holds names of files, sizes, digests and counts, and nothing that a note says. This module opens no files: it
//! takes digests, and compares them.

mod entry;
mod recorded;
mod seal;

use std::collections::BTreeMap;

use serde::Serialize;

pub use entry::{FileEntry, Role};
pub use recorded::{RecordedProgram, RecordedRules, RecordedRun};

use crate::money::Amount;
use crate::report::{PresumptionRun, Program, Report, RowFormat, SettingRun};
use crate::rules::RuleSet;
use crate::status::Status;

/// The form of receipts that this program writes and reads.
const FORM: u32 = 1;

/// The files and streams of a run.
#[derive(Clone, Debug, Default)]
pub struct RunFiles {
    /// The rule files that were read from disk.
    pub rules: Vec<FileEntry>,
    /// Whether the rule files inside the program were used.
    pub shipped_rules: bool,
    /// The inputs, in the order in which they were read.
    pub inputs: Vec<FileEntry>,
    /// The outputs, in the order in which they appear.
    pub outputs: Vec<FileEntry>,
}

/// The receipt of a run, as it is written. [`RecordedRun`] is what is read of it again.
#[derive(Debug, Serialize)]
pub struct Receipt<'r> {
    /// The form of the receipt.
    #[serde(rename = "receipt")]
    form: u32,
    program: &'r Program,
    rules: RulesView<'r>,
    as_of: &'r str,
    presume_nothing: bool,
    known_fields_only: bool,
    settings: &'r BTreeMap<String, SettingRun>,
    presumptions: &'r BTreeMap<String, PresumptionRun>,
    inputs: Vec<FileEntry>,
    totals: ControlTotals<'r>,
    outputs: Vec<FileEntry>,
    /// The format of the rows, with `auto` resolved.
    format: RowFormat,
    /// The arguments after the program's name, as given.
    arguments: Vec<String>,
}

/// The rule set of a run.
#[derive(Debug, Serialize)]
struct RulesView<'r> {
    fingerprint: &'r str,
    /// Whether the rule files inside the program were used.
    shipped: bool,
    files: Vec<FileEntry>,
    /// SHA-256 of the text of each source, as the rules declare it. Sources whose text was never checked have none.
    sources: BTreeMap<&'r str, &'r str>,
}

/// What a run came to, to be compared with what was billed.
#[derive(Debug, Serialize)]
struct ControlTotals<'r> {
    records: u64,
    status: &'r BTreeMap<Status, u64>,
    /// Units by payer and service.
    units: BTreeMap<&'r str, BTreeMap<&'r str, u64>>,
    amount: Amount,
}

impl<'r> Receipt<'r> {
    /// Creates the receipt of a run under this rule set. `arguments`: those after the program's name, as given.
    pub fn new(
        report: &'r Report<'_>,
        set: &'r RuleSet,
        files: RunFiles,
        format: RowFormat,
        arguments: Vec<String>,
    ) -> Self {
        let RunFiles { rules, shipped_rules, inputs, outputs } = files;
        let run = &report.run;
        let sources = set.sources.iter().filter_map(|source| Some((source.name.as_str(), source.sha256.as_deref()?)));
        Self {
            form: FORM,
            program: &run.program,
            rules: RulesView {
                fingerprint: &run.rules.fingerprint,
                shipped: shipped_rules,
                files: rules,
                sources: sources.collect(),
            },
            as_of: &run.as_of,
            presume_nothing: run.presume_nothing,
            known_fields_only: run.known_fields_only,
            settings: &run.settings,
            presumptions: &run.presumptions,
            inputs,
            totals: ControlTotals::new(report),
            outputs,
            format,
            arguments,
        }
    }

    /// Returns the receipt as it is written: JSON whose last field is the SHA-256 of everything before that field's line.
    pub fn bytes(&self) -> serde_json::Result<Vec<u8>> {
        Ok(seal::seal(serde_json::to_string_pretty(self)?))
    }
}

impl<'r> ControlTotals<'r> {
    fn new(report: &'r Report<'_>) -> Self {
        let summary = report.summary();
        let units = summary.payers.iter().map(|(payer, total)| {
            let services = total.services.iter().map(|(service, total)| (service.as_str(), total.units));
            (payer.as_str(), services.collect::<BTreeMap<_, _>>())
        });
        Self {
            records: summary.records,
            status: &summary.status,
            units: units.filter(|(_, services)| !services.is_empty()).collect(),
            amount: summary.amount,
        }
    }
}
