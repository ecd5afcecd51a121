//! Rows and adjustments of earlier runs → what was billed. Knows what rows look like, not how notes are decided.

mod names;
mod raw;

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::NaiveDate;
pub use names::RowNames;
use raw::RawRow;

use crate::batch::{Action, BilledLine, BilledNote};
use crate::decide::Verdict;
use crate::digest::Digest;
use crate::facts::{Answer, FactId, date_answer};
use crate::ledger::Counting;
use crate::message::Code;
use crate::money::Amount;
use crate::note::{parse_clock, parse_day};
use crate::read::Record;
use crate::rules::{Outcome, PayerId, RuleSet, ServiceId, Within};
use crate::status::Status;

/// What a file of an earlier run says, in its order.
#[derive(Clone, Debug)]
pub struct BilledFile {
    /// Name of the file in messages.
    pub name: String,
    /// Size and SHA-256 of the file, if files were hashed.
    pub digest: Option<Digest>,
    /// The rows and adjustments.
    pub entries: Vec<BilledEntry>,
}

/// A row or an adjustment of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BilledEntry {
    /// A row: a note and what was billed for it.
    Note(BilledNote),
    /// An adjustment: what stands billed for a note after it.
    Adjustment {
        /// The id of the note.
        id: String,
        /// The client of the line.
        client: String,
        /// The line.
        line: BilledLine,
        /// What was done about the line.
        action: Action,
    },
}

impl BilledEntry {
    /// Reads one row or adjustment; `None` for a rejected record. Returns the field that is wrong, and what is wrong with it.
    pub fn from_record(set: &RuleSet, record: &Record<'_>) -> Result<Option<Self>, RowFault> {
        RowReader { set, row: &RawRow::from_record(record) }.read()
    }

    /// Like [`BilledEntry::from_record`], for fields whose values are text.
    pub fn from_fields(
        set: &RuleSet,
        fields: impl Iterator<Item = (String, String)>,
    ) -> Result<Option<Self>, RowFault> {
        RowReader { set, row: &RawRow::new(fields) }.read()
    }
}

/// What is wrong with a row or an adjustment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The field that is wrong.
    pub field: &'static str,
    /// What is wrong with it.
    pub text: Cow<'static, str>,
}

/// A field that is wrong, and what is wrong with it.
type Wrong = (&'static str, &'static str);

impl From<Wrong> for RowFault {
    fn from((field, text): Wrong) -> Self {
        Self { field, text: text.into() }
    }
}

struct RowReader<'r> {
    set: &'r RuleSet,
    row: &'r RawRow,
}

impl RowReader<'_> {
    /// Returns what a row says; `None` for a rejected record.
    fn read(&self) -> Result<Option<BilledEntry>, RowFault> {
        if let Some(action) = self.row.text("action") {
            return Ok(Some(self.adjustment(action)?));
        }
        let status = self.required("status")?;
        let status = Status::ALL.into_iter().find(|known| known.as_str() == status);
        match status.ok_or(("status", "the row has no known status"))? {
            Status::Rejected => Ok(None),
            status => self.note(status).map(|note| Some(BilledEntry::Note(note))),
        }
    }

    fn note(&self, status: Status) -> Result<BilledNote, RowFault> {
        let minutes = self.required("minutes")?.parse().map_err(|_| ("minutes", "the row has no whole minutes"))?;
        let date = self.date()?;
        let lines = if status == Status::Billable { self.lines(date)? } else { Vec::new() };
        let verdict = self.verdict(status)?;
        let start =
            self.row.text("start").map(|start| parse_clock(start).ok_or(("start", "the start is no clock time")));
        let answers = self.answers();
        if let Verdict::Billable(service, payer) = verdict
            && let Within::Date(fact) = Counting::new(self.set, service, payer, date).within
            && answers.iter().all(|(answered, _)| *answered != fact)
        {
            return Err(self.without_date(fact));
        }
        Ok(BilledNote {
            id: self.required("id")?.to_owned(),
            client: self.required("client")?.to_owned(),
            staff: self.row.text("staff").map(str::to_owned),
            date,
            start: start.transpose()?,
            minutes,
            activity: self.row.text("activity").map(str::to_owned),
            group: self.row.text("group").map(str::to_owned),
            answers,
            verdict,
            lines,
            is_repeated: self.row.words("findings").any(|code| code == Code::AlreadyBilled.as_str()),
        })
    }

    /// The fault of a row whose service is counted by a date that the row does not show: without it, a further note of
    /// that date would be billed once more.
    fn without_date(&self, fact: FactId) -> RowFault {
        let name = &self.set.vocabulary.fact(fact).name;
        let text = format!(
            "this service is counted by `{name}`, which the row does not show; write rows with `--show {name}`"
        );
        RowFault { field: "service", text: text.into() }
    }

    /// Returns what the rules decided on for the note alone.
    fn verdict(&self, status: Status) -> Result<Verdict, Wrong> {
        if status == Status::Billable {
            return Ok(Verdict::Billable(self.decided_service()?, self.payer(self.required("payer")?)?));
        }
        if let Some((payer, service)) = self.row.alone() {
            return Ok(Verdict::Billable(self.service(service)?, self.payer(payer)?));
        }
        let possible = self.row.words("ways").map(|way| self.way(way)).collect::<Result<BTreeSet<_>, _>>()?;
        Ok(match status {
            Status::Held if possible.is_empty() => Verdict::HeldByRule,
            Status::Held => {
                let missing = self.row.words("missing").filter_map(|name| self.set.vocabulary.find(name));
                Verdict::HeldForFacts { missing: missing.collect(), possible }
            }
            Status::Billable | Status::NonBillable | Status::Rejected => Verdict::NonBillable,
        })
    }

    /// Reads how a held note may still be billed, such as `mo_healthnet/act_team`.
    fn way(&self, text: &str) -> Result<Outcome, Wrong> {
        let (payer, service) = text.split_once('/').ok_or(("ways", "the way is no payer and service"))?;
        let unknown = |_| ("ways", "the rule set has no such payer or service");
        Ok(Outcome::Billable(self.service(service).map_err(unknown)?, self.payer(payer).map_err(unknown)?))
    }

    /// Returns the service that the rules decided on, which may differ from the one that was earned.
    fn decided_service(&self) -> Result<ServiceId, Wrong> {
        match self.row.alone() {
            Some((_, service)) => self.service(service),
            None => self.service(self.required("service")?),
        }
    }

    /// Returns the lines that the row carries.
    fn lines(&self, date: NaiveDate) -> Result<Vec<BilledLine>, Wrong> {
        let payer = self.payer(self.required("payer")?)?;
        let units = self.row.text("units").or_else(|| self.row.text("shadow_units"));
        let amount = self.row.text("amount").or_else(|| self.row.text("shadow_amount"));
        let mut lines = vec![Self::line(self.service(self.required("service")?)?, payer, date, units, amount)?];
        for also in &self.row.also {
            let service = self.service_or_code(&also.service)?;
            lines.push(Self::line(service, payer, date, Some(&also.units), also.amount.as_deref())?);
        }
        Ok(lines)
    }

    fn adjustment(&self, action: &str) -> Result<BilledEntry, Wrong> {
        let actions = [Action::Void, Action::Replace, Action::Add];
        let action = actions.into_iter().find(|known| known.as_str() == action);
        let (payer, service) = (self.payer(self.required("payer")?)?, self.service(self.required("service")?)?);
        let line = Self::line(service, payer, self.date()?, self.row.text("units"), self.row.text("amount"))?;
        Ok(BilledEntry::Adjustment {
            id: self.required("id")?.to_owned(),
            client: self.required("client")?.to_owned(),
            line,
            action: action.ok_or(("action", "the adjustment has no known action"))?,
        })
    }

    fn line(
        service: ServiceId,
        payer: PayerId,
        date: NaiveDate,
        units: Option<&str>,
        amount: Option<&str>,
    ) -> Result<BilledLine, Wrong> {
        let units = units.and_then(|units| units.parse().ok()).ok_or(("units", "the row has no whole units"))?;
        let amount = amount.map(|amount| Amount::parse(amount).ok_or(("amount", "the amount is no dollars and cents")));
        Ok(BilledLine { service, payer, date, units, amount: amount.transpose()? })
    }

    /// Returns the answers that the row shows in columns of their own.
    fn answers(&self) -> Vec<(FactId, Answer)> {
        let facts = self.set.vocabulary.facts();
        let answers = facts.filter_map(|(id, fact)| {
            let text = self.row.text(&fact.name)?;
            let coded = fact.parse_value(text).map(Answer::Value);
            let date = || self.day(text).map(date_answer);
            let number = || text.parse().ok().map(Answer::Number);
            Some((id, coded.or_else(date).or_else(number)?))
        });
        answers.collect()
    }

    fn date(&self) -> Result<NaiveDate, Wrong> {
        self.day(self.required("date")?).ok_or(("date", "the date is no day of the calendar"))
    }

    /// Returns a date as rows write it or, if a spreadsheet wrote them again, as the agency's notes do.
    fn day(&self, text: &str) -> Option<NaiveDate> {
        parse_day(text, self.set.vocabulary.notation()).ok().map(|day| day.date)
    }

    fn required(&self, field: &'static str) -> Result<&str, Wrong> {
        self.row.text(field).ok_or((field, "the row does not have this field"))
    }

    fn payer(&self, name: &str) -> Result<PayerId, Wrong> {
        self.set.find_payer(name).ok_or(("payer", "the rule set has no such payer"))
    }

    fn service(&self, name: &str) -> Result<ServiceId, Wrong> {
        self.set.find_service(name).ok_or(("service", "the rule set has no such service"))
    }

    /// Returns a service by its name or, as in a cell of further lines, by its code.
    fn service_or_code(&self, text: &str) -> Result<ServiceId, Wrong> {
        let by_code = || self.set.service_ids().find(|id| self.set.service(*id).full_code() == text);
        self.service(text).or_else(|_| by_code().ok_or(("also", "the rule set has no such service or code")))
    }
}
