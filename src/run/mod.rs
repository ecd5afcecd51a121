//! The whole pipeline: takes rule files and inputs, and returns a report.
//!
//! Uses no terminal, clock or paths: the caller opens the files and supplies the date.

mod billed;
mod intake;
mod notices;
mod ready;
mod rosters;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use chrono::NaiveDate;

pub use billed::read_billed;
pub use intake::Batch;
pub use ready::{Ready, is_hidden, is_rule_file, rules};
pub use rosters::{LoadedRosters, read_rosters};

use crate::effective::Month;
use crate::history::BilledFile;
use crate::message::{Code, Message};
use crate::place::Place;
use crate::read::{Fault, FileError, Format, InputHint, Reading, Record, read_records};
use crate::report::{Columns, InputRun, Program, Report, RulesRun, Run};
use crate::rules::RuleSet;

/// This program, with the SHA-256 of its sources.
pub const PROGRAM: Program = Program {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    fingerprint: env!("ACTBILL_FINGERPRINT"),
};

/// One input.
pub struct Input<'i> {
    /// Name of the input in messages and in the run.
    pub name: String,
    /// Format of the input, if it is given or known from the name.
    pub format: Option<Format>,
    /// The sheet of a workbook to read; `None` for the first one that has a header row.
    pub sheet: Option<String>,
    /// Contents of the input.
    pub bytes: Box<dyn Read + Send + 'i>,
}

impl<'i> Input<'i> {
    /// Creates an input of which the first sheet with a header row is read, if it is a workbook.
    pub fn new(name: impl Into<String>, format: Option<Format>, bytes: impl Read + Send + 'i) -> Self {
        Self { name: name.into(), format, sheet: None, bytes: Box::new(bytes) }
    }
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
    /// The date the run is made for: service dates after it, and those too long before it to be billed, are held.
    pub as_of: NaiveDate,
    /// The month whose records are shown and added up; `None` for all records. No row depends on it.
    pub month: Option<Month>,
    /// Additional facts to show in rows.
    pub columns: Columns,
    /// Whether inputs are hashed. Reports that show the run show the hashes, and receipts hold them.
    pub hash_inputs: bool,
    /// What earlier runs billed, the earliest first; `None` if no earlier run matters.
    pub billed: Option<Arc<[BilledFile]>>,
    /// Rosters that answer what notes leave open.
    pub rosters: LoadedRosters,
    /// How inputs are read. No result depends on it.
    pub reading: Reading,
}

impl Options {
    /// Creates options for a run on all cores, with everything that any report shows.
    pub fn new(as_of: NaiveDate) -> Self {
        Self {
            strictness: Strictness::default(),
            as_of,
            month: None,
            columns: Columns::default(),
            hash_inputs: true,
            billed: None,
            rosters: LoadedRosters::default(),
            reading: Reading::default(),
        }
    }
}

/// Classifies all records of all inputs as one batch. If a month is asked for, the report shows the records that belong to
/// it, with rows that say what they say without it. Returns the report and the format of the first input. Calls `on_message`
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
    let mut batch = Batch::new(set, &ready.diagram, options.strictness, options.columns.facts())
        .as_of(options.as_of)
        .with_rosters(&options.rosters.rosters);
    batch.add_history(options.billed.as_deref(), on_message);
    let (mut runs, mut first) = (Vec::new(), None);
    for (at, input) in inputs.into_iter().enumerate() {
        let name = input.name.clone();
        let (format, run) = batch.read(at, input, options, on_message).map_err(|error| file_message(&name, error))?;
        if run.records == 0 {
            let place = Place::new(&run.name, 1, 1);
            let help = "if there should be notes, check how the input was exported";
            on_message(Message::warning(Code::NoNotes, "the input holds no notes").with_place(place).help(help));
        }
        first.get_or_insert(format);
        runs.push(run);
    }
    let unknown = batch.unknown_fields(on_message);
    let names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    batch.similar_ids(&names).into_iter().for_each(&mut *on_message);
    let mut batch = batch.settle(options.reading.threads);
    notices::unmatched_rosters(&batch, &options.rosters).into_iter().for_each(&mut *on_message);
    if let Some(month) = options.month {
        batch.show_month(month);
        notices::empty_month(&batch, month).into_iter().for_each(&mut *on_message);
    }
    let report = Report::new(run(set, runs, options, unknown), batch, options.reading.threads);
    Ok((report, first.unwrap_or(Format::Json)))
}

fn run(set: &RuleSet, inputs: Vec<InputRun>, options: &Options, unknown_fields: BTreeMap<String, u64>) -> Run {
    Run {
        program: PROGRAM,
        rules: RulesRun::new(set),
        inputs,
        billed: options.billed.iter().flat_map(|files| files.iter()).map(billed_run).collect(),
        rosters: options.rosters.runs.clone(),
        as_of: options.as_of.to_string(),
        month: options.month,
        presume_nothing: options.strictness.presume_nothing,
        known_fields_only: options.strictness.known_fields_only,
        settings: Run::settings(set),
        presumptions: if options.strictness.presume_nothing { BTreeMap::new() } else { Run::presumptions(set) },
        unknown_fields,
    }
}

fn billed_run(file: &BilledFile) -> InputRun {
    let records = crate::number::count(file.entries.len());
    InputRun { name: file.name.clone(), digest: file.digest.clone(), records, skipped: None }
}

/// Reads an input record by record. An error concerns the whole input.
pub fn read(set: &RuleSet, input: Input<'_>, each: &mut dyn FnMut(&Record<'_>)) -> Result<Format, FileError> {
    let wanted = InputHint { format: input.format, sheet: input.sheet.as_deref() };
    let (form, _) = read_records(input.bytes, wanted, &*set.vocabulary, &mut |record| each(&record))?;
    Ok(form.format)
}

/// Converts the error of a file to a message, at its place if it has one.
pub fn file_message(name: &str, error: FileError) -> Message {
    let place = Place::new(name, error.line.unwrap_or(1), error.column);
    Message::error(error.code, error.text).with_place(place).help(error.help)
}

/// Converts the fault of a record to a message, at its place in the file with this name.
fn fault_message(name: &str, record: &Record<'_>, fault: Fault) -> Message {
    let (line, column) = record.line_and_column(fault.offset);
    let place = Place { line, column, ..record.place_in(name) };
    let message = Message::error(fault.code, fault.text).with_place(place).help(fault.help);
    Message { record: Some(record.number), field: fault.field, ..message }
}
