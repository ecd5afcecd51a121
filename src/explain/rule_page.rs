//! The page of a rule, with the smallest note in which it decides.

use super::page::{RulePage, Shown};
use super::pages::conditions;
use super::words;
use crate::nearest::joined;
use crate::proof::{Region, example};
use crate::read::Format;
use crate::report::rows;
use crate::rules::{Effect, PayerId, Removes, Rule, RuleId, RuleSet, ServiceId, reasons};
use crate::run::{Batch, Input, Ready, read};

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
        rule: words::rule(set, rule),
        formerly: rule.formerly.clone(),
        does: does(set, &rule.effect),
        when: conditions(set, &rule.condition.all),
        any: rule.condition.any.iter().map(|group| conditions(set, group)).collect(),
        dates: words::dates(rule.effective),
        payers: payers.iter().map(|payer| set.payer(*payer).name.clone()).collect(),
        services: services.iter().map(|service| set.service(*service).name.clone()).collect(),
        overrides: overrides(rule).iter().map(|id| set.rule(*id).id.clone()).collect(),
        overridden_by: over_it.map(|other| other.id.clone()).collect(),
        instead: match &rule.effect {
            Effect::Hold { instead } => instead.clone(),
            _ => None,
        },
        example: shown(ready, id),
    }
}

/// What it does where it applies, in one sentence.
fn does(set: &RuleSet, effect: &Effect) -> String {
    let named = |payers: &[PayerId], word| joined(payers.iter().map(|id| set.payer(*id).title.clone()).collect(), word);
    let only = |removes: &Removes| {
        let services = removes.services.iter().flatten().map(|id| set.service(*id).full_code()).collect::<Vec<_>>();
        if services.is_empty() { String::new() } else { format!(" as {}", joined(services, "or")) }
    };
    match effect {
        Effect::Offer { service, payers, .. } => {
            let service = set.service(*service);
            format!("Offers {} ({}) to {}.", service.full_code(), service.title, named(payers, "or else"))
        }
        Effect::Exclude(removes) => {
            format!("Says that {} does not pay for this work{}.", named(&removes.payers, "or"), only(removes))
        }
        Effect::Strike(removes) => {
            format!("Says that {} cannot be billed in this case{}.", named(&removes.payers, "or"), only(removes))
        }
        Effect::Hold { .. } => "Holds the note for a person, whatever else applies.".into(),
        Effect::Advise => "Adds a finding for a person and changes nothing else.".into(),
    }
}

/// The smallest note in which it is a reason for the decision; of advice, in which it applies.
fn shown(ready: &Ready, id: RuleId) -> Option<Shown> {
    let Ready { set, atlas } = ready;
    let advises = matches!(set.rule(id).effect, Effect::Advise);
    let decides = |met: &[RuleId]| met.contains(&id) && (advises || reasons(set, met).contains(&id));
    let ends = atlas.meeting.map(|leaf| decides(atlas.met(leaf)));
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
