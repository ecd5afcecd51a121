//! The steps from units to dollars: the rate, the exact product, the rounding, and payers who do not pay by the unit.

use super::view::{AlsoView, BillView};
use crate::batch::ClaimLine;
use crate::nearest::{counted, listed};
use crate::report::RateView;
use crate::rules::RuleSet;

/// Returns the names of the facts on which the rate of a claim line depends and which are not answered.
pub(super) fn open_facts(set: &RuleSet, line: &ClaimLine) -> Vec<String> {
    line.rate_open.iter().map(|fact| set.vocabulary.fact(*fact).name.clone()).collect()
}

/// Describes the steps. `line_units` are the units of the claim line that the note is part of.
pub(super) fn steps(bill: &BillView, line_units: u64) -> Vec<String> {
    let mut steps = own_steps(bill, line_units);
    steps.extend(bill.also.iter().map(also_step));
    if let Some(shadow) = &bill.shadow {
        steps.push(format!("These dollars are a shadow and in no total, for {} [{}].", shadow.title, shadow.id));
    }
    steps
}

fn own_steps(bill: &BillView, line_units: u64) -> Vec<String> {
    let (Some(rate), Some(exact)) = (&bill.rate, &bill.exact) else { return vec![unpriced(bill)] };
    let rate_step = format!("The rate is ${} for one unit ({}).", rate.amount, in_force(rate));
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

/// Describes when a rate is in force, and for whom.
fn in_force(rate: &RateView) -> String {
    let since = if rate.from == "undated" { "undated".to_owned() } else { format!("in force from {}", rate.from) };
    let through = rate.through.as_ref().map(|through| format!(" through {through}")).unwrap_or_default();
    std::iter::once(format!("{since}{through}")).chain(rate.holds.clone()).collect::<Vec<_>>().join(", ")
}

/// Describes why units have no dollars.
fn unpriced(bill: &BillView) -> String {
    if bill.units == 0 {
        "No unit, no dollars: 0.00.".into()
    } else if bill.rate_open.is_empty() {
        "No rate for this service is in force on the service date: units are counted, dollars are unknown.".into()
    } else {
        format!(
            "The rate depends on {}, which the note does not answer: units are counted, dollars are unknown.",
            listed(&bill.rate_open, "and")
        )
    }
}

/// Describes the dollars of a further line.
fn also_step(also: &AlsoView) -> String {
    let units = counted(also.units, "unit");
    match (&also.rate, &also.exact, also.amount) {
        (Some(rate), Some(exact), Some(amount)) => {
            let amount = amount.to_string();
            let rounded = if *exact == amount { String::new() } else { format!(", which comes to ${amount}") };
            format!("And {}: {units} × ${} ({}) = ${exact}{rounded}.", also.code, rate.amount, in_force(rate))
        }
        _ if also.rate_open.is_empty() => {
            format!("And {}: {units}, for which no rate is in force on the service date.", also.code)
        }
        _ => format!("And {}: {units}, whose rate depends on {}.", also.code, listed(&also.rate_open, "and")),
    }
}
