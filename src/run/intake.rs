//! Inputs → a batch: records are checked and decided on several threads and taken in order, or one by one.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{Input, Options, Strictness, notices};
use crate::batch::{self, BlockOrigin, CheckedBlock, KeptFacts, RecordView};
use crate::cores::Threads;
use crate::decide::{DecisionMemo, Decisions, Judge};
use crate::diagram::Diagram;
use crate::digest::Hashing;
use crate::facts::{FactId, Facts};
use crate::history::{BilledEntry, BilledFile};
use crate::message::{Code, Message};
use crate::note::NoteChecker;
use crate::place::Place;
use crate::read::{FileError, Format, InputHint, Piece, Record, SkippedRow, Slot, Slots, Worker, read_blocks};
use crate::report::{InputRun, SkippedRun};
use crate::roster::Rosters;
use crate::rules::RuleSet;

/// The notes of one batch, decided one by one and then rolled up together.
#[derive(Debug)]
pub struct Batch<'r> {
    set: &'r RuleSet,
    /// The answers that come from settings.
    settings: Facts,
    strictness: Strictness,
    rosters: Arc<Rosters>,
    decisions: Arc<Decisions<'r>>,
    kept: Arc<KeptFacts<'r>>,
    /// For records that are added one by one.
    worker: NoteWorker<'r>,
    decided: batch::Batch<'r>,
}

impl<'r> Batch<'r> {
    /// Creates an empty batch under these rules. `shown` lists the facts whose answers rows show in addition to their
    /// own fields.
    pub fn new(set: &'r RuleSet, diagram: &'r Diagram, strictness: Strictness, shown: &[FactId]) -> Self {
        let presume = !strictness.presume_nothing;
        let decisions = Arc::new(Decisions::new(Judge::new(set, diagram, presume)));
        let kept = Arc::new(KeptFacts::new(set, shown, presume));
        let settings = set.answered();
        let checker = NoteChecker::new(&set.vocabulary, &settings, strictness.known_fields_only);
        Self {
            worker: NoteWorker::new(checker, Arc::clone(&decisions), Arc::clone(&kept)),
            decided: batch::Batch::new(Arc::clone(&decisions), Arc::clone(&kept)),
            set,
            settings,
            strictness,
            rosters: Arc::default(),
            decisions,
            kept,
        }
    }

    /// Sets the day of the run. Without one, no service date is too early or too late.
    #[must_use]
    pub fn as_of(mut self, day: NaiveDate) -> Self {
        self.decided.set_day(day);
        self
    }

    /// Returns the batch with rosters that answer what its notes leave open.
    #[must_use]
    pub fn with_rosters(self, rosters: &Arc<Rosters>) -> Self {
        let NoteWorker { checker, decisions, memo, kept, block } = self.worker;
        let worker = NoteWorker { checker: checker.with_rosters(rosters), decisions, memo, kept, block };
        Self { rosters: Arc::clone(rosters), worker, ..self }
    }

    /// Adds a record of an input, and calls `on_message` if it is rejected. Returns the answers of the note and
    /// of the rosters, without presumptions.
    pub fn add(
        &mut self,
        input: usize,
        name: &str,
        record: &Record<'_>,
        on_message: &mut dyn FnMut(Message),
    ) -> Option<Facts> {
        let answers = self.worker.take(record);
        let block = self.worker.finish();
        self.decided.add_block(
            BlockOrigin { input, name, piece: &Piece { sheet: record.sheet, ..Piece::ALONE } },
            &block,
            on_message,
        );
        let is_note = matches!(self.decided.record(self.decided.records().next_back()?)?, RecordView::Decided(_));
        answers.filter(|_| is_note)
    }

    /// Returns the facts that a roster answered for the note that was added last.
    pub fn last_from_rosters(&self) -> &[FactId] {
        self.worker.checker.from_rosters()
    }

    /// Returns the id of the record that was added last.
    pub fn last_id(&self) -> Option<&str> {
        self.decided.id(self.decided.records().next_back()?)
    }

    /// Adds all records of an input. Calls `on_message` for each that is rejected.
    pub(super) fn read(
        &mut self,
        number: usize,
        input: Input<'_>,
        options: &Options,
        on_message: &mut dyn FnMut(Message),
    ) -> Result<(Format, InputRun), FileError> {
        let Self { set, settings, strictness, rosters, decisions, kept, decided, .. } = self;
        let mut bytes = Hashing::new(input.bytes, options.hash_inputs);
        let before = decided.len();
        decided.begin_input(number);
        // If a JSON document turns out to be malformed, none of its records has been read.
        let mut held_back: Vec<Message> = Vec::new();
        let worker = || {
            let checker = NoteChecker::new(&set.vocabulary, settings, strictness.known_fields_only);
            let checker = checker.with_rosters(rosters);
            NoteWorker::new(checker, Arc::clone(decisions), Arc::clone(kept))
        };
        let mut take = |block: CheckedBlock, piece: &Piece<'_>| {
            let origin = BlockOrigin { input: number, name: &input.name, piece };
            if piece.format == Format::Json {
                decided.add_block(origin, &block, &mut |message| held_back.push(message));
            } else {
                decided.add_block(origin, &block, on_message);
            }
        };
        let wanted = InputHint { format: input.format, sheet: input.sheet.as_deref() };
        let form = read_blocks(&mut bytes, wanted, &*set.vocabulary, options.reading, worker, &mut take)?;
        held_back.into_iter().for_each(&mut *on_message);
        let records = crate::number::count(decided.len() - before);
        let digest = bytes.finish_at_end()?;
        let (mut skipped, orders) = decided.take_notices();
        if let Some(header) = &form.header {
            notices::add_rows_above(&input.name, header, &mut skipped);
        }
        notices::messages(&input.name, &form, &skipped, orders).into_iter().for_each(on_message);
        let skipped = SkippedRun::new(skipped.rows, &skipped.places);
        Ok((form.format, InputRun { name: input.name, digest, records, skipped }))
    }

    /// Calls `on_message` for the fields that the rule set does not know. Returns how many records have each of them.
    pub(super) fn unknown_fields(&self, on_message: &mut dyn FnMut(Message)) -> BTreeMap<String, u64> {
        let unknown = self.decided.unknown_fields();
        // In strict runs, each of these records was already rejected with a message about the field.
        if !self.strictness.known_fields_only {
            unknown.warnings(&*self.set.vocabulary, "the rule set").into_iter().for_each(on_message);
        }
        unknown.named().clone()
    }

    /// Returns messages about ids that hardly differ. `inputs` are the names of the inputs.
    pub(super) fn similar_ids(&self, inputs: &[&str]) -> Vec<Message> {
        notices::similar_ids(&self.decided, inputs)
    }

    /// Rolls up the batch. Calls `on_message` for the fields that the rule set does not know.
    pub fn finish(mut self, on_message: &mut dyn FnMut(Message)) -> batch::Batch<'r> {
        self.unknown_fields(on_message);
        self.decided.replace_history();
        self.decided.roll_up();
        self.decided
    }

    /// Adds what an earlier run billed, before the first record. Returns the positions, from 1, of adjustments of notes that
    /// no earlier run has.
    pub fn add_billed(&mut self, entries: &[BilledEntry]) -> Vec<u64> {
        let mut unknown = Vec::new();
        for (number, entry) in (1..).zip(entries) {
            match entry {
                BilledEntry::Note(note) => self.decided.add_billed(note),
                BilledEntry::Adjustment { id, client, line, action } => {
                    let is_known = self.decided.adjust_billed(id, client, *line, *action);
                    unknown.extend((!is_known).then_some(number));
                }
            }
        }
        unknown
    }

    /// Adds what earlier runs billed. Calls `on_message` for adjustments of notes that no earlier run has.
    pub(super) fn add_history(&mut self, files: Option<&[BilledFile]>, on_message: &mut dyn FnMut(Message)) {
        let Some(files) = files else { return };
        self.decided.want_adjustments();
        for file in files {
            for number in self.add_billed(&file.entries) {
                let text = "no row of an earlier run has the note of this adjustment";
                let help = "give the rows of that run with `--billed` before its adjustments";
                let message = Message::warning(Code::BadField, text).with_place(Place::new(&file.name, 1, 1));
                on_message(Message { record: Some(number), field: Some("id".into()), ..message.help(help) });
            }
        }
    }

    /// Rolls up the batch on several threads.
    pub(super) fn settle(mut self, threads: Threads) -> batch::Batch<'r> {
        self.decided.replace_history();
        self.decided.settle(threads);
        self.decided
    }
}

/// Checks and decides the records of blocks.
#[derive(Debug)]
struct NoteWorker<'r> {
    checker: NoteChecker<'r>,
    decisions: Arc<Decisions<'r>>,
    memo: DecisionMemo,
    kept: Arc<KeptFacts<'r>>,
    block: CheckedBlock,
}

impl<'r> NoteWorker<'r> {
    fn new(checker: NoteChecker<'r>, decisions: Arc<Decisions<'r>>, kept: Arc<KeptFacts<'r>>) -> Self {
        Self { checker, decisions, memo: DecisionMemo::default(), kept, block: CheckedBlock::default() }
    }

    /// Takes a record. Returns the answers of the note; `None` if the record is not a valid one.
    fn take(&mut self, record: &Record<'_>) -> Option<Facts> {
        self.block.count_unknown_fields(record);
        let mut slots = Slots::default();
        match self.checker.check_record(record, &mut slots) {
            Ok(note) => {
                let decision = self.decisions.decide(&mut self.memo, note.facts, note.coded, note.date);
                self.block.add_careful_note(&self.kept, record, &note, decision);
                Some(note.facts.clone())
            }
            Err(rejection) => {
                self.block.add_rejected(&self.kept, record, rejection);
                None
            }
        }
    }
}

impl Worker for NoteWorker<'_> {
    type Output = CheckedBlock;

    fn plain(&mut self, slots: &Slots<'_>, _: usize, unknown: &[&str]) -> bool {
        if self.checker.known_fields_only() && !unknown.is_empty() {
            return false;
        }
        let Ok(note) = self.checker.check(slots) else { return false };
        if note.replaces.is_some() {
            // If there is nothing to replace, a message says where the field stands.
            return false;
        }
        let decision = self.decisions.decide(&mut self.memo, note.facts, note.coded, note.date);
        let id_offset = slots.get(crate::field::FieldId::ID).and_then(Slot::offset);
        self.block.add_note(&self.kept, &note, decision, id_offset);
        self.block.count_unknown(unknown);
        true
    }

    fn record(&mut self, record: Record<'_>) {
        self.take(&record);
    }

    fn skip(&mut self, why: SkippedRow, at: (u64, u64)) {
        self.block.skip(why, at);
    }

    fn finish(&mut self) -> CheckedBlock {
        self.block.take()
    }
}
