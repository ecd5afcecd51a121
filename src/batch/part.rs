//! Rolls up the clients whose notes are not all simple, some clients at a time, each time in a small batch of their own.
//!
//! So threads share the work, and what the roll-up needs on the way is never there for all notes at once.

use std::collections::BTreeMap;

use super::line::Share;
use super::pool::{Period, Pool};
use super::shares::Shares;
use super::{AlsoLine, Batch, ClaimLine};
use crate::number::{narrow, wide};

/// What the notes of some clients come to. Notes have their indexes in the whole batch.
#[derive(Debug, Default)]
pub(super) struct Part {
    shares: Vec<(u32, Share)>,
    pools: Vec<Pool>,
    claims: Vec<ClaimLine>,
    also: BTreeMap<usize, Vec<AlsoLine>>,
}

impl Batch<'_> {
    /// Rolls up all notes of some clients, given by their indexes.
    pub(super) fn part(&self, mut notes: Vec<u32>) -> Part {
        if notes.is_empty() {
            return Part::default();
        }
        notes.sort_unstable();
        let Batch { shares, mut pools, mut claims, also, .. } = self.subset(notes.iter().copied().map(wide));
        let whole = |index: usize| notes.get(index).copied().map_or(index, wide);
        for pool in &mut pools {
            pool.renumber(whole);
        }
        claims.iter_mut().flat_map(|line| &mut line.notes).for_each(|note| *note = whole(*note));
        let also = also.into_iter().map(|(note, lines)| (whole(note), lines)).collect();
        Part { shares: notes.iter().copied().zip(shares.into_list()).collect(), pools, claims, also }
    }

    /// Takes over what the notes of all clients come to that are not simple.
    pub(super) fn put_part(&mut self, Part { mut shares, pools, claims, also }: Part) {
        shares.sort_unstable_by_key(|(note, _)| *note);
        self.shares = Shares::of_notes(shares);
        (self.pools, self.claims, self.also) = (pools, claims, also);
    }
}

impl Part {
    /// Adds another part, whose clients come after those of this one.
    pub(super) fn append(&mut self, mut other: Self) {
        let (pools, claims) = (self.pools.len(), self.claims.len());
        for (_, share) in &mut other.shares {
            share.pool = share.pool.map(|pool| pool + narrow(pools));
            share.claim = share.claim.map(|claim| claim + narrow(claims));
        }
        other.also.values_mut().flatten().for_each(|line| line.claim += claims);
        self.shares.append(&mut other.shares);
        self.pools.append(&mut other.pools);
        self.claims.append(&mut other.claims);
        self.also.append(&mut other.also);
    }
}

impl Pool {
    /// Gives each note the index that `whole` returns for it.
    fn renumber(&mut self, whole: impl Fn(usize) -> usize) {
        let findings = self.findings.iter_mut();
        let named = findings.flat_map(|(own, finding)| own.iter_mut().chain(finding.named_mut()));
        let notes = self.notes.iter_mut().chain(&mut self.open).chain([&mut self.carrier]).chain(named);
        notes.for_each(|note| *note = whole(*note));
        if let Period::Note(note) = &mut self.period {
            *note = whole(*note);
        }
    }
}
