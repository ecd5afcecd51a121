//! One small change of a checked rule set: the block that takes the place of another.

use crate::facts::{FactId, Kind};
use crate::rules::{DatedRate, Invariant, Presumption, Rule, RuleId, RuleSet, Service, ServiceId, Setting, Span};

/// A rule set with one small change.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What is changed: the id of a rule or a promise, or the name of another block.
    pub block: String,
    /// What is changed about it.
    pub change: String,
    /// Where the block is written.
    pub span: Span,
    /// The changed block.
    pub changed: Change,
}

/// A block as a mutant has it.
#[derive(Clone, Debug)]
pub enum Change {
    /// A rule. One that is dropped has a condition that never holds, so that all rules keep their ids.
    Rule(RuleId, Box<Rule>),
    /// A promise, by position; `None`: it is dropped.
    Promise(usize, Option<Box<Invariant>>),
    /// A service.
    Service(ServiceId, Box<Service>),
    /// A rate, by position; `None`: it is dropped.
    Rate(usize, Option<Box<DatedRate>>),
    /// A presumption, by position; `None`: it is dropped.
    Presumption(usize, Option<Box<Presumption>>),
    /// A setting, by position.
    Setting(usize, Box<Setting>),
    /// What a setting takes.
    Bounds(FactId, Kind),
    /// Another word for a value of a fact, and the value that it stands for; `None`: it is dropped.
    Alias(FactId, String, Option<u16>),
}

impl Mutant {
    /// The block and its change on one line.
    pub fn describe(&self) -> String {
        format!("{}: {}", self.block, self.change)
    }

    /// The changed set.
    pub fn apply(&self, set: &RuleSet) -> RuleSet {
        let mut changed = set.clone();
        match &self.changed {
            Change::Rule(id, rule) => put(changed.rules.get_mut(id.index()), rule),
            Change::Service(id, service) => put(changed.services.get_mut(id.index()), service),
            Change::Setting(at, setting) => put(changed.settings.get_mut(*at), setting),
            Change::Promise(at, promise) => replace(&mut changed.invariants, *at, promise.as_deref()),
            Change::Rate(at, rate) => replace(&mut changed.rates, *at, rate.as_deref()),
            Change::Presumption(at, presumption) => replace(&mut changed.presumptions, *at, presumption.as_deref()),
            Change::Bounds(fact, kind) => changed.vocabulary.fact_mut(*fact).kind = kind.clone(),
            Change::Alias(fact, word, value) => changed.vocabulary.fact_mut(*fact).set_alias(word, *value),
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
