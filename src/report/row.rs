//! One row for each record, with the fields and names that users' scripts rely on.

use serde::Serialize;

use crate::batch::{Earned, Entry, Finding, Item, Line};
use crate::decide::Verdict;
use crate::message::Code;
use crate::money::{Amount, Rate};
use crate::nearest::joined;
use crate::note::Rejection;
use crate::read::Fault;
use crate::rules::{Outcome, RuleSet};

/// What became of one record. Fields that do not apply are left out.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The input's name, when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// Position in its input, from 1.
    pub record: u64,
    /// As read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// As read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The service date, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// As read, by its name in the vocabulary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<String>,
    /// `billable`, `non_billable`, `held` or `rejected`.
    pub status: &'static str,
    /// A payer, or `non_billable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// What is billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Its procedure code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The code's modifiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modifiers: Option<Vec<String>>,
    /// Documented minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// 15-minute units of that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarter_hours: Option<u32>,
    /// The billed unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    /// How many the note earns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
    /// Dollars for one unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Id of the note that carries the day's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundled_into: Option<String>,
    /// Ids of the rules that decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Why, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Facts whose answer could change the outcome.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// What is still possible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<String>,
    /// Facts taken as their default and able to change the outcome.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub presumed: Vec<String>,
    /// What else was seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingRow>,
    /// Why the record was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorRow>,
}

/// Something seen on or across notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingRow {
    /// A finding's code, or the id of an advise rule.
    pub code: String,
    /// `warning`.
    pub severity: &'static str,
    /// Ids of the other notes it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// What was seen.
    pub text: String,
}

/// Why a record was rejected.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorRow {
    /// Its code.
    pub code: &'static str,
    /// The field it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong, and what to do about it.
    pub text: String,
}

/// One row for each record, in order. `inputs`: the inputs' names.
pub fn rows(set: &RuleSet, inputs: &[String], items: &[Item]) -> Vec<Row> {
    let name = |input: usize| if inputs.len() > 1 { inputs.get(input).cloned() } else { None };
    items
        .iter()
        .map(|item| match &item.entry {
            Entry::Decided(line) => decided(set, name(item.input), item.record, line),
            Entry::Rejected(rejection) => rejected(name(item.input), item.record, rejection),
        })
        .collect()
}

/// A row with nothing but its place.
fn empty(input: Option<String>, record: u64, status: &'static str) -> Row {
    Row {
        input,
        record,
        status,
        id: None,
        client: None,
        date: None,
        activity: None,
        payer: None,
        service: None,
        code: None,
        modifiers: None,
        minutes: None,
        quarter_hours: None,
        unit: None,
        units: None,
        rate: None,
        amount: None,
        bundled_into: None,
        rules: Vec::new(),
        because: None,
        missing: Vec::new(),
        possible: Vec::new(),
        presumed: Vec::new(),
        findings: Vec::new(),
        error: None,
    }
}

fn rejected(input: Option<String>, record: u64, rejection: &Rejection) -> Row {
    let Rejection { head, fault, .. } = rejection;
    Row {
        id: head.id.clone(),
        client: head.client.clone(),
        date: head.date.map(|date| date.to_string()),
        activity: head.activity.clone(),
        error: Some(ErrorRow { code: fault.code.as_str(), field: fault.field.clone(), text: told(fault) }),
        ..empty(input, record, "rejected")
    }
}

/// What is wrong and what to do about it, in one fragment.
fn told(fault: &Fault) -> String {
    fault.help.iter().fold(fault.text.clone(), |text, help| format!("{text}; {help}"))
}

fn decided(set: &RuleSet, input: Option<String>, record: u64, line: &Line) -> Row {
    let status = line.outcome().status();
    let fact_name = |fact| set.vocabulary.fact(fact).name.clone();
    let missing = match &line.decision.verdict {
        Verdict::HeldOpen { missing, .. } => missing.iter().map(|fact| fact_name(*fact)).collect(),
        _ => Vec::new(),
    };
    let row = Row {
        id: Some(line.id.clone()),
        client: Some(line.client.clone()),
        date: Some(line.date.to_string()),
        activity: line.activity.clone(),
        minutes: Some(line.minutes),
        quarter_hours: Some(line.quarter_hours),
        rules: line.decision.rules.iter().map(|rule| set.rule(*rule).id.clone()).collect(),
        because: Some(because(set, line)),
        missing,
        possible: possible(set, line),
        presumed: line.decision.presumed.iter().map(|fact| fact_name(*fact)).collect(),
        findings: findings(set, line),
        ..empty(input, record, status)
    };
    match (&line.earned, line.outcome()) {
        (Some(earned), _) => billed(set, row, earned),
        (None, Outcome::NonBillable) => {
            Row { payer: Some("non_billable".into()), units: Some(0), amount: Some(Amount::ZERO), ..row }
        }
        (None, _) => row,
    }
}

fn billed(set: &RuleSet, row: Row, earned: &Earned) -> Row {
    let service = set.service(earned.service);
    Row {
        payer: Some(set.payer(earned.payer).name.clone()),
        service: Some(service.name.clone()),
        code: Some(service.code.clone()),
        modifiers: Some(service.modifiers.clone()),
        unit: Some(service.unit.as_str()),
        units: Some(earned.units),
        rate: earned.rate,
        amount: earned.amount,
        bundled_into: earned.bundled_into.clone(),
        ..row
    }
}

/// What is still possible for a held note, sorted.
fn possible(set: &RuleSet, line: &Line) -> Vec<String> {
    let payer = |payer| set.payer(payer).name.clone();
    let mut possible: Vec<String> = match (&line.payers_differ, &line.decision.verdict) {
        (Some(differ), _) => differ.payers.iter().map(|id| payer(*id)).collect(),
        (None, Verdict::HeldOpen { possible, .. }) => possible
            .iter()
            .map(|outcome| match outcome {
                Outcome::Billable(_, id) => payer(*id),
                other => other.status().into(),
            })
            .collect(),
        (None, _) => Vec::new(),
    };
    possible.sort();
    possible.dedup();
    possible
}

fn because(set: &RuleSet, line: &Line) -> String {
    if let Some(differ) = &line.payers_differ {
        let payers = joined(differ.payers.iter().map(|id| set.payer(*id).title.clone()).collect(), "and");
        return format!(
            "Held: the billable notes of this client's day name different payers, {payers}, \
             and eligibility belongs to the date."
        );
    }
    let because = line.decision.because.clone();
    match &line.earned {
        Some(earned) if earned.bundled_into.is_some() => {
            format!("{}; the day's one unit stands on an earlier note.", because.trim_end_matches('.'))
        }
        _ => because,
    }
}

/// That a finding is about more notes than it names.
fn not_all_named(others: usize, named: usize) -> String {
    if others > named { format!("; of {others} other notes the nearest {named} are named") } else { String::new() }
}

fn findings(set: &RuleSet, line: &Line) -> Vec<FindingRow> {
    let advice = line.decision.advice.iter().map(|rule| {
        let rule = set.rule(*rule);
        FindingRow { code: rule.id.clone(), severity: "warning", with: Vec::new(), text: rule.title.clone() }
    });
    let seen = line.findings.iter().map(|Finding { code, with, others }| FindingRow {
        code: code.to_string(),
        severity: "warning",
        with: with.clone(),
        text: match code {
            Code::BelowUnit => "the minutes of this note earned no unit under `part_quarter_hour` and `pool`".into(),
            Code::Unpriced => {
                "no rate for this service is in force on the service date; an agency file can add one".into()
            }
            _ => {
                "the billable notes of this client and date name different payers; find out who pays that day"
                    .to_owned()
                    + &not_all_named(*others, with.len())
            }
        },
    });
    let mut findings: Vec<FindingRow> = seen.chain(advice).collect();
    findings.sort_by(|left, right| left.code.cmp(&right.code));
    findings
}
