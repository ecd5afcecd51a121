//! What may be typed. The man page, the completions and `--help` all come from here.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use actbill::effective::parse_date;
use actbill::read::Format;

const EXIT: &str = "\
Exit status:
  0  ran to the end; every record decided or held
  1  ran to the end, but records were rejected (or held ones under --strict)
  2  could not run or not finish: usage, unreadable file, broken output
  3  the rule set is not valid";

const START: &str = "\
Start with:
  actbill classify notes.json
  actbill classify --help";

/// Decides who pays for an ACT service note, under which code, for how many units and dollars, and by which sentence.
#[derive(Debug, Parser)]
#[command(name = "actbill", version, after_help = format!("{START}\n\n{EXIT}"), disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Classify(ClassifyArgs),
    Check(crate::check::CheckArgs),
    Explain(crate::explain::ExplainArgs),
    Rules(crate::rules::RulesArgs),
    Test(crate::test::TestArgs),
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  actbill completions bash > ~/.local/share/bash-completion/completions/actbill")]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  actbill man > actbill.1 && man ./actbill.1")]
    Man,
}

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
#[command(after_help = format!("{CLASSIFY}\n\n{EXIT}"))]
pub(crate) struct ClassifyArgs {
    /// Files of notes (JSON, NDJSON or CSV); `-` is standard input
    #[arg(required = true, value_name = "NOTES")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Format of the inputs [default: by extension, else by content]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) from: Option<From>,

    /// Format of the output; `auto` is text on a terminal, else the output's extension or the input's format
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(crate) format: To,

    /// Write the output here, whole or not at all, readable by you alone
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Write run, totals and claim lines here, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) rules: RuleArgs,

    /// Presume nothing, reject records with unknown fields, and end with 1 if a note is held
    #[arg(long, conflicts_with = "presume")]
    pub(crate) strict: bool,

    /// Date the run is made for; it is recorded with the run [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) as_of: Option<NaiveDate>,
}

/// Which rules decide, and with which answers.
#[derive(Debug, clap::Args)]
pub(crate) struct RuleArgs {
    /// Use the rule files of this folder instead of the shipped ones
    #[arg(long, value_name = "FOLDER", help_heading = "Rules")]
    pub(crate) rules: Option<PathBuf>,

    /// Add the agency's own rule file: rates, answers, presumptions, other words and columns
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(crate) with: Vec<PathBuf>,

    /// Answer a setting, such as `part_quarter_hour=8`
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, help_heading = "Rules")]
    pub(crate) set: Vec<(String, String)>,

    /// Presume an answer where notes give none; shown on every row that rests on it
    #[arg(long, value_name = "FACT=VALUE", value_parser = pair, help_heading = "Rules")]
    pub(crate) presume: Vec<(String, String)>,
}

/// A format that can be read.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum From {
    /// One document: an array of notes, an object with a `notes` array, or one note
    Json,
    /// One note on each line
    Ndjson,
    /// A header row, then one note on each row
    Csv,
}

impl From {
    pub(crate) fn format(self) -> Format {
        match self {
            Self::Json => Format::Json,
            Self::Ndjson => Format::Ndjson,
            Self::Csv => Format::Csv,
        }
    }
}

/// A format that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
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

pub(crate) fn date(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "not a day of the calendar; write YYYY-MM-DD".into())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
