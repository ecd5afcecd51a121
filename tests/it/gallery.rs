//! Tests the pages of the codes in `src/codes`: writes the files of each page, runs its command, and requires that the
//! page contains the output, word for word.
//!
//! In the first line of a block, after the file's name, `bytes` means that `\xNN` stands for a byte, and `22` means
//! that the block is repeated 22 times in the file, with `{n}` as 1 to 22. Below a command are its exit status, its
//! standard error and, on the page of a finding, the rows on standard output.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::{env, fs};

use actbill::message::{About, Code};
use actbill::read::Format;

use crate::page::{TODAY, root};
use crate::shared::rows;

/// If this variable is set, the pages are rewritten from the output. Such a run always fails: an update is not a pass.
const BLESS: &str = "ACTBILL_BLESS";

/// The parts of every page, in this order.
const PARTS: [&str; 4] = ["# ", "\nWhat to do: ", "\nSmallest input:", "\nShows:\n\n```console\n$ actbill "];

#[test]
fn every_page_is_that_of_a_code() {
    for entry in fs::read_dir(root().join("src/codes")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.strip_suffix(".md").is_some_and(|name| Code::find(name).is_some()), "{name}");
    }
}

#[test]
fn every_page_shows_its_code() {
    let mut told = String::new();
    for code in Code::ALL {
        let text = code.page();
        in_order(*code, text);
        let shown = with_output(text, &run(*code, text));
        if shown != text {
            write!(told, "\n--- {code}.md says\n{text}\n+++ but it is\n{shown}\n").unwrap();
            if env::var_os(BLESS).is_some() {
                fs::write(root().join(format!("src/codes/{code}.md")), shown).unwrap();
            }
        }
    }
    assert!(env::var_os(BLESS).is_none(), "rewritten, to be looked at and tested without {BLESS}:\n{told}");
    assert!(told.is_empty(), "with {BLESS}=1 the pages are rewritten from what is printed:\n{told}");
}

#[test]
fn a_page_is_not_taken_for_another() {
    let codes: Vec<&str> =
        ["a: error[bad-date]: x", "warning[unpriced]: y"].iter().flat_map(|said| told(said)).collect();
    assert_eq!(codes, ["bad-date", "unpriced"]);
    assert_eq!(told("{\"findings\":[{\"code\":\"below-unit\"}]}").collect::<Vec<_>>(), ["below-unit"]);
    assert_eq!(unescaped(r"a\xffb"), b"a\xffb");
    assert_eq!(with_output("x\n```console\n$ a\nold\n```\n", "? 1\nnew"), "x\n```console\n$ a\n? 1\nnew\n```\n");
}

#[test]
fn a_rejected_row_says_what_to_do() {
    let error = rows(Format::Json, "{}").remove(0).errors.remove(0);
    assert_eq!((error.code, error.field.as_deref()), ("missing-field", Some("id")));
    assert_eq!(error.text, "a required field has no answer; give each note an id of its own");
}

/// Asserts that each part is on the page exactly once, in order.
fn in_order(code: Code, text: &str) {
    let at: Vec<usize> =
        PARTS.iter().map(|part| text.find(part).unwrap_or_else(|| panic!("{code}: no {part}"))).collect();
    assert!(text.starts_with(&format!("# {code}\n\n")) && at.is_sorted(), "{code}");
    assert_eq!(text.matches("```console").count(), 1, "{code}: one command");
}

/// Writes the page's files to an empty folder and runs its command there.
fn run(code: Code, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    for block in text.split("\n```").skip(1).step_by(2) {
        let (info, content) = block.split_once('\n').unwrap();
        let mut words = info.split(' ').skip(1);
        if let Some(name) = words.next() {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes(content, words.next())).unwrap();
        }
    }
    let line = text.lines().find_map(|line| line.strip_prefix("$ actbill ")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
    command.current_dir(folder.path()).args(line.split(' ')).stdin(Stdio::null()).env("SOURCE_DATE_EPOCH", TODAY);
    let done = command.output().unwrap();
    let mut said = String::from_utf8(done.stderr).unwrap();
    if code.about() == About::Finding {
        said += &String::from_utf8(done.stdout).unwrap();
    }
    let codes: Vec<&str> = told(&said).collect();
    assert!(!codes.is_empty() && codes.iter().all(|told| *told == code.as_str()), "{code}: {codes:?}\n{said}");
    format!("? {}\n{}", done.status.code().unwrap(), said.trim_end())
}

/// Returns the codes of the messages and findings in an output.
fn told(said: &str) -> impl Iterator<Item = &str> {
    let after =
        |mark: &'static str, end: char| said.split(mark).skip(1).filter_map(move |rest| Some(rest.split_once(end)?.0));
    after("error[", ']').chain(after("warning[", ']')).chain(after("{\"code\":\"", '"'))
}

/// Returns the page with this output below its command.
fn with_output(text: &str, said: &str) -> String {
    let (before, console) = text.split_once("```console\n").unwrap();
    let (command, rest) = console.split_once('\n').unwrap();
    let after = rest.split_once("```\n").unwrap().1;
    format!("{before}```console\n{command}\n{said}\n```\n{after}")
}

/// Returns the bytes that a block adds to its file.
fn bytes(content: &str, how: Option<&str>) -> Vec<u8> {
    match how {
        None => format!("{content}\n").into_bytes(),
        Some("bytes") => unescaped(content),
        Some(times) => {
            let times: u32 = times.parse().unwrap();
            let each = |n: u32| content.replace("{n}", &n.to_string()) + "\n";
            (1..=times).map(each).collect::<String>().into_bytes()
        }
    }
}

/// Replaces each `\xNN` by the byte it stands for.
fn unescaped(content: &str) -> Vec<u8> {
    let mut parts = content.split("\\x");
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    bytes
}
