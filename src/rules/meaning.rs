//! What a set of applying rules comes to: one outcome.
//!
//! Collect the offers; take away the payers that an exclude or a strike names; the first payer left pays. A hold comes
//! before everything. Two offers left with different outcomes are a conflict, unless one names the other. Work that no
//! offer, exclude or hold speaks to is a gap; strikes do not count, for they say nothing about what was done.

use super::{Effect, PayerId, Removes, RuleId, RuleSet, ServiceId};

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

impl Outcome {
    /// The status of a note that comes to it, as rows say it. A set with a gap or a conflict does not load; were there
    /// one, a person would have to look.
    pub fn status(self) -> &'static str {
        match self {
            Self::Billable(..) => "billable",
            Self::NonBillable => "non_billable",
            Self::Held | Self::Gap | Self::Conflict => "held",
        }
    }
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
    let spoken = any(|effect| matches!(effect, Effect::Offer { .. } | Effect::Exclude(_)));
    outcome_of(set, applying, &taken(set, applying), spoken)
}

/// The outcome where no hold applies. `taken`: whether this payer is taken away for this service. `spoken`: whether an
/// offer or an exclude speaks to the work.
pub(crate) fn outcome_of(
    set: &RuleSet,
    applying: &[RuleId],
    taken: &dyn Fn(ServiceId, PayerId) -> bool,
    spoken: bool,
) -> Outcome {
    match winner(set, &left(set, applying, taken)) {
        Err(Tied) => Outcome::Conflict,
        Ok(Some(winner)) => Outcome::Billable(winner.service, winner.payer),
        Ok(None) if spoken => Outcome::NonBillable,
        Ok(None) => Outcome::Gap,
    }
}

/// Whether a payer is taken away for a service by one of these rules.
fn taken<'s>(set: &'s RuleSet, applying: &'s [RuleId]) -> impl Fn(ServiceId, PayerId) -> bool + use<'s> {
    move |service, payer| {
        let mut removes = applying.iter().filter_map(|id| set.rule(*id).effect.removes());
        removes.any(|removes| removes.removes(service, payer))
    }
}

/// The rules that decided: what a row names.
///
/// Held: the holds. Billable: the offers that came to that payer, and what took away the payers they would rather have
/// had. Non-billable: what took away every payer that was offered; where nothing was offered, what says of this work
/// or case, whatever the service, that nobody pays for it.
pub fn reasons(set: &RuleSet, applying: &[RuleId]) -> Vec<RuleId> {
    let those = |wanted: &dyn Fn(&Effect) -> bool| -> Vec<RuleId> {
        applying.iter().copied().filter(|id| wanted(&set.rule(*id).effect)).collect()
    };
    match outcome(set, applying) {
        Outcome::Held => those(&|effect| matches!(effect, Effect::Hold { .. })),
        Outcome::Billable(service, payer) => {
            let mut reasons = Vec::new();
            let mut preferred: Vec<PayerId> = Vec::new();
            for survivor in survivors(set, applying) {
                if (survivor.service, survivor.payer) == (service, payer) {
                    reasons.push(survivor.rule);
                    let offered = offered_by(&set.rule(survivor.rule).effect);
                    preferred.extend(offered.map(|(_, offered)| offered).take_while(|offered| *offered != payer));
                }
            }
            let took = |removes: &Removes| preferred.iter().any(|payer| removes.removes(service, *payer));
            reasons.extend(those(&|effect| effect.removes().is_some_and(took)));
            reasons
        }
        Outcome::NonBillable => {
            let offered = offered(set, applying);
            those(&|effect| match effect.removes() {
                None => false,
                Some(removes) if offered.is_empty() => {
                    matches!(effect, Effect::Exclude(_)) || removes.services.is_none()
                }
                Some(removes) => offered.iter().any(|(service, payer)| removes.removes(*service, *payer)),
            })
        }
        Outcome::Gap | Outcome::Conflict => Vec::new(),
    }
}

/// Of rules that may apply those that can decide a note of this outcome: what [`reasons`] names of any of them.
pub fn deciding(set: &RuleSet, outcome: Outcome, may: &[RuleId]) -> Vec<RuleId> {
    let offered = offered(set, may);
    let decides = |id: &RuleId| {
        let effect = &set.rule(*id).effect;
        match (outcome, effect) {
            (Outcome::Held, effect) => matches!(effect, Effect::Hold { .. }),
            (Outcome::Billable(service, payer), Effect::Offer { .. }) => {
                offered_by(effect).any(|pair| pair == (service, payer))
            }
            (Outcome::Billable(service, payer), effect) => {
                let took = |pair: &&(ServiceId, PayerId)| {
                    effect.removes().is_some_and(|removes| removes.removes(pair.0, pair.1))
                };
                offered.iter().filter(|pair| pair.0 == service && pair.1 != payer).any(|pair| took(&pair))
            }
            (Outcome::NonBillable, effect) => effect.removes().is_some_and(|removes| {
                let general = matches!(effect, Effect::Exclude(_)) || removes.services.is_none();
                let takes = offered.iter().any(|(service, payer)| removes.removes(*service, *payer));
                takes || (offered.is_empty() && general)
            }),
            (Outcome::Gap | Outcome::Conflict, _) => false,
        }
    };
    may.iter().copied().filter(decides).collect()
}

/// Every service and payer that one of these rules offers.
pub fn offered(set: &RuleSet, applying: &[RuleId]) -> Vec<(ServiceId, PayerId)> {
    applying.iter().flat_map(|id| offered_by(&set.rule(*id).effect)).collect()
}

fn offered_by(effect: &Effect) -> impl Iterator<Item = (ServiceId, PayerId)> {
    let offer = match effect {
        Effect::Offer { service, payers, .. } => Some((*service, payers)),
        Effect::Exclude(_) | Effect::Strike(_) | Effect::Hold { .. } | Effect::Advise => None,
    };
    offer.into_iter().flat_map(|(service, payers)| payers.iter().map(move |payer| (service, *payer)))
}

/// The offers with a payer left.
pub fn survivors(set: &RuleSet, applying: &[RuleId]) -> Vec<Survivor> {
    left(set, applying, &taken(set, applying))
}

/// The offers with a payer left, where these payers are taken away.
fn left(set: &RuleSet, applying: &[RuleId], taken: &dyn Fn(ServiceId, PayerId) -> bool) -> Vec<Survivor> {
    let survivor = |id: &RuleId| match &set.rule(*id).effect {
        Effect::Offer { service, payers, .. } => {
            let payer = payers.iter().copied().find(|payer| !taken(*service, *payer))?;
            Some(Survivor { rule: *id, service: *service, payer })
        }
        Effect::Exclude(_) | Effect::Strike(_) | Effect::Hold { .. } | Effect::Advise => None,
    };
    applying.iter().filter_map(survivor).collect()
}

impl Survivor {
    /// Whether the other one comes to another service or payer.
    pub fn differs(&self, other: &Self) -> bool {
        (self.service, self.payer) != (other.service, other.payer)
    }

    /// Whether its offer names the other one's in `overrides`.
    pub fn overrides(&self, set: &RuleSet, other: &Self) -> bool {
        match &set.rule(self.rule).effect {
            Effect::Offer { overrides, .. } => overrides.contains(&other.rule),
            _ => false,
        }
    }

    /// Whether the two decide differently and neither names the other.
    pub fn ties(&self, set: &RuleSet, other: &Self) -> bool {
        self.differs(other) && !self.overrides(set, other) && !other.overrides(set, self)
    }
}

/// Two survivors tie.
struct Tied;

fn winner(set: &RuleSet, survivors: &[Survivor]) -> Result<Option<Survivor>, Tied> {
    if survivors.iter().any(|one| survivors.iter().any(|other| one.ties(set, other))) {
        return Err(Tied);
    }
    let beaten = |one: &Survivor| survivors.iter().any(|other| one.differs(other) && other.overrides(set, one));
    Ok(survivors.iter().find(|one| !beaten(one)).copied())
}
