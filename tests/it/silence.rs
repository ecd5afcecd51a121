//! Messages never repeat names, ids or free text from a note, whether the record is valid or broken.

use actbill::field::FieldId;
use actbill::read::{FieldNames, Format};
use actbill::run::Ready;

use crate::binary::Folder;
use crate::notes::{Record, Value, json, written};
use crate::shared::{ready, run};

/// A stand-in for a name, an id or a sentence about somebody.
const MARK: &str = "Zqxwvut Planted";
/// The same stand-in as a number.
const DIGITS: &str = "4815162342108";

fn good() -> Record {
    Record::of(&[
        ("id", "n-1"),
        ("client", "client-a"),
        ("date", "2026-03-02"),
        ("minutes", "30"),
        ("activity", "interview_practice"),
        ("staff_role", "vocational_specialist"),
        ("eligibility", "mo_healthnet"),
    ])
}

/// Returns every field that a note can have, and one that no rule set knows.
fn fields(ready: &Ready) -> Vec<String> {
    let known = ready.set.vocabulary.field_names().map(str::to_owned);
    known.chain(["remark".to_owned()]).collect()
}

/// Returns the valid record with the mark in one field, in each form that a value can have. A word for a coded fact may be
/// shown, so there the mark is part of a sentence.
fn planted(field: &str) -> Vec<Record> {
    let vocabulary = &ready().set.vocabulary;
    let is_coded = vocabulary.field(field).is_some_and(|field| vocabulary.is_coded(field));
    let mark = if is_coded { format!("{MARK}: said so") } else { MARK.to_owned() };
    let texts = [mark.clone(), format!("yes {mark}"), format!("\n{mark}\n"), DIGITS.to_owned()];
    let values = texts.into_iter().map(Value::Text).chain([
        Value::Digits(DIGITS.to_owned()),
        Value::Digits(format!("-{DIGITS}.5")),
        // Written as it stands, these are an array and an object.
        Value::Digits(format!("[\"{MARK}\", {DIGITS}]")),
        Value::Digits(format!("{{\"name\": \"{MARK}\"}}")),
    ]);
    values
        .map(|value| {
            let mut record = good();
            record.0.retain(|(name, _)| name != field);
            record.0.push((field.to_owned(), value));
            record
        })
        .collect()
}

fn tells(text: &str) -> bool {
    let text = text.to_lowercase();
    [MARK, DIGITS, "zqxwvut", "planted"].iter().any(|mark| text.contains(&mark.to_lowercase()))
}

/// Asserts that no message about these bytes contains the mark.
fn silent(ready: &Ready, format: Format, bytes: &[u8]) {
    for strict in [false, true] {
        let said = match run(ready, &[("notes", format, bytes)], strict) {
            Ok(ran) => ran.said,
            Err(message) => vec![message],
        };
        for message in said {
            assert!(!tells(&message.to_string()), "{message}\n\n{}", String::from_utf8_lossy(bytes));
        }
    }
}

/// Returns a document with marks in it, broken in each way that a document can be.
fn broken(whole: &str) -> Vec<Vec<u8>> {
    let at = whole.rfind(MARK).or_else(|| whole.rfind(DIGITS)).unwrap();
    let (before, from) = whole.split_at(at);
    let (mark, after) = from.split_at(from.find(['"', ',', '}', '\n', '\r']).unwrap_or(from.len()));
    let put = |middle: &[u8]| [before.as_bytes(), mark.as_bytes(), middle, after.as_bytes()].concat();
    vec![
        whole.as_bytes().to_vec(),
        format!("{before}{mark}").into_bytes(),
        put(b"\""),
        put(b"\"\""),
        put(b"\xff"),
        put(b"\0"),
        put(b"\\u00"),
        put(b"\\ud800"),
        put(b"\n\n"),
        put(b", "),
        put(b"}"),
        put(b"]"),
        whole.replacen(['}', ']'], "", 1).into_bytes(),
    ]
}

#[test]
fn no_message_repeats_what_a_note_holds() {
    let ready = ready();
    for field in fields(ready) {
        for record in planted(&field) {
            let records = [good().with(&[("id", "n-0")]), record.clone(), record, good()];
            for format in [Format::Json, Format::Ndjson, Format::Csv] {
                for bytes in broken(&written(format, &records)) {
                    silent(ready, format, &bytes);
                }
            }
        }
    }
}

#[test]
fn no_message_repeats_a_field_that_stands_twice_or_a_row_that_is_ragged() {
    let ready = ready();
    for field in fields(ready) {
        let twice = format!("{{\"{field}\": \"{MARK}\", {}", json(&planted(&field)[0]).trim_start_matches('{'));
        silent(ready, Format::Ndjson, twice.as_bytes());
        silent(ready, Format::Json, format!("[{twice}]").as_bytes());
        for rows in [
            format!("{field},{field}\n{MARK},{MARK}\n"),
            format!("id,{field},client\n{MARK}\n{MARK},{MARK},{MARK},{MARK}\n"),
            // No header at all: the first row is a note.
            format!("{MARK},{DIGITS}\n{MARK},{DIGITS}\n"),
        ] {
            silent(ready, Format::Csv, rows.as_bytes());
        }
    }
    // Two fields that mean the same, and days that do not agree.
    let coached = good().with(&[("duration", DIGITS), ("client", MARK)]);
    let day = |id: &str, eligibility: &str| {
        good().with(&[
            ("id", &format!("{MARK} {id}")),
            ("client", MARK),
            ("symptom_link", "yes"),
            ("plan_link", "yes"),
            ("eligibility", eligibility),
        ])
    };
    let records = [coached, day("1", "mo_healthnet"), day("2", "department"), day("2", "department")];
    silent(ready, Format::Json, written(Format::Json, &records).as_bytes());
}

#[test]
fn the_fields_that_are_planted_are_all_there_are() {
    let ready = ready();
    let vocabulary = &ready.set.vocabulary;
    let facts = vocabulary.note_facts().count();
    assert!(facts > 10 && fields(ready).len() > facts + FieldId::NAMES.len(), "{:?}", fields(ready));
    assert!(tells(&format!("x {MARK}")) && tells(DIGITS) && !tells("client"));
}

#[test]
fn standard_error_repeats_nothing_either() {
    let ready = ready();
    let mut folder = Folder::new();
    let mut args = Vec::new();
    for (format, ending) in [(Format::Json, "json"), (Format::Ndjson, "ndjson"), (Format::Csv, "csv")] {
        let records: Vec<Record> = fields(ready).iter().flat_map(|field| planted(field)).collect();
        let whole = written(format, &records);
        for (at, bytes) in broken(&whole).into_iter().enumerate() {
            let name = format!("{at}.{ending}");
            folder = folder.with(&name, bytes);
            args.push(name);
        }
    }
    for name in &args {
        for more in [&["--format", "text"][..], &["--strict", "--format", "json"]] {
            let ended = folder.run(&[&["classify", name.as_str()], more].concat());
            assert!(!tells(&ended.stderr), "{name}: {}", ended.stderr);
            assert!([1, 2].contains(&ended.status) && !ended.stderr.is_empty(), "{name}: {ended:?}");
        }
    }
}
