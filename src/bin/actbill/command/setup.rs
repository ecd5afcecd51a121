//! `actbill setup`: drafts an agency file from an export, and says what is still unmapped.

use std::io::Read;
use std::path::PathBuf;

use anyhow::Result;

use actbill::message::{Code, Message};
use actbill::read::InputHint;
use actbill::rules::RuleSet;
use actbill::run::file_message;
use actbill::setup::{Survey, open_points, survey, write_draft};

use crate::args::{InputArgs, RuleArgs};
use crate::draft::Readers;
use crate::exit::Exit;
use crate::output::{self, Target, print};
use crate::{files, inputs};

const HELP: &str = "\
Examples:
  actbill setup march.csv -o agency.toml             draft the agency file that maps this export
  actbill setup march.csv --with agency.toml         what is still unmapped?
  actbill classify march.csv --with agency.toml      the first table

The draft says what was found: header row, separator, encoding, order of dates, the field of each column, the words of \
each coded column. What only people can know stands in it as a comment: complete it and remove the `#`. Only words of \
columns that stand for coded facts are written or shown, never ids, names or other text of a note.

Exit status:
  0  the draft is written; or, with --with, nothing is unmapped
  1  with --with: something is still unmapped
  2  could not run or not finish: usage, unreadable file, broken output
  3  the rule set is not valid";

/// Draft the agency file that maps an export's columns and words, or say what is still unmapped
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct SetupArgs {
    /// The export: CSV, a workbook such as XLSX, JSON or NDJSON; `-` is standard input
    #[arg(value_name = "EXPORT")]
    export: PathBuf,

    #[command(flatten)]
    input: InputArgs,

    /// Write the draft here [default: standard output]
    #[arg(short, long, value_name = "FILE", conflicts_with = "with")]
    output: Option<PathBuf>,

    /// Replace the file of the draft, if there is one
    #[arg(long, requires = "output")]
    force: bool,

    #[command(flatten)]
    rules: RuleArgs,
}

/// Runs the command.
pub(crate) fn run(args: &SetupArgs) -> Result<Exit> {
    let target = Target::new(args.output.as_deref())?;
    let read = std::iter::once(args.export.clone()).chain(files::rule_paths(&args.rules));
    output::refuse_overwriting(read, [&target])?;
    if let Target::File(path) = &target
        && path.exists()
        && !args.force
    {
        let text = format!("`{}` exists, and may hold what somebody has completed", path.display());
        return Err(Message::error(Code::Usage, text).help("name another file, or replace it with `--force`").into());
    }
    let set = files::rule_set(&args.rules)?;
    let (name, survey) = look(args, &set)?;
    if args.rules.with.is_empty() {
        let draft = target.create(Readers::Others, |out| write_draft(&set, &survey, &name, out))?;
        output::finish([draft], true)?;
        return Ok(Exit::Done);
    }
    let points = open_points(&set, &survey);
    print(|out| {
        for point in &points {
            writeln!(out, "{}\n  {}", point.text, point.help)?;
        }
        match points.len() {
            0 => writeln!(out, "nothing is unmapped"),
            1 => writeln!(out, "1 point is open"),
            number => writeln!(out, "{number} points are open"),
        }
    })?;
    Ok(if points.is_empty() { Exit::Done } else { Exit::Found })
}

/// Reads the export and looks at its columns. Returns the name of its file, too.
fn look(args: &SetupArgs, set: &RuleSet) -> Result<(String, Survey), Message> {
    let (inputs, bar) = inputs::open(std::slice::from_ref(&args.export), &args.input)?;
    let (mut name, mut format, mut bytes) = (String::new(), None, Vec::new());
    for mut input in inputs {
        let read = input.bytes.read_to_end(&mut bytes);
        read.map_err(|error| file_message(&input.name, error.into()))?;
        (name, format) = (input.name, input.format);
    }
    bar.finish_and_clear();
    let wanted = InputHint { format, sheet: args.input.sheet.as_deref() };
    let survey = survey(set, &bytes, wanted).map_err(|error| file_message(&name, error))?;
    let name = std::path::Path::new(&name).file_name().map_or(name.clone(), |file| file.to_string_lossy().into_owned());
    Ok((name, survey))
}
