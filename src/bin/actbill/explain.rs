//! `actbill explain`: why a note came to what it came to, what would change it, and a page for every name.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;
use serde::Serialize;

use actbill::explain::changes::Limits;
use actbill::explain::{Explanations, Options, Wanted, notes, text};
use actbill::handbook::{Entry, code_page, page_text, pages};
use actbill::message::{Code, Message};
use actbill::read::Format;
use actbill::report::write_json;

use crate::exit::Exit;
use crate::options::{self, RuleArgs};
use crate::output::{Readers, clean_up_on_interrupt, draft, place, spares, stdout};
use crate::{inputs, rule_files, screen};

const HELP: &str = "\
Examples:
  actbill explain notes.json --note n-07             why, why not, and what would change it
  actbill explain notes.csv --note n-07 --note n-09 --with agency.toml
  actbill explain notes.json --all --format json     every note, for a program
  actbill explain act.job-coaching                   the page of a rule
  actbill explain part_quarter_hour                  the page of a setting; facts, services, payers and sources too
  actbill explain missing-field                      what a code means
  actbill explain H2023HK inv.h2023hk-staff          what a billing code stands for; what a promise says

A file, `-`, or a name that ends as a notes file does is read as notes; anything else is a name. All notes of all files \
are one batch, as for `actbill classify`, for one note can have a say in another.

What would make a note billable is told by how an answer could honestly change. Documentation may be corrected only to \
say what happened.

Exit status:
  0  told, whatever became of the notes: rejected and held ones are told of too
  2  could not run or not finish: usage, unreadable file, no such note or name, broken output
  3  the rule set is not valid";

/// Tell why a note came to its payer and what would change it, or show the page of a name
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct ExplainArgs {
    /// Files of notes (JSON, NDJSON or CSV; `-` is standard input), or names: a rule, setting, fact, service, payer,
    /// source, invariant or code
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

    /// Format of the inputs [default: by extension, else by content]
    #[arg(long, value_name = "FORMAT")]
    from: Option<crate::options::From>,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ExplainFormat,

    /// Write the output here, whole or not at all, readable by you alone
    #[arg(short, long, value_name = "FILE", value_parser = options::output)]
    output: Option<PathBuf>,

    #[command(flatten)]
    rules: RuleArgs,

    /// Presume nothing, and reject records with unknown fields
    #[arg(long, conflicts_with = "presume")]
    strict: bool,
}

/// How an explanation is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    /// Lines that a person reads, as wide as the terminal
    Text,
    /// One document with everything
    Json,
}

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs) -> Result<Exit> {
    clean_up_on_interrupt();
    spares(args.what.iter().chain(&rule_files::read(&args.rules)), &args.output.iter().collect::<Vec<_>>())?;
    let about_notes = args.all || !args.note.is_empty() || args.from.is_some();
    let (files, names): (Vec<PathBuf>, Vec<PathBuf>) =
        args.what.iter().cloned().partition(|what| about_notes || is_notes(what));
    if !files.is_empty() && !names.is_empty() {
        let text =
            format!("`{}` is no file of notes, and the others are", names.first().unwrap_or(&PathBuf::new()).display());
        return Err(Message::error(Code::Usage, text).help("explain notes and names one after the other").into());
    }
    if names.is_empty() { explain_notes(args, &files) } else { explain_names(args, &names) }
}

/// Whether an argument names notes: a file, standard input, or a name that ends as a file of notes does.
fn is_notes(what: &Path) -> bool {
    let named = what.to_string_lossy();
    named == "-" || Format::of_name(&named).is_some() || named.contains('/') || (what.exists() && !what.is_dir())
}

fn explain_notes(args: &ExplainArgs, files: &[PathBuf]) -> Result<Exit> {
    let ready = match rule_files::ready(&args.rules) {
        Ok(ready) => ready,
        Err(exit) => return Ok(exit),
    };
    let (inputs, bar) = inputs::open(files, args.from.map(crate::options::From::format))?;
    let wanted = match (args.all, args.note.is_empty()) {
        (true, _) => Wanted::All,
        (false, true) => Wanted::Only,
        (false, false) => Wanted::Ids(args.note.clone()),
    };
    let options = Options { wanted, strict: args.strict, most_changed: args.changes };
    let told: Explanations = notes(&ready, inputs, &options)?;
    bar.finish_and_clear();
    write(args, &told, || text(&told, screen::reading(args.output.is_none())))?;
    Ok(Exit::Done)
}

fn explain_names(args: &ExplainArgs, names: &[PathBuf]) -> Result<Exit> {
    #[derive(Serialize)]
    struct Pages {
        pages: Vec<Entry>,
    }
    // Codes have their pages whatever the rules are: some say what is wrong with them.
    let codes: Option<Vec<Entry>> = names.iter().map(|name| code_page(&name.to_string_lossy())).collect();
    let found = match codes {
        Some(codes) => codes,
        None => match rule_files::ready(&args.rules) {
            Ok(ready) => {
                let mut found = Vec::new();
                for name in names {
                    found.extend(pages(&ready, &name.to_string_lossy())?);
                }
                found
            }
            Err(exit) => return Ok(exit),
        },
    };
    let told = Pages { pages: found };
    write(args, &told, || page_text(&told.pages, screen::reading(args.output.is_none())))?;
    Ok(Exit::Done)
}

fn write(args: &ExplainArgs, told: &impl Serialize, text: impl Fn() -> String) -> Result<(), Message> {
    let whole = |out: &mut dyn Write| match args.format {
        ExplainFormat::Text => out.write_all(text().as_bytes()),
        ExplainFormat::Json => write_json(told, out),
    };
    match &args.output {
        Some(path) => place(vec![draft(path, Readers::Owner, &whole)?]),
        None => stdout(&whole),
    }
}
