//! Explanations of notes that are counted within a month or after a discharge, for an invented month of care
//! coordination.

use actbill::explain::{Explanation, Wanted, text};
use actbill::report::AlsoRow;
use actbill::rules::RuleFile;
use actbill::run::Ready;
use actbill::status::Status;
use actbill::table::Screen;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::notes::explained;
use crate::ledger::months::pair;
use crate::shared::shipped;

const SCREEN: Screen = Screen { width: 80, colors: false };

const AGENCY: &str = r#"
[answer]
case_management_covered = "yes"
commercial_contract = "yes"
mo_healthnet_pays = "per_member"

[[rate]]
service = "chronic_care"
amount = "60.49"
from = "2026-01-01"
basis = "house"

[[rate]]
service = "chronic_care_further"
amount = "45.935"
from = "2026-01-01"
basis = "house"

[[rate]]
service = "psychotherapy_45"
payers = ["medicare"]
when.staff_credential = ["psychiatrist", "physician"]
amount = "104.50"
from = "2026-01-01"
basis = "house"

[[rate]]
service = "psychotherapy_45"
payers = ["medicare"]
when.staff_credential = "clinical_social_worker"
amount = "78.40"
from = "2026-01-01"
basis = "house"

[[rate]]
service = "case_management"
amount = "20.125"
from = "2026-01-01"
basis = "house"

[[count]]
id = "our.eight-minutes"
notes = "case_management"
within = "note"
at_least = 8
each = 15
earns = "case_management"
basis = "house"
"#;

/// The answers that the notes of one kind of work have in common.
fn usual(kind: &str) -> Value {
    match kind {
        "chronic" => json!({"activity": "chronic_care_management", "chronic_conditions": 2}),
        "collaborative" => json!({
            "activity": "progress_review", "care_month": "first", "collaborative_team": "yes",
            "integration_warranted": "yes",
        }),
        "integration" => json!({
            "activity": "integration_management", "systematic_assessment": "yes", "plan_revision": "yes",
            "continuous_relationship": "yes",
        }),
        "visit" => json!({
            "activity": "discharge_visit", "discharge_date": "2026-02-27", "discharge_from": "hospital",
            "discharge_to": "home", "first_contact": "phone", "first_contact_date": "2026-03-02",
            "decision_complexity": "moderate", "contact": "in_person", "discharge_summary_reviewed": "yes",
            "medications_reconciled": "yes", "billing_credential": "physician",
        }),
        other => json!({"activity": other}),
    }
}

/// Builds a note. `own` takes precedence over what notes of its kind say; an answer that is null is left out.
fn note(id: &str, client: &str, day: u32, minutes: u32, kind: &str, own: Value) -> Value {
    let mut note = json!({
        "id": id, "client": client, "date": format!("2026-03-{day:02}"), "minutes": minutes,
        "staff_role": "care_manager", "medicare_coverage": "original",
    });
    for answers in [usual(kind), own] {
        for (name, answer) in answers.as_object().unwrap() {
            note[name] = answer.clone();
        }
    }
    note
}

fn notes() -> String {
    let none = || json!({});
    let notes = [
        // A month that earns three lines, with a held note that could add nothing and one that could add a unit.
        note("m-01", "client-a", 2, 17, "chronic", json!({"practitioner": "dr-1"})),
        note("m-02", "client-a", 9, 8, "chronic", none()),
        note("m-03", "client-a", 16, 19, "chronic", json!({"practitioner": "dr-1"})),
        note("m-04", "client-a", 23, 30, "chronic", json!({"chronic_conditions": null})),
        // A short month that held minutes could change.
        note("m-05", "client-b", 2, 29, "collaborative", none()),
        note("m-06", "client-b", 3, 11, "collaborative", json!({"integration_warranted": null})),
        // What does not stand together, surely and perhaps.
        note("m-07", "client-c", 2, 28, "integration", none()),
        note("m-08", "client-c", 3, 44, "collaborative", none()),
        note("m-09", "client-d", 2, 28, "integration", none()),
        note("m-10", "client-d", 3, 44, "collaborative", json!({"integration_warranted": null})),
        // What does not stand alone.
        note("m-11", "client-e", 2, 45, "psychotherapy", json!({"staff": "s-1", "staff_credential": "psychiatrist"})),
        note(
            "m-12",
            "client-e",
            2,
            5,
            "interactive_complexity",
            json!({"staff": "s-1", "complexity_factor": "maladaptive_communication"}),
        ),
        note(
            "m-13",
            "client-e",
            2,
            5,
            "interactive_complexity",
            json!({"staff": "s-2", "complexity_factor": "maladaptive_communication"}),
        ),
        note("m-14", "client-f", 2, 45, "psychotherapy", none()),
        // Differences of practitioner, payer and code.
        note("m-15", "client-g", 2, 25, "chronic", json!({"practitioner": "dr-1"})),
        note("m-16", "client-g", 3, 25, "chronic", json!({"practitioner": "dr-2"})),
        note("m-17", "client-h", 2, 25, "chronic", none()),
        note("m-18", "client-h", 3, 25, "chronic", json!({"medicare_coverage": "none", "commercial_coverage": "yes"})),
        note("m-19", "client-i", 2, 25, "chronic", json!({"code": "99491"})),
        // A discharge, with a visit of chronic care beside it that a modifier lifts.
        note("m-20", "client-j", 6, 40, "visit", none()),
        note("m-21", "client-j", 6, 25, "chronic", json!({"modifiers": "25"})),
        // A payer who does not pay by the unit.
        note(
            "m-22",
            "client-k",
            6,
            25,
            "insurance_navigation",
            json!({"eligibility": "mo_healthnet", "medicare_coverage": "none"}),
        ),
    ];
    Value::from(notes.to_vec()).to_string()
}

fn with_agency() -> Ready {
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: AGENCY.into(), own: true });
    Ready::new(files, &[], &[]).unwrap()
}

/// Returns the parts of a text that tell of periods, pairs, units and other notes.
fn told(ready: &Ready, ids: &[&str]) -> String {
    let wanted = Wanted::Ids(ids.iter().map(|id| (*id).to_owned()).collect());
    let explained = text(&explained(ready, &notes(), &wanted), SCREEN);
    let mut told = String::new();
    let mut is_shown = true;
    for part in explained.split("\n\n") {
        let heading = part.lines().next().unwrap();
        is_shown &= !heading.starts_with("What would make") && !heading.starts_with("Each payer");
        is_shown |= ["Counted together", "It may come", "What does not", "Units and", "Other notes"]
            .iter()
            .any(|shown| heading.starts_with(shown));
        is_shown |= heading.starts_with("m-");
        is_shown &= !heading.starts_with("Each payer") && !heading.starts_with('─');
        if is_shown {
            told += part;
            told += "\n\n";
        }
    }
    told
}

#[test]
fn of_an_invented_month() {
    let ready = with_agency();
    assert_snapshot!("month_carrying_note", told(&ready, &["m-03"]));
    assert_snapshot!("month_bundled_and_held_note", told(&ready, &["m-01", "m-04"]));
    assert_snapshot!("month_that_held_minutes_could_change", told(&ready, &["m-05", "m-06"]));
}

#[test]
fn of_pairs() {
    let ready = with_agency();
    assert_snapshot!("pair_applies", told(&ready, &["m-07"]));
    assert_snapshot!("pair_is_undecided", told(&ready, &["m-09", "m-10"]));
    assert_snapshot!("pair_asks_a_partner", told(&ready, &["m-12", "m-13"]));
    assert_snapshot!("discharge_beside_what_a_modifier_lifts", told(&ready, &["m-20", "m-21"]));
}

#[test]
fn of_differences() {
    let ready = with_agency();
    assert_snapshot!("practitioner_payer_and_code_differ", told(&ready, &["m-15", "m-17", "m-19"]));
}

#[test]
fn of_rates_and_shadows() {
    let ready = with_agency();
    assert_snapshot!("rates_and_a_shadow", told(&ready, &["m-11", "m-14", "m-22"]));
}

/// The whole text of one note, with what would change it and what the counts rest on.
#[test]
fn whole_text_of_a_month() {
    let wanted = Wanted::Ids(vec!["m-05".into()]);
    assert_snapshot!(text(&explained(&with_agency(), &notes(), &wanted), SCREEN));
}

/// What an explanation says of a period agrees with the rows.
#[test]
fn periods_agree_with_the_rows() {
    let explained = explained(&with_agency(), &notes(), &Wanted::All);
    let row = |id: &str| &explained.notes.iter().find(|note| note.decision.id.as_deref() == Some(id)).unwrap().decision;
    for note in &explained.notes {
        for period in &note.periods {
            assert_eq!(period.minutes, period.notes.iter().map(|note| note.minutes).sum::<u32>());
            assert_eq!(period.notes.last().unwrap().sum, period.minutes);
            let earned: u32 = period.earned.iter().map(|earned| earned.units).sum();
            assert_eq!(earned, period.counts.iter().map(|count| count.units).sum::<u32>());
            let Some(carrier) = period.carrier.as_ref().filter(|_| period.standing == "billable") else { continue };
            let shown = row(carrier);
            let also: u32 = shown.also.iter().filter_map(|also: &AlsoRow| also.units).sum();
            assert_eq!(shown.units.unwrap() + also, earned, "{carrier}");
            for other in period.notes.iter().filter(|other| other.id != *carrier) {
                assert_eq!(row(&other.id).bundled_into.as_ref(), Some(carrier));
            }
        }
        assert_eq!(note.bill.is_some(), note.decision.status == Status::Billable);
    }
}

/// The JSON of an explanation has the fields that its views document.
#[test]
fn as_json() {
    let explained = explained(&with_agency(), &notes(), &Wanted::Ids(vec!["m-03".into(), "m-13".into()]));
    let [month, alone] = explained.notes.as_slice() else { panic!("two notes") };
    let value = |note: &Explanation| serde_json::to_value(note).unwrap();
    let (month, alone) = (value(month), value(alone));
    let period = &month["periods"][0];
    assert_eq!(
        (&period["within"], &period["period"], &period["carrier"]),
        (&json!("month"), &json!("2026-03"), &json!("m-03"))
    );
    assert_eq!(period["counts"][1]["count"], "count.chronic-care-further");
    assert_eq!(period["counts"][1]["next_at"], 60);
    assert_eq!(period["open"], json!([{"id": "m-04", "minutes": 30, "missing": ["chronic_conditions"]}]));
    assert_eq!(period["more"], json!([{"service": "chronic_care_further", "code": "99439", "units": 1}]));
    assert_eq!(
        (&month["bill"]["also"][0]["exact"], &month["bill"]["also"][0]["amount"]),
        (&json!("45.935"), &json!(45.94))
    );
    let named: Vec<&str> = month["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert!(named.contains(&"count.chronic-care-further"), "{named:?}");
    let looked = alone["pairs"].as_array().unwrap().iter().find(|pair| pair["id"] == "pair.complexity-needs-a-service");
    assert_eq!(looked.map(|pair| (&pair["outcome"], &pair["then"])), Some((&json!("applies"), &json!("strike"))));
}

/// Where a pair steps aside, an explanation says whether what it asks for is there: within the month, or with the same
/// answer to the date.
#[test]
fn pairs_that_step_aside_look_as_far_as_their_period() {
    let (visit, month) = ("\"transitional_care_moderate\"", "within = \"month\"\nthen");
    let (chronic, integration) = ("\"chronic_care\"", "\"general_integration\"");
    let pairs = [
        pair("month", chronic, "only_with", integration, &format!("{month} = \"advise\"")),
        pair("discharge", visit, "only_with", chronic, "within = \"discharge_date\"\nthen = \"advise\""),
        pair("strike", integration, "not_with", visit, &format!("{month} = \"strike\"")),
        pair("staff", visit, "not_with", chronic, "within = \"day\"\nsame = [\"staff\"]\nthen = \"hold\""),
    ];
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: AGENCY.to_owned() + &pairs.concat(), own: true });
    let ready = Ready::new(files, &[], &[]).unwrap();
    let none = || json!({});
    let discharged = |day| json!({"discharge_date": day});
    let notes = [
        note("m-01", "client-a", 16, 25, "chronic", none()),
        note("m-02", "client-a", 20, 28, "integration", none()),
        note("m-03", "client-b", 16, 25, "chronic", none()),
        note("m-04", "client-b", 20, 28, "integration", json!({"date": "2026-02-20"})),
        note("m-05", "client-c", 6, 40, "visit", none()),
        note("m-06", "client-c", 16, 25, "chronic", discharged("2026-02-27")),
        note("m-07", "client-d", 6, 40, "visit", none()),
        note("m-08", "client-d", 16, 25, "chronic", discharged("2026-02-26")),
        note("m-09", "client-e", 6, 40, "visit", none()),
        note("m-10", "client-e", 16, 28, "integration", none()),
        note("m-11", "client-f", 6, 40, "visit", none()),
        note("m-12", "client-f", 16, 28, "integration", json!({"date": "2026-02-20"})),
        note("m-13", "client-g", 6, 40, "visit", json!({"staff": "staff-1"})),
        note("m-14", "client-g", 6, 25, "chronic", json!({"staff": "staff-2"})),
    ];
    let explained = explained(&ready, &Value::from(notes.to_vec()).to_string(), &Wanted::All);
    let looked = |id: &str, pair: &str| {
        let shown = explained.notes.iter().find(|shown| shown.decision.id.as_deref() == Some(id)).unwrap();
        shown.pairs.iter().find(|looked| looked.id == format!("own.{pair}")).unwrap()
    };
    for (id, pair, outcome, with) in [
        ("m-01", "month", "steps_aside", "m-02"),
        ("m-03", "month", "applies", ""),
        ("m-05", "discharge", "steps_aside", "m-06"),
        ("m-07", "discharge", "applies", ""),
        ("m-09", "strike", "applies_to_others", "m-10"),
        ("m-11", "strike", "steps_aside", ""),
        ("m-13", "staff", "steps_aside", "m-14"),
    ] {
        let looked = looked(id, pair);
        assert_eq!((looked.outcome, looked.with.join(" ").as_str()), (outcome, with), "{id}");
    }
    let text = &looked("m-13", "staff").text;
    assert!(text.starts_with("steps aside: other staff provided"), "{text}");
}

/// A change that is told makes the note billable among the other notes of its period.
#[test]
fn what_would_change_it_fits_the_period() {
    let ready = with_agency();
    let ids = ["m-05", "m-07", "m-09", "m-15", "m-17"];
    let wanted = Wanted::Ids(ids.iter().map(|id| (*id).to_owned()).collect());
    let all: Vec<Value> = serde_json::from_str(&notes()).unwrap();
    let mut tried = 0;
    for note in explained(&ready, &notes(), &wanted).notes {
        let changes = note.changes.unwrap();
        for change in changes.record.iter().chain(&changes.chart).filter(|change| change.parts.len() < 3) {
            let mut batch = all.clone();
            let own = batch.iter_mut().find(|own| own["id"] == note.decision.id.as_deref().unwrap()).unwrap();
            for part in &change.parts {
                own[&part.fact] = json!(part.needs[0]);
            }
            let text = Value::from(batch).to_string();
            let wanted = Wanted::Ids(vec![note.decision.id.clone().unwrap()]);
            let row = &explained(&ready, &text, &wanted).notes[0].decision;
            assert_eq!(row.status, Status::Billable, "{change:?}");
            assert_eq!(row.payer.as_ref(), Some(&change.payer), "{change:?}");
            tried += 1;
        }
    }
    assert!(tried >= 3, "{tried}");
}
