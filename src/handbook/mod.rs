//! The rule set as a person reads it: as lists, as a decision table and as one page.
//!
//! Everything here is read off the checked set and its graphs, so it cannot say anything else than what decides.

mod list;
pub mod name;
mod page;
mod reasons;
pub mod table;
mod tree;
mod write_table;

pub use list::{Form, rules, settings};
pub use page::page;
pub use write_table::write_table;
