//! The rule set in human-readable form: lists, a decision table, one HTML page, and a page for each name.
//!
//! Everything here is derived from the checked set and its graphs, so it cannot differ from what decides.

mod coverage;
mod entries;
mod entry;
mod html;
mod list;
mod name;
mod period_entries;
mod reasons;
mod statement_entries;
pub mod table;
mod tree;
mod write_table;

pub use coverage::{Selection, WriteCoverage, coverage};
pub use entry::{BlockLink, Content, Entry, ExampleView, Field};
pub use html::page;
pub use list::{Form, rules, settings};
pub use name::{code_page, page_text, pages};
pub use write_table::write_table;
