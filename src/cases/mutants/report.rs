//! What is told of mutants: the sums, and for each survivor the note that would notice it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::said::{differences, fields};
use super::{Fate, Mutant, Witness};
use crate::facts::Word;
use crate::nearest::joined;
use crate::proof::Example;
use crate::report::Row;
use crate::rules::RuleSet;

/// How many mutants came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All of them.
    pub mutants: usize,
    /// Those in whose set `check` finds a gap, a conflict or a broken promise.
    pub caught_by_proof: usize,
    /// Those under which a case fails.
    pub caught_by_case: usize,
    /// Those that no note can tell.
    pub equivalent: usize,
    /// Those that nothing notices.
    pub survive: usize,
}

impl Tally {
    fn of(fates: &[Fate]) -> Self {
        let mut tally = Self { mutants: fates.len(), ..Self::default() };
        for fate in fates {
            let count = match fate {
                Fate::Proof(_) => &mut tally.caught_by_proof,
                Fate::Case(_) => &mut tally.caught_by_case,
                Fate::Equivalent => &mut tally.equivalent,
                Fate::Survives(_) => &mut tally.survive,
            };
            *count += 1;
        }
        tally
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { mutants, caught_by_proof, caught_by_case, equivalent, survive } = self;
        write!(
            f,
            "{mutants} mutants: {caught_by_proof} caught by proof, {caught_by_case} by a case, \
             {equivalent} equivalent, {survive} survive"
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
    /// `proof`, `case`, `equivalent` or `survives`.
    pub fate: &'static str,
    /// The problem or the case that notices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What would notice a survivor.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub witness: Option<WitnessRow>,
}

/// Notes that would notice, and what is said of them.
#[derive(Clone, Debug, Serialize)]
pub struct WitnessRow {
    /// The notes.
    pub notes: Vec<Example>,
    /// Settings that must be answered otherwise than they are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Word>,
    /// Their rows today.
    pub now: Vec<Map<String, Value>>,
    /// Their rows under the change.
    pub changed: Vec<Map<String, Value>>,
    /// What differs, in words; one line for each field of each note.
    #[serde(skip)]
    pub differences: Vec<String>,
}

/// All mutants of a set.
#[derive(Clone, Debug, Serialize)]
pub struct MutantsReport {
    /// How many came to what.
    pub summary: Tally,
    /// Each of them, in order of place.
    pub mutants: Vec<MutantRow>,
}

impl MutantsReport {
    /// What is told of these mutants of this set.
    pub fn of(set: &RuleSet, mutants: &[Mutant], fates: &[Fate]) -> Self {
        let row = |(mutant, fate)| MutantRow::of(set, mutant, fate);
        Self { summary: Tally::of(fates), mutants: mutants.iter().zip(fates).map(row).collect() }
    }

    /// Those that nothing notices, each with what would.
    pub fn survivors(&self) -> impl Iterator<Item = (&MutantRow, &WitnessRow)> {
        self.mutants.iter().filter_map(|row| Some((row, row.witness.as_ref()?)))
    }
}

impl MutantRow {
    fn of(set: &RuleSet, mutant: &Mutant, fate: &Fate) -> Self {
        let place = set.place(&mutant.span);
        let (line, column) = place.as_ref().map_or((1, 1), |place| (place.line, place.column));
        let file = place.map(|place| place.file).unwrap_or_default();
        let (fate, by, witness) = match fate {
            Fate::Proof(code) => ("proof", Some(code.to_string()), None),
            Fate::Case(case) => ("case", Some(case.clone()), None),
            Fate::Equivalent => ("equivalent", None, None),
            Fate::Survives(witness) => ("survives", None, Some(WitnessRow::of(witness))),
        };
        let (block, change) = (mutant.block.clone(), mutant.change.clone());
        Self { file, line, column, block, change, fate, by, witness }
    }

    /// The block and its change, as one line.
    pub fn told(&self) -> String {
        format!("{}: {}", self.block, self.change)
    }
}

impl WitnessRow {
    fn of(Witness { notes, before, after }: &Witness) -> Self {
        let several = before.len() > 1;
        let differing = before.iter().zip(after).flat_map(|(before, after)| differing(before, after, several));
        Self {
            notes: notes.notes.clone(),
            settings: notes.settings.clone(),
            now: before.iter().map(fields).collect(),
            changed: after.iter().map(fields).collect(),
            differences: differing.collect(),
        }
    }

    /// The settings that the notes need, as options; nothing if they need none.
    pub fn options(&self) -> String {
        let options = self.settings.iter().map(|(name, value)| format!("--set {name}={}", value.text()));
        options.collect::<Vec<_>>().join(" ")
    }

    /// Everything on some lines: the notes, the settings they need, and what differs.
    pub fn told(&self) -> String {
        let notes = self.notes.iter().map(Example::json);
        let options = Some(self.options()).filter(|options| !options.is_empty());
        notes.chain(options).chain(self.differences.iter().cloned()).collect::<Vec<_>>().join("\n")
    }
}

fn differing(before: &Row, after: &Row, several: bool) -> Vec<String> {
    let about = if several { before.id.as_ref().map(|id| format!("{id} ")).unwrap_or_default() } else { String::new() };
    let told = |value: Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text,
        Some(Value::Array(items)) => joined(items.iter().map(item).collect(), "and"),
        Some(value) => value.to_string(),
    };
    let differences = differences(before, after).into_iter();
    differences
        .map(|(name, before, after)| format!("{about}{name}: now {}, changed {}", told(before), told(after)))
        .collect()
}

/// An item of a list; of a finding its code.
fn item(value: &Value) -> String {
    let code = value.get("code").unwrap_or(value);
    code.as_str().map_or_else(|| code.to_string(), str::to_owned)
}
