//! A small change of a checked rule set: a block that replaces another one.

use std::sync::Arc;

use crate::calendar::Calendar;
use crate::facts::{FactId, Kind};
use crate::rules::{
    Count, DatedRate, DeclaredHoliday, Invariant, Pair, Presumption, Rule, RuleId, RuleSet, Service, ServiceId,
    Setting, Shadow, Source, Span,
};

/// A rule set with one small change.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Name of the changed block: the id of a rule or promise, or the name of another block.
    pub block: String,
    /// Description of the change.
    pub change: String,
    /// Where the block is written.
    pub span: Span,
    /// The changed block.
    pub changed: Change,
}

/// The changed version of a block.
#[derive(Clone, Debug)]
pub enum Change {
    /// A rule. A dropped rule gets a condition that never holds, so that all rules keep their ids.
    Rule(RuleId, Box<Rule>),
    /// A promise, by index; `None` if it is dropped.
    Promise(usize, Option<Box<Invariant>>),
    /// A service.
    Service(ServiceId, Box<Service>),
    /// A rate, by index; `None` if it is dropped.
    Rate(usize, Option<Box<DatedRate>>),
    /// A presumption, by index; `None` if it is dropped.
    Presumption(usize, Option<Box<Presumption>>),
    /// A count, by index; `None` if it is dropped.
    Count(usize, Option<Box<Count>>),
    /// A pair, by index; `None` if it is dropped.
    Pair(usize, Option<Box<Pair>>),
    /// A shadow, by index; `None` if it is dropped.
    Shadow(usize, Option<Box<Shadow>>),
    /// A holiday, by index; `None` if it is dropped.
    Holiday(usize, Option<Box<DeclaredHoliday>>),
    /// A source, by index.
    Source(usize, Box<Source>),
    /// A setting, by index.
    Setting(usize, Box<Setting>),
    /// The values that a setting accepts.
    Bounds(FactId, Kind),
    /// An alias for a value of a fact, and the value it stands for; `None` if the alias is dropped.
    Alias(FactId, String, Option<u16>),
}

impl Mutant {
    /// Describes the block and its change on one line.
    pub fn describe(&self) -> String {
        format!("{}: {}", self.block, self.change)
    }

    /// Returns the changed set.
    pub fn apply(&self, set: &RuleSet) -> RuleSet {
        let mut changed = set.clone();
        match &self.changed {
            Change::Rule(id, rule) => put(&mut changed.rules, id.index(), rule),
            Change::Service(id, service) => put(&mut changed.services, id.index(), service),
            Change::Setting(at, setting) => put(&mut changed.settings, *at, setting),
            Change::Promise(at, promise) => replace(&mut changed.invariants, *at, promise.as_deref()),
            Change::Rate(at, rate) => replace(&mut changed.rates, *at, rate.as_deref()),
            Change::Presumption(at, presumption) => {
                replace(&mut changed.presumptions, *at, presumption.as_deref());
            }
            Change::Count(at, count) => replace(&mut changed.counts, *at, count.as_deref()),
            Change::Pair(at, pair) => replace(&mut changed.pairs, *at, pair.as_deref()),
            Change::Shadow(at, shadow) => replace(&mut changed.shadows, *at, shadow.as_deref()),
            Change::Holiday(at, holiday) => {
                replace(&mut changed.holidays, *at, holiday.as_deref());
                let holidays = changed.holidays.iter().map(|declared| declared.holiday);
                Arc::make_mut(&mut changed.vocabulary).set_calendar(Calendar::new(holidays.collect()));
            }
            Change::Source(at, source) => put(&mut changed.sources, *at, source),
            Change::Bounds(fact, kind) => Arc::make_mut(&mut changed.vocabulary).fact_mut(*fact).kind = kind.clone(),
            Change::Alias(fact, word, value) => {
                Arc::make_mut(&mut changed.vocabulary).fact_mut(*fact).set_alias(word, *value);
            }
        }
        changed
    }
}

fn put<B: Clone>(blocks: &mut Arc<Vec<B>>, at: usize, block: &B) {
    if let Some(place) = Arc::make_mut(blocks).get_mut(at) {
        *place = block.clone();
    }
}

fn replace<B: Clone>(blocks: &mut Arc<Vec<B>>, at: usize, block: Option<&B>) {
    match block {
        Some(block) => put(blocks, at, block),
        None if at < blocks.len() => drop(Arc::make_mut(blocks).remove(at)),
        None => {}
    }
}
