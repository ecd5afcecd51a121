//! `actbill check`: what is proved about the rules over all possible notes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use chrono::{Days, NaiveDate};
use clap::ValueEnum;

use actbill::cases::claim;
use actbill::citations::{self, SourceText};
use actbill::diagram::Diagram;
use actbill::message::{About, Code, Message};
use actbill::proof::{Problem, certificate, check, combinations, faults, in_order, too_complex};
use actbill::report::{CheckReport, HouseRule, Promise, Proved, RulesRun, Stats};
use actbill::rules::{Invariant, RuleSet};
use actbill::run::{PROGRAM, rules};

use crate::exit::Exit;
use crate::folder::{self, unreadable};
use crate::options::{RuleArgs, date, today};
use crate::output::{Readers, clean_up_on_interrupt, draft, place, stdout};
use crate::rule_files::files;
use crate::screen::say;

const HELP: &str = "\
Examples:
  actbill check                                      the shipped rules
  actbill check --with agency.toml                   the same with the agency's own file
  actbill check --rules rules --sources sources      each quote against the texts of the sources
  actbill check --horizon 90                         does a rate end within 90 days?
  actbill check --format json > proof.json           with the certificate, for another program

What is proved holds for every note that can be written, not only for those that were tried: no gap, no conflict, no \
broken promise. Each problem comes with the smallest note that shows it.

Exit status:
  0  proved, and nothing else found (or not looked for, where it says so)
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

    /// Save the note of each problem here, as a note file (`01-CODE.json`) and as a sample claim (`01-CODE.cases.toml`)
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
    let begun = Instant::now();
    let loaded = files(&args.rules).map_err(|message| vec![message]);
    let loaded = loaded.and_then(|files| rules(files, &args.rules.set, &args.rules.presume));
    let (report, problems, exit) = match loaded {
        Ok(set) => checked(args, &set, texts.as_deref(), begun)?,
        Err(problems) => {
            let about_rules = problems.iter().any(|message| message.code.about() == About::Rules);
            let problems = problems.into_iter().map(Problem::from).collect();
            (unproved(), problems, if about_rules { Exit::BadRules } else { Exit::Failed })
        }
    };
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
        sources: None,
        problems: Vec::new(),
        house_rules: Vec::new(),
        stats: None,
        certificate: None,
    }
}

/// What there is to say of a set whose files can be read, whether it decides every note or not.
fn checked(
    args: &CheckArgs,
    set: &RuleSet,
    texts: Option<&[SourceText]>,
    begun: Instant,
) -> Result<(CheckReport, Vec<Problem>, Exit), Message> {
    let from = args.as_of.unwrap_or_else(today);
    let horizon =
        args.horizon.map(|days| (from, from.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)));
    let compared = texts.map(|texts| citations::compare(set, texts));
    let (sources, misquoted) = compared.map_or((None, Vec::new()), |compared| {
        (Some(compared.sources.into_iter().map(Into::into).collect()), compared.problems)
    });
    let report = CheckReport { rules: Some(RulesRun::of(set)), house_rules: HouseRule::of(set), sources, ..unproved() };
    let diagram = Diagram::new(set);
    let (faults, graphs) = match (faults(set, &diagram), diagram.graphs(set)) {
        (Ok(faults), Ok(graphs)) => (faults, graphs),
        (Err(error), _) | (_, Err(error)) => {
            let problem = Problem::from(too_complex(set, error));
            let problems = std::iter::once(problem).chain(check(set, None, horizon)).chain(misquoted).collect();
            return Ok((report, problems, Exit::BadRules));
        }
    };
    let others = in_order(check(set, Some(&diagram), horizon).into_iter().chain(misquoted).collect());
    let (decides, clean) = (faults.is_empty(), others.is_empty());
    let report = CheckReport {
        proved: decides.then(|| Proved { combinations: combinations(set, &diagram).to_string() }),
        invariants: set.invariants.iter().map(|invariant| promise(invariant, &others)).collect(),
        stats: args.stats.then(|| Stats::new(set, diagram.variables.len(), &graphs, begun.elapsed())),
        certificate: if decides && args.format == CheckFormat::Json { certificate(set, &diagram).ok() } else { None },
        ..report
    };
    let exit = match (decides, clean) {
        (false, _) => Exit::BadRules,
        (true, false) => Exit::Refused,
        (true, true) => Exit::Done,
    };
    let problems: Vec<Problem> = faults.into_iter().chain(others).collect();
    if let Some(folder) = &args.write {
        save(folder, &problems, set, decides.then_some(&diagram))?;
    }
    Ok((report, problems, exit))
}

fn promise(invariant: &Invariant, problems: &[Problem]) -> Promise {
    let breaks =
        |problem: &Problem| problem.message.code == Code::InvariantFails && problem.about.contains(&invariant.id);
    Promise { id: invariant.id.clone(), title: invariant.title.clone(), holds: !problems.iter().any(breaks) }
}

/// The texts in a folder.
fn source_texts(folder: &Path) -> Result<Vec<SourceText>, Message> {
    let text = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        fs::read(path).map(|bytes| SourceText { name, bytes }).map_err(|error| unreadable(path, &error))
    };
    folder::files(folder, false, &|_| true)?.iter().map(text).collect()
}

/// Saves the note of each problem, to be classified, and beside it the same as a sample claim with the settings that it
/// needs.
fn save(folder: &Path, problems: &[Problem], set: &RuleSet, diagram: Option<&Diagram>) -> Result<(), Message> {
    folder::make(folder)?;
    let mut drafts = Vec::new();
    let shown = problems.iter().filter_map(|problem| Some((problem, problem.example.as_ref()?)));
    for (number, (problem, example)) in (1..).zip(shown) {
        let example = example.numbered(number);
        let claim = claim(set, diagram, problem, &example)?;
        let file = |ending| folder.join(format!("{number:02}-{}.{ending}", problem.message.code));
        drafts.push(draft(&file("json"), Readers::Others, &|out| writeln!(out, "[{}]", example.json()))?);
        let claims = file("cases.toml");
        // Somebody may have put right in it what is expected.
        if fs::read(&claims).is_ok_and(|before| before != claim.as_bytes()) {
            let text = format!("`{}` is there already and is left as it is", claims.display());
            say(&Message::warning(Code::Usage, text).help("name another folder, or remove it, to have it written anew"));
        } else {
            drafts.push(draft(&claims, Readers::Others, &|out| out.write_all(claim.as_bytes()))?);
        }
    }
    place(drafts)
}
