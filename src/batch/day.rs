//! One client's day of one service: its notes in order, and the resulting claim lines.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::names::NameId;
use super::{Batch, Entry, Line};
use crate::decide::Verdict;
use crate::money::{Amount, Rate};
use crate::rules::{PayerId, RuleSet, ServiceId, Unit};

/// The billable notes of one client, date and service.
#[derive(Debug)]
pub struct ServiceDay {
    pub(super) client: NameId,
    /// The service date.
    pub date: NaiveDate,
    /// The billed service.
    pub service: ServiceId,
    /// Indexes of the notes in the batch, earliest first: by start time, then notes without a start time; ties keep the
    /// order of the records.
    pub notes: Vec<usize>,
    /// The claim lines, by payer. Empty if the notes name different payers for the day's one unit; all of them are then
    /// held.
    pub lines: Vec<ClaimLine>,
}

/// What one payer is billed for one client, date, and service.
#[derive(Debug)]
pub struct ClaimLine {
    /// The payer.
    pub payer: PayerId,
    /// The rate in force.
    pub rate: Option<Rate>,
    /// Indexes in the batch of the notes that share this line, earliest first.
    pub notes: Vec<usize>,
    /// Total documented minutes of the notes.
    pub minutes: u32,
    /// Number of units of the service.
    pub units: u32,
    /// Units × rate, rounded to the cent once; `None` if the units have no known price.
    pub amount: Option<Amount>,
}

/// Groups the billable notes of a batch into days and determines what each note earns.
pub(super) fn roll_up(batch: &mut Batch<'_>) -> Vec<ServiceDay> {
    let billable = batch.notes().filter_map(|note| {
        let Verdict::Billable(service, payer) = note.evaluation().verdict else { return None };
        let Line { client, date, start, .. } = *note.line;
        Some(((client, date, service), (start.is_none(), start, note.index), payer))
    });
    let mut billable: Vec<_> = billable.collect();
    billable.sort_unstable();
    let mut days = Vec::new();
    for notes in billable.chunk_by(|(day, ..), (other, ..)| day == other) {
        let Some(((client, date, service), ..)) = notes.first().copied() else { continue };
        let mut day = ServiceDay { client, date, service, notes: Vec::new(), lines: Vec::new() };
        let mut by_payer: BTreeMap<PayerId, Vec<usize>> = BTreeMap::new();
        for (_, (.., index), payer) in notes {
            day.notes.push(*index);
            by_payer.entry(*payer).or_default().push(*index);
            if let Some(line) = line_mut(batch, *index) {
                line.day = Some(days.len());
            }
        }
        if by_payer.len() == 1 || batch.set.service(service).unit == Unit::QuarterHour {
            let rate = batch.set.rate(service, date).map(|dated| dated.rate);
            let lines =
                by_payer.into_iter().map(|(payer, notes)| build_claim_line(batch, service, (payer, rate), notes));
            day.lines = lines.collect();
        }
        days.push(day);
    }
    days
}

/// Builds the claim line for these notes, and assigns each note its units and its share of the dollars.
fn build_claim_line(
    batch: &mut Batch<'_>,
    service: ServiceId,
    (payer, rate): (PayerId, Option<Rate>),
    notes: Vec<usize>,
) -> ClaimLine {
    let minutes: Vec<u32> =
        notes.iter().filter_map(|index| batch.note(*index)).map(super::note::BatchNote::minutes).collect();
    let units = units(batch.set, service, &minutes);
    let shares = rate.map(|rate| rate.shares(&units)).unwrap_or_default();
    let shares = shares.into_iter().map(Some).chain(std::iter::repeat(None));
    for ((index, units), share) in notes.iter().zip(&units).zip(shares) {
        if let Some(line) = line_mut(batch, *index) {
            line.units = *units;
            line.amount = if *units == 0 { Some(Amount::ZERO) } else { share };
        }
    }
    let units: u32 = units.iter().sum();
    let amount = rate.map(|rate| rate.line_amount(units.into()));
    ClaimLine { payer, rate, minutes: minutes.iter().sum(), notes, units, amount }
}

/// Returns the units of each note on a claim line, earliest first.
fn units(set: &RuleSet, service: ServiceId, minutes: &[u32]) -> Vec<u32> {
    let part = set.part_quarter_hour();
    match set.service(service).unit {
        Unit::Day => (0..minutes.len()).map(|at| u32::from(at == 0)).collect(),
        Unit::QuarterHour if set.pools_by_day() => part.distribute_pool(minutes),
        Unit::QuarterHour => minutes.iter().map(|minutes| part.quarter_hours(*minutes)).collect(),
    }
}

fn line_mut<'b>(batch: &'b mut Batch<'_>, index: usize) -> Option<&'b mut Line> {
    match &mut batch.records.get_mut(index)?.entry {
        Entry::Decided(line) => Some(line),
        Entry::Rejected(_) => None,
    }
}
