//! Text tables for people: the notes, the reasons they share, totals by payer, what is held and why, and what notes
//! rest on.

mod held;
mod notes;
mod totals;

use std::io::{self, Write};

use held::HeldNotes;
use notes::{Notes, Reasons};
use totals::{rests_on, totals};

use super::{Report, Row, RowWriter};
use crate::rules::ProgramSetting;
use crate::table::{Screen, TextTable};

/// Maximum number of characters to show of an id. Tables are slow to wrap long words, and nobody reads them to the end.
const ID: usize = 60;

/// Collects rows and writes the tables after the last one, because column widths depend on all cells.
pub(super) struct TextWriter<'w> {
    screen: Screen,
    out: &'w mut dyn Write,
    notes: Option<Notes>,
    reasons: Reasons,
    held: HeldNotes,
}

impl<'w> TextWriter<'w> {
    pub(super) fn new(screen: Screen, out: &'w mut dyn Write) -> Self {
        Self { screen, out, notes: None, reasons: Reasons::default(), held: HeldNotes::default() }
    }
}

impl RowWriter for TextWriter<'_> {
    fn begin(&mut self, _: &Report<'_>) -> io::Result<()> {
        Ok(())
    }

    fn write_row(&mut self, row: &Row) -> io::Result<()> {
        let reason = self.reasons.number(row);
        self.notes.get_or_insert_with(|| Notes::new(self.screen, row)).add(row, reason);
        self.held.add(row);
        Ok(())
    }

    fn end(&mut self, report: &Report<'_>) -> io::Result<()> {
        let (screen, out) = (self.screen, &mut self.out);
        if let Some(notes) = self.notes.take() {
            writeln!(out, "{}\n\n{}\n", notes.table(), self.reasons.table(screen))?;
        }
        writeln!(out, "{}\n", totals(report, screen))?;
        for table in [self.held.table(screen), rests_on(&report.summary, screen)].into_iter().flatten() {
            writeln!(out, "{table}\n")?;
        }
        writeln!(out, "{}", settings(report, screen))
    }
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
