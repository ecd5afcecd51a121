//! The report of `actbill check`: what is proved, all problems, the house rules, and the certificate.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Program, RulesRun, write_json};
use crate::citations::{ComparedSource, TextFound};
use crate::diagram::ActivityGraph;
use crate::facts::WrittenAnswer;
use crate::message::{Code, Level, Message};
use crate::proof::{Certificate, Problem};
use crate::rules::RuleSet;
use crate::space::Example;
use crate::visible::visible;
use crate::words;

/// The results of a check.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct CheckReport {
    /// The program.
    pub program: Program,
    /// The rule set, if its files could be loaded.
    pub rules: Option<RulesRun>,
    /// What is proved; absent if some note is not decided exactly once.
    pub proved: Option<Proved>,
    /// The invariants of the set, ordered by id, each with whether it holds.
    pub invariants: Vec<Promise>,
    /// All problems, ordered by location.
    pub problems: Vec<ProblemRow>,
    /// The sources that citations were compared with; absent if no texts were given.
    pub sources: Option<Vec<SourceRow>>,
    /// Rules that are our own decision or go beyond their citations.
    pub house_rules: Vec<HouseRule>,
    /// Size of the graphs and time taken.
    pub stats: Option<Stats>,
    /// The graphs with counts for each node; absent if nothing is proved.
    pub certificate: Option<Certificate>,
}

/// Proof that every combination of facts on every service date has exactly one outcome.
#[derive(Debug, Serialize)]
pub struct Proved {
    /// Number of combinations of answers, as decimal digits; each band of numbers or dates counts as one answer.
    pub combinations: String,
}

/// An invariant and whether it holds.
#[derive(Debug, Serialize)]
pub struct Promise {
    /// The invariant's id.
    pub id: String,
    /// The invariant's title.
    pub title: String,
    /// Whether it is proved; if not, a problem shows a note that breaks it.
    pub holds: bool,
}

/// A source, and the text that its quotes were compared with.
#[derive(Debug, Serialize)]
pub struct SourceRow {
    /// Name of the source.
    pub name: String,
    /// `same` as when the citations were checked, `changed`, `missing`, or `unchecked` if the rules give no SHA-256.
    pub text: &'static str,
    /// Number of quotes of this source in the rules.
    pub quotes: usize,
    /// Number of normative sentences in the text.
    pub sentences: usize,
}

impl From<ComparedSource> for SourceRow {
    fn from(source: ComparedSource) -> Self {
        let text = match source.text {
            TextFound::Same => "same",
            TextFound::Changed => "changed",
            TextFound::Missing => "missing",
            TextFound::Unchecked => "unchecked",
        };
        Self { name: source.name, text, quotes: source.quotes, sentences: source.sentences }
    }
}

impl SourceRow {
    /// Describes the source in one line.
    fn describe(&self) -> String {
        let Self { name, text, quotes, sentences } = self;
        match *text {
            "missing" => format!("{name}: {quotes} quotes not compared, its text is not there"),
            "unchecked" => format!("{name}: {quotes} quotes not compared, the rules name no text of it"),
            _ => format!("{name}: {quotes} quotes compared, {sentences} sentences that carry a rule looked through"),
        }
    }
}

/// A house rule.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct HouseRule {
    /// The rule's id.
    pub id: String,
    /// The rule's title.
    pub title: String,
    /// The reason, or how far the rule goes beyond its citations.
    pub note: Option<String>,
}

/// Sizes and timing.
#[derive(Debug, Serialize)]
pub struct Stats {
    /// Number of rules.
    pub rules: usize,
    /// Number of facts and settings that some rule asks, plus the service date if a rule has dates.
    pub questions: usize,
    /// Number of graphs, one for each group of activities that all rules treat alike.
    pub graphs: usize,
    /// Total number of nodes in the outcome graphs.
    pub nodes: usize,
    /// Milliseconds that the proof took, rounded down.
    pub milliseconds: u128,
}

/// The JSON form of a problem.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct ProblemRow {
    /// The problem's code.
    pub code: &'static str,
    /// `error` if the set cannot decide every note or breaks a promise, otherwise `warning`.
    pub severity: &'static str,
    /// The rule file.
    pub file: Option<String>,
    /// Line number, from 1.
    pub line: Option<u64>,
    /// Column number, from 1.
    pub column: Option<u64>,
    /// What is wrong.
    pub text: String,
    /// How to fix it.
    pub help: Option<String>,
    /// Ids of the rules or the invariant involved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// The affected notes, as the answers that bound them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub region: BTreeMap<String, Vec<String>>,
    /// The smallest note that shows the problem.
    pub note: Option<Example>,
    /// Settings that the note needs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, WrittenAnswer>,
}

impl From<Problem> for ProblemRow {
    fn from(problem: Problem) -> Self {
        let Problem { message: Message { place, level, code, text, help, .. }, about, region, example } = problem;
        Self {
            code: code.as_str(),
            severity: match level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            file: place.as_ref().map(|place| place.file.clone()),
            line: place.as_ref().map(|place| place.line),
            column: place.as_ref().map(|place| place.column),
            text,
            help,
            about,
            region: region.into_iter().collect(),
            settings: example.as_ref().map(|example| example.settings.clone()).unwrap_or_default(),
            note: example,
        }
    }
}

impl HouseRule {
    /// Returns the house rules of a set, ordered by id.
    pub fn list(set: &RuleSet) -> Vec<Self> {
        let house = set.rules.iter().filter(|rule| rule.basis.house);
        let row = |rule: &crate::rules::Rule| Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            note: rule.basis.note.clone(),
        };
        house.map(row).collect()
    }
}

impl Stats {
    /// Collects the statistics of a set and its graphs.
    pub fn new(set: &RuleSet, questions: usize, graphs: &[&ActivityGraph], took: Duration) -> Self {
        Self {
            rules: set.rules.len(),
            questions,
            graphs: graphs.len(),
            nodes: graphs.iter().map(|graph| graph.store.reachable(graph.rules.outcome).len()).sum(),
            milliseconds: took.as_millis(),
        }
    }
}

impl CheckReport {
    /// Writes one JSON document.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(self, out)
    }

    /// Writes what is proved and found, as lines of text. The problems themselves are reported as messages.
    pub fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.proved {
            Some(Proved { combinations }) => writeln!(
                out,
                "proved: every combination of facts on every service date has exactly one outcome: \
                 {} combinations",
                words::grouped(combinations)
            )?,
            None if self.problems.iter().any(|problem| problem.code == Code::TooComplex.as_str()) => {
                writeln!(out, "not proved: the graphs of the rules grow too large")?;
            }
            None => writeln!(out, "not proved: the rule set does not decide every note exactly once")?,
        }
        if !self.invariants.is_empty() {
            let hold = self.invariants.iter().filter(|promise| promise.holds).count();
            writeln!(out, "promises: {hold} of {} hold for every note", self.invariants.len())?;
        }
        if let Some(sources) = &self.sources {
            writeln!(out, "sources: {}", sources.len())?;
            for source in sources {
                writeln!(out, "  {}", visible(&source.describe()))?;
            }
        }
        if !self.house_rules.is_empty() {
            writeln!(out, "house rules: {}", self.house_rules.len())?;
            for HouseRule { id, title, .. } in &self.house_rules {
                writeln!(out, "  {id}: {}", visible(title))?;
            }
        }
        if let Some(stats) = &self.stats {
            writeln!(
                out,
                "stats: {} rules over {} questions, {} graphs of {} nodes, {} ms",
                stats.rules, stats.questions, stats.graphs, stats.nodes, stats.milliseconds
            )?;
        }
        match self.problems.len() {
            0 => writeln!(out, "no problems"),
            1 => writeln!(out, "1 problem"),
            many => writeln!(out, "{many} problems"),
        }
    }
}
