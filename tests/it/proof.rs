//! Compares proofs with brute force: problems are found exactly where they exist, and each note shows its problem.

use std::collections::{BTreeMap, BTreeSet};

use actbill::effective::{Effective, parse_date};
use actbill::facts::{Answer, FactId, Facts};
use actbill::note::NoteChecker;
use actbill::proof::{Problem, certificate, check, combinations, prove};
use actbill::read::{InputHint, Slots, read_records};
use actbill::rules::{Effect, Outcome, Rule, RuleFile, RuleId, RuleSet, Test, ValueSet};
use actbill::{diagram::Diagram, message::Code, space::Example};
use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::Value;

use crate::judge::{answers_with_advice, applies, judge, outcome, reasons, survivors};
use crate::plan::plan;
use crate::shared::ready;

/// Reads the answers of an example under a set, with the settings it needs and with presumptions applied.
pub(crate) fn read(set: &RuleSet, example: &Example) -> (Facts, NaiveDate) {
    let mut set = set.clone();
    for (name, value) in &example.settings {
        set.answer(name, &value.text()).unwrap();
    }
    let (mut found, text) = (None, format!("[{}]", example.json()));
    let mut each = |record: actbill::read::Record<'_>| {
        let (mut slots, mut checker) = (Slots::default(), NoteChecker::new(&set.vocabulary, &set.answered(), false));
        found = checker.check_record(&record, &mut slots).ok().map(|note| (note.facts.clone(), note.date));
    };
    read_records(text.as_bytes(), InputHint::default(), &*set.vocabulary, &mut each).unwrap();
    let (mut facts, date) = found.unwrap();
    set.fill(&mut facts);
    (facts, date)
}

/// Returns every possible outcome of a problem's note.
fn outcomes(set: &RuleSet, problem: &Problem) -> BTreeSet<Outcome> {
    let (facts, date) = read(set, problem.example.as_ref().unwrap());
    judge(set, &facts, date).outcomes
}

fn named<'s>(set: &'s RuleSet, problem: &Problem, at: usize) -> &'s Rule {
    set.rules.iter().find(|rule| rule.id == problem.about[at]).unwrap()
}

/// Whether the rule applies to the problem's note, however the note is completed.
fn surely_applies(set: &RuleSet, problem: &Problem, rule: &Rule) -> bool {
    let (mut facts, date) = read(set, problem.example.as_ref().unwrap());
    let open = asked(set).into_iter().filter(|(fact, _)| facts.get(*fact) == Answer::Unanswered).collect::<Vec<_>>();
    let mut always = true;
    walk(&open, &mut facts, &mut |facts| always &= applies(rule, facts, date));
    always
}

/// Asserts that the note of a problem really shows it.
fn shows(set: &RuleSet, problem: &Problem) {
    match problem.message.code {
        Code::Gap if problem.example.is_none() => assert!(problem.message.text.starts_with("there are more notes")),
        Code::Gap => assert_eq!(outcomes(set, problem), BTreeSet::from([Outcome::Gap])),
        Code::Conflict => {
            assert_eq!(outcomes(set, problem), BTreeSet::from([Outcome::Conflict]));
            assert!(surely_applies(set, problem, named(set, problem, 0)));
            assert!(surely_applies(set, problem, named(set, problem, 1)));
        }
        Code::DeadRule | Code::AlwaysStruck | Code::IdleOverride if problem.example.is_some() => {
            assert!(surely_applies(set, problem, named(set, problem, 0)), "{}", problem.message);
        }
        _ => {}
    }
}

fn asked(set: &RuleSet) -> Vec<(FactId, Vec<Answer>)> {
    set.vocabulary.facts().filter_map(|(id, _)| Some((id, answers_with_advice(set, id)?))).collect()
}

/// Visits every combination of answers to the facts that rules ask, on each date worth trying.
fn everything(set: &RuleSet, visit: &mut dyn FnMut(&Facts, NaiveDate)) {
    let asked = asked(set);
    let day = |text: &str| actbill::effective::parse_date(text).unwrap();
    for date in ["2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"].map(day) {
        walk(&asked, &mut Facts::unanswered(&set.vocabulary), &mut |facts| visit(facts, date));
    }
}

pub(crate) fn walk(asked: &[(FactId, Vec<Answer>)], facts: &mut Facts, visit: &mut dyn FnMut(&Facts)) {
    let Some(((fact, answers), rest)) = asked.split_first() else { return visit(facts) };
    for answer in answers {
        facts.set(*fact, *answer);
        walk(rest, facts, visit);
    }
}

/// Returns how a note is decided: the outcome, the reasons, and the advice that applies.
fn decided(set: &RuleSet, facts: &Facts, date: NaiveDate) -> (Outcome, BTreeSet<String>, BTreeSet<String>) {
    let advice =
        set.rules.iter().filter(|rule| matches!(rule.effect, Effect::Advise { .. }) && applies(rule, facts, date));
    (outcome(set, facts, date), reasons(set, facts, date), advice.map(|rule| rule.id.clone()).collect())
}

/// Whether two sets over the same vocabulary decide every note alike. `asked`: the facts that either set asks.
fn are_alike(one: &RuleSet, other: &RuleSet) -> bool {
    let mut alike = true;
    everything(one, &mut |facts, date| alike = alike && decided(one, facts, date) == decided(other, facts, date));
    alike
}

/// Whether every note has the same outcome under both sets.
fn keeps_outcomes(one: &RuleSet, other: &RuleSet) -> bool {
    let mut same = true;
    everything(one, &mut |facts, date| same = same && outcome(one, facts, date) == outcome(other, facts, date));
    same
}

/// Whether an offer applies to some note, but has no payer left in any note to which it applies.
fn loses_all_payers(set: &RuleSet, id: RuleId) -> bool {
    let rule = set.rule(id);
    let (mut applied, mut survived) = (false, false);
    everything(set, &mut |facts, date| {
        applied |= applies(rule, facts, date);
        survived |= survivors(set, facts, date).iter().any(|(survivor, _)| *survivor == rule.id);
    });
    matches!(rule.effect, Effect::Offer { .. }) && applied && !survived
}

/// Returns the set with one rule replaced by a rule that never applies.
fn without_rule(set: &RuleSet, id: RuleId) -> RuleSet {
    let mut changed = set.clone();
    let fact = set.vocabulary.find("activity").unwrap();
    let values = ValueSet::Values(vec![false; set.vocabulary.fact(fact).values().len()]);
    let rule = &mut std::sync::Arc::make_mut(&mut changed.rules)[id.index()];
    rule.condition.all.retain(|test| test.fact != fact);
    rule.condition.all.push(Test { fact, values });
    rule.effective = Effective { through: parse_date("1000-01-01"), ..Effective::default() };
    changed
}

/// Returns the set with the effect of one rule changed.
fn with_effect(set: &RuleSet, id: RuleId, change: impl FnOnce(&mut Effect)) -> RuleSet {
    let mut changed = set.clone();
    change(&mut std::sync::Arc::make_mut(&mut changed.rules)[id.index()].effect);
    changed
}

/// Finds what has no effect in a set by brute force: rules, payers of offers with several payers, and overrides.
fn idle(set: &RuleSet) -> BTreeSet<(String, Option<String>)> {
    let mut idle = BTreeSet::new();
    for (id, rule) in set.rules() {
        if are_alike(set, &without_rule(set, id)) || loses_all_payers(set, id) {
            idle.insert((rule.id.clone(), None));
            continue;
        }
        let Effect::Offer { payers, overrides, .. } = &rule.effect else { continue };
        for out in payers.iter().filter(|_| payers.len() > 1) {
            let changed = with_effect(set, id, |effect| {
                let Effect::Offer { payers, .. } = effect else { return };
                payers.retain(|payer| payer != out);
            });
            if keeps_outcomes(set, &changed) {
                idle.insert((rule.id.clone(), Some(set.payer(*out).name.clone())));
            }
        }
        for out in overrides {
            let changed = with_effect(set, id, |effect| {
                let Effect::Offer { overrides, .. } = effect else { return };
                overrides.retain(|under| under != out);
            });
            if are_alike(set, &changed) {
                idle.insert((rule.id.clone(), Some(set.rule(*out).id.clone())));
            }
        }
    }
    idle
}

/// Returns the same as found by `check`. The message names the payer or the overridden offer.
fn found_idle(set: &RuleSet, problems: &[Problem]) -> BTreeSet<(String, Option<String>)> {
    let mut found = BTreeSet::new();
    for problem in problems {
        let text = &problem.message.text;
        let second = text.rsplit('`').nth(1).map(str::to_owned);
        let part = match problem.message.code {
            Code::DeadRule => None,
            Code::AlwaysStruck if text.contains("loses all its payers") => None,
            Code::AlwaysStruck | Code::IdleOverride => second,
            _ => continue,
        };
        assert!(set.rules.iter().any(|rule| rule.id == problem.about[0]));
        found.insert((problem.about[0].clone(), part));
    }
    found
}

fn random_set(text: &str) -> RuleSet {
    RuleSet::load(vec![RuleFile { name: "random.toml".into(), text: text.to_owned(), own: false }]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn problems_are_found_exactly_where_they_are(plan in plan()) {
        let text = plan.written();
        let set = random_set(&text);
        let (mut gap, mut conflict) = (false, false);
        everything(&set, &mut |facts, date| {
            gap |= outcome(&set, facts, date) == Outcome::Gap;
            conflict |= outcome(&set, facts, date) == Outcome::Conflict;
        });
        let faults = prove(&set).err().unwrap_or_default();
        let has = |code| faults.iter().any(|problem: &Problem| problem.message.code == code);
        prop_assert_eq!((has(Code::Gap), has(Code::Conflict)), (gap, conflict), "{}", text);
        let found = check(&set, Some(&Diagram::new(&set)), None);
        for problem in faults.iter().chain(&found) {
            shows(&set, problem);
        }
        prop_assert_eq!(found_idle(&set, &found), idle(&set), "{}", text);
    }
}

/// A strike whose removal changes the payer is not dead, even if the offer it strikes is overridden elsewhere.
#[test]
fn a_strike_that_lets_another_offer_win_is_not_dead() {
    let offer = |id: &str, service: &str, more: &str| {
        format!(
            "[[offer]]\nid = \"{id}\"\ntitle = \"T\"\nbasis = \"house\"\nservice = \"{service}\"\npayers = [\"p1\"]\n{more}"
        )
    };
    let mut text = "[payer.p1]\ntitle = \"P1\"\n[fact.f]\nvalues = [\"yes\", \"no\"]\n[fact.g]\nvalues = [\"yes\", \"no\"]\n\
         [service.s]\ntitle = \"S\"\ncode = \"X0\"\nunit = \"day\"\n[service.d]\ntitle = \"D\"\ncode = \"X1\"\nunit = \"day\"\n"
        .to_owned();
    text += &offer("one", "s", "");
    text += &offer("two", "d", "when.f = \"yes\"\noverrides = [\"one\"]\n");
    text += "[[strike]]\nid = \"three\"\ntitle = \"T\"\nbasis = \"house\"\nservices = [\"d\"]\npayers = [\"p1\"]\nwhen.g = \"yes\"\n";
    let set = random_set(&text);
    assert!(found_idle(&set, &check(&set, Some(&Diagram::new(&set)), None)).is_empty());
}

/// Uses only the written certificate and the rules, and nothing of the graphs.
#[test]
fn the_certificate_adds_up() {
    let ready = ready();
    let json = serde_json::to_value(certificate(&ready.set, &ready.diagram).unwrap()).unwrap();
    let size = |variable: &Value| -> u128 {
        json["variables"][at(variable)]["answers"].as_array().unwrap().iter().map(|_| 1_u128).sum()
    };
    let digits = |value: &Value| value.as_str().unwrap().parse::<u128>().unwrap();
    let mut all = 0_u128;
    for graph in json["graphs"].as_array().unwrap() {
        let order = graph["order"].as_array().unwrap();
        let nodes = graph["nodes"].as_array().unwrap();
        // By outcome: the combinations of the variables from a level on that come to it from a place.
        let below = |place: &Value, level: usize| -> BTreeMap<String, u128> {
            let node = place.get("node").map(|node| &nodes[at(node)]);
            let first = node.map_or(order.len(), |node| order.iter().position(|v| *v == node["variable"]).unwrap());
            let ways: u128 = order[level..first].iter().map(size).product();
            match node {
                Some(node) => {
                    let counts = node["combinations"].as_object().unwrap();
                    counts.iter().map(|(outcome, count)| (outcome.clone(), digits(count) * ways)).collect()
                }
                None => BTreeMap::from([(place["outcome"].to_string(), ways)]),
            }
        };
        for node in nodes {
            let level = order.iter().position(|variable| *variable == node["variable"]).unwrap();
            let children = node["children"].as_array().unwrap();
            assert_eq!(children.iter().map(|_| 1).sum::<u128>(), size(&node["variable"]));
            let mut sums: BTreeMap<String, u128> = BTreeMap::new();
            for (outcome, count) in children.iter().flat_map(|child| below(child, level + 1)) {
                *sums.entry(outcome).or_default() += count;
            }
            let written = node["combinations"].as_object().unwrap();
            assert_eq!(sums, written.iter().map(|(outcome, count)| (outcome.clone(), digits(count))).collect());
        }
        for (outcome, count) in below(&graph["root"], 0) {
            assert_eq!(count, digits(&graph["combinations"][outcome.parse::<usize>().unwrap()]));
            all += count * graph["activities"].as_array().unwrap().iter().map(|_| 1).sum::<u128>();
        }
    }
    assert_eq!(all, digits(&json["combinations"]));
    assert_eq!(all.to_string(), combinations(&ready.set, &ready.diagram).to_string());
}

fn at(position: &Value) -> usize {
    usize::try_from(position.as_u64().unwrap()).unwrap()
}

/// Generates one thing that an invariant may ask, as it is written.
fn claim() -> impl Strategy<Value = String> {
    let not = prop::bool::weighted(0.3).prop_map(|not| if not { "not." } else { "" });
    let asked = prop_oneof![
        prop::sample::select(vec!["a", "b", "c"]).prop_map(|value| format!("activity = \"{value}\"")),
        prop::sample::select(vec!["yes", "no"]).prop_map(|value| format!("f1 = \"{value}\"")),
        prop::sample::select(vec!["x", "y"]).prop_map(|value| format!("f2 = [\"{value}\", \"z\"]")),
        (3..26).prop_map(|least| format!("n.at_least = {least}")),
        prop::sample::select(vec!["billable", "non_billable", "held"])
            .prop_map(|value| format!("status = \"{value}\"")),
        prop::sample::select(vec!["p1", "p2", "p3", "non_billable"]).prop_map(|value| format!("payer = \"{value}\"")),
        prop::sample::select(vec!["s0", "s1", "none"]).prop_map(|value| format!("service = \"{value}\"")),
    ];
    (not, asked).prop_map(|(not, asked)| format!("{not}{asked}"))
}

/// Whether a complete set of facts and its outcome satisfy a clause.
fn fits(set: &RuleSet, clause: &actbill::rules::Clause, facts: &Facts, date: NaiveDate) -> bool {
    clause.facts.iter().all(|test| test.holds(facts) == Some(true))
        && clause.outcome.iter().all(|test| test.accepts(outcome(set, facts, date)))
}

/// Counts the facts whose answers are unusual: not the first value, or a number that some test distinguishes from zero.
fn unusual(set: &RuleSet, facts: &Facts) -> usize {
    let tests: Vec<_> = set.rules.iter().flat_map(|rule| rule.condition.tests()).chain(claims(set)).collect();
    let differs = |id: FactId| {
        let (usual, answer) = match facts.get(id) {
            Answer::Number(number) => (Answer::Number(0), Answer::Number(number)),
            answer => (Answer::Value(0), answer),
        };
        let same = |test: &&actbill::rules::Test| test.values.contains(usual) == test.values.contains(answer);
        answer != usual
            && !(matches!(answer, Answer::Number(_)) && tests.iter().filter(|test| test.fact == id).all(same))
    };
    asked_by_all(set).into_iter().filter(|(id, _)| differs(*id)).count()
}

fn claims(set: &RuleSet) -> impl Iterator<Item = &actbill::rules::Test> {
    set.invariants.iter().flat_map(|invariant| invariant.when.facts.iter().chain(&invariant.always.facts))
}

/// Returns the facts that rules or invariants ask, with the answers worth trying.
fn asked_by_all(set: &RuleSet) -> Vec<(FactId, Vec<Answer>)> {
    let mut asked: std::collections::BTreeMap<FactId, BTreeSet<Answer>> =
        asked(set).into_iter().map(|(id, answers)| (id, answers.into_iter().collect())).collect();
    for test in claims(set) {
        let answers = asked.entry(test.fact).or_default();
        match &test.values {
            actbill::rules::ValueSet::Values(values) => answers.extend((0..).take(values.len()).map(Answer::Value)),
            actbill::rules::ValueSet::Ranges(ranges) => {
                let bounds = ranges.iter().flat_map(|(from, before)| [from - 1, *from, before - 1, *before]);
                answers.extend(bounds.filter(|number| (0..=1_000_000).contains(number)).map(Answer::Number));
            }
        }
    }
    asked.into_iter().map(|(id, answers)| (id, answers.into_iter().collect())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn invariants_are_refuted_exactly_where_they_are_false_by_a_note_changed_as_little_as_can_be(
        plan in plan(),
        promises in prop::collection::vec((prop::collection::vec(claim(), 0..2), prop::collection::vec(claim(), 1..3)), 1..4),
    ) {
        let mut text = plan.written();
        for (at, (when, always)) in promises.iter().enumerate() {
            text.extend([format!("[[invariant]]\nid = \"i{at}\"\ntitle = \"Promise {at}\"\n")]);
            text.extend(when.iter().map(|when| format!("when.{when}\n")));
            text.extend(always.iter().map(|always| format!("always.{always}\n")));
        }
        let Ok(set) = RuleSet::load(vec![RuleFile { name: "random.toml".into(), text: text.clone(), own: false }]) else {
            return Ok(()); // Two claims may ask a fact in ways that never fit together.
        };
        let found = check(&set, Some(&Diagram::new(&set)), None);
        // Dated rules would make the distance hang on the date, too.
        let dated = set.rules.iter().any(|rule| rule.effective.from.is_some() || rule.effective.through.is_some());
        for invariant in set.invariants.iter() {
            let mut least: Option<usize> = None;
            let breaks = |facts: &Facts, date| {
                !matches!(outcome(&set, facts, date), Outcome::Gap | Outcome::Conflict)
                    && fits(&set, &invariant.when, facts, date) && !fits(&set, &invariant.always, facts, date)
            };
            let days = ["2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"];
            for date in days.map(|day| actbill::effective::parse_date(day).unwrap()) {
                walk(&asked_by_all(&set), &mut Facts::unanswered(&set.vocabulary), &mut |facts| {
                    if breaks(facts, date) {
                        let cost = unusual(&set, facts);
                        least = Some(least.map_or(cost, |least| least.min(cost)));
                    }
                });
            }
            let problem = found
                .iter()
                .find(|problem| problem.message.code == Code::InvariantFails && problem.about.first() == Some(&invariant.id));
            prop_assert_eq!(problem.is_some(), least.is_some(), "{}\n{}", invariant.id, text);
            let Some(problem) = problem else { continue };
            let (mut facts, date) = read(&set, problem.example.as_ref().unwrap());
            let all = asked_by_all(&set);
            let open: Vec<_> = all.iter().filter(|(id, _)| facts.get(*id) == Answer::Unanswered).cloned().collect();
            let (mut always, mut cost) = (true, usize::MAX);
            walk(&open, &mut facts, &mut |facts| {
                always &= breaks(facts, date);
                cost = cost.min(unusual(&set, facts));
            });
            prop_assert!(always, "{}\n{}", problem.message, text);
            prop_assert_eq!(outcomes(&set, problem).len(), 1, "{}\n{}", problem.message, text);
            prop_assert!(dated || Some(cost) == least, "{} is not {:?}: {}\n{}", cost, least, problem.message, text);
        }
    }
}
