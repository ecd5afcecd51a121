//! What a run says: the public row with one writer for each format, claim lines, totals.
//!
//! Writers take rows one by one. Knows what a row shows, not how it was decided.

mod basis;
mod check;
mod columns;
mod csv;
mod finding;
mod json;
mod row;
mod run;
mod summary;
mod text;
mod totals;

use std::io::{self, Write};

use serde::Serialize;

pub use basis::{BasisView, CiteView, RateView, RuleView, file_and_line};
pub use check::{CheckReport, HouseRule, ProblemRow, Promise, Proved, Stats};
pub use columns::Columns;
pub use finding::{ErrorRow, FindingRow, StakeRow};
pub use row::Row;
pub use run::{InputRun, PresumptionRun, Program, RulesRun, Run, SettingRun};
pub use summary::{ClaimRow, Summary};
pub use totals::{PayerTotal, RestsOn, ServiceTotal, SharedTotal};

use crate::batch::Batch;
use crate::table::Screen;

/// Everything that a run has to say. Rows and claim lines are made as they are asked for.
#[derive(Debug)]
pub struct Report<'r> {
    /// What was run on what.
    pub run: Run,
    /// Counts and sums.
    pub summary: Summary,
    batch: Batch<'r>,
}

impl<'r> Report<'r> {
    /// The report of a batch that is rolled up.
    pub fn new(run: Run, batch: Batch<'r>) -> Self {
        Self { run, summary: Summary::new(&batch), batch }
    }

    /// One row for each record, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        let inputs: Vec<&str> = self.run.inputs.iter().map(|input| input.name.as_str()).collect();
        (0..self.batch.len()).filter_map(move |index| Row::new(&self.batch, &inputs, index))
    }

    /// The claim lines, by client, date, payer and service.
    pub fn claim_lines(&self) -> Vec<ClaimRow> {
        ClaimRow::all(&self.batch)
    }

    /// Writes everything that a format shows.
    pub fn write(&self, format: RowFormat, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = format.writer(out);
        writer.begin(self)?;
        self.rows().try_for_each(|row| writer.write_row(&row))?;
        writer.end(self)
    }

    /// Writes run, summary and claim lines, without the rows, as one JSON document.
    pub fn write_summary(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(&json::Head::new(self), out)
    }
}

/// A format of rows.
#[derive(Clone, Copy, Debug)]
pub enum RowFormat {
    /// Tables that a person reads.
    Text(Screen),
    /// One document with run, summary, claim lines and rows.
    Json,
    /// One row on each line.
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

/// Writes rows in one format, one by one.
trait RowWriter {
    /// Writes what stands before the rows.
    fn begin(&mut self, report: &Report<'_>) -> io::Result<()>;
    /// Writes the next row.
    fn write_row(&mut self, row: &Row) -> io::Result<()>;
    /// Writes what stands after the rows.
    fn end(&mut self, report: &Report<'_>) -> io::Result<()>;
}

/// Writes one JSON document, laid out for people to read too.
pub fn write_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}
