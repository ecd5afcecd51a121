//! `actbill classify`: reads notes and writes rows.

use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;
use clap::ValueEnum;

use actbill::cores::{Threads, join};
use actbill::digest::Hasher;
use actbill::effective::Month;
use actbill::history::BilledFile;
use actbill::message::{Code, Message, Messages};
use actbill::read::{Format, Reading};
use actbill::receipt::{FileEntry, RecordedRun, Role, RunFiles};
use actbill::report::{AdjustmentFormat, Columns, InputRun, Report, RowFormat};
use actbill::roster::RosterKind;
use actbill::rules::RuleSet;
use actbill::run::{Options, Ready, classify};
use actbill::status::Status;

use crate::args::{InputArgs, RosterArgs, RuleArgs, StrictArgs, date, month, today};
use crate::console::{self, Console};
use crate::exit::Exit;
use crate::files::is_stream;
use crate::output::{self, Target};
use crate::receipt::{ReceiptDraft, write_recorded};
use crate::{files, inputs};

const HELP: &str = "\
Examples:
  actbill classify notes.json                        one month, as a table
  actbill classify notes.csv -o rows.csv --summary totals.json
  actbill classify jan.json feb.csv --format ndjson  several files, one batch
  actbill classify q3.csv q4.csv --month 2026-10     one month of a larger batch
  export-notes | actbill classify - --from ndjson    from another program
  actbill classify notes.json --with agency.toml     with the agency's rates and answers
  actbill classify notes.csv --clients clients.csv   with what is known of clients
  actbill classify notes.json --set part_quarter_hour=8 --presume symptom_link=yes
  actbill classify notes.csv -o rows.csv --receipt receipt.json

A note is a flat object: id, client, date (YYYY-MM-DD), minutes (or start and end), activity, staff_role, and whatever \
else the rules ask. What a note leaves open is never taken for yes: if it could change the outcome, the note is held.";

/// Decide notes: who pays, under which code, for how many units and dollars
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{HELP}\n\n{}", crate::exit::HELP))]
pub(crate) struct ClassifyArgs {
    /// Files of notes (JSON, NDJSON, CSV or a workbook such as XLSX, also packed by gzip); `-` is standard input
    #[arg(required = true, value_name = "NOTES")]
    inputs: Vec<PathBuf>,

    #[command(flatten)]
    input: InputArgs,

    /// Format of the output; `auto` is text on a terminal, else the output's extension or the input's format
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    format: OutputFormat,

    /// Write the output here, whole or not at all, readable by you alone
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write run, totals and claim lines here, as JSON
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,

    /// Rows of an earlier run, or its adjustments, as CSV, JSON, NDJSON or a workbook: what was billed already. Give it once
    /// for each file, the earliest first
    #[arg(long, value_name = "FILE", help_heading = "Earlier runs")]
    billed: Vec<PathBuf>,

    /// Write here which billed lines to void or replace and which to add, as CSV, JSON or NDJSON
    #[arg(long, value_name = "FILE", help_heading = "Earlier runs")]
    adjustments: Option<PathBuf>,

    /// Write a receipt here: what was read and written, with digests, for `actbill verify`
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,

    /// Add a column for each of these facts to every row
    #[arg(long, value_name = "FACT,…", value_delimiter = ',')]
    show: Vec<String>,

    /// Show and add up only what belongs to this month; all records are read, and rows say what they say without it
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    month: Option<Month>,

    /// Number of threads; the output does not depend on it [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// Date the run is made for: later service dates are held, and those too old to be billed [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<NaiveDate>,

    #[command(flatten)]
    rosters: RosterArgs,

    #[command(flatten)]
    rules: RuleArgs,

    #[command(flatten)]
    strictness: StrictArgs,

    /// End with 1 if a note is held
    #[arg(long, help_heading = "Strictness")]
    fail_on_held: bool,

    /// All of --presume-nothing, --known-fields-only and --fail-on-held
    #[arg(long, conflicts_with = "presume", help_heading = "Strictness")]
    strict: bool,
}

/// A format of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// Text on a terminal, else the output's extension or the input's format
    Auto,
    /// A table that a person reads
    Text,
    /// One document with run, summary, claim lines and decisions
    Json,
    /// One row on each line
    Ndjson,
    /// A header row, then one row for each record
    Csv,
}

/// Runs the command.
pub(crate) fn run(args: &ClassifyArgs, console: &Console) -> Result<Exit> {
    let target = |path: &Option<PathBuf>| path.as_deref().map(|path| Target::new(Some(path))).transpose();
    let rows = Target::new(args.output.as_deref())?;
    let (totals, receipt) = (target(&args.summary)?, target(&args.receipt)?);
    adjustment_format(args)?;
    let adjustments = target(&args.adjustments)?;
    let rosters = args.rosters.paths().map(|(_, path)| path);
    let read = args.inputs.iter().chain(&args.billed).chain(rosters).cloned();
    let written = std::iter::once(&rows).chain(&totals).chain(&adjustments).chain(&receipt);
    output::refuse_overwriting(read.chain(files::rule_paths(&args.rules)), written)?;
    if let Some(path) = args.output.as_deref().filter(|path| is_workbook(path) && args.format == OutputFormat::Auto) {
        let text = format!("rows are not written as a workbook, as the name `{}` asks", path.display());
        let help = "call the output `.csv`, or say its format with `--format`";
        return Err(Message::error(Code::Usage, text).help(help).into());
    }
    let (ready, rule_files) = files::ready_and_read(&args.rules)?;
    let mut messages = Messages::default();
    let as_of = args.as_of.map_or_else(today, Ok)?;
    let report = report(args, &ready, as_of, console, &mut |message| messages.add(message));
    console.print_all(&messages.finish());
    let (report, format) = report?;

    let format = row_format(args, format, &rows);
    let receipt = receipt.map(ReceiptDraft::begin).transpose()?;
    let write = |role, path: &Option<PathBuf>, target: &Target| {
        let document = (role, path.as_deref(), target);
        write_recorded(document, receipt.is_some(), |out| write_document(args, role, &report, format, out))
    };
    let write_rows = || write(Role::Rows, &args.output, &rows);
    // Rows of a file do not appear before everything is written, so they can be made while the totals are added up.
    let early = match &rows {
        Target::File(_) if totals.is_some() => Some(join(threads(args), || report.summary(), write_rows).1),
        _ => None,
    };
    // Otherwise write the totals first, so that nothing appears on standard output if they cannot be written.
    let totals = totals.map(|totals| write(Role::Summary, &args.summary, &totals)).transpose()?;
    let adjustments =
        adjustments.map(|adjustments| write(Role::Adjustments, &args.adjustments, &adjustments)).transpose()?;
    let rows = early.unwrap_or_else(write_rows)?;
    let (mut outputs, written): (Vec<_>, Vec<_>) = std::iter::once(rows).chain(totals).chain(adjustments).unzip();
    if let Some(receipt) = receipt {
        let files = RunFiles {
            rules: rule_files,
            shipped_rules: args.rules.rules.is_none(),
            inputs: input_entries(args, &report),
            outputs: written.into_iter().flatten().collect(),
        };
        outputs.push(receipt.write(&report, &ready.set, files, format)?);
    }
    output::finish(outputs, true)?;
    let exit = exit(args, &report, console);
    // The process ends here. To free the memory of every note first would only take time.
    std::mem::forget(report);
    Ok(exit)
}

/// Returns the entries of everything that was read besides rules.
fn input_entries(args: &ClassifyArgs, report: &Report<'_>) -> Vec<FileEntry> {
    let entries = |role, paths: &[PathBuf], runs: &[InputRun]| {
        let files = paths.iter().zip(runs);
        files.filter_map(|(path, run)| FileEntry::of_input(role, run, is_stream(path))).collect::<Vec<_>>()
    };
    let mut inputs = entries(Role::Notes, &args.inputs, &report.run.inputs);
    inputs.extend(entries(Role::Billed, &args.billed, &report.run.billed));
    inputs.extend(args.rosters.paths().zip(&report.run.rosters).filter_map(|((kind, path), run)| {
        let role = match kind {
            RosterKind::Clients => Role::Clients,
            RosterKind::Staff => Role::Staff,
        };
        Some(FileEntry::new(role, &run.name, is_stream(path), run.digest.clone()?))
    }));
    inputs
}

/// Returns the format of the adjustments, which the name of their file says; `None` if none are written.
fn adjustment_format(args: &ClassifyArgs) -> Result<Option<AdjustmentFormat>, Message> {
    let Some(path) = &args.adjustments else { return Ok(None) };
    Ok(Some(match Format::from_file_name(&path.to_string_lossy()) {
        Some(Format::Csv) => AdjustmentFormat::Csv,
        Some(Format::Json) => AdjustmentFormat::Json,
        Some(Format::Ndjson) => AdjustmentFormat::Ndjson,
        Some(Format::Workbook) | None => {
            let text = format!("the name `{}` does not say in which format adjustments are written", path.display());
            return Err(Message::error(Code::Usage, text).help("let it end in `.csv`, `.json` or `.ndjson`"));
        }
    }))
}

/// Reads what earlier runs billed.
fn billed(args: &ClassifyArgs, set: &RuleSet, console: &Console) -> Result<Option<Arc<[BilledFile]>>> {
    if args.billed.is_empty() && args.adjustments.is_none() {
        return Ok(None);
    }
    Ok(Some(inputs::billed(set, &args.billed, console)?.into()))
}

/// Classifies the notes. Returns the report and the format of the first input.
fn report<'r>(
    args: &ClassifyArgs,
    ready: &'r Ready,
    as_of: NaiveDate,
    console: &Console,
    on_message: &mut dyn FnMut(Message),
) -> Result<(Report<'r>, Format)> {
    let hash_inputs = args.summary.is_some() || args.receipt.is_some() || may_show_run(args);
    let options = Options {
        strictness: args.strictness.strictness(args.strict),
        as_of,
        month: args.month,
        columns: Columns::new(&ready.set, args.show.iter().map(String::as_str))?,
        hash_inputs,
        rosters: inputs::rosters(&ready.set, &args.rosters, hash_inputs, console)?,
        billed: billed(args, &ready.set, console)?,
        reading: Reading::on(threads(args)),
    };
    let (inputs, bar) = inputs::open(&args.inputs, &args.input)?;
    let classified = classify(ready, inputs, &options, on_message);
    bar.finish_and_clear();
    Ok(classified?)
}

/// Writes an output of a run.
fn write_document(
    args: &ClassifyArgs,
    role: Role,
    report: &Report<'_>,
    format: RowFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    match role {
        Role::Rows => report.write(format, out),
        Role::Summary => report.write_summary(out),
        Role::Adjustments => match adjustment_format(args) {
            Ok(Some(format)) => report.write_adjustments(format, out),
            Ok(None) | Err(_) => Ok(()),
        },
        Role::Notes | Role::Billed | Role::Clients | Role::Staff | Role::Rules | Role::Agency => Ok(()),
    }
}

/// Runs the command again as a receipt records it, but writes nothing. Returns what differs: warnings if the program or the
/// rules are others, and an error for each output that would have other bytes.
pub(crate) fn replay(args: &ClassifyArgs, recorded: &RecordedRun) -> Result<Vec<Message>> {
    let as_of = date(&recorded.as_of).map_err(anyhow::Error::msg)?;
    let ready = files::ready(&args.rules)?;
    let (report, _) = report(args, &ready, as_of, &Console { quiet: true }, &mut |_| ())?;
    let mut messages = recorded.warnings(&report.run.program, &report.run.rules.fingerprint);
    for output in &recorded.outputs {
        let mut hasher = Hasher::default();
        write_document(args, output.role, &report, recorded.format, &mut hasher)?;
        messages.extend(output.replay_difference(&hasher.finish()));
    }
    std::mem::forget(report);
    Ok(messages)
}

fn threads(args: &ClassifyArgs) -> Threads {
    args.threads.map_or_else(Threads::all, Threads::new)
}

fn exit(args: &ClassifyArgs, report: &Report<'_>, console: &Console) -> Exit {
    let statuses = report.statuses();
    let count = |status| statuses.get(&status).copied().unwrap_or_default();
    let (held, rejected) = (count(Status::Held), count(Status::Rejected));
    let fails_on_held = held > 0 && (args.fail_on_held || args.strict);
    if fails_on_held {
        let notes = if held == 1 { "1 note is held".to_owned() } else { format!("{held} notes are held") };
        let remedy = "the rows say what each waits for; without --fail-on-held and --strict this is no failure";
        console.print(&Message::error(Code::NotesHeld, notes).help(remedy));
    }
    if rejected > 0 || fails_on_held { Exit::Found } else { Exit::Done }
}

/// Whether the output may be a document that shows the run. The format of the inputs may not be known yet.
fn may_show_run(args: &ClassifyArgs) -> bool {
    let by_name = |path: &Path| Format::from_file_name(&path.to_string_lossy());
    match (args.format, &args.output) {
        (OutputFormat::Json, _) => true,
        (OutputFormat::Auto, output) => {
            let named = output.as_deref().and_then(by_name).or(args.input.from);
            named.or_else(|| by_name(args.inputs.first()?)).is_none_or(|format| format == Format::Json)
        }
        (OutputFormat::Text | OutputFormat::Ndjson | OutputFormat::Csv, _) => false,
    }
}

fn is_workbook(path: &Path) -> bool {
    Format::from_file_name(&path.to_string_lossy()) == Some(Format::Workbook)
}

/// Returns the format to write, with `auto` resolved.
fn row_format(args: &ClassifyArgs, input: Format, target: &Target) -> RowFormat {
    let is_text = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("txt"));
    let format = match (args.format, &args.output) {
        (OutputFormat::Auto, Some(path)) if is_text(path) => OutputFormat::Text,
        (OutputFormat::Auto, Some(path)) => Format::from_file_name(&path.to_string_lossy()).unwrap_or(input).into(),
        (OutputFormat::Auto, None) if io::stdout().is_terminal() => OutputFormat::Text,
        (OutputFormat::Auto, None) => input.into(),
        (format, _) => format,
    };
    match format {
        OutputFormat::Auto | OutputFormat::Text => RowFormat::Text(console::table(*target == Target::Stdout)),
        OutputFormat::Json => RowFormat::Json,
        OutputFormat::Ndjson => RowFormat::Ndjson,
        OutputFormat::Csv => RowFormat::Csv,
    }
}

impl From<Format> for OutputFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Json => Self::Json,
            Format::Ndjson => Self::Ndjson,
            // Rows are not written as a workbook.
            Format::Csv | Format::Workbook => Self::Csv,
        }
    }
}
