//! `actbill check --same-as`: what differs is found, with a note that really is decided differently.

use actbill::compare::{Comparison, compare};
use actbill::facts::{Answer, Facts};
use actbill::rules::{RuleFile, RuleSet};
use chrono::NaiveDate;
use proptest::prelude::*;

use crate::judge::{answers_with_advice, outcome, reasons};
use crate::plan::plan;
use crate::proof::{read, walk};
use crate::shared::{rule_folder, told};
use crate::tiny::{BASE, OFFER, rule};

fn loaded(texts: &[&str]) -> RuleSet {
    let file =
        |(at, text): (usize, &&str)| RuleFile { name: format!("{at}.toml"), text: (*text).to_owned(), own: false };
    RuleSet::load(texts.iter().enumerate().map(file).collect())
        .unwrap_or_else(|problems| panic!("{}{}", told(&problems), texts.concat()))
}

/// Returns the shipped rules, and the rules of a folder with changes of its text.
fn shipped_and_before(changes: &[(&str, &str, &str)]) -> (RuleSet, RuleSet) {
    let ours = rule_folder().into_iter().filter(|file| actbill::run::is_rule_file(&file.name)).collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules-2026-11");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if actbill::run::is_rule_file(&name) {
            files.push(RuleFile { name, text: std::fs::read_to_string(&path).unwrap(), own: false });
        }
    }
    for (name, before, after) in changes {
        let file = files.iter_mut().find(|file| file.name == *name).unwrap();
        assert!(file.text.contains(before), "{before}");
        file.text = file.text.replacen(before, after, 1);
    }
    (RuleSet::load(ours).unwrap(), RuleSet::load(files).unwrap())
}

fn differing(compared: &Comparison) -> Vec<&str> {
    let note = compared.note.iter().map(|note| if note.outcomes.is_some() { "outcome" } else { "rules" });
    note.chain(compared.terms.iter().map(|term| term.about.as_str())).collect()
}

/// The promise of the second document: it changes no decision on the work of the first.
#[test]
fn the_shipped_rules_decide_act_as_before() {
    let (ours, before) = shipped_and_before(&[]);
    let compared = compare(&ours, &before).unwrap();
    assert!(compared.is_same(), "{:#?} {:#?}", compared.note, compared.terms);
    assert_eq!(compared.activities.len(), 19);
    assert!(compared.services.contains(&"act_team".into()));
}

#[test]
fn the_command_says_what_it_compared_and_ends_with_its_status() {
    let folder = tempfile::TempDir::new().unwrap();
    let before = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules-2026-11");
    let check = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_actbill"));
        let done = command.current_dir(folder.path()).args(["check", "--same-as", before]).args(more).output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
    };
    let (status, said) = check(&[]);
    assert!(said.contains("rules-2026-11`: compared every note of 19 activities, "), "{said}");
    assert_eq!(status, 0, "{said}");
    let (_, json) = check(&["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["same_as"]["same"], json["same_as"]["activities"].as_array().unwrap().len()), (&true.into(), 19));
    let agency = "[[hold]]\nid = \"our.hold\"\ntitle = \"T\"\nwhen.activity = \"other\"\nwhen.minutes.at_least = 100\nbasis = \"house\"\n";
    std::fs::write(folder.path().join("agency.toml"), agency).unwrap();
    let (status, json) = check(&["--with", "agency.toml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let problem = json["problems"].as_array().unwrap().iter().find(|one| one["code"] == "decided-differently");
    assert_eq!((status, &problem.unwrap()["note"]["activity"]), (1, &"other".into()), "{json:#}");
}

#[test]
fn a_change_of_act_is_found_with_a_note() {
    let changes = [
        ("act-vocational.toml", "when.not.eligibility = \"mo_healthnet\"", "when.eligibility = \"department\""),
        ("institutions.toml", "when.age.below = 65", "when.age.below = 64"),
    ];
    for change in changes {
        let (ours, before) = shipped_and_before(&[change]);
        let compared = compare(&ours, &before).unwrap();
        let note = compared.note.as_ref().unwrap_or_else(|| panic!("{change:?}"));
        assert!(note.outcomes.is_some(), "{note:?}");
        let (facts, date) = read(&ours, &note.example);
        let (other, _) = read(&before, &note.example);
        let decided = |set: &RuleSet, facts: &Facts| {
            let diagram = actbill::diagram::Diagram::new(set);
            let verdict = actbill::decide::Judge::new(set, &diagram, false).evaluate(facts, date);
            (verdict.because, verdict.rules.iter().map(|id| set.rule(*id).id.clone()).collect::<Vec<_>>())
        };
        assert_ne!(decided(&ours, &facts), decided(&before, &other), "{}", note.example.json());
    }
}

#[test]
fn what_changes_money_is_found() {
    let before = loaded(&[BASE, OFFER]);
    let with = |changes: &[(&str, &str)], more: &str| {
        let text = changes.iter().fold(BASE.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
        let changed = loaded(&[&text, OFFER, more]);
        let compared = compare(&changed, &before).unwrap();
        differing(&compared).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(with(&[], "").is_empty());
    assert_eq!(with(&[("\"X1\"", "\"X9\"")], ""), ["the code and unit of `s`"]);
    assert_eq!(with(&[("[\"M\", \"N\"]", "[\"M\"]")], ""), ["the code and unit of `s`"]);
    let rate = "[[rate]]\nservice = \"s\"\namount = \"1.00\"\nfrom = \"undated\"\nbasis = \"house\"\n";
    assert_eq!(with(&[], rate), ["the rates of `s`"]);
    let presume = "[presume.f]\nvalue = \"yes\"\nbasis = \"house\"\n";
    assert!(with(&[], presume).is_empty(), "no rule asks it");
    let count = "[[count]]\nid = \"c\"\nnotes = \"s\"\nwithin = \"note\"\nat_least = 8\neach = 15\nearns = \"s\"\nbasis = \"house\"\n";
    assert_eq!(with(&[], count), ["the counts of minutes of `s`"]);
    let pair = "[[pair]]\nid = \"p\"\ntitle = \"T\"\nthese = [\"s\"]\nnot_with = [\"d\"]\nwithin = \"day\"\nthen = \"hold\"\nbasis = \"house\"\n";
    assert_eq!(with(&[], pair), ["what stands with `s`"]);
}

#[test]
fn another_rule_with_the_same_outcome_is_found() {
    let before = loaded(&[BASE, OFFER]);
    let strike = rule("strike", "x", "payers = [\"p\"]; when.f = \"yes\"");
    let twice = rule("strike", "y", "payers = [\"p\"]; when.f = \"yes\"");
    let one = loaded(&[BASE, OFFER, &strike]);
    assert_eq!(differing(&compare(&one, &before).unwrap()), ["outcome"]);
    assert_eq!(differing(&compare(&loaded(&[BASE, OFFER, &strike, &twice]), &one).unwrap()), ["rules"]);
    let renamed = strike.replace("id = \"x\"", "id = \"z\"\nformerly = [\"x\"]");
    assert!(compare(&loaded(&[BASE, OFFER, &renamed]), &one).unwrap().is_same());
}

#[test]
fn a_value_or_a_fact_that_only_one_knows_is_no_difference_by_itself() {
    let before = loaded(&[BASE, OFFER]);
    let more = BASE
        .replace("[\"x\", \"y\", \"z\"]", "[\"w\", \"x\", \"y\", \"z\"]")
        .replace("[\"a\", \"b\"]", "[\"c\", \"a\", \"b\"]");
    let more = format!("{more}[fact.extra]\nvalues = [\"yes\", \"no\"]\n");
    let new = rule("exclude", "c", "when.activity = \"c\"; payers = [\"p\"]");
    let of_value = rule("strike", "w", "payers = [\"p\"]; when.g = \"w\"");
    let compared = compare(&loaded(&[&more, OFFER, &new, &of_value]), &before).unwrap();
    assert!(compared.is_same(), "{:?}", compared.note);
    assert_eq!(compared.left_out["g"], ["w"]);
    let of_fact = rule("strike", "e", "payers = [\"p\"]; when.extra = \"yes\"; when.g = \"z\"");
    let compared = compare(&loaded(&[&more, OFFER, &new, &of_fact]), &before).unwrap();
    let note = compared.note.unwrap();
    assert!(note.example.json().contains("\"extra\":\"yes\""), "{}", note.example.json());
    let odd = BASE.replace("kind = \"number\"", "values = [\"1\"]");
    assert!(compare(&loaded(&[&odd, OFFER]), &before).is_err());
}

/// Returns whether some note is decided differently by the naive judge: its outcome; and the rules that decide.
fn naive(sets: [&RuleSet; 2]) -> (bool, bool) {
    let [one, other] = sets;
    let mut asked = std::collections::BTreeMap::new();
    for set in sets {
        for (id, _) in set.vocabulary.facts() {
            let answers = answers_with_advice(set, id).into_iter().flatten();
            asked.entry(id).or_insert_with(std::collections::BTreeSet::new).extend(answers);
        }
    }
    let asked: Vec<(_, Vec<Answer>)> =
        asked.into_iter().filter(|(_, all)| !all.is_empty()).map(|(id, all)| (id, all.into_iter().collect())).collect();
    let (mut outcomes, mut rules) = (false, false);
    for day in ["2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"] {
        let date: NaiveDate = actbill::effective::parse_date(day).unwrap();
        walk(&asked, &mut Facts::unanswered(&one.vocabulary), &mut |facts| {
            outcomes |= outcome(one, facts, date) != outcome(other, facts, date);
            rules |= reasons(one, facts, date) != reasons(other, facts, date);
        });
    }
    (outcomes, rules)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn differences_are_found_exactly_where_they_are(plan in plan(), other in plan(), keep in any::<prop::sample::Index>()) {
        // Either two unrelated sets, or one set with and without one of its rules.
        let text = plan.written();
        let without = plan.without(keep);
        for second in [other.written(), without] {
            let (one, two) = (loaded(&[&text]), loaded(&[&second]));
            let compared = compare(&one, &two).unwrap();
            let (outcomes, rules) = naive([&one, &two]);
            let found = compared.note.as_ref();
            prop_assert_eq!(found.is_some_and(|note| note.outcomes.is_some()), outcomes, "{}\n-----\n{}", text, second);
            prop_assert_eq!(found.is_some(), outcomes || rules, "{}\n-----\n{}", text, second);
            if let Some(note) = found.filter(|_| outcomes) {
                let (facts, date) = read(&one, &note.example);
                let all = |set: &RuleSet| crate::judge::judge(set, &facts, date).outcomes;
                prop_assert!(all(&one) != all(&two), "{}\n{}\n-----\n{}", note.example.json(), text, second);
            }
        }
    }
}
