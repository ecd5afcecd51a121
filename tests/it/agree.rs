//! The diagram against the naive judge: on the whole domain of the shipped rules and on random rule sets.

use std::collections::BTreeSet;

use actbill::decision::{Judge, Verdict};
use actbill::diagram::{Asked, Diagram, compile};
use actbill::effective::parse_date;
use actbill::facts::{Answer, FactId, Facts, Kind, Origin};
use actbill::rules::{Outcome, RuleFile, RuleId, RuleSet};
use proptest::prelude::*;

use crate::judge::{Finding, answers, judge, outcome};
use crate::plan::plan;
use crate::shared::ready;

fn day() -> chrono::NaiveDate {
    parse_date("2026-03-02").unwrap()
}

/// What the diagram finds, with axes as facts.
fn by_diagram(set: &RuleSet, diagram: &Diagram, facts: &Facts, date: chrono::NaiveDate) -> Finding {
    let open = diagram.open(&diagram.cells(facts, date));
    assert!(set.rules().count() > 0);
    let matter = open.axes.iter().map(|axis| match diagram.axes[*axis].asked {
        Asked::Fact(fact) => fact,
        Asked::ServiceDate => panic!("the service date is always known"),
    });
    Finding { outcomes: open.outcomes.clone(), matter: matter.collect() }
}

/// Answers that no rule tells apart are tried once: the first of each class.
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

#[test]
fn on_every_combination_of_the_shipped_rules() {
    let ready = ready();
    let set = &ready.set;
    let axes: Vec<FactId> = set.vocabulary.facts().map(|(id, _)| id).filter(|id| answers(set, *id).is_some()).collect();
    let tried: Vec<Vec<Answer>> = axes.iter().map(|fact| classes(set, *fact)).collect();
    let mut count = 0_u64;
    let mut facts = Facts::unanswered(&set.vocabulary);
    walk(&axes, &tried, &mut facts, &mut |facts| {
        count += 1;
        let open = ready.atlas.decisions.open(&ready.atlas.decisions.cells(facts, day()));
        let naive = outcome(set, facts, day());
        assert_eq!(open.outcomes.iter().collect::<Vec<_>>(), [&naive], "{}", told(set, facts));
        assert!(!matches!(naive, Outcome::Gap | Outcome::Conflict), "{}", told(set, facts));
    });
    let combinations: usize = tried.iter().map(Vec::len).product();
    assert_eq!(count, u64::try_from(combinations).unwrap());
    assert!(count > 1_000_000, "{count}");
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

fn told(set: &RuleSet, facts: &Facts) -> String {
    let answers = set.vocabulary.facts().map(|(id, fact)| format!("{}={}", fact.name, set.written(id, facts.get(id))));
    answers.collect::<Vec<_>>().join(" ")
}

/// A note with some facts answered: each with one of its values, or left open.
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
        prop_assert_eq!(by_diagram(&ready.set, &ready.atlas.decisions, &facts, day()), judge(&ready.set, &facts, day()));
    }

    #[test]
    fn what_a_decision_says_is_missing_and_presumed(picks in prop::collection::vec((prop::bool::weighted(0.7), 0u16..64), 40)) {
        let ready = ready();
        let (set, facts) = (&ready.set, partial(&ready.set, &picks));
        let decision = Judge::new(set, &ready.atlas, true).decide(&facts, day());
        let mut filled = facts.clone();
        let presumed = set.fill(&mut filled);
        let found = judge(set, &filled, day());
        match &decision.verdict {
            Verdict::HeldOpen { missing, possible } => {
                prop_assert!(found.outcomes.len() > 1);
                prop_assert_eq!(possible, &found.outcomes);
                let asked: BTreeSet<FactId> = found.matter.iter().map(|fact| set.vocabulary.asked_for(*fact)).collect();
                prop_assert_eq!(missing.iter().copied().collect::<BTreeSet<_>>(), asked);
            }
            Verdict::Billable(service, payer) => {
                prop_assert_eq!(found.outcomes, BTreeSet::from([Outcome::Billable(*service, *payer)]));
            }
            Verdict::NonBillable => prop_assert_eq!(found.outcomes, BTreeSet::from([Outcome::NonBillable])),
            Verdict::HeldByRule => prop_assert_eq!(found.outcomes, BTreeSet::from([Outcome::Held])),
        }
        // A presumed fact is named exactly if another answer to it, the rest as it is, could change the outcome.
        for fact in presumed {
            let mut open = filled.clone();
            open.set(fact, Answer::Unanswered);
            let matters = judge(set, &open, day()).matter.contains(&fact);
            prop_assert_eq!(decision.presumed.contains(&fact), matters, "{}", set.vocabulary.fact(fact).name);
        }
    }

    #[test]
    fn rules_against_a_note_apply_however_it_is_completed_or_none_of_them_does(
        picks in prop::collection::vec((prop::bool::weighted(0.75), 0u16..64), 40),
    ) {
        let ready = ready();
        let (set, facts) = (&ready.set, partial(&ready.set, &picks));
        let decision = Judge::new(set, &ready.atlas, false).decide(&facts, day());
        if decision.verdict == Verdict::NonBillable {
            let surely = |id: &RuleId| set.rule(*id).applies(&facts, day()) == Some(true);
            let sure = decision.rules.iter().filter(|id| surely(id)).count();
            prop_assert!(!decision.rules.is_empty() && (sure == 0 || sure == decision.rules.len()), "{}", told(set, &facts));
        }
    }

    #[test]
    fn nothing_is_not_yes(picks in prop::collection::vec((prop::bool::weighted(0.6), 0u16..64), 40), more in 0usize..40, pick in 0u16..64) {
        let ready = ready();
        let set = &ready.set;
        let facts = partial(set, &picks);
        let mut judge = Judge::new(set, &ready.atlas, false);
        let before = judge.decide(&facts, day());
        let Some((id, _)) = set.vocabulary.facts().nth(more) else { return Ok(()) };
        if facts.get(id) != Answer::Unanswered || matches!(before.verdict, Verdict::HeldOpen { .. }) {
            return Ok(());
        }
        if let Some(tried) = answers(set, id) {
            let mut answered = facts.clone();
            answered.set(id, tried[usize::from(pick) % tried.len()]);
            prop_assert_eq!(&judge.decide(&answered, day()).verdict, &before.verdict);
        }
    }

    #[test]
    fn on_random_rule_sets(plan in plan(), notes in prop::collection::vec(prop::collection::vec((prop::bool::weighted(0.5), 0u16..64), 12), 8)) {
        let text = plan.written();
        let set = RuleSet::load(vec![RuleFile { name: "random.toml".into(), text: text.clone(), own: false }]).map_err(|problems| {
            TestCaseError::fail(format!("{}\n{text}", problems.iter().map(ToString::to_string).collect::<String>()))
        })?;
        let diagram = compile(&set).unwrap().decisions;
        for picks in &notes {
            let facts = partial(&set, picks);
            prop_assert_eq!(by_diagram(&set, &diagram, &facts, day()), judge(&set, &facts, day()), "{}", text);
        }
    }
}
