//! Rows of texts under a header, written as a table on a terminal, as Markdown and as comma-separated values.
//!
//! Knows nothing of what the texts say.

use std::io::{self, Write};

use comfy_table::{ColumnConstraint, Width};

use crate::report::{Paper, Screen, defused, io_error, table};

/// Blanks beside a cell's text, and again between columns.
const BLANK: usize = 1;

/// A header and rows of as many texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Grid {
    pub(super) fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// A table that fits the screen with no word broken. Where none would, each row stands below the other: what names
    /// it, then its cells.
    pub(super) fn text(&self, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        if !self.fits(screen) {
            return self.stacked(screen, out);
        }
        let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
        let mut table = table(screen, &header);
        table.add_rows(&self.rows);
        for (at, width) in self.widths().into_iter().enumerate() {
            if let Some(column) = table.column_mut(at) {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
            }
        }
        writeln!(out, "{}", table.trim_fmt())
    }

    fn stacked(&self, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        let mut paper = Paper::new(screen);
        for row in &self.rows {
            let mut cells = self.header.iter().zip(row);
            cells.next().iter().for_each(|(_, cell)| paper.styled(cell, "1"));
            cells
                .filter(|(_, cell)| !cell.is_empty())
                .for_each(|(name, cell)| paper.item(2, &format!("{name}: "), cell));
        }
        writeln!(out, "{}", paper.finish())
    }

    /// Whether a table of it fits the screen with no word broken.
    pub(super) fn fits(&self, screen: Screen) -> bool {
        let widths = self.widths();
        let gaps = widths.len().saturating_mul(BLANK);
        widths.into_iter().map(usize::from).sum::<usize>().saturating_add(gaps) <= usize::from(screen.width)
    }

    /// By column: its longest word, with the blanks beside it.
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

    /// A Markdown table.
    pub(super) fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| in_markdown(cell)).collect();
            format!("| {} |", cells.join(" | "))
        };
        writeln!(out, "{}", line(&self.header))?;
        writeln!(out, "|{}", " --- |".repeat(self.header.len()))?;
        self.rows.iter().try_for_each(|row| writeln!(out, "{}", line(row)))
    }

    /// Comma-separated values, safe to open in a spreadsheet.
    pub(super) fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        for row in std::iter::once(&self.header).chain(&self.rows) {
            writer.write_record(row.iter().map(|cell| defused(cell).into_owned())).map_err(io_error)?;
        }
        writer.flush()
    }
}

/// A text that Markdown shows as it is. A `_` within a word means nothing to Markdown and is left alone.
pub(super) fn in_markdown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let within_word = before.is_alphanumeric() && rest.peek().is_some_and(|after| after.is_alphanumeric());
        match c {
            '\\' | '|' | '*' | '<' | '>' | '[' | ']' | '`' | '&' | '~' | '#' => shown.extend(['\\', c]),
            '_' if !within_word => shown.extend(['\\', c]),
            _ if c.is_control() => shown.push(' '),
            _ => shown.push(c),
        }
        before = c;
    }
    shown
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
        let screen = Screen { width: 60, colours: false };
        assert!(written(|out| grid.text(screen, out)).contains("a|b, c"));
    }

    #[test]
    fn markdown_shows_a_text_as_it_is() {
        assert_eq!(in_markdown("job_coaching"), "job_coaching");
        assert_eq!(in_markdown("_x_ *y* <b> a\nb `c` \\"), "\\_x\\_ \\*y\\* \\<b\\> a b \\`c\\` \\\\");
    }
}
