//! The table of counts: which minutes earn which codes, to hold against a published one.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ledger::Counting;
use crate::nearest::joined;
use crate::rules::{Count, RuleSet, ServiceId};

/// What the minutes of notes earn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountRow {
    /// The service as which the notes are decided.
    pub service: String,
    /// The period within which minutes are added up: `note`, `day`, `month`, or a date fact.
    pub within: String,
    /// The payers, if not all are counted alike.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payers: Vec<String>,
    /// The first date on which it is counted so, if dates matter and it is not the first of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The bands of minutes that earn something, ascending.
    pub bands: Vec<CountBand>,
}

/// Minutes that earn the same services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountBand {
    /// The first of the minutes.
    pub at_least: u32,
    /// The codes of what is earned; the title of a service without a code. Empty if nothing is earned.
    pub codes: Vec<String>,
}

impl CountRow {
    /// Names the notes, with payers and dates if these matter.
    pub fn label(&self) -> String {
        let payers = joined(self.payers.clone(), "and");
        let from = self.from.as_ref().map(|from| format!("from {from}"));
        let parts: Vec<String> = Some(payers).filter(|payers| !payers.is_empty()).into_iter().chain(from).collect();
        if parts.is_empty() { self.service.clone() } else { format!("{} ({})", self.service, parts.join(", ")) }
    }

    /// Describes the bands, such as "20+ 99490; 40+ 99490 + 99439".
    pub fn describe(&self) -> String {
        let codes = |codes: &[String]| if codes.is_empty() { "nothing".to_owned() } else { codes.join(" + ") };
        let bands = self.bands.iter().map(|band| format!("{}+ {}", band.at_least, codes(&band.codes)));
        bands.collect::<Vec<_>>().join("; ")
    }
}

/// Returns the table of a set: one row for each service with counts, and more if payers or dates are counted otherwise.
pub fn count_table(set: &RuleSet) -> Vec<CountRow> {
    let mut rows = Vec::new();
    for service in set.service_ids() {
        let counts: Vec<&Count> = set.counts.iter().filter(|count| count.notes == service).collect();
        let mut days: Vec<chrono::NaiveDate> = counts.iter().flat_map(|count| first_days(count)).collect();
        days.push(chrono::NaiveDate::MIN);
        days.sort_unstable();
        days.dedup();
        let mut before: BTreeMap<String, Vec<CountRow>> = BTreeMap::new();
        for day in days.into_iter().filter(|_| !counts.is_empty()) {
            for row in rows_on(set, service, day) {
                let known = before.entry(row.payers.join(" ")).or_default();
                let is_same = |last: &CountRow| last.bands == row.bands && last.within == row.within;
                if !known.last().is_some_and(is_same) {
                    known.push(row);
                }
            }
        }
        rows.extend(before.into_values().flatten());
    }
    rows
}

/// Returns the first dates on which a count is in force, and no longer is.
fn first_days(count: &Count) -> Vec<chrono::NaiveDate> {
    let after = count.effective.through.and_then(|through| through.succ_opt());
    count.effective.from.into_iter().chain(after).collect()
}

/// Returns the rows of a service on one date: one for each group of payers that are counted alike.
fn rows_on(set: &RuleSet, service: ServiceId, day: chrono::NaiveDate) -> Vec<CountRow> {
    let mut groups: Vec<(CountRow, usize)> = Vec::new();
    for payer in set.payer_ids() {
        let counting = Counting::new(set, service, payer, day);
        if !counting.has_count() {
            continue;
        }
        let name = set.payer(payer).name.clone();
        let row = CountRow {
            service: set.service(service).name.clone(),
            within: within_name(set, &counting),
            payers: vec![name.clone()],
            from: Some(day).filter(|day| *day != chrono::NaiveDate::MIN).map(|day| day.to_string()),
            bands: bands(set, &counting),
        };
        match groups.iter_mut().find(|(known, _)| known.bands == row.bands && known.within == row.within) {
            Some((known, count)) => {
                known.payers.push(name);
                *count += 1;
            }
            None => groups.push((row, 1)),
        }
    }
    let all = set.payer_ids().count();
    for (row, count) in &mut groups {
        if *count == all {
            row.payers.clear();
        }
    }
    groups.into_iter().map(|(row, _)| row).collect()
}

fn within_name(set: &RuleSet, counting: &Counting<'_>) -> String {
    use crate::rules::Within;
    match counting.within {
        Within::Note => "note".to_owned(),
        Within::Day => "day".to_owned(),
        Within::Month => "month".to_owned(),
        Within::Date(fact) => set.vocabulary.fact(fact).name.clone(),
    }
}

fn bands(set: &RuleSet, counting: &Counting<'_>) -> Vec<CountBand> {
    let mut bands: Vec<CountBand> = Vec::new();
    let steps = counting.parts.iter().map(|part| &part.steps);
    let mut turns: Vec<u32> =
        steps.flat_map(|steps| steps.at_least.first().copied().into_iter().chain(steps.below)).collect();
    turns.sort_unstable();
    for at_least in turns {
        let code = |service: ServiceId| set.service(service).full_code();
        let codes: Vec<String> = counting.earned(at_least).into_iter().map(|earned| code(earned.service)).collect();
        if bands.last().is_none_or(|last| last.codes != codes) {
            bands.push(CountBand { at_least, codes });
        }
    }
    bands
}
