//! An example note: the fields that it needs, and the settings that it needs.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::{Point, Region, Space};
use crate::diagram::{Assignment, Ref, Variable};
use crate::facts::WrittenAnswer;
use crate::nearest::joined;

/// An example note: the fields that it needs, and the settings that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Fields and answers, in the order in which they are written.
    pub note: Vec<(String, WrittenAnswer)>,
    /// Settings that need an answer other than the one in force.
    pub settings: BTreeMap<String, WrittenAnswer>,
}

impl Example {
    /// Returns the note as one JSON object.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns the same note with the id `example-<number>`.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Self {
        let mut note = self.clone();
        for (_, word) in note.note.iter_mut().filter(|(name, _)| name == "id") {
            *word = WrittenAnswer::Text(format!("example-{number}"));
        }
        note
    }

    /// Returns the note followed by the settings that it needs, as command-line options.
    pub fn describe(&self) -> String {
        format!("{}{}", self.json(), with_settings(&self.settings))
    }

    /// Returns notes as one JSON array, followed by the settings that they need.
    pub fn describe_all(notes: &[Self]) -> String {
        let settings = notes.iter().flat_map(|note| note.settings.clone()).collect();
        format!("{}{}", serde_json::to_string(notes).unwrap_or_default(), with_settings(&settings))
    }
}

/// Returns settings as command-line options, or nothing if there are none.
fn with_settings(settings: &BTreeMap<String, WrittenAnswer>) -> String {
    let options: Vec<String> = settings.iter().map(|(name, value)| format!("--set {name}={}", value.text())).collect();
    if options.is_empty() { String::new() } else { format!("   with {}", joined(options, "and")) }
}

/// Serializes as the note alone, with its fields in order.
impl Serialize for Example {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.note.iter().map(|(name, value)| (name, value)))
    }
}

/// Returns the variables that must be answered so that `root` is true, `outcomes` has only one possible leaf, and no
/// combination outside the region is possible.
pub(super) fn needed(
    space: &Space<'_>,
    (root, outcomes): (Ref, Ref),
    within: &Region,
    point: &Point,
) -> BTreeSet<usize> {
    let mut answered: Assignment = point.values.iter().copied().map(Some).collect();
    let is_required =
        |variable: &Variable| variable.question.fact().is_none_or(|fact| space.set.vocabulary.fact(fact).is_required());
    let is_bounded = |at: usize, variable: &Variable| {
        within.values.get(at).is_some_and(|values| values.len() < usize::from(variable.size))
    };
    let graphs = [root, outcomes].map(|root| space.store.reachable(root)).concat();
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
        if (!is_yes || space.store.leaves(outcomes, &answered).len() > 1)
            && let Some(place) = answered.get_mut(at)
        {
            *place = before;
        }
    }
    answered.iter().enumerate().filter(|(_, value)| value.is_some()).map(|(at, _)| at).collect()
}
