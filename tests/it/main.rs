//! The integration tests, as one binary.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

/// Properties 6 and 7: the diagram agrees with a naive judge, and a missing answer is never taken for yes.
mod agree;
/// Files of earlier rows and adjustments.
mod billed_files;
/// Runs the real program in a temporary folder.
mod binary;
/// An input gives the same records however it is cut into blocks and shared among threads.
mod blocks;
/// Exit statuses, streams and inputs of the real program.
mod cli;
/// The files that the real program writes.
#[cfg(unix)]
mod cli_files;
/// Outputs connected by a shell, and runs that are killed.
#[cfg(unix)]
mod cli_outputs;
/// Properties 1 and 2: every record becomes a row, all sums agree, and every row has a reason.
mod conserve;
/// Shared decisions: each is what the judge decides on that very note, whatever other notes and threads came before.
mod decisions;
/// Numbers derived from dates: combinations that no dates can have, and dates for examples.
mod dates;
/// `actbill check` on rule sets broken on purpose.
mod check;
/// What carries out each statement of the sources.
mod coverage;
/// Runs the commands in the README, the examples and the page on rule files, and compares the output.
mod commands;
/// Checks between notes, against a reading that compares all pairs.
mod edits;
/// The examples show what they promise.
mod examples;
/// Why, why not, and what would change it: compares changes with brute force; snapshots of the texts.
mod explain;
/// The example of an export: its draft, and the same month as a workbook.
mod export;
/// Exports as other programs write them: separators, encodings, notations, dirt.
mod real_exports;
/// Workbooks: typed cells, sheets, places.
mod workbooks;
/// `actbill setup`: what it finds in an export, and what it never shows.
mod setup;
/// Every code has a page, and the smallest input on the page produces the code.
mod gallery;
/// The handbook: rules as sentences and lists, and the program's `rules` command.
mod handbook;
/// Every name has its page, and the note on a rule's page demonstrates that rule.
mod handbook_names;
// The rules as one HTML page.
mod handbook_page;
// The rules as a decision table.
mod handbook_table;
/// A naive interpreter of the rule language that shares no code with the diagram.
mod judge;
/// What several notes earn together, against a naive judge of it.
mod ledger;
/// What earlier runs billed, and adjustments.
mod history;
/// The months of a batch: together they show the whole.
mod parts;
/// Generates random rule sets.
mod plan;
/// `actbill check` misses nothing, and each problem is shown by its note.
mod proof;
/// Promises about periods, pairs and counts, against months that are run through the batch.
mod proof_periods;
/// Changes of counts, pairs and holidays.
mod mutants_periods;
/// The decisions of the shipped rules, row by row.
mod missouri;
/// The questions that the guidance leaves open, and days of notes.
mod missouri_settings;
/// Every small change of a rule set is noticed by the proof or by a case, or is equivalent.
mod mutants;
/// Situations to be checked by hand against the texts.
mod missouri_situations;
/// Generates random batches of notes in each format.
mod notes;
/// Every quote in the shipped rules occurs in its source.
mod quotes;
/// Parses pages of the documentation, and runs the program for them.
mod page;
/// Mistakes in an agency's own file are reported in that file.
mod own_files;
/// Properties 3, 4 and 10: output is deterministic, formats agree, and no input causes a panic.
mod reading;
/// The claims of the README and the pages next to it.
mod readme;
/// Properties 5 and 9: order does not matter, and a set with a problem decides nothing.
mod rule_files;
/// Rosters of clients and staff members answer what notes leave open.
mod rosters;
/// Files of rosters: formats, headers, and faults.
mod roster_files;
/// The meaning of each part of the rule language.
mod rule_language;
/// Rule files of absurd sizes.
mod rule_limits;
/// Receipts of runs: what they prove, and that every change is found.
mod receipts;
/// A faulty record gets the same fault in every format and order of fields.
mod records;
/// What a row shows besides its decision, and what the summary counts.
mod rows;
/// Which files of a folder are rule files, and what the command line can change about the rules.
mod rule_options;
/// Slips in a rule file, each reported once.
mod rule_slips;
/// Two rule sets are compared over every note.
mod same;
/// The JSON Schemas of rule files and notes, with a real validator.
mod schema;
/// A batch that is settled on several threads gives the same output as one that is rolled up in full.
mod settle;
/// Helpers shared by the tests.
mod shared;
/// Property 11: messages never repeat the contents of a note.
mod silence;
/// Snapshots of rows in every format, help, man page and completions.
mod snapshots;
/// Imports go one way, and the program uses no network.
mod tidy;
/// Small rule sets.
mod tiny;
/// Nothing shown to a person can move the cursor, forge a line or stay hidden.
mod visible;
/// Sample claims: what is found, what is refused, and that all formats agree.
mod cases;
/// Mistakes in files of sample claims, in every file format.
mod case_mistakes;
/// Blessing changes only expectations, and the suite passes afterward.
mod case_blessing;
/// Runs `actbill test`, and checks its reports.
mod case_runs;
