//! Random months of coordination notes for one or two clients, and the rules under which they are run.

use actbill::facts::Facts;
use actbill::run::{self, Input, Ready, Strictness};
use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::sample::select;

use super::judge::Known;
use crate::edits::all_edits_off;
use crate::notes::{Record, json};
use crate::shared::agency;

/// Answers to settings that open the services of the brief.
pub(crate) const OPEN: [(&str, &str); 6] = [
    ("integration_covered", "yes"),
    ("case_management_covered", "yes"),
    ("health_home_approved", "yes"),
    ("medicare_advantage_contract", "yes"),
    ("nonphysicians_bill_transitional_care", "yes"),
    ("part_quarter_hour", "8"),
];

/// Returns a pair with the id `own.ID`. `word` is `not_with` or `only_with`; services are quoted.
pub(crate) fn pair(id: &str, these: &str, word: &str, others: &str, rest: &str) -> String {
    format!(
        "[[pair]]\nid = \"own.{id}\"\ntitle = \"{id} do not fit\"\nthese = [{these}]\n{word} = [{others}]\n{rest}\nbasis = \"house\"\n"
    )
}

/// Returns the shipped rules with further pairs and counts.
pub(crate) fn rules(number: usize) -> Ready {
    let text = match number {
        0 => String::new(),
        1 => "[[count]]\nid = \"own.day\"\nnotes = \"case_management\"\nwithin = \"day\"\nat_least = [8, 24]\neach = 15\n\
              earns = \"case_management\"\nbasis = \"house\"\n"
            .to_owned(),
        2 => [
            pair(
                "strike",
                "\"chronic_care\", \"general_integration\"",
                "not_with",
                "\"collaborative_care_first\", \"collaborative_care_short\", \"case_management\"",
                "within = \"month\"\nthen = \"strike\"",
            ),
            pair(
                "needs",
                "\"health_home_month\"",
                "only_with",
                "\"chronic_care\", \"chronic_care_further\", \"case_management\"",
                "within = \"month\"\nthen = \"hold\"",
            ),
        ]
        .concat(),
        _ => [
            pair(
                "visit",
                "\"transitional_care_high\", \"transitional_care_moderate\"",
                "only_with",
                "\"psychotherapy_30\", \"psychotherapy_45\", \"psychotherapy_60\"",
                "within = \"day\"\nsame = [\"staff\"]\nlifted_by = [\"25\"]\nthen = \"advise\"",
            ),
            pair(
                "therapy",
                "\"psychotherapy_45\"",
                "not_with",
                "\"psychotherapy_30\", \"interactive_complexity\"",
                "within = \"day\"\nlifted_by = [\"59\"]\nthen = \"hold\"",
            ),
            "[[count]]\nid = \"own.minutes\"\nnotes = \"case_management\"\nwithin = \"month\"\nat_least = 30\nbelow = 60\n\
             earns = \"case_management\"\nbasis = \"house\"\n\
             [[count]]\nid = \"own.more-minutes\"\nnotes = \"case_management\"\nwithin = \"month\"\nat_least = 60\n\
             earns = \"health_home_month\"\nbasis = \"house\"\n"
                .to_owned(),
        ]
        .concat(),
    };
    // The judge of periods knows no edits.
    agency(&format!("{text}{}", all_edits_off()), &OPEN)
}

const KINDS: [&[(&str, &str)]; 14] = [
    &[("activity", "chronic_care_management"), ("chronic_conditions", "2")],
    &[("activity", "chronic_care_management")],
    &[("activity", "chronic_care_management"), ("chronic_conditions", "3"), ("decision_complexity", "high")],
    &[("activity", "chronic_care_management"), ("chronic_conditions", "2"), ("by_practitioner", "yes")],
    &[
        ("activity", "registry_tracking"),
        ("integration_warranted", "yes"),
        ("collaborative_team", "yes"),
        ("care_month", "first"),
    ],
    &[("activity", "brief_intervention"), ("integration_warranted", "yes"), ("collaborative_team", "yes")],
    &[
        ("activity", "integration_management"),
        ("systematic_assessment", "yes"),
        ("plan_revision", "yes"),
        ("continuous_relationship", "yes"),
    ],
    &[("activity", "integration_management"), ("systematic_assessment", "yes"), ("plan_revision", "yes")],
    &[("activity", "psychotherapy")],
    &[("activity", "interactive_complexity"), ("complexity_factor", "language_aid")],
    &[("activity", "interactive_complexity")],
    &[("activity", "family_psychotherapy")],
    &[("activity", "insurance_navigation"), ("eligibility", "mo_healthnet")],
    &[
        ("activity", "health_home_service"),
        ("eligibility", "mo_healthnet"),
        ("health_home_enrolled", "yes"),
        ("serious_mental_illness", "yes"),
    ],
];

const VISIT: [(&str, &str); 9] = [
    ("activity", "discharge_visit"),
    ("discharge_from", "hospital"),
    ("discharge_to", "home"),
    ("first_contact", "phone"),
    ("timely_attempts", "2"),
    ("discharge_summary_reviewed", "yes"),
    ("medications_reconciled", "yes"),
    ("billing_credential", "physician"),
    ("first_contact_date", "2026-03-03"),
];

fn kind() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let visit = (
        select(vec![Some("2026-03-02"), Some("2026-03-01"), None]),
        select(vec![Some("moderate"), Some("high"), None]),
    );
    let visit = visit.prop_map(|(discharge, complexity)| {
        let mut fields = VISIT.to_vec();
        fields.extend(discharge.map(|date| ("discharge_date", date)));
        fields.extend(complexity.map(|complexity| ("decision_complexity", complexity)));
        fields
    });
    prop_oneof![5 => select(KINDS.to_vec()).prop_map(<[_]>::to_vec), 1 => visit]
}

/// A batch of notes that mostly fall into the same month.
pub(crate) fn month() -> impl Strategy<Value = Vec<Record>> {
    let none_or = |list: &'static [&'static str]| prop_oneof![2 => Just(None), 1 => select(list).prop_map(Some)];
    let few = |list: &'static [&'static str]| prop_oneof![8 => Just(None), 1 => select(list).prop_map(Some)];
    let note = (
        kind(),
        select(vec!["client-a", "client-a", "client-b"]),
        select(vec!["2026-03-04", "2026-03-04", "2026-03-05", "2026-03-31", "2026-04-01"]),
        select(vec!["5", "8", "10", "15", "16", "20", "25", "29", "30", "36", "40", "60", "90"]),
        none_or(&["staff-1", "staff-2"]),
        none_or(&["08:00", "09:30"]),
        few(&["practitioner-1", "practitioner-2"]),
        few(&["99490", "99439", "99487", "90785", "T1016", "99492"]),
        few(&["25", "59,25"]),
        few(&["advantage", "none"]),
    );
    let record = note.prop_map(|(kind, client, date, minutes, staff, start, who, code, modifiers, coverage)| {
        let mut fields = vec![("client", client), ("date", date), ("staff_role", "outside_act")];
        if !kind.iter().any(|(name, _)| *name == "eligibility") {
            fields.push(("eligibility", "none"));
        }
        fields.push(("medicare_coverage", coverage.unwrap_or("original")));
        fields.extend(kind);
        let end = start.map(|start| later(start, minutes));
        fields.push(("minutes", minutes));
        fields.extend(staff.map(|staff| ("staff", staff)));
        fields.extend(who.map(|who| ("practitioner", who)));
        fields.extend(code.map(|code| ("code", code)));
        fields.extend(modifiers.map(|modifiers| ("modifiers", modifiers)));
        let times = start.zip(end.as_deref());
        fields.extend(times.into_iter().flat_map(|(start, end)| [("start", start), ("end", end)]));
        Record::of(&fields)
    });
    prop::collection::vec(record, 1..7).prop_map(|records| {
        let ids = (1..).map(|number| format!("n-{number:02}"));
        records.into_iter().zip(ids).map(|(record, id)| record.with(&[("id", &id)])).collect()
    })
}

/// Returns the time some minutes after a clock time.
fn later(start: &str, minutes: &str) -> String {
    let (hours, rest) = start.split_once(':').unwrap();
    let number = |text: &str| text.parse::<u32>().unwrap();
    let end = number(hours) * 60 + number(rest) + number(minutes);
    format!("{:02}:{:02}", end / 60, end % 60)
}

/// Returns the records as NDJSON.
pub(crate) fn text(records: &[Record]) -> String {
    records.iter().map(|record| json(record) + "\n").collect()
}

/// Decides every note of a batch alone.
pub(crate) fn known(ready: &Ready, records: &[Record]) -> Vec<Known> {
    let judge = actbill::decide::Judge::new(&ready.set, &ready.diagram, true);
    let text = text(records);
    let input = Input::new("notes", Some(actbill::read::Format::Ndjson), text.as_bytes());
    let mut batch = run::Batch::new(&ready.set, &ready.diagram, Strictness::default(), &[]);
    let mut all: Vec<Facts> = Vec::new();
    run::read(&ready.set, input, &mut |record| {
        all.push(batch.add(0, "notes", record, &mut |message| panic!("{message}")).unwrap());
    })
    .unwrap();
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let one = |(record, facts): (&Record, Facts)| {
        let own = |name: &str| record.text(name).map(str::to_owned);
        Known {
            client: own("client").unwrap(),
            date: date(record.text("date").unwrap()),
            start: record.text("start").map(|start| {
                let (hours, minutes) = start.split_once(':').unwrap();
                hours.parse::<u32>().unwrap() * 60 + minutes.parse::<u32>().unwrap()
            }),
            minutes: record.text("minutes").unwrap().parse().unwrap(),
            staff: own("staff"),
            practitioner: own("practitioner"),
            code: own("code"),
            modifiers: own("modifiers").map(|list| list.split(',').map(str::to_owned).collect()).unwrap_or_default(),
            discharge: record.text("discharge_date").map(date),
            verdict: judge.evaluate(&facts, date(record.text("date").unwrap())).verdict,
        }
    };
    records.iter().zip(all).map(one).collect()
}
