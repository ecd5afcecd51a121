//! Situations of a Missouri ACT team, one per line, with the results according to the memo, the catalogue and the
//! brief. They are meant to be checked by hand against the texts.

use crate::missouri::{decided, end, note};
use crate::notes::Record;
use crate::shared::ready_with;

/// The activity, the fields that differ from a complete note, and the result. A line that begins with a setting applies
/// it to the lines below, up to the next blank line.
const SITUATIONS: &str = "
self_care_skills                                                            mo_healthnet
self_care_skills         eligibility=department                             department
self_care_skills         eligibility=spenddown_unmet                        department
self_care_skills         eligibility=none                                   non_billable
punctuality_skills       staff_role=peer_specialist                         mo_healthnet
punctuality_skills       staff_role=outside_act                             non_billable
time_management_skills   symptom_link=no                                    non_billable
time_management_skills   symptom_link=no eligibility=department             non_billable
task_prioritization_skills medically_needed=no                              non_billable
task_prioritization_skills medically_needed=                                held
stress_coping_skills     plan_link=no                                       mo_healthnet
stress_coping_skills     plan_link=                                         mo_healthnet
problem_solving_skills   csw_qualified=no                                   mo_healthnet
problem_solving_skills   client_present=no                                  non_billable
problem_solving_skills   client_present=no eligibility=department           non_billable
problem_solving_skills   client_present=                                    mo_healthnet

readiness_assessment                                                        mo_healthnet
readiness_assessment     eligibility=department                             department
vocational_interests     symptom_link=no                                    non_billable
vocational_interests     symptom_link=                                      held
opportunity_search       plan_link=no                                       non_billable
opportunity_search       plan_link=no eligibility=department                non_billable
opportunity_search       plan_link=                                         held
employer_contact_support medically_needed=no                                non_billable
employer_contact_support medically_needed=no eligibility=spenddown_unmet    non_billable
employer_contact_support medically_needed=                                  mo_healthnet
employer_contact_support medically_needed= eligibility=department           department
interview_practice       staff_role=nurse                                   mo_healthnet
interview_accompaniment  client_present=no                                  non_billable
interview_accompaniment  eligibility=                                       held
interview_debrief        contact=phone                                      non_billable
interview_debrief        plan_link=no symptom_link=no                       non_billable

transport                                                                   non_billable
transport                eligibility=department                             non_billable
transport                sole_purpose=no                                    held
transport                sole_purpose=no eligibility=department             held
transport                sole_purpose=no eligibility=none                   non_billable
transport                sole_purpose=no other_funding=other_public         non_billable
transport                sole_purpose=no residence=custody                  held
transport                sole_purpose=                                      held
specific_job_skills                                                         non_billable
specific_job_skills      eligibility=department                             non_billable
specific_job_skills      symptom_link=no                                    non_billable
work_crew_supervision                                                       non_billable
work_crew_supervision    eligibility=                                       non_billable
job_development          client_present=no                                  non_billable
job_development          client_present=yes                                 held
job_development          client_present=yes eligibility=none                non_billable
job_development          client_present=yes other_funding=vocational_rehabilitation  non_billable
job_development          client_present=                                    held
other                                                                       held
other                    eligibility=department                             held
other                    eligibility=none                                   non_billable
other                    other_funding=other_public                         non_billable
other                    residence=custody                                  held

job_coaching                                                                department
job_coaching             eligibility=department                             department
job_coaching             eligibility=spenddown_unmet                        department
job_coaching             eligibility=none                                   non_billable
job_coaching             symptom_link=no medically_needed=no plan_link=no   department
job_coaching             staff_role=team_leader                             non_billable
job_coaching             staff_role=community_support_specialist            non_billable
job_coaching             staff_role=outside_act                             non_billable
job_coaching             csw_qualified=no                                   non_billable
job_coaching             csw_qualified=                                     department
job_coaching             client_present=no                                  held
job_coaching             client_present=no staff_role=nurse                 non_billable
job_coaching             client_present=no csw_qualified=no                 non_billable
job_coaching             client_present=no eligibility=none                 non_billable
job_coaching             client_present=no other_funding=other_public       non_billable
job_coaching             contact=phone                                      held
job_coaching             contact=video                                      held
job_coaching             contact=collateral                                 held
job_coaching             contact=collateral staff_role=prescriber           non_billable
job_coaching             residence=custody                                  department
job_coaching             residence=imd                                      department
job_coaching             other_funding=vocational_rehabilitation            non_billable

self_care_skills         contact=phone                                      non_billable
self_care_skills         contact=collateral eligibility=department          non_billable
self_care_skills         contact=video                                      non_billable
self_care_skills         contact=                                           mo_healthnet
self_care_skills         other_funding=vocational_rehabilitation            non_billable
self_care_skills         other_funding=other_public eligibility=department  non_billable
self_care_skills         residence=custody                                  non_billable
self_care_skills         residence=custody eligibility=department           non_billable
self_care_skills         residence=imd                                      non_billable
self_care_skills         residence=imd birth_date=1961-03-02                mo_healthnet
self_care_skills         residence=imd birth_date=1961-03-03                non_billable
self_care_skills         residence=imd birth_date=                          held
self_care_skills         residence=imd birth_date=1961-03-02 eligibility=department  department
self_care_skills         residence=nursing_facility                         mo_healthnet
self_care_skills         residence=inpatient                                mo_healthnet

department_pays_in_institutions=yes
self_care_skills         residence=custody                                  department
self_care_skills         residence=imd                                      department
self_care_skills         residence=imd birth_date=1961-03-02                mo_healthnet
self_care_skills         residence=custody eligibility=none                 non_billable
self_care_skills         residence=custody contact=phone                    non_billable
self_care_skills         residence=community eligibility=mo_healthnet       mo_healthnet

video_is_in_person=yes
self_care_skills         contact=video                                      mo_healthnet
self_care_skills         contact=phone                                      non_billable

remote_job_coaching=yes
job_coaching             contact=video                                      department
job_coaching             contact=phone                                      department
job_coaching             contact=collateral                                 held
job_coaching             contact=phone client_present=no                    held

transport_as_vocational_act=yes
transport                                                                   department
transport                staff_role=nurse                                   non_billable
transport                sole_purpose=no                                    held

absent_job_development_as_vocational_act=yes
job_development          client_present=no                                  department
job_development          client_present=no csw_qualified=no                 non_billable
job_development          client_present=no other_funding=other_public       non_billable

specific_skills_as_vocational_act=yes
specific_job_skills      contact=phone                                      department
specific_job_skills      eligibility=none                                   non_billable
work_crew_supervision                                                       non_billable

crew_supervision_as_vocational_act=yes
work_crew_supervision    residence=custody                                  department
specific_job_skills                                                         non_billable
";

fn field(text: &str) -> Option<(&str, &str)> {
    text.split_once('=')
}

#[test]
fn every_situation_ends_as_the_texts_say() {
    let mut seen = 0;
    for part in SITUATIONS.trim().split("\n\n") {
        let (settings, lines): (Vec<&str>, Vec<&str>) = part.lines().partition(|line| !line.contains(' '));
        let settings: Vec<(&str, &str)> = settings.into_iter().filter_map(field).collect();
        let ready = ready_with(&settings, &[]);
        for line in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (Some(activity), Some(expected)) = (words.first(), words.last()) else { continue };
            let fields: Vec<(&str, &str)> = words.iter().filter_map(|word| field(word)).collect();
            let record: Record = note().with(&[("activity", *activity)]).with(&fields);
            assert_eq!(end(&decided(&ready, &record, false)), *expected, "{settings:?} {line}");
            seen += 1;
        }
    }
    assert!(seen >= 98, "{seen}");
}
