//! `actbill check`: proves properties of the rules over all possible notes.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use chrono::{Days, NaiveDate};
use clap::ValueEnum;

use actbill::cases::case_for_problem;
use actbill::citations::{self, SourceText};
use actbill::compare::compare;
use actbill::diagram::Diagram;
use actbill::message::{Code, Message};
use actbill::proof::{
    Problem, certificate, check, combinations, differences, faults, in_order, incomparable, ledger_proof, too_complex,
};
use actbill::report::{CheckReport, HouseRule, Promise, Proved, RulesRun, SameAs, Stats};
use actbill::rules::{Invariant, RuleSet};
use actbill::run::PROGRAM;
use actbill::space::Example;

use crate::args::{RuleArgs, date, today};
use crate::console::Console;
use crate::draft::Readers;
use crate::exit::{Errors, Exit};
use crate::files;
use crate::output::{self, Target, print};

const HELP: &str = "\
Examples:
  actbill check                                      the shipped rules
  actbill check --with agency.toml                   the same with the agency's own file
  actbill check --rules rules --sources sources      each quote against the texts of the sources
  actbill check --horizon 90                         does a rate end within 90 days?
  actbill check --same-as released-rules             does it decide every note as those rules do?
  actbill check --format json > proof.json           with the certificate, for another program

What is proved holds for every note that can be written, not only for those that were tried: no gap, no conflict, no \
broken promise. Each problem comes with the smallest note that shows it.

Exit status:
  0  proved, and nothing else found (or not looked for, where it says so)
  1  proved, but something was found: a broken promise, a rule that does nothing, a citation that does not stand, a
     difference from the rules of --same-as
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

    /// Compare with the rule files of this folder: every note of the activities that both know, under every answer to
    /// settings, and the codes, units, rates and counts of the services that both know
    #[arg(long, value_name = "FOLDER")]
    same_as: Option<PathBuf>,

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

    /// Show how large the graphs are and how long the proof took
    #[arg(long)]
    stats: bool,
}

/// A format of what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// Lines that a person reads; the problems on standard error
    Text,
    /// One document with everything, the certificate among it
    Json,
}

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, console: &Console) -> Result<Exit> {
    let texts = args.sources.as_deref().map(source_texts).transpose()?;
    let other = args.same_as.as_deref().map(files::rule_folder).transpose()?;
    let begun = Instant::now();
    let (report, problems, exit) = match files::rule_set(&args.rules) {
        Ok(set) => check_set(args, &set, (texts.as_deref(), other.as_ref()), begun, console)?,
        Err(Errors(errors)) if Exit::from_errors(&errors) == Exit::InvalidRules => {
            (unproved(), errors.into_iter().map(Problem::from).collect(), Exit::InvalidRules)
        }
        Err(errors) => return Err(errors.into()),
    };
    if args.format == CheckFormat::Text {
        console.print_all(problems.iter().map(|problem| &problem.message));
    }
    let report = CheckReport { problems: problems.into_iter().map(Into::into).collect(), ..report };
    match args.format {
        CheckFormat::Text => print(|out| report.text(out))?,
        CheckFormat::Json => output::write(&Target::Stdout, Readers::Others, |out| report.json(out))?,
    }
    Ok(exit)
}

fn unproved() -> CheckReport {
    CheckReport {
        program: PROGRAM,
        rules: None,
        proved: None,
        invariants: Vec::new(),
        same_as: None,
        sources: None,
        problems: Vec::new(),
        house_rules: Vec::new(),
        stats: None,
        certificate: None,
    }
}

/// Builds the report on a set whose files can be read, whether or not it decides every note.
fn check_set(
    args: &CheckArgs,
    set: &RuleSet,
    (texts, other): (Option<&[SourceText]>, Option<&RuleSet>),
    begun: Instant,
    console: &Console,
) -> Result<(CheckReport, Vec<Problem>, Exit)> {
    let from = args.as_of.map_or_else(today, Ok)?;
    let horizon =
        args.horizon.map(|days| (from, from.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)));
    let compared = texts.map(|texts| citations::compare(set, texts));
    let (sources, misquoted) = compared.map_or((None, Vec::new()), |compared| {
        (Some(compared.sources.into_iter().map(Into::into).collect()), compared.problems)
    });
    let (same_as, different) = same_as(args, set, other);
    let misquoted = misquoted.into_iter().chain(different).collect::<Vec<_>>();
    let report = CheckReport {
        rules: Some(RulesRun::new(set)),
        house_rules: HouseRule::list(set),
        same_as,
        sources,
        ..unproved()
    };
    let diagram = Diagram::new(set);
    let (faults, graphs) = match (faults(set, &diagram), diagram.graphs(set)) {
        (Ok(faults), Ok(graphs)) => (faults, graphs),
        (Err(error), _) | (_, Err(error)) => {
            let problem = Problem::from(too_complex(set, error));
            let problems = std::iter::once(problem).chain(check(set, None, horizon)).chain(misquoted).collect();
            return Ok((report, problems, Exit::InvalidRules));
        }
    };
    let others = in_order(check(set, Some(&diagram), horizon).into_iter().chain(misquoted).collect());
    let (decides, clean) = (faults.is_empty(), others.is_empty());
    let report = CheckReport {
        proved: decides.then(|| proved(set, &diagram)),
        invariants: set.invariants.iter().map(|invariant| promise(invariant, &others)).collect(),
        stats: args.stats.then(|| Stats::new(set, diagram.variables.len(), &graphs, begun.elapsed())),
        certificate: if decides && args.format == CheckFormat::Json { certificate(set, &diagram).ok() } else { None },
        ..report
    };
    let exit = match (decides, clean) {
        (false, _) => Exit::InvalidRules,
        (true, false) => Exit::Found,
        (true, true) => Exit::Done,
    };
    let problems: Vec<Problem> = faults.into_iter().chain(others).collect();
    if let Some(folder) = &args.write {
        save(folder, &problems, set, decides.then_some(&diagram), console)?;
    }
    Ok((report, problems, exit))
}

fn proved(set: &RuleSet, diagram: &Diagram) -> Proved {
    Proved { combinations: combinations(set, diagram).to_string(), periods: ledger_proof(set, diagram).map(Into::into) }
}

/// Compares the set with the one of `--same-as`, if there is one.
fn same_as(args: &CheckArgs, set: &RuleSet, other: Option<&RuleSet>) -> (Option<SameAs>, Vec<Problem>) {
    let (Some(folder), Some(other)) = (&args.same_as, other) else { return (None, Vec::new()) };
    let name = folder.display().to_string();
    match compare(set, other) {
        Ok(compared) => (Some(SameAs::new(&name, &compared)), differences(set, &name, &compared)),
        Err(reason) => (None, vec![incomparable(&name, &reason)]),
    }
}

fn promise(invariant: &Invariant, problems: &[Problem]) -> Promise {
    let breaks = |problem: &Problem| {
        let is_open = matches!(problem.message.code, Code::InvariantFails | Code::TooComplex);
        is_open && problem.about.contains(&invariant.id)
    };
    Promise {
        id: invariant.id.clone(),
        title: invariant.title.clone(),
        holds: !problems.iter().any(breaks),
        of_periods: invariant.terms.is_some(),
    }
}

/// Reads the source texts in a folder.
fn source_texts(folder: &Path) -> Result<Vec<SourceText>, Message> {
    let text = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        files::read(path).map(|bytes| SourceText { name, bytes })
    };
    files::find(folder, false, &|_| true)?.iter().map(text).collect()
}

/// Saves the note of each problem as a file that can be classified, and next to it the same note as a sample claim with
/// the settings it needs.
fn save(
    folder: &Path,
    problems: &[Problem],
    set: &RuleSet,
    diagram: Option<&Diagram>,
    console: &Console,
) -> Result<()> {
    files::create_folder(folder)?;
    let mut outputs = Vec::new();
    let shown = problems.iter().filter_map(|problem| Some((problem, problem.example.as_ref()?)));
    for (number, (problem, example)) in (1..).zip(shown) {
        let examples: Vec<Example> = match problem.more.as_slice() {
            [] => vec![example.numbered(number)],
            more => std::iter::once(example).chain(more).cloned().collect(),
        };
        let case = case_for_problem(set, diagram, problem, &examples)?;
        let path = |ending| folder.join(format!("{number:02}-{}.{ending}", problem.message.code));
        let note = Target::new(Some(&path("json")))?;
        let json: Vec<String> = examples.iter().map(Example::json).collect();
        outputs.push(note.create(Readers::Others, |out| writeln!(out, "[{}]", json.join(",\n ")))?);
        let path = path("cases.toml");
        // Somebody may have corrected the expectations in it.
        if path.exists() && files::read(&path)? != case.as_bytes() {
            let text = format!("`{}` exists already and is left as it is", path.display());
            let help = "name another folder, or remove it, to have it written again";
            console.print(&Message::warning(Code::Usage, text).help(help));
        } else {
            outputs.push(Target::new(Some(&path))?.create(Readers::Others, |out| out.write_all(case.as_bytes()))?);
        }
    }
    Ok(output::finish(outputs, false)?)
}
