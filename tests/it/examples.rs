//! The examples show what they promise.

use std::fs;
use std::path::PathBuf;

use actbill::message::{About, Code};
use actbill::read::Format;

use crate::page::{actbill, blocks, page, root};
use crate::shared::rows;

/// Every example has a page that shows a command and mentions every file next to it.
#[test]
fn every_file_is_spoken_of() {
    let folders: Vec<PathBuf> =
        fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(folders.len() >= 3);
    for folder in folders {
        let text = fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(blocks(&text, "console").iter().any(|block| block.contains("$ actbill ")), "{}", folder.display());
        for file in fs::read_dir(&folder).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            assert!(name == "README.md" || text.contains(&name), "{}: `{name}`", folder.display());
        }
    }
}

#[test]
fn the_quickstart_is_the_same_in_three_formats() {
    let rows = |name: &str| actbill(&["classify", &format!("examples/quickstart/{name}"), "--format", "ndjson"]);
    let json = rows("notes.json");
    assert_eq!(json.lines().count(), 13);
    assert_eq!(json, rows("notes.ndjson"));
    assert_eq!(json, rows("notes.csv"));
}

/// Every outcome except rejection: each payer with each code, a bundled note, several reasons why nobody pays, and both
/// ways to be held.
#[test]
fn the_quickstart_shows_every_outcome() {
    let rows = rows(Format::Json, &page("examples/quickstart/notes.json"));
    let billed = |payer: &str, code: &str| {
        rows.iter().any(|row| row.payer.as_deref() == Some(payer) && row.code.as_deref() == Some(code))
    };
    assert!(billed("mo_healthnet", "H0040") && billed("department", "H0040") && billed("department", "H2023"));
    assert!(rows.iter().any(|row| row.bundled_into.is_some()));
    let mut reasons: Vec<&[String]> =
        rows.iter().filter(|row| row.status.as_str() == "non_billable").map(|row| row.rules.as_slice()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    assert!(reasons.len() >= 4, "{reasons:?}");
    let held: Vec<bool> =
        rows.iter().filter(|row| row.status.as_str() == "held").map(|row| row.missing.is_empty()).collect();
    assert!(held.contains(&true) && held.contains(&false));
    assert!(rows.iter().all(|row| row.status.as_str() != "rejected"));
}

/// Every kind of rejection is shown, except the one that needs `--strict`, each together with records that are decided.
#[test]
fn the_broken_exports_show_every_rejection() {
    let text = page("examples/broken/README.md");
    for code in Code::ALL.iter().filter(|code| code.about() == About::Record && **code != Code::UnknownField) {
        assert!(text.contains(&format!("error[{code}]: record ")), "`{code}` is not shown");
    }
    for name in ["export.csv", "export.ndjson"] {
        let rows = actbill(&["classify", &format!("examples/broken/{name}"), "--format", "ndjson"]);
        assert!(rows.contains("\"status\":\"billable\"") && rows.contains("\"status\":\"rejected\""), "{name}");
    }
}

/// The agency's export is the quickstart's week, note for note. Only prices and the effects of its answers differ.
#[test]
fn the_agency_prices_the_same_week() {
    let export = "examples/agency/export.csv";
    let with = ["--with", "examples/agency/agency.toml", "--format", "ndjson"];
    let agency = actbill(&[&["classify", export], with.as_slice()].concat());
    let same = actbill(&[&["classify", "examples/quickstart/notes.json"], with.as_slice()].concat());
    assert_eq!(agency, same);
    assert!(agency.contains("\"amount\":111.11") && agency.contains("\"amount\":222.22"));
    assert!(!agency.contains("unpriced"));
    let changed: Vec<bool> = agency
        .lines()
        .zip(actbill(&["classify", "examples/quickstart/notes.ndjson"]).lines())
        .map(|(with, without)| with.contains("\"status\":\"billable\"") != without.contains("\"status\":\"billable\""))
        .collect();
    assert_eq!(changed.iter().filter(|changed| **changed).count(), 1, "n-07 alone");
}
