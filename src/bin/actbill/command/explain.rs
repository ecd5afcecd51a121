//! `actbill explain`: shows why a note was decided as it was, what would change that, and a page for every name.

use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::NaiveDate;
use clap::ValueEnum;
use serde::Serialize;

use actbill::explain::changes::Limits;
use actbill::explain::{Explanations, Options, Wanted, notes, text};
use actbill::handbook::{Entry, code_page, page_text, pages};
use actbill::message::{Code, Message};
use actbill::read::Format;
use actbill::report::write_json;

use crate::args::{InputArgs, RosterArgs, RuleArgs, StrictArgs, date, today};
use crate::console::{self, Console};
use crate::draft::Readers;
use crate::exit::Exit;
use crate::output::{self, Target};
use crate::{files, inputs};

const HELP: &str = "\
Examples:
  actbill explain notes.json --note n-07             why, why not, and what would change it
  actbill explain notes.csv --note n-07 --note n-09 --with agency.toml
  actbill explain notes.json --all --format json     every note, for a program
  actbill explain act.job-coaching                   the page of a rule
  actbill explain part_quarter_hour                  the page of a setting; facts, services, payers and sources too
  actbill explain count.chronic-care S2-26           how minutes count; what carries out a statement of a source
  actbill explain missing-field                      what a code means
  actbill explain H2023HK inv.h2023hk-staff          what a billing code stands for; what a promise says

A file, `-`, or a name that ends as a notes file does is read as notes; anything else is a name. All notes of all files \
are one batch, as for `actbill classify`, for one note can have a say in another.

What would make a note billable is told by how an answer could honestly change. Documentation may be corrected only to \
say what happened.

Exit status:
  0  explained, whatever was decided: rejected and held notes are explained too
  2  could not run or not finish: usage, unreadable or faulty file, no such note or name, broken output
  3  the rule set is not valid";

/// Explain why a note came to its payer and what would change it, or show the page of a name
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct ExplainArgs {
    /// Files of notes (JSON, NDJSON, CSV or a workbook; `-` is standard input), or names: a rule, count, pair, edit, shadow, setting,
    /// fact, service, payer, source, statement, holiday, label, invariant, field of a row or code
    #[arg(required = true, value_name = "NOTES|NAME")]
    what: Vec<PathBuf>,

    /// Explain the note with this id
    #[arg(long, value_name = "ID")]
    note: Vec<String>,

    /// Explain every note
    #[arg(long, conflicts_with = "note")]
    all: bool,

    /// Look for changes of up to this many facts that would make a note billable
    #[arg(long, value_name = "FACTS", default_value_t = Limits::QUESTIONS)]
    changes: usize,

    /// Date the notes are looked at: later service dates are held, and those too old to be billed [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<NaiveDate>,

    #[command(flatten)]
    input: InputArgs,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ExplainFormat,

    /// Write the output here, whole or not at all, readable by you alone
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    rosters: RosterArgs,

    #[command(flatten)]
    rules: RuleArgs,

    #[command(flatten)]
    strictness: StrictArgs,

    /// Both --presume-nothing and --known-fields-only
    #[arg(long, conflicts_with = "presume", help_heading = "Strictness")]
    strict: bool,
}

/// A format of explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    /// Lines that a person reads, as wide as the terminal
    Text,
    /// One document with everything
    Json,
}

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs) -> Result<Exit> {
    let target = Target::new(args.output.as_deref())?;
    let rosters = args.rosters.paths().map(|(_, path)| path);
    output::refuse_overwriting(args.what.iter().chain(rosters).chain(&files::rule_paths(&args.rules)), [&target])?;
    let about_notes = args.all || !args.note.is_empty() || args.input.from.is_some();
    let (files, names): (Vec<PathBuf>, Vec<PathBuf>) =
        args.what.iter().cloned().partition(|what| about_notes || is_notes(what));
    if !files.is_empty() && !names.is_empty() {
        let text =
            format!("`{}` is not a file of notes, but others are", names.first().unwrap_or(&PathBuf::new()).display());
        return Err(Message::error(Code::Usage, text).help("explain notes and names in two runs").into());
    }
    if names.is_empty() { explain_notes(args, &files, &target) } else { explain_names(args, &names, &target) }
}

/// Whether an argument refers to notes: a file, standard input, or a name with the extension of a notes file.
fn is_notes(what: &Path) -> bool {
    let named = what.to_string_lossy();
    named == "-" || Format::from_file_name(&named).is_some() || named.contains('/') || (what.exists() && !what.is_dir())
}

fn explain_notes(args: &ExplainArgs, paths: &[PathBuf], target: &Target) -> Result<Exit> {
    let ready = files::ready(&args.rules)?;
    // What is only noteworthy about a roster is told when notes are classified.
    let rosters = inputs::rosters(&ready.set, &args.rosters, false, &Console { quiet: true })?.rosters;
    let (inputs, bar) = inputs::open(paths, &args.input)?;
    let wanted = match (args.all, args.note.is_empty()) {
        (true, _) => Wanted::All,
        (false, true) => Wanted::Only,
        (false, false) => Wanted::Ids(args.note.clone()),
    };
    let strictness = args.strictness.strictness(args.strict);
    let as_of = args.as_of.map_or_else(today, Ok)?;
    let explained = notes(&ready, inputs, &Options { wanted, strictness, as_of, rosters, most_changed: args.changes });
    bar.finish_and_clear();
    let explained: Explanations = explained?;
    write(args, target, &explained, || text(&explained, console::reading(*target == Target::Stdout)))?;
    Ok(Exit::Done)
}

fn explain_names(args: &ExplainArgs, names: &[PathBuf], target: &Target) -> Result<Exit> {
    #[derive(Serialize)]
    struct Pages {
        pages: Vec<Entry>,
    }
    // Pages of codes do not depend on the rules, so they can be shown even if the rules have problems.
    let codes: Option<Vec<Entry>> = names.iter().map(|name| code_page(&name.to_string_lossy())).collect();
    let pages = match (files::ready(&args.rules), codes) {
        (Err(_), Some(codes)) => codes,
        (ready, _) => {
            let ready = ready?;
            let pages = names.iter().map(|name| pages(&ready, &name.to_string_lossy()));
            pages.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()
        }
    };
    let document = Pages { pages };
    write(args, target, &document, || page_text(&document.pages, console::reading(*target == Target::Stdout)))?;
    Ok(Exit::Done)
}

fn write(args: &ExplainArgs, target: &Target, whole: &impl Serialize, text: impl Fn() -> String) -> Result<()> {
    output::write(target, Readers::Owner, |out| match args.format {
        ExplainFormat::Text => out.write_all(text().as_bytes()),
        ExplainFormat::Json => write_json(whole, out),
    })
}
