//! What a run of sample claims has to say, with one writer for each format.

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

use super::{CaseResult, ClaimsRun, Coverage, Difference};
use crate::facts::Origin;
use crate::read::{Record, Value};
use crate::report::Row;
use crate::rules::{Outcome, RuleSet};
use crate::visible::{visible, visible_lines};

/// What came of a run.
#[derive(Debug)]
pub struct Report<'r> {
    /// The rules.
    pub set: &'r RuleSet,
    /// What came of each batch, with the result on each of its cases.
    pub runs: Vec<(&'r ClaimsRun<'r>, Vec<CaseResult<'r>>)>,
    /// What the cases reach, if that was asked.
    pub coverage: Option<Coverage>,
    /// What became of each small change of the rules, if that was asked.
    pub mutants: Option<MutantsReport>,
}

/// How many cases became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Cases that ran.
    pub cases: usize,
    /// Everything as expected.
    pub passed: usize,
    /// Something not as expected, or known to be wrong and right after all.
    pub failed: usize,
    /// Known to be wrong, and wrong.
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
    /// The report of batches that were run.
    pub fn new(set: &'r RuleSet, runs: &'r [ClaimsRun<'r>], coverage: Option<Coverage>) -> Self {
        let runs = runs.iter().map(|run| (run, run.results())).collect();
        Self { set, runs, coverage, mutants: None }
    }

    /// How many cases became what.
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

    fn results(&self) -> impl Iterator<Item = (&ClaimsRun<'r>, &CaseResult<'r>)> {
        self.runs.iter().flat_map(|(run, results)| results.iter().map(|result| (*run, result)))
    }

    /// The facts that were read of a note: those it answers, and those that are presumed.
    fn read(&self, run: &ClaimsRun<'_>, note: usize) -> Option<(Vec<String>, Vec<String>)> {
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

    /// The rules that decided a note, with their titles.
    fn decided<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (&'a str, &'a str)> {
        let title = |id: &str| self.set.rules.iter().find(|rule| rule.id == *id).map_or("", |rule| rule.title.as_str());
        row.rules.iter().map(move |id| (id.as_str(), title(id)))
    }

    /// An outcome in the words of rows.
    fn outcome(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Billable(service, payer) => {
                format!("{} as {}", self.set.payer(payer).name, self.set.service(service).full_code())
            }
            other => other.status().into(),
        }
    }
}

/// Writes text that a person or a build server reads, with every character that cannot be seen as a mark.
fn write_visible(out: &mut dyn Write, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut text = Vec::new();
    write(&mut text)?;
    out.write_all(visible_lines(&String::from_utf8_lossy(&text)).as_bytes())
}

/// The notes that a case says something of, by place in the batch: those that differ, or all where a sum does.
fn notes_of(result: &CaseResult<'_>, run: &ClaimsRun<'_>) -> Vec<usize> {
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

/// Why a case that is known to be wrong fails when nothing differs.
const NO_LONGER_WRONG: &str = "is known to be wrong and passes: the rules are right now, so remove `known_wrong`";

/// A difference on one line.
fn describe(difference: &Difference) -> String {
    let Difference { what, expected, got, .. } = difference;
    visible(&format!("{what}: expected {expected}, got {got}")).into_owned()
}

/// A note as it stands in its file, as JSON.
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
