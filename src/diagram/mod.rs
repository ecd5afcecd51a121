//! Rules → decision diagram: one graph that decides every note and over which things are proved.
//!
//! Each fact that a rule asks is an axis; dates and numbers become bands. A node asks one axis and has one child for
//! each of its cells; what stands at a leaf is a parameter: the rules that meet there, or what they come to. Equal
//! nodes are one node, and a node whose children are all equal is left out, so a fact stands in a part of the graph
//! exactly if it matters there. Knows no notes and no formats.

mod build;
mod meetings;
mod outcomes;
mod product;
mod terms;
mod yes_no;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use chrono::{Datelike, NaiveDate};

pub use build::{Atlas, TooComplex, compile, compile_unlisted, list_while};
pub use meetings::Listed;
pub use product::together;

use crate::facts::{Answer, FactId, Facts, date_of};
use crate::rules::{Outcome, RuleSet};

/// What an axis asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A fact.
    Fact(FactId),
    /// The service date.
    ServiceDate,
}

impl Asked {
    /// The fact that is asked; `None` for the service date.
    pub fn fact(self) -> Option<FactId> {
        match self {
            Self::Fact(fact) => Some(fact),
            Self::ServiceDate => None,
        }
    }

    /// Its name, as in rules and notes.
    pub fn name(self, set: &RuleSet) -> &str {
        self.fact().map_or("date", |fact| &set.vocabulary.fact(fact).name)
    }
}

/// One question with its finite cells.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What is asked.
    pub asked: Asked,
    /// For numbers and dates: where each band begins; a band ends before the next one. Empty for coded facts.
    pub bands: Vec<i64>,
    /// How many cells there are.
    pub cells: usize,
}

/// An answer's cell on an axis; `None`: not answered.
pub type Cell = Option<u16>;

impl Axis {
    /// The cell of an answer.
    pub fn cell(&self, answer: Answer) -> Cell {
        match answer {
            Answer::Unanswered => None,
            Answer::Value(value) => Some(value),
            Answer::Number(number) => {
                let band = self.bands.partition_point(|from| *from <= number).saturating_sub(1);
                u16::try_from(band).ok()
            }
        }
    }

    /// An answer that falls in a cell: the value, or the first number of the band.
    pub fn answer(&self, cell: u16) -> Answer {
        self.bands.get(usize::from(cell)).map_or(Answer::Value(cell), |from| Answer::Number(*from))
    }

    /// A cell as it reads: the value, or the band.
    pub fn told(&self, set: &RuleSet, cell: u16) -> String {
        let at = usize::from(cell);
        let told = |number: i64| match self.asked {
            Asked::ServiceDate => date_of(number).unwrap_or(NaiveDate::MIN).to_string(),
            Asked::Fact(_) => number.to_string(),
        };
        match (self.asked, self.bands.get(at).filter(|_| at > 0), self.bands.get(at + 1)) {
            (Asked::Fact(fact), _, _) if self.bands.is_empty() => {
                set.vocabulary.fact(fact).value_name(cell).unwrap_or_default().to_owned()
            }
            (_, Some(from), Some(before)) if from + 1 == *before => told(*from),
            (_, Some(from), Some(before)) => format!("{} to {}", told(*from), told(*before - 1)),
            (_, Some(from), None) => format!("{} or more", told(*from)),
            (_, None, Some(before)) => format!("below {}", told(*before)),
            (_, None, None) => "any".into(),
        }
    }

    /// Every cell.
    pub fn all(&self) -> impl Iterator<Item = u16> + use<> {
        (0..).take(self.cells)
    }
}

/// A node or a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ref<L> {
    /// The end of a walk.
    Leaf(L),
    /// A further question.
    Node(u32),
}

/// One question of the graph: its axis and a child for each cell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node<L> {
    /// The axis' place.
    pub axis: usize,
    /// By cell.
    pub children: Box<[Ref<L>]>,
}

/// What can stand at a leaf.
pub trait Leaf: Copy + Ord + Hash {}

impl<L: Copy + Ord + Hash> Leaf for L {}

/// A graph over axes.
#[derive(Clone, Debug)]
pub struct Diagram<L = Outcome> {
    /// In the order in which they are asked.
    pub axes: Vec<Axis>,
    /// Every node; children stand before their parents.
    pub nodes: Vec<Node<L>>,
    /// Where a walk begins.
    pub root: Ref<L>,
}

/// What is still possible, and what it hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The outcomes over all ways to answer what is not answered.
    pub outcomes: BTreeSet<Outcome>,
    /// The axes on which two complete answers that differ only there lead to different outcomes.
    pub axes: BTreeSet<usize>,
}

impl<L: Leaf> Diagram<L> {
    /// The cells that a note's answers and date fall in.
    pub fn cells(&self, facts: &Facts, date: NaiveDate) -> Vec<Cell> {
        let answer = |axis: &Axis| match axis.asked {
            Asked::Fact(fact) => facts.get(fact),
            Asked::ServiceDate => Answer::Number(i64::from(date.num_days_from_ce())),
        };
        self.axes.iter().map(|axis| axis.cell(answer(axis))).collect()
    }

    /// The node of a reference; `None` for a leaf.
    pub fn node(&self, at: Ref<L>) -> Option<&Node<L>> {
        match at {
            Ref::Leaf(_) => None,
            Ref::Node(index) => self.nodes.get(usize::try_from(index).unwrap_or(usize::MAX)),
        }
    }

    /// The same graph with something else at its leaves, made as small as it can be.
    pub fn map<M: Leaf>(&self, told: impl Fn(L) -> M) -> Diagram<M> {
        let mut nodes = Nodes::default();
        let mut done: Vec<Ref<M>> = Vec::with_capacity(self.nodes.len());
        let of = |at: Ref<L>, done: &[Ref<M>]| match at {
            Ref::Leaf(leaf) => Some(Ref::Leaf(told(leaf))),
            Ref::Node(index) => done.get(usize::try_from(index).unwrap_or(usize::MAX)).copied(),
        };
        for node in &self.nodes {
            let children = node.children.iter().filter_map(|child| of(*child, &done)).collect();
            done.extend(nodes.get(node.axis, children));
        }
        let root = of(self.root, &done).unwrap_or(Ref::Node(0));
        Diagram { axes: self.axes.clone(), nodes: nodes.list, root }
    }

    /// Every leaf that a walk with these cells can end at, whatever answers they leave open.
    pub fn leaves(&self, cells: &[Cell]) -> BTreeSet<L> {
        let (mut leaves, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![self.root]);
        while let Some(at) = open.pop() {
            match (at, self.node(at)) {
                (Ref::Leaf(leaf), _) => drop(leaves.insert(leaf)),
                (_, Some(node)) if seen.insert(at) => match cells.get(node.axis).copied().flatten() {
                    Some(cell) => open.extend(node.children.get(usize::from(cell))),
                    None => open.extend(&node.children),
                },
                _ => {}
            }
        }
        leaves
    }

    /// Where a walk with these cells ends, if it comes to no question that they leave open.
    pub fn end(&self, cells: &[Cell]) -> Option<L> {
        let mut at = self.root;
        loop {
            match at {
                Ref::Leaf(leaf) => return Some(leaf),
                Ref::Node(_) => {
                    let node = self.node(at)?;
                    let cell = cells.get(node.axis).copied().flatten()?;
                    at = node.children.get(usize::from(cell)).copied()?;
                }
            }
        }
    }
}

impl Diagram<Outcome> {
    /// What is still possible for these cells: a walk that follows all branches of what is not answered.
    ///
    /// What remains is made as small as it can be, so that exactly the axes that matter are left in it.
    pub fn open(&self, cells: &[Cell]) -> Open {
        let mut rest = Rest { diagram: self, cells, done: BTreeMap::new(), nodes: Nodes::default() };
        let mut open = Open { outcomes: BTreeSet::new(), axes: BTreeSet::new() };
        if let Ref::Leaf(outcome) = rest.of(self.root) {
            open.outcomes.insert(outcome);
        }
        for node in &rest.nodes.list {
            open.axes.insert(node.axis);
            open.outcomes.extend(node.children.iter().filter_map(|child| match child {
                Ref::Leaf(outcome) => Some(*outcome),
                Ref::Node(_) => None,
            }));
        }
        open
    }

    /// Whether another answer to a fact, the others as they are, could change the outcome.
    pub fn matters(&self, cells: &[Cell], fact: FactId) -> bool {
        let Some(at) = self.axes.iter().position(|axis| axis.asked == Asked::Fact(fact)) else { return false };
        let mut cells = cells.to_vec();
        if let Some(cell) = cells.get_mut(at) {
            *cell = None;
        }
        self.open(&cells).axes.contains(&at)
    }
}

/// Nodes, equal ones once.
pub(crate) struct Nodes<L> {
    pub(crate) list: Vec<Node<L>>,
    known: std::collections::HashMap<Node<L>, u32>,
}

impl<L> Default for Nodes<L> {
    fn default() -> Self {
        Self { list: Vec::new(), known: std::collections::HashMap::new() }
    }
}

impl<L: Leaf> Nodes<L> {
    /// The node with these children; the child itself where they are all equal. `None` if there are no children.
    pub(crate) fn get(&mut self, axis: usize, children: Vec<Ref<L>>) -> Option<Ref<L>> {
        let first = children.first().copied()?;
        if children.iter().all(|child| *child == first) {
            return Some(first);
        }
        let node = Node { axis, children: children.into_boxed_slice() };
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let index = *self.known.entry(node.clone()).or_insert(next);
        if index == next {
            self.list.push(node);
        }
        Some(Ref::Node(index))
    }
}

/// What a diagram comes to when some cells are known.
struct Rest<'d, L> {
    diagram: &'d Diagram<L>,
    cells: &'d [Cell],
    done: BTreeMap<u32, Ref<L>>,
    nodes: Nodes<L>,
}

impl<L: Leaf> Rest<'_, L> {
    fn of(&mut self, at: Ref<L>) -> Ref<L> {
        let Ref::Node(index) = at else { return at };
        if let Some(done) = self.done.get(&index) {
            return *done;
        }
        let Some(node) = self.diagram.node(at) else { return at };
        let rest = if let Some(cell) = self.cells.get(node.axis).copied().flatten() {
            node.children.get(usize::from(cell)).map_or(at, |child| self.of(*child))
        } else {
            let children = node.children.iter().map(|child| self.of(*child)).collect();
            self.nodes.get(node.axis, children).unwrap_or(at)
        };
        self.done.insert(index, rest);
        rest
    }
}
