//! Rows as comma-separated values, safe to open in a spreadsheet.

use std::io::{self, Write};

use super::row::FieldValue;
use super::{AlsoRow, Report, Row, RowWriter};
use crate::table::{defuse_formula, unwrap_io_error};

/// Writes a header, then one line for each row.
pub(super) struct CsvWriter<'w>(::csv::Writer<&'w mut dyn Write>);

impl<'w> CsvWriter<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Self {
        Self(::csv::Writer::from_writer(out))
    }

    fn write_cells(&mut self, cells: impl Iterator<Item = String>) -> io::Result<()> {
        let cells = cells.map(|cell| defuse_formula(&cell).into_owned());
        self.0.write_record(cells).map_err(unwrap_io_error)
    }
}

impl RowWriter for CsvWriter<'_> {
    fn begin(&mut self, report: &Report<'_>) -> io::Result<()> {
        let empty = Row::empty(&report.batch);
        let fields = empty.fields();
        self.write_cells(fields.iter().flat_map(|(name, _)| columns(name)).map(str::to_owned))
    }

    fn write_row(&mut self, row: &Row) -> io::Result<()> {
        self.write_cells(row.fields().into_iter().flat_map(|(name, value)| cells(name, value)))
    }

    fn end(&mut self, _: &Report<'_>) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns the columns of a field; a field with parts has one for each part.
fn columns(field: &str) -> Vec<&str> {
    match field {
        "shadow" => vec!["shadow_units", "shadow_amount"],
        "counted" => vec!["counted_within", "counted_minutes", "counted_held_minutes", "counted_notes"],
        "at_stake" => vec!["at_stake_units", "at_stake_amount"],
        "findings" => vec!["findings", "finding_with", "finding_text"],
        "error" => vec!["error_code", "error_field", "error_text"],
        _ => vec![field],
    }
}

/// Returns the cells of a field. Lists are joined with spaces in one cell.
fn cells(field: &str, value: Option<FieldValue<'_>>) -> Vec<String> {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    match value {
        None => columns(field).into_iter().map(|_| String::new()).collect(),
        Some(FieldValue::Text(text)) => vec![text.to_owned()],
        Some(FieldValue::Number(number)) => vec![number.to_string()],
        Some(FieldValue::Answer(word)) => vec![word.text()],
        Some(FieldValue::Rate(rate)) => vec![rate.to_string()],
        Some(FieldValue::Amount(amount)) => vec![amount.to_string()],
        Some(FieldValue::List(list)) => vec![list.join(" ")],
        Some(FieldValue::Shadow(shadow)) => {
            vec![shadow.units.to_string(), shadow.amount.map(|amount| amount.to_string()).unwrap_or_default()]
        }
        Some(FieldValue::Also(lines)) => {
            vec![lines.iter().map(AlsoRow::describe).collect::<Vec<_>>().join("; ")]
        }
        Some(FieldValue::Counted(counted)) => vec![
            counted.within.clone(),
            counted.minutes.to_string(),
            counted.held_minutes.to_string(),
            counted.notes.to_string(),
        ],
        Some(FieldValue::Stake(stake)) => {
            vec![stake.units.to_string(), stake.amount.map(|amount| amount.to_string()).unwrap_or_default()]
        }
        Some(FieldValue::Findings(findings)) => {
            let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
            let with: Vec<&str> = findings.iter().flat_map(|finding| &finding.with).map(String::as_str).collect();
            let texts: Vec<&str> = findings.iter().map(|finding| finding.text.as_str()).collect();
            vec![codes.join(" "), with.join(" "), texts.join("; ")]
        }
        Some(FieldValue::Error(error)) => vec![error.code.to_owned(), text(error.field.as_ref()), error.text.clone()],
    }
}
