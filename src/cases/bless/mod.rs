//! Blessing: writes today's decisions as expectations, for a person to review.
//!
//! Notes, comments and layout stay as they are; only expectations change. Does no file I/O: returns whole files.

mod toml;

use std::collections::BTreeMap;

use super::{Case, CaseFile, Expect, Expectation, Expected, ExpectedField, ExpectedTotal, SampleBatchRun, Step, Suite};
use crate::message::{Code, Message};
use crate::place::Place;
use crate::report::Row;
use crate::status::Status;

/// A case file whose expectations match today's decisions.
#[derive(Clone, Debug)]
pub struct Blessed {
    /// Name of the file.
    pub name: String,
    /// Full contents of the file.
    pub bytes: Vec<u8>,
    /// The changes, one entry per case.
    pub changes: Vec<Change>,
}

/// The changes made to one case.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where the case is written.
    pub place: Place,
    /// Title of the case.
    pub title: String,
    /// Each changed key with its old and new expectation.
    pub keys: Vec<(String, String, String)>,
}

/// The expectations to write for one note.
struct Edit<'s> {
    /// Path of keys and list indices to the expectation table.
    at: &'s [Step],
    before: &'s Expect,
    now: Expect,
}

/// A total to write: the path to its table, the old expectation, and the actual value.
type Sum<'s> = (Vec<Step>, &'s ExpectedTotal, String);

/// All edits to one file.
#[derive(Default)]
struct Edits<'s> {
    notes: Vec<Edit<'s>>,
    sums: Vec<Sum<'s>>,
    changes: Vec<Change>,
}

impl Suite {
    /// Returns the files that have failing cases or cases without expectations, rewritten to expect today's decisions.
    /// Cases that are known to be wrong stay as they are.
    pub fn bless(&self, runs: &[SampleBatchRun<'_>]) -> Result<Vec<Blessed>, Message> {
        let mut by_file: BTreeMap<usize, Edits<'_>> = BTreeMap::new();
        for run in runs.iter().filter(|run| run.refused.is_none()) {
            for case in run.claims.cases.iter().filter(|case| case.known_wrong.is_none()) {
                let (notes, sums) = (notes(case, &run.rows), sums(case, run));
                let of_sums = sums
                    .iter()
                    .map(|(_, expectation, now)| (expectation.name(), expectation.word.clone(), now.clone()));
                let keys: Vec<_> = notes.iter().flat_map(changed).chain(of_sums).collect();
                if !keys.is_empty() {
                    let edits = by_file.entry(run.claims.file).or_default();
                    edits.notes.extend(notes);
                    edits.sums.extend(sums);
                    edits.changes.push(Change { place: case.place.clone(), title: case.title.clone(), keys });
                }
            }
        }
        let files = by_file.into_iter().filter_map(|(file, edits)| Some((self.files.get(file)?, edits)));
        files.map(|(file, edits)| edits.rewrite(file)).collect()
    }
}

impl Edits<'_> {
    fn rewrite(self, file: &CaseFile) -> Result<Blessed, Message> {
        let refuse = |help: &str| {
            Message::error(Code::Unwritable, format!("the expectations in `{}` cannot be rewritten", file.name))
                .help(help)
        };
        if !file.is_toml() {
            return Err(refuse(
                "only case files (`*.cases.toml`) are; correct this one by hand, or name only case files",
            ));
        }
        let text = std::str::from_utf8(&file.bytes).map_err(|_| refuse("save the file as UTF-8"))?;
        let rewritten = toml::rewrite(text, &self.notes, &self.sums);
        let bytes = rewritten.ok_or_else(|| refuse("see that it is valid TOML"))?.into_bytes();
        Ok(Blessed { name: file.name.clone(), bytes, changes: self.changes })
    }
}

/// Returns the edits that make a case expect the actual decisions on its notes.
fn notes<'s>(case: &'s Case, rows: &[Row]) -> Vec<Edit<'s>> {
    let edit = |expected: &'s Expected| {
        let row = rows.get(expected.note)?;
        let now = updated(&expected.expect, row);
        (now != expected.expect).then_some(Edit { at: &expected.at, before: &expected.expect, now })
    };
    case.notes.iter().filter_map(edit).collect()
}

/// Returns the totals that differ from their expectations, each with its path and actual value.
fn sums<'s>(case: &'s Case, run: &SampleBatchRun<'_>) -> Vec<Sum<'s>> {
    let differ =
        case.totals.iter().map(|expectation| (expectation.at.clone(), expectation, expectation.actual(&run.summary)));
    differ.filter(|(_, expectation, now)| expectation.word != *now).collect()
}

/// Returns the expectations that hold for a row, for every key that was expected. If the note now has a different
/// outcome, or nothing was expected yet, adds the keys that describe the outcome.
fn updated(expect: &Expect, row: &Row) -> Expect {
    let (mut now, mut turned) = (Expect::new(), expect.is_empty());
    for expectation in expect {
        if expectation.is_met(row) {
            now.push(expectation.clone());
            continue;
        }
        let words = expectation.key.row_values(row);
        turned |= expectation.key == ExpectedField::Status;
        if words.is_empty() && !expectation.key.is_list() {
            turned = true;
        } else {
            now.push(Expectation { key: expectation.key, words });
        }
    }
    if turned {
        let telling: &[ExpectedField] = match row.status {
            Status::Billable => &[
                ExpectedField::Status,
                ExpectedField::Payer,
                ExpectedField::Code,
                ExpectedField::Units,
                ExpectedField::Amount,
                ExpectedField::Rules,
            ],
            Status::Held => &[ExpectedField::Status, ExpectedField::Missing, ExpectedField::Rules],
            Status::Rejected => &[ExpectedField::Status, ExpectedField::Error],
            Status::NonBillable => &[ExpectedField::Status, ExpectedField::Rules],
        };
        for key in telling {
            let words = key.row_values(row);
            if !words.is_empty() && !now.iter().any(|expectation| expectation.key == *key) {
                now.push(Expectation { key: *key, words });
            }
        }
    }
    now
}

fn changed(edit: &Edit<'_>) -> Vec<(String, String, String)> {
    let text = |expect: &Expect, key: ExpectedField| match expect.iter().find(|expectation| expectation.key == key) {
        Some(expectation) if expectation.words.is_empty() => super::expect::NONE.to_owned(),
        Some(expectation) => expectation.words.join(" "),
        None => String::new(),
    };
    let keys =
        ExpectedField::ALL.iter().map(|key| (key.as_str().to_owned(), text(edit.before, *key), text(&edit.now, *key)));
    keys.filter(|(_, before, now)| before != now).collect()
}
