//! The report of a run: public rows with one writer for each format, claim lines, and totals.
//!
//! Writers receive rows one at a time. This module knows what a row shows, not how it was decided.

mod adjustments;
mod basis;
mod check;
mod columns;
mod csv;
mod finding;
mod json;
mod kinds;
mod lines;
mod meaning;
mod mix;
mod reason;
mod render;
mod row;
mod run;
mod summary;
mod template;
mod text;
mod totals;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

pub use adjustments::{AdjustmentFormat, AdjustmentRow};
pub use basis::{BasisView, CiteView, RateView, RuleView, file_and_line};
pub use check::{CheckReport, HouseRule, ProblemRow, Promise, Proved, SameAs, Stats};
pub use columns::Columns;
pub use finding::{AloneRow, AlsoRow, CountedRow, ErrorRow, FindingRow, ShadowRow, StakeRow};
pub use lines::ClaimRow;
pub use meaning::FIELD_MEANINGS;
pub use mix::{PayerMix, StaffTotal};
pub use row::Row;
pub use run::{InputRun, PresumptionRun, Program, RosterRun, RulesRun, Run, SettingRun, SkippedRun};
pub use summary::Summary;
pub use totals::{PayerTotal, RestsOn, ServiceTotal, SharedTotal};

use kinds::KindRows;

use crate::batch::Batch;
use crate::cores::Threads;
use crate::read::is_plain_json_text;
use crate::status::Status;
use crate::table::Screen;

/// The results of a run. Rows, claim lines and totals are made when they are asked for.
#[derive(Debug)]
pub struct Report<'r> {
    /// The program, rules, and inputs of the run.
    pub run: Run,
    batch: Batch<'r>,
    kinds: KindRows,
    summary: OnceLock<Summary>,
    threads: Threads,
}

impl<'r> Report<'r> {
    /// Creates the report of a batch that has been rolled up or settled. Rows are made on these threads.
    pub fn new(run: Run, batch: Batch<'r>, threads: Threads) -> Self {
        Self { run, kinds: KindRows::new(batch.kinds()), batch, summary: OnceLock::new(), threads }
    }

    /// Returns the counts and totals.
    pub fn summary(&self) -> &Summary {
        self.summary.get_or_init(|| Summary::new(&self.batch, self.threads))
    }

    /// Returns the number of shown records with each status.
    pub fn statuses(&self) -> BTreeMap<Status, u64> {
        self.batch.statuses()
    }

    /// Returns one row for each shown record, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        let inputs = self.input_names();
        self.batch.shown_records().filter_map(move |index| self.kinds.row(&self.batch, &inputs, index))
    }

    /// Returns the names of the inputs.
    fn input_names(&self) -> Vec<&str> {
        self.run.inputs.iter().map(|input| input.name.as_str()).collect()
    }

    fn escaping(&self) -> json::Escaping {
        let is_plain = self.batch.has_plain_texts() && self.input_names().into_iter().all(is_plain_json_text);
        if is_plain { json::Escaping::Unneeded } else { json::Escaping::Needed }
    }

    /// Writes the whole report in one format.
    pub fn write(&self, format: RowFormat, out: &mut dyn Write) -> io::Result<()> {
        match format {
            RowFormat::Text(screen) => text::write(self, screen, out),
            RowFormat::Json => self.write_rows(&json::JsonRows(self.escaping()), out),
            RowFormat::Ndjson => self.write_rows(&json::NdjsonRows(self.escaping()), out),
            RowFormat::Csv => self.write_rows(&csv::CsvRows, out),
        }
    }

    /// Writes the run, summary, and claim lines, without the rows, as one JSON document.
    pub fn write_summary(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_run_and_lines(out)?;
        out.write_all(b"\n}\n")
    }
}

/// Output format of a report.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFormat {
    /// Text tables for people.
    Text(Screen),
    /// One document with the run, summary, claim lines, and rows.
    Json,
    /// One row per line.
    Ndjson,
    /// A header, then one row for each record.
    Csv,
}

/// A format in which rows are written one after another.
trait RowWriter: Sync {
    /// Writes everything that comes before the rows.
    fn write_head(&self, _: &Report<'_>, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Adds a row to a buffer.
    fn write_row(&self, row: &Row, out: &mut Vec<u8>) -> io::Result<()>;

    /// Returns what stands before a row.
    fn separator(&self, _is_first: bool) -> &'static [u8] {
        b""
    }

    /// Returns everything that comes after the rows.
    fn end(&self, _is_empty: bool) -> &'static [u8] {
        b""
    }

    /// Adds a text in the place of a mark that stands for it.
    fn push_text(&self, text: &str, out: &mut Vec<u8>);

    /// Adds the texts of a list in the place of a mark that stands for them.
    fn push_list(&self, list: &[&str], separator: &[u8], out: &mut Vec<u8>);
}

/// Writes one pretty-printed JSON document.
pub fn write_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}
