//! Every small way in which a rule can change.

use chrono::NaiveDate;

use super::condition;
use super::edit::{Applies, Edit, Mutant, never};
use crate::effective::Effective;
use crate::rules::{Effect, PayerId, Removes, Rule, RuleId, RuleSet, ServiceId};

/// The mutants of one rule.
pub(super) fn changes(set: &RuleSet, id: RuleId, rule: &Rule) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut push = |change: String, changed: Rule, applies: Applies| {
        let edit = Edit::Rule(id, Box::new(changed), applies);
        mutants.push(Mutant { block: rule.id.clone(), change, span: rule.span.clone(), edit });
    };
    push("drop the rule".into(), Rule { condition: never(&set.vocabulary), ..rule.clone() }, Applies::Never);
    for (change, condition) in condition::changes(set, &rule.condition) {
        push(change, Rule { condition, ..rule.clone() }, Applies::Otherwise);
    }
    for (change, effective) in dates(rule.effective) {
        push(change, Rule { effective, ..rule.clone() }, Applies::Otherwise);
    }
    for (change, effect) in effects(set, &rule.effect) {
        push(change, Rule { effect, ..rule.clone() }, Applies::AsBefore);
    }
    mutants
}

/// Each end of a range of dates moved by a day, back and on.
pub(super) fn dates(effective: Effective) -> Vec<(String, Effective)> {
    let mut changes = Vec::new();
    let beside = |date: NaiveDate| [date.pred_opt(), date.succ_opt()].into_iter().flatten();
    for date in effective.from.into_iter().flat_map(beside) {
        changes.push((format!("`from` is {date}"), Effective { from: Some(date), ..effective }));
    }
    for date in effective.through.into_iter().flat_map(beside) {
        changes.push((format!("`through` is {date}"), Effective { through: Some(date), ..effective }));
    }
    let in_order = |changed: &Effective| match (changed.from, changed.through) {
        (Some(from), Some(through)) => from <= through,
        _ => true,
    };
    changes.retain(|(_, changed)| in_order(changed));
    changes
}

/// Every change of what a rule does where it applies. A hold and an advise can only be dropped.
fn effects(set: &RuleSet, effect: &Effect) -> Vec<(String, Effect)> {
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
        Effect::Hold { .. } | Effect::Advise => Vec::new(),
    }
}

fn offers(set: &RuleSet, service: ServiceId, payers: &[PayerId], overrides: &[RuleId]) -> Vec<(String, Effect)> {
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
    for (change, payers) in fewer_payers(set, payers) {
        changes.push((change, offer(service, &payers, overrides)));
    }
    for (under, overrides) in without_each(overrides) {
        changes.push((format!("drop the override of `{}`", set.rule(under).id), offer(service, payers, &overrides)));
    }
    changes
}

fn removals(set: &RuleSet, removes: &Removes, effect: &dyn Fn(Removes) -> Effect) -> Vec<(String, Effect)> {
    let mut changes = Vec::new();
    for (change, payers) in fewer_payers(set, &removes.payers) {
        changes.push((change, effect(Removes { payers, ..removes.clone() })));
    }
    let Some(services) = &removes.services else { return changes };
    changes.push(("drop the limit to some services".into(), effect(Removes { services: None, ..removes.clone() })));
    for (out, left) in without_each(services).into_iter().filter(|(_, left)| !left.is_empty()) {
        let change = format!("take `{}` out of `services`", set.service(out).name);
        changes.push((change, effect(Removes { services: Some(left), ..removes.clone() })));
    }
    changes
}

/// Each payer dropped where another one is left.
fn fewer_payers(set: &RuleSet, payers: &[PayerId]) -> Vec<(String, Vec<PayerId>)> {
    let fewer = without_each(payers).into_iter().filter(|(_, left)| !left.is_empty());
    fewer.map(|(out, left)| (format!("take `{}` out of `payers`", set.payer(out).name), left)).collect()
}

/// A list without each of its items, which may stand in it more than once.
fn without_each<T: Copy + PartialEq>(list: &[T]) -> Vec<(T, Vec<T>)> {
    let mut without: Vec<(T, Vec<T>)> = Vec::new();
    for out in list {
        if !without.iter().any(|(known, _)| known == out) {
            without.push((*out, list.iter().copied().filter(|item| item != out).collect()));
        }
    }
    without
}
