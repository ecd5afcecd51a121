//! The decisions of a batch: each is made once and shared by all notes that the rules treat alike.
//!
//! A note is looked up by its very answers, first in the memo of its thread, then in one that all threads share, and at
//! last by its rule state.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::list::AppendList;
use super::memo::{DecisionMemo, PackedNote, Packing};
use super::state::{RuleState, States};
use super::{Evaluation, Judge, NearOffer, NoteInGraph};
use crate::cores::lock;
use crate::facts::{FactId, Facts};

/// Index of a decision in its table. Which one a decision gets may depend on how threads take turns, so it is never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId(u32);

impl DecisionId {
    /// The decision on notes that no graph decides.
    pub(super) const UNDECIDED: Self = Self(u32::MAX);

    /// Returns the number as an index, from 0.
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Number of entries that all threads share.
const SHARED_ENTRIES: usize = 1 << 16;

/// The decisions of a batch. Threads share it.
#[derive(Debug)]
pub struct Decisions<'s> {
    judge: Judge<'s>,
    undecided: Arc<Evaluation>,
    list: AppendList<Arc<Evaluation>>,
    known: Mutex<Known>,
    /// What all threads remember together.
    memo: Mutex<DecisionMemo>,
    /// What is known of each graph, by its position; `None` if the graph would be too large.
    graphs: Vec<OnceLock<Option<Graph>>>,
}

/// What finds the decision on a note of one graph.
#[derive(Debug)]
struct Graph {
    /// Its position among the graphs.
    position: usize,
    packing: Option<Packing>,
    /// Made once enough notes are decided to be worth it.
    states: OnceLock<States>,
    /// Number of notes that were decided without their state.
    decided_alone: AtomicUsize,
}

/// Number of notes of a graph that are decided without their state, since few batches have more.
const ALONE: usize = 16;

#[derive(Debug, Default)]
struct Known {
    contents: FxHashMap<Arc<Evaluation>, DecisionId>,
    states: FxHashMap<RuleState, StateDecision>,
    /// Decisions by one that agrees in everything but the sentence, and the near offers that the sentence names.
    near_offers: FxHashMap<(DecisionId, Vec<NearOffer>), DecisionId>,
}

/// The decision on the notes of a state.
#[derive(Clone, Copy, Debug)]
enum StateDecision {
    Same(DecisionId),
    /// Like this one, but the sentence names the offers that are near to the note.
    ExceptNearOffers(DecisionId),
}

impl<'s> Decisions<'s> {
    /// Creates an empty table.
    pub fn new(judge: Judge<'s>) -> Self {
        Self {
            judge,
            undecided: Arc::new(Judge::undecided()),
            list: AppendList::new(),
            known: Mutex::default(),
            memo: Mutex::new(DecisionMemo::with_size(SHARED_ENTRIES)),
            graphs: (0..judge.diagram().len()).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Returns the judge that decides.
    pub fn judge(&self) -> Judge<'s> {
        self.judge
    }

    /// Decides one note, reusing an earlier decision if there is one. `coded` lists the coded facts that the note
    /// answers, each with its value. The memo must not be used with another table.
    pub fn decide(
        &self,
        memo: &mut DecisionMemo,
        facts: &Facts,
        coded: &[(FactId, u16)],
        date: NaiveDate,
    ) -> DecisionId {
        let position = self.judge.diagram().position_for(facts);
        let Some(graph) = position.and_then(|position| self.graph(position)) else { return DecisionId::UNDECIDED };
        let Some(packed) = graph.packing.as_ref().and_then(|packing| packing.pack(facts, coded, date)) else {
            return self.decide_by_state(graph, facts, date);
        };
        memo.get(packed).unwrap_or_else(|| {
            let id = self.find_or_decide(graph, packed, facts, date);
            memo.put(packed, id);
            id
        })
    }

    /// Decides a note that its thread does not remember; another one may.
    #[cold]
    fn find_or_decide(&self, graph: &Graph, packed: PackedNote, facts: &Facts, date: NaiveDate) -> DecisionId {
        let known = lock(&self.memo).get(packed);
        known.unwrap_or_else(|| {
            let id = self.decide_by_state(graph, facts, date);
            lock(&self.memo).put(packed, id);
            id
        })
    }

    fn graph(&self, position: usize) -> Option<&Graph> {
        let make = || {
            let (set, diagram) = (self.judge.set(), self.judge.diagram());
            let graph = diagram.graph(set, position)?;
            let packing = Packing::new(self.judge, position, graph);
            Some(Graph { position, packing, states: OnceLock::new(), decided_alone: AtomicUsize::new(0) })
        };
        self.graphs.get(position)?.get_or_init(make).as_ref()
    }

    #[cold]
    fn decide_by_state(&self, graph: &Graph, facts: &Facts, date: NaiveDate) -> DecisionId {
        let Some(note) = self.judge.note_in_graph(facts, date) else { return DecisionId::UNDECIDED };
        if graph.decided_alone.load(Ordering::Relaxed) < ALONE {
            graph.decided_alone.fetch_add(1, Ordering::Relaxed);
            return self.keep(Arc::new(note.evaluate()));
        }
        let (set, diagram) = (self.judge.set(), self.judge.diagram());
        let states = graph.states.get_or_init(|| States::new(set, diagram, graph.position, note.graph));
        let state = states.state(&note);
        let known = lock(&self.known).states.get(&state).copied();
        match known {
            Some(StateDecision::Same(id)) => id,
            Some(StateDecision::ExceptNearOffers(like)) => self.decide_by_near_offers(&note, like),
            None => self.decide_anew(&note, state),
        }
    }

    fn decide_anew(&self, note: &NoteInGraph<'_>, state: RuleState) -> DecisionId {
        let evaluation = note.evaluate();
        let names_offers = note.names_near_offers(&evaluation.verdict);
        let id = self.keep(Arc::new(evaluation));
        let decision = if names_offers { StateDecision::ExceptNearOffers(id) } else { StateDecision::Same(id) };
        lock(&self.known).states.insert(state, decision);
        id
    }

    fn decide_by_near_offers(&self, note: &NoteInGraph<'_>, like: DecisionId) -> DecisionId {
        let key = (like, note.named_offers());
        if let Some(id) = lock(&self.known).near_offers.get(&key) {
            return *id;
        }
        let id = self.keep(Arc::new(note.evaluate()));
        lock(&self.known).near_offers.insert(key, id);
        id
    }

    /// Adds an evaluation, unless the table has an equal one.
    pub fn keep(&self, evaluation: Arc<Evaluation>) -> DecisionId {
        let mut known = lock(&self.known);
        let next = known.contents.len();
        let id = DecisionId(u32::try_from(next).unwrap_or(u32::MAX));
        let id = *known.contents.entry(Arc::clone(&evaluation)).or_insert(id);
        if known.contents.len() > next {
            self.list.set(next, evaluation);
        }
        id
    }

    /// Returns all evaluations, in the order of their numbers.
    pub fn evaluations(&self) -> impl Iterator<Item = &Evaluation> {
        let count = u32::try_from(lock(&self.known).contents.len()).unwrap_or(u32::MAX);
        (0..count).map(|number| self.get(DecisionId(number)).as_ref())
    }

    /// Returns the decision at an index of this table.
    pub fn get(&self, id: DecisionId) -> &Arc<Evaluation> {
        self.list.get(id.index()).unwrap_or(&self.undecided)
    }
}
