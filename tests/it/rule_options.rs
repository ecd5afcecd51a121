//! Which files of a folder are rule files, and what the command line can change about the rules.

use std::fs;
use std::path::Path;
use std::process::Command;

use actbill::message::Code;
use actbill::run::{Ready, is_rule_file};

use crate::shared::{ready_with, shipped};

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn answers_are_typed_as_notes_speak() {
    let typed = ready_with(&[("video_is_in_person", "Yes")], &[("eligibility", "Medicaid"), ("symptom_link", "YES")]);
    let plain =
        ready_with(&[("video_is_in_person", "yes")], &[("eligibility", "mo_healthnet"), ("symptom_link", "yes")]);
    let of = |ready: &Ready| {
        let told =
            |presumption: &actbill::rules::Presumption| ready.set.answer_text(presumption.fact, presumption.value);
        ready
            .set
            .settings
            .iter()
            .map(|setting| ready.set.answer_text(setting.fact, setting.value))
            .chain(ready.set.presumptions.iter().map(told))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&typed), of(&plain));
}

#[test]
fn a_name_given_two_values_has_none() {
    let refused = |set: &[(&str, &str)], presume: &[(&str, &str)]| {
        let problems = Ready::new(shipped(), &pairs(set), &pairs(presume)).unwrap_err();
        problems.iter().map(|problem| (problem.code, problem.text.clone())).collect::<Vec<_>>()
    };
    let twice = |text: &str| vec![(Code::Usage, text.to_owned())];
    assert_eq!(
        refused(&[("pool", "day"), ("pool", "note")], &[]),
        twice("`pool` is answered twice on the command line")
    );
    let presumed = refused(&[], &[("contact", "phone"), ("contact", "phone")]);
    assert_eq!(presumed, twice("`contact` is presumed twice on the command line"));
}

#[test]
fn hidden_files_and_sample_claims_are_no_rule_files() {
    for name in ["house.toml", "house.TOML", "a.b.Toml"] {
        assert!(is_rule_file(name), "{name}");
    }
    for name in [".house.toml", ".toml", "house.cases.toml", "house.Cases.TOML", "house.toml~", "toml", "house.txt"] {
        assert!(!is_rule_file(name), "{name}");
    }
}

fn actbill(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_actbill")).current_dir(folder).args(args).output().unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn a_folder_is_read_whatever_the_case_of_its_endings_but_not_what_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for file in shipped() {
        write(&file.name, &file.text);
    }
    write("rules/.git/HEAD.toml", "not toml");
    write("rules/.#house.toml", "not toml");
    assert_eq!(actbill(folder.path(), &["check", "--rules", "rules"]).0, Some(0));
    write("rules/more/HOUSE.TOML", "oops");
    let (status, said) = actbill(folder.path(), &["check", "--rules", "rules"]);
    assert_eq!(status, Some(3));
    assert!(said.starts_with("rules/more/HOUSE.TOML:1:"), "{said}");
}

#[test]
fn strict_runs_presume_nothing_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("n.json"), "[]").unwrap();
    let (status, said) = actbill(folder.path(), &["classify", "n.json", "--strict", "--presume", "contact=phone"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("cannot be used with"), "{said}");
}
