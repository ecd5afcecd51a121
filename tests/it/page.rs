//! A page of the documentation taken apart, and what the program prints.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Columns of the terminal that the pages are written for.
pub(crate) const COLUMNS: &str = "98";

/// The package's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a page.
pub(crate) fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A page's fenced blocks of one language, without their fences.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(found)) => open = Some((found.trim() == language, String::new())),
            (Some((wanted, block)), Some(_)) => {
                blocks.extend(wanted.then(|| std::mem::take(block)));
                open = None;
            }
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// What the program prints on standard output, run in the package's folder.
pub(crate) fn actbill(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
    let ran = command.args(args).current_dir(root()).env("COLUMNS", COLUMNS).output().unwrap();
    String::from_utf8(ran.stdout).unwrap()
}
