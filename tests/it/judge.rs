//! A literal reading of the rule language that tries every way to answer the unanswered facts, one by one.

use std::collections::{BTreeMap, BTreeSet};

use actbill::facts::{Answer, FactId, Facts, Kind};
use actbill::rules::{Effect, Outcome, PayerId, Rule, RuleSet, ServiceId, Test, ValueSet};
use chrono::NaiveDate;

/// The result of the naive judge.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) outcomes: BTreeSet<Outcome>,
    /// Facts for which two complete answers that differ only there lead to different outcomes.
    pub(crate) matter: BTreeSet<FactId>,
}

/// Judges a note with only the answers it has; nothing is presumed.
pub(crate) fn judge(set: &RuleSet, facts: &Facts, date: NaiveDate) -> Finding {
    let open: Vec<(FactId, Vec<Answer>)> = set
        .vocabulary
        .facts()
        .map(|(id, _)| id)
        .filter(|id| facts.get(*id) == Answer::Unanswered)
        .filter_map(|id| Some((id, answers(set, id)?)))
        .collect();
    let mut by_answers: BTreeMap<Vec<Answer>, Outcome> = BTreeMap::new();
    let mut chosen = Vec::new();
    complete(set, facts, date, &open, &mut chosen, &mut by_answers);
    let mut matter = BTreeSet::new();
    for (at, (fact, answers)) in open.iter().enumerate() {
        let differs = by_answers.iter().any(|(key, outcome)| {
            answers.iter().any(|other| {
                let mut neighbour = key.clone();
                neighbour[at] = *other;
                by_answers[&neighbour] != *outcome
            })
        });
        if differs {
            matter.insert(*fact);
        }
    }
    Finding { outcomes: by_answers.into_values().collect(), matter }
}

fn complete(
    set: &RuleSet,
    facts: &Facts,
    date: NaiveDate,
    open: &[(FactId, Vec<Answer>)],
    chosen: &mut Vec<Answer>,
    found: &mut BTreeMap<Vec<Answer>, Outcome>,
) {
    let Some((fact, answers)) = open.get(chosen.len()) else {
        found.insert(chosen.clone(), outcome(set, facts, date));
        return;
    };
    for answer in answers {
        let mut facts = facts.clone();
        facts.set(*fact, *answer);
        chosen.push(*answer);
        complete(set, &facts, date, open, chosen, found);
        chosen.pop();
    }
}

/// Returns the answers worth trying: every value, or both sides of every numeric bound. `None` if no rule asks.
pub(crate) fn answers(set: &RuleSet, id: FactId) -> Option<Vec<Answer>> {
    answers_among(set, id, set.rules.iter().filter(|rule| !matches!(rule.effect, Effect::Advise { .. })))
}

/// Like [`answers`], but also for facts that only advice asks.
pub(crate) fn answers_with_advice(set: &RuleSet, id: FactId) -> Option<Vec<Answer>> {
    answers_among(set, id, set.rules.iter())
}

fn answers_among<'r>(set: &RuleSet, id: FactId, rules: impl Iterator<Item = &'r Rule>) -> Option<Vec<Answer>> {
    let tests: Vec<&Test> = rules.flat_map(|rule| rule.condition.tests()).filter(|test| test.fact == id).collect();
    if tests.is_empty() {
        return None;
    }
    Some(match &set.vocabulary.fact(id).kind {
        Kind::Coded(values) => (0..).take(values.len()).map(Answer::Value).collect(),
        Kind::Number(least, most) => {
            let bounds = tests.iter().flat_map(|test| match &test.values {
                ValueSet::Ranges(ranges) => {
                    ranges.iter().flat_map(|(from, before)| [*from, *before]).collect::<Vec<_>>()
                }
                ValueSet::Values(_) => Vec::new(),
            });
            let tried: BTreeSet<i64> =
                bounds.flat_map(|bound| [bound - 1, bound]).filter(|n| (*least..=*most).contains(n)).collect();
            tried.into_iter().map(Answer::Number).collect()
        }
        Kind::Date => return None,
    })
}

/// Whether a rule is a hold that holds the note: strikes without services leave at least one of its payers.
fn holds(applying: &[&Rule], rule: &Rule) -> bool {
    let Effect::Hold { payers, .. } = &rule.effect else { return false };
    let struck = |payer: &PayerId| {
        applying.iter().any(|other| match &other.effect {
            Effect::Strike(removes) => removes.services.is_none() && removes.payers.contains(payer),
            _ => false,
        })
    };
    payers.as_ref().is_none_or(|payers| !payers.iter().all(struck))
}

/// Returns the ids of the rules that decided a complete set of facts.
pub(crate) fn reasons(set: &RuleSet, facts: &Facts, date: NaiveDate) -> BTreeSet<String> {
    let deciding = set.rules.iter().filter(|rule| !matches!(rule.effect, Effect::Advise { .. }));
    let applying: Vec<&Rule> = deciding.filter(|rule| applies(rule, facts, date)).collect();
    let offers = |rule: &Rule| match &rule.effect {
        Effect::Offer { service, payers, .. } => payers.iter().map(|payer| (*service, *payer)).collect(),
        _ => Vec::new(),
    };
    let takes = |rule: &Rule, pair: &(ServiceId, PayerId)| match &rule.effect {
        Effect::Exclude(removes) | Effect::Strike(removes) => {
            removes.payers.contains(&pair.1) && removes.services.as_ref().is_none_or(|list| list.contains(&pair.0))
        }
        _ => false,
    };
    let found: Vec<&Rule> = match outcome(set, facts, date) {
        Outcome::Held => applying.iter().copied().filter(|rule| holds(&applying, rule)).collect(),
        Outcome::Billable(service, payer) => {
            let winners: Vec<&Rule> = left(&applying)
                .into_iter()
                .filter(|(_, billed)| *billed == (service, payer))
                .map(|(rule, _)| rule)
                .collect();
            let preferred: Vec<(ServiceId, PayerId)> = winners
                .iter()
                .flat_map(|rule| offers(rule).into_iter().take_while(|pair| pair.1 != payer).collect::<Vec<_>>())
                .collect();
            let others = applying.iter().copied().filter(|rule| preferred.iter().any(|pair| takes(rule, pair)));
            winners.iter().copied().chain(others).collect()
        }
        Outcome::NonBillable => {
            let offered: Vec<(ServiceId, PayerId)> = applying.iter().flat_map(|rule| offers(rule)).collect();
            let general = |rule: &Rule| match &rule.effect {
                Effect::Exclude(_) => true,
                Effect::Strike(removes) => removes.services.is_none() && spoken_of(set, facts, &removes.payers),
                _ => false,
            };
            let against = |rule: &&Rule| {
                if offered.is_empty() { general(rule) } else { offered.iter().any(|pair| takes(rule, pair)) }
            };
            applying.iter().copied().filter(against).collect()
        }
        Outcome::Gap | Outcome::Conflict => Vec::new(),
    };
    found.into_iter().map(|rule| rule.id.clone()).collect()
}

/// Whether a rule other than a strike that can apply to the note's activity names one of these payers.
fn spoken_of(set: &RuleSet, facts: &Facts, payers: &[PayerId]) -> bool {
    let activity = set.vocabulary.find("activity");
    let can_apply = |rule: &&Rule| {
        rule.condition.alternatives().iter().any(|tests| {
            let test = tests.iter().find(|test| Some(test.fact) == activity);
            test.is_none_or(|test| test.values.contains(facts.get(test.fact)) != Some(false))
        })
    };
    let may_pay = |rule: &Rule| matches!(rule.effect, Effect::Offer { .. } | Effect::Hold { payers: Some(_), .. });
    if !set.rules.iter().filter(can_apply).any(may_pay) {
        return false;
    }
    set.rules.iter().filter(can_apply).any(|rule| match &rule.effect {
        Effect::Offer { payers: named, .. } | Effect::Hold { payers: Some(named), .. } => {
            named.iter().any(|payer| payers.contains(payer))
        }
        Effect::Exclude(removes) => removes.payers.iter().any(|payer| payers.contains(payer)),
        _ => false,
    })
}

/// Returns the outcome of a complete set of facts.
pub(crate) fn outcome(set: &RuleSet, facts: &Facts, date: NaiveDate) -> Outcome {
    let deciding = set.rules.iter().filter(|rule| !matches!(rule.effect, Effect::Advise { .. }));
    let applying: Vec<&Rule> = deciding.filter(|rule| applies(rule, facts, date)).collect();
    if applying.iter().any(|rule| holds(&applying, rule)) {
        return Outcome::Held;
    }
    let left = left(&applying);
    let over = |one: &Rule, other: &Rule| match &one.effect {
        Effect::Offer { overrides, .. } => overrides.iter().any(|id| set.rule(*id).id == other.id),
        _ => false,
    };
    for (one, first) in &left {
        for (other, second) in &left {
            if first != second && !over(one, other) && !over(other, one) {
                return Outcome::Conflict;
            }
        }
    }
    let best = left.iter().find(|(one, first)| left.iter().all(|(other, second)| first == second || !over(other, one)));
    if let Some((_, (service, payer))) = best {
        return Outcome::Billable(*service, *payer);
    }
    let speaks = |rule: &&Rule| matches!(rule.effect, Effect::Offer { .. } | Effect::Exclude(_) | Effect::Hold { .. });
    let spoken = applying.iter().any(speaks);
    if spoken { Outcome::NonBillable } else { Outcome::Gap }
}

pub(crate) fn applies(rule: &Rule, facts: &Facts, date: NaiveDate) -> bool {
    let fits = |test: &Test| match (&test.values, facts.get(test.fact)) {
        (ValueSet::Values(values), Answer::Value(value)) => values[usize::from(value)],
        (ValueSet::Ranges(ranges), Answer::Number(number)) => {
            ranges.iter().any(|(from, before)| *from <= number && number < *before)
        }
        (set, answer) => panic!("{set:?} asked of {answer:?}"),
    };
    let from = rule.effective.from.is_none_or(|from| date >= from);
    let through = rule.effective.through.is_none_or(|through| date <= through);
    let groups = &rule.condition.any;
    from && through
        && rule.condition.all.iter().all(fits)
        && (groups.is_empty() || groups.iter().any(|group| group.iter().all(fits)))
}

/// Returns the offers with a payer left, each with its service and the first payer left.
fn left<'r>(applying: &[&'r Rule]) -> Vec<(&'r Rule, (ServiceId, PayerId))> {
    let mut left = Vec::new();
    for rule in applying {
        let Effect::Offer { service, payers, .. } = &rule.effect else { continue };
        let mut payers = payers.clone();
        for other in applying {
            if let Effect::Exclude(removes) | Effect::Strike(removes) = &other.effect {
                let about = removes.services.as_ref().is_none_or(|services| services.contains(service));
                payers.retain(|payer| !(about && removes.payers.contains(payer)));
            }
        }
        if let Some(payer) = payers.first() {
            left.push((*rule, (*service, *payer)));
        }
    }
    left
}

/// Returns the ids of the offers with a payer left, each with its service and the first payer left.
pub(crate) fn survivors(set: &RuleSet, facts: &Facts, date: NaiveDate) -> Vec<(String, (ServiceId, PayerId))> {
    let applying: Vec<&Rule> = set.rules.iter().filter(|rule| applies(rule, facts, date)).collect();
    left(&applying).into_iter().map(|(rule, billed)| (rule.id.clone(), billed)).collect()
}
