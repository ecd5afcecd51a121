//! Rows as tables that a person reads: the notes, the reasons they share, the payers' totals, then what is held and why.

mod held;
mod notes;
mod totals;

use std::io::{self, Write};

use held::held;
use notes::{Reasons, notes};
use totals::totals;

use super::Report;
use crate::table::{Screen, TextTable};
use crate::visible::visible;

/// Characters shown of an id; a table breaks long words slowly, and a person reads none of them to the end.
const ID: usize = 60;

/// Writes the tables.
pub fn text(report: &Report, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    if !report.rows.is_empty() {
        let reasons = Reasons::of(&report.rows);
        writeln!(out, "{}\n", notes(&report.rows, &reasons, screen))?;
        writeln!(out, "{}\n", reasons.table(screen))?;
    }
    writeln!(out, "{}\n", totals(report, screen))?;
    if report.rows.iter().any(|row| row.status == "held") {
        writeln!(out, "{}\n", held(report, screen))?;
    }
    writeln!(out, "{}", settings(report, screen))
}

/// Code and modifiers as they are said, such as `H2023 HK`.
fn full_code(code: Option<&String>, modifiers: Option<&Vec<String>>) -> String {
    let parts = code.into_iter().chain(modifiers.into_iter().flatten());
    parts.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// An id or word of a note, cut off where no person reads on.
fn shorten(text: &str) -> String {
    let text = visible(text);
    let shown: String = text.chars().take(ID).collect();
    if text.chars().nth(ID).is_some() { format!("{shown}…") } else { shown }
}

/// The two settings that decide units are always named; the others where they are not at their default.
fn settings(report: &Report, screen: Screen) -> TextTable {
    let mut table = TextTable::new(screen, &["setting", "answer", "given by"]);
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
    fn an_id_is_short_and_does_not_steer_the_terminal() {
        assert_eq!(shorten("n-01"), "n-01");
        assert_eq!(shorten("n\u{1b}[2J\n"), "n\u{fffd}[2J\u{fffd}");
        assert_eq!(shorten(&"9".repeat(61)), "9".repeat(60) + "…");
        assert_eq!(shorten(&"9".repeat(60)), "9".repeat(60));
    }
}
