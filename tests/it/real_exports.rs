//! Exports as other programs write them. Most situations were reported in public by people who do this job.

use actbill::message::Message;
use actbill::read::Format;
use actbill::report::Row;
use actbill::run::Ready;

use crate::shared::{Ran, agency, ready, run};

const HEADER: &str = "id,client,staff,date,minutes,activity,staff_role,eligibility,symptom_link,plan_link";

/// A row of a note that MO HealthNet pays for.
fn row(id: &str) -> String {
    format!("{id},client-a,staff-01,2026-03-10,30,interview_practice,vocational_specialist,mo_healthnet,yes,yes")
}

fn read<'r>(ready: &'r Ready, bytes: &[u8]) -> Ran<'r> {
    run(ready, &[("notes.csv", Format::Csv, bytes)], false).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the id, the payer and the codes of the faults of each row.
fn results(rows: &[Row]) -> Vec<String> {
    let result = |row: &Row| {
        let codes: Vec<&str> = row.errors.iter().map(|error| error.code).collect();
        format!("{} {}{}", row.id.as_deref().unwrap_or("?"), row.payer.as_deref().unwrap_or(""), codes.join(" "))
    };
    rows.iter().map(result).collect()
}

fn codes(said: &[Message]) -> Vec<&'static str> {
    said.iter().map(|message| message.code.as_str()).collect()
}

#[test]
fn separators_are_found_from_the_header_row() {
    let text = format!("{HEADER}\n{}\n{}\n", row("t1"), row("t2"));
    for separator in [",", ";", "\t", "|"] {
        for line_end in ["\n", "\r\n", "\r"] {
            let text = text.replace(',', separator).replace('\n', line_end);
            assert_eq!(
                results(&read(ready(), text.as_bytes()).rows),
                ["t1 mo_healthnet", "t2 mo_healthnet"],
                "{text:?}"
            );
        }
    }
    for sep in ["sep=,", "SEP=,", "\"sep=,\""] {
        let text = format!("{sep}\n{text}");
        assert_eq!(read(ready(), text.as_bytes()).rows.len(), 2, "{sep}");
    }
    // A quoted cell may hold the other separators.
    let quoted = text.replace(',', ";").replace("client-a", "\"a, b; c\"");
    assert_eq!(read(ready(), quoted.as_bytes()).rows[0].client.as_deref(), Some("a, b; c"));
    let declared = text.replace(',', "^");
    assert_eq!(read(ready(), format!("sep=^\n{declared}").as_bytes()).rows.len(), 2);
}

#[test]
fn rows_that_are_no_notes_are_counted_and_said_once() {
    let text = format!(
        "Service Detail Report\nReporting Period:,2026-03-01 to 2026-03-31\n\n{HEADER}\n{}\n,,,,,,,,,\n{HEADER}\n{}\n \
         ,,,,,,,,,\nTotals:,,,,60,,,,,\nPage 1 of 1\n\n",
        row("t1"),
        row("t2")
    );
    let ran = read(ready(), text.as_bytes());
    assert_eq!(results(&ran.rows), ["t1 mo_healthnet", "t2 mo_healthnet"]);
    assert_eq!(codes(&ran.said), ["skipped-rows", "skipped-rows"]);
    assert!(ran.said[0].to_string().starts_with("notes.csv:4:1: warning[skipped-rows]: the header row stands here"));
    assert!(ran.said[1].to_string().starts_with("notes.csv:10:1: "), "{}", ran.said[1]);
    let skipped = ran.report.run.inputs[0].skipped.clone().unwrap();
    let places = [1, 2, 6, 7, 9, 10, 11, 12].map(|line| format!("notes.csv:{line}:1"));
    assert_eq!((skipped.rows, skipped.places), (8, places.to_vec()));
    // All are counted, and the first twenty named.
    let ran = read(ready(), format!("{HEADER}\n{}\n{}", row("t1"), ",,,,,,,,,\n".repeat(25)).as_bytes());
    let skipped = ran.report.run.inputs[0].skipped.clone().unwrap();
    assert_eq!((skipped.rows, skipped.places.len(), skipped.places[19].as_str()), (25, 20, "notes.csv:22:1"));
}

#[test]
fn cells_that_say_nothing_do_no_harm() {
    let header = format!("{HEADER},,");
    for (name, text) in [
        ("an empty cell beyond the header", format!("{HEADER}\n{},\n", row("t1"))),
        ("names that are empty", format!("{header}\n{},,\n", row("t1"))),
        ("two unused columns of one name", format!("{HEADER},Remark,Remark\n{},a,b\n", row("t1"))),
        ("letter case", format!("{}\n{}\n", HEADER.to_uppercase(), row("t1"))),
    ] {
        assert_eq!(results(&read(ready(), text.as_bytes()).rows), ["t1 mo_healthnet"], "{name}");
    }
    let stray = read(ready(), format!("{header}\n{},x,\n", row("t1")).as_bytes());
    assert_eq!((results(&stray.rows).len(), codes(&stray.said)), (1, vec!["unknown-field"]));
    let narrow = read(ready(), format!("id,client,date\n{}\n", row("t1")).as_bytes());
    assert_eq!(results(&narrow.rows), ["t1 ragged-row"]);
}

#[test]
fn text_of_windows_is_read_and_said_once() {
    let text = format!("{HEADER},Comment\n{},client\u{2}s mother\n{},plain\n", row("t1"), row("t2"));
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == 2 { 0x92 } else { byte }).collect();
    let ran = read(ready(), &bytes);
    assert_eq!(results(&ran.rows), ["t1 mo_healthnet", "t2 mo_healthnet"]);
    assert_eq!(codes(&ran.said), ["windows-1252", "unknown-field"]);
}

#[test]
fn ids_that_a_spreadsheet_changed_are_refused_or_said() {
    let change = |client: &str, id: &str| row(id).replace("client-a", client);
    let text = format!("{HEADER}\n{}\n{}\n", change("1.2E+11", "t1"), change("client-a", "6.75127E+17"));
    let ran = read(ready(), text.as_bytes());
    assert_eq!(results(&ran.rows), ["t1 mangled-id", "6.75127E+17 mangled-id"]);
    for (one, other) in [("00123", "123"), ("123.0", "123"), ("Client-A", "client-a"), ("client\u{200b}-a", "client-a")]
    {
        let text = format!("{HEADER}\n{}\n{}\n", change(one, "t1"), change(other, "t2"));
        let said = read(ready(), text.as_bytes()).said;
        assert_eq!(codes(&said), ["similar-ids"], "{one}");
        assert!(
            !said[0].to_string().contains("123") && said[0].to_string().contains("record 1 and record 2"),
            "{}",
            said[0]
        );
    }
    // Around an id, what cannot be seen is trimmed.
    let text = format!("{HEADER}\n{}\n{}\n", change("\u{feff}client-a\u{a0}", "t1"), change("client-a", "t2"));
    let ran = read(ready(), text.as_bytes());
    assert_eq!((ran.rows[0].client.clone(), codes(&ran.said)), (Some("client-a".to_owned()), vec![]));
    // Every digit of a number is kept.
    let json = "[{\"id\": 675127116845989888}, {\"id\": 675127116845989889}]";
    let ids = run(ready(), &[("n", Format::Json, json.as_bytes())], false).unwrap().rows;
    assert_eq!(
        ids.iter().map(|row| row.id.as_deref().unwrap()).collect::<Vec<_>>(),
        ["675127116845989888", "675127116845989889"]
    );
}

#[test]
fn dates_of_undeclared_order_are_not_guessed() {
    let on_date = |date: &str, id: &str| row(id).replace("2026-03-10", date);
    let text = format!("{HEADER}\n{}\n{}\n", on_date("03/10/2026", "d1"), on_date("3/13/2026", "d2"));
    let ran = read(ready(), text.as_bytes());
    assert_eq!(results(&ran.rows), ["d1 date-order", "d2 date-order"]);
    let last = ran.said.last().unwrap();
    assert!(
        last.text.contains("all 2 dates without a declared order fit month, day, year, and no other order"),
        "{last}"
    );
    assert!(last.help.as_ref().unwrap().contains("`date_order = \"month-day-year\"`"));

    let declared = agency("[read]\ndate_order = \"month-day-year\"\n", &[]);
    let text = format!("{text}{}\n{}\n", on_date("14/04/2026", "d3"), on_date("3.9.26", "d4"));
    let ran = read(&declared, text.as_bytes());
    assert_eq!(results(&ran.rows), ["d1 mo_healthnet", "d2 mo_healthnet", "d3 bad-field", "d4 mo_healthnet"]);
    let dates: Vec<_> = ran.rows.iter().map(|row| row.date.as_deref()).collect();
    assert_eq!(dates, [Some("2026-03-10"), Some("2026-03-13"), None, Some("2026-03-09")]);
    let european = agency("[read]\ndate_order = \"day-month-year\"\n", &[]);
    assert_eq!(
        read(&european, format!("{HEADER}\n{}\n", on_date("3/10/2026", "d1")).as_bytes()).rows[0].date.as_deref(),
        Some("2026-10-03")
    );
}

#[test]
fn points_in_time_are_no_dates_unless_they_are_midnight() {
    let on_date = |date: &str, id: &str| row(id).replace("2026-03-10", date);
    let dates = ["2026-03-11T02:30:00Z", "2026-03-10T00:00:00.000Z", "1773100800000", "2026-03-10 00:00:00"];
    let rows: Vec<String> = dates.iter().zip(["t1", "t2", "t3", "t4"]).map(|(date, id)| on_date(date, id)).collect();
    let ran = read(ready(), format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes());
    assert_eq!(results(&ran.rows), ["t1 bad-field", "t2 mo_healthnet", "t3 bad-field", "t4 mo_healthnet"]);
    assert!(ran.rows[2].errors[0].text.contains("`0000000000000`"), "{:?}", ran.rows[2].errors);
}

#[test]
fn lengths_in_hours_and_parts_of_minutes_are_declared() {
    let header = HEADER.replace("minutes", "duration");
    let lasting = |length: &str, id: &str| row(id).replace(",30,", &format!(",{length},"));
    let text =
        format!("{header}\n{}\n{}\n{}\n", lasting("1.5", "w1"), lasting("18:25 min", "w2"), lasting("1:35", "w3"));
    let minutes = |lines: &str| {
        let ready = agency(lines, &[]);
        read(&ready, text.as_bytes()).rows.iter().map(|row| row.minutes).collect::<Vec<_>>()
    };
    assert_eq!(minutes(""), [None, None, Some(95)]);
    assert_eq!(minutes("[read]\npart_of_minute = \"drop\"\n"), [None, Some(18), Some(95)]);
    assert_eq!(minutes("[read]\nduration = \"hours\"\n"), [Some(90), None, Some(95)]);
    let both = "[read]\nduration = \"minutes\"\npart_of_minute = \"drop\"\n";
    assert_eq!(minutes(both), [Some(1), Some(18), Some(95)]);
}

#[test]
fn an_hour_before_midnight_ends_at_midnight_and_a_later_end_needs_its_date() {
    let header = "id,client,date,start,end,end_date,activity,staff_role,eligibility";
    let note = |id: &str, end: &str, end_date: &str| {
        format!(
            "{id},client-{id},2026-03-10,11:00 PM,{end},{end_date},job_coaching,vocational_specialist,mo_healthnet\n"
        )
    };
    let text = [
        note("e1", "00:00", ""),
        note("e2", "24:00", ""),
        note("e3", "1:00 AM", ""),
        note("e4", "1:00 AM", "2026-03-11"),
    ];
    let ran = read(ready(), format!("{header}\n{}", text.concat()).as_bytes());
    let shown: Vec<_> = ran.rows.iter().map(|row| (row.minutes, row.end.as_deref())).collect();
    assert_eq!(
        shown,
        [(Some(60), Some("24:00")), (Some(60), Some("24:00")), (None, Some("01:00")), (Some(120), Some("01:00"))]
    );
    assert_eq!(ran.rows[3].date.as_deref(), Some("2026-03-10"));
    assert!(!ran.rows[2].errors[0].text.contains("split"), "{:?}", ran.rows[2].errors);
}

#[test]
fn words_that_mean_not_answered_are_declared() {
    let text =
        format!("{HEADER}\n{}\n{}\n", row("t1").replace("yes,yes", "N/A,-"), row("t2").replace("yes,yes", "n/a,?"));
    let ready = agency("[read]\nmissing = [\"N/A\", \"-\", \"?\"]\n", &[]);
    assert_eq!(results(&read(&ready, text.as_bytes()).rows), ["t1 ", "t2 "]);
    // A value of a fact is one even where its word means "not answered" elsewhere; a client it is not.
    let none = agency("[read]\nmissing = [\"none\"]\n", &[]);
    let text = format!("{HEADER}\n{}\n", row("t1").replace("mo_healthnet", "None"));
    assert_eq!(read(&none, text.as_bytes()).rows[0].payer.as_deref(), Some("non_billable"));
    let text = format!("{HEADER}\n{}\n", row("t1").replace("client-a", "None"));
    assert_eq!(results(&read(&none, text.as_bytes()).rows), ["t1 missing-field"]);
}

#[test]
fn columns_that_nobody_needs_are_not_spoken_of() {
    let header = HEADER.replace("staff,", "Provider,");
    let text = format!("{header},Narrative,Staff ID\n{},text,staff-02\n", row("t1"));
    assert_eq!(results(&read(ready(), text.as_bytes()).rows), ["t1 repeated-field"]);
    let ready = agency("[read]\nignore = [\"NARRATIVE\", \"staff id\"]\n", &[]);
    for strict in [false, true] {
        let ran = run(&ready, &[("n", Format::Csv, text.as_bytes())], strict).unwrap();
        assert!(ran.rows[0].errors.is_empty() && ran.said.is_empty(), "{:?}", ran.said);
    }
    let json = "{\"id\": \"n-1\", \"Narrative\": 1, \"narrative\": 2}\n".repeat(2);
    let said = run(&ready, &[("n", Format::Ndjson, json.as_bytes())], false).unwrap().said;
    assert!(said.iter().all(|message| message.code.as_str() != "unknown-field"), "{said:?}");
}

#[test]
fn an_agency_may_call_a_column_like_another_field() {
    let text =
        "id,client,date,minutes,Code,Provider,staff_role\nt1,client-a,2026-03-10,30,Job Coaching,nurse-1,nurse\n";
    let ready = agency("[column]\n\"CODE\" = \"activity\"\n\"provider\" = \"practitioner\"\n", &[]);
    let row = &read(&ready, text.as_bytes()).rows[0];
    assert_eq!((row.activity.as_deref(), row.staff.as_deref()), (Some("job_coaching"), None));
}

#[test]
fn every_fault_of_a_record_is_told() {
    let text = format!("{HEADER}\nt1,,staff-01,2026-02-30,0,knitting,nrse,mo_healthnet,perhaps,yes\n");
    let ran = read(ready(), text.as_bytes());
    let told: Vec<(&str, &str)> =
        ran.rows[0].errors.iter().map(|error| (error.code, error.field.as_deref().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("missing-field", "client"),
            ("bad-field", "date"),
            ("bad-field", "minutes"),
            ("unknown-value", "activity"),
            ("unknown-value", "staff_role"),
            ("unknown-value", "symptom_link"),
        ]
    );
    let said: Vec<String> = ran.said.iter().map(ToString::to_string).collect();
    assert!(said[3].contains("`knitting` is no known value"), "{}", said[3]);
    assert!(said[4].contains("`nrse` is no known value") && said[4].contains("did you mean `nurse`?"), "{}", said[4]);
    assert!(said[4].contains("`\"nrse\" = \"VALUE\"` under `[alias.staff_role]`"), "{}", said[4]);
}

/// A hint never leads from a no to a yes, nor to what looks like the word itself.
#[test]
fn hints_do_not_make_a_wrong_answer_easy() {
    let hint = |field: &str, word: &str| {
        let role = if field == "staff_role" { "" } else { "\"staff_role\": \"nurse\", " };
        let json = format!(
            "{{\"id\": \"n-1\", \"client\": \"c\", \"date\": \"2026-03-10\", \"minutes\": 30, \"activity\": \"other\", \
             {role}\"{field}\": \"{word}\"}}"
        );
        let ran = run(ready(), &[("n", Format::Json, json.as_bytes())], false).unwrap();
        ran.said.first().map(|message| message.help.clone().unwrap())
    };
    for word in ["-", "?", "X", "ye", "nope", "yess"] {
        let hint = hint("plan_link", word).unwrap();
        assert!(hint.starts_with("it takes `yes` or `no`; ") && !hint.contains("did you mean"), "{word}: {hint}");
    }
    for word in ["N", "0", "no", "F", "false", "Y", "1", "t", "TRUE"] {
        assert_eq!(hint("plan_link", word), None, "{word}");
    }
    let hinted = |field: &str, word: &str| hint(field, word).unwrap().starts_with("did you mean");
    assert!(hinted("eligibility", "mo_healthnett") && hinted("staff_role", "Voc Spec"));
    assert!(!hinted("eligibility", "not_mo_healthnet") && !hinted("eligibility", "spenddown_met"));
    assert!(!hinted("residence", "outpatient"));
    assert_eq!(hint("staff_role", "nurs\u{435}").as_deref(), Some("did you mean `nurse`? Write it with plain letters"));
}

/// Three notes and a missing quote: no note is made of parts of two.
#[test]
fn a_quote_never_mixes_two_notes() {
    let text = "id;client;Comment;date;minutes;activity;staff_role;eligibility\n\
                t1;client-a;\"said: not today;2026-03-10;15;job_coaching;vocational_specialist;mo_healthnet\n\
                t2;client-b;fine;2026-03-10;30;job_coaching;vocational_specialist;mo_healthnet\n\
                t3;client-c;left early\";2026-03-11;240;job_coaching;vocational_specialist;mo_healthnet\n\
                t4;client-d;ok;2026-03-11;30;job_coaching;vocational_specialist;mo_healthnet\n";
    for text in [text.to_owned(), text.replace(';', ","), text.replace(';', "\t"), text.replace(';', "|")] {
        let ran = read(ready(), text.as_bytes());
        assert_eq!(results(&ran.rows), ["t1 swallowed-rows", "t4 department"], "{text}");
        assert_eq!((ran.rows[0].date.as_deref(), ran.rows[0].client.as_deref()), (None, Some("client-a")));
        assert!(ran.said[0].text.contains("lines 2 to 4"), "{}", ran.said[0]);
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(results(&read(ready(), &utf16).rows), ["t1 swallowed-rows", "t4 department"], "{text}");
        let windows: Vec<u8> =
            text.replace("fine", "fin\u{1}").bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect();
        assert_eq!(results(&read(ready(), &windows).rows), ["t1 swallowed-rows", "t4 department"], "{text}");
    }
}

#[test]
fn a_header_without_the_columns_of_a_note_loses_no_row() {
    let ran = read(ready(), b"staff,staff_role,minutes,contact\ns1,nurse,30,phone\ns2,nurse,45,phone\n");
    assert_eq!(ran.rows.len(), 2);
    assert!(ran.rows.iter().all(|row| row.status.as_str() == "rejected"));
}

/// An agency's own mapping comes before the name of the field itself, and that before a customary header.
#[test]
fn of_two_columns_for_one_field_the_clearer_one_is_read() {
    let note = ",2026-03-10,30,job_coaching,vocational_specialist\n";
    let text = format!("id,Visit ID,MRN,client,date,minutes,activity,staff_role\nn-1,v-1,m-1,client-a{note}");
    let ran = read(ready(), text.as_bytes());
    assert_eq!((ran.rows[0].id.as_deref(), ran.rows[0].client.as_deref()), (Some("n-1"), Some("client-a")));
    assert_eq!(codes(&ran.said), ["unknown-field", "unknown-field"]);
    let own = agency("[column]\n\"Visit ID\" = \"id\"\n", &[]);
    assert_eq!(read(&own, text.as_bytes()).rows[0].id.as_deref(), Some("v-1"));
    let text = format!("Note ID,Visit ID,client,date,minutes,activity,staff_role\nn-1,v-1,client-a{note}");
    assert_eq!(read(ready(), text.as_bytes()).rows[0].errors[0].code, "repeated-field");
}
