//! What promises guard against: changes of rules that break a promise as written but keep a weaker one.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::Part;
use super::periods::keeps;
use super::prover::Prover;
use super::{Change, Mutants, promise};
use crate::diagram::{ActivityGraph, Ref, Store};
use crate::proof::ledger::Ledger;
use crate::proof::violation;
use crate::rules::{Effect, Invariant};

impl Prover<'_> {
    /// Returns whether a changed set breaks a promise that the original set keeps, and which mutants of promises it
    /// kills.
    pub(super) fn promises(&mut self, parts: &[Part]) -> (bool, Vec<usize>) {
        let (mutants, mut broken, mut kills) = (self.mutants, false, Vec::new());
        for (at, promise) in mutants.set.invariants.iter().enumerate() {
            if mutants.broken.contains(&at) || !self.breaks(parts, promise) {
                continue;
            }
            broken = true;
            let weaker = mutants.promises.get(at).into_iter().flatten();
            kills.extend(weaker.filter(|position| self.distinguishes(parts, promise, **position)));
        }
        (broken, kills)
    }

    /// Returns the mutants of promises that are killed once nothing is excluded, struck or held, each with the mutant
    /// of an offer that kills it, or `None` if the unchanged offers do. A promise that only repeats what another rule
    /// guards is broken by no single change, but it matters on the day that rule is changed.
    pub fn killed_by_mutants(&mut self, wanted: &BTreeSet<usize>) -> BTreeMap<usize, Option<usize>> {
        let mutants = self.mutants;
        let mut killed = BTreeMap::new();
        let mut wanted = wanted.clone();
        let changes = mutants.list.iter().enumerate().map(|(position, mutant)| Some((position, mutant)));
        let is_of_periods = |position: &usize| self.promise_terms(*position).is_some();
        let of_periods: BTreeSet<usize> = wanted.iter().copied().filter(is_of_periods).collect();
        wanted.retain(|position| !of_periods.contains(position));
        killed.extend(self.killed_without_pairs(of_periods));
        for change in std::iter::once(None).chain(changes) {
            if wanted.is_empty() {
                break;
            }
            let parts = match change {
                None => self.offers_alone(None),
                Some((_, mutant)) => match &mutant.changed {
                    Change::Rule(id, rule) if matches!(mutants.set.rule(*id).effect, Effect::Offer { .. }) => {
                        self.with_changed(*id, rule, |prover, changed| prover.offers_alone(Some((*id, changed))))
                    }
                    _ => continue,
                },
            };
            let found: Vec<usize> = wanted.iter().copied().filter(|position| self.kills(&parts, *position)).collect();
            for position in found {
                wanted.remove(&position);
                killed.insert(position, change.map(|(position, _)| position));
            }
        }
        killed
    }

    fn kills(&mut self, parts: &[Part], position: usize) -> bool {
        let mutants = self.mutants;
        let Some(Change::Promise(at, _)) = mutants.list.get(position).map(|mutant| &mutant.changed) else {
            return false;
        };
        mutants.set.invariants.get(*at).is_some_and(|promise| self.distinguishes(parts, promise, position))
    }

    fn breaks(&mut self, parts: &[Part], promise: &Invariant) -> bool {
        let moved = parts.iter().filter(|part| part.moved != Ref::FALSE);
        moved
            .into_iter()
            .any(|part| part.activities.iter().any(|activity| self.violation(part, *activity, promise) != Ref::FALSE))
    }

    /// Returns whether some note breaks a promise as written but not its mutant.
    fn distinguishes(&mut self, parts: &[Part], promise: &Invariant, mutant: usize) -> bool {
        let mutants = self.mutants;
        let Some(Change::Promise(_, weaker)) = mutants.list.get(mutant).map(|mutant| &mutant.changed) else {
            return false;
        };
        parts.iter().filter(|part| part.moved != Ref::FALSE).any(|part| {
            part.activities.iter().any(|activity| {
                let broken = self.violation(part, *activity, promise);
                let then = weaker.as_ref().map_or(Ref::FALSE, |weaker| self.violation(part, *activity, weaker));
                broken != Ref::FALSE
                    && self.baseline(part.position).is_some_and(|it| it.store.and_not(broken, then) != Ref::FALSE)
            })
        })
    }

    /// Returns the notes of an activity in a part that break a promise.
    fn violation(&mut self, part: &Part, activity: u16, promise: &Invariant) -> Ref {
        let diagram = &self.mutants.diagram;
        let baseline = self.baseline(part.position);
        baseline.map_or(Ref::FALSE, |baseline| violation(diagram, activity, part.moved, &mut baseline.store, promise))
    }
}

impl Mutants<'_> {
    /// Returns the indices of the promises that the set already breaks.
    pub(super) fn broken_promises(&self) -> Vec<usize> {
        let mut stores: Vec<(&ActivityGraph, Store)> =
            self.graphs().into_iter().map(|graph| (graph, graph.store.clone())).collect();
        let promises = self.set.invariants.iter().enumerate();
        let broken = promises.filter(|(_, promise)| {
            stores.iter_mut().any(|(graph, store)| {
                let mut activities = graph.activities.iter();
                activities.any(|activity| {
                    violation(&self.diagram, *activity, graph.rules.outcome, store, promise) != Ref::FALSE
                })
            })
        });
        let ledger = Ledger::new(self.set, &self.reachable);
        let periods = self
            .set
            .invariants
            .iter()
            .enumerate()
            .filter(|(_, promise)| promise.terms.as_ref().is_some_and(|terms| !keeps(&ledger, self.set, terms)));
        broken.map(|(at, _)| at).chain(periods.map(|(at, _)| at)).collect()
    }

    /// Returns for each promise the mutants that can differ from it: with some outcome, some note breaks the promise as
    /// written but keeps the mutant.
    pub(super) fn weaker_promises(&self) -> Vec<Vec<usize>> {
        let variables = &self.diagram.variables;
        let mut store = Store::new(variables, &(0..variables.len()).collect::<Vec<_>>());
        let outcomes: Vec<Ref> = promise::outcomes(self.set).map(|outcome| store.leaf(outcome)).collect();
        let activities: Vec<u16> = self.graphs().iter().flat_map(|graph| graph.activities.iter().copied()).collect();
        let mut weaker = vec![Vec::new(); self.set.invariants.len()];
        for (position, mutant) in self.list.iter().enumerate() {
            let Change::Promise(at, changed) = &mutant.changed else { continue };
            let Some(promise) = self.set.invariants.get(*at) else { continue };
            // A promise about periods always differs from a weaker one for some services that could be billed.
            let differs = promise.terms.is_some()
                || activities.iter().any(|activity| {
                    outcomes.iter().any(|outcome| {
                        let mut notes = |promise| violation(&self.diagram, *activity, *outcome, &mut store, promise);
                        notes(promise) != changed.as_ref().map_or(Ref::FALSE, |changed| notes(changed))
                    })
                });
            if let Some(list) = weaker.get_mut(*at).filter(|_| differs) {
                list.push(position);
            }
        }
        weaker
    }
}
