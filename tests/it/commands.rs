//! Runs every command shown in the README, the examples and the page on rule files, and compares the output.

use std::fs;
use std::iter::once;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::page::{COLUMNS, TODAY, actbill, blocks, page, root};

/// The first and second commands of the README, which newcomers type first.
const FIRST: &str = "cargo run --release -- classify examples/quickstart/notes.json";
const SECOND: &str = "cargo test --release";

fn cases(pages: &[PathBuf]) -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    cases.env("COLUMNS", COLUMNS);
    cases.env("SOURCE_DATE_EPOCH", TODAY);
    for page in pages {
        cases.case(page);
    }
    cases
}

#[test]
fn what_the_pages_show_is_what_the_commands_print() {
    let pages = ["README.md", "rules/README.md", "examples/*/README.md"];
    cases(&pages.map(PathBuf::from)).run();
}

/// Shows that the test above can fail: a page with the wrong output is detected.
#[test]
fn a_page_that_lies_is_found() {
    let folder = tempfile::tempdir().unwrap();
    for (name, version, holds) in [("true.md", env!("CARGO_PKG_VERSION"), true), ("wrong.md", "0.0.0", false)] {
        let path = folder.path().join(name);
        fs::write(&path, format!("```console\n$ actbill --version\nactbill {version}\n\n```\n")).unwrap();
        let ran = std::panic::catch_unwind(|| cases(&[path]).run());
        assert_eq!(ran.is_ok(), holds, "{name}");
    }
}

/// The README's first two commands are the promised ones, CI runs both, and the table below them is the first one's
/// output on a terminal.
#[test]
fn the_first_two_commands_are_the_promised_ones() {
    let readme = page("README.md");
    let commands = blocks(&readme, "sh").join("");
    assert_eq!(commands.lines().take(2).collect::<Vec<_>>(), [FIRST, SECOND]);
    let gate = page(".ci/run");
    for command in [FIRST, SECOND] {
        assert!(gate.lines().any(|line| line.contains(command)), "the gate does not run `{command}`");
    }
    let table = actbill(&["classify", "examples/quickstart/notes.json", "--format", "text"]);
    let shown = blocks(&readme, "console").into_iter().next().unwrap();
    let (command, shown) = shown.split_once('\n').unwrap();
    assert_eq!(command, "$ actbill classify examples/quickstart/notes.json --format text");
    assert_eq!(shown.trim_end(), table.trim_end());
}

/// The script in the README does what it claims, for valid notes and for others.
#[cfg(unix)]
#[test]
fn the_script_of_the_readme_works() {
    let script = blocks(&page("README.md"), "sh").into_iter().find(|block| block.contains("case $?")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_actbill")).parent().unwrap().to_owned();
    let folders = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths(once(program).chain(std::env::split_paths(&folders))).unwrap();
    for (notes, says, status, written) in [
        ("examples/quickstart/notes.csv", "all read\n", 0, true),
        ("examples/broken/export.csv", "all read but what was rejected", 0, true),
        ("examples/broken/cut-off.json", "no rows were written", 1, false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(root().join(notes), folder.path().join("notes.csv")).unwrap();
        let ran = Command::new("sh").args(["-c", &script]).current_dir(&folder).env("PATH", &path).output().unwrap();
        let out = String::from_utf8(ran.stdout).unwrap();
        assert!(out.starts_with(says), "{notes}: {out}");
        assert_eq!((ran.status.code(), folder.path().join("rows.csv").exists()), (Some(status), written), "{notes}");
    }
}
