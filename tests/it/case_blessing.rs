//! Blessing writes what is decided today, changes nothing else, and makes the suite pass.

use actbill::cases::{Blessed, CaseFile, Suite};

use crate::cases::{read, results};
use crate::shared::{ready, told};

fn bless(name: &str, text: &str) -> Option<Blessed> {
    let suite = read(name, text, true).unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)));
    let runs = suite.run(&ready().set, &ready().diagram);
    let mut blessed = suite.bless(&runs).unwrap_or_else(|message| panic!("{message}"));
    assert!(blessed.len() <= 1);
    blessed.pop()
}

fn blessed(name: &str, text: &str) -> String {
    String::from_utf8(bless(name, text).unwrap().bytes).unwrap()
}

/// Asserts that after blessing every case passes, the notes are unchanged, and there is nothing left to bless.
fn round_trip(name: &str, text: &str) -> String {
    let now = blessed(name, text);
    let (before, after) =
        (read(name, text, true).unwrap(), read(name, &now, false).unwrap_or_else(|e| panic!("{}", told(&e))));
    let failed: Vec<_> = results(&after).into_iter().filter(|(_, passes, _)| !passes).collect();
    assert!(failed.is_empty(), "{name}: {failed:?}\n{now}");
    let notes = |suite: &Suite| -> Vec<String> {
        let records = suite.claims.iter().flat_map(|claims| &claims.records);
        records
            .map(|record| format!("{:?}", record.fields.iter().map(|f| (&f.name, &f.value)).collect::<Vec<_>>()))
            .collect()
    };
    assert_eq!(notes(&before), notes(&after), "{name}");
    assert!(bless(name, &now).is_none(), "{name}: blessed twice\n{now}");
    now
}

const CASES: &str = r#"# What is written here stays.
[usual]
staff_role = "vocational_specialist"   # so does this
eligibility = "department"

[[case]]
title = "units that are not right"
note = { activity = "job_coaching" }
expect = { payer = "department", units = 5, amount = "1.00", rules = ["act.job-coaching"] } # and this

[[case.but]]
title = "held after all"
note = { client_present = "no" }

  [case.but.expect]
  status = "billable"
  payer = "department"
  units = 4

[[case]]
title = "nothing expected yet"
[case.note]
activity = "transport"

[[case]]
title = "several notes, and sums"
notes = [
  { activity = "job_coaching", expect = { units = 9 } }, # the first
  { activity = "other" },
]
totals.department = { units = 9, amount = "9.99", notes = 1 }
totals.department.vocational_act.units = 9

[[case]]
title = "right already"
note = { activity = "job_coaching" }
expect = { code = "H2023", units = 4 }

[[case]]
title = "known to be wrong"
known_wrong = "a question for the state"
note = { activity = "job_coaching" }
expect = { units = 40 }
"#;

#[test]
fn a_case_file_keeps_its_comments_and_layout() {
    let text = CASES.replace("totals.department.vocational_act.units = 9\n", "");
    let now = round_trip("a.cases.toml", &text);
    insta::assert_snapshot!(now);
}

#[test]
fn what_is_changed_is_told() {
    let text = CASES.replace("totals.department.vocational_act.units = 9\n", "");
    let changes = bless("a.cases.toml", &text).unwrap().changes;
    let told: Vec<String> = changes
        .iter()
        .flat_map(|change| {
            change.keys.iter().map(move |(key, before, now)| format!("{} {key}: {before} -> {now}", change.place))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn sums_of_a_service_are_blessed_too() {
    let now = round_trip(
        "a.cases.toml",
        "[[case]]\ntitle = \"t\"\nnote = { activity = \"job_coaching\", staff_role = \"vocational_specialist\", \
         eligibility = \"department\" }\n\n[case.totals.department.vocational_act]\nunits = 9 # of them\namount = \
         \"1.00\"\n",
    );
    assert!(now.contains("units = 4 # of them\namount = \"70.88\"\n"), "{now}");
}

#[test]
fn only_case_files_are_rewritten() {
    let notes = "id,client,expect_status\nn-1,client-a,held\n".as_bytes();
    let cases = CASES.replace("totals.department.vocational_act.units = 9\n", "");
    for (name, bytes) in [("a.csv", notes), ("a.cases.toml", cases.as_bytes())] {
        let suite = Suite::read(&ready().set, vec![CaseFile { name: name.into(), bytes: bytes.into() }], true).unwrap();
        let blessed = suite.bless(&suite.run(&ready().set, &ready().diagram));
        match name {
            "a.csv" => {
                assert!(blessed.unwrap_err().to_string().starts_with("error[unwritable]: the expectations in `a.csv`"));
            }
            _ => assert_eq!(blessed.unwrap().len(), 1),
        }
    }
}

#[test]
fn a_case_file_keeps_its_ends_of_line_and_the_comments_in_a_list() {
    let text = "[[case]]\ntitle = \"t\"\nnote = { activity = \"other\", staff_role = \"nurse\", eligibility = \"department\" }\n\n[case.expect]\nstatus = \"held\"\n\
                only_rules = [\n  \"act.job-coaching\", # not this\n  \"house.other-activity\", # why\n  # more\n]\n";
    let now = round_trip("a.cases.toml", &text.replace('\n', "\r\n"));
    assert_eq!(now.matches('\n').count(), now.matches("\r\n").count(), "{now:?}");
    assert!(now.contains("\"house.other-activity\", # why\r\n  # more"), "{now}");
    assert!(!now.contains("act.job-coaching"), "{now}");
}
