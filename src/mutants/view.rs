//! Rows of notes for which one fact is open, presumed or answered by a setting: finds where a different answer shows.

use std::collections::BTreeMap;

use super::prover::{Differing, Prover};
use super::witness::Witness;
use crate::compare::Baseline;
use crate::diagram::{Diagram, Ref, Value};
use crate::facts::{Answer, FactId};
use crate::rules::{Effect, Outcome, Presumption, RuleId, RuleSet, Setting};

/// The notes of one graph, viewed by their answers to one variable.
pub(super) struct View<'v, 'b> {
    set: &'v RuleSet,
    diagram: &'v Diagram,
    baseline: &'v mut Baseline<'b>,
    variable: usize,
}

impl View<'_, '_> {
    /// Returns where rows differ if the variable has one of the values `after` instead of one of `before`, without the
    /// note saying which one. The result does not ask the variable.
    pub(super) fn difference(&mut self, before: &[Value], after: &[Value]) -> Ref {
        if before == after {
            return Ref::FALSE;
        }
        let outcomes = self.outcomes_differ(before, after);
        if outcomes != Ref::FALSE {
            return outcomes;
        }
        let (before, after) = (self.named(before), self.named(after));
        let store = &mut self.baseline.store;
        let differs =
            before.iter().map(|(rule, named)| store.difference(*named, after.get(rule).copied().unwrap_or(Ref::FALSE)));
        let differs: Vec<Ref> = differs.collect();
        store.any(differs)
    }

    /// Returns where the outcomes for all of these values are not the same.
    fn outcomes_differ(&mut self, before: &[Value], after: &[Value]) -> Ref {
        let Some(first) = before.first() else { return Ref::FALSE };
        let first = self.outcomes(*first);
        let mut differs = Vec::new();
        for value in before.iter().chain(after) {
            let other = self.outcomes(*value);
            differs.push(self.baseline.store.difference(first, other));
        }
        self.baseline.store.any(differs)
    }

    /// Returns for each rule where a row names it, as a reason or as advice. Valid only where all values have the same
    /// outcome.
    fn named(&mut self, values: &[Value]) -> BTreeMap<RuleId, Ref> {
        let (mut surely, mut perhaps, mut named) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (rule, condition) in self.baseline.rules.conditions.clone() {
            if matches!(self.set.rule(rule).effect, Effect::Advise { .. }) {
                named.insert(rule, self.every(condition, values));
                continue;
            }
            let reason = self.baseline.reasons.get(&rule).copied().unwrap_or(Ref::FALSE);
            surely.insert(rule, self.every(reason, values));
            perhaps.insert(rule, self.some(reason, values));
        }
        let against = self.against(values);
        let store = &mut self.baseline.store;
        let some_surely = store.any(surely.values().copied());
        let some_against = store.any(against.values().copied());
        for (rule, surely) in surely {
            let perhaps = perhaps.get(&rule).copied().unwrap_or(Ref::FALSE);
            let reason = store.if_then_else(some_surely, surely, perhaps);
            let against = against.get(&rule).copied().unwrap_or(Ref::FALSE);
            named.insert(rule, store.if_then_else(some_against, against, reason));
        }
        named
    }

    /// Returns for each rule where nobody pays and it surely takes away a payer that may be offered.
    fn against(&mut self, values: &[Value]) -> BTreeMap<RuleId, Ref> {
        let nobody = self.baseline.rules.outcome;
        let nobody = self.baseline.store.indicator(nobody, &|outcome| outcome == Outcome::NonBillable);
        let nobody = self.every(nobody, values);
        let conditions = self.baseline.rules.conditions.clone();
        let mut against = BTreeMap::new();
        for (rule, condition) in &conditions {
            let Some(removes) = self.set.rule(*rule).effect.removes() else { continue };
            let mut offered = Vec::new();
            for (offer, condition) in &conditions {
                let Effect::Offer { service, payers, .. } = &self.set.rule(*offer).effect else { continue };
                if payers.iter().any(|payer| removes.removes(*service, *payer)) {
                    offered.push(self.some(*condition, values));
                }
            }
            let own = self.every(*condition, values);
            let store = &mut self.baseline.store;
            let offered = store.any(offered);
            let takes = store.and(own, offered);
            against.insert(*rule, store.and(takes, nobody));
        }
        against
    }

    /// Returns the outcomes of notes that answer the variable with this value.
    pub(super) fn outcomes(&mut self, value: Value) -> Ref {
        self.answered(self.baseline.rules.outcome, value)
    }

    /// Returns where a presumption applies to notes of an activity that leave its fact open.
    fn applies(&mut self, activity: u16, presumption: &Presumption) -> Ref {
        let mut tests = Vec::new();
        for test in &presumption.when {
            if Some(test.fact) == self.diagram.activity_fact() {
                if test.values.contains(Answer::Value(activity)) != Some(true) {
                    return Ref::FALSE;
                }
            } else if let Some(at) = self.diagram.variables.position(test.fact) {
                tests.extend(self.diagram.variables.get(at).map(|variable| (at, variable.passing(test))));
            }
        }
        self.baseline.store.all(tests)
    }

    fn answered(&mut self, root: Ref, value: Value) -> Ref {
        let fixed: Vec<Option<Value>> = (0..=self.variable).map(|at| (at == self.variable).then_some(value)).collect();
        self.baseline.store.restrict(root, &fixed)
    }

    fn every(&mut self, root: Ref, values: &[Value]) -> Ref {
        let mut every = Ref::TRUE;
        for value in values {
            let answered = self.answered(root, *value);
            every = self.baseline.store.and(every, answered);
        }
        every
    }

    fn some(&mut self, root: Ref, values: &[Value]) -> Ref {
        let answered: Vec<Ref> = values.iter().map(|value| self.answered(root, *value)).collect();
        self.baseline.store.any(answered)
    }
}

impl<'m> Prover<'m> {
    /// Returns a note that is decided differently under another answer to a setting, as far as rules ask the setting.
    pub(super) fn setting_witness(&mut self, before: &Setting, after: &Setting) -> Option<Witness> {
        let (variable, values) = self.values(before.fact, [before.value, after.value])?;
        let [before, after] = values;
        self.nearest_of_all(&[], |prover, graph| {
            let activities = prover.graphs.get(graph)?.activities.clone();
            let mut view = prover.view(graph, variable)?;
            let differs = view.difference(&[before], &[after]);
            Some(vec![Differing { activities, root: differs, outcomes: Some(view.outcomes(before)) }])
        })
    }

    /// Returns a note that uses an alias and shows that the alias is gone or stands for another value.
    pub(super) fn alias_witness(&mut self, fact: FactId, word: &str, value: Option<u16>) -> Option<Witness> {
        let mutants = self.mutants;
        let declared = mutants.set.vocabulary.fact(fact);
        let own = declared.parse_value(word)?;
        // A note with an unknown value is rejected, and rows repeat the required facts.
        let other = value.filter(|_| !declared.is_required());
        let variable = mutants.diagram.variables.position(fact);
        let fixed: Vec<(usize, Value)> = variable.map(|variable| (variable, own)).into_iter().collect();
        let mut witness = self.nearest_of_all(&fixed, |prover, graph| {
            let mut activities = prover.graphs.get(graph)?.activities.clone();
            if Some(fact) == mutants.diagram.activity_fact() {
                activities.retain(|activity| *activity == own);
            }
            let Some(other) = other else {
                return Some(vec![Differing { activities, root: Ref::TRUE, outcomes: Some(Ref::TRUE) }]);
            };
            let mut view = prover.view(graph, variable?)?;
            let differs = view.difference(&[own], &[other]);
            Some(vec![Differing { activities, root: differs, outcomes: Some(view.outcomes(own)) }])
        })?;
        witness.write(&declared.name, word);
        Some(witness)
    }

    /// Returns a note that leaves a fact open and is decided differently under another presumption or none.
    pub(super) fn presumption_witness(&mut self, before: &Presumption, after: Option<&Presumption>) -> Option<Witness> {
        let value = before.value;
        let (variable, [was, is]) = self.values(before.fact, [value, after.map_or(value, |after| after.value)])?;
        let all: Vec<Value> = self.mutants.diagram.variables.get(variable)?.values().collect();
        self.nearest_of_all(&[], |prover, graph| {
            let activities = prover.graphs.get(graph)?.activities.clone();
            let mut view = prover.view(graph, variable)?;
            let sides = [(vec![was], vec![is], was), (vec![was], all.clone(), was), (all.clone(), vec![is], is)];
            let sides =
                sides.map(|(before, after, decided)| (view.difference(&before, &after), view.outcomes(decided)));
            let mut found = Vec::new();
            for activity in activities {
                let was = view.applies(activity, before);
                let is = after.map_or(Ref::FALSE, |after| view.applies(activity, after));
                let store = &mut view.baseline.store;
                let parts = [store.and(was, is), store.and_not(was, is), store.and_not(is, was)];
                for (part, (differs, outcomes)) in parts.into_iter().zip(sides) {
                    found.push(Differing {
                        activities: vec![activity],
                        root: store.and(part, differs),
                        outcomes: Some(outcomes),
                    });
                }
            }
            Some(found)
        })
    }

    /// Returns the variable of a fact, and the values of two answers to it.
    fn values(&self, fact: FactId, answers: [Answer; 2]) -> Option<(usize, [Value; 2])> {
        let variables = &self.mutants.diagram.variables;
        let position = variables.position(fact)?;
        let [one, other] = answers.map(|answer| variables.get(position)?.value(answer));
        Some((position, [one?, other?]))
    }

    pub(super) fn view(&mut self, graph: usize, variable: usize) -> Option<View<'_, 'm>> {
        let mutants = self.mutants;
        Some(View { set: mutants.set, diagram: &mutants.diagram, baseline: self.baseline(graph)?, variable })
    }

    /// Returns the nearest note of all graphs for which something differs. `fixed` lists values that the note must
    /// have.
    pub(super) fn nearest_of_all(
        &mut self,
        fixed: &[(usize, Value)],
        mut differing: impl FnMut(&mut Self, usize) -> Option<Vec<Differing>>,
    ) -> Option<Witness> {
        let mut nearest: Option<(u64, Witness)> = None;
        for graph in 0..self.graphs.len() {
            for part in differing(self, graph)? {
                let found = self.nearest(graph, &part, fixed);
                nearest = nearest.into_iter().chain(found).min_by_key(|(cost, _)| *cost);
            }
        }
        nearest.map(|(_, witness)| witness)
    }
}
