//! Every record becomes a row, every cent belongs to a row, and every row has a reason.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actbill::message::{About, Code};
use actbill::read::Format;
use actbill::report::{Report, Row};
use actbill::run::Ready;
use actbill::status::Status;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::notes::{Record, batch, written};
use crate::shared::{agency, document, run};

/// Rates by date, with more decimals than a cent has.
const RATES: &str = "
[[rate]]
service = \"act_team\"
amount = \"250.005\"
from = \"2026-03-03\"
through = \"2026-06-30\"
basis = \"house\"
[[rate]]
service = \"vocational_act\"
amount = \"17.7275\"
from = \"2026-07-01\"
basis = \"house\"
";

const PARTS: [u32; 4] = [1, 4, 8, 15];

/// The shipped rules with some prices, for each of these part-quarter-hour rules and each kind of pool.
static PRICED: LazyLock<BTreeMap<(u32, &str), Ready>> = LazyLock::new(|| {
    let under = |part: u32, pool: &str| agency(RATES, &[("part_quarter_hour", &part.to_string()), ("pool", pool)]);
    PARTS.iter().flat_map(|part| ["note", "day"].map(|pool| ((*part, pool), under(*part, pool)))).collect()
});

fn priced(part: u32, pool: &'static str) -> &'static Ready {
    &PRICED[&(part, pool)]
}

fn classified<'r>(ready: &'r Ready, format: Format, records: &[Record]) -> Report<'r> {
    run(ready, &[("notes", format, written(format, records).as_bytes())], false).unwrap().report
}

/// Converts written dollars to ten-thousandths of a dollar, without floats.
fn exact(value: &Value) -> u64 {
    let text = value.to_string();
    let (dollars, decimals) = text.split_once('.').unwrap_or((&text, ""));
    assert!(decimals.len() <= 4, "{text}");
    format!("{dollars}{decimals:0<4}").parse().unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a number: {value}"))
}

fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no `{key}`: {value}")).to_owned()
}

/// Sums of notes, minutes, quarter hours, units, ten-thousandths of a dollar, and unpriced units.
type Sums = [u64; 6];

fn add(sums: &mut Sums, more: Sums) {
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

fn sums_of_row(row: &Value) -> Sums {
    let units = number(&row["units"]);
    let (amount, unpriced) = row.get("amount").map_or((0, units), |amount| (exact(amount), 0));
    [1, number(&row["minutes"]), number(&row["quarter_hours"]), units, amount, unpriced]
}

/// Checks the amount of a written total, which is left out if nothing is priced.
fn amount_fits(written: &Value, [_, _, _, units, amount, unpriced]: Sums) {
    if unpriced > 0 && units == unpriced {
        assert!(written.get("amount").is_none(), "an unpriced sum has an amount: {written}");
    } else {
        assert_eq!(exact(&written["amount"]), amount, "{written}");
    }
}

fn by(rows: &[Value], key: impl Fn(&Value) -> Vec<String>) -> BTreeMap<Vec<String>, Sums> {
    let mut groups = BTreeMap::<_, Sums>::new();
    for row in rows {
        add(groups.entry(key(row)).or_default(), sums_of_row(row));
    }
    groups
}

fn check_rows(rows: &[Value], records: &[Record]) {
    assert_eq!(rows.len(), records.len());
    for (at, (row, record)) in rows.iter().zip(records).enumerate() {
        assert_eq!(number(&row["record"]), u64::try_from(at + 1).unwrap());
        if let Some(id) = record.text("id") {
            assert_eq!(row["id"], id);
        }
        if let (Some(rate), Some(amount)) = (row.get("rate"), row.get("amount")) {
            let cut_down = exact(rate) * number(&row["units"]) / 100 * 100;
            let shares = [cut_down, cut_down + 100];
            assert!(shares.contains(&exact(amount)), "cut down to the cent, or with one of the line's cents: {row}");
        }
    }
}

fn check_lines(lines: &[Value], billable: &[Value]) {
    let key = |value: &Value| ["client", "date", "payer", "service"].map(|key| word(value, key)).to_vec();
    let groups = by(billable, key);
    let earned = groups.iter().filter(|(_, sums)| sums[3] > 0).map(|(key, _)| key.clone());
    assert_eq!(lines.iter().map(key).collect::<Vec<_>>(), earned.collect::<Vec<_>>());
    for line in lines {
        let sums = groups[&key(line)];
        if let Some(rate) = line.get("rate") {
            let rounded = (exact(rate) * number(&line["units"]) + 50) / 100 * 100;
            assert_eq!(exact(&line["amount"]), rounded, "units × rate, rounded half-up to the cent once: {line}");
        }
        assert_eq!([number(&line["minutes"]), number(&line["units"])], [sums[1], sums[3]], "{line}");
        amount_fits(line, sums);
        let notes: Vec<&Value> = billable.iter().filter(|row| key(row) == key(line)).map(|row| &row["id"]).collect();
        assert_eq!(line["notes"].as_array().unwrap().iter().collect::<Vec<_>>(), notes);
    }
}

fn check_summary(summary: &Value, rows: &[Value]) {
    let count = |status: &str| rows.iter().filter(|row| row["status"] == status).count();
    for (status, told) in summary["status"].as_object().unwrap() {
        assert_eq!(number(told), u64::try_from(count(status)).unwrap(), "{status}");
    }
    let told: u64 = summary["status"].as_object().unwrap().values().map(number).sum();
    assert_eq!([told, number(&summary["records"])], [u64::try_from(rows.len()).unwrap(); 2]);
    let decided: Vec<Value> = rows.iter().filter(|row| row.get("payer").is_some()).cloned().collect();
    let by_payer = by(&decided, |row| vec![word(row, "payer")]);
    let payers = summary["payers"].as_object().unwrap();
    assert_eq!(payers.len(), by_payer.len());
    let billable: Vec<Value> = decided.iter().filter(|row| row["status"] == "billable").cloned().collect();
    let by_service = by(&billable, |row| vec![word(row, "payer"), word(row, "service"), word(row, "unit")]);
    for (payer, total) in payers {
        let sums = by_payer[std::slice::from_ref(payer)];
        assert_eq!(["notes", "minutes", "quarter_hours"].map(|key| number(&total[key])), [sums[0], sums[1], sums[2]]);
        amount_fits(total, sums);
        for (service, total) in total["services"].as_object().unwrap() {
            let sums = by_service[&vec![payer.clone(), service.clone(), word(total, "unit")]];
            let told = ["notes", "minutes", "quarter_hours", "units", "unpriced_units"].map(|key| number(&total[key]));
            assert_eq!(told, [sums[0], sums[1], sums[2], sums[3], sums[5]], "{payer} {service}");
            amount_fits(total, sums);
        }
        for (kind, at) in [("units", 3), ("unpriced_units", 5)] {
            let told: u64 = total[kind].as_object().unwrap().values().map(number).sum();
            assert_eq!(told, sums[at], "{payer} {kind}");
        }
    }
    assert_eq!(exact(&summary["amount"]), by_payer.values().map(|sums| sums[4]).sum::<u64>());
}

/// Days of job coaching at rates of three or four decimals: the amounts of the notes and of their claim lines.
#[test]
fn a_claim_line_is_rounded_once_and_its_cents_are_shared() {
    let amounts = |rate: &str, minutes: &[u32]| {
        let answers = [("part_quarter_hour", "8")];
        let document = document(&classified(&agency(&coaching_rate(rate), &answers), Format::Json, &coaching(minutes)));
        let amounts = |list: &str| {
            let amounts = document[list].as_array().unwrap().iter().map(|value| value["amount"].to_string());
            amounts.collect::<Vec<_>>().join(" ")
        };
        (amounts("decisions"), amounts("lines"))
    };
    let told = |rows: &str, line: &str| (rows.to_owned(), line.to_owned());
    assert_eq!(amounts("17.7255", &[15, 15, 15]), told("17.73 17.73 17.72", "53.18"));
    assert_eq!(amounts("17.725", &[15, 15]), told("17.73 17.72", "35.45"));
    assert_eq!(amounts("2.985", &[45]), told("8.96", "8.96"));
    assert_eq!(amounts("17.725", &[7, 15]), told("0.00 17.73", "17.73"));
    assert_eq!(amounts("17.725", &[7]), told("0.00", ""));
}

/// A replacement of the shipped rate of job coaching.
fn coaching_rate(amount: &str) -> String {
    format!(
        "[[rate]]\nservice = \"vocational_act\"\nreplaces = true\namount = \"{amount}\"\nfrom = \"undated\"\nbasis = \"house\"\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Property 1.
    #[test]
    fn records_in_are_rows_out_and_every_sum_agrees(
        records in batch(40),
        format in select(vec![Format::Json, Format::Ndjson, Format::Csv]),
        part in select(PARTS.to_vec()),
        pool in select(vec!["note", "day"]),
    ) {
        let document = document(&classified(priced(part, pool), format, &records));
        let rows = document["decisions"].as_array().unwrap();
        check_rows(rows, &records);
        let billable: Vec<Value> = rows.iter().filter(|row| row["status"] == "billable").cloned().collect();
        check_lines(document["lines"].as_array().unwrap(), &billable);
        check_summary(&document["summary"], rows);
    }

    /// Property 2.
    #[test]
    fn every_row_says_why(records in batch(60)) {
        let ready = priced(15, "note");
        for row in classified(ready, Format::Json, &records).rows() {
            has_cause(ready, &row);
        }
    }

    /// Property 8 for notes: longer work never earns fewer units.
    #[test]
    fn units_never_fall_as_minutes_rise(
        minutes in prop::collection::vec(1u32..200, 1..6),
        raised in any::<prop::sample::Index>(),
        by in 1u32..60,
        part in select(PARTS.to_vec()),
        pool in select(vec!["note", "day"]),
    ) {
        let ready = priced(part, pool);
        let at = raised.index(minutes.len());
        let mut more = minutes.clone();
        more[at] += by;
        let (before, after) = (coached(ready, &minutes), coached(ready, &more));
        prop_assert!(after[at] >= before[at], "{before:?} {after:?}");
        prop_assert!(after.iter().sum::<u32>() >= before.iter().sum::<u32>(), "{before:?} {after:?}");
    }

    /// Property 8 for days: summing a day's minutes first never yields fewer quarter hours.
    #[test]
    fn pooling_never_loses_a_quarter_hour(minutes in prop::collection::vec(1u32..200, 1..6)) {
        let by_note = coached(priced(15, "note"), &minutes).iter().sum::<u32>();
        let by_day = coached(priced(15, "day"), &minutes).iter().sum::<u32>();
        prop_assert!(by_day >= by_note);
        prop_assert_eq!(by_day, minutes.iter().sum::<u32>() / 15);
    }
}

/// Asserts that a row names rules with a basis, or the facts it waits for, or why the record is not a note.
fn has_cause(ready: &Ready, row: &Row) {
    for id in &row.rules {
        let edits = ready.set.edits.iter().map(|edit| (&edit.id, &edit.basis));
        let mut blocks = ready.set.rules.iter().map(|rule| (&rule.id, &rule.basis)).chain(edits);
        let (_, basis) = blocks.find(|(own, _)| *own == id).unwrap_or_else(|| panic!("no rule {id}"));
        assert!(basis.house || !basis.cites.is_empty(), "{id} has no basis");
    }
    let differ = row.findings.iter().any(|finding| finding.code == "day-payers-differ");
    match row.status {
        Status::Billable | Status::NonBillable => assert!(!row.rules.is_empty(), "{row:?}"),
        Status::Held => assert!(!row.rules.is_empty() || !row.missing.is_empty() || differ, "{row:?}"),
        Status::Rejected => {
            assert!(!row.errors.is_empty(), "no error: {row:?}");
            for told in row.errors.iter().map(|error| error.code) {
                assert!(Code::ALL.iter().any(|code| code.as_str() == told && code.about() == About::Record), "{told}");
            }
        }
    }
    let told = row.because.as_deref().unwrap_or_default();
    assert!(row.status == Status::Rejected || told.ends_with('.'), "{row:?}");
    assert!(row.missing.is_empty() || row.status == Status::Held, "{row:?}");
}

/// Builds a day of job coaching from minutes.
fn coaching(minutes: &[u32]) -> Vec<Record> {
    let note = |(at, minutes): (usize, &u32)| {
        Record::of(&[
            ("id", &format!("n-{at}")),
            ("client", "client-a"),
            ("date", "2026-03-02"),
            ("minutes", &minutes.to_string()),
            ("activity", "job_coaching"),
            ("staff_role", "vocational_specialist"),
            ("eligibility", "department"),
        ])
    };
    minutes.iter().enumerate().map(note).collect()
}

/// Returns the units of a day of job coaching with these minutes.
fn coached(ready: &Ready, minutes: &[u32]) -> Vec<u32> {
    classified(ready, Format::Ndjson, &coaching(minutes)).rows().map(|row| row.units.unwrap()).collect()
}
