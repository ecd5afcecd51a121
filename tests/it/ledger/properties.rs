//! What holds of every month of notes: a naive judge agrees, answers take nothing away, order means nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use actbill::read::Format;
use actbill::report::Row;
use actbill::run::Ready;
use actbill::status::Status;
use proptest::prelude::*;

use super::judge::{Expected, Judge};
use super::months::{known, month, rules, text};
use crate::notes::Record;
use crate::shared::run;

/// The shipped rules, and variants with further counts and pairs.
static RULES: LazyLock<Vec<Ready>> = LazyLock::new(|| (0..4).map(rules).collect());

/// Findings about several notes.
const LEDGER: [&str; 9] = [
    "below-unit",
    "open-minutes",
    "undecided",
    "not-together",
    "no-partner",
    "practitioners-differ",
    "payers-differ",
    "day-payers-differ",
    "code-differs",
];

fn rows(ready: &Ready, records: &[Record], strict: bool) -> Vec<Row> {
    run(ready, &[("notes", Format::Ndjson, text(records).as_bytes())], strict).unwrap().rows
}

/// Returns the units of a row by service.
fn units(row: &Row) -> BTreeMap<String, u32> {
    let own = row.service.clone().zip(row.units);
    let also = row.also.iter().filter_map(|line| Some((line.service.clone(), line.units?)));
    own.into_iter().chain(also).filter(|(_, units)| *units > 0).collect()
}

fn seen(row: &Row, ids: &[String]) -> Expected {
    let codes = row.findings.iter().map(|finding| finding.code.as_str());
    Expected {
        status: row.status.as_str(),
        units: units(row),
        bundled_into: row.bundled_into.as_ref().map(|id| ids.iter().position(|own| own == id).unwrap()),
        findings: LEDGER.into_iter().filter(|code| codes.clone().any(|own| own == *code)).collect(),
        missing: row.missing.iter().cloned().collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_month_is_what_a_naive_judge_makes_of_it(records in month(), number in 0usize..4) {
        let ready = &RULES[number];
        let discharge = ready.set.vocabulary.find("discharge_date").unwrap();
        let notes = known(ready, &records);
        let expected = Judge { set: &ready.set, notes: &notes, discharge }.judge();
        let rows = rows(ready, &records, false);
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone().unwrap()).collect();
        for (at, (row, mut expected)) in rows.iter().zip(expected).enumerate() {
            let mut seen = seen(row, &ids);
            if expected.units.remove("shared").is_some() {
                // Which note gets which share is held elsewhere.
                seen.units.clear();
                expected.findings.remove("below-unit");
                seen.findings.remove("below-unit");
            }
            prop_assert_eq!(&seen, &expected, "note {} of\n{}", at + 1, text(&records));
        }
    }

    #[test]
    fn a_line_never_goes_away_when_a_missing_fact_is_answered(
        records in month(), number in 0usize..4, which in any::<prop::sample::Index>(), value in any::<prop::sample::Index>(),
    ) {
        let ready = &RULES[number];
        let before = rows(ready, &records, false);
        let open: Vec<(usize, String)> = before
            .iter()
            .enumerate()
            .flat_map(|(at, row)| row.missing.iter().map(move |fact| (at, fact.clone())))
            .filter(|(at, fact)| fact != "staff" && records[*at].text(fact).is_none())
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let (at, fact) = which.get(&open);
        let answers = answers(ready, fact);
        let answer = value.get(&answers);
        let mut answered = records.clone();
        answered[*at] = answered[*at].clone().with(&[(fact, answer)]);
        let after = rows(ready, &answered, false);
        let person = ["practitioners-differ", "payers-differ", "day-payers-differ", "code-differs"];
        // Records that contradict each other are errors, which are found when both are decided.
        let contradicts = after.iter().any(|row| row.findings.iter().any(|found| person.contains(&found.code.as_str())));
        if contradicts {
            return Ok(());
        }
        let lines = |rows: &[Row]| {
            let mut lines: BTreeMap<(String, String, String), u32> = BTreeMap::new();
            for (other, row) in rows.iter().enumerate().filter(|(other, _)| other != at) {
                for (service, units) in units(row) {
                    let key = (row.client.clone().unwrap(), service, period(&records[other]));
                    *lines.entry(key).or_default() += units;
                }
            }
            lines
        };
        let mut then = lines(&after);
        for (service, units) in units(&after[*at]) {
            *then.entry((after[*at].client.clone().unwrap(), service, period(&records[*at]))).or_default() += units;
        }
        for (key, units) in lines(&before) {
            let now = then.get(&key).copied().unwrap_or(0);
            prop_assert!(now >= units, "{key:?}: {units} units, then {now}, `{fact}` = {answer} on note {}:\n{}", at + 1, text(&records));
        }
    }

    #[test]
    fn the_order_of_records_changes_nothing_but_which_of_equal_notes_carries(
        records in month(), number in 0usize..4, seed in any::<prop::sample::Index>(),
    ) {
        let ready = &RULES[number];
        let mut shuffled = records.clone();
        let middle = seed.index(shuffled.len());
        shuffled.rotate_left(middle);
        let result = |rows: &[Row]| {
            let mut lines: BTreeMap<(String, String, String), u32> = BTreeMap::new();
            let mut status: BTreeSet<(String, &str)> = BTreeSet::new();
            for row in rows {
                status.insert((row.id.clone().unwrap(), row.status.as_str()));
                for (service, units) in units(row) {
                    *lines.entry((row.client.clone().unwrap(), row.payer.clone().unwrap(), service)).or_default() += units;
                }
            }
            (lines, status)
        };
        prop_assert_eq!(result(&rows(ready, &records, false)), result(&rows(ready, &shuffled, false)));
    }

    #[test]
    fn a_strict_run_bills_nothing_that_held_notes_could_add_to(records in month(), number in 0usize..4) {
        let rows = rows(&RULES[number], &records, true);
        for row in rows.iter().filter(|row| row.status == Status::Billable) {
            prop_assert!(row.findings.iter().all(|finding| finding.code != "open-minutes"), "{}", text(&records));
        }
    }
}

/// Returns answers that a fact takes.
fn answers(ready: &Ready, fact: &str) -> Vec<String> {
    let vocabulary = &ready.set.vocabulary;
    let fact = vocabulary.fact(vocabulary.find(fact).unwrap());
    match &fact.kind {
        actbill::facts::Kind::Coded(values) => values.clone(),
        actbill::facts::Kind::Number(..) => ["0", "1", "2", "3"].map(str::to_owned).to_vec(),
        actbill::facts::Kind::Date => ["2026-03-01", "2026-03-02", "2026-03-03"].map(str::to_owned).to_vec(),
    }
}

/// Returns the month of a note or, for a visit, its discharge.
fn period(record: &Record) -> String {
    let date = record.text("date").unwrap();
    match record.text("activity") {
        Some("discharge_visit") => record.text("discharge_date").unwrap_or("open").to_owned(),
        Some("psychotherapy" | "interactive_complexity" | "family_psychotherapy") => date.to_owned(),
        _ => date[..7].to_owned(),
    }
}
