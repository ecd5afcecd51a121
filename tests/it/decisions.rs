//! Shared decisions: each is what the judge decides on that very note, whatever other notes and threads came before.

use std::thread;

use actbill::decide::{DecisionMemo, Decisions, Judge};
use actbill::diagram::Diagram;
use actbill::effective::parse_date;
use actbill::facts::{Answer, FactId, Facts, Kind, Origin, date_answer};
use actbill::rules::{Effect, RuleFile, RuleSet, Test, ValueSet};
use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use crate::agree::{DAYS, Random, partial};
use crate::dates;
use crate::plan::plan;
use crate::shared::{ready, told};

type Dated = (Facts, NaiveDate);

/// How many notes are tried for each way of deciding.
const NOTES: usize = 3_000;

fn days(days: usize) -> TimeDelta {
    TimeDelta::days(i64::try_from(days).unwrap())
}

/// Returns a random answer to a fact that a note answers or that is a setting.
fn answer(random: &mut Random, kind: &Kind, name: &str, date: NaiveDate) -> Answer {
    match kind {
        Kind::Coded(values) => Answer::Value(u16::try_from(random.below(values.len())).unwrap()),
        Kind::Number(least, _) => Answer::Number(*least + i64::try_from(random.below(120)).unwrap()),
        Kind::Date if name == "birth_date" => date_answer(date - days(365 * random.below(90) + random.below(400))),
        Kind::Date => date_answer(date - days(random.below(40)) + days(random.below(35))),
    }
}

/// Answers all tests of a random alternative of a random offer, so that many notes have offers near to them.
fn meet_offer(random: &mut Random, set: &RuleSet, facts: &mut Facts) {
    let offers = set.rules.iter().filter(|rule| matches!(rule.effect, Effect::Offer { .. }));
    let alternatives: Vec<Vec<Test>> = offers.flat_map(|rule| rule.condition.alternatives()).collect();
    for test in &alternatives[random.below(alternatives.len())] {
        let origin = set.vocabulary.fact(test.fact).origin;
        let pick = random.below(1_000);
        let answer = match &test.values {
            _ if origin != Origin::Note => continue,
            ValueSet::Values(passes) => {
                let passing: Vec<u16> = (0..).zip(passes).filter(|(_, passes)| **passes).map(|(at, _)| at).collect();
                Answer::Value(passing[pick % passing.len()])
            }
            ValueSet::Ranges(ranges) => Answer::Number(ranges[pick % ranges.len()].0.max(0)),
        };
        facts.set(test.fact, answer);
    }
}

/// Returns a random note that leaves about `open` percent of its facts open, on a date around which rules change.
fn note(random: &mut Random, set: &RuleSet, open: usize) -> Dated {
    let vocabulary = &set.vocabulary;
    let date = parse_date(DAYS[random.below(DAYS.len())]).unwrap() + days(random.below(3));
    let mut facts = set.answered();
    let noted: Vec<FactId> =
        vocabulary.facts().filter(|(_, fact)| fact.origin == Origin::Note).map(|(id, _)| id).collect();
    let set_any = |random: &mut Random, facts: &mut Facts, id: FactId| {
        let fact = vocabulary.fact(id);
        facts.set(id, answer(random, &fact.kind, &fact.name, date));
    };
    for id in &noted {
        set_any(random, &mut facts, *id);
    }
    if random.below(4) > 0 {
        meet_offer(random, set, &mut facts);
        for _ in 0..random.below(4) {
            let id = noted[random.below(noted.len())];
            set_any(random, &mut facts, id);
        }
    }
    for id in noted.iter().filter(|id| !vocabulary.fact(**id).is_required()) {
        if random.below(100) < open {
            facts.set(*id, Answer::Unanswered);
        }
    }
    facts.derive(vocabulary, date, u32::try_from(random.below(70) + 1).unwrap());
    for (id, fact) in vocabulary.facts() {
        // Rarely, numbers that no dates have.
        match fact.origin {
            Origin::Note | Origin::Setting | Origin::Minutes => {}
            _ if random.below(300) == 0 => {
                let number = Answer::Number(i64::try_from(random.below(60)).unwrap() - 10);
                facts.set(id, if random.below(3) == 0 { Answer::Unanswered } else { number });
            }
            _ => {}
        }
    }
    (facts, date)
}

/// Decides notes one after the other, and compares each decision with what the judge decides on that note.
fn compare(decisions: &Decisions<'_>, memo: &mut DecisionMemo, notes: impl IntoIterator<Item = Dated>) {
    let judge = decisions.judge();
    for (facts, date) in notes {
        let id = decisions.decide(memo, &facts, &facts.coded(), date);
        let alone = judge.evaluate(&facts, date);
        if **decisions.get(id) != alone {
            let set = judge.set();
            let given = set.vocabulary.facts().filter(|(id, _)| facts.get(*id).is_given());
            let given = given.map(|(id, fact)| format!("{}={}", fact.name, set.answer_text(id, facts.get(id))));
            let given = given.collect::<Vec<_>>().join(" ");
            panic!("{:#?}\nis not\n{alone:#?}\n{date} {given}", decisions.get(id));
        }
        assert_eq!(decisions.decide(memo, &facts, &facts.coded(), date), id);
    }
}

#[test]
fn a_shared_decision_is_the_note_s_own_under_the_shipped_rules() {
    let (set, diagram) = (&ready().set, &ready().diagram);
    for (presume, size) in [(true, 1 << 14), (false, 1 << 14), (true, 2), (true, 1), (true, 0)] {
        let decisions = Decisions::new(Judge::new(set, diagram, presume));
        let mut random = Random(u64::from(presume) + 7);
        let notes = (0..NOTES).map(|at| note(&mut random, set, [0, 5, 15, 50][at % 4]));
        compare(&decisions, &mut DecisionMemo::with_size(size), notes);
    }
}

#[test]
fn a_shared_decision_is_the_note_s_own_on_several_threads() {
    let (set, diagram) = (&ready().set, &ready().diagram);
    let decisions = Decisions::new(Judge::new(set, diagram, true));
    thread::scope(|scope| {
        for thread in 0..4 {
            let decisions = &decisions;
            scope.spawn(move || {
                // Two threads each decide the same notes.
                let mut random = Random(thread / 2 + 1);
                let notes = (0..NOTES / 4).map(|_| note(&mut random, set, 10));
                compare(decisions, &mut DecisionMemo::new(), notes);
            });
        }
    });
}

fn load(text: &str) -> RuleSet {
    RuleSet::load(vec![RuleFile { name: "random.toml".into(), text: text.to_owned(), own: false }])
        .unwrap_or_else(|problems| panic!("{}{text}", told(&problems)))
}

/// An offer for other activities, or for `a` with `f`. `g`, which it asks of the others, is presumed for one activity.
fn near_by_activity(others: &str, presumed_for: &str) -> RuleSet {
    load(&format!(
        "[fact.activity]\nvalues = [\"a\", \"b\", \"c\"]\n[fact.f]\nvalues = [\"yes\", \"no\"]\n\
         [fact.g]\nvalues = [\"yes\", \"no\"]\n[fact.n]\nkind = \"number\"\n\
         [payer.p]\ntitle = \"P\"\n[payer.q]\ntitle = \"Q\"\n[service.s]\ntitle = \"S\"\ncode = \"X\"\nunit = \"day\"\n\
         [presume.g]\nvalue = \"yes\"\nbasis = \"house\"\nwhen.activity = \"{presumed_for}\"\n\
         [[offer]]\nid = \"offer\"\ntitle = \"it is offered\"\nbasis = \"house\"\nservice = \"s\"\npayers = [\"p\"]\n\
         [[offer.any]]\nwhen.activity = [{others}]\nwhen.g = \"yes\"\n[[offer.any]]\nwhen.activity = \"a\"\nwhen.f = \"yes\"\n\
         [[strike]]\nid = \"strike\"\ntitle = \"n is large\"\nbasis = \"house\"\npayers = [\"p\"]\n\
         when.activity = \"c\"\nwhen.n.at_least = 30\n\
         [[exclude]]\nid = \"exclude\"\ntitle = \"a is excluded\"\nbasis = \"house\"\npayers = [\"q\"]\nwhen.activity = \"a\"\n"
    ))
}

/// What stands against an offer in another activity is part of the sentence, so notes that differ in it share none. What is
/// presumed for that activity is not lacking, but only where it is one activity.
#[test]
fn an_offer_that_is_near_by_another_activity_is_judged_there() {
    for (others, presumed_for, expected) in [
        ("\"c\"", "c", ["; X needs `activity` to be `c` (the note says `a`).", "."]),
        ("\"b\", \"c\"", "b", ["; X needs `f` to be `yes` (the note says `no`)."; 2]),
    ] {
        let set = near_by_activity(others, presumed_for);
        let diagram = Diagram::new(&set);
        let [activity, f, n] = ["activity", "f", "n"].map(|name| set.vocabulary.find(name).unwrap());
        let note = |number| {
            let mut facts = set.answered();
            let answers = [(activity, Answer::Value(0)), (f, Answer::Value(1)), (n, Answer::Number(number))];
            for (fact, answer) in answers {
                facts.set(fact, answer);
            }
            (facts, parse_date("2026-03-02").unwrap())
        };
        let judge = Judge::new(&set, &diagram, true);
        for numbers in [[10, 40], [40, 10]] {
            compare(&Decisions::new(judge), &mut DecisionMemo::new(), numbers.map(note));
        }
        let sentences = [10, 40].map(note).map(|(facts, date)| judge.evaluate(&facts, date).because);
        assert_eq!(sentences, expected.map(|near| format!("Nobody pays: a is excluded (house rule){near}")));
    }
}

/// A presumption for every activity, and one for one of them.
const PRESUMPTIONS: &str = "[presume.f1]\nvalue = \"yes\"\nbasis = \"house\"\n\
     [presume.f2]\nvalue = \"y\"\nwhen.activity = \"a\"\nbasis = \"house\"\n";

/// The fact `f` as a setting.
const SETTING: &str = "[setting.f]\nask = \"F?\"\nvalues = [\"yes\", \"no\"]\ndefault = \"yes\"\nbasis = \"house\"\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_shared_decision_is_the_note_s_own_under_random_rules(
        plan in plan(),
        notes in prop::collection::vec(prop::collection::vec((prop::bool::weighted(0.7), 0u16..64), 12), 60),
        presumes in any::<bool>(),
    ) {
        let set = load(&format!("{}{}", plan.written(), if presumes { PRESUMPTIONS } else { "" }));
        let diagram = Diagram::new(&set);
        let decisions = Decisions::new(Judge::new(&set, &diagram, true));
        let date = |at: usize| parse_date(["2025-12-31", "2026-02-28", "2026-03-02", "2026-03-03"][at % 4]).unwrap();
        let notes = notes.iter().enumerate().map(|(at, picks)| (partial(&set, picks), date(at)));
        compare(&decisions, &mut DecisionMemo::with_size(8), notes);
    }

    #[test]
    fn a_shared_decision_is_the_note_s_own_with_numbers_that_depend_on_each_other(
        rules in dates::rules(),
        notes in prop::collection::vec((dates::dates(), any::<[bool; 4]>(), 0_u16..3, 0_usize..20), 60..62),
        asks_setting in any::<bool>(),
    ) {
        let fact = "[fact.f]\nvalues = [\"yes\", \"no\"]\n";
        let base = dates::BASE.replace(fact, if asks_setting { SETTING } else { fact });
        let mut set = load(&format!("{base}{}", rules.concat()));
        if asks_setting {
            set.answer("f", if notes.len() % 2 == 0 { "yes" } else { "no" }).unwrap();
        }
        let diagram = Diagram::new(&set);
        let decisions = Decisions::new(Judge::new(&set, &diagram, true));
        let f = set.vocabulary.find("f").unwrap();
        let derived: Vec<FactId> =
            set.vocabulary.facts().filter(|(_, fact)| !fact.origin.dates().is_empty()).map(|(id, _)| id).collect();
        let notes = notes.into_iter().map(|(dates, given, answer, odd)| {
            let mut facts = dates::note(&set, dates, given);
            // A setting has one answer for all notes of a run.
            if !asks_setting {
                facts.set(f, if answer < 2 { Answer::Value(answer) } else { Answer::Unanswered });
            }
            // Some notes have numbers that no dates have.
            if let Some(id) = derived.get(odd) {
                facts.set(*id, Answer::Number(i64::from(answer) * 5 - 1));
            }
            (facts, dates.0)
        });
        compare(&decisions, &mut DecisionMemo::with_size(8), notes);
    }
}
