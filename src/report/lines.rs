//! Claim lines, and the part of a document that stands before the rows.

use std::io::{self, Write};

use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::json::{push_escaped, push_escaped_list};
use super::template::{ListTemplate, text_mark};
use super::{Report, ShadowRow};
use crate::batch::{Batch, ClaimLine, ClientNumber};
use crate::cores::map_in_order;
use crate::money::{Amount, Rate};
use crate::rules::{PayerId, RuleSet, ServiceId};

/// A claim line.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
pub struct ClaimRow {
    /// The client.
    pub client: String,
    /// The service date.
    pub date: String,
    /// The payer.
    pub payer: String,
    /// The billed service.
    pub service: String,
    /// The procedure code; absent if no public code is known.
    pub code: Option<String>,
    /// The code's modifiers.
    pub modifiers: Vec<String>,
    /// The unit of the service.
    pub unit: &'static str,
    /// Total documented minutes of the notes.
    pub minutes: u32,
    /// Number of units, at least one; absent if the payer does not pay by the unit.
    pub units: Option<u32>,
    /// Dollars per unit.
    pub rate: Option<Rate>,
    /// Units × rate, rounded half up to the cent once; absent if the units have no known price.
    pub amount: Option<Amount>,
    /// In place of units, rate and amount, if the payer does not pay by the unit.
    pub shadow: Option<ShadowRow>,
    /// Ids of the notes that share this line, in the order of the records.
    pub notes: Vec<String>,
}

impl ClaimRow {
    fn new(batch: &Batch<'_>, line: &ClaimLine) -> Self {
        let mut notes = line.notes.clone();
        notes.sort_unstable();
        Self {
            client: batch.client(line).to_owned(),
            date: line.date.to_string(),
            minutes: line.minutes,
            notes: notes.into_iter().filter_map(|index| batch.id(index)).map(str::to_owned).collect(),
            ..Self::without_notes(batch.set(), line)
        }
    }

    /// Creates a row without client, date, minutes and notes.
    fn without_notes(set: &RuleSet, line: &ClaimLine) -> Self {
        let service = set.service(line.service);
        let shadow = ShadowRow { units: line.units, rate: line.rate, amount: line.amount };
        let shadow = line.shadow.map(|_| shadow);
        Self {
            client: String::new(),
            date: String::new(),
            payer: set.payer(line.payer).name.clone(),
            service: service.name.clone(),
            code: service.code.clone(),
            modifiers: service.modifiers.clone(),
            unit: service.unit.as_str(),
            minutes: 0,
            units: shadow.is_none().then_some(line.units),
            rate: line.rate.filter(|_| shadow.is_none()),
            amount: line.amount.filter(|_| shadow.is_none()),
            shadow,
            notes: Vec::new(),
        }
    }
}

impl Report<'_> {
    /// Returns the claim lines, ordered by client, date, payer, and service.
    pub fn claim_lines(&self) -> Vec<ClaimRow> {
        let clients = self.batch.clients();
        let lines = clients.iter().flat_map(|client| self.batch.claim_lines(*client));
        lines.map(|line| ClaimRow::new(&self.batch, &line)).collect()
    }

    /// Writes the beginning of a document: the run, the summary, and the claim lines.
    pub(super) fn write_run_and_lines(&self, out: &mut dyn Write) -> io::Result<()> {
        let run = serde_json::to_string_pretty(&self.run)?.replace('\n', "\n  ");
        let summary = serde_json::to_string_pretty(self.summary())?.replace('\n', "\n  ");
        write!(out, "{{\n  \"run\": {run},\n  \"summary\": {summary},\n  \"lines\": [")?;
        let clients = self.batch.clients();
        let worker = || {
            let mut writer = LineWriter { batch: &self.batch, templates: FxHashMap::default() };
            move |clients: &[ClientNumber]| writer.write(clients)
        };
        let mut is_first = true;
        map_in_order(self.threads, clients.chunks(CLIENTS), worker, |lines: io::Result<Vec<u8>>| {
            let lines = lines?;
            // Each line begins with the comma behind the one before it.
            let lines = lines.get(usize::from(is_first)..).unwrap_or_default();
            is_first &= lines.is_empty();
            out.write_all(lines)
        })?;
        out.write_all(if is_first { b"]" } else { b"\n  ]" })
    }
}

/// Number of clients whose lines a thread writes at once.
const CLIENTS: usize = 64;

/// What a claim line shows besides what all lines of one payer, service and rate share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    Client,
    Date,
    Minutes,
    Notes,
    SecondNote,
}

/// Stands for the minutes of a line, which has fewer.
const MINUTES: u32 = u32::MAX;

/// What lines with one template share.
type LineKey = (PayerId, ServiceId, Option<Rate>, Option<usize>, u32);

/// Writes claim lines on one thread.
struct LineWriter<'l> {
    batch: &'l Batch<'l>,
    templates: FxHashMap<LineKey, Option<LineTemplate>>,
}

/// What claim lines with the same units share.
type LineTemplate = ListTemplate<Hole>;

impl LineWriter<'_> {
    /// Returns the lines of these clients, each after a comma.
    fn write(&mut self, clients: &[ClientNumber]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        for line in clients.iter().flat_map(|client| self.batch.claim_lines(*client)) {
            let before = out.len();
            if self.fill(&line, &mut out).is_none() {
                out.truncate(before);
                push_row(&ClaimRow::new(self.batch, &line), &mut out)?;
            }
        }
        Ok(out)
    }

    fn fill(&mut self, line: &ClaimLine, out: &mut Vec<u8>) -> Option<()> {
        let batch = self.batch;
        let key = (line.payer, line.service, line.rate, line.shadow, line.units);
        let template = self.templates.entry(key).or_insert_with(|| line_template(batch.set(), line));
        let LineTemplate { template, separator } = template.as_ref()?;
        template.fill(out, |hole, out| {
            match hole {
                Hole::Client => push_escaped(batch.client(line), out),
                Hole::Date => super::render::push_date(line.date, out),
                Hole::Minutes => out.extend_from_slice(itoa::Buffer::new().format(line.minutes).as_bytes()),
                Hole::Notes => {
                    let mut notes = line.notes.clone();
                    notes.sort_unstable();
                    let ids: Vec<&str> = notes.into_iter().filter_map(|index| batch.id(index)).collect();
                    push_escaped_list(&ids, separator, out);
                }
                Hole::SecondNote => {}
            }
            Some(())
        })
    }
}

fn line_template(set: &RuleSet, line: &ClaimLine) -> Option<LineTemplate> {
    let [client, date, note, second] = [0, 1, 2, 3].map(text_mark);
    let row = ClaimRow {
        client: client.clone(),
        date: date.clone(),
        minutes: MINUTES,
        notes: vec![note.clone(), second.clone()],
        ..ClaimRow::without_notes(set, line)
    };
    let mut text = Vec::new();
    push_row(&row, &mut text).ok()?;
    let marks = [
        (Hole::Client, client),
        (Hole::Date, date),
        (Hole::Minutes, MINUTES.to_string()),
        (Hole::Notes, note),
        (Hole::SecondNote, second),
    ];
    ListTemplate::cut(std::str::from_utf8(&text).ok()?, marks, Hole::SecondNote)
}

/// Adds a line after a comma.
fn push_row(row: &ClaimRow, out: &mut Vec<u8>) -> io::Result<()> {
    let row = serde_json::to_string_pretty(row)?.replace('\n', "\n    ");
    out.extend_from_slice(b",\n    ");
    out.extend_from_slice(row.as_bytes());
    Ok(())
}
