//! Snapshots of the explanation texts.

use actbill::explain::{Wanted, text};
use actbill::rules::RuleFile;
use actbill::run::Ready;
use actbill::table::Screen;
use insta::assert_snapshot;

use super::notes::explained;
use crate::shared::{ready, ready_with, shipped};

const SCREEN: Screen = Screen { width: 80, colors: false };

const NOTES: &str = r#"[
{"id": "n-01", "client": "client-a", "date": "2026-03-02", "start": "09:00", "end": "09:50", "activity": "job_coaching", "staff_role": "vocational_specialist", "eligibility": "mo_healthnet", "client_present": "yes"},
{"id": "n-02", "client": "client-a", "date": "2026-03-02", "minutes": 45, "activity": "interview_practice", "staff_role": "vocational_specialist", "eligibility": "mo_healthnet", "symptom_link": "yes", "plan_link": "no"},
{"id": "n-03", "client": "client-b", "date": "2026-03-02", "minutes": 30, "activity": "work_crew_supervision", "staff_role": "vocational_specialist", "eligibility": "mo_healthnet"},
{"id": "n-04", "client": "client-b", "date": "2026-03-03", "minutes": 30, "activity": "stress_coping_skills", "staff_role": "nurse", "eligibility": "mo_healthnet", "medically_needed": "yes", "symptom_lnk": "yes"},
{"id": "n-05", "client": "client-c", "date": "2026-03-03", "start": "10:00", "end": "11:00", "activity": "stress_coping_skills", "staff_role": "nurse", "eligibility": "medicaid", "symptom_link": "yes", "medically_needed": true},
{"id": "n-06", "client": "client-c", "date": "2026-03-03", "minutes": 30, "activity": "interview_debrief", "staff_role": "nurse", "eligibility": "mo_healthnet", "symptom_link": "yes", "plan_link": "yes", "medically_needed": "no"},
{"id": "n-07", "client": "client-d", "date": "2026-03-03", "minutes": 30, "activity": "transport", "staff_role": "peer_specialist", "eligibility": "none", "sole_purpose": "no"},
{"id": "n-08", "client": "client-d", "date": "2026-03-04", "minutes": 30, "activity": "punctuality_skills", "staff_role": "peer_specialist", "eligibility": "mo_healthnet", "residence": "imd", "birth_date": "1990-05-05", "symptom_link": "yes", "medically_needed": "yes"},
{"id": "n-09", "client": "client-d", "date": "2026-13-04", "minutes": 30, "activity": "punctuality_skills", "staff_role": "peer_specialist"},
{"id": "n-10", "client": "client-e", "date": "2026-03-04", "minutes": 20, "activity": "job_coaching", "staff_role": "vocational_specialist", "eligibility": "department"},
{"id": "n-11", "client": "client-e", "date": "2026-03-04", "minutes": 25, "activity": "job_coaching", "staff_role": "vocational_specialist", "eligibility": "department"},
{"id": "n-12", "client": "client-f", "date": "2026-03-04", "minutes": 25, "activity": "self_care_skills", "staff_role": "nurse", "eligibility": "department", "symptom_link": "yes", "medically_needed": "yes"},
{"id": "n-13", "client": "client-f", "date": "2026-03-04", "minutes": 25, "activity": "self_care_skills", "staff_role": "nurse", "eligibility": "mo_healthnet", "symptom_link": "yes", "medically_needed": "yes"}
]"#;

fn told(ready: &Ready, ids: &[&str]) -> String {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    text(&explained(ready, NOTES, &Wanted::Ids(ids)), SCREEN)
}

#[test]
fn of_a_billable_note() {
    assert_snapshot!(told(ready(), &["n-01"]));
}

#[test]
fn of_notes_that_nobody_pays_for() {
    assert_snapshot!("nobody_pays_by_the_chart", told(ready(), &["n-02"]));
    assert_snapshot!("nobody_pays_by_a_setting", told(ready(), &["n-03"]));
    assert_snapshot!("nobody_pays_by_the_record", told(ready(), &["n-08"]));
}

#[test]
fn of_held_notes_and_a_rejected_record() {
    assert_snapshot!("held_for_a_missing_answer", told(ready(), &["n-04"]));
    assert_snapshot!("held_for_a_person", told(ready(), &["n-07"]));
    assert_snapshot!("held_for_payers_that_differ", told(ready(), &["n-12"]));
    assert_snapshot!("rejected", told(ready(), &["n-09"]));
}

#[test]
fn of_a_day_with_one_unit() {
    assert_snapshot!(told(ready(), &["n-05", "n-06"]));
}

/// A pool of minutes with another part-quarter-hour rule, and a rate whose product is rounded.
#[test]
fn of_a_pool_and_of_rounding() {
    let pooled = ready_with(&[("pool", "day"), ("part_quarter_hour", "8")], &[]);
    assert_snapshot!("pooled", units(&told(&pooled, &["n-11"])));
    let rate = "[answer]\npart_quarter_hour = 1\n[[rate]]\nservice = \"vocational_act\"\namount = \"17.7255\"\nfrom = \"2026-01-01\"\nbasis = \"house\"\n";
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: rate.into(), own: true });
    assert_snapshot!("rounded", units(&told(&Ready::new(files, &[], &[]).unwrap(), &["n-10"])));
}

/// Returns the part of a text from the units to the payers.
fn units(text: &str) -> &str {
    let from = text.find("Units and dollars").unwrap();
    &text[from..text.find("\n\nEach payer").unwrap()]
}
