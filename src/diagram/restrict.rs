//! Evaluates a graph for a note that leaves some variables open.
//!
//! Only answers that some note can have are tried. If the note itself has answers that no note can have, all are.

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::{Ref, Store, Value};

impl Store {
    /// Returns the distinct leaves that a graph can reach over all values of the open variables.
    pub fn leaves(&self, root: Ref, assignment: &[Option<Value>]) -> Vec<Ref> {
        self.walk(root, assignment, |_| ())
    }

    /// Like [`Store::leaves`], and returns for each variable whether it is asked on a path to these leaves. No other
    /// variable makes a difference.
    pub fn leaves_and_asked(&self, root: Ref, assignment: &[Option<Value>]) -> (Vec<Ref>, Vec<bool>) {
        let mut asked = vec![false; assignment.len()];
        let mark = |variable: usize| asked.get_mut(variable).into_iter().for_each(|asked| *asked = true);
        let leaves = self.walk(root, assignment, mark);
        (leaves, asked)
    }

    fn walk(&self, root: Ref, assignment: &[Option<Value>], mut visit: impl FnMut(usize)) -> Vec<Ref> {
        let mut answer = |variable| {
            visit(variable);
            answer(variable, assignment)
        };
        let first = self.follow(root, &mut answer);
        if first.is_leaf() {
            return vec![first];
        }
        let possible = self.follow(self.possible, &mut answer);
        if !possible.is_leaf() {
            let leaves = self.possible_leaves((first, possible), &mut answer);
            if !leaves.is_empty() {
                return leaves;
            }
        }
        let mut seen = FxHashSet::with_capacity_and_hasher(USUAL_NODES, FxBuildHasher);
        let (mut leaves, mut open) = (Vec::new(), vec![first]);
        while let Some(at) = open.pop() {
            match self.node(at) {
                Some(node) if seen.insert(at) => {
                    open.extend(node.children.iter().map(|child| self.follow(*child, &mut answer)));
                }
                None if !leaves.contains(&at) => leaves.push(at),
                _ => {}
            }
        }
        leaves
    }

    /// Returns the distinct leaves that a graph can reach where the other one is true.
    fn possible_leaves(&self, start: (Ref, Ref), answer: &mut impl FnMut(usize) -> Option<Value>) -> Vec<Ref> {
        let (mut seen, mut leaves, mut open) = (FxHashSet::default(), Vec::new(), vec![start]);
        while let Some((at, possible)) = open.pop() {
            let Some(asked) = self.first_asked(&[at, possible]) else {
                if possible == Ref::TRUE && !leaves.contains(&at) {
                    leaves.push(at);
                }
                continue;
            };
            if possible == Ref::FALSE || !seen.insert((at, possible)) {
                continue;
            }
            let next = |value| (self.cofactor(at, asked, value), self.cofactor(possible, asked, value));
            match answer(asked) {
                Some(value) => open.push(next(value)),
                None => open.extend(self.values(asked).map(next)),
            }
        }
        leaves
    }

    /// Follows the assigned variables to the first node whose variable is open, or to a leaf.
    fn follow(&self, mut at: Ref, answer: &mut impl FnMut(usize) -> Option<Value>) -> Ref {
        while let Some(node) = self.node(at)
            && let Some(value) = answer(node.variable)
            && let Some(child) = node.children.get(usize::from(value))
        {
            at = *child;
        }
        at
    }

    /// Evaluates a boolean graph; `None` if the result depends on open variables.
    pub fn evaluate(&self, root: Ref, assignment: &[Option<Value>]) -> Option<bool> {
        let first = self.follow(root, &mut |variable| answer(variable, assignment));
        if first.is_leaf() {
            return Some(first == Ref::TRUE);
        }
        match self.leaves(first, assignment).as_slice() {
            [only] => Some(*only == Ref::TRUE),
            _ => None,
        }
    }

    /// Returns whether two assignments of the open variables that differ only in `variable` can reach different leaves.
    /// `variable` itself is treated as open.
    pub fn depends_on(&self, root: Ref, assignment: &[Option<Value>], variable: usize) -> bool {
        let mut others = self.values(variable).skip(1);
        others.any(|other| self.differ(root, assignment, variable, other))
    }

    /// Returns whether the first value of a variable and `other` can lead to different leaves, with all else equal.
    fn differ(&self, root: Ref, assignment: &[Option<Value>], variable: usize, other: Value) -> bool {
        let follow = |at: Ref, value: Value| {
            self.follow(at, &mut |asked| if asked == variable { Some(value) } else { answer(asked, assignment) })
        };
        let (mut seen, mut open) = (FxHashSet::default(), Vec::new());
        let mut next = Some((root, root));
        while let Some((one, two)) = next.take().or_else(|| open.pop()) {
            let (one, two) = (follow(one, 0), follow(two, other));
            if one == two && !self.asks_before(one, variable) {
                continue;
            }
            let Some(asked) = self.first_asked(&[one, two]) else { return true };
            if seen.insert((one, two)) {
                open.extend(
                    self.values(asked)
                        .map(|value| (self.cofactor(one, asked, value), self.cofactor(two, asked, value))),
                );
            }
        }
        false
    }

    /// Returns the open variables that matter: for some answers to the others, their values lead to different leaves.
    ///
    /// The restricted graph is fully reduced, so that it contains exactly these variables.
    pub fn open_variables(&self, root: Ref, assignment: &[Option<Value>]) -> Vec<usize> {
        let done = FxHashMap::with_capacity_and_hasher(USUAL_NODES, FxBuildHasher);
        let known = FxHashMap::with_capacity_and_hasher(USUAL_NODES, FxBuildHasher);
        let mut restriction = Restriction { store: self, assignment, done, known };
        if restriction.remaining(root, self.possible) == Remaining::Impossible {
            restriction.remaining(root, Ref::TRUE);
        }
        let mut variables: Vec<usize> = restriction.known.keys().map(|node| node.variable).collect();
        variables.sort_unstable();
        variables.dedup();
        variables
    }
}

/// Initial capacity for the nodes that a note leaves open. Growing from nothing would cost more than the search.
const USUAL_NODES: usize = 64;

fn answer(variable: usize, assignment: &[Option<Value>]) -> Option<Value> {
    assignment.get(variable).copied().flatten()
}

/// A node or leaf of a restricted graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Remaining {
    Leaf(Ref),
    Node(usize),
    /// No note comes here.
    Impossible,
}

#[derive(PartialEq, Eq, Hash)]
struct RemainingNode {
    variable: usize,
    children: Box<[Remaining]>,
}

struct Restriction<'r> {
    store: &'r Store,
    assignment: &'r [Option<Value>],
    done: FxHashMap<(Ref, Ref), Remaining>,
    known: FxHashMap<RemainingNode, usize>,
}

impl Restriction<'_> {
    /// Returns what remains of a graph where `possible` is true.
    fn remaining(&mut self, at: Ref, possible: Ref) -> Remaining {
        if possible == Ref::FALSE {
            return Remaining::Impossible;
        }
        let Some(variable) = self.store.first_asked(&[at, possible]) else { return Remaining::Leaf(at) };
        if let Some(known) = self.done.get(&(at, possible)) {
            return *known;
        }
        let store = self.store;
        let next = |value| (store.cofactor(at, variable, value), store.cofactor(possible, variable, value));
        let made = if let Some(value) = answer(variable, self.assignment) {
            let (at, possible) = next(value);
            self.remaining(at, possible)
        } else {
            let mut children = Vec::with_capacity(store.values(variable).len());
            for (at, possible) in store.values(variable).map(next) {
                children.push(self.remaining(at, possible));
            }
            self.remaining_node(variable, children)
        };
        self.done.insert((at, possible), made);
        made
    }

    /// Returns the node with these children, or the only child that differs from `Impossible`.
    fn remaining_node(&mut self, variable: usize, mut children: Vec<Remaining>) -> Remaining {
        let possible = children.iter().copied().find(|child| *child != Remaining::Impossible);
        let Some(first) = possible else { return Remaining::Impossible };
        children.iter_mut().filter(|child| **child == Remaining::Impossible).for_each(|child| *child = first);
        if children.iter().all(|child| *child == first) {
            return first;
        }
        let next = self.known.len();
        let node = RemainingNode { variable, children: children.into_boxed_slice() };
        Remaining::Node(*self.known.entry(node).or_insert(next))
    }
}
