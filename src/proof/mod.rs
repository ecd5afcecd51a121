//! What is proved about a rule set over all possible notes, with the smallest note that shows each problem.
//!
//! Knows no formats and opens no files: texts of sources come in, problems go out.

mod certificate;
mod described;
mod idle;
mod invariants;
mod region;
mod sources;
mod unused;
mod witness;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

pub use certificate::{Certificate, Part, Question, certificate, combinations, region_count};
pub use described::cell as cell_name;
pub use region::{Region, paths, regions, sizes};
pub use sources::SourceText;
pub use witness::{Example, example};

use crate::diagram::{Atlas, TooComplex};
use crate::message::{Code, Message};
use crate::rules::{Outcome, RuleId, RuleSet, Span, outcome, placed, survivors};

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
    let atlas = crate::diagram::compile(set).map_err(|error| vec![too_complex(set, &error).into()])?;
    let mut faults = gaps(set, &atlas);
    faults.extend(conflicts(set, &atlas));
    faults.sort_by(|left, right| left.message.place.cmp(&right.message.place));
    if faults.is_empty() { Ok(atlas) } else { Err(faults) }
}

/// What else is looked at beside the rules themselves.
#[derive(Debug, Default)]
pub struct Against<'t> {
    /// Texts of the sources, if citations are to be checked.
    pub sources: Option<&'t [SourceText]>,
    /// The date from which rates are looked at, and the last one on which they must still hold.
    pub horizon: Option<(NaiveDate, NaiveDate)>,
}

/// Every problem of a set that decides every note: promises it does not keep, rules and names that do nothing, and
/// what `against` asks for. In order of place.
pub fn check(set: &RuleSet, atlas: &Atlas, against: &Against<'_>) -> Vec<Problem> {
    let mut problems = idle::find(set, atlas);
    problems.extend(broken_promises(set, atlas));
    problems.extend(unused::find(set));
    if let Some((from, through)) = against.horizon {
        problems.extend(unused::rates_that_end(set, from, through));
    }
    if let Some(texts) = against.sources {
        problems.extend(sources::find(set, texts));
    }
    problems.sort_by(|left, right| left.message.place.cmp(&right.message.place));
    problems
}

/// Invariants that do not hold, each with the smallest note that shows it.
pub fn broken_promises(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    invariants::refuted(set, atlas)
}

fn too_complex(set: &RuleSet, TooComplex(asked): &TooComplex) -> Message {
    let name = asked.name(set);
    let text = format!("the rule set is too tangled to prove; most of it hangs on `{name}`");
    let message = Message::error(Code::TooComplex, text).help("write fewer rules that ask it, each for more notes");
    match asked.fact().and_then(|fact| set.fact_span(fact)) {
        Some(span) => placed(&set.files, span, message),
        None => message,
    }
}

/// Notes that no rule speaks to, each region once.
fn gaps(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    let gap = atlas.decisions.map(|outcome| outcome == Outcome::Gap);
    let (regions, more) = regions(&gap);
    let mut faults = Vec::new();
    for found in regions {
        let told = found.told(set, &gap.axes);
        let text = format!("no rule speaks to these notes: {}", described::region(&told));
        let message = Message::error(Code::Gap, text).help("add an offer, an exclude or a hold for them");
        let problem = match narrowest(set, atlas, &found) {
            Some(span) => Problem::at(set, span, message),
            None => message.into(),
        };
        faults.push(Problem {
            region: told,
            ..problem.shown(example(set, &gap, &atlas.decisions, &found).map(|(example, _)| example))
        });
    }
    if more {
        let text = "there are more notes that no rule speaks to";
        faults.push(Message::error(Code::Gap, text).help("close these gaps first, then check again").into());
    }
    faults
}

/// Where the first fact that bounds the region is declared.
fn narrowest<'s>(set: &'s RuleSet, atlas: &Atlas, found: &Region) -> Option<&'s Span> {
    let bounded = found.bounds(&atlas.decisions.axes).filter_map(|(axis, _)| axis.asked.fact());
    let facts = bounded.chain(set.vocabulary.find("activity"));
    facts.map(|fact| set.vocabulary.asked_for(fact)).find_map(|fact| set.fact_span(fact))
}

/// Pairs of offers that decide some note differently.
fn conflicts(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    let mut leaves: BTreeMap<(RuleId, RuleId), BTreeSet<u32>> = BTreeMap::new();
    for (leaf, met) in (0..).zip(&atlas.meetings) {
        if outcome(set, met) == Outcome::Conflict {
            for pair in tied(set, met) {
                leaves.entry(pair).or_default().insert(leaf);
            }
        }
    }
    leaves.into_iter().map(|((one, other), leaves)| conflict(set, atlas, (one, other), &leaves)).collect()
}

fn conflict(set: &RuleSet, atlas: &Atlas, pair: (RuleId, RuleId), leaves: &BTreeSet<u32>) -> Problem {
    let (one, other) = (set.rule(pair.0), set.rule(pair.1));
    let both = atlas.meeting.map(|leaf| leaves.contains(&leaf));
    let shown = example(set, &both, &atlas.decisions, &Region::full(&both.axes));
    let told = shown.as_ref().map(|(_, region)| region.told(set, &both.axes)).unwrap_or_default();
    // Between a set and what the user adds to it, the added rule is the problem.
    let at = if set.is_own(&other.span) && !set.is_own(&one.span) { &other.span } else { &one.span };
    let text = format!("`{}` and `{}` decide these notes differently: {}", one.id, other.id, described::region(&told));
    let help = "name one in the `overrides` of the other, or make their conditions exclude each other";
    let message = Message::error(Code::Conflict, text).help(help);
    Problem {
        region: told,
        ..Problem::at(set, at, message).about([&one.id, &other.id]).shown(shown.map(|(example, _)| example))
    }
}

/// Offers that survive together, differ, and of which neither names the other.
fn tied(set: &RuleSet, met: &[RuleId]) -> Vec<(RuleId, RuleId)> {
    let survivors = survivors(set, met);
    let others = |at: usize| survivors.iter().skip(at + 1);
    let pairs = survivors.iter().enumerate().flat_map(|(at, one)| others(at).map(move |other| (one, other)));
    pairs.filter(|(one, other)| one.ties(set, other)).map(|(one, other)| (one.rule, other.rule)).collect()
}
