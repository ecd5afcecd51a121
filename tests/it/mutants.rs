//! Mutants: each kind is made, brute force confirms equivalent ones, and survivors have notes that show the change.

use std::{collections::BTreeSet, fmt::Write};

use actbill::cases::{
    CaseFile, Counting, Evidence, Killer, MutantRow, MutantStatus, MutantsReport, Suite, differences, rows_for,
};
use actbill::diagram::Diagram;
use actbill::facts::{Fact, Kind, Origin};
use actbill::message::Code;
use actbill::mutants::{self, Change, Mutant, Mutants};
use actbill::proof;
use actbill::read::Format;
use actbill::report::Row;
use actbill::rules::{RuleFile, RuleSet, ValueSet};
use actbill::run::{Batch, Input, Ready, Strictness, read};
use actbill::status::Status;
use proptest::prelude::*;

use crate::plan::plan;
use crate::shared;

pub(crate) fn ready(text: &str) -> Ready {
    let files = vec![RuleFile { name: "small.toml".into(), text: text.to_owned(), own: false }];
    Ready::new(files, &[], &[]).unwrap_or_else(|problems| panic!("{}", shared::told(&problems)))
}

/// Returns the statuses of mutants under the cases of a suite.
pub(crate) fn statuses(ready: &Ready, suite: &Suite, list: Vec<Mutant>) -> Vec<MutantStatus> {
    let runs = suite.run(&ready.set, &ready.diagram);
    let mutants = Mutants::new(&ready.set, list).unwrap();
    let statuses = suite.try_mutants((&mutants, &ready.diagram), &runs, Counting::All, &|| {});
    statuses.into_iter().map(Option::unwrap).collect()
}

/// A rule set with one of everything that can change.
const SMALL: &str = r#"
[fact.activity]
values = ["walk", "talk", "rest"]
[fact.link]
values = ["yes", "no"]
[fact.place]
values = ["home", "work", "away"]
[fact.place.alias]
office = "work"
[fact.weeks]
kind = "number"
[setting.late]
ask = "Late?"
values = ["no", "yes"]
default = "no"
[setting.level]
ask = "Level?"
at_least = 1
below = 10
default = 5
[setting.part_quarter_hour]
ask = "Part?"
kind = "number"
at_least = 1
below = 16
default = 15
[payer.big]
title = "Big"
[payer.small]
title = "Small"
[service.team]
title = "Team"
code = "X1"
unit = "day"
[service.single]
title = "Single"
code = "X2"
modifiers = ["HK"]
unit = "quarter_hour"
[[rate]]
service = "single"
amount = "10.00"
from = "2026-01-01"
through = "2026-06-30"
basis = "house"
[presume.place]
value = "home"
when.activity = ["walk", "talk"]
basis = "house"
[[offer]]
id = "walking"
title = "walking"
when.activity = "walk"
when.link = "yes"
service = "team"
payers = ["big", "small"]
basis = "house"
[[offer]]
id = "walking-alone"
title = "walking alone"
when.activity = "walk"
when.place = "away"
service = "single"
payers = ["small"]
overrides = ["walking"]
basis = "house"
[[exclude]]
id = "no-talk"
title = "no talk"
when.activity = ["walk", "talk"]
when.link = "no"
payers = ["big"]
basis = "house"
[[strike]]
id = "too-soon"
title = "too soon"
when.weeks.below = 4
services = ["team", "single"]
payers = ["small"]
from = "2026-02-01"
basis = "house"
[[strike.any]]
when.place = "work"
[[strike.any]]
when.place = "home"
when.late = "no"
[[hold]]
id = "rest"
title = "rest"
when.activity = "rest"
basis = "house"
[[hold]]
id = "talk"
title = "talk"
when.activity = "talk"
when.link = "yes"
payers = ["small"]
basis = "house"
[[advise]]
id = "look"
title = "look again"
when.place = "away"
when.level.below = 7
basis = "house"
[[invariant]]
id = "single-away"
title = "single only away, and only to small"
when.service = "single"
always.place = "away"
always.payer = "small"
basis = "house"
[[invariant]]
id = "talk-never"
title = "talk is never billed"
when.activity = ["talk", "rest"]
always.not.status = "billable"
basis = "house"
"#;

#[test]
fn each_kind_of_change_is_made() {
    let mutants = mutants::all(&ready(SMALL).set);
    let described: Vec<String> = mutants.iter().map(Mutant::describe).collect();
    insta::assert_snapshot!(described.join("\n"));
    assert_eq!(described.iter().collect::<BTreeSet<_>>().len(), described.len(), "none is made twice");
    let places: BTreeSet<_> = mutants.iter().map(|mutant| format!("{:?}", mutant.span)).collect();
    assert!(places.len() > 10);
}

/// Describes each mutant and its status briefly.
fn described(mutants: &[Mutant], statuses: &[MutantStatus]) -> String {
    let mut text = String::new();
    for (mutant, status) in mutants.iter().zip(statuses) {
        let status = match status {
            MutantStatus::Killed(Killer::Check(code)) => format!("killed, {code}"),
            MutantStatus::Killed(Killer::Case(by) | Killer::Mutant(by)) => format!("killed, {by}"),
            MutantStatus::Equivalent => "equivalent".into(),
            MutantStatus::Survived(None) => "survived".into(),
            MutantStatus::Survived(Some(evidence)) => {
                let notes = evidence.witness.notes.iter();
                format!("survived, {}", notes.map(actbill::space::Example::describe).collect::<Vec<_>>().join(" "))
            }
        };
        writeln!(text, "{}: {status}", mutant.describe()).unwrap();
    }
    text
}

#[test]
fn what_becomes_of_each_and_again_in_the_same_way() {
    let ready = ready(SMALL);
    let mutants = mutants::all(&ready.set);
    let first = described(&mutants, &statuses(&ready, &Suite::default(), mutants.clone()));
    insta::assert_snapshot!(first);
    assert_eq!(first, described(&mutants, &statuses(&ready, &Suite::default(), mutants.clone())));
}

#[test]
fn of_a_small_set_equivalent_is_equivalent_and_a_survivor_is_shown() {
    let ready = ready(SMALL);
    verify(&ready, &every_note(&ready.set, &[14, 60]), &Suite::default()).unwrap();
}

#[test]
fn a_case_kills_what_it_notices() {
    let ready = ready(SMALL);
    let case = "[[case]]\ntitle = \"a rate\"\nnote = { activity = \"walk\", place = \"away\", weeks = 9 }\n\
                expect = { rate = \"10.00\" }\n";
    let file = CaseFile { name: "small.cases.toml".into(), bytes: case.into() };
    let suite = Suite::read(&ready.set, vec![file], false).unwrap();
    let mutants = mutants::all(&ready.set);
    let statuses = statuses(&ready, &suite, mutants.clone());
    let killed = mutants.iter().zip(&statuses).filter_map(|(mutant, status)| match status {
        MutantStatus::Killed(Killer::Case(by)) => Some(format!("{}, {by}", mutant.describe())),
        _ => None,
    });
    insta::assert_snapshot!(killed.collect::<Vec<_>>().join("\n"));
}

/// Checks every status against rows: proofs against a proof of the changed set, equivalent mutants on every note worth
/// trying, and survivors on their own notes.
fn verify(ready: &Ready, notes: &[String], suite: &Suite) -> Result<(), TestCaseError> {
    let Ready { set, diagram, .. } = ready;
    let mutants = mutants::all(set);
    let statuses = statuses(ready, suite, mutants.clone());
    let answers_all = |note: &String| {
        let mut facts = set.vocabulary.facts().filter(|(_, fact)| fact.origin == Origin::Note);
        facts.all(|(_, fact)| note.contains(&format!("\"{}\":", fact.name)))
    };
    let complete: Vec<bool> = notes.iter().map(answers_all).collect();
    let notes = format!("[{}]", notes.join(","));
    let before = rows_of(set, diagram, &notes);
    let known: BTreeSet<String> =
        proof::broken_promises(set, diagram).iter().filter_map(|it| it.about.first().cloned()).collect();
    for (mutant, status) in mutants.iter().zip(&statuses) {
        let about = mutant.describe();
        let changed = mutant.apply(set);
        let problems = match proof::prove(&changed) {
            Ok(diagram) => {
                let broken = proof::broken_promises(&changed, &diagram).into_iter();
                broken.filter(|problem| !problem.about.iter().any(|id| known.contains(id))).collect()
            }
            Err(problems) => problems,
        };
        let changed_diagram = Diagram::new(&changed);
        let first_failed = || {
            let runs = suite.run(&changed, &changed_diagram);
            let results = runs.iter().flat_map(actbill::cases::SampleBatchRun::results).collect::<Vec<_>>();
            results.into_iter().find(|result| !result.passes()).map(|result| result.case.title.clone())
        };
        match status {
            // Bounds of settings that the program reads, or that exclude the answer in force, are refused on loading.
            MutantStatus::Killed(Killer::Check(_)) if matches!(mutant.changed, Change::Bounds(..)) => {}
            MutantStatus::Killed(Killer::Check(code)) => {
                prop_assert!(problems.iter().any(|problem| problem.message.code == *code), "{}", about);
            }
            _ => prop_assert!(problems.is_empty(), "{}: {:?}", about, status),
        }
        match status {
            MutantStatus::Killed(Killer::Check(_)) => {}
            MutantStatus::Killed(Killer::Case(title)) => prop_assert_eq!(first_failed(), Some(title.clone())),
            MutantStatus::Survived(Some(evidence)) => {
                prop_assert!(first_failed().is_none(), "{}", about);
                let Evidence { witness, before, after } = evidence.as_ref();
                prop_assert_eq!(format!("{:?}", rows_for(set, diagram, witness).unwrap()), format!("{before:?}"));
                prop_assert!(before.iter().all(|row| row.status != Status::Rejected), "{}", about);
                let apart = before.iter().zip(after).any(|(before, after)| !differences(before, after).is_empty());
                prop_assert!(apart || after.is_empty(), "{}: {:?}", about, witness);
            }
            MutantStatus::Survived(None) => prop_assert!(matches!(mutant.changed, Change::Promise(..)), "{}", about),
            MutantStatus::Equivalent | MutantStatus::Killed(Killer::Mutant(_)) => {
                let after = rows_of(&changed, &changed_diagram, &notes);
                // Of a note that leaves facts open everything is compared but which of its reasons are named.
                let apart = before.iter().zip(&after).zip(&complete).find_map(|((before, after), complete)| {
                    let mut apart = differences(before, after);
                    apart.retain(|(field, ..)| *complete || !["rules", "house"].contains(&field.as_str()));
                    (!apart.is_empty()).then_some(apart)
                });
                prop_assert!(apart.is_none(), "{}: {:?}", about, apart);
            }
        }
    }
    Ok(())
}

fn rows_of(set: &RuleSet, diagram: &Diagram, json: &str) -> Vec<Row> {
    let input = Input::new("notes", Some(Format::Json), json.as_bytes());
    let mut batch = Batch::new(set, diagram, Strictness::default(), &[]);
    read(set, input, &mut |record| drop(batch.add(0, "notes", record, &mut drop))).unwrap();
    Row::all(&batch.finish(&mut drop))
}

/// Returns notes with every answer worth trying to every fact, and with none, on every date around a change.
fn every_note(set: &RuleSet, minutes: &[u32]) -> Vec<String> {
    let rules = set.rules.iter().map(|rule| rule.effective);
    let ends = rules.chain(set.rates.iter().map(|rate| rate.effective)).flat_map(|range| [range.from, range.through]);
    let dates: BTreeSet<String> = ends
        .flatten()
        .chain(actbill::effective::parse_date("2026-03-02"))
        .flat_map(|date| [date.pred_opt(), Some(date), date.succ_opt()])
        .flatten()
        .map(|date| date.to_string())
        .collect();
    let mut notes: Vec<String> = dates.iter().map(|date| format!("\"date\":\"{date}\"")).collect();
    for (id, fact) in set.vocabulary.facts().filter(|(_, fact)| fact.origin == Origin::Note) {
        let bounds = set.rules.iter().flat_map(|rule| rule.condition.tests()).filter(|test| test.fact == id);
        let bounds = bounds.flat_map(|test| match &test.values {
            ValueSet::Ranges(ranges) => ranges.iter().flat_map(|(from, before)| [*from, *before]).collect(),
            ValueSet::Values(_) => Vec::new(),
        });
        let answers = answers(fact, bounds);
        notes = notes.iter().flat_map(|note| answers.iter().map(move |answer| format!("{note}{answer}"))).collect();
    }
    let notes =
        notes.iter().flat_map(|note| minutes.iter().map(move |minutes| format!("{note},\"minutes\":{minutes}")));
    let numbered = (0..).zip(notes);
    numbered.map(|(at, note): (u32, _)| format!("{{\"id\":\"n-{at}\",\"client\":\"c-{at}\",{note}}}")).collect()
}

fn answers(fact: &Fact, bounds: impl Iterator<Item = i64>) -> Vec<String> {
    let mut answers: Vec<String> = match &fact.kind {
        Kind::Coded(values) => {
            let words = values.iter().map(String::as_str).chain(fact.aliases().map(|(word, _)| word));
            words.map(|word| format!(",\"{}\":\"{word}\"", fact.name)).collect()
        }
        Kind::Number(least, most) => {
            let near: BTreeSet<i64> = bounds.flat_map(|bound| [bound - 1, bound]).collect();
            let near = near.into_iter().filter(|number| (*least..=*most).contains(number));
            near.map(|number| format!(",\"{}\":{number}", fact.name)).collect()
        }
        Kind::Date => Vec::new(),
    };
    if !fact.is_required() {
        answers.push(String::new());
    }
    answers
}

/// Builds a suite of these notes, each of which must keep its status and payer.
fn suite_of(ready: &Ready, notes: &[&String]) -> Suite {
    let note = |note: &&String| {
        let row = rows_of(&ready.set, &ready.diagram, &format!("[{note}]")).remove(0);
        let payer = row.payer.map(|payer| format!(",\"payer\":\"{payer}\"")).unwrap_or_default();
        note.replacen('{', &format!("{{\"expect\":{{\"status\":\"{}\"{payer}}},", row.status), 1)
    };
    let notes: BTreeSet<String> = notes.iter().map(note).collect();
    if notes.is_empty() {
        return Suite::default();
    }
    let text = format!("[{}]", notes.into_iter().collect::<Vec<_>>().join(","));
    let file = CaseFile { name: "random.json".into(), bytes: text.into() };
    Suite::read(&ready.set, vec![file], false).unwrap_or_else(|mistakes| panic!("{}", shared::told(&mistakes)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// Random sets with a few random cases, each of which is a note that must keep its status and payer.
    #[test]
    fn of_random_sets_too(plan in plan(), picks in prop::collection::vec(any::<prop::sample::Index>(), 0..4)) {
        let ready = ready(&plan.provable());
        let notes = every_note(&ready.set, &[60]);
        let picked: Vec<&String> = picks.iter().map(|pick| pick.get(&notes)).collect();
        verify(&ready, &notes, &suite_of(&ready, &picked))?;
    }
}

#[test]
fn a_code_says_what_the_proof_finds() {
    let ready = ready(SMALL);
    let mutants = mutants::all(&ready.set);
    let statuses = statuses(&ready, &Suite::default(), mutants.clone());
    let code = |block: &str, change: &str| {
        let at = mutants.iter().position(|mutant| mutant.block == block && mutant.change == change).unwrap();
        match &statuses[at] {
            MutantStatus::Killed(Killer::Check(code)) => Some(*code),
            _ => None,
        }
    };
    assert_eq!(code("rest", "drop the rule"), Some(Code::Gap));
    assert_eq!(code("walking-alone", "drop the override of `walking`"), Some(Code::Conflict));
    assert_eq!(code("walking-alone", "add `work` to `when.place`"), Some(Code::InvariantFails));
    assert_eq!(code("setting part_quarter_hour", "`below` is 15 instead of 16"), Some(Code::WrongType));
    assert_eq!(code("look", "drop the rule"), None);
}

/// The rules of the memo alone. `.ci/run` tries the changes of all shipped rules with the optimized program.
#[test]
fn no_change_of_the_act_rules_survives_their_cases() {
    let ready = &Ready::new(shared::released_rules(), &[], &[]).unwrap();
    let suite = Suite::read(&ready.set, shared::act_cases().into_iter().map(Into::into).collect(), false).unwrap();
    let mutants = mutants::all(&ready.set);
    let statuses: Vec<_> = statuses(ready, &suite, mutants.clone()).into_iter().map(Some).collect();
    let report = MutantsReport::new(&ready.set, &mutants, &statuses);
    let survivor = report.survivors().next().map(|row| format!("{}\n{}", row.describe(), row.explain().join("\n")));
    assert_eq!(survivor, None);
    // A person reviews what no note can show. Added values are left out: they grow with the vocabulary.
    let rows = report.mutants.iter().filter(|row| row.status == "equivalent" && !row.change.starts_with("add `"));
    insta::assert_snapshot!(rows.map(MutantRow::describe).collect::<Vec<_>>().join("\n"));
}
