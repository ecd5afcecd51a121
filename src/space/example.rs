//! A note as the fields that it needs to have, with the settings it needs beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::{Point, Region, Space};
use crate::diagram::{Assignment, Ref, Variable};
use crate::facts::WrittenAnswer;
use crate::nearest::joined;

/// A note as the fields that it needs to have, with the settings it needs beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Field and answer, in the order in which they are written.
    pub note: Vec<(String, WrittenAnswer)>,
    /// Settings that must be answered otherwise than they are.
    pub settings: BTreeMap<String, WrittenAnswer>,
}

impl Example {
    /// The note as one JSON object.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The same note under another id.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Self {
        let mut note = self.clone();
        for (_, word) in note.note.iter_mut().filter(|(name, _)| name == "id") {
            *word = WrittenAnswer::Text(format!("example-{number}"));
        }
        note
    }

    /// The note and, as options of the command line, the settings it needs.
    pub fn describe(&self) -> String {
        let options: Vec<String> =
            self.settings.iter().map(|(name, value)| format!("--set {name}={}", value.text())).collect();
        let with = if options.is_empty() { String::new() } else { format!("   with {}", joined(options, "and")) };
        format!("{}{with}", self.json())
    }
}

/// As the note, in the order of its fields.
impl Serialize for Example {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.note.iter().map(|(name, value)| (name, value)))
    }
}

/// The variables that must be answered so that the graph says yes, one leaf of `alike` is possible, and nothing outside
/// the region is.
pub(super) fn needed(space: &Space<'_>, (root, alike): (Ref, Ref), within: &Region, point: &Point) -> BTreeSet<usize> {
    let mut answered: Assignment = point.values.iter().copied().map(Some).collect();
    let is_required =
        |variable: &Variable| variable.question.fact().is_none_or(|fact| space.set.vocabulary.fact(fact).is_required());
    let is_bounded = |at: usize, variable: &Variable| {
        within.values.get(at).is_some_and(|values| values.len() < usize::from(variable.size))
    };
    let graphs = [root, alike].map(|root| space.store.reachable(root)).concat();
    let asked: BTreeSet<usize> =
        graphs.into_iter().filter_map(|at| space.store.node(at)).map(|node| node.variable).collect();
    for (at, variable) in space.variables.list().iter().enumerate().rev() {
        if is_required(variable) || is_bounded(at, variable) {
            continue;
        }
        let before = answered.get_mut(at).and_then(Option::take);
        if !asked.contains(&at) {
            continue;
        }
        let is_yes = space.store.leaves(root, &answered) == [Ref::TRUE];
        if (!is_yes || space.store.leaves(alike, &answered).len() > 1)
            && let Some(place) = answered.get_mut(at)
        {
            *place = before;
        }
    }
    answered.iter().enumerate().filter(|(_, value)| value.is_some()).map(|(at, _)| at).collect()
}
