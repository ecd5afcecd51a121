//! Files of earlier rows and adjustments: which are read, and how what is wrong with one is told.

use std::sync::Arc;

use actbill::effective::parse_date;
use actbill::history::{BilledEntry, BilledFile};
use actbill::read::Format;
use actbill::report::RowFormat;
use actbill::run::{Input, Options, classify, read_billed};
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};

use crate::history::{RULES, note, read_text, run};
use crate::notes::{Record, coaching, written};
use crate::shared::agency;

#[test]
fn what_is_no_row_of_an_earlier_run_is_told_with_its_record_and_field() {
    let ready = &RULES[0];
    let said = |text: &str| {
        let problems = read_text(&ready.set, "rows.ndjson", text.as_bytes()).unwrap_err();
        problems
            .iter()
            .map(|problem| format!("{:?} {:?}", problem.record, problem.field))
            .collect::<Vec<_>>()
            .join("; ")
    };
    let row = |rest: &str| {
        format!("{{\"id\":\"n-01\",\"client\":\"client-a\",\"date\":\"2026-03-02\",\"minutes\":60,{rest}}}\n")
    };
    let held = row("\"status\":\"held\"");
    assert_eq!(said("{}\n"), "Some(1) Some(\"status\")");
    assert_eq!(said(&(held.clone() + "{\"status\":\"held\"}\n")), "Some(2) Some(\"minutes\")");
    let billed = "\"status\":\"billable\",\"payer\":\"nobody\",\"service\":\"act_team\",\"units\":1";
    assert_eq!(said(&row(billed)), "Some(1) Some(\"payer\")");
    assert_eq!(said(&(held.clone() + "[]\n")), "Some(2) None");
    let problems = read_text(&ready.set, "rows.ndjson", (held.clone() + &row(billed)).as_bytes()).unwrap_err();
    assert_eq!(problems[0].place.as_ref().unwrap().to_string(), "rows.ndjson:2:95");
    assert!(read_text(&ready.set, "rows.ndjson", held.as_bytes()).is_ok());
}

/// An adjustment changes what an earlier run billed, so the rows of that run come first.
#[test]
fn an_adjustment_without_its_row_is_told() {
    let ready = &RULES[0];
    let coached = |minutes: &str| coaching(&[("minutes", minutes)]);
    let rows = ("rows.ndjson", run(ready, &[coached("60")], &[], RowFormat::Ndjson).text);
    let corrected = run(ready, &[coached("30")], std::slice::from_ref(&rows), RowFormat::Ndjson).adjustments;
    let adjustments = ("adjustments.ndjson", serde_json::to_string(&corrected[0]).unwrap() + "\n");
    assert_eq!(corrected.len(), 1);
    let said = |billed: &[&(&str, String)]| -> Vec<String> {
        let files: Vec<BilledFile> =
            billed.iter().map(|(name, text)| read_text(&ready.set, name, text.as_bytes()).unwrap()).collect();
        let options = Options { billed: Some(Arc::from(files)), ..Options::new(parse_date("2026-04-01").unwrap()) };
        let text = written(Format::Ndjson, &[coached("30")]);
        let mut said = Vec::new();
        let input = Input::new("notes", Some(Format::Ndjson), text.as_bytes());
        classify(ready, vec![input], &options, &mut |message| said.push(message.text)).unwrap();
        said
    };
    assert_eq!(said(&[&rows, &adjustments]), [""; 0]);
    let told = ["no row of an earlier run has the note of this adjustment"];
    assert_eq!(said(&[&adjustments, &rows]), told);
    assert_eq!(said(&[&adjustments]), told);
}

#[test]
fn a_service_that_is_counted_by_a_discharge_must_show_it() {
    let row = |more: &str| {
        format!(
            "{{\"id\":\"n-01\",\"client\":\"client-a\",\"date\":\"2026-03-02\",\"minutes\":30,\"status\":\"billable\",\
             \"payer\":\"medicare\",\"service\":\"transitional_care_high\",\"units\":1{more}}}\n"
        )
    };
    let read = |more: &str| read_text(&RULES[0].set, "rows.ndjson", row(more).as_bytes());
    let problems = read("").unwrap_err();
    assert!(problems[0].to_string().contains("`discharge_date`, which the row does not show"), "{}", problems[0]);
    assert!(read(",\"discharge_date\":\"2026-02-27\"").is_ok());
}

#[test]
fn a_file_without_rows_is_only_noteworthy() {
    for (name, text) in
        [("a.ndjson", ""), ("a.json", "[]"), ("a.csv", "id,action,client,date,payer,service,code,units\n")]
    {
        let mut said = Vec::new();
        let input = Input::new(name, Format::from_file_name(name), text.as_bytes());
        let file = read_billed(&RULES[0].set, input, &mut |message| said.push(message.code.as_str())).unwrap();
        assert_eq!((file.entries.len(), said.as_slice()), (0, ["no-notes"].as_slice()), "{name}");
    }
    assert!(read_text(&RULES[0].set, "rows.csv", b"name,mood\nx,y\n").is_err());
}

/// Returns the rows of a CSV as a workbook in which days and numbers are cells of their kind.
fn workbook(csv: &str) -> Vec<u8> {
    let (mut book, day) = (Workbook::new(), CellFormat::new().set_num_format("yyyy-mm-dd"));
    let sheet = book.add_worksheet();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    for (row, record) in (0..).zip(reader.records()) {
        for (column, cell) in (0..).zip(&record.unwrap()) {
            if let (Some(_), Ok(date)) = (parse_date(cell), ExcelDateTime::parse_from_str(cell)) {
                sheet.write_with_format(row, column, &date, &day).unwrap();
            } else if let Ok(number) = cell.parse::<f64>() {
                sheet.write(row, column, number).unwrap();
            } else if !cell.is_empty() {
                sheet.write(row, column, cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn rows_say_the_same_in_every_format_and_when_a_spreadsheet_saved_them(
        notes in prop::collection::vec(note(), 1..12)
    ) {
        let ready = &RULES[0];
        let notes: Vec<Record> =
            notes.iter().enumerate().map(|(at, note)| note.clone().with(&[("id", &format!("=n-{at}"))])).collect();
        let rows = |format| run(ready, &notes, &[], format).text;
        let entries = |name: &str, bytes: &[u8]| {
            let file = read_text(&ready.set, name, bytes).unwrap_or_else(|problems| panic!("{name}: {}", problems[0]));
            assert_eq!(file.entries.len(), notes.len());
            file.entries
        };
        let (expected, csv) = (entries("rows.ndjson", rows(RowFormat::Ndjson).as_bytes()), rows(RowFormat::Csv));
        prop_assert_eq!(&entries("rows.json", rows(RowFormat::Json).as_bytes()), &expected);
        prop_assert_eq!(&entries("rows.csv", csv.as_bytes()), &expected);
        prop_assert_eq!(&entries("rows.xlsx", &workbook(&csv)), &expected);
        let utf16: Vec<u8> = format!("\u{feff}{csv}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        prop_assert_eq!(&entries("rows.csv", &utf16), &expected);
    }
}

#[test]
fn dates_that_a_spreadsheet_wrote_again_are_read_in_the_declared_order() {
    let text = b"id,client,date,status,minutes\nn-01,client-a,3/2/2026,held,60\n";
    assert!(read_text(&RULES[0].set, "rows.csv", text).is_err());
    let declared = agency("[read]\ndate_order = \"month-day-year\"\n", &[]);
    let file = read_text(&declared.set, "rows.csv", text).unwrap();
    let [BilledEntry::Note(note)] = file.entries.as_slice() else { panic!("{:?}", file.entries) };
    assert_eq!(note.date, parse_date("2026-03-02").unwrap());
}
