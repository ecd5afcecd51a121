//! Proves what happens to mutants of counts and pairs, and which promises about periods they break.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::parts::Part;
use super::prover::{Proof, Prover};
use super::{Change, Verdict};
use crate::message::Code;
use crate::proof::ledger::{Bands, Ledger, Question, first_difference};
use crate::rules::{Outcome, Pair, PairTerms, RuleSet};

/// Whether a promise holds in every state of a period if the pairs of `set` apply.
pub(super) fn keeps(ledger: &Ledger<'_>, set: &RuleSet, terms: &PairTerms) -> bool {
    ledger.answer(Question::Breaks(terms), set).is_ok_and(|answer| answer.found.is_empty())
}

/// Whether some state breaks a promise but keeps a weaker one, or none.
fn tells_apart(ledger: &Ledger<'_>, set: &RuleSet, terms: &PairTerms, weaker: Option<&PairTerms>) -> bool {
    let question = weaker.map_or(Question::Breaks(terms), |weaker| Question::BreaksOnly([terms, weaker]));
    ledger.answer(question, set).is_ok_and(|answer| !answer.found.is_empty())
}

impl<'m> Prover<'m> {
    /// Proves whether `changed`, a list of counts in which one differs from the set's, changes what any period earns.
    pub(super) fn prove_count(&mut self, at: usize, changed: &RuleSet) -> Proof {
        let mutants = self.mutants;
        if changed.has_bad_counts() {
            return Proof::new(Verdict::Killed(Code::BadCount));
        }
        let Some(count) = mutants.set.counts.get(at) else { return Proof::new(Verdict::Equivalent) };
        if first_difference(&self.ledger, changed, count.notes).is_none() {
            return Proof::new(Verdict::Equivalent);
        }
        let after = Ledger::new(changed, &mutants.reachable);
        let (broken, kills) = self.period_promises(&after, changed);
        Proof::with_kills(if broken { Verdict::Killed(Code::InvariantFails) } else { Verdict::Undecided }, kills)
    }

    /// Proves what happens if another pair, or none, stands in the place of a pair.
    pub(super) fn prove_pair(&mut self, at: usize, pair: Option<&Pair>, changed: &RuleSet) -> Proof {
        let (broken, kills) = self.period_promises(&self.ledger, changed);
        let verdict = if broken {
            Verdict::Killed(Code::InvariantFails)
        } else if self.pair_states(at, pair, changed).is_none() {
            Verdict::Equivalent
        } else {
            Verdict::Undecided
        };
        Proof::with_kills(verdict, kills)
    }

    /// Returns the mutants of promises about periods, and whether any such promise is broken, if the pairs of `changed`
    /// apply to what a ledger earns.
    fn period_promises(&self, ledger: &Ledger<'_>, changed: &RuleSet) -> (bool, Vec<usize>) {
        let (mutants, mut broken, mut kills) = (self.mutants, false, Vec::new());
        for (at, promise) in mutants.set.invariants.iter().enumerate() {
            let Some(terms) = promise.terms.as_ref().filter(|_| !mutants.broken.contains(&at)) else { continue };
            if keeps(ledger, changed, terms) {
                continue;
            }
            broken = true;
            let weaker = mutants.promises.get(at).into_iter().flatten().copied();
            kills.extend(weaker.filter(|position| self.is_told_apart(ledger, changed, *position)));
        }
        (broken, kills)
    }

    /// Returns the promise about periods that a mutant weakens, as written.
    pub(super) fn promise_terms(&self, position: usize) -> Option<&'m PairTerms> {
        let mutants = self.mutants;
        let Change::Promise(at, _) = &mutants.list.get(position)?.changed else { return None };
        mutants.set.invariants.get(*at)?.terms.as_ref()
    }

    /// Whether some state breaks a promise as written but keeps its mutant.
    fn is_told_apart(&self, ledger: &Ledger<'_>, set: &RuleSet, position: usize) -> bool {
        let Some(Change::Promise(_, weaker)) = self.mutants.list.get(position).map(|mutant| &mutant.changed) else {
            return false;
        };
        let weaker = weaker.as_ref().and_then(|weaker| weaker.terms.as_ref());
        self.promise_terms(position).is_some_and(|terms| tells_apart(ledger, set, terms, weaker))
    }

    /// Like [`Self::period_promises`], for notes that a changed rule decides as a service and payer as which none was
    /// decided before.
    pub(super) fn promises_of_new_services(&mut self, parts: &[Part]) -> (bool, Vec<usize>) {
        let mutants = self.mutants;
        if mutants.set.invariants.iter().all(|promise| promise.terms.is_none()) {
            return (false, Vec::new());
        }
        let bands = Bands::new(mutants.set, &mutants.diagram.variables);
        let mut reachable = None;
        for part in parts {
            let Some(baseline) = self.baseline(part.position) else { continue };
            let store = &baseline.store;
            let is_new = |outcome| match outcome {
                Outcome::Billable(service, payer) => !mutants.reachable.contains(service, payer),
                _ => false,
            };
            if store.leaves(part.moved, &[]).into_iter().filter_map(|leaf| store.outcome(leaf)).any(is_new) {
                let reachable = reachable.get_or_insert_with(|| mutants.reachable.clone());
                reachable.add(&bands, store, part.moved, mutants.diagram.variables.len());
            }
        }
        let Some(reachable) = reachable else { return (false, Vec::new()) };
        self.period_promises(&Ledger::new(mutants.set, &reachable), mutants.set)
    }

    /// Returns which of these mutants of promises about periods are killed once there are no pairs: by the counts as they
    /// are (`None`) or by a mutant of a count.
    pub(super) fn killed_without_pairs(&self, mut wanted: BTreeSet<usize>) -> BTreeMap<usize, Option<usize>> {
        let mutants = self.mutants;
        let mut killed = BTreeMap::new();
        let counts = mutants.list.iter().enumerate().filter(|(_, mutant)| matches!(mutant.changed, Change::Count(..)));
        for change in std::iter::once(None).chain(counts.map(Some)) {
            if wanted.is_empty() {
                break;
            }
            let mut set = change.map_or_else(|| mutants.set.clone(), |(_, mutant)| mutant.apply(mutants.set));
            set.pairs = Arc::default();
            let ledger = Ledger::new(&set, &mutants.reachable);
            let found: Vec<usize> =
                wanted.iter().copied().filter(|position| self.is_told_apart(&ledger, &set, *position)).collect();
            for position in found {
                wanted.remove(&position);
                killed.insert(position, change.map(|(position, _)| position));
            }
        }
        killed
    }
}
