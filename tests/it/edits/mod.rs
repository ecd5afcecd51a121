//! Checks between notes: against an independent reading that compares all pairs, in any order, and what holds and answers do.

mod judge;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use actbill::read::Format;
use actbill::report::Row;
use actbill::run::Ready;
use actbill::status::Status;
use judge::{Plain, expected, plain};
use proptest::prelude::*;

use crate::notes::{Record, chronic_care, coaching, written};
use crate::shared::{agency, ready, run};

/// The shipped rules with every edit off.
static OFF: LazyLock<Ready> = LazyLock::new(|| agency(&all_edits_off(), &[]));

/// Returns the lines of an agency file that turn every shipped edit off.
pub(crate) fn all_edits_off() -> String {
    let lines: Vec<String> =
        ready().set.edits.iter().map(|edit| format!("[edit.{}]\nthen = \"off\"\n", edit.id)).collect();
    lines.concat()
}

fn records(notes: &[Plain]) -> Vec<Record> {
    notes.iter().enumerate().map(|(at, note)| note.record(at)).collect()
}

fn rows(ready: &Ready, records: &[Record]) -> Vec<Row> {
    run(ready, &[("notes", Format::Ndjson, written(Format::Ndjson, records).as_bytes())], false).unwrap().rows
}

/// Returns the findings of edits in a row by their codes; the advice about other overlaps under a name of its own.
fn found(row: &Row) -> BTreeMap<&str, BTreeSet<String>> {
    let known = ["duplicate", "maybe-duplicate", "staff-overlap", "client-overlap", "impossible-day", "long-day"];
    let findings = row.findings.iter().filter(|finding| known.contains(&finding.code.as_str()));
    let code = |finding: &actbill::report::FindingRow| {
        if finding.text.ends_with("by different staff") {
            return "client-overlap-other";
        }
        known.into_iter().find(|known| *known == finding.code).unwrap()
    };
    findings.map(|finding| (code(finding), finding.with.iter().cloned().collect())).collect()
}

/// Returns the units of each line: by client, date, payer and service.
fn units(rows: &[Row]) -> BTreeMap<(String, String, String, String), u32> {
    let mut units = BTreeMap::new();
    for row in rows.iter().filter(|row| row.status == Status::Billable) {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let key = (text(&row.client), text(&row.date), text(&row.payer), text(&row.service));
        *units.entry(key).or_default() += row.units.unwrap_or_default();
    }
    units
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn edits_find_what_comparing_all_pairs_finds(notes in prop::collection::vec(plain(), 1..24)) {
        let rows = rows(ready(), &records(&notes));
        let holds = ["duplicate", "staff-overlap", "client-overlap", "impossible-day"];
        for (at, (row, expected)) in rows.iter().zip(expected(&notes)).enumerate() {
            let seen = found(row);
            let codes: Vec<&str> = expected.keys().copied().collect();
            prop_assert_eq!(seen.keys().copied().collect::<Vec<_>>(), codes, "note {} of {:#?}", at, notes);
            for (code, others) in &expected {
                let ids: BTreeSet<String> = others.iter().map(|other| format!("n-{other}")).collect();
                prop_assert_eq!(seen[code].len(), ids.len().min(20), "{} of note {} of {:#?}", code, at, notes);
                prop_assert!(seen[code].is_subset(&ids), "{} of note {} of {:#?}", code, at, notes);
            }
            if notes[at].is_billed() && expected.keys().any(|code| holds.contains(code)) {
                prop_assert_eq!(row.status, Status::Held);
                let decided = row.rules.iter().all(|rule| holds.contains(&rule.as_str()));
                prop_assert!(decided && row.alone.is_some() && row.units.is_none());
            }
        }
    }

    #[test]
    fn the_order_of_records_only_says_which_of_equal_notes_is_the_later_one(
        (notes, order) in prop::collection::vec(plain(), 1..16).prop_flat_map(|notes| {
            let order: Vec<usize> = (0..notes.len()).collect();
            (Just(notes), Just(order).prop_shuffle())
        }),
    ) {
        // Notes that are alike answer everything alike.
        let alike = notes.into_iter().map(|note| {
            let eligibility = if note.client == "client-c" { "none" } else { "department" };
            Plain { eligibility, group: None, ..note }
        });
        let records = records(&alike.collect::<Vec<_>>());
        let before = rows(ready(), &records);
        let shuffled: Vec<Record> = order.iter().map(|at| records[*at].clone()).collect();
        let after = rows(ready(), &shuffled);
        prop_assert_eq!(units(&before), units(&after));
        let statuses = |rows: &[Row]| {
            let mut statuses: Vec<_> = rows.iter().map(|row| {
                // Which of equal notes carries a day or is held depends on their order.
                (row.client.clone(), row.date.clone(), row.start.clone(), row.activity.clone(), row.minutes, row.status)
            }).collect();
            statuses.sort();
            statuses
        };
        prop_assert_eq!(statuses(&before), statuses(&after));
    }

    #[test]
    fn a_hold_never_creates_a_payment(notes in prop::collection::vec(plain(), 1..20)) {
        let records = records(&notes);
        let (on, off) = (units(&rows(ready(), &records)), units(&rows(&OFF, &records)));
        for (line, units) in &on {
            prop_assert!(off.get(line).is_some_and(|without| without >= units), "{:?} of {:#?}", line, notes);
        }
    }

    #[test]
    fn an_answer_takes_nothing_from_another_note_without_a_finding_that_names_it(
        notes in prop::collection::vec(plain(), 2..14), which in any::<prop::sample::Index>(),
    ) {
        let records = records(&notes);
        let at = which.index(records.len());
        let mut open = records.clone();
        open[at].0.retain(|(name, _)| name != "eligibility");
        let (before, after) = (rows(ready(), &open), rows(ready(), &records));
        let own = format!("n-{at}");
        let (lost, gained) = (units(&before), units(&after));
        for (other, (then, now)) in before.iter().zip(&after).enumerate().filter(|(other, _)| *other != at) {
            let line = (then.client.clone(), then.date.clone(), then.payer.clone(), then.service.clone());
            let stands = match line {
                (Some(client), Some(date), Some(payer), Some(service)) => {
                    let line = (client, date, payer, service);
                    gained.get(&line).copied().unwrap_or(0) >= lost.get(&line).copied().unwrap_or(0)
                }
                _ => true,
            };
            let is_named = now.findings.iter().any(|finding| finding.with.contains(&own));
            prop_assert!(stands || now.units >= then.units || is_named, "note {} after {} of {:#?}", other, at, notes);
        }
    }
}

/// Thousands of notes on one day, of one staff member or one client, take time in step with their number.
#[test]
fn a_day_with_many_notes_ends_soon_and_names_twenty() {
    let note = |at: usize, client: &str, staff: &str| {
        let start = at % 1_300;
        let (id, from, to) = (
            format!("n-{at}"),
            format!("{}:{:02}", start / 60, start % 60),
            format!("{}:{:02}", (start + 60) / 60, (start + 60) % 60),
        );
        Record::of(&[
            ("id", &id),
            ("client", client),
            ("staff", staff),
            ("date", "2026-03-02"),
            ("start", &from),
            ("end", &to),
            ("activity", "job_coaching"),
            ("eligibility", "department"),
            ("staff_role", "vocational_specialist"),
        ])
    };
    let of_staff: Vec<Record> = (0..20_000).map(|at| note(at, &format!("client-{at}"), "staff-1")).collect();
    let of_client: Vec<Record> = (0..20_000).map(|at| note(at, "client-1", &format!("staff-{at}"))).collect();
    for (records, code) in [(of_staff, "staff-overlap"), (of_client, "client-overlap")] {
        let rows = rows(ready(), &records);
        assert!(rows.iter().all(|row| row.status == Status::Held));
        let named = |row: &Row| row.findings.iter().find(|finding| finding.code == code).map(|found| found.with.len());
        assert!(rows.iter().all(|row| named(row) == Some(20)));
    }
}

/// A note past midnight counts on the date on which it began, so a day may be too long though no two of its notes overlap.
#[test]
fn a_day_may_be_impossible_without_an_overlap() {
    let note = |id: &str, start: &str, end: &str| {
        coaching(&[("id", id), ("staff", "staff-1"), ("minutes", ""), ("start", start), ("end", end)])
    };
    let found = |ready: &Ready, last: &str| -> Vec<Vec<String>> {
        let rows = rows(ready, &[note("n-1", "0:00", "23:30"), note("n-2", "23:30", last)]);
        let codes = |row: &Row| row.findings.iter().map(|finding| finding.code.clone()).collect();
        rows.iter().map(codes).collect()
    };
    let off = agency("[edit.long-day]\nthen = \"off\"\n", &[]);
    let (whole, over) = ("2026-03-03 00:00", "2026-03-03 00:01");
    assert_eq!([found(ready(), whole), found(ready(), over)], [[["long-day"]; 2], [["impossible-day"]; 2]]);
    assert_eq!(found(&off, whole), [[""; 0]; 2]);
    assert_eq!(found(&off, over), [["impossible-day"]; 2]);
}

#[test]
fn an_agency_changes_edits_and_adds_limits() {
    let limit = "[[edit]]\ncheck = \"over-limit\"\nservice = \"vocational_act\"\nmost = 32\nwithin = \"day\"\nthen = \"hold\"\n";
    let changed = format!("{limit}[edit.long-day]\nthen = \"off\"\n[edit.staff-overlap]\nthen = \"strike\"\n");
    let ready = agency(&changed, &[]);
    let plain = |start, minutes, client| Plain {
        client,
        staff: Some("staff-1"),
        date: "2026-03-02",
        start: Some(start),
        minutes,
        activity: "job_coaching",
        eligibility: "department",
        group: None,
    };
    let over = rows(&ready, &records(&[plain(480, 300, "client-a"), plain(810, 240, "client-a")]));
    for (row, other) in over.iter().zip(["n-1", "n-0"]) {
        assert_eq!(
            (row.status, row.rules.as_slice()),
            (Status::Held, &["over-limit.vocational_act.day".to_owned()][..])
        );
        assert!(row.findings[0].text.ends_with("36 units, 4 above the limit of 32"), "{:?}", row.findings);
        assert_eq!(row.findings[0].with, [other]);
    }
    let within = rows(&ready, &records(&[plain(480, 240, "client-a"), plain(810, 240, "client-a")]));
    assert!(within.iter().all(|row| row.status == Status::Billable && row.findings.is_empty()));
    let struck = rows(&ready, &records(&[plain(480, 60, "client-a"), plain(510, 60, "client-b")]));
    for row in &struck {
        assert_eq!((row.status, row.units), (Status::NonBillable, Some(0)));
        assert_eq!(row.because.as_deref().unwrap().split(':').next(), Some("Nobody pays"));
    }
    let long = rows(&ready, &records(&[plain(0, 1_000, "client-a")]));
    assert!(long[0].findings.iter().all(|finding| finding.code != "long-day"));
}

/// Minutes that a month counts together are timed too. What an edit holds of them is open, not gone.
#[test]
fn overlapping_notes_of_a_month_are_held_and_their_minutes_open() {
    let note = |id: &str, staff: &str, date: &str, start: &str, end: &str| {
        let times = [("minutes", ""), ("start", start), ("end", end)];
        chronic_care(&[("id", id), ("staff", staff), ("date", date)]).with(&times)
    };
    let rows = rows(
        ready(),
        &[
            note("n-1", "staff-1", "2026-03-02", "09:00", "09:17"),
            note("n-2", "staff-2", "2026-03-02", "09:10", "09:27"),
            note("n-3", "staff-1", "2026-03-03", "09:00", "09:17"),
        ],
    );
    let codes = |row: &Row| row.findings.iter().map(|finding| finding.code.clone()).collect::<Vec<_>>();
    let seen: Vec<(Status, Vec<String>)> = rows.iter().map(|row| (row.status, codes(row))).collect();
    let overlap = (Status::Held, vec!["client-overlap".to_owned()]);
    let open = (Status::Billable, vec!["below-unit".to_owned(), "open-minutes".to_owned()]);
    assert_eq!(seen, [overlap.clone(), overlap, open]);
    let said = rows[2].findings.iter().find(|finding| finding.code == "open-minutes").unwrap();
    assert!(said.text.starts_with("17 minutes are sure and 34 are held"), "{}", said.text);
}

#[test]
fn a_monthly_limit_holds_all_lines_of_the_month() {
    let limit = "[[edit]]\nid = \"own.month\"\ntitle = \"too much\"\ncheck = \"over-limit\"\nservice = \"vocational_act\"\n\
                 most = 7\nwithin = \"month\"\nthen = \"hold\"\nbasis = \"house\"\n";
    let ready = agency(limit, &[]);
    let note = |at: usize, date: &str| coaching(&[("id", &format!("n-{at}")), ("date", date)]);
    let three = rows(&ready, &[note(1, "2026-03-02"), note(2, "2026-03-30"), note(3, "2026-02-27")]);
    let statuses: Vec<Status> = three.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [Status::Held, Status::Held, Status::Billable]);
    // Of many notes, each names the twenty nearest others.
    let many: Vec<Record> = (0..30).map(|at| note(at, &format!("2026-03-{:02}", at + 1))).collect();
    let many = rows(&ready, &many);
    let named = |at: usize| many[at].findings[0].with.clone();
    let ids = |all: Vec<usize>| -> Vec<String> { all.iter().map(|at| format!("n-{at}")).collect() };
    assert_eq!(named(0), ids((1..=20).collect()));
    assert_eq!(named(15), ids((5..15).chain(16..26).collect()));
    assert_eq!(named(29), ids((9..29).collect()));
}

#[test]
fn records_replace_earlier_ones() {
    let note =
        |id: &str, minutes: &str, replaces: &str| coaching(&[("id", id), ("minutes", minutes), ("replaces", replaces)]);
    let seen = |records: &[Record]| -> Vec<(Status, Option<u32>, String)> {
        let codes = |row: &Row| {
            let findings = row.findings.iter().map(|finding| finding.code.clone());
            findings.chain(row.errors.iter().map(|error| error.code.to_owned())).collect::<Vec<_>>().join(" ")
        };
        rows(ready(), records).iter().map(|row| (row.status, row.units, codes(row))).collect()
    };
    let replaced = (Status::NonBillable, Some(0), "replaced".to_owned());
    let billed = |units| (Status::Billable, Some(units), String::new());
    let rejected = |code: &str| (Status::Rejected, None, code.to_owned());
    // One correction after another, under new ids or under the same one.
    assert_eq!(
        seen(&[note("a", "15", ""), note("b", "30", "a"), note("c", "45", "b")]),
        [replaced.clone(), replaced.clone(), billed(3)]
    );
    assert_eq!(
        seen(&[note("a", "15", ""), note("a", "30", "a"), note("a", "45", "a")]),
        [replaced.clone(), replaced.clone(), billed(3)]
    );
    // Nothing to replace, replaced already, a later record, itself, and a repeated id that names another one.
    assert_eq!(seen(&[note("b", "30", "a")]), [rejected("bad-replacement")]);
    assert_eq!(
        seen(&[note("a", "15", ""), note("b", "30", "a"), note("c", "45", "a")]),
        [replaced, billed(2), rejected("bad-replacement")]
    );
    assert_eq!(seen(&[note("b", "30", "a"), note("a", "15", "")]), [rejected("bad-replacement"), billed(1)]);
    assert_eq!(seen(&[note("a", "30", "a")]), [rejected("bad-replacement")]);
    assert_eq!(
        seen(&[note("a", "15", ""), note("b", "30", ""), note("b", "45", "a")]),
        [billed(1), billed(2), rejected("repeated-id")]
    );
}
