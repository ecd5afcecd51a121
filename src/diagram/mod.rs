//! Rules → decision graphs, one for each activity, built on first use.
//!
//! Every note answers the activity, so an activity's graph holds only the rules that can apply to it. The other facts
//! that rules ask are the graph's *variables*; numbers and dates are divided into bands. A node asks one variable and
//! has one child for each of its values; a walk ends at a leaf. Nodes are hash-consed and a node whose children are all
//! equal is omitted, so two graphs in one store are equivalent exactly if they are the same node. This module knows
//! nothing about notes or formats.

mod activity;
mod conditions;
mod constrain;
mod dates;
mod differences;
mod order;
mod reasons;
mod restrict;
mod store;
mod variable;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

pub use activity::{ActivityGraph, ActivityRules, PayerCandidate, order_for};
pub(crate) use activity::{are_tied, asked_of};
pub(crate) use conditions::Alternative;
pub use conditions::Conditions;
pub(crate) use differences::{DateBounds, UNBOUNDED};
pub use store::{Ref, Store};
pub use variable::{Assignment, Question, Value, Variable, Variables};

use crate::cores::on_all_cores;
use crate::facts::{Answer, FactId, Facts};
use crate::rules::{RuleId, RuleSet};

/// The fact that selects the graph.
pub const ACTIVITY: &str = "activity";

/// The graphs of a rule set. It can be shared between threads.
#[derive(Debug)]
pub struct Diagram {
    /// The variables that the graphs ask.
    pub variables: Variables,
    /// The fact that selects the graph, if the rule set declares it.
    activity: Option<FactId>,
    /// The conditions of all rules.
    pub conditions: Conditions,
    classes: Vec<Class>,
    /// Index of the class of each activity.
    class_of: Vec<usize>,
}

/// Activities that all rules treat alike, and their graph.
#[derive(Debug)]
struct Class {
    activities: Vec<u16>,
    graph: OnceLock<Result<Arc<ActivityGraph>, TooComplex>>,
}

/// Error for a graph that grew too large; holds the question that most of its nodes ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooComplex(pub Question);

impl Diagram {
    /// Creates the graphs of a rule set. None of them is built yet.
    pub fn new(set: &RuleSet) -> Self {
        Self::with_variables(set, Variables::new(&[set]))
    }

    /// Like [`Diagram::new`], but over these variables, whose bands must be at least as fine as the rules need.
    pub fn with_variables(set: &RuleSet, variables: Variables) -> Self {
        Self::with_conditions(set, variables, Conditions::new(set))
    }

    /// Creates the graphs of a set that differs in one rule. The bands of the variables must be fine enough for that
    /// rule. Graphs that are already built are shared if the rule cannot apply to their activities.
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

    /// Returns the number of graphs.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Returns whether there are no graphs, because no activity is declared.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Returns the fact that selects the graph, if the rule set declares it.
    pub fn activity_fact(&self) -> Option<FactId> {
        self.activity
    }

    /// Returns the position of an activity's graph.
    pub fn position(&self, activity: u16) -> Option<usize> {
        self.class_of.get(usize::from(activity)).copied()
    }

    /// Returns the position of the graph that decides a note with these answers.
    pub fn position_for(&self, facts: &Facts) -> Option<usize> {
        match self.activity.map(|fact| facts.get(fact)) {
            None => self.position(0),
            Some(Answer::Value(activity)) => self.position(activity),
            Some(_) => None,
        }
    }

    /// Returns the graph at a position, building it on first use; `None` if it would be too large.
    pub fn graph(&self, set: &RuleSet, position: usize) -> Option<&ActivityGraph> {
        let class = self.classes.get(position)?;
        self.build(set, class).as_deref().ok()
    }

    fn build<'c>(&self, set: &RuleSet, class: &'c Class) -> &'c Result<Arc<ActivityGraph>, TooComplex> {
        class.graph.get_or_init(|| {
            ActivityGraph::build(set, &self.conditions, &class.activities, &self.variables).map(Arc::new)
        })
    }

    /// Builds all graphs, using all cores, and returns them ordered by their first activities.
    pub fn graphs(&self, set: &RuleSet) -> Result<Vec<&ActivityGraph>, TooComplex> {
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(class) = self.classes.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.build(set, class).is_err() {
                    break;
                }
            }
        };
        on_all_cores(self.classes.len(), work);
        let graph = |class| self.build(set, class).as_deref().map_err(|error| *error);
        self.classes.iter().map(graph).collect()
    }
}
