//! The walk through the diagram that finds changes: from every place where a walk can stand, the smallest ones on.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::change::{Answers, Change, Suits};
use crate::diagram::{Axis, Cell, Diagram, Ref};
use crate::rules::Outcome;

/// Changes kept before the search is given up: it would take too long, and nobody would read them.
const BUDGET: usize = 200_000;

/// The search below the required facts, for one set of own answers.
pub(super) struct Search<'d> {
    diagram: &'d Diagram<Outcome>,
    suits: &'d Suits<'d>,
    /// The note's own cells; `None`: open.
    cells: Vec<Cell>,
    /// By where a walk can stand: the smallest changes that lead on from there.
    done: BTreeMap<State, Rc<Vec<Change>>>,
    made: usize,
}

/// Where a walk can stand: an open question that is left open leads to all its children at once.
pub(super) type State = BTreeSet<Ref<Outcome>>;

impl<'d> Search<'d> {
    pub(super) fn new(diagram: &'d Diagram<Outcome>, suits: &'d Suits<'d>, cells: Vec<Cell>) -> Self {
        Self { diagram, suits, cells, done: BTreeMap::new(), made: 0 }
    }

    /// Whether it was not given up.
    pub(super) fn is_whole(&self) -> bool {
        self.made < BUDGET
    }

    /// The smallest changes that lead from here to one payer and service.
    pub(super) fn of(&mut self, state: &State) -> Rc<Vec<Change>> {
        if let Some(done) = self.done.get(state) {
            return Rc::clone(done);
        }
        let found = Rc::new(self.found(state));
        self.made += found.len() + 1;
        self.done.insert(state.clone(), Rc::clone(&found));
        found
    }

    fn found(&mut self, state: &State) -> Vec<Change> {
        let mut ends = state.iter().filter_map(|at| match at {
            Ref::Leaf(outcome) => Some(*outcome),
            Ref::Node(_) => None,
        });
        let end = ends.next();
        let lost = |outcome| !matches!(outcome, Outcome::Billable(service, payer) if (self.suits)(service, payer));
        if end.is_some_and(lost) || ends.next().is_some() || self.made >= BUDGET {
            return Vec::new();
        }
        let diagram = self.diagram;
        let Some(axis) = state.iter().filter_map(|at| diagram.node(*at)).map(|node| node.axis).min() else {
            return match end {
                Some(Outcome::Billable(service, payer)) => {
                    vec![Change { answers: Answers::new(), to: (service, payer) }]
                }
                _ => Vec::new(),
            };
        };
        let own_cell = self.cells.get(axis).copied().flatten();
        let own = match own_cell {
            Some(cell) => self.step(state, axis, cell),
            None => self.all(axis).flat_map(|cell| self.step(state, axis, cell)).collect(),
        };
        let mut ways: BTreeMap<State, BTreeSet<u16>> = BTreeMap::new();
        for cell in self.all(axis).filter(|cell| own_cell != Some(*cell)) {
            ways.entry(self.step(state, axis, cell)).or_default().insert(cell);
        }
        // To come to where one stands anyway is no change.
        ways.remove(&own);
        let mut found = self.of(&own).as_ref().clone();
        let smaller = found.clone();
        for (next, cells) in ways {
            let step = Answers::from([(axis, cells)]);
            for change in self.of(&next).iter() {
                found.extend(change.with(&step).without_all(&smaller));
            }
        }
        found
    }

    fn all(&self, axis: usize) -> impl Iterator<Item = u16> + use<> {
        self.diagram.axes.get(axis).map(Axis::all).into_iter().flatten()
    }

    /// Where a walk stands after this answer.
    fn step(&self, state: &State, axis: usize, cell: u16) -> State {
        let on = |at: &Ref<Outcome>| {
            let node = self.diagram.node(*at).filter(|node| node.axis == axis);
            node.and_then(|node| node.children.get(usize::from(cell)).copied()).unwrap_or(*at)
        };
        state.iter().map(on).collect()
    }
}
