//! What a graph comes to for a note that leaves some variables open.

use rustc_hash::{FxHashMap, FxHashSet};

use super::store::Node;
use super::{Ref, Store, Value};

/// What is still possible, and what it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The leaves over all ways to answer what is open, each once.
    pub leaves: Vec<Ref>,
    /// The variables on which two complete answers that differ only there lead to different leaves. In order.
    pub variables: Vec<usize>,
}

impl Store {
    /// The leaves that a graph can end at, whatever is open, each once.
    pub fn leaves(&self, root: Ref, assignment: &[Option<Value>]) -> Vec<Ref> {
        let (mut leaves, mut seen, mut open) = (Vec::new(), FxHashSet::default(), vec![root]);
        while let Some(mut at) = open.pop() {
            // Answered questions have one way on.
            while let Some((node, value)) = self.node(at).and_then(|node| Some((node, answer(node, assignment)?))) {
                let Some(child) = node.children.get(usize::from(value)) else { break };
                at = *child;
            }
            match self.node(at) {
                None if !leaves.contains(&at) => leaves.push(at),
                Some(node) if seen.insert(at) => open.extend(&node.children),
                _ => {}
            }
        }
        leaves
    }

    /// Whether a yes-or-no graph says yes however open variables are answered; `None` where that differs.
    pub fn verdict(&self, root: Ref, assignment: &[Option<Value>]) -> Option<bool> {
        match self.leaves(root, assignment).as_slice() {
            [only] => Some(*only == Ref::TRUE),
            _ => None,
        }
    }

    /// The leaves that a graph can end at, and the variables that they depend on.
    ///
    /// What remains of the graph is made as small as it can be, so that exactly the variables that matter are in it.
    pub fn open(&self, root: Ref, assignment: &[Option<Value>]) -> Open {
        let mut rest = Rest { store: self, assignment, done: FxHashMap::default(), known: FxHashMap::default() };
        rest.remaining(root);
        let mut variables: Vec<usize> = rest.known.keys().map(|node| node.variable).collect();
        variables.sort_unstable();
        variables.dedup();
        Open { leaves: self.leaves(root, assignment), variables }
    }
}

fn answer(node: &Node, assignment: &[Option<Value>]) -> Option<Value> {
    assignment.get(node.variable).copied().flatten()
}

/// A node or a leaf of what remains of a graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Remaining {
    Leaf(Ref),
    Node(usize),
}

#[derive(PartialEq, Eq, Hash)]
struct RemainingNode {
    variable: usize,
    children: Box<[Remaining]>,
}

struct Rest<'r> {
    store: &'r Store,
    assignment: &'r [Option<Value>],
    done: FxHashMap<Ref, Remaining>,
    known: FxHashMap<RemainingNode, usize>,
}

impl Rest<'_> {
    fn remaining(&mut self, at: Ref) -> Remaining {
        let Some(node) = self.store.node(at) else { return Remaining::Leaf(at) };
        if let Some(known) = self.done.get(&at) {
            return *known;
        }
        let answered = answer(node, self.assignment).and_then(|value| node.children.get(usize::from(value)));
        let made = if let Some(child) = answered {
            self.remaining(*child)
        } else {
            let children: Box<[Remaining]> = node.children.iter().map(|child| self.remaining(*child)).collect();
            match children.first() {
                Some(first) if children.iter().all(|child| child == first) => *first,
                _ => {
                    let next = self.known.len();
                    let node = RemainingNode { variable: node.variable, children };
                    Remaining::Node(*self.known.entry(node).or_insert(next))
                }
            }
        };
        self.done.insert(at, made);
        made
    }
}
