//! Mutants: a rule set with one small change each, and what can be proved of it.
//!
//! A mutant is *killed* by proof if `check` finds a gap, a conflict or a broken promise in the changed set. It is
//! *equivalent* if the changed set decides every note alike: outcome, advice, and the reasons of notes that answer
//! everything else. (Which of several reasons a note names that leaves facts open is not compared.) Of any other mutant
//! some note shows the change; whether something notices is for sample claims to say. A mutant of a promise decides no
//! note otherwise: it is killed if some mutant of a rule breaks the promise as written for a note for which the mutant
//! does not speak.
//!
//! Works on the checked set, never on texts; knows no sample claims.

mod block;
mod change;
mod condition;
mod guard;
mod parts;
mod promise;
mod prover;
mod rule;
mod view;
mod witness;

pub use change::{Change, Mutant};
pub use prover::{Proof, Prover};
pub use witness::Witness;

use crate::diagram::{ActivityGraph, Diagram, TooComplex, Variables};
use crate::effective::Effective;
use crate::message::Code;
use crate::rules::{Basis, Condition, Effect, Rule, RuleSet, Span, Test};

/// What can be proved of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `check` finds this problem in the changed set.
    Killed(Code),
    /// Every note is decided alike.
    Equivalent,
    /// Some note shows the change.
    Undecided,
}

/// Every mutant of a set, in order of place.
pub fn all(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = set.rules().flat_map(|(id, declared)| rule::mutants(set, id, declared)).collect();
    mutants.extend(block::mutants(set));
    mutants.extend(promise::mutants(set));
    mutants.sort_by_key(|mutant| (mutant.span.file, mutant.span.range.start));
    mutants
}

/// Mutants of one set with what is needed to prove something of them. Threads can share it, each with a prover.
#[derive(Debug)]
pub struct Mutants<'s> {
    /// The set that is changed.
    pub set: &'s RuleSet,
    /// The mutants.
    pub list: Vec<Mutant>,
    /// The graphs of the set, over variables as fine as all mutants ask.
    pub diagram: Diagram,
    /// Promises that the set breaks as it is, by position.
    broken: Vec<usize>,
    /// By promise: the mutants of it that are not equivalent, by position in the list.
    promises: Vec<Vec<usize>>,
}

impl<'s> Mutants<'s> {
    /// Builds the graphs of the set.
    pub fn new(set: &'s RuleSet, list: Vec<Mutant>) -> Result<Self, TooComplex> {
        let diagram = Diagram::with_variables(set, Variables::new(&[set, &with_all_thresholds(set, &list)]));
        diagram.graphs(set)?;
        let mut mutants = Self { set, list, diagram, broken: Vec::new(), promises: Vec::new() };
        mutants.broken = mutants.broken_promises();
        mutants.promises = mutants.weaker_promises();
        Ok(mutants)
    }

    /// The graphs of the set.
    fn graphs(&self) -> Vec<&ActivityGraph> {
        self.diagram.graphs(self.set).unwrap_or_default()
    }

    /// Proves things of mutants, one after the other.
    pub fn prover(&self) -> Prover<'_> {
        Prover::new(self)
    }
}

/// The set with rules added that ask whatever the mutants and the search for witnesses ask.
fn with_all_thresholds(set: &RuleSet, mutants: &[Mutant]) -> RuleSet {
    let mut asking = set.clone();
    let mut ask = |all: &[Test], effective: Effective| asking.rules.push(advise(all.to_vec(), effective));
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
            Change::Service(..) | Change::Rate(..) | Change::Setting(..) | Change::Bounds(..) | Change::Alias(..) => {}
        }
    }
    set.presumptions.iter().for_each(|presumption| ask(&presumption.when, Effective::default()));
    for date in witness::dates(set, mutants) {
        ask(&[], Effective { from: Some(date), through: Some(date) });
    }
    ask(&witness::minutes(set), Effective::default());
    asking
}

/// A rule that changes nothing.
fn advise(all: Vec<Test>, effective: Effective) -> Rule {
    Rule {
        id: String::new(),
        formerly: Vec::new(),
        title: String::new(),
        condition: Condition { all, any: Vec::new() },
        effective,
        effect: Effect::Advise,
        basis: Basis::default(),
        span: Span { file: 0, range: 0..0 },
    }
}
