//! Blessing: what is decided today, written as what is expected, for a person to review.
//!
//! Notes, comments and layout stay as they are; only expectations change. Knows no disk: whole files come out.

mod csv;
mod json;
mod toml;

use std::collections::BTreeMap;

use super::{Case, CaseFile, Expect, Expected, Key, Played, Slot, Step, Suite, TotalWish, Wish};
use crate::message::{Code, Message};
use crate::place::Place;
use crate::read::{Format, open};
use crate::report::Row;
use crate::status::Status;

/// A file with the expectations that hold today.
#[derive(Clone, Debug)]
pub struct Blessed {
    /// Its name.
    pub name: String,
    /// The whole of it.
    pub bytes: Vec<u8>,
    /// What was changed, case by case.
    pub changes: Vec<Change>,
}

/// What was changed in one case.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where the case is written.
    pub place: Place,
    /// What it is about.
    pub title: String,
    /// Each key with what was expected and what is expected now.
    pub keys: Vec<(String, String, String)>,
}

/// One expectation to be written.
struct Edit<'s> {
    slot: &'s Slot,
    before: &'s Expect,
    now: Expect,
}

/// A sum to be written: the table it stands in, what it was expected to be, and what it is.
type Sum<'s> = (Vec<Step>, &'s TotalWish, String);

/// Everything to be written into one file.
#[derive(Default)]
struct Edits<'s> {
    notes: Vec<Edit<'s>>,
    sums: Vec<Sum<'s>>,
    changes: Vec<Change>,
}

impl Suite {
    /// The files in which cases fail or expect nothing yet, with what is decided today in their place. Cases that are
    /// known to be wrong stay as they are.
    pub fn bless(&self, played: &[Played<'_>]) -> Result<Vec<Blessed>, Message> {
        let mut by_file: BTreeMap<usize, Edits<'_>> = BTreeMap::new();
        for played in played.iter().filter(|played| played.refused.is_none()) {
            for case in played.claims.cases.iter().filter(|case| case.known_wrong.is_none()) {
                let (notes, sums) = (notes(case, &played.rows), sums(case, played));
                let of_sums = sums.iter().map(|(_, wish, now)| (wish.name(), wish.word.clone(), now.clone()));
                let keys: Vec<_> = notes.iter().flat_map(changed).chain(of_sums).collect();
                if !keys.is_empty() {
                    let edits = by_file.entry(played.claims.file).or_default();
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
        let unwritten = || {
            let text = format!("`{}` cannot be written again with other expectations", file.name);
            let help = "see that it is UTF-8 text, that no record of it is malformed, and that its header stands alone";
            Message::error(Code::Unwritable, text).help(help)
        };
        let text = std::str::from_utf8(&file.bytes).map_err(|_| unwritten())?;
        let written = if file.is_toml() {
            toml::rewrite(text, &self.notes, &self.sums)
        } else {
            match open(text.as_bytes(), Format::of_name(&file.name)).map(|(format, _)| format) {
                Ok(Format::Csv) => csv::rewrite(text, &self.notes),
                Ok(Format::Ndjson) => json::rewrite(text, true, &self.notes),
                Ok(Format::Json) => json::rewrite(text, false, &self.notes),
                Err(_) => None,
            }
        };
        let bytes = written.ok_or_else(unwritten)?.into_bytes();
        Ok(Blessed { name: file.name.clone(), bytes, changes: self.changes })
    }
}

/// What a case would have to expect of its notes.
fn notes<'s>(case: &'s Case, rows: &[Row]) -> Vec<Edit<'s>> {
    let edit = |expected: &'s Expected| {
        let row = rows.get(expected.note)?;
        let now = updated(&expected.expect, row);
        (now != expected.expect).then_some(Edit { slot: &expected.at, before: &expected.expect, now })
    };
    case.notes.iter().filter_map(edit).collect()
}

/// The sums that are not as expected, with where they stand and what they are.
fn sums<'s>(case: &'s Case, played: &Played<'_>) -> Vec<Sum<'s>> {
    let differ = case.totals.iter().map(|wish| (wish.at.clone(), wish, wish.said(&played.summary)));
    differ.filter(|(_, wish, now)| wish.word != *now).collect()
}

/// What holds of a row: of each key that is expected, and where the note comes to something else altogether or nothing
/// was expected yet, of what tells the outcome.
fn updated(expect: &Expect, row: &Row) -> Expect {
    let (mut now, mut turned) = (Expect::new(), expect.is_empty());
    for wish in expect {
        if wish.is_met(row) {
            now.push(wish.clone());
            continue;
        }
        let words = wish.key.said(row);
        turned |= wish.key == Key::Status;
        if words.is_empty() && !wish.key.is_list() {
            turned = true;
        } else {
            now.push(Wish { key: wish.key, words });
        }
    }
    if turned {
        let telling: &[Key] = match row.status {
            Status::Billable => &[Key::Status, Key::Payer, Key::Code, Key::Units, Key::Amount, Key::Rules],
            Status::Held => &[Key::Status, Key::Missing, Key::Rules],
            Status::Rejected => &[Key::Status, Key::Error],
            Status::NonBillable => &[Key::Status, Key::Rules],
        };
        for key in telling {
            let words = key.said(row);
            if !words.is_empty() && !now.iter().any(|wish| wish.key == *key) {
                now.push(Wish { key: *key, words });
            }
        }
    }
    now
}

fn changed(edit: &Edit<'_>) -> Vec<(String, String, String)> {
    let told = |expect: &Expect, key: Key| match expect.iter().find(|wish| wish.key == key) {
        Some(wish) if wish.words.is_empty() => super::expect::NONE.to_owned(),
        Some(wish) => wish.words.join(" "),
        None => String::new(),
    };
    let keys = Key::ALL.iter().map(|key| (key.as_str().to_owned(), told(edit.before, *key), told(&edit.now, *key)));
    keys.filter(|(_, before, now)| before != now).collect()
}
