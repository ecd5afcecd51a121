//! Sets of possible notes: regions of a graph, and the smallest plausible note in a region.
//!
//! Proofs, pages, and sample claims use such notes to show what they found. This module knows nothing about formats.

mod dates;
mod example;
mod ordinary;
mod region;

pub use example::Example;
pub(crate) use ordinary::ORDINARY_DAY;
pub use region::Region;
pub(crate) use region::bounds_in_words;

use ordinary::Ordinary;

use crate::diagram::{ActivityGraph, Diagram, Ref, Store, Value, Variables};
use crate::facts::FactId;
use crate::rules::RuleSet;

/// Maximum number of regions of one kind to list. Beyond that, output only mentions that there are more.
pub const MAX_REGIONS: usize = 25;

/// All notes of a group of activities that rules treat outcomes, and graphs over them.
#[derive(Clone, Copy, Debug)]
pub struct Space<'s> {
    /// The rule set.
    pub set: &'s RuleSet,
    /// The variables that graphs ask.
    pub variables: &'s Variables,
    /// The fact that selects the graph, if the rule set declares it.
    pub activity: Option<FactId>,
    /// The activities.
    pub activities: &'s [u16],
    /// The store that holds the graphs.
    pub store: &'s Store,
}

/// One note of a space: a value for every variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The activity.
    pub activity: u16,
    /// Value of each variable.
    pub values: Vec<Value>,
    /// Distance from an ordinary note: the number of facts that differ, with settings weighing far more.
    pub cost: u64,
}

impl<'s> Space<'s> {
    /// Creates the space of one graph of a diagram.
    pub fn new(set: &'s RuleSet, diagram: &'s Diagram, graph: &'s ActivityGraph) -> Self {
        Self {
            set,
            variables: &diagram.variables,
            activity: diagram.activity_fact(),
            activities: &graph.activities,
            store: &graph.store,
        }
    }

    /// Returns the same space with graphs in another store that has the same variable order.
    #[must_use]
    pub fn with_store(self, store: &'s Store) -> Self {
        Self { store, ..self }
    }

    /// Returns the note nearest to an ordinary one within a region among those for which a graph is true.
    pub fn nearest(&self, root: Ref, within: &Region) -> Option<Point> {
        let ordinary = Ordinary::new(self, within);
        region::nearest(self, root, within, &ordinary)
    }

    /// Like [`Space::nearest`], but writes out the note, and returns the widest region around it in which the graph is
    /// true.
    ///
    /// `outcomes` is usually the graph of what notes come to. The note leaves no fact open that could lead to another
    /// leaf of it.
    pub fn example(&self, root: Ref, outcomes: Ref, within: &Region) -> Option<(Example, Region)> {
        let point = self.nearest(root, within)?;
        let region = region::widened(self, root, Region::single(&point), within);
        Some((self.write(&point, root, outcomes, within), region))
    }

    /// Writes out a note with as few facts as possible, so that for all answers to its open facts, `root` is true
    /// within the region and `outcomes` ends at one leaf.
    pub fn write(&self, point: &Point, root: Ref, outcomes: Ref, within: &Region) -> Example {
        let needed = example::needed(self, (root, outcomes), within, point);
        Ordinary::new(self, within).write_example(self, point, &needed)
    }

    /// Writes out a note with every fact that rules ask.
    pub fn write_whole(&self, point: &Point) -> Example {
        let all = (0..self.variables.len()).collect();
        Ordinary::new(self, &Region::full(self)).write_example(self, point, &all)
    }
}
