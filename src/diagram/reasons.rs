//! Where a rule is a reason for what is decided.
//!
//! Held: each hold that applies. Billable: each offer that comes to that payer, and what took away the payers that those
//! offers would rather have had. Non-billable: what took away every payer that was offered; where nothing was offered,
//! what says of this work or case, whatever the service, that nobody pays for it.

use super::activity::ActivityRules;
use super::{Ref, Store, Survivor};
use crate::rules::{Effect, Outcome, Removes, RuleId, RuleSet};

impl ActivityRules {
    /// Where a rule is a reason for what is decided.
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

    /// Where an offer survives and the note is billed as it says.
    fn wins(&self, store: &mut Store, survivor: &Survivor) -> Ref {
        store.and(survivor.condition, self.decided(Outcome::Billable(survivor.service, survivor.payer)))
    }

    /// `is_general`: whether the rule speaks of all services, so that it is a reason where nothing is offered.
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

/// Whether a rule takes away a payer that the offer prefers to the one that is left.
fn takes_preferred(set: &RuleSet, removes: &Removes, survivor: &Survivor) -> bool {
    let Effect::Offer { payers, .. } = &set.rule(survivor.offer).effect else { return false };
    let preferred = payers.iter().take_while(|payer| **payer != survivor.payer);
    preferred.into_iter().any(|payer| removes.removes(survivor.service, *payer))
}
