//! The search for changes that lead to one payer and service in one graph.
//!
//! An open question leads to all of its children at once, so the state of the search is a set of nodes. The search
//! prunes a state if a single node in it would need more changes than are left.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::found::{Found, Step};
use crate::diagram::{Assignment, Ref, Store, Value};
use crate::rules::{PayerId, ServiceId};

/// More changes than any note needs.
const NEVER: usize = usize::MAX;

/// A state of the search: a sorted list of nodes without duplicates.
type Nodes = Vec<Ref>;

/// A search in one graph for one payer and service.
pub(super) struct Search<'s> {
    store: &'s Store,
    root: Ref,
    /// The values of the note; `None` for an open question.
    assignment: &'s Assignment,
    target: Ref,
    to: (ServiceId, PayerId),
    /// For each question, the round from which it may be changed; `None` if it may not be.
    changeable: Vec<Option<usize>>,
    round: usize,
    /// The changes that lead to this graph, by their number of steps and whether they belong to this round.
    prefixes: BTreeMap<(usize, bool), Vec<Vec<Step>>>,
    /// Memo table: for each node, a lower bound on the number of changes needed from there.
    needed: FxHashMap<Ref, usize>,
    /// States from which no change of so many questions leads to the target. The flag: whether a step is of this round.
    hopeless: FxHashSet<(Nodes, usize, bool)>,
}

/// A partial change.
struct Path<'p> {
    prefixes: &'p [Vec<Step>],
    steps: Vec<Step>,
}

impl Path<'_> {
    /// Returns the complete changes that contain no known change.
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
    /// Creates a search from the root of a graph.
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

    /// Finds the smallest changes of exactly `size` questions. All smaller ones must be known already.
    pub(super) fn run(&mut self, size: usize, found: &mut Found) {
        for ((length, is_new), prefixes) in self.prefixes.clone() {
            let Some(left) = size.checked_sub(length) else { continue };
            let mut path = Path { prefixes: &prefixes, steps: Vec::new() };
            if !path.smallest(found).is_empty() {
                self.walk(vec![self.root], left, is_new, &mut path, found);
            }
        }
    }

    /// Continues from a set of nodes with exactly `left` more changes. Returns whether a change may lead to the target.
    fn walk(&mut self, at: Nodes, left: usize, is_new: bool, path: &mut Path<'_>, found: &mut Found) -> bool {
        if found.visit(at.len()) {
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

    /// Returns the nodes that these values of a variable lead to.
    fn step(&self, at: &[Ref], variable: usize, values: impl IntoIterator<Item = Value>) -> Nodes {
        let next = |value| at.iter().map(move |node| self.store.cofactor(*node, variable, value));
        let mut nodes: Nodes = values.into_iter().flat_map(next).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// Returns a lower bound on the changes needed from a node, as if later changes could depend on the open answers.
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
