//! The claim lines of one client after another.

use super::line::Entry;
use super::names::NameId;
use super::simple::SimpleResult;
use super::{Batch, ClaimLine};
use crate::decide::Verdict;
use crate::number::wide;

/// Number of a client in a batch. Numbers follow the order of the records and are never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientNumber(NameId);

impl ClientNumber {
    /// Returns the number as an index, from 0; other names have indexes between those of clients.
    pub fn index(self) -> usize {
        self.0.index()
    }
}

impl super::BatchNote<'_> {
    /// Returns the number of the client.
    pub fn client_number(self) -> ClientNumber {
        ClientNumber(self.client_id())
    }
}

impl Batch<'_> {
    /// Returns the number of names that the batch knows; every index of a client is below it.
    pub fn names(&self) -> usize {
        self.names.len()
    }

    /// Returns the clients that may have claim lines, sorted by name.
    pub fn clients(&self) -> Vec<ClientNumber> {
        let mut clients: Vec<NameId> = self.claims.iter().map(|line| line.client).collect();
        if let Some(settled) = &self.settled {
            clients.extend(NameId::all(self.names.len()).filter(|client| !settled.notes_of(*client).is_empty()));
        }
        clients.sort_unstable();
        clients.dedup();
        clients.sort_by(|one, other| self.names.get(*one).cmp(self.names.get(*other)));
        clients.into_iter().map(ClientNumber).collect()
    }

    /// Returns the client of a claim line.
    pub fn client(&self, line: &ClaimLine) -> &str {
        self.names.get(line.client)
    }

    /// Returns the shown claim lines of a client, ordered by date, payer and service. Lines without any units are omitted.
    pub fn claim_lines(&self, client: ClientNumber) -> Vec<ClaimLine> {
        let first = self.claims.partition_point(|line| line.client < client.0);
        let own = self.claims.iter().skip(first).take_while(|line| line.client == client.0);
        let mut lines: Vec<ClaimLine> = own.filter(|line| line.units > 0).cloned().collect();
        if lines.is_empty() {
            self.add_simple_lines(client.0, &mut lines);
        }
        // All notes of a line belong to one month.
        lines.retain(|line| line.notes.first().is_some_and(|note| self.is_shown(*note)));
        lines
    }

    /// Adds the claim lines of a client whose notes are all simple.
    fn add_simple_lines(&self, client: NameId, lines: &mut Vec<ClaimLine>) {
        let Some(settled) = &self.settled else { return };
        let mut first_of_day = lines.len();
        for index in settled.notes_of(client) {
            let Some(line) = self.simple_line(client, wide(*index)) else { continue };
            if lines.get(first_of_day).is_some_and(|first| first.date != line.date) {
                first_of_day = lines.len();
            }
            let of_day = lines.get_mut(first_of_day..).unwrap_or_default();
            match of_day.iter_mut().find(|known| (known.payer, known.service) == (line.payer, line.service)) {
                Some(known) => {
                    known.notes.extend(line.notes);
                    known.minutes = known.minutes.saturating_add(line.minutes);
                    known.units = known.units.saturating_add(line.units);
                }
                None => lines.push(line),
            }
        }
        lines.retain(|line| line.units > 0);
        for line in lines.iter_mut() {
            line.amount = line.rate.map(|rate| rate.line_amount(line.units.into()));
        }
        lines.sort_by_key(|line| (line.date, line.payer, line.service));
    }

    /// Returns what a simple note adds to its claim line; `None` if it is not billed.
    fn simple_line(&self, client: NameId, index: usize) -> Option<ClaimLine> {
        let line = self.lines.get(index)?;
        let Entry::Decided(decision) = line.entry else { return None };
        let kind = self.settled.as_ref()?.kind_of(index)?;
        let units = match kind.result {
            SimpleResult::Alone { units } => units,
            SimpleResult::Carries => 1,
            SimpleResult::Bundled => 0,
            SimpleResult::AsDecided | SimpleResult::Held { .. } | SimpleResult::PayersDiffer { .. } => return None,
        };
        let Verdict::Billable(service, payer) = self.decisions.get(decision).verdict else { return None };
        Some(ClaimLine {
            client,
            date: line.date?,
            payer,
            service,
            rate: kind.rate,
            rate_open: Vec::new(),
            shadow: kind.shadow,
            notes: vec![index],
            minutes: line.minutes.into(),
            units,
            amount: None,
        })
    }
}
