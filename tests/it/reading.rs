//! The same notes give the same output in any format and however they are split, and no input does harm.

use std::io::{self, Read};
use std::num::NonZeroUsize;

use actbill::cores::Threads;
use actbill::effective::parse_date;
use actbill::message::{About, Message};
use actbill::read::{Format, Reading};
use actbill::report::{Report, Row, RowFormat};
use actbill::run::{Input, Options, classify};
use actbill::status::Status;
use actbill::table::Screen;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::notes::{Record, batch, json, written};
use crate::shared::{document, ndjson, ready, run};

pub(crate) const FORMATS: [Format; 3] = [Format::Json, Format::Ndjson, Format::Csv];

/// A reader that returns at most this many bytes at a time.
pub(crate) struct Dribble<'b>(pub(crate) &'b [u8], pub(crate) usize);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(buffer.len()).min(self.0.len());
        let (now, later) = self.0.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.0 = later;
        Ok(length)
    }
}

/// Returns everything that is written and reported for these bytes, read in pieces of the given size.
fn everything(bytes: &[u8], format: Option<Format>, piece: usize) -> Result<(Report<'static>, Vec<u8>), Message> {
    let input = Input::new("notes", format, Dribble(bytes, piece));
    let as_of = parse_date("2026-04-01").unwrap();
    // The output depends neither on the number of threads nor on the size of blocks.
    let threads = Threads::new(NonZeroUsize::new(1 + piece % 8).unwrap());
    let options = Options { reading: Reading { threads, block: piece.min(1 << 19) }, ..Options::new(as_of) };
    let mut said = String::new();
    let (report, _) = classify(ready(), vec![input], &options, &mut |message| said += &message.to_string())?;
    let mut out = said.into_bytes();
    out.extend(all_outputs(&report));
    Ok((report, out))
}

fn all_outputs(report: &Report<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let text = RowFormat::Text(Screen { width: 100, colors: true });
    for format in [RowFormat::Json, RowFormat::Ndjson, RowFormat::Csv, text] {
        report.write(format, &mut out).unwrap();
    }
    report.write_summary(&mut out).unwrap();
    out
}

fn rows(inputs: &[(&str, Format, &[u8])]) -> String {
    ndjson(&run(ready(), inputs, false).unwrap().report)
}

/// Returns the document without the details of its inputs.
fn without_run(report: &Report<'_>) -> serde_json::Value {
    let mut document = document(report);
    document.as_object_mut().unwrap().remove("run").unwrap();
    document
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Property 3.
    #[test]
    fn the_same_notes_give_the_same_bytes(records in batch(25), format in select(FORMATS.to_vec())) {
        let text = written(format, &records);
        let (_, once) = everything(text.as_bytes(), Some(format), usize::MAX).unwrap();
        for piece in [1, 7, 4096, usize::MAX] {
            prop_assert!(everything(text.as_bytes(), Some(format), piece).unwrap().1 == once, "pieces of {}", piece);
        }
        // The format is told from the content as well; the program's own mark for it makes no difference.
        if records.len() > 1 {
            prop_assert!(everything(text.as_bytes(), None, 7).unwrap().1 == once, "by content");
        }
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        prop_assert_eq!(ndjson(&everything(&marked, Some(format), 1).unwrap().0), rows(&[("notes", format, text.as_bytes())]));
    }

    /// Property 4.
    #[test]
    fn formats_agree(records in batch(40)) {
        let report = |format| run(ready(), &[("notes", format, written(format, &records).as_bytes())], false).unwrap().report;
        let first = report(Format::Json);
        for format in [Format::Ndjson, Format::Csv] {
            let other = report(format);
            prop_assert_eq!(ndjson(&first), ndjson(&other));
            prop_assert_eq!(without_run(&first), without_run(&other));
        }
        let object = format!("{{\"exported\": \"2026-04-01\", \"notes\": {}}}", written(Format::Json, &records));
        prop_assert_eq!(ndjson(&first), rows(&[("notes", Format::Json, object.as_bytes())]));
    }

    /// Several inputs form one batch; only the places of records differ.
    #[test]
    fn a_batch_may_come_in_several_inputs(records in batch(30), at in any::<Index>()) {
        let cut = at.index(records.len() + 1);
        let (first, second) = (written(Format::Csv, &records[..cut]), written(Format::Json, &records[cut..]));
        let whole = run(ready(), &[("all", Format::Json, written(Format::Json, &records).as_bytes())], false).unwrap();
        let inputs = [("a.csv", Format::Csv, first.as_bytes()), ("b.json", Format::Json, second.as_bytes())];
        let mut parts = run(ready(), &inputs, false).unwrap();
        for (at, row) in parts.rows.iter_mut().enumerate() {
            let (name, before) = if at < cut { ("a.csv", 0) } else { ("b.json", cut) };
            prop_assert_eq!(row.input.take(), Some(name.to_owned()));
            row.record += u64::try_from(before).unwrap();
        }
        prop_assert_eq!(whole.rows, parts.rows);
        let sums = |report| ["summary", "lines"].map(|key| document(report)[key].clone());
        prop_assert_eq!(sums(&whole.report), sums(&parts.report));
    }

    /// Property 10 for arbitrary bytes.
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        harmless(&bytes);
    }

    /// Property 10 for pieces of the formats in any order.
    #[test]
    fn no_pieces_do_harm(pieces in prop::collection::vec(select(PIECES.to_vec()), 0..40)) {
        harmless(&pieces.concat());
    }

    /// Property 10 for valid files that were damaged.
    #[test]
    fn no_damage_does_harm(
        records in batch(6),
        format in select(FORMATS.to_vec()),
        damage in prop::collection::vec((any::<Index>(), 0u8..4, any::<u8>(), select(PIECES.to_vec())), 1..4),
    ) {
        harmless(&damaged(written(format, &records).into_bytes(), damage));
    }
}

/// Returns bytes with some of them changed, cut off, removed, or preceded by a piece.
pub(crate) fn damaged(mut bytes: Vec<u8>, damage: Vec<(Index, u8, u8, &[u8])>) -> Vec<u8> {
    for (at, kind, byte, piece) in damage {
        let at = at.index(bytes.len() + 1);
        match (kind, bytes.get_mut(at)) {
            (0, Some(old)) => *old ^= byte,
            (1, _) => bytes.truncate(at),
            (2, Some(_)) => drop(bytes.remove(at)),
            _ => drop(bytes.splice(at..at, piece.iter().copied())),
        }
    }
    bytes
}

pub(crate) const PIECES: [&[u8]; 32] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b",",
    b":",
    b"\n",
    b"\r",
    b"\r\n",
    b" ",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"null",
    b"true",
    b"-1e999",
    b"1e-999",
    b"99999999999999999999",
    b"\\u0000",
    b"\\ud800",
    b"\\",
    b"\"id\":\"n-1\"",
    b"\"notes\":[",
    b"id,client,date\n",
    b"n-1,client-a,2026-03-02\n",
    b"2026-03-02",
    b"24:00",
    b"\"minutes\":1e2",
    b"\"date\":\"9999-12-31\",\"birth_date\":\"0000-01-01\"",
];

/// Asserts that any bytes yield rows, rejections or a file error in every format, and never a panic.
fn harmless(bytes: &[u8]) {
    for format in FORMATS.map(Some).into_iter().chain([None]) {
        match everything(bytes, format, 64) {
            Ok((report, _)) => {
                let rows: Vec<Row> = report.rows().collect();
                let records = u64::try_from(rows.len()).unwrap();
                assert_eq!(report.run.inputs[0].records, records);
                assert_eq!(report.summary().records, records);
                assert!(rows.iter().all(|row| (row.status == Status::Rejected) != row.errors.is_empty()));
            }
            Err(message) => assert_eq!(message.code.about(), About::File, "{message}"),
        }
    }
}

#[test]
fn deep_and_long_inputs_end_too() {
    harmless("[".repeat(100_000).as_bytes());
    harmless("{\"a\":".repeat(100_000).as_bytes());
    harmless("\"".repeat(10_001).as_bytes());
    harmless(format!("id\n{}\n", "9".repeat(1_000_000)).as_bytes());
    harmless(format!("{{\"activity\": \"{0}\", \"{0}\": 1}}", "9".repeat(1_000_000)).as_bytes());
    harmless(format!("[{{\"minutes\": {}}}]", "9".repeat(100_000)).as_bytes());
    harmless(format!("[{{\"minutes\": 1e{}}}]", "9".repeat(1_000)).as_bytes());
}

#[test]
fn one_note_alone_and_one_line_alone_are_notes() {
    let note =
        json(&Record::of(&[("id", "n-1"), ("client", "client-a"), ("date", "2026-03-02"), ("minutes", "30")]).with(&[
            ("activity", "job_coaching"),
            ("staff_role", "nurse"),
            ("eligibility", "department"),
        ]));
    let alone = everything(note.as_bytes(), None, 5).unwrap().0;
    assert_eq!(ndjson(&alone), rows(&[("notes", Format::Ndjson, note.as_bytes())]));
    assert_eq!(alone.rows().map(|row| row.status).collect::<Vec<_>>(), [Status::NonBillable]);
    let spread = note.replace(", ", ",\n  ");
    assert_eq!(ndjson(&everything(spread.as_bytes(), None, 5).unwrap().0), ndjson(&alone));
}
