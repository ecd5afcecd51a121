//! Loads a rule set from rule files: all files are read first, then all blocks are checked, kind by kind.

use sha2::{Digest, Sha256};

use super::checker::Checker;
use super::set::WrittenBlocks;
use super::{RuleFile, RuleSet};
use crate::message::{Code, Message};
use crate::toml::{self, Problems, TableShape};

impl RuleSet {
    /// Reads and checks rule files, and returns all problems at once. Whether every note is decided is left to `proof`.
    pub fn load(mut files: Vec<RuleFile>) -> Result<Self, Vec<Message>> {
        // Put the set before the files added to it: of two blocks that clash, the added one is reported.
        files.sort_by(|left, right| (left.own, &left.name).cmp(&(right.own, &right.name)));
        if files.is_empty() {
            let help =
                "a rule set is a folder of `.toml` files; `actbill classify` without `--rules` uses the shipped one";
            return Err(vec![Message::error(Code::NoRules, "there is no rule file").help(help)]);
        }
        let problems = Problems::new(&files);
        let mut written = WrittenBlocks::default();
        for (at, file) in files.iter().enumerate() {
            toml::parse(at, "rule file", &problems, |mut table| {
                written.read(&mut table, file.own);
                table.finish();
            });
        }
        // Names declared in a file that cannot be read would look unknown in all others, so stop before checking names.
        if problems.any(Code::NotToml) {
            return Err(problems.into_messages());
        }
        let mut checker = Checker::new(&problems);
        written.check(&mut checker);
        let set = checker.set;
        let problems = problems.into_messages();
        if problems.is_empty() {
            Ok(Self { fingerprint: fingerprint(&files), files: files.into(), ..set })
        } else {
            Err(problems)
        }
    }
}

/// Returns the shapes of the tables of a rule file, of the whole file first.
pub(crate) fn file_shapes() -> Vec<TableShape> {
    WrittenBlocks::shapes()
}

/// Computes the SHA-256 of the texts, independent of the names and the order of the files.
fn fingerprint(files: &[RuleFile]) -> String {
    let mut texts: Vec<&str> = files.iter().map(|file| file.text.as_str()).collect();
    texts.sort_unstable();
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(format!("{}\n", text.len()));
        hash.update(text);
    }
    hex::encode(hash.finalize())
}
