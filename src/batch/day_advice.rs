//! The advice that two services stand on one day, whose services can still be simple.

use crate::rules::{Pair, Relation, RuleSet, ServiceId, Then, Within};

/// A pair that only says of two services that they stand on one day. Its services can be simple, so there is at most one:
/// a row of a kind names the notes of one pair.
#[derive(Clone, Debug)]
pub(super) struct DayAdvice {
    /// Index of the pair in the rule set.
    pub(super) pair: usize,
    pub(super) sides: [Vec<ServiceId>; 2],
}

impl DayAdvice {
    pub(super) fn find(set: &RuleSet) -> Option<Self> {
        let is_plain = |pair: &Pair| {
            pair.then == Then::Advise
                && (pair.terms.relation, pair.terms.within) == (Relation::NotWith, Within::Day)
                && !pair.same_staff
                && pair.lifted_by.is_empty()
                && !pair.terms.these.iter().any(|service| pair.terms.others.contains(service))
        };
        let (at, pair) = set.pairs.iter().enumerate().find(|(_, pair)| is_plain(pair))?;
        Some(Self { pair: at, sides: [pair.terms.these.clone(), pair.terms.others.clone()] })
    }

    /// Returns the services on the other side of the pair; `None` if it does not name this one.
    pub(super) fn others(&self, service: ServiceId) -> Option<&[ServiceId]> {
        let [these, others] = &self.sides;
        match (these.contains(&service), others.contains(&service)) {
            (true, _) => Some(others),
            (_, true) => Some(these),
            _ => None,
        }
    }
}
