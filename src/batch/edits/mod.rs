//! Checks between notes, before anything is rolled up: `[[edit]]` blocks, one file for each check.
//!
//! The checks have a fixed order. A note that is replaced takes part in none. A note that an edit holds or strikes as a
//! `duplicate` takes part in no other. All other checks look at the notes as they were decided one by one, and none sees what
//! another does, so the order of blocks means nothing. Only then is each billable note marked with the edit that decides it: a
//! hold outlasts a strike, and of equal ones the first by id decides.
//!
//! What a check found is kept as groups of notes with a few bits; which other notes a finding names is worked out when a row
//! is written.

mod client_overlap;
mod days;
mod duplicate;
mod future_date;
mod impossible_day;
mod late_filing;
mod long_day;
mod maybe_duplicate;
mod over_limit;
mod overlap;
mod roster_disagrees;
mod staff_overlap;

use chrono::NaiveDate;

use days::{Days, DaysFinder, NoteFlags};
pub(super) use over_limit::{LimitHit, LimitHits};

use super::by_name::{NameShare, NotesByName};
use super::line::{Clock, Line, Mark};
use super::{Batch, BatchNote, NoteFinding};
use crate::cores::{Threads, map_in_order};
use crate::decide::Verdict;
use crate::message::Code;
use crate::number::{narrow, wide};
use crate::rules::{Check, Edit, RuleSet, Scope, Then};

/// What the edits found in a batch.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// Days of a client of which a note is concerned.
    client_days: Days,
    /// Days of a staff member of which a note is concerned.
    staff_days: Days,
    /// The notes that repeat an earlier one, each with the first of its kind; sorted.
    duplicates: Vec<(u32, u32)>,
    /// The notes that a later one replaces, each with that one; sorted.
    replaced: Vec<(u32, u32)>,
    /// Claim lines above a limit.
    pub(super) limits: LimitHits,
    /// The notes that some edit concerns.
    pub(super) concerned: NoteSet,
}

/// A set of notes, one bit each.
#[derive(Debug, Default)]
pub(super) struct NoteSet(Vec<u64>);

impl NoteSet {
    fn insert(&mut self, note: u32) {
        let word = wide(note) / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= 1 << (note % 64);
        }
    }

    #[inline]
    pub(super) fn contains(&self, note: u32) -> bool {
        self.0.get(wide(note) / 64).is_some_and(|bits| bits >> (note % 64) & 1 == 1)
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        let words = (0..).zip(&self.0).filter(|(_, bits)| **bits != 0);
        words.flat_map(|(word, bits)| (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit))
    }
}

impl Extend<u32> for NoteSet {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, notes: I) {
        notes.into_iter().for_each(|note| self.insert(note));
    }
}

/// What one thread found among the notes of some clients or staff members.
#[derive(Debug, Default)]
pub(super) struct Found {
    days: Days,
    duplicates: Vec<(u32, u32)>,
    /// Notes that an edit about a note alone concerns.
    single: Vec<u32>,
}

/// Which checks the edits of a rule set ask for.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    repeats: Repeats,
    maybe_duplicate: bool,
    overlap: bool,
    impossible_day: bool,
    /// The minutes above which a day is a long one.
    long_day: Option<u32>,
}

/// What is done with notes that are the same as an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Repeats {
    /// They are not looked for.
    #[default]
    Unwanted,
    /// They get a finding.
    Found,
    /// They are held or struck, and take part in no other check.
    Removed,
}

impl Wanted {
    fn new(set: &RuleSet, scope: Scope) -> Self {
        let edits = || set.active_edits().map(|(_, edit)| edit).filter(|edit| edit.is_for(scope));
        let has = |wanted: fn(&Check) -> bool| edits().any(|edit| wanted(&edit.check));
        let mut duplicates = edits().filter(|edit| edit.check == Check::Duplicate);
        let repeats = match (has(|check| *check == Check::Duplicate), duplicates.any(Edit::decides)) {
            (false, _) => Repeats::Unwanted,
            (true, false) => Repeats::Found,
            (true, true) => Repeats::Removed,
        };
        Self {
            repeats,
            maybe_duplicate: has(|check| *check == Check::MaybeDuplicate),
            overlap: has(|check| matches!(check, Check::StaffOverlap | Check::ClientOverlap(_))),
            impossible_day: has(|check| *check == Check::ImpossibleDay),
            long_day: has(|check| *check == Check::LongDay).then(|| set.long_day_minutes()),
        }
    }
}

impl Batch<'_> {
    /// Runs the edits over all notes, and marks the billable notes that they hold or strike. Returns the notes by client;
    /// those of one client are sorted by date, then start.
    pub(super) fn run_edits(&mut self, threads: Threads) -> NotesByName {
        let mut edits = Edits { replaced: self.take_replaced(), ..Edits::default() };
        let mut by_client = NotesByName::new(self, |line| line.client);
        let mut aside = NoteSet::default();
        aside.extend(firsts(&edits.replaced));
        let found = self.find(threads, Scope::Client, &mut by_client, &aside);
        if Wanted::new(self.set, Scope::Client).repeats == Repeats::Removed {
            aside.extend(firsts(&found.duplicates));
        }
        edits.concerned.extend(firsts(&edits.replaced).chain(firsts(&found.duplicates)).chain(found.single));
        (edits.client_days, edits.duplicates) = (found.days, found.duplicates);
        edits.duplicates.sort_unstable();
        let staff = Wanted::new(self.set, Scope::Staff);
        if staff.overlap || staff.impossible_day || staff.long_day.is_some() {
            let mut by_staff = NotesByName::new(self, |line| line.staff);
            edits.staff_days = self.find(threads, Scope::Staff, &mut by_staff, &aside).days;
        }
        edits.concerned.extend(edits.client_days.concerned().chain(edits.staff_days.concerned()));
        self.edits = edits;
        let concerned: Vec<u32> = self.edits.concerned.iter().collect();
        self.mark_notes(&concerned);
        by_client
    }

    /// Looks at the notes of one client or staff member after another. Those in `aside` are left out.
    fn find(&self, threads: Threads, scope: Scope, notes: &mut NotesByName, aside: &NoteSet) -> Found {
        let wanted = Wanted::new(self.set, scope);
        let worker = || {
            let mut finder = DaysFinder::new(self, scope, wanted, aside);
            move |share: NameShare<'_>| {
                share.for_each(|_, notes| finder.look_at(notes));
                finder.take()
            }
        };
        let mut all = Found::default();
        let take = |found: Found| {
            all.days.append(found.days);
            all.duplicates.extend(found.duplicates);
            all.single.extend(found.single);
            Ok::<(), std::convert::Infallible>(())
        };
        let Ok(()) = map_in_order(threads, notes.shares(), worker, take);
        all
    }

    /// Marks each billable note among these with the edit that decides it. Returns whether any note is newly marked.
    fn mark_notes(&mut self, notes: &[u32]) -> bool {
        let new = notes.iter().filter(|note| self.lines.get(wide(**note)).is_some_and(|line| line.mark.is_none()));
        let marks: Vec<(u32, Mark)> = new.filter_map(|note| Some((*note, self.mark_of(*note)?))).collect();
        for (note, mark) in &marks {
            self.set_mark(*note, *mark);
        }
        !marks.is_empty()
    }

    /// Marks a note with the edit that decides it.
    pub(super) fn set_mark(&mut self, note: u32, mark: Mark) {
        if let Some(line) = self.lines.get_mut(wide(note)) {
            line.mark = Some(mark);
        }
    }

    /// Returns the edit that holds or strikes a billable note.
    fn mark_of(&self, note: u32) -> Option<Mark> {
        let note = self.note(wide(note)).filter(|note| matches!(note.evaluation().verdict, Verdict::Billable(..)))?;
        let concerning = || note.concerning_edits();
        let with = |then: Then| concerning().find(|(_, edit)| edit.then == Some(then));
        let (index, _) = with(Then::Hold).or_else(|| with(Then::Strike))?;
        Some(Mark::new(index))
    }

    /// Whether the row of a note shows findings of edits.
    pub fn is_concerned(&self, index: usize) -> bool {
        self.edits.concerned.contains(narrow(index))
    }
}

impl<'b> BatchNote<'b> {
    /// Returns the edits that concern this note, with their indexes in the rule set.
    pub(super) fn concerning_edits(self) -> impl Iterator<Item = (usize, &'b Edit)> {
        let edits = self.batch.set.active_edits();
        edits.filter(move |(at, edit)| self.batch.edits.concerns(*at, edit, self))
    }

    /// Whether an edit would keep this note from being billed, whatever the rules decide on it.
    pub fn is_stopped(self) -> bool {
        self.batch.is_concerned(self.index) && self.concerning_edits().any(|(_, edit)| edit.decides())
    }

    /// Returns the edit that keeps this note from being billed.
    pub fn deciding_edit(self) -> Option<&'b Edit> {
        self.batch.set.edits.get(self.mark()?.edit())
    }

    /// Returns the findings of the edits on this note.
    pub fn edit_findings(self) -> Vec<NoteFinding> {
        if !self.batch.is_concerned(self.index) {
            return Vec::new();
        }
        let finding = |(at, edit): (usize, &Edit)| NoteFinding {
            code: edit.check.code(),
            with: self.batch.edits.others(at, edit, self),
            text: self.batch.edits.describe(at, edit, self),
        };
        let replaced = &self.batch.edits.replaced;
        let by = find_first(replaced, narrow(self.index)).map(|by| NoteFinding {
            code: Code::Replaced,
            with: vec![wide(by)],
            text: "a later record replaces this one".into(),
        });
        by.into_iter().chain(self.concerning_edits().map(finding)).collect()
    }
}

impl Edits {
    /// Whether an edit concerns a note.
    fn concerns(&self, at: usize, edit: &Edit, note: BatchNote<'_>) -> bool {
        let days = |scope| if edit.is_for(scope) { self.days(scope).day_of(note, scope) } else { None };
        let any_day = |test: &dyn Fn(days::DayView<'_>) -> bool| {
            [Scope::Client, Scope::Staff].into_iter().any(|scope| days(scope).is_some_and(test))
        };
        match &edit.check {
            Check::Duplicate => find_first(&self.duplicates, narrow(note.index)).is_some(),
            Check::MaybeDuplicate => any_day(&|day| day.flags.has(NoteFlags::MAYBE_DUPLICATE)),
            Check::StaffOverlap => any_day(&|day| day.flags.has(NoteFlags::STAFF_OVERLAP)),
            Check::ClientOverlap(overlap) => any_day(&|day| day.flags.has(NoteFlags::of_overlap(*overlap))),
            Check::ImpossibleDay => any_day(&|day| day.is_impossible),
            Check::LongDay => any_day(&|day| day.is_long),
            Check::FutureDate => future_date::concerns(note),
            Check::LateFiling { payers, months, days_left } => late_filing::concerns(note, payers, *months, *days_left),
            Check::OverLimit { .. } => self.limits.find(at, note.index).is_some(),
            Check::AlreadyBilled => note.already_billed_on().is_some(),
            Check::RosterDisagrees => roster_disagrees::concerns(edit, note),
        }
    }

    /// Says what an edit found of a note.
    fn describe(&self, at: usize, edit: &Edit, note: BatchNote<'_>) -> String {
        match (&edit.check, self.limits.find(at, note.index)) {
            (Check::OverLimit { most, .. }, Some(hit)) => hit.describe(&edit.title, *most),
            (Check::RosterDisagrees, _) => roster_disagrees::describe(edit, note),
            _ => edit.title.clone(),
        }
    }

    /// Returns the other notes that a finding names, at most [`MAX_NAMED`](super::MAX_NAMED).
    fn others(&self, at: usize, edit: &Edit, note: BatchNote<'_>) -> Vec<usize> {
        let mut others: Vec<usize> = match &edit.check {
            Check::Duplicate => find_first(&self.duplicates, narrow(note.index)).map(wide).into_iter().collect(),
            Check::OverLimit { .. } => self.limits.find(at, note.index).map(|hit| hit.others(note)).unwrap_or_default(),
            Check::AlreadyBilled => {
                note.already_billed_on().filter(|carrier| *carrier != note.index).into_iter().collect()
            }
            check => {
                let scopes = [Scope::Client, Scope::Staff].into_iter().filter(|scope| edit.is_for(*scope));
                let days = scopes.filter_map(|scope| self.days(scope).day_of(note, scope));
                days.flat_map(|day| day.others(note, check)).collect()
            }
        };
        others.sort_unstable();
        others.dedup();
        others.truncate(super::MAX_NAMED);
        others
    }

    fn days(&self, scope: Scope) -> &Days {
        match scope {
            Scope::Client => &self.client_days,
            Scope::Staff => &self.staff_days,
        }
    }
}

/// Returns the first number of each pair.
fn firsts(pairs: &[(u32, u32)]) -> impl Iterator<Item = u32> {
    pairs.iter().map(|(first, _)| *first)
}

/// Returns the second number of the pair that begins with a number. The pairs are sorted.
pub(super) fn find_first(pairs: &[(u32, u32)], first: u32) -> Option<u32> {
    let at = pairs.binary_search_by_key(&first, |(first, _)| *first).ok()?;
    pairs.get(at).map(|(_, second)| *second)
}

/// Dates, starts and indexes in the order of a day: by date, then start; notes without a start come last.
pub(super) fn sort_key(line: Option<&Line>, index: u32) -> (NaiveDate, u32, u32) {
    let date = line.and_then(|line| line.date).unwrap_or_default();
    (date, start_key(line), index)
}

fn start_key(line: Option<&Line>) -> u32 {
    line.and_then(|line| line.start).map_or(u32::MAX, Clock::minutes)
}
