//! Everything that depends on several notes: pooled minutes, the day's one unit, differing payers, claim lines.
//!
//! A batch keeps a small line for each record and stores repeated texts once. Knows nothing about formats.

mod applied;
mod by_name;
mod checked;
mod claim;
mod day_advice;
mod edits;
mod extra;
mod finding;
mod history;
mod intake;
mod line;
mod lines;
mod looks;
mod month;
mod names;
mod note;
mod open;
mod pairs;
mod part;
mod pool;
mod settle;
mod shares;
mod similar;
mod simple;
mod skipped;
mod stake;
mod suppose;
mod total;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;
use indexmap::IndexSet;

pub use applied::Applied;
pub use checked::{CheckedBlock, KeptFacts};
pub use claim::{AlsoLine, ClaimLine};
pub use finding::{Finding, MAX_NAMED, NoteFinding};
pub use history::{Action, Adjustment, BilledLine, BilledNote};
pub use intake::{BlockOrigin, UnknownFields};
pub use lines::ClientNumber;
pub use looks::{PairLook, PairOutcome};
pub use note::{BatchNote, Earned};
pub use pool::{Period, Pool, Standing};
pub use settle::{RowSource, SimpleNote};
pub use similar::SimilarIds;
pub use skipped::SkippedRows;
pub use stake::Stake;
pub use total::{Count, Total};

use edits::Edits;
use extra::Extras;
use history::History;
use line::{Clock, Entry, Line};
use names::{Ids, NameId, Names};
use open::OpenNotes;
use pool::HeldNote;
use settle::Settled;
use shares::Shares;
use similar::IdTraits;
use words::Words;

use crate::cores::Threads;
use crate::decide::Decisions;
use crate::facts::{Answer, FactId, Facts, STAFF_CREDENTIAL, WrittenAnswer};
use crate::note::Orders;
use crate::number::{count, wide};
use crate::read::{Fault, is_plain_json_text};
use crate::rules::{PayerId, RuleSet, ServiceId};
use crate::units::PartQuarterHour;

/// The records of all inputs of a run, each decided or rejected, in the order in which they were read.
#[derive(Debug)]
pub struct Batch<'r> {
    set: &'r RuleSet,
    kept: Arc<KeptFacts<'r>>,
    decisions: Arc<Decisions<'r>>,
    lines: Vec<Line>,
    /// Index of the first record of each input.
    inputs: Vec<usize>,
    /// The day of the run; `None` if no check asks for it.
    as_of: Option<NaiveDate>,
    /// Interned names of clients, staff and practitioners.
    names: Names,
    /// Interned words for activities and roles.
    words: Words,
    ids: Ids,
    /// The records that a later one replaces, each with that one.
    replaced: BTreeMap<u32, u32>,
    /// What the edits found; empty until the batch is rolled up or settled.
    edits: Edits,
    /// What earlier runs billed.
    history: History,
    /// Whether the ids and names of all notes stand in JSON as they are.
    has_plain_names: bool,
    /// The distinct lists of faults of rejected records.
    faults: IndexSet<Vec<Fault>>,
    /// The answers to the shown facts, record by record.
    shown_answers: Vec<Answer>,
    /// What few notes say besides their lines.
    extras: Extras,
    unknown: UnknownFields,
    /// Rows of the current input that are no records.
    skipped: SkippedRows,
    /// The dates of the current input whose order is not declared.
    date_orders: Orders,
    /// What the ids of the notes have in common.
    id_traits: IdTraits,
    /// The fact for the credential of the staff member, if the rule set declares it.
    staff_credential: Option<FactId>,
    /// The services that a pair names.
    in_pairs: BTreeSet<ServiceId>,
    /// The answers that come from settings.
    settings: Facts,
    part_quarter_hour: PartQuarterHour,
    /// Whether a period to which held notes could add is held itself.
    hold_open: bool,
    /// What simple notes earn, if the batch was settled on several threads.
    settled: Option<Settled>,
    /// What each note earns that is not settled; empty until the batch is rolled up.
    shares: Shares,
    /// Pools by client, service and period; empty until the batch is rolled up.
    pools: Vec<Pool>,
    /// The payers of notes that edits hold, sorted; empty until the batch is rolled up.
    held: Vec<HeldNote>,
    /// Claim lines by client, date, payer and service; empty until the batch is rolled up.
    claims: Vec<ClaimLine>,
    /// Further lines that notes carry, by the index of the note.
    also: BTreeMap<usize, Vec<AlsoLine>>,
    /// Whether each record is shown; `None` if all are.
    shown: Option<Vec<bool>>,
}

/// The result for one record.
#[derive(Clone, Copy, Debug)]
pub enum RecordView<'b> {
    /// A note and its decision.
    Decided(BatchNote<'b>),
    /// Everything that keeps a record from being a note.
    Rejected(&'b [Fault]),
}

/// What rows show of a record, decided or rejected, as far as it could be read.
#[derive(Clone, Copy, Debug)]
pub struct RecordHead<'b> {
    /// The id of the note.
    pub id: Option<&'b str>,
    /// The client who was served.
    pub client: Option<&'b str>,
    /// The service date.
    pub date: Option<NaiveDate>,
    /// The activity, by its name in the vocabulary.
    pub activity: Option<&'b WrittenAnswer>,
    /// The staff member who did the work.
    pub staff: Option<&'b str>,
    /// The role of the staff member, by its name in the vocabulary.
    pub staff_role: Option<&'b WrittenAnswer>,
    /// Minutes after midnight when the work began.
    pub start: Option<u32>,
    /// Minutes after midnight when the work ended.
    pub end: Option<u32>,
    /// The session that several clients attended together.
    pub group: Option<&'b str>,
}

impl<'r> Batch<'r> {
    /// Creates an empty batch of notes that are decided through `decisions`.
    pub fn new(decisions: Arc<Decisions<'r>>, kept: Arc<KeptFacts<'r>>) -> Self {
        let (judge, set) = (decisions.judge(), decisions.judge().set());
        Self {
            set,
            decisions,
            lines: Vec::new(),
            inputs: Vec::new(),
            as_of: None,
            names: Names::default(),
            words: Words::new(&kept.words),
            ids: Ids::default(),
            replaced: BTreeMap::new(),
            edits: Edits::default(),
            history: History::default(),
            has_plain_names: true,
            faults: IndexSet::default(),
            shown_answers: Vec::new(),
            extras: Extras::new(&kept.extra),
            unknown: UnknownFields::default(),
            skipped: SkippedRows::default(),
            date_orders: Orders::default(),
            id_traits: IdTraits::default(),
            staff_credential: set.vocabulary.find(STAFF_CREDENTIAL),
            in_pairs: set
                .pairs
                .iter()
                .flat_map(|pair| pair.terms.these.iter().chain(&pair.terms.others))
                .copied()
                .collect(),
            settings: set.answered(),
            part_quarter_hour: set.part_quarter_hour(),
            hold_open: !judge.presumes(),
            settled: None,
            shares: Shares::default(),
            pools: Vec::new(),
            held: Vec::new(),
            claims: Vec::new(),
            also: BTreeMap::new(),
            shown: None,
            kept,
        }
    }

    /// Sets the day of the run. Without one, no service date is too early or too late.
    pub fn set_day(&mut self, day: NaiveDate) {
        self.as_of = Some(day);
    }

    /// Begins an input, unless it has begun. Inputs are numbered from 0.
    pub fn begin_input(&mut self, input: usize) {
        while self.inputs.len() <= input {
            self.inputs.push(self.lines.len());
        }
    }

    /// Returns the position of the next record in its input, from 1.
    fn next_number(&self) -> u64 {
        count(self.lines.len() - self.inputs.last().copied().unwrap_or_default()) + 1
    }

    /// Determines what each note earns. Notes added after this call earn nothing.
    pub fn roll_up(&mut self) {
        self.run_edits(Threads::ONE);
        self.roll_up_all();
    }

    /// Rolls up all notes after the edits.
    fn roll_up_all(&mut self) {
        self.shares = Shares::for_all(self.lines.len());
        self.roll_up_shares();
    }

    /// Determines what each note earns that has a share.
    fn roll_up_shares(&mut self) {
        let open = OpenNotes::collect(self);
        (self.pools, self.held) = pool::pools(self, &open);
        self.link_pools();
        pairs::apply(self, &open);
        claim::build(self);
        self.apply_limits();
        self.compare_with_history();
    }

    /// Returns the rule set that decides the notes.
    pub fn set(&self) -> &'r RuleSet {
        self.set
    }

    /// Returns the facts whose answers rows show in addition to their own fields.
    pub fn shown_facts(&self) -> &[FactId] {
        &self.kept.shown
    }

    /// Returns the rows that are no records, and the dates whose order is not declared, since the last call.
    pub fn take_notices(&mut self) -> (SkippedRows, Orders) {
        (std::mem::take(&mut self.skipped), std::mem::take(&mut self.date_orders))
    }

    /// Returns the indexes of the records. Those of notes from earlier runs are below.
    pub fn records(&self) -> Range<usize> {
        self.history.len()..self.lines.len()
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.records().len()
    }

    /// Returns whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.records().is_empty()
    }

    /// Returns the fields of the records that the rule set does not know.
    pub fn unknown_fields(&self) -> &UnknownFields {
        &self.unknown
    }

    /// Returns the record at an index in the batch, from 0.
    pub fn record(&self, index: usize) -> Option<RecordView<'_>> {
        let line = self.lines.get(index)?;
        Some(match line.entry {
            Entry::Decided(decision) => RecordView::Decided(BatchNote::new(self, index, line, decision)),
            Entry::Rejected(fault) => RecordView::Rejected(self.faults.get_index(wide(fault))?),
        })
    }

    /// Returns what rows show of a record.
    pub fn head(&self, index: usize) -> Option<RecordHead<'_>> {
        let line = self.lines.get(index)?;
        Some(RecordHead {
            id: self.ids.get(index),
            client: line.client.map(|client| self.names.get(client)),
            date: line.date,
            activity: line.activity.and_then(|activity| self.words.get(activity)),
            staff: line.staff.map(|staff| self.names.get(staff)),
            staff_role: line.staff_role.and_then(|staff_role| self.words.get(staff_role)),
            start: line.start.map(Clock::minutes),
            end: line.end.map(Clock::minutes),
            group: self.extras.get(line.extra).group.map(|group| self.names.get(group)),
        })
    }

    /// Returns the answers to the shown facts of a record, each with its fact.
    pub fn shown_answers(&self, index: usize) -> impl Iterator<Item = (FactId, Answer)> {
        let shown = self.shown_facts();
        let record = index.saturating_sub(self.history.len());
        let answers = self.shown_answers.iter().skip(record.saturating_mul(shown.len()));
        shown.iter().copied().zip(answers.copied())
    }

    /// Returns the index of a record's input, from 0, and the record's position in it, from 1.
    pub fn position(&self, index: usize) -> Option<(usize, u64)> {
        self.lines.get(index)?;
        let input = self.inputs.partition_point(|first| *first <= index).checked_sub(1)?;
        Some((input, count(index - self.inputs.get(input)?) + 1))
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
        self.records().filter_map(|index| self.note(index))
    }

    /// Returns an iterator over the notes that have a share.
    pub fn notes_with_share(&self) -> impl Iterator<Item = BatchNote<'_>> {
        self.shares.indexes().filter_map(|index| self.note(index))
    }

    /// Whether all texts of notes that rows show stand in JSON as they are.
    pub fn has_plain_texts(&self) -> bool {
        let shown = self.shown_facts().iter().flat_map(|fact| self.set.vocabulary.fact(*fact).values());
        let mut words = self.words.texts().chain(shown.map(String::as_str));
        self.has_plain_names && words.all(is_plain_json_text)
    }

    /// Returns the id of a record, if it has one.
    pub fn id(&self, index: usize) -> Option<&str> {
        self.ids.get(index)
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
