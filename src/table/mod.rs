//! Everything that lays out cells: text tables, Markdown, comma-separated values, wrapped text.
//!
//! Knows nothing of what the texts say. What it writes for people passes [`visible`](crate::visible::visible).

mod csv;
mod grid;
mod markdown;
mod text_table;
mod wrapped;

pub(crate) use csv::{defuse_formula, unwrap_io_error};
pub(crate) use grid::Grid;
pub(crate) use markdown::escape_markdown;
pub(crate) use text_table::{Color, TextCell, TextTable};
pub(crate) use wrapped::WrappedText;

/// The terminal or page that a text must fit.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Its width in characters.
    pub width: u16,
    /// Whether it shows colors.
    pub colors: bool,
}
