//! The totals for each payer and for the whole batch, and what notes rest on.

use std::collections::BTreeMap;

use crate::money::Amount;
use crate::report::{PayerTotal, Report, Summary};
use crate::status::Status;
use crate::table::{Screen, TextTable};

/// Builds one line for each payer and service, then lines for held and rejected records, then the grand total.
pub(super) fn totals(report: &Report<'_>, screen: Screen) -> TextTable {
    let mut table = TextTable::new(screen, &["who pays", "service", "code", "notes", "minutes", "units", "amount"]);
    let row = &mut |cells: [String; 7]| {
        table.add_row(cells);
    };
    for (payer, total) in &report.summary().payers {
        for (name, service) in &total.services {
            let count = |units: u64| count_units(&BTreeMap::from([(service.unit, units)]));
            let unpriced = BTreeMap::from([(service.unit, service.unpriced_units)]);
            // A payer who does not pay by the unit has no total of its own.
            let is_shadow = service.units == 0 && service.shadow_units.is_some();
            let own = if is_shadow { String::new() } else { dollars(service.amount, &unpriced) };
            row([
                payer.clone(),
                name.clone(),
                service.full_code(),
                service.notes.to_string(),
                service.minutes.to_string(),
                with_shadow(count(service.units), service.shadow_units.map(count)),
                with_shadow(own, service.shadow_amount.map(|amount| format!("${amount}"))),
            ]);
        }
        if total.services.len() != 1 {
            row(payer_row(payer, total));
        }
    }
    let none = String::new;
    for status in [Status::Held, Status::Rejected] {
        let count = report.summary().count(status);
        if count > 0 {
            row([status.to_string(), none(), none(), count.to_string(), none(), none(), none()]);
        }
    }
    let all = dollars(Some(report.summary().amount), &all_unpriced(report.summary()));
    row(["total".into(), none(), none(), report.summary().records.to_string(), none(), none(), all]);
    table.align_right(&[3, 4, 5, 6]);
    table.keep_width(&[0, 3, 4]);
    table
}

/// Returns a payer's own total. It shows no units, because units of different kinds cannot be added.
fn payer_row(payer: &str, total: &PayerTotal) -> [String; 7] {
    let services = if total.services.is_empty() { "" } else { "all services" };
    [
        payer.to_owned(),
        services.into(),
        String::new(),
        total.notes.to_string(),
        total.minutes.to_string(),
        String::new(),
        dollars(total.amount, &total.unpriced_units),
    ]
}

/// Builds the table of what notes rest on besides their own answers. Returns `None` if there is nothing to show.
pub(super) fn rests_on(summary: &Summary, screen: Screen) -> Option<TextTable> {
    let rests_on = &summary.rests_on;
    let kinds = [("presumed", &rests_on.presumed), ("house rule", &rests_on.house), ("setting", &rests_on.settings)];
    let mut table = TextTable::new(screen, &["rests on", "", "notes", "units", "amount"]);
    for (kind, totals) in kinds {
        for (name, total) in totals {
            let units = count_units(&total.units);
            let amount = if units.is_empty() { units.clone() } else { dollars(total.amount, &total.unpriced_units) };
            table.add_row([kind.to_owned(), name.clone(), total.notes.to_string(), units, amount]);
        }
    }
    table.align_right(&[2, 3, 4]);
    table.keep_width(&[0, 2]);
    kinds.iter().any(|(_, totals)| !totals.is_empty()).then_some(table)
}

fn all_unpriced(summary: &Summary) -> BTreeMap<&'static str, u64> {
    let mut all = BTreeMap::new();
    for (unit, count) in summary.payers.values().flat_map(|payer| &payer.unpriced_units) {
        *all.entry(*unit).or_default() += count;
    }
    all
}

/// Adds in parentheses what a payer does not pay by the unit for.
fn with_shadow(own: String, shadow: Option<String>) -> String {
    match shadow {
        None => own,
        Some(shadow) if own.is_empty() => format!("({shadow})"),
        Some(shadow) => format!("{own} ({shadow})"),
    }
}

/// Formats dollars together with the units that have no known price; unpriced units are not worth zero.
fn dollars(amount: Option<Amount>, unpriced: &BTreeMap<&'static str, u64>) -> String {
    let unpriced = count_units(unpriced);
    match amount {
        Some(amount) if unpriced.is_empty() => format!("${amount}"),
        Some(amount) => format!("${amount} + {unpriced} unpriced"),
        None => format!("{unpriced} unpriced"),
    }
}

/// Returns the noun for a unit, in the singular.
fn noun(unit: &str) -> String {
    if unit == "each" { "unit".to_owned() } else { unit.replace('_', " ") }
}

/// Formats units by kind: `3 days, 5 quarter hours`.
fn count_units(units: &BTreeMap<&'static str, u64>) -> String {
    let units = units
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(unit, count)| format!("{count} {}{}", noun(unit), if *count == 1 { "" } else { "s" }));
    units.collect::<Vec<_>>().join(", ")
}
