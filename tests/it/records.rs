//! A faulty record is reported identically in every format and in every order of its fields.

use std::fmt::Write as _;

use actbill::message::{Code, Message};
use actbill::read::Format;
use proptest::prelude::*;

use crate::shared::{Ran, ndjson, ready, run};

/// Fields of a note, each with possible answers, of which some are wrong.
const FIELDS: [(&str, &[&str]); 11] = [
    ("id", &["n-01", "n-02", "n-03", ""]),
    ("client", &["client-a", ""]),
    ("date", &["2026-03-09", "09.03.2026", ""]),
    ("start", &["9:00", "nine", ""]),
    ("end", &["9:45", "8:00", ""]),
    ("minutes", &["45", "44", "0", "4.5e1", ""]),
    ("activity", &["transport", "transprot", ""]),
    ("staff_role", &["nurse", "nrse", ""]),
    ("contact", &["in_person", "letter", ""]),
    ("residence", &["imd", "home", ""]),
    ("birth_date", &["1980-01-01", "2030-01-01", "01/01/1980"]),
];

/// Generates records as picks among the answers, and two orders of the fields.
fn records() -> impl Strategy<Value = (Vec<Vec<usize>>, Vec<usize>, Vec<usize>)> {
    // In CSV, a record that does not even say which note it is would be a blank row or a line of totals.
    let with_id = |mut picks: Vec<usize>| {
        let in_order: Vec<usize> = (0..FIELDS.len()).collect();
        let tells = |(name, answer): (&str, &str)| ["id", "client", "date"].contains(&name) && !answer.is_empty();
        if answers(&picks, &in_order).filter(|answer| tells(*answer)).count() < 2 {
            picks[..3].fill(0);
        }
        picks
    };
    let picks = prop::collection::vec(prop::collection::vec(0usize..60, FIELDS.len()).prop_map(with_id), 1..5);
    let order = || Just((0..FIELDS.len()).collect::<Vec<_>>()).prop_shuffle();
    (picks, order(), order())
}

/// Returns the answers of one record in the given order.
fn answers<'p>(picks: &'p [usize], order: &'p [usize]) -> impl Iterator<Item = (&'static str, &'static str)> + 'p {
    // The first answer of each field is the good one, and the most frequent.
    order.iter().map(|at| (FIELDS[*at].0, FIELDS[*at].1[picks[*at].saturating_sub(40) % FIELDS[*at].1.len()]))
}

fn json(picks: &[usize], order: &[usize]) -> String {
    let members = answers(picks, order).filter(|(_, answer)| !answer.is_empty());
    format!("{{{}}}", members.map(|(name, answer)| format!("{name:?}:{answer:?}")).collect::<Vec<_>>().join(","))
}

fn csv(records: &[Vec<usize>], order: &[usize]) -> String {
    let mut text = order.iter().map(|at| FIELDS[*at].0).collect::<Vec<_>>().join(",") + "\n";
    for picks in records {
        writeln!(text, "{}", answers(picks, order).map(|(_, answer)| answer).collect::<Vec<_>>().join(",")).unwrap();
    }
    text
}

fn ran(format: Format, text: &str, strict: bool) -> Ran<'static> {
    run(ready(), &[("notes", format, text.as_bytes())], strict).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Property 4 for records with several faults.
    #[test]
    fn all_faults_are_told_in_the_same_order((records, one, other) in records()) {
        let rows = |format, text: &str| ndjson(&ran(format, text, false).report);
        let lines: Vec<String> = records.iter().map(|picks| json(picks, &one)).collect();
        let ndjson = rows(Format::Ndjson, &lines.join("\n"));
        let reversed: Vec<usize> = one.iter().rev().copied().collect();
        let array: Vec<String> = records.iter().map(|picks| json(picks, &reversed)).collect();
        prop_assert_eq!(&rows(Format::Json, &format!("[{}]", array.join(","))), &ndjson);
        prop_assert_eq!(&rows(Format::Csv, &csv(&records, &one)), &ndjson);
        prop_assert_eq!(&rows(Format::Csv, &csv(&records, &other)), &ndjson);
    }
}

/// Returns the code and the field of each rejected record.
fn faults<'r>(ran: &'r Ran<'_>) -> Vec<(&'r str, Option<&'r str>)> {
    ran.rows.iter().flat_map(|row| row.errors.iter()).map(|e| (e.code, e.field.as_deref())).collect()
}

/// Returns the codes and fields of the first two faults.
fn first_two(ran: &Ran<'_>) -> Vec<(&'static str, Option<String>)> {
    let faults = ran.rows.iter().flat_map(|row| &row.errors);
    faults.take(2).map(|error| (error.code, error.field.clone())).collect()
}

#[test]
fn faults_of_form_are_told_in_a_fixed_order_too() {
    let twice = ["client", "date"].map(|name| ("repeated-field", Some(name.to_owned())));
    for text in
        ["{\"date\":1,\"client\":2,\"date\":3,\"client\":4}", "{\"client\":1,\"date\":2,\"client\":3,\"date\":4}"]
    {
        assert_eq!(first_two(&ran(Format::Ndjson, text, false)), twice);
    }
    for text in ["date,client,date,client\nx,,,\n", "client,client,date,date\nx,,,\n"] {
        assert_eq!(first_two(&ran(Format::Csv, text, false)), twice);
    }
    for text in ["{\"zeal\":1,\"ardour\":2}", "{\"ardour\":1,\"zeal\":2}"] {
        let unknown = ["ardour", "zeal"].map(|name| ("unknown-field", Some(name.to_owned())));
        assert_eq!(first_two(&ran(Format::Ndjson, text, true)), unknown);
    }
}

#[test]
fn of_a_field_that_stands_twice_no_value_is_taken() {
    let text = "{\"id\":\"n-01\",\"client\":\"client-a\",\"date\":\"2026-03-09\",\"date\":\"2026-03-10\"}";
    let row = &ran(Format::Ndjson, text, false).rows[0];
    assert_eq!((row.client.as_deref(), row.date.as_deref()), (Some("client-a"), None));
}

#[test]
fn the_ids_of_a_record_with_two_are_used_both() {
    let good = "\"client\":\"client-a\",\"date\":\"2026-03-09\",\"minutes\":45,\"activity\":\"other\",\"staff_role\":\"nurse\"";
    let text =
        format!("{{\"id\":\"n-01\",\"id\":\"n-02\",{good}}}\n{{\"id\":\"n-01\",{good}}}\n{{\"id\":\"n-02\",{good}}}");
    let ran = ran(Format::Ndjson, &text, false);
    assert_eq!(
        faults(&ran).iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        ["repeated-field", "repeated-id", "repeated-id"]
    );
}

#[test]
fn an_unknown_field_is_counted_once_a_record() {
    let ran = ran(Format::Ndjson, "{\"mood\":1,\"mood\":2}\n{\"mood\":3}", false);
    assert_eq!(ran.report.run.unknown_fields.get("mood"), Some(&2));
}

/// Records are numbered within their input, also where an id is that of another input.
#[test]
fn a_rejected_record_of_a_further_input_is_told_with_its_number_there() {
    let note = |id: &str| {
        format!(
            "{{\"id\":\"{id}\",\"client\":\"c\",\"date\":\"2026-03-02\",\"minutes\":15,\"activity\":\"job_coaching\",\"staff_role\":\"nurse\"}}\n"
        )
    };
    let (first, second) = ([note("n-1"), note("n-2")].concat(), [note("n-3"), "{}\n".into(), note("n-2")].concat());
    let inputs = [("one", Format::Ndjson, first.as_bytes()), ("two", Format::Ndjson, second.as_bytes())];
    let said = run(ready(), &inputs, false).unwrap().said;
    let place = |message: &Message| (message.place.as_ref().unwrap().to_string(), message.record);
    let mut places: Vec<_> = said.iter().map(place).collect();
    places.dedup();
    assert_eq!(places, [("two:2:1".to_owned(), Some(2)), ("two:3:7".to_owned(), Some(3))]);
}

#[test]
fn ten_thousand_names_of_unknown_fields_are_kept() {
    let others = |names: usize| {
        let notes: String = (0..names).map(|at| format!("{{\"mood_{at}\":1}}\n")).collect::<Vec<_>>().concat();
        let ran = ran(Format::Ndjson, &notes, false);
        let said = ran.said.iter().find(|said| said.text.contains("other fields")).unwrap();
        (ran.report.run.unknown_fields.len(), said.text.contains("more than"))
    };
    assert_eq!([10_000, 10_001].map(others), [(10_000, false), (10_000, true)]);
}

#[test]
fn a_column_without_a_name_is_told_of_once_if_something_stands_in_it() {
    let said = |text: &str, strict| {
        let ran = ran(Format::Csv, text, strict);
        let unknown: Vec<String> = ran
            .said
            .iter()
            .filter(|message| message.code == Code::UnknownField)
            .map(|message| message.text.clone())
            .collect();
        (unknown, faults(&ran).iter().map(|(code, _)| (*code).to_owned()).collect::<Vec<_>>())
    };
    let header = "id,client,date,minutes,activity,staff_role,,";
    let row = |id: &str, rest: &str| format!("\n{id},client-a,2026-03-09,45,other,nurse,{rest}");
    let filled = header.to_owned() + &row("n-01", "x,") + &row("n-02", ",") + &row("n-03", "x,y");
    let (unknown, faults) = said(&filled, false);
    assert_eq!(unknown, ["a field without a name (2 records) is ignored"]);
    assert!(faults.is_empty());
    assert_eq!(said(&filled, true).1, ["unknown-field", "unknown-field"]);
    let empty = header.to_owned() + &row("n-01", ",");
    assert_eq!(said(&empty, true), (Vec::new(), Vec::new()));
}

#[test]
fn minutes_may_have_an_exponent_in_every_format() {
    let minutes = |minutes: &str| {
        let header = "id,client,date,activity,staff_role,minutes";
        let text = format!("{header}\nn-01,client-a,2026-03-09,other,nurse,{minutes}\n");
        ran(Format::Csv, &text, false).rows[0].minutes
    };
    assert_eq!((minutes("4.5e1"), minutes("4.5E+01"), minutes("30e0")), (Some(45), Some(45), Some(30)));
    for wrong in ["4.55e1", "1_0e0", "e1", "45e", "-4.5e1", "4.5e1e1", ".e1"] {
        assert_eq!(minutes(wrong), None, "{wrong}");
    }
}

#[test]
fn a_document_whose_notes_are_no_array_has_none() {
    let refused = |text: &str| run(ready(), &[("n.json", Format::Json, text.as_bytes())], false).err();
    for text in ["{\"notes\": 5}", "{\"notes\": null, \"client\": \"client-a\"}"] {
        let error = refused(text).unwrap();
        assert_eq!((error.code, error.text.as_str()), (Code::NoNotes, "`notes` is not an array"));
    }
    assert!(refused("{\"id\": \"n-01\", \"notes\": \"free text\"}").is_none(), "one note with a field of that name");
}

#[test]
fn columns_count_characters() {
    let text = "[{\"id\": \"n-01\",\n  \"client\": \"clïent-ä\", oops}]";
    let error = run(ready(), &[("n.json", Format::Json, text.as_bytes())], false).err().unwrap();
    assert_eq!(error.place.unwrap().to_string(), "n.json:2:25");
}

/// Three notes and one missing closing quote: the record reports its lines, and nothing else is lost.
#[test]
fn a_record_that_swallows_rows_is_rejected_with_its_lines() {
    let note = |id: &str| format!("{id},client-a,2026-03-09,45,other,nurse,\n");
    let header = "id,client,date,minutes,activity,staff_role,remark\n";
    let texts = |text: &str| {
        let rows = ran(Format::Csv, text, false).rows;
        rows.into_iter().map(|row| (row.id, row.errors.first().map(|error| error.code))).collect::<Vec<_>>()
    };
    let row = |id: &str, code| (Some(id.to_owned()), code);
    let open = "n-1,client-a,2026-03-09,45,other,nurse,\"open\n";
    // The next quote closes a cell that was never meant to be open.
    let rest = "n-3,client-a,2026-03-09,45,other,nurse,\"closed\"\n";
    let text = format!("{header}{open}{}{rest}{}", note("n-2"), note("n-4"));
    assert_eq!(texts(&text), [row("n-1", Some("swallowed-rows")), row("n-4", None)]);
    let said = ran(Format::Csv, &text, false).said[0].to_string();
    assert!(said.starts_with("notes:2:1: error[swallowed-rows]: record 1: "), "{said}");
    assert!(said.contains("lines 2 to 4 are read as one record"), "{said}");
    // An id that holds other notes is no id.
    let text = format!("{header}\"{}{rest}{}", note("n-2"), note("n-4"));
    assert_eq!(texts(&text), [(None, Some("swallowed-rows")), row("n-4", None)]);
    // Two rows alone, joined by a quote that stands right before the end of a cell, or in the middle of one.
    for end in ["n-2,client-a,2026-03-09,45,other,nurse,end\"\n", "n-2,client-a,2026-03-09,45,other,nurse,\"end\"\n"] {
        let rows = texts(&format!("{header}{open}{end}{}", note("n-3")));
        assert!(matches!(rows[0].1, Some("swallowed-rows" | "stray-quote")), "{rows:?}");
        assert_eq!(rows[1..], [row("n-3", None)]);
    }
    // A text of several lines is no such record.
    let remark = "\"One line,\nanother one, with commas,\n\nand an end\"";
    let text = header.to_owned() + &note("n-1").replace(",\n", &format!(",{remark}\n")) + &note("n-2");
    assert_eq!(texts(&text), [row("n-1", None), row("n-2", None)]);
}

#[test]
fn text_after_a_closing_quote_rejects_its_record() {
    let header = "id,client,date,minutes,activity,staff_role\n";
    let text = format!("{header}\"n-1\"x,client-a,2026-03-09,45,other,nurse\nn-2,client-a,2026-03-09,45,other,nurse\n");
    assert_eq!(faults(&ran(Format::Csv, &text, false)), [("stray-quote", None)]);
}

#[test]
fn an_input_without_notes_says_so() {
    let header = "id,client,date,minutes,activity,staff_role";
    let note = "n-1,client-a,2026-03-09,45,other,nurse";
    for text in [
        format!("{header}\u{2028}{note}\u{2028}"),
        format!("{header}\u{85}{note}\u{85}"),
        format!("\"{header}\n{note}\n{note}\n\""),
        format!("{}\"staff_role\n{note}\n\"\n", header.trim_end_matches("staff_role")),
        " \n".to_owned(),
    ] {
        let error = run(ready(), &[("notes", Format::Csv, text.as_bytes())], false).err().unwrap();
        assert_eq!(error.code, Code::NoHeader, "{text:?}");
    }
    for (format, text) in [(Format::Csv, ""), (Format::Csv, "\n\r\n"), (Format::Ndjson, "\n \n"), (Format::Json, " ")] {
        let error = run(ready(), &[("notes", format, text.as_bytes())], false).err().unwrap();
        assert_eq!(error.code, Code::NoNotes, "{text:?}");
    }
    for (format, text) in [(Format::Csv, header), (Format::Json, "[]"), (Format::Json, "{\"notes\": []}")] {
        let ran = ran(format, text, false);
        assert_eq!(
            ran.said[0].to_string().lines().next(),
            Some("notes:1:1: warning[no-notes]: the input holds no notes")
        );
    }
}

/// A header name or a key might be part of a note, so it is shown only if it looks like a name.
#[test]
fn names_that_may_be_a_note_are_not_shown() {
    let good = "n-1,client-a,2026-03-09,45,other,nurse";
    let swallowed = format!("id,client,date,minutes,activity,staff_role,\"Jane Doe, 1\"\n{good},x\n");
    let keyed = "{\"Jane Doe\": {\"id\": \"n-1\"}, \"John Roe\": {\"id\": \"n-2\"}}";
    let nested = "{\"id\": \"n-1\", \"client\": \"client-a\", \"Jane Doe\": {}}";
    let mark = "{\"id\": \"n-1\", \"Jane Doe: a note\": 1, \"Jane Doe: a note\": 1}";
    for (format, text) in [
        (Format::Csv, swallowed.as_str()),
        (Format::Csv, "Jane Doe,contact,2026-03-09\nJohn Roe,phone,2026-03-10\n"),
        (Format::Json, keyed),
        (Format::Ndjson, keyed),
        (Format::Ndjson, nested),
        (Format::Ndjson, mark),
    ] {
        for strict in [false, true] {
            let said = match run(ready(), &[("notes", format, text.as_bytes())], strict) {
                Ok(ran) => {
                    assert!(ran.report.run.unknown_fields.is_empty(), "{text}");
                    let errors = ran.rows.into_iter().flat_map(|row| row.errors);
                    format!("{:?} {:?}", ran.said, errors.collect::<Vec<_>>())
                }
                Err(message) => message.to_string(),
            };
            assert!(!said.is_empty() && !said.contains("Doe") && !said.contains("Roe"), "{said}");
        }
    }
}

#[test]
fn unknown_fields_are_reported_in_a_few_messages() {
    let names: Vec<String> = (0..3000).map(|at| format!("column {at}")).collect();
    let header = format!("id,client,date,minutes,activity,staff_role,contct,{}", names.join(","));
    let row = format!("n-1,client-a,2026-03-09,45,other,nurse,phone{}", ",x".repeat(names.len()));
    let ran = ran(Format::Csv, &format!("{header}\n{row}\n"), false);
    let said: Vec<&str> = ran.said.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(said[0], "the rule set knows no field `contct` (1 record); it is ignored");
    assert_eq!((said.len(), said[10]), (11, "the rule set does not know 2991 other fields; they are ignored"));
}

/// Each of these inputs took seconds or minutes when the time was quadratic.
#[test]
fn large_records_take_linear_time() {
    let many = (0..4000).map(|at| format!("\"field {at}\": \"x\", ")).collect::<Vec<_>>().concat();
    let note = |more: &str| format!("{{{more}\"id\": \"n-1\"}}\n");
    let bad =
        note(&many).replace('x', "\u{1}").into_bytes().into_iter().map(|byte| if byte == 1 { 0xff } else { byte });
    let bad: Vec<u8> = bad.collect();
    for strict in [false, true] {
        for text in [note(&many).repeat(20).into_bytes(), bad.repeat(20)] {
            assert_eq!(run(ready(), &[("notes", Format::Ndjson, &text)], strict).unwrap().rows.len(), 20);
        }
        let long = note(&format!("\"{}\": 1, ", "x".repeat(1_000_000)));
        let wide = note(&many.repeat(100));
        for text in [&long, &wide] {
            let ran = ran(Format::Ndjson, text, strict);
            assert_eq!(faults(&ran), [("bad-field", None)]);
        }
    }
}
