//! Text tables for people: the notes, the reasons they share, totals by payer, what is held and why, and what notes
//! rest on.

mod held;
mod notes;
mod totals;

use std::io::{self, Write};

use held::HeldNotes;
use notes::{Notes, Reasons};
use totals::{rests_on, totals};

use super::Report;
use crate::rules::ProgramSetting;
use crate::table::{Screen, TextTable};

/// Maximum number of characters to show of an id. Tables are slow to wrap long words, and nobody reads them to the end.
const ID: usize = 60;

/// Writes the tables of a report. Column widths depend on all cells, so nothing is written before the last row.
pub(super) fn write(report: &Report<'_>, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    let (mut notes, mut reasons, mut held) = (None, Reasons::default(), HeldNotes::default());
    for row in report.rows() {
        let reason = reasons.number(&row);
        notes.get_or_insert_with(|| Notes::new(screen, &row)).add(&row, reason);
        held.add(&row);
    }
    if let Some(notes) = notes {
        writeln!(out, "{}\n\n{}\n", notes.table(), reasons.table(screen))?;
    }
    writeln!(out, "{}\n", totals(report, screen))?;
    for table in [held.table(screen), rests_on(report.summary(), screen)].into_iter().flatten() {
        writeln!(out, "{table}\n")?;
    }
    writeln!(out, "{}", settings(report, screen))
}

/// Truncates an id or an answer of a note to [`ID`] characters.
fn shorten(text: &str) -> String {
    let shown: String = text.chars().take(ID).collect();
    if text.chars().nth(ID).is_some() { format!("{shown}…") } else { shown }
}

/// Builds the table of settings: all that the program reads, and others that are not at their default.
fn settings(report: &Report<'_>, screen: Screen) -> TextTable {
    let mut table = TextTable::new(screen, &["setting", "answer", "given by"]);
    for (name, setting) in &report.run.settings {
        if ProgramSetting::find(name).is_some() || setting.by != "default" {
            table.add_row([name.clone(), setting.value.text(), setting.by.to_owned()]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_id_is_cut_off() {
        assert_eq!(shorten("n-01"), "n-01");
        assert_eq!(shorten(&"9".repeat(60)), "9".repeat(60));
        assert_eq!(shorten(&"9".repeat(61)), "9".repeat(60) + "…");
    }
}
