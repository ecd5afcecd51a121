//! The table of notes, one per line, and the table of the reasons they share.

use std::collections::BTreeMap;

use super::shorten;
use crate::message::Code;
use crate::money::Amount;
use crate::report::{ErrorRow, FindingRow, Row, ShadowRow};
use crate::status::Status;
use crate::table::{Color, Screen, TextCell, TextTable};

/// The distinct reasons in a batch. A month of notes has only a few.
#[derive(Default)]
pub(super) struct Reasons {
    numbers: BTreeMap<String, usize>,
    /// Each reason with the number of notes that share it, in order of first appearance.
    list: Vec<(String, u64)>,
}

impl Reasons {
    /// Returns the number of a row's reason, from 1, and counts the row.
    pub(super) fn number(&mut self, row: &Row) -> usize {
        let text = reason(row);
        let number = *self.numbers.entry(text.clone()).or_insert(self.list.len() + 1);
        match self.list.get_mut(number - 1) {
            Some((_, notes)) => *notes += 1,
            None => self.list.push((text, 1)),
        }
        number
    }

    pub(super) fn table(&self, screen: Screen) -> TextTable {
        let mut table = TextTable::new(screen, &["why", "notes", "because"]);
        for (number, (text, notes)) in (1_u64..).zip(&self.list) {
            table.add_row([number.to_string(), notes.to_string(), text.clone()]);
        }
        table.align_right(&[0, 1]);
        table
    }
}

/// Describes why a row has its result, including presumptions and findings.
fn reason(row: &Row) -> String {
    let error = |error: &ErrorRow| {
        let field = error.field.as_ref().map(|field| format!("`{field}`: ")).unwrap_or_default();
        let stop = if error.text.ends_with('?') { "" } else { "." };
        format!("{field}{}{stop}", error.text)
    };
    let errors: Vec<String> = row.errors.iter().map(error).collect();
    let errors = (!errors.is_empty()).then(|| format!("Rejected: {}", errors.join(" ")));
    let presumed = (!row.presumed.is_empty()).then(|| format!(" Presumed: {}.", row.presumed.join(", ")));
    // The row itself or its explanation already shows these two.
    let known =
        [Code::Unpriced, Code::DayPayersDiffer, Code::PayersDiffer, Code::PractitionersDiffer, Code::CodeDiffers]
            .map(Code::as_str);
    let because = row.because.as_deref().unwrap_or_default();
    let is_said = |finding: &FindingRow| known.contains(&finding.code.as_str()) || because.contains(&finding.text);
    let findings = row.findings.iter().filter(|finding| !is_said(finding));
    let findings = findings.map(|finding| format!(" Note: {}.", finding.text));
    errors.or_else(|| row.because.clone()).into_iter().chain(presumed).chain(findings).collect()
}

/// The table of notes under construction.
pub(super) struct Notes {
    table: TextTable,
    /// Number of columns for other facts.
    shown: usize,
}

impl Notes {
    /// Creates an empty table with columns for the facts that this row shows.
    pub(super) fn new(screen: Screen, row: &Row) -> Self {
        let shown = row.shown.iter().map(|(name, _)| name.as_str());
        let header = ["note", "date", "activity"].into_iter().chain(shown);
        let header = header.chain(["min", "who pays", "code", "units", "amount", "why"]);
        Self { table: TextTable::new(screen, &header.collect::<Vec<_>>()), shown: row.shown.len() }
    }

    pub(super) fn add(&mut self, row: &Row, reason: usize) {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let color = match row.status {
            Status::Billable => Color::Green,
            Status::NonBillable => Color::DarkGrey,
            Status::Held => Color::Yellow,
            Status::Rejected => Color::Red,
        };
        let shown =
            row.shown.iter().map(|(_, word)| word.as_ref().map(crate::facts::WrittenAnswer::text).unwrap_or_default());
        let left = [
            TextCell::from(row.id.as_deref().map_or_else(|| position(row), shorten)),
            TextCell::from(row.date.as_deref().unwrap_or_default()),
            // If space is short, the name wraps at its underscores.
            TextCell::from(shorten(row.activity.as_deref().unwrap_or_default())).breaking_at('_'),
        ];
        let right = [
            TextCell::from(number(row.minutes)),
            TextCell::from(row.payer.as_deref().unwrap_or(row.status.as_str())).colored(color).breaking_at('_'),
            TextCell::from(codes(row)),
            TextCell::from(units(row)),
            TextCell::from(amount(row)),
            TextCell::from(reason.to_string()),
        ];
        let shown = shown.map(|word| TextCell::from(word).breaking_at('_'));
        self.table.add_row(left.into_iter().chain(shown).chain(right));
    }

    pub(super) fn table(mut self) -> TextTable {
        let after_shown = |columns: &[usize]| columns.iter().map(|column| column + self.shown).collect::<Vec<_>>();
        self.table.align_right(&after_shown(&[3, 6, 7, 8]));
        self.table.keep_width(&[1]);
        self.table.keep_width(&after_shown(&[3, 4, 5, 6, 7, 8]));
        self.table
    }
}

/// Names a record that has no id.
fn position(row: &Row) -> String {
    let input = row.input.as_ref().map(|input| format!("{input} ")).unwrap_or_default();
    format!("{input}record {}", row.record)
}

/// Lists the codes of all services that a row carries.
fn codes(row: &Row) -> String {
    let also = row.also.iter().map(|line| line.code.clone().unwrap_or_else(|| line.service.clone()));
    std::iter::once(row.full_code()).chain(also).filter(|code| !code.is_empty()).collect::<Vec<_>>().join(" + ")
}

/// Lists the units of all services that a row carries. Units that the payer does not pay by are in parentheses.
fn units(row: &Row) -> String {
    let own = (row.units, row.shadow.as_ref());
    let also = row.also.iter().map(|line| (line.units, line.shadow.as_ref()));
    let cell = |(units, shadow): (Option<u32>, Option<&ShadowRow>)| match (units, shadow) {
        (_, Some(shadow)) => format!("({})", shadow.units),
        (units, None) => units.map(|units| units.to_string()).unwrap_or_default(),
    };
    std::iter::once(own).chain(also).map(cell).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" + ")
}

/// Returns the dollars of a row and of the further lines that it carries.
fn amount(row: &Row) -> String {
    let mut amounts = std::iter::once(row.amount).chain(row.also.iter().map(|line| line.amount));
    match (row.status, &row.shadow) {
        (_, Some(shadow)) => shadow.amount.map_or("(unpriced)".into(), |amount| format!("(${amount})")),
        (Status::Billable, None) => {
            let sum = amounts.try_fold(Amount::ZERO, |sum, amount| Some(sum + amount?));
            sum.map_or("unpriced".into(), |sum| format!("${sum}"))
        }
        _ => row.amount.map(|amount| format!("${amount}")).unwrap_or_default(),
    }
}
