//! Mutants: rule sets with one small change each, and what can be proved about them.
//!
//! A mutant is *killed* by proof if `check` finds a gap, a conflict or a broken promise in the changed set. It is
//! *equivalent* if the changed set decides every note the same way: outcome, advice, and the reasons of notes that
//! answer every fact except the one changed. (If a note leaves more facts open, which of several reasons it names is not
//! compared.) For any other mutant, some note shows the change, and it is up to sample claims to notice. A mutant of a
//! promise decides no note differently: it is killed if some mutant of a rule breaks the promise as written for a note
//! for which it does not break the mutated promise.
//!
//! A mutant of a count is equivalent if every sum of minutes earns the same, one of a pair if it bites in the same states
//! of every period, one of a holiday if no number of business days crosses a bound that rules ask.
//!
//! Works on the checked set, never on source text, and does not depend on sample claims.

mod block;
mod change;
mod condition;
mod counted;
mod evidence;
mod guard;
mod parts;
mod periods;
mod promise;
mod prover;
mod rule;
mod view;
mod witness;

pub use change::{Change, Mutant};
pub use prover::{Proof, Prover};
pub use witness::Witness;

use std::sync::Arc;

use crate::diagram::{ActivityGraph, Diagram, TooComplex, Variables};
use crate::effective::Effective;
use crate::message::Code;
use crate::proof::ledger::Reachable;
use crate::rules::{Basis, Condition, Effect, Rule, RuleSet, Span, Test};

/// What can be proved about a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `check` finds this problem in the changed set.
    Killed(Code),
    /// Every note is decided the same way.
    Equivalent,
    /// Some note shows the change.
    Undecided,
}

/// Returns every mutant of a set, ordered by position.
pub fn all(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = set.rules().flat_map(|(id, declared)| rule::mutants(set, id, declared)).collect();
    mutants.extend(block::mutants(set));
    mutants.extend(counted::mutants(set));
    mutants.extend(promise::mutants(set));
    mutants.sort_by_key(|mutant| (mutant.span.file, mutant.span.range.start));
    mutants
}

/// The mutants of one set, with the data needed to examine them. Threads can share it if each has its own prover.
#[derive(Debug)]
pub struct Mutants<'s> {
    /// The original set.
    pub set: &'s RuleSet,
    /// The mutants.
    pub list: Vec<Mutant>,
    /// The graphs of the set, with variables fine enough for the tests of all mutants.
    pub diagram: Diagram,
    /// Indices of the promises that the set already breaks.
    broken: Vec<usize>,
    /// For each promise, the indices of its mutants that are not equivalent.
    promises: Vec<Vec<usize>>,
    /// Which notes the set decides as which service.
    reachable: Reachable,
}

impl<'s> Mutants<'s> {
    /// Builds the graphs of the set.
    pub fn new(set: &'s RuleSet, list: Vec<Mutant>) -> Result<Self, TooComplex> {
        let diagram = Diagram::with_variables(set, Variables::new(&[set, &with_all_thresholds(set, &list)]));
        let reachable = Reachable::new(set, &diagram, &diagram.graphs(set)?);
        let mut mutants = Self { set, list, diagram, broken: Vec::new(), promises: Vec::new(), reachable };
        mutants.broken = mutants.broken_promises();
        mutants.promises = mutants.weaker_promises();
        Ok(mutants)
    }

    /// Returns the graphs of the set.
    fn graphs(&self) -> Vec<&ActivityGraph> {
        self.diagram.graphs(self.set).unwrap_or_default()
    }

    /// Creates a prover, which examines mutants one at a time.
    pub fn prover(&self) -> Prover<'_> {
        Prover::new(self)
    }
}

/// Returns the set with added rules that ask everything the mutants and the search for witnesses ask.
fn with_all_thresholds(set: &RuleSet, mutants: &[Mutant]) -> RuleSet {
    let mut asking = set.clone();
    let mut ask =
        |all: &[Test], effective: Effective| Arc::make_mut(&mut asking.rules).push(advise(all.to_vec(), effective));
    for mutant in mutants {
        match &mutant.changed {
            Change::Rule(_, rule) => {
                rule.condition.alternatives().iter().for_each(|tests| ask(tests, rule.effective));
            }
            Change::Promise(_, promise) => {
                let claims = promise.iter().flat_map(|promise| [&promise.when, &promise.always]);
                claims.for_each(|claim| ask(&claim.facts, Effective::default()));
            }
            Change::Presumption(_, presumption) => {
                if let Some(presumption) = presumption {
                    ask(&presumption.when, Effective::default());
                }
            }
            Change::Count(_, Some(count)) => ask(&[], count.effective),
            Change::Shadow(_, Some(shadow)) => ask(&shadow.when, shadow.effective),
            Change::Rate(_, Some(rate)) => ask(&rate.when, Effective::default()),
            Change::Service(..)
            | Change::Count(..)
            | Change::Shadow(..)
            | Change::Rate(..)
            | Change::Pair(..)
            | Change::Holiday(..)
            | Change::Source(..)
            | Change::Setting(..)
            | Change::Bounds(..)
            | Change::Alias(..) => {}
        }
    }
    for (when, effective) in set.shadows.iter().map(|shadow| (&shadow.when, shadow.effective)) {
        ask(when, effective);
    }
    set.rates.iter().for_each(|rate| ask(&rate.when, Effective::default()));
    for through in set.sources.iter().filter_map(|source| source.verified_through) {
        ask(&[], Effective { from: None, through: Some(through) });
    }
    set.presumptions.iter().for_each(|presumption| ask(&presumption.when, Effective::default()));
    for date in witness::dates(set, mutants) {
        ask(&[], Effective { from: Some(date), through: Some(date) });
    }
    ask(&witness::minutes(set), Effective::default());
    asking
}

/// Returns a rule that changes no decision.
fn advise(all: Vec<Test>, effective: Effective) -> Rule {
    Rule {
        id: String::new(),
        formerly: Vec::new(),
        title: String::new(),
        condition: Condition { all, any: Vec::new() },
        effective,
        effect: Effect::Advise { label: None },
        basis: Basis::default(),
        span: Span { file: 0, range: 0..0 },
    }
}
