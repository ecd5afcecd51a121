//! `actbill check`: what is proved about the rules over all possible notes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use chrono::{Days, NaiveDate};
use clap::ValueEnum;

use actbill::message::{About, Code, Message, reason};
use actbill::proof::{Against, Problem, SourceText, certificate, check, combinations, region_count};
use actbill::report::{CheckReport, HouseRule, Promise, Proved, RulesRun, Stats};
use actbill::rules::Invariant;
use actbill::run::{PROGRAM, Ready};

use crate::exit::Exit;
use crate::folder::{self, unreadable};
use crate::options::{RuleArgs, date, today};
use crate::output::{clean_up_on_interrupt, draft, place, stdout};
use crate::rule_files::files;
use crate::screen::say;

const HELP: &str = "\
Examples:
  actbill check                                      the shipped rules
  actbill check --with agency.toml                   the same with the agency's own file
  actbill check --rules rules --sources sources      each quote against the texts of the sources
  actbill check --horizon 90                         does a rate end within 90 days?
  actbill check --format json > proof.json           with the certificate, for another program

What is proved holds for every note that can be written, not only for those that were tried: no gap, no conflict, no
broken promise. Each problem comes with the smallest note that shows it.

Exit status:
  0  proved, and nothing else found
  1  proved, but something was found: a broken promise, a rule that does nothing, a citation that does not stand
  2  could not run or not finish: usage, unreadable file, broken output
  3  the rule set is not valid: it does not load, or some note has no outcome or two";

/// Prove the rules over all possible notes, and find what in them does nothing
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    rules: RuleArgs,

    /// Check each quote against the texts in this folder, and find sentences that no rule cites
    #[arg(long, value_name = "FOLDER")]
    sources: Option<PathBuf>,

    /// Find rates that end within so many days with nothing after them
    #[arg(long, value_name = "DAYS")]
    horizon: Option<u32>,

    /// The day from which the horizon counts [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<NaiveDate>,

    /// Save the note of each problem here, as a sample claim
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: CheckFormat,

    /// Tell how large the graphs are and how long the proof took
    #[arg(long)]
    stats: bool,
}

/// How a check is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// Lines that a person reads; the problems on standard error
    Text,
    /// One document with everything, the certificate among it
    Json,
}

/// Runs the command.
pub(crate) fn run(args: &CheckArgs) -> Result<Exit> {
    clean_up_on_interrupt();
    let texts = args.sources.as_deref().map(source_texts).transpose()?;
    let files = files(&args.rules)?;
    let begun = Instant::now();
    let (report, problems, exit) = match Ready::prove(files, &args.rules.set, &args.rules.presume) {
        Ok(ready) => {
            let (report, problems) = checked(args, &ready, texts.as_deref(), begun);
            let exit = if problems.is_empty() { Exit::Done } else { Exit::Refused };
            (report, problems, exit)
        }
        Err(problems) => {
            let usage = problems.iter().all(|problem| problem.message.code.about() == About::Usage);
            (unproved(), problems, if usage { Exit::Failed } else { Exit::BadRules })
        }
    };
    if let Some(folder) = &args.write {
        save(folder, &problems)?;
    }
    if args.format == CheckFormat::Text || exit == Exit::Failed {
        for problem in &problems {
            say(&problem.message);
        }
    }
    let report = CheckReport { problems: problems.into_iter().map(Into::into).collect(), ..report };
    match args.format {
        CheckFormat::Text if exit == Exit::Failed => {}
        CheckFormat::Text => stdout(&|out| report.text(out))?,
        CheckFormat::Json => stdout(&|out| report.json(out))?,
    }
    Ok(exit)
}

fn unproved() -> CheckReport {
    CheckReport {
        program: PROGRAM,
        rules: None,
        proved: None,
        invariants: Vec::new(),
        problems: Vec::new(),
        house_rules: Vec::new(),
        stats: None,
        certificate: None,
    }
}

fn checked(
    args: &CheckArgs,
    ready: &Ready,
    texts: Option<&[SourceText]>,
    begun: Instant,
) -> (CheckReport, Vec<Problem>) {
    let Ready { set, atlas } = ready;
    let from = args.as_of.unwrap_or_else(today);
    let horizon =
        args.horizon.map(|days| (from, from.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)));
    let problems = check(set, atlas, &Against { sources: texts, horizon });
    let breaks = |id: &String| {
        let about = |problem: &Problem| problem.message.code == Code::InvariantFails && problem.about.contains(id);
        problems.iter().any(about)
    };
    let promise = |invariant: &Invariant| Promise {
        id: invariant.id.clone(),
        title: invariant.title.clone(),
        holds: !breaks(&invariant.id),
    };
    let stats = args.stats.then(|| Stats {
        rules: set.rules.len(),
        questions: atlas.decisions.axes.len(),
        nodes: atlas.decisions.nodes.len(),
        meeting_nodes: atlas.meeting.nodes.len(),
        meetings: atlas.meetings.len(),
        milliseconds: begun.elapsed().as_millis(),
    });
    let report = CheckReport {
        rules: Some(RulesRun::of(set)),
        proved: Some(Proved { combinations: combinations(atlas), regions: region_count(atlas) }),
        invariants: set.invariants.iter().map(promise).collect(),
        house_rules: HouseRule::of(set),
        stats,
        certificate: (args.format == CheckFormat::Json).then(|| certificate(set, atlas)).flatten(),
        ..unproved()
    };
    (report, problems)
}

/// The texts in a folder.
fn source_texts(folder: &Path) -> Result<Vec<SourceText>, Message> {
    let text = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        fs::read(path).map(|bytes| SourceText { name, bytes }).map_err(|error| unreadable(path, &error))
    };
    folder::files(folder, false, &|_| true)?.iter().map(text).collect()
}

/// Saves the note of each problem, and beside it the settings that it needs as an agency file.
fn save(folder: &Path, problems: &[Problem]) -> Result<(), Message> {
    fs::create_dir_all(folder).map_err(|error| {
        Message::error(Code::Unwritable, format!("`{}` cannot be made: {}", folder.display(), reason(&error)))
            .help("name a folder that you may write to")
    })?;
    let mut drafts = Vec::new();
    let shown = problems.iter().filter_map(|problem| Some((problem.message.code, problem.example.as_ref()?)));
    for (number, (code, example)) in (1..).zip(shown) {
        let note = |out: &mut dyn Write| writeln!(out, "[{}]", example.json());
        drafts.push(draft(&folder.join(format!("{number:02}-{code}.json")), &note)?);
        if !example.settings.is_empty() {
            let answers = |out: &mut dyn Write| {
                writeln!(out, "[answer]")?;
                example
                    .settings
                    .iter()
                    .try_for_each(|(name, value)| writeln!(out, "{name} = {}", serde_json::to_string(value)?))
            };
            drafts.push(draft(&folder.join(format!("{number:02}-{code}.settings.toml")), &answers)?);
        }
    }
    place(drafts)
}
