//! Everything that depends on several notes: pooled minutes, the day's one unit, differing payers, claim lines.
//!
//! A batch keeps a small line for each note and stores repeated texts once. Knows nothing about formats.

mod day;
mod finding;
mod intake;
mod line;
mod names;
mod note;
mod stake;
mod total;

use chrono::NaiveDate;

pub use day::{ClaimLine, ServiceDay};
pub use finding::{Finding, MAX_NAMED};
pub use intake::{UnknownFields, UsedIds};
pub use note::{BatchNote, Earned};
pub use stake::Stake;
pub use total::Total;

use line::Line;
use names::{NameId, Names, Texts};

use crate::decide::{Decisions, Judge};
use crate::facts::{Answer, FactId};
use crate::note::{Note, Rejection};
use crate::rules::RuleSet;

/// The records of all inputs of a run, each decided or rejected, in the order in which they were read.
#[derive(Debug)]
pub struct Batch<'r> {
    set: &'r RuleSet,
    decisions: Decisions<'r>,
    records: Vec<Record>,
    /// Interned names of clients, staff, and activities.
    names: Names,
    /// Ids of the notes; the empty string for a rejected record.
    ids: Texts,
    /// The fact for the role of the staff member, if the rule set declares it.
    staff_role: Option<FactId>,
    /// Other facts whose answers are kept for the rows.
    shown: Vec<FactId>,
    /// The answers to the `shown` facts, record by record.
    answers: Vec<Answer>,
    /// Days by client, date, and service; empty until the batch is rolled up.
    days: Vec<ServiceDay>,
}

/// A record and its position in the inputs.
#[derive(Debug)]
struct Record {
    input: usize,
    number: u64,
    entry: Entry,
}

#[derive(Debug)]
enum Entry {
    Decided(Line),
    Rejected(Box<Rejection>),
}

/// The result for one record.
#[derive(Clone, Copy, Debug)]
pub enum RecordView<'b> {
    /// A note and its decision.
    Decided(BatchNote<'b>),
    /// A record that could not be read as a note.
    Rejected(&'b Rejection),
}

impl<'r> Batch<'r> {
    /// Creates an empty batch. `shown` lists the facts whose answers rows show in addition to their own fields.
    pub fn new(judge: Judge<'r>, shown: &[FactId]) -> Self {
        let set = judge.set();
        Self {
            set,
            decisions: Decisions::new(judge),
            records: Vec::new(),
            names: Names::default(),
            ids: Texts::default(),
            staff_role: set.vocabulary.find("staff_role"),
            shown: shown.to_vec(),
            answers: Vec::new(),
            days: Vec::new(),
        }
    }

    /// Decides a note alone and adds it. `input` is the index of its input, from 0; `number` is its position there,
    /// from 1.
    pub fn add(&mut self, input: usize, number: u64, note: &Note) {
        let head = &note.head;
        let line = Line {
            decision: self.decisions.decide(&note.facts, note.date),
            client: self.names.intern(head.client.as_deref().unwrap_or_default()),
            staff: head.staff.as_deref().map(|staff| self.names.intern(staff)),
            staff_role: self.staff_role.map_or(Answer::Unanswered, |role| note.facts.get(role)),
            activity: head.activity.as_deref().map(|activity| self.names.intern(activity)),
            date: note.date,
            start: head.start,
            minutes: note.minutes,
            day: None,
            units: 0,
            amount: None,
        };
        self.ids.push(head.id.as_deref().unwrap_or_default());
        self.answers.extend(self.shown.iter().map(|fact| note.facts.get(*fact)));
        self.records.push(Record { input, number, entry: Entry::Decided(line) });
    }

    /// Adds a record that could not be read as a note.
    pub fn reject(&mut self, input: usize, number: u64, rejection: Box<Rejection>) {
        self.ids.push("");
        self.answers.extend(self.shown.iter().map(|_| Answer::Unanswered));
        self.records.push(Record { input, number, entry: Entry::Rejected(rejection) });
    }

    /// Determines what each note earns. Notes added after this call earn nothing.
    pub fn roll_up(&mut self) {
        self.days = day::roll_up(self);
    }

    /// Returns the rule set that decides the notes.
    pub fn set(&self) -> &'r RuleSet {
        self.set
    }

    /// Returns the facts whose answers rows show in addition to their own fields.
    pub fn shown_facts(&self) -> &[FactId] {
        &self.shown
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Returns whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Returns the record at an index in the batch, from 0.
    pub fn record(&self, index: usize) -> Option<RecordView<'_>> {
        Some(match &self.records.get(index)?.entry {
            Entry::Decided(line) => RecordView::Decided(BatchNote::new(self, index, line)),
            Entry::Rejected(rejection) => RecordView::Rejected(rejection),
        })
    }

    /// Returns the index of a record's input, from 0, and the record's position in it, from 1.
    pub fn position(&self, index: usize) -> Option<(usize, u64)> {
        self.records.get(index).map(|record| (record.input, record.number))
    }

    /// Returns the note at an index in the batch; `None` for a rejected record.
    pub fn note(&self, index: usize) -> Option<BatchNote<'_>> {
        match self.record(index)? {
            RecordView::Decided(note) => Some(note),
            RecordView::Rejected(_) => None,
        }
    }

    /// Returns an iterator over all notes.
    pub fn notes(&self) -> impl Iterator<Item = BatchNote<'_>> {
        (0..self.len()).filter_map(|index| self.note(index))
    }

    /// Returns the id of a record, if it has one.
    pub fn id(&self, index: usize) -> Option<&str> {
        match self.record(index)? {
            RecordView::Decided(_) => Some(self.ids.get(index)),
            RecordView::Rejected(rejection) => rejection.head.id.as_deref(),
        }
    }

    /// Returns the claim lines, ordered by client, date, payer, and service. Lines without any units are omitted.
    pub fn claim_lines(&self) -> Vec<(&ServiceDay, &ClaimLine)> {
        let lines = self.days.iter().flat_map(|day| day.lines.iter().map(move |line| (day, line)));
        let mut lines: Vec<_> = lines.filter(|(_, line)| line.units > 0).collect();
        lines.sort_by_key(|(day, line)| (self.client(day), day.date, line.payer, day.service));
        lines
    }

    /// Returns the client of a day.
    pub fn client(&self, day: &ServiceDay) -> &str {
        self.names.get(day.client)
    }

    /// Returns the days of a client on a date, one for each service.
    fn days_of(&self, client: NameId, date: NaiveDate) -> impl Iterator<Item = &ServiceDay> {
        let first = self.days.partition_point(|day| (day.client, day.date) < (client, date));
        let rest = self.days.get(first..).unwrap_or_default();
        rest.iter().take_while(move |day| (day.client, day.date) == (client, date))
    }
}
