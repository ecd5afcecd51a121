//! A graph as few disjoint rows: its questions asked in whatever order needs the fewest.
//!
//! The graph asks all its questions in one order. A reader need not: what settles most cases is asked first, and what
//! matters only in some of them is asked only there. Knows no words and no reasons.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagram::{Diagram, Leaf, Node, Nodes, Ref};
use crate::proof::Region;

/// Parts of a graph for which the best order is looked for; beyond that the graph's own order will do.
const BUDGET: usize = 20_000;

/// A graph and all its parts that are left when some questions are settled; equal parts once.
pub(super) struct Parts<L> {
    nodes: Nodes<L>,
    /// By part, axis and cell: what is left.
    settled: BTreeMap<(u32, usize, u16), Ref<L>>,
    /// By part: which axes matter in it.
    asked: BTreeMap<u32, BTreeSet<usize>>,
    plans: BTreeMap<u32, Plan>,
    /// By axis: of two orders with equally few rows, the one that asks the lower rank first.
    ranks: Vec<u8>,
}

/// How a part is best taken to pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Plan {
    /// Into how many rows.
    rows: u64,
    /// How many answers they name in all.
    bounds: u64,
    /// The rank of what is asked first.
    rank: u8,
    /// What is asked first.
    axis: usize,
}

/// The plan of what is settled: one row.
const SETTLED: Plan = Plan { rows: 1, bounds: 0, rank: 0, axis: 0 };

impl<L: Leaf> Parts<L> {
    /// The parts of a graph, and the whole of it.
    pub(super) fn of(diagram: &Diagram<L>) -> (Self, Ref<L>) {
        let mut nodes: Nodes<L> = Nodes::default();
        let mut places: Vec<Ref<L>> = Vec::new();
        let moved = |at: Ref<L>, places: &[Ref<L>]| match at {
            Ref::Leaf(_) => at,
            Ref::Node(index) => places.get(usize::try_from(index).unwrap_or(usize::MAX)).copied().unwrap_or(at),
        };
        for node in &diagram.nodes {
            let children = node.children.iter().map(|child| moved(*child, &places)).collect();
            places.extend(nodes.get(node.axis, children));
        }
        let root = moved(diagram.root, &places);
        let (settled, asked, plans) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        (Self { nodes, settled, asked, plans, ranks: Vec::new() }, root)
    }

    /// Which axes to ask first where the number of rows does not say it.
    pub(super) fn prefer(&mut self, ranks: Vec<u8>) {
        if self.ranks != ranks {
            self.plans.clear();
            self.ranks = ranks;
        }
    }

    fn node(&self, at: Ref<L>) -> Option<(u32, &Node<L>)> {
        match at {
            Ref::Leaf(_) => None,
            Ref::Node(index) => Some((index, self.nodes.list.get(usize::try_from(index).ok()?)?)),
        }
    }

    /// What is left of a part when an axis is settled.
    pub(super) fn settle(&mut self, at: Ref<L>, axis: usize, cell: u16) -> Ref<L> {
        let Some((index, node)) = self.node(at).filter(|(_, node)| node.axis <= axis) else { return at };
        if node.axis == axis {
            return node.children.get(usize::from(cell)).copied().unwrap_or(at);
        }
        if let Some(known) = self.settled.get(&(index, axis, cell)) {
            return *known;
        }
        let (own, children) = (node.axis, node.children.clone());
        let children = children.iter().map(|child| self.settle(*child, axis, cell)).collect();
        let left = self.nodes.get(own, children).unwrap_or(at);
        self.settled.insert((index, axis, cell), left);
        left
    }

    /// What is left of a part for each cell of an axis, cells that leave the same together, in order of cells.
    pub(super) fn branches(&mut self, at: Ref<L>, axis: usize, cells: &BTreeSet<u16>) -> Vec<(BTreeSet<u16>, Ref<L>)> {
        let mut branches: Vec<(BTreeSet<u16>, Ref<L>)> = Vec::new();
        for cell in cells {
            let left = self.settle(at, axis, *cell);
            match branches.iter_mut().find(|(_, known)| *known == left) {
                Some((cells, _)) => drop(cells.insert(*cell)),
                None => branches.push((BTreeSet::from([*cell]), left)),
            }
        }
        branches
    }

    /// Walks the rows of a part within a region that its settled questions do not bound any further: disjoint, and
    /// together the whole region. What is settled soonest comes first, so that what remains is read last.
    pub(super) fn rows(&mut self, at: Ref<L>, region: &mut Region, visit: &mut dyn FnMut(&Region, L)) {
        if let Ref::Leaf(leaf) = at {
            return visit(region, leaf);
        }
        let axis = self.plan(at, region).axis;
        let cells: BTreeSet<u16> = region.cells(axis).collect();
        let mut branches = self.branches(at, axis, &cells);
        branches.sort_by_cached_key(|(_, left)| self.plan(*left, region).rows);
        for (part, left) in branches {
            region.put(axis, part);
            self.rows(left, region, visit);
        }
        region.put(axis, cells);
    }

    /// The fewest rows that a part can be taken to, as far as that was looked for.
    fn plan(&mut self, at: Ref<L>, region: &Region) -> Plan {
        let Some((index, node)) = self.node(at) else { return SETTLED };
        let own = node.axis;
        if let Some(plan) = self.plans.get(&index) {
            return *plan;
        }
        let asked = if self.plans.len() < BUDGET { self.asked(at) } else { BTreeSet::from([own]) };
        let mut best: Option<Plan> = None;
        for axis in asked {
            let cells = region.cells(axis).collect();
            let rank = self.ranks.get(axis).copied().unwrap_or_default();
            let mut plan = Plan { rows: 0, bounds: 0, rank, axis };
            for (_, left) in self.branches(at, axis, &cells) {
                let below = self.plan(left, region);
                plan.rows = plan.rows.saturating_add(below.rows);
                plan.bounds = plan.bounds.saturating_add(below.bounds).saturating_add(below.rows);
            }
            best = best.into_iter().chain([plan]).min();
        }
        let best = best.unwrap_or(SETTLED);
        self.plans.insert(index, best);
        best
    }

    /// Which axes matter in a part.
    fn asked(&mut self, at: Ref<L>) -> BTreeSet<usize> {
        let Some((index, node)) = self.node(at) else { return BTreeSet::new() };
        if let Some(known) = self.asked.get(&index) {
            return known.clone();
        }
        let (own, children) = (node.axis, node.children.clone());
        let mut asked = BTreeSet::from([own]);
        for child in children {
            asked.extend(self.asked(child));
        }
        self.asked.insert(index, asked.clone());
        asked
    }

    /// Every leaf of a part within a region.
    pub(super) fn leaves(&self, at: Ref<L>, region: &Region) -> BTreeSet<L> {
        let (mut leaves, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![at]);
        while let Some(at) = open.pop() {
            match (at, self.node(at)) {
                (Ref::Leaf(leaf), _) => drop(leaves.insert(leaf)),
                (Ref::Node(index), Some((_, node))) if seen.insert(index) => {
                    open.extend(region.cells(node.axis).filter_map(|cell| node.children.get(usize::from(cell))));
                }
                _ => {}
            }
        }
        leaves
    }
}
