//! The search for changes in one graph that lead to one payer and service.
//!
//! A question that is left open leads to all its children at once, so the search stands on a set of nodes. It never goes
//! where one node of the set alone would need more changes than are left.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::found::{Found, Step};
use crate::diagram::{Assignment, Ref, Store, Value};
use crate::rules::{PayerId, ServiceId};

/// More changes than any note needs.
const NEVER: usize = usize::MAX;

/// Where the search can stand: nodes, in order, each once.
type Nodes = Vec<Ref>;

/// A search in one graph for one payer and service.
pub(super) struct Search<'s> {
    store: &'s Store,
    root: Ref,
    /// The note's own values; `None`: open.
    assignment: &'s Assignment,
    target: Ref,
    to: (ServiceId, PayerId),
    /// By question: the round in which it may be changed; `None`: it stays.
    changeable: Vec<Option<usize>>,
    round: usize,
    /// The changes that lead to this graph, by how many steps they are and whether they are of this round.
    prefixes: BTreeMap<(usize, bool), Vec<Vec<Step>>>,
    /// By node: at least how many changes are needed from there on.
    needed: FxHashMap<Ref, usize>,
    /// Where no change of so many questions leads to the target; whether it already has a step of this round.
    hopeless: FxHashSet<(Nodes, usize, bool)>,
}

/// A change in the making.
struct Path<'p> {
    prefixes: &'p [Vec<Step>],
    steps: Vec<Step>,
}

impl Path<'_> {
    /// The whole changes of which no known one is a part.
    fn smallest(&self, found: &Found) -> Vec<Vec<Step>> {
        let whole = self.prefixes.iter().map(|prefix| {
            let mut steps = [prefix.as_slice(), &self.steps].concat();
            steps.sort_unstable();
            steps
        });
        whole.filter(|steps| found.is_smallest(steps)).collect()
    }
}

impl<'s> Search<'s> {
    /// A search from the root of a graph.
    pub(super) fn new(
        (store, root): (&'s Store, Ref),
        assignment: &'s Assignment,
        (target, to): (Ref, (ServiceId, PayerId)),
        changeable: Vec<Option<usize>>,
        round: usize,
        prefixes: BTreeMap<(usize, bool), Vec<Vec<Step>>>,
    ) -> Self {
        let (needed, hopeless) = (FxHashMap::default(), FxHashSet::default());
        Self { store, root, assignment, target, to, changeable, round, prefixes, needed, hopeless }
    }

    /// Finds the smallest changes of exactly so many questions. Those of fewer must be known.
    pub(super) fn run(&mut self, size: usize, found: &mut Found) {
        for ((length, is_new), prefixes) in self.prefixes.clone() {
            let Some(left) = size.checked_sub(length) else { continue };
            let mut path = Path { prefixes: &prefixes, steps: Vec::new() };
            if !path.smallest(found).is_empty() {
                self.walk(vec![self.root], left, is_new, &mut path, found);
            }
        }
    }

    /// Goes on from some nodes with exactly so many changes. Whether a change may lead to the target from there.
    fn walk(&mut self, at: Nodes, left: usize, is_new: bool, path: &mut Path<'_>, found: &mut Found) -> bool {
        if found.look_at(at.len()) {
            return true;
        }
        let needed = at.iter().map(|node| self.needed(*node)).max().unwrap_or(NEVER);
        if needed == 0 {
            if left == 0 && is_new {
                path.smallest(found).into_iter().for_each(|steps| found.add(steps, self.to));
            }
            return true;
        }
        let key = (at, left, is_new);
        if needed > left || self.hopeless.contains(&key) {
            return false;
        }
        let (at, ..) = &key;
        let Some(variable) = self.store.first_asked(at) else { return false };
        let own = self.assignment.get(variable).copied().flatten();
        let unchanged = match own {
            Some(value) => self.step(at, variable, value..=value),
            None => self.step(at, variable, self.store.values(variable)),
        };
        let mut leads = self.walk(unchanged.clone(), left, is_new, path, found);
        if let Some(round) = self.changeable.get(variable).copied().flatten().filter(|round| *round <= self.round) {
            for value in self.store.values(variable).filter(|value| own != Some(*value)) {
                let next = self.step(at, variable, value..=value);
                if next == unchanged {
                    continue;
                }
                path.steps.push((variable, value));
                leads |= path.smallest(found).is_empty()
                    || self.walk(next, left - 1, is_new || round == self.round, path, found);
                path.steps.pop();
            }
        }
        if !leads {
            self.hopeless.insert(key);
        }
        leads
    }

    /// Where each of these values of a variable leads from some nodes.
    fn step(&self, at: &[Ref], variable: usize, values: impl IntoIterator<Item = Value>) -> Nodes {
        let next = |value| at.iter().map(move |node| self.store.step(*node, variable, value));
        let mut nodes: Nodes = values.into_iter().flat_map(next).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// At least how many changes are needed from a node on: as many as if later changes could follow the open answers.
    fn needed(&mut self, at: Ref) -> usize {
        let store = self.store;
        let Some(node) = store.node(at) else { return if at == self.target { 0 } else { NEVER } };
        if let Some(known) = self.needed.get(&at) {
            return *known;
        }
        let children: Vec<usize> = node.children.iter().map(|child| self.needed(*child)).collect();
        let unchanged = match self.assignment.get(node.variable).copied().flatten() {
            Some(value) => children.get(usize::from(value)).copied(),
            None => children.iter().max().copied(),
        };
        let is_changeable = self.changeable.get(node.variable).copied().flatten().is_some_and(|at| at <= self.round);
        let changed = children.iter().min().filter(|_| is_changeable).map(|least| least.saturating_add(1));
        let needed = unchanged.into_iter().chain(changed).min().unwrap_or(NEVER);
        self.needed.insert(at, needed);
        needed
    }
}
