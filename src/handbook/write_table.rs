//! Writes the decision table: by activity as text and Markdown, as one CSV sheet, or as one JSON document.

use std::collections::BTreeMap;
use std::io::{self, Write};

use num_bigint::BigUint;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::list::Form;
use super::table::{Row, Section, Table};
use crate::facts::WrittenAnswer;
use crate::report::write_json;
use crate::rules::{Outcome, RuleId, RuleSet, Service};
use crate::space::Space;
use crate::table::{Grid, Screen, WrappedText, escape_markdown};
use crate::visible::visible;
use crate::words;

/// Writes the table.
pub fn write_table(table: &Table<'_>, form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Json => write_json(&TableView::new(table), out),
        Form::Csv => sheet(table).csv(out),
        Form::Text(screen) => text(table, screen, out),
        Form::Markdown => {
            for section in &table.sections {
                writeln!(out, "### {}\n", escape_markdown(&activities(table, section)))?;
                grid(table, section).markdown(out)?;
                writeln!(out, "\n{}", left_out(section))?;
            }
            summary(table).iter().try_for_each(|line| writeln!(out, "{}\n", escape_markdown(line)))
        }
    }
}

fn text(table: &Table<'_>, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    for section in &table.sections {
        let mut heading = WrappedText::new(screen);
        heading.line(0, &activities(table, section));
        write!(out, "{}", heading.finish())?;
        let wide = grid(table, section);
        if wide.fits(screen) { wide } else { narrow(table, section) }.write_text(screen, out)?;
        writeln!(out, "{}", left_out(section))?;
    }
    summary(table).iter().try_for_each(|line| writeln!(out, "{}", visible(line)))
}

/// Returns the activities of a section, as a heading.
pub(super) fn activities(table: &Table<'_>, section: &Section<'_>) -> String {
    let Some(activity) = table.diagram.activity_fact().map(|fact| table.set.vocabulary.fact(fact)) else {
        return "all notes".into();
    };
    let names = section.graph.activities.iter().filter_map(|value| activity.value_name(*value));
    names.collect::<Vec<_>>().join(", ")
}

/// Lays out a section with a column for each variable that bounds some row.
fn grid(table: &Table<'_>, section: &Section<'_>) -> Grid {
    let facts = section.columns.iter().map(|variable| table.name(*variable).to_owned());
    let cells = |row: &Row| {
        let answers = section.columns.iter().map(|variable| answers(table, row, *variable));
        answers.chain([outcome(table.set, row.outcome), decided_by(table.set, row)]).collect()
    };
    Grid {
        header: facts.chain(["outcome".into(), "decided by".into()]).collect(),
        rows: section.rows.iter().map(cells).collect(),
    }
}

/// Like [`grid`], but for narrow screens: everything that bounds a row is in one cell.
fn narrow(table: &Table<'_>, section: &Section<'_>) -> Grid {
    let cells = |row: &Row| {
        let bounds = section.columns.iter().map(|variable| (table.name(*variable), answers(table, row, *variable)));
        let bounds =
            bounds.filter(|(_, answers)| !answers.is_empty()).map(|(name, answers)| format!("{name}: {answers}"));
        vec![bounds.collect::<Vec<_>>().join("; "), outcome(table.set, row.outcome), decided_by(table.set, row)]
    };
    Grid { rows: section.rows.iter().map(cells).collect(), ..Grid::new(&["where", "outcome", "decided by"]) }
}

/// Describes the answers of a row to a variable; empty if any answer fits.
pub(super) fn answers(table: &Table<'_>, row: &Row, variable: usize) -> String {
    let bound = table.bound(row, variable);
    bound.map(|(variable, values)| words::values(table.set, variable, values)).unwrap_or_default()
}

/// Describes an outcome: the payer and code, or the status.
pub(super) fn outcome(set: &RuleSet, outcome: Outcome) -> String {
    match outcome {
        Outcome::Billable(service, payer) => format!("{} {}", set.payer(payer).name, set.service(service).full_code()),
        other => other.status().to_string(),
    }
}

/// Describes which rules decide every note of a row and how many decide some; if none decides all, lists the latter.
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

/// Describes how many rows a section leaves out; empty if there are none.
pub(super) fn left_out(section: &Section<'_>) -> String {
    if section.left_out == BigUint::ZERO {
        return String::new();
    }
    format!("{} more rows are left out.\n", words::grouped(&section.left_out))
}

/// Describes how to read the table, and its size.
pub(super) fn summary(table: &Table<'_>) -> Vec<String> {
    let settings: Vec<String> =
        settings(table).into_iter().map(|(name, word)| format!("{name}={}", word.text())).collect();
    let under = if settings.is_empty() {
        "Under every answer to every setting.".to_owned()
    } else {
        format!("Under these settings: {}.", settings.join(", "))
    };
    let reading = "An empty cell: any answer does. `decided by` names the rules that decide every note of the row; \
                   (+n in some): so many more are reasons for some of its notes.";
    let (rows, left_out) = (table.rows().count(), table.left_out());
    let left_out =
        if left_out == BigUint::ZERO { String::new() } else { format!(" and {} left out", words::grouped(left_out)) };
    let combinations = words::grouped(table.combinations());
    let counts = format!(
        "{rows} rows{left_out}, {combinations} combinations of answers: each note that answers everything falls in \
         exactly one row."
    );
    vec![reading.into(), under, counts]
}

/// Returns the settings that the table fixes at their answers in force.
fn settings<'s>(table: &Table<'s>) -> BTreeMap<&'s str, WrittenAnswer> {
    let (set, answered) = (table.set, table.set.answered());
    let word = |fact| (set.vocabulary.fact(fact).name.as_str(), set.written_answer(fact, answered.get(fact)));
    table.settings().map(word).collect()
}

/// Lays out all rows on one sheet, with a column for each variable that bounds some row. Several answers in one cell
/// are separated by semicolons.
fn sheet(table: &Table<'_>) -> Grid {
    let activity = table.diagram.activity_fact().map(|fact| table.set.vocabulary.fact(fact).name.as_str());
    let variables = table.columns().into_iter().map(|variable| table.name(variable));
    let facts: Vec<&str> = activity.into_iter().chain(variables).collect();
    let rest = ["status", "payer", "service", "code", "rules", "rules_in_some", "combinations"];
    let cells = |row: RowView<'_>| {
        let answers = |fact: &&str| row.when.get(*fact).map(|answers| answers.join("; ")).unwrap_or_default();
        let mut cells: Vec<String> = facts.iter().map(answers).collect();
        cells.extend([row.status, row.payer.unwrap_or_default(), row.service.unwrap_or_default()].map(str::to_owned));
        cells.extend([row.code.unwrap_or_default(), row.rules.join("; "), row.rules_in_some.join("; ")]);
        cells.push(row.combinations);
        cells
    };
    Grid { rows: row_views(table).map(cells).collect(), ..Grid::new(&[facts.as_slice(), &rest].concat()) }
}

/// The JSON form of the table.
#[derive(Debug, Serialize)]
struct TableView<'s> {
    fingerprint: &'s str,
    /// The settings that are fixed at their answers in force; all others are asked like facts.
    settings: BTreeMap<&'s str, WrittenAnswer>,
    /// Number of combinations, as decimal digits.
    combinations: String,
    rows: Vec<RowView<'s>>,
    /// Number of further rows, as decimal digits.
    left_out: String,
}

impl<'t> TableView<'t> {
    fn new(table: &'t Table<'_>) -> Self {
        Self {
            fingerprint: &table.set.fingerprint,
            settings: settings(table),
            combinations: table.combinations().to_string(),
            rows: row_views(table).collect(),
            left_out: table.left_out().to_string(),
        }
    }
}

/// A set of notes with one outcome.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
struct RowView<'s> {
    /// Matching answers for each fact. A fact that is not listed may have any answer.
    when: BTreeMap<String, Vec<String>>,
    status: &'static str,
    payer: Option<&'s str>,
    service: Option<&'s str>,
    code: Option<String>,
    /// The rules that decide every note of the row.
    rules: Vec<&'s str>,
    /// The rules that decide only some of its notes.
    rules_in_some: Vec<&'s str>,
    /// Number of combinations, as decimal digits.
    combinations: String,
}

fn row_views<'t>(table: &'t Table<'_>) -> impl Iterator<Item = RowView<'t>> {
    let (set, settings) = (table.set, settings(table));
    let rows = table.sections.iter().flat_map(|section| section.rows.iter().map(move |row| (section, row)));
    rows.map(move |(section, row)| {
        let bounds = row.region.describe(&Space::new(set, table.diagram, section.graph)).into_iter();
        let (service, payer) = match row.outcome {
            Outcome::Billable(service, payer) => (Some(set.service(service)), Some(set.payer(payer))),
            _ => (None, None),
        };
        RowView {
            when: bounds.filter(|(name, _)| !settings.contains_key(name.as_str())).collect(),
            status: row.outcome.status(),
            payer: payer.map(|payer| payer.name.as_str()),
            service: service.map(|service| service.name.as_str()),
            code: service.map(Service::full_code),
            rules: ids(set, &row.always),
            rules_in_some: ids(set, &row.sometimes),
            combinations: row.combinations().to_string(),
        }
    })
}
