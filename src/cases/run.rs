//! Runs cases: classifies each batch with its settings and compares the public rows with the expectations.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Case, Expectation, SampleBatch, Suite};
use crate::batch::{Applied, BatchNote};
use crate::cores::Threads;
use crate::diagram::Diagram;
use crate::facts::{FactId, Facts};
use crate::message::Message;
use crate::report::{Row, Summary};
use crate::rules::RuleSet;
use crate::run::Batch;

/// The results of one batch of sample claims.
#[derive(Debug)]
pub struct SampleBatchRun<'s> {
    /// The batch.
    pub claims: &'s SampleBatch,
    /// The rows, one per note.
    pub rows: Vec<Row>,
    /// The answers of each note; `None` for a rejected record.
    pub read: Vec<Option<NoteAnswers>>,
    /// The counts, pairs, shadows and edits that determine what each note earns; empty for a rejected record.
    pub applied: Vec<Applied>,
    /// The totals, if a case expects any.
    pub(super) summary: Summary,
    /// Warnings about the whole batch.
    pub warnings: Vec<Message>,
    /// Why the rule set does not accept the settings of the batch. If set, there are no rows.
    pub refused: Option<Message>,
}

/// The answers of one note.
#[derive(Clone, Debug)]
pub struct NoteAnswers {
    /// The answers that the note gives, plus settings and derived facts.
    pub answered: Facts,
    /// Like `answered`, plus presumed answers.
    pub facts: Facts,
    /// The facts that are presumed.
    pub presumed: Vec<FactId>,
}

/// The result of one case.
#[derive(Debug)]
pub struct CaseResult<'s> {
    /// The case.
    pub case: &'s Case,
    /// The expectations that were not met.
    pub differences: Vec<Difference>,
}

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Index of the note in the batch; `None` for a total or the whole batch.
    pub note: Option<usize>,
    /// Name of the field or total.
    pub what: String,
    /// The expected value.
    pub expected: String,
    /// The actual value.
    pub got: String,
}

impl CaseResult<'_> {
    /// Returns whether the case passes: all expectations are met, or some are not and the case is known to be wrong.
    pub fn passes(&self) -> bool {
        self.differences.is_empty() == self.case.known_wrong.is_none()
    }
}

/// Settings and presumptions of a batch.
type Answers<'s> = (&'s [(String, String)], &'s [(String, String)], bool);

impl Suite {
    /// Runs every batch, in order of file and position.
    pub fn run(&self, set: &RuleSet, diagram: &Diagram) -> Vec<SampleBatchRun<'_>> {
        let one = |claims| match answered(set, SampleBatch::answers(claims)) {
            Ok(set) => SampleBatchRun::new(claims, &set, diagram),
            Err(refused) => SampleBatchRun::refused(claims, refused),
        };
        self.claims.iter().map(one).collect()
    }
}

/// Returns the first case of these batches that fails under a rule set, in order of file and position. Ignores cases
/// that are known to be wrong. Batches with the same settings share one rule set.
pub(super) fn first_failure<'s>(claims: &[&'s SampleBatch], set: &RuleSet, diagram: &Diagram) -> Option<&'s Case> {
    let mut alike: BTreeMap<Answers<'_>, Result<Cow<'_, RuleSet>, Message>> = BTreeMap::new();
    claims.iter().find_map(|claims| {
        match alike.entry(claims.answers()).or_insert_with(|| answered(set, claims.answers())) {
            Ok(set) => SampleBatchRun::new(claims, set, diagram).first_failed(),
            Err(_) => claims.counted().next(),
        }
    })
}

impl SampleBatch {
    fn answers(&self) -> Answers<'_> {
        (&self.settings, &self.presume, self.edits_off)
    }

    /// Iterates over the cases that must pass.
    fn counted(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.known_wrong.is_none())
    }
}

/// Applicability these answers to the set. Returns an error if it does not accept one of them.
fn answered<'s>(set: &'s RuleSet, (settings, presume, edits_off): Answers<'_>) -> Result<Cow<'s, RuleSet>, Message> {
    if settings.is_empty() && presume.is_empty() && !edits_off {
        return Ok(Cow::Borrowed(set));
    }
    let mut own = set.clone();
    settings.iter().try_for_each(|(name, value)| own.answer(name, value))?;
    presume.iter().try_for_each(|(name, value)| own.presume(name, value))?;
    if edits_off {
        for edit in Arc::make_mut(&mut own.edits) {
            edit.then = None;
        }
    }
    Ok(Cow::Owned(own))
}

impl<'s> SampleBatchRun<'s> {
    fn new(claims: &'s SampleBatch, set: &RuleSet, diagram: &Diagram) -> Self {
        let mut batch = Batch::new(set, diagram, claims.strict.into(), &[]).with_rosters(&claims.rosters);
        if let Some(day) = claims.as_of {
            batch = batch.as_of(day);
        }
        batch.add_billed(&claims.billed);
        let mut read = Vec::new();
        for record in &claims.records {
            let facts = batch.add(0, "", record, &mut |_| ());
            read.push(facts.map(|answered| {
                let mut facts = answered.clone();
                let presumed = if claims.strict { Vec::new() } else { set.fill(&mut facts) };
                NoteAnswers { answered, facts, presumed }
            }));
        }
        let mut warnings = Vec::new();
        let batch = batch.finish(&mut |message| warnings.push(message));
        let applied = batch.records().map(|at| batch.note(at).map(BatchNote::applied).unwrap_or_default()).collect();
        let has_totals = claims.cases.iter().any(|case| !case.totals.is_empty());
        let summary = if has_totals { Summary::new(&batch, Threads::ONE) } else { Summary::default() };
        Self { claims, rows: Row::all(&batch), read, applied, summary, warnings, refused: None }
    }

    fn refused(claims: &'s SampleBatch, refused: Message) -> Self {
        let (rows, read, warnings) = (Vec::new(), Vec::new(), Vec::new());
        Self { claims, rows, read, applied: Vec::new(), summary: Summary::default(), warnings, refused: Some(refused) }
    }

    fn first_failed(&self) -> Option<&'s Case> {
        self.claims.counted().find(|case| !self.differences(case).is_empty())
    }

    /// Returns the result of each case.
    pub fn results(&self) -> Vec<CaseResult<'s>> {
        let result = |case| CaseResult { case, differences: self.differences(case) };
        self.claims.cases.iter().map(result).collect()
    }

    fn differences(&self, case: &Case) -> Vec<Difference> {
        if let Some(refused) = &self.refused {
            let (expected, got) = ("settings that the rule set takes".into(), refused.text.clone());
            return vec![Difference { note: None, what: "settings".into(), expected, got }];
        }
        let mut differences = Vec::new();
        for expected in &case.notes {
            let row = self.rows.get(expected.note);
            let unmet = expected.expect.iter().filter(|expectation| row.is_none_or(|row| !expectation.is_met(row)));
            differences.extend(unmet.map(|expectation| differs(expectation, expected.note, row)));
        }
        for expectation in &case.totals {
            let got = expectation.actual(&self.summary);
            if got != expectation.word {
                differences.push(Difference {
                    note: None,
                    what: expectation.name(),
                    expected: expectation.word.clone(),
                    got,
                });
            }
        }
        differences
    }
}

fn differs(expectation: &Expectation, note: usize, row: Option<&Row>) -> Difference {
    let text = |words: &[String]| if words.is_empty() { "none".to_owned() } else { words.join(" ") };
    let got = row.map_or_else(|| text(&[]), |row| text(&expectation.key.row_values(row)));
    Difference { note: Some(note), what: expectation.key.as_str().to_owned(), expected: text(&expectation.words), got }
}
