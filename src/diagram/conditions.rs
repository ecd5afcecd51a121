//! The conditions of all rules as lists of alternatives, each with the activities that it can hold for.

use super::ACTIVITY;
use crate::facts::FactId;
use crate::rules::{RuleId, RuleSet, Test, ValueSet};

/// One alternative of a rule's condition, which holds if all its tests pass.
#[derive(Clone, Debug)]
pub(crate) struct Alternative {
    pub(crate) rule: RuleId,
    /// For each activity, whether the alternative can hold for it; `None` if it can hold for every activity.
    activities: Option<Vec<bool>>,
    /// The remaining tests, at most one for each fact.
    pub(crate) tests: Vec<Test>,
}

impl Alternative {
    fn holds_for(&self, activity: u16) -> bool {
        self.activities.as_ref().is_none_or(|activities| activities.get(usize::from(activity)) == Some(&true))
    }
}

/// All alternatives of a rule set, in the order of the rules.
#[derive(Clone, Debug)]
pub struct Conditions {
    list: Vec<Alternative>,
}

impl Conditions {
    /// Returns the alternatives of a set.
    pub fn new(set: &RuleSet) -> Self {
        let activity = set.vocabulary.find(ACTIVITY);
        let ids = set.rules().map(|(id, _)| id);
        Self { list: ids.flat_map(|id| alternatives(set, activity, id)).collect() }
    }

    /// Returns these conditions with one rule's alternatives taken from another set.
    #[must_use]
    pub fn with_rule(&self, set: &RuleSet, rule: RuleId) -> Self {
        let mut list: Vec<Alternative> = self.list.iter().filter(|known| known.rule != rule).cloned().collect();
        let place = list.partition_point(|known| known.rule < rule);
        list.splice(place..place, alternatives(set, set.vocabulary.find(ACTIVITY), rule));
        Self { list }
    }

    /// Returns these conditions without one rule.
    #[must_use]
    pub fn without(&self, rule: RuleId) -> Self {
        Self { list: self.list.iter().filter(|known| known.rule != rule).cloned().collect() }
    }

    /// Returns the positions of the alternatives that can hold for an activity.
    pub(super) fn positions(&self, activity: u16) -> Vec<usize> {
        let fitting = self.list.iter().enumerate().filter(|(_, alternative)| alternative.holds_for(activity));
        fitting.map(|(position, _)| position).collect()
    }

    /// Returns the alternatives that can hold for an activity.
    pub(crate) fn for_activity(&self, activity: u16) -> impl Iterator<Item = &Alternative> {
        self.list.iter().filter(move |alternative| alternative.holds_for(activity))
    }

    /// Returns whether a rule can apply to an activity.
    pub fn rule_applies_to(&self, rule: RuleId, activity: u16) -> bool {
        let first = self.list.partition_point(|known| known.rule < rule);
        let own = self.list.iter().skip(first).take_while(|known| known.rule == rule);
        own.into_iter().any(|alternative| alternative.holds_for(activity))
    }
}

fn alternatives(set: &RuleSet, activity: Option<FactId>, rule: RuleId) -> Vec<Alternative> {
    let alternatives = set.rule(rule).condition.alternatives().into_iter();
    let alternative = |mut tests: Vec<Test>| {
        let own = tests.iter().position(|test| Some(test.fact) == activity).map(|position| tests.remove(position));
        let activities = own.map(|test| match test.values {
            ValueSet::Values(values) => values,
            ValueSet::Ranges(_) => Vec::new(),
        });
        Alternative { rule, activities, tests }
    };
    alternatives.map(alternative).collect()
}
