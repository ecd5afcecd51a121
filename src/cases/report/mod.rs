//! The report of a run of sample claims, with one writer per format.

mod github;
mod json;
mod junit;
mod mutants;
mod text;

pub use github::annotation;
pub use mutants::{MutantCounts, MutantRow, MutantsReport, WitnessView, differences};

use std::fmt;
use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{CaseResult, Coverage, Difference, SampleBatchRun};
use crate::facts::Origin;
use crate::read::{Record, Value};
use crate::report::Row;
use crate::rules::{Outcome, RuleSet};
use crate::visible::{visible, visible_lines};

/// The results of a run.
#[derive(Debug)]
pub struct Report<'r> {
    /// The rules.
    pub set: &'r RuleSet,
    /// The result of each batch, with the results of its cases.
    pub runs: Vec<(&'r SampleBatchRun<'r>, Vec<CaseResult<'r>>)>,
    /// The coverage, if it was requested.
    pub coverage: Option<Coverage>,
    /// The results of the mutants, if they were requested.
    pub mutants: Option<MutantsReport>,
}

/// Number of cases by result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Cases that ran.
    pub cases: usize,
    /// Cases whose expectations were all met.
    pub passed: usize,
    /// Cases with an unmet expectation, and cases that are known to be wrong but passed.
    pub failed: usize,
    /// Cases that are known to be wrong and failed as expected.
    pub known_wrong: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cases = if self.cases == 1 { "case" } else { "cases" };
        write!(f, "{} {cases}: {} passed, {} failed", self.cases, self.passed, self.failed)?;
        if self.known_wrong > 0 { write!(f, ", {} known to be wrong", self.known_wrong) } else { Ok(()) }
    }
}

impl<'r> Report<'r> {
    /// Builds the report of these batch runs.
    pub fn new(set: &'r RuleSet, runs: &'r [SampleBatchRun<'r>], coverage: Option<Coverage>) -> Self {
        let runs = runs.iter().map(|run| (run, run.results())).collect();
        Self { set, runs, coverage, mutants: None }
    }

    /// Counts the cases by result.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, result) in self.results() {
            counts.cases += 1;
            match (result.passes(), &result.case.known_wrong) {
                (false, _) => counts.failed += 1,
                (true, None) => counts.passed += 1,
                (true, Some(_)) => counts.known_wrong += 1,
            }
        }
        counts
    }

    fn results(&self) -> impl Iterator<Item = (&SampleBatchRun<'r>, &CaseResult<'r>)> {
        self.runs.iter().flat_map(|(run, results)| results.iter().map(|result| (*run, result)))
    }

    /// Returns the facts read from a note, answered and presumed ones apart. Returns `None` if the note was rejected.
    fn read(&self, run: &SampleBatchRun<'_>, note: usize) -> Option<(Vec<String>, Vec<String>)> {
        let read = run.read.get(note)?.as_ref()?;
        let (mut answered, mut presumed) = (Vec::new(), Vec::new());
        for (id, fact) in self.set.vocabulary.facts().filter(|(_, fact)| fact.origin != Origin::Setting) {
            let word = self.set.answer_text(id, read.facts.get(id));
            if !word.is_empty() {
                let answer = format!("{} = {word}", fact.name);
                if read.presumed.contains(&id) { presumed.push(answer) } else { answered.push(answer) }
            }
        }
        Some((answered, presumed))
    }

    /// Iterates over the rules that decided a note, with their titles.
    fn decided<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (&'a str, &'a str)> {
        let title = |id: &str| self.set.rules.iter().find(|rule| rule.id == *id).map_or("", |rule| rule.title.as_str());
        row.rules.iter().map(move |id| (id.as_str(), title(id)))
    }

    /// Describes an outcome with the names that rows use.
    fn outcome(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Billable(service, payer) => {
                format!("{} as {}", self.set.payer(payer).name, self.set.service(service).full_code())
            }
            other => other.status().into(),
        }
    }
}

/// Writes text for a person or a build server, making every invisible character visible.
fn write_visible(out: &mut dyn Write, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut text = Vec::new();
    write(&mut text)?;
    out.write_all(visible_lines(&String::from_utf8_lossy(&text)).as_bytes())
}

/// Returns the indices of the notes to show: those that differ, all if a total differs, or the case's own if nothing
/// does.
fn notes_of(result: &CaseResult<'_>, run: &SampleBatchRun<'_>) -> Vec<usize> {
    let whole = result.differences.iter().any(|difference| difference.note.is_none());
    let named = |at: &usize| result.case.notes.iter().any(|expected| expected.note == *at);
    let differs = |at: &usize| result.differences.iter().any(|difference| difference.note == Some(*at));
    let all = 0..run.rows.len();
    if whole {
        all.collect()
    } else if result.differences.is_empty() {
        all.filter(named).collect()
    } else {
        all.filter(differs).collect()
    }
}

/// Why a case that is known to be wrong fails although nothing differs.
const NO_LONGER_WRONG: &str = "is known to be wrong and passes: the rules are right now, so remove `known_wrong`";

/// Formats a difference on one line.
fn describe(difference: &Difference) -> String {
    let Difference { what, expected, got, .. } = difference;
    visible(&format!("{what}: expected {expected}, got {got}")).into_owned()
}

/// A note serialized as JSON, as it appears in its file.
struct NoteJson<'n>(&'n Record<'static>);

impl Serialize for NoteJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for field in &self.0.fields {
            match &field.value {
                Value::Null | Value::Unreadable => map.serialize_entry(&field.name, &())?,
                Value::Boolean(truth) => map.serialize_entry(&field.name, truth)?,
                Value::Text(text) => map.serialize_entry(&field.name, text)?,
                Value::Number(text) | Value::Nested(text) => {
                    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
                    map.serialize_entry(&field.name, &value)?;
                }
            }
        }
        map.end()
    }
}
