//! The rule set in human-readable form: lists, a decision table, one HTML page, and a page for each name.
//!
//! Everything here is derived from the checked set and its graphs, so it cannot differ from what decides.

mod entries;
mod entry;
mod html;
mod list;
mod name;
mod reasons;
pub mod table;
mod tree;
mod write_table;

pub use entry::{Content, Entry, ExampleView, Field, RuleLink};
pub use html::page;
pub use list::{Form, rules, settings};
pub use name::{code_page, page_text, pages};
pub use write_table::write_table;
