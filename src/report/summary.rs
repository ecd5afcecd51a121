//! Summary of a batch: counts by status, totals by payer, missing facts, and what notes rest on.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Range;

use serde::Serialize;

use super::mix::{self, KindCounts, PayerMix, StaffTotal, StaffTotals};
use super::totals::{PayerTotal, RestsOn, Sums};
use crate::batch::{Batch, BatchNote, Count, RowSource, Standing};
use crate::cores::{Threads, join, map_in_order};
use crate::decide::Verdict;
use crate::money::Amount;
use crate::number::count;
use crate::rules::{Outcome, RuleSet, Then};
use crate::status::Status;

/// Counts and totals.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Number of records.
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

/// Running totals by name.
#[derive(Default)]
struct SumsByName {
    payers: BTreeMap<String, Sums>,
    presumed: BTreeMap<String, Sums>,
    house: BTreeMap<String, Sums>,
    settings: BTreeMap<String, Sums>,
}

impl Summary {
    /// Summarizes the shown records of a batch that has been rolled up or settled. They are counted on these threads.
    pub fn new(batch: &Batch<'_>, threads: Threads) -> Self {
        let set = batch.set();
        let (mix, Counted { by_kind, rejected }) =
            join(threads, || mix::payer_mix(batch), || Counted::new(batch, threads));
        let mut summary = Self {
            records: count(if batch.shows_a_month() { batch.shown_records().count() } else { batch.len() }),
            status: Status::ALL.map(|status| (status, 0)).into(),
            payer_mix: mix,
            ..Self::default()
        };
        let mut sums = SumsByName::default();
        let mut staff = StaffTotals::new(set);
        summary.count_status(Status::Rejected, rejected);
        for note in batch.notes_with_share().filter(|note| batch.is_shown(note.index)) {
            summary.add(&mut sums, note, Count::one(note));
            staff.add(note, note, Count::one(note));
        }
        for (kind, counts) in by_kind.iter().enumerate().filter(|(_, counts)| counts.all().notes > 0) {
            let Some((example, position)) = batch.example(kind) else { continue };
            let Some(note) = example.note(position) else { continue };
            summary.add(&mut sums, note, counts.all());
            counts.by_staff().for_each(|(own, count)| staff.add(own, note, count));
        }
        let finish = |sums: BTreeMap<String, Sums>| {
            sums.into_iter().map(|(name, sums)| (name, sums.shared_total(set))).collect()
        };
        summary.payers = sums.payers.into_iter().map(|(name, sums)| (name, sums.payer_total(set))).collect();
        summary.amount = summary.payers.values().filter_map(|payer| payer.amount).sum();
        summary.rests_on =
            RestsOn { presumed: finish(sums.presumed), house: finish(sums.house), settings: finish(sums.settings) };
        summary.staff = staff.finish();
        summary
    }

    fn count_status(&mut self, status: Status, records: u64) {
        *self.status.entry(status).or_default() += records;
    }

    /// Adds notes that are like this one in all that matters here.
    fn add(&mut self, sums: &mut SumsByName, note: BatchNote<'_>, count: Count) {
        self.count_status(note.status(), count.notes);
        self.count_missing(note.set(), note, count.notes);
        sums.add(note.set(), note, count);
    }

    /// Returns the number of records with a status.
    pub fn count(&self, status: Status) -> u64 {
        self.status.get(&status).copied().unwrap_or_default()
    }

    fn count_missing(&mut self, set: &RuleSet, note: BatchNote<'_>, notes: u64) {
        let evaluation = note.evaluation();
        let waits_for: Vec<String> = match &evaluation.verdict {
            Verdict::Billable(..) if let Some(edit) = note.deciding_edit() => {
                (edit.then == Some(Then::Hold)).then(|| edit.id.clone()).into_iter().collect()
            }
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
            *self.missing.entry(name).or_default() += notes;
        }
    }
}

/// The simple notes of a batch by kind, and its rejected records.
#[derive(Debug, Default)]
struct Counted<'b> {
    by_kind: Vec<KindCounts<'b>>,
    rejected: u64,
}

/// Number of records that a thread counts at once.
const RECORDS: usize = 1 << 15;

impl<'b> Counted<'b> {
    fn new(batch: &'b Batch<'_>, threads: Threads) -> Self {
        let end = batch.records().end;
        let ranges = batch.records().step_by(RECORDS).map(|first| first..end.min(first + RECORDS));
        let mut all = Self::default();
        let take = |counted: Self| {
            all.add(counted);
            Ok::<(), Infallible>(())
        };
        let Ok(()) = map_in_order(threads, ranges, || |range| Self::count_range(batch, range), take);
        all
    }

    fn count_range(batch: &'b Batch<'_>, range: Range<usize>) -> Self {
        let mut counted = Self::default();
        for index in range.filter(|index| batch.is_shown(*index)) {
            match (batch.row_source(index), batch.note(index)) {
                (Some(RowSource::Simple(simple)), Some(note)) => {
                    counted.kind(simple.kind).add(note, Count::one(note));
                }
                (Some(RowSource::Rejected(_)), _) => counted.rejected += 1,
                _ => {}
            }
        }
        counted
    }

    fn add(&mut self, other: Self) {
        for (kind, counts) in other.by_kind.into_iter().enumerate() {
            counts.by_staff().for_each(|(note, count)| self.kind(kind).add(note, count));
        }
        self.rejected += other.rejected;
    }

    #[expect(clippy::indexing_slicing, reason = "the list was made long enough")]
    fn kind(&mut self, kind: usize) -> &mut KindCounts<'b> {
        if self.by_kind.len() <= kind {
            self.by_kind.resize_with(kind + 1, KindCounts::default);
        }
        &mut self.by_kind[kind]
    }
}

impl SumsByName {
    fn add(&mut self, set: &RuleSet, note: BatchNote<'_>, count: Count) {
        let add =
            |sums: &mut BTreeMap<String, Sums>, name: &str| sums.entry(name.to_owned()).or_default().add(note, count);
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
