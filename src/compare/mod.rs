//! Compares two rule sets, activity by activity, to find the notes that they decide differently.
//!
//! Both are built in one store, where equal graphs are the same node. Two sets decide an activity *alike* if every note
//! of it has the same outcome, reasons, and advice under both.

mod billing;
mod notes;
mod shared;

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigUint;

pub use billing::DifferingTerm;
pub use notes::DifferingNote;

use shared::SharedSets;

use crate::diagram::{ACTIVITY, ActivityGraph, ActivityRules, Conditions, Diagram, Ref, Store, TooComplex, Variables};
use crate::rules::{Effect, RuleId, RuleSet, Test};

/// What two whole rule sets say differently about the notes of the activities and about the services that both know.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The activities of which every note was compared; empty if the sets declare none.
    pub activities: Vec<String>,
    /// Number of combinations of answers that were compared.
    pub combinations: BigUint,
    /// The services whose money and units were compared.
    pub services: Vec<String>,
    /// Values that only one of the sets knows and that were left out, by fact that rules ask of the activities.
    pub left_out: BTreeMap<String, Vec<String>>,
    /// The smallest note that is decided differently.
    pub note: Option<DifferingNote>,
    /// What is said differently about money, units, and answers that are taken for granted.
    pub terms: Vec<DifferingTerm>,
}

impl Comparison {
    /// Whether both sets say the same.
    pub fn is_same(&self) -> bool {
        self.note.is_none() && self.terms.is_empty()
    }
}

/// The reason why two rule sets cannot be compared.
#[derive(Clone, Debug)]
pub enum Incomparable {
    /// These facts take answers of different kinds, or have no value in common.
    Facts(Vec<String>),
    /// The graphs of both together grow too large.
    TooComplex,
}

impl From<TooComplex> for Incomparable {
    fn from(_: TooComplex) -> Self {
        Self::TooComplex
    }
}

/// Compares two whole rule sets, under every answer to their settings.
pub fn compare(ours: &RuleSet, theirs: &RuleSet) -> Result<Comparison, Incomparable> {
    let sets = SharedSets::new(ours, theirs).map_err(Incomparable::Facts)?;
    let compared = notes::compare(&sets)?;
    let vocabulary = &sets.ours.vocabulary;
    let activities = vocabulary.find(ACTIVITY).map(|fact| vocabulary.fact(fact).values().to_vec());
    let asked: BTreeSet<&str> = asked(&sets.ours).chain(asked(&sets.theirs)).collect();
    let terms = billing::compare((ours, theirs), &sets, &compared);
    let left_out = sets.left_out.iter().filter(|(fact, _)| asked.contains(fact.as_str()));
    Ok(Comparison {
        activities: activities.unwrap_or_default(),
        services: billing::shared_services(ours, theirs).into_iter().map(str::to_owned).collect(),
        left_out: left_out.map(|(fact, values)| (fact.clone(), values.clone())).collect(),
        combinations: compared.combinations,
        note: compared.differing,
        terms,
    })
}

/// Returns the names of the facts that rules ask which can apply to some activity.
fn asked(set: &RuleSet) -> impl Iterator<Item = &str> {
    let activity = set.vocabulary.find(ACTIVITY);
    let is_about_none = move |test: &Test| Some(test.fact) == activity && test.values.is_empty();
    let rules = set.rules.iter().filter(move |rule| !rule.condition.all.iter().any(is_about_none));
    let tests = rules.flat_map(|rule| rule.condition.tests());
    tests.map(|test| set.vocabulary.fact(test.fact).name.as_str())
}

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
                Effect::Advise { .. } => after.condition(rule),
                _ => after.reason(changed, &mut self.store, rule),
            };
            let is_relabeled = matches!(self.set.rule(rule).effect, Effect::Advise { .. })
                && self.set.rule(rule).effect != changed.rule(rule).effect;
            differences.push(if is_relabeled {
                self.store.or(before, after)
            } else {
                self.store.difference(before, after)
            });
        }
        self.store.any(differences)
    }

    /// Returns whether both sets have the same offers, leave them the same payers, and name the same payers.
    fn are_same_offers(&self, changed: &RuleSet, after: &ActivityRules) -> bool {
        let offers = |set: &RuleSet, rules: &ActivityRules| -> Vec<(RuleId, Ref, Effect)> {
            let rules =
                rules.conditions.iter().map(|(rule, condition)| (*rule, *condition, set.rule(*rule).effect.clone()));
            rules.filter(|(.., effect)| matches!(effect, Effect::Offer { .. })).collect()
        };
        self.rules.candidates == after.candidates
            && offers(self.set, &self.rules) == offers(changed, after)
            && self.rules.named_payers(self.set) == after.named_payers(changed)
    }

    /// Returns whether a changed set decides the activity alike.
    pub fn is_alike(&mut self, changed: &RuleSet, conditions: &Conditions) -> bool {
        let after = self.build(changed, conditions);
        self.difference(changed, &after) == Ref::FALSE
    }

    /// Returns a graph of the notes for which a rule of the original set gives a reason or advice.
    fn effect_of(&self, rule: RuleId) -> Ref {
        match self.set.rule(rule).effect {
            Effect::Advise { .. } => self.rules.condition(rule),
            _ => self.reasons.get(&rule).copied().unwrap_or(Ref::FALSE),
        }
    }
}
