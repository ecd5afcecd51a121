//! Two rule sets side by side, activity by activity: on which notes they differ.
//!
//! Both are built in one store, where equal graphs are one node. Two sets decide an activity *alike* if every note of it
//! comes to the same outcome for the same reasons and with the same advice.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagram::{ActivityGraph, ActivityRules, Conditions, Diagram, Ref, Store, Variables};
use crate::rules::{Effect, RuleId, RuleSet};

/// A rule set as it is, for one activity, to hold changed sets against.
#[derive(Clone, Debug)]
pub struct Baseline<'b> {
    set: &'b RuleSet,
    variables: &'b Variables,
    activity: u16,
    /// Where the graphs of both sets are kept.
    pub store: Store,
    /// The set as it is.
    pub rules: ActivityRules,
    /// By rule of the set as it is: where it is a reason for what is decided.
    pub reasons: BTreeMap<RuleId, Ref>,
}

impl<'b> Baseline<'b> {
    /// The baseline of one of a diagram's graphs.
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

    /// The rules of a changed set, built beside the set as it is.
    ///
    /// `conditions`: those of the changed set. A rule whose conditions are left out is a rule that is not there.
    pub fn build(&mut self, changed: &RuleSet, conditions: &Conditions) -> ActivityRules {
        ActivityRules::build(changed, conditions, self.activity, self.variables, &mut self.store)
    }

    /// The rules of a set that differs in one rule, which has this condition.
    pub fn build_with(&mut self, changed: &RuleSet, rule: RuleId, condition: Ref) -> ActivityRules {
        let mut conditions = self.rules.conditions.clone();
        conditions.insert(rule, condition);
        ActivityRules::from_conditions(changed, conditions, &mut self.store)
    }

    /// Notes on which a changed set differs: those of another outcome; if there are none, those of other reasons or
    /// advice. `FALSE` exactly if the two decide the activity alike.
    pub fn difference(&mut self, changed: &RuleSet, after: &ActivityRules) -> Ref {
        let outcomes = self.store.differs(self.rules.outcome, after.outcome);
        if outcomes != Ref::FALSE {
            return outcomes;
        }
        let rules = self.rules.conditions.keys().chain(after.conditions.keys()).copied();
        let are_same_offers = self.are_same_offers(changed, after);
        let mut differences = Vec::new();
        for rule in rules.collect::<BTreeSet<RuleId>>() {
            // The same rule beside the same offers is a reason for the same notes.
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
            differences.push(self.store.differs(before, after));
        }
        self.store.any(differences)
    }

    /// Whether both sets make the same offers and leave them the same payers.
    fn are_same_offers(&self, changed: &RuleSet, after: &ActivityRules) -> bool {
        let offers = |set: &RuleSet, rules: &ActivityRules| -> Vec<(RuleId, Ref, Effect)> {
            let rules =
                rules.conditions.iter().map(|(rule, condition)| (*rule, *condition, set.rule(*rule).effect.clone()));
            rules.filter(|(.., effect)| matches!(effect, Effect::Offer { .. })).collect()
        };
        self.rules.survivors == after.survivors && offers(self.set, &self.rules) == offers(changed, after)
    }

    /// Whether a changed set decides the activity alike.
    pub fn is_alike(&mut self, changed: &RuleSet, conditions: &Conditions) -> bool {
        let after = self.build(changed, conditions);
        self.difference(changed, &after) == Ref::FALSE
    }

    /// Where a rule of the set as it is gives a reason or advice.
    fn effect_of(&self, rule: RuleId) -> Ref {
        match self.set.rule(rule).effect {
            Effect::Advise => self.rules.condition(rule),
            _ => self.reasons.get(&rule).copied().unwrap_or(Ref::FALSE),
        }
    }
}
