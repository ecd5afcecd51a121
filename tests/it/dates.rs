//! Numbers derived from dates: combinations that no dates can have cause no problems, and examples get real dates.

use std::collections::BTreeSet;

use actbill::decide::{Judge, Verdict};
use actbill::diagram::Diagram;
use actbill::facts::{Answer, Facts, date_answer};
use actbill::message::Code;
use actbill::proof::{check, faults};
use actbill::rules::{Outcome, RuleFile, RuleSet};
use actbill::space::{Region, Space};
use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use crate::judge::outcome;
use crate::proof::read;
use crate::tiny::rule;

/// Facts, payers, services and holidays.
pub(crate) const BASE: &str = r#"
[fact.activity]
values = ["a"]
[fact.birth_date]
kind = "date"
[fact.admission]
kind = "date"
[fact.discharge]
kind = "date"
[fact.contact]
kind = "date"
[fact.f]
values = ["yes", "no"]
[payer.p]
title = "P"
[payer.q]
title = "Q"
[service.s]
title = "S"
code = "X1"
unit = "day"
[service.d]
title = "D"
code = "X2"
unit = "day"
[holiday.new_year]
month = 1
day = 1
[holiday.thanksgiving]
month = 11
weekday = "thursday"
nth = 4
[holiday.christmas]
month = 12
day = 25
"#;

const NONE: [&str; 0] = [];

const OFFER: &str = "service = \"s\"; payers = [\"p\"]; ";
const OTHER: &str = "service = \"d\"; payers = [\"q\"]; ";
const DAYS: &str = "when.days_from_discharge_to_contact";
const BUSINESS: &str = "when.business_days_from_discharge_to_contact";

fn set(rules: &[String]) -> RuleSet {
    let text = format!("{BASE}{}", rules.concat());
    RuleSet::load(vec![RuleFile { name: "dates.toml".into(), text: text.clone(), own: false }])
        .unwrap_or_else(|problems| panic!("{}{text}", crate::shared::told(&problems)))
}

/// Returns the codes of all problems of a rule set apart from unused names.
fn codes(rules: &[String]) -> Vec<&'static str> {
    let set = set(rules);
    let diagram = Diagram::new(&set);
    let problems = faults(&set, &diagram).unwrap().into_iter().chain(check(&set, Some(&diagram), None));
    let codes = problems.map(|problem| problem.message.code).filter(|code| *code != Code::Unused);
    codes.map(Code::as_str).collect()
}

fn exclude(id: &str, when: &str) -> String {
    rule("exclude", id, &format!("payers = [\"p\", \"q\"]; {when}"))
}

#[test]
fn work_that_no_dates_can_have_is_no_gap() {
    let late = rule("hold", "late", &format!("{DAYS}.at_least = 3"));
    let soon = |below: i64| exclude("soon", &format!("{BUSINESS}.below = {below}"));
    assert_eq!(codes(&[late.clone(), soon(3)]), NONE);
    assert_eq!(codes(&[late, soon(2)]), ["gap"]);
}

#[test]
fn offers_that_no_dates_bring_together_are_no_conflict() {
    let one = |days: i64| {
        let when = format!(
            "{OFFER}when.days_since_admission.at_least = 10; when.days_from_admission_to_discharge.below = {days}"
        );
        [rule("offer", "one", &when), rule("offer", "other", &format!("{OTHER}when.days_since_discharge.below = 5"))]
    };
    let rest = rule("exclude", "rest", "payers = [\"q\"]; services = [\"s\"]");
    let unused = |[one, other]: [String; 2]| codes(&[one, other, rest.clone()]);
    assert_eq!(unused(one(6)), NONE);
    assert_eq!(unused(one(7)), ["conflict"]);
}

#[test]
fn a_promise_that_only_impossible_dates_would_break_holds() {
    let promise = |below: i64| {
        format!(
            "[[invariant]]\nid = \"i\"\ntitle = \"T\"\nwhen.status = \"billable\"\nalways.business_days_from_discharge_to_contact.below = {below}\n"
        )
    };
    let rules = [rule("offer", "offer", OFFER), exclude("late", &format!("{DAYS}.at_least = 4"))];
    let with = |below| codes(&[&rules[..], &[promise(below)]].concat());
    assert_eq!(with(4), NONE);
    assert_eq!(with(3), ["invariant-fails"]);
}

#[test]
fn a_rule_that_no_dates_reach_is_dead() {
    let rules = |days: i64| {
        [
            rule("offer", "offer", OFFER),
            rule("strike", "strike", &format!("payers = [\"p\"]; {DAYS}.below = {days}; {BUSINESS}.at_least = 3")),
        ]
    };
    assert_eq!(codes(&rules(3)), ["dead-rule"]);
    assert_eq!(codes(&rules(4)), NONE);
}

#[test]
fn an_age_bounds_days_from_the_birth_date() {
    let rules = |age: i64| {
        let when = format!(
            "payers = [\"p\"]; when.age.at_least = {age}; when.days_from_birth_date_to_discharge.below = 7_000; \
             when.days_since_discharge.below = 10"
        );
        [rule("offer", "offer", OFFER), rule("strike", "strike", &when)]
    };
    assert_eq!(codes(&rules(21)), ["dead-rule"]);
    assert_eq!(codes(&rules(19)), NONE);
}

/// Returns the shipped rules with an agency's file.
fn shipped_with(text: &str) -> RuleSet {
    let own = RuleFile { name: "agency.toml".into(), text: text.to_owned(), own: true };
    RuleSet::load(crate::shared::shipped().into_iter().chain([own]).collect()).unwrap()
}

#[test]
fn the_note_of_a_broken_promise_about_a_discharge_has_such_dates() {
    let business = "business_days_from_discharge_date_to_first_contact_date";
    let promise = |always: &str| {
        format!(
            "[[invariant]]\nid = \"x\"\ntitle = \"T\"\nwhen.activity = \"discharge_visit\"\nwhen.status = \"billable\"\n{always}\n"
        )
    };
    for always in [
        format!("always.{business}.below = 2"),
        format!("when.{business}.at_least = 2\nalways.days_since_discharge_date.below = 4"),
        format!(
            "when.{business}.below = 1\nwhen.days_from_discharge_date_to_first_contact_date.at_least = 2\nalways.status = \"held\""
        ),
    ] {
        let set = shipped_with(&promise(&always));
        let diagram = Diagram::new(&set);
        let found = check(&set, Some(&diagram), None);
        let problem = found.iter().find(|problem| problem.message.code == Code::InvariantFails);
        let problem = problem.unwrap_or_else(|| panic!("{always}"));
        let (facts, date) = read(&set, problem.example.as_ref().unwrap());
        let promise = set.invariants.iter().find(|promise| promise.id == "x").unwrap();
        let status = Judge::new(&set, &diagram, false).evaluate(&facts, date).verdict;
        assert!(matches!(status, Verdict::Billable(..)), "{} {status:?}", problem.message);
        assert!(promise.when.facts.iter().all(|test| test.holds(&facts) == Some(true)), "{}", problem.message);
        assert!(promise.always.facts.iter().all(|test| test.holds(&facts) == Some(false)), "{}", problem.message);
    }
}

#[test]
fn the_notes_that_show_the_shipped_rules_have_dates_in_their_regions() {
    let set = shipped_with("");
    let diagram = Diagram::new(&set);
    let mut count = 0;
    for graph in diagram.graphs(&set).unwrap() {
        let space = Space::new(&set, &diagram, graph);
        for reason in graph.reasons.values() {
            let Some((example, region)) = space.example(*reason, graph.rules.outcome, &Region::full(&space)) else {
                continue;
            };
            let (facts, date) = read(&set, &example);
            let assignment = diagram.variables.assign(&facts, date);
            let fits = |at: usize| assignment[at].is_none_or(|value| region.values[at].contains(&value));
            assert!(graph.asked.iter().all(|at| fits(*at)), "{}", example.json());
            assert_eq!(graph.store.evaluate(*reason, &assignment), Some(true), "{}", example.json());
            count += usize::from(example.json().contains("discharge_date"));
        }
    }
    assert!(count > 3, "{count}");
}

/// Other rules ask the age at 21 and 26, but that is nothing to somebody who asks about 65.
#[test]
fn ages_that_lead_to_the_same_are_told_as_one() {
    let note = r#"{"id":"1","client":"c","date":"2026-03-02","minutes":60,"activity":"self_care_skills","staff_role":"nurse","eligibility":"mo_healthnet","symptom_link":"yes","medically_needed":"yes","residence":"imd"}"#;
    let row = crate::shared::rows(actbill::read::Format::Ndjson, note).remove(0);
    assert_eq!(
        row.because.unwrap(),
        "Held: `birth_date` is not answered (age below 65: nobody pays; age 65 or more: MO HealthNet as H0040)."
    );
}

/// Generates a condition on a number derived from dates.
fn test() -> impl Strategy<Value = String> {
    let names = vec![
        "age",
        "days_since_admission",
        "days_since_discharge",
        "days_since_contact",
        "days_from_admission_to_discharge",
        "days_from_discharge_to_contact",
        "days_from_contact_to_admission",
        "business_days_from_admission_to_discharge",
        "business_days_from_discharge_to_contact",
        "business_days_from_contact_to_discharge",
        "days_from_birth_date_to_contact",
    ];
    (prop::sample::select(names), -6_i64..12, any::<bool>()).prop_map(|(name, number, is_least)| {
        let number = match name {
            "age" => number.abs() + 10,
            "days_from_birth_date_to_contact" => number * 365 + 7_300,
            _ => number,
        };
        format!("when.{name}.{} = {number}", if is_least { "at_least" } else { "below" })
    })
}

/// Generates rules of every kind over such conditions.
pub(crate) fn rules() -> impl Strategy<Value = Vec<String>> {
    let lines = [
        ("offer", OFFER),
        ("offer", OTHER),
        ("strike", "payers = [\"p\"]; "),
        ("exclude", "payers = [\"q\"]; "),
        ("hold", ""),
    ];
    let one = (0..lines.len(), prop::collection::vec(test(), 1..4), any::<bool>());
    prop::collection::vec(one, 1..6).prop_map(move |rules| {
        let written = |(at, (kind, tests, asks)): (usize, (usize, Vec<String>, bool))| {
            let mut seen = BTreeSet::new();
            let mut tests: Vec<String> =
                tests.into_iter().filter(|test| seen.insert(test.split('.').nth(1).unwrap().to_owned())).collect();
            tests.extend(asks.then(|| "when.f = \"yes\"".to_owned()));
            let (kind, lines) = lines[kind];
            rule(kind, &format!("r{at}"), &format!("{lines}{}", tests.join("; ")))
        };
        rules.into_iter().enumerate().map(written).collect()
    })
}

const NAMES: [&str; 4] = ["birth_date", "admission", "discharge", "contact"];

/// Dates near one another, near holidays and far away: the service date, and each date by the days before it.
pub(crate) fn dates() -> impl Strategy<Value = (NaiveDate, [i64; 4])> {
    let day = prop_oneof![0_i64..4_000, 355_i64..372];
    let before = || prop_oneof![-4_i64..12, -20_i64..40, -800_i64..3_000];
    (day, [before(), before(), before(), before()], 10_i64..22).prop_map(|(day, mut before, years)| {
        before[0] += years * 365;
        (NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + TimeDelta::days(day), before)
    })
}

/// Returns a note with some of these dates.
pub(crate) fn note(set: &RuleSet, (date, before): (NaiveDate, [i64; 4]), given: [bool; 4]) -> Facts {
    let mut facts = Facts::unanswered(&set.vocabulary);
    facts.set(set.vocabulary.find("activity").unwrap(), Answer::Value(0));
    for ((name, days), _) in NAMES.iter().zip(before).zip(given).filter(|(_, given)| *given) {
        facts.set(set.vocabulary.find(name).unwrap(), date_answer(date - TimeDelta::days(days)));
    }
    facts.derive(&set.vocabulary, date, 60);
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn real_dates_are_possible_and_decided_as_the_naive_judge_decides(
        rules in rules(),
        notes in prop::collection::vec((dates(), prop::bool::ANY), 30),
    ) {
        let set = set(&rules);
        let diagram = Diagram::new(&set);
        let graph = diagram.graphs(&set).unwrap()[0];
        let f = set.vocabulary.find("f").unwrap();
        for (note, yes) in notes {
            let mut facts = self::note(&set, note, [true; 4]);
            facts.set(f, Answer::Value(u16::from(!yes)));
            let assignment = diagram.variables.assign(&facts, note.0);
            let store = &graph.store;
            prop_assert_eq!(store.evaluate(store.possible(), &assignment), Some(true), "{:?}\n{}", note, rules.concat());
            let naive = outcome(&set, &facts, note.0);
            prop_assert_eq!(graph.possible(&assignment), BTreeSet::from([naive]), "{:?}\n{}", note, rules.concat());
        }
    }

    /// Whatever the missing dates are, they lead to an outcome that the note may have, so a decided note stays decided.
    #[test]
    fn missing_dates_lead_where_the_note_may_end(
        rules in rules(),
        (at, before) in dates(),
        given in [any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()],
        others in prop::collection::vec([-12_i64..20, -12_i64..20, -12_i64..20, 3_000_i64..9_000], 60),
    ) {
        let set = set(&rules);
        let diagram = Diagram::new(&set);
        let judge = Judge::new(&set, &diagram, false);
        let f = set.vocabulary.find("f").unwrap();
        let mut facts = note(&set, (at, before), given);
        facts.set(f, Answer::Value(0));
        let possible = judge.possible(&facts, at);
        let decision = judge.evaluate(&facts, at);
        if let Verdict::HeldForFacts { missing, .. } = &decision.verdict {
            prop_assert!(!missing.is_empty());
            prop_assert!(missing.iter().all(|fact| facts.get(*fact) == Answer::Unanswered));
        }
        let mut seen: BTreeSet<Outcome> = BTreeSet::new();
        for other in others {
            let days = |at: usize| if given[at] { before[at] } else { other[(at + 3) % 4] };
            let mut complete = note(&set, (at, [days(0), days(1), days(2), days(3)]), [true; 4]);
            complete.set(f, Answer::Value(0));
            seen.insert(outcome(&set, &complete, at));
        }
        prop_assert!(seen.is_subset(&possible), "{:?} of {:?}\n{}", seen, possible, rules.concat());
    }

    /// The example of any combination that counts as possible has real dates, which evaluate to it.
    #[test]
    fn examples_have_the_dates_that_they_stand_for(rules in rules(), picks in prop::collection::vec(0_u16..8, 20)) {
        let set = set(&rules);
        let diagram = Diagram::new(&set);
        let graph = diagram.graphs(&set).unwrap()[0];
        let space = Space::new(&set, &diagram, graph);
        let mut within = Region::full(&space);
        for (at, pick) in graph.asked.iter().zip(picks) {
            let all = within.values[*at].clone();
            let one = all.iter().nth(usize::from(pick) % all.len()).copied().unwrap();
            within.values[*at] = BTreeSet::from([one]);
            if space.nearest(actbill::diagram::Ref::TRUE, &within).is_none() {
                within.values[*at] = all;
            }
        }
        let point = space.nearest(actbill::diagram::Ref::TRUE, &within).unwrap();
        let example = space.write_whole(&point);
        let (facts, date) = read(&set, &example);
        let fits = |facts: &Facts| {
            let assignment = diagram.variables.assign(facts, date);
            graph.asked.iter().all(|at| assignment[*at] == Some(point.values[*at]))
        };
        // What counts as possible may be a little more than what is: there is no such note, then.
        prop_assert!(
            fits(&facts) || !some_dates_near(&set, &facts, date, &fits),
            "{}\n{:?}\n{}",
            example.json(),
            graph.asked.iter().map(|at| {
                let variable = diagram.variables.get(*at).unwrap();
                format!("{} {}", variable.question.name(&set), variable.describe(&set, point.values[*at]))
            }).collect::<Vec<_>>(),
            rules.concat()
        );
    }
}

/// Whether three dates within two weeks of a date fit, all else as in these facts.
fn some_dates_near(set: &RuleSet, facts: &Facts, date: NaiveDate, fits: &dyn Fn(&Facts) -> bool) -> bool {
    let near = || (-14_i64..=14).map(|days| date_answer(date + TimeDelta::days(days)));
    let [admission, discharge, contact] =
        ["admission", "discharge", "contact"].map(|name| set.vocabulary.find(name).unwrap());
    let mut facts = facts.clone();
    near().any(|first| {
        facts.set(admission, first);
        near().any(|second| {
            facts.set(discharge, second);
            near().any(|third| {
                facts.set(contact, third);
                facts.derive(&set.vocabulary, date, 60);
                fits(&facts)
            })
        })
    })
}
