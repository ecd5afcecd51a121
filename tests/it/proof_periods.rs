//! Compares proofs about periods with brute force: months of real notes are run through the batch, and a promise is
//! refuted exactly where some month breaks it.

use std::collections::BTreeMap;
use std::fmt::Write;

use actbill::cases::rows_for;
use actbill::diagram::Diagram;
use actbill::facts::WrittenAnswer;
use actbill::message::Code;
use actbill::mutants::Witness;
use actbill::proof::{Problem, broken_promises, check, count_table, ledger_proof};
use actbill::report::Row;
use actbill::rules::{Invariant, Relation, RuleFile, RuleSet, Within};
use actbill::space::Example;
use proptest::prelude::*;

use crate::shared::shipped;

/// Two kinds of work, `a` and `b`, and two services that only counts earn.
const BASE: &str =
    "[fact.activity]\nvalues = [\"a\", \"b\"]\n[fact.staff_role]\nvalues = [\"r\"]\n[payer.p]\ntitle = \"P\"\n";

pub(crate) fn base() -> String {
    let mut text = BASE.to_owned();
    for (number, name) in (1..).zip(["a", "b", "x", "y"]) {
        write!(
            text,
            "[service.{name}]\ntitle = \"{name}\"\ncode = \"C{number}\"\nunit = \"month\"\nbasis = \"house\"\n"
        )
        .unwrap();
    }
    for name in ["a", "b"] {
        write!(
            text,
            "[[offer]]\nid = \"offer.{name}\"\ntitle = \"T\"\nwhen.activity = \"{name}\"\nservice = \"{name}\"\n\
             payers = [\"p\"]\nbasis = \"house\"\n"
        )
        .unwrap();
    }
    text
}

const SERVICES: [&str; 4] = ["a", "b", "x", "y"];

/// A list of services, as it is written.
fn some_services() -> impl Strategy<Value = String> {
    prop::sample::subsequence(SERVICES.to_vec(), 1..3).prop_map(|services| format!("{services:?}"))
}

fn terms() -> impl Strategy<Value = String> {
    let relation = prop::sample::select(vec!["not_with", "only_with"]);
    let within = prop::sample::select(vec!["day", "month"]);
    (some_services(), relation, some_services(), within).prop_map(|(these, relation, others, within)| {
        format!("these = {these}\n{relation} = {others}\nwithin = \"{within}\"\n")
    })
}

/// The counts of one kind of work: one or two, of which the first may end where the second begins.
fn counts() -> impl Strategy<Value = Vec<(usize, bool)>> {
    prop::collection::vec((0..4_usize, any::<bool>()), 1..3)
}

fn random_set() -> impl Strategy<Value = String> {
    let pair = (terms(), prop::sample::select(vec!["hold", "strike", "advise"]), prop::bool::weighted(0.2));
    let within = prop::sample::select(vec!["day", "month"]);
    let of_work = (counts(), within);
    (prop::array::uniform2(of_work), prop::collection::vec(pair, 0..3), prop::collection::vec(terms(), 1..3)).prop_map(
        |(works, pairs, promises)| {
            let mut text = base();
            for (name, (counts, within)) in ["a", "b"].iter().zip(works) {
                let several = counts.len() > 1;
                for (at, (earns, ends)) in counts.iter().enumerate() {
                    let (least, earns) = ([5, 15][at], SERVICES[*earns]);
                    let below = if *ends && several && at == 0 { "below = 15\n" } else { "" };
                    write!(
                        text,
                        "[[count]]\nid = \"count.{name}-{at}\"\nnotes = \"{name}\"\nwithin = \"{within}\"\n\
                         at_least = {least}\n{below}earns = \"{earns}\"\nbasis = \"house\"\n"
                    )
                    .unwrap();
                }
            }
            for (at, (terms, then, staff)) in pairs.iter().enumerate() {
                let same = if *staff { "same = [\"staff\"]\n" } else { "" };
                write!(
                    text,
                    "[[pair]]\nid = \"pair.{at}\"\ntitle = \"T\"\n{terms}{same}then = \"{then}\"\nbasis = \"house\"\n"
                )
                .unwrap();
            }
            for (at, terms) in promises.iter().enumerate() {
                write!(text, "[[invariant]]\nid = \"inv.{at}\"\ntitle = \"T\"\n{terms}basis = \"house\"\n").unwrap();
            }
            text
        },
    )
}

pub(crate) fn load(text: &str) -> Option<RuleSet> {
    RuleSet::load(vec![RuleFile { name: "random.toml".into(), text: text.to_owned(), own: false }]).ok()
}

/// One note: the work, its minutes, its day of the month, and who did it.
pub(crate) type Note = (&'static str, i64, u32, u32);

fn example((work, minutes, day, staff): Note, number: usize) -> Example {
    let text = |name: &str, value: String| (name.to_owned(), WrittenAnswer::Text(value));
    let note = vec![
        text("id", format!("n-{number}")),
        text("client", "client-a".into()),
        text("date", format!("2026-03-0{day}")),
        text("activity", work.into()),
        text("staff_role", "r".into()),
        text("staff", format!("staff-{staff}")),
        ("minutes".to_owned(), WrittenAnswer::Number(minutes)),
    ];
    Example { note, settings: BTreeMap::default() }
}

/// Everything that a month can have of one kind of work: no note, one, or one on each of two days.
fn months_of(work: &'static str) -> Vec<Vec<Note>> {
    let mut months = vec![Vec::new()];
    let places = [(2, 1), (2, 2), (3, 1), (3, 2)];
    for minutes in [5, 15] {
        months.extend(places.map(|(day, staff)| vec![(work, minutes, day, staff)]));
        for other in [5, 15] {
            months.extend([1, 2].map(|staff| vec![(work, minutes, 2, 1), (work, other, 3, staff)]));
        }
    }
    months
}

pub(crate) fn rows(set: &RuleSet, diagram: &Diagram, notes: Vec<Example>) -> Vec<Row> {
    rows_for(set, diagram, &Witness { notes }).unwrap()
}

/// The services that are billed, each with its date.
fn billed(rows: &[Row]) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for row in rows.iter().filter(|row| row.units.is_some_and(|units| units > 0)) {
        let date = row.date.clone().unwrap();
        lines.extend(row.service.clone().map(|service| (service, date.clone())));
        lines.extend(row.also.iter().map(|also| (also.service.clone(), date.clone())));
    }
    lines
}

fn breaks(set: &RuleSet, invariant: &Invariant, rows: &[Row]) -> bool {
    let terms = invariant.terms.as_ref().unwrap();
    let names =
        |services: &[actbill::rules::ServiceId], name: &str| services.iter().any(|id| set.service(*id).name == name);
    let lines = billed(rows);
    let shares = |one: &str, other: &str| match terms.within {
        Within::Day => one == other,
        _ => one[..7] == other[..7],
    };
    lines.iter().enumerate().filter(|(_, (service, _))| names(&terms.these, service)).any(|(at, (_, date))| {
        let beside = lines
            .iter()
            .enumerate()
            .any(|(other, (service, there))| other != at && names(&terms.others, service) && shares(date, there));
        beside == (terms.relation == Relation::NotWith)
    })
}

/// All months: every pair of what there can be of `a` and of `b`.
fn months() -> Vec<Vec<Note>> {
    let both =
        months_of("a").into_iter().flat_map(|a| months_of("b").into_iter().map(move |b| [a.clone(), b].concat()));
    both.collect()
}

pub(crate) fn notes_of(month: &[Note]) -> Vec<Example> {
    month.iter().enumerate().map(|(number, note)| example(*note, number)).collect()
}

fn shown(problem: &Problem) -> Vec<Example> {
    problem.example.iter().chain(&problem.more).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn promises_about_periods_are_refuted_exactly_where_some_month_breaks_them(text in random_set()) {
        let Some(set) = load(&text) else { return Ok(()) };
        let diagram = Diagram::new(&set);
        let found = broken_promises(&set, &diagram);
        let mut least: Vec<Option<(usize, i64)>> = vec![None; set.invariants.len()];
        let mut applied = vec![false; set.pairs.len()];
        for month in months() {
            let rows = rows(&set, &diagram, notes_of(&month));
            let size = (month.len(), month.iter().map(|note| note.1).sum::<i64>());
            for (invariant, least) in set.invariants.iter().zip(&mut least) {
                if least.is_none_or(|least| size < least) && breaks(&set, invariant, &rows) {
                    *least = Some(size);
                }
            }
            for (pair, applied) in set.pairs.iter().zip(&mut applied) {
                *applied |= rows.iter().flat_map(|row| &row.findings).any(|finding| finding.text.contains(&pair.title))
                    || rows.iter().any(|row| row.rules.contains(&pair.id));
            }
        }
        for (invariant, least) in set.invariants.iter().zip(&least) {
            let problem = found.iter().find(|problem| problem.about.first() == Some(&invariant.id));
            prop_assert_eq!(problem.is_some(), least.is_some(), "{} {:?}\n{}", invariant.id, least, text);
            let (Some(problem), Some(least)) = (problem, least) else { continue };
            let notes = shown(problem);
            let minutes = |note: &Example| match note.note.iter().find(|(name, _)| name == "minutes") {
                Some((_, WrittenAnswer::Number(minutes))) => *minutes,
                _ => 0,
            };
            let size = (notes.len(), notes.iter().map(minutes).sum::<i64>());
            prop_assert_eq!(&size, least, "{}\n{}", problem.message, text);
            let rows = rows(&set, &diagram, notes);
            prop_assert!(breaks(&set, invariant, &rows), "{}\n{}", problem.message, text);
        }
    }
}

/// The codes and texts of all problems of a set.
fn problems(text: &str) -> Vec<(Code, String)> {
    let set = load(text).unwrap();
    let found = check(&set, Some(&Diagram::new(&set)), None);
    found.into_iter().map(|problem| (problem.message.code, problem.message.text)).collect()
}

pub(crate) fn count(id: &str, lines: &str) -> String {
    format!("[[count]]\nid = \"{id}\"\nbasis = \"house\"\n{}\n", lines.replace("; ", "\n"))
}

pub(crate) fn pair(id: &str, lines: &str) -> String {
    format!("[[pair]]\nid = \"{id}\"\ntitle = \"it is {id}\"\nbasis = \"house\"\n{}\n", lines.replace("; ", "\n"))
}

#[test]
fn what_does_nothing_is_found() {
    let mut text = base();
    text += &count("a", "notes = \"a\"; within = \"month\"; at_least = 5; earns = \"x\"");
    text += &count("a-further", "notes = \"a\"; within = \"month\"; at_least = 15; earns = \"a\"");
    text += &count("b", "notes = \"b\"; within = \"month\"; at_least = 1; earns = \"b\"");
    text += &count("x", "notes = \"x\"; within = \"month\"; at_least = 1; earns = \"y\"");
    text += &pair("idle", "these = [\"a\"]; only_with = [\"x\"]; within = \"month\"; then = \"hold\"");
    text += &pair("none", "these = [\"a\"]; not_with = [\"y\"]; within = \"month\"; then = \"hold\"");
    text += &pair("bites", "these = [\"a\"]; not_with = [\"b\"]; within = \"month\"; then = \"hold\"");
    let told = problems(&text);
    let of =
        |code: Code| told.iter().filter(|(own, _)| *own == code).map(|(_, text)| text.as_str()).collect::<Vec<_>>();
    assert_eq!(
        of(Code::DeadRule),
        [
            "the count `b` does nothing: every sum of minutes earns the same without it",
            "the count `x` does nothing: no note that it could count is ever billed",
            "the pair `idle` does nothing: what it speaks of is earned only beside one of the others in one month, or never",
            "the pair `none` does nothing: no notes earn services of both its sides in one month",
        ]
    );
    assert_eq!(of(Code::Unused), ["the service `y` is not used: no minutes of any notes earn it"]);
}

/// Loads the shipped rules with a change of their texts.
fn changed(change: impl Fn(&str) -> String) -> RuleSet {
    let files = shipped().into_iter().map(|file| RuleFile { text: change(&file.text), ..file });
    RuleSet::load(files.collect()).unwrap()
}

/// Removes a block by its first line and its id.
fn without(text: &str, kind: &str, id: &str) -> String {
    let Some(from) = text.find(&format!("[[{kind}]]\nid = \"{id}\"\n")) else { return text.to_owned() };
    let rest = &text[from + 1..];
    let through = rest.find("\n\n").map_or(text.len(), |end| from + 1 + end);
    text[..from].to_owned() + &text[through..]
}

fn broken(set: &RuleSet) -> Vec<(String, usize)> {
    let found = broken_promises(set, &Diagram::new(set));
    found.into_iter().map(|problem| (problem.about[0].clone(), shown(&problem).len())).collect()
}

#[test]
fn the_shipped_promises_about_periods_rest_on_their_pairs_and_counts() {
    let set = changed(str::to_owned);
    assert_eq!(broken(&set), []);
    let proof = ledger_proof(&set, &Diagram::new(&set)).unwrap();
    let promises = set.invariants.iter().filter(|invariant| invariant.terms.is_some()).count();
    assert_eq!(proof.questions, promises + set.pairs.len());
    assert!(proof.states > 1_000, "{proof:?}");
    // One month of one note of 60 minutes: the counts of one pool are no matter for pairs, so it is billed as both codes.
    let complex = changed(|text| text.replace("below = 60\n", ""));
    let found = broken_promises(&complex, &Diagram::new(&complex));
    let problem = found.iter().find(|problem| problem.about[0] == "inv.complex-or-ordinary-month").unwrap();
    assert!(problem.message.text.contains("with 60 minutes of `complex_chronic_care`"), "{}", problem.message);
    assert!(problem.more.is_empty());
    for (pair, promise) in [
        ("pair.complex-or-ordinary", "inv.complex-or-ordinary-month"),
        ("pair.staff-or-practitioner", "inv.staff-or-practitioner-month"),
        ("pair.integration-or-collaborative", "inv.integration-or-collaborative-month"),
        ("pair.first-or-later-month", "inv.first-or-later-month"),
        ("pair.short-or-whole-month", "inv.short-or-whole-month"),
        ("pair.one-transitional-code", "inv.one-transitional-code"),
    ] {
        let set = changed(|text| without(text, "pair", pair));
        assert!(broken(&set).contains(&(promise.to_owned(), 2)), "{pair}: {:?}", broken(&set));
        let diagram = Diagram::new(&set);
        let problem = broken_promises(&set, &diagram).into_iter().find(|problem| problem.about[0] == promise).unwrap();
        let invariant = set.invariants.iter().find(|invariant| invariant.id == promise).unwrap();
        let rows = rows(&set, &diagram, shown(&problem));
        assert!(
            matches!(invariant.terms.as_ref().unwrap().within, Within::Date(_)) || breaks(&set, invariant, &rows),
            "{rows:?}"
        );
        assert!(rows.iter().all(|row| row.units == Some(1)), "{rows:?}");
    }
}

#[test]
fn the_table_of_counts_is_the_published_one() {
    let set = changed(str::to_owned);
    let rows = count_table(&set);
    let table: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label(), row.describe())).collect();
    for row in [
        "chronic_care: 20+ 99490; 40+ 99490 + 99439",
        "complex_chronic_care: 20+ 99490; 40+ 99490 + 99439; 60+ 99487; 90+ 99487 + 99489",
        "practitioner_chronic_care: 30+ 99491; 60+ 99491 + 99437",
        "collaborative_care_first (from 2021-01-01): 16+ G2214; 36+ 99492; 86+ 99492 + 99494",
        "collaborative_care_later (from 2021-01-01): 16+ G2214; 31+ 99493; 76+ 99493 + 99494",
        "general_integration: 20+ 99484",
    ] {
        assert!(table.iter().any(|own| own == row), "{row} is not in {table:#?}");
    }
}
