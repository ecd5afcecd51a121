//! Notes that are held, for missing facts or by an edit, and may belong to a pool once somebody has decided them.

use std::collections::{BTreeMap, BTreeSet};

use super::names::NameId;
use super::pool::Period;
use super::{Batch, BatchNote};
use crate::decide::Verdict;
use crate::ledger::Counting;
use crate::rules::{Outcome, PayerId, ServiceId, Then, Unit, Within};

/// One way in which a held note may be billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OpenNote {
    /// The period; `None` if the date that selects it is not answered.
    pub(super) period: Option<Period>,
    pub(super) payer: PayerId,
    /// Whether each payer has a pool of its own.
    pub(super) by_payer: bool,
    /// Index in the batch.
    pub(super) index: usize,
}

/// The held notes that may belong to pools, by client and service.
#[derive(Debug, Default)]
pub(super) struct OpenNotes(BTreeMap<(NameId, ServiceId), Vec<OpenNote>>);

impl OpenNotes {
    /// Collects the held notes of a batch that may be billed as a service which several notes can concern.
    pub(super) fn collect(batch: &Batch<'_>) -> Self {
        let mut open: BTreeMap<(NameId, ServiceId), Vec<OpenNote>> = BTreeMap::new();
        // What may come to be there does not concern advice.
        let deciding = batch.set.pairs.iter().filter(|pair| pair.then != Then::Advise);
        let mut several: BTreeSet<ServiceId> =
            deciding.flat_map(|pair| pair.terms.these.iter().chain(&pair.terms.others)).copied().collect();
        several.extend(batch.set.counts.iter().map(|count| count.notes));
        several.extend(batch.set.service_ids().filter(|id| batch.set.service(*id).unit == Unit::Month));
        if several.is_empty() {
            return Self::default();
        }
        for note in batch.notes_with_share() {
            let possible: Vec<Outcome> = match &note.evaluation().verdict {
                Verdict::HeldForFacts { possible, .. } => possible.iter().copied().collect(),
                Verdict::Billable(service, payer) if note.is_held_by_edit() => {
                    vec![Outcome::Billable(*service, *payer)]
                }
                _ => continue,
            };
            for outcome in possible {
                let Outcome::Billable(service, payer) = outcome else { continue };
                if several.contains(&service) {
                    let counting = Counting::new(batch.set, service, payer, note.date());
                    let way = OpenNote {
                        period: note.open_period(counting.within),
                        payer,
                        by_payer: batch.set.has_pool_by_payer(service),
                        index: note.index,
                    };
                    open.entry((note.client_id(), service)).or_default().push(way);
                }
            }
        }
        Self(open)
    }

    /// Returns the notes that may belong to a pool, by their indexes in the batch.
    pub(super) fn of_pool(&self, client: NameId, service: ServiceId, payer: PayerId, period: Period) -> Vec<usize> {
        let ways = self.0.get(&(client, service)).into_iter().flatten();
        let fits = ways.filter(|way| way.payer == payer && way.period.is_none_or(|own| own == period));
        fits.map(|way| way.index).collect::<BTreeSet<usize>>().into_iter().collect()
    }

    /// Returns, for each client, service and period, the payers whose pool would hold only held notes, with these notes.
    /// A period is `None` if a note does not answer the date that selects it.
    pub(super) fn without_pool(&self, batch: &Batch<'_>) -> Vec<(NameId, ServiceId, PayerId, Vec<OpenNote>)> {
        let mut groups: BTreeMap<(NameId, ServiceId, Option<Period>, PayerId), Vec<OpenNote>> = BTreeMap::new();
        for ((client, service), ways) in &self.0 {
            for way in ways {
                let payer = way.by_payer.then_some(way.payer);
                let pool = way.period.and_then(|period| batch.find_pool(*client, *service, period, payer));
                if pool.is_none() {
                    groups.entry((*client, *service, way.period, way.payer)).or_default().push(*way);
                }
            }
        }
        groups.into_iter().map(|((client, service, _, payer), ways)| (client, service, payer, ways)).collect()
    }
}

impl BatchNote<'_> {
    /// Like [`period`](Self::period), but `None` if the date that selects the period is not answered.
    fn open_period(self, within: Within) -> Option<Period> {
        match within {
            Within::Date(fact) => self.date_answer(fact).map(|date| Period::Date(fact, date)),
            Within::Note | Within::Day | Within::Month => Some(self.period(within)),
        }
    }
}
