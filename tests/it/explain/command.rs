//! Runs the command: which arguments are notes and which are names, the exit status, and privacy.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const NOTES: &str = r#"[
{"id": "n-01", "client": "client-a", "date": "2026-03-02", "minutes": 45, "staff": "staff-a", "activity": "job_coaching", "staff_role": "vocational_specialist", "eligibility": "department", "narrative": "secret words"},
{"id": "n-02", "client": "client-b", "date": "2026-03-02", "minutes": 45, "activity": "knitting", "staff_role": "nurse"}
]"#;

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("notes.json"), NOTES).unwrap();
    folder
}

fn explain(folder: &TempDir, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
    command
        .current_dir(folder.path())
        .arg("explain")
        .args(args)
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_note_is_told_and_a_rejected_record_too() {
    let folder = folder();
    let (exit, out, err) = told(&explain(&folder, &["notes.json", "--note", "n-01"]));
    assert_eq!((exit, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("n-01: the Department of Mental Health is billed $53.16"), "{out}");
    assert!(out.contains("The rule set knows no field `narrative`."), "{out}");
    assert!(out.contains("1 record of this batch was rejected"), "{out}");
    let (exit, rejected, err) = told(&explain(&folder, &["notes.json", "--note", "n-02"]));
    assert_eq!((exit, err.as_str()), (Some(0), ""));
    assert!(rejected.starts_with("n-02: rejected"), "{rejected}");
    assert!(rejected.contains("notes.json:3:87: `activity`: `knitting` is no known value"), "{rejected}");
    let (_, document, _) = told(&explain(&folder, &["notes.json", "--all", "--format", "json"]));
    for text in [out, rejected, document] {
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn standard_input_and_files_are_notes_and_the_rest_are_names() {
    let folder = folder();
    let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
    command.args(["explain", "-", "--note", "n-01", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(NOTES.as_bytes()).unwrap();
    let document: Value = serde_json::from_slice(&running.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(document["notes"][0]["decision"]["payer"], "department");
    assert_eq!(document["notes"][0]["bill"]["exact"], "53.16");
    assert_eq!((&document["records"], &document["rejected"]), (&Value::from(2), &Value::from(1)));
    let (exit, out, _) = told(&explain(&folder, &["pool", "gap", "--format", "json"]));
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (exit, &document["pages"][0]["page"], &document["pages"][1]["page"]),
        (Some(0), &"setting".into(), &"code".into())
    );
    let (exit, out, err) = told(&explain(&folder, &["pool", "-o", "page.txt"]));
    assert_eq!((exit, out.as_str(), err.as_str()), (Some(0), "", ""));
    assert!(fs::read_to_string(folder.path().join("page.txt")).unwrap().starts_with("pool (setting)\n"));
}

#[test]
fn what_cannot_be_told_ends_with_2_and_names_no_id() {
    let folder = folder();
    for (args, said) in [
        (["notes.json", "--note", "n-03"].as_slice(), "no note has the id `n-03`; there are 2 notes"),
        (&["notes.json", "--note", "n-01", "--note", "n-1"], "no note has the id `n-1`; there are 2 notes"),
        (&["notes.json"], "there are 2 notes; which one?"),
        (&["gone.json"], "no such file or folder"),
        (&["notes.json", "pool"], "`pool` is not a file of notes"),
        (&["act.job-coachin"], "did you mean `act.job-coaching`?"),
        (&["notes.json", "--all", "-o", "notes.json"], "would be overwritten"),
        (&["pool", "--set", "pool=week"], "`pool` does not take `week`"),
    ] {
        let (exit, out, err) = told(&explain(&folder, args));
        assert_eq!((exit, out.as_str()), (Some(2), ""), "{args:?}");
        assert!(err.contains(said), "{args:?}: {err}");
        assert!(!err.contains("n-01") && !err.contains("n-02") && !err.contains("client-"), "{err}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("notes.json")).unwrap(), NOTES);
}

#[test]
fn a_rule_set_that_is_not_valid_ends_with_3_but_codes_have_their_pages() {
    let folder = folder();
    fs::write(folder.path().join("agency.toml"), "[answer]\npools = \"day\"\n").unwrap();
    let (exit, out, err) = told(&explain(&folder, &["notes.json", "--note", "n-01", "--with", "agency.toml"]));
    assert_eq!((exit, out.as_str()), (Some(3), ""));
    assert!(err.contains("error[unknown-name]"), "{err}");
    let (exit, out, _) = told(&explain(&folder, &["unknown-name", "--with", "agency.toml"]));
    assert_eq!(exit, Some(0));
    assert!(out.starts_with("unknown-name\n"), "{out}");
}
