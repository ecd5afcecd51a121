//! What is said of an input as a whole: its header row, its encoding, rows that are no notes, dates without an order, ids
//! that look alike, rosters that list nobody in the notes.

use super::LoadedRosters;
use crate::batch::{self, SkippedRows};
use crate::effective::Month;
use crate::message::{Code, Message};
use crate::notation::DateOrder;
use crate::note::Orders;
use crate::place::Place;
use crate::read::{Encoding, HeaderRow, InputInfo, SkippedRow};
use crate::report::RosterRun;
use crate::roster::RosterKind;

/// Adds the rows above the header row to those that are no records.
pub(super) fn add_rows_above(name: &str, header: &HeaderRow, skipped: &mut SkippedRows) {
    let below = std::mem::take(skipped);
    for line in &header.above {
        skipped.push(SkippedRow::AboveHeader, row_place(name, header, *line));
    }
    skipped.append(below);
}

/// Returns the messages about an input that was read to its end.
pub(super) fn messages(name: &str, form: &InputInfo, skipped: &SkippedRows, orders: Orders) -> Vec<Message> {
    let header = form.header.as_ref().and_then(|header| rows_above(name, header));
    [header, windows(name, form.encoding), totals(skipped), date_order(name, orders)].into_iter().flatten().collect()
}

/// Returns the place of a row of the table whose header row this is.
fn row_place(name: &str, header: &HeaderRow, line: u64) -> Place {
    Place { sheet: header.sheet.clone(), ..Place::new(name, line, 1) }
}

fn rows_above(name: &str, header: &HeaderRow) -> Option<Message> {
    let rows = match header.above.len() {
        0 => return None,
        1 => "the row above it is".to_owned(),
        rows => format!("the {rows} rows above it are"),
    };
    let text = format!("the header row stands here; {rows} skipped");
    let help = "if notes stand above it, move the header row to the top of the export";
    Some(Message::warning(Code::SkippedRows, text).with_place(row_place(name, header, header.line)).help(help))
}

fn windows(name: &str, encoding: Encoding) -> Option<Message> {
    let text = "the input is not UTF-8; it is read as Windows-1252";
    let help = "if letters beyond A to Z look wrong in the output, export the notes as UTF-8";
    let warning = || Message::warning(Code::Windows1252, text).with_place(Place::new(name, 1, 1)).help(help);
    (encoding == Encoding::Windows1252).then(warning)
}

fn totals(skipped: &SkippedRows) -> Option<Message> {
    let (first, others) = skipped.totals_at.split_first()?;
    let text = match skipped.totals {
        1 => "this row has no id, client, date and activity, as a line of totals; it is skipped".to_owned(),
        rows => format!("{rows} rows have no id, client, date and activity, as lines of totals; they are skipped"),
    };
    let shown: Vec<String> = others.iter().take(3).map(ToString::to_string).collect();
    let more = if others.len() > shown.len() { ", …" } else { "" };
    let note = (!shown.is_empty()).then(|| format!("the others: {}{more}", shown.join(", ")));
    Some(Message { note, ..Message::warning(Code::SkippedRows, text).with_place(first.clone()) })
}

fn date_order(name: &str, orders: Orders) -> Option<Message> {
    if orders.dates == 0 {
        return None;
    }
    let dates = if orders.dates == 1 { "the one date".to_owned() } else { format!("all {} dates", orders.dates) };
    let fits = if orders.dates == 1 { "fits" } else { "fit" };
    let line = |order: DateOrder| format!("`date_order = \"{}\"`", order.as_str());
    let (text, help) = match orders.that_fit_all().as_slice() {
        [order] => (
            format!("{dates} without a declared order {fits} {}, and no other order", words(*order)),
            format!("if the export writes dates so, write {} under `[read]` in the agency file", line(*order)),
        ),
        [] => (
            "the dates without a declared order fit no single order".to_owned(),
            "export all dates in one form, best as `YYYY-MM-DD`".to_owned(),
        ),
        _ => (
            format!("{dates} without a declared order {fits} both month, day, year and day, month, year"),
            format!(
                "find out which of them the export writes, and write {} or {} under `[read]` in the agency file",
                line(DateOrder::MonthDayYear),
                line(DateOrder::DayMonthYear)
            ),
        ),
    };
    Some(Message::warning(Code::DateOrder, text).with_place(Place::new(name, 1, 1)).help(help))
}

fn words(order: DateOrder) -> &'static str {
    match order {
        DateOrder::MonthDayYear => "month, day, year",
        DateOrder::DayMonthYear => "day, month, year",
    }
}

/// Returns a message for each kind of ids of which some hardly differ. The ids themselves are not shown.
pub(super) fn similar_ids(batch: &batch::Batch<'_>, inputs: &[&str]) -> Vec<Message> {
    let record = |index: usize| {
        let (input, number) = batch.position(index).unwrap_or_default();
        match inputs {
            [_] => format!("record {number}"),
            _ => format!("record {number} of `{}`", inputs.get(input).copied().unwrap_or_default()),
        }
    };
    let message = |similar: batch::SimilarIds| {
        let (first, second) = similar.first;
        let text = format!(
            "{} ids in `{}` differ only in leading zeros, a trailing `.0`, case or invisible characters, as those of {} and {}",
            similar.ids,
            similar.field,
            record(first),
            record(second)
        );
        let help = "if they are one, write them alike: they are counted as different ones";
        Message::warning(Code::SimilarIds, text).help(help)
    };
    batch.similar_ids().into_iter().map(message).collect()
}

/// Returns a warning for each roster that lists none of the people whom the records name.
pub(super) fn unmatched_rosters(batch: &batch::Batch<'_>, loaded: &LoadedRosters) -> Vec<Message> {
    if batch.is_empty() {
        return Vec::new();
    }
    let warning = |run: &RosterRun| {
        let (roster, person, field) = match run.kind {
            RosterKind::Clients => (&loaded.rosters.clients, "client", "client"),
            RosterKind::Staff => (&loaded.rosters.staff, "staff member", "staff"),
        };
        let roster = roster.as_ref().filter(|roster| !roster.is_empty())?;
        let heads = batch.records().filter_map(|index| batch.head(index));
        let mut named = heads
            .filter_map(|head| match run.kind {
                RosterKind::Clients => head.client,
                RosterKind::Staff => head.staff,
            })
            .peekable();
        let (text, help) = if named.peek().is_none() {
            let help = format!("a roster answers only for notes that give `{field}`");
            (format!("no record names a {person}"), help)
        } else if named.any(|id| roster.lists(id)) {
            return None;
        } else {
            let help = format!("write each `id` exactly as the notes write `{field}`, including leading zeros");
            (format!("the roster lists none of the {person}s that the records name"), help)
        };
        Some(Message::warning(Code::RosterUnmatched, text).with_place(Place::new(&run.name, 1, 1)).help(help))
    };
    loaded.runs.iter().filter_map(warning).collect()
}

/// Returns a warning if there are records and none of them belongs to the month that is shown.
pub(super) fn empty_month(batch: &batch::Batch<'_>, month: Month) -> Option<Message> {
    let help = "a record belongs to the month of its service date; a visit that is counted by its discharge, to that of the \
                discharge date";
    let warning = || Message::warning(Code::NoNotes, format!("no record belongs to {month}")).help(help);
    (!batch.is_empty() && batch.shown_records().next().is_none()).then(warning)
}
