//! The offers that came nearest to a note, and what it lacks for each.
//!
//! Nearer is what lacks less that is history; of those, what lacks less.

use super::case::Case;
use super::told::{From, Lack, NearOffer};
use crate::effective::Effective;
use crate::facts::{Answer, FactId, Facts, Lever, Origin};
use crate::rules::{Effect, PayerId, Rule, RuleId, ServiceId, Test, ValueSet};
use crate::words;

/// Nearest offers that are told; were there more, they would all be far.
const SHOWN: usize = 4;

/// How far an offer is: what it lacks that is history, then all it lacks.
type Distance = (usize, usize);

/// The nearest offers.
pub(super) fn offers(case: &Case<'_>) -> Vec<NearOffer> {
    let found: Vec<(Distance, NearOffer)> = case.set.rules().filter_map(|(_, rule)| offer(case, rule)).collect();
    let least = found.iter().map(|(distance, _)| *distance).min();
    let nearest = found.into_iter().filter(|(distance, _)| Some(*distance) == least);
    nearest.map(|(_, offer)| offer).take(SHOWN).collect()
}

fn offer(case: &Case<'_>, rule: &Rule) -> Option<(Distance, NearOffer)> {
    let Effect::Offer { service, payers, .. } = &rule.effect else { return None };
    let alternatives = rule.condition.alternatives();
    let off_date = !rule.effective.contains(case.date());
    let ways = alternatives.iter().map(|tests| {
        let failing = failing(case, tests);
        let history = failing.iter().filter(|test| is_history(case, test.fact)).count() + usize::from(off_date);
        ((history, failing.len() + usize::from(off_date)), failing)
    });
    let (distance, failing) = ways.min_by_key(|(distance, _)| *distance)?;
    let set = case.set;
    let offer = NearOffer {
        id: rule.id.clone(),
        title: rule.title.clone(),
        service: set.service(*service).name.clone(),
        payers: payers.iter().map(|payer| set.payer(*payer).name.clone()).collect(),
        lacks: lacks(case, rule, &failing),
        against: against(case, (rule, &failing), *service, payers),
    };
    Some((distance, offer))
}

/// What an alternative lacks. What is presumed is worked out anew where a required fact has to be another one.
fn failing<'t>(case: &Case<'_>, tests: &'t [Test]) -> Vec<&'t Test> {
    let fails = |facts: &Facts, test: &Test| test.values.contains(facts.get(test.fact)) != Some(true);
    let required = |test: &Test| case.set.vocabulary.fact(test.fact).is_required();
    let others: Vec<&Test> = tests.iter().filter(|test| required(test) && fails(&case.filled, test)).collect();
    let facts = mended(case, &others);
    tests.iter().filter(|test| fails(if required(test) { &case.filled } else { &facts }, test)).collect()
}

/// What no lever moves is history.
fn is_history(case: &Case<'_>, fact: FactId) -> bool {
    let fact = case.set.vocabulary.fact(case.set.vocabulary.asked_for(fact));
    fact.origin != Origin::Setting && !matches!(fact.lever, Some(Lever::Chart | Lever::Record))
}

fn lacks(case: &Case<'_>, rule: &Rule, failing: &[&Test]) -> Vec<Lack> {
    let vocabulary = &case.set.vocabulary;
    let lack = |test: &&Test| {
        let named = vocabulary.asked_for(test.fact);
        let derived = if named == test.fact { String::new() } else { format!("{} ", vocabulary.fact(test.fact).name) };
        Lack {
            fact: vocabulary.fact(named).name.clone(),
            now: case.now(test.fact),
            from: case.from(test.fact),
            needs: format!("{derived}{}", words::answers(case.set, test.fact, &test.values)),
        }
    };
    let mut lacks: Vec<Lack> = failing.iter().map(lack).collect();
    if !rule.effective.contains(case.date()) {
        lacks.push(Lack {
            fact: "date".into(),
            now: Some(case.date().to_string()),
            from: From::Note,
            needs: words::dates(rule.effective),
        });
    }
    lacks
}

/// What would still stand against the offer if it lacked nothing: holds, and if all its payers were taken away, what
/// takes them.
fn against(case: &Case<'_>, (rule, failing): (&Rule, &[&Test]), service: ServiceId, payers: &[PayerId]) -> Vec<String> {
    let set = case.set;
    let Effective { from, through } = rule.effective;
    // Of the dates of the offer the one next to the note's.
    let next = from.filter(|from| case.date() < *from).or(through.filter(|through| case.date() > *through));
    let cells = case.atlas.decisions.cells(&mended(case, failing), next.unwrap_or(case.date()));
    let (surely, _) = case.atlas.apply(&cells);
    let takes = |id: &RuleId, payer: PayerId| {
        set.rule(*id).effect.removes().is_some_and(|removes| removes.removes(service, payer))
    };
    let all_taken = payers.iter().all(|payer| surely.iter().any(|id| takes(id, *payer)));
    let stands = surely.iter().filter(|id| match set.rule(**id).effect {
        Effect::Hold { .. } => true,
        _ => all_taken && payers.iter().any(|payer| takes(id, *payer)),
    });
    stands.map(|id| set.rule(*id).id.clone()).collect()
}

/// The facts with what an offer lacks: the one answer that fits, else left open.
fn mended(case: &Case<'_>, failing: &[&Test]) -> Facts {
    let mut facts = case.answered.clone();
    for test in failing {
        let mut fits = match &test.values {
            ValueSet::Values(fits) => (0_u16..).zip(fits).filter(|(_, fits)| **fits).map(|(value, _)| value).collect(),
            ValueSet::Ranges(_) => Vec::new(),
        };
        let only = if fits.len() == 1 { fits.pop() } else { None };
        facts.set(test.fact, only.map_or(Answer::Unanswered, Answer::Value));
    }
    if case.presume {
        case.set.fill(&mut facts);
    }
    facts
}
