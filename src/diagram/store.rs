//! A store of hash-consed graph nodes, and the operations on graphs.

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::{Question, TooComplex, Value, Variables};
use crate::rules::Outcome;

/// Maximum number of nodes before a store is abandoned, about 200 MB.
const MAX_NODES: usize = 1_000_000;

/// Maximum number of memoized results of [`Store::if_then_else`] before a store is abandoned.
const MAX_MEMOIZED: usize = 8 * MAX_NODES;

/// Bit that marks a reference to a leaf.
const LEAF: u32 = 1 << 31;

/// A reference to a node or a leaf of a store.
///
/// The leaves are `FALSE`, `TRUE`, and the outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref(u32);

impl Ref {
    /// The boolean leaf for false.
    pub const FALSE: Self = Self(LEAF);
    /// The boolean leaf for true.
    pub const TRUE: Self = Self(LEAF | 1);

    /// Returns whether this is a leaf.
    pub fn is_leaf(self) -> bool {
        self.0 & LEAF != 0
    }

    /// Returns the index of a node in its store; `None` for a leaf.
    pub fn position(self) -> Option<usize> {
        if self.is_leaf() { None } else { usize::try_from(self.0).ok() }
    }
}

/// An inner node of a graph: a variable, and a child for each of its values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// Index of the variable among all variables.
    pub variable: usize,
    /// One child for each value of the variable.
    pub children: Box<[Ref]>,
}

/// Hash-consed nodes of graphs that ask their variables in one order. Children come before their parents.
#[derive(Clone, Debug)]
pub struct Store {
    /// Level of each variable; graphs ask lower levels first.
    levels: Vec<usize>,
    /// Number of values of each variable.
    sizes: Vec<u16>,
    nodes: IndexSet<Node, FxBuildHasher>,
    /// Memo table of [`Store::if_then_else`].
    if_then_else_memo: FxHashMap<(Ref, Ref, Ref), Ref>,
    /// The outcomes at leaves.
    outcomes: Vec<Outcome>,
    /// Graph of the combinations of values that some note can have.
    pub(super) possible: Ref,
    is_full: bool,
}

impl Store {
    /// Creates an empty store. `order` lists every variable, the one to ask first at the front.
    pub fn new(variables: &Variables, order: &[usize]) -> Self {
        let mut levels = vec![0; variables.len()];
        for (level, variable) in order.iter().enumerate() {
            levels.get_mut(*variable).into_iter().for_each(|place| *place = level);
        }
        Self {
            levels,
            sizes: variables.list().iter().map(|variable| variable.size).collect(),
            nodes: IndexSet::default(),
            if_then_else_memo: FxHashMap::default(),
            outcomes: Vec::new(),
            possible: Ref::TRUE,
            is_full: false,
        }
    }

    /// Returns the number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns an error if the store has grown beyond its limit. Graphs built since then are invalid.
    pub fn check_size(&self, variables: &Variables) -> Result<(), TooComplex> {
        if !self.is_full {
            return Ok(());
        }
        let mut counts = vec![0_usize; self.levels.len()];
        for node in &self.nodes {
            counts.get_mut(node.variable).into_iter().for_each(|count| *count += 1);
        }
        let most = counts.iter().enumerate().max_by_key(|(_, count)| **count).map(|(variable, _)| variable);
        let question = most.and_then(|variable| variables.get(variable)).map(|variable| variable.question);
        Err(TooComplex(question.unwrap_or(Question::ServiceDate)))
    }

    /// Returns the variables in the order in which graphs ask them.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.levels.len()).collect();
        order.sort_by_key(|variable| self.levels.get(*variable));
        order
    }

    /// Returns the level of a variable; graphs ask lower levels first.
    pub(super) fn level(&self, variable: usize) -> Option<usize> {
        self.levels.get(variable).copied()
    }

    /// Returns the node of a reference; `None` for a leaf.
    pub fn node(&self, at: Ref) -> Option<&Node> {
        self.nodes.get_index(at.position()?)
    }

    /// Returns the leaf of an outcome.
    pub fn leaf(&mut self, outcome: Outcome) -> Ref {
        let known = self.outcomes.iter().position(|known| *known == outcome);
        let position = known.unwrap_or_else(|| {
            self.outcomes.push(outcome);
            self.outcomes.len() - 1
        });
        Ref(LEAF | u32::try_from(position + 2).unwrap_or(u32::MAX))
    }

    /// Returns the outcome at a leaf; `None` for any other reference.
    pub fn outcome(&self, at: Ref) -> Option<Outcome> {
        if !at.is_leaf() {
            return None;
        }
        let position = usize::try_from(at.0 & !LEAF).ok()?;
        self.outcomes.get(position.checked_sub(2)?).copied()
    }

    /// Returns the node with these children, one for each value of the variable, or the child itself if all are equal.
    pub fn make_node(&mut self, variable: usize, children: Vec<Ref>) -> Ref {
        let Some(first) = children.first().copied() else { return Ref::FALSE };
        if children.iter().all(|child| *child == first) {
            return first;
        }
        let node = Node { variable, children: children.into_boxed_slice() };
        let position = if self.nodes.len() < MAX_NODES {
            Some(self.nodes.insert_full(node).0)
        } else {
            self.nodes.get_index_of(&node)
        };
        let Some(position) = position else {
            self.is_full = true;
            return first;
        };
        Ref(u32::try_from(position).unwrap_or(LEAF - 1))
    }

    /// Returns a graph that is true where the variable has a passing value. `passing` has one entry for each value.
    pub fn test(&mut self, variable: usize, passing: &[bool]) -> Ref {
        self.restricted_to(variable, passing, Ref::TRUE)
    }

    /// Returns `then` where the variable has a passing value, else false. `then` must not ask it or an earlier
    /// variable.
    fn restricted_to(&mut self, variable: usize, passing: &[bool], then: Ref) -> Ref {
        self.make_node(variable, passing.iter().map(|passes| if *passes { then } else { Ref::FALSE }).collect())
    }

    /// Returns a graph that is true where all tests pass: pairs of a variable and, for each value, whether it passes.
    pub fn all(&mut self, mut tests: Vec<(usize, Vec<bool>)>) -> Ref {
        tests.sort_by_key(|(variable, _)| std::cmp::Reverse(self.levels.get(*variable).copied()));
        let mut all = Ref::TRUE;
        for (variable, passing) in tests {
            all = self.restricted_to(variable, &passing, all);
        }
        all
    }

    /// Returns a graph that is `then` where `condition` is true and `otherwise` where it is false (if-then-else).
    pub fn if_then_else(&mut self, condition: Ref, then: Ref, otherwise: Ref) -> Ref {
        match condition {
            Ref::TRUE => return then,
            Ref::FALSE => return otherwise,
            _ if then == otherwise => return then,
            _ if (then, otherwise) == (Ref::TRUE, Ref::FALSE) => return condition,
            _ => {}
        }
        let key = (condition, then, otherwise);
        if let Some(known) = self.if_then_else_memo.get(&key) {
            return *known;
        }
        self.is_full |= self.if_then_else_memo.len() >= MAX_MEMOIZED;
        if self.is_full {
            return then;
        }
        let parts = [condition, then, otherwise];
        let Some(variable) = self.first_asked(&parts) else { return otherwise };
        let children = self.values(variable).map(|value| {
            let [condition, then, otherwise] = parts.map(|part| self.cofactor(part, variable, value));
            self.if_then_else(condition, then, otherwise)
        });
        let children = children.collect();
        let made = self.make_node(variable, children);
        self.if_then_else_memo.insert(key, made);
        made
    }

    /// Returns the conjunction of two graphs.
    pub fn and(&mut self, one: Ref, other: Ref) -> Ref {
        self.if_then_else(one.min(other), one.max(other), Ref::FALSE)
    }

    /// Returns the disjunction of two graphs.
    pub fn or(&mut self, one: Ref, other: Ref) -> Ref {
        self.if_then_else(one.min(other), Ref::TRUE, one.max(other))
    }

    /// Returns a graph that is true where `one` is true and `other` is false.
    pub fn and_not(&mut self, one: Ref, other: Ref) -> Ref {
        self.if_then_else(other, Ref::FALSE, one)
    }

    /// Returns the disjunction of all graphs, combined in pairs so that intermediate graphs stay small.
    pub fn any(&mut self, parts: impl IntoIterator<Item = Ref>) -> Ref {
        let mut parts: Vec<Ref> = parts.into_iter().collect();
        while parts.len() > 1 {
            parts = parts.chunks(2).filter_map(|pair| pair.iter().copied().reduce(|a, b| self.or(a, b))).collect();
        }
        parts.first().copied().unwrap_or(Ref::FALSE)
    }

    /// Returns a graph that is true where `root` ends at one of the wanted outcomes.
    pub fn indicator(&mut self, root: Ref, wanted: &dyn Fn(Outcome) -> bool) -> Ref {
        self.indicator_from(root, &|store, leaf| store.outcome(leaf).is_some_and(wanted), &mut FxHashMap::default())
    }

    fn indicator_from(&mut self, at: Ref, wanted: &dyn Fn(&Self, Ref) -> bool, done: &mut FxHashMap<Ref, Ref>) -> Ref {
        if at.is_leaf() {
            return if wanted(self, at) { Ref::TRUE } else { Ref::FALSE };
        }
        if let Some(known) = done.get(&at) {
            return *known;
        }
        let Some(Node { variable, children }) = self.node(at).cloned() else { return Ref::FALSE };
        let children = children.iter().map(|child| self.indicator_from(*child, wanted, done)).collect();
        let made = self.make_node(variable, children);
        done.insert(at, made);
        made
    }

    /// Returns a graph that is true where two graphs end at different leaves.
    pub fn difference(&mut self, one: Ref, other: Ref) -> Ref {
        self.difference_from(one, other, &mut FxHashMap::default())
    }

    fn difference_from(&mut self, one: Ref, other: Ref, done: &mut FxHashMap<(Ref, Ref), Ref>) -> Ref {
        if one == other {
            return Ref::FALSE;
        }
        let key = (one.min(other), one.max(other));
        if let Some(known) = done.get(&key) {
            return *known;
        }
        let Some(variable) = self.first_asked(&[one, other]) else { return Ref::TRUE };
        let mut children = Vec::with_capacity(self.values(variable).len());
        for value in self.values(variable) {
            let (one, other) = (self.cofactor(one, variable, value), self.cofactor(other, variable, value));
            children.push(self.difference_from(one, other, done));
        }
        let made = self.make_node(variable, children);
        done.insert(key, made);
        made
    }

    /// Returns the graph restricted to fixed values: it no longer asks these variables.
    pub fn restrict(&mut self, root: Ref, fixed: &[Option<Value>]) -> Ref {
        self.restrict_from(root, fixed, &mut FxHashMap::default())
    }

    fn restrict_from(&mut self, at: Ref, fixed: &[Option<Value>], done: &mut FxHashMap<Ref, Ref>) -> Ref {
        if let Some(known) = done.get(&at) {
            return *known;
        }
        let Some(Node { variable, children }) = self.node(at).cloned() else { return at };
        let made = if let Some(value) = fixed.get(variable).copied().flatten() {
            let child = children.get(usize::from(value)).copied().unwrap_or(at);
            self.restrict_from(child, fixed, done)
        } else {
            let children = children.iter().map(|child| self.restrict_from(*child, fixed, done)).collect();
            self.make_node(variable, children)
        };
        done.insert(at, made);
        made
    }

    /// Returns the variable that these graphs ask first; `None` if all are leaves.
    pub fn first_asked(&self, parts: &[Ref]) -> Option<usize> {
        let asked = parts.iter().filter_map(|part| self.node(*part)).map(|node| node.variable);
        asked.min_by_key(|variable| self.levels.get(*variable))
    }

    /// Returns whether a node's variable comes before `variable` in the order; false for a leaf.
    pub(super) fn asks_before(&self, at: Ref, variable: usize) -> bool {
        self.node(at).is_some_and(|node| self.levels.get(node.variable) < self.levels.get(variable))
    }

    /// Returns the cofactor of a graph for one value of a variable; the graph itself if it does not ask the variable
    /// first.
    pub fn cofactor(&self, at: Ref, variable: usize, value: Value) -> Ref {
        let asks = self.node(at).filter(|node| node.variable == variable);
        asks.and_then(|node| node.children.get(usize::from(value))).copied().unwrap_or(at)
    }

    /// Returns all values of a variable.
    pub fn values(&self, variable: usize) -> std::ops::Range<Value> {
        0..self.sizes.get(variable).copied().unwrap_or(0)
    }

    /// Returns whether any graph in the store asks a variable.
    pub fn asks(&self, variable: usize) -> bool {
        self.nodes.iter().any(|node| node.variable == variable)
    }

    /// Returns the nodes of a graph, children before their parents.
    pub fn reachable(&self, root: Ref) -> Vec<Ref> {
        let (mut seen, mut open) = (FxHashSet::default(), vec![root]);
        while let Some(at) = open.pop() {
            if let Some(node) = self.node(at).filter(|_| seen.insert(at)) {
                open.extend(&node.children);
            }
        }
        let mut nodes: Vec<Ref> = seen.into_iter().collect();
        nodes.sort_unstable();
        nodes
    }
}
