//! Checks the claims of the README and the pages next to it: fields, facts, statuses, links, names of tests.

use std::collections::BTreeSet;
use std::path::Path;

use actbill::facts::Origin;
use serde_json::Value;

use crate::page::{actbill, blocks, page, root};

/// The pages of the repository.
const PAGES: [&str; 9] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "rules/README.md",
    "examples/quickstart/README.md",
    "examples/broken/README.md",
    "examples/agency/README.md",
    "examples/ci/README.md",
];

/// The note that the README shows is in the quickstart, and the row below it is its result.
#[test]
fn the_note_and_the_row_are_real() {
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let shown: Vec<Value> = blocks(&page("README.md"), "json").iter().map(|block| json(block)).collect();
    let [note, row] = shown.as_slice() else { panic!("the README shows one note and one row") };
    let notes = json(&page("examples/quickstart/notes.json"));
    assert!(notes.as_array().unwrap().contains(note));
    let report = json(&actbill(&["classify", "examples/quickstart/notes.json"]));
    assert!(report["decisions"].as_array().unwrap().contains(row));
    assert_eq!(note["id"], row["id"]);
}

/// Returns the names in the first column of a table.
fn first_column(page: &str, header: &str) -> BTreeSet<String> {
    let table = page.split(&format!("| {header} |")).nth(1).unwrap().split("\n\n").next().unwrap();
    let cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    cells.flat_map(|names| names.split('`').step_by(2)).map(str::to_owned).collect()
}

#[test]
fn every_field_of_a_row_is_named_and_no_other() {
    let csv = actbill(&["classify", "examples/quickstart/notes.csv"]);
    let header = csv.lines().next().unwrap().split(',');
    let parts = ["finding_", "error_", "at_stake_", "shadow_", "counted_", "alone_"];
    let whole = header.filter(|name| !parts.iter().any(|part| name.starts_with(part)));
    let fields: BTreeSet<String> =
        whole.chain(["errors", "at_stake", "shadow", "counted", "alone"]).map(str::to_owned).collect();
    assert_eq!(first_column(&page("README.md"), "field of a row"), fields);
}

#[test]
fn every_field_of_the_summary_is_named_and_no_other() {
    let document: Value = serde_json::from_str(&actbill(&["classify", "examples/quickstart/notes.json"])).unwrap();
    let fields: BTreeSet<String> = document["summary"].as_object().unwrap().keys().cloned().collect();
    let kinds = document["summary"]["rests_on"].as_object().unwrap().keys().cloned();
    let named = first_column(&page("README.md"), "field of the summary");
    assert_eq!(named, fields);
    assert_eq!(kinds.collect::<Vec<_>>(), ["house", "presumed", "settings"]);
}

#[test]
fn every_field_of_a_note_is_named_and_no_other() {
    let ready = crate::shared::ready();
    let facts = ready.set.vocabulary.facts().filter(|(_, fact)| fact.origin == Origin::Note);
    let own = ["id", "client", "staff", "date", "start", "end", "end_date", "minutes", "duration"];
    let own = own.into_iter().chain(["practitioner", "code", "modifiers", "group", "replaces"]);
    let fields: BTreeSet<String> = facts.map(|(_, fact)| fact.name.clone()).chain(own.map(str::to_owned)).collect();
    assert_eq!(first_column(&page("README.md"), "field"), fields);
}

/// Every link to a file of the repository is valid.
#[test]
fn links_lead_somewhere() {
    let mut found = 0;
    for name in PAGES {
        let text = page(name);
        let folder = root().join(name).parent().map(Path::to_owned).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with('#') || link.contains("://") {
                continue;
            }
            found += 1;
            assert!(folder.join(link).exists(), "{name}: nothing at `{link}`");
        }
    }
    assert!(found > 20);
}

/// Every test and file that ARCHITECTURE.md names exists, and each of the eleven properties names a test.
#[test]
fn the_tests_of_the_properties_are_there() {
    let text = page("ARCHITECTURE.md");
    let table = text.split("## What always holds").nth(1).unwrap().split("\n## ").next().unwrap();
    let numbered =
        |line: &&str| line.strip_prefix("| ").is_some_and(|cells| cells.starts_with(|c: char| c.is_ascii_digit()));
    let rows: Vec<&str> = table.lines().filter(numbered).collect();
    assert_eq!(rows.len(), 11);
    assert!(rows.iter().all(|row| row.split('`').skip(1).step_by(2).any(|name| name.contains("::"))), "{rows:?}");
    for name in text.split('`').skip(1).step_by(2) {
        if let Some((module, test)) = name.rsplit_once("::").filter(|(module, _)| *module != "run") {
            let stem = format!("tests/it/{}", module.replace("::", "/"));
            let folder = root().join(&stem).is_dir();
            let file = page(&if folder { format!("{stem}/mod.rs") } else { format!("{stem}.rs") });
            assert!(file.contains(&format!("fn {test}(")), "no test `{name}`");
        } else if name.starts_with("tests/") {
            assert!(root().join(name).exists(), "no file `{name}`");
        }
    }
}
