//! Rosters of clients and of staff members: what is true of a person from one date through another.
//!
//! Answers what notes leave open, as of their service dates. Knows facts, but no notes, files or rules.

mod names;
mod spans;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

pub use names::RosterNames;
pub use spans::{Rows, SpanIssues};
use spans::{Span, spans};

use crate::effective::Effective;
use crate::facts::{Answer, FactId, date_answer};

/// Whom a roster lists. Reports write it as `clients` or `staff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RosterKind {
    /// Clients.
    Clients,
    /// Staff members.
    Staff,
}

/// An answer of a roster to a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RosterAnswer {
    /// The fact.
    pub fact: FactId,
    /// The answer.
    pub answer: Answer,
    /// The answer on dates before that date: a birth year of two digits is that of the last hundred years.
    pub before: Option<Answer>,
}

impl RosterAnswer {
    /// Returns the answer on a date.
    fn on(self, date: NaiveDate) -> Answer {
        self.before.filter(|_| self.answer > date_answer(date)).unwrap_or(self.answer)
    }
}

/// A row of a roster: what is true of one person on the dates of a span.
#[derive(Clone, Debug)]
pub struct RosterRow {
    /// The id of the client or staff member, as notes write it.
    pub id: String,
    /// The dates on which the row is true.
    pub effective: Effective,
    /// The answers, at most one for each fact.
    pub answers: Vec<RosterAnswer>,
}

/// What is true of each person that a roster lists.
#[derive(Debug, Default)]
pub struct Roster {
    by_id: BTreeMap<String, Vec<Span>>,
}

impl Roster {
    /// Creates a roster of rows. Also returns what is wrong with the spans of one id.
    pub fn new(rows: Vec<RosterRow>) -> (Self, SpanIssues) {
        let mut by_id: BTreeMap<String, Vec<(usize, RosterRow)>> = BTreeMap::new();
        for (at, mut row) in rows.into_iter().enumerate() {
            by_id.entry(std::mem::take(&mut row.id)).or_default().push((at, row));
        }
        let mut issues = SpanIssues::default();
        let by_id = by_id.into_iter().map(|(id, rows)| (id, spans(&rows, &mut issues))).collect();
        (Self { by_id }, issues)
    }

    /// Whether the roster has no rows.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Whether the roster has a row with this id, whatever its dates.
    pub fn lists(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Returns the answers for a person on a date, ordered by fact.
    fn answers(&self, id: &str, date: NaiveDate) -> &[RosterAnswer] {
        self.by_id.get(id).map_or(&[], |spans| Span::find(spans, date))
    }
}

/// The rosters of a run.
#[derive(Debug, Default)]
pub struct Rosters {
    /// The roster of clients.
    pub clients: Option<Roster>,
    /// The roster of staff members.
    pub staff: Option<Roster>,
}

/// What the rosters answer to one fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundAnswer {
    /// The fact.
    pub fact: FactId,
    /// The answer of the roster of clients.
    pub clients: Option<Answer>,
    /// The answer of the roster of staff members.
    pub staff: Option<Answer>,
}

impl Rosters {
    /// Returns what the rosters answer for a client and a staff member on a date, ordered by fact.
    pub fn find(
        &self,
        client: Option<&str>,
        staff: Option<&str>,
        date: NaiveDate,
    ) -> impl Iterator<Item = FoundAnswer> {
        let clients = self.clients.as_ref().zip(client).map_or(&[][..], |(roster, id)| roster.answers(id, date));
        let staff = self.staff.as_ref().zip(staff).map_or(&[][..], |(roster, id)| roster.answers(id, date));
        let (mut clients, mut staff) = (clients.iter().peekable(), staff.iter().peekable());
        std::iter::from_fn(move || {
            let facts = [clients.peek(), staff.peek()];
            let fact = facts.into_iter().flatten().map(|answer| answer.fact).min()?;
            let is_next = |answer: &&RosterAnswer| answer.fact == fact;
            let clients = clients.next_if(is_next).map(|answer| answer.on(date));
            let staff = staff.next_if(is_next).map(|answer| answer.on(date));
            Some(FoundAnswer { fact, clients, staff })
        })
    }
}

/// A fact that is answered differently by a note and the rosters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Disagreement {
    /// The fact.
    pub fact: FactId,
    /// Who disagrees.
    pub between: Disagreeing,
}

/// Who answers a fact differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disagreeing {
    /// The note and this roster. The note's answer counts.
    NoteAnd(RosterKind),
    /// The roster of clients and that of staff members, on a fact that the note leaves open. Neither answer counts.
    Rosters,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::effective::parse_date;
    use crate::facts::{Fact, Kind, Origin, Vocabulary};

    fn facts() -> [FactId; 2] {
        let fact = |name| Fact::new(name, "", Kind::Coded(vec!["a".into(), "b".into()]), Origin::Note, None);
        let vocabulary = Vocabulary::new(vec![fact("one"), fact("two")], &[], &BTreeMap::new(), Calendar::default());
        ["one", "two"].map(|name| vocabulary.find(name).unwrap())
    }

    fn roster(answers: &[(FactId, u16)]) -> Roster {
        let answers = answers
            .iter()
            .map(|(fact, value)| RosterAnswer { fact: *fact, answer: Answer::Value(*value), before: None })
            .collect();
        Roster::new(vec![RosterRow { id: "x".into(), effective: Effective::default(), answers }]).0
    }

    #[test]
    fn both_rosters_are_asked_fact_by_fact() {
        let [one, two] = facts();
        let rosters = Rosters { clients: Some(roster(&[(one, 0), (two, 0)])), staff: Some(roster(&[(two, 1)])) };
        let date = parse_date("2026-03-02").unwrap();
        let found = |client, staff| -> Vec<FoundAnswer> { rosters.find(client, staff, date).collect() };
        let value = |value| Some(Answer::Value(value));
        let first = FoundAnswer { fact: one, clients: value(0), staff: None };
        let second = FoundAnswer { fact: two, clients: value(0), staff: value(1) };
        assert_eq!(found(Some("x"), Some("x")), [first, second]);
        assert_eq!(found(Some("x"), None), [first, FoundAnswer { staff: None, ..second }]);
        assert_eq!(found(None, Some("x")), [FoundAnswer { clients: None, ..second }]);
        assert_eq!(found(Some("X"), Some("y")), []);
    }

    #[test]
    fn a_birth_year_of_two_digits_is_that_of_the_hundred_years_before_the_note() {
        let [fact, _] = facts();
        let day = |text: &str| parse_date(text).unwrap();
        let answer = |text| date_answer(day(text));
        let birth = RosterAnswer { fact, answer: answer("2026-03-09"), before: Some(answer("1926-03-09")) };
        assert_eq!(birth.on(day("2026-03-09")), answer("2026-03-09"));
        assert_eq!(birth.on(day("2026-03-08")), answer("1926-03-09"));
    }
}
