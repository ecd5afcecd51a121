//! The notes of one client or staff member on one date: which days are looked at, and what was found.

use chrono::NaiveDate;

use super::overlap::Interval;
use super::{
    Found, NoteSet, Repeats, Wanted, client_overlap, duplicate, find_first, future_date, impossible_day, late_filing,
    long_day, maybe_duplicate, staff_overlap,
};
use crate::batch::line::{Clock, Entry, Line, WordId};
use crate::batch::names::NameId;
use crate::batch::{Batch, BatchNote, MAX_NAMED};
use crate::decide::Verdict;
use crate::number::{narrow, wide};
use crate::rules::{Check, Overlap, PayerId, Scope, Unit};

/// Days on which a note is concerned, ordered by name and date.
#[derive(Debug, Default)]
pub(super) struct Days {
    /// The notes of the days, one day after another; those of one day in the order of the day.
    notes: Vec<u32>,
    /// What was found of each of these notes.
    flags: Vec<NoteFlags>,
    list: Vec<Day>,
}

/// A day on which a note is concerned.
#[derive(Clone, Copy, Debug)]
struct Day {
    /// Where the notes of the day end.
    end: u32,
    is_impossible: bool,
    is_long: bool,
}

/// What was found of a note on its day, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NoteFlags(u8);

impl NoteFlags {
    pub(super) const NONE: Self = Self(0);
    pub(super) const MAYBE_DUPLICATE: Self = Self(1);
    pub(super) const STAFF_OVERLAP: Self = Self(1 << 1);
    /// It overlaps a note of the same staff member, or one whose minutes are billed to the same payer.
    pub(super) const SAME_STAFF_OR_PAYER: Self = Self(1 << 2);
    /// It overlaps any other note of its client.
    pub(super) const OTHER_OVERLAP: Self = Self(1 << 3);

    pub(super) fn of_overlap(overlap: Overlap) -> Self {
        match overlap {
            Overlap::SameStaffOrPayer => Self::SAME_STAFF_OR_PAYER,
            Overlap::Other => Self::OTHER_OVERLAP,
        }
    }

    pub(super) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    /// Adds a flag where a condition holds.
    pub(super) fn add_if(&mut self, condition: bool, flag: Self) {
        if condition {
            self.0 |= flag.0;
        }
    }
}

/// The day of a note, as findings need it.
#[derive(Clone, Copy)]
pub(super) struct DayView<'d> {
    notes: &'d [u32],
    /// Position of the note among the notes of the day.
    position: usize,
    pub(super) flags: NoteFlags,
    pub(super) is_impossible: bool,
    pub(super) is_long: bool,
}

/// A note as the checks of a day see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct DayNote {
    pub(super) index: u32,
    /// What tells which of two notes is the earlier one.
    pub(super) rank: u32,
    pub(super) client: Option<NameId>,
    pub(super) staff: Option<NameId>,
    pub(super) group: Option<NameId>,
    pub(super) start: Option<Clock>,
    pub(super) minutes: u16,
    pub(super) activity: Option<WordId>,
    /// Index of the payer, if the note alone is billed by its minutes.
    pub(super) timed_payer: Option<u16>,
}

impl DayNote {
    fn new(batch: &Batch<'_>, index: u32) -> Option<Self> {
        let line = batch.lines.get(wide(index))?;
        Some(Self {
            index,
            rank: narrow(batch.rank(wide(index))),
            client: line.client,
            staff: line.staff,
            group: batch.extras.get(line.extra).group,
            start: line.start,
            minutes: line.minutes,
            activity: line.activity,
            timed_payer: timed_payer(batch, line).and_then(|payer| u16::try_from(payer.index()).ok()),
        })
    }

    /// Returns when the note begins and ends; `None` if it gives no time.
    pub(super) fn interval(&self) -> Option<Interval> {
        let start = self.start.map(Clock::minutes);
        start.map(|start| Interval { start, end: start + u32::from(self.minutes) })
    }
}

/// Returns the payer of a note that is billed by its minutes: in quarter hours, or by a count of minutes.
fn timed_payer(batch: &Batch<'_>, line: &Line) -> Option<PayerId> {
    let Entry::Decided(decision) = line.entry else { return None };
    let Verdict::Billable(service, payer) = batch.decisions.get(decision).verdict else { return None };
    let is_timed = batch.set.service(service).unit == Unit::QuarterHour
        || batch.set.counts.iter().any(|count| count.notes == service && count.steps.reached_at(1) > 1);
    is_timed.then_some(payer)
}

impl Days {
    /// Adds days that come after these.
    pub(super) fn append(&mut self, mut other: Self) {
        let before = narrow(self.notes.len());
        self.list.extend(other.list.into_iter().map(|day| Day { end: day.end + before, ..day }));
        self.notes.append(&mut other.notes);
        self.flags.append(&mut other.flags);
    }

    /// Returns the notes that are concerned.
    pub(super) fn concerned(&self) -> impl Iterator<Item = u32> {
        (0..self.list.len()).flat_map(|day| {
            let all = self.list.get(day).is_some_and(|day| day.is_impossible || day.is_long);
            let range = self.range(day);
            let flags = self.flags.get(range.clone()).unwrap_or_default();
            let notes = self.notes.get(range).unwrap_or_default().iter().zip(flags);
            notes.filter(move |(_, flags)| all || **flags != NoteFlags::NONE).map(|(note, _)| *note)
        })
    }

    fn range(&self, day: usize) -> std::ops::Range<usize> {
        let end = |day: usize| self.list.get(day).map_or(0, |day| wide(day.end));
        day.checked_sub(1).map_or(0, end)..end(day)
    }

    /// Returns the day of a note, if some note of it is concerned.
    pub(super) fn day_of(&self, note: BatchNote<'_>, scope: Scope) -> Option<DayView<'_>> {
        let line = |index: u32| note.batch.lines.get(wide(index));
        let key = |index: u32| line(index).map(|line| (name(line, scope), line.date));
        let wanted = key(narrow(note.index));
        let first = |day: usize| self.notes.get(self.range(day).start).copied();
        // The days are ordered, so the day is found by halving.
        let (mut low, mut high) = (0, self.list.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if first(middle).and_then(key) < wanted { low = middle + 1 } else { high = middle }
        }
        let day = self.list.get(low).filter(|_| first(low).and_then(key) == wanted)?;
        let range = self.range(low);
        let notes = self.notes.get(range.clone())?;
        let order = |index: u32| super::sort_key(line(index), index);
        let own = order(narrow(note.index));
        let position = notes.binary_search_by_key(&own, |index| order(*index)).ok()?;
        let flags = self.flags.get(range)?.get(position).copied()?;
        Some(DayView { notes, position, flags, is_impossible: day.is_impossible, is_long: day.is_long })
    }

    fn push(&mut self, notes: &[DayNote], flags: &[NoteFlags], is_impossible: bool, is_long: bool) {
        self.notes.extend(notes.iter().map(|note| note.index));
        self.flags.extend_from_slice(flags);
        self.list.push(Day { end: narrow(self.notes.len()), is_impossible, is_long });
    }
}

fn name(line: &Line, scope: Scope) -> Option<NameId> {
    match scope {
        Scope::Client => line.client,
        Scope::Staff => line.staff,
    }
}

/// Most notes that are looked at to name others. Only where thousands of notes of one group or staff member stand between
/// two notes that concern each other are fewer named than there are.
const MAX_LOOKS: usize = 4_096;

impl DayView<'_> {
    /// Returns the nearest other notes of the day that a check compares with this one.
    pub(super) fn others(self, note: BatchNote<'_>, check: &Check) -> Vec<usize> {
        let Some(own) = DayNote::new(note.batch, narrow(note.index)) else { return Vec::new() };
        let concerns = |other: &DayNote| match check {
            Check::MaybeDuplicate => maybe_duplicate::may_be_same(&own, other),
            Check::StaffOverlap => staff_overlap::is_overlap(&own, other),
            Check::ClientOverlap(overlap) => client_overlap::kind(&own, other) == Some(*overlap),
            Check::ImpossibleDay => self.is_impossible,
            Check::LongDay => self.is_long,
            _ => false,
        };
        let (before, rest) = self.notes.split_at(self.position);
        let after = rest.get(1..).unwrap_or_default();
        let mut found = Vec::new();
        // The nearest notes on both sides, in turn.
        let (mut backward, mut forward) = (before.iter().rev(), after.iter());
        for _ in 0..MAX_LOOKS {
            let (one, other) = (backward.next(), forward.next());
            if (one.is_none() && other.is_none()) || found.len() >= MAX_NAMED {
                break;
            }
            let notes = one.into_iter().chain(other).filter_map(|index| DayNote::new(note.batch, *index));
            found.extend(notes.filter(&concerns).map(|other| wide(other.index)));
        }
        found.truncate(MAX_NAMED);
        found
    }
}

/// Most notes of one name whose keys are kept while they are sorted.
const MAX_KEPT_KEYS: usize = 1 << 14;

/// Looks at the days of one client or staff member after another, on one thread.
pub(super) struct DaysFinder<'s, 'r> {
    batch: &'s Batch<'r>,
    scope: Scope,
    wanted: Wanted,
    /// Notes that take part in no check.
    aside: &'s NoteSet,
    /// Service dates up to this one may be too late to be billed.
    late: Option<NaiveDate>,
    found: Found,
    day: Vec<DayNote>,
}

impl<'s, 'r> DaysFinder<'s, 'r> {
    pub(super) fn new(batch: &'s Batch<'r>, scope: Scope, wanted: Wanted, aside: &'s NoteSet) -> Self {
        let late = late_filing::last_late_date(batch);
        Self { batch, scope, wanted, aside, late, found: Found::default(), day: Vec::new() }
    }

    /// Returns what was found since the last call.
    pub(super) fn take(&mut self) -> Found {
        std::mem::take(&mut self.found)
    }

    /// Sorts the notes of one name by date and start, and looks at each of its days.
    pub(super) fn look_at(&mut self, notes: &mut [u32]) {
        self.sort(notes);
        if self.scope == Scope::Client {
            self.look_at_each(notes);
        }
        let batch = self.batch;
        let date = |index: &u32| batch.lines.get(wide(*index)).and_then(|line| line.date);
        for day in notes.chunk_by(|one, other| date(one) == date(other)) {
            if self.is_suspicious(day) {
                self.look_at_day(day);
            }
        }
    }

    fn sort(&self, notes: &mut [u32]) {
        let key = |index: &u32| super::sort_key(self.batch.lines.get(wide(*index)), *index);
        if notes.is_sorted_by_key(key) {
            return;
        }
        // Keys are kept while a few notes are sorted, not while there are very many.
        if notes.len() < MAX_KEPT_KEYS { notes.sort_by_cached_key(key) } else { notes.sort_unstable_by_key(key) }
    }

    /// Looks at what concerns each note alone: its date, and what rosters say of it.
    fn look_at_each(&mut self, notes: &[u32]) {
        let (batch, as_of) = (self.batch, self.batch.as_of);
        for index in notes {
            let Some(line) = batch.lines.get(wide(*index)) else { continue };
            let is_dated = (as_of.is_some() && line.date > as_of) || (self.late.is_some() && line.date <= self.late);
            let has_disagreement = !batch.extras.get(line.extra).disagreements.is_empty();
            let is_new = wide(*index) >= batch.history.len();
            if (is_dated || has_disagreement) && is_new && !self.aside.contains(*index) {
                let concerns = |note: BatchNote<'_>| {
                    has_disagreement || future_date::concerns(note) || late_filing::may_concern(note)
                };
                self.found.single.extend(batch.note(wide(*index)).is_some_and(concerns).then_some(*index));
            }
        }
    }

    /// Whether anything may be found on a day: most days have notes one after another, all with their times.
    fn is_suspicious(&self, day: &[u32]) -> bool {
        let (mut end, mut minutes, mut is_suspicious) = (0, 0, false);
        for index in day {
            let Some(line) = self.batch.lines.get(wide(*index)) else { continue };
            let length = u32::from(line.minutes);
            minutes += length;
            let start = line.start.map(Clock::minutes);
            // Notes are ordered by their start, so a note that begins before an earlier one ends overlaps it.
            is_suspicious |= day.len() > 1 && (start.is_none_or(|start| start < end) || line.staff.is_none());
            end = end.max(start.unwrap_or_default() + length);
        }
        is_suspicious || minutes > impossible_day::MINUTES || self.wanted.long_day.is_some_and(|most| minutes > most)
    }

    fn look_at_day(&mut self, day: &[u32]) {
        self.day.clear();
        // A day can have very many notes, so allocate for exactly these.
        self.day.reserve_exact(day.len());
        let notes = day.iter().filter(|index| !self.aside.contains(**index));
        self.day.extend(notes.filter_map(|index| DayNote::new(self.batch, *index)));
        if self.scope == Scope::Client && self.wanted.repeats != Repeats::Unwanted {
            let found = duplicate::find(&self.day);
            if self.wanted.repeats == Repeats::Removed {
                self.day.retain(|note| find_first(&found, note.index).is_none());
            }
            self.found.duplicates.extend(found);
        }
        let mut flags = vec![NoteFlags::NONE; self.day.len()];
        match self.scope {
            Scope::Client => {
                if self.wanted.maybe_duplicate {
                    maybe_duplicate::find(&self.day, &mut flags);
                }
                if self.wanted.overlap {
                    client_overlap::find(&self.day, &mut flags);
                }
            }
            Scope::Staff if self.wanted.overlap => staff_overlap::find(&self.day, &mut flags),
            Scope::Staff => {}
        }
        let minutes = impossible_day::minutes(&self.day, self.scope);
        let is_impossible = self.wanted.impossible_day && impossible_day::is_impossible(minutes);
        let is_long = !is_impossible && self.wanted.long_day.is_some_and(|most| long_day::is_long(minutes, most));
        if is_impossible || is_long || flags.iter().any(|flags| *flags != NoteFlags::NONE) {
            self.found.days.push(&self.day, &flags, is_impossible, is_long);
        }
        self.day.clear();
        self.day.shrink_to(MAX_KEPT_KEYS);
    }
}
