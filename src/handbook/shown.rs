//! The decision table for people and for programs: by activities as text and Markdown, as one sheet, as one document.
//!
//! Knows nothing of how the table is found.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::grid::{Grid, in_markdown};
use super::list::Form;
use super::table::{Family, Row, Table};
use crate::facts::Word;
use crate::report::{Paper, document};
use crate::rules::{Outcome, RuleId, RuleSet};
use crate::words;

/// Writes the table.
pub fn table(set: &RuleSet, table: &Table, form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Json => document(&Document::of(set, table), out),
        Form::Csv => sheet(set, table).csv(out),
        Form::Text(screen) => {
            let mut narrowed = false;
            for family in &table.families {
                let mut heading = Paper::new(screen);
                heading.line(0, &activities(set, table, family));
                write!(out, "{}", heading.finish())?;
                let wide = grid(set, table, family);
                let fits = wide.fits(screen);
                narrowed |= !fits;
                if fits { wide } else { narrow(set, table, family) }.text(screen, out)?;
                writeln!(out)?;
            }
            if narrowed {
                writeln!(out, "…: what the row above begins with, up to the fact that is named next.")?;
            }
            notes(set, table).iter().try_for_each(|line| writeln!(out, "{line}"))
        }
        Form::Markdown => {
            for family in &table.families {
                writeln!(out, "### {}\n", in_markdown(&activities(set, table, family)))?;
                grid(set, table, family).markdown(out)?;
                writeln!(out)?;
            }
            notes(set, table).iter().try_for_each(|line| writeln!(out, "{}\n", in_markdown(line)))
        }
    }
}

/// The activities of a family, as a heading.
pub(super) fn activities(set: &RuleSet, table: &Table, family: &Family) -> String {
    match table.grouped_by.and_then(|axis| table.axes.get(axis)) {
        Some(axis) => family.cells.iter().map(|cell| axis.told(set, *cell)).collect::<Vec<_>>().join(", "),
        None => "all notes".into(),
    }
}

fn grid(set: &RuleSet, table: &Table, family: &Family) -> Grid {
    let axes = family.columns.iter().filter_map(|axis| table.axes.get(*axis));
    let mut header: Vec<String> = axes.map(|axis| axis.asked.name(set).to_owned()).collect();
    header.extend(["outcome".into(), "decided by".into()]);
    let row = |row: &Row| {
        let mut cells: Vec<String> = family.columns.iter().map(|axis| cell(set, table, row, *axis)).collect();
        cells.extend([outcome(set, row.outcome), decided_by(set, row)]);
        cells
    };
    Grid { rows: family.rows.iter().map(row).collect(), header }
}

/// The same for a screen that is too narrow for a column for each fact: what a row asks stands in one cell, from where
/// it differs from the row above.
fn narrow(set: &RuleSet, table: &Table, family: &Family) -> Grid {
    let mut grid = Grid::new(&["where", "outcome", "decided by"]);
    let mut above: Option<&Row> = None;
    for row in &family.rows {
        let same = |axis: &usize| above.is_some_and(|above| table.bound(above, *axis) == table.bound(row, *axis));
        let mut shared = family.columns.iter().take_while(|axis| same(axis)).count();
        // "…" ends where this row names a fact that the row above names too, be it that it asks nothing of it.
        let named = |at: usize| {
            let axis = family.columns.get(at);
            above.is_some_and(|above| axis.is_some_and(|axis| table.bound(above, *axis).is_some()))
        };
        while shared > 0 && !named(shared) {
            shared -= 1;
        }
        let (shared, own) = family.columns.split_at_checked(shared).unwrap_or_default();
        let bound = own.iter().enumerate().filter_map(|(at, axis)| {
            let asked = table.axes.get(*axis)?;
            let anything = || Some("anything".to_owned()).filter(|_| at == 0 && !shared.is_empty());
            let cells = table.bound(row, *axis).map(|cells| words::cells(set, asked, cells));
            Some(format!("{}: {}", asked.asked.name(set), cells.or_else(anything)?))
        });
        let begun = shared.iter().any(|axis| table.bound(row, *axis).is_some()).then(|| "…".to_owned());
        let told = begun.into_iter().chain(bound).collect::<Vec<_>>().join("; ");
        grid.rows.push(vec![told, outcome(set, row.outcome), decided_by(set, row)]);
        above = Some(row);
    }
    grid
}

/// What a row asks of an axis; empty where any answer does.
pub(super) fn cell(set: &RuleSet, table: &Table, row: &Row, axis: usize) -> String {
    let bound = table.bound(row, axis).zip(table.axes.get(axis));
    bound.map(|(cells, axis)| words::cells(set, axis, cells)).unwrap_or_default()
}

/// The payer and the code, or what else becomes of the notes.
pub(super) fn outcome(set: &RuleSet, outcome: Outcome) -> String {
    match outcome {
        Outcome::Billable(service, payer) => {
            format!("{} {}", set.payer(payer).name, set.service(service).full_code())
        }
        other => other.status().into(),
    }
}

/// The rules that decide every note of a row, and how many more decide some; all of those where none decides every one.
fn decided_by(set: &RuleSet, row: &Row) -> String {
    let ids = |rules: &[RuleId]| ids(set, rules).join(", ");
    match (row.always.len(), row.sometimes.len()) {
        (_, 0) => ids(&row.always),
        (0, _) => format!("one or more of {}", ids(&row.sometimes)),
        (_, more) => format!("{} (+{more} in some)", ids(&row.always)),
    }
}

pub(super) fn ids<'s>(set: &'s RuleSet, rules: &[RuleId]) -> Vec<&'s str> {
    rules.iter().map(|rule| set.rule(*rule).id.as_str()).collect()
}

/// How to read the table, and what it holds.
pub(super) fn notes(set: &RuleSet, table: &Table) -> Vec<String> {
    let settings: Vec<String> =
        settings(set, table).iter().map(|(name, word)| format!("{name}={}", word.text())).collect();
    let under = if settings.is_empty() {
        "Under every answer to every setting.".to_owned()
    } else {
        format!("Under these settings: {}.", settings.join(", "))
    };
    let rows = table.rows().count();
    let reading = "An empty cell: any answer does. `decided by` names the rules that decide every note of the row; \
                   (+n in some): so many more are reasons for some of its notes.";
    vec![
        reading.into(),
        under,
        format!(
            "{rows} rows, {} combinations of answers: each note that answers everything falls in exactly one row.",
            table.combinations()
        ),
    ]
}

/// The settings that the table takes as they are answered.
fn settings<'s>(set: &'s RuleSet, table: &Table) -> BTreeMap<&'s str, Word> {
    let facts = table.settled.keys().filter_map(|axis| table.axes.get(*axis)?.asked.fact());
    let answered = set.answered();
    facts.map(|fact| (set.vocabulary.fact(fact).name.as_str(), set.word(fact, answered.get(fact)))).collect()
}

/// Every row on one sheet, with a column for each fact that bounds some row. Several answers stand in one cell, parted
/// by semicolons.
fn sheet(set: &RuleSet, table: &Table) -> Grid {
    let columns = table.columns();
    let axes = columns.iter().filter_map(|axis| table.axes.get(*axis));
    let mut header: Vec<String> = axes.map(|axis| axis.asked.name(set).to_owned()).collect();
    let last = ["status", "payer", "service", "code", "rules", "rules_in_some", "combinations"];
    header.extend(last.map(str::to_owned));
    let row = |row: &Row| {
        let entry = RowEntry::of(set, table, row);
        let mut cells: Vec<String> = columns.iter().map(|axis| answers(set, table, row, *axis).join("; ")).collect();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        cells.extend([entry.status.to_owned(), text(entry.payer), text(entry.service), entry.code.unwrap_or_default()]);
        cells.extend([entry.rules.join("; "), entry.rules_in_some.join("; "), entry.combinations.to_string()]);
        cells
    };
    Grid { rows: table.rows().map(row).collect(), header }
}

/// The answers that a row asks for; none where any answer does.
fn answers(set: &RuleSet, table: &Table, row: &Row, axis: usize) -> Vec<String> {
    let bound = table.bound(row, axis).zip(table.axes.get(axis));
    bound.map_or_else(Vec::new, |(cells, axis)| cells.iter().map(|cell| axis.told(set, *cell)).collect())
}

/// The table for a program.
#[derive(Debug, Serialize)]
struct Document<'s> {
    fingerprint: &'s str,
    /// The settings that are taken as they are answered; the others are asked as facts are.
    settings: BTreeMap<&'s str, Word>,
    combinations: u128,
    rows: Vec<RowEntry<'s>>,
}

impl<'s> Document<'s> {
    fn of(set: &'s RuleSet, table: &Table) -> Self {
        Self {
            fingerprint: &set.fingerprint,
            settings: settings(set, table),
            combinations: table.combinations(),
            rows: table.rows().map(|row| RowEntry::of(set, table, row)).collect(),
        }
    }
}

/// Notes with one outcome.
#[derive(Debug, Serialize)]
struct RowEntry<'s> {
    /// By fact: the answers that fit. A fact that is not named may be answered in any way.
    when: BTreeMap<&'s str, Vec<String>>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Those that decide every note of the row.
    rules: Vec<&'s str>,
    /// Those that decide some of its notes.
    rules_in_some: Vec<&'s str>,
    combinations: u128,
}

impl<'s> RowEntry<'s> {
    fn of(set: &'s RuleSet, table: &Table, row: &Row) -> Self {
        let billed = match row.outcome {
            Outcome::Billable(service, payer) => Some((set.service(service), set.payer(payer))),
            _ => None,
        };
        let bounded = table.columns().into_iter().filter(|axis| table.bound(row, *axis).is_some());
        let when =
            bounded.filter_map(|axis| Some((table.axes.get(axis)?.asked.name(set), answers(set, table, row, axis))));
        Self {
            when: when.collect(),
            status: row.outcome.status(),
            payer: billed.map(|(_, payer)| payer.name.as_str()),
            service: billed.map(|(service, _)| service.name.as_str()),
            code: billed.map(|(service, _)| service.full_code()),
            rules: ids(set, &row.always),
            rules_in_some: ids(set, &row.sometimes),
            combinations: row.region.size(),
        }
    }
}
