//! Sample claims: every expectation can fail, and expectations that no row can meet are refused, in every file format.

use std::sync::Arc;

use actbill::cases::{CaseFile, Counting, Coverage, Difference, ExpectedField, Suite, TotalField};
use actbill::message::Message;

use crate::shared::{ready, shipped_cases, told};

/// Reads the cases of one file.
pub(crate) fn suite(name: &str, text: &str) -> Suite {
    read(name, text, false).unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)))
}

pub(crate) fn read(name: &str, text: &str, blank: bool) -> Result<Suite, Vec<Message>> {
    let file = CaseFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
    Suite::read(&ready().set, vec![file], blank)
}

/// Returns the title of each case, whether it passes, and its differences.
pub(crate) fn results(suite: &Suite) -> Vec<(String, bool, Vec<Difference>)> {
    let runs = suite.run(&ready().set, &ready().diagram);
    let results = runs.iter().flat_map(actbill::cases::SampleBatchRun::results);
    results.map(|result| (result.case.title.clone(), result.passes(), result.differences)).collect()
}

/// Returns the fields or sums that differ in a file with one case.
fn differing(text: &str) -> Vec<String> {
    let results = results(&suite("a.cases.toml", text));
    let [(_, _, differences)] = results.as_slice() else { panic!("{} cases", results.len()) };
    differences.iter().map(|difference| difference.what.clone()).collect()
}

fn one(note: &str, expect: &str) -> String {
    format!("[[case]]\ntitle = \"t\"\nnote = {{ {note} }}\nexpect = {{ {expect} }}\n")
}

const COACHING: &str =
    "activity = \"job_coaching\", staff_role = \"vocational_specialist\", eligibility = \"mo_healthnet\"";
const SKILLS: &str = "activity = \"self_care_skills\", staff_role = \"nurse\", eligibility = \"mo_healthnet\", \
                      symptom_link = \"yes\", medically_needed = \"yes\"";
/// A month of one note.
const MONTH: &str = "activity = \"chronic_care_management\", staff_role = \"outside_act\", minutes = 60, \
                     medicare_coverage = \"original\", chronic_conditions = 2";
/// A day that lies inside a clinic's prospective rate.
const SHADOW: &str = "activity = \"self_care_skills\", staff_role = \"team_leader\", eligibility = \"mo_healthnet\", \
                      symptom_link = \"yes\", medically_needed = \"yes\"";

#[test]
fn the_shipped_cases_pass_and_reach_every_rule() {
    let ready = ready();
    let files = shipped_cases().into_iter().map(CaseFile::from).collect();
    let suite = Suite::read(&ready.set, files, false).unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)));
    let failed: Vec<_> = results(&suite).into_iter().filter(|(_, passes, _)| !passes).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let coverage = Coverage::new(&ready.set, &ready.diagram, &suite.run(&ready.set, &ready.diagram), Counting::All);
    let ids = |wanted: fn(&actbill::cases::RuleCoverage) -> bool| -> Vec<&str> {
        let left_out = coverage.rules.iter().filter(|reached| !wanted(reached));
        left_out.map(|reached| ready.set.rule(reached.rule).id.as_str()).collect()
    };
    assert_eq!(ids(|reached| reached.decides), Vec::<&str>::new(), "decide in no case");
    assert_eq!(ids(|reached| reached.steps_aside), Vec::<&str>::new(), "step aside in no case");
    assert!(coverage.reaches(100));
}

/// For each setting, some shipped case gives an answer other than the default.
#[test]
fn the_shipped_cases_answer_every_setting_both_ways() {
    let ready = ready();
    let files = shipped_cases().into_iter().map(CaseFile::from).collect();
    let suite = Suite::read(&ready.set, files, false).unwrap();
    for setting in ready.set.settings.iter() {
        let name = &ready.set.vocabulary.fact(setting.fact).name;
        let default = ready.set.answer_text(setting.fact, setting.default);
        let answers = |other: bool| {
            suite.claims.iter().any(|claims| {
                let answer = claims.settings.iter().find(|(answered, _)| answered == name);
                answer.map_or(!other, |(_, value)| (*value != default) == other)
            })
        };
        assert!(answers(true) && answers(false), "{name}");
    }
}

/// For each expected field: a note, an expectation that holds for it, and one that fails.
const EXPECTATIONS: [(ExpectedField, &str, &str, &str); 26] = [
    (ExpectedField::Status, COACHING, "\"billable\"", "\"held\""),
    (ExpectedField::Payer, COACHING, "\"department\"", "\"mo_healthnet\""),
    (ExpectedField::Service, COACHING, "\"vocational_act\"", "\"act_team\""),
    (ExpectedField::Code, COACHING, "\"H2023HK\"", "\"H0040\""),
    (ExpectedField::Modifiers, COACHING, "[\"HK\"]", "\"none\""),
    (ExpectedField::Minutes, COACHING, "60", "59"),
    (ExpectedField::QuarterHours, COACHING, "4", "3"),
    (ExpectedField::Unit, COACHING, "\"quarter_hour\"", "\"day\""),
    (ExpectedField::Units, COACHING, "4", "5"),
    (ExpectedField::Rate, COACHING, "\"17.72\"", "17.73"),
    (ExpectedField::Amount, COACHING, "70.88", "\"unpriced\""),
    (ExpectedField::ShadowUnits, SHADOW, "1", "\"none\""),
    (ExpectedField::ShadowAmount, SHADOW, "\"unpriced\"", "\"1.00\""),
    (ExpectedField::Also, MONTH, "[\"99439 x 2\"]", "[\"99439 x 1\"]"),
    (ExpectedField::BundledInto, SKILLS, "\"none\"", "\"n-02\""),
    (ExpectedField::CountedMinutes, MONTH, "60", "59"),
    (ExpectedField::HeldMinutes, MONTH, "0", "1"),
    (ExpectedField::Rules, COACHING, "[\"act.job-coaching\"]", "[\"act.job-coaching\", \"act.general-skills\"]"),
    (ExpectedField::OnlyRules, COACHING, "[\"act.job-coaching\"]", "[]"),
    (
        ExpectedField::Missing,
        "activity = \"transport\", staff_role = \"nurse\", eligibility = \"department\"",
        "[\"sole_purpose\"]",
        "\"none\"",
    ),
    (
        ExpectedField::Possible,
        "activity = \"transport\", staff_role = \"nurse\", eligibility = \"department\"",
        "[\"held\", \"non_billable\"]",
        "[\"non_billable\"]",
    ),
    (
        ExpectedField::Presumed,
        COACHING,
        "[\"contact\", \"other_funding\", \"client_present\", \"csw_qualified\"]",
        "[\"contact\", \"other_funding\", \"client_present\"]",
    ),
    (ExpectedField::Labels, MONTH, "[\"care_management\"]", "[\"care_coordination\"]"),
    (ExpectedField::Findings, SKILLS, "[\"unpriced\"]", "\"none\""),
    (ExpectedField::OnlyFindings, SKILLS, "[\"unpriced\"]", "[\"unpriced\", \"below-unit\"]"),
    (ExpectedField::Error, "activity = \"knitting\", staff_role = \"nurse\"", "\"unknown-value\"", "\"missing-field\""),
];

#[test]
fn every_expectation_can_fail_and_only_what_is_named_is_compared() {
    let keys: Vec<ExpectedField> = EXPECTATIONS.iter().map(|(key, ..)| *key).collect();
    assert_eq!(keys, ExpectedField::ALL);
    for (key, note, right, wrong) in EXPECTATIONS {
        let key = key.as_str();
        let settings = if note == SHADOW { "settings = { mo_healthnet_pays = \"prospective\" }\n" } else { "" };
        let case = |expect: &str| format!("{}{settings}", one(note, expect));
        assert_eq!(differing(&case(&format!("{key} = {right}"))), Vec::<String>::new(), "{key} = {right}");
        assert_eq!(differing(&case(&format!("{key} = {wrong}"))), [key], "{key} = {wrong}");
    }
}

#[test]
fn rules_and_findings_are_a_subset_and_the_others_exact() {
    let job = format!("{SKILLS}, contact = \"phone\"");
    let both = "act.team-rate-to-one-payer\", \"catalogue.phone-or-collateral";
    assert!(differing(&one(&job, "rules = [\"catalogue.phone-or-collateral\"]")).is_empty());
    assert_eq!(differing(&one(&job, "only_rules = [\"catalogue.phone-or-collateral\"]")), ["only_rules"]);
    assert!(differing(&one(&job, &format!("only_rules = [\"{both}\"]"))).is_empty());
    assert_eq!(differing(&one(&job, "rules = \"none\"")), ["rules"]);
    assert_eq!(differing(&one(&job, "rules = []")), ["rules"]);
}

#[test]
fn a_code_alone_leaves_its_modifiers_open() {
    for right in ["H2023", "H2023HK", "H2023 HK", "h2023-hk"] {
        assert!(differing(&one(COACHING, &format!("code = \"{right}\""))).is_empty(), "{right}");
    }
    assert_eq!(differing(&one(SKILLS, "code = \"H2023\"")), ["code"]);
    assert_eq!(differing(&one(COACHING, "code = \"none\"")), ["code"]);
    assert!(differing(&one("activity = \"other\", staff_role = \"nurse\"", "code = \"none\"")).is_empty());
}

/// For each sum: one that holds and one that fails for two notes of job coaching and one of self-care skills.
#[test]
fn every_sum_can_fail() {
    let text = |totals: &str| {
        format!(
            "[usual]\nstaff_role = \"vocational_specialist\"\neligibility = \"department\"\nsymptom_link = \"yes\"\n\
             medically_needed = \"yes\"\n[[case]]\ntitle = \"t\"\nnotes = [{{ activity = \"job_coaching\", \
             minutes = 25 }}, {{ activity = \"job_coaching\" }}, {{ activity = \"self_care_skills\" }}]\n{totals}\n"
        )
    };
    let coaching = [
        (TotalField::Notes, "2", "3"),
        (TotalField::Minutes, "85", "86"),
        (TotalField::QuarterHours, "5", "4"),
        (TotalField::Units, "5", "4"),
        (TotalField::Amount, "\"88.60\"", "\"88.61\""),
        (TotalField::UnpricedUnits, "0", "1"),
    ];
    assert_eq!(coaching.map(|(key, ..)| key), TotalField::ALL);
    for (key, right, wrong) in coaching {
        let key = key.as_str();
        let line = |value: &str| text(&format!("totals.department.vocational_act.{key} = {value}"));
        assert_eq!(differing(&line(right)), Vec::<String>::new(), "{key}");
        assert_eq!(differing(&line(wrong)), [format!("department.vocational_act {key}")], "{key}");
    }
    for (line, differs) in [
        ("totals.department = { notes = 3, minutes = 145, amount = 88.60, unpriced_units = 1 }", None),
        ("totals.department.act_team = { units = 1, amount = \"unpriced\" }", None),
        ("totals.mo_healthnet = { notes = 0, units = 0, amount = \"0.00\" }", None),
        ("totals.mo_healthnet.act_team = { notes = 0, units = 0, amount = \"0.00\" }", None),
        // Days and quarter hours have no sum.
        ("totals.department.units = 6", Some("department units")),
        ("totals.non_billable.notes = 1", Some("non_billable notes")),
    ] {
        assert_eq!(differing(&text(line)), differs.into_iter().collect::<Vec<_>>(), "{line}");
    }
}

#[test]
fn settings_presumptions_and_strictness_are_the_cases_own() {
    let with = |line: &str, expect: &str| differing(&format!("{}{line}\n", one(COACHING, expect)));
    assert!(with("", "status = \"billable\", units = 4").is_empty());
    assert!(with("strict = true", "status = \"held\"").is_empty());
    assert!(with("presume.contact = \"phone\"", "only_rules = [\"act.job-coaching-not-observed\"]").is_empty());
    let seven = format!("{COACHING}, minutes = 67");
    assert!(differing(&(one(&seven, "units = 5") + "settings = { part_quarter_hour = 7 }\n")).is_empty());
    assert_eq!(differing(&(one(&seven, "units = 5") + "settings = { part_quarter_hour = 8 }\n")), ["units"]);
}

/// A case whose settings the rule set does not accept fails, and the run goes on.
#[test]
fn a_case_whose_settings_are_gone_fails() {
    let mut set = ready().set.clone();
    let vocabulary = Arc::clone(&set.vocabulary);
    Arc::make_mut(&mut set.settings).retain(|setting| vocabulary.fact(setting.fact).name != "remote_job_coaching");
    let text = one(COACHING, "units = 4") + "settings = { remote_job_coaching = \"no\" }\n";
    let suite = suite("a.cases.toml", &text);
    let runs = suite.run(&set, &ready().diagram);
    assert_eq!(runs[0].results()[0].differences[0].what, "settings");
}

#[test]
fn a_variant_changes_what_it_names_and_inherits_the_rest() {
    let text = "\
        [usual]\nstaff_role = \"vocational_specialist\"\nstart = \"9:00\"\nend = \"10:00\"\n\
        [[case]]\ntitle = \"by phone\"\nstrict = true\nsettings = { remote_job_coaching = \"yes\" }\n\
        note = { activity = \"job_coaching\", eligibility = \"none\", contact = \"phone\", client_present = \"yes\", \
        csw_qualified = \"yes\", other_funding = \"none\" }\nexpect = { payer = \"non_billable\", minutes = 60 }\n\
        [[case.but]]\ntitle = \"eligible\"\nnote = { eligibility = \"department\", minutes = 30 }\n\
        expect = { payer = \"department\", minutes = 30 }\n\
        [[case.but]]\ntitle = \"not answered\"\nnote = { eligibility = \"\" }\nexpect = { missing = [\"eligibility\"] }\n\
        [[case.but]]\ntitle = \"the default\"\nnote = { eligibility = \"department\" }\n\
        settings = { remote_job_coaching = \"no\" }\nexpect = { status = \"held\" }\n";
    let results = results(&suite("a.cases.toml", text));
    let titles: Vec<&str> = results.iter().map(|(title, ..)| title.as_str()).collect();
    assert_eq!(
        titles,
        ["by phone", "by phone; but eligible", "by phone; but not answered", "by phone; but the default"]
    );
    assert!(results.iter().all(|(_, passes, _)| *passes), "{results:?}");
}

#[test]
fn what_a_note_does_not_say_is_filled_in() {
    let two = "[[case]]\ntitle = \"t\"\nnotes = [{ activity = \"other\", staff_role = \"nurse\", expect = { minutes = \
               60 } }, { activity = \"other\", staff_role = \"nurse\", expect = { minutes = 60 } }]\n";
    let suite = suite("a.cases.toml", two);
    let runs = suite.run(&ready().set, &ready().diagram);
    let heads: Vec<_> = runs[0].rows.iter().map(|row| (row.id.as_deref(), row.client.as_deref())).collect();
    assert_eq!(heads, [(Some("n-01"), Some("client-a")), (Some("n-02"), Some("client-a"))]);
    assert!(runs[0].rows.iter().all(|row| row.date.as_deref() == Some("2026-03-02")));
    for field in ["id", "client", "date", "minutes"] {
        let note = format!("activity = \"other\", staff_role = \"nurse\", {field} = \"\"");
        assert!(differing(&one(&note, "error = \"missing-field\"")).is_empty(), "{field}");
    }
}

#[test]
fn a_case_known_to_be_wrong_fails_once_it_passes() {
    let text = |units: u32| one(COACHING, &format!("units = {units}")) + "known_wrong = \"a question for the state\"\n";
    let (wrong, right) = (suite("a.cases.toml", &text(5)), suite("a.cases.toml", &text(4)));
    assert!(results(&wrong)[0].1);
    assert!(!results(&right)[0].1);
}

#[test]
fn an_old_id_of_a_rule_still_resolves() {
    let mut set = ready().set.clone();
    let rule = Arc::make_mut(&mut set.rules).iter_mut().find(|rule| rule.id == "act.job-coaching").unwrap();
    rule.formerly.push("act.coaching".into());
    let file = CaseFile { name: "a.cases.toml".into(), bytes: one(COACHING, "rules = [\"act.coaching\"]").into() };
    let suite = Suite::read(&set, vec![file], false).unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)));
    let runs = suite.run(&set, &ready().diagram);
    assert!(runs.iter().flat_map(actbill::cases::SampleBatchRun::results).all(|result| result.passes()));
}

#[test]
fn a_filter_looks_at_titles_and_files() {
    let keep = |texts: &[&str]| {
        let mut suite = suite("march.cases.toml", &(one(COACHING, "units = 4") + &one(SKILLS, "units = 1")));
        suite.claims[1].cases[0].title = "Skills".into();
        suite.keep(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        suite.cases().count()
    };
    assert_eq!(
        [keep(&[]), keep(&["MARCH"]), keep(&["skill"]), keep(&["april"]), keep(&["april", "skill"])],
        [2, 2, 1, 0, 1]
    );
}
