//! Receipts: every changed byte is found, a replay writes the same bytes, and nothing of a note is in a receipt.

use std::fs;
use std::io::Write;

use actbill::digest::{Digest, sha256};
use actbill::message::Code;
use actbill::receipt::RecordedRun;

use crate::binary::{Ended, Folder};
use crate::tiny::{BASE, OFFER};

/// Names as a note might hold them, which must not reach a receipt or a message.
const PLANTED: [&str; 3] = ["n-zqxwvut-1", "client-zqxwvut", "staff-zqxwvut"];

const NOTES: &str = "id,client,staff,date,minutes,activity,staff_role,eligibility\n\
    n-zqxwvut-1,client-zqxwvut,staff-zqxwvut,2026-03-02,45,job_coaching,vocational_specialist,department\n";

const AGENCY: &str = "[answer]\npart_quarter_hour = 8\n";

/// Runs the program, and asserts that no message or line repeats what the note holds.
fn silent(folder: &Folder, line: &str) -> Ended {
    let ended = folder.run(&line.split(' ').collect::<Vec<_>>());
    let is_row = |line: &str| line.contains("\"id\"");
    let shown = ended.stdout.lines().filter(|line| !is_row(line)).chain(ended.stderr.lines());
    for line in shown {
        assert!(PLANTED.iter().all(|planted| !line.contains(planted)), "{line}");
    }
    ended
}

/// Runs `verify`. Returns its exit status and standard error, and asserts that it prints a line exactly if all agrees.
fn verify(folder: &Folder, options: &str) -> (i32, String) {
    let ended = silent(folder, format!("verify receipt.json {options}").trim_end());
    assert_eq!(ended.stdout.is_empty(), ended.status != 0, "{ended:?}");
    (ended.status, ended.stderr)
}

/// Returns a folder with a run that wrote `rows.ndjson`, `totals.json` and `receipt.json`.
fn folder() -> Folder {
    let folder = Folder::new().with("notes.csv", NOTES).with("agency.toml", AGENCY);
    let line = "classify notes.csv --with agency.toml -o rows.ndjson --summary totals.json --receipt receipt.json";
    assert_eq!(silent(&folder, line).status, 0);
    folder
}

/// Returns a receipt with a part replaced and a digest that fits, as only somebody who means it can write it.
fn resealed(receipt: &str, from: &str, to: &str) -> String {
    assert!(receipt.contains(from), "{receipt}");
    let text = receipt.replacen(from, to, 1);
    let before = text.rsplit_once("  \"digest\"").unwrap().0;
    format!("{before}  \"digest\": \"{}\"\n}}\n", sha256(before.as_bytes()))
}

#[test]
fn a_receipt_says_what_was_read_and_written() {
    let folder = folder();
    let text = folder.read("receipt.json");
    assert!(PLANTED.iter().all(|planted| !text.contains(planted)), "{text}");
    let receipt: serde_json::Value = serde_json::from_str(&text).unwrap();
    let entry = |role: &str, name: &str| {
        let Digest { bytes, sha256 } = Digest::of_bytes(&fs::read(folder.path(name)).unwrap());
        serde_json::json!({"role": role, "name": name, "bytes": bytes, "sha256": sha256})
    };
    let mut notes = entry("notes", "notes.csv");
    notes["records"] = 1.into();
    assert_eq!(receipt["inputs"], serde_json::json!([notes]));
    assert_eq!(receipt["rules"]["files"], serde_json::json!([entry("agency", "agency.toml")]));
    assert_eq!(receipt["rules"]["shipped"], true);
    assert_eq!(receipt["outputs"], serde_json::json!([entry("rows", "rows.ndjson"), entry("summary", "totals.json")]));
    assert_eq!(receipt["settings"]["part_quarter_hour"], serde_json::json!({"value": 8, "by": "rule file"}));
    let totals = serde_json::json!({
        "records": 1,
        "status": {"billable": 1, "held": 0, "non_billable": 0, "rejected": 0},
        "units": {"department": {"vocational_act": 3}},
        "amount": 53.16,
    });
    assert_eq!(receipt["totals"].to_string(), totals.to_string());
    let sources = receipt["rules"]["sources"].as_object().unwrap();
    let declared = crate::shared::ready().set.sources.iter().filter(|source| source.sha256.is_some());
    assert_eq!(sources.keys().collect::<Vec<_>>(), declared.map(|source| &source.name).collect::<Vec<_>>());
    let (before, last) = text.rsplit_once("  \"digest\": \"").unwrap();
    assert_eq!(last, format!("{}\"\n}}\n", sha256(before.as_bytes())));
}

#[test]
fn every_changed_byte_of_a_receipt_is_found() {
    let folder = folder();
    let receipt = fs::read(folder.path("receipt.json")).unwrap();
    assert!(RecordedRun::parse("receipt.json", &receipt).is_ok());
    for at in 0..receipt.len() {
        for to in [receipt[at] ^ 1, receipt[at] ^ 0x20, b'0', b' '].into_iter().filter(|to| *to != receipt[at]) {
            let mut changed = receipt.clone();
            changed[at] = to;
            let message = RecordedRun::parse("receipt.json", &changed).unwrap_err();
            let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&changed).is_ok();
            assert_eq!(message.code, if is_json { Code::ReceiptDiffers } else { Code::NotAReceipt }, "byte {at}");
        }
    }
    for at in (0..receipt.len()).step_by(61) {
        let mut changed = receipt.clone();
        changed[at] ^= 1;
        fs::write(folder.path("receipt.json"), changed).unwrap();
        let (status, said) = verify(&folder, "");
        let code =
            if status == 1 { "error[receipt-differs]: `receipt.json` is not as" } else { "error[not-a-receipt]" };
        assert!([1, 2].contains(&status) && said.contains(code), "byte {at}: {status} {said}");
    }
}

#[test]
fn every_changed_byte_of_a_file_is_found() {
    let folder = folder();
    for name in ["notes.csv", "agency.toml", "rows.ndjson", "totals.json"] {
        let bytes = fs::read(folder.path(name)).unwrap();
        // The digest covers every byte alike; of long files some are tried.
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 150) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(folder.path(name), changed).unwrap();
            let (status, said) = verify(&folder, "");
            assert!(status == 1 && said.matches("error").count() == 1, "byte {at} of {name}: {status} {said}");
            assert!(said.starts_with(&format!("error[receipt-differs]: `{name}` is not what the run ")), "{said}");
        }
        fs::write(folder.path(name), bytes).unwrap();
    }
    assert_eq!(verify(&folder, "").0, 0);
}

#[test]
fn all_that_differs_is_told_at_once() {
    let folder = folder().with("notes.csv", NOTES.to_owned() + "\n").with("agency.toml", AGENCY.replace('8', "15"));
    fs::remove_file(folder.path("rows.ndjson")).unwrap();
    fs::remove_file(folder.path("totals.json")).unwrap();
    fs::create_dir(folder.path("totals.json")).unwrap();
    let (status, said) = verify(&folder, "");
    let told: Vec<&str> = said.lines().filter(|line| line.starts_with("error")).collect();
    let bytes = NOTES.len();
    assert_eq!(
        (status, told),
        (
            1,
            vec![
                &*format!(
                    "error[receipt-differs]: `notes.csv` is not what the run read: {} bytes in place of {bytes}",
                    bytes + 1
                ),
                "error[receipt-differs]: `agency.toml` is not what the run read: 32 bytes in place of 31",
                "error[unreadable]: `rows.ndjson` cannot be read: no such file or folder",
                "error[unreadable]: `totals.json` cannot be read: it is a folder",
            ]
        )
    );
    let report = folder.run(&["verify", "receipt.json", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!((&report["agrees"], report["differences"].as_array().unwrap().len()), (&false.into(), 4));
}

#[test]
fn a_replay_writes_the_same_bytes_in_every_format() {
    let folder = Folder::new().with("notes.csv", NOTES).with("agency.toml", AGENCY);
    for (options, line) in [
        ("-o rows.json --with agency.toml", "1 input, 1 rule file, 2 outputs agree"),
        ("-o rows.csv --show contact --threads 2", "1 input, 2 outputs agree"),
        ("-o rows.txt --strict --quiet", "1 input, 2 outputs agree"),
        ("notes.csv -o rows.ndjson --set pool=day", "2 inputs, 2 outputs agree"),
    ] {
        let ended =
            silent(&folder, &format!("classify notes.csv {options} --summary totals.json --receipt receipt.json"));
        assert!(ended.status < 2, "{ended:?}");
        let before = folder.names();
        let ended = silent(&folder, "verify receipt.json --replay");
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{options}");
        assert_eq!(ended.stdout, format!("receipt.json: {line}; replayed, same bytes\n"), "{options}");
        assert_eq!(folder.names(), before);
    }
}

/// The width of the terminal, the format of the rows and the day are those of the run, wherever it is replayed.
#[test]
fn a_replay_needs_the_same_arguments_only() {
    let folder = Folder::new().with("notes.csv", NOTES);
    let args = ["classify", "notes.csv", "--format", "text", "--receipt", "receipt.json"];
    assert!(folder.command(&args).env("COLUMNS", "70").output().unwrap().status.success());
    let wide = folder.command(&["verify", "receipt.json", "--replay"]).env("COLUMNS", "200").output().unwrap();
    assert!(wide.status.success(), "{wide:?}");
    let args = "classify notes.csv -o rows.json --as-of 2026-04-01 --receipt receipt.json";
    assert_eq!(silent(&folder, args).status, 0);
    let without_day = resealed(&folder.read("receipt.json"), "    \"--as-of\",\n    \"2026-04-01\",\n", "");
    let folder = folder.with("receipt.json", without_day);
    assert_eq!(verify(&folder, "--replay"), (0, String::new()));
}

#[test]
fn a_replay_finds_a_changed_agency_file() {
    let folder = folder();
    let folder = folder.with("agency.toml", AGENCY.replace("part_quarter_hour = 8", "pool = \"day\""));
    let (status, said) = verify(&folder, "--replay");
    assert_eq!(status, 1);
    for told in [
        "error[receipt-differs]: `agency.toml` is not what the run read",
        "warning[receipt-differs]: the replay is made with another rule set than the run\n",
        "error[receipt-differs]: a replay does not write the same summary (`totals.json`): ",
    ] {
        assert!(said.contains(told), "{said}");
    }
    let folder = folder.with("agency.toml", "[answer]\npart = 8\n");
    let (status, said) = verify(&folder, "--replay");
    assert!(status == 1 && said.contains("`agency.toml` is not") && said.contains("agency.toml:2:"), "{said}");
}

/// No file that the receipt names has changed, but the folder has one more.
#[test]
fn a_replay_finds_a_rule_file_that_was_added() {
    let note =
        r#"{"id": "n-zqxwvut-1", "client": "client-zqxwvut", "date": "2026-03-02", "minutes": 60, "activity": "a"}"#;
    let folder = Folder::new().with("notes.json", note);
    fs::create_dir(folder.path("rules")).unwrap();
    let folder = folder.with("rules/base.toml", BASE).with("rules/offer.toml", OFFER);
    let ended = silent(&folder, "classify notes.json --rules rules -o rows.json --receipt receipt.json");
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(verify(&folder, "--replay"), (0, String::new()));
    let rate = "[[rate]]\nservice = \"s\"\namount = \"1.00\"\nfrom = \"2026-01-01\"\nbasis = \"house\"\n";
    let folder = folder.with("rules/rate.toml", rate);
    assert_eq!(verify(&folder, ""), (0, String::new()));
    let (status, said) = verify(&folder, "--replay");
    assert!(status == 1 && said.contains("a replay does not write the same rows (`rows.json`): "), "{said}");
}

#[test]
fn another_program_is_a_warning_if_the_bytes_are_the_same() {
    let folder = Folder::new().with("notes.csv", NOTES);
    assert_eq!(silent(&folder, "classify notes.csv -o rows.csv --receipt receipt.json").status, 0);
    let other = resealed(&folder.read("receipt.json"), actbill::run::PROGRAM.fingerprint, &"0".repeat(64));
    let folder = folder.with("receipt.json", other);
    let (status, said) = verify(&folder, "--replay");
    assert!(status == 0 && said.starts_with("warning[receipt-differs]: the replay is made by actbill "), "{said}");
    assert_eq!(verify(&folder, ""), (0, String::new()));
}

#[test]
fn streams_are_not_checked_and_it_is_said() {
    let folder = Folder::new().with("notes.csv", NOTES);
    let rows = folder.run(&["classify", "notes.csv", "--receipt", "receipt.json"]).stdout;
    assert_eq!(Digest::of_bytes(rows.as_bytes()).bytes, u64::try_from(rows.len()).unwrap());
    assert!(folder.read("receipt.json").contains(&sha256(rows.as_bytes())));
    let line = |options: &str| silent(&folder, &format!("verify receipt.json {options}")).stdout;
    assert_eq!(line("--quiet"), "receipt.json: 1 input agrees; not checked: standard output\n");
    assert_eq!(line("--replay"), "receipt.json: 1 input, 1 output agree; replayed, same bytes\n");

    let piped = folder.feed(&["classify", "-", "-o", "rows.csv", "--receipt", "receipt.json"], NOTES.as_bytes());
    assert_eq!(piped.status, 0, "{piped:?}");
    assert!(folder.read("receipt.json").contains(&sha256(NOTES.as_bytes())));
    assert_eq!(line("--quiet"), "receipt.json: 1 output agrees; not checked: standard input\n");
    let ended = silent(&folder, "verify receipt.json --replay");
    assert!(ended.status == 2 && ended.stderr.contains("error[usage]: the run cannot be replayed"), "{ended:?}");
    let folder = folder.with("rows.csv", "");
    let (status, said) = verify(&folder, "--replay");
    assert!(status == 1 && said.contains("`rows.csv` is not what the run wrote"), "{said}");
}

/// However an input is encoded or packed, its digest is that of the file.
#[test]
fn digests_are_those_of_whole_files() {
    let utf16: Vec<u8> = format!("\u{feff}{NOTES}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(NOTES.as_bytes()).unwrap();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in (0..).zip(NOTES.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    let json = "[] \n\n   \n";
    let folder = Folder::new().with("notes.json", json).with("utf16.csv", utf16);
    let folder =
        folder.with("notes.csv.gz", gzip.finish().unwrap()).with("notes.xlsx", workbook.save_to_buffer().unwrap());
    let folder = folder.with("bom.csv", format!("\u{feff}{}\r\n", NOTES.replace('\n', "\r\n")));
    let folder = folder.with("agency.toml", format!("\u{feff}{AGENCY}"));
    for name in ["notes.json", "utf16.csv", "notes.csv.gz", "notes.xlsx", "bom.csv"] {
        let line = format!("classify {name} --with agency.toml -o rows.csv --receipt receipt.json");
        assert_eq!(silent(&folder, &line).status, 0, "{name}");
        assert_eq!(verify(&folder, "--replay"), (0, String::new()), "{name}");
    }
    // What is read beside the notes, too.
    let beside = "--billed notes.json --clients notes.json --with agency.toml";
    let line = format!("classify bom.csv {beside} -o rows.csv --receipt receipt.json");
    assert_eq!(silent(&folder, &line).status, 0);
    assert_eq!(verify(&folder, "--replay"), (0, String::new()));
}

#[test]
fn a_run_that_fails_writes_no_receipt_and_none_replaces_a_file_of_the_run() {
    let folder = Folder::new().with("notes.csv", NOTES).with("agency.toml", "x").with("receipt.json", "old");
    for (line, status) in [
        ("classify notes.csv --with agency.toml -o rows.csv --receipt receipt.json", 3),
        ("classify notes.csv missing.csv -o rows.csv --receipt receipt.json", 2),
        ("classify notes.csv -o rows.csv --receipt notes.csv", 2),
        ("classify notes.csv -o rows.csv --receipt rows.csv", 2),
        ("classify notes.csv -o rows.csv --with agency.toml --receipt agency.toml", 2),
        ("classify notes.csv -o rows.csv --summary totals.json --receipt totals.json", 2),
        ("classify notes.csv --receipt missing/receipt.json", 2),
    ] {
        let ended = silent(&folder, line);
        assert_eq!((ended.status, ended.stdout.as_str()), (status, ""), "{line}: {ended:?}");
        assert_eq!(folder.names(), ["agency.toml", "notes.csv", "receipt.json"], "{line}");
        assert_eq!((folder.read("receipt.json"), folder.read("notes.csv")), ("old".into(), NOTES.into()), "{line}");
    }
}

#[test]
fn what_is_no_receipt_is_refused_without_repeating_it() {
    let note = format!("{{\"id\": \"{}\"}}", PLANTED[0]);
    let folder = folder();
    let receipt = folder.read("receipt.json");
    for (text, status, says) in [
        (note.as_str(), 1, "its digest is not that of its bytes"),
        (NOTES, 2, "receipt.json:1:1: error[not-a-receipt]: this is no JSON"),
        ("", 2, "error[not-a-receipt]: this is no JSON"),
        (&"[".repeat(100_000), 2, "error[not-a-receipt]"),
        (&resealed(&receipt, "\"receipt\": 1", "\"receipt\": 2"), 2, "no receipt of the form that this program knows"),
        (&resealed(&receipt, "\"inputs\": [", "\"inputs\": [7, "), 2, "no receipt of the form"),
    ] {
        fs::write(folder.path("receipt.json"), text).unwrap();
        let (ended, said) = verify(&folder, "");
        assert!(ended == status && said.contains(says), "{ended} {said}");
    }
    for (from, to) in
        [("\"classify\"", "\"explain\""), ("\"--with\"", "\"--unheard-of\""), ("\"--with\"", "\"--help\"")]
    {
        fs::write(folder.path("receipt.json"), resealed(&receipt, from, to)).unwrap();
        let (status, said) = verify(&folder, "--replay");
        assert!(status == 1 && said.contains("arguments in the receipt are not those of `actbill classify`"), "{said}");
    }
    assert_eq!(silent(&folder, "verify missing.json").status, 2);
    assert_eq!(silent(&folder, "verify .").status, 2);
}
