//! Rolls up a batch on several threads.
//!
//! Notes of different clients have nothing to do with each other. So lines are sorted by client, and threads take one
//! client after another. Of most clients all notes are *simple* (see [`super::simple`]): what such notes earn is found
//! without pools and claim lines. The notes of all other clients get shares, and are rolled up in full.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use indexmap::IndexMap;

use super::by_name::{NameShare, NotesByName};
use super::day_advice::DayAdvice;
use super::finding::nearest;
use super::names::NameId;
use super::part::Part;
use super::simple::{Handlings, Kind, Settler, SimpleResult, carries_units};
use super::{Batch, BatchNote, MAX_NAMED, RecordView};
use crate::cores::{Threads, map_in_order};
use crate::decide::Verdict;
use crate::number::{count, wide};
use crate::read::Fault;
use crate::rules::Then;
use crate::status::Status;

/// What simple notes earn, and how notes are sorted.
#[derive(Debug)]
pub(super) struct Settled {
    /// What each record comes to, by its index.
    results: Vec<Settlement>,
    /// Each kind of result, with an example.
    kinds: Vec<(Kind, Example)>,
    /// Number of notes of each kind.
    counts: Vec<u64>,
    /// The indexes of all notes, by client; those of one client are sorted by date, then start.
    by_client: NotesByName,
}

/// What a simple note comes to.
#[derive(Debug)]
struct Settlement {
    /// Index of the kind; [`NONE`] if the record is not a simple note.
    kind: AtomicU32,
    /// Index of another note, or position in the order of notes, whichever the kind needs.
    other: AtomicU32,
}

/// Stands for no number.
const NONE: u32 = u32::MAX;

/// A note of a kind, and the range of its client's notes on its date in the order of notes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Example {
    pub(super) index: u32,
    pub(super) first: u32,
    pub(super) end: u32,
}

/// The kinds that any thread has come across.
pub(super) type Kinds = Mutex<IndexMap<Kind, Example>>;

impl Batch<'_> {
    /// Determines what each note earns, on several threads.
    pub fn settle(&mut self, threads: Threads) {
        self.ids.forget_used();
        let mut by_client = self.run_edits(threads);
        let results: Vec<Settlement> = self.lines.iter().map(|_| Settlement::default()).collect();
        let (handlings, kinds) = (Handlings::new(self), Kinds::default());
        let (mut others, mut counts): (Part, Vec<u64>) = (Part::default(), Vec::new());
        let batch = &*self;
        let worker = || {
            let mut settler = Settler::new(batch, &handlings, &kinds, Results(&results));
            move |share: NameShare<'_>| (batch.part(Self::settle_share(share, &mut settler)), settler.take_counts())
        };
        let take = |(part, of_share): (Part, Vec<u64>)| {
            others.append(part);
            counts.resize(counts.len().max(of_share.len()), 0);
            counts.iter_mut().zip(of_share).for_each(|(count, more)| *count += more);
            Ok::<(), std::convert::Infallible>(())
        };
        let Ok(()) = map_in_order(threads, by_client.shares(), worker, take);
        self.put_part(others);
        let kinds = kinds.into_inner().unwrap_or_default().into_iter().collect();
        self.settled = Some(Settled { results, kinds, counts, by_client });
    }

    /// Settles the notes of some clients. Returns those that are not simple.
    fn settle_share(share: NameShare<'_>, settler: &mut Settler<'_, '_>) -> Vec<u32> {
        let mut others = Vec::new();
        share.for_each(|first, notes| {
            if !settler.settle_client(first, notes) {
                others.extend_from_slice(notes);
            }
        });
        others
    }
}

impl Default for Settlement {
    fn default() -> Self {
        Self { kind: AtomicU32::new(NONE), other: AtomicU32::new(NONE) }
    }
}

/// Where threads write what notes come to. Each note belongs to one thread alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Results<'b>(&'b [Settlement]);

impl Results<'_> {
    pub(super) fn set(self, index: u32, kind: u32, other: Option<u32>) {
        if let Some(settlement) = self.0.get(wide(index)) {
            settlement.kind.store(kind, Ordering::Relaxed);
            settlement.other.store(other.unwrap_or(NONE), Ordering::Relaxed);
        }
    }
}

impl Settled {
    /// Returns the indexes of a client's notes.
    pub(super) fn notes_of(&self, client: NameId) -> &[u32] {
        self.by_client.notes_of(client)
    }

    /// Returns the kind of a simple note; `None` if the record is none.
    pub(super) fn kind_of(&self, index: usize) -> Option<&Kind> {
        let kind = self.results.get(index)?.kind.load(Ordering::Relaxed);
        self.kinds.get(wide(kind)).map(|(kind, _)| kind)
    }
}

/// Where the row of a record comes from.
#[derive(Clone, Copy, Debug)]
pub enum RowSource<'b> {
    /// The record was rejected.
    Rejected(&'b [Fault]),
    /// The row is that of the note beside the other notes.
    Note(BatchNote<'b>),
    /// The row is that of a kind of simple notes, apart from what it shows of the note itself and the ids of others.
    Simple(SimpleNote),
}

/// A simple note: its row is like that of all notes of its kind.
#[derive(Clone, Copy, Debug)]
pub struct SimpleNote {
    /// Index of the kind, from 0.
    pub kind: usize,
    /// What the kind needs to find the other notes of its row.
    other: Option<u32>,
}

impl<'r> Batch<'r> {
    /// Returns where the row of the record at an index comes from.
    pub fn row_source(&self, index: usize) -> Option<RowSource<'_>> {
        let settlement = self.settled.as_ref().and_then(|settled| settled.results.get(index));
        let load = |number: &AtomicU32| Some(number.load(Ordering::Relaxed)).filter(|number| *number != NONE);
        if let Some(kind) = settlement.and_then(|settlement| load(&settlement.kind)) {
            let other = settlement.and_then(|settlement| load(&settlement.other));
            return Some(RowSource::Simple(SimpleNote { kind: wide(kind), other }));
        }
        Some(match self.record(index)? {
            RecordView::Decided(note) => RowSource::Note(note),
            RecordView::Rejected(faults) => RowSource::Rejected(faults),
        })
    }

    /// Returns the status of a record beside the other notes.
    pub fn status(&self, index: usize) -> Status {
        let Some(RecordView::Decided(note)) = self.record(index) else { return Status::Rejected };
        match self.settled.as_ref().and_then(|settled| settled.kind_of(index)) {
            Some(kind) => self.status_of_kind(kind),
            None => note.status(),
        }
    }

    fn status_of_kind(&self, kind: &Kind) -> Status {
        let edit = kind.mark.and_then(|mark| self.set.edits.get(mark.edit()));
        match (kind.result, &self.decisions.get(kind.decision).verdict) {
            _ if edit.is_some_and(|edit| edit.then == Some(Then::Strike)) => Status::NonBillable,
            (SimpleResult::AsDecided, Verdict::NonBillable) => Status::NonBillable,
            (SimpleResult::Alone { .. } | SimpleResult::Carries | SimpleResult::Bundled, _) => Status::Billable,
            (SimpleResult::AsDecided | SimpleResult::Held { .. } | SimpleResult::PayersDiffer { .. }, _) => {
                Status::Held
            }
        }
    }

    /// Returns the number of shown records with each status.
    pub fn statuses(&self) -> BTreeMap<Status, u64> {
        let mut statuses: BTreeMap<Status, u64> = Status::ALL.map(|status| (status, 0)).into();
        if self.shows_a_month() {
            self.shown_records().for_each(|index| *statuses.entry(self.status(index)).or_default() += 1);
            return statuses;
        }
        let mut left = count(self.len());
        let mut add = |status: Status, records: u64| {
            *statuses.entry(status).or_default() += records;
            left -= records;
        };
        if let Some(settled) = &self.settled {
            for ((kind, _), notes) in settled.kinds.iter().zip(&settled.counts) {
                add(self.status_of_kind(kind), *notes);
            }
        }
        self.notes_with_share().for_each(|note| add(note.status(), 1));
        *statuses.entry(Status::Rejected).or_default() += left;
        statuses
    }

    /// Returns the number of kinds of simple notes.
    pub fn kinds(&self) -> usize {
        self.settled.as_ref().map_or(0, |settled| settled.kinds.len())
    }

    /// Returns a small batch with an example of a kind of simple notes, and the index of the example in it. The batch
    /// has the notes of the example's client and date, but no texts of them.
    pub fn example(&self, kind: usize) -> Option<(Batch<'r>, usize)> {
        let settled = self.settled.as_ref()?;
        let (kind, example) = settled.kinds.get(kind)?;
        if kind.result == SimpleResult::AsDecided {
            // It does not depend on the other notes of its day, of which there may be very many.
            return Some((self.subset([wide(example.index)]), 0));
        }
        let mut notes = settled.by_client.order.get(wide(example.first)..wide(example.end))?.to_vec();
        notes.sort_unstable();
        let position = notes.binary_search(&example.index).ok()?;
        Some((self.subset(notes.into_iter().map(wide)), position))
    }

    /// Returns the index of the note that carries the day's unit, if the row of a simple note names it.
    pub fn carrier_in_row(&self, note: SimpleNote) -> Option<usize> {
        let (kind, _) = self.settled.as_ref()?.kinds.get(note.kind)?;
        note.other.filter(|_| kind.result == SimpleResult::Bundled).map(wide)
    }

    /// Returns the indexes of the other notes that the row of a simple note names: the one that carries the day's unit, the
    /// nearest ones that name another payer, or those of the services beside which its own stands.
    pub fn named_in_row(&self, index: usize, note: SimpleNote) -> Vec<usize> {
        if let Some(carrier) = self.carrier_in_row(note) {
            return vec![carrier];
        }
        let (Some(settled), Some(first)) = (&self.settled, note.other) else { return Vec::new() };
        let own = self.note(index);
        let service = |note: BatchNote<'_>| match note.evaluation().verdict {
            Verdict::Billable(service, _) => Some(service),
            _ => None,
        };
        let of_day = settled.by_client.order.iter().skip(wide(first)).filter_map(|index| self.note(wide(*index)));
        let of_day = of_day
            .take_while(|note| own.is_some_and(|own| (note.client_id(), note.date()) == (own.client_id(), own.date())));
        if settled.kind_of(index).is_some_and(|kind| kind.has_advice) {
            let advice = DayAdvice::find(self.set);
            let others = own.and_then(service).and_then(|service| advice.as_ref()?.others(service)).unwrap_or_default();
            let carries = |note: &BatchNote<'_>| {
                let carries = settled.kind_of(note.index).is_some_and(|kind| carries_units(kind.result));
                carries && service(*note).is_some_and(|service| others.contains(&service))
            };
            let mut named: Vec<usize> = of_day.filter(carries).map(|note| note.index).collect();
            named.sort_unstable();
            named.truncate(MAX_NAMED);
            return named;
        }
        let is_there = |note: &BatchNote<'_>| note.mark().is_none() || note.is_held_by_edit();
        let same = of_day.filter(|note| is_there(note) && service(*note) == own.and_then(service));
        let mut notes: Vec<usize> = same.map(|note| note.index).collect();
        if notes.iter().filter_map(|index| self.note(*index)).any(BatchNote::is_held_by_edit) {
            notes.sort_unstable();
        }
        nearest(&notes, notes.iter().position(|note| *note == index).unwrap_or_default())
    }
}
