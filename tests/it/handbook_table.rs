//! The decision table: rows that exclude each other, are together every note, and say what a naive judge says.

use std::collections::BTreeSet;

use actbill::diagram::{Asked, compile};
use actbill::effective::parse_date;
use actbill::facts::{Answer, Facts, Origin};
use actbill::handbook::table::{Row, Table};
use actbill::handbook::{Form, write_table};
use actbill::proof::Region;
use actbill::rules::{Outcome, RuleFile, RuleId, RuleSet, reasons};
use actbill::run::Ready;
use actbill::table::Screen;
use actbill::words;
use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::Value;

use crate::judge::{applies, outcome};
use crate::plan::plan;
use crate::shared::{ready, ready_with};

/// A combination of a region, as a complete note.
fn note(set: &RuleSet, table: &Table, cells: &[u16]) -> (Facts, NaiveDate) {
    let (mut facts, mut date) = (set.answered(), parse_date("2026-03-02").unwrap());
    // What is no axis matters to nothing, so any answer will do.
    for (id, fact) in set.vocabulary.facts().filter(|(_, fact)| fact.origin != Origin::Setting) {
        facts.set(id, if fact.values().is_empty() { Answer::Number(1) } else { Answer::Value(0) });
    }
    for (axis, cell) in table.axes.iter().zip(cells) {
        match (axis.asked, axis.answer(*cell)) {
            (Asked::Fact(fact), answer) => facts.set(fact, answer),
            (Asked::ServiceDate, Answer::Number(day)) => {
                date = NaiveDate::from_num_days_from_ce_opt(day.try_into().unwrap()).unwrap_or(NaiveDate::MIN);
            }
            (Asked::ServiceDate, answer) => panic!("{answer:?} is no day"),
        }
    }
    (facts, date)
}

/// What decides a combination, rule by rule as they are written.
fn why(set: &RuleSet, facts: &Facts, date: NaiveDate) -> BTreeSet<RuleId> {
    let applying: Vec<RuleId> = set.rules().filter(|(_, rule)| applies(rule, facts, date)).map(|(id, _)| id).collect();
    reasons(set, &applying).into_iter().collect()
}

/// The row's outcome is the naive judge's, and its reasons are as it says. Returns what decides this combination.
fn judged(set: &RuleSet, table: &Table, row: &Row, cells: &[u16]) -> BTreeSet<RuleId> {
    let (facts, date) = note(set, table, cells);
    assert_eq!(outcome(set, &facts, date), row.outcome, "{:?}", row.region.told(set, &table.axes));
    let why = why(set, &facts, date);
    assert!(row.always.iter().all(|rule| why.contains(rule)));
    assert!(why.iter().all(|rule| row.always.contains(rule) || row.sometimes.contains(rule)));
    why
}

/// Combinations of a region: its first with each answer to each fact, and as many picked from all over.
fn some(region: &Region) -> Vec<Vec<u16>> {
    let cells: Vec<Vec<u16>> = region.0.iter().map(|cells| cells.iter().copied().collect()).collect();
    let first: Vec<u16> = cells.iter().map(|cells| cells[0]).collect();
    let mut some = Vec::new();
    let mut pick = 12_345_usize;
    for (axis, all) in cells.iter().enumerate() {
        for cell in all {
            let mut one = first.clone();
            one[axis] = *cell;
            some.push(one);
            some.push(
                cells
                    .iter()
                    .map(|cells| {
                        pick = pick.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                        cells[(pick >> 33) % cells.len()]
                    })
                    .collect(),
            );
        }
    }
    some
}

/// All combinations of a region.
fn every(region: &Region) -> Vec<Vec<u16>> {
    region.0.iter().fold(vec![Vec::new()], |begun, cells| {
        begun
            .iter()
            .flat_map(|begun: &Vec<u16>| cells.iter().map(move |cell| [begun.as_slice(), &[*cell]].concat()))
            .collect()
    })
}

/// The rows exclude each other, and their sizes add up to the whole domain: each note falls in exactly one.
fn parts_the_domain(table: &Table) {
    let rows: Vec<&Row> = table.rows().collect();
    for (at, one) in rows.iter().enumerate() {
        assert!(!one.region.is_empty());
        for other in &rows[at + 1..] {
            let mut both = one.region.0.iter().zip(&other.region.0);
            assert!(both.any(|(one, other)| one.is_disjoint(other)), "two rows for one note");
        }
    }
    assert_eq!(rows.iter().map(|row| row.region.size()).sum::<u128>(), table.combinations());
}

/// No two rows of a family with the same outcome and reasons differ in one fact only: they would be one row.
fn is_merged(table: &Table) {
    for family in &table.families {
        for (at, one) in family.rows.iter().enumerate() {
            for other in &family.rows[at + 1..] {
                let differ = one.region.0.iter().zip(&other.region.0).filter(|(one, other)| one != other).count();
                let alike =
                    (one.outcome, &one.always, &one.sometimes) == (other.outcome, &other.always, &other.sometimes);
                assert!(differ > 1 || !alike, "{:?} and {:?}", one.region, other.region);
            }
        }
    }
}

fn shipped_table(ready: &Ready, all_settings: bool) -> Table {
    let table = Table::of(&ready.set, &ready.atlas, all_settings).unwrap();
    parts_the_domain(&table);
    is_merged(&table);
    for row in table.rows() {
        for cells in some(&row.region) {
            judged(&ready.set, &table, row, &cells);
        }
        assert!(!row.always.is_empty(), "{:?}", row.region.told(&ready.set, &table.axes));
    }
    table
}

#[test]
fn each_note_falls_in_exactly_one_row_which_says_what_a_naive_judge_says() {
    let ready = ready();
    let (in_force, all) = (shipped_table(ready, false), shipped_table(ready, true));
    assert_eq!(all.combinations(), actbill::proof::combinations(&ready.atlas));
    assert_eq!(in_force.combinations() * 2_u128.pow(7), all.combinations());
    // As few as were found; more would be a table that is harder to read.
    assert!(in_force.rows().count() <= 44 && all.rows().count() <= 102);
}

#[test]
fn the_table_is_under_the_settings_in_force() {
    let coaching = |ready: &Ready| {
        let table = shipped_table(ready, false);
        let shown = table.rows().filter(|row| matches!(row.outcome, Outcome::Billable(..)));
        let regions: Vec<_> = shown.map(|row| row.region.told(&ready.set, &table.axes)).collect();
        regions.into_iter().find(|told| told[0].1 == ["job_coaching"]).unwrap()
    };
    let contact = |told: Vec<(String, Vec<String>)>| told.into_iter().find(|(name, _)| name == "contact").unwrap().1;
    assert_eq!(contact(coaching(ready())), ["in_person"]);
    let other = ready_with(&[("remote_job_coaching", "yes")], &[]);
    assert_eq!(contact(coaching(&other)), ["in_person", "video", "phone"]);
}

#[test]
fn activities_that_are_decided_alike_stand_together() {
    let table = Table::of(&ready().set, &ready().atlas, false).unwrap();
    let sizes: Vec<usize> = table.families.iter().map(|family| family.cells.len()).collect();
    assert_eq!(sizes, [6, 7, 1, 1, 1, 1, 1, 1]);
}

fn written(form: Form) -> String {
    let ready = ready();
    let mut out = Vec::new();
    write_table(&ready.set, &Table::of(&ready.set, &ready.atlas, true).unwrap(), form, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_tells_every_row() {
    let table = Table::of(&ready().set, &ready().atlas, true).unwrap();
    let document: Value = serde_json::from_str(&written(Form::Json)).unwrap();
    let rows = document["rows"].as_array().unwrap();
    let size = |value: &Value| value["combinations"].to_string().parse::<u128>().unwrap();
    assert_eq!(rows.iter().map(size).sum::<u128>(), size(&document));
    assert_eq!(size(&document), table.combinations());

    let text = written(Form::Csv);
    let mut sheet = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = sheet.headers().unwrap().iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = sheet.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), rows.len());
    for (record, row) in records.iter().zip(rows) {
        for (name, cell) in header.iter().zip(record) {
            let told = match (name.as_str(), &row["when"][name], &row[name]) {
                (_, Value::Array(answers), _) | (_, _, Value::Array(answers)) => {
                    answers.iter().map(|answer| answer.as_str().unwrap()).collect::<Vec<_>>().join("; ")
                }
                ("combinations", _, size) => size.to_string(),
                (_, _, value) => value.as_str().unwrap_or_default().to_owned(),
            };
            assert_eq!(cell, told, "{name}");
        }
    }

    let last = format!("{} rows, {} combinations of answers", rows.len(), table.combinations());
    let markdown = written(Form::Markdown);
    assert!(markdown.contains(&last));
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("| ")).count();
    // A header and the line below it for each family, and a line for each row.
    assert_eq!(lines(&markdown), rows.len() + 2 * table.families.len());
    for width in [60, 98, 400] {
        let text = written(Form::Text(Screen { width, colors: false }));
        assert!(text.contains(&last));
        let widest = text.lines().filter(|line| line.starts_with('─')).map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= usize::from(width), "{width}\n{text}");
    }
}

/// On a narrow screen a row tells only what differs from the row above.
#[test]
fn what_a_narrow_screen_leaves_out_stands_in_the_row_above() {
    let [wide, narrow] = [2_000, 98].map(|width| written(Form::Text(Screen { width, colors: false })));
    assert!(!wide.contains('…'), "{wide}");
    assert!(narrow.contains("\n…; ") && narrow.contains("…: what the row above begins with"), "{narrow}");
    // Each row is still there: its outcome and its reasons.
    for word in ["non_billable", "held", "H2023", "H0040"] {
        assert_eq!(wide.matches(word).count(), narrow.matches(word).count(), "{word}");
    }
}

/// Reading a narrow table as its legend says gives each row's conditions in full: what "…" stands for ends at the fact
/// that is named next, and the row above names that one.
#[test]
fn a_narrow_table_read_as_its_legend_says_is_the_whole_table() {
    let table = Table::of(&ready().set, &ready().atlas, true).unwrap();
    // Too narrow for a column for each fact of the largest families.
    let narrow = written(Form::Text(Screen { width: 225, colors: false }));
    let mut compared = 0;
    for (family, part) in table.families.iter().zip(narrow.split("\n\n")) {
        let mut lines = part.lines().skip_while(|line| !line.starts_with("where "));
        let Some(header) = lines.next() else { continue };
        let outcome = header.find("outcome").unwrap();
        let mut cells: Vec<String> = Vec::new();
        for line in lines.skip(1).map(|line| line.chars().collect::<Vec<char>>()) {
            let (cell, rest): (String, String) =
                (line.iter().take(outcome).collect(), line.iter().skip(outcome).take(1).collect());
            // A line with no outcome goes on with the cell of the line above.
            if rest.trim().is_empty() {
                cells.last_mut().unwrap().extend([" ", cell.trim()]);
            } else {
                cells.push(cell.trim().to_owned());
            }
        }
        assert_eq!(cells.len(), family.rows.len());
        let mut above: Vec<(String, String)> = Vec::new();
        for (row, cell) in family.rows.iter().zip(&cells) {
            let told: Vec<(String, String)> = cell
                .split("; ")
                .map(str::trim)
                .filter(|part| !part.is_empty() && *part != "…")
                .map(|part| part.split_once(": ").map(|(name, cells)| (name.to_owned(), cells.to_owned())).unwrap())
                .collect();
            let mut whole = Vec::new();
            if cell.starts_with('…') {
                let ends = above.iter().position(|(name, _)| *name == told[0].0);
                whole.extend_from_slice(&above[..ends.unwrap_or_else(|| panic!("{cell} after {above:?}"))]);
            }
            whole.extend(told.into_iter().filter(|(_, cells)| cells != "anything"));
            let bound = family.columns.iter().filter_map(|axis| {
                let (cells, asked) = table.bound(row, *axis).zip(table.axes.get(*axis))?;
                Some((asked.asked.name(&ready().set).to_owned(), words::cells(&ready().set, asked, cells)))
            });
            assert_eq!(whole, bound.collect::<Vec<_>>(), "{cell}");
            above = whole;
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Also where notes are in a gap or in a conflict, and on other dates.
    #[test]
    fn on_random_rule_sets(plan in plan(), all_settings in any::<bool>()) {
        let text = plan.written();
        let set = RuleSet::load(vec![RuleFile { name: "random.toml".into(), text, own: false }]).unwrap();
        let atlas = compile(&set).unwrap();
        let table = Table::of(&set, &atlas, all_settings).unwrap();
        parts_the_domain(&table);
        for row in table.rows() {
            let whys: Vec<BTreeSet<RuleId>> =
                every(&row.region).iter().map(|cells| judged(&set, &table, row, cells)).collect();
            let any: BTreeSet<RuleId> = whys.iter().flatten().copied().collect();
            let (always, sometimes): (Vec<RuleId>, Vec<RuleId>) =
                any.into_iter().partition(|rule| whys.iter().all(|why| why.contains(rule)));
            prop_assert_eq!((&row.always, &row.sometimes), (&always, &sometimes));
        }
    }
}
