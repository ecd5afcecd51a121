//! The integration tests, in one binary.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

/// Properties 6 and 7: the diagram and a naive judge agree, and nothing is not yes.
mod agree;
/// The real program, run in a folder of its own.
mod binary;
/// Exit statuses, streams and inputs of the real program.
mod cli;
/// The files that the real program writes.
#[cfg(unix)]
mod cli_files;
/// Outputs that a shell connects, and runs that are killed.
#[cfg(unix)]
mod cli_outputs;
/// Properties 1 and 2: records in are rows out, and every sum agrees; every row has a cause.
mod conserve;
/// `actbill check` on rule sets broken on purpose.
mod check;
/// The README, the examples and the page on rule files, run and compared.
mod commands;
/// The examples show what they promise to show.
mod examples;
/// Why, why not, and what would change it: changes against brute force, the texts as snapshots.
mod explain;
/// Every code has a page, and the smallest input on the page shows the code.
mod gallery;
/// The handbook: rules in words and as lists; the real program's `rules` command.
mod handbook;
/// Every name has its page, and the note on a rule's page shows that rule.
mod handbook_names;
// The rules as one HTML page.
mod handbook_page;
// The rules as a decision table.
mod handbook_table;
/// A naive reading of the rule language, sentence by sentence; shares no code with the diagram.
mod judge;
/// Random rule sets.
mod plan;
/// What `actbill check` finds: each problem is shown by its note, and nothing is missed.
mod proof;
/// What the shipped rules say, row by row.
mod missouri;
/// The questions that the guidance leaves open, and days of notes.
mod missouri_settings;
/// Every small change of a rule set is noticed by the proof or by a case, or no note can tell.
mod mutants;
/// Situations to be checked by hand against the texts.
mod missouri_situations;
/// Random batches of notes, in each format.
mod notes;
/// Every quote of the shipped rules stands in its source.
mod quotes;
/// A page of the documentation taken apart, and what the program prints.
mod page;
/// What an agency's own file gets wrong is told in that file.
mod own_files;
/// Properties 3, 4 and 10: same bytes, formats agree, no input panics.
mod reading;
/// What the README and the pages beside it say in words.
mod readme;
/// Properties 5 and 9: order is nothing, and a set with one problem decides nothing.
mod rule_files;
/// What each part of the rule language means.
mod rule_language;
/// Rule files of absurd size.
mod rule_limits;
/// Of a wrong record the same fault is told in every format and order of fields.
mod records;
/// What a row shows beside its decision, and what the summary counts.
mod rows;
/// Which rule files a folder holds, and what the command line may say about the rules.
mod rule_options;
/// Slips in a rule file, each told once.
mod rule_slips;
/// What the tests share.
mod shared;
/// Property 11: nothing that stands in a note is ever said.
mod silence;
/// Rows in every format, help, man page and completions, as snapshots.
mod snapshots;
/// Imports run one way, and the program names no network.
mod tidy;
/// Rule sets of a few lines.
mod tiny;
/// Nothing that is shown to a person moves the cursor, forges a line or hides.
mod visible;
/// Sample claims: what is found, what is refused, and that formats agree.
mod cases;
/// What is wrong in a file of sample claims, and that every form of file agrees.
mod case_mistakes;
/// A blessing changes expectations alone, and the suite passes after it.
mod case_blessing;
/// `actbill test` as it is run, and its reports.
mod case_runs;
