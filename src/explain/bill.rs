//! How a billable note comes to its units and dollars, step by step, and what other notes have to do with it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::view::{BillView, OtherNoteView, PooledNote};
use crate::batch::{Earned, Entry, Item, Line};
use crate::decide::Verdict;
use crate::nearest::joined;
use crate::report::RateView;
use crate::rules::{PART_QUARTER_HOUR, POOL, PayerId, RuleSet, ServiceId, Unit};
use crate::units::QUARTER_HOUR;

/// The steps from minutes to dollars; `None` for a note that earns nothing because nobody pays, or not yet.
pub(super) fn bill(set: &RuleSet, among: Among<'_>) -> Option<BillView> {
    let line = among.line;
    let earned = line.earned.as_ref()?;
    let service = set.service(earned.service);
    let part = set.part_quarter_hour();
    let pool = if service.unit == Unit::QuarterHour && set.pools_by_day() { pool(among) } else { Vec::new() };
    let rate = set.rate(earned.service, line.date);
    let mut bill = BillView {
        service: service.name.clone(),
        unit: service.unit.as_str(),
        steps: Vec::new(),
        whole_quarter_hours: line.minutes / QUARTER_HOUR,
        left_over: line.minutes % QUARTER_HOUR,
        part_quarter_hour: part.minutes(),
        alone: line.quarter_hours,
        pool,
        units: earned.units,
        rate: rate.map(|rate| RateView::new(set, rate)),
        exact: earned.rate.map(|rate| rate.exact(earned.units.into())),
        amount: earned.amount,
    };
    bill.steps = match service.unit {
        Unit::Day => {
            let alone = among.same_service().count() == 1;
            day_steps(set, &bill, earned, (line, alone))
        }
        Unit::QuarterHour => quarter_hour_steps(set, &bill, line),
    };
    let of_line = among.same_service().filter(|(.., payer)| *payer == earned.payer);
    let line_units =
        of_line.filter_map(|(_, line, _)| line.earned.as_ref()).map(|earned| u64::from(earned.units)).sum();
    bill.steps.extend(dollar_steps(&bill, line_units));
    Some(bill)
}

fn counted(number: u32, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn quarter_hour_steps(set: &RuleSet, bill: &BillView, line: &Line) -> Vec<String> {
    let left_over = bill.left_over;
    let mut steps = vec![format!(
        "{} {} {} and {} left over.",
        counted(line.minutes, "minute"),
        if line.minutes == 1 { "is" } else { "are" },
        counted(bill.whole_quarter_hours, "whole quarter hour"),
        counted(left_over, "minute")
    )];
    let part = bill.part_quarter_hour;
    let rule = match part {
        1 => "any left-over minute makes a further one".to_owned(),
        _ if part == QUARTER_HOUR => "left-over minutes make none".to_owned(),
        _ => format!("{part} or more left-over minutes make a further one"),
    };
    steps.push(format!(
        "Under `{PART_QUARTER_HOUR} = {part}` {rule}: {} for this note alone.",
        counted(bill.alone, "unit")
    ));
    if !set.pools_by_day() {
        steps.push(format!("Under `{POOL} = note` each note is rounded by itself: {}.", counted(bill.units, "unit")));
        return steps;
    }
    let others: Vec<String> = bill
        .pool
        .iter()
        .filter(|note| note.id != line.id)
        .map(|note| format!("{} ({} min)", note.id, note.minutes))
        .collect();
    if others.is_empty() {
        steps.push(format!(
            "Under `{POOL} = day` there is no other note to pool it with: {}.",
            counted(bill.units, "unit")
        ));
        return steps;
    }
    let minutes: u32 = bill.pool.iter().map(|note| note.minutes).sum();
    let units: u32 = bill.pool.iter().map(|note| note.units).sum();
    steps.push(format!(
        "Under `{POOL} = day` it is pooled with {}: {minutes} minutes together are {}.",
        joined(others, "and"),
        counted(units, "unit")
    ));
    steps.push(format!(
        "Each note keeps its whole quarter hours; units that the left-over minutes make together go to the notes with \
         most of them, the earlier first. This note gets {}.",
        counted(bill.units, "unit")
    ));
    steps
}

/// When a note began, as far as it says so.
fn began(line: &Line) -> String {
    line.start.map_or("with no time".into(), |start| format!("at {:02}:{:02}", start / 60, start % 60))
}

fn day_steps(set: &RuleSet, bill: &BillView, earned: &Earned, (line, alone): (&Line, bool)) -> Vec<String> {
    let code = set.service(earned.service).full_code();
    let day = format!("{code} is one unit for each client and day, however many notes and minutes there are.");
    let whose = if let Some(carrier) = &earned.bundled_into {
        let began = match line.start {
            Some(_) => format!("This note began {}", began(line)),
            None => "This note does not say when it began".to_owned(),
        };
        format!("{began}; the unit of {} stands on {carrier}: 0 units here.", line.date)
    } else {
        let why = match line.start {
            _ if alone => format!("the only note of that day billed as {code}"),
            Some(_) => format!("the earliest note of that day billed as {code} ({})", began(line)),
            None => format!("the first note of that day billed as {code}, of which none says when it began"),
        };
        format!("This is {why}, so it carries the unit: {}.", counted(bill.units, "unit"))
    };
    vec![day, whose]
}

/// `line_units`: the units of the claim line that the note is part of.
fn dollar_steps(bill: &BillView, line_units: u64) -> Vec<String> {
    let (Some(rate), Some(exact)) = (&bill.rate, &bill.exact) else {
        let unpriced =
            "No rate for this service is in force on the service date: units are counted, dollars are unknown.";
        let none = "No unit, no dollars: 0.00.";
        return vec![if bill.units == 0 { none.into() } else { unpriced.into() }];
    };
    let since = if rate.from == "undated" { "undated".to_owned() } else { format!("in force from {}", rate.from) };
    let through = rate.through.as_ref().map(|through| format!(" through {through}")).unwrap_or_default();
    let rate_step = format!("The rate is ${} for one unit ({since}{through}).", rate.amount);
    let product = |units: &str, exact: &str, amount: &str| {
        let rounded = if exact == amount { String::new() } else { format!(", rounded half-up to the cent: ${amount}") };
        format!("{units} × ${} = ${exact}{rounded}.", rate.amount)
    };
    let amount = bill.amount.map(|amount| amount.to_string()).unwrap_or_default();
    if line_units == u64::from(bill.units) || *exact == amount {
        return vec![rate_step, product(&counted(bill.units, "unit"), exact, &amount)];
    }
    let line_amount = rate.amount.line_amount(line_units).to_string();
    let line = product(&format!("{line_units} units"), &rate.amount.exact(line_units), &line_amount);
    vec![
        rate_step,
        format!("The claim line of that day, with the notes that share it: {line}"),
        format!("The line is rounded once and its cents are shared among its notes. This note's share is ${amount}."),
    ]
}

/// The notes of one client's day, by place in the batch, in its order.
pub(super) type Days<'i> = BTreeMap<(&'i str, NaiveDate), Vec<usize>>;

/// Every client's days.
pub(super) fn days(items: &[Item]) -> Days<'_> {
    let mut days = Days::new();
    for (at, item) in items.iter().enumerate() {
        if let Entry::Decided(line) = &item.entry {
            days.entry((line.client.as_str(), line.date)).or_default().push(at);
        }
    }
    days
}

/// A note among those of its client's day.
#[derive(Clone, Copy)]
pub(super) struct Among<'i> {
    pub(super) items: &'i [Item],
    pub(super) day: &'i [usize],
    pub(super) at: usize,
    pub(super) line: &'i Line,
}

impl<'i> Among<'i> {
    /// Billable notes of the day, this one among them, each with what was decided on it alone.
    fn billable(self) -> impl Iterator<Item = (usize, &'i Line, ServiceId, PayerId)> {
        self.day.iter().filter_map(move |at| match &self.items.get(*at)?.entry {
            Entry::Decided(line) => match line.decision.verdict {
                Verdict::Billable(service, payer) => Some((*at, line.as_ref(), service, payer)),
                _ => None,
            },
            Entry::Rejected(_) => None,
        })
    }

    /// Those of the same service.
    fn same_service(self) -> impl Iterator<Item = (usize, &'i Line, PayerId)> {
        let own = self.billable().find(|(at, ..)| *at == self.at).map(|(_, _, service, _)| service);
        let same = self.billable().filter(move |(_, _, service, _)| Some(*service) == own);
        same.map(|(at, line, _, payer)| (at, line, payer))
    }

    /// Whether the note could be billed as this service to this payer beside the others: a day's unit has one payer.
    pub(super) fn allows(self, set: &RuleSet, service: ServiceId, payer: PayerId) -> bool {
        let differs =
            |(at, _, of, to): (usize, &Line, ServiceId, PayerId)| at != self.at && of == service && to != payer;
        set.service(service).unit != Unit::Day || !self.billable().any(differs)
    }
}

/// The notes that are pooled with this one, if minutes are pooled by day.
fn pool(among: Among<'_>) -> Vec<PooledNote> {
    let payer = among.same_service().find(|(other, ..)| *other == among.at).map(|(.., payer)| payer);
    let pooled = among.same_service().filter(|(.., other)| Some(*other) == payer);
    pooled
        .map(|(_, other, _)| PooledNote {
            id: other.id.clone(),
            minutes: other.minutes,
            units: other.earned.as_ref().map_or(0, |earned| earned.units),
        })
        .collect()
}

/// What other notes have to do with this one.
pub(super) fn others(set: &RuleSet, among: Among<'_>) -> Vec<OtherNoteView> {
    let line = among.line;
    let mut others = Vec::new();
    for (_, other, payer) in among.same_service().filter(|(other, ..)| *other != among.at) {
        let id = other.id.clone();
        let told = if line.payers_differ.is_some() {
            let title = &set.payer(payer).title;
            let text = format!("{id}, of the same client, day and service, comes to {title}.");
            Some(("names_another_payer", text)).filter(|_| line.decision.verdict != other.decision.verdict)
        } else {
            let (own, theirs) = (line.earned.as_ref(), other.earned.as_ref());
            if own.is_some_and(|own| own.bundled_into.as_ref() == Some(&id)) {
                Some((
                    "carries_the_unit",
                    format!(
                        "{id} ({}) is the earliest note of the day billed as the same, and carries its one unit.",
                        began(other)
                    ),
                ))
            } else if theirs.is_some_and(|theirs| theirs.bundled_into.as_ref() == Some(&line.id)) {
                let text = format!("{id} ({}) is bundled into this note: the day has one unit.", began(other));
                Some(("bundled_into_this", text))
            } else if pool_of(set, own) && own.map(|own| own.payer) == theirs.map(|theirs| theirs.payer) {
                Some(("pooled", format!("{id} ({} minutes) is pooled with this note.", other.minutes)))
            } else {
                None
            }
        };
        others.extend(told.map(|(how, text)| OtherNoteView { id, how, text }));
    }
    others
}

fn pool_of(set: &RuleSet, earned: Option<&Earned>) -> bool {
    set.pools_by_day() && earned.is_some_and(|earned| set.service(earned.service).unit == Unit::QuarterHour)
}
