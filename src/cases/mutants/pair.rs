//! A set beside its mutant: the smallest note on which they differ, with what each says of it.

use std::collections::BTreeMap;

use super::said::{Notes, differ, said};
use crate::diagram::{Atlas, Diagram, Listed};
use crate::proof::{Region, example};
use crate::report::Row;
use crate::rules::RuleSet;

/// A set and one of its mutants, each with its graph.
#[derive(Clone, Copy)]
pub(super) struct Pair<'p> {
    pub(super) set: &'p RuleSet,
    pub(super) atlas: &'p Atlas,
    pub(super) listed: &'p Listed,
    pub(super) changed: &'p RuleSet,
    pub(super) changed_atlas: &'p Atlas,
}

/// Notes that would notice a mutant, with what the set and the mutant say of them.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The smallest believable note, or a few of one day.
    pub notes: Notes,
    /// Its rows under the set.
    pub before: Vec<Row>,
    /// Its rows under the mutant.
    pub after: Vec<Row>,
}

impl Pair<'_> {
    /// The notes with their rows on both sides.
    pub(super) fn witness(&self, notes: Notes) -> Witness {
        let before = said(self.set, self.atlas, &notes);
        let after = said(self.changed, self.changed_atlas, &notes);
        Witness { notes, before, after }
    }

    /// The same if the rows differ.
    pub(super) fn told_apart(&self, notes: Notes) -> Option<Witness> {
        let witness = self.witness(notes);
        differ(&witness.before, &witness.after).then_some(witness)
    }

    /// The nearest note that ends at a difference; `None` if no note does. A leaf is 0 where nothing differs, else it
    /// stands for what is seen before and after.
    pub(super) fn nearest(&self, ends: &Diagram<u32>) -> Option<Witness> {
        let differs = ends.map(|leaf| leaf != 0);
        let (note, _) = example(self.set, &differs, ends, &Region::full(&differs.axes))?;
        Some(self.witness(note.into()))
    }
}

/// Different things by number; 0 is kept for "no difference".
pub(super) struct Numbers<T>(BTreeMap<T, u32>);

impl<T: Ord> Numbers<T> {
    pub(super) fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(super) fn of(&mut self, thing: T) -> u32 {
        let next = u32::try_from(self.0.len() + 1).unwrap_or(u32::MAX);
        *self.0.entry(thing).or_insert(next)
    }
}

impl<T: Ord> Numbers<(T, T)> {
    /// The number of what is before and after a change; 0 if that is the same.
    pub(super) fn change(&mut self, before: T, after: T) -> u32 {
        if before == after { 0 } else { self.of((before, after)) }
    }
}
