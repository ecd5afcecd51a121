//! Sample claims: notes with what is expected of them, run against a rule set.
//!
//! A case asserts what users see, the public row. Knows no disk and no terminal: files come in as bytes.

mod around;
mod bless;
mod case_file;
mod coverage;
mod expect;
mod found;
mod mutation;
mod note_file;

mod report;
mod run;
mod sample;
mod totals;

use std::path::Path;

use chrono::NaiveDate;

pub use bless::{Blessed, Change};
pub use coverage::{Counting, Coverage, OutcomeCoverage, RuleCoverage};
pub use expect::{Expect, Expectation, ExpectedField};
pub use found::claim;
pub use mutation::{Evidence, Killer, MutantStatus, rows_for};
pub use report::{Counts, MutantCounts, MutantRow, MutantsReport, Report, WitnessView, annotation, differences};
pub use run::{CaseResult, ClaimsRun, Difference, NoteAnswers};
pub use totals::{ExpectedTotal, TotalField};

use crate::message::Message;
use crate::place::Place;
use crate::read::Record;
use crate::rules::{RuleFile, RuleSet};
use crate::run::is_hidden;
use crate::visible::visible;

/// A file of sample claims: its name, which says its form, and its bytes.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// Its name; one that ends in `.toml` is a case file, any other a note file.
    pub name: String,
    /// The whole of it.
    pub bytes: Vec<u8>,
}

/// Whether a file of this name beside rule files is one of sample claims, such as `agency.cases.toml`: letter case
/// does not count.
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
    /// The files they stand in.
    pub files: Vec<CaseFile>,
    /// The claims, in order of file and place.
    pub claims: Vec<Claims>,
}

/// Notes that are one batch, and the cases that expect something of them.
#[derive(Debug, Default)]
pub struct Claims {
    /// Its file, by place in the suite.
    pub file: usize,
    /// Answers to settings.
    pub settings: Vec<(String, String)>,
    /// Answers that are presumed.
    pub presume: Vec<(String, String)>,
    /// Whether nothing is presumed and unknown fields are refused.
    pub strict: bool,
    /// The date the run is made for; it changes no decision.
    pub as_of: Option<NaiveDate>,
    /// The notes.
    pub records: Vec<Record<'static>>,
    /// What is expected; a case file has one case for each batch, a note file one for each note that expects something.
    pub cases: Vec<Case>,
}

/// One case: it passes if everything that it names is so.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is about.
    pub title: String,
    /// Where it is written.
    pub place: Place,
    /// By note: its place in the batch, what is expected of its row, and where that is written.
    pub notes: Vec<Expected>,
    /// What is expected of the sums.
    pub totals: Vec<ExpectedTotal>,
    /// Why the rules are known to decide it wrongly today: it is expected to fail.
    pub known_wrong: Option<String>,
}

/// What is expected of one note of a batch.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The note, by place in the batch.
    pub note: usize,
    /// What is expected of its row.
    pub expect: Expect,
    /// In a case file: the keys and list positions that lead to its table.
    pub at: Vec<Step>,
}

/// One step on the way to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into the value of a key.
    Key(String),
    /// Into an item of a list.
    Item(usize),
}

/// A title on one line, in characters that can be seen.
fn one_line(title: &str) -> String {
    visible(&title.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

impl Suite {
    /// Reads files of sample claims; all mistakes at once. What is expected must be something that this rule set could
    /// say. `blank`: whether cases may still expect nothing, because a blessing is to write it.
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

    /// Keeps the cases whose file or title holds one of these texts, whatever the letter case; all if there are none.
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

    /// Every case, in order of file and place.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.claims.iter().flat_map(|claims| &claims.cases)
    }
}
