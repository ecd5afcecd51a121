//! The report of `actbill check`: what is proved, all problems, the house rules, and the certificate.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Program, RulesRun, write_json};
use crate::citations::{ComparedSource, TextFound};
use crate::compare::Comparison;
use crate::diagram::ActivityGraph;
use crate::facts::WrittenAnswer;
use crate::message::{Code, Level, Message};
use crate::nearest::one_of;
use crate::proof::{Certificate, CountRow, LedgerProof, Problem, count_table};
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
    /// What was compared with another rule set; absent if nothing was.
    pub same_as: Option<SameAs>,
    /// Rules that are our own decision or go beyond their citations.
    pub house_rules: Vec<HouseRule>,
    /// Size of the graphs and time taken.
    pub stats: Option<Stats>,
    /// The graphs with counts for each node; absent if nothing is proved.
    pub certificate: Option<Certificate>,
}

/// Proof that every combination of facts on every service date has exactly one outcome.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct Proved {
    /// Number of combinations of answers, as decimal digits; each band of numbers or dates counts as one answer.
    pub combinations: String,
    /// What is proved about the notes of a client's day, month or date together; absent if no promise or pair is about
    /// them.
    pub periods: Option<ProvedPeriods>,
}

/// Proof about all notes of one client and period.
#[derive(Debug, Serialize)]
pub struct ProvedPeriods {
    /// Number of promises and pairs, each of which is one question.
    pub questions: usize,
    /// Number of states of a period that stand for all of them, over all questions; each band of minutes counts once.
    pub states: usize,
}

impl From<LedgerProof> for ProvedPeriods {
    fn from(LedgerProof { questions, states }: LedgerProof) -> Self {
        Self { questions, states }
    }
}

/// What was compared with another rule set.
#[derive(Debug, Serialize)]
pub struct SameAs {
    /// The other rule set.
    pub rules: String,
    /// Whether nothing differs.
    pub same: bool,
    /// The activities of which every note was compared; empty if the sets declare none.
    pub activities: Vec<String>,
    /// Number of combinations of answers that were compared, as decimal digits.
    pub combinations: String,
    /// The services whose codes, units, rates and counting were compared.
    pub services: Vec<String>,
    /// Values that only one of the sets knows, by fact; notes with them were not compared.
    pub left_out: BTreeMap<String, Vec<String>>,
}

impl SameAs {
    /// Creates the row of a comparison with the rule set of this name.
    pub fn new(rules: &str, compared: &Comparison) -> Self {
        Self {
            rules: rules.to_owned(),
            same: compared.is_same(),
            activities: compared.activities.clone(),
            combinations: compared.combinations.to_string(),
            services: compared.services.clone(),
            left_out: compared.left_out.clone(),
        }
    }

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let same = if self.same { "same as" } else { "not the same as" };
        let notes = match self.activities.len() {
            0 => "every note".to_owned(),
            1 => "every note of 1 activity".to_owned(),
            many => format!("every note of {many} activities"),
        };
        let services = match self.services.len() {
            1 => "1 service".to_owned(),
            many => format!("{many} services"),
        };
        writeln!(
            out,
            "{same} `{}`: compared {notes}, {} combinations, and what is said of {services}",
            visible(&self.rules),
            words::grouped(&self.combinations)
        )?;
        for (fact, values) in &self.left_out {
            let values = one_of(values.iter().map(String::as_str));
            writeln!(out, "  not compared: notes in which `{fact}` is {values}, which only one of the two knows")?;
        }
        Ok(())
    }
}

/// An invariant and whether it holds.
#[derive(Debug, Serialize)]
pub struct Promise {
    /// The invariant's id.
    pub id: String,
    /// The invariant's title.
    pub title: String,
    /// Whether it is proved; if not, a problem shows notes that break it.
    pub holds: bool,
    /// Whether it is about what the notes of a period earn together, and not about single notes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub of_periods: bool,
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
    /// What minutes earn, for each service with counts.
    pub counts: Vec<CountRow>,
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
    /// Further notes that show the problem together with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_notes: Vec<Example>,
    /// Settings that the note needs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, WrittenAnswer>,
}

impl From<Problem> for ProblemRow {
    fn from(problem: Problem) -> Self {
        let Problem { message: Message { place, level, code, text, help, .. }, about, region, example, more } = problem;
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
            settings: example.iter().chain(&more).flat_map(|example| example.settings.clone()).collect(),
            note: example,
            more_notes: more,
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
            counts: count_table(set),
        }
    }
}

impl Proved {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "proved: every combination of facts on every service date has exactly one outcome: {} combinations",
            words::grouped(&self.combinations)
        )?;
        if let Some(ProvedPeriods { questions, states }) = &self.periods {
            writeln!(
                out,
                "proved: what the notes of one client and period earn together: {} states for {questions} promises and \
                 pairs",
                words::grouped(states.to_string())
            )?;
        }
        Ok(())
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
            Some(proved) => proved.text(out)?,
            None if self.problems.iter().any(|problem| problem.code == Code::TooComplex.as_str()) => {
                writeln!(out, "not proved: the graphs of the rules grow too large")?;
            }
            None => writeln!(out, "not proved: the rule set does not decide every note exactly once")?,
        }
        if !self.invariants.is_empty() {
            let hold = self.invariants.iter().filter(|promise| promise.holds).count();
            let and_period =
                if self.invariants.iter().any(|promise| promise.of_periods) { " and every period" } else { "" };
            writeln!(out, "promises: {hold} of {} hold for every note{and_period}", self.invariants.len())?;
        }
        if let Some(compared) = &self.same_as {
            compared.text(out)?;
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
            let width = stats.counts.iter().map(|row| row.label().chars().count()).max().unwrap_or_default();
            for row in &stats.counts {
                writeln!(out, "  {:width$}  {}", row.label(), row.describe())?;
            }
        }
        match self.problems.len() {
            0 => writeln!(out, "no problems"),
            1 => writeln!(out, "1 problem"),
            many => writeln!(out, "{many} problems"),
        }
    }
}
