//! Finds the offers nearest to a note, and what the note lacks for each.
//!
//! An offer is nearer if the note lacks fewer answers that are history and, among equals, fewer answers in total.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Applicability, Judge};
use crate::effective::Effective;
use crate::facts::{Answer, FactId, Facts, Lever, Origin};
use crate::rules::{Effect, PayerId, RuleId, RuleSet, Test, ValueSet};

/// An offer that a note nearly meets, or an offer that applies although nobody pays.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NearOffer {
    /// The offer.
    pub rule: RuleId,
    /// The tests that the note fails; empty if the offer applies.
    pub lacks: Vec<Lack>,
    /// Whether the service date is outside the effective dates of the offer.
    pub off_date: bool,
}

/// One answer that an offer requires and the note does not give.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lack {
    /// The fact that the offer asks.
    pub fact: FactId,
    /// The note's answer, or the presumed one.
    pub now: Answer,
    /// Answers, any one of which is enough.
    pub needs: ValueSet,
}

/// Distance of an offer: the number of lacking answers that are history, then the number of all lacking answers.
type Distance = (usize, usize);

/// Finds the offers nearest to one note.
#[derive(Clone, Copy, Debug)]
pub struct NearOffers<'n> {
    /// The judge that decides which rules apply.
    pub judge: Judge<'n>,
    /// The note's own answers.
    pub answered: &'n Facts,
    /// The note's answers with presumptions filled in.
    pub filled: &'n Facts,
    /// The service date.
    pub date: NaiveDate,
}

impl NearOffers<'_> {
    /// Returns the nearest of the offers in `among`; all of them are equally near.
    pub fn nearest(self, among: impl IntoIterator<Item = RuleId>) -> Vec<NearOffer> {
        let found: Vec<(Distance, NearOffer)> = among.into_iter().filter_map(|rule| self.offer(rule)).collect();
        let least = found.iter().map(|(distance, _)| *distance).min();
        found.into_iter().filter(|(distance, _)| Some(*distance) == least).map(|(_, offer)| offer).collect()
    }

    fn offer(self, id: RuleId) -> Option<(Distance, NearOffer)> {
        let set = self.judge.set();
        let rule = set.rule(id);
        let Effect::Offer { .. } = &rule.effect else { return None };
        let off_date = !rule.effective.contains(self.date);
        let alternatives = rule.condition.alternatives();
        let ways = alternatives.iter().map(|tests| {
            let failing = self.failing(tests);
            let history = failing.iter().filter(|test| is_history(set, test.fact)).count();
            ((history + usize::from(off_date), failing.len() + usize::from(off_date)), failing)
        });
        let (distance, failing) = ways.min_by_key(|(distance, _)| *distance)?;
        let lack = |test: &&Test| Lack { fact: test.fact, now: self.filled.get(test.fact), needs: test.values.clone() };
        Some((distance, NearOffer { rule: id, lacks: failing.iter().map(lack).collect(), off_date }))
    }

    /// Returns the failing tests of an alternative. If it requires other answers to required facts, presumptions are
    /// recomputed under those answers.
    fn failing(self, tests: &[Test]) -> Vec<&Test> {
        let vocabulary = &self.judge.set().vocabulary;
        let fails = |facts: &Facts, test: &Test| test.values.contains(facts.get(test.fact)) != Some(true);
        let required = |test: &Test| vocabulary.fact(test.fact).is_required();
        let others: Vec<&Test> = tests.iter().filter(|test| required(test) && fails(self.filled, test)).collect();
        let refilled = (!others.is_empty()).then(|| {
            let lacks = others.iter().map(|test| (test.fact, &test.values));
            self.judge.fill(&self.with_lacking(lacks)).0
        });
        let facts = refilled.as_ref().unwrap_or(self.filled);
        tests.iter().filter(|test| fails(if required(test) { self.filled } else { facts }, test)).collect()
    }

    /// Returns the rules that would still stand in the way if the note met every condition of the offer: holds that
    /// would apply and, if no payer would be left, the rules that remove the payers.
    pub fn obstacles(self, offer: &NearOffer) -> Vec<RuleId> {
        let set = self.judge.set();
        let rule = set.rule(offer.rule);
        let Effect::Offer { service, payers, .. } = &rule.effect else { return Vec::new() };
        let Effective { from, through } = rule.effective;
        // The effective date of the offer that is closest to the note's date.
        let next = from.filter(|from| self.date < *from).or(through.filter(|through| self.date > *through));
        let date = next.unwrap_or(self.date);
        let takes = |id: RuleId, payer: PayerId| {
            set.rule(id).effect.removes().is_some_and(|removes| removes.removes(*service, payer))
        };
        let is_hold = |id: RuleId| matches!(set.rule(id).effect, Effect::Hold { .. });
        let takes_any = |id: RuleId| payers.iter().any(|payer| takes(id, *payer));
        let surely = |facts: Facts| -> BTreeSet<RuleId> {
            let Some(graph) = self.judge.graph(&facts) else { return BTreeSet::new() };
            let assignment = self.judge.diagram().variables.assign(&facts, date);
            let rules = graph.rules.conditions.keys().copied().filter(|id| is_hold(*id) || takes_any(*id));
            rules.filter(|id| graph.applies(*id, &assignment) == Some(Applicability::Always)).collect()
        };
        let by_activity = self.activities(&offer.lacks).into_iter().map(|facts| surely(self.judge.fill(&facts).0));
        let surely = by_activity.reduce(|one, other| &one & &other).unwrap_or_default();
        let all_taken = payers.iter().all(|payer| surely.iter().any(|id| takes(*id, *payer)));
        surely.into_iter().filter(|id| all_taken || is_hold(*id)).collect()
    }

    /// Returns the note's answers with the lacking ones filled in; if several activities fit, one variant for each.
    fn activities(self, lacks: &[Lack]) -> Vec<Facts> {
        let facts = self.with_lacking(lacks.iter().map(|lack| (lack.fact, &lack.needs)));
        let activity = self.judge.diagram().activity_fact();
        let fitting = lacks.iter().filter(|lack| Some(lack.fact) == activity).find_map(|lack| match &lack.needs {
            ValueSet::Values(fits) => Some((lack.fact, (0..).zip(fits).filter(|(_, fits)| **fits))),
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

    /// Returns the note's answers with each lacking fact set to its only fitting value, or else left open.
    fn with_lacking<'t>(self, lacks: impl IntoIterator<Item = (FactId, &'t ValueSet)>) -> Facts {
        let mut facts = self.answered.clone();
        for (fact, needs) in lacks {
            let only = match needs {
                ValueSet::Values(fits) if fits.iter().filter(|fits| **fits).count() == 1 => {
                    fits.iter().position(|fits| *fits).and_then(|value| u16::try_from(value).ok())
                }
                _ => None,
            };
            facts.set(fact, only.map_or(Answer::Unanswered, Answer::Value));
        }
        facts
    }
}

/// Returns whether no lever can change the answer to a fact, that is, whether the fact is history.
fn is_history(set: &RuleSet, fact: FactId) -> bool {
    set.vocabulary
        .inputs_of(fact)
        .into_iter()
        .map(|fact| set.vocabulary.fact(fact))
        .all(|fact| fact.origin != Origin::Setting && !matches!(fact.lever, Some(Lever::Chart | Lever::Record)))
}
