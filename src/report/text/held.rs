//! What is held, and what it waits for.

use std::collections::BTreeMap;

use super::shorten;
use crate::report::{Report, Row};
use crate::table::{Screen, TextTable};

/// Ids shown of a group before the rest is only counted.
const IDS: usize = 8;

/// Notes that wait for the most frequent missing fact stand first, then those that a rule or their day holds.
pub(super) fn held(report: &Report, screen: Screen) -> TextTable {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| row.status == "held").collect();
    let mut table = TextTable::new(screen, &["held", "waits for", "notes"]);
    let mut facts: Vec<(&String, &u64)> = report.summary.missing.iter().collect();
    facts.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
    for (fact, count) in facts {
        let waiting: Vec<&Row> = rows.iter().copied().filter(|row| row.missing.contains(fact)).collect();
        table.add_row([count.to_string(), format!("an answer to `{fact}`"), ids(&waiting)]);
    }
    let mut by_reason: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.missing.is_empty()) {
        let finding = row.findings.iter().find(|finding| finding.code == "day-payers-differ");
        let reason = finding.map_or_else(
            || format!("a person to decide: {}", row.rules.join(", ")),
            |finding| format!("a person to mend: {}", finding.text),
        );
        by_reason.entry(reason).or_default().push(row);
    }
    let mut by_reason: Vec<(String, Vec<&Row>)> = by_reason.into_iter().collect();
    by_reason.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    for (reason, rows) in by_reason {
        table.add_row([rows.len().to_string(), reason, ids(&rows)]);
    }
    table.align_right(&[0]);
    table
}

fn ids(rows: &[&Row]) -> String {
    let shown: Vec<String> = rows.iter().take(IDS).filter_map(|row| row.id.as_deref()).map(shorten).collect();
    let more = rows.len().saturating_sub(IDS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}
