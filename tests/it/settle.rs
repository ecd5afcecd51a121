//! A batch that is settled on several threads gives the same output as one that is rolled up in full.

use std::num::NonZeroUsize;
use std::sync::LazyLock;

use actbill::cores::Threads;
use actbill::effective::parse_date;
use actbill::read::{Format, Reading};
use actbill::report::{Columns, Report, RowFormat};
use actbill::run::{Batch, Input, Options, Ready, Strictness, classify, read};
use actbill::table::Screen;
use proptest::prelude::*;
use proptest::sample::select;

use crate::ledger::months;
use crate::notes::{Record, batch, written};
use crate::shared::{agency, ready_with};

/// Rule sets under which different notes are simple.
static RULES: LazyLock<Vec<Ready>> = LazyLock::new(|| {
    let rate = |service: &str, amount: &str, from: &str| {
        format!("[[rate]]\nservice = \"{service}\"\namount = \"{amount}\"\nfrom = \"{from}\"\nbasis = \"house\"\n")
    };
    let team = rate("act_team", "250.00", "2026-03-03");
    let later = rate("vocational_act", "18.00", "2026-07-01");
    let shadow = "[[shadow]]\nid = \"house.daily\"\ntitle = \"a rate for the clinic's day takes its place\"\n\
                  payers = [\"mo_healthnet\"]\nbasis = \"house\"\n";
    vec![
        ready_with(&[], &[]),
        ready_with(&[("pool", "day"), ("part_quarter_hour", "8")], &[]),
        ready_with(&[("part_quarter_hour", "1"), ("specific_skills_as_vocational_act", "yes")], &[]),
        ready_with(&[], &[("symptom_link", "yes"), ("plan_link", "yes")]),
        agency(&format!("{team}{later}"), &[]),
        agency(&format!("{team}{shadow}"), &[]),
        agency(&rate("vocational_act", "18.005", "2026-03-03"), &[]),
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

/// Compares both ways for these records.
fn compare(ready: &Ready, records: &[Record], presume_nothing: bool, shown: &[&str]) {
    let text = written(Format::Ndjson, records);
    let strictness = Strictness { presume_nothing, known_fields_only: false };
    let columns = Columns::new(&ready.set, shown.iter().copied()).unwrap();
    let mut rolled = Batch::new(&ready.set, &ready.diagram, strictness, columns.facts());
    read(&ready.set, input(&text), &mut |record| drop(rolled.add(0, "notes", record, &mut drop))).unwrap();
    let mut expected = None;
    let rolled = rolled.finish(&mut drop);
    let mut rolled = Some(rolled);
    for count in [1, 2, 3, 8] {
        let reading = Reading { threads: threads(count), block: 100 * count };
        let options = Options {
            strictness,
            columns: columns.clone(),
            reading,
            ..Options::new(parse_date("2026-08-01").unwrap())
        };
        let (settled, _) = classify(ready, vec![input(&text)], &options, &mut drop).unwrap();
        let expected = expected.get_or_insert_with(|| {
            let rolled = rolled.take().unwrap();
            everything(&Report::new(settled.run.clone(), rolled, threads(1)))
        });
        assert_same_lines(expected, &everything(&settled));
    }
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
