//! One block of a checked rule set put in the place of another: what a mutant is made of.

use crate::facts::{FactId, Vocabulary};
use crate::rules::{
    Condition, DatedRate, Presumption, Rule, RuleId, RuleSet, Service, ServiceId, Setting, Span, Test, ValueSet,
};

/// A block as the mutant has it.
#[derive(Clone, Debug)]
pub enum Edit {
    /// A rule, with whether it applies to other notes than before.
    Rule(RuleId, Box<Rule>, Applies),
    /// A service.
    Service(ServiceId, Box<Service>),
    /// A rate, or none.
    Rate(usize, Option<Box<DatedRate>>),
    /// A presumption, or none.
    Presumption(usize, Option<Box<Presumption>>),
    /// A setting.
    Setting(usize, Box<Setting>),
}

/// To which notes a changed rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// To those it applied to before.
    AsBefore,
    /// To none.
    Never,
    /// To others.
    Otherwise,
}

impl Edit {
    /// The changed set. It has the rules of the other one under the same ids: one that is dropped applies to no note.
    pub fn apply(&self, set: &RuleSet) -> RuleSet {
        let mut changed = set.clone();
        match self {
            Self::Rule(id, rule, _) => put(changed.rules.get_mut(id.index()), rule),
            Self::Service(id, service) => put(changed.services.get_mut(id.index()), service),
            Self::Setting(at, setting) => put(changed.settings.get_mut(*at), setting),
            Self::Rate(at, rate) => replace(&mut changed.rates, *at, rate.as_deref()),
            Self::Presumption(at, presumption) => replace(&mut changed.presumptions, *at, presumption.as_deref()),
        }
        changed
    }
}

fn put<B: Clone>(place: Option<&mut B>, block: &B) {
    if let Some(place) = place {
        *place = block.clone();
    }
}

fn replace<B: Clone>(blocks: &mut Vec<B>, at: usize, block: Option<&B>) {
    match block {
        Some(block) => put(blocks.get_mut(at), block),
        None if at < blocks.len() => drop(blocks.remove(at)),
        None => {}
    }
}

/// A condition that no note fits: of the minutes, which every note answers, none will do.
pub(super) fn never(vocabulary: &Vocabulary) -> Condition {
    let minutes = vocabulary.find("minutes");
    let none = |fact| Test { fact, values: ValueSet::Ranges(Vec::new()) };
    Condition { all: minutes.map(none).into_iter().collect(), any: Vec::new() }
}

/// One change of a rule set, with its place and what it is.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What is changed: the id of a rule, or the name of another block.
    pub block: String,
    /// What is changed about it.
    pub change: String,
    /// Where the block is written.
    pub span: Span,
    /// The change itself.
    pub edit: Edit,
}

/// The name of a fact.
pub(super) fn name(set: &RuleSet, fact: FactId) -> &str {
    &set.vocabulary.fact(fact).name
}
