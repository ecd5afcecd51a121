//! What the fuzz targets share: the shipped rules, ready to decide, and runs over bytes.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::LazyLock;

use actbill::cores::Threads;
use actbill::effective::parse_date;
use actbill::money::Amount;
use actbill::read::{Format, Reading};
use actbill::report::{Report, RowFormat};
use actbill::rules::RuleFile;
use actbill::run::{Input, Options, Ready, classify, is_rule_file};

/// The shipped rules.
pub static READY: LazyLock<Ready> =
    LazyLock::new(|| Ready::released(shipped(), &[], &[]).expect("the shipped rules load"));

/// Returns the shipped rule files, read from their folder.
pub fn shipped() -> Vec<RuleFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let files = fs::read_dir(folder).expect("the folder of rules is there").map(|entry| entry.expect("a file").path());
    let mut files: Vec<RuleFile> = files
        .map(|path| RuleFile {
            name: path.file_name().expect("a name").to_string_lossy().into_owned(),
            text: fs::read_to_string(&path).expect("rule files are UTF-8"),
            own: false,
        })
        .filter(|file| is_rule_file(&file.name))
        .collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    files
}

/// Returns options for a run on one thread that reads blocks of the usual size.
pub fn options() -> Options {
    let as_of = parse_date("2026-12-31").expect("a day");
    Options { reading: Reading::on(Threads::ONE), ..Options::new(as_of) }
}

/// Classifies notes, and returns the rows and the messages; only an error message if the input cannot be read.
pub fn rows_and_messages(format: Option<Format>, notes: &[u8], options: &Options) -> (Vec<u8>, Vec<String>) {
    let mut messages = Vec::new();
    let input = Input::new("notes", format, notes);
    match classify(&READY, vec![input], options, &mut |message| messages.push(message.to_string())) {
        Ok((report, _)) => {
            check_totals(&report);
            (rows(&report), messages)
        }
        Err(message) => {
            messages.push(message.to_string());
            (Vec::new(), messages)
        }
    }
}

/// Returns the rows as NDJSON.
pub fn rows(report: &Report<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    report.write(RowFormat::Ndjson, &mut out).expect("memory takes all bytes");
    out
}

/// Asserts that the totals are the sums of the rows.
pub fn check_totals(report: &Report<'_>) {
    let (rows, summary) = (report.rows().collect::<Vec<_>>(), report.summary());
    let records = u64::try_from(rows.len()).expect("few rows");
    assert_eq!(summary.records, records);
    let amounts =
        rows.iter().flat_map(|row| row.amount.into_iter().chain(row.also.iter().filter_map(|line| line.amount)));
    assert_eq!(summary.amount, amounts.fold(Amount::ZERO, |sum, amount| sum + amount));
}

/// Asserts that a run says the same when it reads small blocks on two threads.
pub fn same_in_any_blocks(format: Option<Format>, notes: &[u8]) {
    let whole = options();
    let two = Threads::new(NonZeroUsize::new(2).expect("two"));
    let in_pieces = Options { reading: Reading { threads: two, block: 64 }, ..whole.clone() };
    let (rows, messages) = rows_and_messages(format, notes, &whole);
    let (rows_in_pieces, messages_in_pieces) = rows_and_messages(format, notes, &in_pieces);
    assert_eq!(rows, rows_in_pieces);
    assert_eq!(messages, messages_in_pieces);
}
