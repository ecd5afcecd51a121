//! Command-line arguments. They, and each command's own, are the source of `--help`, the man page and the completions.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{Days, NaiveDate};
use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use actbill::effective::{Month, parse_date};
use actbill::message::{Code, Message};
use actbill::read::Format;
use actbill::roster::RosterKind;
use actbill::run::Strictness;

use crate::command::Command;

const START: &str = "\
Start with:
  actbill classify notes.json
  actbill classify --help

Exit status:
  0  ran to the end; every record was decided or held, and nothing was found
  1  ran to the end, but records were rejected, or held under --fail-on-held; or something was found: a broken promise, a
     failed case, a stale page
  2  could not run or not finish: usage, unreadable file, broken output
  3  the rule set is not valid";

/// Decides who pays for an ACT service note, under which code, for how many units and dollars, and by which sentence.
#[derive(Debug, Parser)]
#[command(name = "actbill", version, after_help = START, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Print errors only, no warnings
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
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
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value, help_heading = "Rules")]
    pub(crate) set: Vec<(String, String)>,

    /// Presume an answer where notes give none; every row that rests on it says so
    #[arg(long, value_name = "FACT=VALUE", value_parser = name_and_value, help_heading = "Rules")]
    pub(crate) presume: Vec<(String, String)>,
}

/// What the inputs are.
#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Format of the inputs [default: by extension, else by content]
    #[arg(long, value_name = "FORMAT", value_parser = note_format())]
    pub(crate) from: Option<Format>,

    /// Sheet of a workbook that holds the notes [default: the first one with a header row]
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
}

/// What is known of clients and staff members.
#[derive(Debug, clap::Args)]
pub(crate) struct RosterArgs {
    /// Answer what notes leave open from this roster of clients: id, any facts, and the dates `from` and `through`
    #[arg(long, value_name = "FILE", help_heading = "Rosters")]
    clients: Option<PathBuf>,

    /// Answer what notes leave open from this roster of staff members, in the same form
    #[arg(long, value_name = "FILE", help_heading = "Rosters")]
    staff: Option<PathBuf>,
}

impl RosterArgs {
    /// Returns the rosters, each with its path.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (RosterKind, &PathBuf)> {
        let clients = self.clients.iter().map(|path| (RosterKind::Clients, path));
        clients.chain(self.staff.iter().map(|path| (RosterKind::Staff, path)))
    }
}

/// What is not taken for granted about notes.
#[derive(Debug, clap::Args)]
pub(crate) struct StrictArgs {
    /// Take no answer for granted that a note does not give
    #[arg(long, conflicts_with = "presume", help_heading = "Strictness")]
    presume_nothing: bool,

    /// Reject records with fields that the rule set does not know
    #[arg(long, help_heading = "Strictness")]
    known_fields_only: bool,
}

impl StrictArgs {
    /// Returns the strictness that the options request. `strict` turns on both checks.
    pub(crate) fn strictness(&self, strict: bool) -> Strictness {
        Strictness {
            presume_nothing: self.presume_nothing || strict,
            known_fields_only: self.known_fields_only || strict,
        }
    }
}

/// Returns a parser for the names of note formats.
pub(crate) fn note_format() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.map(|format| PossibleValue::new(format.name()).help(format.description()));
    PossibleValuesParser::new(names)
        .try_map(|name| Format::ALL.into_iter().find(|format| format.name() == name).ok_or("not a format of notes"))
}

/// Parses a date on the command line.
pub(crate) fn date(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "not a day of the calendar; write YYYY-MM-DD".into())
}

/// Parses a month on the command line.
pub(crate) fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "not a month of the calendar; write YYYY-MM".into())
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Returns the arguments that the program was called with, after its own name.
pub(crate) fn command_line() -> Result<Vec<String>, Message> {
    let given = std::env::args_os().skip(1).map(OsString::into_string).collect::<Result<_, _>>();
    given.map_err(|_| {
        let text = "an argument is not UTF-8 text, so no receipt can hold it";
        Message::error(Code::Usage, text).help("rename the file, or leave `--receipt` out")
    })
}

/// Returns today's date in UTC or, as programs do whose output can be reproduced, the day that the environment variable
/// `SOURCE_DATE_EPOCH` gives in seconds since 1970.
pub(crate) fn today() -> Result<NaiveDate, Message> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(given) if !given.is_empty() => given.parse().ok(),
        _ => Some(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())),
    };
    let day = seconds.and_then(|seconds: u64| NaiveDate::default().checked_add_days(Days::new(seconds / 86_400)));
    day.ok_or_else(|| {
        let text = "the environment variable `SOURCE_DATE_EPOCH` is not a number of seconds since 1970";
        Message::error(Code::Usage, text).help("unset it, or give the date of the run with `--as-of`")
    })
}
