//! Rows as JSON: one document with everything, or one row per line.

use std::io::{self, Write};

use serde::Serialize;

use super::{ClaimRow, Report, Row, RowWriter, Run, Summary};

/// The part of a document that comes before the rows.
#[derive(Serialize)]
pub(super) struct Head<'r> {
    run: &'r Run,
    summary: &'r Summary,
    lines: Vec<ClaimRow>,
}

impl<'r> Head<'r> {
    pub(super) fn new(report: &'r Report<'_>) -> Self {
        Self { run: &report.run, summary: &report.summary, lines: report.claim_lines() }
    }
}

/// Writes one pretty-printed document.
pub(super) struct JsonWriter<'w> {
    out: &'w mut dyn Write,
    is_first: bool,
}

impl<'w> JsonWriter<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Self {
        Self { out, is_first: true }
    }
}

impl RowWriter for JsonWriter<'_> {
    fn begin(&mut self, report: &Report<'_>) -> io::Result<()> {
        let head = serde_json::to_string_pretty(&Head::new(report))?;
        write!(self.out, "{},\n  \"decisions\": [", head.trim_end_matches(['\n', '}']))
    }

    fn write_row(&mut self, row: &Row) -> io::Result<()> {
        // Line breaks in strings are escaped, so each of these newlines is part of the layout.
        let row = serde_json::to_string_pretty(row)?.replace('\n', "\n    ");
        write!(self.out, "{}\n    {row}", if self.is_first { "" } else { "," })?;
        self.is_first = false;
        Ok(())
    }

    fn end(&mut self, _: &Report<'_>) -> io::Result<()> {
        self.out.write_all(if self.is_first { b"]\n}\n" } else { b"\n  ]\n}\n" })
    }
}

/// Writes one row per line.
pub(super) struct NdjsonWriter<'w>(pub(super) &'w mut dyn Write);

impl RowWriter for NdjsonWriter<'_> {
    fn begin(&mut self, _: &Report<'_>) -> io::Result<()> {
        Ok(())
    }

    fn write_row(&mut self, row: &Row) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, row)?;
        self.0.write_all(b"\n")
    }

    fn end(&mut self, _: &Report<'_>) -> io::Result<()> {
        Ok(())
    }
}
