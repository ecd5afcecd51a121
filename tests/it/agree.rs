//! Compares the diagram with the naive judge on the whole domain of the shipped rules and on random rule sets.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actbill::decide::{Judge, Verdict};
use actbill::diagram::Diagram;
use actbill::effective::parse_date;
use actbill::facts::{Answer, FactId, Facts, Kind, Origin, date_answer};
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

/// Most combinations of one activity to try one by one. Of more, as many random notes are tried.
const EVERY: usize = 1_000;

/// For each fact, the answers that the shipped rules distinguish.
static CLASSES: LazyLock<Vec<Vec<Answer>>> = LazyLock::new(|| {
    let set = &ready().set;
    set.vocabulary.facts().map(|(fact, _)| classes(set, fact)).collect()
});

/// The dates around which the shipped rules change.
pub(crate) const DAYS: [&str; 7] =
    ["2016-12-31", "2018-12-31", "2023-12-31", "2024-12-31", "2025-09-30", "2025-12-31", "2026-03-02"];

/// Tries every combination of answers that each activity's rules ask for or, of too many, random ones.
#[test]
fn on_every_combination_of_the_shipped_rules() {
    let ready = ready();
    let set = &ready.set;
    let judge = Judge::new(set, &ready.diagram, false);
    let activity = set.vocabulary.find("activity").unwrap();
    let mut count = 0_u64;
    for (value, _) in (0..).zip(set.vocabulary.fact(activity).values()) {
        let mut facts = set.answered();
        facts.set(activity, Answer::Value(value));
        let axes: Vec<(FactId, Vec<Answer>)> = asked_by(set, value)
            .into_iter()
            .map(|fact| (fact, CLASSES[fact.index()].clone()))
            .inspect(|(fact, classes)| facts.set(*fact, classes[0]))
            .collect();
        let mut visit = |facts: &Facts, date| {
            count += 1;
            let naive = outcome(set, facts, date);
            assert_eq!(judge.possible(facts, date), BTreeSet::from([naive]), "{date} {}", written(set, facts));
            assert!(!naive.is_fault(), "{date} {}", written(set, facts));
        };
        let has_dates = axes.iter().any(|(fact, _)| !set.vocabulary.fact(*fact).origin.dates().is_empty());
        let combinations = axes.iter().map(|(_, classes)| classes.len()).try_fold(1_usize, usize::checked_mul);
        if !has_dates && combinations.is_some_and(|count| count <= EVERY) {
            walk(&axes, &mut facts, &mut |facts| visit(facts, day()));
        } else {
            let mut random = Random(u64::from(value) + 1);
            for _ in 0..EVERY {
                let (facts, date) = random.note(set, value);
                visit(&facts, date);
            }
        }
    }
    assert!(count > 20_000, "{count}");
}

/// Returns the facts that rules for an activity ask.
fn asked_by(set: &RuleSet, activity: u16) -> Vec<FactId> {
    let fact = set.vocabulary.find("activity").unwrap();
    let fits = |rule: &&Rule| {
        rule.condition.alternatives().iter().any(|tests| {
            let test = tests.iter().find(|test| test.fact == fact);
            test.is_none_or(|test| test.values.contains(Answer::Value(activity)) == Some(true))
        })
    };
    let tests = set.rules.iter().filter(fits).flat_map(|rule| rule.condition.tests());
    let asked: BTreeSet<FactId> = tests.map(|test| test.fact).filter(|asked| *asked != fact).collect();
    asked.into_iter().filter(|fact| !CLASSES[fact.index()].is_empty()).collect()
}

/// A small generator of random numbers, the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Returns a number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(count).unwrap()).unwrap()
    }

    /// Returns a complete note of an activity, with real dates, on a date around which rules change.
    fn note(&mut self, set: &RuleSet, activity: u16) -> (Facts, chrono::NaiveDate) {
        let vocabulary = &set.vocabulary;
        let date = parse_date(DAYS[self.below(DAYS.len())]).unwrap();
        let date = date + chrono::TimeDelta::days(i64::try_from(self.below(3)).unwrap());
        let mut facts = Facts::unanswered(vocabulary);
        for (id, fact) in vocabulary.facts() {
            let days = |days: usize| chrono::TimeDelta::days(i64::try_from(days).unwrap());
            let answer = match (&fact.kind, fact.origin) {
                (Kind::Date, _) if fact.name == "birth_date" => {
                    date_answer(date - days(365 * self.below(90) + self.below(400)))
                }
                (Kind::Date, _) => date_answer(date - days(self.below(40)) + days(self.below(35))),
                (_, Origin::Note | Origin::Setting) => {
                    let classes = &CLASSES[id.index()];
                    if classes.is_empty() { Answer::Unanswered } else { classes[self.below(classes.len())] }
                }
                _ => continue,
            };
            facts.set(id, answer);
        }
        facts.set(vocabulary.find("activity").unwrap(), Answer::Value(activity));
        facts.derive(vocabulary, date, u32::try_from(self.below(70) + 1).unwrap());
        (facts, date)
    }
}

fn walk(axes: &[(FactId, Vec<Answer>)], facts: &mut Facts, visit: &mut dyn FnMut(&Facts)) {
    let Some(((fact, answers), axes)) = axes.split_first() else {
        visit(facts);
        return;
    };
    for answer in answers {
        facts.set(*fact, *answer);
        walk(axes, facts, visit);
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

/// A note of the shipped rules that leaves a few facts open.
#[derive(Clone, Debug)]
struct Incomplete {
    activity: u16,
    seed: u64,
    open: Vec<prop::sample::Index>,
}

impl Incomplete {
    /// Returns the answers. The facts left open are such that the rules for the activity ask, and no dates.
    fn facts(&self, set: &RuleSet) -> (Facts, chrono::NaiveDate) {
        let count = set.vocabulary.fact(set.vocabulary.find("activity").unwrap()).values().len();
        let activity = self.activity % u16::try_from(count).unwrap();
        let (mut facts, date) = Random(self.seed).note(set, activity);
        let is_open = |id: &FactId| {
            let fact = set.vocabulary.fact(*id);
            fact.origin == Origin::Note && !fact.is_required() && fact.kind != Kind::Date
        };
        let asked: Vec<FactId> = asked_by(set, activity).into_iter().filter(is_open).collect();
        self.open
            .iter()
            .filter(|_| !asked.is_empty())
            .for_each(|index| facts.set(*index.get(&asked), Answer::Unanswered));
        (facts, date)
    }
}

fn incomplete() -> impl Strategy<Value = Incomplete> {
    let open = prop::collection::vec(any::<prop::sample::Index>(), 0..6);
    (any::<u16>(), 1..u64::MAX, open).prop_map(|(activity, seed, open)| Incomplete { activity, seed, open })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn on_incomplete_notes_under_the_shipped_rules(note in incomplete()) {
        let ready = ready();
        let (facts, date) = note.facts(&ready.set);
        prop_assert_eq!(by_diagram(&ready.set, &ready.diagram, &facts, date), judge(&ready.set, &facts, date));
    }

    #[test]
    fn what_a_decision_says_is_missing_and_presumed(note in incomplete()) {
        let ready = ready();
        let set = &ready.set;
        let (facts, date) = note.facts(set);
        let decision = Judge::new(set, &ready.diagram, true).evaluate(&facts, date);
        let mut filled = facts.clone();
        let presumed = set.fill(&mut filled);
        let found = judge(set, &filled, date);
        match &decision.verdict {
            Verdict::HeldForFacts { missing, possible } => {
                prop_assert!(found.outcomes.len() > 1);
                prop_assert_eq!(possible, &found.outcomes);
                let asked: BTreeSet<FactId> = found.matter.iter().flat_map(|fact| set.vocabulary.inputs_of(*fact)).collect();
                prop_assert_eq!(missing.iter().copied().collect::<BTreeSet<_>>(), asked);
            }
            Verdict::Billable(service, payer) => {
                prop_assert_eq!(found.outcomes, BTreeSet::from([Outcome::Billable(*service, *payer)]));
            }
            Verdict::NonBillable => prop_assert_eq!(found.outcomes, BTreeSet::from([Outcome::NonBillable])),
            Verdict::HeldByRule => prop_assert_eq!(found.outcomes, BTreeSet::from([Outcome::Held])),
        }
        // A presumed fact is named exactly if it would be missing were nothing presumed.
        let unpresumed = Judge::new(set, &ready.diagram, false).evaluate(&facts, date);
        let missing = match &unpresumed.verdict {
            Verdict::HeldForFacts { missing, .. } => missing.clone(),
            _ => Vec::new(),
        };
        let rests: Vec<FactId> = missing.into_iter().filter(|fact| presumed.contains(fact)).collect();
        prop_assert_eq!(&decision.presumed, &rests);
    }

    #[test]
    fn rules_against_a_note_apply_however_it_is_completed_or_none_of_them_does(note in incomplete()) {
        let ready = ready();
        let set = &ready.set;
        let (facts, date) = note.facts(set);
        let decision = Judge::new(set, &ready.diagram, false).evaluate(&facts, date);
        if decision.verdict == Verdict::NonBillable {
            let surely = |id: &RuleId| set.rule(*id).applies(&facts, date) == Some(true);
            let sure = decision.rules.iter().filter(|id| surely(id)).count();
            prop_assert!(!decision.rules.is_empty() && (sure == 0 || sure == decision.rules.len()), "{}", written(set, &facts));
        }
    }

    #[test]
    fn nothing_is_not_yes(note in incomplete(), which in any::<prop::sample::Index>(), pick in any::<prop::sample::Index>()) {
        let ready = ready();
        let set = &ready.set;
        let (facts, date) = note.facts(set);
        let judge = Judge::new(set, &ready.diagram, false);
        let before = judge.evaluate(&facts, date);
        let open: Vec<FactId> = set.vocabulary.facts().map(|(id, _)| id).filter(|id| !facts.get(*id).is_given()).collect();
        if open.is_empty() || matches!(before.verdict, Verdict::HeldForFacts { .. }) {
            return Ok(());
        }
        let id = *which.get(&open);
        if let Some(tried) = answers(set, id) {
            let mut answered = facts.clone();
            answered.set(id, *pick.get(&tried));
            prop_assert_eq!(&judge.evaluate(&answered, date).verdict, &before.verdict);
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
        let axes: Vec<(FactId, Vec<Answer>)> = all.iter().map(|fact| (*fact, classes(&set, *fact))).collect();
        let mut facts = partial(&set, &[(true, 0); 12]);
        let mut wrong = None;
        walk(&axes, &mut facts, &mut |facts| {
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
