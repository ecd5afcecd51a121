//! The changes found so far, and how much has been searched.

use std::collections::BTreeMap;

use crate::diagram::Value;
use crate::rules::{PayerId, ServiceId};

/// One answer of a change: a question and its value.
pub(super) type Step = (usize, Value);

/// Number of changes after which the search is abandoned, since nobody would read more.
const MAX_FOUND: usize = 20_000;

/// The smallest changes found so far.
pub(super) struct Found {
    parts: Parts,
    list: Vec<(Vec<Step>, (ServiceId, PayerId))>,
    /// Number of nodes visited in this round.
    visited_nodes: usize,
    /// Number of nodes after which a round is abandoned.
    most_nodes: usize,
}

impl Found {
    pub(super) fn new(most_nodes: usize) -> Self {
        Self { parts: Parts::default(), list: Vec::new(), visited_nodes: 0, most_nodes }
    }

    /// Resets the count of visited nodes.
    pub(super) fn start_round(&mut self) {
        self.visited_nodes = 0;
    }

    /// Counts visited nodes. Returns whether the search is abandoned.
    pub(super) fn visit(&mut self, nodes: usize) -> bool {
        self.visited_nodes += nodes;
        self.is_abandoned()
    }

    /// Returns whether the search is abandoned.
    pub(super) fn is_abandoned(&self) -> bool {
        self.visited_nodes > self.most_nodes || self.list.len() > MAX_FOUND
    }

    /// Returns whether no known change is part of this one. `steps` must be sorted.
    pub(super) fn is_smallest(&self, steps: &[Step]) -> bool {
        !self.parts.contain_part_of(steps)
    }

    /// Adds a change. `steps` must be sorted.
    pub(super) fn add(&mut self, steps: Vec<Step>, to: (ServiceId, PayerId)) {
        self.parts.add(&steps);
        self.list.push((steps, to));
    }

    /// Returns all changes.
    pub(super) fn list(self) -> Vec<(Vec<Step>, (ServiceId, PayerId))> {
        self.list
    }
}

/// A trie of changes, keyed by their sorted steps.
#[derive(Default)]
struct Parts {
    ends_here: bool,
    next: BTreeMap<Step, Parts>,
}

impl Parts {
    fn add(&mut self, steps: &[Step]) {
        match steps.split_first() {
            None => self.ends_here = true,
            Some((step, rest)) => self.next.entry(*step).or_default().add(rest),
        }
    }

    fn contain_part_of(&self, steps: &[Step]) -> bool {
        let goes_on = |(at, step): (usize, &Step)| {
            let rest = steps.get(at + 1..).unwrap_or_default();
            self.next.get(step).is_some_and(|next| next.contain_part_of(rest))
        };
        self.ends_here || steps.iter().enumerate().any(goes_on)
    }
}
