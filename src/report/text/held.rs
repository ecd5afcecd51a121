//! The held notes, and what they wait for.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::shorten;
use crate::message::Code;
use crate::report::Row;
use crate::status::Status;
use crate::table::{Screen, TextTable};

/// Maximum number of ids to show for a group.
const IDS: usize = 8;

/// Held notes grouped by what they wait for.
#[derive(Default)]
pub(super) struct HeldNotes {
    by_fact: BTreeMap<String, Group>,
    by_reason: BTreeMap<String, Group>,
}

/// Notes that wait for the same thing.
#[derive(Default)]
struct Group {
    count: usize,
    /// Ids of the first notes.
    ids: Vec<String>,
}

impl HeldNotes {
    pub(super) fn add(&mut self, row: &Row) {
        if row.status != Status::Held {
            return;
        }
        for fact in &row.missing {
            self.by_fact.entry(fact.clone()).or_default().add(row);
        }
        if row.missing.is_empty() {
            let fixable = [Code::DayPayersDiffer, Code::PayersDiffer, Code::PractitionersDiffer, Code::CodeDiffers]
                .map(Code::as_str);
            let finding = row.findings.iter().find(|finding| fixable.contains(&finding.code.as_str()));
            let reason = finding.map_or_else(
                || format!("a person to decide: {}", row.rules.join(", ")),
                |finding| format!("a person to fix: {}", finding.text),
            );
            self.by_reason.entry(reason).or_default().add(row);
        }
    }

    /// Builds the table: notes that wait for a missing fact, most frequent first, then those held by a rule or by their
    /// day. Returns `None` if nothing is held.
    pub(super) fn table(&self, screen: Screen) -> Option<TextTable> {
        let mut table = TextTable::new(screen, &["held", "waits for", "notes"]);
        let by_fact = self.by_fact.iter().map(|(fact, group)| (format!("an answer to `{fact}`"), group));
        let by_reason = self.by_reason.iter().map(|(reason, group)| (reason.clone(), group));
        let (mut groups, mut reasons): (Vec<_>, Vec<_>) = (by_fact.collect(), by_reason.collect());
        groups.sort_by_key(|(_, group)| Reverse(group.count));
        reasons.sort_by_key(|(_, group)| Reverse(group.count));
        groups.append(&mut reasons);
        for (waits_for, group) in &groups {
            table.add_row([group.count.to_string(), waits_for.clone(), group.ids()]);
        }
        table.align_right(&[0]);
        (!groups.is_empty()).then_some(table)
    }
}

impl Group {
    fn add(&mut self, row: &Row) {
        self.count += 1;
        if self.ids.len() < IDS {
            self.ids.extend(row.id.as_deref().map(shorten));
        }
    }

    fn ids(&self) -> String {
        let more = self.count.saturating_sub(IDS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        self.ids.join(", ") + &more
    }
}
