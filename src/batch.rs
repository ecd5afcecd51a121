//! What only several notes together show: pooled minutes, the day's one unit, payers that differ within a day.
//!
//! Comes out with units and amounts for each note, claim lines and totals. Knows no formats.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::decide::{Evaluation, Verdict};
use crate::message::Code;
use crate::money::{Amount, Rate};
use crate::note::{Note, Rejection};
use crate::rules::{Outcome, PayerId, RuleSet, ServiceId, Unit};

/// One record of the batch, decided or rejected.
#[derive(Debug)]
pub enum Entry {
    /// A note with its decision.
    Decided(Box<Line>),
    /// A record that is no note.
    Rejected(Box<Rejection>),
}

/// A record with its place in the batch.
#[derive(Debug)]
pub struct Item {
    /// Which input, from 0.
    pub input: usize,
    /// Position in that input, from 1.
    pub record: u64,
    /// What became of it.
    pub entry: Entry,
}

/// A note, its decision, and what it earns.
#[derive(Debug)]
pub struct Line {
    /// Id as read.
    pub id: String,
    /// Client as read.
    pub client: String,
    /// The service date.
    pub date: NaiveDate,
    /// What was done.
    pub activity: Option<String>,
    /// Minutes after midnight at which it began.
    pub start: Option<u32>,
    /// Documented minutes.
    pub minutes: u32,
    /// Quarter hours of those minutes alone.
    pub quarter_hours: u32,
    /// What was decided on the note alone.
    pub decision: Arc<Evaluation>,
    /// What it earns; `None` for a note that is not billable.
    pub earned: Option<Earned>,
    /// Payers of the other notes of the day, where they differ: the note is held.
    pub payers_differ: Option<PayersDiffer>,
    /// Findings beside the advice of the decision.
    pub findings: Vec<Finding>,
}

/// What a billable note earns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// The service.
    pub service: ServiceId,
    /// Who pays.
    pub payer: PayerId,
    /// How many units.
    pub units: u32,
    /// The rate in force on the service date.
    pub rate: Option<Rate>,
    /// The note's share of its claim line, zero for zero units, `None` where units have no known price.
    pub amount: Option<Amount>,
    /// Id of the note that carries the day's unit, if another one does.
    pub bundled_into: Option<String>,
}

/// The notes of one client's day name different payers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayersDiffer {
    /// The payers they name.
    pub payers: BTreeSet<PayerId>,
}

/// Other notes that a finding names at most; all of a long day's notes on each of them would grow with its square.
pub const NAMED: usize = 20;

/// Something seen on a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// Ids of other notes it is about: the [`NAMED`] nearest ones, in the order of their day.
    pub with: Vec<String>,
    /// How many other notes it is about, named or not.
    pub others: usize,
}

impl Finding {
    /// About no other note.
    fn alone(code: Code) -> Self {
        Self { code, with: Vec::new(), others: 0 }
    }
}

impl Line {
    /// A decided note, before the batch is rolled up.
    pub fn new(note: Note, quarter_hours: u32, decision: Arc<Evaluation>) -> Self {
        let Note { head, date, start, minutes, .. } = note;
        Self {
            id: head.id.unwrap_or_default(),
            client: head.client.unwrap_or_default(),
            activity: head.activity,
            date,
            start,
            minutes,
            quarter_hours,
            decision,
            earned: None,
            payers_differ: None,
            findings: Vec::new(),
        }
    }

    /// The outcome after the roll-up.
    pub fn outcome(&self) -> Outcome {
        match (&self.decision.verdict, &self.payers_differ) {
            (Verdict::Billable(service, payer), None) => Outcome::Billable(*service, *payer),
            (Verdict::NonBillable, _) => Outcome::NonBillable,
            (Verdict::Billable(..) | Verdict::HeldByRule | Verdict::HeldOpen { .. }, _) => Outcome::Held,
        }
    }

    /// The order within a day: by start; notes without a time after those with one; then as they came in.
    fn order(&self, at: usize) -> (bool, Option<u32>, usize) {
        (self.start.is_none(), self.start, at)
    }
}

/// A day's notes of one service, by place in the batch, earliest first.
type Days = BTreeMap<(String, NaiveDate, ServiceId), Vec<usize>>;

/// Rolls the batch up: settles what each note earns.
pub fn roll_up(set: &RuleSet, items: &mut [Item]) {
    for ((_, date, service), notes) in days(items) {
        let rate = set.rate(service, date).map(|dated| dated.rate);
        match set.service(service).unit {
            Unit::Day => roll_up_day(items, &notes, rate),
            Unit::QuarterHour => roll_up_quarter_hours(set, items, &notes, rate),
        }
    }
}

fn line(items: &[Item], at: usize) -> Option<&Line> {
    match &items.get(at)?.entry {
        Entry::Decided(line) => Some(line),
        Entry::Rejected(_) => None,
    }
}

fn line_mut(items: &mut [Item], at: usize) -> Option<&mut Line> {
    match &mut items.get_mut(at)?.entry {
        Entry::Decided(line) => Some(line),
        Entry::Rejected(_) => None,
    }
}

fn days(items: &[Item]) -> Days {
    let mut days = Days::new();
    for at in 0..items.len() {
        if let Some(line) = line(items, at)
            && let Verdict::Billable(service, _) = line.decision.verdict
        {
            days.entry((line.client.clone(), line.date, service)).or_default().push(at);
        }
    }
    for notes in days.values_mut() {
        notes.sort_by_key(|at| line(items, *at).map(|line| line.order(*at)));
    }
    days
}

fn payer(items: &[Item], at: usize) -> Option<PayerId> {
    match line(items, at)?.decision.verdict {
        Verdict::Billable(_, payer) => Some(payer),
        _ => None,
    }
}

/// One unit, carried by the earliest note; none if the notes name different payers.
fn roll_up_day(items: &mut [Item], notes: &[usize], rate: Option<Rate>) {
    let payers: BTreeSet<PayerId> = notes.iter().filter_map(|at| payer(items, *at)).collect();
    let ids: Vec<String> = notes.iter().filter_map(|at| line(items, *at)).map(|line| line.id.clone()).collect();
    for (place, at) in notes.iter().enumerate() {
        let Some(line) = line_mut(items, *at) else { continue };
        if payers.len() > 1 {
            let others = ids.len().saturating_sub(1);
            line.findings.push(Finding { code: Code::DayPayersDiffer, with: nearest(&ids, place), others });
            line.payers_differ = Some(PayersDiffer { payers: payers.clone() });
        } else {
            let (units, carrier) = if place == 0 { (1, None) } else { (0, ids.first().cloned()) };
            earn(line, units, rate, rate.map(|rate| rate.line_amount(units.into())), carrier);
        }
    }
}

/// Of a day's ids those nearest to one place, without the one at it.
fn nearest(ids: &[String], place: usize) -> Vec<String> {
    let first = place.saturating_sub(NAMED / 2).min(ids.len().saturating_sub(NAMED + 1));
    let window = ids.iter().enumerate().skip(first).take(NAMED + 1);
    window.filter(|(at, _)| *at != place).map(|(_, id)| id.clone()).collect()
}

/// Quarter hours of each note, or of the day's notes of one payer together.
fn roll_up_quarter_hours(set: &RuleSet, items: &mut [Item], notes: &[usize], rate: Option<Rate>) {
    let part = set.part_quarter_hour();
    let mut by_payer: BTreeMap<PayerId, Vec<usize>> = BTreeMap::new();
    for at in notes {
        if let Some(payer) = payer(items, *at) {
            by_payer.entry(payer).or_default().push(*at);
        }
    }
    for notes in by_payer.into_values() {
        let minutes: Vec<u32> = notes.iter().filter_map(|at| line(items, *at)).map(|line| line.minutes).collect();
        let units = if set.pools_by_day() {
            part.pooled(&minutes)
        } else {
            minutes.iter().map(|minutes| part.quarter_hours(*minutes)).collect()
        };
        let shares = rate.map(|rate| rate.shares(&units)).unwrap_or_default();
        let shares = shares.into_iter().map(Some).chain(std::iter::repeat(None));
        for ((at, units), share) in notes.into_iter().zip(units).zip(shares) {
            let Some(line) = line_mut(items, at) else { continue };
            earn(line, units, rate, share, None);
            if units == 0 {
                line.findings.push(Finding::alone(Code::BelowUnit));
            }
        }
    }
}

fn earn(line: &mut Line, units: u32, rate: Option<Rate>, share: Option<Amount>, bundled_into: Option<String>) {
    let Verdict::Billable(service, payer) = line.decision.verdict else { return };
    let amount = if units == 0 { Some(Amount::ZERO) } else { share };
    if amount.is_none() {
        line.findings.push(Finding::alone(Code::Unpriced));
    }
    line.earned = Some(Earned { service, payer, units, rate, amount, bundled_into });
}

/// One claim line: what one client's date owes one payer for one service.
#[derive(Clone, Debug)]
pub struct ClaimLine {
    /// Who was served.
    pub client: String,
    /// The service date.
    pub date: NaiveDate,
    /// Who pays.
    pub payer: PayerId,
    /// For what.
    pub service: ServiceId,
    /// What it comes to.
    pub total: Total,
    /// The rate in force.
    pub rate: Option<Rate>,
    /// The notes that share it.
    pub notes: Vec<String>,
}

/// Sums over notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How many notes.
    pub notes: u64,
    /// Documented minutes.
    pub minutes: u64,
    /// Quarter hours of each note alone.
    pub quarter_hours: u64,
    /// Units of the service; of one service only, for units of two kinds have no sum.
    pub units: u64,
    /// Dollars of what is priced.
    pub amount: Amount,
    /// Units with no known price.
    pub unpriced_units: u64,
}

impl Total {
    /// Dollars of what is priced; `None` where units were earned and none of them has a known price.
    pub fn priced(&self) -> Option<Amount> {
        (self.unpriced_units == 0 || self.units > self.unpriced_units).then_some(self.amount)
    }

    /// Adds a note.
    pub fn add(&mut self, line: &Line) {
        self.notes += 1;
        self.minutes += u64::from(line.minutes);
        self.quarter_hours += u64::from(line.quarter_hours);
        if let Some(earned) = &line.earned {
            self.units += u64::from(earned.units);
            match earned.amount {
                Some(amount) => self.amount = self.amount + amount,
                None => self.unpriced_units += u64::from(earned.units),
            }
        }
    }
}

/// The claim lines of a batch, by client, date, payer and service. Notes that earned no unit between them make no line.
pub fn claim_lines(items: &[Item]) -> Vec<ClaimLine> {
    let mut lines: BTreeMap<(&str, NaiveDate, PayerId, ServiceId), ClaimLine> = BTreeMap::new();
    for at in 0..items.len() {
        let Some(line) = line(items, at) else { continue };
        let Some(Earned { service, payer, rate, .. }) = &line.earned else { continue };
        let claim = lines.entry((&line.client, line.date, *payer, *service)).or_insert_with(|| ClaimLine {
            client: line.client.clone(),
            date: line.date,
            payer: *payer,
            service: *service,
            total: Total::default(),
            rate: *rate,
            notes: Vec::new(),
        });
        claim.total.add(line);
        claim.notes.push(line.id.clone());
    }
    lines.into_values().filter(|line| line.total.units > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_day_the_nearest_notes_are_named() {
        let ids: Vec<String> = (0..30).map(|at| at.to_string()).collect();
        let named = |place| nearest(&ids, place).iter().map(|id| id.parse().unwrap()).collect::<Vec<usize>>();
        assert_eq!(named(15), (5..=25).filter(|at| *at != 15).collect::<Vec<_>>());
        assert_eq!(named(0), (1..=20).collect::<Vec<_>>());
        assert_eq!(named(29), (9..=28).collect::<Vec<_>>());
        assert_eq!(nearest(&ids[..3], 1), ["0", "2"]);
        assert_eq!(nearest(&ids[..21], 3).len(), 20);
    }
}
