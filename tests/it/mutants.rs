//! Mutants: each kind is made, equivalent ones are equivalent by brute force, and a survivor's notes tell it apart.

use std::collections::BTreeSet;
use std::fmt::Write;

use actbill::cases::Suite;
use actbill::cases::mutants::{Fate, Mutant, MutantRow, MutantsReport, Witness, all, differences, fates};
use actbill::diagram::Atlas;
use actbill::facts::{Fact, Kind, Origin};
use actbill::message::Code;
use actbill::proof;
use actbill::read::Format;
use actbill::report::Row;
use actbill::rules::{RuleFile, RuleSet, ValueSet};
use actbill::run::{Batch, Input, Ready, read};
use actbill::status::Status;
use proptest::prelude::*;

use crate::plan::plan;
use crate::shared;

fn loaded(text: &str) -> (RuleSet, Atlas) {
    let files = vec![RuleFile { name: "small.toml".into(), text: text.to_owned(), own: false }];
    let ready = Ready::new(files, &[], &[]).unwrap_or_else(|problems| panic!("{}", shared::told(&problems)));
    (ready.set, ready.atlas)
}

fn nothing_notices(_: &RuleSet, _: &Atlas) -> Option<String> {
    None
}

/// One of everything that can change.
const SMALL: &str = r#"
[fact.activity]
values = ["walk", "talk", "rest"]
[fact.link]
values = ["yes", "no"]
[fact.place]
values = ["home", "work", "away"]
[fact.weeks]
kind = "number"
[setting.late]
ask = "Late?"
values = ["no", "yes"]
default = "no"
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
basis = "house"
[[advise]]
id = "look"
title = "look again"
when.place = "away"
basis = "house"
"#;

#[test]
fn each_kind_of_change_is_made() {
    let (set, _) = loaded(SMALL);
    let mutants = all(&set);
    let told: Vec<String> = mutants.iter().map(|mutant| format!("{}: {}", mutant.block, mutant.change)).collect();
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len(), "none is made twice");
    let places: Vec<_> = mutants.iter().map(|mutant| format!("{:?}", mutant.span)).collect();
    assert!(places.iter().collect::<BTreeSet<_>>().len() > 10);
}

/// What becomes of each mutant, in short.
fn told(mutants: &[Mutant], fates: &[Fate]) -> String {
    let mut text = String::new();
    for (mutant, fate) in mutants.iter().zip(fates) {
        let fate = match fate {
            Fate::Proof(code) => format!("proof, {code}"),
            Fate::Case(name) => format!("case, {name}"),
            Fate::Equivalent => "equivalent".into(),
            Fate::Survives(witness) => {
                let notes: Vec<String> = witness.notes.notes.iter().map(proof::Example::told).collect();
                format!("survives, {}", notes.join(" "))
            }
        };
        writeln!(text, "{}: {}: {fate}", mutant.block, mutant.change).unwrap();
    }
    text
}

#[test]
fn what_becomes_of_each_and_again_in_the_same_way() {
    let (set, atlas) = loaded(SMALL);
    let mutants = all(&set);
    let first = told(&mutants, &fates(&set, &atlas, &mutants, &nothing_notices, &|| {}).unwrap());
    insta::assert_snapshot!(first);
    assert_eq!(first, told(&mutants, &fates(&set, &atlas, &mutants, &nothing_notices, &|| {}).unwrap()));
}

#[test]
fn of_a_small_set_equivalent_is_equivalent_and_a_survivor_is_told_apart() {
    let (set, atlas) = loaded(SMALL);
    verify(&set, &atlas, &every_note(&set, &[14, 60]), &nothing_notices).unwrap();
}

#[test]
fn what_a_case_notices_is_not_looked_at_further() {
    let (set, atlas) = loaded(SMALL);
    let mutants = all(&set);
    let notices = |changed: &RuleSet, _: &Atlas| (changed.rates.is_empty()).then(|| "rates".to_owned());
    let fates = fates(&set, &atlas, &mutants, &notices, &|| {}).unwrap();
    let caught: Vec<String> = mutants
        .iter()
        .zip(&fates)
        .filter(|(_, fate)| matches!(fate, Fate::Case(_)))
        .map(|(mutant, _)| format!("{}: {}", mutant.block, mutant.change))
        .collect();
    assert_eq!(caught, ["rate of single from 2026-01-01: drop the rate"]);
}

/// Holds every fate against what rows say: proof against a compilation of its own, equivalent ones on every note worth
/// trying, survivors on their own notes.
fn verify(
    set: &RuleSet,
    atlas: &Atlas,
    notes: &[String],
    notices: &(dyn Fn(&RuleSet, &Atlas) -> Option<String> + Sync),
) -> Result<(), TestCaseError> {
    let mutants = all(set);
    let fates = fates(set, atlas, &mutants, notices, &|| {}).unwrap();
    prop_assert_eq!(mutants.len(), fates.len());
    let answers_all = |note: &String| {
        let mut facts = set.vocabulary.facts().filter(|(_, fact)| fact.origin == Origin::Note);
        facts.all(|(_, fact)| note.contains(&format!("\"{}\":", fact.name)))
    };
    let complete: Vec<bool> = notes.iter().map(answers_all).collect();
    let notes = format!("[{}]", notes.join(","));
    for (mutant, fate) in mutants.iter().zip(&fates) {
        let about = format!("{}: {}", mutant.block, mutant.change);
        let changed = mutant.edit.apply(set);
        let proved = proof::compile(&changed);
        match (fate, proved) {
            (Fate::Proof(code), Err(problems)) => {
                prop_assert!(problems.iter().any(|problem| problem.message.code == *code), "{}", about);
            }
            (Fate::Case(name), Ok(proved)) => prop_assert_eq!(notices(&changed, &proved), Some(name.clone())),
            (Fate::Equivalent, Ok(proved)) => {
                let (before, after) = (rows_of(set, atlas, &notes), rows_of(&changed, &proved, &notes));
                // Of a note that leaves facts open everything is compared but which of its reasons are named.
                let apart = before.iter().zip(&after).zip(&complete).find_map(|((before, after), complete)| {
                    let mut apart = differences(before, after);
                    apart.retain(|(field, ..)| *complete || field != "rules");
                    (!apart.is_empty()).then_some(apart)
                });
                prop_assert!(apart.is_none(), "{}: {:?}", about, apart);
            }
            (Fate::Survives(witness), Ok(proved)) => {
                prop_assert!(notices(&changed, &proved).is_none(), "{}", about);
                let Witness { notes, before, after } = witness.as_ref();
                let json = serde_json::to_string(&notes.notes).unwrap();
                let (mut plain, mut other) = (set.clone(), changed.clone());
                for (name, value) in &notes.settings {
                    plain.answer(name, &value.text()).unwrap();
                    other.answer(name, &value.text()).unwrap();
                }
                let rows = [rows_of(&plain, atlas, &json), rows_of(&other, &proved, &json)];
                for (rows, told) in rows.iter().zip([before, after]) {
                    prop_assert_eq!(format!("{:?}", rows), format!("{told:?}"), "{}", about);
                    prop_assert!(rows.iter().all(|row| row.status != Status::Rejected), "{}", about);
                }
                let apart = before.iter().zip(after).any(|(before, after)| !differences(before, after).is_empty());
                prop_assert!(apart, "{}: {}", about, json);
            }
            (_, proved) => prop_assert!(false, "{}: {:?}, proved: {}", about, fate, proved.is_ok()),
        }
    }
    Ok(())
}

fn rows_of(set: &RuleSet, atlas: &Atlas, json: &str) -> Vec<Row> {
    let input = Input { name: "notes".into(), format: Some(Format::Json), bytes: Box::new(json.as_bytes()) };
    let mut batch = Batch::new(set, atlas, false);
    read(&mut batch, input, &mut |batch, record| drop(batch.add(0, "notes", record, &mut drop))).unwrap();
    Row::all(&batch.finish(&mut drop).0)
}

/// Notes with every answer worth trying to every fact, and none; on every date around which something changes.
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
        let told = answers(fact, bounds);
        notes = notes.iter().flat_map(|note| told.iter().map(move |told| format!("{note}{told}"))).collect();
    }
    let notes =
        notes.iter().flat_map(|note| minutes.iter().map(move |minutes| format!("{note},\"minutes\":{minutes}")));
    let numbered = (0..).zip(notes);
    numbered.map(|(at, note): (u32, _)| format!("{{\"id\":\"n-{at}\",\"client\":\"c-{at}\",{note}}}")).collect()
}

fn answers(fact: &Fact, bounds: impl Iterator<Item = i64>) -> Vec<String> {
    let mut told: Vec<String> = match &fact.kind {
        Kind::Coded(values) => values.iter().map(|value| format!(",\"{}\":\"{value}\"", fact.name)).collect(),
        Kind::Number(least, most) => {
            let near: BTreeSet<i64> = bounds.flat_map(|bound| [bound - 1, bound]).collect();
            let near = near.into_iter().filter(|number| (*least..=*most).contains(number));
            near.map(|number| format!(",\"{}\":{number}", fact.name)).collect()
        }
        Kind::Date => Vec::new(),
    };
    if !fact.is_required() {
        told.push(String::new());
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Random sets with a few random cases, each a note that must keep its status and payer.
    #[test]
    fn of_random_sets_too(plan in plan(), picks in prop::collection::vec(any::<prop::sample::Index>(), 0..4)) {
        let (set, atlas) = loaded(&plan.provable());
        let notes = every_note(&set, &[60]);
        let cases: Vec<&String> = picks.iter().map(|pick| pick.get(&notes)).collect();
        let outcome = |set: &RuleSet, atlas: &Atlas, note: &String| {
            let row = rows_of(set, atlas, note).remove(0);
            (row.status, row.payer)
        };
        let before: Vec<_> = cases.iter().map(|note| outcome(&set, &atlas, note)).collect();
        let notices = |changed: &RuleSet, atlas: &Atlas| {
            let mut cases = cases.iter().zip(&before);
            let failing = cases.find(|(note, before)| outcome(changed, atlas, note) != **before);
            failing.map(|(note, _)| (*note).clone())
        };
        verify(&set, &atlas, &notes, &notices)?;
    }
}

#[test]
fn a_code_tells_what_the_proof_finds() {
    let (set, atlas) = loaded(SMALL);
    let mutants = all(&set);
    let fates = fates(&set, &atlas, &mutants, &nothing_notices, &|| {}).unwrap();
    let code = |block: &str, change: &str| {
        let at = mutants.iter().position(|mutant| mutant.block == block && mutant.change == change).unwrap();
        match &fates[at] {
            Fate::Proof(code) => Some(*code),
            _ => None,
        }
    };
    assert_eq!(code("rest", "drop the rule"), Some(Code::Gap));
    assert_eq!(code("walking-alone", "drop the override of `walking`"), Some(Code::Conflict));
    assert_eq!(code("look", "drop the rule"), None);
}

#[test]
fn no_change_of_the_shipped_rules_survives_their_cases() {
    let ready = shared::ready();
    let files = shared::shipped_cases().into_iter().map(Into::into).collect();
    let suite = Suite::read(&ready.set, files, false).unwrap();
    let mutants = all(&ready.set);
    let first = |set: &RuleSet, atlas: &Atlas| suite.first_failure(set, atlas).map(|case| case.title.clone());
    let fates = fates(&ready.set, &ready.atlas, &mutants, &first, &|| {}).unwrap();
    let report = MutantsReport::of(&ready.set, &mutants, &fates);
    let survivors: Vec<String> =
        report.survivors().map(|(row, witness)| format!("{}\n{}", row.told(), witness.told())).collect();
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
    // What no note can tell is looked at by a person when it changes.
    let equivalent = report.mutants.iter().filter(|row| row.fate == "equivalent").map(MutantRow::told);
    insta::assert_snapshot!(equivalent.collect::<Vec<_>>().join("\n"));
}
