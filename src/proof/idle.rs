//! Finds rules, payers, and overrides that have no effect, by removing them.
//!
//! Without a dead rule or an idle override, every note has the same outcome and reasons. Without a payer that is always
//! struck, every note has the same outcome, but the rule that strikes it may still be a reason.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Problem;
use crate::compare::Baseline;
use crate::diagram::{ActivityGraph, Conditions, Diagram, Ref};
use crate::message::{Code, Message};
use crate::nearest::one_of;
use crate::rules::{Effect, PayerId, Rule, RuleId, RuleSet};
use crate::space::{Region, Space};

/// Maximum number of other rules that a message names.
const MAX_NAMED: usize = 3;

/// Returns a problem for each rule, payer of an offer, and override that has no effect.
pub(super) fn find(set: &RuleSet, diagram: &Diagram) -> Vec<Problem> {
    let Ok(graphs) = diagram.graphs(set) else { return Vec::new() };
    let search = Search { set, diagram, graphs };
    let mut problems = Vec::new();
    for (id, rule) in set.rules() {
        if let Some(problem) = search.dead_rule(id, rule) {
            problems.push(problem);
            continue;
        }
        let Effect::Offer { payers, overrides, .. } = &rule.effect else { continue };
        if let Some(problem) = search.struck_offer(id, rule) {
            problems.push(problem);
            continue;
        }
        let several = payers.iter().filter(|_| payers.len() > 1);
        problems.extend(several.filter_map(|payer| search.idle_payer((id, rule), *payer)));
        problems.extend(overrides.iter().filter_map(|under| search.idle_override((id, rule), *under)));
    }
    problems
}

struct Search<'s> {
    set: &'s RuleSet,
    diagram: &'s Diagram,
    graphs: Vec<&'s ActivityGraph>,
}

impl<'s> Search<'s> {
    /// Returns the graphs in which a rule can apply.
    fn graphs_of(&self, rule: RuleId) -> impl Iterator<Item = &'s ActivityGraph> {
        self.graphs.iter().copied().filter(move |graph| graph.rules.condition(rule) != Ref::FALSE)
    }

    fn dead_rule(&self, id: RuleId, rule: &Rule) -> Option<Problem> {
        // A rule that is a reason or gives advice for some note is not dead: removing it would change that decision.
        let is_advice = matches!(rule.effect, Effect::Advise { .. });
        let acts = |graph: &ActivityGraph| is_advice || graph.reasons.get(&id).is_some_and(|at| *at != Ref::FALSE);
        if self.graphs_of(id).any(acts) {
            return None;
        }
        let without = self.diagram.conditions.without(id);
        if !self.graphs_of(id).all(|graph| self.baseline(graph).is_alike(self.set, &without)) {
            return None;
        }
        let kind = rule.kind();
        if let Some(problem) = self.struck_offer(id, rule) {
            return Some(problem);
        }
        let others = self.most_frequent(id, |_| true);
        let (text, help) = if self.graphs_of(id).next().is_none() {
            ("never applies to any note".to_owned(), "widen its conditions or its dates, or remove it")
        } else if others.is_empty() {
            ("takes away nothing that is offered".to_owned(), "remove it, or check its payers and services")
        } else {
            let text = format!("decides no note and is a reason for none: where it applies, {others} decides");
            (text, "remove it, or narrow what goes before it")
        };
        let message = Message::warning(Code::DeadRule, format!("the {kind} `{}` {text}", rule.id)).help(help);
        Some(self.problem(rule, message, &[id]))
    }

    /// Reports an offer that applies to some note but loses all its payers wherever it applies.
    fn struck_offer(&self, id: RuleId, rule: &Rule) -> Option<Problem> {
        let survives = |graph: &ActivityGraph| {
            graph.rules.candidates.iter().any(|own| own.offer == id && own.condition != Ref::FALSE)
        };
        let is_offer = matches!(rule.effect, Effect::Offer { .. });
        if !is_offer || self.graphs_of(id).next().is_none() || self.graphs_of(id).any(survives) {
            return None;
        }
        let takers = self.most_frequent(id, |other| self.takes_from(rule, other));
        let text = format!("the offer `{}` loses all its payers wherever it applies, to {takers}", rule.id);
        let without = self.diagram.conditions.without(id);
        // Do not suggest a removal that would leave notes that no rule covers.
        let or_remove = if self.keeps_outcomes(id, self.set, &without) { ", or remove it" } else { "" };
        let message = Message::warning(Code::AlwaysStruck, text)
            .help(format!("offer it to another payer, or narrow what takes them away{or_remove}"));
        Some(self.problem(rule, message, &[id]))
    }

    fn idle_payer(&self, (id, rule): (RuleId, &Rule), payer: PayerId) -> Option<Problem> {
        let changed = self.with_effect(id, |effect| {
            if let Effect::Offer { payers, .. } = effect {
                payers.retain(|other| *other != payer);
            }
        });
        if !self.keeps_outcomes(id, &changed, &self.diagram.conditions) {
            return None;
        }
        let name = &self.set.payer(payer).name;
        let text = format!("the offer `{}` is never billed to its payer `{name}`", rule.id);
        let message = Message::warning(Code::AlwaysStruck, text)
            .help(format!("remove `{name}` from its payers, or narrow what takes `{name}` away"));
        Some(self.problem(rule, message, &[id]))
    }

    fn idle_override(&self, (id, rule): (RuleId, &Rule), under: RuleId) -> Option<Problem> {
        let changed = self.with_effect(id, |effect| {
            if let Effect::Offer { overrides, .. } = effect {
                overrides.retain(|other| *other != under);
            }
        });
        if !self.is_alike(id, &changed) {
            return None;
        }
        let text = format!("`{}` never needs to override `{}`", rule.id, self.set.rule(under).id);
        let help = "the two never decide the same note differently: remove the override, or fix the conditions";
        let message = Message::warning(Code::IdleOverride, text).help(help);
        Some(self.problem(rule, message, &[id, under]))
    }

    fn baseline(&self, graph: &ActivityGraph) -> Baseline<'s> {
        Baseline::new(self.set, self.diagram, graph)
    }

    fn with_effect(&self, id: RuleId, change: impl FnOnce(&mut Effect)) -> RuleSet {
        let mut changed = self.set.clone();
        if let Some(rule) = Arc::make_mut(&mut changed.rules).get_mut(id.index()) {
            change(&mut rule.effect);
        }
        changed
    }

    /// Returns whether a set in which one rule has another effect decides every note alike.
    fn is_alike(&self, id: RuleId, changed: &RuleSet) -> bool {
        self.graphs_of(id).all(|graph| self.baseline(graph).is_alike(changed, &self.diagram.conditions))
    }

    /// Returns whether every note has the same outcome under a changed set.
    fn keeps_outcomes(&self, id: RuleId, changed: &RuleSet, conditions: &Conditions) -> bool {
        self.graphs_of(id).all(|graph| {
            let mut baseline = self.baseline(graph);
            baseline.build(changed, conditions).outcome == baseline.rules.outcome
        })
    }

    /// Returns whether a rule removes a payer that an offer names.
    fn takes_from(&self, offer: &Rule, other: RuleId) -> bool {
        let Effect::Offer { service, payers, .. } = &offer.effect else { return false };
        let removes = self.set.rule(other).effect.removes();
        removes.is_some_and(|removes| payers.iter().any(|payer| removes.removes(*service, *payer)))
    }

    /// Describes the rules that are most often reasons where a rule applies, counted by activities.
    fn most_frequent(&self, id: RuleId, wanted: impl Fn(RuleId) -> bool) -> String {
        let mut counts: BTreeMap<RuleId, usize> = BTreeMap::new();
        for graph in self.graphs_of(id) {
            let mut store = graph.store.clone();
            for (other, reason) in graph.reasons.iter().filter(|(other, _)| **other != id && wanted(**other)) {
                if store.and(*reason, graph.rules.condition(id)) != Ref::FALSE {
                    *counts.entry(*other).or_default() += graph.activities.len();
                }
            }
        }
        let mut counts: Vec<(RuleId, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(rule, count)| (Reverse(*count), *rule));
        one_of(counts.iter().take(MAX_NAMED).map(|(rule, _)| self.set.rule(*rule).id.as_str()))
    }

    /// Creates the problem for a rule, with the smallest note to which all `applying` rules apply.
    fn problem(&self, rule: &Rule, message: Message, applying: &[RuleId]) -> Problem {
        let problem = Problem::new(self.set, &rule.span, message).about([&rule.id]);
        let found = self.graphs.iter().filter_map(|graph| {
            let mut store = graph.store.clone();
            let mut all = Ref::TRUE;
            for rule in applying {
                all = store.and(all, graph.rules.condition(*rule));
            }
            let space = Space::new(self.set, self.diagram, graph).with_store(&store);
            let full = Region::full(&space);
            let cost = space.nearest(all, &full)?.cost;
            let (example, region) = space.example(all, graph.rules.outcome, &full)?;
            Some((cost, example, region.describe(&space)))
        });
        match found.min_by_key(|(cost, ..)| *cost) {
            Some((_, example, region)) => Problem { region, ..problem.with_example(Some(example)) },
            None => problem,
        }
    }
}
