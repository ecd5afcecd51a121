//! `actbill classify`: notes in, rows out.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use chrono::{Days, NaiveDate};

use actbill::message::{Code, Message};
use actbill::read::Format;
use actbill::report::{Report, csv, json, ndjson, summary, text};
use actbill::run::{Done, Options, classify};

use crate::args::{ClassifyArgs, To};
use crate::exit::Exit;
use crate::output::{clean_up_on_interrupt, draft, place, same, spares, stdout};
use crate::screen::say;
use crate::{inputs, rule_files, screen};

/// Runs the command.
pub(crate) fn run(args: &ClassifyArgs) -> Result<Exit> {
    clean_up_on_interrupt();
    refuse_overwriting(args)?;
    let ready = match rule_files::ready(&args.rules) {
        Ok(ready) => ready,
        Err(exit) => return Ok(exit),
    };
    let (inputs, bar) = inputs::open(&args.inputs, args.from.map(crate::args::From::format))?;
    let options = Options { strict: args.strict, as_of: args.as_of.unwrap_or_else(today) };
    let done = classify(&ready, inputs, options, &mut |message| bar.suspend(|| say(&message)))?;
    bar.finish_and_clear();
    write(args, &done)?;
    Ok(ending(args, &done.report))
}

fn ending(args: &ClassifyArgs, report: &Report) -> Exit {
    let count = |status| report.summary.status.get(status).copied().unwrap_or_default();
    let (held, rejected) = (count("held"), count("rejected"));
    if rejected > 0 || (args.strict && held > 0) { Exit::Refused } else { Exit::Done }
}

/// Writes what was asked for; files only when all of them are whole.
fn write(args: &ClassifyArgs, done: &Done) -> Result<(), Message> {
    let report = &done.report;
    let to = format(args, done.format);
    let rows = |out: &mut dyn Write| write_as(to, report, out);
    let mut drafts = Vec::new();
    if let Some(path) = &args.output {
        drafts.push(draft(path, &rows)?);
    }
    if let Some(path) = &args.summary {
        drafts.push(draft(path, &|out| summary(report, out))?);
    }
    if args.output.is_none() {
        stdout(&rows)?;
    }
    place(drafts)
}

fn write_as(to: To, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    match to {
        To::Auto | To::Text => text(report, screen::stdout(), out),
        To::Json => json(report, out),
        To::Ndjson => ndjson(report, out),
        To::Csv => csv(report, out),
    }
}

/// What `auto` comes to.
fn format(args: &ClassifyArgs, input: Format) -> To {
    let same = |format| match format {
        Format::Json => To::Json,
        Format::Ndjson => To::Ndjson,
        Format::Csv => To::Csv,
    };
    match (args.format, &args.output) {
        (To::Auto, Some(path)) if path.extension().is_some_and(|ending| ending == "txt") => To::Text,
        (To::Auto, Some(path)) => same(Format::of_name(&path.to_string_lossy()).unwrap_or(input)),
        (To::Auto, None) if io::stdout().is_terminal() => To::Text,
        (To::Auto, None) => same(input),
        (format, _) => format,
    }
}

/// An output must not replace an input, nor the other output.
fn refuse_overwriting(args: &ClassifyArgs) -> Result<(), Message> {
    let outputs: Vec<&PathBuf> = args.output.iter().chain(&args.summary).collect();
    spares(args.inputs.iter().chain(&args.rules.with), &outputs)?;
    match (&args.output, &args.summary) {
        (Some(output), Some(summary)) if same(output, summary) => {
            let text = "--output and --summary name the same file";
            Err(Message::error(Code::Usage, text).help("name two files"))
        }
        _ => Ok(()),
    }
}

/// Today, in universal time.
pub(crate) fn today() -> NaiveDate {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    NaiveDate::default().checked_add_days(Days::new(seconds / 86_400)).unwrap_or_default()
}
