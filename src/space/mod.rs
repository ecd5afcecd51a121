//! Sets of possible notes: regions of a graph, and the smallest believable note of one.
//!
//! Proofs, pages and sample claims show what they found by such notes. Knows no formats.

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

/// Regions of one kind that are listed; of more it is only said that there are more.
pub const MOST_REGIONS: usize = 25;

/// All notes of some activities that rules treat alike, and graphs over them.
#[derive(Clone, Copy, Debug)]
pub struct Space<'s> {
    /// The rules.
    pub set: &'s RuleSet,
    /// What graphs ask.
    pub variables: &'s Variables,
    /// The fact that chooses the graph, if the rule set declares it.
    pub activity: Option<FactId>,
    /// The activities.
    pub activities: &'s [u16],
    /// Where the graphs are kept.
    pub store: &'s Store,
}

/// One note of a space: a value for every variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What was done.
    pub activity: u16,
    /// By variable.
    pub values: Vec<Value>,
    /// How far the note is from an ordinary one: the facts that differ, settings weighing far more.
    pub cost: u64,
}

impl<'s> Space<'s> {
    /// The space of one of a diagram's graphs.
    pub fn new(set: &'s RuleSet, diagram: &'s Diagram, graph: &'s ActivityGraph) -> Self {
        Self {
            set,
            variables: &diagram.variables,
            activity: diagram.activity_fact(),
            activities: &graph.activities,
            store: &graph.store,
        }
    }

    /// The same with graphs kept in another store of the same order.
    #[must_use]
    pub fn with_store(self, store: &'s Store) -> Self {
        Self { store, ..self }
    }

    /// The note nearest to an ordinary one within a region where a graph says yes.
    pub fn nearest(&self, root: Ref, within: &Region) -> Option<Point> {
        let ordinary = Ordinary::new(self, within);
        region::nearest(self, root, within, &ordinary)
    }

    /// The same, with the note written out and the widest region around it in which the graph says yes.
    ///
    /// `alike`: a graph, mostly that of outcomes. The note leaves no fact open that could lead to another leaf of it.
    pub fn example(&self, root: Ref, alike: Ref, within: &Region) -> Option<(Example, Region)> {
        let point = self.nearest(root, within)?;
        let region = region::widened(self, root, Region::single(&point), within);
        Some((self.write(&point, root, alike, within), region))
    }

    /// A note written out: with no more facts than it needs so that the graph says yes within the region, and ends at one
    /// leaf of `alike`, whatever the note leaves open.
    pub fn write(&self, point: &Point, root: Ref, alike: Ref, within: &Region) -> Example {
        let needed = example::needed(self, (root, alike), within, point);
        Ordinary::new(self, within).with(self, point, &needed)
    }

    /// A note written out with every fact that rules ask.
    pub fn write_whole(&self, point: &Point) -> Example {
        let all = (0..self.variables.len()).collect();
        Ordinary::new(self, &Region::full(self)).with(self, point, &all)
    }
}
