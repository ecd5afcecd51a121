//! The shipped rules, row by row of the design's table: for each rule, a note that it decides and one that it does not.

use actbill::read::Format;
use actbill::report::Row;
use actbill::run::Ready;

use crate::notes::{Record, json};
use crate::shared::{ready_with, run};

pub(crate) const SKILLS: [&str; 6] = [
    "self_care_skills",
    "punctuality_skills",
    "time_management_skills",
    "task_prioritization_skills",
    "stress_coping_skills",
    "problem_solving_skills",
];
pub(crate) const JOB_FINDING: [&str; 7] = [
    "readiness_assessment",
    "vocational_interests",
    "opportunity_search",
    "employer_contact_support",
    "interview_practice",
    "interview_accompaniment",
    "interview_debrief",
];

/// Builds an hour of complete work: interview practice for a client who is eligible for MO HealthNet.
pub(crate) fn note() -> Record {
    Record::of(&[
        ("id", "n-1"),
        ("client", "client-a"),
        ("date", "2026-03-02"),
        ("minutes", "60"),
        ("activity", "interview_practice"),
        ("staff_role", "vocational_specialist"),
        ("eligibility", "mo_healthnet"),
        ("symptom_link", "yes"),
        ("medically_needed", "yes"),
        ("plan_link", "yes"),
        ("client_present", "yes"),
        ("sole_purpose", "yes"),
        ("csw_qualified", "yes"),
        ("contact", "in_person"),
        ("residence", "community"),
        ("other_funding", "none"),
        ("birth_date", "1990-01-31"),
    ])
}

pub(crate) fn decided(ready: &Ready, record: &Record, strict: bool) -> Row {
    run(ready, &[("notes", Format::Ndjson, json(record).as_bytes())], strict).unwrap().rows.remove(0)
}

/// Returns the payer, `held`, or `rejected`.
pub(crate) fn end(row: &Row) -> &str {
    row.payer.as_deref().unwrap_or(row.status.as_str())
}

/// A rule, a note that it decides with the result, and a note that it does not decide with the result. Each note is
/// given by the fields that differ from a complete one.
type Case<'c> = (&'c str, Record, &'c str, Record, &'c str);

fn cases(table: &str) -> Vec<Case<'_>> {
    let differing = |fields: &str| {
        note().with(&fields.split_whitespace().map(|field| field.split_once('=').unwrap()).collect::<Vec<_>>())
    };
    let lines: Vec<&str> = table.trim().lines().collect();
    lines
        .chunks(3)
        .map(|lines| {
            let (shows, ends) = lines[1].split_once("->").unwrap();
            let (not, ends_not) = lines[2].split_once("->").unwrap();
            (lines[0], differing(shows), ends.trim(), differing(not), ends_not.trim())
        })
        .collect()
}

const CASES: &str = "
act.general-skills
    activity=stress_coping_skills -> mo_healthnet
    -> mo_healthnet
act.general-skills
    activity=self_care_skills plan_link=no -> mo_healthnet
    activity=self_care_skills symptom_link=no -> non_billable
act.job-finding
    -> mo_healthnet
    symptom_link=no -> non_billable
act.job-finding
    eligibility=department -> department
    plan_link=no -> non_billable
act.job-finding-not-medically-needed
    medically_needed=no -> non_billable
    medically_needed= -> mo_healthnet
act.job-finding-not-medically-needed
    medically_needed=no eligibility=department -> non_billable
    activity=self_care_skills medically_needed=no -> non_billable
act.job-coaching
    activity=job_coaching -> department
    activity=job_coaching staff_role=team_leader -> non_billable
act.job-coaching
    activity=job_coaching symptom_link=no -> department
    activity=job_coaching csw_qualified=no -> non_billable
act.transport-not-medicaid
    activity=transport -> non_billable
    activity=transport sole_purpose=no -> held
act.specific-job-skills-not-medicaid
    activity=specific_job_skills -> non_billable
    activity=problem_solving_skills -> mo_healthnet
act.job-coaching-not-medicaid
    activity=job_coaching staff_role=nurse -> non_billable
    activity=interview_debrief staff_role=nurse -> mo_healthnet
act.work-crew-not-medicaid
    activity=work_crew_supervision -> non_billable
    activity=punctuality_skills -> mo_healthnet
act.absent-job-development-not-medicaid
    activity=job_development client_present=no -> non_billable
    activity=job_development -> held
act.social-deficits-not-medicaid
    symptom_link=no -> non_billable
    -> mo_healthnet
act.general-skills-not-needed
    activity=stress_coping_skills medically_needed=no -> non_billable
    medically_needed=no -> non_billable
act.job-finding-without-plan
    plan_link=no -> non_billable
    activity=time_management_skills plan_link=no -> mo_healthnet
act.not-mo-healthnet-eligible
    eligibility=department -> department
    eligibility=mo_healthnet -> mo_healthnet
act.not-mo-healthnet-eligible
    eligibility=spenddown_unmet -> department
    activity=job_coaching eligibility=department -> department
act.team-rate-to-one-payer
    residence=custody -> non_billable
    residence=custody eligibility=department -> non_billable
house.eligible-for-neither
    eligibility=none -> non_billable
    eligibility=department -> department
house.eligible-for-neither
    activity=job_coaching eligibility=none -> non_billable
    activity=job_coaching eligibility=spenddown_unmet -> department
house.outside-the-act-team
    staff_role=outside_act -> non_billable
    staff_role=other_act_staff -> mo_healthnet
catalogue.phone-or-collateral
    contact=phone -> non_billable
    contact=video -> non_billable
catalogue.video
    contact=video -> non_billable
    contact=collateral -> non_billable
institutions.not-mo-healthnet
    residence=imd -> non_billable
    residence=nursing_facility -> mo_healthnet
institutions.team-rate-not-department
    residence=custody eligibility=department -> non_billable
    residence=inpatient eligibility=department -> department
institutions.other-public-funding
    other_funding=vocational_rehabilitation -> non_billable
    other_funding=none -> mo_healthnet
institutions.other-public-funding
    activity=job_coaching other_funding=other_public -> non_billable
    activity=job_coaching -> department
act.client-not-present
    client_present=no -> non_billable
    client_present=yes -> mo_healthnet
";

const HOLDS: &str = "
act.job-coaching-not-observed
    activity=job_coaching client_present=no -> held
    activity=job_coaching -> department
act.job-coaching-not-observed
    activity=job_coaching contact=collateral -> held
    contact=collateral -> non_billable
act.job-coaching-not-observed
    activity=job_coaching contact=phone -> held
    activity=work_crew_supervision contact=phone -> non_billable
act.job-coaching-not-observed
    activity=job_coaching contact=video -> held
    activity=job_coaching contact=in_person -> department
act.job-coaching-not-observed
    activity=job_coaching client_present=no residence=custody -> held
    activity=job_coaching client_present=no eligibility=none -> non_billable
act.job-coaching-not-observed
    activity=job_coaching contact=phone eligibility=department -> held
    activity=job_coaching contact=phone staff_role=nurse -> non_billable
house.transport-with-another-purpose
    activity=transport sole_purpose=no -> held
    activity=transport -> non_billable
house.transport-with-another-purpose
    activity=transport sole_purpose=no eligibility=department -> held
    activity=transport sole_purpose=no other_funding=other_public -> non_billable
house.job-development-with-client
    activity=job_development -> held
    activity=job_development client_present=no -> non_billable
house.other-activity
    activity=other -> held
    activity=self_care_skills -> mo_healthnet
house.other-activity
    activity=other residence=custody -> held
    activity=other eligibility=none -> non_billable
";

const ADVICE: [&str; 2] = ["house.vocational-act-in-institution", "house.team-rate-in-hospital"];

#[test]
fn each_rule_decides_a_note_and_leaves_one_alone() {
    let ready = ready_with(&[], &[]);
    for (rule, shows, ends, not, ends_not) in [cases(CASES), cases(HOLDS)].concat() {
        let row = decided(&ready, &shows, false);
        assert_eq!(end(&row), ends, "{rule}: {row:?}");
        assert!(row.rules.iter().any(|id| id == rule), "{rule}: {row:?}");
        let row = decided(&ready, &not, false);
        assert_eq!(end(&row), ends_not, "{rule}: {row:?}");
        assert!(row.rules.iter().all(|id| id != rule), "{rule}: {row:?}");
    }
}

#[test]
fn the_team_rate_goes_to_one_payer_by_eligibility_for_all_thirteen_activities() {
    let ready = ready_with(&[], &[]);
    for activity in SKILLS.into_iter().chain(JOB_FINDING) {
        let by = ["mo_healthnet", "spenddown_unmet", "department", "none"].map(|eligibility| {
            let row = decided(&ready, &note().with(&[("activity", activity), ("eligibility", eligibility)]), false);
            (end(&row).to_owned(), row.code, row.units, row.unit, row.amount.map(|amount| amount.to_string()))
        });
        let day = |payer: &str| (payer.to_owned(), Some("H0040".to_owned()), Some(1), Some("day"), None);
        let nobody = ("non_billable".to_owned(), None, Some(0), None, Some("0.00".to_owned()));
        assert_eq!(by, [day("mo_healthnet"), day("department"), day("department"), nobody], "{activity}");
    }
}

#[test]
fn job_coaching_is_h2023hk_to_the_department_whatever_the_mo_healthnet_status() {
    let ready = ready_with(&[], &[]);
    for eligibility in ["mo_healthnet", "medicaid", "spenddown_unmet", "department"] {
        let row = decided(&ready, &note().with(&[("activity", "job_coaching"), ("eligibility", eligibility)]), false);
        assert_eq!((end(&row), row.service.as_deref()), ("department", Some("vocational_act")));
        assert_eq!((row.code.as_deref(), row.modifiers), (Some("H2023"), Some(vec!["HK".to_owned()])));
        assert_eq!(
            (row.units, row.rate.unwrap().to_string(), row.amount.unwrap().to_string()),
            (Some(4), "17.72".into(), "70.88".into())
        );
    }
    // Custody and institutions bar MO HealthNet and the team rate, and this is neither.
    let row = decided(&ready, &note().with(&[("activity", "job_coaching"), ("residence", "custody")]), false);
    assert_eq!(end(&row), "department");
}

#[test]
fn work_that_was_not_needed_is_billed_to_nobody() {
    let ready = ready_with(&[], &[]);
    for activity in SKILLS.into_iter().chain(JOB_FINDING) {
        for eligibility in ["mo_healthnet", "spenddown_unmet", "department", "none"] {
            let fields = [("activity", activity), ("medically_needed", "no"), ("eligibility", eligibility)];
            assert_eq!(end(&decided(&ready, &note().with(&fields), false)), "non_billable", "{activity} {eligibility}");
        }
    }
}

#[test]
fn what_deserves_a_look_is_billed_all_the_same() {
    let ready = ready_with(&[], &[]);
    let advised = |fields: &[(&str, &str)]| {
        let row = decided(&ready, &note().with(fields), false);
        let findings = row.findings.iter().map(|finding| finding.code.clone());
        (end(&row).to_owned(), findings.filter(|code| ADVICE.contains(&code.as_str())).collect::<Vec<_>>())
    };
    let told = |payer: &str, advice: &[&str]| (payer.to_owned(), advice.iter().map(|id| (*id).to_owned()).collect());
    for residence in ["imd", "custody"] {
        let coached = [("activity", "job_coaching"), ("residence", residence)];
        assert_eq!(advised(&coached), told("department", &ADVICE[..1]), "{residence}");
    }
    for residence in ["community", "nursing_facility", "inpatient"] {
        let coached = [("activity", "job_coaching"), ("residence", residence)];
        assert_eq!(advised(&coached), told("department", &[]), "{residence}");
    }
    for activity in SKILLS.into_iter().chain(JOB_FINDING) {
        let fields = [("activity", activity), ("residence", "inpatient")];
        assert_eq!(advised(&fields), told("mo_healthnet", &ADVICE[1..]), "{activity}");
    }
    assert_eq!(advised(&[("residence", "nursing_facility")]), told("mo_healthnet", &[]));
}

#[test]
fn institutions_and_custody_go_by_age_and_the_agencys_answer() {
    let end_of = |ready: &Ready, residence: &str, birth: &str, eligibility: &str| {
        let fields = [("residence", residence), ("birth_date", birth), ("eligibility", eligibility)];
        let row = decided(ready, &note().with(&fields), false);
        if row.missing.is_empty() { end(&row).to_owned() } else { row.missing.join(" ") }
    };
    let (no, yes) = (ready_with(&[], &[]), ready_with(&[("department_pays_in_institutions", "yes")], &[]));
    // Under 65 until the day before the birthday.
    for (ready, younger) in [(&no, "non_billable"), (&yes, "department")] {
        assert_eq!(end_of(ready, "imd", "1961-03-03", "mo_healthnet"), younger);
        assert_eq!(end_of(ready, "imd", "1961-03-02", "mo_healthnet"), "mo_healthnet");
        assert_eq!(end_of(ready, "imd", "", "mo_healthnet"), "birth_date");
        assert_eq!(end_of(ready, "imd", "1961-03-02", "department"), "department");
        assert_eq!(end_of(ready, "imd", "1961-03-03", "department"), younger);
        assert_eq!(end_of(ready, "custody", "1930-01-01", "mo_healthnet"), younger);
        assert_eq!(end_of(ready, "custody", "", "spenddown_unmet"), younger);
        for residence in ["imd", "custody", "community"] {
            assert_eq!(end_of(ready, residence, "1990-01-31", "none"), "non_billable", "{residence}");
        }
        for residence in ["community", "nursing_facility", "inpatient"] {
            assert_eq!(end_of(ready, residence, "", "mo_healthnet"), "mo_healthnet", "{residence}");
        }
    }
}

#[test]
fn a_hold_says_what_to_record_instead() {
    let ready = ready_with(&[], &[]);
    for (rule, shows, ..) in cases(HOLDS) {
        let held = decided(&ready, &shows, false);
        let because = held.because.unwrap();
        assert!(because.starts_with("Held for a person: ") && because.contains("; "), "{rule}: {because}");
        assert!(held.missing.is_empty() && held.possible.is_empty(), "{rule}");
    }
    let held = decided(&ready, &note().with(&[("activity", "job_development")]), false);
    assert!(held.because.unwrap().contains("record `activity` as `employer_contact_support` if the chart shows"));
}
