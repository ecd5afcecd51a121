//! `actbill classify`: reads notes and writes rows.

use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::NaiveDate;
use clap::ValueEnum;

use actbill::cores::{Threads, join};
use actbill::message::{Code, Message, Messages};
use actbill::read::{Format, Reading};
use actbill::report::{Columns, Report, RowFormat};
use actbill::run::{Options, classify};
use actbill::status::Status;

use crate::args::{InputArgs, RuleArgs, StrictArgs, date, today};
use crate::console::{self, Console};
use crate::draft::Readers;
use crate::exit::Exit;
use crate::output::{self, Target};
use crate::{files, inputs};

const HELP: &str = "\
Examples:
  actbill classify notes.json                        one month, as a table
  actbill classify notes.csv -o rows.csv --summary totals.json
  actbill classify jan.json feb.csv --format ndjson  several files, one batch
  export-notes | actbill classify - --from ndjson    from another program
  actbill classify notes.json --with agency.toml     with the agency's rates and answers
  actbill classify notes.json --set part_quarter_hour=8 --presume symptom_link=yes

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

    /// Add a column for each of these facts to every row
    #[arg(long, value_name = "FACT,…", value_delimiter = ',')]
    show: Vec<String>,

    /// Number of threads; the output does not depend on it [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// Date the run is made for; it is recorded with the run [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<NaiveDate>,

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
    let rows = Target::new(args.output.as_deref())?;
    let totals = args.summary.as_deref().map(|path| Target::new(Some(path))).transpose()?;
    let read = args.inputs.iter().cloned().chain(files::rule_paths(&args.rules));
    output::refuse_overwriting(read, std::iter::once(&rows).chain(&totals))?;
    if let Some(path) = args.output.as_deref().filter(|path| is_workbook(path) && args.format == OutputFormat::Auto) {
        let text = format!("rows are not written as a workbook, as the name `{}` asks", path.display());
        let help = "call the output `.csv`, or say its format with `--format`";
        return Err(Message::error(Code::Usage, text).help(help).into());
    }
    let ready = files::ready(&args.rules)?;
    let threads = args.threads.map_or_else(Threads::all, Threads::new);
    let options = Options {
        strictness: args.strictness.strictness(args.strict),
        as_of: args.as_of.unwrap_or_else(today),
        columns: Columns::new(&ready.set, args.show.iter().map(String::as_str))?,
        hash_inputs: totals.is_some() || may_show_run(args),
        reading: Reading::on(threads),
    };
    let (inputs, bar) = inputs::open(&args.inputs, &args.input)?;
    let mut messages = Messages::default();
    let classified = classify(&ready, inputs, &options, &mut |message| messages.add(message));
    bar.finish_and_clear();
    console.print_all(&messages.finish());
    let (report, format) = classified?;

    let format = row_format(args, format, &rows);
    let write_rows = || rows.create(Readers::Owner, |out| report.write(format, out));
    // Rows of a file do not appear before everything is written, so they can be made while the totals are added up.
    let early = match &rows {
        Target::File(_) if totals.is_some() => Some(join(threads, || report.summary(), write_rows).1),
        _ => None,
    };
    // Otherwise write the totals first, so that nothing appears on standard output if they cannot be written.
    let totals = totals.map(|totals| totals.create(Readers::Owner, |out| report.write_summary(out))).transpose()?;
    let rows = early.unwrap_or_else(write_rows)?;
    output::finish(std::iter::once(rows).chain(totals), true)?;
    let exit = exit(args, &report, console);
    // The process ends here. To free the memory of every note first would only take time.
    std::mem::forget(report);
    Ok(exit)
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
