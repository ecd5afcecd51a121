//! How each payer stands to each service at stake: what offered it, and what took it away.

use std::collections::BTreeSet;

use super::case::Case;
use super::tell;
use super::told::{Explanation, HoldTold, NearOffer, PayerTold, RuleTold, RuleUse, Stand, Standing};
use crate::decision::Verdict;
use crate::rules::{Effect, PayerId, RuleId, RuleSet, ServiceId, offered};

/// Each payer with the services at stake: those that are or may be offered; where none is, those that came nearest.
pub(super) fn payers(case: &Case<'_>, nearest: &[NearOffer]) -> Vec<PayerTold> {
    let set = case.set;
    let maybe: Vec<RuleId> = case.maybe.iter().copied().collect();
    let mut at_stake: BTreeSet<ServiceId> = offered(set, &maybe).into_iter().map(|(service, _)| service).collect();
    if at_stake.is_empty() {
        let near = |service: &ServiceId| nearest.iter().any(|offer| offer.service == set.service(*service).name);
        at_stake = set.service_ids().filter(near).collect();
    }
    let told = set.payer_ids().map(|payer| PayerTold {
        payer: set.payer(payer).name.clone(),
        title: set.payer(payer).title.clone(),
        services: at_stake.iter().map(|service| standing(case, *service, payer)).collect(),
    });
    let mut told: Vec<PayerTold> = told.collect();
    told.sort_by_key(|payer| payer.services.iter().map(|standing| standing.stands).min());
    told
}

fn standing(case: &Case<'_>, service: ServiceId, payer: PayerId) -> Standing {
    let set = case.set;
    let offers = |id: &RuleId| match &set.rule(*id).effect {
        Effect::Offer { service: of, payers, .. } => *of == service && payers.contains(&payer),
        _ => false,
    };
    let takes = |id: &RuleId| set.rule(*id).effect.removes().is_some_and(|removes| removes.removes(service, payer));
    let offered_by = uses(case, offers);
    let mut taken_by = uses(case, takes);
    if offered_by.is_empty() {
        // Of what nobody offers, what may be taken away besides is only noise.
        taken_by.retain(|rule| rule.surely);
    }
    let surely = |uses: &[RuleUse]| uses.iter().any(|rule| rule.surely);
    let stands = match &case.line.decision.verdict {
        _ if offered_by.is_empty() => Stand::NotOffered,
        _ if surely(&taken_by) => Stand::TakenAway,
        Verdict::Billable(pays_for, payer_of) if (*pays_for, *payer_of) == (service, payer) => {
            if case.line.payers_differ.is_some() { Stand::Held } else { Stand::Pays }
        }
        Verdict::HeldByRule => Stand::Held,
        Verdict::Billable(..) if surely(&offered_by) && taken_by.is_empty() => Stand::SecondChoice,
        Verdict::Billable(..) | Verdict::NonBillable | Verdict::HeldOpen { .. } => Stand::Open,
    };
    let told = set.service(service);
    Standing { service: told.name.clone(), code: told.full_code(), stands, offered_by, taken_by }
}

/// The rules of one kind that apply, or may.
fn uses(case: &Case<'_>, wanted: impl Fn(&RuleId) -> bool) -> Vec<RuleUse> {
    let named = |id: &RuleId| RuleUse { id: case.set.rule(*id).id.clone(), surely: case.surely.contains(id) };
    case.maybe.iter().filter(|id| wanted(id)).map(named).collect()
}

/// Holds that apply, or may.
pub(super) fn holds(case: &Case<'_>) -> Vec<HoldTold> {
    let holds = case.maybe.iter().filter_map(|id| match &case.set.rule(*id).effect {
        Effect::Hold { instead, .. } => Some((*id, case.set.instead_text(instead))),
        _ => None,
    });
    let told = holds.map(|(id, instead)| {
        let rule = case.set.rule(id);
        let used = RuleUse { id: rule.id.clone(), surely: case.surely.contains(&id) };
        HoldTold { rule: used, title: rule.title.clone(), instead }
    });
    told.collect()
}

/// The rules that an explanation names, each once, in the order in which they are named.
pub(super) fn named(set: &RuleSet, told: &Explanation) -> Vec<RuleTold> {
    let standings = || told.payers.iter().flat_map(|payer| &payer.services);
    let mut ids: Vec<&String> = told.holds.iter().map(|hold| &hold.rule.id).collect();
    ids.extend(
        standings().flat_map(|standing| standing.offered_by.iter().chain(&standing.taken_by)).map(|rule| &rule.id),
    );
    ids.extend(&told.advice);
    ids.extend(told.nearest.iter().flat_map(|offer| std::iter::once(&offer.id).chain(&offer.against)));
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    let rule = |id: &String| set.rules.iter().find(|rule| rule.id == *id).map(|rule| tell::rule(set, rule));
    ids.into_iter().filter_map(rule).collect()
}
