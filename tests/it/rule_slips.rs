//! Slips in a rule file: each is reported once, with help that fixes it.

use actbill::message::{Code, Message};
use actbill::rules::RuleFile;
use actbill::run::Ready;

use crate::shared::{problems_with, told};

/// Returns the codes of the problems of the shipped rules with this file added.
fn codes(text: &str) -> Vec<Code> {
    problems_with("agency.toml", text).iter().map(|problem| problem.code).collect()
}

/// Returns the only problem of the shipped rules with this file added.
fn problem(text: &str) -> Message {
    let mut problems = problems_with("agency.toml", text);
    assert_eq!(problems.len(), 1, "{text}\n{}", told(&problems));
    problems.remove(0)
}

/// Returns a hold with these lines.
fn hold(lines: &str) -> String {
    format!("[[hold]]\nid = \"own\"\ntitle = \"T\"\nbasis = \"house\"\n{lines}\n")
}

#[test]
fn what_a_row_says_where_nobody_pays_names_no_payer_and_no_service() {
    for name in ["non_billable", "held"] {
        assert_eq!(codes(&format!("[payer.{name}]\ntitle = \"T\"")), [Code::ReservedName]);
    }
    let source = "[source.house]\ntitle = \"T\"\ndated = \"undated\"";
    assert_eq!(codes(source)[0], Code::ReservedName);
    assert_eq!(codes("[service.none]\ntitle = \"T\"\ncode = \"X\"\nunit = \"day\""), [Code::ReservedName]);
}

#[test]
fn a_group_that_asks_nothing_does_not_make_its_rule_hold_always() {
    for group in ["[[hold.any]]", "[[hold.any]]\nwhen.not = {}", "any = []"] {
        assert_eq!(codes(&hold(group)), [Code::MissingKey], "{group}");
    }
    assert_eq!(codes(&hold("[[hold.any]]\nresidence = true")), [Code::WrongType], "told already");
}

#[test]
fn one_slip_in_a_condition_is_one_problem() {
    let help = |condition: &str, code| {
        let problem = problem(&hold(condition));
        assert_eq!(problem.code, code, "{problem}");
        problem.help.unwrap()
    };
    assert_eq!(help("when.age.atleast = 3", Code::UnknownKey), "did you mean `at_least`?");
    assert_eq!(help("when.nott.contact = \"phone\"", Code::UnknownKey), "did you mean `not`?");
    help("when.contact = true", Code::WrongType);
    help("when.contact = [\"phone\", 5]", Code::WrongType);
    help("when.age.below = \"65\"", Code::WrongType);
    help("when.age = {}", Code::MissingKey);
    help("when.contact = []", Code::BadCondition);
    help("when.not.contact = []", Code::BadCondition);
}

#[test]
fn one_slip_in_a_list_or_a_promise_is_one_problem() {
    let strike = |line: &str| format!("[[strike]]\nid = \"own\"\ntitle = \"T\"\nbasis = \"house\"\n{line}");
    assert_eq!(codes(&strike("payers = 5")), [Code::WrongType]);
    assert_eq!(codes(&strike("payers = []")), [Code::MissingKey]);
    assert_eq!(codes(&strike("")), [Code::MissingKey]);
    let repeated = problem(&strike("payers = [\"department\", \"department\"]"));
    assert_eq!((repeated.code, repeated.place.unwrap().column), (Code::RepeatedName, 25));
    let promise = |line: &str| format!("[[invariant]]\nid = \"own\"\ntitle = \"T\"\n{line}");
    assert_eq!(codes(&promise("always.contact = 5")), [Code::WrongType]);
    assert_eq!(codes(&promise("always.not = {}")), [Code::MissingKey]);
    assert_eq!(codes(&promise("")), [Code::MissingKey]);
}

#[test]
fn a_rate_says_from_when_and_how_many_digits_it_may_have() {
    let rate = |amount: &str, from: &str| {
        format!("[[rate]]\nservice = \"act_team\"\namount = \"{amount}\"\nbasis = \"house\"\n{from}")
    };
    assert!(problem(&rate("1.00", "")).help.unwrap().contains("`from = \"undated\"`"));
    assert!(codes(&rate("1.00", "from = \"undated\"")).is_empty());
    assert!(problem(&rate("1234567890", "from = \"undated\"")).help.unwrap().contains("nine digits"));
}

#[test]
fn names_and_ids_have_no_blanks() {
    assert_eq!(codes(&hold("when.contact = \"phone\"").replace("\"own\"", "\"own rule!\"")), [Code::ReservedName]);
    let promise = "[[invariant]]\nid = \"a b\"\ntitle = \"T\"\nalways.contact = \"phone\"";
    assert_eq!(codes(promise), [Code::ReservedName]);
    assert_eq!(codes("[fact.mood]\nvalues = [\"good\", \" bad\", \"\"]"), [Code::ReservedName; 2]);
    assert_eq!(codes("[alias.activity]\n\" \" = \"job_coaching\""), [Code::MissingKey]);
    assert_eq!(codes("[column]\n\"\" = \"client\""), [Code::MissingKey]);
}

#[test]
fn a_source_has_a_date_and_is_quoted_only_where_it_was_checked() {
    let source = |dated: &str| format!("[source.own]\ntitle = \"T\"\n{dated}\nunchecked = \"a stored copy\"\n");
    for dated in ["\"2026\"", "\"2026-02\"", "\"2026-02-28\"", "2026-02-28", "\"undated\""] {
        assert!(codes(&source(&format!("dated = {dated}"))).is_empty(), "{dated}");
    }
    for dated in ["\"2026-13\"", "\"2026-02-30\"", "\"spring\"", "\"\""] {
        assert_eq!(codes(&source(&format!("dated = {dated}"))), [Code::BadDate], "{dated}");
    }
    assert_eq!(codes(&source("")), [Code::MissingKey]);
    assert_eq!(codes(&source("dated = true")), [Code::WrongType]);
    let cite = |more: &str| {
        let lines = format!("when.activity = \"other\"\ncite = [{{ source = \"own\", at = \"page 1\"{more} }}]");
        source("dated = \"2026\"") + &hold(&lines)
    };
    assert!(codes(&cite("")).is_empty());
    assert_eq!(codes(&cite(", quote = \"three plain words\"")), [Code::BadQuote]);
}

#[test]
fn rules_take_the_name_itself_and_say_so() {
    let help = problem(&hold("when.staff_role = \"CSW\"")).help.unwrap();
    assert_eq!(help, "`CSW` is another word for `community_support_specialist`: rules take the name itself");
    assert_eq!(problem(&hold("when.contact = \"Phone\"")).help.unwrap(), "did you mean `phone`?");
}

#[test]
fn after_a_file_that_cannot_be_read_no_name_is_missed() {
    let file = |name: &str, text: &str, own| RuleFile { name: name.into(), text: text.into(), own };
    let names = "[payer.p]\ntitle = \"P\"\n[oops";
    let rules = "[[hold]]\nid = \"own\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"a\"\nwhy = \"?\"\n";
    let problems = Ready::new(vec![file("a.toml", names, false), file("b.toml", rules, false)], &[], &[]).unwrap_err();
    let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::NotToml, Code::UnknownKey], "{}", told(&problems));
}

#[test]
fn a_promise_that_is_no_table_is_one_problem() {
    let promise = "[[invariant]]\nid = \"own\"\ntitle = \"T\"\nbasis = \"house\"\nalways = \"held\"";
    assert_eq!(problem(promise).code, Code::WrongType);
}

#[test]
fn a_remedy_can_be_followed() {
    let help = |condition: &str| problem(&hold(condition)).help.unwrap();
    assert!(help("when.age = 65").contains("`age.at_least = …`"));
    assert!(help("when.date.at_least = \"2026-01-01\"").contains("`from = "));
    assert!(problem("[answer]\nvideo_is_in_person = true").help.unwrap().contains("\"yes\""));
}

#[test]
fn how_an_export_is_written_is_said_once_and_in_known_words() {
    for (lines, code, help) in [
        ("date_order = \"mdy\"", Code::NoSuchValue, "day-month-year"),
        ("duration = \"hour\"", Code::NoSuchValue, "did you mean `hours`?"),
        ("part_of_minute = \"keep\"", Code::NoSuchValue, "drop"),
        ("date_ordr = \"month-day-year\"", Code::UnknownKey, "did you mean `date_order`?"),
        ("missing = 5", Code::WrongType, "\"…\""),
    ] {
        let problem = problem(&format!("[read]\n{lines}\n"));
        assert_eq!(problem.code, code, "{lines}");
        assert!(problem.help.as_ref().unwrap().contains(help), "{problem}");
    }
    let both = "[column]\n\"Foo\" = \"id\"\n[read]\nignore = [\"foo\"]\n";
    assert_eq!(codes(both), [Code::RepeatedName]);
}

#[test]
fn names_that_notes_cannot_tell_apart_are_a_problem() {
    for text in [
        "[column]\n\"Svc Dt\" = \"date\"\n\"svc_dt\" = \"end_date\"\n",
        "[fact.own]\nask = \"?\"\nvalues = [\"in_person\", \"In Person\"]\n",
        "[fact.own]\nask = \"?\"\nvalues = [\"a\", \"b\"]\nalias = { \"A\" = \"b\" }\n",
        "[fact.planlink]\nask = \"?\"\nvalues = [\"a\"]\n",
    ] {
        assert!(codes(text).contains(&Code::RepeatedName), "{text}: {:?}", codes(text));
    }
    assert!(codes("[fact.enddate]\nask = \"?\"\nvalues = [\"a\"]\n").contains(&Code::ReservedName));
    // A column may be called like another field, in an agency's own file.
    assert_eq!(codes("[column]\n\"Code\" = \"activity\"\n"), []);
}
