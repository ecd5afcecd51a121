//! Pools: the billable notes of one client, service and period, and what they earn together.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::names::NameId;
use super::open::OpenNotes;
use super::{Batch, BatchNote, Finding};
use crate::decide::Verdict;
use crate::effective::Month;
use crate::facts::FactId;
use crate::ledger::{Counting, EarnedUnits, reach};
use crate::number::narrow;
use crate::rules::{PayerId, RuleSet, ServiceId, Within};

/// The billable notes of one client, service and period.
#[derive(Clone, Debug)]
pub struct Pool {
    pub(super) client: NameId,
    /// The service as which the notes are decided.
    pub service: ServiceId,
    /// The period.
    pub period: Period,
    /// The payer; where the notes name several, the one of the first note.
    pub payer: PayerId,
    /// The period within which the notes are counted.
    pub within: Within,
    /// Whether a `[[count]]` determines how the minutes are counted.
    pub has_count: bool,
    /// Indexes of the notes in the batch, in the pool's order: by date, then by start time, then notes without a start
    /// time; ties keep the order of the records.
    pub notes: Vec<usize>,
    /// Indexes of notes that would belong to this pool, but that an edit holds.
    pub(super) held: Vec<usize>,
    /// Indexes of notes that are held, for missing facts or by an edit, and may come to belong to this pool.
    pub open: Vec<usize>,
    /// Total documented minutes of the notes.
    pub minutes: u32,
    /// Total documented minutes of the open notes.
    pub open_minutes: u32,
    /// What the pool earns, ordered by threshold.
    pub earned: Vec<EarnedUnits>,
    /// What pairs took away, each with the index of the pair in the rule set.
    pub struck: Vec<(usize, EarnedUnits)>,
    /// What the pool earns with the most minutes of open notes, if that is more of some service.
    pub most: Option<Vec<EarnedUnits>>,
    /// Services that the pool could earn if open notes were decided.
    pub(super) possible: BTreeSet<ServiceId>,
    /// Index in the batch of the note that carries all that the pool earns.
    pub carrier: usize,
    /// What notes that were billed by earlier runs keep of what the pool earns.
    pub(super) kept: Vec<KeptUnits>,
    /// Whether all that the pool earns stands on one note. Otherwise the notes share it.
    pub is_carried: bool,
    /// Whether other notes keep the pool from being billed.
    pub standing: Standing,
    /// Findings on the notes; `None` stands for all notes of the pool.
    pub(super) findings: Vec<(Option<usize>, Finding)>,
}

/// Units that stay on a note, because an earlier run billed them.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptUnits {
    /// Index of the note in the batch.
    pub(super) note: usize,
    pub(super) service: ServiceId,
    pub(super) units: u32,
}

/// The period of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// One note, by its index in the batch.
    Note(usize),
    /// One date of service.
    Day(NaiveDate),
    /// One calendar month.
    Month(Month),
    /// One answer to a date fact.
    Date(FactId, NaiveDate),
}

/// Whether other notes keep a pool from being billed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing keeps the pool from being billed.
    Billable,
    /// The notes name different payers.
    PayersDiffer(BTreeSet<PayerId>),
    /// The notes name different practitioners, and only one can bill the period.
    PractitionersDiffer,
    /// The code of a note is not among what the pool earns.
    CodeDiffers,
    /// Held notes could change what the pool earns, or whether it stands beside others. Holds the names of the missing
    /// facts, sorted.
    Undecided(Vec<String>),
    /// Another pool earns the same service in the same period.
    SameService,
    /// A pair holds the pool, by its index in the rule set.
    HeldByPair(usize),
    /// A pair took away all that the pool earned, by its index in the rule set.
    Struck(usize),
}

impl Standing {
    /// Whether the pool is billed.
    pub fn is_billable(&self) -> bool {
        *self == Self::Billable
    }
}

/// The key of a pool. Services in quarter hours have one for each payer.
type PoolKey = (NameId, ServiceId, Period, Option<PayerId>);

/// A note that belongs to a pool. One that an edit holds adds nothing to it, but keeps it from being billed to another payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    key: PoolKey,
    order: NoteOrder,
    payer: PayerId,
    is_held: bool,
}

/// Position of a note within its pool: by date, start, and which is the earlier one; then its index in the batch.
type NoteOrder = (NaiveDate, bool, Option<u32>, usize, usize);

/// The client, service, period and payer of a note that an edit holds.
pub(super) type HeldNote = (NameId, ServiceId, Period, PayerId);

/// Returns the pools of a batch, ordered by client, service and period, and the notes that edits hold. A note that is counted
/// alone and that no pair and no code of its own concerns has no pool.
pub(super) fn pools(batch: &Batch<'_>, open: &OpenNotes) -> (Vec<Pool>, Vec<HeldNote>) {
    let mut members: Vec<Member> = Vec::new();
    for note in batch.notes_with_share() {
        let Verdict::Billable(service, payer) = note.evaluation().verdict else { continue };
        let is_held = note.is_held_by_edit();
        if note.mark().is_some() && !is_held {
            continue;
        }
        let counting = Counting::new(batch.set, service, payer, note.date());
        let is_alone = counting.within == Within::Note;
        if is_alone && note.own_code().is_none() && !batch.in_pairs.contains(&service) {
            continue;
        }
        // A note whose code is none of those that its service comes to is held alone.
        let period = if note.code_fits(&counting) { note.period(counting.within) } else { Period::Note(note.index) };
        let by_payer = batch.set.has_pool_by_payer(service);
        let key = (note.client_id(), service, period, by_payer.then_some(payer));
        members.push(Member { key, order: note.order(), payer, is_held });
    }
    members.sort_unstable();
    let pools = members.chunk_by(|one, other| one.key == other.key);
    let pools = pools.filter_map(|members| Pool::new(batch, open, members)).collect();
    let held = members.iter().filter(|member| member.is_held);
    let held = held.map(|Member { key: (client, service, period, _), payer, .. }| (*client, *service, *period, *payer));
    (pools, held.collect())
}

impl Pool {
    fn new(batch: &Batch<'_>, open: &OpenNotes, members: &[Member]) -> Option<Self> {
        let first = members.iter().find(|member| !member.is_held)?;
        let ((client, service, period, _), (date, ..), payer) = (first.key, first.order, first.payer);
        let counting = Counting::new(batch.set, service, payer, date);
        let indexes = |is_held: bool| {
            let wanted = members.iter().filter(move |member| member.is_held == is_held);
            wanted.map(|member| member.order.4).collect::<Vec<usize>>()
        };
        let notes = indexes(false);
        let minutes: Vec<u32> = notes.iter().filter_map(|index| Some(batch.note(*index)?.minutes())).collect();
        let open = open.of_pool(client, service, payer, period);
        let open_minutes: Vec<u32> = open.iter().filter_map(|index| Some(batch.note(*index)?.minutes())).collect();
        let total = sum(&minutes);
        let reach = reach(&counting, total, &open_minutes);
        let shares =
            batch.set.has_pool_by_payer(service) && reach.earned.iter().all(|earned| earned.service == service);
        let mut pool = Self {
            client,
            service,
            period,
            payer,
            within: counting.within,
            has_count: counting.has_count(),
            carrier: carrier(&notes, &minutes, &reach.earned)?,
            notes,
            held: indexes(true),
            minutes: total,
            open_minutes: sum(&open_minutes),
            open,
            kept: Vec::new(),
            is_carried: !shares || counting.within == Within::Note,
            earned: reach.earned,
            struck: Vec::new(),
            most: reach.most,
            possible: reach.possible,
            standing: Standing::Billable,
            findings: Vec::new(),
        };
        pool.standing = pool.own_standing(batch, &counting, members, reach.is_sure);
        if let (Some(most), false, true) = (&pool.most, shares, pool.standing.is_billable()) {
            let more = more_units(batch.set, &pool.earned, most);
            pool.findings.push((None, Finding::OpenMinutes { sure: pool.minutes, held: pool.open_minutes, more }));
            if batch.hold_open {
                pool.standing = Standing::Undecided(batch.missing_of(&pool.open));
            }
        }
        pool.add_own_finding();
        pool.keep_billed(batch);
        Some(pool)
    }

    /// Determines what the pool's own notes keep from being billed.
    fn own_standing(&self, batch: &Batch<'_>, counting: &Counting<'_>, members: &[Member], is_sure: bool) -> Standing {
        let payers: BTreeSet<PayerId> = members.iter().map(|member| member.payer).collect();
        let notes = || self.notes.iter().filter_map(|index| batch.note(*index));
        let all = self.notes.iter().chain(&self.held).filter_map(|index| batch.note(*index));
        let practitioners: BTreeSet<NameId> = all.filter_map(BatchNote::practitioner).collect();
        let code_fits = |note: BatchNote<'_>| {
            note.code_fits(counting) && note.own_code().is_none_or(|code| self.earns_code(batch.set, code))
        };
        if payers.len() > 1 {
            Standing::PayersDiffer(payers)
        } else if counting.one_practitioner && practitioners.len() > 1 {
            Standing::PractitionersDiffer
        } else if !is_sure {
            Standing::Undecided(batch.missing_of(&self.open))
        } else if notes().all(code_fits) {
            Standing::Billable
        } else {
            Standing::CodeDiffers
        }
    }

    /// Returns the notes of the pool and those that an edit holds, in the order of their records.
    pub(super) fn all_notes(&self) -> Vec<usize> {
        let mut notes: Vec<usize> = self.notes.iter().chain(&self.held).copied().collect();
        if !self.held.is_empty() {
            notes.sort_unstable();
        }
        notes
    }

    fn earns_code(&self, set: &RuleSet, code: &str) -> bool {
        self.earned.iter().any(|earned| has_code(set, earned.service, code))
    }

    /// Adds the finding for what the pool's own notes keep from being billed.
    fn add_own_finding(&mut self) {
        let finding = match &self.standing {
            Standing::PayersDiffer(_) => Finding::PayersDiffer { by_day: matches!(self.period, Period::Day(_)) },
            Standing::PractitionersDiffer => Finding::PractitionersDiffer,
            Standing::CodeDiffers => Finding::CodeDiffers,
            Standing::Undecided(missing) => {
                Finding::Undecided { with: self.open.clone(), missing: missing.clone(), pair: None }
            }
            Standing::Billable | Standing::SameService | Standing::HeldByPair(_) | Standing::Struck(_) => return,
        };
        self.findings.push((None, finding));
    }

    /// Whether this pool may still be billed once held notes are decided.
    pub(super) fn may_be_billed(&self) -> bool {
        matches!(self.standing, Standing::Billable | Standing::Undecided(_))
    }
}

impl Batch<'_> {
    /// Assigns each note its pool.
    pub(super) fn link_pools(&mut self) {
        for at in 0..self.pools.len() {
            for index in self.pools.get(at).map(|pool| pool.notes.clone()).unwrap_or_default() {
                if let Some(share) = self.shares.get_mut(index) {
                    share.pool = Some(narrow(at));
                }
            }
        }
    }

    /// Returns the names of the facts that these held notes miss, sorted.
    pub(super) fn missing_of(&self, notes: &[usize]) -> Vec<String> {
        let missing = notes.iter().filter_map(|index| match &self.note(*index)?.evaluation().verdict {
            Verdict::HeldForFacts { missing, .. } => Some(missing),
            _ => None,
        });
        let names = missing.flatten().map(|fact| self.set.vocabulary.fact(*fact).name.clone());
        names.collect::<BTreeSet<String>>().into_iter().collect()
    }
}

impl BatchNote<'_> {
    fn order(self) -> NoteOrder {
        (self.date(), self.start().is_none(), self.start(), self.batch.rank(self.index), self.index)
    }

    /// Returns the period of this note; a note without an answer to the date fact is a period of its own.
    pub(super) fn period(self, within: Within) -> Period {
        let date = self.date();
        match within {
            Within::Note => Period::Note(self.index),
            Within::Day => Period::Day(date),
            Within::Month => Period::Month(Month::containing(date)),
            Within::Date(fact) => match self.date_answer(fact) {
                Some(date) => Period::Date(fact, date),
                None => Period::Note(self.index),
            },
        }
    }

    /// Whether the note has no code of its own, or one that its service can come to on its date.
    fn code_fits(self, counting: &Counting<'_>) -> bool {
        let Verdict::Billable(service, _) = self.evaluation().verdict else { return true };
        let services = counting.parts.iter().map(|part| part.earns).chain([service]);
        self.own_code().is_none_or(|code| services.clone().any(|service| has_code(self.batch.set, service, code)))
    }
}

/// Whether a note's own code, as letters and digits, is that of a service, with or without its modifiers.
fn has_code(set: &RuleSet, service: ServiceId, code: &str) -> bool {
    let service = set.service(service);
    let is_equal = |own: &str| super::extra::plain_code(own) == code;
    service.code.as_deref().is_some_and(|own| is_equal(own) || is_equal(&service.full_code()))
}

fn sum(minutes: &[u32]) -> u32 {
    minutes.iter().fold(0, |sum, minutes| sum.saturating_add(*minutes))
}

/// Returns the first note with which the minutes reach the highest threshold among what was earned.
fn carrier(notes: &[usize], minutes: &[u32], earned: &[EarnedUnits]) -> Option<usize> {
    let highest = earned.iter().map(|earned| earned.reached_at).max().unwrap_or_default();
    let mut so_far = 0_u32;
    let reaches = |minutes: &u32| {
        so_far = so_far.saturating_add(*minutes);
        so_far >= highest
    };
    let at = minutes.iter().position(reaches)?;
    notes.get(at).copied()
}

/// Returns the units that `most` has beyond `earned`, by service.
fn more_units(set: &RuleSet, earned: &[EarnedUnits], most: &[EarnedUnits]) -> Vec<(String, u32)> {
    let more = most.iter().filter_map(|then| {
        let now = crate::ledger::units_of(earned, then.service);
        (then.units > now).then(|| (set.service(then.service).full_code(), then.units - now))
    });
    more.collect()
}
