//! The public row, and one writer for each format: the mirror of `read`.
//!
//! Knows what a row shows, not how it was decided.

mod basis;
mod check;
mod csv;
mod row;
mod summary;
mod text;

use std::io::{self, Write};

use serde::Serialize;

pub use basis::{BasisView, CiteView, RateView, RuleView, file_and_line};
pub use check::{CheckReport, HouseRule, ProblemRow, Promise, Proved, Stats};
pub use row::{ErrorRow, FindingRow, Row, rows};
pub use summary::{
    ClaimRow, InputRun, PayerTotal, PresumptionRun, Program, RulesRun, Run, ServiceTotal, SettingRun, Summary,
};
pub use text::text;

/// Everything a run has to say.
#[derive(Debug)]
pub struct Report {
    /// What was run on what.
    pub run: Run,
    /// Counts and sums.
    pub summary: Summary,
    /// The claim lines.
    pub lines: Vec<ClaimRow>,
    /// One row for each record.
    pub rows: Vec<Row>,
}

/// One JSON document with everything.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'r> {
        run: &'r Run,
        summary: &'r Summary,
        lines: &'r [ClaimRow],
        decisions: &'r [Row],
    }
    let told = Document { run: &report.run, summary: &report.summary, lines: &report.lines, decisions: &report.rows };
    document(&told, out)
}

/// One JSON document, for people to read too.
pub fn document(told: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, told)?;
    out.write_all(b"\n")
}

/// Run, summary and claim lines, without the rows.
pub fn summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'r> {
        run: &'r Run,
        summary: &'r Summary,
        lines: &'r [ClaimRow],
    }
    document(&Document { run: &report.run, summary: &report.summary, lines: &report.lines }, out)
}

/// The rows, one on each line.
pub fn ndjson(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for row in &report.rows {
        serde_json::to_writer(&mut *out, row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The rows as comma-separated values, safe to open in a spreadsheet.
pub fn csv(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    csv::write(&report.rows, out)
}
