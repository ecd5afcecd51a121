//! The rule set as a person reads it: as lists, as a decision table, as one page, and a page for each name.
//!
//! Everything here is read off the checked set and its graphs, so it cannot say anything else than what decides.

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
