//! `actbill classify`: notes in, rows out.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::Result;
use chrono::NaiveDate;
use clap::ValueEnum;

use actbill::message::{Code, Message};
use actbill::read::Format;
use actbill::report::{Columns, Report, RowFormat};
use actbill::run::{Done, Options, classify};
use actbill::status::Status;
use actbill::table::Screen;

use crate::exit::Exit;
use crate::options::{self, From, RuleArgs, date, today};
use crate::output::{Readers, clean_up_on_interrupt, draft, place, same, spares, stdout};
use crate::screen::say;
use crate::{inputs, rule_files, screen};

const CLASSIFY: &str = "\
Examples:
  actbill classify notes.json                        one month, as a table
  actbill classify notes.csv -o rows.csv --summary totals.json
  actbill classify jan.json feb.csv --format ndjson  several files, one batch
  export-notes | actbill classify - --from ndjson    from another program
  actbill classify notes.json --with agency.toml     with the agency's rates and answers
  actbill classify notes.json --set part_quarter_hour=8 --presume symptom_link=yes

A note is a flat object: id, client, date (YYYY-MM-DD), minutes (or start and end), activity, staff_role, and what \
else the rules ask. What a note leaves open is never taken for yes: if it could change the outcome, the note is held.";

/// Decide notes: who pays, under which code, for how many units and dollars
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{CLASSIFY}\n\n{}", crate::exit::HELP))]
pub(crate) struct ClassifyArgs {
    /// Files of notes (JSON, NDJSON or CSV); `-` is standard input
    #[arg(required = true, value_name = "NOTES")]
    inputs: Vec<PathBuf>,

    /// Format of the inputs [default: by extension, else by content]
    #[arg(long, value_name = "FORMAT")]
    from: Option<From>,

    /// Format of the output; `auto` is text on a terminal, else the output's extension or the input's format
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    format: To,

    /// Write the output here, whole or not at all, readable by you alone
    #[arg(short, long, value_name = "FILE", value_parser = options::output)]
    output: Option<PathBuf>,

    /// Write run, totals and claim lines here, as JSON
    #[arg(long, value_name = "FILE", value_parser = options::output)]
    summary: Option<PathBuf>,

    #[command(flatten)]
    rules: RuleArgs,

    /// Presume nothing, reject records with unknown fields, and end with 1 if a note is held
    #[arg(long, conflicts_with = "presume")]
    strict: bool,

    /// Date the run is made for; it is recorded with the run [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<NaiveDate>,
}

/// A format that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
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
pub(crate) fn run(args: &ClassifyArgs) -> Result<Exit> {
    clean_up_on_interrupt();
    refuse_overwriting(args)?;
    let ready = match rule_files::ready(&args.rules) {
        Ok(ready) => ready,
        Err(exit) => return Ok(exit),
    };
    let (inputs, bar) = inputs::open(&args.inputs, args.from.map(From::format))?;
    let as_of = args.as_of.unwrap_or_else(today);
    let options = Options { strict: args.strict, as_of, columns: Columns::default() };
    let done = classify(&ready, inputs, &options, &mut |message| bar.suspend(|| say(&message)))?;
    bar.finish_and_clear();
    write(args, &done)?;
    Ok(ending(args, &done.report))
}

fn ending(args: &ClassifyArgs, report: &Report<'_>) -> Exit {
    let (held, rejected) = (report.summary.count(Status::Held), report.summary.count(Status::Rejected));
    if rejected > 0 || (args.strict && held > 0) { Exit::Refused } else { Exit::Done }
}

/// Writes what was asked for; files only when all of them are whole.
fn write(args: &ClassifyArgs, done: &Done<'_>) -> Result<(), Message> {
    let report = &done.report;
    let to = format(args, done.format);
    let screen = screen::table(args.output.is_none());
    let rows = |out: &mut dyn Write| write_as(to, report, screen, out);
    let mut drafts = Vec::new();
    if let Some(path) = &args.output {
        drafts.push(draft(path, Readers::Owner, &rows)?);
    }
    if let Some(path) = &args.summary {
        drafts.push(draft(path, Readers::Owner, &|out| report.write_summary(out))?);
    }
    if args.output.is_none() {
        stdout(&rows)?;
    }
    place(drafts)
}

fn write_as(to: To, report: &Report<'_>, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    let format = match to {
        To::Auto | To::Text => RowFormat::Text(screen),
        To::Json => RowFormat::Json,
        To::Ndjson => RowFormat::Ndjson,
        To::Csv => RowFormat::Csv,
    };
    report.write(format, out)
}

/// What `auto` comes to.
fn format(args: &ClassifyArgs, input: Format) -> To {
    let same = |format| match format {
        Format::Json => To::Json,
        Format::Ndjson => To::Ndjson,
        Format::Csv => To::Csv,
    };
    match (args.format, &args.output) {
        (To::Auto, Some(path)) if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("txt")) => To::Text,
        (To::Auto, Some(path)) => same(Format::of_name(&path.to_string_lossy()).unwrap_or(input)),
        (To::Auto, None) if io::stdout().is_terminal() => To::Text,
        (To::Auto, None) => same(input),
        (format, _) => format,
    }
}

/// An output must not replace an input, nor the other output.
fn refuse_overwriting(args: &ClassifyArgs) -> Result<(), Message> {
    let outputs: Vec<&PathBuf> = args.output.iter().chain(&args.summary).collect();
    spares(args.inputs.iter().chain(&rule_files::read(&args.rules)), &outputs)?;
    match (&args.output, &args.summary) {
        (Some(output), Some(summary)) if same(output, summary) => {
            let text = "--output and --summary name the same file";
            Err(Message::error(Code::Usage, text).help("name two files"))
        }
        _ => Ok(()),
    }
}
