//! Files that the program writes: complete or absent, readable by the owner only, and never in place of an input.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::Value;

use crate::binary::Folder;

const NOTES: &str = "id,client,date,minutes,activity,staff_role,eligibility\n\
    n-1,client-a,2026-03-02,45,job_coaching,vocational_specialist,department\n";

fn folder() -> Folder {
    Folder::new().with("notes.csv", NOTES)
}

fn mode(folder: &Folder, name: &str) -> u32 {
    fs::metadata(folder.path(name)).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_is_its_owners_alone() {
    let folder = folder().with("old.csv", "old");
    fs::set_permissions(folder.path("old.csv"), fs::Permissions::from_mode(0o644)).unwrap();
    for name in ["new.csv", "old.csv"] {
        let ended = folder.run(&["classify", "notes.csv", "--output", name, "--summary", "totals.json"]);
        assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", ""));
        assert_eq!([mode(&folder, name), mode(&folder, "totals.json")], [0o600, 0o600], "{name}");
        assert_eq!(folder.read(name), folder.run(&["classify", "notes.csv"]).stdout);
    }
    assert_eq!(folder.names(), ["new.csv", "notes.csv", "old.csv", "totals.json"], "nothing is left beside them");
}

/// Files without client data are for colleagues too: they get the permissions of the file they replace or of new files.
#[test]
fn a_file_about_rules_is_read_by_others() {
    let folder = folder().with("old.html", "old");
    fs::set_permissions(folder.path("old.html"), fs::Permissions::from_mode(0o664)).unwrap();
    let other = fs::metadata(folder.path("notes.csv")).unwrap().permissions().mode() & 0o777;
    for (args, name, mode_then) in [
        (&["rules", "doc", "-o", "new.html"][..], "new.html", other),
        (&["rules", "doc", "-o", "old.html"], "old.html", 0o664),
        (&["test", "--format", "junit", "-o", "junit.xml"], "junit.xml", other),
        (&["rules", "export", "ours"], "ours/README.md", other),
    ] {
        let ended = folder.run(args);
        assert_eq!((ended.status, mode(&folder, name)), (0, mode_then), "{args:?}: {ended:?}");
    }
}

#[test]
fn a_rule_file_is_never_written_over() {
    let folder = folder().with("agency.toml", "[answer]\npool = \"day\"\n");
    assert_eq!(folder.run(&["rules", "export", "our"]).status, 0);
    let before = [folder.read("agency.toml"), folder.read("our/house.toml")];
    for args in [
        &["classify", "notes.csv", "--with", "agency.toml", "-o", "agency.toml"][..],
        &["classify", "notes.csv", "--rules", "our", "-o", "our/house.toml"],
        &["classify", "notes.csv", "--rules", "our", "--summary", "our/house.toml"],
        &["explain", "notes.csv", "--rules", "our", "-o", "our/house.toml"],
        &["rules", "doc", "--with", "agency.toml", "-o", "agency.toml"],
        &["rules", "doc", "--rules", "our", "-o", "our/house.toml"],
        &["test", "--rules", "our", "-o", "our/house.toml", "--format", "junit"],
        &["test", "--rules", "our", "-o", "our/house.cases.toml", "--format", "junit"],
    ] {
        let ended = folder.run(args);
        assert!(ended.status == 2 && ended.stderr.contains("would be overwritten"), "{args:?}: {ended:?}");
    }
    assert_eq!(before, [folder.read("agency.toml"), folder.read("our/house.toml")]);
}

#[test]
fn an_output_is_a_file() {
    let folder = folder();
    for args in [
        ["classify", "notes.csv", "-o", "-"],
        ["classify", "notes.csv", "--summary", "-"],
        ["explain", "notes.csv", "-o", "-"],
    ] {
        let ended = folder.run(&args);
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{args:?}");
        assert!(ended.stderr.contains("standard output"), "{ended:?}");
    }
    assert_eq!(folder.names(), ["notes.csv"]);
}

#[test]
fn a_run_that_fails_leaves_every_file_as_it_was() {
    let folder = folder().with("rows.csv", "old").with("totals.json", "old").with("cut.json", "[{");
    let both = ["--output", "rows.csv", "--summary", "totals.json"];
    let before = folder.names();
    for args in [
        &[&["classify", "notes.csv", "cut.json"][..], &both].concat()[..],
        &[&["classify", "notes.csv", "missing.csv"][..], &both].concat(),
        &[&["classify", "notes.csv", "--set", "pool=week"][..], &both].concat(),
        &["classify", "notes.csv", "--output", "rows.csv", "--summary", "nowhere/totals.json"],
        &["classify", "notes.csv", "--output", "nowhere/rows.csv", "--summary", "totals.json"],
    ] {
        let ended = folder.run(args);
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{args:?}: {ended:?}");
        assert_eq!([folder.read("rows.csv"), folder.read("totals.json")], ["old", "old"], "{args:?}");
        assert_eq!(folder.names(), before, "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn rows_that_cannot_be_shown_leave_no_totals_behind() {
    let folder = folder();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = folder.command(&["classify", "notes.csv", "--summary", "totals.json"]);
    assert_eq!(command.stdout(full).output().unwrap().status.code(), Some(2));
    assert_eq!(folder.names(), ["notes.csv"]);
}

#[test]
fn an_input_is_never_written_over() {
    let folder = folder().with("agency.toml", "[answer]\npool = \"day\"\n");
    symlink(folder.path("notes.csv"), folder.path("link.csv")).unwrap();
    fs::hard_link(folder.path("notes.csv"), folder.path("hard.csv")).unwrap();
    for args in [
        &["classify", "notes.csv", "--output", "notes.csv"][..],
        &["classify", "notes.csv", "--output", "./notes.csv"],
        &["classify", "notes.csv", "--output", "link.csv"],
        &["classify", "link.csv", "--output", "notes.csv"],
        &["classify", "notes.csv", "--output", "hard.csv"],
        &["classify", "notes.csv", "--summary", "notes.csv"],
        &["classify", "notes.csv", "--with", "agency.toml", "--output", "agency.toml"],
        &["classify", "notes.csv", "--output", "rows.csv", "--summary", "rows.csv"],
        &["classify", "notes.csv", "--output", "rows.csv", "--summary", "./rows.csv"],
    ] {
        let ended = folder.run(args);
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{args:?}");
        assert!(ended.stderr.contains("error[usage]: "), "{args:?}: {ended:?}");
    }
    assert_eq!(folder.read("notes.csv"), NOTES);
    assert!(!folder.path("rows.csv").exists());
}

#[test]
fn a_link_that_points_at_nothing_yet_keeps_pointing_there() {
    let folder = folder();
    fs::create_dir(folder.path("month")).unwrap();
    symlink("month/rows.csv", folder.path("latest.csv")).unwrap();
    assert_eq!(folder.run(&["classify", "notes.csv", "-o", "latest.csv"]).status, 0);
    assert!(fs::symlink_metadata(folder.path("latest.csv")).unwrap().is_symlink());
    assert_eq!(folder.read("month/rows.csv"), folder.run(&["classify", "notes.csv"]).stdout);
}

#[test]
fn a_link_keeps_pointing_where_it_did() {
    let folder = folder().with("kept.csv", "old");
    symlink(folder.path("kept.csv"), folder.path("link.csv")).unwrap();
    assert_eq!(folder.run(&["classify", "notes.csv", "--output", "link.csv"]).status, 0);
    assert!(fs::symlink_metadata(folder.path("link.csv")).unwrap().is_symlink());
    assert!(folder.read("kept.csv").starts_with("input,record,id,"));
}

#[test]
fn a_summary_holds_run_totals_and_claim_lines() {
    let folder = folder();
    let ended = folder.run(&["classify", "notes.csv", "--format", "ndjson", "--summary", "totals.json"]);
    let row: Value = serde_json::from_str(&ended.stdout).unwrap();
    let totals: Value = serde_json::from_str(&folder.read("totals.json")).unwrap();
    assert_eq!(totals.as_object().unwrap().keys().collect::<Vec<_>>(), ["lines", "run", "summary"]);
    assert_eq!((&totals["lines"][0]["amount"], &totals["summary"]["amount"]), (&row["amount"], &row["amount"]));
    assert_eq!(row["amount"].to_string(), "53.16");
    let input = &totals["run"]["inputs"][0];
    assert_eq!((&input["name"], &input["records"]), (&Value::from("notes.csv"), &Value::from(1)));
    assert_eq!(input["sha256"], hex::encode(<sha2::Sha256 as sha2::Digest>::digest(NOTES)));
}

#[test]
fn the_format_is_what_was_asked_else_the_outputs_extension_else_the_inputs_format() {
    let folder = folder();
    let begins = |args: &[&str], name: Option<&str>, wanted: &str| {
        let ended = folder.run(&[&["classify", "notes.csv"], args].concat());
        let text = name.map_or(ended.stdout, |name| folder.read(name));
        assert!(text.starts_with(wanted), "{args:?}: {text}");
    };
    begins(&[], None, "input,record,");
    begins(&["--format", "json"], None, "{\n  \"run\":");
    begins(&["--format", "ndjson"], None, "{\"record\":1,");
    begins(&["--format", "text"], None, "note ");
    begins(&["-o", "rows.json"], Some("rows.json"), "{\n  \"run\":");
    begins(&["-o", "rows.jsonl"], Some("rows.jsonl"), "{\"record\":1,");
    begins(&["-o", "rows.txt"], Some("rows.txt"), "note ");
    begins(&["-o", "rows.out"], Some("rows.out"), "input,record,");
    begins(&["-o", "other.json", "--format", "csv"], Some("other.json"), "input,record,");
}

#[test]
fn no_colors_where_there_is_no_terminal() {
    let text = folder().run(&["classify", "notes.csv", "--format", "text"]).stdout;
    assert!(text.contains("n-1") && !text.contains('\u{1b}'), "{text}");
}

/// Returns what is shown on a terminal; `None` if the program that emulates one is not installed.
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Folder, more: &str, no_color: Option<&str>) -> Option<String> {
    let shown = format!("'{}' classify notes.csv {more}", env!("CARGO_BIN_EXE_actbill"));
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &shown, "/dev/null"]).current_dir(folder.path("")).stdin(std::process::Stdio::null());
    command.env_remove("NO_COLOR").env("COLUMNS", "120").env("TERM", "xterm");
    no_color.map(|value| command.env("NO_COLOR", value));
    let ended = command.output().ok()?;
    assert!(ended.status.success(), "{ended:?}");
    Some(String::from_utf8(ended.stdout).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn colors_on_a_terminal_unless_no_color_is_set() {
    for (no_color, colored) in [(None, true), (Some("1"), false), (Some(""), true)] {
        let Some(text) = on_a_terminal(&folder(), "", no_color) else { return };
        assert!(text.contains("n-1") && text.contains('─'), "a table is what a terminal shows: {text}");
        assert_eq!(text.contains("\u{1b}["), colored, "NO_COLOR={no_color:?}: {text}");
    }
}

/// A file written from a terminal is identical to one written without a terminal.
#[cfg(target_os = "linux")]
#[test]
fn colors_stay_out_of_a_file() {
    let folder = folder();
    let Some(shown) = on_a_terminal(&folder, "-o rows.txt", None) else { return };
    assert_eq!(shown, "");
    let mut command = folder.command(&["classify", "notes.csv", "-o", "other.txt"]);
    assert!(command.env("COLUMNS", "120").output().unwrap().status.success());
    assert_eq!(folder.read("rows.txt"), folder.read("other.txt"));
}
