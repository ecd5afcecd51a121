//! Claim lines, and each note's share of their units and dollars.

use chrono::NaiveDate;

use super::names::NameId;
use super::pool::Pool;
use super::{Batch, BatchNote};
use crate::decide::Verdict;
use crate::facts::FactId;
use crate::ledger::Counting;
use crate::money::{Amount, Rate};
use crate::number::{narrow, wide};
use crate::rules::{PayerId, RateFound, ServiceId};

/// What one payer is billed for one client, date and service.
#[derive(Clone, Debug)]
pub struct ClaimLine {
    pub(super) client: NameId,
    /// The service date: that of the note that carries the units.
    pub date: NaiveDate,
    /// The payer.
    pub payer: PayerId,
    /// The billed service.
    pub service: ServiceId,
    /// The rate in force.
    pub rate: Option<Rate>,
    /// Facts on which the rate depends and which are not answered.
    pub rate_open: Vec<FactId>,
    /// Index in the rule set of the shadow that applies: the payer does not pay by the unit.
    pub shadow: Option<usize>,
    /// Indexes in the batch of the notes that share this line, earliest first.
    pub notes: Vec<usize>,
    /// Total documented minutes of the notes.
    pub minutes: u32,
    /// Number of units of the service.
    pub units: u32,
    /// Units × rate, rounded to the cent once; `None` if the units have no known price.
    pub amount: Option<Amount>,
}

/// Units of a note that go onto a claim line.
struct Entry {
    key: EntryKey,
    /// Index of the note that the units stand on.
    note: usize,
    /// Index of the entry among the lines of its note: 0 for the line that its row shows.
    position: usize,
    units: u32,
    /// Index of the pool all of whose notes share the line; `None` if the note is alone on it.
    pool: Option<usize>,
}

/// What entries of one claim line have in common, and their order on it.
type EntryKey = (ClaimKey, RateKey, (bool, Option<u32>, usize));

/// The client, date, payer and service of a claim line.
type ClaimKey = (NameId, NaiveDate, PayerId, ServiceId);

/// The rate of a claim line, the facts on which it depends if they are open, and the shadow that applies.
type RateKey = (Option<Rate>, Vec<FactId>, Option<usize>);

/// Builds the claim lines of a batch, and assigns each note its units and its share of the dollars.
pub(super) fn build(batch: &mut Batch<'_>) {
    build_of(batch, false);
}

/// Builds the claim lines again, without what earlier runs billed.
pub(super) fn build_new(batch: &mut Batch<'_>) {
    build_of(batch, true);
}

fn build_of(batch: &mut Batch<'_>, only_new: bool) {
    batch.also.clear();
    batch.shares.clear_claims();
    let mut entries = Entries { batch, only_new, list: Vec::new() };
    for note in batch.notes_with_share() {
        entries.add_note(note);
    }
    let mut list = entries.list;
    list.sort_by(|one, other| one.key.cmp(&other.key));
    let mut claims = Vec::new();
    for entries in list.chunk_by(|one, other| (&one.key.0, &one.key.1) == (&other.key.0, &other.key.1)) {
        claims.extend(build_line(batch, claims.len(), entries));
    }
    batch.claims = claims;
}

struct Entries<'e, 'r> {
    batch: &'e Batch<'r>,
    /// Whether notes of earlier runs have no entries.
    only_new: bool,
    list: Vec<Entry>,
}

impl Entries<'_, '_> {
    /// Adds what a billable note earns.
    fn add_note(&mut self, note: BatchNote<'_>) {
        let Verdict::Billable(service, payer) = note.evaluation().verdict else { return };
        if !self.is_shown(note.index) {
            return;
        }
        let Some(pool_index) = note.share().and_then(|share| share.pool).map(wide) else {
            let counting = Counting::new(self.batch.set, service, payer, note.date());
            let earned = counting.earned(note.minutes());
            if earned.is_empty() {
                self.add(note, service, payer, 0, 0, None);
            }
            for (position, earned) in earned.into_iter().enumerate() {
                self.add(note, earned.service, payer, position, earned.units, None);
            }
            return;
        };
        let Some(pool) = self.batch.pools.get(pool_index).filter(|pool| pool.standing.is_billable()) else { return };
        match pool.earned.first() {
            _ if !pool.is_carried => self.add_shares(pool, note),
            None => self.add(note, service, payer, 0, 0, None),
            Some(_) if pool.carrier == note.index => {
                let carried = pool.earned.iter().map(|earned| (earned.service, pool.units_of(note.index, earned)));
                let carried = carried.filter(|(_, units)| *units > 0 || pool.kept.is_empty());
                for (position, (service, units)) in carried.enumerate() {
                    self.add(note, service, payer, position, units, Some(pool_index));
                }
            }
            Some(first) => {
                let is_earned = |service| pool.earned.iter().any(|earned| earned.service == service);
                let kept = pool.kept.iter().filter(|kept| kept.note == note.index && is_earned(kept.service));
                let kept: Vec<_> = kept.map(|kept| (kept.service, kept.units)).collect();
                // Where the carrying note is of an earlier run, the others stand on no line of it.
                let alone = (kept.is_empty() && !self.is_shown(pool.carrier)).then_some((first.service, 0));
                for (position, (service, units)) in kept.into_iter().chain(alone).enumerate() {
                    self.add(note, service, payer, position, units, None);
                }
            }
        }
    }

    /// Whether a note may have entries.
    fn is_shown(&self, index: usize) -> bool {
        let note = self.batch.note(index);
        note.is_some_and(|note| note.mark().is_none() && !(self.only_new && note.is_billed()))
    }

    /// Adds all notes of a pool that share its units, once: with the pool's first note.
    fn add_shares(&mut self, pool: &Pool, note: BatchNote<'_>) {
        let notes: Vec<BatchNote<'_>> = pool.notes.iter().filter_map(|index| self.batch.note(*index)).collect();
        let first_shown = notes.iter().find(|note| self.is_shown(note.index));
        if first_shown.map(|first| first.index) != Some(note.index) {
            return;
        }
        let minutes: Vec<u32> = notes.iter().map(|note| note.minutes()).collect();
        let counting = Counting::new(self.batch.set, pool.service, pool.payer, note.date());
        let part = counting.parts.iter().find(|part| part.earns == pool.service);
        let shares = part.map(|part| part.steps.distribute(&minutes)).unwrap_or_default();
        for (note, units) in notes.into_iter().zip(shares) {
            if self.is_shown(note.index) {
                self.add(note, pool.service, pool.payer, 0, units, None);
            }
        }
    }

    fn add(
        &mut self,
        note: BatchNote<'_>,
        service: ServiceId,
        payer: PayerId,
        position: usize,
        units: u32,
        pool: Option<usize>,
    ) {
        let (rate, open) = match note.rate(service, payer) {
            RateFound::Known(dated) => (Some(dated.rate), Vec::new()),
            RateFound::Unpriced => (None, Vec::new()),
            RateFound::Open(facts) => (None, facts),
        };
        let shadow = self.batch.shadow(service, payer, note.date());
        let key = (
            (note.client_id(), note.date(), payer, service),
            (rate, open, shadow),
            (note.start().is_none(), note.start(), note.index),
        );
        self.list.push(Entry { key, note: note.index, position, units, pool });
    }
}

/// Builds one claim line, and assigns its notes their units and their shares of the dollars.
fn build_line(batch: &mut Batch<'_>, number: usize, entries: &[Entry]) -> Option<ClaimLine> {
    let ((client, date, payer, service), (rate, rate_open, shadow), _) = entries.first()?.key.clone();
    let units: Vec<u32> = entries.iter().map(|entry| entry.units).collect();
    let shares = rate.map(|rate| rate.shares(&units)).unwrap_or_default();
    let shares = shares.into_iter().map(Some).chain(std::iter::repeat(None));
    let mut notes: Vec<usize> = Vec::new();
    for (entry, share) in entries.iter().zip(shares) {
        let pool = entry.pool.and_then(|pool| batch.pools.get(pool));
        let together = pool.map_or_else(|| vec![entry.note], |pool| pool.notes_with(batch, entry.note));
        let amount = if entry.units == 0 { Some(Amount::ZERO) } else { share };
        for index in together.iter().filter(|_| entry.position == 0) {
            if let Some(share) = batch.shares.get_mut(*index) {
                let carries = *index == entry.note;
                share.claim = Some(narrow(number));
                share.units = if carries { entry.units } else { 0 };
                share.amount = if carries { amount } else { Some(Amount::ZERO) };
            }
        }
        if entry.position > 0 {
            batch.also.entry(entry.note).or_default().push(AlsoLine { claim: number, units: entry.units, amount });
        }
        notes.extend(together);
    }
    let minutes = notes.iter().filter_map(|index| batch.note(*index)).map(BatchNote::minutes);
    let minutes = minutes.fold(0, u32::saturating_add);
    let units = units.iter().fold(0, |sum: u32, units| sum.saturating_add(*units));
    let amount = rate.map(|rate| rate.line_amount(units.into()));
    Some(ClaimLine { client, date, payer, service, rate, rate_open, shadow, notes, minutes, units, amount })
}

/// A further line that a note carries.
#[derive(Clone, Copy, Debug)]
pub struct AlsoLine {
    /// Index of the claim line in the batch.
    pub(super) claim: usize,
    /// Number of units.
    pub units: u32,
    /// The note's share of the claim line's dollars; `None` if the units have no known price.
    pub amount: Option<Amount>,
}
