//! Rules → decision graphs: one for each activity, built when it is first needed.
//!
//! Every note answers the activity, so an activity's graph holds only the rules that can apply to it. The other facts
//! that rules ask are the graph's *variables*; numbers and dates are cut into bands. A node asks one variable and has
//! one child for each of its values; a walk ends at a leaf. Equal nodes are stored once and a node whose children are
//! all equal is left out, so two graphs of one store mean the same exactly if they are the same node. Knows no notes
//! and no formats.

mod activity;
mod conditions;
mod order;
mod reasons;
mod restrict;
mod store;
mod variable;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

pub(crate) use activity::are_tied;
pub use activity::{ActivityGraph, ActivityRules, Survivor, order_for};
pub use conditions::Conditions;
pub use restrict::Open;
pub use store::{Ref, Store};
pub use variable::{Assignment, Question, Value, Variable, Variables};

use crate::facts::{Answer, FactId, Facts};
use crate::rules::{RuleId, RuleSet};

/// The fact by which rules are divided into graphs.
pub const ACTIVITY: &str = "activity";

/// The graphs of a rule set. Threads can share it.
#[derive(Debug)]
pub struct Diagram {
    /// What the graphs ask.
    pub variables: Variables,
    /// The fact that chooses the graph, if the rule set declares it.
    activity: Option<FactId>,
    /// The conditions of all rules.
    pub conditions: Conditions,
    classes: Vec<Class>,
    /// By activity: its class.
    class_of: Vec<usize>,
}

/// Activities that all rules treat alike, and their graph.
#[derive(Debug)]
struct Class {
    activities: Vec<u16>,
    graph: OnceLock<Option<Arc<ActivityGraph>>>,
}

/// A graph grew beyond what can be handled; the question that most of its nodes ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooComplex(pub Question);

impl Diagram {
    /// The graphs of a rule set, none of them built yet.
    pub fn new(set: &RuleSet) -> Self {
        Self::with_variables(set, Variables::new(&[set]))
    }

    /// The same over these variables, which must be at least as fine as the rules ask.
    pub fn with_variables(set: &RuleSet, variables: Variables) -> Self {
        Self::with_conditions(set, variables, Conditions::new(set))
    }

    /// The graphs of a set that differs in one rule. The variables must be fine enough for it; graphs of activities that
    /// the rule cannot apply to are shared as far as they are built.
    #[must_use]
    pub fn with_rule(&self, changed: &RuleSet, rule: RuleId) -> Self {
        let conditions = self.conditions.with_rule(changed, rule);
        let diagram = Self::with_conditions(changed, self.variables.clone(), conditions);
        for class in &diagram.classes {
            let Some(first) = class.activities.first().copied() else { continue };
            let known = self.position(first).and_then(|position| self.classes.get(position));
            let is_touched = |conditions: &Conditions| conditions.rule_applies_to(rule, first);
            if let Some(known) = known.filter(|known| known.activities == class.activities)
                && let Some(graph) = known.graph.get()
                && !is_touched(&self.conditions)
                && !is_touched(&diagram.conditions)
            {
                class.graph.get_or_init(|| graph.clone());
            }
        }
        diagram
    }

    fn with_conditions(set: &RuleSet, variables: Variables, conditions: Conditions) -> Self {
        let activity = set.vocabulary.find(ACTIVITY);
        let count = activity.map_or(1, |fact| set.vocabulary.fact(fact).values().len());
        let mut classes: Vec<Class> = Vec::new();
        let mut class_of = Vec::with_capacity(count);
        let mut known: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        for activity in (0..u16::MAX).take(count) {
            let class = *known.entry(conditions.positions(activity)).or_insert_with(|| {
                classes.push(Class { activities: Vec::new(), graph: OnceLock::new() });
                classes.len() - 1
            });
            if let Some(class) = classes.get_mut(class) {
                class.activities.push(activity);
            }
            class_of.push(class);
        }
        Self { variables, activity, conditions, classes, class_of }
    }

    /// How many graphs there are.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there is no graph: no activity is declared.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// The fact that chooses the graph, if the rule set declares it.
    pub fn activity_fact(&self) -> Option<FactId> {
        self.activity
    }

    /// The activities that share a graph, by the graph's position.
    pub fn activities(&self, graph: usize) -> &[u16] {
        self.classes.get(graph).map_or(&[], |class| &class.activities)
    }

    /// The position of an activity's graph.
    pub fn position(&self, activity: u16) -> Option<usize> {
        self.class_of.get(usize::from(activity)).copied()
    }

    /// The position of the graph that decides a note with these answers.
    pub fn position_for(&self, facts: &Facts) -> Option<usize> {
        match self.activity.map(|fact| facts.get(fact)) {
            None => self.position(0),
            Some(Answer::Value(activity)) => self.position(activity),
            Some(_) => None,
        }
    }

    /// A graph by its position, built if it is not there yet; `None` where it would be too large.
    pub fn graph(&self, set: &RuleSet, position: usize) -> Option<&ActivityGraph> {
        let class = self.classes.get(position)?;
        let build =
            || ActivityGraph::build(set, &self.conditions, &class.activities, &self.variables).ok().map(Arc::new);
        class.graph.get_or_init(build).as_deref()
    }

    /// Every graph, in the order of their first activities.
    pub fn graphs(&self, set: &RuleSet) -> Result<Vec<&ActivityGraph>, TooComplex> {
        let graph = |position: usize| {
            self.graph(set, position).ok_or_else(|| {
                let built = ActivityGraph::build(set, &self.conditions, self.activities(position), &self.variables);
                built.err().unwrap_or(TooComplex(Question::ServiceDate))
            })
        };
        (0..self.classes.len()).map(graph).collect()
    }
}
