//! The changes found so far, and how much has been looked at.

use std::collections::BTreeMap;

use crate::diagram::Value;
use crate::rules::{PayerId, ServiceId};

/// One answer of a change: a question and its value.
pub(super) type Step = (usize, Value);

/// Changes found before the search is given up: nobody would read more.
const MOST_FOUND: usize = 20_000;

/// Smallest changes.
pub(super) struct Found {
    parts: Parts,
    list: Vec<(Vec<Step>, (ServiceId, PayerId))>,
    /// Nodes looked at in this round.
    looked_at: usize,
    /// Nodes beyond which a round is given up.
    most_nodes: usize,
}

impl Found {
    pub(super) fn new(most_nodes: usize) -> Self {
        Self { parts: Parts::default(), list: Vec::new(), looked_at: 0, most_nodes }
    }

    /// Begins to count anew what is looked at.
    pub(super) fn start_round(&mut self) {
        self.looked_at = 0;
    }

    /// Counts nodes that are looked at. Whether the search is given up.
    pub(super) fn look_at(&mut self, nodes: usize) -> bool {
        self.looked_at += nodes;
        self.is_given_up()
    }

    /// Whether the search is given up.
    pub(super) fn is_given_up(&self) -> bool {
        self.looked_at > self.most_nodes || self.list.len() > MOST_FOUND
    }

    /// Whether a change has no known one as a part. `steps`: in order.
    pub(super) fn is_smallest(&self, steps: &[Step]) -> bool {
        !self.parts.contain_part_of(steps)
    }

    /// Adds a change. `steps`: in order.
    pub(super) fn add(&mut self, steps: Vec<Step>, to: (ServiceId, PayerId)) {
        self.parts.add(&steps);
        self.list.push((steps, to));
    }

    /// All of them.
    pub(super) fn list(self) -> Vec<(Vec<Step>, (ServiceId, PayerId))> {
        self.list
    }
}

/// A tree of changes by their steps in order.
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
