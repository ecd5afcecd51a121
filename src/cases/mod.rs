//! Sample claims: notes with expectations, run against a rule set.
//!
//! A case checks what users see, which is the public row. Does no file or terminal I/O: files arrive as bytes.

mod options;
mod bless;
mod case_file;
mod coverage;
mod expect;
mod problem_case;
mod mutation;
mod note_file;

mod report;
mod run;
mod sample;
mod totals;

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

pub use bless::{Blessed, Change};
pub use coverage::{BlockCoverage, Counting, Coverage, OutcomeCoverage, RuleCoverage};
pub use expect::{Expect, Expectation, ExpectedField};
pub use mutation::{Evidence, Killer, MutantStatus, rows_for};
pub use problem_case::case_for_problem;
pub use report::{Counts, MutantCounts, MutantRow, MutantsReport, Report, WitnessView, annotation, differences};
pub use run::{CaseResult, Difference, NoteAnswers, SampleBatchRun};
pub use totals::{ExpectedTotal, TotalField};

use crate::history::BilledEntry;
use crate::message::Message;
use crate::place::Place;
use crate::read::Record;
use crate::roster::Rosters;
use crate::rules::{RuleFile, RuleSet};
use crate::run::is_hidden;
use crate::visible::visible;

/// A file of sample claims: its name, which determines its format, and its bytes.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// Name of the file. If it ends in `.toml`, this is a case file, otherwise a note file.
    pub name: String,
    /// Full contents of the file.
    pub bytes: Vec<u8>,
}

/// Returns whether a file beside the rule files holds sample claims, judging by its name, such as `agency.cases.toml`.
/// Case is ignored.
pub fn is_case_file(name: &str) -> bool {
    let name = name.to_lowercase();
    let endings = ["toml", "json", "ndjson", "jsonl", "csv"];
    !is_hidden(&name)
        && endings.iter().any(|ending| name.strip_suffix(ending).is_some_and(|rest| rest.ends_with(".cases.")))
}

impl CaseFile {
    fn is_toml(&self) -> bool {
        Path::new(&self.name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
    }
}

impl From<RuleFile> for CaseFile {
    fn from(file: RuleFile) -> Self {
        Self { name: file.name, bytes: file.text.into_bytes() }
    }
}

/// All sample claims of a run.
#[derive(Debug, Default)]
pub struct Suite {
    /// The files that contain the claims.
    pub files: Vec<CaseFile>,
    /// The claims, ordered by file and position.
    pub claims: Vec<SampleBatch>,
}

/// The notes of one batch and the cases about them.
#[derive(Debug, Default)]
pub struct SampleBatch {
    /// Index of the file in the suite.
    pub file: usize,
    /// Answers to settings.
    pub settings: Vec<(String, String)>,
    /// Presumed answers.
    pub presume: Vec<(String, String)>,
    /// Whether nothing is presumed and unknown fields are refused.
    pub strict: bool,
    /// Whether nothing is checked between notes.
    pub edits_off: bool,
    /// The date the run is made for; without it, no service date is too early or too late.
    pub as_of: Option<NaiveDate>,
    /// What earlier runs billed.
    pub billed: Vec<BilledEntry>,
    /// Rosters that answer what the notes leave open.
    pub rosters: Arc<Rosters>,
    /// The notes.
    pub records: Vec<Record<'static>>,
    /// The cases. A case file has one case per batch; a note file has one per note that expects something.
    pub cases: Vec<Case>,
}

/// One case. It passes if all of its expectations are met.
#[derive(Clone, Debug)]
pub struct Case {
    /// Title of the case.
    pub title: String,
    /// Where the case is written.
    pub place: Place,
    /// The expectations about notes.
    pub notes: Vec<Expected>,
    /// The expectations about totals.
    pub totals: Vec<ExpectedTotal>,
    /// Why the rules are known to be wrong about this case today. If set, the case is expected to fail.
    pub known_wrong: Option<String>,
}

/// The expectations about one note of a batch.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Index of the note in the batch.
    pub note: usize,
    /// The expectations about its row.
    pub expect: Expect,
    /// In a case file, the path of keys and list indices to the table with the expectations.
    pub at: Vec<Step>,
}

/// One step of a path to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into the value of a key.
    Key(String),
    /// Into an item of a list.
    Item(usize),
}

/// Puts a title on one line and makes every character visible.
fn one_line(title: &str) -> String {
    visible(&title.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

impl Suite {
    /// Reads files of sample claims. Reports all mistakes at once. Every expected value must be one that a row of this
    /// rule set could have. If `blank` is set, cases may expect nothing, because blessing is about to fill them in.
    pub fn read(set: &RuleSet, files: Vec<CaseFile>, blank: bool) -> Result<Self, Vec<Message>> {
        let (mut claims, mut mistakes) = (Vec::new(), Vec::new());
        for (at, file) in files.iter().enumerate() {
            let read = if file.is_toml() {
                case_file::read(set, at, file, blank)
            } else {
                note_file::read(set, at, file).map(|claims| vec![claims])
            };
            match read {
                Ok(found) => claims.extend(found),
                Err(found) => mistakes.extend(found),
            }
        }
        if mistakes.is_empty() { Ok(Self { files, claims }) } else { Err(mistakes) }
    }

    /// Keeps the cases whose file name or title contains one of these texts, ignoring case; all cases if there are no
    /// texts.
    pub fn keep(&mut self, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        let wanted: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        let holds = |name: &str| wanted.iter().any(|text| name.to_lowercase().contains(text));
        for claims in &mut self.claims {
            claims.cases.retain(|case| holds(&case.title) || holds(&case.place.file));
        }
        self.claims.retain(|claims| !claims.cases.is_empty());
    }

    /// Iterates over all cases, ordered by file and position.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.claims.iter().flat_map(|claims| &claims.cases)
    }
}
