//! Rows of text under a header, written as a table on a terminal, as Markdown, or as CSV.

use std::io::{self, Write};

use super::{Screen, TextTable, WrappedText, defuse_formula, escape_markdown, unwrap_io_error};

/// Number of blanks next to the text of a cell, and again between columns.
const BLANK: usize = 1;

/// A header and rows, all with the same number of cells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Grid {
    pub(crate) fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// Writes a table that fits the screen without breaking words. If that is impossible, stacks the cells of each row.
    pub(crate) fn write_text(&self, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        if !self.fits(screen) {
            return self.stacked(screen, out);
        }
        let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
        let mut table = TextTable::new(screen, &header);
        self.rows.iter().for_each(|row| table.add_row(row));
        table.set_least_widths(self.widths());
        writeln!(out, "{table}")
    }

    fn stacked(&self, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        let mut text = WrappedText::new(screen);
        for row in &self.rows {
            let mut cells = self.header.iter().zip(row);
            cells.next().iter().for_each(|(_, cell)| text.styled(cell, "1"));
            cells
                .filter(|(_, cell)| !cell.is_empty())
                .for_each(|(name, cell)| text.item(2, &format!("{name}: "), cell));
        }
        writeln!(out, "{}", text.finish())
    }

    /// Whether the table fits the screen without breaking words.
    pub(crate) fn fits(&self, screen: Screen) -> bool {
        let widths = self.widths();
        let gaps = widths.len().saturating_mul(BLANK);
        widths.into_iter().map(usize::from).sum::<usize>().saturating_add(gaps) <= usize::from(screen.width)
    }

    /// Returns the width of each column: its longest word and the blank next to it.
    fn widths(&self) -> Vec<u16> {
        let mut widths = Vec::new();
        for at in 0..self.header.len() {
            let cells = std::iter::once(&self.header).chain(&self.rows).filter_map(|row| row.get(at));
            let words = cells.flat_map(|cell| cell.split_whitespace());
            let longest = words.map(|word| word.chars().count()).max().unwrap_or_default();
            widths.push(u16::try_from(longest + BLANK).unwrap_or(u16::MAX));
        }
        widths
    }

    /// Writes the rows as a Markdown table.
    pub(crate) fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| escape_markdown(cell)).collect();
            format!("| {} |", cells.join(" | "))
        };
        writeln!(out, "{}", line(&self.header))?;
        writeln!(out, "|{}", " --- |".repeat(self.header.len()))?;
        self.rows.iter().try_for_each(|row| writeln!(out, "{}", line(row)))
    }

    /// Writes the rows as CSV that is safe to open in a spreadsheet.
    pub(crate) fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        for row in std::iter::once(&self.header).chain(&self.rows) {
            writer.write_record(row.iter().map(|cell| defuse_formula(cell).into_owned())).map_err(unwrap_io_error)?;
        }
        writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_grid_in_each_format() {
        let grid = Grid { rows: vec![vec!["a|b, c".into(), "=1".into()]], ..Grid::new(&["one", "two"]) };
        assert_eq!(written(|out| grid.csv(out)), "one,two\n\"a|b, c\",'=1\n");
        assert_eq!(written(|out| grid.markdown(out)), "| one | two |\n| --- | --- |\n| a\\|b, c | =1 |\n");
        let screen = Screen { width: 60, colors: false };
        assert!(written(|out| grid.write_text(screen, out)).contains("a|b, c"));
    }
}
