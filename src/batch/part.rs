//! Rolls up the clients whose notes are not all simple, some clients at a time, each time in a small batch of their own.
//!
//! So threads share the work, and what the roll-up needs on the way is never there for all notes at once.

use std::collections::BTreeMap;

use super::edits::{LimitHit, LimitHits};
use super::history::Change;
use super::line::{Mark, Share};
use super::pool::{HeldNote, Period, Pool};
use super::shares::Shares;
use super::{AlsoLine, Batch, ClaimLine};
use crate::number::{narrow, wide};

/// What the notes of some clients come to. Notes have their indexes in the whole batch.
#[derive(Debug, Default)]
pub(super) struct Part {
    shares: Vec<(u32, Share)>,
    pools: Vec<Pool>,
    held: Vec<HeldNote>,
    claims: Vec<ClaimLine>,
    also: BTreeMap<usize, Vec<AlsoLine>>,
    /// The notes that were marked while they were rolled up.
    marks: Vec<(u32, Mark)>,
    limits: Vec<LimitHit>,
    changes: Vec<Change>,
    already: Vec<(u32, u32)>,
}

impl Batch<'_> {
    /// Rolls up all notes of some clients, given by their indexes.
    pub(super) fn part(&self, mut notes: Vec<u32>) -> Part {
        if notes.is_empty() {
            return Part::default();
        }
        notes.sort_unstable();
        let Batch { lines, shares, mut pools, mut held, mut claims, also, edits, mut history, .. } =
            self.subset_with_history(&notes);
        let whole = |index: usize| notes.get(index).copied().map_or(index, wide);
        for pool in &mut pools {
            pool.renumber(whole);
        }
        for (_, _, period, _) in &mut held {
            period.renumber(whole);
        }
        claims.iter_mut().flat_map(|line| &mut line.notes).for_each(|note| *note = whole(*note));
        let also = also.into_iter().map(|(note, lines)| (whole(note), lines)).collect();
        let mut limits = edits.limits.into_hits();
        for hit in &mut limits {
            hit.renumber(whole);
        }
        history.changes.iter_mut().for_each(|change| change.note = whole(change.note));
        let whole_number = |index: u32| narrow(whole(wide(index)));
        let already = history.already.iter().map(|(note, carrier)| (whole_number(*note), whole_number(*carrier)));
        Part {
            marks: notes.iter().zip(&lines).filter_map(|(note, line)| Some((*note, line.mark?))).collect(),
            already: already.collect(),
            shares: notes.iter().copied().zip(shares.into_list()).collect(),
            pools,
            held,
            claims,
            also,
            limits,
            changes: history.changes,
        }
    }

    /// Takes over what the notes of all clients come to that are not simple.
    pub(super) fn put_part(&mut self, part: Part) {
        let Part { mut shares, pools, held, claims, also, marks, limits, mut changes, mut already } = part;
        // No row shows the notes of earlier runs.
        let first = narrow(self.history.len());
        shares.retain(|(note, _)| *note >= first);
        shares.sort_unstable_by_key(|(note, _)| *note);
        self.shares = Shares::of_notes(shares);
        (self.pools, self.held, self.claims, self.also) = (pools, held, claims, also);
        for (note, mark) in marks {
            self.set_mark(note, mark);
        }
        already.sort_unstable();
        changes.sort_by_key(|change| change.note);
        let limits = LimitHits::new(limits);
        self.edits.concerned.extend(limits.notes().chain(already.iter().map(|(note, _)| *note)));
        self.edits.limits = limits;
        (self.history.changes, self.history.already) = (changes, already);
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
        self.held.append(&mut other.held);
        self.claims.append(&mut other.claims);
        self.also.append(&mut other.also);
        self.marks.append(&mut other.marks);
        self.limits.append(&mut other.limits);
        self.changes.append(&mut other.changes);
        self.already.append(&mut other.already);
    }
}

impl Pool {
    /// Gives each note the index that `whole` returns for it.
    fn renumber(&mut self, whole: impl Fn(usize) -> usize) {
        let findings = self.findings.iter_mut();
        let named = findings.flat_map(|(own, finding)| own.iter_mut().chain(finding.named_mut()));
        let kept = self.kept.iter_mut().map(|kept| &mut kept.note);
        let notes = self
            .notes
            .iter_mut()
            .chain(&mut self.open)
            .chain(&mut self.held)
            .chain([&mut self.carrier])
            .chain(kept)
            .chain(named);
        notes.for_each(|note| *note = whole(*note));
        self.period.renumber(whole);
    }
}

impl Period {
    /// Gives the note of the period the index that `whole` returns for it.
    fn renumber(&mut self, whole: impl Fn(usize) -> usize) {
        if let Self::Note(note) = self {
            *note = whole(*note);
        }
    }
}
