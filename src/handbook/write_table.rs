//! The decision table for people and for programs: by activities as text and Markdown, as one sheet, as one document.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::list::Form;
use super::table::{Row, Section, Table};
use crate::facts::Word;
use crate::report::write_json;
use crate::rules::{Outcome, RuleId, RuleSet};
use crate::space::Space;
use crate::table::{Grid, WrappedText, escape_markdown};
use crate::words;

/// Writes the table.
pub fn write_table(table: &Table<'_>, form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Json => write_json(&TableView::new(table), out),
        Form::Csv => sheet(table).csv(out),
        Form::Text(screen) => {
            for section in &table.sections {
                let mut heading = WrappedText::new(screen);
                heading.line(0, &activities(table, section));
                write!(out, "{}", heading.finish())?;
                let wide = grid(table, section);
                if wide.fits(screen) { wide } else { narrow(table, section) }.text(screen, out)?;
                left_out(section).iter().try_for_each(|line| writeln!(out, "{line}"))?;
                writeln!(out)?;
            }
            summary(table).iter().try_for_each(|line| writeln!(out, "{line}"))
        }
        Form::Markdown => {
            for section in &table.sections {
                writeln!(out, "### {}\n", escape_markdown(&activities(table, section)))?;
                grid(table, section).markdown(out)?;
                left_out(section).iter().try_for_each(|line| writeln!(out, "\n{line}"))?;
                writeln!(out)?;
            }
            summary(table).iter().try_for_each(|line| writeln!(out, "{}\n", escape_markdown(line)))
        }
    }
}

/// The activities of a section, as a heading.
pub(super) fn activities(table: &Table<'_>, section: &Section<'_>) -> String {
    let Some(activity) = table.diagram.activity_fact().map(|fact| table.set.vocabulary.fact(fact)) else {
        return "all notes".into();
    };
    let names = section.graph.activities.iter().filter_map(|value| activity.value_name(*value));
    names.collect::<Vec<_>>().join(", ")
}

/// A section with a column for each fact that bounds some row.
fn grid(table: &Table<'_>, section: &Section<'_>) -> Grid {
    let mut header: Vec<String> = section.columns.iter().map(|variable| table.name(*variable).to_owned()).collect();
    header.extend(["outcome".into(), "decided by".into()]);
    let row = |row: &Row| {
        let mut cells: Vec<String> = section.columns.iter().map(|variable| cell(table, row, *variable)).collect();
        cells.extend([outcome(table.set, row.outcome), decided_by(table.set, row)]);
        cells
    };
    Grid { rows: section.rows.iter().map(row).collect(), header }
}

/// The same for a screen that is too narrow for so many columns: everything that bounds a row stands in one cell.
fn narrow(table: &Table<'_>, section: &Section<'_>) -> Grid {
    let mut grid = Grid::new(&["where", "outcome", "decided by"]);
    for row in &section.rows {
        let bounds = section.columns.iter().map(|variable| (table.name(*variable), cell(table, row, *variable)));
        let bounds = bounds.filter(|(_, cell)| !cell.is_empty()).map(|(name, cell)| format!("{name}: {cell}"));
        let bounds = bounds.collect::<Vec<_>>().join("; ");
        grid.rows.push(vec![bounds, outcome(table.set, row.outcome), decided_by(table.set, row)]);
    }
    grid
}

/// What a row asks of a variable; empty where any answer does.
pub(super) fn cell(table: &Table<'_>, row: &Row, variable: usize) -> String {
    let bound = table.bound(row, variable);
    bound.map(|(variable, values)| words::values(table.set, variable, values)).unwrap_or_default()
}

/// The payer and the code, or what else becomes of the notes.
fn outcome(set: &RuleSet, outcome: Outcome) -> String {
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

/// How many rows a section leaves out, if it does.
pub(super) fn left_out(section: &Section<'_>) -> Option<String> {
    let count = words::grouped(&section.left_out);
    (section.left_out.bits() > 0).then(|| format!("At least {count} more rows are left out."))
}

/// How to read the table, and what it holds.
pub(super) fn summary(table: &Table<'_>) -> Vec<String> {
    let settings = settings(table).into_iter().map(|(name, word)| format!("{name}={}", word.text()));
    let settings = settings.collect::<Vec<_>>().join(", ");
    let under = if settings.is_empty() {
        "Under every answer to every setting.".to_owned()
    } else {
        format!("Under these settings: {settings}.")
    };
    let reading = "An empty cell: any answer does. `decided by` names the rules that decide every note of the row; \
                   (+n in some): so many more are reasons for some of its notes.";
    let (rows, combinations) = (table.rows().count(), words::grouped(table.combinations()));
    let counts = if table.left_out().bits() > 0 {
        let more = words::grouped(table.left_out());
        format!(
            "{rows} rows, and at least {more} left out, {combinations} combinations of answers: no note falls in two rows."
        )
    } else {
        format!(
            "{rows} rows, {combinations} combinations of answers: each note that answers everything falls in exactly one \
             row."
        )
    };
    vec![reading.into(), under, counts]
}

/// The settings that the table takes as they are answered.
fn settings<'s>(table: &Table<'s>) -> BTreeMap<&'s str, Word> {
    let (set, answered) = (table.set, table.set.answered());
    let word = |fact| (set.vocabulary.fact(fact).name.as_str(), set.word(fact, answered.get(fact)));
    table.settings().map(word).collect()
}

/// Every row on one sheet, with a column for each fact that bounds some row. Several answers stand in one cell,
/// separated by semicolons.
fn sheet(table: &Table<'_>) -> Grid {
    let rows = || table.sections.iter().flat_map(|section| section.rows.iter().map(move |row| (section, row)));
    let views: Vec<RowView<'_>> = rows().map(|(section, row)| RowView::new(table, section, row)).collect();
    let activity = table.diagram.activity_fact().map(|fact| table.set.vocabulary.fact(fact).name.clone());
    let columns = table.columns_of_all().into_iter().map(|variable| table.name(variable).to_owned());
    let facts: Vec<String> = activity.into_iter().chain(columns).collect();
    let rest = ["status", "payer", "service", "code", "rules", "rules_in_some", "combinations"];
    let header = facts.iter().cloned().chain(rest.map(str::to_owned)).collect();
    let cells = |row: &RowView<'_>| {
        let answers = |fact: &String| row.when.get(fact).map(|answers| answers.join("; ")).unwrap_or_default();
        let mut cells: Vec<String> = facts.iter().map(answers).collect();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        cells.extend([row.status.to_owned(), text(row.payer), text(row.service), text(row.code.as_deref())]);
        cells.extend([row.rules.join("; "), row.rules_in_some.join("; "), row.combinations.clone()]);
        cells
    };
    Grid { header, rows: views.iter().map(cells).collect() }
}

/// The table for a program.
#[derive(Debug, Serialize)]
struct TableView<'s> {
    fingerprint: &'s str,
    /// The settings that are taken as they are answered; the others are asked as facts are.
    settings: BTreeMap<&'s str, Word>,
    /// As decimal digits.
    combinations: String,
    rows: Vec<RowView<'s>>,
    /// At least how many more rows there are, as decimal digits.
    left_out: String,
}

impl<'s> TableView<'s> {
    fn new(table: &Table<'s>) -> Self {
        let rows = table.sections.iter().flat_map(|section| section.rows.iter().map(move |row| (section, row)));
        Self {
            fingerprint: &table.set.fingerprint,
            settings: settings(table),
            combinations: table.combinations().to_string(),
            rows: rows.map(|(section, row)| RowView::new(table, section, row)).collect(),
            left_out: table.left_out().to_string(),
        }
    }
}

/// Notes with one outcome.
#[derive(Debug, Serialize)]
struct RowView<'s> {
    /// By fact: the answers that fit. A fact that is not named may be answered in any way.
    when: BTreeMap<String, Vec<String>>,
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
    /// As decimal digits.
    combinations: String,
}

impl<'s> RowView<'s> {
    fn new(table: &Table<'s>, section: &Section<'s>, row: &Row) -> Self {
        let set = table.set;
        let billed = match row.outcome {
            Outcome::Billable(service, payer) => Some((set.service(service), set.payer(payer))),
            _ => None,
        };
        let settings = settings(table);
        let bounds = row.region.describe(&Space::new(set, table.diagram, section.graph)).into_iter();
        Self {
            when: bounds.filter(|(name, _)| !settings.contains_key(name.as_str())).collect(),
            status: row.outcome.status(),
            payer: billed.map(|(_, payer)| payer.name.as_str()),
            service: billed.map(|(service, _)| service.name.as_str()),
            code: billed.map(|(service, _)| service.full_code()),
            rules: ids(set, &row.always),
            rules_in_some: ids(set, &row.sometimes),
            combinations: row.combinations().to_string(),
        }
    }
}
