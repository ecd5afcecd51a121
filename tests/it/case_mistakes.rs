//! Mistakes in files of sample claims are reported at their position with the nearest name, in every file format.

use actbill::cases::{CaseFile, Suite};
use actbill::message::Code;

use crate::cases::{read, results, suite};
use crate::shared::{ready, told};

/// Case files with one case, and the mistake in each: its code, its line and column, and part of its help.
const MISTAKES: [(&str, Code, &str, &str); 26] = [
    ("stict = true", Code::UnknownKey, "4:1", "did you mean `strict`?"),
    ("title = 1", Code::WrongType, "2:9", "write `title = "),
    ("expect = { payr = \"department\" }", Code::UnknownKey, "4:12", "did you mean `payer`?"),
    ("expect = { payer = \"departmnt\" }", Code::NoSuchValue, "4:20", "did you mean `department`?"),
    ("expect = { status = \"bilable\" }", Code::NoSuchValue, "4:21", "did you mean `billable`?"),
    ("expect = { status = [\"billable\"] }", Code::WrongType, "4:21", "alone"),
    ("expect = { service = \"act_tem\" }", Code::NoSuchValue, "4:22", "did you mean `act_team`?"),
    ("expect = { code = \"H2023HQ\" }", Code::NoSuchValue, "4:19", "H2023"),
    ("expect = { unit = \"hour\" }", Code::NoSuchValue, "4:19", "`day`"),
    ("expect = { units = \"four\" }", Code::NoSuchValue, "4:20", "whole number"),
    ("expect = { units = -1 }", Code::NoSuchValue, "4:20", "whole number"),
    ("expect = { amount = \"17.725\" }", Code::NoSuchValue, "4:21", "dollars"),
    ("expect = { amount = \"$17.72\" }", Code::NoSuchValue, "4:21", "dollars"),
    ("expect = { amount = true }", Code::WrongType, "4:21", "quotes"),
    ("expect = { rules = [\"act.job-coachin\"] }", Code::NoSuchValue, "4:20", "did you mean `act.job-coaching`?"),
    ("expect = { rules = [\"none\", \"act.job-coaching\"] }", Code::NoSuchValue, "4:20", "one of the two"),
    ("expect = { missing = [\"simptom_link\"] }", Code::NoSuchValue, "4:22", "did you mean `symptom_link`?"),
    ("expect = { missing = [\"remote_job_coaching\"] }", Code::NoSuchValue, "4:22", "check the name"),
    ("expect = { findings = [\"unprized\"] }", Code::NoSuchValue, "4:23", "did you mean `unpriced`?"),
    ("expect = { error = \"gap\" }", Code::NoSuchValue, "4:20", "bad-"),
    ("expect = { payer = \"\" }", Code::NoSuchValue, "4:20", "`none`"),
    ("expect = {}", Code::ExpectsNothing, "1:1", "--bless"),
    ("settings = { pol = \"day\" }", Code::UnknownName, "4:14", "did you mean `pool`?"),
    ("settings = { pool = \"week\" }", Code::NoSuchValue, "4:21", "day"),
    ("presume = { activity = \"transport\" }", Code::UnknownName, "4:13", ""),
    ("as_of = \"2026-02-30\"", Code::BadDate, "4:9", "YYYY-MM-DD"),
];

#[test]
fn what_no_row_could_say_is_refused_with_the_nearest_name() {
    for (line, code, place, remedy) in MISTAKES {
        let title = if line.starts_with("tit") { line } else { "title = \"t\"" };
        let rest = if line == title { "expect = { units = 4 }" } else { line };
        let expects = if rest.starts_with("expect") { "" } else { "expect = { units = 4 }\n" };
        let note = "note = { activity = \"job_coaching\", staff_role = \"nurse\" }";
        let text = format!("[[case]]\n{title}\n{note}\n{rest}\n{expects}");
        let mistakes = read("a.cases.toml", &text, false).unwrap_err();
        let [found] = mistakes.as_slice() else { panic!("{line}: {}", told(&mistakes)) };
        assert_eq!(found.code, code, "{line}: {found}");
        assert_eq!(found.place.as_ref().unwrap().to_string(), format!("a.cases.toml:{place}"), "{line}: {found}");
        assert!(found.help.as_ref().unwrap().contains(remedy), "{line}: {found}");
    }
}

#[test]
fn the_shape_of_a_case_is_held() {
    for (text, code, says) in [
        ("[[cas]]\ntitle = \"t\"\n", Code::UnknownKey, "did you mean `case`?"),
        ("[case]\ntitle = \"t\"\n", Code::WrongType, "[[case]]"),
        ("[[case]]\nexpect = { units = 1 }\nnote = { activity = \"other\" }\n", Code::MissingKey, "title"),
        ("[[case]]\ntitle = \"t\"\nexpect = { units = 1 }\n", Code::MissingKey, "note"),
        ("[[case]]\ntitle = \"t\"\nnote = \"other\"\n", Code::WrongType, "activity"),
        ("[[case]]\ntitle = \"t\"\nnote = { activty = \"other\" }\n", Code::UnknownField, "did you mean `activity`?"),
        ("[usual]\nactivty = \"other\"\n", Code::UnknownField, "did you mean `activity`?"),
        ("[[case]]\ntitle = \"t\"\nnote = { activity = [\"other\"] }\n", Code::WrongType, "a field of a note"),
        (
            "[[case]]\ntitle = \"t\"\nnote = { activity = \"other\", expect = { units = 1 } }\nexpect = { units = 1 }\n",
            Code::RepeatedName,
            "keep one",
        ),
        (
            "[[case]]\ntitle = \"t\"\nnotes = [{ activity = \"other\" }, { activity = \"other\" }]\nexpect = { units = 1 }",
            Code::WrongType,
            "into the note",
        ),
        (
            "[[case]]\ntitle = \"t\"\nnotes = [{ activity = \"other\" }, { activity = \"other\", expect = { units = 1 } \
             }]\n[[case.but]]\ntitle = \"u\"\nexpect = { units = 1 }\n",
            Code::WrongType,
            "a case of its own",
        ),
        (
            "[[case]]\ntitle = \"t\"\nnote = { activity = \"other\" }\ntotals.insurer.units = 1\n",
            Code::UnknownName,
            "department",
        ),
        (
            "[[case]]\ntitle = \"t\"\nnote = { activity = \"other\" }\ntotals.department.unit = 1\n",
            Code::UnknownKey,
            "did you mean `units`?",
        ),
        (
            "[[case]]\ntitle = \"t\"\nnote = { activity = \"other\" }\ntotals.department.units = \"x\"\n",
            Code::NoSuchValue,
            "a whole number",
        ),
        ("[[case]\n", Code::NotToml, "fix"),
    ] {
        let mistakes = read("a.cases.toml", text, false).unwrap_err();
        let found = mistakes.iter().find(|mistake| mistake.code == code);
        let found = found.unwrap_or_else(|| panic!("{text}: {}", told(&mistakes)));
        assert!(found.to_string().contains(says), "{text}: {found}");
        assert!(found.place.is_some() && found.excerpt.is_some(), "{found}");
    }
}

#[test]
fn a_field_that_the_rules_do_not_know_may_be_what_a_case_is_about() {
    let text = "[[case]]\ntitle = \"t\"\nstrict = true\nnote = { activity = \"other\", staff_role = \"nurse\", \
                mood = \"good\" }\nexpect = { error = \"unknown-field\" }\n";
    assert!(results(&suite("a.cases.toml", text))[0].1);
}

/// The same notes and expectations in every file format. The last note expects the wrong payer.
fn forms() -> [(&'static str, String); 5] {
    let head = "\"client\": \"client-a\", \"date\": \"2026-03-02\", \"staff_role\": \"vocational_specialist\", \
                \"eligibility\": \"department\"";
    let notes = [
        (
            "\"id\": \"n-1\", \"minutes\": 53, \"activity\": \"job_coaching\"",
            "\"units\": 3, \"amount\": 53.16, \"rules\": [\"act.job-coaching\"]",
        ),
        ("\"id\": \"n-2\", \"minutes\": 30, \"activity\": \"other\"", ""),
        ("\"id\": \"n-1\", \"minutes\": 30, \"activity\": \"transport\"", "\"error\": \"repeated-id\""),
        (
            "\"id\": \"n-3\", \"minutes\": 30, \"activity\": \"transport\"",
            "\"missing\": [\"sole_purpose\"], \"possible\": [\"held\", \"non_billable\"], \"presumed\": \"other_funding\"",
        ),
        (
            "\"id\": \"n-4\", \"minutes\": 30, \"activity\": \"job_coaching\"",
            "\"payer\": \"mo_healthnet\", \"known_wrong\": null",
        ),
    ];
    let object = |(note, expect): &(&str, &str)| {
        let expect = if expect.is_empty() { String::new() } else { format!(", \"expect\": {{{expect}}}") };
        format!("{{{note}, {head}{expect}}}")
    };
    let keys = ["units", "amount", "rules", "error", "missing", "possible", "presumed", "payer", "known_wrong"];
    let flat = |(note, expect): &(&str, &str)| {
        let fields = keys.iter().fold((*expect).to_owned(), |text, key| {
            text.replace(&format!("\"{key}\":"), &format!("\"expect_{key}\":"))
        });
        let comma = if fields.is_empty() { "" } else { ", " };
        format!("{{{note}, {head}{comma}{fields}}}")
    };
    let toml = |(note, expect): &(&str, &str)| {
        let equal = |text: &str| text.replace("\": ", "\" = ").replace(", \"known_wrong\" = null", "");
        let expect = if expect.is_empty() { String::new() } else { format!(", expect = {{ {} }}", equal(expect)) };
        format!("{{ {}, {}{expect} }}", equal(note), equal(head))
    };
    let csv = "id,client,date,minutes,activity,staff_role,eligibility,expect_units,expect_amount,expect_rules,\
               expect_error,expect_missing,expect_possible,expect_presumed,expect_payer,expect_known_wrong\n\
               n-1,client-a,2026-03-02,53,job_coaching,vocational_specialist,department,3,53.16,act.job-coaching,,,,,,\n\
               n-2,client-a,2026-03-02,30,other,vocational_specialist,department,,,,,,,,,\n\
               n-1,client-a,2026-03-02,30,transport,vocational_specialist,department,,,,repeated-id,,,,,\n\
               n-3,client-a,2026-03-02,30,transport,vocational_specialist,department,,,,,sole_purpose,\
               held non_billable,other_funding,,\n\
               n-4,client-a,2026-03-02,30,job_coaching,vocational_specialist,department,,,,,,,,mo_healthnet,\n";
    let all = |each: &dyn Fn(&(&str, &str)) -> String, between: &str| {
        notes.iter().map(each).collect::<Vec<_>>().join(between)
    };
    [
        ("a.json", format!("[{}]", all(&object, ",\n"))),
        ("a.ndjson", all(&object, "\n")),
        ("b.ndjson", all(&flat, "\n")),
        ("a.csv", csv.to_owned()),
        ("a.cases.toml", format!("[[case]]\ntitle = \"t\"\nnotes = [{}]\n", all(&toml, ",\n"))),
    ]
}

#[test]
fn every_form_of_file_says_the_same() {
    for (name, text) in forms() {
        let suite = suite(name, &text);
        let results = results(&suite);
        let cases = if name == "a.cases.toml" { 1 } else { 4 };
        assert_eq!(results.len(), cases, "{name}");
        let differing: Vec<_> = results
            .iter()
            .flat_map(|(_, _, differences)| differences)
            .map(|d| (d.note, d.what.as_str(), d.expected.as_str(), d.got.as_str()))
            .collect();
        assert_eq!(differing, [(Some(4), "payer", "mo_healthnet", "department")], "{name}");
    }
}

#[test]
fn a_note_file_is_held_to_its_expectations() {
    let note = "\"id\": \"n-1\", \"client\": \"client-a\", \"date\": \"2026-03-02\", \"minutes\": 30, \
                \"activity\": \"job_coaching\", \"staff_role\": \"nurse\"";
    for (more, code, says) in [
        ("\"expect\": {\"payr\": \"department\"}", Code::UnknownKey, "did you mean `payer`?"),
        ("\"expect\": {\"known_worng\": \"x\"}", Code::UnknownKey, "did you mean `known_wrong`?"),
        ("\"expect\": {\"units\": [4]}", Code::NotAnObject, "keyed by something"),
        ("\"expect\": {\"units\": {}}", Code::NotAnObject, "keyed by something"),
        ("\"expect\": {\"units\": 4, \"units\": 5}", Code::RepeatedField, "twice"),
        ("\"expect\": {\"units\": 4}, \"expect_units\": 4", Code::RepeatedField, "expected twice"),
        ("\"expect\": \"billable\"", Code::UnknownKey, "expect_status"),
        ("\"expected\": {\"units\": 4}", Code::UnknownKey, "`expect`"),
        ("\"expects_units\": 4", Code::UnknownKey, "`expect_units`"),
        ("\"expct\": {\"units\": 4}", Code::UnknownKey, "`expect`"),
        ("\"expct_units\": 4", Code::UnknownKey, "`expect_units`"),
        ("\"Exepct_Payer\": \"department\"", Code::UnknownKey, "`expect_payer`"),
        ("\"Expect_units\": 4", Code::UnknownKey, "`expect_units`"),
        ("\"expect_unit\": \"hour\"", Code::NoSuchValue, "day"),
        ("\"expect\": {}", Code::ExpectsNothing, "`expect_…`"),
        ("\"contact\": \"phone\"", Code::ExpectsNothing, "`expect_…`"),
    ] {
        let mistakes = read("a.ndjson", &format!("\n{{{note}, {more}}}\n"), false).unwrap_err();
        let [mistake] = mistakes.as_slice() else { panic!("{more}: {}", told(&mistakes)) };
        assert_eq!(mistake.code, code, "{more}: {mistake}");
        assert!(mistake.to_string().contains(says), "{more}: {mistake}");
        let line = if code == Code::ExpectsNothing { 1 } else { 2 };
        assert_eq!(mistake.place.as_ref().map(|place| place.line), Some(line), "{more}");
    }
    for (name, text, code) in [
        ("a.json", "[{", Code::BadDocument),
        ("a.csv", "n-1,client-a,2026-03-02\n", Code::NoHeader),
        ("a.csv", "", Code::NoNotes),
        ("a.txt", " ", Code::NoNotes),
    ] {
        assert_eq!(read(name, text, false).unwrap_err()[0].code, code, "{name}");
    }
}

#[test]
fn a_case_file_that_is_no_text_is_refused_where_the_bad_byte_stands() {
    let file = CaseFile { name: "a.Cases.TOML".into(), bytes: b"# \xc3\xa4\n# \xff\n".to_vec() };
    let mistakes = Suite::read(&ready().set, vec![file], false).unwrap_err();
    assert!(told(&mistakes).starts_with("a.Cases.TOML:2:3: error[not-toml]"), "{}", told(&mistakes));
}

/// The title of a case defaults to the note's id.
#[test]
fn cases_of_a_note_file_are_titled() {
    let csv = "id,client,date,expect_status,expect_title\nn-1,client-a,,rejected,\n,client-a,,rejected,\n3,,,rejected,no date\n";
    let titles: Vec<String> = results(&suite("a.csv", csv)).into_iter().map(|(title, ..)| title).collect();
    assert_eq!(titles, ["note n-1", "record 2", "no date"]);
}

/// A mistake is reported once, however many cases it affects, and does not cause further ones.
#[test]
fn a_mistake_is_told_once() {
    let case = "[[case]]\ntitle = \"t\"\nnote = { activity = \"other\", staff_role = \"nurse\" }\n";
    let expect = "expect = { status = \"held\" }\n";
    for (text, code) in [
        (format!("[usual]\nactivty = \"other\"\n{case}{expect}{case}{expect}"), Code::UnknownField),
        (format!("{case}expct = {{ status = \"held\" }}\n"), Code::UnknownKey),
        (format!("{case}{expect}[[case.but]]\ntitle = \"u\"\nexpct = {{ status = \"held\" }}\n"), Code::UnknownKey),
        (format!("{case}{expect}known_wrong = \" \"\n"), Code::MissingKey),
    ] {
        let mistakes = read("a.cases.toml", &text, false).unwrap_err();
        assert_eq!(mistakes.iter().map(|mistake| mistake.code).collect::<Vec<_>>(), [code], "{}", told(&mistakes));
    }
}

/// A title fits on one line of a report and contains only characters that a terminal and XML can show.
#[test]
fn a_title_is_plain() {
    let text = "[[case]]\ntitle = \"a\\nb\\u001b\\uFFFE\"\nnote = { activity = \"other\", staff_role = \"nurse\" }\nexpect = { status = \"held\" }\n";
    assert_eq!(results(&suite("a.cases.toml", text))[0].0, "a b\u{fffd}\u{fffd}");
}

/// A column that an ordinary export may have is not mistaken for a misspelled expectation.
#[test]
fn an_ordinary_column_is_no_expectation() {
    for name in [
        "expected_end_date",
        "Expected Discharge",
        "expectant_mother",
        "expected_visits",
        "expectations",
        "export",
        "exp_code",
    ] {
        let csv = format!(
            "id,client,date,minutes,activity,staff_role,expect_status,{name}\nn-1,client-a,2026-03-02,30,other,nurse,held,x\n"
        );
        assert_eq!(results(&suite("a.csv", &csv)).len(), 1, "{name}");
    }
    for (name, meant) in
        [("expected_units", "expect_units"), ("exepct_payr", "expect_payer"), ("expect-unts", "expect_units")]
    {
        let csv = format!("id,client,date,{name},expect_status\nn-1,client-a,2026-03-02,1,rejected\n");
        let mistakes = read("a.csv", &csv, false).unwrap_err();
        assert!(told(&mistakes).contains(&format!("`{meant}`")), "{}", told(&mistakes));
    }
}
