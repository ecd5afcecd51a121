//! `actbill test`: runs sample claims against the rules.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;

use actbill::cases::{Blessed, Counting, Coverage, MutantsReport, Report, SampleBatchRun, Suite, annotation};
use actbill::message::{Code, Message};
use actbill::mutants::{self, Mutants};
use actbill::place::Place;
use actbill::proof::too_complex;
use actbill::run::Ready;
use actbill::visible::visible;

use crate::args::RuleArgs;
use crate::console::{Console, progress};
use crate::draft::Readers;
use crate::exit::Exit;
use crate::files;
use crate::output::{self, Target, print};

const HELP: &str = "\
Examples:
  actbill test                                       the shipped rules against the cases that ship with them
  actbill test --with agency.toml                    the agency's rules against the `*.cases.*` files beside them
  actbill test march.json --with agency.toml         a note file whose notes say what they expect
  actbill test --filter coaching --coverage          some of the cases, and what they reach
  actbill test cases --format junit -o junit.xml     a folder of cases, for a build server
  actbill test --mutants                             each small change of the rules that no case notices
  actbill test new.cases.toml --bless                write what is decided today into the file, for review

Sample claims are notes with what is expected of them:
  a case file (`*.cases.toml`)    [[case]] title = \"…\", note = { activity = \"job_coaching\", … },
                                  expect = { payer = \"department\", units = 4, rules = [\"act.job-coaching\"] }
  JSON, NDJSON                    an `expect` object in the note: \"expect\": {\"payer\": \"department\", \"units\": 4}
  CSV                             columns `expect_payer`, `expect_units`, …; lists separated by blanks
A note file is one batch. Only what is named is compared: status, payer, service, code, minutes, quarter_hours, unit, \
units, rate, amount, bundled_into, rules, findings (others may stand beside those named), only_rules, only_findings, \
modifiers, missing, possible, presumed (exactly these) and error. `none` expects a field to be absent, `unpriced` a price to be unknown. \
`known_wrong` says why the rules are wrong today; such a case fails once it passes.

A case that fails shows its whole note. Sample claims must hold no real client's data.

Exit status:
  0  every case passed
  1  a case failed, none ran, too few rules decide in a case, a change of the rules survives --mutants, or
     expectations were written by --bless
  2  could not run or not finish: usage, a case that cannot be read, broken output
  3  the rule set is not valid";

/// Run sample claims against the rules: what is expected beside what is decided
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct TestArgs {
    /// Files of sample claims, or folders of `*.cases.*` files [default: those beside the rules]
    #[arg(value_name = "CASES")]
    files: Vec<PathBuf>,

    /// Run only cases whose file or title holds this text; may be given again for others
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,

    /// List the cases, one on each line, and run none
    #[arg(long)]
    list: bool,

    /// End with 0 even if there was no case to run
    #[arg(long)]
    allow_empty: bool,

    /// Write what is decided today into the files, for review, and end with 1
    #[arg(long, conflicts_with = "list")]
    bless: bool,

    /// Show which rules decide or step aside in no case, which counts, pairs, shadows and edits apply in none, and which
    /// regions of the rules no case visits
    #[arg(long)]
    coverage: bool,

    /// Change the rules in every small way, one change at a time, and show which changes no case notices
    ///
    /// Every block but edits is changed: a condition dropped or negated; a value, payer or service taken out, added or
    /// swapped; a bound or a date moved by one; an override dropped; an exclude made a strike; a rate a cent higher; a
    /// modifier or an alias dropped; a promise weakened. A change that `actbill check` finds a problem in is killed, and
    /// so is one under which a case fails. A change that decides every note alike is equivalent. Any other survived: the
    /// smallest note that would notice it is shown, and the run ends with 1. A change of a promise is killed by a change
    /// of a rule that breaks the promise as written for a note of which the changed promise does not speak.
    #[arg(long, conflicts_with_all = ["bless", "list"])]
    mutants: bool,

    /// Count only the blocks of the --with files, for --coverage, --min-coverage and --mutants
    #[arg(long, requires = "with")]
    own: bool,

    /// End with 1 if fewer of a hundred rules decide in a case; counts, pairs, shadows and edits are rules here
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,

    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: TestFormat,

    /// Write the report here, whole or not at all; what failed still appears as text on standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    rules: RuleArgs,
}

/// A format of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    /// What failed, with the note, the facts that were read and the rules that decided
    Text,
    /// One document with every case
    Json,
    /// XML in the form of `JUnit`, for build servers
    Junit,
    /// Annotations for a GitHub workflow
    Github,
}

/// Runs the command.
pub(crate) fn run(args: &TestArgs, console: &Console) -> Result<Exit> {
    let target = Target::new(args.output.as_deref())?;
    let ready = files::ready(&args.rules)?;
    let claims = files::claims(&args.files, &args.rules)?;
    if args.bless && files::are_claims_shipped(&args.files, &args.rules) {
        let text = "the shipped cases are inside the program and cannot be written";
        return Err(Message::error(Code::Usage, text).help("name the files, or give `--rules FOLDER`").into());
    }
    let read = claims.iter().map(|file| PathBuf::from(&file.name)).chain(files::rule_paths(&args.rules));
    output::refuse_overwriting(read, [&target])?;
    let mut suite = match Suite::read(&ready.set, claims, args.bless) {
        Ok(suite) => suite,
        Err(mistakes) => {
            if args.format == TestFormat::Github {
                print(|out| mistakes.iter().try_for_each(|mistake| writeln!(out, "{}", annotation(mistake))))?;
            }
            console.print_all(&mistakes);
            return Ok(Exit::Failed);
        }
    };
    suite.keep(&args.filter);
    if suite.cases().next().is_none() {
        return nothing_ran(args, &target, &Report::new(&ready.set, &[], None), console);
    }
    if args.list {
        print(|out| {
            suite.cases().try_for_each(|case| writeln!(out, "{}", visible(&format!("{}  {}", case.place, case.title))))
        })?;
        return Ok(Exit::Done);
    }
    let runs = suite.run(&ready.set, &ready.diagram);
    for run in &runs {
        console.print_all(&run.warnings.iter().map(|message| with_case_place(run, message)).collect::<Vec<_>>());
    }
    if args.bless {
        return bless(&suite, &runs, console);
    }
    report(args, &target, &ready, &suite, &runs, console)
}

/// Writes the report and returns the exit status.
fn report(
    args: &TestArgs,
    target: &Target,
    ready: &Ready,
    suite: &Suite,
    runs: &[SampleBatchRun<'_>],
    console: &Console,
) -> Result<Exit> {
    let wanted = args.coverage || args.min_coverage.is_some();
    let counting = if args.own { Counting::Own } else { Counting::All };
    let coverage = wanted.then(|| Coverage::new(&ready.set, &ready.diagram, runs, counting));
    let enough = args.min_coverage.is_none_or(|least| coverage.as_ref().is_none_or(|coverage| coverage.reaches(least)));
    let mut report = Report::new(&ready.set, runs, coverage);
    let passed = report.counts().failed == 0;
    if args.mutants && !passed {
        let text = "changes of the rules were not tried, because cases fail as the rules are";
        console.print(&Message::warning(Code::MutantsNotTried, text).help("correct the cases or the rules first"));
    } else if args.mutants {
        report.mutants = Some(try_mutants(ready, suite, runs, counting)?);
    }
    let survived = report.mutants.as_ref().is_some_and(|mutants| mutants.summary.survived > 0);
    write(args, target, &report)?;
    if let (false, Some(least), Some(coverage)) = (enough, args.min_coverage, &report.coverage) {
        let percent = coverage.deciding() * 100 / coverage.len().max(1);
        let text = format!("{percent} percent of the rules decide in a case, fewer than {least}");
        console.print(&Message::error(Code::LowCoverage, text).help("write a case for each rule that decides in none"));
    }
    Ok(if enough && passed && !survived { Exit::Done } else { Exit::Found })
}

/// Tries every small change of the rules, with a progress bar on a terminal.
fn try_mutants(
    Ready { set, diagram, .. }: &Ready,
    suite: &Suite,
    runs: &[SampleBatchRun<'_>],
    counting: Counting,
) -> Result<MutantsReport, Message> {
    let mutants = Mutants::new(set, mutants::all(set)).map_err(|error| too_complex(set, error))?;
    let length = u64::try_from(mutants.list.len()).unwrap_or(u64::MAX);
    let bar = progress(length, true, "changing the rules {bar:30} {pos} of {len}, {eta} left");
    let statuses = suite.try_mutants((&mutants, diagram), runs, counting, &|| bar.inc(1));
    bar.finish_and_clear();
    Ok(MutantsReport::new(set, &mutants.list, &statuses))
}

/// Writes the report. On standard output, text only accompanies the exit status; any other format is the run's product.
fn write(args: &TestArgs, target: &Target, report: &Report<'_>) -> Result<()> {
    let whole = |out: &mut dyn Write| write_as(args.format, report, out);
    if *target == Target::Stdout && args.format == TestFormat::Text {
        return print(whole);
    }
    let written = target.create(Readers::Others, whole)?;
    if *target != Target::Stdout && args.format != TestFormat::Text {
        print(|out| report.text(out))?;
    }
    Ok(output::finish([written], false)?)
}

fn write_as(format: TestFormat, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        TestFormat::Text => report.text(out),
        TestFormat::Json => report.json(out),
        TestFormat::Junit => report.junit(out),
        TestFormat::Github => report.github(out),
    }
}

/// Fails a run without cases, which proves nothing. A program that reads the report finds an empty one.
fn nothing_ran(args: &TestArgs, target: &Target, report: &Report<'_>, console: &Console) -> Result<Exit> {
    if args.format != TestFormat::Text {
        write(args, target, report)?;
    }
    if args.allow_empty {
        return Ok(Exit::Done);
    }
    let text = if args.filter.is_empty() {
        "there was no case to run"
    } else {
        "no file or title of a case holds the text of --filter"
    };
    let help = "name files of sample claims, put `*.cases.toml` files beside the rules, or give `--allow-empty`";
    console.print(&Message::error(Code::NoCases, text).help(help));
    Ok(Exit::Found)
}

/// Writes what is decided today into the files. The run never succeeds, because a person must review the changes first.
fn bless(suite: &Suite, runs: &[SampleBatchRun<'_>], console: &Console) -> Result<Exit> {
    let blessed = suite.bless(runs)?;
    let mut outputs = Vec::new();
    for file in &blessed {
        let target = Target::new(Some(Path::new(&file.name)))?;
        outputs.push(target.create(Readers::Others, |out| out.write_all(&file.bytes))?);
    }
    output::finish(outputs, false)?;
    print(|out| blessed.iter().try_for_each(|file| write_changes(file, out)))?;
    let passes_now = |run: &SampleBatchRun<'_>| {
        run.results().iter().any(|result| result.case.known_wrong.is_some() && !result.passes())
    };
    if runs.iter().any(passes_now) {
        let text = "a case that is known to be wrong passes: --bless does not remove its `known_wrong`";
        let help = "remove the line; run without --bless to see which case it is";
        console.print(&Message::warning(Code::Blessed, text).help(help));
    }
    let text = match blessed.iter().map(|file| file.changes.len()).sum() {
        0 => "nothing was written: no other case fails or expects nothing".to_owned(),
        1 => "the expectations of 1 case were written anew".to_owned(),
        cases => format!("the expectations of {cases} cases were written anew"),
    };
    let help = "read each change, then run again without --bless";
    console.print(&Message::warning(Code::Blessed, text).help(help));
    Ok(Exit::Found)
}

fn write_changes(file: &Blessed, out: &mut dyn Write) -> io::Result<()> {
    for change in &file.changes {
        writeln!(out, "{}", visible(&format!("{}  {}", change.place, change.title)))?;
        for (key, before, now) in &change.keys {
            let word = |word: &str| if word.is_empty() { "(not expected)".to_owned() } else { word.to_owned() };
            writeln!(out, "    {}", visible(&format!("{key}: {} -> {}", word(before), word(now))))?;
        }
    }
    Ok(())
}

/// Returns a warning about a batch, with the batch's file as its place.
fn with_case_place(run: &SampleBatchRun<'_>, message: &Message) -> Message {
    let file = run.claims.cases.first().map(|case| case.place.file.clone()).unwrap_or_default();
    message.clone().with_place(Place::new(file, 1, 1))
}
