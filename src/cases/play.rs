//! Running cases: each batch under the rule set with its settings, its public rows against what is expected.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Case, Claims, Suite, Wish};
use crate::diagram::Diagram;
use crate::facts::{FactId, Facts};
use crate::message::Message;
use crate::report::{Row, Summary};
use crate::rules::RuleSet;
use crate::run::Batch;

/// What came of one batch of sample claims.
#[derive(Debug)]
pub struct Played<'s> {
    /// The batch.
    pub claims: &'s Claims,
    /// One row for each note.
    pub rows: Vec<Row>,
    /// By note: what it answers; `None` for a rejected record.
    pub read: Vec<Option<Read>>,
    /// The sums.
    pub summary: Summary,
    /// Warnings of the whole batch.
    pub said: Vec<Message>,
    /// Why the rule set does not take the batch's settings; then there are no rows.
    pub refused: Option<Message>,
}

/// What one note answers.
#[derive(Clone, Debug)]
pub struct Read {
    /// Its answers, with settings, derived facts and what is presumed.
    pub facts: Facts,
    /// Which of them are presumed.
    pub presumed: Vec<FactId>,
}

/// What became of one case.
#[derive(Debug)]
pub struct Verdict<'s> {
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

impl Verdict<'_> {
    /// Whether the case is as it should be: everything as expected, or known to be wrong and wrong.
    pub fn passes(&self) -> bool {
        self.differences.is_empty() == self.case.known_wrong.is_none()
    }
}

/// Settings and presumptions of a batch.
type Answers<'s> = (&'s [(String, String)], &'s [(String, String)]);

impl Suite {
    /// Runs every batch, in order of file and place.
    pub fn play(&self, set: &RuleSet, diagram: &Diagram) -> Vec<Played<'_>> {
        let one = |claims| match answered(set, Claims::answers(claims)) {
            Ok(set) => Played::of(claims, &set, diagram),
            Err(refused) => Played::refused(claims, refused),
        };
        self.claims.iter().map(one).collect()
    }

    /// How many cases fail under this rule set. Cases that are known to be wrong do not count.
    pub fn failures(&self, set: &RuleSet, diagram: &Diagram) -> usize {
        self.failing(set, diagram).count()
    }

    /// Whether a case fails under this rule set; stops at the first one. Cases that are known to be wrong do not count.
    pub fn notices(&self, set: &RuleSet, diagram: &Diagram) -> bool {
        self.first_failure(set, diagram).is_some()
    }

    /// The first case that fails under this rule set. Cases that are known to be wrong do not count.
    pub fn first_failure<'s>(&'s self, set: &'s RuleSet, diagram: &'s Diagram) -> Option<&'s Case> {
        self.failing(set, diagram).next()
    }

    /// The cases that fail, in order of file and place. Batches with the same settings share one rule set.
    fn failing<'s>(&'s self, set: &'s RuleSet, diagram: &'s Diagram) -> impl Iterator<Item = &'s Case> {
        let mut alike: BTreeMap<Answers<'s>, Result<Cow<'s, RuleSet>, Message>> = BTreeMap::new();
        self.claims.iter().flat_map(move |claims| {
            let set = alike.entry(claims.answers()).or_insert_with(|| answered(set, claims.answers()));
            match set {
                Ok(set) => Played::of(claims, set, diagram).failed(),
                Err(_) => claims.counted().collect(),
            }
        })
    }
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

impl<'s> Played<'s> {
    fn of(claims: &'s Claims, set: &RuleSet, diagram: &Diagram) -> Self {
        let mut batch = Batch::new(set, diagram, claims.strict);
        let mut read = Vec::new();
        for record in &claims.records {
            let facts = batch.add(0, "", record, &mut |_| ());
            read.push(facts.map(|mut facts| {
                let presumed = if claims.strict { Vec::new() } else { set.fill(&mut facts) };
                Read { facts, presumed }
            }));
        }
        let mut said = Vec::new();
        let (batch, _) = batch.finish(&mut |message| said.push(message));
        Self { claims, rows: Row::all(&batch), read, summary: Summary::new(&batch), said, refused: None }
    }

    fn refused(claims: &'s Claims, refused: Message) -> Self {
        let (rows, read, said) = (Vec::new(), Vec::new(), Vec::new());
        Self { claims, rows, read, summary: Summary::default(), said, refused: Some(refused) }
    }

    fn failed(&self) -> Vec<&'s Case> {
        self.claims.counted().filter(|case| !self.differences(case).is_empty()).collect()
    }

    /// What became of each case.
    pub fn verdicts(&self) -> Vec<Verdict<'s>> {
        let verdict = |case| Verdict { case, differences: self.differences(case) };
        self.claims.cases.iter().map(verdict).collect()
    }

    fn differences(&self, case: &Case) -> Vec<Difference> {
        if let Some(refused) = &self.refused {
            let (expected, got) = ("settings that the rule set takes".into(), refused.text.clone());
            return vec![Difference { note: None, what: "settings".into(), expected, got }];
        }
        let mut differences = Vec::new();
        for expected in &case.notes {
            let row = self.rows.get(expected.note);
            let unmet = expected.expect.iter().filter(|wish| row.is_none_or(|row| !wish.is_met(row)));
            differences.extend(unmet.map(|wish| differs(wish, expected.note, row)));
        }
        for wish in &case.totals {
            let got = wish.said(&self.summary);
            if got != wish.word {
                differences.push(Difference { note: None, what: wish.name(), expected: wish.word.clone(), got });
            }
        }
        differences
    }
}

fn differs(wish: &Wish, note: usize, row: Option<&Row>) -> Difference {
    let told = |words: &[String]| if words.is_empty() { "none".to_owned() } else { words.join(" ") };
    let got = row.map_or_else(|| told(&[]), |row| told(&wish.key.said(row)));
    Difference { note: Some(note), what: wish.key.as_str().to_owned(), expected: told(&wish.words), got }
}
