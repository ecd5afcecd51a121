//! Rows as tables that a person reads: the notes, the reasons they share, the payers' totals, then what is held and why.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle,
};

use super::{PayerTotal, Report, Row};
use crate::money::Amount;

/// What the tables must fit.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Columns of the terminal.
    pub width: u16,
    /// Whether it shows colours.
    pub colours: bool,
}

/// Ids shown of a group before the rest is only counted.
const IDS: usize = 8;

/// Width from which two blanks stand between columns; below it, one.
const ROOMY: u16 = 92;

/// Width below which no column can be sure of its room.
const TIGHT: u16 = 78;

/// Writes the tables.
pub fn text(report: &Report, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    if !report.rows.is_empty() {
        let reasons = Reasons::of(&report.rows);
        writeln!(out, "{}\n", notes(&report.rows, &reasons, screen).trim_fmt())?;
        writeln!(out, "{}\n", reasons.table(screen).trim_fmt())?;
    }
    writeln!(out, "{}\n", totals(report, screen).trim_fmt())?;
    if report.rows.iter().any(|row| row.status == "held") {
        writeln!(out, "{}\n", held(report, screen).trim_fmt())?;
    }
    writeln!(out, "{}", settings(report))
}

fn table(screen: Screen, header: &[&str]) -> Table {
    let rule = LineStyle::none().fill('─').junction('─');
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(rule));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(screen.width);
    if screen.colours {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(header.iter().map(|name| styled(screen, *name, |cell| cell.add_attribute(Attribute::Bold))));
    let (gap, last) = (u16::from(screen.width >= ROOMY), header.len().saturating_sub(1));
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if at == last { 0 } else { gap }));
    }
    table
}

fn styled(screen: Screen, text: impl ToString, style: impl Fn(Cell) -> Cell) -> Cell {
    let cell = Cell::new(text);
    if screen.colours { style(cell) } else { cell }
}

/// Aligns columns of numbers, headers included.
fn align_right(table: &mut Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Keeps columns as wide as what they hold, so that the others give way where room is short.
fn keep_width(table: &mut Table, columns: &[usize], screen: Screen) {
    for column in columns.iter().filter(|_| screen.width >= TIGHT) {
        if let Some(column) = table.column_mut(*column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

/// The reasons of a batch, each told once: a month of notes has few.
struct Reasons {
    /// Each reason with how many notes share it, in order of appearance.
    told: Vec<(String, usize)>,
    /// For each row, the place of its reason.
    of_row: Vec<usize>,
}

impl Reasons {
    fn of(rows: &[Row]) -> Self {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut reasons = Self { told: Vec::new(), of_row: Vec::new() };
        for row in rows {
            let text = reason(row);
            let place = *places.entry(text.clone()).or_insert(reasons.told.len());
            match reasons.told.get_mut(place) {
                Some((_, notes)) => *notes += 1,
                None => reasons.told.push((text, 1)),
            }
            reasons.of_row.push(place);
        }
        reasons
    }

    fn table(&self, screen: Screen) -> Table {
        let mut table = table(screen, &["why", "notes", "because"]);
        for (place, (text, notes)) in self.told.iter().enumerate() {
            table.add_row([(place + 1).to_string(), notes.to_string(), text.clone()]);
        }
        align_right(&mut table, &[0, 1]);
        table
    }
}

/// Why a row is as it is, with what it rests on besides its rules: presumptions and findings.
fn reason(row: &Row) -> String {
    let error = row.error.as_ref().map(|error| match &error.field {
        Some(field) => format!("Rejected: `{field}`: {}.", error.text),
        None => format!("Rejected: {}.", error.text),
    });
    let presumed = (!row.presumed.is_empty()).then(|| format!(" Presumed: {}.", row.presumed.join(", ")));
    let findings = row.findings.iter().filter(|finding| finding.code != "unpriced");
    let findings = findings.map(|finding| format!(" Note: {}.", finding.text));
    error.or_else(|| row.because.clone()).into_iter().chain(presumed).chain(findings).collect()
}

fn notes(rows: &[Row], reasons: &Reasons, screen: Screen) -> Table {
    let mut table = table(screen, &["note", "date", "activity", "min", "who pays", "code", "units", "amount", "why"]);
    for (row, reason) in rows.iter().zip(&reasons.of_row) {
        let who = row.payer.as_deref().unwrap_or(row.status);
        let colour = match row.status {
            "billable" => Color::Green,
            "non_billable" => Color::DarkGrey,
            "held" => Color::Yellow,
            _ => Color::Red,
        };
        table.add_row([
            Cell::new(row.id.clone().unwrap_or_else(|| place(row))),
            Cell::new(row.date.as_deref().unwrap_or_default()),
            // Where room is short, the name breaks at its underscores.
            Cell::new(row.activity.as_deref().unwrap_or_default()).set_delimiter('_'),
            Cell::new(row.minutes.map(|minutes| minutes.to_string()).unwrap_or_default()),
            styled(screen, who, |cell| cell.fg(colour)),
            Cell::new(full_code(row.code.as_ref(), row.modifiers.as_ref())),
            Cell::new(row.units.map(|units| units.to_string()).unwrap_or_default()),
            Cell::new(amount(row)),
            Cell::new(reason + 1),
        ]);
    }
    align_right(&mut table, &[3, 6, 7, 8]);
    keep_width(&mut table, &[1, 3, 4, 5, 6, 7, 8], screen);
    table
}

/// What a record without an id is called.
fn place(row: &Row) -> String {
    let input = row.input.as_ref().map(|input| format!("{input} ")).unwrap_or_default();
    format!("{input}record {}", row.record)
}

/// Code and modifiers as they are said, such as `H2023 HK`.
fn full_code(code: Option<&String>, modifiers: Option<&Vec<String>>) -> String {
    let parts = code.into_iter().chain(modifiers.into_iter().flatten());
    parts.map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn amount(row: &Row) -> String {
    match (row.status, row.amount) {
        ("billable", None) => "unpriced".into(),
        (_, amount) => amount.map(|amount| format!("${amount}")).unwrap_or_default(),
    }
}

fn totals(report: &Report, screen: Screen) -> Table {
    let mut table = table(screen, &["who pays", "service", "code", "notes", "minutes", "units", "amount"]);
    let row = &mut |cells: [String; 7]| {
        table.add_row(cells);
    };
    for (payer, total) in &report.summary.payers {
        for (name, service) in &total.services {
            let unpriced = BTreeMap::from([(service.unit, service.unpriced_units)]);
            row([
                payer.clone(),
                name.clone(),
                full_code(Some(&service.code), Some(&service.modifiers)),
                service.notes.to_string(),
                service.minutes.to_string(),
                units_of(&BTreeMap::from([(service.unit, service.units)])),
                dollars(service.amount, &unpriced),
            ]);
        }
        if total.services.len() != 1 {
            row(payer_row(payer, total));
        }
    }
    let none = String::new;
    for status in ["held", "rejected"] {
        let count = report.summary.status.get(status).copied().unwrap_or_default();
        if count > 0 {
            row([status.into(), none(), none(), count.to_string(), none(), none(), none()]);
        }
    }
    let all = dollars(Some(report.summary.amount), &all_unpriced(report));
    row(["total".into(), none(), none(), report.summary.records.to_string(), none(), none(), all]);
    align_right(&mut table, &[3, 4, 5, 6]);
    keep_width(&mut table, &[0, 3, 4], screen);
    table
}

/// A payer's own sum. Units of two kinds have none, so it shows no units.
fn payer_row(payer: &str, total: &PayerTotal) -> [String; 7] {
    let services = if total.services.is_empty() { "" } else { "all services" };
    [
        payer.to_owned(),
        services.into(),
        String::new(),
        total.notes.to_string(),
        total.minutes.to_string(),
        String::new(),
        dollars(total.amount, &total.unpriced_units),
    ]
}

fn all_unpriced(report: &Report) -> BTreeMap<&'static str, u64> {
    let mut all = BTreeMap::new();
    for (unit, count) in report.summary.payers.values().flat_map(|payer| &payer.unpriced_units) {
        *all.entry(*unit).or_default() += count;
    }
    all
}

/// Dollars, and the units that have no known price; they are not worth nothing.
fn dollars(amount: Option<Amount>, unpriced: &BTreeMap<&'static str, u64>) -> String {
    let unpriced = units_of(unpriced);
    match amount {
        Some(amount) if unpriced.is_empty() => format!("${amount}"),
        Some(amount) => format!("${amount} + {unpriced} unpriced"),
        None => format!("{unpriced} unpriced"),
    }
}

/// Units by kind: `3 days, 5 quarter hours`.
fn units_of(units: &BTreeMap<&'static str, u64>) -> String {
    let told = units
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(unit, count)| format!("{count} {}{}", unit.replace('_', " "), if *count == 1 { "" } else { "s" }));
    told.collect::<Vec<_>>().join(", ")
}

/// What is held, in groups: notes that wait for the most frequent missing fact first, then by the rule that holds them.
fn held(report: &Report, screen: Screen) -> Table {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| row.status == "held").collect();
    let mut table = table(screen, &["held", "waits for", "notes"]);
    let mut facts: Vec<(&String, &u64)> = report.summary.missing.iter().collect();
    facts.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
    for (fact, count) in facts {
        let waiting: Vec<&Row> = rows.iter().copied().filter(|row| row.missing.contains(fact)).collect();
        table.add_row([count.to_string(), format!("an answer to `{fact}`"), ids(&waiting)]);
    }
    let mut by_reason: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.missing.is_empty()) {
        let finding = row.findings.iter().find(|finding| finding.code == "day-payers-differ");
        let reason = finding.map_or_else(
            || format!("a person to decide: {}", row.rules.join(", ")),
            |finding| format!("a person to mend: {}", finding.text),
        );
        by_reason.entry(reason).or_default().push(row);
    }
    let mut by_reason: Vec<(String, Vec<&Row>)> = by_reason.into_iter().collect();
    by_reason.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    for (reason, rows) in by_reason {
        table.add_row([rows.len().to_string(), reason, ids(&rows)]);
    }
    align_right(&mut table, &[0]);
    table
}

fn ids(rows: &[&Row]) -> String {
    let shown: Vec<&str> = rows.iter().take(IDS).filter_map(|row| row.id.as_deref()).collect();
    let more = rows.len().saturating_sub(IDS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

/// The two settings that decide units are always named; the others where they are not at their default.
fn settings(report: &Report) -> String {
    let told: Vec<String> = report
        .run
        .settings
        .iter()
        .filter(|(name, setting)| ["part_quarter_hour", "pool"].contains(&name.as_str()) || setting.by != "default")
        .map(|(name, setting)| format!("{name} = {}", setting.value.text()))
        .collect();
    format!("Settings: {}", told.join(", "))
}
