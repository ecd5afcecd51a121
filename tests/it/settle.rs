//! A batch that is settled on several threads gives the same output as one that is rolled up in full.

use std::num::NonZeroUsize;
use std::sync::LazyLock;

use actbill::cores::Threads;
use actbill::effective::parse_date;
use actbill::read::{Format, Reading};
use actbill::report::{Columns, Report, Row, RowFormat};
use actbill::run::{Batch, Input, Options, Ready, Strictness, classify, read};
use actbill::status::Status;
use actbill::table::Screen;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::ledger::months;
use crate::notes::{Record, batch, coaching, written};
use crate::shared::{agency, ready_with};

/// Rule sets under which different notes are simple.
static RULES: LazyLock<Vec<Ready>> = LazyLock::new(|| {
    let rate = |service: &str, amount: &str, from: &str| {
        format!("[[rate]]\nservice = \"{service}\"\namount = \"{amount}\"\nfrom = \"{from}\"\nbasis = \"house\"\n")
    };
    let team = rate("act_team", "250.00", "2026-03-03");
    let later = rate("vocational_act", "18.00", "2026-07-01");
    let shadow = "[[shadow]]\nid = \"house.daily\"\ntitle = \"a rate for the clinic's day takes its place\"\n\
                  payers = [\"mo_healthnet\"]\nfrom = \"2026-03-03\"\nbasis = \"house\"\n";
    let strikes = ["duplicate", "maybe-duplicate", "staff-overlap", "client-overlap", "impossible-day"];
    let strikes = strikes.map(|edit| format!("[edit.{edit}]\nthen = \"strike\"\n")).concat();
    vec![
        ready_with(&[], &[]),
        ready_with(&[("pool", "day"), ("part_quarter_hour", "8")], &[]),
        ready_with(&[("part_quarter_hour", "1"), ("specific_skills_as_vocational_act", "yes")], &[]),
        ready_with(&[], &[("symptom_link", "yes"), ("plan_link", "yes")]),
        agency(&format!("{team}{later}"), &[]),
        agency(&format!("{team}{shadow}"), &[]),
        agency(&rate("vocational_act", "18.005", "2026-03-03"), &[]),
        agency(&strikes, &[]),
    ]
});

/// Rule sets with counts and pairs.
static MONTHS: LazyLock<Vec<Ready>> = LazyLock::new(|| (0..4).map(months::rules).collect());

fn threads(count: usize) -> Threads {
    Threads::new(NonZeroUsize::new(count).unwrap())
}

/// Returns everything that a report can show.
fn everything(report: &Report<'_>) -> String {
    let mut out = Vec::new();
    let text = RowFormat::Text(Screen { width: 100, colors: false });
    for format in [RowFormat::Ndjson, RowFormat::Csv, RowFormat::Json, text] {
        report.write(format, &mut out).unwrap();
    }
    report.write_summary(&mut out).unwrap();
    serde_json::to_writer(&mut out, &report.claim_lines()).unwrap();
    String::from_utf8(out).unwrap()
}

fn input(text: &str) -> Input<'_> {
    Input::new("notes", Some(Format::Ndjson), text.as_bytes())
}

/// Compares both ways for these records, and returns the rows.
fn compare(ready: &Ready, records: &[Record], presume_nothing: bool, shown: &[&str]) -> Vec<Row> {
    let text = written(Format::Ndjson, records);
    let strictness = Strictness { presume_nothing, known_fields_only: false };
    let columns = Columns::new(&ready.set, shown.iter().copied()).unwrap();
    let as_of = parse_date("2027-01-15").unwrap();
    let mut rolled = Batch::new(&ready.set, &ready.diagram, strictness, columns.facts()).as_of(as_of);
    read(&ready.set, input(&text), &mut |record| drop(rolled.add(0, "notes", record, &mut drop))).unwrap();
    let (mut expected, mut rows) = (None, Vec::new());
    let rolled = rolled.finish(&mut drop);
    let mut rolled = Some(rolled);
    for count in [1, 2, 3, 8] {
        let reading = Reading { threads: threads(count), block: 100 * count };
        let options = Options { strictness, columns: columns.clone(), reading, ..Options::new(as_of) };
        let (settled, _) = classify(ready, vec![input(&text)], &options, &mut drop).unwrap();
        let expected = expected.get_or_insert_with(|| {
            let rolled = rolled.take().unwrap();
            everything(&Report::new(settled.run.clone(), rolled, threads(1)))
        });
        assert_same_lines(expected, &everything(&settled));
        rows = settled.rows().collect();
    }
    rows
}

/// Fails with the first line that differs.
fn assert_same_lines(expected: &str, found: &str) {
    for (expected, found) in expected.lines().zip(found.lines()) {
        assert_eq!(expected, found);
    }
    assert_eq!(expected.len(), found.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn of_random_batches(
        records in batch(40),
        rules in 0..RULES.len(),
        presume_nothing in any::<bool>(),
        shown in select(vec![&[][..], &["eligibility", "birth_date"], &["age", "client_present"]]),
    ) {
        compare(&RULES[rules], &records, presume_nothing, shown);
    }

    #[test]
    fn of_random_months(records in months::month(), number in 0usize..4, presume_nothing in any::<bool>()) {
        compare(&MONTHS[number], &records, presume_nothing, &[]);
    }
}

/// No text of the notes has to be escaped, but a value that rows show.
#[test]
fn of_values_with_quotes() {
    let own = "[fact.mood]\nask = \"How was the client?\"\nvalues = ['so \"so\"', \"well\"]\n";
    let note = |id: &str, mood: &str| {
        Record::of(&[
            ("id", id),
            ("client", "client-a"),
            ("date", "2026-03-02"),
            ("minutes", "45"),
            ("activity", "self_care_skills"),
            ("staff_role", "nurse"),
            ("mood", mood),
        ])
    };
    compare(&agency(own, &[]), &[note("n-1", "so \"so\""), note("n-2", "well")], false, &["mood"]);
}

/// The notes of one client and its staff, with everything that concerns several of them.
fn one_client(number: usize) -> Vec<Record> {
    let of = |id: &str, day: u32, fields: &[(&str, &str)]| {
        Record::of(&[
            ("id", &format!("{id}-c{number:05}")),
            ("client", &format!("client-c{number:05}")),
            ("staff", &format!("staff-c{number:05}")),
            ("date", &format!("2026-03-{day:02}")),
            ("staff_role", "vocational_specialist"),
            ("eligibility", "mo_healthnet"),
            ("symptom_link", "yes"),
            ("plan_link", "yes"),
            ("medically_needed", "yes"),
        ])
        .with(fields)
    };
    let coaching = |id: &str, day: u32, start: &str, end: &str| {
        let fields = [("activity", "job_coaching"), ("eligibility", "department"), ("start", start), ("end", end)];
        of(id, day, &fields)
    };
    let practice = |id: &str, day: u32| of(id, day, &[("activity", "interview_practice"), ("minutes", "30")]);
    let chronic = |id: &str, day: u32, conditions: &str| {
        let fields = [("activity", "chronic_care_management"), ("chronic_conditions", conditions), ("minutes", "17")];
        of(id, day, &fields).with(&[("medicare_coverage", "original"), ("eligibility", "")])
    };
    vec![
        coaching("first", 2, "09:00", "10:00"),
        coaching("same", 2, "09:00", "10:00"),
        coaching("overlap", 2, "09:30", "10:30").with(&[("staff", &format!("other-c{number:05}"))]),
        coaching("maybe", 3, "09:00", "10:00"),
        coaching("maybe-too", 3, "", "").with(&[("minutes", "60")]),
        practice("day", 4),
        practice("bundled", 4),
        practice("held", 5).with(&[("plan_link", "")]),
        chronic("month", 9, "2"),
        chronic("month-too", 10, "2"),
        chronic("month-held", 11, ""),
        chronic("overlapped", 12, "2").with(&[("minutes", ""), ("start", "09:00"), ("end", "09:17")]),
        chronic("overlapping", 12, "2").with(&[("minutes", ""), ("start", "09:10"), ("end", "09:27")]),
        chronic("integration", 13, "").with(&[
            ("activity", "integration_management"),
            ("systematic_assessment", "yes"),
            ("plan_revision", "yes"),
            ("continuous_relationship", "yes"),
            ("minutes", "28"),
        ]),
        chronic("collaborative", 14, "").with(&[
            ("activity", "progress_review"),
            ("care_month", "first"),
            ("collaborative_team", "yes"),
            ("integration_warranted", "yes"),
            ("minutes", "44"),
        ]),
        practice("navigation", 6).with(&[("activity", "insurance_navigation")]),
        practice("rejected", 12).with(&[("date", "2026-02-30")]),
        coaching("long", 16, "00:00", "12:00"),
        coaching("longer", 16, "12:00", "23:00"),
    ]
}

/// Asserts that every number of a summary is so many times that of another one.
fn assert_times(times: usize, one: &Value, many: &Value, name: &str) {
    match (one, many) {
        (Value::Object(one), Value::Object(many)) => {
            assert!(one.keys().eq(many.keys()), "{name}");
            // A share of the notes stays as it is.
            for (name, one) in one.iter().filter(|(name, _)| *name != "share") {
                assert_times(times, one, &many[name], name);
            }
        }
        (Value::Number(one), Value::Number(many)) => {
            let decimal = |number: &serde_json::Number| number.to_string().parse::<Decimal>().unwrap();
            assert_eq!(decimal(one) * Decimal::from(times), decimal(many), "{name}");
        }
        _ => assert_eq!(one, many, "{name}"),
    }
}

/// Of many clients, shared among threads, each is settled as it is alone, and the totals are those of one as many times.
#[test]
fn of_many_clients() {
    let own = "[[edit]]\ncheck = \"over-limit\"\nservice = \"vocational_act\"\nmost = 90\nwithin = \"day\"\nthen = \"hold\"\n\
               [[count]]\nid = \"own.minutes\"\nnotes = \"case_management\"\nwithin = \"note\"\nat_least = 8\neach = 15\n\
               earns = \"case_management\"\nbasis = \"house\"\n";
    let ready = agency(own, &[&months::OPEN[..], &[("mo_healthnet_pays", "per_member")]].concat());
    let run = |clients: std::ops::Range<usize>, count: usize| -> (Vec<String>, Value) {
        let text = written(Format::Ndjson, &clients.flat_map(one_client).collect::<Vec<_>>());
        let reading = Reading { threads: threads(count), ..Reading::default() };
        let options = Options { reading, ..Options::new(parse_date("2026-08-01").unwrap()) };
        let (report, _) = classify(&ready, vec![input(&text)], &options, &mut drop).unwrap();
        let (mut rows, mut summary) = (Vec::new(), Vec::new());
        report.write(RowFormat::Ndjson, &mut rows).unwrap();
        report.write_summary(&mut summary).unwrap();
        let rows = String::from_utf8(rows).unwrap();
        let without_number = |row: &str| row.split_once(",\"id\"").unwrap().1.to_owned();
        (rows.lines().map(without_number).collect(), serde_json::from_slice(&summary).unwrap())
    };
    let (alone, summary) = run(0..1, 1);
    let told = [
        "duplicate",
        "client-overlap",
        "maybe-duplicate",
        "bundled_into",
        "open-minutes",
        "not-together",
        "long-day",
        "over-limit",
        "shadow",
    ];
    assert!(told.iter().all(|told| alone.iter().any(|row| row.contains(told))), "{}", alone.join("\n"));
    for count in [1, 3] {
        // More notes than one thread takes at once.
        let (rows, totals) = run(0..4_000, count);
        for (at, row) in rows.iter().enumerate() {
            let (client, note) = (at / alone.len(), at % alone.len());
            assert_eq!(row.replace(&format!("-c{client:05}"), "-c00000"), alone[note]);
        }
        assert_times(4_000, &summary["summary"], &totals["summary"], "summary");
    }
}

/// Notes that wait for the same answer, with different minutes.
#[test]
fn of_held_notes() {
    let note = |(at, minutes): (usize, &u32)| {
        let (id, client) = (format!("n-{at}"), format!("client-{at}"));
        coaching(&[("id", &id), ("client", &client), ("minutes", &minutes.to_string()), ("eligibility", "")])
    };
    let records: Vec<Record> = [95, 15, 40, 15].iter().enumerate().map(note).collect();
    compare(&RULES[0], &records, false, &[]);
}

/// Notes with one decision, before and after the last date for which the rules were checked against their sources.
#[test]
fn of_dates_that_nobody_checked() {
    let note = |(at, date): (usize, &&str)| {
        Record::of(&[
            ("id", &format!("n-{at}")),
            ("client", "client-a"),
            ("date", date),
            ("minutes", "60"),
            ("activity", "insurance_navigation"),
            ("eligibility", "mo_healthnet"),
            ("staff_role", "care_manager"),
        ])
    };
    let dates = ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02", "2026-12-29"];
    let records: Vec<Record> = dates.iter().enumerate().map(note).collect();
    let ready = ready_with(&[("case_management_covered", "yes")], &[]);
    let rows = compare(&ready, &records, false, &[]);
    let told = rows.iter().map(|row| row.findings.iter().any(|finding| finding.code == "unverified-date"));
    assert_eq!(told.collect::<Vec<_>>(), [false, false, true, true, false]);
}

/// An edit strikes two of three billable notes: they overlap.
#[test]
fn of_struck_notes() {
    let note = |id: &str, client: &str, start: &str, end: &str| {
        let times = [("date", "2026-03-04"), ("minutes", ""), ("start", start), ("end", end)];
        coaching(&[("id", id), ("client", client), ("staff", "staff-1")]).with(&times)
    };
    let records = [
        note("n-1", "client-a", "09:00", "10:00"),
        note("n-2", "client-b", "09:45", "10:45"),
        note("n-3", "client-a", "11:00", "12:00"),
    ];
    let rows = compare(RULES.last().unwrap(), &records, false, &[]);
    let statuses: Vec<Status> = rows.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Status::NonBillable, Status::NonBillable, Status::Billable]);
}

/// The row of a long day names only the nearest notes.
#[test]
fn of_a_long_day() {
    let note = |at: usize, eligibility: &str| {
        let (id, start) = (format!("n-{at}"), format!("{:02}:{:02}", at / 2, at % 2 * 30));
        let end = format!("{:02}:{:02}", at / 2, at % 2 * 30 + 20);
        Record::of(&[
            ("id", &id),
            ("client", "client-a"),
            ("date", "2026-03-02"),
            ("start", &start),
            ("end", &end),
            ("activity", "self_care_skills"),
            ("staff_role", "nurse"),
            ("symptom_link", "yes"),
            ("medically_needed", "yes"),
            ("eligibility", eligibility),
        ])
    };
    for count in [2, 20, 21, 22, 23, 45] {
        let records: Vec<Record> =
            (0..count).map(|at| note(at, if at % 3 == 0 { "department" } else { "mo_healthnet" })).collect();
        compare(&RULES[0], &records, false, &[]);
    }
}
