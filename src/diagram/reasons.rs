//! Computes where a rule is a reason for the decision.
//!
//! Held: each hold that applies. Billable: each offer of that service to that payer, and the rules that removed the
//! payers that those offers prefer. Non-billable: the rules that removed the payers that were offered; if nothing was
//! offered, the rules which state, regardless of the service, that nobody pays for this work or in this case. A strike
//! says nothing about work that no rule offers to anybody and that no hold expects a payer for, nor about work for which
//! no other rule names any payer of the strike.

use std::collections::BTreeSet;

use super::activity::ActivityRules;
use super::{PayerCandidate, Ref, Store};
use crate::rules::{Effect, Outcome, PayerId, Removes, RuleId, RuleSet};

impl ActivityRules {
    /// Returns a graph that is true where a rule is a reason for the decision.
    pub fn reason(&self, set: &RuleSet, store: &mut Store, rule: RuleId) -> Ref {
        let own = self.condition(rule);
        if own == Ref::FALSE {
            return own;
        }
        match &set.rule(rule).effect {
            Effect::Hold { .. } => self.holds.get(&rule).copied().unwrap_or(Ref::FALSE),
            Effect::Offer { .. } => {
                let comes_to: Vec<&PayerCandidate> =
                    self.candidates.iter().filter(|other| other.offer == rule).collect();
                let parts: Vec<Ref> = comes_to.into_iter().map(|candidate| self.wins(store, candidate)).collect();
                store.any(parts)
            }
            Effect::Exclude(removes) => self.removal(set, store, (own, removes), true),
            Effect::Strike(removes) => {
                let named = self.named_payers(set);
                let is_general = removes.services.is_none() && removes.payers.iter().any(|payer| named.contains(payer));
                self.removal(set, store, (own, removes), is_general)
            }
            Effect::Advise { .. } => Ref::FALSE,
        }
    }

    /// Returns the payers that an offer, exclude or hold names which can apply to the activity; none if nobody is offered
    /// anything or expected to pay.
    pub(crate) fn named_payers(&self, set: &RuleSet) -> BTreeSet<PayerId> {
        // The condition of a rule may be false of every note of the activity.
        let rules = || self.conditions.iter().filter(|(_, condition)| **condition != Ref::FALSE);
        let effects = || rules().map(|(rule, _)| &set.rule(*rule).effect);
        let may_pay = |effect: &Effect| matches!(effect, Effect::Offer { .. } | Effect::Hold { payers: Some(_), .. });
        if !effects().any(may_pay) {
            return BTreeSet::new();
        }
        let named = effects().flat_map(|effect| match effect {
            Effect::Offer { payers, .. } | Effect::Hold { payers: Some(payers), .. } => payers.as_slice(),
            Effect::Exclude(removes) => &removes.payers,
            Effect::Strike(_) | Effect::Hold { payers: None, .. } | Effect::Advise { .. } => &[],
        });
        named.copied().collect()
    }

    /// Returns where an offer survives and the note is billed accordingly.
    fn wins(&self, store: &mut Store, candidate: &PayerCandidate) -> Ref {
        store.and(candidate.condition, self.decided(Outcome::Billable(candidate.service, candidate.payer)))
    }

    /// Returns where a removal is a reason. `is_general`: it covers all services, so it counts even if nothing is
    /// offered.
    fn removal(&self, set: &RuleSet, store: &mut Store, (own, removes): (Ref, &Removes), is_general: bool) -> Ref {
        let mut parts = Vec::new();
        for candidate in &self.candidates {
            if takes_preferred(set, removes, candidate) {
                parts.push(self.wins(store, candidate));
            }
        }
        let mut against = Vec::new();
        let mut offers = Vec::new();
        for (rule, condition) in &self.conditions {
            let Effect::Offer { service, payers, .. } = &set.rule(*rule).effect else { continue };
            offers.push(*condition);
            if payers.iter().any(|payer| removes.removes(*service, *payer)) {
                against.push(*condition);
            }
        }
        let mut against = store.any(against);
        if is_general {
            let offered = store.any(offers);
            let nothing_offered = store.and_not(Ref::TRUE, offered);
            against = store.or(against, nothing_offered);
        }
        parts.push(store.and(self.decided(Outcome::NonBillable), against));
        let parts = store.any(parts);
        store.and(own, parts)
    }
}

/// Returns whether a rule removes a payer that the offer prefers to the remaining one.
fn takes_preferred(set: &RuleSet, removes: &Removes, candidate: &PayerCandidate) -> bool {
    let Effect::Offer { payers, .. } = &set.rule(candidate.offer).effect else { return false };
    let preferred = payers.iter().take_while(|payer| **payer != candidate.payer);
    preferred.into_iter().any(|payer| removes.removes(candidate.service, *payer))
}
