//! The decision table: its rows are disjoint, cover every note, and agree with a naive judge.

use std::collections::BTreeSet;
use std::fmt::Write;

use actbill::diagram::{ActivityGraph, Diagram, Question, Value};
use actbill::effective::parse_date;
use actbill::facts::{Answer, Facts, Origin};
use actbill::handbook::table::{Row, Table};
use actbill::handbook::{Form, write_table};
use actbill::rules::{Outcome, RuleFile, RuleSet};
use actbill::run::Ready;
use actbill::space::{Region, Space};
use actbill::table::Screen;
use chrono::NaiveDate;
use num_bigint::BigUint;
use proptest::prelude::*;

use crate::judge::{outcome, reasons};
use crate::missouri::{JOB_FINDING, SKILLS};
use crate::plan::plan;
use crate::shared::{ready, ready_with};

/// An activity and a value for each variable.
type Combination = (u16, Vec<Value>);

/// Turns a combination into a complete note.
fn note(table: &Table<'_>, (activity, values): &Combination) -> (Facts, NaiveDate) {
    let set = table.set;
    let (mut facts, mut date) = (set.answered(), parse_date("2026-03-02").unwrap());
    // What no rule asks matters to nothing, so any answer will do.
    for (id, fact) in set.vocabulary.facts().filter(|(_, fact)| fact.origin != Origin::Setting) {
        facts.set(id, if fact.values().is_empty() { Answer::Number(1) } else { Answer::Value(0) });
    }
    if let Some(fact) = table.diagram.activity_fact() {
        facts.set(fact, Answer::Value(*activity));
    }
    for (variable, value) in table.diagram.variables.list().iter().zip(values) {
        match (variable.question, variable.answer(*value)) {
            (Question::Fact(fact), answer) => facts.set(fact, answer),
            (Question::ServiceDate, Answer::Number(day)) => {
                date = NaiveDate::from_num_days_from_ce_opt(day.try_into().unwrap()).unwrap_or(NaiveDate::MIN);
            }
            (Question::ServiceDate, answer) => panic!("{answer:?} is no day"),
        }
    }
    (facts, date)
}

/// Asserts that the outcome and the reasons of a row agree with the naive judge. Returns the rules that decide.
fn judged(table: &Table<'_>, row: &Row, combination: &Combination) -> BTreeSet<String> {
    let (facts, date) = note(table, combination);
    assert_eq!(outcome(table.set, &facts, date), row.outcome, "{:?}", row.region);
    let reasons = reasons(table.set, &facts, date);
    let (always, sometimes) = named(table.set, row);
    assert!(always.is_subset(&reasons));
    assert!(reasons.iter().all(|rule| always.contains(rule) || sometimes.contains(rule)));
    reasons
}

fn named(set: &RuleSet, row: &Row) -> (BTreeSet<String>, BTreeSet<String>) {
    let ids = |rules: &[_]| rules.iter().map(|rule| set.rule(*rule).id.clone()).collect();
    (ids(&row.always), ids(&row.sometimes))
}

/// Returns combinations of a region: its first with each answer to each fact, and as many at random.
fn some(region: &Region) -> Vec<Combination> {
    let values: Vec<Vec<Value>> = region.values.iter().map(|values| values.iter().copied().collect()).collect();
    let first: Vec<Value> = values.iter().map(|values| values[0]).collect();
    let activities: Vec<u16> = region.activities.iter().copied().collect();
    let mut seed = 12_345_usize;
    let mut pick = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most
    };
    let mut some = vec![(activities[0], first.clone())];
    for (variable, all) in values.iter().enumerate() {
        for value in all {
            let mut one = first.clone();
            one[variable] = *value;
            some.push((activities[pick(activities.len())], one));
            let picked = values.iter().map(|values| values[pick(values.len())]).collect();
            some.push((activities[pick(activities.len())], picked));
        }
    }
    some
}

/// Returns all combinations of a region.
fn every(region: &Region) -> Vec<Combination> {
    let mut all: Vec<Combination> = region.activities.iter().map(|activity| (*activity, Vec::new())).collect();
    for values in &region.values {
        let longer = |(activity, begun): &Combination| -> Vec<Combination> {
            values.iter().map(|value| (*activity, [begun.as_slice(), &[*value]].concat())).collect()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// Asserts that the rows are disjoint and that their sizes add up to the whole domain, so each note is in exactly one.
fn assert_partition(table: &Table<'_>) {
    for section in &table.sections {
        for (at, one) in section.rows.iter().enumerate() {
            assert!(!one.region.is_empty());
            for other in &section.rows[at + 1..] {
                let mut both = one.region.values.iter().zip(&other.region.values);
                assert!(both.any(|(one, other)| one.is_disjoint(other)), "two rows for one note");
            }
        }
    }
    let shown = table.rows().map(Row::combinations).sum::<BigUint>();
    let is_whole = table.left_out() == BigUint::ZERO;
    assert!(if is_whole { shown == table.combinations() } else { shown < table.combinations() });
}

fn shipped_table(ready: &Ready, all_settings: bool) -> Table<'_> {
    let table = Table::new(&ready.set, &ready.diagram, all_settings);
    assert_partition(&table);
    for (section, row) in table.sections.iter().flat_map(|section| section.rows.iter().map(move |row| (section, row))) {
        for combination in some(&row.region).into_iter().filter(|combination| is_possible(section.graph, combination)) {
            judged(&table, row, &combination);
        }
        assert!(!row.always.is_empty() || !row.sometimes.is_empty(), "{:?}", row.region);
    }
    table
}

/// Whether real dates have the derived days of a combination. The others take part in no decision.
fn is_possible(graph: &ActivityGraph, (_, values): &Combination) -> bool {
    let values: Vec<Option<Value>> = values.iter().copied().map(Some).collect();
    graph.store.evaluate(graph.store.possible(), &values) == Some(true)
}

#[test]
fn each_note_falls_in_exactly_one_row_which_says_what_a_naive_judge_says() {
    let ready = ready();
    let (in_force, all) = (shipped_table(ready, false), shipped_table(ready, true));
    assert_eq!(all.combinations(), actbill::proof::combinations(&ready.set, &ready.diagram));
    let variables = &ready.diagram.variables;
    let size = |fact| BigUint::from(variables.get(variables.position(fact).unwrap()).unwrap().size);
    let settings: BigUint = in_force.settings().map(size).product();
    assert_eq!(in_force.combinations() * settings, all.combinations());
    // A longer table would be harder to read.
    let activities: usize = in_force.sections.iter().map(|section| section.graph.activities.len()).sum();
    assert!(in_force.rows().count() <= 12 * activities, "{}", in_force.rows().count());
    assert_eq!(in_force.left_out(), BigUint::ZERO);
}

#[test]
fn the_table_is_under_the_settings_in_force() {
    let contact = |ready: &Ready| {
        let table = shipped_table(ready, false);
        let coaching = table.sections.iter().find_map(|section| {
            let row = section.rows.iter().find(|row| matches!(row.outcome, Outcome::Billable(..)))?;
            Some(row.region.describe(&Space::new(&ready.set, &ready.diagram, section.graph)))
                .filter(|bounds| bounds[0].1 == ["job_coaching"])
        });
        coaching.unwrap().into_iter().find(|(name, _)| name == "contact").unwrap().1
    };
    assert_eq!(contact(ready()), ["in_person"]);
    let other = ready_with(&[("remote_job_coaching", "yes")], &[]);
    assert_eq!(contact(&other), ["in_person", "video", "phone"]);
}

#[test]
fn activities_that_are_decided_alike_stand_together() {
    let table = Table::new(&ready().set, &ready().diagram, false);
    let vocabulary = &ready().set.vocabulary;
    let activity = vocabulary.fact(vocabulary.find("activity").unwrap());
    let names = |graph: &ActivityGraph| -> Vec<&str> {
        graph.activities.iter().map(|value| activity.value_name(*value).unwrap()).collect()
    };
    let mut groups: Vec<Vec<&str>> = table.sections.iter().map(|section| names(section.graph)).collect();
    groups.retain(|group| group.len() > 1);
    assert_eq!(groups[..2], [SKILLS.to_vec(), JOB_FINDING.to_vec()]);
}

fn written(table: &Table<'_>, form: Form) -> String {
    let mut out = Vec::new();
    write_table(table, form, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_shows_every_row() {
    let table = Table::new(&ready().set, &ready().diagram, true);
    let document: serde_json::Value = serde_json::from_str(&written(&table, Form::Json)).unwrap();
    let rows = document["rows"].as_array().unwrap();
    let size = |value: &serde_json::Value| value["combinations"].as_str().unwrap().parse::<BigUint>().unwrap();
    let shown = rows.iter().map(size).sum::<BigUint>();
    assert!(if table.left_out() == BigUint::ZERO { shown == size(&document) } else { shown < size(&document) });
    assert_eq!(size(&document), table.combinations());

    let text = written(&table, Form::Csv);
    let mut sheet = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = sheet.headers().unwrap().iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = sheet.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), rows.len());
    for (record, row) in records.iter().zip(rows) {
        for (name, cell) in header.iter().zip(record) {
            let value = if row["when"][name].is_array() { &row["when"][name] } else { &row[name] };
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let answers = value.as_array().map(|list| list.iter().map(text).collect::<Vec<_>>().join("; "));
            // A negative number would be a formula in a spreadsheet.
            let cell = cell.strip_prefix('\'').unwrap_or(cell);
            assert_eq!(cell, answers.unwrap_or_else(|| text(value)), "{name}");
        }
    }

    let last = format!("{} rows", rows.len());
    let markdown = written(&table, Form::Markdown);
    assert!(markdown.contains(&last));
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("| ")).count();
    // A header and the line below it for each section, and a line for each row.
    assert_eq!(lines(&markdown), rows.len() + 2 * table.sections.len());
    let wide = written(&table, Form::Text(Screen { width: 2_000, colors: false }));
    for width in [60, 98, 400] {
        let text = written(&table, Form::Text(Screen { width, colors: false }));
        assert!(text.contains(&last));
        let widest = text.lines().filter(|line| line.starts_with('─')).map(|line| line.chars().count()).max();
        // Where no table fits, each row stands below the other.
        assert!(widest.is_none_or(|widest| widest <= usize::from(width)), "{width}\n{text}");
        // Each row is there with its outcome and its reasons.
        for word in ["non_billable", "held", "H2023", "H0040"] {
            assert_eq!(wide.matches(word).count(), text.matches(word).count(), "{word}");
        }
    }
}

/// Builds facts with an exclude each, all of which can apply together, which makes a table of very many rows.
fn many(facts: usize) -> RuleSet {
    let mut text = "[payer.p]\ntitle = \"P\"\n[payer.q]\ntitle = \"Q\"\n[service.s]\ntitle = \"S\"\ncode = \"X\"\n\
        unit = \"day\"\n[fact.activity]\nvalues = [\"work\"]\n\
        [[offer]]\nid = \"o\"\ntitle = \"T\"\nbasis = \"house\"\nservice = \"s\"\npayers = [\"p\", \"q\"]\n"
        .to_owned();
    for fact in 0..facts {
        let (next, payer) = ((fact + 7) % facts, ["p", "q"][fact % 2]);
        write!(
            text,
            "[fact.f{fact}]\nvalues = [\"no\", \"yes\"]\n[[exclude]]\nid = \"x{fact}\"\ntitle = \"T\"\n\
             basis = \"house\"\nwhen.f{fact} = \"yes\"\nwhen.f{next} = \"no\"\npayers = [\"{payer}\"]\n"
        )
        .unwrap();
    }
    RuleSet::load(vec![RuleFile { name: "many.toml".into(), text, own: false }]).unwrap()
}

#[test]
fn a_table_of_very_many_rows_says_how_many_it_leaves_out() {
    let set = many(40);
    let diagram = Diagram::new(&set);
    let table = Table::new(&set, &diagram, false);
    assert_eq!(table.rows().count(), 500);
    assert!(table.left_out() > BigUint::from(1_000_u32), "{}", table.left_out());
    for row in table.rows() {
        for combination in some(&row.region) {
            judged(&table, row, &combination);
        }
    }
    let text = written(&table, Form::Text(Screen { width: 98, colors: false }));
    assert!(text.contains("more rows are left out."), "{text}");
    let document: serde_json::Value = serde_json::from_str(&written(&table, Form::Json)).unwrap();
    assert_eq!(document["left_out"], table.left_out().to_string());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Includes notes with a gap or a conflict, and other dates.
    #[test]
    fn on_random_rule_sets(plan in plan(), all_settings in any::<bool>()) {
        let text = plan.written();
        let set = RuleSet::load(vec![RuleFile { name: "random.toml".into(), text, own: false }]).unwrap();
        let diagram = Diagram::new(&set);
        let table = Table::new(&set, &diagram, all_settings);
        assert_partition(&table);
        for row in table.rows() {
            let reasons: Vec<BTreeSet<String>> =
                every(&row.region).iter().map(|combination| judged(&table, row, combination)).collect();
            let any: BTreeSet<String> = reasons.iter().flatten().cloned().collect();
            let expected = any.into_iter().partition(|rule| reasons.iter().all(|reasons| reasons.contains(rule)));
            prop_assert_eq!(named(&set, row), expected);
        }
    }
}
