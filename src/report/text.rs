//! Rows as a table that a person reads: the notes, the payers' totals, then what is held and why.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};

use super::{PayerTotal, Report, Row};
use crate::money::Amount;

/// What the table must fit.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Columns of the terminal.
    pub width: u16,
    /// Whether it shows colours.
    pub colours: bool,
}

/// Ids shown of a group before the rest is only counted.
const IDS: usize = 8;

/// Characters shown of an id; a table breaks long words slowly, and a person reads none of them to the end.
const ID: usize = 60;

/// Writes the table.
pub fn text(report: &Report, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    if !report.rows.is_empty() {
        writeln!(out, "{}\n", notes(report, screen))?;
    }
    writeln!(out, "{}", totals(report, screen))?;
    held(report, out)?;
    writeln!(out, "{}", settings(report))
}

fn table(screen: Screen, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(screen.width);
    if screen.colours {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(header.iter().map(|name| styled(screen, *name, |cell| cell.add_attribute(Attribute::Bold))));
    table
}

fn styled(screen: Screen, text: impl ToString, style: impl Fn(Cell) -> Cell) -> Cell {
    let cell = Cell::new(text);
    if screen.colours { style(cell) } else { cell }
}

fn notes(report: &Report, screen: Screen) -> Table {
    let mut table =
        table(screen, &["note", "date", "activity", "min", "who pays", "code", "units", "amount", "because"]);
    for row in &report.rows {
        let who = row.payer.as_deref().unwrap_or(row.status);
        let colour = match row.status {
            "billable" => Color::Green,
            "non_billable" => Color::DarkGrey,
            "held" => Color::Yellow,
            _ => Color::Red,
        };
        let reason = row.error.as_ref().map(|error| match &error.field {
            Some(field) => format!("`{field}`: {}", error.text),
            None => error.text.clone(),
        });
        table.add_row([
            Cell::new(row.id.as_deref().map_or_else(|| format!("record {}", row.record), readable)),
            Cell::new(row.date.as_deref().unwrap_or_default()),
            Cell::new(readable(row.activity.as_deref().unwrap_or_default())),
            number(row.minutes.map(|minutes| minutes.to_string())),
            styled(screen, who, |cell| cell.fg(colour)),
            Cell::new(full_code(row.code.as_ref(), row.modifiers.as_ref())),
            number(row.units.map(|units| units.to_string())),
            number(amount(row)),
            Cell::new(reason.or_else(|| row.because.clone()).unwrap_or_default() + &asides(row)),
        ]);
    }
    table
}

/// Words of a note as they can stand in a table: not too long, and nothing in them that steers a terminal.
fn readable(text: &str) -> String {
    let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let shown: String = text.chars().map(plain).take(ID).collect();
    if text.chars().nth(ID).is_some() { format!("{shown}…") } else { shown }
}

fn number(text: Option<String>) -> Cell {
    Cell::new(text.unwrap_or_default()).set_alignment(CellAlignment::Right)
}

/// Code and modifiers as they are said, such as `H2023 HK`.
fn full_code(code: Option<&String>, modifiers: Option<&Vec<String>>) -> String {
    let parts = code.into_iter().chain(modifiers.into_iter().flatten());
    parts.map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn amount(row: &Row) -> Option<String> {
    match (row.status, row.amount) {
        ("billable", None) => Some("unpriced".into()),
        (_, amount) => amount.map(|amount| amount.to_string()),
    }
}

/// What a row rests on besides its rules: presumptions and findings.
fn asides(row: &Row) -> String {
    let presumed = (!row.presumed.is_empty()).then(|| format!(" Presumed: {}.", row.presumed.join(", ")));
    let findings = row.findings.iter().filter(|finding| finding.code != "unpriced");
    presumed.into_iter().chain(findings.map(|finding| format!(" Note: {}.", finding.text))).collect()
}

fn totals(report: &Report, screen: Screen) -> Table {
    let mut table = table(screen, &["payer", "service", "notes", "minutes", "units", "unpriced", "amount"]);
    for (payer, total) in &report.summary.payers {
        for (name, service) in &total.services {
            let units = BTreeMap::from([(service.unit, service.units)]);
            let unpriced = BTreeMap::from([(service.unit, service.unpriced_units)]);
            table.add_row([
                Cell::new(payer),
                Cell::new(format!("{name} ({})", full_code(Some(&service.code), Some(&service.modifiers)))),
                number(Some(service.notes.to_string())),
                number(Some(service.minutes.to_string())),
                number(Some(units_of(&units))),
                number(Some(units_of(&unpriced))),
                number(Some(dollars(service.amount, service.unpriced_units))),
            ]);
        }
        if total.services.len() != 1 {
            table.add_row(payer_row(payer, total, screen));
        }
    }
    let status = |name| report.summary.status.get(name).copied().unwrap_or_default();
    let (held, rejected) = (status("held"), status("rejected"));
    let counts = format!("all ({held} held, {rejected} rejected)");
    let mut all = vec![Cell::new(counts), Cell::new(""), number(Some(report.summary.records.to_string()))];
    all.extend([Cell::new(""), Cell::new(""), Cell::new(""), number(Some(report.summary.amount.to_string()))]);
    table.add_row(all);
    table
}

fn payer_row(payer: &str, total: &PayerTotal, screen: Screen) -> Vec<Cell> {
    vec![
        styled(screen, payer, |cell| cell.add_attribute(Attribute::Bold)),
        Cell::new(if total.services.is_empty() { "" } else { "all services" }),
        number(Some(total.notes.to_string())),
        number(Some(total.minutes.to_string())),
        number(Some(units_of(&total.units))),
        number(Some(units_of(&total.unpriced_units))),
        number(Some(dollars(total.amount, total.unpriced_units.values().sum()))),
    ]
}

/// Dollars; where units have no known price, and nothing else is priced, there are none to show.
fn dollars(amount: Option<Amount>, unpriced: u64) -> String {
    match amount {
        Some(amount) if unpriced > 0 => format!("{amount} + unpriced"),
        Some(amount) => amount.to_string(),
        None => "unpriced".into(),
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
fn held(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| row.status == "held").collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut facts: Vec<(&String, &u64)> = report.summary.missing.iter().collect();
    facts.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
    writeln!(out, "\nHeld: {}", counted(rows.len(), "note"))?;
    for (fact, _) in facts {
        let waiting: Vec<&Row> = rows.iter().copied().filter(|row| row.missing.contains(fact)).collect();
        writeln!(out, "  {:>5}  `{fact}` is not answered: {}", waiting.len(), ids(&waiting))?;
    }
    let mut by_reason: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.missing.is_empty()) {
        let finding = row.findings.iter().find(|finding| finding.code == "day-payers-differ");
        let reason = finding.map_or_else(|| row.rules.join(", "), |finding| finding.text.clone());
        by_reason.entry(reason).or_default().push(row);
    }
    let mut by_reason: Vec<(String, Vec<&Row>)> = by_reason.into_iter().collect();
    by_reason.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    for (reason, rows) in by_reason {
        writeln!(out, "  {:>5}  {reason}: {}", rows.len(), ids(&rows))?;
    }
    Ok(())
}

fn counted(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn ids(rows: &[&Row]) -> String {
    let shown: Vec<String> = rows.iter().take(IDS).filter_map(|row| row.id.as_deref()).map(readable).collect();
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
    format!("\nSettings: {}", told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_steers_no_terminal() {
        assert_eq!(readable("n-01"), "n-01");
        assert_eq!(readable("n\u{1b}[2J\n"), "n\u{fffd}[2J\u{fffd}");
        assert_eq!(readable(&"9".repeat(61)), "9".repeat(60) + "…");
        assert_eq!(readable(&"9".repeat(60)), "9".repeat(60));
    }
}
