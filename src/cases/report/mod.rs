//! What a run of sample claims has to say, with one writer for each format.

mod github;
mod json;
mod junit;
mod mutants;
mod text;

pub use github::annotation;
pub use mutants::{MutantCounts, MutantRow, MutantsReport, WitnessView, differences};

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Coverage, Difference, Played, Verdict};
use crate::facts::Origin;
use crate::read::{Record, Value};
use crate::report::Row;
use crate::rules::{Outcome, RuleSet};

/// What came of a run.
#[derive(Debug)]
pub struct Report<'r> {
    /// The rules.
    pub set: &'r RuleSet,
    /// What came of each batch, with the verdict on each of its cases.
    pub played: Vec<(&'r Played<'r>, Vec<Verdict<'r>>)>,
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
    /// The report of batches that were played.
    pub fn of(set: &'r RuleSet, played: &'r [Played<'r>], coverage: Option<Coverage>) -> Self {
        let played = played.iter().map(|played| (played, played.verdicts())).collect();
        Self { set, played, coverage, mutants: None }
    }

    /// How many cases became what.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, verdict) in self.verdicts() {
            counts.cases += 1;
            match (verdict.passes(), &verdict.case.known_wrong) {
                (false, _) => counts.failed += 1,
                (true, None) => counts.passed += 1,
                (true, Some(_)) => counts.known_wrong += 1,
            }
        }
        counts
    }

    fn verdicts(&self) -> impl Iterator<Item = (&Played<'r>, &Verdict<'r>)> {
        self.played.iter().flat_map(|(played, verdicts)| verdicts.iter().map(|verdict| (*played, verdict)))
    }

    /// The facts that were read of a note: those it answers, and those that are presumed.
    fn read(&self, played: &Played<'_>, note: usize) -> Option<(Vec<String>, Vec<String>)> {
        let read = played.read.get(note)?.as_ref()?;
        let (mut answered, mut presumed) = (Vec::new(), Vec::new());
        for (id, fact) in self.set.vocabulary.facts().filter(|(_, fact)| fact.origin != Origin::Setting) {
            let word = self.set.answer_text(id, read.facts.get(id));
            if !word.is_empty() {
                let told = format!("{} = {word}", fact.name);
                if read.presumed.contains(&id) { presumed.push(told) } else { answered.push(told) }
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

/// The notes that a case says something of, by place in the batch: those that differ, or all where a sum does.
fn notes_of(verdict: &Verdict<'_>, played: &Played<'_>) -> Vec<usize> {
    let whole = verdict.differences.iter().any(|difference| difference.note.is_none());
    let named = |at: &usize| verdict.case.notes.iter().any(|expected| expected.note == *at);
    let differs = |at: &usize| verdict.differences.iter().any(|difference| difference.note == Some(*at));
    let all = 0..played.rows.len();
    if whole {
        all.collect()
    } else if verdict.differences.is_empty() {
        all.filter(named).collect()
    } else {
        all.filter(differs).collect()
    }
}

/// Why a case that is known to be wrong fails when nothing differs.
const NO_LONGER_WRONG: &str = "is known to be wrong and passes: the rules are right now, so remove `known_wrong`";

/// A difference on one line.
fn line(difference: &Difference) -> String {
    let Difference { what, expected, got, .. } = difference;
    format!("{what}: expected {expected}, got {got}")
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
