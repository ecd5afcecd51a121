//! The lines that pairs look at.

use std::collections::BTreeSet;

use crate::batch::Batch;
use crate::batch::names::NameId;
use crate::batch::open::OpenNotes;
use crate::batch::pool::{Period, Standing};
use crate::ledger::{Counting, reach};
use crate::rules::{ServiceId, Within};

/// One service earned by one pool, or possibly earned once held notes are decided.
#[derive(Clone, Debug)]
pub(super) struct PairLine {
    pub(super) client: NameId,
    pub(super) service: ServiceId,
    /// Index of the pool; `None` if no note is sure to belong to it.
    pub(super) pool: Option<usize>,
    /// The service as which the notes are decided, and their period; `None` if no date selects the period.
    pub(super) source: (ServiceId, Option<Period>),
    pub(super) within: Within,
    pub(super) is_sure: bool,
    /// The note that carries the line or, for a possible line, every note that may carry it.
    pub(super) spots: Vec<usize>,
}

/// Returns all sure lines, and those that held notes would earn.
pub(super) fn lines(batch: &Batch<'_>, open: &OpenNotes) -> Vec<PairLine> {
    let mut lines = Vec::new();
    for (at, pool) in batch.pools.iter().enumerate().filter(|(_, pool)| pool.may_be_billed()) {
        let line = |service, is_sure, spots| PairLine {
            client: pool.client,
            service,
            pool: Some(at),
            source: (pool.service, Some(pool.period)),
            within: pool.within,
            is_sure,
            spots,
        };
        let is_billed = pool.standing.is_billable();
        let sure: BTreeSet<ServiceId> = pool.earned.iter().filter(|_| is_billed).map(|earned| earned.service).collect();
        let spots = || pool.notes.iter().chain(&pool.open).copied().collect::<Vec<usize>>();
        lines.extend(sure.iter().map(|service| line(*service, true, vec![pool.carrier])));
        lines.extend(pool.possible.difference(&sure).map(|service| line(*service, false, spots())));
    }
    for (client, service, payer, ways) in open.without_pool(batch) {
        let notes: Vec<usize> = ways.iter().map(|way| way.index).collect();
        let Some(first) = notes.first().and_then(|index| batch.note(*index)) else { continue };
        let counting = Counting::new(batch.set, service, payer, first.date());
        let minutes: Vec<u32> = notes.iter().filter_map(|index| Some(batch.note(*index)?.minutes())).collect();
        let period = ways.first().and_then(|way| way.period);
        let possible = reach(&counting, 0, &minutes).possible.into_iter().map(|earned| PairLine {
            client,
            service: earned,
            pool: None,
            source: (service, period),
            within: counting.within,
            is_sure: false,
            spots: notes.clone(),
        });
        lines.extend(possible);
    }
    lines
}

/// Returns the lines that the second round looks at: without those that are held for a person or struck. What is now
/// undecided is only possible.
pub(super) fn left_over(batch: &Batch<'_>, lines: Vec<PairLine>) -> Vec<PairLine> {
    let keep = |line: PairLine| {
        let Some(pool) = line.pool.and_then(|pool| batch.pools.get(pool)) else { return Some(line) };
        match pool.standing {
            Standing::Billable => {
                let is_earned = pool.earned.iter().any(|earned| earned.service == line.service);
                (is_earned || !line.is_sure).then_some(line)
            }
            Standing::Undecided(_) => Some(PairLine { is_sure: false, ..line }),
            _ => None,
        }
    };
    lines.into_iter().filter_map(keep).collect()
}
