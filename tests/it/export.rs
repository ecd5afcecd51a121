//! The example of an export: its draft, and the same month as text and as a workbook.

use std::env;
use std::fs;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use crate::page::{actbill, page, root};

/// Environment variable that makes the tests rewrite the draft and the workbook.
const BLESS: &str = "ACTBILL_BLESS";

const WITH: [&str; 4] = ["--with", "examples/export/agency.toml", "--format", "ndjson"];

/// The draft is what `setup` writes, and it is a valid agency file before anybody has completed it.
#[test]
fn the_draft_is_that_of_setup() {
    let draft = actbill(&["setup", "examples/export/march.csv"]);
    if env::var_os(BLESS).is_some() {
        fs::write(root().join("examples/export/draft.toml"), &draft).unwrap();
    }
    assert_eq!(draft, page("examples/export/draft.toml"));
    let drafted =
        ["classify", "examples/quickstart/notes.json", "--with", "examples/export/draft.toml", "--format", "csv"];
    assert_eq!(actbill(&drafted).lines().count(), 14);
}

#[test]
fn the_workbook_holds_the_notes_of_the_text() {
    if env::var_os(BLESS).is_some() {
        write_workbook();
    }
    let rows = |name: &str| actbill(&[&["classify", name][..], &WITH].concat());
    let text = rows("examples/export/march.csv");
    assert_eq!(text.lines().count(), 38);
    assert!(!text.contains("rejected"), "{text}");
    assert_eq!(rows("examples/export/march.xlsx"), text);
}

/// No id, name or narrative of the export stands in the draft.
#[test]
fn the_draft_holds_nothing_about_a_person() {
    let export = page("examples/export/march.csv");
    let draft = page("examples/export/draft.toml");
    for line in export.lines().filter(|line| line.starts_with("S-")) {
        let cells: Vec<&str> = line.split(',').collect();
        for private in [cells[0], cells[1], cells[2], "Invented text", "He said"] {
            assert!(!draft.contains(private), "{private}");
        }
    }
}

/// Writes the month as a workbook: a merged title, true dates and times, ids as text.
fn write_workbook() {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2026, 4, 1).unwrap();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let sheet = workbook.add_worksheet();
    sheet.set_name("March").unwrap();
    let text = page("examples/export/march.csv");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for (number, row) in (0..).zip(reader.records()) {
        for (column, cell) in (0..).zip(row.unwrap().iter()) {
            write_cell(sheet, number, column, cell);
        }
    }
    sheet.merge_range(0, 0, 0, 14, "Service Detail Report (invented)", &Format::new()).unwrap();
    workbook.save(root().join("examples/export/march.xlsx")).unwrap();
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &str) {
    let numbers: Vec<u16> = cell.split(['/', ':', ' ']).filter_map(|part| part.parse().ok()).collect();
    match (column, numbers.as_slice()) {
        (3, [month, day, year]) => {
            let date =
                ExcelDateTime::from_ymd(*year, (*month).try_into().unwrap(), (*day).try_into().unwrap()).unwrap();
            sheet.write_datetime_with_format(row, column, &date, &Format::new().set_num_format("m/d/yyyy")).unwrap();
        }
        (4 | 5, [hour, minute]) => {
            let hour = hour % 12 + if cell.ends_with("PM") { 12 } else { 0 };
            let time = ExcelDateTime::from_hms(hour, (*minute).try_into().unwrap(), 0.0).unwrap();
            sheet.write_datetime_with_format(row, column, &time, &Format::new().set_num_format("h:mm AM/PM")).unwrap();
        }
        (6, [hours, minutes]) => {
            let time = ExcelDateTime::from_hms(*hours, (*minutes).try_into().unwrap(), 0.0).unwrap();
            sheet.write_datetime_with_format(row, column, &time, &Format::new().set_num_format("[h]:mm")).unwrap();
        }
        _ if cell.is_empty() => {}
        _ => drop(sheet.write_string(row, column, cell).unwrap()),
    }
}
