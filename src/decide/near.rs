//! The offers that come nearest to a note, and what the note lacks for each.
//!
//! Nearer is what lacks fewer answers that are history; of those, what lacks less.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Applies, Judge};
use crate::effective::Effective;
use crate::facts::{Answer, FactId, Facts, Lever, Origin};
use crate::rules::{Effect, PayerId, Rule, RuleId, RuleSet, ServiceId, Test, ValueSet};

/// An offer that a note comes near, or that applies and that nobody pays for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearOffer {
    /// The offer.
    pub rule: RuleId,
    /// What it asks and the note does not meet; none where it applies.
    pub lacks: Vec<Lack>,
    /// Whether the service date is outside the offer's dates.
    pub off_date: bool,
    /// If the note lacked nothing: holds that would apply, and, if no payer were left, what takes the payers away.
    pub against: Vec<RuleId>,
}

/// One answer that an offer asks and a note does not give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The fact that is asked.
    pub fact: FactId,
    /// What the note answers, or what is presumed.
    pub now: Answer,
    /// The answers that would do.
    pub needs: ValueSet,
}

/// How far an offer is: answers it lacks that are history, then all it lacks.
type Distance = (usize, usize);

/// A note as its answers before and after presumptions, and its date.
#[derive(Clone, Copy)]
struct Note<'n> {
    judge: Judge<'n>,
    answered: &'n Facts,
    filled: &'n Facts,
    date: NaiveDate,
}

/// The nearest offers among these rules; all of them are equally near.
pub fn nearest_offers(
    judge: Judge<'_>,
    (answered, filled, date): (&Facts, &Facts, NaiveDate),
    among: impl IntoIterator<Item = RuleId>,
) -> Vec<NearOffer> {
    let note = Note { judge, answered, filled, date };
    let found: Vec<(Distance, NearOffer)> = among.into_iter().filter_map(|rule| note.offer(rule)).collect();
    let least = found.iter().map(|(distance, _)| *distance).min();
    found.into_iter().filter(|(distance, _)| Some(*distance) == least).map(|(_, offer)| offer).collect()
}

impl Note<'_> {
    fn offer(self, id: RuleId) -> Option<(Distance, NearOffer)> {
        let set = self.judge.set();
        let rule = set.rule(id);
        let Effect::Offer { service, payers, .. } = &rule.effect else { return None };
        let off_date = !rule.effective.contains(self.date);
        let alternatives = rule.condition.alternatives();
        let ways = alternatives.iter().map(|tests| {
            let failing = self.failing(tests);
            let history = failing.iter().filter(|test| is_history(set, test.fact)).count();
            ((history + usize::from(off_date), failing.len() + usize::from(off_date)), failing)
        });
        let (distance, failing) = ways.min_by_key(|(distance, _)| *distance)?;
        let lack = |test: &&Test| Lack { fact: test.fact, now: self.filled.get(test.fact), needs: test.values.clone() };
        let lacks = failing.iter().map(lack).collect();
        let against = self.obstacles(rule, &failing, *service, payers);
        Some((distance, NearOffer { rule: id, lacks, off_date, against }))
    }

    /// The tests of an alternative that fail. What is presumed is worked out anew where a required fact would have to
    /// be another one.
    fn failing(self, tests: &[Test]) -> Vec<&Test> {
        let vocabulary = &self.judge.set().vocabulary;
        let fails = |facts: &Facts, test: &Test| test.values.contains(facts.get(test.fact)) != Some(true);
        let required = |test: &Test| vocabulary.fact(test.fact).is_required();
        let others: Vec<&Test> = tests.iter().filter(|test| required(test) && fails(self.filled, test)).collect();
        let facts = self.judge.fill(&self.with_lacking(&others)).0;
        tests.iter().filter(|test| fails(if required(test) { self.filled } else { &facts }, test)).collect()
    }

    /// What would still stand against an offer if the note lacked nothing.
    fn obstacles(self, rule: &Rule, failing: &[&Test], service: ServiceId, payers: &[PayerId]) -> Vec<RuleId> {
        let set = self.judge.set();
        let Effective { from, through } = rule.effective;
        // Of the dates of the offer the one next to the note's.
        let next = from.filter(|from| self.date < *from).or(through.filter(|through| self.date > *through));
        let date = next.unwrap_or(self.date);
        let surely = |facts: Facts| {
            let applicable = self.judge.applicable(&facts, date).into_iter();
            applicable.filter(|(_, applies)| *applies == Applies::Surely).map(|(rule, _)| rule).collect()
        };
        let by_activity = self.activities(failing).into_iter().map(|facts| surely(self.judge.fill(&facts).0));
        let surely: BTreeSet<RuleId> = by_activity.reduce(|one, other| &one & &other).unwrap_or_default();
        let takes = |id: &RuleId, payer: PayerId| {
            set.rule(*id).effect.removes().is_some_and(|removes| removes.removes(service, payer))
        };
        let all_taken = payers.iter().all(|payer| surely.iter().any(|id| takes(id, *payer)));
        let stands = |id: &RuleId| match set.rule(*id).effect {
            Effect::Hold { .. } => true,
            _ => all_taken && payers.iter().any(|payer| takes(id, *payer)),
        };
        surely.into_iter().filter(stands).collect()
    }

    /// The answers with what an offer lacks; if several activities would do, once with each of them.
    fn activities(self, failing: &[&Test]) -> Vec<Facts> {
        let facts = self.with_lacking(failing);
        let activity = self.judge.diagram().activity_fact();
        let fitting = failing.iter().filter(|test| Some(test.fact) == activity).find_map(|test| match &test.values {
            ValueSet::Values(fits) => Some((test.fact, (0..).zip(fits).filter(|(_, fits)| **fits))),
            ValueSet::Ranges(_) => None,
        });
        let Some((activity, fitting)) = fitting else { return vec![facts] };
        let with = fitting.map(|(value, _)| {
            let mut facts = facts.clone();
            facts.set(activity, Answer::Value(value));
            facts
        });
        with.collect()
    }

    /// The answers with what an offer lacks: the one answer that fits, else left open.
    fn with_lacking(self, failing: &[&Test]) -> Facts {
        let mut facts = self.answered.clone();
        for test in failing {
            let only = match &test.values {
                ValueSet::Values(fits) if fits.iter().filter(|fits| **fits).count() == 1 => {
                    fits.iter().position(|fits| *fits).and_then(|value| u16::try_from(value).ok())
                }
                _ => None,
            };
            facts.set(test.fact, only.map_or(Answer::Unanswered, Answer::Value));
        }
        facts
    }
}

/// Whether no lever moves a fact: it is history.
fn is_history(set: &RuleSet, fact: FactId) -> bool {
    let fact = set.vocabulary.fact(set.vocabulary.input_of(fact));
    fact.origin != Origin::Setting && !matches!(fact.lever, Some(Lever::Chart | Lever::Record))
}
