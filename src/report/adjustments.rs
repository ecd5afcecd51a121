//! The file of adjustments: what to void, to replace and to add, after what earlier runs billed.

use std::io::{self, Write};

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::Report;
use crate::batch::{Action, Adjustment};
use crate::money::Amount;
use crate::rules::RuleSet;
use crate::table::{defuse_formula, unwrap_io_error};

/// A line of the adjustments.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct AdjustmentRow {
    /// Id of the note as read.
    pub id: String,
    /// `void`, `replace` or `add`.
    pub action: &'static str,
    /// The client.
    pub client: String,
    /// The service date.
    pub date: String,
    /// The payer.
    pub payer: String,
    /// The service.
    pub service: String,
    /// The procedure code; absent if no public code is known.
    pub code: Option<String>,
    /// The code's modifiers.
    pub modifiers: Vec<String>,
    /// Units of the line: as billed if it is voided, else as they should be.
    pub units: u32,
    /// Dollars of the line, likewise; absent if the units have no known price.
    pub amount: Option<Amount>,
    /// What changes in dollars: nothing was billed before a line is added, and nothing is after it is voided.
    pub net_amount: Amount,
}

/// The formats of adjustments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjustmentFormat {
    /// A header, then one line for each adjustment.
    Csv,
    /// One array.
    Json,
    /// One adjustment on each line.
    Ndjson,
}

const COLUMNS: [&str; 11] =
    ["id", "action", "client", "date", "payer", "service", "code", "modifiers", "units", "amount", "net_amount"];

impl AdjustmentRow {
    fn new(set: &RuleSet, adjustment: &Adjustment<'_>) -> Self {
        let line = adjustment.line;
        let service = set.service(line.service);
        let after = if adjustment.action == Action::Void { Amount::ZERO } else { line.amount.unwrap_or_default() };
        Self {
            id: adjustment.id.to_owned(),
            action: adjustment.action.as_str(),
            client: adjustment.client.to_owned(),
            date: line.date.to_string(),
            payer: set.payer(line.payer).name.clone(),
            service: service.name.clone(),
            code: service.code.clone(),
            modifiers: service.modifiers.clone(),
            units: line.units,
            amount: line.amount,
            net_amount: after - adjustment.before,
        }
    }

    fn cells(&self) -> [String; 11] {
        [
            self.id.clone(),
            self.action.to_owned(),
            self.client.clone(),
            self.date.clone(),
            self.payer.clone(),
            self.service.clone(),
            self.code.clone().unwrap_or_default(),
            self.modifiers.join(" "),
            self.units.to_string(),
            self.amount.map(|amount| amount.to_string()).unwrap_or_default(),
            self.net_amount.to_string(),
        ]
    }
}

impl Report<'_> {
    /// Returns what must be done about what earlier runs billed.
    pub fn adjustments(&self) -> impl Iterator<Item = AdjustmentRow> {
        self.batch.adjustments().map(|adjustment| AdjustmentRow::new(self.batch.set(), &adjustment))
    }

    /// Writes the adjustments.
    pub fn write_adjustments(&self, format: AdjustmentFormat, out: &mut dyn Write) -> io::Result<()> {
        match format {
            AdjustmentFormat::Json => super::write_json(&self.adjustments().collect::<Vec<_>>(), out),
            AdjustmentFormat::Ndjson => {
                for row in self.adjustments() {
                    serde_json::to_writer(&mut *out, &row)?;
                    out.write_all(b"\n")?;
                }
                Ok(())
            }
            AdjustmentFormat::Csv => {
                let mut csv = ::csv::Writer::from_writer(out);
                csv.write_record(COLUMNS).map_err(unwrap_io_error)?;
                for row in self.adjustments() {
                    let cells = row.cells();
                    // A negative amount is a number, not a formula.
                    let (net, rest) = cells.split_last().map(|(net, rest)| (net.as_str(), rest)).unwrap_or_default();
                    let rest = rest.iter().map(|cell| defuse_formula(cell).into_owned());
                    csv.write_record(rest.chain([net.to_owned()])).map_err(unwrap_io_error)?;
                }
                csv.flush()
            }
        }
    }
}
