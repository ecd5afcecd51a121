//! The decision graph of one activity, which gives the outcome of every note of it.
//!
//! Collect the offers, remove the payers that an exclude or a strike names, and bill the first payer that remains. A
//! hold takes precedence over everything. Two surviving offers with different outcomes are a conflict, unless one
//! overrides the other. Work that no offer, exclude, or hold covers is a gap; strikes do not count, because they do not
//! describe the work.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::{Alternative, Conditions};
use super::order::order;
use super::{Ref, Store, TooComplex, Variables};
use crate::rules::{Effect, Outcome, PayerId, RuleId, RuleSet, ServiceId};

/// An offer with one of its payers, and the condition under which that payer is the first one left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayerCandidate {
    /// The offer.
    pub offer: RuleId,
    /// The offered service.
    pub service: ServiceId,
    /// The payer that is left.
    pub payer: PayerId,
    /// True where the offer applies, this payer is left, and no preferred payer is.
    pub condition: Ref,
}

impl PayerCandidate {
    fn service_and_payer(&self) -> (ServiceId, PayerId) {
        (self.service, self.payer)
    }
}

/// The rules that can apply to one activity, as graphs in a store.
#[derive(Clone, Debug)]
pub struct ActivityRules {
    /// The condition of each rule that can apply, by rule id.
    pub conditions: BTreeMap<RuleId, Ref>,
    /// For each hold, by rule id, a graph that is true where it holds the note.
    pub holds: BTreeMap<RuleId, Ref>,
    /// One entry for each payer of each offer.
    pub candidates: Vec<PayerCandidate>,
    /// Graph that maps each note of the activity to its outcome.
    pub outcome: Ref,
    /// For each outcome other than held, gap, or conflict, a graph that is true where notes have that outcome.
    decided: BTreeMap<Outcome, Ref>,
}

impl ActivityRules {
    /// Builds the rules of a set that can apply to an activity, in a store over these variables. A combination that no
    /// note can have gets the outcome of a possible one beside it.
    pub fn build(
        set: &RuleSet,
        conditions: &Conditions,
        activity: u16,
        variables: &Variables,
        store: &mut Store,
    ) -> Self {
        let mut alternatives: BTreeMap<RuleId, Vec<Ref>> = BTreeMap::new();
        for alternative in conditions.for_activity(activity) {
            let effective = set.rule(alternative.rule).effective;
            let holds = variables.condition(store, &alternative.tests, effective);
            alternatives.entry(alternative.rule).or_default().push(holds);
        }
        let mut condition = |parts| {
            let condition = store.any(parts);
            store.constrain(condition)
        };
        let conditions = alternatives.into_iter().map(|(rule, parts)| (rule, condition(parts))).collect();
        Self::from_conditions(set, conditions, store)
    }

    /// Builds the rules of a set from their conditions for one activity, which must be constrained to the possible
    /// combinations.
    pub fn from_conditions(set: &RuleSet, conditions: BTreeMap<RuleId, Ref>, store: &mut Store) -> Self {
        let mut builder = Builder { set, store, conditions, removed: BTreeMap::new() };
        let holds = builder.holds();
        let candidates = builder.candidates();
        let outcome = builder.outcome(&holds, &candidates);
        let billed = candidates.iter().map(|own| Outcome::Billable(own.service, own.payer));
        let mut decided: BTreeMap<Outcome, Ref> =
            billed.chain([Outcome::NonBillable]).map(|own| (own, outcome)).collect();
        for (own, root) in &mut decided {
            *root = builder.store.indicator(outcome, &|other| other == *own);
        }
        Self { conditions: builder.conditions, holds, candidates, outcome, decided }
    }

    /// Returns a graph that is true where notes have `outcome`, which must be billable or non-billable.
    pub(super) fn decided(&self, outcome: Outcome) -> Ref {
        self.decided.get(&outcome).copied().unwrap_or(Ref::FALSE)
    }

    /// Returns the condition of a rule; `FALSE` if it cannot apply to the activity.
    pub fn condition(&self, rule: RuleId) -> Ref {
        self.conditions.get(&rule).copied().unwrap_or(Ref::FALSE)
    }
}

struct Builder<'b> {
    set: &'b RuleSet,
    store: &'b mut Store,
    conditions: BTreeMap<RuleId, Ref>,
    /// Cache by service and payer: where the payer is removed.
    removed: BTreeMap<(ServiceId, PayerId), Ref>,
}

impl Builder<'_> {
    /// Returns where any rule with a matching effect applies.
    fn any(&mut self, wanted: &dyn Fn(&Effect) -> bool) -> Ref {
        let set = self.set;
        let of_kind = self.conditions.iter().filter(|(rule, _)| wanted(&set.rule(**rule).effect));
        let parts: Vec<Ref> = of_kind.map(|(_, condition)| *condition).collect();
        self.store.any(parts)
    }

    /// Returns where a payer is removed for a service.
    fn removed(&mut self, service: ServiceId, payer: PayerId) -> Ref {
        if let Some(known) = self.removed.get(&(service, payer)) {
            return *known;
        }
        let removed = self.any(&|effect| effect.removes().is_some_and(|removes| removes.removes(service, payer)));
        self.removed.insert((service, payer), removed);
        removed
    }

    /// Returns where a strike removes a payer for all services.
    fn struck_for_all(&mut self, payer: PayerId) -> Ref {
        self.any(&|effect| match effect {
            Effect::Strike(removes) => removes.services.is_none() && removes.payers.contains(&payer),
            _ => false,
        })
    }

    /// Returns where each hold holds the note. A hold that names payers has no effect where strikes remove all of them.
    fn holds(&mut self) -> BTreeMap<RuleId, Ref> {
        let mut holds = BTreeMap::new();
        for (rule, condition) in self.conditions.clone() {
            let Effect::Hold { payers, .. } = &self.set.rule(rule).effect else { continue };
            let mut all_struck = if payers.is_some() { Ref::TRUE } else { Ref::FALSE };
            for payer in payers.iter().flatten() {
                let struck = self.struck_for_all(*payer);
                all_struck = self.store.and(all_struck, struck);
            }
            holds.insert(rule, self.store.and_not(condition, all_struck));
        }
        holds
    }

    fn candidates(&mut self) -> Vec<PayerCandidate> {
        let mut candidates = Vec::new();
        for (offer, condition) in self.conditions.clone() {
            let Effect::Offer { service, payers, .. } = &self.set.rule(offer).effect else { continue };
            // Where the offer applies and every payer so far is removed.
            let mut open = condition;
            for payer in payers {
                let removed = self.removed(*service, *payer);
                let condition = self.store.and_not(open, removed);
                candidates.push(PayerCandidate { offer, service: *service, payer: *payer, condition });
                open = self.store.and(open, removed);
            }
        }
        candidates
    }

    fn outcome(&mut self, holds: &BTreeMap<RuleId, Ref>, candidates: &[PayerCandidate]) -> Ref {
        let spoken =
            self.any(&|effect| matches!(effect, Effect::Offer { .. } | Effect::Exclude(_) | Effect::Hold { .. }));
        let leaf = |store: &mut Store, outcome| store.leaf(outcome);
        let (nobody, gap) = (leaf(self.store, Outcome::NonBillable), leaf(self.store, Outcome::Gap));
        let mut outcome = self.store.if_then_else(spoken, nobody, gap);
        for (billed, condition) in self.winners(candidates) {
            let billed = leaf(self.store, Outcome::Billable(billed.0, billed.1));
            outcome = self.store.if_then_else(condition, billed, outcome);
        }
        let conflict = self.conflict(candidates);
        let conflicting = leaf(self.store, Outcome::Conflict);
        outcome = self.store.if_then_else(conflict, conflicting, outcome);
        let held = self.store.any(holds.values().copied());
        let held_leaf = leaf(self.store, Outcome::Held);
        self.store.if_then_else(held, held_leaf, outcome)
    }

    /// Returns, for each service and payer, where an offer of it survives without being overridden by one of another.
    fn winners(&mut self, candidates: &[PayerCandidate]) -> BTreeMap<(ServiceId, PayerId), Ref> {
        let mut winners: BTreeMap<(ServiceId, PayerId), Vec<Ref>> = BTreeMap::new();
        for own in candidates {
            let beaten = candidates.iter().filter(|other| other.service_and_payer() != own.service_and_payer());
            let beaten = beaten.filter(|other| self.overrides(other.offer, own.offer)).map(|other| other.condition);
            let beaten = beaten.collect::<Vec<_>>();
            let beaten = self.store.any(beaten);
            winners.entry(own.service_and_payer()).or_default().push(self.store.and_not(own.condition, beaten));
        }
        winners.into_iter().map(|(billed, parts)| (billed, self.store.any(parts))).collect()
    }

    /// Returns where two offers survive with different outcomes and neither overrides the other.
    fn conflict(&mut self, candidates: &[PayerCandidate]) -> Ref {
        let related: Vec<bool> = candidates.iter().map(|own| self.is_related(own.offer, candidates)).collect();
        let mut by_billed: BTreeMap<(ServiceId, PayerId), Vec<Ref>> = BTreeMap::new();
        for (candidate, _) in candidates.iter().zip(&related).filter(|(_, related)| !**related) {
            by_billed.entry(candidate.service_and_payer()).or_default().push(candidate.condition);
        }
        // Offers that are in no override relation conflict wherever two different outcomes are billed.
        let (mut conflict, mut any) = (Ref::FALSE, Ref::FALSE);
        for parts in by_billed.into_values() {
            let billed = self.store.any(parts);
            let both = self.store.and(any, billed);
            conflict = self.store.or(conflict, both);
            any = self.store.or(any, billed);
        }
        for (own, _) in candidates.iter().zip(&related).filter(|(_, related)| **related) {
            let tied = candidates.iter().filter(|other| self.are_tied(own, other)).map(|other| other.condition);
            let tied = tied.collect::<Vec<_>>();
            let tied = self.store.any(tied);
            let both = self.store.and(own.condition, tied);
            conflict = self.store.or(conflict, both);
        }
        conflict
    }

    fn overrides(&self, one: RuleId, other: RuleId) -> bool {
        overrides(self.set, one, other)
    }

    fn is_related(&self, offer: RuleId, candidates: &[PayerCandidate]) -> bool {
        candidates.iter().any(|other| self.overrides(offer, other.offer) || self.overrides(other.offer, offer))
    }

    fn are_tied(&self, one: &PayerCandidate, other: &PayerCandidate) -> bool {
        are_tied(self.set, one, other)
    }
}

/// Returns whether offer `one` names `other` in its `overrides`.
fn overrides(set: &RuleSet, one: RuleId, other: RuleId) -> bool {
    matches!(&set.rule(one).effect, Effect::Offer { overrides, .. } if overrides.contains(&other))
}

/// Returns whether two candidates would decide a note differently and neither offer overrides the other.
pub(crate) fn are_tied(set: &RuleSet, one: &PayerCandidate, other: &PayerCandidate) -> bool {
    let (first, second) = (one.offer, other.offer);
    one.service_and_payer() != other.service_and_payer()
        && !overrides(set, first, second)
        && !overrides(set, second, first)
}

/// The decision graph shared by activities that all rules treat alike.
#[derive(Debug)]
pub struct ActivityGraph {
    /// The activities.
    pub activities: Vec<u16>,
    /// The rules that can apply to them.
    pub rules: ActivityRules,
    /// For each rule that can apply, a graph that is true where it is a reason for the decision.
    pub reasons: BTreeMap<RuleId, Ref>,
    /// The variables that the rules ask. No other variable affects the decision or its explanation.
    pub asked: Vec<usize>,
    /// The store that holds the graphs.
    pub store: Store,
}

impl ActivityGraph {
    /// Builds the graph of activities that all rules treat alike.
    pub fn build(
        set: &RuleSet,
        conditions: &Conditions,
        activities: &[u16],
        variables: &Variables,
    ) -> Result<Self, TooComplex> {
        let activity = activities.first().copied().unwrap_or_default();
        let mut store = Store::new(variables, &order_for(set, conditions, activity, variables));
        let asked = asked_of(set, conditions, activity, variables);
        let possible = variables.possible(&mut store, &asked);
        store.set_possible(possible);
        let rules = ActivityRules::build(set, conditions, activity, variables, &mut store);
        let reasons = rules.conditions.keys().copied().collect::<Vec<_>>();
        let reasons = reasons.into_iter().map(|rule| (rule, rules.reason(set, &mut store, rule))).collect();
        store.check_size(variables)?;
        Ok(Self { activities: activities.to_vec(), rules, reasons, asked: asked.into_iter().collect(), store })
    }
}

/// Returns the order in which an activity's graphs ask the variables.
pub fn order_for(set: &RuleSet, conditions: &Conditions, activity: u16, variables: &Variables) -> Vec<usize> {
    let alternatives = conditions.for_activity(activity);
    let mut together: Vec<Vec<usize>> =
        alternatives.map(|alternative| variables_of(set, alternative, variables).collect()).collect();
    together.extend(variables.related(&together.iter().flatten().copied().collect()));
    order(variables.len(), &together)
}

/// Returns the variables that the rules ask of an activity.
pub(crate) fn asked_of(
    set: &RuleSet,
    conditions: &Conditions,
    activity: u16,
    variables: &Variables,
) -> BTreeSet<usize> {
    let alternatives = conditions.for_activity(activity);
    alternatives.flat_map(|alternative| variables_of(set, alternative, variables)).collect()
}

/// Returns the variables that an alternative of a rule asks, including the service date if the rule has dates.
fn variables_of<'v>(
    set: &RuleSet,
    alternative: &'v Alternative,
    variables: &'v Variables,
) -> impl Iterator<Item = usize> + use<'v> {
    let facts = alternative.tests.iter().filter_map(|test| variables.position(test.fact));
    let effective = set.rule(alternative.rule).effective;
    let dated = effective.from.is_some() || effective.through.is_some();
    facts.chain(variables.date_position().filter(move |_| dated))
}
