//! Which pairs looked at what a note's pool earns, and what they did.

use std::collections::BTreeSet;

use super::pool::{Pool, Standing};
use super::{BatchNote, Finding};
use crate::effective::Month;
use crate::rules::{Pair, Relation, ServiceId, Then, Within};

/// What one pair did to a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairLook {
    /// Index of the pair in the rule set.
    pub pair: usize,
    /// What the pair did.
    pub outcome: PairOutcome,
    /// Indexes in the batch of the notes that carry the services on the other side, or that leave the pair undecided.
    pub with: Vec<usize>,
}

/// What a pair did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairOutcome {
    /// It applies to this pool.
    Applies,
    /// It applies to the notes on the other side, and leaves these alone.
    AppliesToOthers,
    /// Whether it applies depends on the facts with these names.
    Undecided(Vec<String>),
    /// It steps aside: a modifier lifts it.
    Lifted,
    /// It steps aside: the services on the other side were provided by other staff.
    OtherStaff,
    /// It steps aside: there is nothing on the other side.
    NothingThere,
    /// It steps aside: the service that is needed is there.
    HasPartner,
    /// It did not look, because the pool is held for its own notes.
    NotLookedAt,
}

impl BatchNote<'_> {
    /// Returns the pairs that name what this note's pool earns or may earn, ordered by id.
    pub fn pair_looks(self) -> Vec<PairLook> {
        let Some(pool) = self.pool() else { return Vec::new() };
        let pairs = self.batch.set.pairs.iter().enumerate();
        pairs.filter_map(|(number, pair)| PairLooker { note: self, pool, number, pair }.look()).collect()
    }
}

/// Finds out what one pair did to one pool.
struct PairLooker<'l> {
    note: BatchNote<'l>,
    pool: &'l Pool,
    number: usize,
    pair: &'l Pair,
}

impl PairLooker<'_> {
    fn look(&self) -> Option<PairLook> {
        let own = services(self.pool);
        let terms = &self.pair.terms;
        let names = |services: &[ServiceId]| services.iter().any(|service| own.contains(service));
        let is_on_first_side = names(&terms.these);
        if !is_on_first_side && (terms.relation == Relation::OnlyWith || !names(&terms.others)) {
            return None;
        }
        let others = if is_on_first_side { &terms.others } else { &terms.these };
        let (outcome, with) = self.found().unwrap_or_else(|| self.stepped_aside(is_on_first_side, others));
        Some(PairLook { pair: self.number, outcome, with })
    }

    /// Returns what the findings of the pool say.
    fn found(&self) -> Option<(PairOutcome, Vec<usize>)> {
        self.pool.findings.iter().find_map(|(_, finding)| match finding {
            Finding::NotTogether { with, pair } if *pair == Some(self.number) => {
                Some((PairOutcome::Applies, with.clone()))
            }
            Finding::NoPartner { pair } if *pair == self.number => Some((PairOutcome::Applies, Vec::new())),
            Finding::Undecided { with, missing, pair } if *pair == Some(self.number) => {
                Some((PairOutcome::Undecided(missing.clone()), with.clone()))
            }
            _ => None,
        })
    }

    /// Returns why the pair did nothing to the pool.
    fn stepped_aside(&self, is_on_first_side: bool, others: &[ServiceId]) -> (PairOutcome, Vec<usize>) {
        let is_looked_at = match self.pool.standing {
            Standing::Billable | Standing::Undecided(_) | Standing::HeldByPair(_) | Standing::Struck(_) => true,
            Standing::PayersDiffer(_)
            | Standing::PractitionersDiffer
            | Standing::CodeDiffers
            | Standing::SameService => false,
        };
        if !is_looked_at {
            return (PairOutcome::NotLookedAt, Vec::new());
        }
        let pools = self.note.batch.pools_of(self.note.client_id()).iter();
        let carrier = self.pool.carrier;
        let staff = |note: usize| self.note.batch.note(note).and_then(BatchNote::staff_id);
        let needs_same_staff = self.pair.same_staff && self.pair.terms.relation == Relation::OnlyWith;
        let has_same_staff = |pool: &&Pool| staff(pool.carrier) == staff(carrier);
        let there: Vec<usize> = pools
            .filter(|pool| pool.carrier != carrier && services(pool).iter().any(|service| others.contains(service)))
            .filter(|pool| self.is_in_period(pool.carrier) && (!needs_same_staff || has_same_staff(pool)))
            .map(|pool| pool.carrier)
            .collect();
        let is_lifted = |note: usize| {
            let modifiers = self.note.batch.note(note).map(BatchNote::own_modifiers).unwrap_or_default();
            modifiers.iter().any(|modifier| self.pair.lifted_by.contains(modifier))
        };
        let outcome = match self.pair.terms.relation {
            _ if is_lifted(carrier) => PairOutcome::Lifted,
            _ if there.is_empty() => PairOutcome::NothingThere,
            Relation::OnlyWith => PairOutcome::HasPartner,
            Relation::NotWith if !is_on_first_side && self.pair.then == Then::Strike => PairOutcome::AppliesToOthers,
            Relation::NotWith if there.iter().all(|note| is_lifted(*note)) => PairOutcome::Lifted,
            Relation::NotWith if self.pair.same_staff => PairOutcome::OtherStaff,
            // What may come to be there does not concern advice.
            Relation::NotWith => return (PairOutcome::NothingThere, Vec::new()),
        };
        (outcome, there)
    }

    /// Whether another carrying note lies in the pair's period of this pool's carrying note.
    fn is_in_period(&self, other: usize) -> bool {
        let note = |index| self.note.batch.note(index);
        let (Some(own), Some(other)) = (note(self.pool.carrier), note(other)) else { return false };
        match self.pair.terms.within {
            Within::Note | Within::Day => own.date() == other.date(),
            Within::Month => Month::containing(own.date()) == Month::containing(other.date()),
            Within::Date(fact) => own.date_answer(fact).is_some() && own.date_answer(fact) == other.date_answer(fact),
        }
    }
}

/// Returns the services that a pool earns, may earn, or earned until a pair took them away.
fn services(pool: &Pool) -> BTreeSet<ServiceId> {
    let struck = pool.struck.iter().map(|(_, earned)| earned.service);
    pool.earned.iter().map(|earned| earned.service).chain(struck).chain(pool.possible.iter().copied()).collect()
}
