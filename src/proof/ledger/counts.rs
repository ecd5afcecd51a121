//! Finds counts without which every pool earns the same, and services that nothing earns.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::Problem;
use super::earnings::difference;
use super::search::Ledger;
use crate::ledger::Counting;
use crate::message::{Code, Message};
use crate::rules::{Count, Effect, PayerId, RuleSet, ServiceId};

/// Returns a problem for each count without which every pool earns the same.
pub(super) fn dead(ledger: &Ledger<'_>) -> Vec<Problem> {
    let set = ledger.set;
    let mut problems = Vec::new();
    for (at, count) in set.counts.iter().enumerate() {
        let mut without = set.clone();
        Arc::make_mut(&mut without.counts).remove(at);
        let is_counted = pools(ledger, count.notes).any(|(payer, band)| applies(ledger, count, payer, band));
        let why = if !is_counted {
            "no note that it could count is ever billed"
        } else if first_difference(ledger, &without, count.notes).is_none() {
            "every sum of minutes earns the same without it"
        } else {
            continue;
        };
        let text = format!("the count `{}` does nothing: {why}", count.id);
        let help = "remove it, or check its services, payers and dates";
        let message = Message::warning(Code::DeadRule, text).help(help);
        problems.push(Problem::new(set, &count.span, message).about([&count.id]));
    }
    problems
}

fn applies(ledger: &Ledger<'_>, count: &Count, payer: PayerId, band: usize) -> bool {
    let first = ledger.reachable.dates.get(band).map(|(first, _)| *first);
    first.is_some_and(|first| count.applies(count.notes, payer, first))
}

/// Returns the payers and bands of dates for which notes of a service can be billed.
fn pools<'p>(ledger: &'p Ledger<'_>, service: ServiceId) -> impl Iterator<Item = (PayerId, usize)> + 'p {
    let bands = ledger.reachable.dates.len();
    let payers = ledger.reachable.payers(service);
    let all = payers.flat_map(move |payer| (0..bands).map(move |band| (payer, band)));
    all.filter(move |(payer, band)| !ledger.reachable.minutes(service, *payer, *band).is_empty())
}

/// A pool that another set counts otherwise.
pub(crate) struct CountedOtherwise {
    pub(crate) payer: PayerId,
    pub(crate) band: usize,
    pub(crate) difference: super::CountingDifference,
}

/// Returns the first pool of a service that another set counts otherwise, the latest dates first.
pub(crate) fn first_difference(ledger: &Ledger<'_>, other: &RuleSet, service: ServiceId) -> Option<CountedOtherwise> {
    let mut all: Vec<(PayerId, usize)> = pools(ledger, service).collect();
    all.sort_by_key(|(payer, band)| (std::cmp::Reverse(*band), *payer));
    all.into_iter().find_map(|(payer, band)| {
        let first = ledger.reachable.dates.get(band)?.0;
        let counting = |set| Counting::new(set, service, payer, first);
        let minutes = ledger.reachable.minutes(service, payer, band);
        let difference = difference(&counting(ledger.set), &counting(other), minutes)?;
        Some(CountedOtherwise { payer, band, difference })
    })
}

/// Returns a problem for each service that is named where notes are billed or counted, but that no notes earn.
pub(super) fn unused_services(ledger: &Ledger<'_>) -> Vec<Problem> {
    let set = ledger.set;
    let earned: BTreeSet<ServiceId> = ledger.earned();
    let offered = |service: ServiceId| {
        set.rules.iter().any(|rule| matches!(&rule.effect, Effect::Offer { service: own, .. } if *own == service))
    };
    let is_decided = |service: ServiceId| ledger.reachable.payers(service).next().is_some();
    let is_named = |service: &ServiceId| {
        // An offer that is never billed is reported as such.
        is_decided(*service) || (!offered(*service) && set.counts.iter().any(|count| count.earns == *service))
    };
    let idle = set.service_ids().filter(|service| is_named(service) && !earned.contains(service));
    let problem = |service: ServiceId| {
        let declared = set.service(service);
        let text = format!("the service `{}` is not used: no minutes of any notes earn it", declared.name);
        let help = "remove it, or check the counts that earn it";
        Problem::new(set, &declared.span, Message::warning(Code::Unused, text).help(help))
    };
    idle.map(problem).collect()
}
