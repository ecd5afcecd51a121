//! The report of a run: public rows with one writer for each format, claim lines, and totals.
//!
//! Writers receive rows one at a time. This module knows what a row shows, not how it was decided.

mod basis;
mod check;
mod columns;
mod csv;
mod finding;
mod json;
mod meaning;
mod mix;
mod reason;
mod row;
mod run;
mod summary;
mod text;
mod totals;

use std::io::{self, Write};

use serde::Serialize;

pub use basis::{BasisView, CiteView, RateView, RuleView, file_and_line};
pub use check::{CheckReport, HouseRule, ProblemRow, Promise, Proved, SameAs, Stats};
pub use columns::Columns;
pub use finding::{AlsoRow, CountedRow, ErrorRow, FindingRow, ShadowRow, StakeRow};
pub use meaning::FIELD_MEANINGS;
pub use mix::{PayerMix, StaffTotal};
pub use row::Row;
pub use run::{InputRun, PresumptionRun, Program, RulesRun, Run, SettingRun};
pub use summary::{ClaimRow, Summary};
pub use totals::{PayerTotal, RestsOn, ServiceTotal, SharedTotal};

use crate::batch::Batch;
use crate::table::Screen;

/// The results of a run. Rows and claim lines are created on demand.
#[derive(Debug)]
pub struct Report<'r> {
    /// The program, rules, and inputs of the run.
    pub run: Run,
    /// Counts and totals.
    pub summary: Summary,
    batch: Batch<'r>,
}

impl<'r> Report<'r> {
    /// Creates the report of a batch that has been rolled up.
    pub fn new(run: Run, batch: Batch<'r>) -> Self {
        Self { run, summary: Summary::new(&batch), batch }
    }

    /// Returns one row for each record, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        let inputs: Vec<&str> = self.run.inputs.iter().map(|input| input.name.as_str()).collect();
        (0..self.batch.len()).filter_map(move |index| Row::new(&self.batch, &inputs, index))
    }

    /// Returns the claim lines, ordered by client, date, payer, and service.
    pub fn claim_lines(&self) -> Vec<ClaimRow> {
        ClaimRow::all(&self.batch)
    }

    /// Writes the whole report in one format.
    pub fn write(&self, format: RowFormat, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = format.writer(out);
        writer.begin(self)?;
        self.rows().try_for_each(|row| writer.write_row(&row))?;
        writer.end(self)
    }

    /// Writes the run, summary, and claim lines, without the rows, as one JSON document.
    pub fn write_summary(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(&json::Head::new(self), out)
    }
}

/// Output format for rows.
#[derive(Clone, Copy, Debug)]
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

impl RowFormat {
    fn writer<'w>(self, out: &'w mut dyn Write) -> Box<dyn RowWriter + 'w> {
        match self {
            Self::Text(screen) => Box::new(text::TextWriter::new(screen, out)),
            Self::Json => Box::new(json::JsonWriter::new(out)),
            Self::Ndjson => Box::new(json::NdjsonWriter(out)),
            Self::Csv => Box::new(csv::CsvWriter::new(out)),
        }
    }
}

/// Writes rows in one format, one at a time.
trait RowWriter {
    /// Writes everything that comes before the rows.
    fn begin(&mut self, report: &Report<'_>) -> io::Result<()>;
    /// Writes the next row.
    fn write_row(&mut self, row: &Row) -> io::Result<()>;
    /// Writes everything that comes after the rows.
    fn end(&mut self, report: &Report<'_>) -> io::Result<()>;
}

/// Writes one pretty-printed JSON document.
pub fn write_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}
