//! Sets of changes: those of which no part is enough, and as few lines of them as can be.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::{PayerId, ServiceId};

/// By question, the answers of which any will do.
pub type Answers = BTreeMap<usize, BTreeSet<u16>>;

/// Smallest changes that differ only in which of these answers they choose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// By question: the answers of which any will do.
    pub answers: Answers,
    /// What each of them leads to.
    pub to: (ServiceId, PayerId),
}

/// Whether a note that comes to this service and payer is billable at last, beside what is known of other notes.
pub type Suits<'s> = dyn Fn(ServiceId, PayerId) -> bool + 's;

impl Change {
    /// The same with more answers.
    pub(super) fn with(&self, answers: &Answers) -> Self {
        let mut changed = self.clone();
        changed.answers.extend(answers.iter().map(|(at, cells)| (*at, cells.clone())));
        changed
    }

    /// What is left of it when the changes that have one of the smaller change's answers as a part are taken away.
    fn without(self, smaller: &Self) -> Vec<Self> {
        let common =
            |at: &usize, cells: &BTreeSet<u16>| self.answers.get(at).is_some_and(|own| !own.is_disjoint(cells));
        if !smaller.answers.iter().all(|(at, cells)| common(at, cells)) {
            return vec![self];
        }
        let (mut left, mut rest) = (Vec::new(), self);
        for (at, cells) in &smaller.answers {
            let Some(own) = rest.answers.get(at) else { continue };
            let (outside, inside): (BTreeSet<u16>, BTreeSet<u16>) = own.iter().partition(|cell| !cells.contains(cell));
            if !outside.is_empty() {
                left.push(rest.with(&Answers::from([(*at, outside)])));
            }
            rest.answers.insert(*at, inside);
        }
        left
    }

    /// What is left of it when all these smaller ones are taken away.
    pub(super) fn without_all(self, smaller: &[Self]) -> Vec<Self> {
        smaller.iter().fold(vec![self], |left, smaller| left.into_iter().flat_map(|one| one.without(smaller)).collect())
    }
}

/// Those of which no proper part is among them.
pub(super) fn smallest(mut found: Vec<Change>) -> Vec<Change> {
    found.sort_by_key(|change| change.answers.len());
    let mut kept: Vec<Change> = Vec::new();
    for same_length in found.chunk_by(|one, other| one.answers.len() == other.answers.len()) {
        let left: Vec<Change> = same_length.iter().flat_map(|change| change.clone().without_all(&kept)).collect();
        kept.extend(left);
    }
    kept
}

/// Changes that lead to the same and differ in the answer to one question made one.
pub(super) fn merged(list: Vec<Change>) -> Vec<Change> {
    let pairs = list.into_iter().map(|change| (change.to, change.answers)).collect();
    let mut merged: Vec<Change> = unions(pairs).into_iter().map(|(to, answers)| Change { answers, to }).collect();
    merged.sort_by(|left, right| left.answers.len().cmp(&right.answers.len()).then_with(|| left.cmp(right)));
    merged
}

/// Answers of the same kind that differ in one question made one, until no two do.
pub(super) fn unions<K: Clone + Ord>(mut list: Vec<(K, Answers)>) -> Vec<(K, Answers)> {
    loop {
        let before = list.len();
        let questions: BTreeSet<usize> = list.iter().flat_map(|(_, answers)| answers.keys().copied()).collect();
        for at in questions {
            let mut groups: BTreeMap<(K, Answers), BTreeSet<u16>> = BTreeMap::new();
            let mut others = Vec::new();
            for (kind, mut answers) in list {
                match answers.remove(&at) {
                    Some(cells) => groups.entry((kind, answers)).or_default().extend(cells),
                    None => others.push((kind, answers)),
                }
            }
            others.extend(groups.into_iter().map(|((kind, mut answers), cells)| {
                answers.insert(at, cells);
                (kind, answers)
            }));
            list = others;
        }
        if list.len() == before {
            return list;
        }
    }
}
