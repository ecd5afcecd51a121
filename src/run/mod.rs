//! The whole pipeline: takes rule files and inputs, and returns a report.
//!
//! Uses no terminal, clock or paths: the caller opens the files and supplies the date.

mod ready;

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

pub use ready::{Ready, is_hidden, is_rule_file, rules};

use crate::batch::{self, UnknownFields, UsedIds};
use crate::decide::Judge;
use crate::diagram::Diagram;
use crate::facts::Facts;
use crate::message::{Code, Message};
use crate::note::{Rejection, check};
use crate::place::Place;
use crate::read::{FileError, Format, Record, open};
use crate::report::{Columns, InputRun, Program, Report, RulesRun, Run};
use crate::rules::RuleSet;

/// This program, with the SHA-256 of its sources.
pub const PROGRAM: Program = Program {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    fingerprint: env!("ACTBILL_FINGERPRINT"),
};

/// Returns the SHA-256 of bytes as hex text.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// One input.
pub struct Input<'i> {
    /// Name of the input in messages and in the run.
    pub name: String,
    /// Format of the input, if it is given or known from the name.
    pub format: Option<Format>,
    /// Contents of the input.
    pub bytes: Box<dyn Read + 'i>,
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("name", &self.name).field("format", &self.format).finish_non_exhaustive()
    }
}

/// How strict a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strictness {
    /// Whether no answer is presumed.
    pub presume_nothing: bool,
    /// Whether a field that the rule set does not know rejects its record.
    pub known_fields_only: bool,
}

impl From<bool> for Strictness {
    /// Sets both flags to the same value.
    fn from(strict: bool) -> Self {
        Self { presume_nothing: strict, known_fields_only: strict }
    }
}

/// Options of a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How strict the run is.
    pub strictness: Strictness,
    /// The date the run is made for. It is recorded with the run and does not affect decisions.
    pub as_of: NaiveDate,
    /// Additional facts to show in rows.
    pub columns: Columns,
}

/// Classifies all records of all inputs as one batch. Returns the report and the format of the first input. Calls `on_message`
/// for each rejected record and each unknown field.
///
/// If an input cannot be read to its end, returns an error and no rows at all.
pub fn classify<'r>(
    ready: &'r Ready,
    inputs: Vec<Input<'_>>,
    options: &Options,
    on_message: &mut dyn FnMut(Message),
) -> Result<(Report<'r>, Format), Message> {
    let set = &ready.set;
    ready.warnings().into_iter().for_each(&mut *on_message);
    let mut batch = Batch::new(set, &ready.diagram, options.strictness).with_columns(&options.columns);
    let (mut runs, mut first) = (Vec::new(), None);
    for (at, input) in inputs.into_iter().enumerate() {
        let name = input.name.clone();
        let mut add = |batch: &mut Batch<'_>, record: &Record<'_>| drop(batch.add(at, &name, record, on_message));
        let (format, run) = read(&mut batch, input, &mut add).map_err(|error| file_message(&name, error))?;
        if run.records == 0 {
            let place = Place { file: run.name.clone(), line: 1, column: 1 };
            let help = "if there should be notes, check how the input was exported";
            on_message(Message::warning(Code::NoNotes, "the input holds no notes").with_place(place).help(help));
        }
        first.get_or_insert(format);
        runs.push(run);
    }
    let (batch, unknown) = batch.finish(on_message);
    let report = Report::new(run(set, runs, options, unknown), batch);
    Ok((report, first.unwrap_or(Format::Json)))
}

fn run(set: &RuleSet, inputs: Vec<InputRun>, options: &Options, unknown_fields: BTreeMap<String, u64>) -> Run {
    Run {
        program: PROGRAM,
        rules: RulesRun::new(set),
        inputs,
        as_of: options.as_of.to_string(),
        presume_nothing: options.strictness.presume_nothing,
        known_fields_only: options.strictness.known_fields_only,
        settings: Run::settings(set),
        presumptions: if options.strictness.presume_nothing { BTreeMap::new() } else { Run::presumptions(set) },
        unknown_fields,
    }
}

/// The notes of one batch, decided one by one and then rolled up together.
#[derive(Debug)]
pub struct Batch<'r> {
    set: &'r RuleSet,
    /// The answers that come from settings.
    settings: Facts,
    /// Whether nothing is presumed, and whether unknown fields reject their records.
    strictness: Strictness,
    ids: UsedIds,
    unknown: UnknownFields,
    judge: Judge<'r>,
    decided: batch::Batch<'r>,
}

impl<'r> Batch<'r> {
    /// Creates an empty batch under these rules.
    pub fn new(set: &'r RuleSet, diagram: &'r Diagram, strictness: Strictness) -> Self {
        let judge = Judge::new(set, diagram, !strictness.presume_nothing);
        Self {
            set,
            settings: set.answered(),
            strictness,
            ids: UsedIds::default(),
            unknown: UnknownFields::default(),
            judge,
            decided: batch::Batch::new(judge, &[]),
        }
    }

    /// Returns the empty batch with these columns added to its rows.
    #[must_use]
    pub fn with_columns(self, columns: &Columns) -> Self {
        Self { decided: batch::Batch::new(self.judge, columns.facts()), ..self }
    }

    /// Adds a record of an input, and calls `on_message` if it is rejected. Returns the note's own answers, without
    /// presumptions.
    pub fn add(
        &mut self,
        input: usize,
        name: &str,
        record: &Record<'_>,
        on_message: &mut dyn FnMut(Message),
    ) -> Option<Facts> {
        self.unknown.count(name, record);
        let note = check(record, &self.set.vocabulary, &self.settings, self.strictness.known_fields_only);
        match self.ids.check(record, note) {
            Ok(note) => {
                self.decided.add(input, record.number, &note);
                Some(note.facts)
            }
            Err(rejection) => {
                on_message(rejected(name, record, &rejection));
                self.decided.reject(input, record.number, rejection);
                None
            }
        }
    }

    /// Returns the id of the record that was added last.
    pub fn last_id(&self) -> Option<&str> {
        self.decided.id(self.decided.len().checked_sub(1)?)
    }

    /// Rolls up the batch. Calls `on_message` for each unknown field, and returns how many records have each of them.
    pub fn finish(mut self, on_message: &mut dyn FnMut(Message)) -> (batch::Batch<'r>, BTreeMap<String, u64>) {
        // In strict runs, each of these records was already rejected with a message about the field.
        if !self.strictness.known_fields_only {
            self.unknown.warnings(&self.set.vocabulary).into_iter().for_each(on_message);
        }
        self.decided.roll_up();
        (self.decided, self.unknown.into_named())
    }
}

/// Reads an input record by record. An error concerns the whole input.
pub fn read(
    batch: &mut Batch<'_>,
    input: Input<'_>,
    add: &mut dyn FnMut(&mut Batch<'_>, &Record<'_>),
) -> Result<(Format, InputRun), FileError> {
    let mut bytes = Hashing { inner: input.bytes, hash: Sha256::new() };
    let (format, mut opened) = open(BufReader::new(&mut bytes), input.format)?;
    let records = format.read(&mut opened, &batch.set.vocabulary, &mut |record| add(batch, &record))?;
    drop(opened);
    let sha256 = hex::encode(bytes.hash.finalize());
    Ok((format, InputRun { name: input.name, sha256, records }))
}

/// Builds the message for a rejected record, at its place.
fn rejected(name: &str, record: &Record<'_>, rejection: &Rejection) -> Message {
    let fault = rejection.fault.clone();
    let (line, column) = record.line_and_column(fault.offset);
    let place = Place { file: name.to_owned(), line, column };
    let message = Message::error(fault.code, fault.text).with_place(place).help(fault.help);
    Message { record: Some(record.number), field: fault.field, ..message }
}

/// Converts the error of a file to a message, at its place if it has one.
pub fn file_message(name: &str, error: FileError) -> Message {
    let place = Place { file: name.to_owned(), line: error.line.unwrap_or(1), column: error.column };
    Message::error(error.code, error.text).with_place(place).help(error.help)
}

/// A reader that hashes the bytes it passes on.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}
