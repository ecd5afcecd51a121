//! Running cases: each batch under the rule set with its settings, its public rows against what is expected.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Case, Claims, Expectation, Suite};
use crate::diagram::Diagram;
use crate::facts::{FactId, Facts};
use crate::message::Message;
use crate::report::{Row, Summary};
use crate::rules::RuleSet;
use crate::run::Batch;

/// What came of one batch of sample claims.
#[derive(Debug)]
pub struct ClaimsRun<'s> {
    /// The batch.
    pub claims: &'s Claims,
    /// One row for each note.
    pub rows: Vec<Row>,
    /// By note: what it answers; `None` for a rejected record.
    pub read: Vec<Option<NoteAnswers>>,
    /// The sums.
    pub summary: Summary,
    /// Warnings of the whole batch.
    pub warnings: Vec<Message>,
    /// Why the rule set does not take the batch's settings; then there are no rows.
    pub refused: Option<Message>,
}

/// What one note answers.
#[derive(Clone, Debug)]
pub struct NoteAnswers {
    /// Its answers, with settings and derived facts.
    pub answered: Facts,
    /// The same with what is presumed.
    pub facts: Facts,
    /// Which of them are presumed.
    pub presumed: Vec<FactId>,
}

/// What became of one case.
#[derive(Debug)]
pub struct CaseResult<'s> {
    /// The case.
    pub case: &'s Case,
    /// What is not as expected.
    pub differences: Vec<Difference>,
}

/// Something that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The note, by place in the batch; `None` for a sum or the whole batch.
    pub note: Option<usize>,
    /// The field or the sum.
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub got: String,
}

impl CaseResult<'_> {
    /// Whether the case is as it should be: everything as expected, or known to be wrong and wrong.
    pub fn passes(&self) -> bool {
        self.differences.is_empty() == self.case.known_wrong.is_none()
    }
}

/// Settings and presumptions of a batch.
type Answers<'s> = (&'s [(String, String)], &'s [(String, String)]);

impl Suite {
    /// Runs every batch, in order of file and place.
    pub fn run(&self, set: &RuleSet, diagram: &Diagram) -> Vec<ClaimsRun<'_>> {
        let one = |claims| match answered(set, Claims::answers(claims)) {
            Ok(set) => ClaimsRun::new(claims, &set, diagram),
            Err(refused) => ClaimsRun::refused(claims, refused),
        };
        self.claims.iter().map(one).collect()
    }
}

/// The first case of these batches that fails under a rule set, in order of file and place. Cases that are known to be
/// wrong do not count. Batches with the same settings share one rule set.
pub(super) fn first_failure<'s>(claims: &[&'s Claims], set: &RuleSet, diagram: &Diagram) -> Option<&'s Case> {
    let mut alike: BTreeMap<Answers<'_>, Result<Cow<'_, RuleSet>, Message>> = BTreeMap::new();
    claims.iter().find_map(|claims| {
        match alike.entry(claims.answers()).or_insert_with(|| answered(set, claims.answers())) {
            Ok(set) => ClaimsRun::new(claims, set, diagram).first_failed(),
            Err(_) => claims.counted().next(),
        }
    })
}

impl Claims {
    fn answers(&self) -> Answers<'_> {
        (&self.settings, &self.presume)
    }

    /// The cases that are to pass.
    fn counted(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.known_wrong.is_none())
    }
}

/// The set with these answers, or why it does not take them.
fn answered<'s>(set: &'s RuleSet, (settings, presume): Answers<'_>) -> Result<Cow<'s, RuleSet>, Message> {
    if settings.is_empty() && presume.is_empty() {
        return Ok(Cow::Borrowed(set));
    }
    let mut own = set.clone();
    settings.iter().try_for_each(|(name, value)| own.answer(name, value))?;
    presume.iter().try_for_each(|(name, value)| own.presume(name, value))?;
    Ok(Cow::Owned(own))
}

impl<'s> ClaimsRun<'s> {
    fn new(claims: &'s Claims, set: &RuleSet, diagram: &Diagram) -> Self {
        let mut batch = Batch::new(set, diagram, claims.strict.into());
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
        let (batch, _) = batch.finish(&mut |message| warnings.push(message));
        Self { claims, rows: Row::all(&batch), read, summary: Summary::new(&batch), warnings, refused: None }
    }

    fn refused(claims: &'s Claims, refused: Message) -> Self {
        let (rows, read, warnings) = (Vec::new(), Vec::new(), Vec::new());
        Self { claims, rows, read, summary: Summary::default(), warnings, refused: Some(refused) }
    }

    fn first_failed(&self) -> Option<&'s Case> {
        self.claims.counted().find(|case| !self.differences(case).is_empty())
    }

    /// What became of each case.
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
