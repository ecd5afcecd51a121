//! The notes, one on each line, and the reasons they share.

use std::collections::BTreeMap;

use super::{full_code, shorten};
use crate::report::Row;
use crate::table::{Color, Screen, TextCell, TextTable};

/// The reasons of a batch, each told once: a month of notes has few.
pub(super) struct Reasons {
    /// Each reason with how many notes share it, in order of appearance.
    told: Vec<(String, usize)>,
    /// For each row, the place of its reason.
    of_row: Vec<usize>,
}

impl Reasons {
    pub(super) fn of(rows: &[Row]) -> Self {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut reasons = Self { told: Vec::new(), of_row: Vec::new() };
        for row in rows {
            let text = reason(row);
            let place = *places.entry(text.clone()).or_insert(reasons.told.len());
            match reasons.told.get_mut(place) {
                Some((_, notes)) => *notes += 1,
                None => reasons.told.push((text, 1)),
            }
            reasons.of_row.push(place);
        }
        reasons
    }

    pub(super) fn table(&self, screen: Screen) -> TextTable {
        let mut table = TextTable::new(screen, &["why", "notes", "because"]);
        for (place, (text, notes)) in self.told.iter().enumerate() {
            table.add_row([(place + 1).to_string(), notes.to_string(), text.clone()]);
        }
        table.align_right(&[0, 1]);
        table
    }
}

/// Why a row is as it is, with what it rests on besides its rules: presumptions and findings.
fn reason(row: &Row) -> String {
    let error = row.error.as_ref().map(|error| {
        let field = error.field.as_ref().map(|field| format!("`{field}`: ")).unwrap_or_default();
        let stop = if error.text.ends_with('?') { "" } else { "." };
        format!("Rejected: {field}{}{stop}", error.text)
    });
    let presumed = (!row.presumed.is_empty()).then(|| format!(" Presumed: {}.", row.presumed.join(", ")));
    // These two stand in the row itself and in its reason.
    let told = ["unpriced", "day-payers-differ"];
    let findings = row.findings.iter().filter(|finding| !told.contains(&finding.code.as_str()));
    let findings = findings.map(|finding| format!(" Note: {}.", finding.text));
    error.or_else(|| row.because.clone()).into_iter().chain(presumed).chain(findings).collect()
}

pub(super) fn notes(rows: &[Row], reasons: &Reasons, screen: Screen) -> TextTable {
    let mut table =
        TextTable::new(screen, &["note", "date", "activity", "min", "who pays", "code", "units", "amount", "why"]);
    for (row, reason) in rows.iter().zip(&reasons.of_row) {
        let who = row.payer.as_deref().unwrap_or(row.status);
        let color = match row.status {
            "billable" => Color::Green,
            "non_billable" => Color::DarkGrey,
            "held" => Color::Yellow,
            _ => Color::Red,
        };
        table.add_row([
            TextCell::from(row.id.as_deref().map_or_else(|| place(row), shorten)),
            TextCell::from(row.date.as_deref().unwrap_or_default()),
            // Where room is short, the name breaks at its underscores.
            TextCell::from(shorten(row.activity.as_deref().unwrap_or_default())).breaking_at('_'),
            TextCell::from(row.minutes.map(|minutes| minutes.to_string()).unwrap_or_default()),
            TextCell::from(who).colored(color).breaking_at('_'),
            TextCell::from(full_code(row.code.as_ref(), row.modifiers.as_ref())),
            TextCell::from(row.units.map(|units| units.to_string()).unwrap_or_default()),
            TextCell::from(amount(row)),
            TextCell::from((reason + 1).to_string()),
        ]);
    }
    table.align_right(&[3, 6, 7, 8]);
    table.keep_width(&[1, 3, 4, 5, 6, 7, 8]);
    table
}

/// What a record without an id is called.
fn place(row: &Row) -> String {
    let input = row.input.as_ref().map(|input| format!("{input} ")).unwrap_or_default();
    format!("{input}record {}", row.record)
}

fn amount(row: &Row) -> String {
    match (row.status, row.amount) {
        ("billable", None) => "unpriced".into(),
        (_, amount) => amount.map(|amount| format!("${amount}")).unwrap_or_default(),
    }
}
