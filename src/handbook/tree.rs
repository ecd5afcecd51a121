//! Converts a graph to a small set of mutually exclusive rows by choosing a good variable order for each part.
//!
//! The graph asks its variables in one global order, but rows need not: the variable that decides most notes comes
//! first, and a variable that matters only for some notes is asked only there. This module knows nothing about wording.

use std::collections::BTreeSet;

use num_bigint::BigUint;
use rustc_hash::FxHashMap;

use crate::diagram::{Ref, Store, Value};
use crate::space::Region;

/// Maximum number of nodes of a part for which other orders are tried; larger parts use the graph's own order.
const MAX_NODES: usize = 300;

/// Step budget of the search for better orders; once it is used up, the graph's own order is used.
const MAX_STEPS: usize = 500_000;

/// A graph to be divided into rows.
pub(super) struct Tree {
    pub(super) store: Store,
    /// Rank of each variable; among orders with equally few rows, the one that asks the lower rank first wins.
    ranks: Vec<u8>,
    /// Remaining step budget of the search.
    steps: usize,
    plans: FxHashMap<Ref, Plan>,
    /// Memo table: a part restricted to one value of a variable.
    rest: FxHashMap<(Ref, usize, Value), Ref>,
}

/// A way to divide a part of the graph into rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Plan {
    rows: BigUint,
    /// Total number of answers that the rows name.
    answers: BigUint,
    rank: u8,
    /// The variable to ask first.
    variable: usize,
}

impl Tree {
    pub(super) fn new(store: Store, ranks: Vec<u8>) -> Self {
        Self { store, ranks, steps: MAX_STEPS, plans: FxHashMap::default(), rest: FxHashMap::default() }
    }

    /// Returns the number of rows that a part is divided into.
    pub(super) fn count(&mut self, at: Ref) -> BigUint {
        self.plan(at).rows
    }

    /// Appends the rows of a part until there are `most` rows: mutually exclusive regions, each with the leaf that all
    /// of it leads to. Branches with the fewest rows come first.
    pub(super) fn rows(&mut self, at: Ref, region: &mut Region, most: usize, rows: &mut Vec<(Region, Ref)>) {
        if rows.len() >= most {
            return;
        }
        if at.is_leaf() {
            return rows.push((region.clone(), at));
        }
        let variable = self.plan(at).variable;
        let mut branches = self.branches(at, variable);
        branches.sort_by_cached_key(|(rest, _)| self.count(*rest));
        for (rest, values) in branches {
            let Some(all) = region.values.get_mut(variable).map(|own| std::mem::replace(own, values)) else { continue };
            self.rows(rest, region, most, rows);
            region.values.get_mut(variable).into_iter().for_each(|own| own.clone_from(&all));
        }
    }

    /// Returns the plan with the fewest rows that the search finds.
    fn plan(&mut self, at: Ref) -> Plan {
        let mut best = Plan { rows: BigUint::from(1_u8), answers: BigUint::ZERO, rank: 0, variable: 0 };
        let Some(own) = self.store.node(at).map(|node| node.variable) else { return best };
        if let Some(known) = self.plans.get(&at) {
            return known.clone();
        }
        let asked = self.asked(at).unwrap_or_else(|| vec![own]);
        let plans = asked.into_iter().map(|variable| self.plan_with(at, variable)).collect::<Vec<_>>();
        best = plans.into_iter().min().unwrap_or(best);
        self.plans.insert(at, best.clone());
        best
    }

    /// Returns the plan that asks `variable` first.
    fn plan_with(&mut self, at: Ref, variable: usize) -> Plan {
        let rank = self.ranks.get(variable).copied().unwrap_or_default();
        let mut plan = Plan { rows: BigUint::ZERO, answers: BigUint::ZERO, rank, variable };
        for (rest, _) in self.branches(at, variable) {
            let below = self.plan(rest);
            plan.answers += below.answers + &below.rows;
            plan.rows += below.rows;
        }
        plan
    }

    /// Returns the variables that a part asks; `None` if trying them all would exceed the step budget.
    fn asked(&mut self, at: Ref) -> Option<Vec<usize>> {
        let (mut seen, mut open, mut asked) = (BTreeSet::new(), vec![at], BTreeSet::new());
        while let Some(at) = open.pop().filter(|_| seen.len() <= MAX_NODES) {
            if let Some(node) = self.store.node(at).filter(|_| seen.insert(at)) {
                open.extend(&node.children);
                asked.insert(node.variable);
            }
        }
        let values: usize = asked.iter().map(|variable| self.store.values(*variable).len()).sum();
        let steps = self.steps.checked_sub(values * seen.len()).filter(|_| seen.len() <= MAX_NODES)?;
        self.steps = steps;
        Some(asked.into_iter().collect())
    }

    /// Returns the restriction of a part to each value of a variable, grouping values that lead to the same part.
    fn branches(&mut self, at: Ref, variable: usize) -> Vec<(Ref, BTreeSet<Value>)> {
        let mut branches: Vec<(Ref, BTreeSet<Value>)> = Vec::new();
        for value in self.store.values(variable) {
            let rest = self.rest(at, variable, value);
            match branches.iter_mut().find(|(known, _)| *known == rest) {
                Some((_, values)) => drop(values.insert(value)),
                None => branches.push((rest, BTreeSet::from([value]))),
            }
        }
        branches
    }

    fn rest(&mut self, at: Ref, variable: usize, value: Value) -> Ref {
        let step = self.store.cofactor(at, variable, value);
        if step != at {
            return step;
        }
        if let Some(known) = self.rest.get(&(at, variable, value)) {
            return *known;
        }
        let mut fixed = vec![None; variable + 1];
        if let Some(place) = fixed.get_mut(variable) {
            *place = Some(value);
        }
        let rest = self.store.restrict(at, &fixed);
        self.rest.insert((at, variable, value), rest);
        rest
    }
}
