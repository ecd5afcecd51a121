//! Regions of the domain: products of answers, found in a graph, made wide, counted, and searched for the note nearest
//! to an ordinary one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diagram::{Asked, Axis, Diagram, Leaf, Nodes, Ref};
use crate::rules::{RuleSet, Test};

/// Regions of one kind that are told; of more it is only said that there are more.
pub(super) const SHOWN: usize = 25;

/// Paths looked at before the search for regions ends.
const PATHS: usize = 20_000;

/// Cells by axis: every combination of them is in the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(pub Vec<BTreeSet<u16>>);

impl Region {
    /// Every combination.
    pub fn full(axes: &[Axis]) -> Self {
        Self(axes.iter().map(|axis| axis.all().collect()).collect())
    }

    /// One combination.
    pub fn single(cells: &[u16]) -> Self {
        Self(cells.iter().map(|cell| BTreeSet::from([*cell])).collect())
    }

    /// What is in it and fits the tests too. A fact that is no axis is not looked at.
    #[must_use]
    pub fn within(&self, axes: &[Axis], tests: &[Test]) -> Self {
        let cells = axes.iter().zip(&self.0).map(|(axis, cells)| {
            let asks = |test: &&Test| axis.asked == Asked::Fact(test.fact);
            let fits =
                |cell: u16| tests.iter().filter(asks).all(|test| test.values.contains(axis.answer(cell)) == Some(true));
            cells.iter().copied().filter(|cell| fits(*cell)).collect()
        });
        Self(cells.collect())
    }

    /// Whether no combination is in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().any(BTreeSet::is_empty)
    }

    /// The cells of an axis.
    pub fn cells(&self, axis: usize) -> impl Iterator<Item = u16> {
        self.0.get(axis).into_iter().flatten().copied()
    }

    fn holds(&self, axis: usize, cell: u16) -> bool {
        self.0.get(axis).is_some_and(|cells| cells.contains(&cell))
    }

    /// Puts other cells of an axis in the place of its own.
    pub fn put(&mut self, axis: usize, cells: BTreeSet<u16>) {
        if let Some(part) = self.0.get_mut(axis) {
            *part = cells;
        }
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| one & other).collect())
    }

    /// The graph that ends at `true` within it.
    pub(super) fn graph(&self, axes: &[Axis]) -> Diagram<bool> {
        let mut nodes = Nodes::default();
        let mut root = Ref::Leaf(!self.is_empty());
        for (at, axis) in axes.iter().enumerate().rev() {
            let children = axis.all().map(|cell| if self.holds(at, cell) { root } else { Ref::Leaf(false) }).collect();
            root = nodes.get(at, children).unwrap_or(root);
        }
        Diagram { axes: axes.to_vec(), nodes: nodes.list, root }
    }

    /// How many combinations are in it.
    pub fn size(&self) -> u128 {
        self.0.iter().map(|cells| u128::try_from(cells.len()).unwrap_or(u128::MAX)).fold(1, u128::saturating_mul)
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(part, whole)| part.is_subset(whole))
    }

    /// The axes that bound it, each with the cells that are inside.
    pub fn bounds<'r>(&'r self, axes: &'r [Axis]) -> impl Iterator<Item = (&'r Axis, &'r BTreeSet<u16>)> {
        axes.iter().zip(&self.0).filter(|(axis, cells)| cells.len() < axis.cells)
    }

    /// What bounds it, as names and answers.
    pub fn told(&self, set: &RuleSet, axes: &[Axis]) -> Vec<(String, Vec<String>)> {
        let told = self.bounds(axes).map(|(axis, cells)| {
            let answers = cells.iter().map(|cell| axis.told(set, *cell)).collect();
            (axis.asked.name(set).to_owned(), answers)
        });
        told.collect()
    }
}

/// Walks every path of the graph: disjoint regions that together are the whole domain, each with its leaf. Ends early
/// when the visitor says so.
pub fn paths<L: Leaf>(diagram: &Diagram<L>, visit: &mut dyn FnMut(&Region, L) -> bool) {
    let mut path = Region::full(&diagram.axes);
    walk(diagram, diagram.root, &mut path, visit);
}

fn walk<L: Leaf>(
    diagram: &Diagram<L>,
    at: Ref<L>,
    path: &mut Region,
    visit: &mut dyn FnMut(&Region, L) -> bool,
) -> bool {
    let node = match (at, diagram.node(at)) {
        (Ref::Leaf(leaf), _) => return visit(path, leaf),
        (_, Some(node)) => node,
        (_, None) => return true,
    };
    let mut by_child: BTreeMap<Ref<L>, BTreeSet<u16>> = BTreeMap::new();
    for (cell, child) in (0..).zip(&node.children) {
        by_child.entry(*child).or_default().insert(cell);
    }
    let swap = |path: &mut Region, cells| path.0.get_mut(node.axis).map(|part| std::mem::replace(part, cells));
    for (child, cells) in by_child {
        let before = swap(path, cells);
        let go_on = walk(diagram, child, path, visit);
        before.map(|before| swap(path, before));
        if !go_on {
            return false;
        }
    }
    true
}

/// Whether some combination of a region ends at `true`.
pub(super) fn reaches(diagram: &Diagram<bool>, within: &Region) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![diagram.root]);
    while let Some(at) = open.pop() {
        match (at, diagram.node(at)) {
            (Ref::Leaf(true), _) if !within.is_empty() => return true,
            (Ref::Node(_), Some(node)) if seen.insert(at) => {
                open.extend(within.cells(node.axis).filter_map(|cell| node.children.get(usize::from(cell))));
            }
            _ => {}
        }
    }
    false
}

/// Regions of `true`, each as wide as it can be, that together hold all of it; and whether some were left out because
/// there are very many.
pub fn regions(diagram: &Diagram<bool>) -> (Vec<Region>, bool) {
    let mut found: Vec<Region> = Vec::new();
    let (mut looked, mut whole) = (0, true);
    let full = Region::full(&diagram.axes);
    paths(diagram, &mut |path, wanted| {
        if !wanted || found.iter().any(|known| path.is_subset(known)) {
            return true;
        }
        looked += 1;
        whole = found.len() < SHOWN && looked < PATHS;
        if whole {
            found.push(widened(diagram, path.clone(), &full));
        }
        whole
    });
    (found, !whole)
}

/// A region of `true` as wide as it can be with nothing else in it and nothing from outside `limit`.
pub(super) fn widened(diagram: &Diagram<bool>, mut region: Region, limit: &Region) -> Region {
    for (at, all) in limit.0.iter().enumerate() {
        let wider = all.iter().map(|cell| BTreeSet::from([*cell]));
        for addition in std::iter::once(all.clone()).chain(wider) {
            let Some(now) = region.0.get_mut(at) else { continue };
            let before = now.clone();
            now.extend(addition);
            if *now != before
                && !is_all_true(diagram, diagram.root, &region, &mut BTreeSet::new())
                && let Some(now) = region.0.get_mut(at)
            {
                *now = before;
            }
        }
    }
    region
}

fn is_all_true(diagram: &Diagram<bool>, at: Ref<bool>, region: &Region, seen: &mut BTreeSet<Ref<bool>>) -> bool {
    let Some(node) = diagram.node(at) else { return at == Ref::Leaf(true) };
    if !seen.insert(at) {
        return true;
    }
    region
        .cells(node.axis)
        .all(|cell| node.children.get(usize::from(cell)).is_none_or(|child| is_all_true(diagram, *child, region, seen)))
}

/// How many combinations of the whole domain end at each leaf.
pub fn sizes<L: Leaf>(diagram: &Diagram<L>) -> BTreeMap<L, u128> {
    let width = |from: usize, to: usize| {
        let between = diagram.axes.get(from..to).unwrap_or_default();
        between.iter().map(|axis| u128::try_from(axis.cells).unwrap_or(u128::MAX)).fold(1, u128::saturating_mul)
    };
    let level = |at: Ref<L>| diagram.node(at).map_or(diagram.axes.len(), |node| node.axis);
    // Combinations of the axes above a node that lead to it; parents stand behind their children.
    let mut reach: HashMap<Ref<L>, u128> = HashMap::from([(diagram.root, width(0, level(diagram.root)))]);
    let mut sizes: BTreeMap<L, u128> = BTreeMap::new();
    if let Ref::Leaf(leaf) = diagram.root {
        sizes.insert(leaf, width(0, diagram.axes.len()));
    }
    for index in (0..u32::try_from(diagram.nodes.len()).unwrap_or(u32::MAX)).rev() {
        let at = Ref::Node(index);
        let (Some(above), Some(node)) = (reach.get(&at).copied(), diagram.node(at)) else { continue };
        for child in &node.children {
            let ways = above.saturating_mul(width(node.axis + 1, level(*child)));
            match child {
                Ref::Leaf(leaf) => *sizes.entry(*leaf).or_default() += ways,
                Ref::Node(_) => *reach.entry(*child).or_default() += ways,
            }
        }
    }
    sizes
}

/// A combination of a region that ends at `true` and is as near as can be to the usual cells.
///
/// `weights`: by axis, what it costs to leave the usual cell. Comes with what it costs in all.
pub(super) fn nearest(
    diagram: &Diagram<bool>,
    region: &Region,
    usual: &[u16],
    weights: &[u64],
) -> Option<(u64, Vec<u16>)> {
    if region.is_empty() {
        return None;
    }
    // Where the walk does not ask, the usual cell will do, or else the first one.
    let mut cells: Vec<u16> = (0..diagram.axes.len())
        .map(|axis| {
            let usual = usual.get(axis).copied().unwrap_or_default();
            if region.holds(axis, usual) { usual } else { region.cells(axis).next().unwrap_or_default() }
        })
        .collect();
    let cost = |axis: usize, cell: u16, cells: &[u16]| {
        if cells.get(axis) == Some(&cell) { 0 } else { weights.get(axis).copied().unwrap_or(1) }
    };
    // By node: the cheapest way on to `true`, and the cell it begins with. Children stand before their parents.
    let mut ways: Vec<Option<(u64, u16)>> = Vec::with_capacity(diagram.nodes.len());
    let way = |at: Ref<bool>, ways: &[Option<(u64, u16)>]| match at {
        Ref::Leaf(wanted) => wanted.then_some(0),
        Ref::Node(index) => {
            usize::try_from(index).ok().and_then(|index| ways.get(index).copied().flatten()).map(|w| w.0)
        }
    };
    for node in &diagram.nodes {
        let ons = region.cells(node.axis).filter_map(|cell| {
            // Leaving the usual cell costs only where it was to be had.
            let left = region.holds(node.axis, usual.get(node.axis).copied().unwrap_or_default());
            let step = if left { cost(node.axis, cell, &cells) } else { 0 };
            Some((way(*node.children.get(usize::from(cell))?, &ways)?.saturating_add(step), cell))
        });
        let best = ons.min();
        ways.push(best);
    }
    let on = way(diagram.root, &ways)?;
    let forced = |axis: usize| !region.holds(axis, usual.get(axis).copied().unwrap_or_default());
    let forced: u64 = weights.iter().enumerate().filter(|(axis, _)| forced(*axis)).map(|(_, weight)| weight).sum();
    let mut at = diagram.root;
    while let (Ref::Node(index), Some(node)) = (at, diagram.node(at)) {
        let (_, cell) = usize::try_from(index).ok().and_then(|index| ways.get(index).copied().flatten())?;
        *cells.get_mut(node.axis)? = cell;
        at = node.children.get(usize::from(cell)).copied()?;
    }
    Some((on.saturating_add(forced), cells))
}
