//! `actbill rules`: shows the rule set as lists, as a decision table and as one page.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Subcommand, ValueEnum};

use actbill::handbook::table::Table;
use actbill::handbook::{self, Form, Selection};
use actbill::message::{Code, Message};
use actbill::rules::StatementClass;

use super::export::{self, ExportArgs};
use crate::args::RuleArgs;
use crate::console::{self, Console};
use crate::draft::Readers;
use crate::exit::Exit;
use crate::files;
use crate::output::{self, Target};

const EXIT: &str = "\
Exit status:
  0  shown
  2  could not run or not finish: usage, unreadable file, broken output
  3  the rule set is not valid";

const HELP: &str = "\
Examples:
  actbill rules                                every rule, on one line each
  actbill rules --settings                     the open questions, and who answered them
  actbill rules table                          who pays for what, as a decision table
  actbill rules coverage                       what carries out each statement of the sources
  actbill rules doc -o rules.html              everything on one page
  actbill rules export our-rules               the rule files, to be adapted";

/// Show the rules: as a list, as a decision table, statement by statement, as one page; or write them out
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{HELP}\n\n{EXIT}"), args_conflicts_with_subcommands = true)]
#[command(disable_help_subcommand = true)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    command: Option<RulesCommand>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    List(ListArgs),
    Table(TableArgs),
    Coverage(CoverageArgs),
    Doc(DocArgs),
    Export(ExportArgs),
}

/// List every rule: id, kind, what it says, what it rests on, its dates (as `actbill rules` alone does)
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT)]
struct ListArgs {
    /// List the settings instead: each question, the answer in force and who gave it
    #[arg(long)]
    settings: bool,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ListFormat,

    #[command(flatten)]
    rules: RuleArgs,
}

const COVERAGE: &str = "\
Examples:
  actbill rules coverage                       every statement, its class and its home
  actbill rules coverage S2-26 S2-27           two of them
  actbill rules coverage --class local_payer   what a contract, a state plan or the agency decides

A statement has its home in the blocks that cite it, or in the program itself. A statement that is context says why it \
needs none. `actbill check --sources` reports those that have no home.";

/// Show, for each statement of the sources, what carries it out
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{COVERAGE}\n\n{EXIT}"))]
struct CoverageArgs {
    /// Show only the statements with these ids
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    /// Show only the statements of this class
    #[arg(long, value_name = "CLASS")]
    class: Option<Class>,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ListFormat,

    #[command(flatten)]
    rules: RuleArgs,
}

/// A class of statements.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Class {
    /// Rules decide them
    Decidable,
    /// A payer of the place decides them, so a setting or a fact asks
    #[value(alias = "local-payer")]
    LocalPayer,
    /// They decide nothing
    Context,
}

impl Class {
    fn class(self) -> StatementClass {
        match self {
            Self::Decidable => StatementClass::Decidable,
            Self::LocalPayer => StatementClass::LocalPayer,
            Self::Context => StatementClass::Context,
        }
    }
}

const TABLE: &str = "\
Examples:
  actbill rules table                          under the settings in force
  actbill rules table --set video_is_in_person=yes
  actbill rules table --all-settings --format csv > rules.csv

The table is read off the proof: its rows exclude each other, and together they are every possible note.";

/// Show the whole set as a decision table: complete, and without two rows for one note
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{TABLE}\n\n{EXIT}"))]
struct TableArgs {
    /// Ask the settings too, as facts are, instead of taking them as they are answered
    #[arg(long)]
    all_settings: bool,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ListFormat,

    #[command(flatten)]
    rules: RuleArgs,
}

const DOC: &str = "\
Examples:
  actbill rules doc -o rules.html              then open it in a browser, or print it
  actbill rules doc --with agency.toml -o rules.html
  actbill rules doc --check rules.html         is it still what the rules say?

The page needs nothing else beside it and no script. The same rules give the same bytes.

Exit status:
  0  written; or the page is what the rules say
  1  the page is stale
  2  could not run or not finish: usage, unreadable file, broken output
  3  the rule set is not valid";

/// Write everything on one HTML page: sources beside their rules, the table, rates, open questions, promises
#[derive(Debug, clap::Args)]
#[command(after_help = DOC)]
struct DocArgs {
    /// Write the page here instead of to standard output, whole or not at all
    #[arg(short, long, value_name = "FILE", conflicts_with = "check")]
    output: Option<PathBuf>,

    /// Write nothing; end with 1 if this page is not what the rules say now
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,

    #[command(flatten)]
    rules: RuleArgs,
}

/// A format of a list or a table.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ListFormat {
    /// Tables that a person reads
    Text,
    /// One document for programs
    Json,
    /// A header row, then one row for each
    Csv,
    /// Markdown tables
    Markdown,
}

impl ListFormat {
    fn form(self) -> Form {
        match self {
            Self::Text => Form::Text(console::table(true)),
            Self::Json => Form::Json,
            Self::Csv => Form::Csv,
            Self::Markdown => Form::Markdown,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &RulesArgs, console: &Console) -> Result<Exit> {
    match &args.command {
        None => list(&args.list),
        Some(RulesCommand::List(args)) => list(args),
        Some(RulesCommand::Table(args)) => table(args),
        Some(RulesCommand::Coverage(args)) => coverage(args),
        Some(RulesCommand::Doc(args)) => doc(args, console),
        Some(RulesCommand::Export(args)) => export::run(args, console),
    }
}

fn list(args: &ListArgs) -> Result<Exit> {
    let ready = files::ready(&args.rules)?;
    let form = args.format.form();
    output::write(&Target::Stdout, Readers::Others, |out| {
        if args.settings { handbook::settings(&ready.set, form, out) } else { handbook::rules(&ready.set, form, out) }
    })?;
    Ok(Exit::Done)
}

fn table(args: &TableArgs) -> Result<Exit> {
    let ready = files::ready(&args.rules)?;
    let table = Table::new(&ready.set, &ready.diagram, args.all_settings);
    output::write(&Target::Stdout, Readers::Others, |out| handbook::write_table(&table, args.format.form(), out))?;
    Ok(Exit::Done)
}

fn coverage(args: &CoverageArgs) -> Result<Exit> {
    let ready = files::ready(&args.rules)?;
    let selection = Selection { ids: args.ids.clone(), class: args.class.map(Class::class) };
    let write = handbook::coverage(&ready.set, &selection, args.format.form())?;
    output::write(&Target::Stdout, Readers::Others, |out| write(out))?;
    Ok(Exit::Done)
}

fn doc(args: &DocArgs, console: &Console) -> Result<Exit> {
    let target = Target::new(args.output.as_deref())?;
    output::refuse_overwriting(files::rule_paths(&args.rules), [&target])?;
    let ready = files::ready(&args.rules)?;
    let page = handbook::page(&ready.set, &ready.diagram);
    let Some(path) = &args.check else {
        output::write(&target, Readers::Others, |out| out.write_all(page.as_bytes()))?;
        return Ok(Exit::Done);
    };
    if files::read(path)? == page.as_bytes() {
        return Ok(Exit::Done);
    }
    let text = format!("`{}` is not what the rules say now", path.display());
    let help = format!("write it again: actbill rules doc{} -o {}", options(&args.rules), path.display());
    console.print(&Message::error(Code::StalePage, text).help(help));
    Ok(Exit::Found)
}

/// Returns the options that selected the rules, as they were typed.
fn options(rules: &RuleArgs) -> String {
    let folder = rules.rules.iter().map(|folder| format!(" --rules {}", folder.display()));
    let with = rules.with.iter().map(|file| format!(" --with {}", file.display()));
    let answers = rules.set.iter().map(|(name, value)| format!(" --set {name}={value}"));
    let presumed = rules.presume.iter().map(|(name, value)| format!(" --presume {name}={value}"));
    folder.chain(with).chain(answers).chain(presumed).collect::<Vec<_>>().concat()
}
