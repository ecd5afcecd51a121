//! Rule files to a rule set: all files are read, then all blocks are checked, kind by kind.

use sha2::{Digest, Sha256};

use super::checker::Checker;
use super::set::WrittenBlocks;
use super::{RuleFile, RuleSet};
use crate::message::{Code, Message};
use crate::toml::{self, Problems};

impl RuleSet {
    /// Reads and checks rule files; all problems at once. Whether the set decides every note is `proof`'s to say.
    pub fn load(mut files: Vec<RuleFile>) -> Result<Self, Vec<Message>> {
        // The set first, then what is added to it: of two blocks that clash, the added one is the problem.
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
        // The blocks of a file that cannot be read would be missed by all others: their names are no problem yet.
        if problems.any(Code::NotToml) {
            return Err(problems.into_messages());
        }
        let mut checker = Checker::new(&problems);
        written.check(&mut checker);
        let set = checker.set;
        let problems = problems.into_messages();
        if problems.is_empty() { Ok(Self { fingerprint: fingerprint(&files), files, ..set }) } else { Err(problems) }
    }
}

/// SHA-256 over the texts, whatever the files are called and in whatever order they come.
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
