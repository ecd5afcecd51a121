//! Writes rows on several threads. Rows of simple notes are made from templates, others in full.

use std::io::{self, Write};
use std::ops::Range;

use chrono::{Datelike, NaiveDate};
use rustc_hash::FxHashMap;

use super::kinds::KindRow;
use super::template::{ListTemplate, push_bytes, text_mark};
use super::{Report, Row, RowWriter};
use crate::batch::{RecordHead, RowSource, SimpleNote};
use crate::cores::map_in_order;
use crate::facts::{Answer, FactId, Kind, WrittenAnswer};

/// Number of rows that a thread writes at once.
const ROWS: usize = 1 << 9;

/// Most shown facts of rows that are made from templates: one for each bit of [`Presence`] that is left.
const MAX_SHOWN: usize = 24;

/// What a row of a kind shows of the note itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    Input,
    Record,
    Id,
    Client,
    Date,
    Activity,
    Staff,
    StaffRole,
    Start,
    End,
    /// The answer to a shown fact, by its position among them.
    Shown(usize),
    Minutes,
    QuarterHours,
    /// The ids of other notes.
    Names,
    /// What stands between two such ids is the text before this one.
    SecondName,
}

/// Marks for numbers, which no row has: a row has fewer records, minutes and quarter hours.
const RECORD: u64 = u64::MAX;
const MINUTES: u32 = u32::MAX;
const QUARTER_HOURS: u32 = u32::MAX - 1;

/// Which of the fields that a note may lack a note has, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Presence(u32);

impl Presence {
    const STAFF: u32 = 1;
    const STAFF_ROLE: u32 = 1 << 1;
    const START: u32 = 1 << 2;
    const END: u32 = 1 << 3;
    const ACTIVITY: u32 = 1 << 4;
    const FIRST_SHOWN: u32 = 1 << 5;

    fn new(head: &RecordHead<'_>, shown: impl Iterator<Item = Answer>) -> Self {
        let bit = |is_there, bit| if is_there { bit } else { 0 };
        let fields = bit(head.staff.is_some(), Self::STAFF)
            | bit(head.staff_role.is_some(), Self::STAFF_ROLE)
            | bit(head.start.is_some(), Self::START)
            | bit(head.end.is_some(), Self::END)
            | bit(head.activity.is_some(), Self::ACTIVITY);
        let shown = shown.enumerate();
        Self(shown.fold(fields, |bits, (at, answer)| bits | bit(answer.is_given(), Self::FIRST_SHOWN << at)))
    }

    fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }
}

impl Report<'_> {
    /// Writes everything in a format that has one row after another.
    pub(super) fn write_rows(&self, writer: &impl RowWriter, out: &mut dyn Write) -> io::Result<()> {
        writer.write_head(self, out)?;
        let (records, end) = (self.batch.records(), self.batch.records().end);
        let ranges = records.step_by(ROWS).map(|first| first..end.min(first + ROWS));
        let first = self.batch.shown_records().next();
        let worker = || {
            let mut renderer = Renderer::new(self, writer, first);
            move |range| renderer.render(range)
        };
        map_in_order(self.threads, ranges, worker, |bytes: io::Result<Vec<u8>>| out.write_all(&bytes?))?;
        out.write_all(writer.end(first.is_none()))
    }
}

/// Writes rows on one thread.
struct Renderer<'r, W> {
    report: &'r Report<'r>,
    writer: &'r W,
    inputs: Vec<&'r str>,
    /// Index of the first record that is shown.
    first: Option<usize>,
    templates: FxHashMap<(usize, Presence), Option<RowTemplate>>,
    number: itoa::Buffer,
}

/// What the rows of one kind of note that have the same fields share.
type RowTemplate = ListTemplate<Hole>;

impl<'r, W: RowWriter> Renderer<'r, W> {
    fn new(report: &'r Report<'r>, writer: &'r W, first: Option<usize>) -> Self {
        let inputs = report.input_names();
        Self { report, writer, inputs, first, templates: FxHashMap::default(), number: itoa::Buffer::new() }
    }

    fn render(&mut self, range: Range<usize>) -> io::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(range.len() << 10);
        for index in range.filter(|index| self.report.batch.is_shown(*index)) {
            out.extend_from_slice(self.writer.separator(Some(index) == self.first));
            let is_written = match self.report.batch.row_source(index) {
                Some(RowSource::Simple(note)) => self.write_simple(index, note, &mut out),
                _ => None,
            };
            if is_written.is_none()
                && let Some(row) = self.report.kinds.row(&self.report.batch, &self.inputs, index)
            {
                self.writer.write_row(&row, &mut out)?;
            }
        }
        Ok(out)
    }

    /// Writes the row of a simple note from its template. Returns `None`, and writes nothing, if there is none.
    fn write_simple(&mut self, index: usize, note: SimpleNote, out: &mut Vec<u8>) -> Option<()> {
        let before = out.len();
        let filled = self.fill(index, note, out);
        if filled.is_none() {
            out.truncate(before);
        }
        filled
    }

    fn fill(&mut self, index: usize, note: SimpleNote, out: &mut Vec<u8>) -> Option<()> {
        let Self { report, writer, inputs, templates, number, .. } = self;
        let batch = &report.batch;
        let (head, in_batch) = (batch.head(index)?, batch.note(index)?);
        let has_number = matches!(head.staff_role, Some(WrittenAnswer::Number(_)));
        if has_number || head.group.is_some() || batch.is_concerned(index) {
            return None;
        }
        let shown = || batch.shown_answers(index).map(|(_, answer)| answer);
        let presence = Presence::new(&head, shown().take(MAX_SHOWN));
        let template = templates.entry((note.kind, presence)).or_insert_with(|| {
            let kind = report.kinds.get(batch, note.kind)?;
            row_template(report, *writer, kind, presence)
        });
        let RowTemplate { template, separator } = template.as_ref()?;
        template.fill(out, |hole, out| {
            match hole {
                Hole::Input => {
                    let (input, _) = batch.position(index)?;
                    writer.push_text(inputs.get(input)?, out);
                }
                Hole::Record => {
                    let (_, record) = batch.position(index)?;
                    push_bytes(number.format(record).as_bytes(), out);
                }
                Hole::Id => writer.push_text(head.id?, out),
                Hole::Client => writer.push_text(head.client?, out),
                Hole::Date => push_date(head.date?, out),
                Hole::Activity => push_answer(head.activity?, *writer, out),
                Hole::Staff => writer.push_text(head.staff?, out),
                Hole::StaffRole => push_answer(head.staff_role?, *writer, out),
                Hole::Start => push_clock(head.start?, out),
                Hole::End => push_clock(head.end?, out),
                Hole::Shown(position) => {
                    let (fact, answer) = batch.shown_answers(index).nth(position)?;
                    push_answer(&batch.set().written_answer(fact, answer), *writer, out);
                }
                Hole::Minutes => push_bytes(number.format(in_batch.minutes()).as_bytes(), out),
                Hole::QuarterHours => push_bytes(number.format(in_batch.quarter_hours()).as_bytes(), out),
                Hole::Names if let Some(carrier) = batch.carrier_in_row(note) => {
                    writer.push_text(batch.id(carrier)?, out);
                }
                Hole::Names => {
                    let named = batch.named_in_row(index, note);
                    let ids: Vec<&str> = named.into_iter().filter_map(|index| batch.id(index)).collect();
                    writer.push_list(&ids, separator, out);
                }
                Hole::SecondName => {}
            }
            Some(())
        })
    }
}

/// Makes the template of a kind; `None` if its rows have to be written in full.
fn row_template(
    report: &Report<'_>,
    writer: &impl RowWriter,
    kind: &KindRow,
    presence: Presence,
) -> Option<RowTemplate> {
    let batch = &report.batch;
    let set = batch.set();
    // Numbers stand in JSON without the quotes that a mark for text has.
    let is_number = |fact: &FactId| matches!(set.vocabulary.fact(*fact).kind, Kind::Number(..));
    if batch.shown_facts().len() > MAX_SHOWN || batch.shown_facts().iter().any(is_number) {
        return None;
    }
    let mut row =
        Row { record: RECORD, minutes: Some(MINUTES), quarter_hours: Some(QUARTER_HOURS), ..kind.row.clone() };
    let mut marks = vec![
        (Hole::Record, RECORD.to_string()),
        (Hole::Minutes, MINUTES.to_string()),
        (Hole::QuarterHours, QUARTER_HOURS.to_string()),
    ];
    let mut next = 0;
    let mut mark = |hole: Hole| {
        let mark = text_mark(next);
        next += 1;
        marks.push((hole, mark.clone()));
        mark
    };
    row.input = (report.run.inputs.len() > 1).then(|| mark(Hole::Input));
    row.id = Some(mark(Hole::Id));
    row.client = Some(mark(Hole::Client));
    row.date = Some(mark(Hole::Date));
    row.activity = presence.has(Presence::ACTIVITY).then(|| mark(Hole::Activity));
    row.staff = presence.has(Presence::STAFF).then(|| mark(Hole::Staff));
    row.staff_role = presence.has(Presence::STAFF_ROLE).then(|| WrittenAnswer::Text(mark(Hole::StaffRole)));
    row.start = presence.has(Presence::START).then(|| mark(Hole::Start));
    row.end = presence.has(Presence::END).then(|| mark(Hole::End));
    let names = vec![mark(Hole::Names), mark(Hole::SecondName)];
    for (position, fact) in batch.shown_facts().iter().enumerate() {
        let (fact, text) = (set.vocabulary.fact(*fact), mark(Hole::Shown(position)));
        let is_there = presence.has(Presence::FIRST_SHOWN << position);
        row.shown.push((fact.name.clone(), is_there.then_some(WrittenAnswer::Text(text))));
    }
    kind.put_names(&mut row, names);
    let mut text = Vec::new();
    writer.write_row(&row, &mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let is_optional = |hole: &Hole| matches!(hole, Hole::Names | Hole::SecondName | Hole::Shown(_));
    marks.retain(|(hole, mark)| !is_optional(hole) || text.contains(mark));
    ListTemplate::cut(&text, marks, Hole::SecondName)
}

fn push_answer(answer: &WrittenAnswer, writer: &impl RowWriter, out: &mut Vec<u8>) {
    match answer {
        WrittenAnswer::Text(text) => writer.push_text(text, out),
        WrittenAnswer::Number(number) => writer.push_text(&number.to_string(), out),
    }
}

/// Adds a date as `YYYY-MM-DD`.
pub(super) fn push_date(date: NaiveDate, out: &mut Vec<u8>) {
    match u32::try_from(date.year()).ok().filter(|year| *year <= 9999) {
        Some(year) => {
            out.extend_from_slice(&two_digits(year / 100));
            out.extend_from_slice(&two_digits(year % 100));
            out.push(b'-');
            out.extend_from_slice(&two_digits(date.month()));
            out.push(b'-');
            out.extend_from_slice(&two_digits(date.day()));
        }
        None => out.extend_from_slice(date.to_string().as_bytes()),
    }
}

/// Adds minutes after midnight as `HH:MM`.
fn push_clock(minutes: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&two_digits(minutes / 60));
    out.push(b':');
    out.extend_from_slice(&two_digits(minutes % 60));
}

/// Returns the last two digits of a number.
fn two_digits(number: u32) -> [u8; 2] {
    let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
    [digit(number / 10), digit(number)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::parse_date;
    use crate::note::format_clock;

    #[test]
    fn dates_and_times_are_written_with_all_their_digits() {
        let mut out = Vec::new();
        push_date(parse_date("0001-01-09").unwrap(), &mut out);
        push_date(parse_date("2026-12-31").unwrap(), &mut out);
        assert_eq!(out, b"0001-01-092026-12-31");
        for minutes in [0, 59, 60, 545, 1440] {
            let mut out = Vec::new();
            push_clock(minutes, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format_clock(minutes));
        }
    }
}
