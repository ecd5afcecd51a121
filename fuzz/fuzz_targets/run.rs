//! A whole run: notes, rosters and earlier rows, divided by lines of `%%`, with every output, and month by month.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actbill::effective::Month;
use actbill::report::{AdjustmentFormat, RowFormat};
use actbill::roster::RosterKind;
use actbill::run::{Input, LoadedRosters, Options, classify, read_billed, read_rosters};
use actbill::table::Screen;
use actbill_fuzz::{READY, check_totals, options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = split(bytes).into_iter();
    let notes = parts.next().unwrap_or_default();
    let rosters = [RosterKind::Clients, RosterKind::Staff].into_iter().zip(&mut parts);
    let rosters = rosters.map(|(kind, bytes)| (kind, Input::new(kind.as_str(), None, bytes))).collect();
    let rosters = read_rosters(&READY.set, rosters, true, &mut drop).unwrap_or_else(|_| LoadedRosters::default());
    let billed = parts.filter_map(|rows| read_billed(&READY.set, Input::new("rows", None, rows), &mut drop).ok());
    let options = Options { rosters, billed: Some(Arc::from(billed.collect::<Vec<_>>())), ..options() };
    let Some((rows, months)) = written(notes, &options) else { return };
    let mut left = BTreeMap::new();
    rows.split(|byte| *byte == b'\n').for_each(|row| *left.entry(row.to_vec()).or_insert(0_u32) += 1);
    for month in months {
        let (part, _) = written(notes, &Options { month: Some(month), ..options.clone() }).expect("it was read before");
        // Each month shows rows of the whole, and no row stands in two months.
        for row in part.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()) {
            let count = left.get_mut(row).expect("the row is one of the whole");
            *count = count.checked_sub(1).expect("the row stands in one month");
        }
    }
});

fn split(bytes: &[u8]) -> Vec<&[u8]> {
    let mut rest = bytes;
    let mut parts = Vec::new();
    while let Some(at) = rest.windows(4).position(|bytes| bytes == b"\n%%\n") {
        parts.push(&rest[..at]);
        rest = &rest[at + 4..];
    }
    parts.push(rest);
    parts
}

/// Writes everything that a run can write. Returns the rows, and the months of their dates.
fn written(notes: &[u8], options: &Options) -> Option<(Vec<u8>, BTreeSet<Month>)> {
    let (report, _) = classify(&READY, vec![Input::new("notes", None, notes)], options, &mut drop).ok()?;
    check_totals(&report);
    for format in [RowFormat::Text(Screen { width: 100, colors: false }), RowFormat::Json, RowFormat::Csv] {
        report.write(format, &mut std::io::sink()).expect("a sink takes all bytes");
    }
    report.write_summary(&mut std::io::sink()).expect("a sink takes all bytes");
    report.write_adjustments(AdjustmentFormat::Csv, &mut std::io::sink()).expect("a sink takes all bytes");
    let months = report.rows().filter_map(|row| Month::parse(row.date?.get(..7)?));
    Some((actbill_fuzz::rows(&report), months.collect()))
}
