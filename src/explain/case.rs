//! One note under its rules: what it answers, what is presumed, which rules apply surely and which may.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::tell;
use super::told::{FactTold, From};
use crate::batch::Line;
use crate::decision::Verdict;
use crate::diagram::{Atlas, Cell};
use crate::facts::{FactId, Facts, Origin};
use crate::rules::{PART_QUARTER_HOUR, POOL, RuleId, RuleSet, Test};
use crate::run::Ready;

/// One note, with what is presumed filled in.
pub(super) struct Case<'c> {
    pub(super) set: &'c RuleSet,
    pub(super) atlas: &'c Atlas,
    pub(super) line: &'c Line,
    pub(super) presume: bool,
    /// Whether the note's minutes are worked out from when it began and ended.
    timed: bool,
    /// What the note answers.
    pub(super) answered: Facts,
    /// The same with what is presumed.
    pub(super) filled: Facts,
    pub(super) presumed: Vec<FactId>,
    /// Rules that apply however the open facts are answered.
    pub(super) surely: BTreeSet<RuleId>,
    /// Rules that apply for some way to answer them.
    pub(super) maybe: BTreeSet<RuleId>,
}

impl<'c> Case<'c> {
    pub(super) fn new(ready: &'c Ready, (answered, timed): (Facts, bool), line: &'c Line, presume: bool) -> Self {
        let Ready { set, atlas } = ready;
        let mut filled = answered.clone();
        let presumed = if presume { set.fill(&mut filled) } else { Vec::new() };
        let (surely, maybe) = atlas.apply(&atlas.decisions.cells(&filled, line.date));
        Self { set, atlas, line, presume, timed, answered, filled, presumed, surely, maybe }
    }

    pub(super) fn date(&self) -> NaiveDate {
        self.line.date
    }

    pub(super) fn cells(&self) -> Vec<Cell> {
        self.atlas.decisions.cells(&self.filled, self.date())
    }

    /// Where the answer to a fact came from.
    pub(super) fn from(&self, fact: FactId) -> From {
        match tell::from(self.set, fact, &self.filled, &self.presumed) {
            From::Note if self.timed && self.set.vocabulary.fact(fact).origin == Origin::Minutes => From::Derived,
            from => from,
        }
    }

    /// The answer to a fact as text, if there is one.
    pub(super) fn now(&self, fact: FactId) -> Option<String> {
        tell::answer(self.set, fact, self.filled.get(fact)).map(|word| word.text())
    }

    /// Every fact and setting. `counts`: whether a service at stake is billed in quarter hours.
    pub(super) fn facts(&self, counts: bool) -> Vec<FactTold> {
        let missing = match &self.line.decision.verdict {
            Verdict::HeldOpen { missing, .. } => missing.clone(),
            _ => Vec::new(),
        };
        let asked = self.asked();
        let told = self.set.vocabulary.facts().map(|(id, fact)| {
            let presumption = self.set.presumptions.iter().find(|presumption| presumption.fact == id);
            let from = self.from(id);
            let date = self.set.vocabulary.derived(id);
            FactTold {
                name: fact.name.clone(),
                ask: tell::ask(self.set, id),
                value: tell::answer(self.set, id, self.filled.get(id)),
                from,
                of: match fact.origin {
                    Origin::Age(date) | Origin::DaysSince(date) => {
                        vec![self.set.vocabulary.fact(date).name.clone(), "date".into()]
                    }
                    Origin::Minutes if self.timed => vec!["start".into(), "end".into()],
                    Origin::Note | Origin::Setting | Origin::Minutes => Vec::new(),
                },
                basis: presumption.filter(|_| from == From::Presumed).map(|p| tell::basis(self.set, &p.basis)),
                asked: asked.contains(&id) || date.is_some_and(|derived| asked.contains(&derived)),
                matters: missing.contains(&id)
                    || self.atlas.decisions.matters(&self.cells(), id)
                    || (counts && [PART_QUARTER_HOUR, POOL].contains(&fact.name.as_str())),
            }
        });
        told.collect()
    }

    /// Facts that a rule asks which could apply, were only this one fact answered otherwise.
    fn asked(&self) -> BTreeSet<FactId> {
        let rules = self.set.rules().map(|(_, rule)| rule).filter(|rule| rule.effective.contains(self.date()));
        let alternatives: Vec<Vec<Test>> = rules.flat_map(|rule| rule.condition.alternatives()).collect();
        let could = |test: &Test| test.values.contains(self.filled.get(test.fact)) != Some(false);
        let asked = alternatives.iter().flat_map(|tests| {
            let rest_could = |at: usize| tests.iter().enumerate().all(|(other, test)| other == at || could(test));
            tests.iter().enumerate().filter(move |(at, _)| rest_could(*at)).map(|(_, test)| test.fact)
        });
        asked.collect()
    }
}
