//! What a set of applying rules comes to: one outcome.
//!
//! Collect the offers; take away the payers that an exclude or a strike names; the first payer left pays. A hold comes
//! before everything. Two offers left with different outcomes are a conflict, unless one names the other. Work that no
//! offer, exclude or hold speaks to is a gap; strikes do not count, for they say nothing about what was done.

use super::{Effect, PayerId, RuleId, RuleSet, ServiceId};

/// What becomes of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// One payer pays for one service.
    Billable(ServiceId, PayerId),
    /// Nobody pays.
    NonBillable,
    /// A person must look.
    Held,
    /// No rule speaks to the work: a fault of the rule set.
    Gap,
    /// Two offers decide differently: a fault of the rule set.
    Conflict,
}

/// An offer with a payer left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// The offer.
    pub rule: RuleId,
    /// What it offers.
    pub service: ServiceId,
    /// The first payer left.
    pub payer: PayerId,
}

/// The outcome of the rules that apply.
pub fn outcome(set: &RuleSet, applying: &[RuleId]) -> Outcome {
    let any = |wanted: fn(&Effect) -> bool| applying.iter().any(|id| wanted(&set.rule(*id).effect));
    if any(|effect| matches!(effect, Effect::Hold { .. })) {
        return Outcome::Held;
    }
    let survivors = survivors(set, applying);
    match winner(set, &survivors) {
        Err(Tied) => Outcome::Conflict,
        Ok(Some(winner)) => Outcome::Billable(winner.service, winner.payer),
        Ok(None) if any(|effect| matches!(effect, Effect::Offer { .. } | Effect::Exclude(_))) => Outcome::NonBillable,
        Ok(None) => Outcome::Gap,
    }
}

/// The offers with a payer left.
pub fn survivors(set: &RuleSet, applying: &[RuleId]) -> Vec<Survivor> {
    let removed = |service, payer| {
        applying.iter().any(|id| match &set.rule(*id).effect {
            Effect::Exclude(removes) | Effect::Strike(removes) => removes.removes(service, payer),
            Effect::Offer { .. } | Effect::Hold { .. } | Effect::Advise => false,
        })
    };
    let survivor = |id: &RuleId| match &set.rule(*id).effect {
        Effect::Offer { service, payers, .. } => {
            let payer = payers.iter().copied().find(|payer| !removed(*service, *payer))?;
            Some(Survivor { rule: *id, service: *service, payer })
        }
        Effect::Exclude(_) | Effect::Strike(_) | Effect::Hold { .. } | Effect::Advise => None,
    };
    applying.iter().filter_map(survivor).collect()
}

/// Two survivors differ and neither names the other.
struct Tied;

fn winner(set: &RuleSet, survivors: &[Survivor]) -> Result<Option<Survivor>, Tied> {
    let names = |over: &Survivor, under: &Survivor| match &set.rule(over.rule).effect {
        Effect::Offer { overrides, .. } => overrides.contains(&under.rule),
        _ => false,
    };
    let differ = |a: &Survivor, b: &Survivor| (a.service, a.payer) != (b.service, b.payer);
    let tied = |a: &Survivor| survivors.iter().any(|b| differ(a, b) && !names(a, b) && !names(b, a));
    if survivors.iter().any(tied) {
        return Err(Tied);
    }
    Ok(survivors.iter().find(|one| !survivors.iter().any(|other| differ(one, other) && names(other, one))).copied())
}
