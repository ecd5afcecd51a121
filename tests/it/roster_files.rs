//! Files of rosters: which are read, and how each fault of one is told. Half of a roster answers nothing.

use actbill::message::Code;
use actbill::read::Format;
use proptest::prelude::*;
use proptest::sample::select;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};

use crate::binary::Folder;
use crate::notes::{Record, written};
use crate::rosters::{CLIENTS, COVERED, SPECIALIST, STAFF, csv, loaded, open_note, outcome, rows};
use crate::shared::{agency, ready, told};

/// Returns the errors of a roster of clients.
fn errors(text: &str) -> Vec<String> {
    let errors = loaded(ready(), &csv(text, "")).unwrap_err();
    errors.iter().map(|error| error.to_string().lines().next().unwrap().to_owned()).collect()
}

/// Returns the warnings about a roster of clients.
pub(crate) fn warnings(text: &str) -> Vec<String> {
    let (_, warnings) = loaded(ready(), &csv(text, "")).unwrap();
    warnings.iter().map(|warning| warning.to_string().lines().next().unwrap().to_owned()).collect()
}

#[test]
fn every_fault_is_told_at_once_and_nothing_is_classified() {
    let clients = "id,eligibility,birth_date,activity,from,through\n\
                   ,rich,,,,\n\
                   client-a,department,2026-02-30,job_coaching,2026-03-02,2026-03-01\n\
                   client-b,department\n\
                   client-c,,,,soon,\n";
    let expected = [
        "clients:2:1: error[missing-field]: record 1, `id`: a required field has no answer",
        "clients:2:2: error[unknown-value]: record 1, `eligibility`: `rich` is no known value",
        "clients:3:32: error[bad-field]: record 2, `activity`: a roster cannot answer `activity`: only the note says what was done",
        "clients:3:21: error[bad-field]: record 2, `birth_date`: the field is not a day of the calendar",
        "clients:3:56: error[bad-field]: record 2, `through`: the row ends before it begins",
        "clients:4:1: error[ragged-row]: record 3: the row has 2 cells, the header 6",
        "clients:5:13: error[bad-field]: record 4, `from`: the field is not a day of the calendar",
    ];
    let mut found = errors(clients);
    found.sort();
    let mut sorted = expected.to_vec();
    sorted.sort_unstable();
    assert_eq!(found, sorted);

    let folder = Folder::new()
        .with("notes.ndjson", written(Format::Ndjson, &[open_note()]))
        .with("clients.csv", clients)
        .with("staff.csv", "id,staff_role\nstaff-1,nobody\n");
    let args = ["classify", "notes.ndjson", "--clients", "clients.csv", "--staff", "staff.csv"];
    let ended = folder.run(&args);
    assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
    assert_eq!(ended.stderr.matches("error[").count(), expected.len() + 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("staff.csv:2:9: error[unknown-value]"), "{}", ended.stderr);
    let ended = folder.run(&["explain", "notes.ndjson", "--all", "--clients", "clients.csv"]);
    assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
}

#[test]
fn a_file_that_is_no_roster_is_refused() {
    assert_eq!(
        errors("name,eligibility\nx,none\n"),
        ["clients:1:1: error[no-header]: no row names the fields of a roster: the first one names only 1 field"]
    );
    assert_eq!(errors("\n"), ["clients:1:1: error[no-notes]: the input is empty"]);
    assert_eq!(
        errors("id,ID,residence\nx,y,imd\n"),
        ["clients:2:1: error[repeated-field]: record 1, `id`: another field of this record means the same"]
    );
    assert_eq!(warnings("id,eligibility\n"), ["clients:1:1: warning[no-notes]: the roster holds no rows"]);
    let folder = Folder::new().with("notes.ndjson", written(Format::Ndjson, &[open_note()]));
    for args in [["--clients", "-"], ["--staff", "nowhere.csv"], ["--clients", "."]] {
        let ended = folder.run(&[&["classify", "notes.ndjson"][..], &args].concat());
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
    }
    let written_over = folder.with("clients.csv", COVERED);
    let ended = written_over.run(&["classify", "notes.ndjson", "--clients", "clients.csv", "-o", "clients.csv"]);
    assert!(ended.status == 2 && written_over.read("clients.csv") == COVERED, "{ended:?}");
}

/// A roster of other people answers nothing, which must not pass for a roster with nothing to say.
#[test]
fn a_roster_that_lists_nobody_whom_a_note_names_is_told() {
    let notes = |client: &str, staff: &str| {
        format!("id,client,staff,date,minutes,activity\nn-1,{client},{staff},2026-03-02,60,job_coaching\n")
    };
    let said = |notes: String, clients: &str, staff: &str| -> Vec<String> {
        let folder = Folder::new().with("notes.csv", notes).with("c.csv", clients).with("s.csv", staff);
        let ended = folder.run(&["classify", "notes.csv", "--clients", "c.csv", "--staff", "s.csv"]);
        assert!(ended.status < 2, "{ended:?}");
        ended.stderr.lines().filter(|line| line.contains("roster-unmatched")).map(str::to_owned).collect()
    };
    let (clients, staff) = ("id,eligibility\n00123,department\n", "id,staff_role,through\ns-1,nurse,2025-12-31\n");
    // A row counts whatever its dates, and one person is enough.
    let two = notes("00123", "s-1") + "n-2,client-b,s-2,2026-03-02,60,job_coaching\n";
    for matched in [notes("00123", "s-1"), two, notes("00123", "s-1").lines().next().unwrap().to_owned()] {
        assert_eq!(said(matched, clients, staff), [""; 0]);
    }
    assert_eq!(
        said(notes("123", ""), "id,eligibility\n", "id,staff_role\n"),
        [""; 0],
        "empty rosters are told otherwise"
    );
    assert_eq!(
        said(notes("123", ""), clients, staff),
        [
            "c.csv:1:1: warning[roster-unmatched]: the roster lists none of the clients that the records name",
            "s.csv:1:1: warning[roster-unmatched]: no record names a staff member"
        ]
    );
}

#[test]
fn headers_and_words_are_read_as_those_of_notes() {
    let own = agency(
        "[column]\n\"Payer Class\" = \"eligibility\"\n[alias.eligibility]\n\"dmh\" = \"department\"\n\
         [read]\ndate_order = \"month-day-year\"\nmissing = [\"n/a\"]\nignore = [\"Name\"]\n",
        &[],
    );
    let clients = "Roster of March\n\nClient ID;Name;Payer Class;Date of Birth;Mood;From;THROUGH\n\
                   client-a;A;DMH;n/a;;3/1/2026;12/31/2026\nClient ID;Name;Payer Class;Date of Birth;Mood;From;THROUGH\n";
    let (rosters, warnings) = loaded(&own, &csv(clients, "Role;Staff ID\nVocational Specialist;staff-1\n")).unwrap();
    let said: Vec<String> =
        warnings.iter().map(|warning| warning.to_string().lines().next().unwrap().to_owned()).collect();
    assert_eq!(
        said,
        [
            "clients:3:1: warning[skipped-rows]: the header row stands here; the row above it is skipped",
            "clients:1:1: warning[unknown-field]: a roster knows no field `Mood` (1 record); it is ignored"
        ]
    );
    assert_eq!(rosters.runs.iter().map(|run| run.rows).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(outcome(&rows(&own, &[open_note()], rosters)[0]), "department");
    // What only notes have is no field of a roster; an `id` comes before a column `client`, which may be a name.
    let said = warnings_of("id,client,minutes,eligibility\nclient-a,A,60,department\n");
    assert_eq!(
        said,
        [
            "a roster knows no field `client` (1 record); it is ignored",
            "a roster knows no field `minutes` (1 record); it is ignored"
        ]
    );
}

fn warnings_of(text: &str) -> Vec<String> {
    let (_, warnings) = loaded(ready(), &csv(text, "")).unwrap();
    assert!(warnings.iter().all(|warning| warning.code == Code::UnknownField));
    warnings.into_iter().map(|warning| warning.text).collect()
}

/// Returns a workbook with the rows of `COVERED` in its second sheet, with a typed date.
fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Cover").unwrap().write(0, 0, "Invented").unwrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Roster").unwrap();
    sheet.write_row(0, 0, ["id", "eligibility", "from"]).unwrap();
    sheet.write_row(1, 0, ["client-a", "department"]).unwrap();
    let first = ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
    sheet.write_with_format(1, 2, &first, &CellFormat::new().set_num_format("m/d/yyyy")).unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn formats_agree() {
    let records = [Record::of(&[("id", "client-a"), ("eligibility", "department"), ("from", "2026-03-01")])];
    let texts =
        [Format::Json, Format::Ndjson, Format::Csv].map(|format| (format, written(format, &records).into_bytes()));
    for (format, bytes) in texts.into_iter().chain([(Format::Workbook, workbook())]) {
        let staff = (STAFF, Format::Csv, SPECIALIST.as_bytes());
        let (rosters, warnings) = loaded(ready(), &[(CLIENTS, format, &bytes), staff]).unwrap();
        // These CSV records have a column `client`, too.
        assert!(warnings.iter().all(|warning| warning.text.contains("no field `client`")), "{format:?} {warnings:?}");
        let notes = [open_note(), open_note().with(&[("id", "n-2"), ("date", "2026-02-28")])];
        let rows = rows(ready(), &notes, rosters);
        assert_eq!(rows.iter().map(outcome).collect::<Vec<_>>(), ["department", "held"], "{format:?}");
    }
}

#[test]
fn no_message_repeats_what_a_roster_holds() {
    const MARK: &str = "Zqxwvut";
    let values = [MARK.to_owned(), format!("{MARK}: said so"), "4815162342108".to_owned(), "4.8E+15".to_owned()];
    let vocabulary = &ready().set.vocabulary;
    let names = vocabulary.field_names().chain(["id", "from", "through", "remark"]);
    for (name, value) in names.flat_map(|name| values.iter().map(move |value| (name, value))) {
        // A word for a coded fact may be shown, unless it is the id of its row.
        let row = Record::of(&[("id", MARK), ("eligibility", "none"), ("from", "2026-03-01")]);
        let row = row.with(&[(name, value)]);
        let rows = [row.clone(), row.clone().with(&[("through", "2026-01-01")]), row];
        for format in [Format::Json, Format::Ndjson, Format::Csv] {
            let text = written(format, &rows);
            let half = text.as_bytes().get(..text.len() / 2).unwrap_or_default();
            for bytes in [text.as_bytes(), half] {
                for kind in [CLIENTS, STAFF] {
                    let said = match loaded(ready(), &[(kind, format, bytes)]) {
                        Ok((_, warnings)) => warnings,
                        Err(errors) => errors,
                    };
                    let said = told(&said).to_lowercase();
                    assert!(!said.contains("zqxwvut") && !said.contains("4815162342108"), "{name}: {said}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_bytes_do_harm(
        pieces in prop::collection::vec(
            select(vec!["id", "client", "eligibility", "from", "through", "none", "2026-03-09", ",", "\n", "\"", "{", "}", ":", "x"]),
            0..30,
        ),
        format in select(Format::ALL.to_vec()),
    ) {
        let text = pieces.concat();
        match loaded(ready(), &[(CLIENTS, format, text.as_bytes())]) {
            Ok((rosters, _)) => prop_assert_eq!(rosters.runs.len(), 1),
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }
}
