//! Snapshots of what scripts and people depend on: rows in every format, help, man page and completions.

use std::process::{Command, Output};

use insta::assert_snapshot;

use crate::page::{COLUMNS, TODAY, actbill, root};

/// Runs the quickstart as of a fixed day, without fingerprints and the list of rule files, which change all the time.
fn quickstart(format: &str) -> String {
    let told = actbill(&["classify", "examples/quickstart/notes.json", "--as-of", "2026-04-01", "--format", format]);
    let settled = |line: &&str| !line.contains("\"fingerprint\": ") && !line.contains("\"rules/");
    told.lines().filter(settled).map(|line| line.to_owned() + "\n").collect()
}

#[test]
fn rows_as_text() {
    assert_snapshot!(quickstart("text"));
}

#[test]
fn rows_as_json() {
    assert_snapshot!(quickstart("json"));
}

#[test]
fn rows_as_ndjson() {
    assert_snapshot!(quickstart("ndjson"));
}

#[test]
fn rows_as_csv() {
    assert_snapshot!(quickstart("csv"));
}

/// Every table fits a terminal of eighty columns.
#[test]
fn rows_as_text_on_a_narrow_terminal() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
    command.args(["classify", "examples/agency/export.csv", "--with", "examples/agency/agency.toml"]);
    let ran = command
        .args(["--format", "text"])
        .current_dir(root())
        .env("COLUMNS", "80")
        .env("SOURCE_DATE_EPOCH", TODAY)
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    assert_snapshot!(text);
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_actbill"))
        .args(args)
        .env("COLUMNS", COLUMNS)
        .env("SOURCE_DATE_EPOCH", TODAY)
        .output()
        .unwrap()
}

/// Returns the commands listed in the program's own help, so that none is forgotten here.
fn commands() -> Vec<String> {
    let help = actbill(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
    list.lines()
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn help() {
    let mut told = vec![actbill(&["--help"])];
    for command in commands() {
        let ran = run(&[&command, "--help"]);
        assert!(ran.status.success() && ran.stderr.is_empty());
        told.push(format!("==== actbill {command} --help\n\n{}", String::from_utf8(ran.stdout).unwrap()));
    }
    assert_snapshot!(told.join("\n"));
}

#[test]
fn every_command_has_an_example() {
    let named: Vec<String> = commands();
    assert!(named.len() >= 3);
    for command in named.iter().filter(|command| *command != "help") {
        let help = actbill(&[command, "--help"]);
        assert!(help.contains("Example") && help.contains(&format!("  actbill {command}")), "{command}");
    }
}

/// The man page mentions every option and every command that the help mentions.
#[test]
fn the_man_page_names_every_option() {
    let page = actbill(&["man"]).replace("\\-", "-");
    assert!(page.starts_with(".ie") && page.contains(".SH NAME"));
    let mut options = 0;
    for command in commands() {
        assert!(page.contains(&command), "`{command}`");
        let help = actbill(&[&command, "--help"]);
        let words = help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        for option in words.filter(|word| word.starts_with("--") && word.len() > 2) {
            options += 1;
            assert!(page.contains(option), "`{option}` of `{command}`");
        }
    }
    assert!(options > 10);
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = actbill(&["completions", shell]);
        assert!(script.contains("classify") && script.contains("as-of"), "{shell}");
    }
    assert_eq!(run(&["completions", "tcsh"]).status.code(), Some(2));
}
