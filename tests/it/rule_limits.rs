//! Rule files of absurd sizes: each yields a problem or a rule set, in time linear in the size of the file.

use std::fmt::Write as _;

use actbill::message::Message;
use actbill::rules::{RuleFile, RuleSet};

use crate::tiny::{BASE, OFFER, rule};

/// Returns the problems of the base with this file added. Rule sets are only loaded here, not proved.
fn problems(text: &str) -> Vec<Message> {
    let file = |name: &str, text: &str| RuleFile { name: name.to_owned(), text: text.to_owned(), own: false };
    RuleSet::load(vec![file("base.toml", BASE), file("offer.toml", OFFER), file("own.toml", text)])
        .err()
        .unwrap_or_default()
}

/// Returns the code and the text of the only problem.
fn only(text: &str) -> (&'static str, String) {
    let mut problems = problems(text);
    assert_eq!(problems.len(), 1, "{}", problems.iter().take(3).map(ToString::to_string).collect::<String>());
    let problem = problems.remove(0);
    (problem.code.as_str(), problem.text)
}

/// Concatenates a text for each number below `number`.
fn many(number: usize, each: impl Fn(usize) -> String) -> String {
    (0..number).map(each).collect::<Vec<_>>().concat()
}

/// Returns the words `w0`, `w1`, … in quotes.
fn words(number: usize) -> String {
    many(number, |at| format!("\"w{at}\",\n"))
}

/// Returns this many holds, each with its lines.
fn holds(number: usize, lines: impl Fn(usize) -> String) -> String {
    many(number, |at| rule("hold", &format!("h{at}"), &lines(at)))
}

#[test]
fn values_of_a_fact_or_a_setting_have_a_limit() {
    for number in [1_001, 65_535, 65_536] {
        let fact = format!("[fact.many]\nvalues = [{}]", words(number));
        let expected = format!("there are {number} values of `many`, more than the 1000 that may be");
        assert_eq!(only(&fact), ("too-many", expected.clone()));
        let setting = format!("[setting.many]\nask = \"?\"\ndefault = \"w0\"\nvalues = [{}]", words(number));
        assert_eq!(only(&setting), ("too-many", expected));
    }
    assert_eq!(problems(&format!("[fact.many]\nvalues = [{}]", words(1_000))), []);
}

#[test]
fn rules_and_the_numbers_and_dates_that_they_ask_have_a_limit() {
    let date = |at: usize| {
        let day = chrono::NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(u64::try_from(at).unwrap());
        format!("when.f = \"yes\"; from = \"{day}\"")
    };
    assert_eq!(only(&holds(1_001, date)).1, "rules begin or end on more than 1000 dates");
    assert_eq!(
        only(&holds(10_001, |_| "when.f = \"yes\"".into())).1,
        "there are 10003 rule blocks in the set, more than the 10000 that may be"
    );
    assert_eq!(problems(&holds(65_534, date)).len(), 2);
    let number = |at: usize| format!("when.n.at_least = {at}; when.n.below = {}", at + 40_000);
    assert_eq!(only(&holds(600, number)).1, "rules ask `n` at more than 1000 numbers");
    let mut groups = rule("hold", "h", "when.f = \"yes\"");
    (0..70_000).for_each(|at| writeln!(groups, "[[hold.any]]\nn.at_least = {}", at % 9).unwrap());
    assert_eq!(only(&groups).1, "there are 70000 groups in this rule, more than the 1000 that may be");
}

#[test]
fn problems_are_found_in_step_with_the_file() {
    let unknown = many(100_000, |at| format!("key_{at} = 1\n"));
    let found = problems(&unknown);
    assert_eq!((found.len(), found[99_999].place.as_ref().map(|place| place.line)), (100_000, Some(100_000)));
    // All on one line, so that no excerpt may hold the whole line.
    let unknown = many(20_000, |at| format!("key_{at} = 1, "));
    let found = problems(&format!("[payer]\np2 = {{ {unknown} title = \"P\" }}"));
    assert_eq!(found.len(), 20_000);
    assert!(found.iter().all(|problem| problem.excerpt.as_ref().is_some_and(|excerpt| excerpt.len() < 500)));
    let repeated = format!(
        "[service.s2]\ntitle = \"S\"\ncode = \"X\"\nunit = \"day\"\nmodifiers = [{}]",
        "\"a\", ".repeat(20_000)
    );
    assert_eq!(problems(&repeated).len(), 19_999);
    let circle = many(5_000, |at| {
        let next = (at + 1) % 5_000;
        let lines = format!("when.activity = \"a\"; service = \"s\"; payers = [\"p\"]; overrides = [\"o{next}\"]");
        rule("offer", &format!("o{at}"), &lines)
    });
    assert_eq!(problems(&circle).len(), 1);
    let unknown = holds(5_000, |at| format!("when.f{at} = \"yes\""));
    assert_eq!(problems(&unknown).len(), 5_000);
}
