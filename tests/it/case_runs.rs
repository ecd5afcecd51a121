//! Runs `actbill test`: exit statuses, the files it reads, and reports for people and for programs.

use quick_junit::{Report as Junit, TestCaseStatus};
use serde_json::Value;

use crate::binary::{Ended, Folder};
use crate::page::root;
use crate::shared::ready;

const RIGHT: &str = "[[case]]\ntitle = \"an hour of job coaching\"\nnote = { activity = \"job_coaching\", staff_role = \
    \"vocational_specialist\", eligibility = \"department\" }\nexpect = { payer = \"department\", units = 4 }\n";
const AGENCY: &str = "[answer]\npart_quarter_hour = 8\n";

fn wrong() -> String {
    RIGHT.replace("units = 4", "units = 5, amount = \"88.60\"").replace("an hour", "a <long> & \\\"hard\\\" hour")
}

fn known() -> String {
    wrong() + "known_wrong = \"a question for the state\"\n"
}

fn folder() -> Folder {
    let folder = Folder::new().with("agency.toml", AGENCY).with("right.cases.toml", RIGHT);
    let no_longer = RIGHT.to_owned() + "known_wrong = \"a question\"\n";
    folder.with("wrong.toml", wrong()).with("known.toml", known()).with("no-longer.toml", no_longer)
}

fn status(args: &[&str]) -> Ended {
    folder().run(args)
}

#[test]
fn status_0_where_every_case_passes() {
    for args in [
        &["test"][..],
        &["test", "right.cases.toml"],
        &["test", "right.cases.toml", "known.toml"],
        &["test", "."],
        &["test", "--with", "agency.toml"],
        &["test", "wrong.toml", "right.cases.toml", "--filter", "An Hour"],
        &["test", "wrong.toml", "--list"],
        &["test", "--filter", "nobody says this", "--allow-empty"],
        &["test", "--min-coverage", "100"],
        &["test", "--coverage"],
        &["test", "--help"],
    ] {
        let ended = status(args);
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{args:?}: {ended:?}");
    }
}

#[test]
fn status_1_where_a_case_fails_or_none_ran() {
    for (args, code) in [
        (&["test", "wrong.toml"][..], None),
        (&["test", "right.cases.toml", "wrong.toml"], None),
        (&["test", "no-longer.toml"], None),
        (&["test", "right.cases.toml", "--set", "part_quarter_hour=1", "--presume", "contact=phone"], None),
        (&["test", "right.cases.toml", "--filter", "nobody says this"], Some("no-cases")),
        (&["test", "right.cases.toml", "--filter", "nobody says this", "--list"], Some("no-cases")),
        (&["test", "right.cases.toml", "--min-coverage", "90"], Some("low-coverage")),
        (&["test", "right.cases.toml", "--bless"], Some("blessed")),
        (&["test", "wrong.toml", "--bless"], Some("blessed")),
    ] {
        let ended = status(args);
        assert_eq!(ended.status, 1, "{args:?}: {ended:?}");
        match code {
            Some(code) => assert!(ended.stderr.contains(&format!("[{code}]: ")), "{args:?}: {ended:?}"),
            None => assert!(ended.stderr.is_empty() && ended.stdout.contains("FAILED"), "{args:?}: {ended:?}"),
        }
    }
    let empty = Folder::new().with("agency.toml", AGENCY);
    assert!(empty.run(&["test", "--with", "agency.toml"]).stderr.contains("error[no-cases]"));
    assert_eq!(empty.run(&["test", "--with", "agency.toml"]).status, 1);
    assert_eq!(empty.run(&["test", "--with", "agency.toml", "--allow-empty"]).status, 0);
}

#[test]
fn status_2_where_nothing_could_be_run_and_3_where_the_rules_are_not_valid() {
    let bad = "[[case]]\ntitle = \"t\"\nnote = { activity = \"other\" }\n";
    let folder = folder().with("bad.cases.toml", bad).with("bad.toml", "[answer]\nunknown = 1\n");
    for (args, status, code) in [
        (&["test", "nowhere.toml"][..], 2, "unreadable"),
        (&["test", "bad.cases.toml"], 2, "expects-nothing"),
        (&["test", "agency.toml"], 2, "unknown-key"),
        (&["test", "right.cases.toml", "--set", "unknown=1"], 2, "usage"),
        (&["test", "right.cases.toml", "-o", "right.cases.toml"], 2, "usage"),
        (&["test", "right.cases.toml", "--with", "agency.toml", "-o", "agency.toml"], 2, "usage"),
        (&["test", "right.cases.toml", "-o", "nowhere/report.xml"], 2, "unwritable"),
        (&["test", "right.cases.toml", "--with", "bad.toml"], 3, "unknown-name"),
    ] {
        let ended = folder.run(args);
        assert_eq!(ended.status, status, "{args:?}: {ended:?}");
        assert!(ended.stderr.contains(&format!("error[{code}]: ")), "{args:?}: {ended:?}");
    }
    for args in [&["test", "--min-coverage", "101"][..], &["test", "--format", "xml"], &["test", "--bless", "--list"]] {
        assert_eq!(folder.run(args).status, 2, "{args:?}");
    }
    assert_eq!(folder.read("right.cases.toml"), RIGHT);
}

/// Without names, cases are found in the folder of the agency's file and anywhere below a folder of rules, each once.
#[test]
fn cases_are_found_beside_the_rules() {
    let folder = folder();
    std::fs::create_dir_all(folder.path("rules/below")).unwrap();
    for file in std::fs::read_dir(root().join("rules")).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains(".cases.") {
            std::fs::copy(&file, folder.path("rules").join(&name)).unwrap();
        }
    }
    let note =
        "id,client,date,minutes,activity,staff_role,expect_status\nn-1,client-a,2026-03-02,60,other,nurse,held\n";
    std::fs::create_dir(folder.path("rules/.hidden")).unwrap();
    let folder = folder.with("rules/below/more.cases.csv", note).with("rules/notes.csv", note);
    let folder = folder.with("rules/.hidden/more.cases.csv", note).with("rules/.more.cases.csv", note);
    let listed = |args: &[&str]| {
        let ended = folder.run(args);
        assert_eq!(ended.status, 0, "{ended:?}");
        ended.stdout.lines().map(|line| line.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&["test", "--list", "--with", "agency.toml"]), ["right.cases.toml"]);
    assert_eq!(listed(&["test", "--list", "--rules", "rules"]), ["rules/below/more.cases.csv"]);
    let both = ["test", "--list", "--rules", "rules", "--with", "agency.toml"];
    assert_eq!(listed(&both), ["rules/below/more.cases.csv", "right.cases.toml"]);
    assert_eq!(
        listed(&["test", "--list", "rules", "rules/below/more.cases.csv", "./rules"]),
        ["rules/below/more.cases.csv"]
    );
    assert_eq!(listed(&["test", "--list", "rules/notes.csv"]), ["rules/notes.csv"]);
    assert!(listed(&["test", "--list"]).iter().all(|name| name.starts_with("rules/") && name.ends_with(".cases.toml")));
}

#[test]
fn a_failure_shows_the_note_what_was_read_and_what_decided() {
    let note = "[{\"id\": \"n-1\", \"client\": \"client-a\", \"date\": \"2026-03-02\", \"minutes\": 60, \"activity\": \
                \"job_coaching\", \"staff_role\": \"nurse\", \"mood\": true, \"expect\": {\"payer\": \"department\", \
                \"title\": \"a nurse coaches\"}},\n {\"id\": \"n-1\", \"expect\": {\"status\": \"held\"}}]";
    let more = "[[case]]\ntitle = \"pooled\"\nsettings = { pool = \"day\" }\npresume = { eligibility = \"department\" }\n\
                notes = [{ activity = \"job_coaching\", staff_role = \"vocational_specialist\", minutes = 20 }, { activity \
                = \"job_coaching\", staff_role = \"vocational_specialist\", minutes = 25 }]\ntotals.department.units = 2\n";
    let folder = folder().with("notes.json", note).with("more.toml", more);
    let ended = folder.run(&["test", "wrong.toml", "no-longer.toml", "notes.json", "more.toml", "known.toml"]);
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("notes.json:1:1: warning[unknown-field]"), "{ended:?}");
    insta::assert_snapshot!(ended.stdout);
}

#[test]
fn json_has_every_case() {
    let ended = status(&["test", "wrong.toml", "no-longer.toml", "known.toml", "right.cases.toml", "--format", "json"]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let statuses: Vec<&Value> = report["cases"].as_array().unwrap().iter().map(|case| &case["status"]).collect();
    assert_eq!(statuses, ["failed", "no_longer_wrong", "known_wrong", "passed"]);
    let summary = serde_json::json!({"cases": 4, "passed": 1, "failed": 2, "known_wrong": 1});
    assert_eq!(report["summary"], summary);
    let failed = &report["cases"][0];
    assert_eq!((&failed["file"], &failed["line"], &failed["column"]), (&"wrong.toml".into(), &1.into(), &1.into()));
    let differences = serde_json::json!([
        {"note": 1, "what": "units", "expected": "5", "got": "4"},
        {"note": 1, "what": "amount", "expected": "88.60", "got": "70.88"},
    ]);
    assert_eq!(failed["differences"], differences);
    assert_eq!(failed["notes"][0]["row"]["rules"], serde_json::json!(["act.job-coaching"]));
    assert_eq!(failed["notes"][0]["note"]["activity"], "job_coaching");
    assert!(report["cases"][3].get("notes").is_none());
}

#[test]
fn coverage_is_told_to_people_and_programs() {
    let text = status(&["test", "right.cases.toml", "--coverage"]).stdout;
    assert!(text.starts_with(&format!("1 of {} rules decide in a case, ", ready().set.rules.len())), "{text}");
    assert!(text.contains("  decides in no case      act.general-skills\n"), "{text}");
    let outcomes = text.lines().find_map(|line| line.strip_suffix(" outcomes of activities are reached by a case"));
    let outcomes: usize = outcomes.unwrap().strip_prefix("1 of ").unwrap().parse().unwrap();
    let json = status(&["test", "right.cases.toml", "--coverage", "--format", "json"]).stdout;
    let coverage = &serde_json::from_str::<Value>(&json).unwrap()["coverage"];
    assert_eq!((&coverage["rules"], &coverage["decide"]), (&ready().set.rules.len().into(), &1.into()));
    assert_eq!(coverage["decide_in_no_case"].as_array().unwrap().len(), ready().set.rules.len() - 1);
    assert_eq!((&coverage["outcomes"], &coverage["reached"]), (&outcomes.into(), &1.into()));
    assert_eq!(coverage["reached_in_no_case"].as_array().unwrap().len(), outcomes - 1);
}

/// The note shown for an outcome that no case reaches has that outcome: a case for it increases coverage by one.
#[test]
fn the_note_of_an_outcome_reaches_it() {
    let coverage_of = |folder: &Folder| -> Value {
        let json = folder.run(&["test", "right.cases.toml", "more.ndjson", "--coverage", "--format", "json"]).stdout;
        serde_json::from_str::<Value>(&json).unwrap()["coverage"].clone()
    };
    let folder = folder().with("more.ndjson", "{\"id\": \"n-1\", \"expect\": {\"status\": \"rejected\"}}\n");
    let coverage = coverage_of(&folder);
    let plain = coverage["reached_in_no_case"].as_array().unwrap().iter().filter(|row| row.get("settings").is_none());
    for row in plain.take(12) {
        let mut note = row["note"].clone();
        let status = row["outcome"].as_str().unwrap().split(" as ").next().unwrap();
        let (key, value) = if ["held"].contains(&status) { ("status", status) } else { ("payer", status) };
        note["expect"] = serde_json::json!({ key: value });
        let folder = Folder::new().with("right.cases.toml", RIGHT).with("more.ndjson", note.to_string());
        let ended = folder.run(&["test", "more.ndjson"]);
        assert_eq!(ended.status, 0, "{ended:?}");
        assert_eq!(coverage_of(&folder)["reached"], 2, "{note}");
    }
}

#[test]
fn junit_is_xml_whatever_the_titles() {
    let odd = RIGHT.replace("an hour", "\\u0001 ]]> <![CDATA[ é");
    let folder = folder().with("odd.toml", odd);
    let files = ["test", "wrong.toml", "right.cases.toml", "odd.toml", "known.toml", "no-longer.toml"];
    let args = [files.as_slice(), &["--format", "junit", "-o", "report.xml"]].concat();
    let ended = folder.run(&args);
    assert_eq!(ended.status, 1);
    assert!(ended.stdout.contains("FAILED  wrong.toml:1:1  "), "what failed is told on standard output too: {ended:?}");
    let xml = folder.read("report.xml");
    let report = Junit::deserialize_from_str(&xml).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (5, 2, 0));
    let cases: Vec<_> = report.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    assert_eq!(cases[0].name.as_str(), "a <long> & \"hard\" hour of job coaching");
    assert_eq!(cases[0].classname.as_ref().unwrap().as_str(), "wrong.toml");
    let TestCaseStatus::NonSuccess { message, .. } = &cases[0].status else { panic!("{xml}") };
    assert_eq!(message.as_ref().unwrap().as_str(), "units: expected 5, got 4");
    assert!(matches!(cases[1].status, TestCaseStatus::Success { .. }));
    assert!(matches!(cases[3].status, TestCaseStatus::Skipped { .. }));
    let again = Folder::new().with("right.cases.toml", RIGHT);
    let same = || again.run(&["test", "right.cases.toml", "--format", "junit"]).stdout;
    assert_eq!(same(), same());
}

#[test]
fn annotations_stand_on_one_line_each() {
    let text = wrong().replace("a <long> &", "100%, a: b &");
    let ended = folder().with("odd.toml", text).run(&["test", "odd.toml", "no-longer.toml", "--format", "github"]);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{ended:?}");
    assert_eq!(
        lines[0],
        "::error file=odd.toml,line=1,col=1,title=100%25%2C a%3A b & \"hard\" hour of job coaching::units: expected 5, got \
         4%0Aamount: expected 88.60, got 70.88"
    );
    assert!(lines[1].starts_with("::error file=no-longer.toml,line=1,col=1,title=an hour of job coaching::"));
    assert_eq!(lines[2], "2 cases: 0 passed, 2 failed");
    let coverage = status(&["test", "--format", "github", "--coverage"]).stdout;
    assert!(!coverage.contains("::warning"), "{coverage}");
    let coverage = status(&["test", "right.cases.toml", "--format", "github", "--coverage"]).stdout;
    assert_eq!(coverage.matches("::warning file=rules/").count(), ready().set.rules.len() - 1, "{coverage}");
}

#[test]
fn reports_for_people_hide_and_forge_nothing() {
    let hostile = "::error\\u001b[2J\\u009b\\u202e\\u200b\\ufeff\\n::error forged";
    let case =
        wrong().replace("a <long>", hostile).replace("units = 5", &format!("bundled_into = \"{hostile}\", units = 5"));
    let folder = Folder::new().with("hostile.toml", case);
    for format in ["text", "github", "junit"] {
        let ended = folder.run(&["test", "hostile.toml", "--format", format]);
        assert_eq!(ended.status, 1, "{format}: {ended:?}");
        assert!(ended.stdout.contains("[2J"), "{format}: {}", ended.stdout);
        assert!(!ended.stdout.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{feff}']), "{format}");
        assert!(!ended.stdout.lines().any(|line| line.starts_with("::error forged")), "{format}: {}", ended.stdout);
    }
}

#[test]
fn a_blessing_writes_all_files_or_none_and_never_ends_well() {
    let folder = folder();
    let ended = folder.run(&["test", "wrong.toml", "right.cases.toml", "known.toml", "--bless"]);
    assert_eq!(ended.status, 1);
    assert_eq!(
        ended.stdout,
        "wrong.toml:1:1  a <long> & \"hard\" hour of job coaching\n    units: 5 -> 4\n    amount: 88.60 -> 70.88\n"
    );
    assert_eq!(folder.read("wrong.toml"), wrong().replace("units = 5", "units = 4").replace("88.60", "70.88"));
    assert_eq!((folder.read("right.cases.toml"), folder.read("known.toml")), (RIGHT.to_owned(), known()));
    let again = folder.run(&["test", "wrong.toml", "--bless"]);
    assert!(again.status == 1 && again.stderr.contains("nothing was written"), "{again:?}");
    assert_eq!(folder.run(&["test", "wrong.toml"]).status, 0);
    // The shipped cases are inside the program, whatever files of that name lie in the folder.
    std::fs::create_dir(folder.path("rules")).unwrap();
    let folder = folder.with("rules/services.cases.toml", wrong());
    let shipped = folder.run(&["test", "--bless", "--set", "part_quarter_hour=1"]);
    assert!(shipped.status == 2 && shipped.stderr.contains("inside the program"), "{shipped:?}");
    assert_eq!(folder.read("rules/services.cases.toml"), wrong());
}

#[cfg(unix)]
#[test]
fn a_blessing_leaves_a_file_readable_by_whom_it_was() {
    use std::os::unix::fs::PermissionsExt;

    for mode in [0o644, 0o600] {
        let folder = Folder::new().with("wrong.toml", wrong());
        std::fs::set_permissions(folder.path("wrong.toml"), std::fs::Permissions::from_mode(mode)).unwrap();
        folder.run(&["test", "wrong.toml", "--bless"]);
        assert_eq!(std::fs::metadata(folder.path("wrong.toml")).unwrap().permissions().mode() & 0o777, mode);
    }
}

/// The workflow and the hook of `examples/ci` do what they claim, on the rules and sample claims next to them.
#[cfg(unix)]
#[test]
fn the_examples_for_a_repository_of_your_own_work() {
    use std::process::Command;

    let program = std::path::Path::new(env!("CARGO_BIN_EXE_actbill")).parent().unwrap().to_owned();
    let folders = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&folders))).unwrap();
    let folder = Folder::new();
    for file in std::fs::read_dir(root().join("examples/ci")).unwrap() {
        let file = file.unwrap().path();
        std::fs::copy(&file, folder.path(&file.file_name().unwrap().to_string_lossy())).unwrap();
    }
    let sh = |script: &str| {
        let home = folder.path("agency.toml").parent().unwrap().to_owned();
        let ran = Command::new("sh").args(["-c", script]).current_dir(home).env("PATH", &path).output().unwrap();
        (ran.status.code().unwrap(), String::from_utf8_lossy(&ran.stdout).into_owned())
    };
    let workflow = folder.read("github-workflow.example.yml");
    let commands: Vec<&str> = workflow.lines().filter_map(|line| line.trim().strip_prefix("run: actbill ")).collect();
    assert_eq!(commands.len(), 3);
    for command in &commands {
        // The day from which the horizon counts is fixed here, so that the test does not hang on the calendar.
        let day = if command.starts_with("check") { " --as-of 2026-04-01" } else { "" };
        assert_eq!(sh(&format!("actbill {command}{day}")).0, 0, "{command}");
    }
    let hook = "./pre-commit.example";
    assert_eq!(sh("git init -q . && git add agency.toml").0, 0);
    assert_eq!(sh(hook).0, 0, "{:?}", sh(hook));
    let cases = folder.read("agency.cases.toml");
    let folder = folder.with("agency.cases.toml", cases.replacen("222.22", "222.23", 1));
    let sh_again = |script: &str| {
        let home = folder.path("agency.toml").parent().unwrap().to_owned();
        Command::new("sh").args(["-c", script]).current_dir(home).env("PATH", &path).output().unwrap().status.code()
    };
    assert_eq!(sh_again(hook), Some(1), "a case that fails stops the commit");
    assert_eq!(sh_again("git rm -q --cached agency.toml"), Some(0));
    assert_eq!(sh_again(hook), Some(0), "a commit that touches neither rules nor claims goes on");
}

/// With `--own`, only the agency's blocks count: its cases must reach its own rules but not the shipped ones.
#[test]
fn an_agencys_cases_answer_for_its_own_blocks() {
    let rate = "[[rate]]\nservice = \"act_team\"\namount = \"250.00\"\nfrom = \"2026-01-01\"\nbasis = \"house\"\n\
                [[hold]]\nid = \"own.hold\"\ntitle = \"T\"\nwhen.activity = \"job_coaching\"\nwhen.contact = \"phone\"\nbasis = \"house\"\n";
    let folder = Folder::new().with("agency.toml", rate).with("a.cases.toml", RIGHT);
    let own = ["test", "--with", "agency.toml", "--own", "--min-coverage", "100", "--mutants"];
    let ended = folder.run(&own);
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stdout.contains("0 of 1 own rules decide in a case"), "{ended:?}");
    assert!(ended.stdout.contains("SURVIVED  agency.toml:1:1  rate of act_team"), "{ended:?}");
    assert!(!ended.stdout.contains("SURVIVED  rules/"), "{ended:?}");
    let team = "note = { activity = \"self_care_skills\", staff_role = \"nurse\", eligibility = \"department\", symptom_link = \"yes\", medically_needed = \"yes\"";
    let cases = format!(
        "[[case]]\ntitle = \"before\"\n{team}, date = \"2025-12-31\" }}\nexpect = {{ amount = \"unpriced\" }}\n\
         [[case]]\ntitle = \"on the day\"\n{team}, date = \"2026-01-01\" }}\nexpect = {{ amount = \"250.00\" }}\n\
         [[case]]\ntitle = \"held\"\nnote = {{ activity = \"job_coaching\", staff_role = \"vocational_specialist\", eligibility = \"department\", contact = \"phone\" }}\n\
         expect = {{ status = \"held\", rules = [\"own.hold\"] }}\n\
         [[case.but]]\ntitle = \"in person\"\nnote = {{ contact = \"in_person\" }}\nexpect = {{ payer = \"department\" }}\n\
         [[case]]\ntitle = \"other work by phone\"\nnote = {{ activity = \"other\", staff_role = \"nurse\", eligibility = \"department\", contact = \"phone\" }}\nexpect = {{ only_rules = [\"house.other-activity\"] }}\n"
    );
    let folder = folder.with("a.cases.toml", cases);
    let ended = folder.run(&own[..6]);
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stdout.contains("1 of 1 own rules decide in a case, 1 of 1 step aside in one"), "{ended:?}");
    let alone = folder.run(&["test", "a.cases.toml", "--own"]);
    assert_eq!(alone.status, 2, "there is no own file: {alone:?}");
}

/// A workflow that reads annotations learns about files that cannot be read, and a program gets an empty report.
#[test]
fn what_cannot_run_is_told_in_the_format_that_was_asked() {
    let folder = folder().with("broken.cases.toml", "[[case]]\ntitle = \"t\"\nnot = 1\n");
    let ended = folder.run(&["test", "broken.cases.toml", "--format", "github"]);
    assert_eq!(ended.status, 2);
    assert!(ended.stdout.starts_with("::error file=broken.cases.toml,line=1,col=1,title=missing-key::"), "{ended:?}");
    let none = ["test", "right.cases.toml", "--filter", "nothing", "--format"];
    let ended = folder.run(&[&none[..], &["json"]].concat());
    assert_eq!(ended.status, 1);
    assert_eq!(serde_json::from_str::<Value>(&ended.stdout).unwrap()["summary"]["cases"], 0, "{ended:?}");
    let ended = folder.run(&["test", "-"]);
    assert!(ended.status == 2 && ended.stderr.contains("standard input"), "{ended:?}");
    let ended = folder.run(&["test", "no-longer.toml", "--bless"]);
    assert!(ended.status == 1 && ended.stderr.contains("known to be wrong passes"), "{ended:?}");
}
