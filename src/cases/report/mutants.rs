//! The results of the mutants: the counts, and for each survivor a note that would notice it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};
use serde_with::skip_serializing_none;

use super::super::{Evidence, Killer, MutantStatus};
use crate::facts::WrittenAnswer;
use crate::mutants::Mutant;
use crate::nearest::joined;
use crate::report::Row;
use crate::rules::RuleSet;
use crate::space::Example;

/// Explains a surviving change of the rules.
const UNNOTICED: &str = "no case fails under this change of the rules; a case of this would:";

/// Explains a surviving change of a promise.
const UNNEEDED: &str = "no small change of a rule breaks this promise as written and keeps it as changed: what the change \
                        takes away guards against nothing that was tried";

/// Number of mutants by result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MutantCounts {
    /// All mutants.
    pub mutants: usize,
    /// Mutants in which `check` finds a problem.
    pub killed_by_check: usize,
    /// Mutants under which a case fails.
    pub killed_by_case: usize,
    /// Mutants of promises that some change of a rule tells apart from the promise as written.
    pub killed_by_mutant: usize,
    /// Mutants that decide every note the same path.
    pub equivalent: usize,
    /// Mutants that nothing notices.
    pub survived: usize,
}

impl std::fmt::Display for MutantCounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { mutants, killed_by_check, killed_by_case, killed_by_mutant, equivalent, survived } = self;
        let killed = killed_by_check + killed_by_case + killed_by_mutant;
        write!(
            f,
            "{mutants} mutants: {killed} killed ({killed_by_check} by check, {killed_by_case} by a case, \
             {killed_by_mutant} promises by a change of a rule), {equivalent} equivalent, {survived} survived"
        )
    }
}

/// One mutant with its result.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct MutantRow {
    /// File that contains the changed block.
    pub file: String,
    /// Line of the block.
    pub line: u64,
    /// Column of the block.
    pub column: u64,
    /// Name of the changed block.
    pub block: String,
    /// Description of the change.
    pub change: String,
    /// `killed`, `equivalent` or `survived`.
    pub status: &'static str,
    /// What noticed the change: the code of a problem, the title of a case, or a change of a rule.
    pub by: Option<String>,
    /// For a survivor, the notes that would notice it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub witness: Option<WitnessView>,
}

/// Notes that would notice a change, with their rows.
#[derive(Clone, Debug, Serialize)]
pub struct WitnessView {
    /// The notes.
    pub notes: Vec<Example>,
    /// Settings that must be answered differently to show the change.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, WrittenAnswer>,
    /// Their rows under the original rules.
    pub now: Vec<Map<String, Value>>,
    /// Their rows under the changed rules.
    pub changed: Vec<Map<String, Value>>,
    /// Description of what differs, one line for each field of each note.
    #[serde(skip)]
    pub differences: Vec<String>,
}

/// All mutants that count.
#[derive(Clone, Debug, Serialize)]
pub struct MutantsReport {
    /// Number of mutants by result.
    pub summary: MutantCounts,
    /// The mutants, ordered by position.
    pub mutants: Vec<MutantRow>,
}

impl MutantsReport {
    /// Builds the report from the mutants of a set and their statuses. Mutants without a status do not count.
    pub fn new(set: &RuleSet, mutants: &[Mutant], statuses: &[Option<MutantStatus>]) -> Self {
        let (mut summary, mut rows) = (MutantCounts::default(), Vec::new());
        for (mutant, status) in mutants.iter().zip(statuses).filter_map(|(one, status)| Some((one, status.as_ref()?))) {
            summary.mutants += 1;
            let count = match status {
                MutantStatus::Killed(Killer::Check(_)) => &mut summary.killed_by_check,
                MutantStatus::Killed(Killer::Case(_)) => &mut summary.killed_by_case,
                MutantStatus::Killed(Killer::Mutant(_)) => &mut summary.killed_by_mutant,
                MutantStatus::Equivalent => &mut summary.equivalent,
                MutantStatus::Survived(_) => &mut summary.survived,
            };
            *count += 1;
            rows.push(MutantRow::new(set, mutant, status));
        }
        Self { summary, mutants: rows }
    }

    /// Iterates over the mutants that nothing notices.
    pub fn survivors(&self) -> impl Iterator<Item = &MutantRow> {
        self.mutants.iter().filter(|row| row.survived())
    }
}

impl MutantRow {
    fn new(set: &RuleSet, mutant: &Mutant, status: &MutantStatus) -> Self {
        let place = set.place_of(&mutant.span);
        let (line, column) = place.as_ref().map_or((1, 1), |place| (place.line, place.column));
        let file = place.map(|place| place.file).unwrap_or_default();
        let (status, by, witness) = match status {
            MutantStatus::Killed(Killer::Check(code)) => ("killed", Some(code.to_string()), None),
            MutantStatus::Killed(Killer::Case(by) | Killer::Mutant(by)) => ("killed", Some(by.clone()), None),
            MutantStatus::Equivalent => ("equivalent", None, None),
            MutantStatus::Survived(evidence) => ("survived", None, evidence.as_deref().map(WitnessView::new)),
        };
        let (block, change) = (mutant.block.clone(), mutant.change.clone());
        Self { file, line, column, block, change, status, by, witness }
    }

    /// Returns whether nothing notices the mutant.
    pub fn survived(&self) -> bool {
        self.status == "survived"
    }

    /// Describes the block and its change on one line.
    pub fn describe(&self) -> String {
        format!("{}: {}", self.block, self.change)
    }

    /// Explains the survival of a mutant in several lines, including the notes that would notice it.
    pub fn explain(&self) -> Vec<String> {
        let Some(witness) = &self.witness else { return vec![UNNEEDED.to_owned()] };
        let notes = witness.notes.iter().map(|note| format!("note      {}", note.json()));
        let settings = witness.settings.iter().map(|(name, value)| format!("--set {name}={}", value.text()));
        let settings = settings.collect::<Vec<_>>().join(" ");
        let settings = Some(format!("with      {settings}")).filter(|_| !witness.settings.is_empty());
        let lines = std::iter::once(UNNOTICED.to_owned()).chain(notes).chain(settings);
        lines.chain(witness.differences.iter().map(|difference| format!("  {difference}"))).collect()
    }
}

impl WitnessView {
    fn new(Evidence { witness, before, after }: &Evidence) -> Self {
        let notes = witness.notes.clone();
        let settings = notes.first().map(|note| note.settings.clone()).unwrap_or_default();
        let several = before.len() > 1;
        let mut differences: Vec<String> =
            before.iter().zip(after).flat_map(|(before, after)| describe_differences(before, after, several)).collect();
        if after.is_empty() {
            differences.push("the changed rules do not take this answer".to_owned());
        }
        let (now, changed) = (before.iter().map(fields).collect(), after.iter().map(fields).collect());
        Self { notes, settings, now, changed, differences }
    }
}

fn describe_differences(before: &Row, after: &Row, several: bool) -> Vec<String> {
    let about = if several { before.id.as_ref().map(|id| format!("{id} ")).unwrap_or_default() } else { String::new() };
    let describe = |value: Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text,
        Some(Value::Array(items)) => joined(items.iter().map(item).collect(), "and"),
        Some(value) => value.to_string(),
    };
    let differences = differences(before, after).into_iter();
    differences
        .map(|(name, before, after)| format!("{about}{name}: now {}, changed {}", describe(before), describe(after)))
        .collect()
}

/// Formats an item of a list; for a finding, its code.
fn item(value: &Value) -> String {
    let code = value.get("code").unwrap_or(value);
    code.as_str().map_or_else(|| code.to_string(), str::to_owned)
}

/// Returns the fields in which two rows differ, with the value in each. Ignores `because` and `staff_role`.
pub fn differences(before: &Row, after: &Row) -> Vec<(String, Option<Value>, Option<Value>)> {
    let (before, after) = (fields(before), fields(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let sides = names.into_iter().map(|name| (name.clone(), before.get(name).cloned(), after.get(name).cloned()));
    sides.filter(|(_, before, after)| before != after).collect()
}

/// Returns the fields of a row, except for `because` and for `staff_role`, which is read and not decided.
fn fields(row: &Row) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(row) else { return Map::new() };
    fields.remove("because");
    fields.remove("staff_role");
    fields
}
