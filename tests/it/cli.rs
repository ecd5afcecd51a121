//! What scripts depend on: exit statuses, the stream of each message, and how inputs are named and recognized.

use std::process::Stdio;

use serde_json::Value;

use crate::binary::{Ended, Folder};

const GOOD: &str = "id,client,date,minutes,activity,staff_role,eligibility\n\
    n-1,client-a,2026-03-02,45,job_coaching,vocational_specialist,department\n";
const HELD: &str = "id,client,date,minutes,activity,staff_role,eligibility\n\
    n-2,client-a,2026-03-02,45,interview_practice,nurse,department\n";
const REJECTED: &str = "id,client,date,minutes,activity,staff_role\n\
    n-3,client-a,2026-02-30,45,job_coaching,nurse\n";
const JSON: &str = "[{\"id\": \"n-4\", \"client\": \"client-b\", \"date\": \"2026-03-02\", \"minutes\": 30, \
    \"activity\": \"job_coaching\", \"staff_role\": \"vocational_specialist\", \"eligibility\": \"none\"}]";

/// Creates a folder with one file of each kind.
fn folder() -> Folder {
    let folder = Folder::new().with("good.csv", GOOD).with("held.csv", HELD).with("rejected.csv", REJECTED);
    folder.with("note.json", JSON).with("cut-off.json", "[{\"id\": \"n-1\"").with("empty.csv", "")
}

fn status(folder: &Folder, args: &[&str]) -> i32 {
    folder.run(args).status
}

#[track_caller]
fn refused(ended: &Ended, status: i32, code: &str) {
    assert_eq!(ended.status, status, "{ended:?}");
    assert!(ended.stderr.contains(&format!("error[{code}]: ")), "{ended:?}");
    assert_eq!(ended.stdout, "", "rows of a run that failed: {ended:?}");
}

fn rows(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn status_0_where_every_record_is_decided_or_held() {
    let folder = folder();
    for args in [&["classify", "good.csv"][..], &["classify", "held.csv"], &["classify", "good.csv", "note.json"]] {
        let ended = folder.run(args);
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    }
    for args in [&["--help"][..], &["--version"], &["classify", "--help"], &["man"], &["completions", "bash"]] {
        let ended = folder.run(args);
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{args:?}");
        assert!(ended.stdout.contains("actbill"), "{args:?}: {ended:?}");
    }
}

#[test]
fn status_1_where_a_record_was_rejected_or_held_under_strict() {
    let folder = folder();
    let ended = folder.run(&["classify", "rejected.csv", "good.csv", "--format", "ndjson"]);
    assert_eq!(ended.status, 1);
    let statuses: Vec<Value> = rows(&ended).iter().map(|row| row["status"].clone()).collect();
    assert_eq!(statuses, ["rejected", "billable"], "the rest goes on");
    assert_eq!(status(&folder, &["classify", "held.csv", "--strict"]), 1);
}

#[test]
fn status_2_where_the_run_cannot_be_carried_out() {
    let folder = folder();
    refused(&folder.run(&["classify", "missing.csv"]), 2, "unreadable");
    refused(&folder.run(&["classify", "good.csv", "missing.csv"]), 2, "unreadable");
    refused(&folder.run(&["classify", "."]), 2, "unreadable");
    refused(&folder.run(&["classify", "good.csv", "cut-off.json"]), 2, "bad-document");
    refused(&folder.run(&["classify", "empty.csv"]), 2, "no-notes");
    refused(&folder.run(&["classify", "-", "-"]), 2, "usage");
    refused(&folder.run(&["classify", "good.csv", "--with", "missing.toml"]), 2, "unreadable");
    refused(&folder.run(&["classify", "good.csv", "--rules", "missing"]), 2, "unreadable");
    refused(&folder.run(&["classify", "good.csv", "--set", "pol=day"]), 2, "usage");
    refused(&folder.run(&["classify", "good.csv", "--set", "pool=week"]), 2, "usage");
    refused(&folder.run(&["classify", "good.csv", "--presume", "activity=other"]), 2, "usage");
    for args in [
        &[][..],
        &["classify"],
        &["clasify", "good.csv"],
        &["classify", "good.csv", "--color"],
        &["classify", "good.csv", "--as-of", "2026-02-30"],
        &["classify", "good.csv", "--from", "xml"],
        &["classify", "good.csv", "--set", "pool"],
    ] {
        let ended = folder.run(args);
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{args:?}: {ended:?}");
        assert!(!ended.stderr.is_empty());
    }
}

#[test]
fn status_3_where_the_rule_set_is_not_valid() {
    let folder = folder().with("agency.toml", "[answer]\npol = \"day\"\n[[offerr]]\n").with("latin.toml", b"# \xe9");
    let ended = folder.run(&["classify", "good.csv", "--with", "agency.toml"]);
    refused(&ended, 3, "unknown-name");
    assert!(ended.stderr.contains("agency.toml:2:1: error[unknown-name]: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("agency.toml:3:3: error[unknown-key]: "), "all problems at once: {}", ended.stderr);
    refused(&folder.run(&["classify", "good.csv", "--with", "latin.toml"]), 3, "not-toml");
    let empty = Folder::new();
    refused(&folder.run(&["classify", "good.csv", "--rules", empty.path("").to_str().unwrap()]), 3, "no-rules");
}

#[test]
fn rows_are_on_standard_output_and_messages_on_standard_error() {
    let folder = folder().with("odd.csv", REJECTED.replace("date", "date,color").replace("02-30", "02-30,blue"));
    let ended = folder.run(&["classify", "odd.csv", "--format", "ndjson"]);
    assert_eq!(rows(&ended).len(), 1);
    let messages: Vec<&str> = ended.stderr.lines().filter(|line| !line.starts_with("  help: ")).collect();
    assert_eq!(messages.len(), 2, "{}", ended.stderr);
    assert!(messages[0].starts_with("odd.csv:2:14: error[bad-field]: record 1, `date`: "), "{}", ended.stderr);
    assert!(messages[1].starts_with("warning[unknown-field]: "), "{}", ended.stderr);
    assert!(messages.iter().all(|line| !line.ends_with('.')), "{}", ended.stderr);
}

#[test]
fn a_cut_off_bill_never_looks_whole() {
    let folder = folder();
    for format in ["text", "json", "ndjson", "csv"] {
        let mut command = folder.command(&["classify", "-", "--from", "csv", "--format", format]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Whoever reads the rows goes away before the notes have come.
        drop(child.stdout.take());
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), GOOD.as_bytes()).unwrap();
        let ended = Ended::of(child.wait_with_output().unwrap());
        assert_eq!((ended.status, ended.stderr.as_str()), (2, ""), "the reader went away, and knows it: {ended:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_good_run() {
    let folder = folder();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let to_full =
        |args: &[&str]| Ended::of(folder.command(args).stdout(full()).stderr(Stdio::piped()).output().unwrap());
    refused(&to_full(&["classify", "good.csv"]), 2, "unwritable");
    refused(&to_full(&["man"]), 2, "unwritable");
    refused(&folder.run(&["classify", "good.csv", "--output", "/dev/full"]), 2, "unwritable");
    refused(&folder.run(&["classify", "good.csv", "--summary", "/dev/full"]), 2, "unwritable");
    assert_eq!(to_full(&["--help"]).status, 2);
}

/// The reason for a write error is reported in every format, even if the rows exceed a buffer.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_in_every_format() {
    let rows = (0..3_000).map(|at| format!("n-{at},client-a,2026-03-02,45,job_coaching,nurse"));
    let lines: Vec<String> =
        std::iter::once("id,client,date,minutes,activity,staff_role".to_owned()).chain(rows).collect();
    let folder = Folder::new().with("notes.csv", lines.join("\n"));
    for format in ["text", "json", "ndjson", "csv"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = folder.command(&["classify", "notes.csv", "--format", format]);
        let output = command.stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{format}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("the disk is full"), "{format}: {told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_by_junit_too() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = Ended::of(Folder::new().command(&["test", "--format", "junit"]).stdout(full).output().unwrap());
    assert!(ended.status == 2 && ended.stderr.contains("the disk is full"), "{ended:?}");
}

/// An input without any note is one error in every format, and text in another encoding is read or named.
#[test]
fn an_empty_input_and_another_encoding_are_told() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let utf32 = |text: &str| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<u8>>();
    let mut folder = Folder::new().with("utf16.csv", utf16(GOOD)).with("utf32.csv", utf32(GOOD));
    for ending in ["json", "ndjson", "csv"] {
        folder = folder.with(&format!("empty.{ending}"), "").with(&format!("blank.{ending}"), " \n\n");
    }
    for ending in ["json", "ndjson", "csv"] {
        refused(&folder.run(&["classify", &format!("empty.{ending}")]), 2, "no-notes");
        let blank = folder.run(&["classify", &format!("blank.{ending}")]);
        assert!(blank.status == 2 && !blank.stderr.is_empty(), "{blank:?}");
    }
    assert_eq!(rows(&folder.run(&["classify", "utf16.csv", "--format", "ndjson"])).len(), 1);
    refused(&folder.run(&["classify", "utf32.csv"]), 2, "not-utf8");
}

#[test]
fn presuming_nothing_and_something_contradict_each_other() {
    for (command, flag) in [("classify", "--strict"), ("classify", "--presume-nothing"), ("explain", "--strict")] {
        let ended = folder().run(&[command, "good.csv", flag, "--presume", "symptom_link=yes"]);
        assert!(ended.status == 2 && ended.stderr.contains("cannot be used with"), "{ended:?}");
    }
}

/// Each of the three parts of `--strict`, used alone.
#[test]
fn strict_is_three_options() {
    let folder = folder().with("odd.csv", GOOD.replace("date", "date,colour").replace("03-02", "03-02,"));
    let run = |name: &str, flag: &str| {
        let ended = folder.run(&["classify", name, "--format", "ndjson", flag]);
        (ended.status, rows(&ended)[0]["status"].as_str().unwrap().to_owned(), ended.stderr)
    };
    let (status, row, stderr) = run("held.csv", "--fail-on-held");
    assert_eq!((status, row.as_str()), (1, "held"));
    assert!(stderr.starts_with("error[notes-held]: 1 note is held\n"), "{stderr}");
    assert_eq!(run("good.csv", "--fail-on-held"), (0, "billable".into(), String::new()));
    assert_eq!(run("good.csv", "--presume-nothing"), (0, "held".into(), String::new()));
    let (status, row, _) = run("odd.csv", "--presume-nothing");
    assert_eq!((status, row.as_str()), (0, "held"), "an unknown field is only a warning");
    let (status, row, stderr) = run("odd.csv", "--known-fields-only");
    assert_eq!((status, row.as_str()), (1, "rejected"));
    assert!(stderr.contains("error[unknown-field]: record 1, "), "{stderr}");
    assert_eq!(run("good.csv", "--known-fields-only"), (0, "billable".into(), String::new()));
}

#[test]
fn a_thousand_records_with_one_fault_are_one_message() {
    let row = |at: u32| format!("n-{at},client-a,2026-02-30,45,job_coaching,nurse,blue\n");
    let text: String = (0..1_000).map(row).collect();
    let folder = Folder::new().with("n.csv", "id,client,date,minutes,activity,staff_role,mood\n".to_owned() + &text);
    let ended = folder.run(&["classify", "n.csv"]);
    assert!(ended.stderr.lines().count() <= 5, "{}", ended.stderr);
    assert!(ended.stderr.starts_with("n.csv:2:14: error[bad-field]: record 1, `date`: "), "{}", ended.stderr);
    let note = "  note: the same in 999 more records: n.csv:3:14, n.csv:4:14, n.csv:5:14, …\n";
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
    let quiet = folder.run(&["classify", "n.csv", "--quiet"]);
    assert!(ended.stderr.contains("warning[") && !quiet.stderr.contains("warning["), "{}", quiet.stderr);
    assert!(quiet.stderr.contains("error[bad-field]") && quiet.status == 1);
}

#[test]
fn several_inputs_are_one_batch_and_standard_input_is_one_of_them() {
    let folder = folder().with("more.txt", JSON.replace("n-4", "n-1"));
    let ended = folder.feed(&["classify", "good.csv", "-", "more.txt", "--format", "ndjson"], JSON.as_bytes());
    let told: Vec<[Value; 3]> =
        rows(&ended).iter().map(|row| ["input", "record", "id"].map(|key| row[key].clone())).collect();
    let row = |input: &str, id: &str| [Value::from(input), Value::from(1), Value::from(id)];
    assert_eq!(told, [row("good.csv", "n-1"), row("standard input", "n-4"), row("more.txt", "n-1")]);
    assert_eq!(rows(&ended)[2]["errors"][0]["code"], "repeated-id", "an id is used once in the whole batch");
    let alone = folder.feed(&["classify", "-"], GOOD.as_bytes());
    assert!(alone.stdout.starts_with("input,record,id,") && alone.status == 0, "{alone:?}");
    assert!(!alone.stdout.contains("standard input"), "one input needs no name");
}

#[test]
fn from_goes_over_the_extension_and_the_extension_over_the_content() {
    let folder = folder().with("notes.json", GOOD).with("notes.export", GOOD).with("lines.csv", JSON);
    refused(&folder.run(&["classify", "notes.json"]), 2, "no-notes");
    refused(&folder.run(&["classify", "lines.csv"]), 2, "no-header");
    for args in [&["classify", "notes.json", "--from", "csv"][..], &["classify", "notes.export"]] {
        let ended = folder.run(&[args, &["--format", "ndjson"]].concat());
        assert_eq!((ended.status, rows(&ended)[0]["id"].clone()), (0, Value::from("n-1")), "{args:?}");
    }
}

#[test]
fn strict_presumes_nothing_and_takes_no_unknown_field() {
    let folder = folder().with("odd.csv", GOOD.replace("date", "date,color").replace("03-02", "03-02,"));
    let usual = rows(&folder.run(&["classify", "good.csv", "--format", "ndjson"]))[0].clone();
    assert_eq!((usual["status"].clone(), usual["presumed"].is_array()), ("billable".into(), true), "{usual}");
    let ended = folder.run(&["classify", "good.csv", "--format", "json", "--strict"]);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    let row = &document["decisions"][0];
    assert_eq!((ended.status, &row["status"], &row["presumed"]), (1, &Value::from("held"), &Value::Null));
    assert_eq!(
        (&document["run"]["presume_nothing"], &document["run"]["presumptions"]),
        (&true.into(), &serde_json::json!({}))
    );
    assert_eq!(document["run"]["known_fields_only"], true);
    assert_eq!(status(&folder, &["classify", "odd.csv"]), 0);
    let odd = folder.run(&["classify", "odd.csv", "--format", "ndjson", "--strict"]);
    assert_eq!((odd.status, rows(&odd)[0]["errors"][0]["code"].clone()), (1, "unknown-field".into()));
}

#[test]
fn the_agencys_file_and_answers_are_used_and_told() {
    let folder = folder().with(
        "agency.toml",
        "[answer]\npart_quarter_hour = 8\n[[rate]]\nservice = \"act_team\"\namount = \"250.00\"\nfrom = \"undated\"\nbasis = \"house\"\n",
    );
    let args =
        ["classify", "held.csv", "good.csv", "--with", "agency.toml", "--format", "json", "--as-of", "2026-04-01"];
    let more = ["--set", "pool=day", "--presume", "symptom_link=yes", "--presume", "plan_link=yes"];
    let ended = folder.run(&[&args[..], &more].concat());
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["decisions"][0]["amount"].to_string(), "250.00");
    assert_eq!(
        document["decisions"][0]["presumed"],
        serde_json::json!([
            "client_present",
            "contact",
            "medically_needed",
            "other_funding",
            "plan_link",
            "residence",
            "symptom_link"
        ]),
        "{ended:?}"
    );
    let settings = &document["run"]["settings"];
    assert_eq!(settings["part_quarter_hour"], serde_json::json!({"value": 8, "by": "rule file"}));
    assert_eq!(settings["pool"], serde_json::json!({"value": "day", "by": "command line"}));
    assert_eq!(document["run"]["as_of"], "2026-04-01");
}
