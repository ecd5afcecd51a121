//! The questions that the guidance leaves open: each setting, presumptions, aliases, and days of notes.

use actbill::read::Format;
use actbill::report::Row;
use actbill::run::Ready;

use crate::missouri::{JOB_FINDING, SKILLS, decided, end, note};
use crate::notes::{Record, written};
use crate::shared::{agency, ready, ready_with, run};

/// Returns the result of a note under a setting.
fn under(set: &[(&str, &str)], fields: &[(&str, &str)]) -> String {
    end(&decided(&ready_with(set, &[]), &note().with(fields), false)).to_owned()
}

#[test]
fn four_kinds_of_work_are_h2023hk_only_by_the_agencys_own_answer() {
    for (setting, fields) in [
        ("specific_skills_as_vocational_act", &[("activity", "specific_job_skills")][..]),
        ("crew_supervision_as_vocational_act", &[("activity", "work_crew_supervision")]),
        ("transport_as_vocational_act", &[("activity", "transport")]),
        ("absent_job_development_as_vocational_act", &[("activity", "job_development"), ("client_present", "no")]),
    ] {
        let (no, yes) = (ready(), ready_with(&[(setting, "yes")], &[]));
        let with = |ready: &Ready, more: &[(&str, &str)]| decided(ready, &note().with(fields).with(more), false);
        assert_eq!(end(&with(no, &[])), "non_billable", "{setting}");
        let row = with(&yes, &[]);
        assert_eq!((end(&row), row.code.as_deref(), row.units), ("department", Some("H2023"), Some(4)), "{setting}");
        assert!(
            row.rules[0].ends_with("-as-vocational-act") && row.because.unwrap().contains("(house rule)"),
            "{setting}"
        );
        for more in [
            ("staff_role", "nurse"),
            ("csw_qualified", "no"),
            ("eligibility", "none"),
            ("other_funding", "other_public"),
        ] {
            assert_eq!(end(&with(&yes, &[more])), "non_billable", "{setting} {more:?}");
        }
        // The other three are as they were, and MO HealthNet pays in no case.
        for other in ["specific_job_skills", "work_crew_supervision", "transport"] {
            let row = decided(&yes, &note().with(&[("activity", other)]), false);
            assert_eq!(end(&row) == "department", fields.contains(&("activity", other)), "{setting} {other}");
        }
    }
}

#[test]
fn remote_contact_counts_where_the_agency_says_so() {
    let coached = |contact| [("activity", "job_coaching"), ("contact", contact)];
    for (contact, no, yes) in
        [("phone", "held", "department"), ("video", "held", "department"), ("collateral", "held", "held")]
    {
        assert_eq!(under(&[], &coached(contact)), no, "{contact}");
        assert_eq!(under(&[("remote_job_coaching", "yes")], &coached(contact)), yes, "{contact}");
    }
    for (contact, yes) in [("video", "mo_healthnet"), ("phone", "non_billable"), ("collateral", "non_billable")] {
        assert_eq!(under(&[], &[("contact", contact)]), "non_billable", "{contact}");
        assert_eq!(under(&[("video_is_in_person", "yes")], &[("contact", contact)]), yes, "{contact}");
    }
}

/// Returns the rows of one client's notes, with ids in ascending order.
fn day(ready: &Ready, notes: &[&[(&str, &str)]]) -> Vec<Row> {
    let records: Vec<Record> =
        (1..).zip(notes).map(|(at, fields)| note().with(&[("id", &format!("n-{at}"))]).with(fields)).collect();
    run(ready, &[("notes", Format::Json, written(Format::Json, &records).as_bytes())], false).unwrap().rows
}

#[test]
fn part_quarter_hours_count_by_the_agencys_rule() {
    for (part, minutes, units) in [
        ("15", "14", 0),
        ("15", "15", 1),
        ("15", "29", 1),
        ("15", "30", 2),
        ("8", "7", 0),
        ("8", "8", 1),
        ("8", "22", 1),
        ("8", "23", 2),
        ("8", "1440", 96),
        ("1", "1", 1),
        ("1", "15", 1),
        ("1", "16", 2),
    ] {
        let ready = ready_with(&[("part_quarter_hour", part)], &[]);
        let row = decided(&ready, &note().with(&[("activity", "job_coaching"), ("minutes", minutes)]), false);
        assert_eq!((row.units, row.quarter_hours), (Some(units), Some(units)), "{part} {minutes}");
        let below = row.findings.iter().any(|finding| finding.code == "below-unit");
        assert_eq!(below, units == 0, "{part} {minutes}");
    }
    let default = decided(ready(), &note().with(&[("activity", "job_coaching"), ("minutes", "29")]), false);
    assert_eq!(default.units, Some(1), "whole quarter hours only, unless the agency says otherwise");
}

#[test]
fn minutes_are_pooled_by_note_or_by_day() {
    let coached = |minutes| [("activity", "job_coaching"), ("minutes", minutes)];
    let notes = [&coached("20")[..], &coached("29"), &coached("11")];
    let units = |ready: &Ready, notes: &[&[(&str, &str)]]| {
        day(ready, notes).iter().map(|row| (row.units.unwrap(), row.quarter_hours.unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(units(ready(), &notes), [(1, 1), (1, 1), (0, 0)]);
    let pooled = ready_with(&[("pool", "day")], &[]);
    assert_eq!(units(&pooled, &notes), [(1, 1), (2, 1), (1, 0)], "to those with most left over");
    let amounts: Vec<String> = day(&pooled, &notes).iter().map(|row| row.amount.unwrap().to_string()).collect();
    assert_eq!(amounts, ["17.72", "35.44", "17.72"]);
    // Another client, date or payer is another day.
    let apart = [
        &coached("20")[..],
        &[("activity", "job_coaching"), ("minutes", "25"), ("date", "2026-03-03")],
        &[("activity", "job_coaching"), ("minutes", "25"), ("client", "client-b")],
    ];
    assert_eq!(units(&pooled, &apart), [(1, 1); 3]);
    // Of two with the same left over the earlier one has the unit, and one with no time comes last.
    let timed = |start, end| [("activity", "job_coaching"), ("minutes", ""), ("start", start), ("end", end)];
    let same = [&coached("8")[..], &timed("13:00", "13:08"), &timed("9:00", "9:08")];
    assert_eq!(units(&pooled, &same), [(0, 0), (0, 0), (1, 0)]);
}

#[test]
fn a_day_is_one_unit_on_the_earliest_note_and_the_others_are_bundled() {
    let timed = |start, end| [("minutes", ""), ("start", start), ("end", end)];
    let rows = day(
        &agency(PRICED, &[]),
        &[&[], &timed("13:00", "14:00"), &timed("9:00", "9:05"), &[("activity", "self_care_skills")]],
    );
    let units: Vec<_> = rows.iter().map(|row| (row.units.unwrap(), row.amount.unwrap().to_string())).collect();
    let nothing = || (0, "0.00".to_owned());
    assert_eq!(units, [nothing(), nothing(), (1, "250.00".into()), nothing()]);
    let carriers: Vec<_> = rows.iter().map(|row| row.bundled_into.as_deref()).collect();
    assert_eq!(carriers, [Some("n-3"), Some("n-3"), None, Some("n-3")]);
    // Without times, the first to come in.
    let rows = day(ready(), &[&[("symptom_link", "no")], &[], &[]]);
    assert_eq!(rows.iter().map(|row| row.units.unwrap()).collect::<Vec<_>>(), [0, 1, 0]);
    let codes: Vec<&str> = rows[1].findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!((rows[1].amount, codes), (None, vec!["maybe-duplicate", "unpriced"]));
}

const PRICED: &str = "[[rate]]\nservice = \"act_team\"\namount = \"250.00\"\nfrom = \"undated\"\nbasis = \"house\"\n";

#[test]
fn notes_of_one_day_that_name_different_payers_are_all_held() {
    let rows = day(
        ready(),
        &[&[], &[("eligibility", "department")], &[("activity", "job_coaching")], &[("date", "2026-03-03")]],
    );
    for (row, other) in [(&rows[0], "n-2"), (&rows[1], "n-1")] {
        assert_eq!(
            (row.status.as_str(), row.possible.clone()),
            ("held", vec!["department".into(), "mo_healthnet".into()])
        );
        let finding = row.findings.iter().find(|finding| finding.code == "day-payers-differ").unwrap();
        assert_eq!(finding.with, [other]);
        assert_eq!((row.units, row.amount, row.payer.as_deref()), (None, None, None));
    }
    assert_eq!([end(&rows[2]), end(&rows[3])], ["department", "mo_healthnet"], "another service, another day");
}

#[test]
fn what_is_presumed_is_told_and_under_strict_asked() {
    let ready = ready();
    let without = |fact: &str, fields: &[(&str, &str)]| {
        let mut record = note().with(fields);
        record.0.retain(|(name, _)| name != fact);
        (decided(ready, &record, false), decided(ready, &record, true))
    };
    let done = |fields: &[(&str, &str)]| end(&decided(ready, &note().with(fields), true)).to_owned();
    let coached: &[(&str, &str)] = &[("activity", "job_coaching")];
    for (fact, fields) in [
        ("csw_qualified", coached),
        ("contact", &[]),
        ("residence", &[]),
        ("other_funding", &[]),
        ("client_present", &[]),
        ("medically_needed", &[]),
    ] {
        let (usual, strict) = without(fact, fields);
        assert_eq!((end(&usual), usual.presumed.clone()), (done(fields).as_str(), vec![fact.to_owned()]), "{fact}");
        assert_eq!((strict.status.as_str(), strict.presumed.len()), ("held", 0), "{fact}");
        assert!(strict.missing.contains(&fact.to_owned()), "{fact}: {strict:?}");
    }
    for activity in SKILLS.into_iter().chain(JOB_FINDING).chain(["job_coaching"]) {
        assert_eq!(without("client_present", &[("activity", activity)]).0.presumed, ["client_present"], "{activity}");
    }
    let (open, _) = without("client_present", &[("activity", "job_development")]);
    assert_eq!((open.missing, open.presumed.len()), (vec!["client_present".to_owned()], 0));
    for activity in JOB_FINDING {
        assert_eq!(
            without("medically_needed", &[("activity", activity)]).0.presumed,
            ["medically_needed"],
            "{activity}"
        );
    }
    // Qualification is asked of job coaching only: elsewhere nothing rests on it.
    assert_eq!(without("csw_qualified", &[]).0.presumed, Vec::<String>::new());
}

#[test]
fn nothing_else_is_presumed() {
    let ready = ready();
    let coached = [("activity", "transport")];
    for (fact, fields) in [
        ("eligibility", &[][..]),
        ("symptom_link", &[]),
        ("plan_link", &[]),
        ("medically_needed", &[("activity", "self_care_skills")]),
        ("sole_purpose", &coached),
        ("birth_date", &[("residence", "imd")]),
    ] {
        let mut record = note().with(fields);
        record.0.retain(|(name, _)| name != fact);
        let row = decided(ready, &record, false);
        assert_eq!((row.status.as_str(), row.missing), ("held", vec![fact.to_owned()]));
        assert!(row.because.unwrap().contains(&format!("`{fact}` is not answered")), "{fact}");
    }
}

#[test]
fn other_words_for_the_same() {
    let ready = ready();
    let same = |field: &str, word: &str, value: &str| {
        let row = |word| decided(ready, &note().with(&[("activity", "job_coaching"), (field, word)]), false);
        let (one, other) = (row(word), row(value));
        assert_eq!((end(&one), &one.rules), (end(&other), &other.rules), "{word}");
        assert_ne!(end(&row(word)), "rejected", "{word}");
    };
    for word in
        ["act_vocational_specialist", "employment_specialist", "Employment Specialist", " VOCATIONAL-SPECIALIST "]
    {
        same("staff_role", word, "vocational_specialist");
        assert_eq!(under(&[], &[("activity", "job_coaching"), ("staff_role", word)]), "department");
    }
    for word in ["community_support_worker", "csw", "CSS"] {
        same("staff_role", word, "community_support_specialist");
    }
    same("eligibility", "Medicaid", "mo_healthnet");
    assert_eq!(under(&[], &[("eligibility", "medicaid")]), "mo_healthnet");
    for (field, word) in [("activity", "coaching"), ("staff_role", "specialist"), ("eligibility", "healthnet")] {
        let row = decided(ready, &note().with(&[(field, word)]), false);
        assert_eq!((row.status.as_str(), row.errors[0].code), ("rejected", "unknown-value"), "{word}");
    }
}

#[test]
fn a_note_that_leaves_a_fact_open_names_what_surely_stands_in_its_way() {
    let note = r#"{"id": "n-01", "client": "client-a", "date": "2026-03-02", "minutes": 30, "activity": "self_care_skills",
        "staff_role": "nurse", "eligibility": "department", "symptom_link": "yes", "contact": "phone"}"#;
    let row = crate::shared::rows(actbill::read::Format::Json, note).remove(0);
    assert_eq!(row.status.as_str(), "non_billable");
    // Whether the work was needed is open, and does not matter: by phone the Department pays for it in no case.
    assert_eq!(row.rules, ["act.not-mo-healthnet-eligible", "catalogue.phone-or-collateral"]);
    assert!(row.because.unwrap().contains("phone"));
}
