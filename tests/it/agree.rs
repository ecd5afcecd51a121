//! Compares the diagram with the naive judge on the whole domain of the shipped rules and on random rule sets.

use std::collections::BTreeSet;

use actbill::decide::{Judge, Verdict};
use actbill::diagram::Diagram;
use actbill::effective::parse_date;
use actbill::facts::{Answer, FactId, Facts, Kind, Origin};
use actbill::rules::{Outcome, Rule, RuleFile, RuleId, RuleSet};
use proptest::prelude::*;

use crate::judge::{Finding, answers, judge, outcome};
use crate::plan::plan;
use crate::shared::ready;

fn day() -> chrono::NaiveDate {
    parse_date("2026-03-02").unwrap()
}

/// Returns the diagram's finding.
fn by_diagram(set: &RuleSet, diagram: &Diagram, facts: &Facts, date: chrono::NaiveDate) -> Finding {
    let judge = Judge::new(set, diagram, false);
    let graph = judge.graph(facts).unwrap();
    let assignment = diagram.variables.assign(facts, date);
    let open = graph.store.open_variables(graph.rules.outcome, &assignment);
    let fact = |variable: usize| diagram.variables.get(variable).unwrap().question.fact().unwrap();
    Finding { outcomes: graph.possible(&assignment), matter: open.into_iter().map(fact).collect() }
}

/// Returns one answer of each class of answers that the rules do not distinguish: the first.
fn classes(set: &RuleSet, fact: FactId) -> Vec<Answer> {
    let mut seen = BTreeSet::new();
    let all = answers(set, fact).unwrap_or_default();
    all.into_iter()
        .filter(|answer| {
            let tests = set.rules.iter().flat_map(|rule| rule.condition.tests()).filter(|test| test.fact == fact);
            seen.insert(tests.map(|test| test.values.contains(*answer) == Some(true)).collect::<Vec<_>>())
        })
        .collect()
}

/// Tries every combination of answers that each activity's rules ask for. Other facts do not matter and stay unchanged.
#[test]
fn on_every_combination_of_the_shipped_rules() {
    let ready = ready();
    let set = &ready.set;
    let judge = Judge::new(set, &ready.diagram, false);
    let activity = set.vocabulary.find("activity").unwrap();
    let mut count = 0_u64;
    for (value, _) in (0..).zip(set.vocabulary.fact(activity).values()) {
        let mut facts = Facts::unanswered(&set.vocabulary);
        let mut tried = Vec::new();
        let mut axes = Vec::new();
        for (fact, _) in set.vocabulary.facts().filter(|(fact, _)| *fact != activity) {
            let classes = classes(set, fact);
            let asks = |rule: &&Rule| rule.condition.tests().any(|test| test.fact == fact);
            let fits = |rule: &&Rule| {
                let tests = rule.condition.all.iter().filter(|test| test.fact == activity);
                tests.into_iter().all(|test| test.values.contains(Answer::Value(value)) == Some(true))
            };
            facts.set(fact, classes.first().copied().unwrap_or(Answer::Unanswered));
            if set.rules.iter().filter(fits).any(|rule| asks(&rule)) {
                axes.push(fact);
                tried.push(classes);
            }
        }
        facts.set(activity, Answer::Value(value));
        walk(&axes, &tried, &mut facts, &mut |facts| {
            count += 1;
            let naive = outcome(set, facts, day());
            assert_eq!(judge.possible(facts, day()), BTreeSet::from([naive]), "{}", written(set, facts));
            assert!(!naive.is_fault(), "{}", written(set, facts));
        });
    }
    assert!(count > 10_000, "{count}");
}

fn walk(axes: &[FactId], tried: &[Vec<Answer>], facts: &mut Facts, visit: &mut dyn FnMut(&Facts)) {
    let (Some((fact, axes)), Some((answers, tried))) = (axes.split_first(), tried.split_first()) else {
        visit(facts);
        return;
    };
    for answer in answers {
        facts.set(*fact, *answer);
        walk(axes, tried, facts, visit);
    }
}

fn written(set: &RuleSet, facts: &Facts) -> String {
    let answers =
        set.vocabulary.facts().map(|(id, fact)| format!("{}={}", fact.name, set.answer_text(id, facts.get(id))));
    answers.collect::<Vec<_>>().join(" ")
}

/// Builds a note with some facts answered, each with one of its values, and the others left open.
pub(crate) fn partial(set: &RuleSet, picks: &[(bool, u16)]) -> Facts {
    let mut facts = set.answered();
    for ((id, fact), (answered, pick)) in set.vocabulary.facts().zip(picks) {
        let must = fact.is_required() || fact.origin == Origin::Minutes;
        if fact.origin == Origin::Setting || !(*answered || must) {
            continue;
        }
        match answers(set, id) {
            Some(tried) => facts.set(id, tried[usize::from(*pick) % tried.len()]),
            None if matches!(fact.kind, Kind::Coded(_)) => {
                facts.set(id, Answer::Value(pick % u16::try_from(fact.values().len()).unwrap()));
            }
            None => {}
        }
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn on_incomplete_notes_under_the_shipped_rules(
        // Mostly answered: the naive judge tries every way to answer the rest.
        picks in prop::collection::vec((prop::bool::weighted(0.75), 0u16..64), 40),
    ) {
        let ready = ready();
        let facts = partial(&ready.set, &picks);
        prop_assert_eq!(by_diagram(&ready.set, &ready.diagram, &facts, day()), judge(&ready.set, &facts, day()));
    }

    #[test]
    fn what_a_decision_says_is_missing_and_presumed(picks in prop::collection::vec((prop::bool::weighted(0.7), 0u16..64), 40)) {
        let ready = ready();
        let (set, facts) = (&ready.set, partial(&ready.set, &picks));
        let decision = Judge::new(set, &ready.diagram, true).evaluate(&facts, day());
        let mut filled = facts.clone();
        let presumed = set.fill(&mut filled);
        let found = judge(set, &filled, day());
        match &decision.verdict {
            Verdict::HeldForFacts { missing, possible } => {
                prop_assert!(found.outcomes.len() > 1);
                prop_assert_eq!(possible, &found.outcomes);
                let asked: BTreeSet<FactId> = found.matter.iter().map(|fact| set.vocabulary.input_of(*fact)).collect();
                prop_assert_eq!(missing.iter().copied().collect::<BTreeSet<_>>(), asked);
            }
            Verdict::Billable(service, payer) => {
                prop_assert_eq!(found.outcomes, BTreeSet::from([Outcome::Billable(*service, *payer)]));
            }
            Verdict::NonBillable => prop_assert_eq!(found.outcomes, BTreeSet::from([Outcome::NonBillable])),
            Verdict::HeldByRule => prop_assert_eq!(found.outcomes, BTreeSet::from([Outcome::Held])),
        }
        // A presumed fact is named exactly if it would be missing were nothing presumed.
        let unpresumed = Judge::new(set, &ready.diagram, false).evaluate(&facts, day());
        let missing = match &unpresumed.verdict {
            Verdict::HeldForFacts { missing, .. } => missing.clone(),
            _ => Vec::new(),
        };
        let rests: Vec<FactId> = missing.into_iter().filter(|fact| presumed.contains(fact)).collect();
        prop_assert_eq!(&decision.presumed, &rests);
    }

    #[test]
    fn rules_against_a_note_apply_however_it_is_completed_or_none_of_them_does(
        picks in prop::collection::vec((prop::bool::weighted(0.75), 0u16..64), 40),
    ) {
        let ready = ready();
        let (set, facts) = (&ready.set, partial(&ready.set, &picks));
        let decision = Judge::new(set, &ready.diagram, false).evaluate(&facts, day());
        if decision.verdict == Verdict::NonBillable {
            let surely = |id: &RuleId| set.rule(*id).applies(&facts, day()) == Some(true);
            let sure = decision.rules.iter().filter(|id| surely(id)).count();
            prop_assert!(!decision.rules.is_empty() && (sure == 0 || sure == decision.rules.len()), "{}", written(set, &facts));
        }
    }

    #[test]
    fn nothing_is_not_yes(picks in prop::collection::vec((prop::bool::weighted(0.6), 0u16..64), 40), more in 0usize..40, pick in 0u16..64) {
        let ready = ready();
        let set = &ready.set;
        let facts = partial(set, &picks);
        let judge = Judge::new(set, &ready.diagram, false);
        let before = judge.evaluate(&facts, day());
        let Some((id, _)) = set.vocabulary.facts().nth(more) else { return Ok(()) };
        if facts.get(id) != Answer::Unanswered || matches!(before.verdict, Verdict::HeldForFacts { .. }) {
            return Ok(());
        }
        if let Some(tried) = answers(set, id) {
            let mut answered = facts.clone();
            answered.set(id, tried[usize::from(pick) % tried.len()]);
            prop_assert_eq!(&judge.evaluate(&answered, day()).verdict, &before.verdict);
        }
    }

    #[test]
    fn on_random_rule_sets(plan in plan(), notes in prop::collection::vec(prop::collection::vec((prop::bool::weighted(0.5), 0u16..64), 12), 8)) {
        let text = plan.written();
        let set = RuleSet::load(vec![RuleFile { name: "random.toml".into(), text: text.clone(), own: false }]).map_err(|problems| {
            TestCaseError::fail(format!("{}\n{text}", problems.iter().map(ToString::to_string).collect::<String>()))
        })?;
        let diagram = Diagram::new(&set);
        for picks in &notes {
            let facts = partial(&set, picks);
            prop_assert_eq!(by_diagram(&set, &diagram, &facts, day()), judge(&set, &facts, day()), "{}", text);
        }
        let all: Vec<FactId> = set.vocabulary.facts().map(|(id, _)| id).filter(|id| answers(&set, *id).is_some()).collect();
        let tried: Vec<Vec<Answer>> = all.iter().map(|fact| classes(&set, *fact)).collect();
        let mut facts = partial(&set, &[(true, 0); 12]);
        let mut wrong = None;
        walk(&all, &tried, &mut facts, &mut |facts| {
            let found = Judge::new(&set, &diagram, false).evaluate(facts, day());
            let found: BTreeSet<String> = found.rules.iter().map(|id| set.rule(*id).id.clone()).collect();
            let naive = crate::judge::reasons(&set, facts, day());
            let is_fault = outcome(&set, facts, day()).is_fault();
            if !is_fault && found != naive {
                wrong.get_or_insert((written(&set, facts), found, naive));
            }
        });
        prop_assert!(wrong.is_none(), "{:?}\n{}", wrong, text);
    }
}
