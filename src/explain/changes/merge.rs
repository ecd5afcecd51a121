//! Merges changes that differ only in the answer to one question, so that as few as possible remain.

use std::collections::{BTreeMap, BTreeSet};

use super::found::Step;
use super::{Answers, Change};
use crate::diagram::Value;
use crate::rules::{PayerId, ServiceId};

/// Merges changes that lead to the same result and differ only in the answer to one question, until no pair is left.
pub(super) fn merged(found: impl Iterator<Item = (Vec<Step>, (ServiceId, PayerId))>) -> Vec<Change> {
    let mut list: Vec<Change> = found
        .map(|(steps, to)| {
            let answers = steps.into_iter().map(|(question, value)| (question, BTreeSet::from([value])));
            Change { answers: answers.collect(), to }
        })
        .collect();
    loop {
        let before = list.len();
        let questions: BTreeSet<usize> = list.iter().flat_map(|change| change.answers.keys().copied()).collect();
        for question in questions {
            list = merged_by(list, question);
        }
        if list.len() == before {
            break;
        }
    }
    list.sort_by(|left, right| left.answers.len().cmp(&right.answers.len()).then_with(|| left.cmp(right)));
    list
}

fn merged_by(list: Vec<Change>, question: usize) -> Vec<Change> {
    let mut groups: BTreeMap<((ServiceId, PayerId), Answers), BTreeSet<Value>> = BTreeMap::new();
    let mut merged = Vec::new();
    for mut change in list {
        match change.answers.remove(&question) {
            Some(values) => groups.entry((change.to, change.answers)).or_default().extend(values),
            None => merged.push(change),
        }
    }
    merged.extend(groups.into_iter().map(|((to, mut answers), values)| {
        answers.insert(question, values);
        Change { answers, to }
    }));
    merged
}
