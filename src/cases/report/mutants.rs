//! What became of the mutants: the counts, and for each survivor the note that would show it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::{Evidence, Killer, MutantStatus};
use crate::facts::WrittenAnswer;
use crate::mutants::Mutant;
use crate::nearest::joined;
use crate::report::Row;
use crate::rules::RuleSet;
use crate::space::Example;

/// What a surviving change of the rules means.
const UNNOTICED: &str = "no case fails under this change of the rules; a case of this would:";

/// What a surviving change of a promise means.
const UNNEEDED: &str = "no small change of a rule breaks this promise as written and keeps it as changed: what the change \
                        takes away guards against nothing that was tried";

/// How many mutants became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MutantCounts {
    /// All of them.
    pub mutants: usize,
    /// Those that `check` finds a problem in.
    pub killed_by_check: usize,
    /// Those under which a case fails.
    pub killed_by_case: usize,
    /// Those of promises that a change of a rule tells from the promise as written.
    pub killed_by_mutant: usize,
    /// Those that decide every note alike.
    pub equivalent: usize,
    /// Those that nothing notices.
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

/// One mutant with what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct MutantRow {
    /// The file with the changed block.
    pub file: String,
    /// Its line.
    pub line: u64,
    /// Its column.
    pub column: u64,
    /// The changed block.
    pub block: String,
    /// What is changed about it.
    pub change: String,
    /// `killed`, `equivalent` or `survived`.
    pub status: &'static str,
    /// What noticed it: the code of a problem, the title of a case, or a change of a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What would notice a survivor.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub witness: Option<WitnessView>,
}

/// Notes that would notice a change, and their rows.
#[derive(Clone, Debug, Serialize)]
pub struct WitnessView {
    /// The notes.
    pub notes: Vec<Example>,
    /// Settings that must be answered otherwise than they are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, WrittenAnswer>,
    /// Their rows as the rules are.
    pub now: Vec<Map<String, Value>>,
    /// Their rows under the change.
    pub changed: Vec<Map<String, Value>>,
    /// What differs, in words; one line for each field of each note.
    #[serde(skip)]
    pub differences: Vec<String>,
}

/// All mutants that count.
#[derive(Clone, Debug, Serialize)]
pub struct MutantsReport {
    /// How many became what.
    pub summary: MutantCounts,
    /// Each of them, in order of place.
    pub mutants: Vec<MutantRow>,
}

impl MutantsReport {
    /// The report of these mutants of a set, each with what became of it; those without a status do not count.
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

    /// Those that nothing notices.
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

    /// Whether nothing notices it.
    pub fn survived(&self) -> bool {
        self.status == "survived"
    }

    /// The block and its change on one line.
    pub fn describe(&self) -> String {
        format!("{}: {}", self.block, self.change)
    }

    /// What it means that it survived: some lines, the notes that would notice it among them.
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

/// An item of a list; of a finding its code.
fn item(value: &Value) -> String {
    let code = value.get("code").unwrap_or(value);
    code.as_str().map_or_else(|| code.to_string(), str::to_owned)
}

/// The fields in which two rows differ, each with what the one and the other says; `because` apart.
pub fn differences(before: &Row, after: &Row) -> Vec<(String, Option<Value>, Option<Value>)> {
    let (before, after) = (fields(before), fields(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let sides = names.into_iter().map(|name| (name.clone(), before.get(name).cloned(), after.get(name).cloned()));
    sides.filter(|(_, before, after)| before != after).collect()
}

/// A row's fields but for its sentence and the role of staff, which is read and not decided.
fn fields(row: &Row) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(row) else { return Map::new() };
    fields.remove("because");
    fields.remove("staff_role");
    fields
}
