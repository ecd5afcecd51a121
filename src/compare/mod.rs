//! Compares two rule sets, activity by activity, to find the notes that they decide differently.
//!
//! Both are built in one store, where equal graphs are the same node. Two sets decide an activity *alike* if every note
//! of it has the same outcome, reasons, and advice under both.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagram::{ActivityGraph, ActivityRules, Conditions, Diagram, Ref, Store, Variables};
use crate::rules::{Effect, RuleId, RuleSet};

/// The original rule set for one activity, as a baseline for changed sets.
#[derive(Clone, Debug)]
pub struct Baseline<'b> {
    set: &'b RuleSet,
    variables: &'b Variables,
    activity: u16,
    /// The store that holds the graphs of both sets.
    pub store: Store,
    /// The rules of the original set.
    pub rules: ActivityRules,
    /// For each rule of the original set, a graph that is true for the notes for which it is a reason.
    pub reasons: BTreeMap<RuleId, Ref>,
}

impl<'b> Baseline<'b> {
    /// Creates the baseline for one graph of a diagram.
    pub fn new(set: &'b RuleSet, diagram: &'b Diagram, graph: &ActivityGraph) -> Self {
        Self {
            set,
            variables: &diagram.variables,
            activity: graph.activities.first().copied().unwrap_or_default(),
            store: graph.store.clone(),
            rules: graph.rules.clone(),
            reasons: graph.reasons.clone(),
        }
    }

    /// Builds the rules of a changed set in the same store as the original.
    ///
    /// `conditions` are those of the changed set. A rule that has no conditions there is treated as removed.
    pub fn build(&mut self, changed: &RuleSet, conditions: &Conditions) -> ActivityRules {
        ActivityRules::build(changed, conditions, self.activity, self.variables, &mut self.store)
    }

    /// Builds the rules of a set in which only `rule` differs and has this condition.
    pub fn build_with(&mut self, changed: &RuleSet, rule: RuleId, condition: Ref) -> ActivityRules {
        let mut conditions = self.rules.conditions.clone();
        conditions.insert(rule, condition);
        ActivityRules::from_conditions(changed, conditions, &mut self.store)
    }

    /// Returns a graph of the notes that a changed set decides differently: those with a different outcome or, if there
    /// are none, those with different reasons or advice. It is `FALSE` exactly if both sets decide the activity alike.
    pub fn difference(&mut self, changed: &RuleSet, after: &ActivityRules) -> Ref {
        let outcomes = self.store.difference(self.rules.outcome, after.outcome);
        if outcomes != Ref::FALSE {
            return outcomes;
        }
        let rules = self.rules.conditions.keys().chain(after.conditions.keys()).copied();
        let are_same_offers = self.are_same_offers(changed, after);
        let mut differences = Vec::new();
        for rule in rules.collect::<BTreeSet<RuleId>>() {
            // The same rule among the same offers is a reason for the same notes.
            let is_same = self.rules.condition(rule) == after.condition(rule)
                && self.rules.holds.get(&rule) == after.holds.get(&rule)
                && self.set.rule(rule).effect == changed.rule(rule).effect;
            if is_same && are_same_offers {
                continue;
            }
            let before = self.effect_of(rule);
            let after = match changed.rule(rule).effect {
                Effect::Advise => after.condition(rule),
                _ => after.reason(changed, &mut self.store, rule),
            };
            differences.push(self.store.difference(before, after));
        }
        self.store.any(differences)
    }

    /// Returns whether both sets have the same offers and leave them the same payers.
    fn are_same_offers(&self, changed: &RuleSet, after: &ActivityRules) -> bool {
        let offers = |set: &RuleSet, rules: &ActivityRules| -> Vec<(RuleId, Ref, Effect)> {
            let rules =
                rules.conditions.iter().map(|(rule, condition)| (*rule, *condition, set.rule(*rule).effect.clone()));
            rules.filter(|(.., effect)| matches!(effect, Effect::Offer { .. })).collect()
        };
        self.rules.candidates == after.candidates && offers(self.set, &self.rules) == offers(changed, after)
    }

    /// Returns whether a changed set decides the activity alike.
    pub fn is_alike(&mut self, changed: &RuleSet, conditions: &Conditions) -> bool {
        let after = self.build(changed, conditions);
        self.difference(changed, &after) == Ref::FALSE
    }

    /// Returns a graph of the notes for which a rule of the original set gives a reason or advice.
    fn effect_of(&self, rule: RuleId) -> Ref {
        match self.set.rule(rule).effect {
            Effect::Advise => self.rules.condition(rule),
            _ => self.reasons.get(&rule).copied().unwrap_or(Ref::FALSE),
        }
    }
}
