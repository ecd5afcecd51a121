//! Workbooks: typed cells, sheets, places, and what is no workbook.

use actbill::read::Format;
use actbill::run::{Input, Options, classify};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};

use crate::shared::{Ran, ready, run};

const HEADER: [&str; 9] = ["ID", "Client", "Date", "Start", "End", "Duration", "Activity", "Staff Role", "Eligibility"];

/// Returns a workbook whose second sheet has a title, a header row in row 3 and two notes.
fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Cover").unwrap().write(0, 0, "Invented").unwrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("March").unwrap();
    sheet.merge_range(0, 0, 0, 5, "Services", &CellFormat::new()).unwrap();
    sheet.write_row(2, 0, HEADER).unwrap();
    let (date, time, length) = ("m/d/yyyy", "h:mm AM/PM", "[h]:mm");
    for (row, client) in [(3, 417.0), (4, 533.0)] {
        sheet.write(row, 0, format!("n-{row}")).unwrap();
        sheet.write(row, 1, client).unwrap();
        let day = ExcelDateTime::from_ymd(2026, 3, 9).unwrap();
        sheet.write_with_format(row, 2, &day, &CellFormat::new().set_num_format(date)).unwrap();
        for (column, hour) in [(3, 9), (4, 10)] {
            let clock = ExcelDateTime::from_hms(hour, 5, 0.0).unwrap();
            sheet.write_with_format(row, column, &clock, &CellFormat::new().set_num_format(time)).unwrap();
        }
        let hour = ExcelDateTime::from_hms(1, 0, 0.0).unwrap();
        sheet.write_with_format(row, 5, &hour, &CellFormat::new().set_num_format(length)).unwrap();
        for (column, word) in [(6, "Job Coaching"), (7, "Vocational Specialist"), (8, "MO HealthNet")] {
            sheet.write(row, column, word).unwrap();
        }
    }
    sheet.write(6, 0, "Total: 2").unwrap();
    workbook.save_to_buffer().unwrap()
}

fn read(bytes: &[u8]) -> Ran<'static> {
    run(ready(), &[("notes.xlsx", Format::Workbook, bytes)], false).unwrap()
}

#[test]
fn typed_cells_are_read_as_notes_write_them() {
    let ran = read(&workbook());
    assert_eq!(ran.rows.len(), 2);
    for row in &ran.rows {
        assert_eq!(
            (row.date.as_deref(), row.start.as_deref(), row.end.as_deref()),
            (Some("2026-03-09"), Some("09:05"), Some("10:05"))
        );
        assert_eq!((row.minutes, row.payer.as_deref()), (Some(60), Some("department")), "{row:?}");
    }
    assert_eq!(ran.rows[0].client.as_deref(), Some("417"));
    let said: Vec<String> = ran.said.iter().map(ToString::to_string).collect();
    assert!(said[0].starts_with("notes.xlsx:March!A3: warning[skipped-rows]: the header row stands here"), "{said:?}");
    assert!(said[1].starts_with("notes.xlsx:March!A7: warning[skipped-rows]"), "{said:?}");
}

/// What a workbook is called does not matter.
#[test]
fn a_workbook_is_known_by_what_it_holds() {
    for format in [Format::Csv, Format::Json, Format::Ndjson, Format::Workbook] {
        assert_eq!(run(ready(), &[("n", format, &workbook())], false).unwrap().rows.len(), 2, "{format:?}");
    }
    let text = b"id,client,date\nn-1,client-a,2026-03-09\n";
    assert_eq!(run(ready(), &[("n.xlsx", Format::Workbook, text)], false).unwrap().rows.len(), 1);
}

#[test]
fn faults_stand_at_their_cells() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, HEADER).unwrap();
    sheet
        .write_row(1, 0, ["n-1", "client-a", "2026-03-09", "9:05", "25:00", "", "Job Coaching", "Nurse", "DMHH"])
        .unwrap();
    sheet
        .write_row(2, 0, ["n-2", "client-a", "2026-03-09", "", "", "45 min", "Job Coaching", "Nurse", "", "beyond"])
        .unwrap();
    sheet.write(3, 0, "n-3").unwrap();
    sheet.write(3, 1, 123_456_789_012_345_678.0).unwrap();
    let ran = read(&workbook.save_to_buffer().unwrap());
    let said: Vec<String> = ran.said.iter().map(|message| message.place.as_ref().unwrap().to_string()).collect();
    assert_eq!(said[..4], ["E2", "I2", "J3", "B4"].map(|cell| format!("notes.xlsx:Sheet1!{cell}")), "{:?}", ran.said);
    assert_eq!(ran.rows[2].errors[0].code, "mangled-id");
}

#[test]
fn a_sheet_can_be_named() {
    let bytes = workbook();
    let classified = |sheet: &str| {
        let input = Input { sheet: Some(sheet.to_owned()), ..Input::new("n.xlsx", None, bytes.as_slice()) };
        let options = Options::new(actbill::effective::parse_date("2026-04-01").unwrap());
        classify(ready(), vec![input], &options, &mut drop).map(|(report, _)| report.rows().count())
    };
    assert_eq!(classified("March").unwrap(), 2);
    let cover = classified("Cover").unwrap_err();
    assert_eq!(cover.code.as_str(), "no-header");
    let other = classified("April").unwrap_err().to_string();
    assert!(other.contains("no sheet `April`") && other.contains("`Cover` or `March`"), "{other}");
}

/// Damaged or cut workbooks are errors of the file, and no panic.
#[test]
fn what_is_no_workbook_is_an_error_of_the_file() {
    let whole = workbook();
    for length in (4..whole.len()).step_by(97) {
        let cut = &whole[..length];
        assert!(run(ready(), &[("n.xlsx", Format::Workbook, cut)], false).is_err(), "{length}");
    }
    for at in (4..whole.len()).step_by(61) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        // Whatever comes of it, it is no panic.
        drop(run(ready(), &[("n.xlsx", Format::Workbook, &damaged)], false));
    }
    let error = run(ready(), &[("n.csv", Format::Csv, b"PK\x03\x04 no workbook")], false).err().unwrap();
    assert_eq!(error.code.as_str(), "unreadable");
}

/// Explanations name the cell of a row, too.
#[test]
fn explanations_name_the_row_of_the_sheet() {
    let folder = crate::binary::Folder::new().with("notes.xlsx", workbook());
    let explained = folder.run(&["explain", "notes.xlsx", "--all", "--format", "json"]);
    assert_eq!(explained.status, 0, "{explained:?}");
    assert!(explained.stdout.contains("notes.xlsx:March!A4"), "{}", explained.stdout);
}
