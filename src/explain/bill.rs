//! How a billable note gets its units and dollars, step by step, and how other notes affect it.

use super::view::{BillView, OtherNoteView, PooledNote};
use crate::batch::{Batch, BatchNote, Earned};
use crate::decide::Verdict;
use crate::nearest::joined;
use crate::report::RateView;
use crate::rules::{PayerId, RuleSet, ServiceId, Unit};
use crate::units::QUARTER_HOUR;

/// Returns the steps from minutes to dollars, or `None` if the note earns nothing because nobody pays it, or not yet.
pub(super) fn bill(batch: &Batch<'_>, note: BatchNote<'_>) -> Option<BillView> {
    let set = batch.set();
    let earned = note.earned()?;
    let service = set.service(earned.service);
    let part = set.part_quarter_hour();
    let rate = set.rate(earned.service, note.date());
    let mut bill = BillView {
        service: service.name.clone(),
        unit: service.unit.as_str(),
        steps: Vec::new(),
        whole_quarter_hours: note.minutes() / QUARTER_HOUR,
        left_over: note.minutes() % QUARTER_HOUR,
        part_quarter_hour: part.minutes(),
        alone: note.quarter_hours(),
        pool: if pools(set, earned) { pool(batch, earned) } else { Vec::new() },
        units: earned.units,
        rate: rate.map(|rate| RateView::new(set, rate)),
        exact: earned.rate.map(|rate| rate.exact(earned.units.into())),
        amount: earned.amount,
    };
    bill.steps = match service.unit {
        Unit::Day => day_steps(batch, &bill, earned, note),
        Unit::QuarterHour => quarter_hour_steps(set, &bill, note),
    };
    bill.steps.extend(dollar_steps(&bill, earned.claim_line.units.into()));
    Some(bill)
}

fn counted(number: u32, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn quarter_hour_steps(set: &RuleSet, bill: &BillView, note: BatchNote<'_>) -> Vec<String> {
    let left_over = bill.left_over;
    let mut steps = vec![format!(
        "{} {} {} and {} left over.",
        counted(note.minutes(), "minute"),
        if note.minutes() == 1 { "is" } else { "are" },
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
        "Under `part_quarter_hour = {part}` {rule}: {} for this note alone.",
        counted(bill.alone, "unit")
    ));
    if !set.pools_by_day() {
        steps.push(format!("Under `pool = note` each note is rounded by itself: {}.", counted(bill.units, "unit")));
        return steps;
    }
    let others: Vec<String> = bill
        .pool
        .iter()
        .filter(|other| other.id != note.id())
        .map(|other| format!("{} ({} min)", other.id, other.minutes))
        .collect();
    if others.is_empty() {
        steps.push(format!(
            "Under `pool = day` there is no other note to pool it with: {}.",
            counted(bill.units, "unit")
        ));
        return steps;
    }
    let minutes: u32 = bill.pool.iter().map(|note| note.minutes).sum();
    let units: u32 = bill.pool.iter().map(|note| note.units).sum();
    steps.push(format!(
        "Under `pool = day` it is pooled with {}: {minutes} minutes together are {}.",
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

/// Describes when a note began, if it says so.
fn began(note: BatchNote<'_>) -> String {
    note.start().map_or("with no time".into(), |start| format!("at {:02}:{:02}", start / 60, start % 60))
}

fn day_steps(batch: &Batch<'_>, bill: &BillView, earned: Earned<'_>, note: BatchNote<'_>) -> Vec<String> {
    let code = batch.set().service(earned.service).full_code();
    let day = format!("{code} is one unit for each client and day, however many notes and minutes there are.");
    let whose = if let Some(carrier) = earned.bundled_into.and_then(|carrier| batch.id(carrier)) {
        let began = match note.start() {
            Some(_) => format!("This note began {}", began(note)),
            None => "This note does not say when it began".to_owned(),
        };
        format!("{began}; the unit of {} stands on {carrier}: 0 units here.", note.date())
    } else {
        let why = match note.start() {
            _ if earned.claim_line.notes.len() == 1 => format!("the only note of that day billed as {code}"),
            Some(_) => format!("the earliest note of that day billed as {code} ({})", began(note)),
            None => format!("the first note of that day billed as {code}, of which none says when it began"),
        };
        format!("This is {why}, so it carries the unit: {}.", counted(bill.units, "unit"))
    };
    vec![day, whose]
}

/// Describes the steps from units to dollars. `line_units` are the units of the claim line that the note is part of.
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

/// Returns whether the note could be billed as this service to this payer beside the others. A day unit has one payer.
pub(super) fn allows(batch: &Batch<'_>, note: BatchNote<'_>, service: ServiceId, payer: PayerId) -> bool {
    let mut days = note.service_days().filter(|day| day.service == service);
    let differs = |index: &usize| *index != note.index && batch.note(*index).and_then(payer_alone) != Some(payer);
    batch.set().service(service).unit != Unit::Day || !days.any(|day| day.notes.iter().any(differs))
}

/// Returns the payer of a note that is decided without regard to other notes.
fn payer_alone(note: BatchNote<'_>) -> Option<PayerId> {
    match note.evaluation().verdict {
        Verdict::Billable(_, payer) => Some(payer),
        Verdict::NonBillable | Verdict::HeldByRule | Verdict::HeldForFacts { .. } => None,
    }
}

/// Returns the notes whose minutes are pooled.
fn pool(batch: &Batch<'_>, earned: Earned<'_>) -> Vec<PooledNote> {
    let notes = earned.claim_line.notes.iter().filter_map(|index| batch.note(*index));
    let pooled = notes.map(|note| PooledNote {
        id: note.id().to_owned(),
        minutes: note.minutes(),
        units: note.earned().map_or(0, |earned| earned.units),
    });
    pooled.collect()
}

fn pools(set: &RuleSet, earned: Earned<'_>) -> bool {
    set.pools_by_day() && set.service(earned.service).unit == Unit::QuarterHour
}

/// Describes how other notes affect this one.
pub(super) fn others(batch: &Batch<'_>, note: BatchNote<'_>) -> Vec<OtherNoteView> {
    let set = batch.set();
    let day = note.service_day().map(|day| day.notes.as_slice()).unwrap_or_default();
    let others = day.iter().filter(|index| **index != note.index).filter_map(|index| batch.note(*index));
    let own = note.earned();
    let views = others.filter_map(|other| {
        let (id, theirs) = (other.id(), other.earned());
        let (how, text) = if own.is_none() {
            let title = &set.payer(payer_alone(other)?).title;
            let text = format!("{id}, of the same client, day and service, comes to {title}.");
            (note.evaluation().verdict != other.evaluation().verdict).then_some(("names_another_payer", text))?
        } else if own?.bundled_into == Some(other.index) {
            let text = format!(
                "{id} ({}) is the earliest note of the day billed as the same, and carries its one unit.",
                began(other)
            );
            ("carries_the_unit", text)
        } else if theirs?.bundled_into == Some(note.index) {
            ("bundled_into_this", format!("{id} ({}) is bundled into this note: the day has one unit.", began(other)))
        } else if pools(set, own?) && own?.payer == theirs?.payer {
            ("pooled", format!("{id} ({} minutes) is pooled with this note.", other.minutes()))
        } else {
            return None;
        };
        Some(OtherNoteView { id: id.to_owned(), how, text })
    });
    views.collect()
}
