//! Parses pages of the documentation, and runs the program for them.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Terminal width for which the pages are written.
pub(crate) const COLUMNS: &str = "98";

/// The day on which the pages are shown, 2026-12-31, as `SOURCE_DATE_EPOCH` gives it.
pub(crate) const TODAY: &str = "1798675200";

/// Returns the folder of the package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a page.
pub(crate) fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the fenced code blocks of a page in one language, without the fences.
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

/// Returns the standard output of the program, run in the folder of the package.
pub(crate) fn actbill(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
    let ran = command
        .args(args)
        .current_dir(root())
        .env("COLUMNS", COLUMNS)
        .env("SOURCE_DATE_EPOCH", TODAY)
        .output()
        .unwrap();
    String::from_utf8(ran.stdout).unwrap()
}
