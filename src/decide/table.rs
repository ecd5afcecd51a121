//! Decisions by number: notes that answer alike share one, made once.

use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::{Evaluation, Judge};
use crate::diagram::Assignment;
use crate::facts::Facts;

/// A decision of a table, by its number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId(u32);

/// Everything that a decision can depend on: the graph, the values as answered, and what is presumed besides.
type Key = (usize, Assignment, Assignment);

/// The decisions of a batch.
#[derive(Debug)]
pub struct Decisions<'s> {
    judge: Judge<'s>,
    list: Vec<Arc<Evaluation>>,
    known: FxHashMap<Key, DecisionId>,
}

impl<'s> Decisions<'s> {
    /// An empty table.
    pub fn new(judge: Judge<'s>) -> Self {
        Self { judge, list: Vec::new(), known: FxHashMap::default() }
    }

    /// The judge that decides.
    pub fn judge(&self) -> Judge<'s> {
        self.judge
    }

    /// Decides one note.
    pub fn decide(&mut self, answered: &Facts, date: NaiveDate) -> DecisionId {
        let diagram = self.judge.diagram();
        let (filled, _) = self.judge.fill(answered);
        let position = diagram.position_for(answered).unwrap_or(usize::MAX);
        let assign = |facts: &Facts| diagram.variables.assign(facts, date);
        let key = (position, assign(answered), assign(&filled));
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = DecisionId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(Arc::new(self.judge.evaluate(answered, date)));
        self.known.insert(key, id);
        id
    }

    /// A decision of this table.
    #[expect(clippy::indexing_slicing, reason = "numbers are made only by the table that they are asked of")]
    pub fn get(&self, id: DecisionId) -> &Arc<Evaluation> {
        &self.list[usize::try_from(id.0).unwrap_or(usize::MAX)]
    }
}
