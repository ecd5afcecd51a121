//! Computes where a rule is a reason for the decision.
//!
//! Held: each hold that applies. Billable: each offer of that service to that payer, and the rules that removed the
//! payers that those offers prefer. Non-billable: the rules that removed the payers that were offered; if nothing was
//! offered, the rules which state, regardless of the service, that nobody pays for this work or in this case.

use super::activity::ActivityRules;
use super::{Ref, Store, Survivor};
use crate::rules::{Effect, Outcome, Removes, RuleId, RuleSet};

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
                let comes_to: Vec<&Survivor> = self.survivors.iter().filter(|other| other.offer == rule).collect();
                let parts: Vec<Ref> = comes_to.into_iter().map(|survivor| self.wins(store, survivor)).collect();
                store.any(parts)
            }
            Effect::Exclude(removes) => self.removal(set, store, (own, removes), true),
            Effect::Strike(removes) => self.removal(set, store, (own, removes), removes.services.is_none()),
            Effect::Advise => Ref::FALSE,
        }
    }

    /// Returns where an offer survives and the note is billed accordingly.
    fn wins(&self, store: &mut Store, survivor: &Survivor) -> Ref {
        store.and(survivor.condition, self.decided(Outcome::Billable(survivor.service, survivor.payer)))
    }

    /// Returns where a removal is a reason. `is_general`: it covers all services, so it counts even if nothing is
    /// offered.
    fn removal(&self, set: &RuleSet, store: &mut Store, (own, removes): (Ref, &Removes), is_general: bool) -> Ref {
        let mut parts = Vec::new();
        for survivor in &self.survivors {
            if takes_preferred(set, removes, survivor) {
                parts.push(self.wins(store, survivor));
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
fn takes_preferred(set: &RuleSet, removes: &Removes, survivor: &Survivor) -> bool {
    let Effect::Offer { payers, .. } = &set.rule(survivor.offer).effect else { return false };
    let preferred = payers.iter().take_while(|payer| **payer != survivor.payer);
    preferred.into_iter().any(|payer| removes.removes(survivor.service, *payer))
}
