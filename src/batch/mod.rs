//! Everything that depends on several notes: pooled minutes, the day's one unit, differing payers, claim lines.
//!
//! A batch keeps a small line for each note and stores repeated texts once. Knows nothing about formats.

mod applied;
mod claim;
mod extra;
mod finding;
mod intake;
mod line;
mod looks;
mod names;
mod note;
mod open;
mod pairs;
mod pool;
mod stake;
mod suppose;
mod total;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

pub use applied::Applied;
pub use claim::{AlsoLine, ClaimLine};
pub use finding::{Finding, MAX_NAMED, NoteFinding};
pub use intake::{UnknownFields, UsedIds};
pub use looks::{PairLook, PairOutcome};
pub use note::{BatchNote, Earned};
pub use pool::{Period, Pool, Standing};
pub use stake::Stake;
pub use total::Total;

use extra::Extras;
use line::Line;
use names::{NameId, Names, Texts};
use open::OpenNotes;

use crate::decide::{Decisions, Judge};
use crate::facts::{Answer, FactId, Facts, STAFF_CREDENTIAL};
use crate::note::{Note, Rejection};
use crate::rules::{PayerId, RuleSet, ServiceId};

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
    /// What few notes say besides their lines.
    extras: Extras,
    /// The fact for the credential of the staff member, if the rule set declares it.
    staff_credential: Option<FactId>,
    /// The services that a pair names.
    in_pairs: BTreeSet<ServiceId>,
    /// The answers that come from settings.
    settings: Facts,
    /// Whether a period to which held notes could add is held itself.
    hold_open: bool,
    /// Pools by client, service and period; empty until the batch is rolled up.
    pools: Vec<Pool>,
    /// Claim lines by client, date, payer and service; empty until the batch is rolled up.
    claims: Vec<ClaimLine>,
    /// Further lines that notes carry, by the index of the note.
    also: BTreeMap<usize, Vec<AlsoLine>>,
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
            extras: Extras::new(set, judge.presumes()),
            staff_credential: set.vocabulary.find(STAFF_CREDENTIAL),
            in_pairs: set
                .pairs
                .iter()
                .flat_map(|pair| pair.terms.these.iter().chain(&pair.terms.others))
                .copied()
                .collect(),
            settings: set.answered(),
            hold_open: !judge.presumes(),
            pools: Vec::new(),
            claims: Vec::new(),
            also: BTreeMap::new(),
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
            extra: self.extras.keep(self.set, note, &mut self.names),
            pool: None,
            claim: None,
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
        let open = OpenNotes::collect(self);
        self.pools = pool::pools(self, &open);
        self.link_pools();
        pairs::apply(self, &open);
        claim::build(self);
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
    pub fn claim_lines(&self) -> Vec<&ClaimLine> {
        let mut lines: Vec<_> = self.claims.iter().filter(|line| line.units > 0).collect();
        lines.sort_by_key(|line| (self.client(line), line.date, line.payer, line.service));
        lines
    }

    /// Returns the client of a claim line.
    pub fn client(&self, line: &ClaimLine) -> &str {
        self.names.get(line.client)
    }

    /// Returns the claim lines of a client, date, payer and service.
    fn claims_of(
        &self,
        client: NameId,
        date: NaiveDate,
        payer: PayerId,
        service: ServiceId,
    ) -> impl Iterator<Item = &ClaimLine> {
        let wanted = (client, date, payer, service);
        let key = |line: &ClaimLine| (line.client, line.date, line.payer, line.service);
        let first = self.claims.partition_point(|line| key(line) < wanted);
        self.claims.iter().skip(first).take_while(move |line| key(line) == wanted)
    }

    /// Returns the pool of a client, service and period. `payer` is given if each payer has a pool of its own.
    fn find_pool(&self, client: NameId, service: ServiceId, period: Period, payer: Option<PayerId>) -> Option<&Pool> {
        let key = |pool: &Pool| (pool.client, pool.service, pool.period);
        let first = self.pools.partition_point(|pool| key(pool) < (client, service, period));
        let mut here = self.pools.iter().skip(first).take_while(|pool| key(pool) == (client, service, period));
        here.find(|pool| payer.is_none_or(|payer| pool.payer == payer))
    }

    /// Returns the pools of a client.
    fn pools_of(&self, client: NameId) -> &[Pool] {
        let first = self.pools.partition_point(|pool| pool.client < client);
        let end = self.pools.partition_point(|pool| pool.client <= client);
        self.pools.get(first..end).unwrap_or_default()
    }

    /// Returns the index of the shadow that applies to a service and payer on a date.
    fn shadow(&self, service: ServiceId, payer: PayerId, date: NaiveDate) -> Option<usize> {
        let shadow = self.set.shadow(&self.settings, service, payer, date)?;
        self.set.shadows.iter().position(|other| other.id == shadow.id)
    }
}

fn line_mut(records: &mut [Record], index: usize) -> Option<&mut Line> {
    match &mut records.get_mut(index)?.entry {
        Entry::Decided(line) => Some(line),
        Entry::Rejected(_) => None,
    }
}
