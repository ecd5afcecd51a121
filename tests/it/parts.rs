//! The months of a batch are parts of it: together they show the whole, row by row and line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use actbill::effective::{Month, parse_date};
use actbill::message::Message;
use actbill::read::Format;
use actbill::report::{Report, RowFormat};
use actbill::run::{Input, Options, Ready, classify};
use actbill::table::Screen;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::ledger::months;
use crate::notes::{Record, batch, written};
use crate::shared::{document, ndjson, ready, told};

/// The shipped rules, and variants with further counts and pairs.
static RULES: LazyLock<Vec<Ready>> = LazyLock::new(|| (0..4).map(months::rules).collect());

/// Every month that a note of these tests can belong to, and one that has none.
const MONTHS: [&str; 6] = ["2026-02", "2026-03", "2026-04", "2026-05", "2026-07", "2031-01"];

/// Classifies two inputs, and shows one month or all.
fn classified<'r>(ready: &'r Ready, inputs: &[String; 2], month: Option<&str>) -> (Report<'r>, Vec<Message>) {
    let [first, second] = inputs;
    let input = |name: &str, text| Input::new(name, Some(Format::Json), text);
    let inputs = vec![input("first", first.as_bytes()), input("second", second.as_bytes())];
    let month = month.map(|month| Month::parse(month).unwrap());
    let options = Options { month, ..Options::new(parse_date("2026-08-01").unwrap()) };
    let mut said = Vec::new();
    let (report, _) = classify(ready, inputs, &options, &mut |message| said.push(message)).unwrap();
    (report, said)
}

/// Returns the position of a row among all records, and its bytes.
fn rows(report: &Report<'_>) -> Vec<((String, u64), String)> {
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        ((row["input"].as_str().unwrap().to_owned(), row["record"].as_u64().unwrap()), line.to_owned())
    };
    ndjson(report).lines().map(row).collect()
}

/// Adds all numbers of a document that are not zero, each under its path, in ten-thousandths.
fn add_numbers(sums: &mut BTreeMap<String, i128>, path: &str, value: &Value) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            // A client can have notes in several months.
            if name != "clients" && name != "share" {
                add_numbers(sums, &format!("{path}.{name}"), value);
            }
        }),
        Value::Number(number) => {
            let text = number.to_string();
            let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
            let number: i128 = format!("{whole}{part:0<4}").parse().unwrap();
            if number != 0 {
                *sums.entry(path.to_owned()).or_default() += number;
            }
        }
        _ => {}
    }
}

/// Returns everything that is written of a month in formats for people and spreadsheets.
fn further_formats(report: &Report<'_>) -> String {
    let mut out = Vec::new();
    for format in [RowFormat::Csv, RowFormat::Text(Screen { width: 100, colors: false })] {
        report.write(format, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

/// Compares the months of these records with the whole.
fn compare(ready: &Ready, records: &[Record]) {
    let (first, second) = records.split_at(records.len() / 2);
    let inputs = [first, second].map(|records| written(Format::Json, records));
    let (whole, said) = classified(ready, &inputs, None);
    let (mut all_rows, mut sums, mut statuses) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    let mut lines: Vec<String> = Vec::new();
    let has_dates = whole.rows().any(|row| row.date.is_some());
    for month in if has_dates { &MONTHS[..] } else { &MONTHS[..1] } {
        let (part, mut part_said) = classified(ready, &inputs, Some(month));
        let rows = rows(&part);
        part_said.retain(|message| !rows.is_empty() || !message.text.starts_with("no record belongs"));
        assert_eq!(told(&part_said), told(&said), "{month}");
        let (whole_document, part_document) = (document(&whole), document(&part));
        assert_eq!(part_document["decisions"].as_array().unwrap().len(), rows.len());
        assert_eq!(part_document["run"]["month"], *month);
        assert_eq!(whole_document["run"].get("month"), None);
        add_numbers(&mut sums, "", &part_document["summary"]);
        let shown: BTreeSet<_> = part.rows().filter(|row| row.errors.is_empty()).map(|row| row.id.unwrap()).collect();
        for line in part.claim_lines() {
            assert!(line.notes.iter().all(|id| shown.contains(id)), "a line of {month} has notes elsewhere: {line:?}");
            lines.push(serde_json::to_string(&line).unwrap());
        }
        assert_eq!(part_document["lines"], serde_json::to_value(part.claim_lines()).unwrap());
        part.statuses().into_iter().for_each(|(status, records)| *statuses.entry(status).or_default() += records);
        let text = further_formats(&part);
        assert!(rows.iter().all(|((_, record), _)| text.contains(&record.to_string())));
        all_rows.extend(rows);
    }
    all_rows.sort();
    assert_eq!(all_rows, rows(&whole));
    let mut expected = BTreeMap::new();
    add_numbers(&mut expected, "", &document(&whole)["summary"]);
    assert_eq!(sums, expected);
    assert_eq!(statuses, whole.statuses());
    let mut all_lines: Vec<String> =
        whole.claim_lines().iter().map(|line| serde_json::to_string(line).unwrap()).collect();
    lines.sort();
    all_lines.sort();
    assert_eq!(lines, all_lines);
}

/// The fields of a visit after a discharge.
fn visit(discharge: Option<&'static str>, complexity: Option<&'static str>) -> Vec<(&'static str, &'static str)> {
    let mut fields = vec![
        ("activity", "discharge_visit"),
        ("discharge_from", "hospital"),
        ("discharge_to", "home"),
        ("first_contact", "phone"),
        ("first_contact_date", "2026-04-01"),
        ("timely_attempts", "2"),
        ("discharge_summary_reviewed", "yes"),
        ("medications_reconciled", "yes"),
        ("billing_credential", "physician"),
        ("contact", "in_person"),
    ];
    fields.extend(discharge.map(|date| ("discharge_date", date)));
    fields.extend(complexity.map(|complexity| ("decision_complexity", complexity)));
    fields
}

/// Generates notes of episodes that cross the end of a month, beside others, some of them faulty.
fn episodes() -> impl Strategy<Value = Vec<Record>> {
    let discharge = select(vec![Some("2026-03-30"), Some("2026-03-31"), Some("2026-04-01"), None]);
    let complexity = select(vec![Some("moderate"), Some("high"), Some("high"), None]);
    let others = select(vec![
        vec![("activity", "chronic_care_management"), ("chronic_conditions", "2")],
        vec![("activity", "chronic_care_management"), ("chronic_conditions", "2"), ("discharge_date", "2026-03-30")],
        vec![("activity", "psychotherapy"), ("staff_credential", "clinical_psychologist")],
        vec![("activity", "discharge_contact"), ("discharge_date", "2026-03-30")],
        vec![("activity", "knitting"), ("discharge_date", "2026-03-30")],
        vec![("activity", "insurance_navigation"), ("eligibility", "mo_healthnet")],
    ]);
    let kind =
        prop_oneof![2 => (discharge, complexity).prop_map(|(date, complexity)| visit(date, complexity)), 1 => others];
    let date = select(vec!["2026-03-31", "2026-04-02", "2026-04-02", "2026-04-05", "2026-05-01", "soon", ""]);
    let note = (kind, date, select(vec!["client-a", "client-a", "client-b"]), select(vec!["10", "25", "40"]), 0u8..12);
    let record = note.prop_map(|(kind, date, client, minutes, luck)| {
        let fields = [("client", client), ("date", date), ("minutes", minutes), ("staff_role", "outside_act")];
        let payer = [("eligibility", "none"), ("medicare_coverage", "original")];
        (Record::of(&fields).with(&payer).with(&kind), luck)
    });
    prop::collection::vec(record, 1..9).prop_map(|records| {
        let with_id = |(at, (record, luck)): (usize, (Record, u8))| {
            let id = if luck == 0 { "n-1".to_owned() } else { format!("n-{at}") };
            record.with(&[("id", &id)])
        };
        records.into_iter().enumerate().map(with_id).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn the_months_of_episodes_are_the_whole(records in episodes(), number in 0usize..4) {
        compare(&RULES[number], &records);
    }

    #[test]
    fn the_months_of_a_random_batch_are_the_whole(records in batch(30)) {
        compare(ready(), &records);
    }

    #[test]
    fn the_months_of_a_month_with_its_neighbors_are_the_whole(records in months::month(), number in 0usize..4) {
        compare(&RULES[number], &records);
    }
}

fn visit_of(id: &str, date: &str, discharge: &'static str) -> Record {
    let fields = [("id", id), ("client", "client-a"), ("date", date), ("minutes", "40"), ("staff_role", "outside_act")];
    let payer = [("eligibility", "none"), ("medicare_coverage", "original")];
    Record::of(&fields).with(&payer).with(&visit(Some(discharge), Some("moderate")))
}

fn ids(records: &[Record], month: &str) -> Vec<String> {
    let inputs = [written(Format::Json, records), "[]".to_owned()];
    classified(&RULES[0], &inputs, Some(month)).0.rows().filter_map(|row| row.id).collect()
}

#[test]
fn a_visit_belongs_to_the_month_of_its_discharge() {
    let other = visit_of("n-2", "2026-04-02", "2026-03-31").with(&[("activity", "chronic_care_management")]);
    let records = [visit_of("n-1", "2026-04-02", "2026-03-31"), other, visit_of("n-3", "2026-04-05", "2026-04-01")];
    assert_eq!(ids(&records, "2026-03"), ["n-1"]);
    assert_eq!(
        ids(&records, "2026-04"),
        ["n-2", "n-3"],
        "chronic care counts by the month, whatever it says of a discharge"
    );
    compare(&RULES[0], &records);
}

/// Two discharges in different months are billed on one line, if their visits fall on one date.
#[test]
fn a_line_of_two_discharges_is_not_torn_apart() {
    let records = [visit_of("n-1", "2026-04-02", "2026-04-01"), visit_of("n-2", "2026-04-02", "2026-03-31")];
    let inputs = [written(Format::Json, &records), "[]".to_owned()];
    let (march, _) = classified(&RULES[0], &inputs, Some("2026-03"));
    let lines: Vec<_> = march.claim_lines().into_iter().map(|line| (line.units, line.notes)).collect();
    assert_eq!(lines, [(Some(2), vec!["n-1".to_owned(), "n-2".to_owned()])]);
    assert_eq!(ids(&records, "2026-04"), [""; 0]);
    compare(&RULES[0], &records);
}

#[test]
fn a_record_without_a_date_belongs_to_the_earliest_month() {
    let without = Record::of(&[("id", "n-0"), ("client", "client-a")]);
    let records =
        [without.clone(), visit_of("n-1", "2026-04-02", "2026-03-31"), visit_of("n-2", "2026-05-02", "2026-05-01")];
    assert_eq!(ids(&records, "2026-03"), ["n-1"]);
    assert_eq!(ids(&records, "2026-04"), ["n-0"], "April has the earliest service date");
    assert_eq!((ids(&records, "2026-05"), ids(&records, "2026-06")), (vec!["n-2".to_owned()], Vec::new()));
    assert_eq!(ids(&[without], "2031-01"), ["n-0"], "no record has a date, so every month has them all");
}

#[test]
fn ids_are_compared_over_all_months() {
    let records = [visit_of("n-1", "2026-04-02", "2026-04-01"), visit_of("n-1", "2026-05-04", "2026-05-02")];
    let inputs = [written(Format::Json, &records), "[]".to_owned()];
    for (month, rejected) in [("2026-04", 0), ("2026-05", 1)] {
        let (part, said) = classified(&RULES[0], &inputs, Some(month));
        assert_eq!(part.statuses()[&actbill::status::Status::Rejected], rejected, "{month}");
        assert!(said.iter().any(|message| message.code.as_str() == "repeated-id"), "{month}: {}", told(&said));
    }
}

#[test]
fn a_month_without_records_is_said_and_empty() {
    let inputs = [written(Format::Json, &[visit_of("n-1", "2026-04-02", "2026-04-01")]), "[]".to_owned()];
    let (empty, said) = classified(&RULES[0], &inputs, Some("2026-06"));
    assert!(told(&said).contains("warning[no-notes]: no record belongs to 2026-06"), "{}", told(&said));
    let document = document(&empty);
    assert_eq!((&document["decisions"], &document["lines"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    assert_eq!((&document["summary"]["records"], ndjson(&empty)), (&Value::from(0), String::new()));
    assert!(document["summary"]["payers"].as_object().unwrap().is_empty());
}
