//! What is proved about a rule set over all possible notes, with the smallest note that shows each problem.
//!
//! Knows no formats and opens no files: texts of sources come in, problems go out.

mod certificate;
mod described;
mod faults;
mod idle;
mod invariants;
mod region;
mod sources;
mod unused;
mod witness;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub use certificate::{Certificate, Part, Question, certificate, combinations, region_count};
pub use faults::faults;
pub use region::{Region, paths, regions, sizes};
pub use sources::SourceText;
pub use witness::{Example, example};

use crate::diagram::Atlas;
use crate::message::{Code, Message};
use crate::rules::{RuleSet, Span, placed};

/// Something wrong in a rule set.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What is wrong, where, and what to do about it.
    pub message: Message,
    /// Ids of the rules or the invariant that it is about.
    pub about: Vec<String>,
    /// The notes it is about: fact and answers.
    pub region: Vec<(String, Vec<String>)>,
    /// The smallest note that shows it.
    pub example: Option<Example>,
}

impl Problem {
    /// A problem at a place in a rule file, about no notes yet.
    fn at(set: &RuleSet, span: &Span, message: Message) -> Self {
        placed(&set.files, span, message).into()
    }

    /// The same about these rules.
    fn about<'i>(self, ids: impl IntoIterator<Item = &'i String>) -> Self {
        Self { about: ids.into_iter().cloned().collect(), ..self }
    }

    /// The same with a note that shows it.
    fn shown(self, example: Option<Example>) -> Self {
        let note = example.as_ref().map(Example::told);
        Self { message: Message { note, ..self.message }, example, ..self }
    }
}

impl From<Message> for Problem {
    fn from(message: Message) -> Self {
        Self { message, about: Vec::new(), region: Vec::new(), example: None }
    }
}

/// Compiles a rule set and proves that every combination of facts has exactly one outcome; otherwise every fault
/// found, each with the smallest note that shows it.
pub fn compile(set: &RuleSet) -> Result<Atlas, Vec<Problem>> {
    let atlas = graph(set).map_err(|problem| vec![problem])?;
    let faults = faults(set, &atlas);
    if faults.is_empty() { Ok(atlas) } else { Err(faults) }
}

/// Compiles a rule set, whether it decides every note or not. The problem: it is too tangled.
pub fn graph(set: &RuleSet) -> Result<Atlas, Problem> {
    crate::diagram::compile(set).map_err(|error| faults::too_complex(set, &error).into())
}

/// What else is looked at beside the rules themselves.
#[derive(Debug, Default)]
pub struct Against<'t> {
    /// Texts of the sources, if citations are to be checked.
    pub sources: Option<&'t [SourceText]>,
    /// The date from which rates are looked at, and the last one on which they must still hold.
    pub horizon: Option<(NaiveDate, NaiveDate)>,
}

/// What is found only where the rules that meet can be listed.
pub const NEED_A_LIST: [Code; 3] = [Code::DeadRule, Code::AlwaysStruck, Code::IdleOverride];

/// That something needs a list of the rules that meet, and they are too many.
pub fn unlisted(what: &str) -> Message {
    let text = format!("the rules that can meet are too many to be listed, so there is no {what}");
    Message::error(Code::NotListed, text).help("write fewer rules, each for more notes")
}

/// Every problem of a set but for notes that it does not decide: promises it does not keep, rules and names that do
/// nothing, and what `against` asks for. In order of place. Without a graph only what needs none.
pub fn check<'a>(set: &RuleSet, atlas: impl Into<Option<&'a Atlas>>, against: &Against<'_>) -> Vec<Problem> {
    let mut problems = unused::find(set);
    if let Some(atlas) = atlas.into() {
        problems.extend(atlas.listed().into_iter().flat_map(|listed| idle::find(set, (atlas, listed))));
        problems.extend(broken_promises(set, atlas));
    }
    if let Some((from, through)) = against.horizon {
        problems.extend(unused::rates_that_end(set, from, through));
    }
    if let Some(texts) = against.sources {
        problems.extend(sources::find(set, texts));
    }
    in_order(problems)
}

/// Problems in order of place.
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|left, right| left.message.place.cmp(&right.message.place));
    problems
}

/// The ids of the invariants that do not hold.
pub fn broken_ids<'s>(set: &'s RuleSet, atlas: &Atlas) -> BTreeSet<&'s str> {
    invariants::broken_ids(set, atlas)
}

/// Invariants that do not hold, each with the smallest note that shows it.
pub fn broken_promises(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    invariants::refuted(set, atlas)
}
