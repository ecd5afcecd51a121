//! The certificate: every graph with counts for each node, so that anyone who doubts the proof can verify the sums.

use std::collections::BTreeMap;

use num_bigint::BigUint;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::combinations;
use crate::diagram::{ActivityGraph, Diagram, Ref, TooComplex, Variable};
use crate::rules::{Outcome, RuleSet};

/// All combinations of answers, and how they are decided.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// The questions besides the activity.
    pub variables: Vec<Question>,
    /// All outcomes.
    pub outcomes: Vec<OutcomeRow>,
    /// The graphs, one for each group of activities that all rules treat alike.
    pub graphs: Vec<GraphRow>,
    /// Total number of combinations of answers, as decimal digits.
    pub combinations: String,
}

/// A fact that some rule asks, or `date`, with its answers; numbers and dates are divided into bands.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// The name of the fact.
    pub fact: String,
    /// All possible answers.
    pub answers: Vec<String>,
}

/// The outcome of a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeRow {
    /// `billable`, `non_billable` or `held`.
    pub status: &'static str,
    /// The billed service; empty if nothing is billed.
    pub service: String,
    /// The payer; empty if nobody pays.
    pub payer: String,
}

/// The graph of a group of activities.
#[derive(Clone, Debug, Serialize)]
pub struct GraphRow {
    /// The activities; empty if the rule set declares none.
    pub activities: Vec<String>,
    /// Indexes of the variables, in the order in which walks ask them.
    pub order: Vec<usize>,
    /// The nodes; children come before their parents.
    pub nodes: Vec<NodeRow>,
    /// The start of every walk.
    pub root: Place,
    /// For each outcome, the number of combinations of one activity that lead to it, as decimal digits.
    pub combinations: Vec<String>,
}

/// An inner node of a graph.
#[derive(Clone, Debug, Serialize)]
pub struct NodeRow {
    /// Index of the variable.
    pub variable: usize,
    /// One child for each answer.
    pub children: Vec<Place>,
    /// By index of the outcome: the number of combinations of this variable and all later ones in the order that lead
    /// to it, as decimal digits.
    pub combinations: BTreeMap<usize, String>,
}

/// The next step of a walk.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Index of a node of the graph.
    Node(usize),
    /// Index of an outcome.
    Outcome(usize),
}

/// Builds the certificate of a set that decides every note.
pub fn certificate(set: &RuleSet, diagram: &Diagram) -> Result<Certificate, TooComplex> {
    let variable = |variable: &Variable| Question {
        fact: variable.question.name(set).to_owned(),
        answers: variable.values().map(|value| variable.describe(set, value)).collect(),
    };
    let mut outcomes = Vec::new();
    let mut graphs = Vec::new();
    for graph in diagram.graphs(set)? {
        graphs.push(graph_row(set, diagram, graph, &mut outcomes));
    }
    for graph in &mut graphs {
        graph.combinations.resize(outcomes.len(), "0".into());
    }
    Ok(Certificate {
        variables: diagram.variables.list().iter().map(variable).collect(),
        outcomes: outcomes.into_iter().map(|outcome| outcome_row(set, outcome)).collect(),
        graphs,
        combinations: combinations(set, diagram).to_string(),
    })
}

fn outcome_row(set: &RuleSet, outcome: Outcome) -> OutcomeRow {
    let (service, payer) = match outcome {
        Outcome::Billable(service, payer) => (set.service(service).name.clone(), set.payer(payer).name.clone()),
        _ => (String::new(), String::new()),
    };
    OutcomeRow { status: outcome.status(), service, payer }
}

fn graph_row(set: &RuleSet, diagram: &Diagram, graph: &ActivityGraph, outcomes: &mut Vec<Outcome>) -> GraphRow {
    let mut rows = Rows {
        graph,
        sizes: diagram.variables.list().iter().map(|variable| BigUint::from(variable.size)).collect(),
        order: graph.store.order(),
        outcomes,
        positions: FxHashMap::default(),
        counts: Vec::new(),
    };
    let mut nodes = Vec::new();
    for at in graph.store.reachable(graph.rules.outcome) {
        nodes.extend(rows.add(at));
    }
    let root = rows.row_place(graph.rules.outcome);
    let all = rows.below(graph.rules.outcome, 0);
    let digits = |outcome: usize| all.get(&outcome).map_or_else(|| "0".into(), BigUint::to_string);
    GraphRow {
        activities: activity_names(set, diagram, &graph.activities),
        combinations: (0..rows.outcomes.len()).map(digits).collect(),
        order: rows.order,
        nodes,
        root,
    }
}

/// State of writing one graph: the nodes written so far.
struct Rows<'r> {
    graph: &'r ActivityGraph,
    /// Number of values of each variable.
    sizes: Vec<BigUint>,
    order: Vec<usize>,
    outcomes: &'r mut Vec<Outcome>,
    positions: FxHashMap<Ref, usize>,
    /// For each node, the number of combinations that lead to each outcome.
    counts: Vec<BTreeMap<usize, BigUint>>,
}

impl Rows<'_> {
    fn add(&mut self, at: Ref) -> Option<NodeRow> {
        let node = self.graph.store.node(at)?;
        let behind = self.level(node.variable) + 1;
        let mut counts: BTreeMap<usize, BigUint> = BTreeMap::new();
        for child in &node.children {
            for (outcome, count) in self.below(*child, behind) {
                *counts.entry(outcome).or_default() += count;
            }
        }
        let row = NodeRow {
            variable: node.variable,
            children: node.children.iter().map(|child| self.row_place(*child)).collect(),
            combinations: counts.iter().map(|(outcome, count)| (*outcome, count.to_string())).collect(),
        };
        self.positions.insert(at, self.counts.len());
        self.counts.push(counts);
        Some(row)
    }

    fn row_place(&mut self, at: Ref) -> Place {
        match self.positions.get(&at) {
            Some(position) => Place::Node(*position),
            None => Place::Outcome(self.number(at)),
        }
    }

    /// Returns the index of the outcome at a leaf.
    fn number(&mut self, leaf: Ref) -> usize {
        let outcome = self.graph.store.outcome(leaf).unwrap_or(Outcome::Gap);
        let known = self.outcomes.iter().position(|known| *known == outcome);
        known.unwrap_or_else(|| {
            self.outcomes.push(outcome);
            self.outcomes.len() - 1
        })
    }

    fn level(&self, variable: usize) -> usize {
        self.order.iter().position(|asked| *asked == variable).unwrap_or(self.order.len())
    }

    /// Returns, for each outcome, how many combinations of the variables from `level` on lead to it from `at`.
    fn below(&mut self, at: Ref, level: usize) -> BTreeMap<usize, BigUint> {
        let (counts, first) = match self.positions.get(&at) {
            Some(position) => {
                let variable = self.graph.store.node(at).map(|node| node.variable);
                (self.counts.get(*position).cloned().unwrap_or_default(), variable.map(|at| self.level(at)))
            }
            None => (BTreeMap::from([(self.number(at), BigUint::from(1_u8))]), None),
        };
        let skipped = self.order.get(level..first.unwrap_or(self.order.len())).unwrap_or_default();
        let ways: BigUint = skipped.iter().filter_map(|variable| self.sizes.get(*variable)).product();
        counts.into_iter().map(|(outcome, count)| (outcome, count * &ways)).collect()
    }
}

/// Returns the names of activities; empty if the rule set declares none.
fn activity_names(set: &RuleSet, diagram: &Diagram, activities: &[u16]) -> Vec<String> {
    let fact = diagram.activity_fact().map(|fact| set.vocabulary.fact(fact));
    let names = fact.map(|fact| activities.iter().filter_map(|activity| fact.value_name(*activity)));
    names.into_iter().flatten().map(str::to_owned).collect()
}
