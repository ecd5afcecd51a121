//! Rows as comma-separated values, safe to open in a spreadsheet.

use std::io::{self, Write};

use super::row::FieldValue;
use super::template::push_bytes;
use super::{AlsoRow, Report, Row, RowWriter};
use crate::table::{defuse_formula, unwrap_io_error};

/// Writes one line for each row, below a header.
#[derive(Debug)]
pub(super) struct CsvRows;

fn write_cells(cells: impl Iterator<Item = String>, out: &mut Vec<u8>) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().buffer_capacity(1 << 10).from_writer(out);
    writer.write_record(cells.map(|cell| defuse_formula(&cell).into_owned())).map_err(unwrap_io_error)?;
    writer.flush()
}

impl RowWriter for CsvRows {
    fn write_head(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let empty = Row::empty(&report.batch);
        let (fields, mut line) = (empty.fields(), Vec::new());
        write_cells(fields.iter().flat_map(|(name, _)| columns(name)).map(str::to_owned), &mut line)?;
        out.write_all(&line)
    }

    fn write_row(&self, row: &Row, out: &mut Vec<u8>) -> io::Result<()> {
        write_cells(row.fields().into_iter().flat_map(|(name, value)| cells(name, value)), out)
    }

    /// Adds a cell, in quotes where needed, as the CSV library writes it.
    fn push_text(&self, text: &str, out: &mut Vec<u8>) {
        let cell = defuse_formula(text);
        if !cell.contains(['"', ',', '\n', '\r']) {
            push_bytes(cell.as_bytes(), out);
            return;
        }
        out.push(b'"');
        for byte in cell.bytes() {
            out.push(byte);
            if byte == b'"' {
                out.push(b'"');
            }
        }
        out.push(b'"');
    }

    /// A list is one cell.
    fn push_list(&self, list: &[&str], separator: &[u8], out: &mut Vec<u8>) {
        let separator = String::from_utf8_lossy(separator);
        self.push_text(&list.join(&separator), out);
    }
}

/// Returns the columns of a field; a field with parts has one for each part.
fn columns(field: &str) -> Vec<&str> {
    match field {
        "shadow" => vec!["shadow_units", "shadow_amount"],
        "counted" => vec!["counted_within", "counted_minutes", "counted_held_minutes", "counted_notes"],
        "alone" => vec!["alone_payer", "alone_service"],
        "at_stake" => vec!["at_stake_units", "at_stake_amount"],
        "findings" => vec!["findings", "finding_with", "finding_text"],
        "errors" => vec!["error_code", "error_field", "error_text"],
        _ => vec![field],
    }
}

/// Returns the cells of a field. Lists are joined with spaces in one cell.
fn cells(field: &str, value: Option<FieldValue<'_>>) -> Vec<String> {
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
        Some(FieldValue::Alone(alone)) => vec![alone.payer.clone(), alone.service.clone()],
        Some(FieldValue::Stake(stake)) => {
            vec![stake.units.to_string(), stake.amount.map(|amount| amount.to_string()).unwrap_or_default()]
        }
        Some(FieldValue::Findings(findings)) => {
            let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
            let with: Vec<&str> = findings.iter().flat_map(|finding| &finding.with).map(String::as_str).collect();
            let texts: Vec<&str> = findings.iter().map(|finding| finding.text.as_str()).collect();
            vec![codes.join(" "), with.join(" "), texts.join("; ")]
        }
        Some(FieldValue::Errors(errors)) => {
            let codes: Vec<&str> = errors.iter().map(|error| error.code).collect();
            let fields: Vec<&str> = errors.iter().filter_map(|error| error.field.as_deref()).collect();
            let texts: Vec<&str> = errors.iter().map(|error| error.text.as_str()).collect();
            vec![codes.join(" "), fields.join(" "), texts.join("; ")]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_alone_is_written_like_a_cell_of_a_row() {
        for text in ["n-01", "a, b", "5\" tall", "a\nb", "a\rb", "=1", "", "ä", " "] {
            let (mut alone, mut row) = (Vec::new(), Vec::new());
            CsvRows.push_text(text, &mut alone);
            write_cells([text.to_owned(), "x".to_owned()].into_iter(), &mut row).unwrap();
            assert_eq!([alone.as_slice(), b",x\n"].concat(), row, "{text:?}");
        }
    }
}
