//! Rows and adjustments of earlier runs → what was billed. Knows what rows look like, not how notes are decided.

mod names;
mod raw;

use chrono::NaiveDate;
pub use names::RowNames;
use raw::RawRow;

use crate::batch::{Action, BilledLine, BilledNote};
use crate::digest::Digest;
use crate::facts::{Answer, FactId, date_answer};
use crate::message::Code;
use crate::money::Amount;
use crate::note::{parse_clock, parse_day};
use crate::read::Record;
use crate::rules::{PayerId, RuleSet, ServiceId};
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

/// The field that is wrong, and what is wrong with it.
pub type RowFault = (&'static str, &'static str);

struct RowReader<'r> {
    set: &'r RuleSet,
    row: &'r RawRow,
}

impl RowReader<'_> {
    /// Returns what a row says; `None` for a rejected record.
    fn read(&self) -> Result<Option<BilledEntry>, RowFault> {
        if let Some(action) = self.row.text("action") {
            return self.adjustment(action).map(Some);
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
        let verdict = match (status, self.row.alone()) {
            (Status::Billable, _) => Ok((self.decided_service()?, self.payer(self.required("payer")?)?)),
            (_, Some((payer, service))) => Ok((self.service(service)?, self.payer(payer)?)),
            (status, None) => Err(status),
        };
        let start =
            self.row.text("start").map(|start| parse_clock(start).ok_or(("start", "the start is no clock time")));
        Ok(BilledNote {
            id: self.required("id")?.to_owned(),
            client: self.required("client")?.to_owned(),
            staff: self.row.text("staff").map(str::to_owned),
            date,
            start: start.transpose()?,
            minutes,
            activity: self.row.text("activity").map(str::to_owned),
            group: self.row.text("group").map(str::to_owned),
            answers: self.answers(),
            verdict,
            lines,
            is_repeated: self.row.findings.iter().any(|code| code == Code::AlreadyBilled.as_str()),
        })
    }

    /// Returns the service that the rules decided on, which may differ from the one that was earned.
    fn decided_service(&self) -> Result<ServiceId, RowFault> {
        match self.row.alone() {
            Some((_, service)) => self.service(service),
            None => self.service(self.required("service")?),
        }
    }

    /// Returns the lines that the row carries.
    fn lines(&self, date: NaiveDate) -> Result<Vec<BilledLine>, RowFault> {
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

    fn adjustment(&self, action: &str) -> Result<BilledEntry, RowFault> {
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
    ) -> Result<BilledLine, RowFault> {
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

    fn date(&self) -> Result<NaiveDate, RowFault> {
        self.day(self.required("date")?).ok_or(("date", "the date is no day of the calendar"))
    }

    /// Returns a date as rows write it or, if a spreadsheet wrote them again, as the agency's notes do.
    fn day(&self, text: &str) -> Option<NaiveDate> {
        parse_day(text, self.set.vocabulary.notation()).ok().map(|day| day.date)
    }

    fn required(&self, field: &'static str) -> Result<&str, RowFault> {
        self.row.text(field).ok_or((field, "the row does not have this field"))
    }

    fn payer(&self, name: &str) -> Result<PayerId, RowFault> {
        self.set.find_payer(name).ok_or(("payer", "the rule set has no such payer"))
    }

    fn service(&self, name: &str) -> Result<ServiceId, RowFault> {
        self.set.find_service(name).ok_or(("service", "the rule set has no such service"))
    }

    /// Returns a service by its name or, as in a cell of further lines, by its code.
    fn service_or_code(&self, text: &str) -> Result<ServiceId, RowFault> {
        let by_code = || self.set.service_ids().find(|id| self.set.service(*id).full_code() == text);
        self.service(text).or_else(|_| by_code().ok_or(("also", "the rule set has no such service or code")))
    }
}
