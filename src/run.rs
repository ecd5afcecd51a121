//! The pipeline wired: rule files and inputs in, a report out.
//!
//! Knows no terminal, clock or paths: whoever calls opens the files and says which day it is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read};
use std::path::Path;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use crate::batch::{self, UnknownFields, UsedIds};
use crate::decide::Judge;
use crate::diagram::Diagram;
use crate::facts::Facts;
use crate::message::{Code, Level, Message};
use crate::note::{Rejection, check};
use crate::place::Place;
use crate::proof::{self, Problem};
use crate::read::{FileError, Format, Record, open};
use crate::report::{Columns, InputRun, Program, Report, RulesRun, Run};
use crate::rules::{RuleFile, RuleSet};

/// Ends the names of files with sample claims, which stand beside rule files and are none.
const CASES: &str = ".cases.toml";

/// The program that this library is, with the SHA-256 over its sources.
pub const PROGRAM: Program = Program {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    fingerprint: env!("ACTBILL_FINGERPRINT"),
};

/// SHA-256 of bytes, as text.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Whether a file of this name in a rule folder is a rule file: the case of its ending does not count.
pub fn is_rule_file(name: &str) -> bool {
    let ending = Path::new(name).extension();
    let is_toml = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    is_toml && !is_hidden(name) && !name.to_lowercase().ends_with(CASES)
}

/// Whether a file or folder of this name is one that a person does not see: an editor's or a tool's.
pub fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// A rule set that is proved and ready to decide.
#[derive(Debug)]
pub struct Ready {
    /// The rules.
    pub set: RuleSet,
    /// The rules as graphs.
    pub diagram: Diagram,
    /// Whether the proof was made when the rules were released, promises included.
    released: bool,
}

impl Ready {
    /// Checks rule files, takes answers to settings and presumptions, and proves that every note is decided. All
    /// problems at once; a set with one problem decides nothing.
    pub fn new(
        files: Vec<RuleFile>,
        set: &[(String, String)],
        presume: &[(String, String)],
    ) -> Result<Self, Vec<Message>> {
        Self::prove(rules(files, set, presume)?)
    }

    /// The same for released rules, which were proved for every answer to their settings. They are proved again only
    /// where the user's own files hold a block that can make a gap or a conflict; graphs are then built as notes need
    /// them.
    pub fn released(
        files: Vec<RuleFile>,
        set: &[(String, String)],
        presume: &[(String, String)],
    ) -> Result<Self, Vec<Message>> {
        let set = rules(files, set, presume)?;
        if set.needs_proof() {
            return Self::prove(set);
        }
        Ok(Self { diagram: Diagram::new(&set), set, released: true })
    }

    fn prove(set: RuleSet) -> Result<Self, Vec<Message>> {
        let messages = |problems: Vec<Problem>| problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>();
        let diagram = proof::prove(&set).map_err(messages)?;
        Ok(Self { set, diagram, released: false })
    }

    /// The promises that the rules break, each as a warning.
    fn warnings(&self) -> Vec<Message> {
        if self.released {
            return Vec::new();
        }
        let warning = |Problem { message, .. }| Message {
            level: Level::Warning,
            note: None,
            ..message.help("run `actbill check` to see a note that breaks it")
        };
        proof::broken_promises(&self.set, &self.diagram).into_iter().map(warning).collect()
    }
}

/// Checks rule files, and takes answers to settings and presumptions. All problems at once. Whether the rules decide
/// every note is not looked at.
pub fn rules(
    files: Vec<RuleFile>,
    set: &[(String, String)],
    presume: &[(String, String)],
) -> Result<RuleSet, Vec<Message>> {
    let mut rules = RuleSet::load(files)?;
    let repeated: Vec<Message> =
        given_twice(set, "answered").into_iter().chain(given_twice(presume, "presumed")).collect();
    if !repeated.is_empty() {
        return Err(repeated);
    }
    let answers = set.iter().map(|(name, value)| rules.answer(name, value)).collect::<Vec<_>>();
    let presumptions = presume.iter().map(|(name, value)| rules.presume(name, value)).collect::<Vec<_>>();
    let wrong: Vec<Message> = answers.into_iter().chain(presumptions).filter_map(Result::err).collect();
    if wrong.is_empty() { Ok(rules) } else { Err(wrong) }
}

/// Names that the command line gives two values, and so none.
fn given_twice(pairs: &[(String, String)], done: &str) -> Vec<Message> {
    let names: BTreeSet<&String> = pairs.iter().map(|(name, _)| name).collect();
    let often = |name: &&String| pairs.iter().filter(|(other, _)| other == *name).count() > 1;
    let message = |name: &String| {
        Message::error(Code::Usage, format!("`{name}` is {done} twice on the command line")).help("keep one of the two")
    };
    names.into_iter().filter(often).map(message).collect()
}

/// One input.
pub struct Input<'i> {
    /// Its name for messages and the run.
    pub name: String,
    /// Its format, if that is known from its name or said.
    pub format: Option<Format>,
    /// Its bytes.
    pub bytes: Box<dyn Read + 'i>,
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("name", &self.name).field("format", &self.format).finish_non_exhaustive()
    }
}

/// What a run does not take for granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strictness {
    /// Whether no answer is presumed.
    pub presume_nothing: bool,
    /// Whether a field that the rule set does not know rejects its record.
    pub known_fields_only: bool,
}

impl From<bool> for Strictness {
    /// Everything or nothing.
    fn from(strict: bool) -> Self {
        Self { presume_nothing: strict, known_fields_only: strict }
    }
}

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is not taken for granted.
    pub strictness: Strictness,
    /// The date the run is made for. It is recorded with the run and changes no decision.
    pub as_of: NaiveDate,
    /// Other facts that rows show.
    pub columns: Columns,
}

/// Classifies all records of all inputs as one batch. Returns what is to be written and the first input's format. `say`:
/// hears of each rejected record and each unknown field.
///
/// An input that cannot be read to its end is an error, and then there are no rows at all.
pub fn classify<'r>(
    ready: &'r Ready,
    inputs: Vec<Input<'_>>,
    options: &Options,
    say: &mut dyn FnMut(Message),
) -> Result<(Report<'r>, Format), Message> {
    let set = &ready.set;
    ready.warnings().into_iter().for_each(&mut *say);
    let mut batch = Batch::new(set, &ready.diagram, options.strictness).with_columns(&options.columns);
    let (mut runs, mut first) = (Vec::new(), None);
    for (at, input) in inputs.into_iter().enumerate() {
        let name = input.name.clone();
        let mut add = |batch: &mut Batch<'_>, record: &Record<'_>| drop(batch.add(at, &name, record, say));
        let (format, run) = read(&mut batch, input, &mut add).map_err(|error| file_message(&name, error))?;
        if run.records == 0 {
            let place = Place { file: run.name.clone(), line: 1, column: 1 };
            let help = "if there should be notes, look at how the input was exported";
            say(Message::warning(Code::NoNotes, "the input holds no notes").with_place(place).help(help));
        }
        first.get_or_insert(format);
        runs.push(run);
    }
    let (batch, unknown) = batch.finish(say);
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

/// Notes of one batch: decided one by one, rolled up together.
#[derive(Debug)]
pub struct Batch<'r> {
    set: &'r RuleSet,
    /// Answers that no note gives.
    settings: Facts,
    /// Nothing is presumed, and a field that the rule set does not know rejects its record.
    strictness: Strictness,
    ids: UsedIds,
    unknown: UnknownFields,
    judge: Judge<'r>,
    decided: batch::Batch<'r>,
}

impl<'r> Batch<'r> {
    /// An empty batch under these rules.
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

    /// The same empty batch, with these columns in its rows.
    #[must_use]
    pub fn with_columns(self, columns: &Columns) -> Self {
        Self { decided: batch::Batch::new(self.judge, columns.facts()), ..self }
    }

    /// Adds a record of an input, and says why if it is rejected. Returns what a note answers, presumptions apart.
    pub fn add(
        &mut self,
        input: usize,
        name: &str,
        record: &Record<'_>,
        say: &mut dyn FnMut(Message),
    ) -> Option<Facts> {
        self.unknown.count(name, record);
        let note = check(record, &self.set.vocabulary, &self.settings, self.strictness.known_fields_only);
        match self.ids.check(record, note) {
            Ok(note) => {
                self.decided.add(input, record.number, &note);
                Some(note.facts)
            }
            Err(rejection) => {
                say(rejected(name, record, &rejection));
                self.decided.reject(input, record.number, rejection);
                None
            }
        }
    }

    /// The id of the record that was added last.
    pub fn last_id(&self) -> Option<&str> {
        self.decided.id(self.decided.len().checked_sub(1)?)
    }

    /// Rolls the batch up, and says which fields the rule set does not know, each with how many records have it.
    pub fn finish(mut self, say: &mut dyn FnMut(Message)) -> (batch::Batch<'r>, BTreeMap<String, u64>) {
        // In strict runs each of these records was rejected for it, and the message said so.
        if !self.strictness.known_fields_only {
            self.unknown.warnings(&self.set.vocabulary).into_iter().for_each(say);
        }
        self.decided.roll_up();
        (self.decided, self.unknown.into_named())
    }
}

/// Reads an input record by record; an error is one of the whole input.
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

/// Why a record is rejected, at its place.
fn rejected(name: &str, record: &Record<'_>, rejection: &Rejection) -> Message {
    let fault = rejection.fault.clone();
    let (line, column) = record.line_and_column(fault.offset);
    let place = Place { file: name.to_owned(), line, column };
    let message = Message::error(fault.code, fault.text).with_place(place).help(fault.help);
    Message { record: Some(record.number), field: fault.field, ..message }
}

/// A file's error as a message, at its place where it has one.
pub fn file_message(name: &str, error: FileError) -> Message {
    let place = Place { file: name.to_owned(), line: error.line.unwrap_or(1), column: error.column };
    Message::error(error.code, error.text).with_place(place).help(error.help)
}

/// Hashes what it hands on.
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
