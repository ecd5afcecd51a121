//! Compares smallest changes with brute force: on random rule sets, half-answered notes and the shipped rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use actbill::decide::Judge;
use actbill::diagram::{Diagram, Question, Variable};
use actbill::effective::parse_date;
use actbill::explain::changes::{Changes, Limits, Means, changes};
use actbill::facts::{Answer, FactId, Facts, Origin};
use actbill::rules::{Outcome, RuleFile, RuleSet};
use chrono::NaiveDate;
use proptest::prelude::*;

use crate::agree::partial;
use crate::judge::{answers, outcome};
use crate::plan::plan;
use crate::shared::ready;

fn day() -> NaiveDate {
    parse_date("2026-03-02").unwrap()
}

/// Answers to some of the questions.
type Steps = BTreeMap<usize, u16>;

/// Limits that leave nothing out.
fn no_limits(questions: usize) -> Limits {
    Limits { questions, nodes: usize::MAX }
}

/// A note and the context in which its changes are tried.
struct Trial<'t> {
    set: &'t RuleSet,
    questions: &'t [Variable],
    facts: &'t Facts,
    presume: bool,
}

impl Trial<'_> {
    /// Returns all smallest changes of at most `most` questions, each with the outcome it leads to.
    fn smallest(&self, most: usize) -> BTreeMap<Steps, Outcome> {
        let mut found: BTreeMap<Steps, Outcome> = BTreeMap::new();
        for size in 0..=most.min(self.questions.len()) {
            let mut same_size = BTreeMap::new();
            self.choose(0, size, &mut Steps::new(), &mut |change| {
                let has_part =
                    found.keys().any(|part| part.iter().all(|(question, value)| change.get(question) == Some(value)));
                if !has_part && let Some(outcome) = self.leads_to(change) {
                    same_size.insert(change.clone(), outcome);
                }
            });
            found.extend(same_size);
        }
        found
    }

    fn choose(&self, from: usize, left: usize, change: &mut Steps, visit: &mut dyn FnMut(&Steps)) {
        if left == 0 {
            visit(change);
            return;
        }
        for at in from..self.questions.len() {
            let variable = &self.questions[at];
            let own = match variable.question {
                Question::Fact(fact) => variable.value(self.facts.get(fact)),
                Question::ServiceDate => variable.value(actbill::facts::date_answer(day())),
            };
            for value in variable.values().filter(|value| own != Some(*value)) {
                change.insert(at, value);
                self.choose(at + 1, left - 1, change, visit);
                change.remove(&at);
            }
        }
    }

    /// Returns the outcome of the changed note if it is billable whatever the answers to its open facts are.
    fn leads_to(&self, change: &Steps) -> Option<Outcome> {
        let (mut facts, mut date) = (self.facts.clone(), day());
        for (question, value) in change {
            let variable = &self.questions[*question];
            match (variable.question, variable.answer(*value)) {
                (Question::Fact(fact), answer) => facts.set(fact, answer),
                (Question::ServiceDate, Answer::Number(days)) => {
                    date = NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).unwrap()).unwrap();
                }
                (Question::ServiceDate, answer) => panic!("{answer:?}"),
            }
        }
        if self.presume {
            self.set.fill(&mut facts);
        }
        let open = |id: &FactId| facts.get(*id) == Answer::Unanswered;
        let ids = self.set.vocabulary.facts().map(|(id, _)| id).filter(open);
        let left: Vec<(FactId, Vec<Answer>)> = ids.filter_map(|id| Some((id, answers(self.set, id)?))).collect();
        let mut only = None;
        self.complete(&left, &mut facts, date, &mut only).then_some(only).flatten()
    }

    /// Whether all ways to answer the open facts lead to the same billable outcome.
    fn complete(
        &self,
        open: &[(FactId, Vec<Answer>)],
        facts: &mut Facts,
        date: NaiveDate,
        only: &mut Option<Outcome>,
    ) -> bool {
        let Some(((fact, answers), open)) = open.split_first() else {
            let outcome = outcome(self.set, facts, date);
            return matches!(outcome, Outcome::Billable(..)) && *only.get_or_insert(outcome) == outcome;
        };
        let all = answers.iter().all(|answer| {
            facts.set(*fact, *answer);
            self.complete(open, facts, date, only)
        });
        facts.set(*fact, Answer::Unanswered);
        all
    }
}

/// Lists the changes found, one entry for each choice of answers, and asserts that none is repeated.
fn spread(changes: &Changes) -> BTreeMap<Steps, Outcome> {
    let mut all = BTreeMap::new();
    for change in &changes.list {
        let mut choices = vec![Steps::new()];
        for (question, values) in &change.answers {
            assert!(!values.is_empty());
            let with = |steps: &Steps| {
                let choices =
                    values.iter().map(|value| steps.clone().into_iter().chain([(*question, *value)]).collect());
                choices.collect::<Vec<Steps>>()
            };
            choices = choices.iter().flat_map(with).collect();
        }
        for steps in choices {
            assert_eq!(all.insert(steps, Outcome::Billable(change.to.0, change.to.1)), None);
        }
    }
    assert_eq!(changes.count(), u64::try_from(all.len()).unwrap());
    all
}

fn written(set: &RuleSet, facts: &Facts) -> String {
    let answers =
        set.vocabulary.facts().map(|(id, fact)| format!("{}={}", fact.name, set.answer_text(id, facts.get(id))));
    answers.collect::<Vec<_>>().join(" ")
}

/// Loads a rule set from one text.
fn load(text: &str) -> RuleSet {
    let file = RuleFile { name: "random.toml".into(), text: text.to_owned(), own: false };
    RuleSet::load(vec![file]).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn all_of_them_on_random_rule_sets(
        plan in plan(),
        presumed in prop::collection::vec((0usize..3, 0usize..4, 0usize..3), 0..3),
        setting in any::<bool>(),
        picks in prop::collection::vec(prop::collection::vec((prop::bool::weighted(0.6), 0u16..64), 12), 3),
        presume in prop::bool::weighted(0.8),
    ) {
        let text = with_presumptions(&plan.written(), &presumed, setting);
        let set = load(&text);
        let diagram = Diagram::new(&set);
        for picks in &picks {
            let facts = partial(&set, picks);
            let found = changes(Judge::new(&set, &diagram, presume), (&facts, day()), no_limits(usize::MAX), &|_, _| true);
            let trial = Trial { set: &set, questions: &found.questions, facts: &facts, presume };
            prop_assert_eq!(spread(&found), trial.smallest(usize::MAX), "{}\n{}", written(&set, &facts), text);
        }
    }
}

/// Extends a rule set with presumptions that ask the activity, a staff role that only they ask, and a setting.
fn with_presumptions(rules: &str, presumed: &[(usize, usize, usize)], setting: bool) -> String {
    let mut text = format!("{rules}[fact.staff_role]\nvalues = [\"u\", \"v\"]\n");
    let mut seen = BTreeSet::new();
    for (fact, when, value) in presumed.iter().filter(|(fact, ..)| seen.insert(*fact)) {
        let (name, values) = [("f1", ["yes", "no", "no"]), ("f2", ["x", "y", "z"]), ("n", ["3", "11", "28"])][*fact];
        let when =
            ["", "when.activity = \"a\"\n", "when.activity = [\"b\", \"c\"]\n", "when.staff_role = \"v\"\n"][*when];
        writeln!(text, "[presume.{name}]\nvalue = \"{}\"\n{when}basis = \"house\"", values[*value]).unwrap();
    }
    if setting {
        text += "[setting.s]\nask = \"S?\"\nvalues = [\"no\", \"yes\"]\ndefault = \"no\"\n[[offer]]\nid = \"by-setting\"\ntitle = \"by setting\"\n\
                 when.s = \"yes\"\nwhen.f1 = \"no\"\nservice = \"s0\"\npayers = [\"p1\"]\nbasis = \"house\"\n";
    }
    text
}

/// A rule of a wide set: three picks that determine it, and the values that it asks of each question.
type WideRule = (usize, usize, usize, Vec<(usize, usize)>);

/// Builds a rule set over ten questions: seven facts with every lever, two settings, and the activity.
fn wide_rules(rules: &[WideRule]) -> String {
    let mut text = "[fact.activity]\nvalues = [\"a\", \"b\", \"c\"]\n[presume.f3]\nvalue = \"v1\"\nwhen.activity = [\"a\", \"b\"]\n\
         basis = \"house\"\n[payer.p0]\ntitle = \"P0\"\n[payer.p1]\ntitle = \"P1\"\n\
         [service.s0]\ntitle = \"S0\"\ncode = \"X0\"\nunit = \"day\"\n[service.s1]\ntitle = \"S1\"\ncode = \"X1\"\nunit = \"day\"\n"
        .to_owned();
    for fact in 0..9 {
        let values: Vec<String> = (0..2 + fact % 2).map(|value| format!("\"v{value}\"")).collect();
        let (kind, more) = if fact < 7 {
            ("fact", format!("lever = \"{}\"", ["chart", "record", "never"][fact % 3]))
        } else {
            ("setting", "ask = \"S?\"\ndefault = \"v0\"".into())
        };
        writeln!(text, "[{kind}.f{fact}]\nvalues = [{}]\n{more}", values.join(", ")).unwrap();
    }
    for (at, (kind, service, payer, tests)) in rules.iter().enumerate() {
        let kind = ["offer", "offer", "offer", "exclude", "strike", "hold"][*kind];
        writeln!(text, "[[{kind}]]\nid = \"r{at}\"\ntitle = \"T\"\nbasis = \"house\"").unwrap();
        match kind {
            "offer" => writeln!(text, "service = \"s{service}\"\npayers = [\"p{payer}\", \"p{}\"]", 1 - payer).unwrap(),
            "exclude" | "strike" => writeln!(text, "payers = [\"p{payer}\"]").unwrap(),
            _ => {}
        }
        let mut seen = BTreeSet::new();
        for (fact, value) in tests.iter().filter(|(fact, _)| seen.insert(*fact)) {
            match fact {
                9 => writeln!(text, "when.activity = \"{}\"", ["a", "b", "c"][*value]).unwrap(),
                _ => writeln!(text, "when.f{fact} = \"v{}\"", value % (2 + fact % 2)).unwrap(),
            }
        }
    }
    text
}

fn wide_rule() -> impl Strategy<Value = (usize, usize, usize, Vec<(usize, usize)>)> {
    (0usize..6, 0usize..2, 0usize..2, prop::collection::vec((0usize..10, 0usize..3), 2..5))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn up_to_three_facts_of_half_answered_notes(
        rules in prop::collection::vec(wide_rule(), 6..16),
        picks in prop::collection::vec((prop::bool::weighted(0.5), 0u16..64), 16),
        nodes in 1usize..400,
    ) {
        let text = wide_rules(&rules);
        let set = load(&text);
        let diagram = Diagram::new(&set);
        let facts = partial(&set, &picks);
        let judge = Judge::new(&set, &diagram, true);
        let found = changes(judge, (&facts, day()), no_limits(3), &|_, _| true);
        let trial = Trial { set: &set, questions: &found.questions, facts: &facts, presume: true };
        let all = trial.smallest(3);
        prop_assert_eq!(found.complete, [3, 3, 3]);
        prop_assert_eq!(&spread(&found), &all, "{}\n{}", written(&set, &facts), text);

        // A search that is given up has found all of what it says, and nothing else that is not smallest.
        let found = changes(judge, (&facts, day()), Limits { questions: 3, nodes }, &|_, _| true);
        let part = spread(&found);
        for (change, outcome) in &all {
            let rounds = change.keys().map(|question| Means::for_question(&set, found.questions[*question].question).round());
            let is_promised = (1..=found.complete[rounds.max().unwrap_or(0)]).contains(&change.len());
            prop_assert!(!is_promised || part.contains_key(change), "{:?} {:?}", found.complete, (change, outcome));
        }
        for (change, outcome) in &part {
            prop_assert_eq!(all.get(change), Some(outcome));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1))]

    #[test]
    fn up_to_two_facts_under_the_shipped_rules(
        // The trial answers what is left open in every way, so few facts are.
        picks in prop::collection::vec((prop::bool::weighted(0.92), 0u16..64), 90),
        presume in prop::bool::weighted(0.8),
    ) {
        let ready = ready();
        let facts = partial(&ready.set, &picks);
        let found = changes(Judge::new(&ready.set, &ready.diagram, presume), (&facts, day()), no_limits(2), &|_, _| true);
        let trial = Trial { set: &ready.set, questions: &found.questions, facts: &facts, presume };
        prop_assert_eq!(spread(&found), trial.smallest(2), "{}", written(&ready.set, &facts));
    }
}

#[test]
fn a_change_of_activity_takes_its_presumption_along() {
    let ready = ready();
    let set = &ready.set;
    let id = |name: &str| set.vocabulary.find(name).unwrap();
    let value = |name: &str, word: &str| Answer::Value(set.vocabulary.fact(id(name)).value(word).unwrap());
    let mut facts = set.answered();
    for (name, word) in
        [("activity", "job_development"), ("staff_role", "vocational_specialist"), ("eligibility", "department")]
    {
        facts.set(id(name), value(name, word));
    }
    let found = changes(Judge::new(set, &ready.diagram, true), (&facts, day()), no_limits(3), &|_, _| true);
    let questions: Vec<Option<&str>> =
        found.questions.iter().map(|variable| Some(variable.question.name(set))).collect();
    let at = |name: &str| questions.iter().position(|question| *question == Some(name)).unwrap();
    let coaching = set.vocabulary.fact(id("activity")).value("job_coaching").unwrap();
    // `client_present` is presumed for job coaching and not for job development: nothing else need be said.
    let wanted = Steps::from([(at("activity"), coaching)]);
    assert!(spread(&found).contains_key(&wanted));
    assert_eq!(set.vocabulary.fact(id("client_present")).origin, Origin::Note);
}
