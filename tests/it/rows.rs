//! What a row shows besides its decision, and what the summary counts: stakes, house rules, extra facts, and sums by
//! what notes are based on.

use std::sync::LazyLock;

use actbill::facts::{Kind, Vocabulary, date_of};
use actbill::money::{Amount, Rate};
use actbill::read::Format;
use actbill::report::{Columns, Report, Row, RowFormat};
use actbill::run::{Input, Options, Ready, classify};
use actbill::status::Status;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::edits::all_edits_off;
use crate::notes::{self, Record, batch, json as note_json, written};
use crate::shared::{agency, document, ready, run};

/// A note of job coaching that leaves the payer open.
fn coaching(id: &str, minutes: u32) -> Record {
    notes::coaching(&[("id", id), ("minutes", &minutes.to_string()), ("eligibility", "")])
}

/// A note of teamwork that does not say whether it serves the treatment plan.
fn practice(id: &str) -> Record {
    Record::of(&[
        ("id", id),
        ("client", "client-a"),
        ("date", "2026-03-02"),
        ("minutes", "30"),
        ("activity", "interview_practice"),
        ("staff_role", "nurse"),
        ("eligibility", "mo_healthnet"),
        ("symptom_link", "yes"),
    ])
}

fn decisions(ready: &Ready, records: &[Record]) -> Vec<Value> {
    let text = written(Format::Json, records);
    let document = document(&run(ready, &[("notes", Format::Json, text.as_bytes())], false).unwrap().report);
    document["decisions"].as_array().unwrap().clone()
}

fn stakes(ready: &Ready, records: &[Record]) -> Vec<Value> {
    decisions(ready, records).iter().map(|row| row["at_stake"].clone()).collect()
}

/// Builds the shipped rules with this rate for ACT vocational services and this pool.
fn priced(amount: &str, pool: &str) -> Ready {
    let rate =
        format!("service = \"vocational_act\"\namount = \"{amount}\"\nfrom = \"2026-01-01\"\nbasis = \"house\"\n");
    agency(&format!("[[rate]]\n{rate}"), &[("part_quarter_hour", "8"), ("pool", pool)])
}

#[test]
fn what_is_at_stake_is_what_the_note_could_add_to_its_line() {
    let dollars = |units: u32, amount: &str| {
        serde_json::from_str::<Value>(&format!("{{\"units\": {units}, \"amount\": {amount}}}")).unwrap()
    };
    let billed = |minutes| coaching("n-1", minutes).with(&[("eligibility", "department")]);
    assert_eq!(stakes(ready(), &[coaching("n-1", 95)]), [dollars(6, "106.32")]);
    assert_eq!(
        stakes(&priced("17.725", "note"), &[billed(15), coaching("n-2", 15)]),
        [Value::Null, dollars(1, "17.72")]
    );
    // The line that is added to is this client's, of several.
    let others = [("client-0", "n-3"), ("client-b", "n-4")]
        .map(|(client, id)| billed(15).with(&[("client", client), ("id", id)]));
    let all = [others[0].clone(), billed(15), coaching("n-2", 15), others[1].clone()];
    assert_eq!(stakes(&priced("17.725", "note"), &all), [Value::Null, Value::Null, dollars(1, "17.72"), Value::Null]);
    assert_eq!(stakes(&priced("10", "day"), &[billed(10), coaching("n-2", 6)]), [Value::Null, dollars(0, "0.00")]);
    assert_eq!(stakes(&priced("10", "day"), &[billed(10), coaching("n-2", 13)]), [Value::Null, dollars(1, "10.00")]);
}

#[test]
fn a_days_unit_that_stands_on_another_note_is_not_at_stake() {
    let carrier = practice("n-1").with(&[("plan_link", "yes")]);
    assert_eq!(stakes(ready(), &[practice("n-1")]), [json!({ "units": 1 })]);
    let stakes = stakes(ready(), &[carrier, practice("n-2")]);
    assert_eq!(
        (stakes[0].clone(), stakes[1]["units"].clone(), stakes[1]["amount"].to_string()),
        (Value::Null, json!(0), "0.00".to_owned())
    );
}

/// Of what an edit holds, and of what would be held beside it, nothing is at stake.
#[test]
fn what_an_edit_would_hold_is_not_at_stake() {
    let timed = |note: Record, staff: &str, start: &str, end: &str| {
        note.with(&[("minutes", ""), ("staff", staff), ("start", start), ("end", end)])
    };
    let other = |id: &str| practice(id).with(&[("client", "client-b"), ("plan_link", "yes")]);
    let units = |records: &[Record]| -> Vec<Option<u64>> {
        stakes(ready(), records).iter().map(|stake| stake["units"].as_u64()).collect()
    };
    let open = timed(practice("n-1"), "staff-1", "09:00", "10:00");
    assert_eq!(units(&[open.clone(), timed(other("n-2"), "staff-1", "10:00", "11:00")]), [Some(1), None]);
    assert_eq!(units(&[open, timed(other("n-2"), "staff-1", "09:30", "10:30")]), [Some(0), None]);
    // The first note of the day is held, so a note of another payer would be held beside it.
    let sure = timed(practice("n-1").with(&[("plan_link", "yes")]), "staff-1", "09:00", "10:00");
    let held = [sure, timed(other("n-2"), "staff-1", "09:30", "10:30")];
    let later =
        |eligibility: &str| timed(practice("n-3").with(&[("eligibility", eligibility)]), "staff-2", "13:00", "14:00");
    let with = |eligibility: &str| units(&[&held[..], &[later(eligibility)]].concat());
    assert_eq!(with("mo_healthnet"), [None, None, Some(1)]);
    assert_eq!(with("department"), [None, None, Some(0)]);
}

#[test]
fn only_notes_held_for_missing_facts_have_something_at_stake() {
    let by_rule = practice("n-1").with(&[("activity", "other")]);
    let rows = decisions(ready(), &[by_rule]);
    assert_eq!((rows[0]["status"].as_str(), rows[0].get("at_stake")), (Some("held"), None));
}

/// The shipped rules with the team rate priced, pooling minutes by note and by day.
static TEAM_PRICED: LazyLock<[Ready; 2]> = LazyLock::new(|| {
    let price = "[[rate]]\nservice = \"act_team\"\namount = \"250.005\"\nfrom = \"undated\"\nbasis = \"house\"\n";
    // A stake is about rules: that an answer brings a note under an edit is not foreseen.
    let text = format!("{price}{}", all_edits_off());
    ["note", "day"].map(|pool| agency(&text, &[("pool", pool), ("part_quarter_hour", "8")]))
});

/// Returns every way to answer the missing facts, with the other facts unchanged.
fn answers(vocabulary: &Vocabulary, missing: &[String]) -> Vec<Vec<(String, String)>> {
    missing.iter().fold(vec![Vec::new()], |ways, name| {
        let fact = vocabulary.fact(vocabulary.find(name).unwrap());
        let values: Vec<String> = match &fact.kind {
            Kind::Coded(values) => values.clone(),
            Kind::Number(least, most) => vec![least.to_string(), most.to_string()],
            Kind::Date => [700_000, 739_000].map(|days| date_of(days).unwrap().to_string()).into(),
        };
        let longer = |way: &Vec<_>| {
            let with = |value: &String| [way.as_slice(), &[(name.clone(), value.clone())]].concat();
            values.iter().map(with).collect::<Vec<_>>()
        };
        ways.iter().flat_map(longer).collect()
    })
}

/// Returns the dollars of a client's date, payer and service.
fn line_amount(report: &Report<'_>, row: &Row) -> Amount {
    let key = (row.client.clone(), row.date.clone(), row.payer.clone(), row.service.clone());
    let lines = report.claim_lines().into_iter();
    let line = lines.filter(|line| {
        (Some(line.client.clone()), Some(line.date.clone()), Some(line.payer.clone()), Some(line.service.clone()))
            == key
    });
    line.filter_map(|line| line.amount).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Compares with every answer to the missing facts, tried one by one.
    #[test]
    fn stakes_are_what_answers_lead_to(records in batch(10), pool in any::<bool>()) {
        let ready = &TEAM_PRICED[usize::from(pool)];
        let ran = |records: &[Record]| run(ready, &[("n", Format::Json, written(Format::Json, records).as_bytes())], false).unwrap();
        let before = ran(&records);
        for (at, row) in before.rows.iter().enumerate() {
            prop_assert_eq!(row.at_stake.is_some(), row.status == Status::Held && !row.missing.is_empty());
            let Some(stake) = &row.at_stake else { continue };
            let mut most = Amount::ZERO;
            for way in answers(&ready.set.vocabulary, &row.missing) {
                let way: Vec<(&str, &str)> = way.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let mut records = records.clone();
                records[at] = records[at].clone().with(&way);
                let after = ran(&records);
                if after.rows[at].status == Status::Billable {
                    let added = line_amount(&after.report, &after.rows[at]) - line_amount(&before.report, &after.rows[at]);
                    most = most.max(added);
                }
            }
            prop_assert_eq!(stake.amount, Some(most), "{:?}", row);
        }
    }
}

#[test]
fn a_row_says_who_did_the_work_and_when() {
    let record = coaching("n-1", 60).with(&[
        ("staff", "staff-1"),
        ("start", "23:00"),
        ("end", "24:00"),
        ("eligibility", "none"),
    ]);
    let row = &decisions(ready(), &[record])[0];
    assert_eq!(row["staff"], "staff-1");
    assert_eq!(row["staff_role"], "vocational_specialist");
    assert_eq!((row["start"].as_str(), row["end"].as_str()), (Some("23:00"), Some("24:00")));
    assert!(row["house"].as_array().unwrap().iter().all(|id| row["rules"].as_array().unwrap().contains(id)));
}

#[test]
fn other_facts_are_shown_where_they_are_asked_for() {
    let set = &ready().set;
    let columns = Columns::new(set, ["eligibility", "birth_date", "age"]).unwrap();
    let record = coaching("n-1", 15).with(&[("eligibility", "Medicaid"), ("birth_date", "1990-05-06")]);
    let text = note_json(&record);
    let input = Input::new("n", Some(Format::Json), text.as_bytes());
    let options = Options { columns, ..Options::new("2026-04-01".parse().unwrap()) };
    let report = classify(ready(), vec![input], &options, &mut drop).unwrap().0;
    let row = &document(&report)["decisions"][0];
    assert_eq!((row["eligibility"].as_str(), row["birth_date"].as_str()), (Some("mo_healthnet"), Some("1990-05-06")));
    assert_eq!(row["age"], 35);
    let mut csv = Vec::new();
    report.write(RowFormat::Csv, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(
        csv.contains(",end,group,eligibility,birth_date,age,status,")
            && csv.contains(",mo_healthnet,1990-05-06,35,billable,"),
        "{csv}"
    );
    for (name, told) in [("status", "a field of every row"), ("elegibility", "no fact"), ("staff_role", "a field")] {
        assert!(Columns::new(set, [name]).unwrap_err().to_string().contains(told), "{name}");
    }
    assert!(Columns::new(set, ["age", "age"]).unwrap_err().to_string().contains("twice"));
}

#[test]
fn the_summary_says_what_is_waited_for_and_what_rests_on_what() {
    let by_rule = practice("n-3").with(&[("activity", "other")]);
    let records = [practice("n-1"), coaching("n-2", 30).with(&[("eligibility", "department")]), by_rule];
    let text = written(Format::Json, &records);
    let ran = run(ready(), &[("n", Format::Json, text.as_bytes())], false).unwrap();
    let summary = &document(&ran.report)["summary"];
    assert_eq!(summary["missing"], json!({ "plan_link": 1, "house.other-activity": 1 }));
    assert_eq!(summary["rests_on"]["house"]["house.other-activity"]["notes"], 1);
    for (fact, total) in summary["rests_on"]["presumed"].as_object().unwrap() {
        let resting = ran.rows.iter().filter(|row| row.presumed.contains(fact));
        let amount: Amount = resting.clone().filter_map(|row| row.amount).sum();
        assert_eq!(total["notes"], resting.count());
        assert_eq!(total["amount"].to_string(), amount.to_string(), "{fact}");
    }
    assert_eq!(summary["rests_on"]["presumed"]["contact"]["units"], json!({ "quarter_hour": 2 }));
    assert_eq!(ran.rows[1].amount, Rate::parse("17.72").map(|rate| rate.line_amount(2)));
}
