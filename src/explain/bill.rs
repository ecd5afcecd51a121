//! How a billable note gets its units and dollars, step by step, and how other notes affect it.

use super::dollars;
use super::period;
use super::period_view::EarnedView;
use super::view::{AlsoView, BillView, OtherNoteView, PooledNote, ShadowView};
use crate::batch::{AlsoLine, Batch, BatchNote, ClaimLine, Earned, Period, Pool, Standing};
use crate::decide::Verdict;
use crate::ledger::Counting;
use crate::nearest::{counted, joined};
use crate::report::RateView;
use crate::rules::{PayerId, RateFound, RuleSet, ServiceId, Unit};
use crate::units::QUARTER_HOUR;
use crate::words;

/// Returns the steps from minutes to dollars, or `None` if the note earns nothing because nobody pays it, or not yet.
pub(super) fn bill(batch: &Batch<'_>, note: BatchNote<'_>) -> Option<BillView> {
    let set = batch.set();
    let earned = note.earned()?;
    let service = set.service(earned.service);
    let part = set.part_quarter_hour();
    let shadow = earned.claim_line.shadow.and_then(|shadow| set.shadows.get(shadow));
    let mut bill = BillView {
        service: service.name.clone(),
        unit: service.unit.as_str(),
        steps: Vec::new(),
        whole_quarter_hours: note.minutes() / QUARTER_HOUR,
        left_over: note.minutes() % QUARTER_HOUR,
        part_quarter_hour: part.minutes(),
        alone: note.quarter_hours(),
        counts: counting(set, note, earned).parts.iter().filter_map(|part| Some(part.count?.id.clone())).collect(),
        pool: if pools(set, note, earned) { pool(batch, earned) } else { Vec::new() },
        units: earned.units,
        rate: rate(batch, note, earned, earned.service),
        rate_open: dollars::open_facts(set, earned.claim_line),
        exact: earned.rate.map(|rate| rate.exact(earned.units.into())),
        amount: earned.amount,
        also: also(batch, note, earned),
        shadow: shadow.map(|shadow| ShadowView { id: shadow.id.clone(), title: shadow.title.clone() }),
    };
    let period = note.pool().filter(|pool| period::combines(pool));
    bill.steps = match (period, service.unit) {
        (Some(pool), _) => period_steps(set, &bill, pool),
        (None, _) if !bill.counts.is_empty() => count_steps(set, &bill, (note, earned)),
        (None, Unit::QuarterHour) => quarter_hour_steps(set, &bill, note),
        (None, Unit::Day) => day_steps(batch, &bill, earned, note),
        (None, Unit::Month | Unit::Each) => vec![format!("{} is one unit for each note.", service.full_code())],
    };
    bill.steps.extend(dollars::steps(&bill, earned.claim_line.units.into()));
    Some(bill)
}

/// Returns how the note is counted, as the service that it is decided as.
fn counting<'s>(set: &'s RuleSet, note: BatchNote<'_>, earned: Earned<'_>) -> Counting<'s> {
    let service = match note.evaluation().verdict {
        Verdict::Billable(service, _) => service,
        Verdict::NonBillable | Verdict::HeldByRule | Verdict::HeldForFacts { .. } => earned.service,
    };
    Counting::new(set, service, earned.payer, note.date())
}

/// Returns the rate of a service for the note that carries it.
fn rate(batch: &Batch<'_>, note: BatchNote<'_>, earned: Earned<'_>, service: ServiceId) -> Option<RateView> {
    let carrier = earned.bundled_into.and_then(|carrier| batch.note(carrier)).unwrap_or(note);
    match carrier.rate(service, earned.payer) {
        RateFound::Known(rate) => Some(RateView::new(batch.set(), rate)),
        RateFound::Unpriced | RateFound::Open(_) => None,
    }
}

/// Returns the further lines that a note carries.
fn also(batch: &Batch<'_>, note: BatchNote<'_>, earned: Earned<'_>) -> Vec<AlsoView> {
    let set = batch.set();
    let view = |(also, line): (&AlsoLine, &ClaimLine)| AlsoView {
        service: set.service(line.service).name.clone(),
        code: set.service(line.service).full_code(),
        units: also.units,
        rate: rate(batch, note, earned, line.service),
        rate_open: dollars::open_facts(set, line),
        exact: line.rate.map(|rate| rate.exact(also.units.into())),
        amount: also.amount,
    };
    note.also().map(view).collect()
}

/// Describes what the note gets of what its period earns. The period itself is explained beside.
fn period_steps(set: &RuleSet, bill: &BillView, pool: &Pool) -> Vec<String> {
    let noun = period::noun(pool);
    if pool.earned.is_empty() {
        return vec![format!("The {} of the {noun} earn no unit yet.", counted(pool.minutes, "minute"))];
    }
    let earned: Vec<EarnedView> =
        pool.earned.iter().map(|earned| period::earned_view(set, earned.service, earned.units)).collect();
    let earned = period::units(&earned);
    vec![if !pool.is_carried {
        format!("The {noun} earns {earned}, which its notes share. This note gets {}.", counted(bill.units, "unit"))
    } else if bill.units == 0 {
        format!("The {noun} earns {earned}, and another note carries it: 0 units here.")
    } else {
        format!("The {noun} earns {earned}, and this note carries it.")
    }]
}

/// Describes what the counts of a note that is counted alone make of its minutes.
fn count_steps(set: &RuleSet, bill: &BillView, (note, earned): (BatchNote<'_>, Earned<'_>)) -> Vec<String> {
    let steps = counting(set, note, earned).parts.into_iter().map(|part| {
        let by = part.count.map(|count| format!("By `{}`", count.id)).unwrap_or_default();
        let units = part.steps.units(note.minutes());
        let code = set.service(part.earns).full_code();
        let minutes = counted(note.minutes(), "minute");
        format!("{by} there is {}: {minutes} earn {} of {code}.", words::steps(&part.steps), counted(units, "unit"))
    });
    let mut steps: Vec<String> = steps.collect();
    if !bill.pool.is_empty() {
        steps.push(format!("The notes of the day share their units. This note gets {}.", counted(bill.units, "unit")));
    }
    steps
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

/// Returns the payer of a note that is decided without regard to other notes.
fn payer_alone(note: BatchNote<'_>) -> Option<PayerId> {
    match note.evaluation().verdict {
        Verdict::Billable(_, payer) => Some(payer),
        Verdict::NonBillable | Verdict::HeldByRule | Verdict::HeldForFacts { .. } => None,
    }
}

/// Returns the notes that share units.
fn pool(batch: &Batch<'_>, earned: Earned<'_>) -> Vec<PooledNote> {
    let notes = earned.claim_line.notes.iter().filter_map(|index| batch.note(*index));
    let pooled = notes.map(|note| PooledNote {
        id: note.id().to_owned(),
        minutes: note.minutes(),
        units: note.earned().map_or(0, |earned| earned.units),
    });
    pooled.collect()
}

/// Whether notes of the day share the units of this one.
fn pools(set: &RuleSet, note: BatchNote<'_>, earned: Earned<'_>) -> bool {
    let is_shared = |pool: &Pool| !pool.is_carried && matches!(pool.period, Period::Day(_));
    set.service(earned.service).unit == Unit::QuarterHour && note.pool().is_some_and(is_shared)
}

/// Describes how other notes affect this one.
pub(super) fn others(batch: &Batch<'_>, note: BatchNote<'_>) -> Vec<OtherNoteView> {
    let set = batch.set();
    let Some(pool) = note.pool() else { return waiting(note) };
    let (noun, is_period) = (period::noun(pool), period::combines(pool));
    let others = pool.notes.iter().filter(|index| **index != note.index).filter_map(|index| batch.note(*index));
    let own = note.earned();
    let views = others.filter_map(|other| {
        let (id, theirs) = (other.id(), other.earned());
        let (how, text) = if own.is_none() {
            differs(note, other, pool, noun)?
        } else if is_period && own?.bundled_into == Some(other.index) {
            let text = format!("{id} carries what the {noun} earns.");
            ("carries_the_unit", text)
        } else if is_period {
            // The period itself names its notes.
            return None;
        } else if own?.bundled_into == Some(other.index) {
            let text = format!(
                "{id} ({}) is the earliest note of the day billed as the same, and carries its one unit.",
                began(other)
            );
            ("carries_the_unit", text)
        } else if theirs?.bundled_into == Some(note.index) {
            ("bundled_into_this", format!("{id} ({}) is bundled into this note: the day has one unit.", began(other)))
        } else if pools(set, note, own?) && own?.payer == theirs?.payer {
            ("pooled", format!("{id} ({} minutes) is pooled with this note.", other.minutes()))
        } else {
            return None;
        };
        Some(OtherNoteView { id: id.to_owned(), how, text })
    });
    views.collect()
}

/// Describes which notes wait for the answers of a held one.
fn waiting(note: BatchNote<'_>) -> Vec<OtherNoteView> {
    let notes = note.waiting_pools().flat_map(|pool| &pool.notes).filter_map(|index| note.beside(*index));
    let views = notes.map(|other| OtherNoteView {
        id: other.id().to_owned(),
        how: "waits_for_this",
        text: format!("{} is held until this note is decided.", other.id()),
    });
    views.collect()
}

/// Describes how another note of the period differs from a held one, if that is why it is held.
fn differs(note: BatchNote<'_>, other: BatchNote<'_>, pool: &Pool, noun: &str) -> Option<(&'static str, String)> {
    let (id, set) = (other.id(), note.set());
    match pool.standing {
        Standing::PayersDiffer(_) if payer_alone(other) != payer_alone(note) => {
            let title = &set.payer(payer_alone(other)?).title;
            Some(("names_another_payer", format!("{id}, of the same client, {noun} and service, comes to {title}.")))
        }
        Standing::PractitionersDiffer => {
            let (own, theirs) = (note.practitioner_name(), other.practitioner_name()?);
            let text = format!("{id} names the practitioner {theirs}.");
            (own != Some(theirs)).then_some(("names_another_practitioner", text))
        }
        _ => None,
    }
}
