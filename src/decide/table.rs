//! Memo table of decisions: notes with equivalent answers share one decision, which is computed once.

use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::{Evaluation, Judge, NoteInGraph};
use crate::diagram::Assignment;
use crate::facts::Facts;

/// Index of a decision in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId(u32);

/// Everything that a decision can depend on: the graph, identified by its first activity, and the values of the
/// variables that its rules ask, with presumptions filled in; then the values without them, if something was presumed.
type DecisionKey = (u16, Assignment, Option<Assignment>);

/// The decisions of a batch.
#[derive(Debug)]
pub struct Decisions<'s> {
    judge: Judge<'s>,
    list: Vec<Arc<Evaluation>>,
    /// The decision for notes that no graph decides.
    undecided: Option<DecisionId>,
    known: FxHashMap<DecisionKey, DecisionId>,
}

impl<'s> Decisions<'s> {
    /// Creates an empty table.
    pub fn new(judge: Judge<'s>) -> Self {
        Self { judge, list: Vec::new(), undecided: None, known: FxHashMap::default() }
    }

    /// Returns the judge that decides.
    pub fn judge(&self) -> Judge<'s> {
        self.judge
    }

    /// Decides one note, reusing an earlier decision if there is one.
    pub fn decide(&mut self, answered: &Facts, date: NaiveDate) -> DecisionId {
        let Some(note) = self.judge.note_in_graph(answered, date) else {
            let id = self.undecided.unwrap_or_else(|| self.add(Judge::undecided()));
            self.undecided = Some(id);
            return id;
        };
        let key = note.key();
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = self.add(note.evaluate());
        self.known.insert(key, id);
        id
    }

    fn add(&mut self, evaluation: Evaluation) -> DecisionId {
        self.keep(Arc::new(evaluation))
    }

    /// Adds an evaluation that was made elsewhere.
    pub fn keep(&mut self, evaluation: Arc<Evaluation>) -> DecisionId {
        let id = DecisionId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(evaluation);
        id
    }

    /// Returns the decision at an index of this table.
    #[expect(clippy::indexing_slicing, reason = "numbers are made only by the table that they are asked of")]
    pub fn get(&self, id: DecisionId) -> &Arc<Evaluation> {
        &self.list[usize::try_from(id.0).unwrap_or(usize::MAX)]
    }
}

impl NoteInGraph<'_> {
    fn key(&self) -> DecisionKey {
        let asked = |assignment: &Assignment| {
            self.graph.asked.iter().map(|variable| assignment.get(*variable).copied().flatten()).collect()
        };
        let activity = self.graph.activities.first().copied().unwrap_or_default();
        let before = self.unpresumed.as_ref().map(asked);
        (activity, asked(&self.assignment), before)
    }
}
