//! Two tables of the summary: who pays for the clients of a batch, and what staff of each credential did.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::Serialize;

use crate::batch::{Batch, BatchNote, Count};
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

/// Returns the part of each payer in the shown notes of a batch. A note without a payer counts for the payer of most other
/// notes of its client, shown or not, or for `none`.
pub(super) fn payer_mix(batch: &Batch<'_>) -> BTreeMap<String, PayerMix> {
    let set = batch.set();
    let payer_of = |note: BatchNote<'_>| match note.evaluation().verdict {
        Verdict::Billable(_, payer) => Some(payer),
        Verdict::NonBillable | Verdict::HeldByRule | Verdict::HeldForFacts { .. } => None,
    };
    let payers: Vec<PayerId> = set.payer_ids().collect();
    // The notes of each client for each payer, then those without a payer.
    let columns = payers.len() + 1;
    let column = |payer: Option<PayerId>| payer.map_or(payers.len(), PayerId::index);
    let cells = batch.names() * columns;
    let cell = |note: BatchNote<'_>| note.client_number().index() * columns + column(payer_of(note));
    let shown_notes = || batch.notes().filter(|note| batch.is_shown(note.index));
    let all = count_by_cell(batch.notes(), cells, cell);
    let usual: Vec<Option<PayerId>> = all.chunks(columns).map(|counts| usual_payer(&payers, counts)).collect();
    let shown = if batch.shows_a_month() { count_by_cell(shown_notes(), cells, cell) } else { all };
    let mut totals = vec![(0_usize, StaffTotal::default()); columns];
    for note in shown_notes() {
        let own = payer_of(note);
        let payer = own.or_else(|| usual.get(note.client_number().index()).copied().flatten());
        if let Some((_, total)) = totals.get_mut(column(payer)) {
            total.add(batch.status(note.index), Count::one(note));
        }
    }
    for (counts, usual) in shown.chunks(columns).zip(&usual) {
        let without_payer = counts.last().is_some_and(|count| *count > 0);
        for (position, ((clients, _), count)) in totals.iter_mut().zip(counts).enumerate() {
            let is_here = *count > 0 && position < payers.len();
            *clients += usize::from(is_here || (without_payer && position == column(*usual)));
        }
    }
    let all: u64 = totals.iter().map(|(_, total)| total.minutes).sum();
    let view = |(position, (clients, total)): (usize, (usize, StaffTotal))| {
        let name = payers.get(position).map_or_else(|| NONE.to_owned(), |payer| set.payer(*payer).name.clone());
        let mix = PayerMix {
            clients,
            notes: total.notes,
            minutes: total.minutes,
            share: share(total.minutes, all),
            held: total.held,
            non_billable: total.non_billable,
        };
        (name, mix)
    };
    totals.into_iter().enumerate().filter(|(_, (_, total))| total.notes > 0).map(view).collect()
}

/// Counts notes in so many cells.
fn count_by_cell<'b>(
    notes: impl Iterator<Item = BatchNote<'b>>,
    cells: usize,
    cell: impl Fn(BatchNote<'b>) -> usize,
) -> Vec<u32> {
    let mut counts = vec![0; cells];
    for note in notes {
        if let Some(count) = counts.get_mut(cell(note)) {
            *count += 1;
        }
    }
    counts
}

/// Returns the payer of most notes of a client; of several, the first.
fn usual_payer(payers: &[PayerId], counts: &[u32]) -> Option<PayerId> {
    let most = payers.iter().zip(counts).rev().max_by_key(|(_, count)| **count);
    most.filter(|(_, count)| **count > 0).map(|(payer, _)| *payer)
}

/// What staff of each credential did, by service.
pub(super) struct StaffTotals<'s> {
    set: &'s RuleSet,
    /// The only service that offers name for an activity.
    offered: BTreeMap<&'s str, ServiceId>,
    totals: BTreeMap<String, BTreeMap<String, StaffTotal>>,
}

impl<'s> StaffTotals<'s> {
    pub(super) fn new(set: &'s RuleSet) -> Self {
        Self { set, offered: only_services(set), totals: BTreeMap::new() }
    }

    /// Adds notes that have the activity and the credential of `own`, and what `like` has beside other notes.
    pub(super) fn add(&mut self, own: BatchNote<'_>, like: BatchNote<'_>, count: Count) {
        let set = self.set;
        let credential = own.staff_credential().map(|(fact, answer)| set.answer_text(fact, answer));
        let service = match (like.earned(), &like.evaluation().verdict) {
            (Some(earned), _) => Some(earned.service),
            (None, Verdict::Billable(service, _)) => Some(*service),
            (None, _) => own.activity().and_then(|activity| self.offered.get(activity)).copied(),
        };
        let service = service.map_or_else(|| NONE.to_owned(), |service| set.service(service).name.clone());
        let services = self.totals.entry(credential.unwrap_or_else(|| NONE.to_owned())).or_default();
        services.entry(service).or_default().add(like.status(), count);
    }

    pub(super) fn finish(self) -> BTreeMap<String, BTreeMap<String, StaffTotal>> {
        self.totals
    }
}

/// The simple notes of one kind, by activity and by the credential of the staff member.
#[derive(Debug, Default)]
pub(super) struct KindCounts<'b>(Vec<(Count, BatchNote<'b>)>);

impl<'b> KindCounts<'b> {
    /// Counts so many notes of the activity and the credential of this one.
    pub(super) fn add(&mut self, note: BatchNote<'b>, count: Count) {
        let key = |note: BatchNote<'b>| (note.activity(), note.staff_credential());
        match self.0.iter_mut().find(|(_, known)| key(*known) == key(note)) {
            Some((known, _)) => *known += count,
            None => self.0.push((count, note)),
        }
    }

    /// Returns the number of all notes.
    pub(super) fn all(&self) -> Count {
        self.0.iter().fold(Count::default(), |mut all, (count, _)| {
            all += *count;
            all
        })
    }

    /// Returns the number of notes of each activity and credential, with one of them.
    pub(super) fn by_staff(&self) -> impl Iterator<Item = (BatchNote<'b>, Count)> {
        self.0.iter().map(|(count, note)| (*note, *count))
    }
}

impl StaffTotal {
    fn add(&mut self, status: Status, count: Count) {
        self.notes += count.notes;
        self.minutes += count.minutes;
        match status {
            Status::Billable => self.billable += count.notes,
            Status::NonBillable => self.non_billable += count.notes,
            Status::Held => self.held += count.notes,
            Status::Rejected => {}
        }
    }
}

/// Returns, for each activity for which offers name exactly one service, that service.
fn only_services(set: &RuleSet) -> BTreeMap<&str, ServiceId> {
    let Some(activity) = set.vocabulary.find(ACTIVITY) else { return BTreeMap::new() };
    let mut services: BTreeMap<&str, BTreeSet<ServiceId>> = BTreeMap::new();
    for rule in set.rules.iter() {
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
