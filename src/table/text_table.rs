//! A text table that fits a screen.

use std::fmt;

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width,
};

pub(crate) use comfy_table::Color;

use super::Screen;
use crate::visible::visible;

/// Width from which columns are separated by two blanks; below it, by one.
const WIDE_SCREEN: u16 = 92;

/// Width below which no column keeps its full width.
const NARROW_SCREEN: u16 = 78;

/// The text of one cell.
pub(crate) struct TextCell {
    text: String,
    color: Option<Color>,
    breaks_at: Option<char>,
}

impl<T: Into<String>> From<T> for TextCell {
    fn from(text: T) -> Self {
        Self { text: text.into(), color: None, breaks_at: None }
    }
}

impl TextCell {
    /// Returns the cell in a color, for screens that show colors.
    pub(crate) fn colored(self, color: Color) -> Self {
        Self { color: Some(color), ..self }
    }

    /// Returns the cell with a character at which it breaks if space is short.
    pub(crate) fn breaking_at(self, character: char) -> Self {
        Self { breaks_at: Some(character), ..self }
    }
}

/// A text table with a header and rows.
pub(crate) struct TextTable {
    table: Table,
    screen: Screen,
}

impl TextTable {
    pub(crate) fn new(screen: Screen, header: &[&str]) -> Self {
        let rule = LineStyle::none().fill('─').junction('─');
        let mut table = Table::new();
        table.load_style(TableStyle::new().header_separator(rule));
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(screen.width);
        if screen.colors {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(header.iter().map(|name| {
            let cell = Cell::new(visible(name));
            if screen.colors { cell.add_attribute(Attribute::Bold) } else { cell }
        }));
        let (gap, last) = (u16::from(screen.width >= WIDE_SCREEN), header.len().saturating_sub(1));
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if at == last { 0 } else { gap }));
        }
        Self { table, screen }
    }

    pub(crate) fn add_row<C: Into<TextCell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let colors = self.screen.colors;
        self.table.add_row(cells.into_iter().map(|cell| {
            let TextCell { text, color, breaks_at } = cell.into();
            let cell = Cell::new(visible(&text));
            let cell = if let Some(at) = breaks_at { cell.set_delimiter(at) } else { cell };
            if let Some(color) = color.filter(|_| colors) { cell.fg(color) } else { cell }
        }));
    }

    /// Aligns columns of numbers to the right, including their headers.
    pub(crate) fn align_right(&mut self, columns: &[usize]) {
        for column in columns {
            if let Some(column) = self.table.column_mut(*column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }

    /// Keeps columns as wide as their contents, so that the others shrink if space is short.
    pub(crate) fn keep_width(&mut self, columns: &[usize]) {
        for column in columns.iter().filter(|_| self.screen.width >= NARROW_SCREEN) {
            if let Some(column) = self.table.column_mut(*column) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }

    /// Gives each column a minimum width.
    pub(crate) fn set_least_widths(&mut self, widths: impl IntoIterator<Item = u16>) {
        for (column, width) in self.table.column_iter_mut().zip(widths) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        }
    }
}

impl fmt::Display for TextTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table.trim_fmt())
    }
}
