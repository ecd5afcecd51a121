//! Two tables of the summary: who pays for the clients of a batch, and what staff of each credential did.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::Serialize;

use crate::batch::{Batch, BatchNote};
use crate::decide::Verdict;
use crate::diagram::ACTIVITY;
use crate::facts::Answer;
use crate::rules::{Effect, PayerId, RuleSet, ServiceId};
use crate::status::Status;

/// The key for notes of clients for whom nobody is billed, for work that no single service describes, and for staff
/// whose credential is not known.
const NONE: &str = "none";

/// The part of one payer in a batch.
#[derive(Clone, Debug, Serialize)]
pub struct PayerMix {
    /// Number of clients.
    pub clients: usize,
    /// Number of notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Part of all documented minutes, from 0 to 1, rounded to four decimals.
    pub share: serde_json::Number,
    /// Number of these notes that are held.
    pub held: u64,
    /// Number of these notes that nobody pays for.
    pub non_billable: u64,
}

/// What staff of one credential did for one service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StaffTotal {
    /// Number of notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Number of these notes that are billable.
    pub billable: u64,
    /// Number of these notes that nobody pays for.
    pub non_billable: u64,
    /// Number of these notes that are held.
    pub held: u64,
}

/// Returns the part of each payer in a batch. A note without a payer counts for the payer of most other notes of its
/// client, or for `none`.
pub(super) fn payer_mix(batch: &Batch<'_>) -> BTreeMap<String, PayerMix> {
    let mut of_client: BTreeMap<&str, BTreeMap<PayerId, u64>> = BTreeMap::new();
    for note in batch.notes() {
        if let Verdict::Billable(_, payer) = note.evaluation().verdict {
            *of_client.entry(note.client()).or_default().entry(payer).or_default() += 1;
        }
    }
    let usual = |client: &str| {
        let payers = of_client.get(client)?;
        payers.iter().max_by_key(|(payer, notes)| (**notes, std::cmp::Reverse(**payer))).map(|(payer, _)| *payer)
    };
    let mut mix: BTreeMap<Option<PayerId>, (BTreeSet<&str>, StaffTotal)> = BTreeMap::new();
    for note in batch.notes() {
        let payer = match note.evaluation().verdict {
            Verdict::Billable(_, payer) => Some(payer),
            Verdict::NonBillable | Verdict::HeldByRule | Verdict::HeldForFacts { .. } => usual(note.client()),
        };
        let (clients, total) = mix.entry(payer).or_default();
        clients.insert(note.client());
        total.add(note);
    }
    let all: u64 = mix.values().map(|(_, total)| total.minutes).sum();
    let view = |(payer, (clients, total)): (Option<PayerId>, (BTreeSet<&str>, StaffTotal))| {
        let name = payer.map_or_else(|| NONE.to_owned(), |payer| batch.set().payer(payer).name.clone());
        let mix = PayerMix {
            clients: clients.len(),
            notes: total.notes,
            minutes: total.minutes,
            share: share(total.minutes, all),
            held: total.held,
            non_billable: total.non_billable,
        };
        (name, mix)
    };
    mix.into_iter().map(view).collect()
}

/// Returns what staff of each credential did, by service.
pub(super) fn staff(batch: &Batch<'_>) -> BTreeMap<String, BTreeMap<String, StaffTotal>> {
    let set = batch.set();
    let offered = only_services(set);
    let mut staff: BTreeMap<String, BTreeMap<String, StaffTotal>> = BTreeMap::new();
    for note in batch.notes() {
        let credential = note.staff_credential().map(|(fact, answer)| set.answer_text(fact, answer));
        let service = match (note.earned(), &note.evaluation().verdict) {
            (Some(earned), _) => Some(earned.service),
            (None, Verdict::Billable(service, _)) => Some(*service),
            (None, _) => note.activity().and_then(|activity| offered.get(activity)).copied(),
        };
        let service = service.map_or_else(|| NONE.to_owned(), |service| set.service(service).name.clone());
        let services = staff.entry(credential.unwrap_or_else(|| NONE.to_owned())).or_default();
        services.entry(service).or_default().add(note);
    }
    staff
}

impl StaffTotal {
    fn add(&mut self, note: BatchNote<'_>) {
        self.notes += 1;
        self.minutes += u64::from(note.minutes());
        match note.status() {
            Status::Billable => self.billable += 1,
            Status::NonBillable => self.non_billable += 1,
            Status::Held => self.held += 1,
            Status::Rejected => {}
        }
    }
}

/// Returns, for each activity for which offers name exactly one service, that service.
fn only_services(set: &RuleSet) -> BTreeMap<&str, ServiceId> {
    let Some(activity) = set.vocabulary.find(ACTIVITY) else { return BTreeMap::new() };
    let mut services: BTreeMap<&str, BTreeSet<ServiceId>> = BTreeMap::new();
    for rule in &set.rules {
        let Effect::Offer { service, .. } = &rule.effect else { continue };
        for tests in rule.condition.alternatives() {
            let test = tests.iter().find(|test| test.fact == activity);
            for (value, name) in (0..).zip(set.vocabulary.fact(activity).values()) {
                if test.is_none_or(|test| test.values.contains(Answer::Value(value)) == Some(true)) {
                    services.entry(name).or_default().insert(*service);
                }
            }
        }
    }
    let only = |services: BTreeSet<ServiceId>| services.first().copied().filter(|_| services.len() == 1);
    services.into_iter().filter_map(|(activity, services)| Some((activity, only(services)?))).collect()
}

/// Returns `part` of `all` as a number from 0 to 1, rounded half up to four decimals.
fn share(part: u64, all: u64) -> serde_json::Number {
    const WHOLE: u64 = 10_000;
    let rounded = (part.saturating_mul(WHOLE).saturating_mul(2) + all) / all.max(1).saturating_mul(2);
    let text = format!("{}.{:04}", rounded / WHOLE, rounded % WHOLE);
    serde_json::Number::from_str(&text).unwrap_or_else(|_| 0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_four_decimals() {
        let shares = [(1, 3), (2, 3), (0, 7), (7, 7), (0, 0)].map(|(part, all)| share(part, all).to_string());
        assert_eq!(shares, ["0.3333", "0.6667", "0.0000", "1.0000", "0.0000"]);
    }
}
