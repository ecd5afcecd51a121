//! `actbill verify`: checks a receipt, and every file that it names, and replays the run.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Parser, ValueEnum};
use serde::Serialize;

use actbill::message::{Code, Level, Message};
use actbill::receipt::{FileEntry, RecordedRun};
use actbill::report::write_json;
use actbill::visible::visible;

use super::{Command, classify};
use crate::args::Args;
use crate::console::Console;
use crate::draft::Readers;
use crate::exit::{Errors, Exit};
use crate::files;
use crate::output::{self, Target, print};

const HELP: &str = "\
Examples:
  actbill classify notes.csv -o rows.csv --summary totals.json --receipt receipt.json
  actbill verify receipt.json                the receipt, and every file that it names
  actbill verify receipt.json --replay       and classify again, to compare what would be written

Relative paths in a receipt are looked up from the folder where `verify` runs. A replay writes no file. What was read \
from standard input cannot be checked or replayed; what went to standard output can only be compared by a replay.

Exit status:
  0  everything agrees
  1  something differs: the receipt was changed, a file that it names was changed or is gone, or a
     replay would write other bytes
  2  the receipt cannot be read, or nothing differs but the run cannot be replayed";

/// Check that a receipt and the files that it names are as they were, byte for byte
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct VerifyArgs {
    /// The receipt
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,

    /// Classify again with the recorded arguments and day, and compare the bytes that would be written
    #[arg(long)]
    replay: bool,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: VerifyFormat,
}

/// A format of what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum VerifyFormat {
    /// One line if everything agrees; what differs on standard error
    Text,
    /// One document with what was checked and what differs
    Json,
}

/// What was checked, and what differs.
#[derive(Debug, Serialize)]
struct Verified<'r> {
    receipt: String,
    agrees: bool,
    /// Whether the run was replayed.
    replayed: bool,
    inputs: usize,
    rule_files: usize,
    outputs: usize,
    /// Streams that were not looked at.
    not_checked: Vec<&'r str>,
    differences: Vec<Difference<'r>>,
}

/// Something that differs.
#[derive(Debug, Serialize)]
struct Difference<'m> {
    code: &'static str,
    text: &'m str,
}

/// Runs the command.
pub(crate) fn run(args: &VerifyArgs, console: &Console) -> Result<Exit> {
    let name = args.receipt.display().to_string();
    let recorded = match RecordedRun::parse(&name, &files::read(&args.receipt)?) {
        Ok(recorded) => recorded,
        Err(message) if message.code == Code::ReceiptDiffers => {
            console.print(&message);
            return Ok(Exit::Found);
        }
        Err(message) => return Err(message.into()),
    };
    let mut messages: Vec<Message> = recorded.entries().filter_map(difference).collect();
    let can_replay = args.replay && recorded.streams_in().next().is_none();
    if can_replay {
        messages
            .extend(replay(&recorded)?.into_iter().filter(|message| !messages.contains(message)).collect::<Vec<_>>());
    }
    let is_error = |message: &&Message| message.level == Level::Error;
    let verified = Verified {
        receipt: name,
        agrees: !messages.iter().any(|message| is_error(&message)),
        replayed: can_replay,
        inputs: count_files(&recorded.inputs),
        rule_files: count_files(&recorded.rules.files),
        outputs: if can_replay { recorded.outputs.len() } else { count_files(&recorded.outputs) },
        not_checked: not_checked(&recorded, can_replay),
        differences: messages.iter().filter(is_error).map(Difference::new).collect(),
    };
    console.print_all(&messages);
    match args.format {
        VerifyFormat::Text if verified.agrees => print(|out| writeln!(out, "{}", verified.line()))?,
        VerifyFormat::Text => {}
        VerifyFormat::Json => output::write(&Target::Stdout, Readers::Others, |out| write_json(&verified, out))?,
    }
    match (verified.agrees, args.replay == can_replay) {
        (false, _) => Ok(Exit::Found),
        (true, true) => Ok(Exit::Done),
        (true, false) => {
            let text = "the run cannot be replayed, because it read a stream such as standard input";
            let help = "verify without `--replay`, or save the notes to a file and classify that with `--receipt`";
            Err(Message::error(Code::Usage, text).help(help).into())
        }
    }
}

/// Compares a file with its entry. Returns an error if it differs or cannot be read.
fn difference(entry: &FileEntry) -> Option<Message> {
    if entry.stream {
        return None;
    }
    match files::digest(Path::new(&entry.name)) {
        Ok(found) => entry.difference(&found),
        Err(message) => Some(message),
    }
}

/// Classifies again, without writing anything. Returns what differs; if the run cannot be repeated at all, why.
fn replay(recorded: &RecordedRun) -> Result<Vec<Message>> {
    let arguments = std::iter::once("actbill").chain(recorded.arguments.iter().map(String::as_str));
    let Ok(Args { command: Command::Classify(args), .. }) = Args::try_parse_from(arguments) else {
        let text = "the arguments in the receipt are not those of `actbill classify`";
        let help = "replay with the program that wrote it";
        return Ok(vec![Message::error(Code::ReceiptDiffers, text).help(help)]);
    };
    classify::replay(&args, recorded).or_else(|error| match error.downcast::<Errors>() {
        Ok(Errors(messages)) => Ok(messages),
        Err(error) => Ok(vec![error.downcast::<Message>()?]),
    })
}

/// Counts the entries that are files.
fn count_files(entries: &[FileEntry]) -> usize {
    entries.iter().filter(|entry| !entry.stream).count()
}

/// Returns the names of streams that were not looked at. A replay compares all outputs.
fn not_checked(recorded: &RecordedRun, is_replayed: bool) -> Vec<&str> {
    let outputs = recorded.outputs.iter().filter(|entry| entry.stream && !is_replayed);
    recorded.streams_in().chain(outputs).map(|entry| entry.name.as_str()).collect()
}

impl Verified<'_> {
    /// Returns the line that says that everything agrees.
    fn line(&self) -> String {
        let count = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            _ => Some(format!("{count} {what}s")),
        };
        let counts = [count(self.inputs, "input"), count(self.rule_files, "rule file"), count(self.outputs, "output")];
        let files = counts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let agree = match self.inputs + self.rule_files + self.outputs {
            0 => "unchanged; no file to check".to_owned(),
            1 => format!("{files} agrees"),
            _ => format!("{files} agree"),
        };
        let replayed = if self.replayed { "; replayed, same bytes" } else { "" };
        let not_checked = match self.not_checked.as_slice() {
            [] => String::new(),
            names => format!("; not checked: {}", names.join(", ")),
        };
        visible(&format!("{}: {agree}{replayed}{not_checked}", self.receipt)).into_owned()
    }
}

impl<'m> Difference<'m> {
    fn new(message: &'m Message) -> Self {
        Self { code: message.code.as_str(), text: &message.text }
    }
}
