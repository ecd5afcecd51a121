//! Options that several commands have: which rules decide, the format of notes, a date, a file to be written.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{Days, NaiveDate};
use clap::ValueEnum;

use actbill::effective::parse_date;
use actbill::read::Format;

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

pub(crate) fn date(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "not a day of the calendar; write YYYY-MM-DD".into())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Today, in universal time.
pub(crate) fn today() -> NaiveDate {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    NaiveDate::default().checked_add_days(Days::new(seconds / 86_400)).unwrap_or_default()
}

/// A file to be written.
pub(crate) fn output(text: &str) -> Result<PathBuf, String> {
    if text == "-" {
        return Err("it takes a file; without this option the output goes to standard output".into());
    }
    Ok(PathBuf::from(text))
}
