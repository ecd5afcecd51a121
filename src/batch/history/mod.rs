//! What earlier runs billed: their notes stand before the records of the batch and count as earlier ones in every check.
//!
//! All notes, old and new, are rolled up together, so that what they earn is what one run over all of them would give. Units
//! that were billed stay on the notes that have them as long as they are still earned. How the result differs from what was
//! billed is the list of adjustments; what is then shown is without the notes that were billed already.

mod compare;
mod kept;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::line::{Clock, Entry, Line};
use super::names::NameId;
use super::{Batch, BatchNote};
use crate::decide::{Evaluation, Verdict};
use crate::facts::{Answer, FactId, WrittenAnswer};
use crate::money::Amount;
use crate::number::{narrow, wide};
use crate::read::is_plain_json_text;
use crate::rules::{PayerId, ServiceId};

/// A note of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BilledNote {
    /// The id of the note.
    pub id: String,
    /// The client who was served.
    pub client: String,
    /// The staff member who did the work.
    pub staff: Option<String>,
    /// The service date.
    pub date: NaiveDate,
    /// Minutes after midnight when the work began.
    pub start: Option<u32>,
    /// Documented minutes.
    pub minutes: u16,
    /// What was done, by its name in the vocabulary.
    pub activity: Option<String>,
    /// The session that several clients attended together.
    pub group: Option<String>,
    /// The answers that the row shows in columns of their own.
    pub answers: Vec<(FactId, Answer)>,
    /// What the rules decided on for the note alone.
    pub verdict: Verdict,
    /// What was billed.
    pub lines: Vec<BilledLine>,
    /// Whether the note had been billed by a still earlier run, so that what that run billed stands.
    pub is_repeated: bool,
}

/// A service that an earlier run billed for a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BilledLine {
    /// The service.
    pub service: ServiceId,
    /// The payer.
    pub payer: PayerId,
    /// The service date.
    pub date: NaiveDate,
    /// Number of units.
    pub units: u32,
    /// Dollars; `None` if the units had no known price.
    pub amount: Option<Amount>,
}

/// The notes of earlier runs, and how what they and the new notes come to differs from what was billed.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Number of the notes; they have the first indexes of the batch.
    notes: usize,
    /// The latest note of each id.
    by_id: BTreeMap<String, usize>,
    /// The records that come again, each with the note whose place it takes.
    again: BTreeMap<usize, usize>,
    /// What was billed, by the note that stands for it now.
    pub(super) billed: BTreeMap<usize, Vec<Billed>>,
    pub(super) changes: Vec<Change>,
    /// The notes that were billed already, each with the note on which its unit stands; sorted.
    pub(super) already: Vec<(u32, u32)>,
    /// Whether anything is compared at all.
    is_wanted: bool,
}

/// A billed line, with the client for whom it was billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Billed {
    pub(super) client: NameId,
    pub(super) line: BilledLine,
}

/// A line of a note that differs from what was billed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) note: usize,
    before: Option<Billed>,
    after: Option<Billed>,
}

/// What must be done about a claim line that was billed, or was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The line was billed and is not earned.
    Void,
    /// The line was billed otherwise.
    Replace,
    /// The line was not billed yet.
    Add,
}

impl Action {
    /// Returns the word in the file of adjustments.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Void => "void",
            Self::Replace => "replace",
            Self::Add => "add",
        }
    }
}

/// One line of the adjustments.
#[derive(Clone, Copy, Debug)]
pub struct Adjustment<'b> {
    /// The id of the note.
    pub id: &'b str,
    /// What must be done.
    pub action: Action,
    /// The client.
    pub client: &'b str,
    /// The line: as it was billed if it is voided, else as it should be.
    pub line: BilledLine,
    /// Dollars of the line as it was billed; zero if it was not.
    pub before: Amount,
}

impl History {
    pub(super) fn len(&self) -> usize {
        self.notes
    }

    /// Returns the part of the history that concerns some notes, given by their indexes in ascending order.
    pub(super) fn subset(&self, notes: &[u32]) -> Self {
        let mut part = Self { is_wanted: self.is_wanted, ..Self::default() };
        for (position, index) in notes.iter().enumerate().map(|(position, index)| (position, wide(*index))) {
            part.notes += usize::from(index < self.notes);
            if let Some(billed) = self.billed.get(&index) {
                part.billed.insert(position, billed.clone());
            }
            if let Some(earlier) = self.again.get(&index) {
                part.again.insert(position, *earlier);
            }
        }
        part
    }

    /// Whether what the notes come to is compared with what was billed.
    pub(super) fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    /// Returns the note of an earlier run that has an id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

impl Batch<'_> {
    /// Compares what the notes come to with what earlier runs billed, even if no earlier run is added.
    pub fn want_adjustments(&mut self) {
        self.history.is_wanted = true;
    }

    /// Adds a note of an earlier run. All of them must be added before the first record, the earliest run first.
    pub fn add_billed(&mut self, note: &BilledNote) {
        self.history.is_wanted = true;
        let client = self.names.intern(&note.client, None);
        let staff = note.staff.as_deref().map(|staff| self.names.intern(staff, None));
        let evaluation = Evaluation::of_verdict(note.verdict.clone(), "");
        let group = note.group.as_deref().map(|group| self.names.intern(group, None));
        let extra = self.extras.keep_billed(group, &note.answers);
        let word = |text: &String| WrittenAnswer::Text(text.clone());
        let index = self.lines.len();
        self.lines.push(Line {
            entry: Entry::Decided(self.decisions.keep(Arc::new(evaluation))),
            client: Some(client),
            staff,
            date: Some(note.date),
            activity: note.activity.as_ref().map(|activity| self.words.intern(&word(activity))),
            staff_role: None,
            extra,
            start: note.start.map(Clock::new),
            end: note.start.map(|start| Clock::new(start + u32::from(note.minutes))),
            mark: None,
            minutes: note.minutes,
        });
        self.ids.push_billed(&note.id);
        let texts = [Some(&note.id), Some(&note.client), note.staff.as_ref(), note.group.as_ref()];
        self.has_plain_names &= texts.into_iter().flatten().all(|text| is_plain_json_text(text));
        self.history.notes = self.lines.len();
        let earlier = self.history.by_id.insert(note.id.clone(), index);
        let before = earlier.and_then(|earlier| {
            self.history.again.insert(index, self.rank(earlier));
            self.replace_billed(earlier);
            self.history.billed.remove(&earlier)
        });
        let lines = note.lines.iter().filter(|line| line.units > 0).map(|line| Billed { client, line: *line });
        let billed = if note.is_repeated { before.unwrap_or_default() } else { lines.collect() };
        if !billed.is_empty() {
            self.history.billed.insert(index, billed);
        }
    }

    /// Changes what stands billed for a note of an earlier run, as an adjustment of an earlier run says. Returns `false` if no
    /// earlier run has the note.
    pub fn adjust_billed(&mut self, id: &str, client: &str, line: BilledLine, action: Action) -> bool {
        let Some(index) = self.history.find(id) else { return false };
        let client = self.names.intern(client, None);
        let billed = self.history.billed.entry(index).or_default();
        let is_same = |billed: &Billed| (billed.line.payer, billed.line.service) == (line.payer, line.service);
        billed.retain(|billed| !is_same(billed) || (action == Action::Void && billed.client != client));
        if action != Action::Void {
            billed.push(Billed { client, line });
        }
        true
    }

    /// Lets each record take the place of the note of an earlier run that has its id.
    pub fn replace_history(&mut self) {
        let records = self.records().filter(|index| matches!(self.lines.get(*index), Some(line) if line.is_note()));
        let again = records.filter_map(|index| Some((self.history.find(self.ids.get(index)?)?, index)));
        for (earlier, index) in again.collect::<Vec<_>>() {
            self.replace_billed(earlier);
            self.history.again.insert(index, self.rank(earlier));
            if let Some(billed) = self.history.billed.remove(&earlier) {
                self.history.billed.insert(index, billed);
            }
        }
    }

    /// Returns the rank of a note among all notes: a record that comes again has that of the note whose place it takes.
    pub(super) fn rank(&self, index: usize) -> usize {
        self.history.again.get(&index).copied().unwrap_or(index)
    }

    /// Takes a note of an earlier run out of all checks.
    fn replace_billed(&mut self, index: usize) {
        let decision = self.decisions.keep(Arc::new(Evaluation::of_verdict(Verdict::NonBillable, "")));
        if let Some(line) = self.lines.get_mut(index) {
            // Without a client, a line belongs to no day and no period.
            (line.entry, line.client, line.staff) = (Entry::Decided(decision), None, None);
        }
    }
}

impl BatchNote<'_> {
    /// Whether this is a note of an earlier run.
    pub(super) fn is_billed(self) -> bool {
        self.index < self.batch.history.len()
    }

    /// Returns the note on which what an earlier run billed stands: this one, or another one of its period.
    pub(super) fn already_billed_on(self) -> Option<usize> {
        super::edits::find_first(&self.batch.history.already, narrow(self.index)).map(wide)
    }
}
