//! A blessing writes what is decided today, changes nothing else, and makes the suite pass.

use actbill::cases::{Blessed, CaseFile, Suite};

use crate::cases::{read, verdicts};
use crate::shared::{ready, told};

fn bless(name: &str, text: &str) -> Option<Blessed> {
    let suite = read(name, text, true).unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)));
    let played = suite.play(&ready().set, &ready().diagram);
    let mut blessed = suite.bless(&played).unwrap_or_else(|message| panic!("{message}"));
    assert!(blessed.len() <= 1);
    blessed.pop()
}

fn blessed(name: &str, text: &str) -> String {
    String::from_utf8(bless(name, text).unwrap().bytes).unwrap()
}

/// After a blessing every case passes, the notes are what they were, and there is nothing more to bless.
fn round_trip(name: &str, text: &str) -> String {
    let now = blessed(name, text);
    let (before, after) =
        (read(name, text, true).unwrap(), read(name, &now, false).unwrap_or_else(|e| panic!("{}", told(&e))));
    let failed: Vec<_> = verdicts(&after).into_iter().filter(|(_, passes, _)| !passes).collect();
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

const HEAD: &str = "\"client\": \"client-a\", \"date\": \"2026-03-02\", \"minutes\": 60, \"staff_role\": \
                    \"vocational_specialist\", \"eligibility\": \"department\"";

#[test]
fn json_keeps_its_notes_and_layout() {
    let text = format!(
        "\u{feff}{{ \"month\": 3, \"notes\": [\n  {{ \"id\": \"ä-1\", {HEAD}, \"activity\": \"job_coaching\",\n    \"expect\": \
         {{ \"title\": \"a title\",  \"units\": 5, \"payer\": \"department\" }} }},\n  {{ \"id\": \"n-2\", {HEAD}, \
         \"activity\": \"other\", \"expect\": {{ \"payer\": \"department\", \"known_wrong\": null }} }},\n  {{ \"id\": \
         \"n-3\", {HEAD}, \"activity\": \"other\" }}\n] }}\n"
    );
    let now = round_trip("a.json", &text);
    assert!(now.contains("{ \"title\": \"a title\",  \"units\": 4, \"payer\": \"department\" }"), "{now}");
    let held =
        "{ \"payer\": null, \"known_wrong\": null, \"status\": \"held\", \"rules\": [\"house.other-activity\"] }";
    assert!(now.contains(held), "{now}");
    let third = text.split("\"n-3\"").nth(1).unwrap();
    assert!(now.ends_with(third), "a note beside the cases is left alone: {now}");
}

#[test]
fn a_json_file_that_expects_nothing_yet_is_filled_in() {
    let text = format!(
        "{{\"id\": \"n-1\", {HEAD}, \"activity\": \"job_coaching\"}}\n{{\"id\": \"n-2\"}}\n{{\"id\": \"n-3\"\n"
    );
    let now = round_trip_or_reason("a.ndjson", &text);
    assert!(now.is_err(), "a line that is no JSON has no place for what it expects");
    let text = format!("\n{{\"id\": \"n-1\", {HEAD}, \"activity\": \"job_coaching\"}}\n\n  {{\"id\": \"n-2\"}}  \n");
    let now = round_trip("a.ndjson", &text);
    let first = "\"activity\": \"job_coaching\", \"expect\": {\"status\": \"billable\", \"payer\": \"department\", \"code\": \
                 \"H2023 HK\", \"units\": 4, \"amount\": 70.88, \"rules\": [\"act.job-coaching\"]}}\n\n";
    assert!(now.contains(first), "{now}");
    let second = "  {\"id\": \"n-2\", \"expect\": {\"status\": \"rejected\", \"error\": \"missing-field\"}}  \n";
    assert!(now.ends_with(second), "{now}");
    let one = round_trip("a.json", &format!("{{\"id\": \"n-1\", {HEAD}, \"activity\": \"other\", \"expect\": {{}}}}"));
    assert!(one.contains("\"expect\": {\"status\": \"held\", \"rules\": [\"house.other-activity\"]}}"), "{one}");
}

fn round_trip_or_reason(name: &str, text: &str) -> Result<Vec<Blessed>, String> {
    let suite = read(name, text, true).map_err(|mistakes| told(&mistakes))?;
    suite.bless(&suite.play(&ready().set, &ready().diagram)).map_err(|message| message.to_string())
}

#[test]
fn fields_beside_the_note_stay_fields() {
    let text = format!(
        "{{\"id\": \"n-1\", {HEAD}, \"activity\": \"other\", \"expect_payer\": \"department\", \"expect_units\": 4}}\n\
         {{\"id\": \"n-2\", {HEAD}, \"activity\": \"job_coaching\", \"expect_missing\": [\"contact\"]}}\n"
    );
    let now = round_trip("a.ndjson", &text);
    let first = "\"expect_payer\": null, \"expect_units\": null, \"expect_status\": \"held\", \"expect_rules\": \
                 [\"house.other-activity\"]}\n";
    assert!(now.contains(first), "{now}");
    assert!(now.ends_with("\"expect_missing\": []}\n"), "{now}");
}

#[test]
fn csv_rows_that_hold_stay_byte_for_byte() {
    let head = "id,client,date,minutes,activity,staff_role,eligibility,remark,expect_payer,expect_units";
    let rest = "2026-03-02,60,job_coaching,vocational_specialist,department";
    let text = format!(
        "\u{feff}{head}\r\nn-1,client-a,{rest},\"a, b\",department,5\r\nn-2,client-b,{rest},'q' \"x\",department,4\r\n\
         n-3,client-c,2026-03-02,60,other,nurse,department,,department,4\r\nn-4,client-d,{rest},,,\r\n"
    );
    let now = round_trip("a.csv", &text);
    let lines: Vec<&str> = now.split("\r\n").collect();
    assert_eq!(lines[0], format!("\u{feff}{head},expect_status,expect_rules"));
    assert_eq!(lines[1], format!("n-1,client-a,{rest},\"a, b\",department,4,,"));
    assert_eq!(lines[3], "n-3,client-c,2026-03-02,60,other,nurse,department,,,,held,house.other-activity");
    assert_eq!(lines[4], format!("n-4,client-d,{rest},,,,,"));
    let only_units = text.replace("n-3,client-c,2026-03-02,60,other,nurse,department,,department,4\r\n", "");
    let now = round_trip("a.csv", &only_units);
    let others = |text: &str| text.split("\r\n").filter(|line| !line.starts_with("n-1")).collect::<Vec<_>>().join("|");
    assert_eq!(others(&now), others(&only_units), "rows that hold, and the header, are not touched");
}

#[test]
fn a_csv_file_that_expects_nothing_yet_is_filled_in() {
    let text = "id,client,date,minutes,activity,staff_role,eligibility\n\
                n-1,client-a,2026-03-02,60,job_coaching,vocational_specialist,department\n\
                n-2,client-a,2026-03-02,60,transport,nurse,department\nn-1,client-a,2026-03-02,60,other,nurse,none\n";
    let now = round_trip("a.csv", text);
    assert!(now.starts_with(
        "id,client,date,minutes,activity,staff_role,eligibility,expect_status,expect_payer,expect_code,expect_units,\
         expect_amount,expect_rules,expect_missing,expect_error\n"
    ));
    assert!(now.contains(",department,billable,department,H2023 HK,4,70.88,act.job-coaching,,\n"), "{now}");
    assert!(now.contains(",department,held,,,,,,sole_purpose,\n"), "{now}");
    assert!(now.ends_with(",none,rejected,,,,,,,repeated-id\n"), "{now}");
}

/// The quickstart, whatever it comes to, is its own test after a blessing, in each form.
#[test]
fn the_quickstart_becomes_a_test_of_itself() {
    for name in ["notes.json", "notes.ndjson", "notes.csv"] {
        let text = crate::page::page(&format!("examples/quickstart/{name}"));
        let suite = read(name, &round_trip(name, &text), false).unwrap();
        assert_eq!(suite.cases().count(), 13, "{name}");
    }
}

#[test]
fn bytes_that_are_no_text_are_not_written() {
    let bytes = b"id,client,expect_status\nn-1,client-\xff,held\n".to_vec();
    let suite = Suite::read(&ready().set, vec![CaseFile { name: "a.csv".into(), bytes }], true).unwrap();
    let refused = suite.bless(&suite.play(&ready().set, &ready().diagram)).unwrap_err();
    assert!(refused.to_string().starts_with("error[unwritable]: `a.csv`"), "{refused}");
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
