//! Every smallest change, found by trying all of them: on random rule sets, and on the shipped rules up to three facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use actbill::decide::Judge;
use actbill::diagram::{Diagram, Question, Variable};
use actbill::effective::parse_date;
use actbill::explain::changes::{Changes, changes};
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

/// One change: an answer to each of some questions.
type One = BTreeMap<usize, u16>;

/// A note whose changes are tried.
struct Trial<'t> {
    set: &'t RuleSet,
    questions: &'t [Variable],
    facts: &'t Facts,
    presume: bool,
}

impl Trial<'_> {
    /// All smallest changes of at most so many questions, each with what it leads to.
    fn smallest(&self, most: usize) -> BTreeMap<One, Outcome> {
        let mut found: BTreeMap<One, Outcome> = BTreeMap::new();
        for size in 0..=most.min(self.questions.len()) {
            let mut same_size = BTreeMap::new();
            self.choose(0, size, &mut One::new(), &mut |change| {
                let has_part = found.keys().any(|part| part.iter().all(|(at, cell)| change.get(at) == Some(cell)));
                if !has_part && let Some(outcome) = self.leads_to(change) {
                    same_size.insert(change.clone(), outcome);
                }
            });
            found.extend(same_size);
        }
        found
    }

    fn choose(&self, from: usize, left: usize, change: &mut One, visit: &mut dyn FnMut(&One)) {
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
            for cell in variable.values().filter(|cell| own != Some(*cell)) {
                change.insert(at, cell);
                self.choose(at + 1, left - 1, change, visit);
                change.remove(&at);
            }
        }
    }

    /// What the changed note is decided as, if it is billable however its open facts are answered.
    fn leads_to(&self, change: &One) -> Option<Outcome> {
        let (mut facts, mut date) = (self.facts.clone(), day());
        for (at, cell) in change {
            let variable = &self.questions[*at];
            match (variable.question, variable.answer(*cell)) {
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

    /// Whether every way to answer what is open is billable, and all alike.
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

/// The changes found, each choice of answers by itself; none of them twice.
fn spread(changes: &Changes, most: usize) -> BTreeMap<One, Outcome> {
    let mut all = BTreeMap::new();
    for change in &changes.list {
        let mut ones = vec![One::new()];
        for (at, cells) in &change.answers {
            assert!(!cells.is_empty());
            let with = |one: &One| {
                cells.iter().map(|cell| one.clone().into_iter().chain([(*at, *cell)]).collect()).collect::<Vec<One>>()
            };
            ones = ones.iter().flat_map(with).collect();
        }
        for one in ones {
            assert_eq!(all.insert(one, Outcome::Billable(change.to.0, change.to.1)), None);
        }
    }
    assert_eq!(changes.count(), u64::try_from(all.len()).unwrap());
    assert!(changes.complete.iter().all(|complete| *complete >= most));
    all
}

fn told(set: &RuleSet, facts: &Facts) -> String {
    let answers = set.vocabulary.facts().map(|(id, fact)| format!("{}={}", fact.name, set.written(id, facts.get(id))));
    answers.collect::<Vec<_>>().join(" ")
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
        let set = RuleSet::load(vec![RuleFile { name: "random.toml".into(), text: text.clone(), own: false }])
            .map_err(|problems| TestCaseError::fail(format!("{problems:?}\n{text}")))?;
        let diagram = Diagram::new(&set);
        for picks in &picks {
            let facts = partial(&set, picks);
            let found = changes(Judge::new(&set, &diagram, presume), (&facts, day()), usize::MAX, &|_, _| true);
            let trial = Trial { set: &set, questions: &found.questions, facts: &facts, presume };
            prop_assert_eq!(spread(&found, usize::MAX), trial.smallest(usize::MAX), "{}\n{}", told(&set, &facts), text);
        }
    }
}

/// The rule set with presumptions that ask the activity, a staff role that only presumptions ask, and a setting.
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn up_to_three_facts_under_the_shipped_rules(
        picks in prop::collection::vec((prop::bool::weighted(0.7), 0u16..64), 40),
        presume in prop::bool::weighted(0.8),
    ) {
        let ready = ready();
        let facts = partial(&ready.set, &picks);
        let found = changes(Judge::new(&ready.set, &ready.diagram, presume), (&facts, day()), 3, &|_, _| true);
        let trial = Trial { set: &ready.set, questions: &found.questions, facts: &facts, presume };
        prop_assert_eq!(spread(&found, 3), trial.smallest(3), "{}", told(&ready.set, &facts));
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
    let found = changes(Judge::new(set, &ready.diagram, true), (&facts, day()), 3, &|_, _| true);
    let questions: Vec<Option<&str>> = found.questions.iter().map(|variable| Some(variable.question.name(set))).collect();
    let at = |name: &str| questions.iter().position(|question| *question == Some(name)).unwrap();
    let coaching = set.vocabulary.fact(id("activity")).value("job_coaching").unwrap();
    // `client_present` is presumed for job coaching and not for job development: nothing else need be said.
    let wanted = One::from([(at("activity"), coaching)]);
    assert!(spread(&found, 3).contains_key(&wanted));
    assert_eq!(set.vocabulary.fact(id("client_present")).origin, Origin::Note);
}
