//! What is proved, against brute force: problems are found exactly where they are, and each note shows its problem.

use std::collections::BTreeSet;

use actbill::facts::{Answer, FactId, Facts};
use actbill::message::Code;
use actbill::note::Notes;
use actbill::proof::{Against, Example, Problem, certificate, check, combinations, compile, region_count};
use actbill::read::Format;
use actbill::rules::{Effect, Outcome, Rule, RuleFile, RuleSet};
use chrono::NaiveDate;
use proptest::prelude::*;

use crate::judge::{answers_with_advice, applies, judge, outcome, survivors};
use crate::plan::plan;
use crate::shared::ready;

/// What a note answers under a set, with the settings it needs and everything presumed.
fn read(set: &RuleSet, example: &Example) -> (Facts, NaiveDate) {
    let mut set = set.clone();
    for (name, value) in &example.settings {
        set.answer(name, &value.text()).unwrap();
    }
    let mut notes = Notes::new(&set.vocabulary, set.answered(), false);
    let mut found = None;
    let text = format!("[{}]", example.json());
    let mut each = |record: actbill::read::Record<'_>| found = Some(notes.read(&record).unwrap());
    Format::Json.read(&mut text.as_bytes(), &mut |_| Ok(()), &mut each).unwrap();
    let note = found.unwrap();
    let mut facts = note.facts;
    set.fill(&mut facts);
    (facts, note.date)
}

/// Every outcome of a problem's note.
fn outcomes(set: &RuleSet, problem: &Problem) -> BTreeSet<Outcome> {
    let (facts, date) = read(set, problem.example.as_ref().unwrap());
    judge(set, &facts, date).outcomes
}

fn named<'s>(set: &'s RuleSet, problem: &Problem, at: usize) -> &'s Rule {
    set.rules.iter().find(|rule| rule.id == problem.about[at]).unwrap()
}

/// Whether the rule applies to the problem's note, however it is completed.
fn surely_applies(set: &RuleSet, problem: &Problem, rule: &Rule) -> bool {
    let (mut facts, date) = read(set, problem.example.as_ref().unwrap());
    let open = asked(set).into_iter().filter(|(fact, _)| facts.get(*fact) == Answer::Unanswered).collect::<Vec<_>>();
    let mut always = true;
    walk(&open, &mut facts, &mut |facts| always &= applies(rule, facts, date));
    always
}

/// That a problem's note really shows it.
fn shows(set: &RuleSet, problem: &Problem) {
    match problem.message.code {
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

/// Every combination of answers to what the rules ask, on each date worth trying.
fn everything(set: &RuleSet, visit: &mut dyn FnMut(&Facts, NaiveDate)) {
    let asked = asked(set);
    let day = |text: &str| actbill::effective::parse_date(text).unwrap();
    for date in ["2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"].map(day) {
        walk(&asked, &mut Facts::unanswered(&set.vocabulary), &mut |facts| visit(facts, date));
    }
}

fn walk(asked: &[(FactId, Vec<Answer>)], facts: &mut Facts, visit: &mut dyn FnMut(&Facts)) {
    let Some(((fact, answers), rest)) = asked.split_first() else { return visit(facts) };
    for answer in answers {
        facts.set(*fact, *answer);
        walk(rest, facts, visit);
    }
}

/// Ids of rules that are a reason somewhere, by a plain reading of what a reason is.
fn reasons(set: &RuleSet, facts: &Facts, date: NaiveDate) -> BTreeSet<String> {
    let applying: Vec<&Rule> = set.rules.iter().filter(|rule| applies(rule, facts, date)).collect();
    let offers = || {
        applying.iter().filter_map(|rule| match &rule.effect {
            Effect::Offer { service, payers, .. } => Some((rule, *service, payers)),
            _ => None,
        })
    };
    let takes =
        |rule: &Rule, service, payer| rule.effect.removes().is_some_and(|removes| removes.removes(service, payer));
    let is_reason = |rule: &&&Rule| match (outcome(set, facts, date), &rule.effect) {
        (_, Effect::Advise) => true,
        (Outcome::Held, effect) => matches!(effect, Effect::Hold { .. }),
        (Outcome::Billable(service, payer), Effect::Offer { .. }) => {
            survivors(set, facts, date).iter().any(|(id, billed)| *id == rule.id && *billed == (service, payer))
        }
        (Outcome::Billable(service, payer), Effect::Exclude(_) | Effect::Strike(_)) => {
            let winning = survivors(set, facts, date);
            let won = |offer: &Rule| winning.iter().any(|(id, billed)| *id == offer.id && *billed == (service, payer));
            offers().any(|(offer, _, payers)| {
                let rather = payers.iter().take_while(|other| **other != payer);
                won(offer) && rather.into_iter().any(|other| takes(rule, service, *other))
            })
        }
        (Outcome::NonBillable, Effect::Exclude(removes) | Effect::Strike(removes)) => {
            let nothing = offers().next().is_none();
            let general = matches!(rule.effect, Effect::Exclude(_)) || removes.services.is_none();
            (nothing && general)
                || offers().any(|(_, service, payers)| payers.iter().any(|payer| takes(rule, service, *payer)))
        }
        _ => false,
    };
    applying.iter().filter(is_reason).map(|rule| rule.id.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn problems_are_found_exactly_where_they_are(plan in plan()) {
        let text = plan.written();
        let set = RuleSet::load(vec![RuleFile { name: "random.toml".into(), text: text.clone(), own: false }]).unwrap();
        let (mut gap, mut conflict, mut alive) = (false, false, BTreeSet::new());
        everything(&set, &mut |facts, date| {
            gap |= outcome(&set, facts, date) == Outcome::Gap;
            conflict |= outcome(&set, facts, date) == Outcome::Conflict;
            alive.extend(reasons(&set, facts, date));
            // What will decide where offers conflict is not known yet.
            let undecided = outcome(&set, facts, date) == Outcome::Conflict;
            let applying = set.rules.iter().filter(|rule| rule.applies(facts, date) == Some(true));
            alive.extend(applying.filter(|_| undecided).map(|rule| rule.id.clone()));
        });
        let faults = compile(&set).err().unwrap_or_default();
        let has = |code| faults.iter().any(|problem: &Problem| problem.message.code == code);
        prop_assert_eq!((has(Code::Gap), has(Code::Conflict)), (gap, conflict), "{}", text);
        for problem in &faults {
            shows(&set, problem);
        }

        let atlas = actbill::diagram::compile(&set).unwrap();
        let found = check(&set, &atlas, &Against::default());
        for problem in &found {
            shows(&set, problem);
        }
        let dead: BTreeSet<String> = found
            .iter()
            .filter(|problem| matches!(problem.message.code, Code::DeadRule | Code::AlwaysStruck))
            .map(|problem| problem.about[0].clone())
            .collect();
        let all: BTreeSet<String> = set.rules.iter().map(|rule| rule.id.clone()).collect();
        prop_assert_eq!(dead, all.difference(&alive).cloned().collect::<BTreeSet<_>>(), "{}", text);
    }
}

#[test]
fn the_certificate_adds_up_and_each_note_of_it_is_judged_alike() {
    let ready = ready();
    let certificate = certificate(&ready.set, &ready.atlas).unwrap();
    // From here on nothing of the graph is used: only what the certificate says, and the rules as written.
    let size = |fact: &str| certificate.domain.iter().find(|question| question.fact == fact).unwrap().answers.len();
    let domain: usize = certificate.domain.iter().map(|question| question.answers.len()).product();
    let mut sum = 0;
    for part in &certificate.regions {
        let bounded: usize =
            part.answers.iter().map(|(fact, answers)| size(fact) / gcd(size(fact), answers.len())).product();
        let kept: usize =
            part.answers.iter().map(|(fact, answers)| answers.len() / gcd(size(fact), answers.len())).product();
        let combinations = domain / bounded * kept;
        assert_eq!(u128::try_from(combinations).unwrap(), part.combinations);
        sum += combinations;
        let (facts, date) = read(&ready.set, &part.note);
        let told = match outcome(&ready.set, &facts, date) {
            Outcome::Billable(service, payer) => {
                let (service, payer) = (ready.set.service(service), ready.set.payer(payer));
                ("billable", Some(service.name.clone()), Some(payer.name.clone()))
            }
            Outcome::NonBillable => ("non_billable", None, None),
            Outcome::Held => ("held", None, None),
            wrong => panic!("{wrong:?}"),
        };
        assert_eq!(told, (part.status, part.service.clone(), part.payer.clone()), "{:?}", part.answers);
    }
    assert_eq!(sum, domain);
    assert_eq!(u128::try_from(domain).unwrap(), combinations(&ready.atlas));
    assert_eq!(u128::try_from(certificate.regions.len()).unwrap(), region_count(&ready.atlas));
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn regions_are_disjoint() {
    let ready = ready();
    let certificate = certificate(&ready.set, &ready.atlas).unwrap();
    for (at, one) in certificate.regions.iter().enumerate() {
        for other in certificate.regions.iter().skip(at + 1) {
            let apart = one.answers.iter().any(|(fact, answers)| {
                other.answers.get(fact).is_some_and(|others| answers.iter().all(|answer| !others.contains(answer)))
            });
            assert!(apart, "{:?} and {:?}", one.answers, other.answers);
        }
    }
}

/// One thing an invariant may ask, as it is written.
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

/// Whether a complete set of facts and its outcome fit a clause.
fn fits(set: &RuleSet, clause: &actbill::rules::Clause, facts: &Facts, date: NaiveDate) -> bool {
    clause.facts.iter().all(|test| test.holds(facts) == Some(true))
        && clause.outcome.iter().all(|test| test.accepts(outcome(set, facts, date)))
}

/// Facts that an ordinary note answers otherwise: the first value of each, and no number to speak of.
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

/// What the rules or the invariants ask, with the answers worth trying.
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
        let atlas = actbill::diagram::compile(&set).unwrap();
        let found = check(&set, &atlas, &Against::default());
        // Dated rules would make the distance hang on the date, too.
        let dated = set.rules.iter().any(|rule| rule.effective.from.is_some() || rule.effective.through.is_some());
        for invariant in &set.invariants {
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
            // What it leaves open must not hold it: classified, it shows one outcome.
            prop_assert_eq!(outcomes(&set, problem).len(), 1, "{}\n{}", problem.message, text);
            prop_assert!(dated || Some(cost) == least, "{} is not {:?}: {}\n{}", cost, least, problem.message, text);
        }
    }
}
