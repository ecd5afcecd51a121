//! Rules that the compiler does not enforce: module dependencies, vocabulary, and ids that must never disappear.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::shared::ready;

/// Most lines that a file may have to be readable in one sitting.
const LINES: usize = 400;

/// Words for acts of payers, and ambiguous words.
const WORDS: [&str; 11] =
    ["patient", "patients", "payor", "payors", "encounter", "encounters", "denied", "paid", "unpaid", "tcm", "ccm"];

/// Files whose words are looked at elsewhere: the schema of notes lists the names of the vocabulary.
const NOT_OURS: [&str; 3] = ["tests/it/tidy.rs", "Cargo.lock", "rules/note.schema.json"];

/// Parts of the names of crates that open sockets or use them.
const NETWORK: [&str; 29] = [
    "socket",
    "socket2",
    "tls",
    "rustls",
    "ssl",
    "openssl",
    "http",
    "httparse",
    "hyper",
    "tokio",
    "mio",
    "smol",
    "surf",
    "reqwest",
    "ureq",
    "curl",
    "quinn",
    "quic",
    "quiche",
    "tungstenite",
    "tonic",
    "grpc",
    "isahc",
    "ssh",
    "ssh2",
    "ftp",
    "smtp",
    "lettre",
    "dns",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every file below a folder, except what builds and fuzzing leave there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if ![".git", "target", "corpus", "artifacts"].contains(&name.as_str()) {
                found.extend(files(&path));
            }
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    files(&root().join(folder)).into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// Returns the modules of the library in the order of the pipeline.
fn order(lib: &str) -> Vec<&str> {
    lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect()
}

/// Returns the modules that a text names after `crate::`, alone or in a group.
fn imports(text: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| line.to_owned() + "\n").collect();
    code.match_indices("crate::").map(|(at, name)| &code[at + name.len()..]).flat_map(roots).collect()
}

/// Returns the first name of a path, or of each path in a group.
fn roots(path: &str) -> Vec<String> {
    let path = path.trim_start();
    let Some(group) = path.strip_prefix('{') else {
        return vec![path.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '*').collect()];
    };
    let (mut depth, mut first, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                found.push(&group[first..at]);
                first = at + 1;
                if c == '}' {
                    return found.into_iter().filter(|path| !path.trim().is_empty()).flat_map(roots).collect();
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    panic!("a group of imports that never ends: {path}")
}

/// Returns the module that a source file belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    Path::new(inside.components().next().unwrap().as_os_str()).file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn a_module_imports_only_modules_above_it() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let order = order(&lib);
    assert!(order.len() > 10, "{order:?}");
    let place = |name: &str| order.iter().position(|module| *module == name);
    let mut seen = 0;
    for path in rust_files("src") {
        let here = module(&path);
        if ["lib", "bin"].contains(&here.as_str()) {
            continue;
        }
        let own = place(&here).unwrap_or_else(|| panic!("{}: not in src/lib.rs", shown(&path)));
        let text = fs::read_to_string(&path).unwrap();
        for import in imports(&text) {
            let other =
                place(&import).unwrap_or_else(|| panic!("{}: imports `{import}`, which is no module", shown(&path)));
            assert!(other <= own, "{}: `{here}` imports `{import}`, which stands below it", shown(&path));
            seen += 1;
        }
        // The only other way out of a module goes through its parent.
        for name in &order {
            let from_root = path.parent() == Some(&root().join("src")) || path.ends_with("mod.rs");
            let way = if from_root { format!("super::{name}::") } else { format!("super::super::{name}::") };
            assert!(!text.contains(&way), "{}: write `crate::{name}` instead of `{way}`", shown(&path));
        }
    }
    assert!(seen > 100, "only {seen} imports were understood");
}

#[test]
fn imports_are_understood_however_they_are_written() {
    let of = |text: &str| imports(text);
    assert_eq!(
        of("use crate::rules::Rule;\n// use crate::run::x;\nlet x = crate::nearest::joined(a);"),
        ["rules", "nearest"]
    );
    assert_eq!(of("use crate::{facts::{Fact, Kind}, money, read::{self, csv::{a, b}},};"), ["facts", "money", "read"]);
    assert_eq!(of("use crate::{\n    note::Note,\n    run,\n};"), ["note", "run"]);
    assert_eq!(of("use crate::*;"), ["*"]);
    assert_eq!(of("pub(crate) fn f() {}"), Vec::<String>::new());
    assert!(std::panic::catch_unwind(|| imports("use crate::{a, b;")).is_err());
}

#[test]
fn the_binary_reaches_the_library_only_by_its_public_name() {
    for path in rust_files("src/bin") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("#[path") && !text.contains("include!("), "{}", shown(&path));
    }
}

#[test]
fn files_are_read_in_one_sitting() {
    for path in rust_files("src").into_iter().chain(rust_files("tests")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LINES, "{} has {lines} lines: split it by story", shown(&path));
    }
}

#[test]
fn a_module_says_first_what_it_is() {
    for path in rust_files("src").into_iter().chain(rust_files("tests")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{}", shown(&path));
    }
}

#[test]
fn no_crate_opens_a_socket() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let names: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(names.contains(&"actbill") && names.contains(&"serde_json"), "{names:?}");
    for name in names {
        let parts: Vec<&str> = name.split(['-', '_']).collect();
        let network = NETWORK.iter().find(|word| parts.contains(word) || (word.len() > 4 && name.contains(*word)));
        assert!(network.is_none(), "the crate `{name}` speaks over a network");
    }
    for path in rust_files("src") {
        let text = fs::read_to_string(&path).unwrap();
        for way in ["std::net", "net::Tcp", "net::Udp", "UnixStream", "process::Command", "core::net"] {
            assert!(!text.contains(way), "{}: `{way}`", shown(&path));
        }
    }
}

#[test]
fn the_library_opens_no_files_and_knows_no_clock() {
    for path in rust_files("src").into_iter().filter(|path| module(path) != "bin") {
        let text = fs::read_to_string(&path).unwrap();
        for way in ["std::fs", "std::env", "SystemTime", "Instant", "Utc::now", "Local::now", "stdout()", "stderr()"] {
            assert!(!text.contains(way), "{}: `{way}`", shown(&path));
        }
    }
}

/// Returns a line without quoted words of a source and without error texts of operating systems.
fn our_own(line: &str) -> String {
    // The id of an advice is a public name that lasts.
    let line = &line.replace("permission denied", "").replace("case.health-home-already-paid", "");
    // Two headings of the brief.
    let line = &line.replace("Patient Eligibility", "").replace("Patient Complexity", "");
    // Explanations show quotes in typographic quotation marks, some over several lines.
    let is_quote = line.contains("quote = \"");
    let line = match (line.split_once('“'), line.split_once('”')) {
        (Some((before, _)), _) if !is_quote => &before.to_owned(),
        (None, Some((_, after))) if !is_quote => &after.to_owned(),
        _ => line,
    };
    match line.split_once("quote = \"") {
        Some((before, rest)) => format!("{before} {}", our_own(rest.split_once('"').map_or("", |(_, after)| after))),
        None => line.to_owned(),
    }
}

#[test]
fn the_words_are_the_fields_own() {
    let mut read = 0;
    for path in files(root()).into_iter().filter(|path| NOT_OURS.iter().all(|other| !path.ends_with(other))) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        read += 1;
        // The headers of other programs' exports are not ours to choose.
        let headers = text.find("\n[column]\n").filter(|_| path.ends_with("rules/vocabulary.toml"));
        let text = headers.map_or(text.as_str(), |at| &text[..at]);
        for (number, line) in (1..).zip(text.lines()) {
            let words: BTreeSet<String> =
                our_own(line).split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
            let found = WORDS.iter().find(|word| words.contains(**word));
            assert!(found.is_none(), "{}:{number}: `{}` is not our word", shown(&path), found.unwrap());
        }
    }
    assert!(read > 50, "only {read} files were read");
}

#[test]
fn ids_last_for_ever() {
    let set = &ready().set;
    let rules = set.rules.iter().map(|rule| format!("{} {}", rule.kind(), rule.id));
    let invariants = set.invariants.iter().map(|invariant| format!("invariant {}", invariant.id));
    let mut ids: Vec<String> = rules.chain(invariants).collect();
    ids.sort();
    insta::assert_snapshot!("rule_ids", ids.join("\n"));
}
