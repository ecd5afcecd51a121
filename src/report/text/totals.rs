//! What each payer comes to, and the whole batch.

use std::collections::BTreeMap;

use super::full_code;
use crate::money::Amount;
use crate::report::{PayerTotal, Report};
use crate::table::{Screen, TextTable};

/// A line for each payer and service, then what is held or rejected, then the whole batch.
pub(super) fn totals(report: &Report, screen: Screen) -> TextTable {
    let mut table = TextTable::new(screen, &["who pays", "service", "code", "notes", "minutes", "units", "amount"]);
    let row = &mut |cells: [String; 7]| {
        table.add_row(cells);
    };
    for (payer, total) in &report.summary.payers {
        for (name, service) in &total.services {
            let unpriced = BTreeMap::from([(service.unit, service.unpriced_units)]);
            row([
                payer.clone(),
                name.clone(),
                full_code(Some(&service.code), Some(&service.modifiers)),
                service.notes.to_string(),
                service.minutes.to_string(),
                units_of(&BTreeMap::from([(service.unit, service.units)])),
                dollars(service.amount, &unpriced),
            ]);
        }
        if total.services.len() != 1 {
            row(payer_row(payer, total));
        }
    }
    let none = String::new;
    for status in ["held", "rejected"] {
        let count = report.summary.status.get(status).copied().unwrap_or_default();
        if count > 0 {
            row([status.into(), none(), none(), count.to_string(), none(), none(), none()]);
        }
    }
    let all = dollars(Some(report.summary.amount), &all_unpriced(report));
    row(["total".into(), none(), none(), report.summary.records.to_string(), none(), none(), all]);
    table.align_right(&[3, 4, 5, 6]);
    table.keep_width(&[0, 3, 4]);
    table
}

/// A payer's own sum. Units of two kinds have none, so it shows no units.
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

fn all_unpriced(report: &Report) -> BTreeMap<&'static str, u64> {
    let mut all = BTreeMap::new();
    for (unit, count) in report.summary.payers.values().flat_map(|payer| &payer.unpriced_units) {
        *all.entry(*unit).or_default() += count;
    }
    all
}

/// Dollars, and the units that have no known price; they are not worth nothing.
fn dollars(amount: Option<Amount>, unpriced: &BTreeMap<&'static str, u64>) -> String {
    let unpriced = units_of(unpriced);
    match amount {
        Some(amount) if unpriced.is_empty() => format!("${amount}"),
        Some(amount) => format!("${amount} + {unpriced} unpriced"),
        None => format!("{unpriced} unpriced"),
    }
}

/// Units by kind: `3 days, 5 quarter hours`.
fn units_of(units: &BTreeMap<&'static str, u64>) -> String {
    let told = units
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(unit, count)| format!("{count} {}{}", unit.replace('_', " "), if *count == 1 { "" } else { "s" }));
    told.collect::<Vec<_>>().join(", ")
}
