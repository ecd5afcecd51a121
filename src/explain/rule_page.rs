//! The page of a rule, with the smallest note in which it decides.

use super::page::{RulePage, Shown};
use super::tell::{self, conditions};
use crate::proof::{Region, example};
use crate::read::Format;
use crate::report::rows;
use crate::rules::{Effect, PayerId, Rule, RuleId, ServiceId, reasons};
use crate::run::{Batch, Input, Ready, read};
use crate::words;

pub(super) fn page(ready: &Ready, id: RuleId) -> RulePage {
    let set = &ready.set;
    let rule = set.rule(id);
    let (payers, services): (Vec<PayerId>, Vec<ServiceId>) = match &rule.effect {
        Effect::Offer { service, payers, .. } => (payers.clone(), vec![*service]),
        Effect::Exclude(removes) | Effect::Strike(removes) => {
            (removes.payers.clone(), removes.services.clone().unwrap_or_default())
        }
        Effect::Hold { .. } | Effect::Advise => (Vec::new(), Vec::new()),
    };
    let overrides = |rule: &Rule| match &rule.effect {
        Effect::Offer { overrides, .. } => overrides.clone(),
        _ => Vec::new(),
    };
    let over_it = set.rules.iter().filter(|other| overrides(other).contains(&id));
    RulePage {
        rule: tell::rule(set, rule),
        formerly: rule.formerly.clone(),
        does: format!("{}.", words::capital(&words::effect(set, rule))),
        when: conditions(set, &rule.condition.all),
        any: rule.condition.any.iter().map(|group| conditions(set, group)).collect(),
        dates: words::dates(rule.effective),
        payers: payers.iter().map(|payer| set.payer(*payer).name.clone()).collect(),
        services: services.iter().map(|service| set.service(*service).name.clone()).collect(),
        overrides: overrides(rule).iter().map(|id| set.rule(*id).id.clone()).collect(),
        overridden_by: over_it.map(|other| other.id.clone()).collect(),
        instead: match &rule.effect {
            Effect::Hold { instead, .. } => set.instead_text(instead),
            _ => None,
        },
        example: shown(ready, id),
        looked_for: ready.atlas.listed().is_some(),
    }
}

/// The smallest note in which it is a reason for the decision; of advice, in which it applies.
fn shown(ready: &Ready, id: RuleId) -> Option<Shown> {
    let Ready { set, atlas } = ready;
    let advises = matches!(set.rule(id).effect, Effect::Advise);
    let decides = |met: &[RuleId]| met.contains(&id) && (advises || reasons(set, met).contains(&id));
    let listed = atlas.listed()?;
    let ends = listed.graph.map(|leaf| decides(listed.met(leaf)));
    let (note, _) = example(set, &ends, &atlas.decisions, &Region::full(&ends.axes))?;
    let mut answered = set.clone();
    for (name, value) in &note.settings {
        answered.answer(name, &value.text()).ok()?;
    }
    let json = note.json();
    let mut batch = Batch::new(&answered, atlas, false);
    let input = Input { name: String::new(), format: Some(Format::Json), bytes: Box::new(json.as_bytes()) };
    read(&mut batch, input, &mut |batch, record| drop(batch.add(0, "", record, &mut |_| {}))).ok()?;
    let (items, _) = batch.finish(&mut |_| {});
    let because = rows(&answered, &[], &items).pop()?.because.unwrap_or_default();
    Some(Shown { settings: note.settings.clone(), note, because })
}
