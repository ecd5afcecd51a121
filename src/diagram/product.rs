//! Several graphs over the same axes read as one, and what is left of a graph when some answers are known.

use std::collections::{BTreeMap, HashMap};

use super::{Axis, Cell, Diagram, Leaf, Nodes, Ref, Rest};

impl<L: Leaf> Diagram<L> {
    /// What is left when some cells are known. It has the same axes and asks none of the known ones.
    #[must_use]
    pub fn given(&self, cells: &[Cell]) -> Self {
        let mut rest = Rest { diagram: self, cells, done: BTreeMap::new(), nodes: Nodes::default() };
        let root = rest.of(self.root);
        Self { axes: self.axes.clone(), nodes: rest.nodes.list, root }
    }
}

/// One graph for several that have the same axes: at its leaves, what is told of the leaves that they end at together.
pub fn together<L: Leaf, M: Leaf>(
    axes: &[Axis],
    diagrams: &[Diagram<L>],
    told: &mut dyn FnMut(&[L]) -> M,
) -> Option<Diagram<M>> {
    let mut product = Product { axes, diagrams, told, done: HashMap::new(), nodes: Nodes::default() };
    let root = product.of(diagrams.iter().map(|diagram| diagram.root).collect())?;
    Some(Diagram { axes: axes.to_vec(), nodes: product.nodes.list, root })
}

struct Product<'d, L, M> {
    axes: &'d [Axis],
    diagrams: &'d [Diagram<L>],
    told: &'d mut dyn FnMut(&[L]) -> M,
    /// By where each graph is. Only asked, never walked.
    done: HashMap<Vec<Ref<L>>, Ref<M>>,
    nodes: Nodes<M>,
}

impl<L: Leaf, M: Leaf> Product<'_, L, M> {
    /// The part of the product that begins where each graph is; `None` for graphs over other axes.
    fn of(&mut self, at: Vec<Ref<L>>) -> Option<Ref<M>> {
        if let Some(done) = self.done.get(&at) {
            return Some(*done);
        }
        let asked = |(diagram, at): (&Diagram<L>, &Ref<L>)| diagram.node(*at).map(|node| node.axis);
        let part = match self.diagrams.iter().zip(&at).filter_map(asked).min() {
            None => Ref::Leaf((self.told)(&at.iter().filter_map(leaf).collect::<Vec<_>>())),
            Some(axis) => {
                let cells = self.axes.get(axis)?.all();
                let children: Option<Vec<Ref<M>>> = cells.map(|cell| self.of(self.step(&at, axis, cell)?)).collect();
                self.nodes.get(axis, children?)?
            }
        };
        self.done.insert(at, part);
        Some(part)
    }

    /// Where each graph is after an answer; one that does not ask stays where it is.
    fn step(&self, at: &[Ref<L>], axis: usize, cell: u16) -> Option<Vec<Ref<L>>> {
        let next = |(diagram, at): (&Diagram<L>, &Ref<L>)| match diagram.node(*at) {
            Some(node) if node.axis == axis => node.children.get(usize::from(cell)).copied(),
            _ => Some(*at),
        };
        self.diagrams.iter().zip(at).map(next).collect()
    }
}

fn leaf<L: Leaf>(at: &Ref<L>) -> Option<L> {
    match at {
        Ref::Leaf(leaf) => Some(*leaf),
        Ref::Node(_) => None,
    }
}
