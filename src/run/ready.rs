//! Rule files → a rule set that is ready to decide.

use std::collections::BTreeSet;
use std::path::Path;

use crate::diagram::Diagram;
use crate::message::{Code, Level, Message};
use crate::proof::{self, Problem};
use crate::rules::{RuleFile, RuleSet};

/// Suffix of files with sample claims, which are kept beside rule files but are not rule files.
const CASES: &str = ".cases.toml";

/// Returns whether a file in a rule folder is a rule file, judging by its name. Case is ignored.
pub fn is_rule_file(name: &str) -> bool {
    let ending = Path::new(name).extension();
    let is_toml = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    is_toml && !is_hidden(name) && !name.to_lowercase().ends_with(CASES)
}

/// Returns whether a file or folder is hidden, such as one that belongs to an editor or a tool.
pub fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// A rule set that is proved and ready to decide notes.
#[derive(Debug)]
pub struct Ready {
    /// The rules.
    pub set: RuleSet,
    /// The decision graphs of the rules.
    pub diagram: Diagram,
    /// Whether the set was proved when the rules were released, including its promises.
    released: bool,
}

impl Ready {
    /// Checks rule files, applies answers to settings and presumptions, and proves that every note is decided. Reports
    /// all problems at once; a set with any problem decides nothing.
    pub fn new(
        files: Vec<RuleFile>,
        set: &[(String, String)],
        presume: &[(String, String)],
    ) -> Result<Self, Vec<Message>> {
        Self::prove(rules(files, set, presume)?)
    }

    /// Like [`Self::new`], but for released rules, which were proved for every answer to their settings. They are
    /// proved again only if the user's own files contain a block that can cause a gap or a conflict. If not, graphs are
    /// built when notes need them.
    pub fn released(
        files: Vec<RuleFile>,
        set: &[(String, String)],
        presume: &[(String, String)],
    ) -> Result<Self, Vec<Message>> {
        let set = rules(files, set, presume)?;
        if set.needs_proof() {
            return Self::prove(set);
        }
        Ok(Self { diagram: Diagram::new(&set), set, released: true })
    }

    fn prove(set: RuleSet) -> Result<Self, Vec<Message>> {
        let messages = |problems: Vec<Problem>| problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>();
        let diagram = proof::prove(&set).map_err(messages)?;
        Ok(Self { set, diagram, released: false })
    }

    /// Returns a warning for each promise that the rules break.
    pub(super) fn warnings(&self) -> Vec<Message> {
        let broken = match (self.released, self.set.counts_otherwise()) {
            (true, false) => return Vec::new(),
            // The notes are decided as in the released rules, but may earn something else together.
            (true, true) => proof::broken_period_promises(&self.set, &self.diagram),
            (false, _) => proof::broken_promises(&self.set, &self.diagram),
        };
        let warning = |Problem { message, .. }| Message {
            level: Level::Warning,
            note: None,
            ..message.help("run `actbill check` to see what breaks it")
        };
        broken.into_iter().map(warning).collect()
    }
}

/// Checks rule files, and applies answers to settings and presumptions. Reports all problems at once. Does not check
/// whether the rules decide every note.
pub fn rules(
    files: Vec<RuleFile>,
    set: &[(String, String)],
    presume: &[(String, String)],
) -> Result<RuleSet, Vec<Message>> {
    let mut rules = RuleSet::load(files)?;
    let repeated: Vec<Message> =
        given_twice(set, "answered").into_iter().chain(given_twice(presume, "presumed")).collect();
    if !repeated.is_empty() {
        return Err(repeated);
    }
    let answers = set.iter().map(|(name, value)| rules.answer(name, value)).collect::<Vec<_>>();
    let presumptions = presume.iter().map(|(name, value)| rules.presume(name, value)).collect::<Vec<_>>();
    let wrong: Vec<Message> = answers.into_iter().chain(presumptions).filter_map(Result::err).collect();
    if wrong.is_empty() { Ok(rules) } else { Err(wrong) }
}

/// Returns an error for each name that has two values on the command line.
fn given_twice(pairs: &[(String, String)], done: &str) -> Vec<Message> {
    let names: BTreeSet<&String> = pairs.iter().map(|(name, _)| name).collect();
    let often = |name: &&String| pairs.iter().filter(|(other, _)| other == *name).count() > 1;
    let message = |name: &String| {
        Message::error(Code::Usage, format!("`{name}` is {done} twice on the command line")).help("keep one of the two")
    };
    names.into_iter().filter(often).map(message).collect()
}
