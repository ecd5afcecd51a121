//! Rows as tables that a person reads: the notes, the reasons they share, the payers' totals, then what is held and why.

mod held;
mod notes;
mod totals;

use std::io::{self, Write};

use comfy_table::{Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle};

use held::held;
use notes::{Reasons, notes};
use totals::totals;

use super::Report;

/// What the tables must fit.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Columns of the terminal.
    pub width: u16,
    /// Whether it shows colours.
    pub colours: bool,
}

/// Characters shown of an id; a table breaks long words slowly, and a person reads none of them to the end.
const ID: usize = 60;

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
    writeln!(out, "{}", settings(report, screen).trim_fmt())
}

/// An empty table that fits the screen.
pub(crate) fn table(screen: Screen, header: &[&str]) -> Table {
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

/// Code and modifiers as they are said, such as `H2023 HK`.
fn full_code(code: Option<&String>, modifiers: Option<&Vec<String>>) -> String {
    let parts = code.into_iter().chain(modifiers.into_iter().flatten());
    parts.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Words of a note as they can stand in a table: not too long, and nothing in them that steers a terminal.
fn readable(text: &str) -> String {
    let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let shown: String = text.chars().map(plain).take(ID).collect();
    if text.chars().nth(ID).is_some() { format!("{shown}…") } else { shown }
}

/// The two settings that decide units are always named; the others where they are not at their default.
fn settings(report: &Report, screen: Screen) -> Table {
    let mut table = table(screen, &["setting", "answer", "given by"]);
    for (name, setting) in &report.run.settings {
        if ["part_quarter_hour", "pool"].contains(&name.as_str()) || setting.by != "default" {
            table.add_row([name.clone(), setting.value.text(), setting.by.to_owned()]);
        }
    }
    table
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
