//! Explains notes of a batch. The whole batch is classified, because other notes can affect the explained ones.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::bill;
use super::note::DecidedNote;
use super::view::{Explanation, Explanations, REMINDER, UnknownField};
use super::{change_words, near, pairs, period, standing};
use chrono::NaiveDate;

use crate::batch::{self, RecordView};
use crate::decide::Judge;
use crate::facts::{FactId, Facts};
use crate::field::FieldId;
use crate::message::{Code, Message};
use crate::note::unknown_fields;
use crate::place::Place;
use crate::read::{Field, FieldNames, Record};
use crate::report::{Row, RulesRun};
use crate::roster::Rosters;
use crate::rules::{PayerId, ServiceId, Unit};
use crate::run::{Batch, Input, PROGRAM, Ready, Strictness, file_message, read};
use crate::status::Status;

/// Which notes are explained.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// The notes with these ids.
    Ids(Vec<String>),
    /// All notes.
    All,
    /// The only note of the batch.
    Only,
}

/// How notes are explained.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which notes to explain.
    pub wanted: Wanted,
    /// How strict the run is.
    pub strictness: Strictness,
    /// The day that the notes are looked at.
    pub as_of: NaiveDate,
    /// Rosters that answer what notes leave open.
    pub rosters: Arc<Rosters>,
    /// The maximum number of facts in a suggested change.
    pub most_changed: usize,
}

/// What is kept of a wanted record until the batch is rolled up.
struct Kept {
    /// The answers of the note; `None` for a rejected record.
    facts: Option<Facts>,
    /// The facts that a roster answers.
    from_rosters: Vec<FactId>,
    unknown_fields: Vec<UnknownField>,
    place: Place,
    /// Whether the note's minutes are computed from its start and end times.
    timed: bool,
}

/// Classifies all records of all inputs as one batch, and explains the wanted ones.
pub fn notes(ready: &Ready, inputs: Vec<Input<'_>>, options: &Options) -> Result<Explanations, Message> {
    let Options { wanted, strictness, .. } = options;
    let batch = Batch::new(&ready.set, &ready.diagram, *strictness, &[]);
    let mut batch = batch.as_of(options.as_of).with_rosters(&options.rosters);
    let mut kept: BTreeMap<usize, Kept> = BTreeMap::new();
    let (mut names, mut count) = (Vec::new(), 0_usize);
    for (at, input) in inputs.into_iter().enumerate() {
        let name = input.name.clone();
        let mut add = |record: &Record<'_>| {
            let mut said = None;
            let facts = batch.add(at, &name, record, &mut |message| said = Some(message));
            if is_wanted(wanted, batch.last_id(), count) {
                let from_rosters = batch.last_from_rosters().to_vec();
                kept.insert(count, Kept { from_rosters, ..keep(ready, &name, record, facts, said) });
            }
            count += 1;
        };
        read(&ready.set, input, &mut add).map_err(|error| file_message(&name, error))?;
        names.push(name);
    }
    let batch = batch.finish(&mut |_| {});
    all_there(wanted, &batch)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let explained = kept.into_iter().filter_map(|(at, kept)| {
        let row = Row::new(&batch, &names, at)?;
        Some(explanation(ready, &batch, at, row, kept, options))
    });
    let is_rejected = |at: &usize| matches!(batch.record(*at), Some(RecordView::Rejected(_)));
    Ok(Explanations {
        program: PROGRAM,
        rules: RulesRun::new(&ready.set),
        strict: strictness.presume_nothing,
        records: u64::try_from(batch.len()).unwrap_or(u64::MAX),
        rejected: u64::try_from(batch.records().filter(is_rejected).count()).unwrap_or(u64::MAX),
        notes: explained.collect(),
        reminder: REMINDER,
    })
}

fn is_wanted(wanted: &Wanted, id: Option<&str>, count: usize) -> bool {
    match wanted {
        Wanted::Ids(ids) => id.is_some_and(|id| ids.iter().any(|wanted| wanted == id)),
        Wanted::All => true,
        Wanted::Only => count == 0,
    }
}

/// Checks that every wanted note exists. The error names no other ids, because ids are private.
fn all_there(wanted: &Wanted, batch: &batch::Batch<'_>) -> Result<(), Message> {
    let there = match batch.len() {
        0 => "there are no notes".into(),
        1 => "there is one note".into(),
        count => format!("there are {count} notes"),
    };
    match wanted {
        Wanted::Ids(ids) => {
            let missing = ids.iter().find(|wanted| !batch.records().any(|at| batch.id(at) == Some(wanted)));
            missing.map_or(Ok(()), |missing| {
                let text = format!("no note has the id `{missing}`; {there}");
                Err(Message::error(Code::Usage, text)
                    .help("ids are compared letter by letter; `--all` explains every note"))
            })
        }
        Wanted::Only if batch.len() > 1 => Err(Message::error(Code::Usage, format!("{there}; which one?"))
            .help("name it with `--note ID`, or explain every note with `--all`")),
        Wanted::All | Wanted::Only => Ok(()),
    }
}

fn keep(ready: &Ready, name: &str, record: &Record<'_>, facts: Option<Facts>, said: Option<Message>) -> Kept {
    let vocabulary = &ready.set.vocabulary;
    let unknown = unknown_fields(record).into_iter().filter_map(|field| {
        let near = vocabulary.nearest(&field.name).map(str::to_owned);
        Some(UnknownField { name: field.visible_name()?, near })
    });
    let place = record.place_in(name);
    let said_at = said.and_then(|message| message.place);
    let counted =
        |field: &Field<'_>| matches!(field.id, Some(FieldId::MINUTES | FieldId::DURATION)) && !field.value.is_empty();
    let timed = !record.fields.iter().any(counted);
    let (from_rosters, place) = (Vec::new(), said_at.unwrap_or(place));
    Kept { facts, from_rosters, unknown_fields: unknown.collect(), place, timed }
}

/// Builds the explanation of a record of which only the place is known.
fn rejected(row: Row, kept: Kept) -> Explanation {
    Explanation {
        decision: row,
        place: kept.place.to_string(),
        unknown_fields: kept.unknown_fields,
        facts: Vec::new(),
        payers: Vec::new(),
        holds: Vec::new(),
        advice: Vec::new(),
        periods: Vec::new(),
        code_check: None,
        pairs: Vec::new(),
        bill: None,
        others: Vec::new(),
        nearest: Vec::new(),
        changes: None,
        rules: Vec::new(),
    }
}

fn explanation(
    ready: &Ready,
    batch: &batch::Batch<'_>,
    at: usize,
    row: Row,
    mut kept: Kept,
    options: &Options,
) -> Explanation {
    let (Some(in_batch), Some(answered)) = (batch.note(at), kept.facts.take()) else { return rejected(row, kept) };
    let judge = Judge::new(&ready.set, &ready.diagram, !options.strictness.presume_nothing);
    let from_rosters = std::mem::take(&mut kept.from_rosters);
    let note = DecidedNote::new(judge, in_batch, answered, from_rosters, kept.timed);
    // No answer changes what an edit found between notes.
    let is_decided = in_batch.status() == Status::Billable || in_batch.deciding_edit().is_some();
    let nearest = if is_decided { Vec::new() } else { near::offers(&note) };
    let payers = standing::payers(&note, &nearest);
    let holds = standing::holds(&note);
    let nobody = in_batch.status() == Status::NonBillable;
    let counts_quarter_hours = !nobody
        && payers.iter().flat_map(|payer| &payer.services).any(|standing| {
            let service = ready.set.services.iter().find(|service| service.name == standing.service);
            service.is_some_and(|service| service.unit == Unit::QuarterHour)
        });
    let known: RefCell<BTreeMap<(ServiceId, PayerId), Option<ServiceId>>> = RefCell::default();
    let billed_as = |service, payer| {
        let mut known = known.borrow_mut();
        *known.entry((service, payer)).or_insert_with(|| batch.would_bill(at, service, payer))
    };
    let changes = (!is_decided).then(|| change_words::changes(&note, options.most_changed, &billed_as));
    let advice: Vec<String> = in_batch.evaluation().advice.iter().map(|id| ready.set.rule(*id).id.clone()).collect();
    let mut explanation = Explanation {
        facts: note.facts(counts_quarter_hours),
        others: bill::others(batch, in_batch),
        periods: period::periods(batch, in_batch),
        code_check: period::code_check(batch, in_batch),
        pairs: pairs::pairs(batch, in_batch),
        bill: bill::bill(batch, in_batch),
        payers,
        holds,
        advice,
        nearest,
        changes,
        ..rejected(row, kept)
    };
    explanation.rules = standing::named(&ready.set, &explanation, &in_batch.applied().edits);
    explanation
}
