//! The integration tests, in one binary.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

/// Properties 6 and 7: the diagram and a naive judge agree, and nothing is not yes.
mod agree;
/// Properties 1 and 2: records in are rows out, and every sum agrees; every row has a cause.
mod conserve;
/// `actbill check` on rule sets broken on purpose.
mod check;
/// The README, the examples and the pages of commands, run and compared.
mod commands;
/// Every code has a page, and the smallest input on the page shows the code.
mod gallery;
/// A naive reading of the rule language, sentence by sentence; shares no code with the diagram.
mod judge;
/// Random rule sets.
mod plan;
/// What `actbill check` finds: each problem is shown by its note, and nothing is missed.
mod proof;
/// What the shipped rules say, and that their quotes stand in the sources.
mod missouri;
/// What an agency's own file gets wrong is told in that file.
mod own_files;
/// Properties 3, 4, 10 and 11: same bytes, formats agree, no input panics, nothing private is told.
mod reading;
/// Properties 5 and 9: order is nothing, and a set with one problem decides nothing.
mod rule_language;
/// Of a wrong record the same fault is told in every format and order of fields.
mod records;
/// What the tests share.
mod shared;
/// Imports run one way, and the program names no network.
mod tidy;
