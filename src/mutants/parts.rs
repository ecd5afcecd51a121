//! The activities that a changed rule touches, grouped by how it treats them and rebuilt beside the original.

use super::prover::Prover;
use crate::diagram::{ActivityRules, Ref};
use crate::effective::Effective;
use crate::facts::{Answer, FactId};
use crate::rules::{Effect, Rule, RuleId, RuleSet, Test, ValueSet};

/// Activities of one graph that a changed rule treats alike.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Index of the graph.
    pub(super) position: usize,
    pub(super) activities: Vec<u16>,
    /// Where the change of the rule can have an effect.
    pub(super) scope: Ref,
    /// The outcomes of the changed set where they differ from the original, and `FALSE` elsewhere.
    pub(super) moved: Ref,
    /// The rules of the changed set.
    pub(super) after: ActivityRules,
}

/// The alternatives of a rule's condition, each split into its test of the activity and its other tests.
struct Alternatives(Vec<(Option<ValueSet>, Vec<Test>)>);

impl Alternatives {
    fn new(rule: &Rule, activity: Option<FactId>) -> Self {
        let apart = |mut tests: Vec<Test>| {
            let own = tests.iter().position(|test| Some(test.fact) == activity);
            (own.map(|at| tests.remove(at).values), tests)
        };
        Self(rule.condition.alternatives().into_iter().map(apart).collect())
    }

    /// Returns the other tests of each alternative that can hold for an activity.
    fn fitting(&self, activity: u16) -> Vec<&[Test]> {
        let fits = |(values, _): &&(Option<ValueSet>, Vec<Test>)| {
            values.as_ref().is_none_or(|values| values.contains(Answer::Value(activity)) == Some(true))
        };
        self.0.iter().filter(fits).map(|(_, tests)| tests.as_slice()).collect()
    }
}

/// A graph, some of its activities, and the tests that the changed rule asks of them besides the activity.
type Touched<'t> = (usize, Vec<u16>, Vec<&'t [Test]>);

/// Returns the activities that a changed rule may treat differently, grouped by graph and by the tests it asks.
fn touched<'t>(
    prover: &Prover<'_>,
    (before, after): (&Rule, &Rule),
    (was, is): (&'t Alternatives, &'t Alternatives),
) -> Vec<Touched<'t>> {
    let is_same_otherwise = before.effect == after.effect && before.effective == after.effective;
    let mut touched: Vec<Touched<'t>> = Vec::new();
    for (position, graph) in prover.graphs.iter().enumerate() {
        let first = touched.len();
        for activity in &graph.activities {
            let (was, is) = (was.fitting(*activity), is.fitting(*activity));
            if was == is && (is_same_otherwise || is.is_empty()) {
                continue;
            }
            match touched.iter_mut().skip(first).find(|(.., known)| *known == is) {
                Some((_, activities, _)) => activities.push(*activity),
                None => touched.push((position, vec![*activity], is)),
            }
        }
    }
    touched
}

impl Prover<'_> {
    /// Rebuilds the activities that a changed rule touches. Returns `None` if a graph grows too large.
    pub(super) fn changed_parts(&mut self, id: RuleId, changed: &RuleSet) -> Option<Vec<Part>> {
        let (mutants, mut parts) = (self.mutants, Vec::new());
        let (before, after) = (mutants.set.rule(id), changed.rule(id));
        let is_same_effect = before.effect == after.effect;
        let activity = mutants.diagram.activity_fact();
        let (was, is) = (Alternatives::new(before, activity), Alternatives::new(after, activity));
        for (position, activities, tests) in touched(self, (before, after), (&was, &is)) {
            let condition = self.condition(position, &tests, after.effective)?;
            let baseline = self.baseline(position)?;
            let rules = baseline.build_with(changed, id, condition);
            let was = baseline.rules.condition(id);
            // Which payers rules name decides of all notes which strikes are reasons.
            let is_same_naming = baseline.rules.named_payers(mutants.set) == rules.named_payers(changed);
            let store = &mut baseline.store;
            let scope = match (is_same_naming, is_same_effect) {
                (false, _) => Ref::TRUE,
                (true, true) => store.difference(was, condition),
                (true, false) => store.or(was, condition),
            };
            let differs = store.difference(baseline.rules.outcome, rules.outcome);
            let moved = store.if_then_else(differs, rules.outcome, Ref::FALSE);
            store.check_size(&mutants.diagram.variables).ok()?;
            parts.push(Part { position, activities, scope, moved, after: rules });
        }
        Some(parts)
    }

    /// Builds the outcomes that result if only the offers are kept, for all activities or for those that a changed
    /// offer touches.
    pub(super) fn offers_alone(&mut self, changed: Option<(RuleId, &RuleSet)>) -> Vec<Part> {
        let mutants = self.mutants;
        let set = changed.map_or(mutants.set, |(_, changed)| changed);
        let activity = mutants.diagram.activity_fact();
        let rules = changed.map(|(id, changed)| (id, mutants.set.rule(id), changed.rule(id)));
        let alternatives =
            rules.map(|(_, was, is)| (Alternatives::new(was, activity), Alternatives::new(is, activity)));
        let touched: Vec<Touched<'_>> = if let Some(((_, before, after), (was, is))) = rules.zip(alternatives.as_ref())
        {
            touched(self, (before, after), (was, is))
        } else {
            let graphs = self.graphs.iter().enumerate();
            graphs.map(|(position, graph)| (position, graph.activities.clone(), Vec::new())).collect()
        };
        let mut parts = Vec::new();
        for (position, activities, tests) in touched {
            let own = rules.and_then(|(id, _, after)| Some((id, self.condition(position, &tests, after.effective)?)));
            let Some(baseline) = self.baseline(position) else { continue };
            let mut conditions = baseline.rules.conditions.clone();
            conditions.retain(|rule, _| matches!(set.rule(*rule).effect, Effect::Offer { .. }));
            conditions.extend(own);
            let after = ActivityRules::from_conditions(set, conditions, &mut baseline.store);
            parts.push(Part { position, activities, scope: Ref::TRUE, moved: after.outcome, after });
        }
        parts
    }

    /// Builds the condition of a rule for activities of which it asks one of these alternatives.
    fn condition(&mut self, position: usize, alternatives: &[&[Test]], effective: Effective) -> Option<Ref> {
        let variables = &self.mutants.diagram.variables;
        let store = &mut self.baseline(position)?.store;
        let parts: Vec<Ref> = alternatives.iter().map(|tests| variables.condition(store, tests, effective)).collect();
        let condition = store.any(parts);
        Some(store.constrain(condition))
    }
}
