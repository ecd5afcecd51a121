//! The rule set as a person reads it: every rule in words, the whole set as lists, as a decision table and as one page.
//!
//! Everything here is read off the checked set and its graphs, so it cannot say anything else than what decides.

pub mod words;
