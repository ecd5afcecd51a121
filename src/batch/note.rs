//! A view of one decided note, for everything that reads the batch.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Batch, ClaimLine, Line, ServiceDay};
use crate::decide::{Evaluation, Verdict};
use crate::facts::{Answer, FactId};
use crate::money::{Amount, Rate};
use crate::rules::{Outcome, PayerId, ServiceId, Unit};
use crate::status::Status;

/// A note, its decision, and what it earns alongside the other notes.
#[derive(Clone, Copy, Debug)]
pub struct BatchNote<'b> {
    pub(super) batch: &'b Batch<'b>,
    /// Index in the batch, from 0.
    pub index: usize,
    pub(super) line: &'b Line,
}

/// What a billable note earns.
#[derive(Clone, Copy, Debug)]
pub struct Earned<'b> {
    /// The service.
    pub service: ServiceId,
    /// The payer.
    pub payer: PayerId,
    /// The rate in force on the service date.
    pub rate: Option<Rate>,
    /// Number of units.
    pub units: u32,
    /// The note's share of the claim line's dollars, zero for zero units; `None` if the units have no known price.
    pub amount: Option<Amount>,
    /// Index in the batch of the note that carries the day's unit, if that is another note.
    pub bundled_into: Option<usize>,
    /// The claim line that this note is part of.
    pub claim_line: &'b ClaimLine,
}

impl<'b> BatchNote<'b> {
    pub(super) fn new(batch: &'b Batch<'_>, index: usize, line: &'b Line) -> Self {
        Self { batch, index, line }
    }

    /// Returns the note's id as read.
    pub fn id(self) -> &'b str {
        self.batch.ids.get(self.index)
    }

    /// Returns the client as read.
    pub fn client(self) -> &'b str {
        self.batch.names.get(self.line.client)
    }

    /// Returns the staff member as read.
    pub fn staff(self) -> Option<&'b str> {
        self.line.staff.map(|staff| self.batch.names.get(staff))
    }

    /// Returns the fact for the role of the staff member, with its answer.
    pub fn staff_role(self) -> Option<(FactId, Answer)> {
        Some((self.batch.staff_role?, self.line.staff_role))
    }

    /// Returns the activity, by its name in the vocabulary.
    pub fn activity(self) -> Option<&'b str> {
        self.line.activity.map(|activity| self.batch.names.get(activity))
    }

    /// Returns the service date.
    pub fn date(self) -> NaiveDate {
        self.line.date
    }

    /// Returns the start time in minutes after midnight, if the note gives one.
    pub fn start(self) -> Option<u32> {
        self.line.start
    }

    /// Returns the end time in minutes after midnight, if the note gives a start time.
    pub fn end(self) -> Option<u32> {
        self.line.start.map(|start| start + self.line.minutes)
    }

    /// Returns the documented minutes.
    pub fn minutes(self) -> u32 {
        self.line.minutes
    }

    /// Returns the quarter hours of this note's minutes alone.
    pub fn quarter_hours(self) -> u32 {
        self.batch.set.part_quarter_hour().quarter_hours(self.line.minutes)
    }

    /// Returns the answers that rows show in addition to their own fields, each with its fact.
    pub fn answers(self) -> impl Iterator<Item = (FactId, Answer)> + use<'b> {
        let count = self.batch.shown.len();
        let answers = self.batch.answers.iter().skip(self.index.saturating_mul(count));
        self.batch.shown.iter().copied().zip(answers.copied())
    }

    /// Returns the decision on this note on its own.
    pub fn evaluation(self) -> &'b Evaluation {
        self.batch.decisions.get(self.line.decision)
    }

    /// Returns the outcome of this note alongside the other notes of its day.
    pub fn outcome(self) -> Outcome {
        match self.evaluation().verdict {
            Verdict::Billable(..) if self.conflicting_payers().is_some() => Outcome::Held,
            Verdict::Billable(service, payer) => Outcome::Billable(service, payer),
            Verdict::NonBillable => Outcome::NonBillable,
            Verdict::HeldByRule | Verdict::HeldForFacts { .. } => Outcome::Held,
        }
    }

    /// Returns the status shown in the note's row.
    pub fn status(self) -> Status {
        match self.outcome() {
            Outcome::Billable(..) => Status::Billable,
            Outcome::NonBillable => Status::NonBillable,
            Outcome::Held | Outcome::Gap | Outcome::Conflict => Status::Held,
        }
    }

    /// Returns what the note earns; `None` if it is not billable.
    pub fn earned(self) -> Option<Earned<'b>> {
        let Verdict::Billable(service, payer) = self.evaluation().verdict else { return None };
        let claim_line = self.service_day()?.lines.iter().find(|line| line.payer == payer)?;
        let carrier = claim_line.notes.first().copied().filter(|first| *first != self.index);
        Some(Earned {
            service,
            payer,
            rate: claim_line.rate,
            units: self.line.units,
            amount: self.line.amount,
            bundled_into: carrier.filter(|_| self.batch.set.service(service).unit == Unit::Day),
            claim_line,
        })
    }

    /// Returns the day of this note: all notes of its client, date, and service that are billable on their own.
    pub fn service_day(self) -> Option<&'b ServiceDay> {
        self.batch.days.get(self.line.day?)
    }

    /// Returns the days of this note's client on its date, one for each service.
    pub fn service_days(self) -> impl Iterator<Item = &'b ServiceDay> {
        self.batch.days_of(self.line.client, self.line.date)
    }

    /// Returns the payers that the day's notes name for its one unit, if they differ. All of these notes are then held.
    pub fn conflicting_payers(self) -> Option<BTreeSet<PayerId>> {
        let day = self.service_day().filter(|day| day.lines.is_empty())?;
        let payers = day.notes.iter().filter_map(|index| match self.batch.note(*index)?.evaluation().verdict {
            Verdict::Billable(_, payer) => Some(payer),
            _ => None,
        });
        Some(payers.collect())
    }
}
