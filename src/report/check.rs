//! What `actbill check` has to say: what is proved, every problem, the house rules, and the certificate.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

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

/// Everything that a check found.
#[derive(Debug, Serialize)]
pub struct CheckReport {
    /// The program.
    pub program: Program,
    /// The rule set, if its files could be read as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<RulesRun>,
    /// What is proved; absent where some note is not decided exactly once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved: Option<Proved>,
    /// The promises of the set, by id, each with whether it holds.
    pub invariants: Vec<Promise>,
    /// Everything wrong, in order of place.
    pub problems: Vec<ProblemRow>,
    /// What citations were compared with; absent where no texts were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<SourceRow>>,
    /// Rules that rest on our own decision, or on more than their citation says.
    pub house_rules: Vec<HouseRule>,
    /// How large the graphs are and how long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<Stats>,
    /// The graphs with a count for each node; absent where nothing is proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
}

/// Every combination of facts on every service date has exactly one outcome.
#[derive(Debug, Serialize)]
pub struct Proved {
    /// How many combinations of answers there are, as decimal digits; bands of numbers and dates count as one answer
    /// each.
    pub combinations: String,
}

/// An invariant.
#[derive(Debug, Serialize)]
pub struct Promise {
    /// Its id.
    pub id: String,
    /// What it promises.
    pub title: String,
    /// Whether it is proved; otherwise a problem shows a note that breaks it.
    pub holds: bool,
}

/// A source, and what its quotes were compared with.
#[derive(Debug, Serialize)]
pub struct SourceRow {
    /// Its name.
    pub name: String,
    /// `same` as when the citations were checked, `changed`, `missing`, or `unchecked`: the rules name no text.
    pub text: &'static str,
    /// Quotes of it in the rules.
    pub quotes: usize,
    /// Sentences of the text that carry a rule.
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
    /// One line for a person.
    fn describe(&self) -> String {
        let Self { name, text, quotes, sentences } = self;
        match *text {
            "missing" => format!("{name}: {quotes} quotes not compared, its text is not there"),
            "unchecked" => format!("{name}: {quotes} quotes not compared, the rules name no text of it"),
            _ => format!("{name}: {quotes} quotes compared, {sentences} sentences that carry a rule looked through"),
        }
    }
}

/// A rule that is our own.
#[derive(Debug, Serialize)]
pub struct HouseRule {
    /// Its id.
    pub id: String,
    /// What it says.
    pub title: String,
    /// Why, or how far it goes beyond its citation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Sizes and times.
#[derive(Debug, Serialize)]
pub struct Stats {
    /// Rules.
    pub rules: usize,
    /// Facts and settings that some rule asks, and the service date where one is dated.
    pub questions: usize,
    /// Graphs: one for activities that all rules treat alike.
    pub graphs: usize,
    /// Nodes of the graphs of outcomes.
    pub nodes: usize,
    /// Milliseconds that the proof took, rounded down.
    pub milliseconds: u128,
}

/// A problem as a program reads it.
#[derive(Debug, Serialize)]
pub struct ProblemRow {
    /// Its code.
    pub code: &'static str,
    /// `error` where the set decides nothing or a promise is broken, else `warning`.
    pub severity: &'static str,
    /// The rule file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// What is wrong.
    pub text: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Ids of the rules or the invariant that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// The notes it is about: the answers that bound them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub region: BTreeMap<String, Vec<String>>,
    /// The smallest note that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Example>,
    /// Settings that the note needs beside it.
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
    /// The house rules of a set, by id.
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
    /// Of a set and its graphs, that took so long.
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
    /// One JSON document.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(self, out)
    }

    /// What is proved and what was found, in lines; the problems themselves are messages.
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
