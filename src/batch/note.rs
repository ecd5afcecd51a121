//! A decided note of a batch, as everything that reads the batch sees it.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Batch, ClaimLine, Line, ServiceDay};
use crate::decide::{Evaluation, Verdict};
use crate::facts::{Answer, FactId};
use crate::money::{Amount, Rate};
use crate::rules::{Outcome, PayerId, ServiceId, Unit};
use crate::status::Status;

/// A note, its decision, and what it earns among the others.
#[derive(Clone, Copy, Debug)]
pub struct BatchNote<'b> {
    pub(super) batch: &'b Batch<'b>,
    /// Its place in the batch, from 0.
    pub index: usize,
    pub(super) line: &'b Line,
}

/// What a billable note earns.
#[derive(Clone, Copy, Debug)]
pub struct Earned<'b> {
    /// The service.
    pub service: ServiceId,
    /// Who pays.
    pub payer: PayerId,
    /// The rate in force on the service date.
    pub rate: Option<Rate>,
    /// How many units.
    pub units: u32,
    /// Its share of the claim line's dollars, zero for zero units; `None` where units have no known price.
    pub amount: Option<Amount>,
    /// The note that carries the day's unit, if another one does, by place in the batch.
    pub bundled_into: Option<usize>,
    /// The claim line that it is part of.
    pub claim_line: &'b ClaimLine,
}

impl<'b> BatchNote<'b> {
    pub(super) fn new(batch: &'b Batch<'_>, index: usize, line: &'b Line) -> Self {
        Self { batch, index, line }
    }

    /// Its id as read.
    pub fn id(self) -> &'b str {
        self.batch.ids.get(self.index)
    }

    /// Who was served, as read.
    pub fn client(self) -> &'b str {
        self.batch.names.get(self.line.client)
    }

    /// Who did the work, as read.
    pub fn staff(self) -> Option<&'b str> {
        self.line.staff.map(|staff| self.batch.names.get(staff))
    }

    /// The fact that says who did the work, with its answer.
    pub fn staff_role(self) -> Option<(FactId, Answer)> {
        Some((self.batch.staff_role?, self.line.staff_role))
    }

    /// What was done, by its name in the vocabulary.
    pub fn activity(self) -> Option<&'b str> {
        self.line.activity.map(|activity| self.batch.names.get(activity))
    }

    /// The service date.
    pub fn date(self) -> NaiveDate {
        self.line.date
    }

    /// Minutes after midnight at which it began, if it says so.
    pub fn start(self) -> Option<u32> {
        self.line.start
    }

    /// Minutes after midnight at which it ended, if it says so.
    pub fn end(self) -> Option<u32> {
        self.line.start.map(|start| start + self.line.minutes)
    }

    /// Documented minutes.
    pub fn minutes(self) -> u32 {
        self.line.minutes
    }

    /// Quarter hours of its minutes alone.
    pub fn quarter_hours(self) -> u32 {
        self.batch.set.part_quarter_hour().quarter_hours(self.line.minutes)
    }

    /// The answers that rows show beside the usual ones, each with its fact.
    pub fn answers(self) -> impl Iterator<Item = (FactId, Answer)> + use<'b> {
        let count = self.batch.shown.len();
        let answers = self.batch.answers.iter().skip(self.index.saturating_mul(count));
        self.batch.shown.iter().copied().zip(answers.copied())
    }

    /// What was decided on the note alone.
    pub fn evaluation(self) -> &'b Evaluation {
        self.batch.decisions.get(self.line.decision)
    }

    /// What it came to among the others.
    pub fn outcome(self) -> Outcome {
        match self.evaluation().verdict {
            Verdict::Billable(..) if self.conflicting_payers().is_some() => Outcome::Held,
            Verdict::Billable(service, payer) => Outcome::Billable(service, payer),
            Verdict::NonBillable => Outcome::NonBillable,
            Verdict::HeldByRule | Verdict::HeldOpen { .. } => Outcome::Held,
        }
    }

    /// The status of its row.
    pub fn status(self) -> Status {
        match self.outcome() {
            Outcome::Billable(..) => Status::Billable,
            Outcome::NonBillable => Status::NonBillable,
            Outcome::Held | Outcome::Gap | Outcome::Conflict => Status::Held,
        }
    }

    /// What it earns; `None` for a note that is not billable.
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

    /// The notes of its client, date and service that are billable alone, itself among them.
    pub fn service_day(self) -> Option<&'b ServiceDay> {
        self.batch.days.get(self.line.day?)
    }

    /// The billable notes of its client and date, by service.
    pub fn service_days(self) -> impl Iterator<Item = &'b ServiceDay> {
        self.batch.days_of(self.line.client, self.line.date)
    }

    /// The payers that the notes of its day name for the one unit, where they differ: all of these notes are held.
    pub fn conflicting_payers(self) -> Option<BTreeSet<PayerId>> {
        let day = self.service_day().filter(|day| day.lines.is_empty())?;
        let payers = day.notes.iter().filter_map(|index| match self.batch.note(*index)?.evaluation().verdict {
            Verdict::Billable(_, payer) => Some(payer),
            _ => None,
        });
        Some(payers.collect())
    }
}
