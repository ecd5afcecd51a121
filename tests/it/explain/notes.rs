//! Explanations are true of all notes: the same decision, the right lever, and questions rather than instructions.

use std::sync::Arc;

use actbill::explain::changes::Limits;
use actbill::explain::{ChangeView, Explanations, Options, PartView, Standing, Wanted, notes, text};
use actbill::read::Format;
use actbill::run::{Input, Ready, Strictness};
use actbill::status::Status;
use actbill::table::Screen;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::shared::{ready, ready_with, run};

/// Explains the wanted notes of a JSON text.
pub(crate) fn explained(ready: &Ready, notes_json: &str, wanted: &Wanted) -> Explanations {
    explained_up_to(Limits::QUESTIONS, ready, notes_json, wanted)
}

/// Like [`explained`], with changes of up to `most_changed` facts.
fn explained_up_to(most_changed: usize, ready: &Ready, notes_json: &str, wanted: &Wanted) -> Explanations {
    let input = Input::new("notes.json", Some(Format::Json), notes_json.as_bytes());
    let options = Options {
        wanted: wanted.clone(),
        strictness: Strictness::default(),
        as_of: "2026-04-01".parse().unwrap(),
        rosters: Arc::default(),
        most_changed,
    };
    notes(ready, vec![input], &options).unwrap()
}

/// Builds a note with some facts answered, each with one of its values.
fn note(ready: &Ready, id: usize, picks: &[(bool, u8)]) -> Value {
    let mut note = Map::new();
    note.insert("id".into(), json!(format!("n-{id:02}")));
    note.insert("client".into(), json!(["client-a", "client-b"][id % 2]));
    note.insert("date".into(), json!("2026-03-02"));
    note.insert("minutes".into(), json!(10 + id * 7));
    for ((_, fact), (answered, pick)) in ready.set.vocabulary.facts().zip(picks) {
        if fact.origin == actbill::facts::Origin::Note && !fact.values().is_empty() && (*answered || fact.is_required())
        {
            note.insert(fact.name.clone(), json!(fact.values()[usize::from(*pick) % fact.values().len()]));
        }
    }
    if picks[0].0 {
        note.insert("birth_date".into(), json!(if picks[0].1.is_multiple_of(2) { "1950-01-01" } else { "1990-01-01" }));
    }
    Value::Object(note)
}

/// At least as many as the shipped rules have facts.
const FACTS: usize = 160;

fn batches() -> impl Strategy<Value = Vec<Vec<(bool, u8)>>> {
    prop::collection::vec(prop::collection::vec((prop::bool::weighted(0.7), any::<u8>()), FACTS), 1..6)
}

fn hardness(lever: &str) -> usize {
    ["chart", "record", "setting", "never"].iter().position(|known| *known == lever).unwrap()
}

fn belongs(changes: &[ChangeView], group: &str) {
    for change in changes {
        let hardest = change.parts.iter().max_by_key(|part| hardness(part.lever)).unwrap();
        assert_eq!(hardest.lever, group);
        assert_eq!(change.parts[0].lever, group, "the hardest part stands first");
        for part in &change.parts {
            let question = part.text.contains('?');
            assert_eq!(question, group != "never", "history asks nothing, all else is asked: {}", part.text);
            if group != "never" && part.lever == "chart" {
                assert!(part.text.contains("Does the chart show \""), "{}", part.text);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn of_all_notes(picks in batches(), pool in any::<bool>()) {
        let ready = ready_with(&[("pool", if pool { "day" } else { "note" }), ("part_quarter_hour", "8")], &[]);
        let batch: Vec<Value> = picks.iter().enumerate().map(|(id, picks)| note(&ready, id, picks)).collect();
        let batch = Value::Array(batch).to_string();
        prop_assert!(ready.set.vocabulary.facts().count() <= FACTS);
        let told = explained(&ready, &batch, &Wanted::All);
        let rows = run(&ready, &[("notes.json", Format::Json, batch.as_bytes())], false).unwrap().rows;
        prop_assert_eq!(told.notes.len(), rows.len());
        for (note, row) in told.notes.iter().zip(&rows) {
            prop_assert_eq!(serde_json::to_string(&note.decision).unwrap(), serde_json::to_string(row).unwrap());
            let pays = note.payers.iter().flat_map(|payer| payer.services.iter().map(|s| (&payer.payer, s)));
            let pays: Vec<_> = pays.filter(|(_, standing)| standing.stands == Standing::Pays).collect();
            let payer = row.payer.as_ref().filter(|_| row.status == Status::Billable);
            prop_assert_eq!(pays.iter().map(|(payer, _)| *payer).collect::<Vec<_>>(), payer.into_iter().collect::<Vec<_>>());
            let units = row.shadow.as_ref().map_or(row.units, |shadow| Some(shadow.units));
            let amount = row.shadow.as_ref().map_or(row.amount, |shadow| shadow.amount);
            prop_assert_eq!(note.bill.as_ref().map(|bill| (bill.units, bill.amount)), note.bill.as_ref().map(|_| (units.unwrap(), amount)));
            prop_assert_eq!(note.bill.is_some(), row.status == Status::Billable);
            for rule in &row.rules {
                prop_assert!(note.rules.iter().any(|told| told.id == *rule), "{} is not told", rule);
            }
            for missing in &row.missing {
                let is_of_another = row.findings.iter().any(|finding| finding.code == "undecided");
                prop_assert!(is_of_another || note.facts.iter().any(|fact| fact.name == *missing && fact.matters));
            }
            prop_assert_eq!(note.changes.is_some(), row.status != Status::Billable);
            if let Some(changes) = &note.changes {
                belongs(&changes.chart, "chart");
                belongs(&changes.record, "record");
                belongs(&changes.setting, "setting");
                belongs(&changes.history, "never");
            }
        }
        let shown = text(&told, Screen { width: 60, colors: false });
        prop_assert!(shown.ends_with("\nDocumentation may be corrected only to say what happened.\n"));
        for line in shown.lines() {
            let alone = line.split_whitespace().count() < 3;
            prop_assert!(line.chars().count() <= 60 || alone, "{}", line);
            prop_assert_eq!(line.trim_end(), line);
        }
    }
}

/// Returns a number that fits needs such as "2 or more", "below 3" or "4 to 6"; `None` if they name no number.
fn number_in(needs: &str) -> Option<i64> {
    let number: i64 = needs.split(' ').find_map(|word| word.parse().ok())?;
    Some(if needs.starts_with("below") { number - 1 } else { number })
}

/// A suggested change of coded facts, made in the note itself, has the promised outcome, even with other notes that
/// day.
#[test]
fn a_change_made_is_a_change_come_true() {
    let cases = [
        json!({"activity": "interview_practice", "staff_role": "nurse", "eligibility": "none", "symptom_link": "no"}),
        json!({"activity": "punctuality_skills", "staff_role": "outside_act", "eligibility": "mo_healthnet", "residence": "custody"}),
        json!({"activity": "job_development", "staff_role": "nurse", "client_present": "yes", "eligibility": "department"}),
        json!({"activity": "other", "staff_role": "vocational_specialist", "contact": "video", "other_funding": "other_public"}),
    ];
    let team = |eligibility: &str| {
        json!({"id": "n-02", "client": "client-a", "date": "2026-03-02", "minutes": 30,
        "activity": "punctuality_skills", "staff_role": "nurse", "eligibility": eligibility, "symptom_link": "yes",
        "medically_needed": "yes"})
    };
    let days = [vec![], vec![team("mo_healthnet")], vec![team("department")]];
    let mut tried = [0, 0, 0];
    for (case, day) in cases.iter().flat_map(|case| days.iter().map(move |day| (case, day))) {
        let mut note = json!({"id": "n-01", "client": "client-a", "date": "2026-03-02", "minutes": 30});
        note.as_object_mut().unwrap().extend(case.as_object().unwrap().clone());
        let batch = |note: &Value| Value::Array([std::slice::from_ref(note), day].concat()).to_string();
        let told = explained_up_to(5, ready(), &batch(&note), &Wanted::Ids(vec!["n-01".into()]));
        let changes = told.notes[0].changes.as_ref().unwrap();
        for change in changes.chart.iter().chain(&changes.record).chain(&changes.setting).chain(&changes.history) {
            // Dates that lie so far apart, or ages, have no one answer.
            let is_date = |part: &PartView| part.fact.ends_with("date") && part.fact != "birth_date";
            if change.parts.iter().any(is_date) {
                continue;
            }
            let (settings, facts): (Vec<_>, Vec<_>) = change.parts.iter().partition(|part| part.lever == "setting");
            let mut altered = note.clone();
            for part in &facts {
                let answer = if part.fact == "birth_date" {
                    ["2000-01-01", "1930-01-01"][usize::from(part.needs[0].contains("more"))]
                } else {
                    part.needs[0].as_str()
                };
                if let Some(number) = number_in(&part.needs[0]).filter(|_| part.fact != "birth_date") {
                    altered[&part.fact] = json!(number);
                    continue;
                }
                altered[&part.fact] = json!(answer);
            }
            let set: Vec<(&str, &str)> =
                settings.iter().map(|part| (part.fact.as_str(), part.needs[0].as_str())).collect();
            let rows =
                run(&ready_with(&set, &[]), &[("n", Format::Json, batch(&altered).as_bytes())], false).unwrap().rows;
            assert_eq!(
                (rows[0].payer.as_ref(), rows[0].service.as_ref()),
                (Some(&change.payer), Some(&change.service)),
                "{altered} {set:?}"
            );
            let which = day.first().map_or(0, |other| 1 + usize::from(other["eligibility"] == "department"));
            tried[which] += 1;
        }
    }
    let [alone, beside_mo_healthnet, beside_department] = tried;
    assert!(alone > 30 && beside_mo_healthnet > 20 && beside_department > 20, "{tried:?}");
}

/// The earliest note of a service carries the day's unit; notes of other services do not matter.
#[test]
fn the_only_note_of_a_service_is_told_as_that() {
    let note = |id: &str, start: &str, end: &str, activity: &str| {
        json!({"id": id, "client": "client-a", "date": "2026-03-02", "start": start, "end": end, "activity": activity,
               "staff_role": "vocational_specialist", "eligibility": "department", "symptom_link": "yes", "plan_link": "yes"})
    };
    let batch =
        json!([note("n-01", "09:00", "10:00", "job_coaching"), note("n-02", "11:00", "12:00", "interview_practice")]);
    let told = explained(ready(), &batch.to_string(), &Wanted::Ids(vec!["n-02".into()]));
    let steps = told.notes[0].bill.as_ref().unwrap().steps.join(" ");
    assert!(steps.contains("the only note of that day billed as H0040"), "{steps}");
}
