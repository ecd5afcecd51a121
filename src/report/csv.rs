//! Rows as comma-separated values, safe to open in a spreadsheet.

use std::io::{self, Write};

use super::Row;
use crate::table::{defuse_formula, unwrap_io_error};

/// Every column, in the order of the row's fields. Lists stand in one cell, separated by blanks.
const COLUMNS: [&str; 29] = [
    "input",
    "record",
    "id",
    "client",
    "date",
    "activity",
    "status",
    "payer",
    "service",
    "code",
    "modifiers",
    "minutes",
    "quarter_hours",
    "unit",
    "units",
    "rate",
    "amount",
    "bundled_into",
    "rules",
    "because",
    "missing",
    "possible",
    "presumed",
    "findings",
    "finding_with",
    "finding_text",
    "error_code",
    "error_field",
    "error_text",
];

/// Writes a header and the rows.
pub(super) fn write(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(COLUMNS).map_err(unwrap_io_error)?;
    for row in rows {
        writer
            .write_record(cells(row).iter().map(|cell| defuse_formula(cell).into_owned()))
            .map_err(unwrap_io_error)?;
    }
    writer.flush()
}

fn cells(row: &Row) -> [String; 29] {
    fn shown<T: ToString>(value: Option<&T>) -> String {
        value.map(T::to_string).unwrap_or_default()
    }
    let error = row.error.as_ref();
    [
        shown(row.input.as_ref()),
        row.record.to_string(),
        shown(row.id.as_ref()),
        shown(row.client.as_ref()),
        shown(row.date.as_ref()),
        shown(row.activity.as_ref()),
        row.status.to_owned(),
        shown(row.payer.as_ref()),
        shown(row.service.as_ref()),
        shown(row.code.as_ref()),
        row.modifiers.as_ref().map(|modifiers| modifiers.join(" ")).unwrap_or_default(),
        shown(row.minutes.as_ref()),
        shown(row.quarter_hours.as_ref()),
        row.unit.unwrap_or_default().to_owned(),
        shown(row.units.as_ref()),
        shown(row.rate.as_ref()),
        shown(row.amount.as_ref()),
        shown(row.bundled_into.as_ref()),
        row.rules.join(" "),
        shown(row.because.as_ref()),
        row.missing.join(" "),
        row.possible.join(" "),
        row.presumed.join(" "),
        row.findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>().join(" "),
        row.findings.iter().flat_map(|finding| &finding.with).map(String::as_str).collect::<Vec<_>>().join(" "),
        row.findings.iter().map(|finding| finding.text.as_str()).collect::<Vec<_>>().join("; "),
        error.map(|error| error.code.to_owned()).unwrap_or_default(),
        error.and_then(|error| error.field.clone()).unwrap_or_default(),
        error.map(|error| error.text.clone()).unwrap_or_default(),
    ]
}
