//! The standing of each payer for each service at stake: what offered it and what took it away.

use std::collections::BTreeSet;

use super::note::DecidedNote;
use super::view::{Explanation, HoldView, NearOfferView, PayerView, RuleUse, ServiceView, Standing};
use crate::decide::{Applicability, Verdict, offered};
use crate::report::RuleView;
use crate::rules::{CitingBlock, Effect, PayerId, RuleSet, ServiceId};
use crate::status::Status;
use crate::words;

/// Returns each payer with the services at stake: those that are or may be offered; if none, those that came nearest.
pub(super) fn payers(note: &DecidedNote<'_>, nearest: &[NearOfferView]) -> Vec<PayerView> {
    let set = note.set();
    let offers = offered(set, note.applicable.iter().map(|(rule, _)| *rule));
    let mut at_stake: BTreeSet<ServiceId> = offers.into_iter().map(|(service, _)| service).collect();
    if at_stake.is_empty() {
        let near = |service: &ServiceId| nearest.iter().any(|offer| offer.service == set.service(*service).name);
        at_stake = set.service_ids().filter(near).collect();
    }
    let payers = set.payer_ids().map(|payer| PayerView {
        payer: set.payer(payer).name.clone(),
        title: set.payer(payer).title.clone(),
        services: at_stake.iter().map(|service| service_view(note, *service, payer)).collect(),
    });
    let mut payers: Vec<PayerView> = payers.collect();
    payers.sort_by_key(|payer| payer.services.iter().map(|service| service.stands).min());
    payers
}

fn service_view(note: &DecidedNote<'_>, service: ServiceId, payer: PayerId) -> ServiceView {
    let set = note.set();
    let offered_by = applying(note, |effect| match effect {
        Effect::Offer { service: offered, payers, .. } => *offered == service && payers.contains(&payer),
        _ => false,
    });
    let takes = |effect: &Effect| effect.removes().is_some_and(|removes| removes.removes(service, payer));
    let mut taken_by = applying(note, takes);
    if offered_by.is_empty() {
        // If nobody offers the service, a rule that only may take it away is noise.
        taken_by.retain(|rule| rule.surely);
    }
    let surely = |rules: &[RuleUse]| rules.iter().any(|rule| rule.surely);
    let stands = match &note.in_batch.evaluation().verdict {
        _ if offered_by.is_empty() => Standing::NotOffered,
        _ if surely(&taken_by) => Standing::TakenAway,
        Verdict::Billable(billed, pays) if (*billed, *pays) == (service, payer) => {
            match note.in_batch.status() {
                Status::Billable => Standing::Pays,
                // A pair took away what it earned.
                Status::NonBillable => Standing::TakenAway,
                Status::Held | Status::Rejected => Standing::Held,
            }
        }
        Verdict::HeldByRule => Standing::Held,
        Verdict::Billable(..) if surely(&offered_by) && taken_by.is_empty() => Standing::SecondChoice,
        Verdict::Billable(..) | Verdict::NonBillable | Verdict::HeldForFacts { .. } => Standing::Open,
    };
    let service = set.service(service);
    ServiceView { service: service.name.clone(), code: service.full_code(), stands, offered_by, taken_by }
}

/// Returns the rules with a wanted effect that apply or may apply.
fn applying(note: &DecidedNote<'_>, wanted: impl Fn(&Effect) -> bool) -> Vec<RuleUse> {
    let rules = note.applicable.iter().map(|(id, applies)| (note.set().rule(*id), *applies == Applicability::Always));
    let wanted = rules.filter(|(rule, _)| wanted(&rule.effect));
    wanted.map(|(rule, surely)| RuleUse { id: rule.id.clone(), surely }).collect()
}

/// Returns the holds that apply or may apply.
pub(super) fn holds(note: &DecidedNote<'_>) -> Vec<HoldView> {
    let set = note.set();
    let holds = note.applicable.iter().filter_map(|(id, applies)| {
        let rule = set.rule(*id);
        let Effect::Hold { instead, .. } = &rule.effect else { return None };
        Some(HoldView {
            rule: RuleUse { id: rule.id.clone(), surely: *applies == Applicability::Always },
            title: rule.title.clone(),
            instead: set.instead_text(instead),
        })
    });
    holds.collect()
}

/// Returns the rules that an explanation names, without duplicates, in order of first mention; then the other blocks, with
/// the edits of these indexes, which concern the note.
pub(super) fn named(set: &RuleSet, explanation: &Explanation, edits: &BTreeSet<usize>) -> Vec<RuleView> {
    let services = explanation.payers.iter().flat_map(|payer| &payer.services);
    let mut ids: Vec<&String> = explanation.holds.iter().map(|hold| &hold.rule.id).collect();
    ids.extend(services.flat_map(|service| service.offered_by.iter().chain(&service.taken_by)).map(|rule| &rule.id));
    ids.extend(&explanation.advice);
    ids.extend(explanation.nearest.iter().flat_map(|offer| std::iter::once(&offer.id).chain(&offer.obstacles)));
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    let rule = |id: &String| set.rules.iter().find(|rule| rule.id == *id).map(|rule| RuleView::new(set, rule));
    ids.into_iter().filter_map(rule).chain(named_blocks(set, explanation)).chain(named_edits(set, edits)).collect()
}

fn named_edits<'s>(set: &'s RuleSet, edits: &'s BTreeSet<usize>) -> impl Iterator<Item = RuleView> + use<'s> {
    let edits = edits.iter().filter_map(|edit| set.edits.get(*edit));
    edits.map(|edit| RuleView::of_block(set, CitingBlock::Edit(edit), edit.title.clone()))
}

/// Returns the counts, pairs and shadows that an explanation names, without duplicates.
fn named_blocks(set: &RuleSet, explanation: &Explanation) -> Vec<RuleView> {
    let counts: BTreeSet<&str> = explanation
        .periods
        .iter()
        .flat_map(|period| &period.counts)
        .filter_map(|count| count.count.as_deref())
        .chain(explanation.bill.iter().flat_map(|bill| &bill.counts).map(String::as_str))
        .collect();
    // A pair that steps aside is no reason.
    let looked =
        explanation.pairs.iter().filter(|pair| pair.outcome != "steps_aside" && pair.outcome != "not_looked_at");
    let pairs: BTreeSet<&str> = looked.map(|pair| pair.id.as_str()).collect();
    let shadow = explanation.bill.as_ref().and_then(|bill| Some(bill.shadow.as_ref()?.id.as_str()));
    let counts = set.counts.iter().filter(|count| counts.contains(count.id.as_str()));
    let counts = counts.map(|count| RuleView::of_block(set, CitingBlock::Count(count), words::count(set, count)));
    let pairs = set.pairs.iter().filter(|pair| pairs.contains(pair.id.as_str()));
    let pairs = pairs.map(|pair| RuleView::of_block(set, CitingBlock::Pair(pair), pair.title.clone()));
    let shadows = set.shadows.iter().filter(|known| Some(known.id.as_str()) == shadow);
    let shadows = shadows.map(|known| RuleView::of_block(set, CitingBlock::Shadow(known), known.title.clone()));
    counts.chain(pairs).chain(shadows).collect()
}
