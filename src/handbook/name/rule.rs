//! The page of a rule, with the smallest note in which it decides.

use super::{ExampleView, RulePage, conditions};
use crate::read::Format;
use crate::report::{Row, RuleView};
use crate::rules::{Effect, PayerId, Rule, RuleId, RuleSet, ServiceId};
use crate::run::{Batch, Input, Ready, read};
use crate::space::{Region, Space};
use crate::words;

pub(super) fn page(ready: &Ready, id: RuleId) -> RulePage {
    let set = &ready.set;
    let rule = set.rule(id);
    let (payers, services): (Vec<PayerId>, Vec<ServiceId>) = match &rule.effect {
        Effect::Offer { service, payers, .. } => (payers.clone(), vec![*service]),
        Effect::Exclude(removes) | Effect::Strike(removes) => {
            (removes.payers.clone(), removes.services.clone().unwrap_or_default())
        }
        Effect::Hold { payers, .. } => (payers.clone().unwrap_or_default(), Vec::new()),
        Effect::Advise => (Vec::new(), Vec::new()),
    };
    let overrides = |rule: &Rule| match &rule.effect {
        Effect::Offer { overrides, .. } => overrides.clone(),
        _ => Vec::new(),
    };
    let over_it = set.rules.iter().filter(|other| overrides(other).contains(&id));
    RulePage {
        rule: RuleView::new(set, rule),
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
        example: example(ready, id),
    }
}

/// The smallest note in which it is a reason for the decision; of advice, in which it applies.
fn example(ready: &Ready, id: RuleId) -> Option<ExampleView> {
    let Ready { set, diagram } = ready;
    let is_advice = matches!(set.rule(id).effect, Effect::Advise);
    let found = (0..diagram.len()).filter_map(|position| {
        let graph = diagram.graph(set, position)?;
        let root = if is_advice { Some(graph.rules.condition(id)) } else { graph.reasons.get(&id).copied() }?;
        let space = Space::new(set, diagram, graph);
        let cost = space.nearest(root, &Region::full(&space))?.cost;
        Some((cost, root, graph, space))
    });
    let (_, root, graph, space) = found.min_by_key(|(cost, ..)| *cost)?;
    let (note, _) = space.example(root, graph.rules.outcome, &Region::full(&space))?;
    let mut answered: RuleSet = set.clone();
    for (name, value) in &note.settings {
        answered.answer(name, &value.text()).ok()?;
    }
    let json = note.json();
    let mut batch = Batch::new(&answered, diagram, false);
    let input = Input { name: String::new(), format: Some(Format::Json), bytes: Box::new(json.as_bytes()) };
    read(&mut batch, input, &mut |batch, record| drop(batch.add(0, "", record, &mut |_| {}))).ok()?;
    let (batch, _) = batch.finish(&mut |_| {});
    let because = Row::new(&batch, &[], 0)?.because.unwrap_or_default();
    Some(ExampleView { settings: note.settings.clone(), note, because })
}
