//! Measures the stages of a run in memory: rules, decisions, and whole runs in each format.
//!
//! Run `cargo bench --bench classify`, or add `-- rows` for one benchmark.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark stops where something went wrong")]

mod workload;

use actbill::decide::Judge;
use actbill::effective::parse_date;
use actbill::facts::{Answer, Facts};
use actbill::read::Format;
use actbill::report::RowFormat;
use actbill::rules::RuleSet;
use actbill::run::{Input, Options, classify};
use chrono::NaiveDate;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

use workload::{Note, notes, ready, rule_files, text};

/// Number of notes in each run.
const NOTES: usize = 10_000;

fn main() {
    divan::main();
}

/// The shipped rule files → rules that are ready to decide.
#[divan::bench]
fn rules(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(rule_files).bench_values(ready);
}

/// Answers → decisions, one after another and without remembering any.
#[divan::bench]
fn decisions(bencher: Bencher<'_, '_>) {
    let ready = ready(rule_files());
    let judge = Judge::new(&ready.set, &ready.diagram, true);
    let facts: Vec<Facts> = notes(NOTES).iter().map(|note| facts(&ready.set, note)).collect();
    let decide = || facts.iter().for_each(|facts| drop(divan::black_box(judge.evaluate(facts, as_of()))));
    bencher.counter(ItemsCount::new(NOTES)).bench(decide);
}

/// Notes → rows in the same format, from memory to memory.
#[divan::bench(args = Format::ALL.map(Format::name))]
fn rows(bencher: Bencher<'_, '_>, name: &str) {
    let ready = ready(rule_files());
    let format = Format::ALL.into_iter().find(|format| format.name() == name).unwrap();
    let rows = match format {
        Format::Json => RowFormat::Json,
        Format::Ndjson => RowFormat::Ndjson,
        Format::Csv | Format::Workbook => RowFormat::Csv,
    };
    let notes = text(&notes(NOTES), format);
    let options = Options::new(as_of());
    let counted = bencher.counter(ItemsCount::new(NOTES)).counter(BytesCount::new(notes.len()));
    counted.bench(|| {
        let input = Input::new("notes", Some(format), notes.as_slice());
        let (report, _) = classify(&ready, vec![input], &options, &mut drop).unwrap();
        let mut written = Vec::new();
        report.write(rows, &mut written).unwrap();
        written
    });
}

/// Returns the date that all runs are made for.
fn as_of() -> NaiveDate {
    parse_date("2026-12-31").unwrap()
}

/// Returns the answers of a note.
fn facts(set: &RuleSet, note: &Note) -> Facts {
    let mut facts = set.answered();
    for (name, value) in note {
        if let Some(id) = set.vocabulary.find(name) {
            facts.set(id, Answer::Value(set.vocabulary.fact(id).value(value).unwrap()));
        }
    }
    facts.derive(&set.vocabulary, as_of(), 45);
    facts
}
