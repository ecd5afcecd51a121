//! Generates every small change of a rule.

use chrono::NaiveDate;

use super::change::{Change, Mutant};
use super::condition::{Changes, conditions};
use crate::effective::Effective;
use crate::rules::{Condition, Effect, PayerId, Removes, Rule, RuleId, RuleSet, ServiceId, Test, ValueSet};

/// Returns the mutants of one rule.
pub(super) fn mutants(set: &RuleSet, id: RuleId, rule: &Rule) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut push = |change: String, changed: Rule| {
        let changed = Change::Rule(id, Box::new(changed));
        mutants.push(Mutant { block: rule.id.clone(), change, span: rule.span.clone(), changed });
    };
    push("drop the rule".into(), Rule { condition: never(set), ..rule.clone() });
    for (change, condition) in conditions(set, &rule.condition) {
        push(change, Rule { condition, ..rule.clone() });
    }
    for (change, effective) in dates(rule.effective) {
        push(change, Rule { effective, ..rule.clone() });
    }
    for (change, effect) in effects(set, &rule.effect) {
        push(change, Rule { effect, ..rule.clone() });
    }
    mutants
}

/// Returns a condition that no note meets: every note answers the minutes, and no number of minutes is accepted.
fn never(set: &RuleSet) -> Condition {
    let minutes = set.vocabulary.find("minutes");
    let none = |fact| Test { fact, values: ValueSet::Ranges(Vec::new()) };
    Condition { all: minutes.map(none).into_iter().collect(), any: Vec::new() }
}

/// Drops each end of a range of dates, and moves it by a day in both directions.
pub(super) fn dates(effective: Effective) -> Changes<Effective> {
    let mut changes = Vec::new();
    let beside = |date: NaiveDate| [date.pred_opt(), date.succ_opt()].into_iter().flatten();
    if let Some(from) = effective.from {
        changes.push(("drop `from`".into(), Effective { from: None, ..effective }));
        changes.extend(
            beside(from).map(|date| (format!("`from` is {date}"), Effective { from: Some(date), ..effective })),
        );
    }
    if let Some(through) = effective.through {
        changes.push(("drop `through`".into(), Effective { through: None, ..effective }));
        let moved = |date| (format!("`through` is {date}"), Effective { through: Some(date), ..effective });
        changes.extend(beside(through).map(moved));
    }
    let in_order = |changed: &Effective| match (changed.from, changed.through) {
        (Some(from), Some(through)) => from <= through,
        _ => true,
    };
    changes.retain(|(_, changed)| in_order(changed));
    changes
}

/// Returns every change of a rule's effect. An advise without a label has none; it can only be dropped.
fn effects(set: &RuleSet, effect: &Effect) -> Changes<Effect> {
    match effect {
        Effect::Offer { service, payers, overrides } => offers(set, *service, payers, overrides),
        Effect::Exclude(removes) => {
            let mut changes = removals(set, removes, &Effect::Exclude);
            changes.push(("a strike instead of an exclude".into(), Effect::Strike(removes.clone())));
            changes
        }
        Effect::Strike(removes) => {
            let mut changes = removals(set, removes, &Effect::Strike);
            changes.push(("an exclude instead of a strike".into(), Effect::Exclude(removes.clone())));
            changes
        }
        Effect::Hold { payers, instead } => {
            let hold = |payers| Effect::Hold { payers, instead: instead.clone() };
            let Some(payers) = payers else {
                let all = set.payer_ids().collect();
                return vec![("name all payers in `payers`".into(), hold(Some(all)))];
            };
            let mut changes = vec![("drop `payers`".into(), hold(None))];
            changes
                .extend(lists_of_payers(set, payers).into_iter().map(|(change, payers)| (change, hold(Some(payers)))));
            changes
        }
        Effect::Advise { label } => labels(set, label.as_ref()),
    }
}

/// Drops a label, and tries each other one.
fn labels(set: &RuleSet, label: Option<&String>) -> Changes<Effect> {
    let Some(label) = label else { return Vec::new() };
    let mut changes = vec![("drop `label`".to_owned(), Effect::Advise { label: None })];
    let mut known = vec![label];
    for rule in set.rules.iter() {
        if let Effect::Advise { label: Some(other) } = &rule.effect
            && !known.contains(&other)
        {
            known.push(other);
            changes.push((
                format!("`label` is `{other}` instead of `{label}`"),
                Effect::Advise { label: Some(other.clone()) },
            ));
        }
    }
    changes
}

fn offers(set: &RuleSet, service: ServiceId, payers: &[PayerId], overrides: &[RuleId]) -> Changes<Effect> {
    let offer = |service: ServiceId, payers: &[PayerId], overrides: &[RuleId]| Effect::Offer {
        service,
        payers: payers.to_vec(),
        overrides: overrides.to_vec(),
    };
    let mut changes = Vec::new();
    for other in set.service_ids().filter(|other| *other != service) {
        let (other_name, name) = (&set.service(other).name, &set.service(service).name);
        changes.push((format!("offer `{other_name}` instead of `{name}`"), offer(other, payers, overrides)));
    }
    for at in 1..payers.len() {
        let mut swapped = payers.to_vec();
        swapped.swap(at - 1, at);
        if let [first, second] = swapped.get(at - 1..=at).unwrap_or_default() {
            let change = format!("`{}` before `{}`", set.payer(*first).name, set.payer(*second).name);
            changes.push((change, offer(service, &swapped, overrides)));
        }
    }
    for (change, payers) in lists_of_payers(set, payers) {
        changes.push((change, offer(service, &payers, overrides)));
    }
    for first in set.payer_ids().filter(|payer| !payers.contains(payer)) {
        let payers = [&[first], payers].concat();
        changes
            .push((format!("put `{}` first in `payers`", set.payer(first).name), offer(service, &payers, overrides)));
    }
    for (under, overrides) in without_each(overrides) {
        changes.push((format!("drop the override of `{}`", set.rule(under).id), offer(service, payers, &overrides)));
    }
    changes
}

fn removals(set: &RuleSet, removes: &Removes, effect: &dyn Fn(Removes) -> Effect) -> Changes<Effect> {
    let mut changes = Vec::new();
    for (change, payers) in lists_of_payers(set, &removes.payers) {
        changes.push((change, effect(Removes { payers, ..removes.clone() })));
    }
    let mut push = |change: String, services: Option<Vec<ServiceId>>| {
        changes.push((change, effect(Removes { services, ..removes.clone() })));
    };
    let all: Vec<ServiceId> = set.service_ids().collect();
    if removes.services.is_some() {
        push("drop `services`".into(), None);
    }
    let services = removes.services.as_ref().unwrap_or(&all);
    for (out, left) in without_each(services).into_iter().filter(|(_, left)| !left.is_empty()) {
        push(format!("take `{}` out of `services`", set.service(out).name), Some(left));
    }
    for more in all.iter().filter(|service| !services.contains(service)) {
        push(format!("add `{}` to `services`", set.service(*more).name), Some([services, &[*more][..]].concat()));
    }
    changes
}

/// Drops each payer unless it is the only one, and adds each missing payer at the end.
pub(super) fn lists_of_payers(set: &RuleSet, payers: &[PayerId]) -> Changes<Vec<PayerId>> {
    let fewer = without_each(payers).into_iter().filter(|(_, left)| !left.is_empty());
    let fewer = fewer.map(|(out, left)| (format!("take `{}` out of `payers`", set.payer(out).name), left));
    let missing = set.payer_ids().filter(|payer| !payers.contains(payer));
    let more = missing.map(|payer| {
        let change = format!("add `{}` to `payers`", set.payer(payer).name);
        (change, payers.iter().copied().chain([payer]).collect())
    });
    fewer.chain(more).collect()
}

/// Returns each distinct item of a list with the list that remains without it.
pub(super) fn without_each<T: Copy + PartialEq>(list: &[T]) -> Vec<(T, Vec<T>)> {
    let mut without: Vec<(T, Vec<T>)> = Vec::new();
    for out in list {
        if !without.iter().any(|(known, _)| known == out) {
            without.push((*out, list.iter().copied().filter(|item| item != out).collect()));
        }
    }
    without
}
