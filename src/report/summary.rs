//! Summary of a batch: counts by status, totals by payer, missing facts, and what notes rest on. Also the claim lines.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::ShadowRow;
use super::mix::{self, PayerMix, StaffTotal};
use super::totals::{PayerTotal, RestsOn, Sums};
use crate::batch::{Batch, BatchNote, ClaimLine, RecordView, Standing};
use crate::decide::Verdict;
use crate::money::{Amount, Rate};
use crate::rules::{Outcome, RuleSet};
use crate::status::Status;

/// Counts and totals.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Number of records read.
    pub records: u64,
    /// Number of records by status.
    pub status: BTreeMap<Status, u64>,
    /// Totals by payer; `non_billable` counts as one.
    pub payers: BTreeMap<String, PayerTotal>,
    /// Dollars for everything that has a known price.
    pub amount: Amount,
    /// Number of held notes by what they wait for: a missing fact or, for a person's decision, the id of the rule that
    /// holds them. A note counts once for each.
    pub missing: BTreeMap<String, u64>,
    /// What the notes rest on besides their own answers.
    pub rests_on: RestsOn,
    /// The part of each payer in the notes.
    pub payer_mix: BTreeMap<String, PayerMix>,
    /// What staff of each credential did, by service.
    pub staff: BTreeMap<String, BTreeMap<String, StaffTotal>>,
}

/// A claim line.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct ClaimRow {
    /// The client.
    pub client: String,
    /// The service date.
    pub date: String,
    /// The payer.
    pub payer: String,
    /// The billed service.
    pub service: String,
    /// The procedure code; absent if no public code is known.
    pub code: Option<String>,
    /// The code's modifiers.
    pub modifiers: Vec<String>,
    /// The unit of the service.
    pub unit: &'static str,
    /// Total documented minutes of the notes.
    pub minutes: u32,
    /// Number of units, at least one; absent if the payer does not pay by the unit.
    pub units: Option<u32>,
    /// Dollars per unit.
    pub rate: Option<Rate>,
    /// Units × rate, rounded half up to the cent once; absent if the units have no known price.
    pub amount: Option<Amount>,
    /// In place of units, rate and amount, if the payer does not pay by the unit.
    pub shadow: Option<ShadowRow>,
    /// Ids of the notes that share this line, in the order of the records.
    pub notes: Vec<String>,
}

/// Running totals by name.
#[derive(Default)]
struct SumsByName {
    payers: BTreeMap<String, Sums>,
    presumed: BTreeMap<String, Sums>,
    house: BTreeMap<String, Sums>,
    settings: BTreeMap<String, Sums>,
}

impl Summary {
    /// Summarizes a batch that has been rolled up.
    pub fn new(batch: &Batch<'_>) -> Self {
        let set = batch.set();
        let mut summary = Self { status: Status::ALL.map(|status| (status, 0)).into(), ..Self::default() };
        let mut sums = SumsByName::default();
        for record in (0..batch.len()).filter_map(|index| batch.record(index)) {
            summary.records += 1;
            let status = match record {
                RecordView::Decided(note) => {
                    summary.count_missing(set, note);
                    sums.add(set, note);
                    note.status()
                }
                RecordView::Rejected(_) => Status::Rejected,
            };
            *summary.status.entry(status).or_default() += 1;
        }
        let finish = |sums: BTreeMap<String, Sums>| {
            sums.into_iter().map(|(name, sums)| (name, sums.shared_total(set))).collect()
        };
        summary.payers = sums.payers.into_iter().map(|(name, sums)| (name, sums.payer_total(set))).collect();
        summary.amount = summary.payers.values().filter_map(|payer| payer.amount).sum();
        summary.rests_on =
            RestsOn { presumed: finish(sums.presumed), house: finish(sums.house), settings: finish(sums.settings) };
        summary.payer_mix = mix::payer_mix(batch);
        summary.staff = mix::staff(batch);
        summary
    }

    /// Returns the number of records with a status.
    pub fn count(&self, status: Status) -> u64 {
        self.status.get(&status).copied().unwrap_or_default()
    }

    fn count_missing(&mut self, set: &RuleSet, note: BatchNote<'_>) {
        let evaluation = note.evaluation();
        let waits_for: Vec<String> = match &evaluation.verdict {
            Verdict::Billable(..) => match note.pool().map(|pool| &pool.standing) {
                Some(Standing::Undecided(missing)) => missing.clone(),
                Some(Standing::HeldByPair(pair)) => {
                    set.pairs.get(*pair).map(|pair| pair.id.clone()).into_iter().collect()
                }
                _ => Vec::new(),
            },
            Verdict::HeldForFacts { missing, .. } => {
                missing.iter().map(|fact| set.vocabulary.fact(*fact).name.clone()).collect()
            }
            Verdict::HeldByRule => evaluation.rules.iter().map(|rule| set.rule(*rule).id.clone()).collect(),
            Verdict::NonBillable => Vec::new(),
        };
        for name in waits_for {
            *self.missing.entry(name).or_default() += 1;
        }
    }
}

impl SumsByName {
    fn add(&mut self, set: &RuleSet, note: BatchNote<'_>) {
        let add = |sums: &mut BTreeMap<String, Sums>, name: &str| sums.entry(name.to_owned()).or_default().add(note);
        match note.outcome() {
            Outcome::Billable(_, payer) => add(&mut self.payers, &set.payer(payer).name),
            Outcome::NonBillable => add(&mut self.payers, Status::NonBillable.as_str()),
            Outcome::Held | Outcome::Gap | Outcome::Conflict => {}
        }
        let evaluation = note.evaluation();
        let fact_name = |fact| set.vocabulary.fact(fact).name.as_str();
        evaluation.presumed.iter().for_each(|fact| add(&mut self.presumed, fact_name(*fact)));
        evaluation.settings.iter().for_each(|fact| add(&mut self.settings, fact_name(*fact)));
        let house = evaluation.rules.iter().map(|rule| set.rule(*rule)).filter(|rule| rule.basis.house);
        house.for_each(|rule| add(&mut self.house, &rule.id));
    }
}

impl ClaimRow {
    /// Returns the claim lines of a batch, ordered by client, date, payer, and service.
    pub fn all(batch: &Batch<'_>) -> Vec<Self> {
        batch.claim_lines().into_iter().map(|line| Self::new(batch, line)).collect()
    }

    fn new(batch: &Batch<'_>, line: &ClaimLine) -> Self {
        let set = batch.set();
        let service = set.service(line.service);
        let shadow = ShadowRow { units: line.units, rate: line.rate, amount: line.amount };
        let shadow = line.shadow.map(|_| shadow);
        let mut notes = line.notes.clone();
        notes.sort_unstable();
        Self {
            client: batch.client(line).to_owned(),
            date: line.date.to_string(),
            payer: set.payer(line.payer).name.clone(),
            service: service.name.clone(),
            code: service.code.clone(),
            modifiers: service.modifiers.clone(),
            unit: service.unit.as_str(),
            minutes: line.minutes,
            units: shadow.is_none().then_some(line.units),
            rate: line.rate.filter(|_| shadow.is_none()),
            amount: line.amount.filter(|_| shadow.is_none()),
            shadow,
            notes: notes.into_iter().filter_map(|index| batch.id(index)).map(str::to_owned).collect(),
        }
    }
}
