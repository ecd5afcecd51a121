//! What earlier runs billed: history and adjustments together are one run over everything.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use actbill::cores::Threads;
use actbill::effective::parse_date;
use actbill::history::BilledFile;
use actbill::message::Message;
use actbill::read::{Format, Reading};
use actbill::report::{AdjustmentRow, Report, Row, RowFormat};
use actbill::rules::RuleSet;
use actbill::run::{Input, Options, Ready, classify, read_billed};
use actbill::status::Status;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use crate::ledger::months;
use crate::notes::{Record, chronic_care, coaching, written};
use crate::shared::agency;

/// The shipped rules with a price for the team's day, half cents for the quarter hour, and rates of a month.
pub(crate) static RULES: LazyLock<Vec<Ready>> = LazyLock::new(|| {
    let rate = |service: &str, amount: &str| {
        format!("[[rate]]\nservice = \"{service}\"\namount = \"{amount}\"\nfrom = \"2026-01-01\"\nbasis = \"house\"\n")
    };
    let prices = [rate("act_team", "250.00"), rate("vocational_act", "17.725"), rate("chronic_care", "62.16")].concat();
    let prices = prices + &rate("chronic_care_further", "46.15") + &rate("case_management", "20.005");
    let limit = "[[edit]]\ncheck = \"over-limit\"\nservice = \"vocational_act\"\nmost = 12\nwithin = \"day\"\nthen = \"hold\"\n";
    let settings = months::OPEN;
    let pooled: Vec<(&str, &str)> = settings.iter().copied().chain([("pool", "day")]).collect();
    vec![agency(&prices, &settings), agency(&format!("{prices}{limit}"), &settings), agency(&prices, &pooled)]
});

/// A run, with its rows and adjustments.
pub(crate) struct Done {
    pub(crate) rows: Vec<Row>,
    pub(crate) text: String,
    pub(crate) adjustments: Vec<AdjustmentRow>,
}

pub(crate) fn read_text(set: &RuleSet, name: &str, text: &[u8]) -> Result<BilledFile, Vec<Message>> {
    read_billed(set, Input::new(name, Format::from_file_name(name), text), &mut drop)
}

pub(crate) fn run(ready: &Ready, records: &[Record], billed: &[(&str, String)], format: RowFormat) -> Done {
    let files: Vec<BilledFile> =
        billed.iter().map(|(name, text)| read_text(&ready.set, name, text.as_bytes()).unwrap()).collect();
    let options = Options {
        billed: Some(Arc::from(files)),
        reading: Reading::on(Threads::ONE),
        ..Options::new(parse_date("2026-04-01").unwrap())
    };
    let text = written(Format::Ndjson, records);
    let input = Input::new("notes", Some(Format::Ndjson), text.as_bytes());
    let (report, _) = classify(ready, vec![input], &options, &mut drop).unwrap();
    let mut out = Vec::new();
    report.write(format, &mut out).unwrap();
    check_sums(&report);
    Done {
        rows: report.rows().collect(),
        text: String::from_utf8(out).unwrap(),
        adjustments: report.adjustments().collect(),
    }
}

/// The sums of rows, claim lines and totals agree.
fn check_sums(report: &Report<'_>) {
    let rows: Vec<Row> = report.rows().collect();
    let of_rows: Decimal = rows.iter().flat_map(dollars).sum();
    let of_lines: Decimal = report.claim_lines().iter().filter_map(|line| decimal(&line.amount?)).sum();
    assert_eq!(of_rows, of_lines);
    assert_eq!(decimal(&report.summary().amount).unwrap(), of_rows);
}

fn decimal(amount: &impl ToString) -> Option<Decimal> {
    amount.to_string().parse().ok()
}

fn dollars(row: &Row) -> Vec<Decimal> {
    let also = row.also.iter().filter_map(|line| line.amount);
    row.amount.into_iter().chain(also).filter_map(|amount| decimal(&amount)).collect()
}

/// Units and dollars by client, payer and service.
type Sums = BTreeMap<(String, String, String), (i64, Decimal)>;

/// Returns the lines that rows bill.
fn lines(rows: &[Row]) -> Vec<(String, String, String, i64, Decimal)> {
    let mut lines = Vec::new();
    for row in rows.iter().filter(|row| row.status == Status::Billable) {
        let (client, payer) = (row.client.clone().unwrap(), row.payer.clone().unwrap());
        let money =
            |amount: Option<actbill::money::Amount>| amount.and_then(|amount| decimal(&amount)).unwrap_or_default();
        lines.push((
            client.clone(),
            payer.clone(),
            row.service.clone().unwrap(),
            row.units.unwrap().into(),
            money(row.amount),
        ));
        for also in &row.also {
            let units = also.units.unwrap().into();
            lines.push((client.clone(), payer.clone(), also.service.clone(), units, money(also.amount)));
        }
    }
    lines
}

fn add(sums: &mut Sums, (client, payer, service): (String, String, String), units: i64, dollars: Decimal) {
    let sum = sums.entry((client, payer, service)).or_default();
    *sum = (sum.0 + units, sum.1 + dollars);
}

fn settled(mut sums: Sums) -> Sums {
    sums.retain(|_, (units, dollars)| *units != 0 || !dollars.is_zero());
    sums
}

/// What stands billed, line by line, as a billing office keeps it.
#[derive(Default)]
struct Ledger(BTreeMap<(String, String, String), (String, i64, Decimal)>);

impl Ledger {
    /// Books the adjustments of a run.
    fn book(&mut self, adjustments: &[AdjustmentRow]) {
        for row in adjustments {
            let key = (row.id.clone(), row.payer.clone(), row.service.clone());
            let amount = row.amount.and_then(|amount| decimal(&amount)).unwrap_or_default();
            let line = (row.client.clone(), i64::from(row.units), amount);
            let net = decimal(&row.net_amount).unwrap();
            match row.action {
                "void" => {
                    let before = self.0.remove(&key).unwrap();
                    assert_eq!((before.clone(), net), (line, -before.2));
                }
                "replace" => {
                    let before = self.0.insert(key, line).unwrap();
                    // A line of another client is voided, and the new one added.
                    assert_eq!((before.0, net), (row.client.clone(), amount - before.2));
                }
                _ => {
                    assert_eq!((self.0.insert(key, line), net), (None, amount));
                }
            }
        }
    }

    fn sums(&self) -> Sums {
        let mut sums = Sums::new();
        for ((_, payer, service), (client, units, amount)) in &self.0 {
            add(&mut sums, (client.clone(), payer.clone(), service.clone()), *units, *amount);
        }
        settled(sums)
    }
}

fn sums(rows: &[Row]) -> Sums {
    let mut sums = Sums::new();
    for (client, payer, service, units, dollars) in lines(rows) {
        add(&mut sums, (client, payer, service), units, dollars);
    }
    settled(sums)
}

pub(crate) fn note() -> impl Strategy<Value = Record> {
    let time = prop_oneof![
        2 => Just(None),
        3 => (0u32..12, select(vec![15u32, 30, 50])).prop_map(|(hour, long)| Some((480 + 45 * hour, long))),
    ];
    (
        select(vec!["client-a", "client-b"]),
        select(vec!["staff-1", "staff-2", "staff-3"]),
        select(vec!["2026-03-02", "2026-03-03", "2026-03-16"]),
        time,
        select(vec![
            "job_coaching",
            "job_coaching",
            "self_care_skills",
            "punctuality_skills",
            "chronic_care_management",
        ]),
        select(vec!["department", "department", "mo_healthnet"]),
        select(vec!["7", "10", "20", "25", "45"]),
        prop::bool::weighted(0.8),
    )
        .prop_map(|(client, staff, date, time, activity, eligibility, minutes, is_answered)| {
            let mut record = Record::of(&[
                ("client", client),
                ("staff", staff),
                ("date", date),
                ("activity", activity),
                ("staff_role", "vocational_specialist"),
                ("eligibility", eligibility),
                ("medically_needed", "yes"),
            ]);
            if activity == "chronic_care_management" {
                record = record.with(&[("medicare_coverage", "original"), ("eligibility", "none")]);
            }
            // Where these are open, the note is held, and may still add its minutes to those of others.
            if is_answered {
                record = record.with(&[("symptom_link", "yes"), ("chronic_conditions", "3")]);
            }
            let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
            match time {
                None => record.with(&[("minutes", minutes)]),
                Some((start, long)) => record.with(&[("start", &clock(start)), ("end", &clock(start + long))]),
            }
        })
}

/// Runs of a year: new notes, notes that come again, and notes that come again changed.
fn runs() -> impl Strategy<Value = Vec<Vec<(usize, Record)>>> {
    prop::collection::vec(prop::collection::vec((0usize..14, note()), 1..7), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn history_and_adjustments_are_one_run_over_everything(runs in runs(), rules in 0usize..3, csv in any::<bool>()) {
        let ready = &RULES[rules];
        let format = if csv { RowFormat::Csv } else { RowFormat::Ndjson };
        let mut ledger = Ledger::default();
        let mut history: Vec<(&str, String)> = Vec::new();
        // The latest version of each note, at the place of its first one.
        let mut everything: Vec<(usize, Record)> = Vec::new();
        for new in runs {
            let mut latest: Vec<(usize, Record)> = Vec::new();
            for (number, record) in new {
                let record = record.with(&[("id", &format!("n-{number}"))]);
                latest.retain(|(other, _)| *other != number);
                latest.push((number, record));
            }
            for (number, record) in &latest {
                match everything.iter_mut().find(|(known, _)| known == number) {
                    Some((_, known)) => *known = record.clone(),
                    None => everything.push((*number, record.clone())),
                }
            }
            let records: Vec<Record> = latest.into_iter().map(|(_, record)| record).collect();
            let done = run(ready, &records, &history, format);
            ledger.book(&done.adjustments);
            let all: Vec<Record> = everything.iter().map(|(_, record)| record.clone()).collect();
            let fresh = run(ready, &all, &[], RowFormat::Ndjson);
            prop_assert_eq!(ledger.sums(), sums(&fresh.rows), "{}", written(Format::Ndjson, &all));
            history.push(("rows", done.text));
            let mut adjustments = String::new();
            for row in &done.adjustments {
                adjustments += &(serde_json::to_string(row).unwrap() + "\n");
            }
            if !adjustments.is_empty() {
                history.push(("adjustments", adjustments));
            }
        }
    }

    #[test]
    fn the_same_file_again_earns_nothing_and_needs_no_adjustment(notes in prop::collection::vec(note(), 1..9), rules in 0usize..3) {
        let ready = &RULES[rules];
        let records: Vec<Record> =
            notes.into_iter().enumerate().map(|(at, note)| note.clone().with(&[("id", &format!("n-{at}"))])).collect();
        let first = run(ready, &records, &[], RowFormat::Ndjson);
        let again = run(ready, &records, &[("rows", first.text)], RowFormat::Ndjson);
        prop_assert!(again.adjustments.is_empty());
        prop_assert!(sums(&again.rows).is_empty());
        for (first, again) in first.rows.iter().zip(&again.rows) {
            let had_units = first.status == Status::Billable
                && (first.units > Some(0) || first.also.iter().any(|line| line.units > Some(0)));
            let is_billed = again.findings.iter().any(|finding| finding.code == "already-billed");
            prop_assert!(!had_units || (is_billed && again.units == Some(0)));
        }
    }
}

/// A new note of a day or month that stands billed as a whole earns nothing and names the note that has it. What changed, and
/// what may add to its period, is not already billed.
#[test]
fn a_note_of_a_period_that_stands_billed_names_the_note_that_has_it() {
    let practice = |id: &str| {
        coaching(&[("id", id), ("activity", "interview_practice"), ("eligibility", "mo_healthnet")])
            .with(&[("symptom_link", "yes"), ("plan_link", "yes")])
    };
    let coached = |id: &str, minutes: &str| coaching(&[("id", id), ("minutes", minutes)]);
    let already = |ready: &Ready, earlier: &[Record], now: &[Record]| -> Vec<(Option<u32>, String)> {
        let rows = ("rows", run(ready, earlier, &[], RowFormat::Ndjson).text);
        let rows = run(ready, now, &[rows], RowFormat::Ndjson).rows;
        let found = |row: &Row| {
            let already = row.findings.iter().find(|finding| finding.code == "already-billed");
            assert_eq!(already.is_some(), row.rules == ["already-billed"], "{:?}", row.rules);
            (row.units, already.map_or("-".into(), |finding| format!("already {}", finding.with.join(" "))))
        };
        rows.iter().map(found).collect()
    };
    let (by_note, by_day) = (&RULES[0], &RULES[2]);
    // The day stands on the first note, which comes again or not.
    assert_eq!(already(by_note, &[practice("n-1")], &[practice("n-2")]), [(Some(0), "already n-1".into())]);
    assert_eq!(
        already(by_note, &[practice("n-1")], &[practice("n-1"), practice("n-2")]),
        [(Some(0), "already ".into()), (Some(0), "already n-1".into())]
    );
    // It was billed as something else before, and what stands on the day now is another note's.
    assert_eq!(already(by_note, &[practice("n-1"), coached("n-2", "30")], &[practice("n-2")]), [(Some(0), "-".into())]);
    // The first note held nothing before.
    let held = practice("n-1").with(&[("plan_link", "")]);
    assert_eq!(already(by_note, &[held], &[practice("n-2")]), [(Some(1), "-".into())]);
    // Minutes of a day that are counted together: what they add is new, and a minute that adds nothing may still add to others.
    for (minutes, units) in [("30", 2), ("1", 0)] {
        let now = already(by_day, &[coached("n-1", "30")], &[coached("n-2", minutes)]);
        assert_eq!(now, [(Some(units), "-".into())]);
    }
}

/// Notes of earlier runs are compared with new ones: when they ended, and of which group they were.
#[test]
fn a_note_of_an_earlier_run_overlaps_as_it_did() {
    let timed = |id: &str, client: &str, start: &str, end: &str, group: &str| {
        let fields =
            [("id", id), ("client", client), ("minutes", ""), ("start", start), ("end", end), ("group", group)];
        coaching(&fields).with(&[("staff", "staff-1")])
    };
    // Its id has to be escaped in a row that names it.
    let earlier = [timed("n-\"1\"", "client-a", "09:00", "10:00", "group-1")];
    let rows = ("rows", run(&RULES[0], &earlier, &[], RowFormat::Ndjson).text);
    let overlaps = |start: &str, end: &str, group: &str| {
        let new = timed("n-2", "client-b", start, end, group);
        let done = run(&RULES[0], &[new], std::slice::from_ref(&rows), RowFormat::Ndjson);
        assert!(serde_json::from_str::<serde_json::Value>(&done.text).is_ok(), "{}", done.text);
        let found = done.rows[0].findings.iter().find(|finding| finding.code == "staff-overlap");
        found.map(|found| found.with.join(" "))
    };
    assert_eq!(overlaps("09:59", "10:30", "group-2").as_deref(), Some("n-\"1\""));
    assert_eq!(overlaps("10:00", "10:30", "group-2"), None);
    assert_eq!(overlaps("08:30", "09:00", "group-2"), None);
    assert_eq!(overlaps("09:00", "10:00", "group-1"), None);
}

/// A correction that is rejected leaves what was billed as it stands.
#[test]
fn a_rejected_correction_voids_nothing() {
    let rows = ("rows", run(&RULES[0], &[coaching(&[])], &[], RowFormat::Ndjson).text);
    let adjusted = |record: Record| {
        let done = run(&RULES[0], &[record], std::slice::from_ref(&rows), RowFormat::Ndjson);
        let adjustments: Vec<(&str, u32)> = done.adjustments.iter().map(|row| (row.action, row.units)).collect();
        (done.rows[0].status, adjustments.iter().map(|(action, units)| format!("{action} {units}")).collect::<Vec<_>>())
    };
    assert_eq!(adjusted(coaching(&[("minutes", "30")])), (Status::Billable, vec!["replace 2".to_owned()]));
    assert_eq!(adjusted(coaching(&[("date", "2026-02-30")])), (Status::Rejected, vec![]));
}

/// What further minutes of a month earn stands on the new note; what stands billed stays where it is.
#[test]
fn a_month_that_earns_more_is_added_to() {
    let rows = ("rows", run(&RULES[0], &[chronic_care(&[])], &[], RowFormat::Ndjson).text);
    let further = chronic_care(&[("id", "n-2"), ("date", "2026-03-05"), ("minutes", "20")]);
    let now = run(&RULES[0], &[further], &[rows], RowFormat::Ndjson);
    let adjusted: Vec<(&str, &str, &str, u32)> =
        now.adjustments.iter().map(|row| (row.id.as_str(), row.action, row.service.as_str(), row.units)).collect();
    assert_eq!(adjusted, [("n-2", "add", "chronic_care_further", 1)]);
    assert_eq!((now.rows[0].units, now.rows[0].service.as_deref()), (Some(1), Some("chronic_care_further")));
}
