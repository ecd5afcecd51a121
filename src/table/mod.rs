//! Layout of cells and text: text tables, Markdown, CSV and wrapped text.
//!
//! This module does not interpret text. What it writes for people goes through [`visible`](crate::visible::visible).

mod csv;
mod grid;
mod markdown;
mod text_table;
mod wrapped;

pub(crate) use csv::{defuse_formula, restore_formula, unwrap_io_error};
pub(crate) use grid::Grid;
pub(crate) use markdown::escape_markdown;
pub(crate) use text_table::{Color, TextCell, TextTable};
pub(crate) use wrapped::WrappedText;

use serde::{Deserialize, Serialize};

/// The terminal or page that text must fit.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Screen {
    /// Width in characters.
    pub width: u16,
    /// Whether it shows colors.
    pub colors: bool,
}
