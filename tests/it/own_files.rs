//! Mistakes in an agency's own file are reported in that file, whatever its name.

use actbill::message::{Code, Message};
use actbill::rules::RuleFile;
use actbill::run::Ready;

use crate::shared::{problems_with, told};

/// A name that sorts before the names of the shipped files, and one that sorts after them.
const NAMES: [&str; 2] = ["agency.toml", "zz.toml"];

/// Returns the only problem of the shipped rules with this file added.
fn problem(name: &str, text: &str) -> Message {
    let mut problems = problems_with(name, text);
    assert_eq!(problems.len(), 1, "{text}\n{}", told(&problems));
    problems.remove(0)
}

/// Asserts that the problem is reported in the agency's own file, has this code, and names the other place.
fn clashes(text: &str, code: Code, other: &str) {
    for name in NAMES {
        let problem = problem(name, text);
        assert_eq!((problem.place.as_ref().unwrap().file.as_str(), problem.code), (name, code), "{problem}");
        assert!(problem.text.contains(&format!("beside the one at {other}:")), "{problem}");
    }
}

#[test]
fn a_repeated_block_is_the_own_file_s() {
    let house = "title = \"T\"\nbasis = \"house\"\n";
    clashes(
        "[presume.csw_qualified]\nvalue = \"no\"\nbasis = \"house\"",
        Code::RepeatedName,
        "rules/presumptions.toml",
    );
    clashes("[payer.department]\ntitle = \"T\"", Code::RepeatedName, "rules/services.toml");
    clashes("[fact.contact]\nvalues = [\"letter\"]", Code::RepeatedName, "rules/vocabulary.toml");
    clashes(&format!("[[hold]]\nid = \"act.job-coaching\"\n{house}"), Code::RepeatedName, "rules/act-vocational.toml");
    let formerly =
        format!("[[advise]]\nid = \"own\"\nformerly = [\"act.job-coaching\"]\nwhen.activity = \"other\"\n{house}");
    clashes(&formerly, Code::RepeatedName, "rules/act-vocational.toml");
    let rate = "[[rate]]\nservice = \"vocational_act\"\namount = \"1.00\"\nfrom = \"undated\"\nbasis = \"house\"";
    clashes(rate, Code::SameRateDate, "rules/services.toml");
    clashes("[alias.activity]\ntransport = \"job_coaching\"", Code::RepeatedName, "rules/vocabulary.toml");
}

#[test]
fn facts_and_settings_share_their_names() {
    clashes("[fact.pool]\nvalues = [\"a\", \"b\"]", Code::RepeatedName, "rules/settings.toml");
    let setting = "[setting.contact]\nask = \"?\"\nvalues = [\"a\", \"b\"]\ndefault = \"a\"";
    clashes(setting, Code::RepeatedName, "rules/vocabulary.toml");
}

#[test]
fn a_conflict_with_a_shipped_offer_stands_at_the_own_one() {
    for id in ["a.first", "z.last"] {
        let text = format!(
            "[[offer]]\nid = \"{id}\"\ntitle = \"T\"\nwhen.activity = \"job_coaching\"\nwhen.eligibility = \"department\"\n\
             service = \"act_team\"\npayers = [\"department\"]\nbasis = \"house\""
        );
        for name in NAMES {
            let problem = problem(name, &text);
            assert_eq!((problem.place.as_ref().unwrap().file.as_str(), problem.code), (name, Code::Conflict));
            assert!(problem.text.contains("`act.job-coaching`"), "{problem}");
        }
    }
}

#[test]
fn a_circle_of_overrides_is_told_where_it_was_closed() {
    let offer = |id: &str, overrides: &str, more: &str| {
        format!(
            "[[offer]]\nid = \"{id}\"\ntitle = \"T\"\nservice = \"s\"\npayers = [\"p\"]\nbasis = \"house\"\n\
             overrides = [\"{overrides}\"]\n{more}"
        )
    };
    let base = "[fact.activity]\nvalues = [\"a\"]\n[payer.p]\ntitle = \"P\"\n\
                [service.s]\ntitle = \"S\"\ncode = \"X\"\nunit = \"day\"\n"
        .to_owned()
        + &offer("one", "two", "")
        + &offer("two", "three", "")
        + &offer("three", "two", "").replace("overrides = [\"two\"]\n", "");
    let file = |name: &str, text: String, own| RuleFile { name: name.to_owned(), text, own };
    let own = offer("three", "one", "replaces = true\n");
    for name in ["a.toml", "z.toml"] {
        let files = vec![file(name, own.clone(), true), file("m.toml", base.clone(), false)];
        let problems = Ready::new(files, &[], &[]).unwrap_err();
        assert_eq!(problems.len(), 1, "{}", told(&problems));
        assert_eq!((problems[0].place.as_ref().unwrap().file.as_str(), problems[0].code), (name, Code::BadOverride));
    }
}

/// If the agency's file removes a value that shipped rules need, the agency's block is reported.
#[test]
fn a_value_that_is_taken_away_is_missed_at_the_own_block() {
    let text = "[fact.contact]\nreplaces = true\nask = \"?\"\nlever = \"never\"\nvalues = [\"in_person\", \"video\", \"phone\"]\n";
    for name in NAMES {
        let problem = problem(name, text);
        assert_eq!((problem.place.as_ref().unwrap().file.as_str(), problem.code), (name, Code::NoSuchValue));
        assert!(problem.text.contains("no longer takes `collateral`"), "{problem}");
    }
}
