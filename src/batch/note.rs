//! A view of one decided note, for everything that reads the batch.

use chrono::NaiveDate;

use super::extra::Extra;
use super::line::{Clock, Line, Mark, Share};
use super::names::NameId;
use super::{AlsoLine, Batch, ClaimLine, Finding, Pool, Standing};
use crate::decide::{DecisionId, Evaluation, Verdict};
use crate::facts::{Answer, FactId, WrittenAnswer, date_of};
use crate::ledger::Counting;
use crate::money::{Amount, Rate};
use crate::number::wide;
use crate::roster::Disagreement;
use crate::rules::{Outcome, PayerId, RateFound, RuleSet, ServiceId, Then};
use crate::status::Status;

/// A note, its decision, and what it earns alongside the other notes.
#[derive(Clone, Copy, Debug)]
pub struct BatchNote<'b> {
    pub(super) batch: &'b Batch<'b>,
    /// Index in the batch, from 0.
    pub index: usize,
    line: &'b Line,
    decision: DecisionId,
}

/// What a billable note earns.
#[derive(Clone, Copy, Debug)]
pub struct Earned<'b> {
    /// The service that the row shows.
    pub service: ServiceId,
    /// The payer.
    pub payer: PayerId,
    /// The rate in force on the service date.
    pub rate: Option<Rate>,
    /// Number of units.
    pub units: u32,
    /// The note's share of the claim line's dollars, zero for zero units; `None` if the units have no known price.
    pub amount: Option<Amount>,
    /// Index in the batch of the note that carries what the pool earns, if that is another note.
    pub bundled_into: Option<usize>,
    /// The claim line that this note is part of.
    pub claim_line: &'b ClaimLine,
}

impl<'b> BatchNote<'b> {
    pub(super) fn new(batch: &'b Batch<'_>, index: usize, line: &'b Line, decision: DecisionId) -> Self {
        Self { batch, index, line, decision }
    }

    /// Returns the rule set that decides the notes.
    pub fn set(self) -> &'b RuleSet {
        self.batch.set
    }

    /// Returns another note of the batch.
    pub fn beside(self, index: usize) -> Option<Self> {
        self.batch.note(index)
    }

    /// Returns the note's id as read.
    pub fn id(self) -> &'b str {
        self.batch.id(self.index).unwrap_or_default()
    }

    /// Returns the number of the client.
    pub(super) fn client_id(self) -> NameId {
        self.line.client.unwrap_or(NameId::FIRST)
    }

    /// Returns the number of the staff member.
    pub(super) fn staff_id(self) -> Option<NameId> {
        self.line.staff
    }

    /// Returns the activity, by its name in the vocabulary.
    pub fn activity(self) -> Option<&'b str> {
        match self.batch.words.get(self.line.activity?)? {
            WrittenAnswer::Text(activity) => Some(activity),
            WrittenAnswer::Number(_) => None,
        }
    }

    /// Returns the service date.
    pub fn date(self) -> NaiveDate {
        self.line.date.unwrap_or_default()
    }

    /// Returns the start time in minutes after midnight, if the note gives one.
    pub fn start(self) -> Option<u32> {
        self.line.start.map(Clock::minutes)
    }

    /// Returns the documented minutes.
    pub fn minutes(self) -> u32 {
        self.line.minutes.into()
    }

    /// Returns the quarter hours of this note's minutes alone.
    pub fn quarter_hours(self) -> u32 {
        self.batch.part_quarter_hour.quarter_hours(self.minutes())
    }

    /// Returns the decision on this note on its own.
    pub fn evaluation(self) -> &'b Evaluation {
        self.batch.decisions.get(self.decision)
    }

    /// Returns the mark of the edit that keeps this note from being billed.
    pub(super) fn mark(self) -> Option<Mark> {
        self.line.mark
    }

    /// Whether an edit holds this note, which the rules would bill. It earns nothing, but it may still come to.
    pub(super) fn is_held_by_edit(self) -> bool {
        self.deciding_edit().is_some_and(|edit| edit.then == Some(Then::Hold))
    }

    pub(super) fn share(self) -> Option<&'b Share> {
        self.batch.shares.get(self.index)
    }

    /// Returns the outcome of this note alongside the other notes.
    pub fn outcome(self) -> Outcome {
        match self.evaluation().verdict {
            Verdict::Billable(..) if let Some(edit) = self.deciding_edit() => match edit.then {
                Some(Then::Strike) => Outcome::NonBillable,
                _ => Outcome::Held,
            },
            Verdict::Billable(service, payer) => match self.pool().map(|pool| &pool.standing) {
                None | Some(Standing::Billable) => Outcome::Billable(service, payer),
                Some(Standing::Struck(_)) => Outcome::NonBillable,
                Some(_) => Outcome::Held,
            },
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
        let share = self.share()?;
        let claim_line = self.batch.claims.get(wide(share.claim?))?;
        let carried = self.pool().filter(|pool| pool.is_carried && !pool.earned.is_empty());
        Some(Earned {
            service: claim_line.service,
            payer: claim_line.payer,
            rate: claim_line.rate,
            units: share.units,
            amount: share.amount,
            bundled_into: carried.map(|pool| pool.carrier).filter(|carrier| *carrier != self.index),
            claim_line,
        })
    }

    /// Returns the further lines that this note carries, each with its claim line.
    pub fn also(self) -> impl Iterator<Item = (&'b AlsoLine, &'b ClaimLine)> {
        let also = self.batch.also.get(&self.index).into_iter().flatten();
        also.filter_map(|line| Some((line, self.batch.claims.get(line.claim)?)))
    }

    /// Returns the pool of this note: the notes that are counted together with it.
    pub fn pool(self) -> Option<&'b Pool> {
        self.batch.pools.get(wide(self.share()?.pool?))
    }

    /// Returns the pool that this note would belong to as a service of a payer, if other notes already make one.
    pub fn pool_as(self, service: ServiceId, payer: PayerId) -> Option<&'b Pool> {
        let set = self.batch.set;
        let period = self.period(Counting::new(set, service, payer, self.date()).within);
        let payer = set.has_pool_by_payer(service).then_some(payer);
        self.batch.find_pool(self.client_id(), service, period, payer)
    }

    /// Returns the pools to which this held note may belong once it is decided.
    pub fn open_pools(self) -> impl Iterator<Item = &'b Pool> {
        self.batch.pools_of(self.client_id()).iter().filter(move |pool| pool.open.contains(&self.index))
    }

    /// Returns the pools that are undecided because this held note is.
    pub fn waiting_pools(self) -> impl Iterator<Item = &'b Pool> {
        let waits = move |pool: &&Pool| {
            pool.findings
                .iter()
                .any(|(_, finding)| matches!(finding, Finding::Undecided { with, .. } if with.contains(&self.index)))
        };
        self.batch.pools_of(self.client_id()).iter().filter(waits)
    }

    /// Returns the rate of a service for this note and a payer.
    pub fn rate(self, service: ServiceId, payer: PayerId) -> RateFound<'b> {
        self.batch.set.rate(service, payer, self.date(), &|fact| self.kept_answer(fact))
    }

    /// Returns the practitioner in whose name the work is billed, as read.
    pub fn practitioner_name(self) -> Option<&'b str> {
        self.practitioner().map(|practitioner| self.batch.names.get(practitioner))
    }

    /// Returns the practitioner in whose name the work is billed.
    pub(super) fn practitioner(self) -> Option<NameId> {
        self.extra().practitioner
    }

    /// Returns the note's own procedure code, as letters and digits in upper case.
    pub fn own_code(self) -> Option<&'b str> {
        self.extra().code.as_deref()
    }

    /// Returns the note's own modifiers, in upper case.
    pub(super) fn own_modifiers(self) -> &'b [String] {
        &self.extra().modifiers
    }

    /// Returns the note's answer to a fact that counting or money asks.
    pub(super) fn kept_answer(self, fact: FactId) -> Answer {
        self.batch.extras.answer(self.line.extra, fact)
    }

    /// Returns the note's answer to a date fact that selects a period.
    pub(super) fn date_answer(self, fact: FactId) -> Option<NaiveDate> {
        match self.kept_answer(fact) {
            Answer::Number(days) => date_of(days),
            Answer::Unanswered | Answer::Value(_) => None,
        }
    }

    /// Returns the credential of the person who did the work, with its fact; `None` if the note does not say.
    pub fn staff_credential(self) -> Option<(FactId, Answer)> {
        let fact = self.batch.staff_credential?;
        Some((fact, self.kept_answer(fact))).filter(|(_, answer)| answer.is_given())
    }

    /// Returns the facts that the note and the rosters answer differently, ordered by fact.
    pub fn roster_disagreements(self) -> &'b [Disagreement] {
        &self.extra().disagreements
    }

    fn extra(self) -> &'b Extra {
        self.batch.extras.get(self.line.extra)
    }
}
