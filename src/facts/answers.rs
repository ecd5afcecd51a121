//! The answers of one note: a small dense vector over the vocabulary, including answers derived from others.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::{FactId, Origin, Vocabulary};

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// No answer was given. It is never silently taken for any other answer.
    Unanswered,
    /// A value, by its index among the fact's values.
    Value(u16),
    /// A number, or a date as the number of days in the Common Era.
    Number(i64),
}

impl Answer {
    /// Whether there is an answer.
    pub fn is_given(self) -> bool {
        self != Self::Unanswered
    }
}

/// An answer as it is written in notes and reports: text or a whole number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum WrittenAnswer {
    /// A whole number.
    Number(i64),
    /// The name of a value, or other text.
    Text(String),
}

impl WrittenAnswer {
    /// Returns the answer as text.
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// The answers of one note, by fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts(Vec<Answer>);

impl Facts {
    /// Returns facts without any answer.
    pub fn unanswered(vocabulary: &Vocabulary) -> Self {
        Self(vec![Answer::Unanswered; vocabulary.facts.len()])
    }

    /// Returns the answer to a fact.
    pub fn get(&self, id: FactId) -> Answer {
        self.0.get(id.0).copied().unwrap_or(Answer::Unanswered)
    }

    /// Sets the answer to a fact.
    pub fn set(&mut self, id: FactId, answer: Answer) {
        if let Some(slot) = self.0.get_mut(id.0) {
            *slot = answer;
        }
    }

    /// Returns the answers that are coded values, each with its fact.
    pub fn coded(&self) -> Vec<(FactId, u16)> {
        let value = |(at, answer): (usize, &Answer)| match answer {
            Answer::Value(value) => Some((FactId(at), *value)),
            Answer::Number(_) | Answer::Unanswered => None,
        };
        self.0.iter().enumerate().filter_map(value).collect()
    }

    /// Takes over all answers of other facts, without a new allocation if both are of one vocabulary.
    pub fn copy_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }

    /// Fills in the facts that are derived from other answers, the minutes and the service date. A number outside the
    /// range of its fact is clamped to that range.
    pub fn derive(&mut self, vocabulary: &Vocabulary, date: NaiveDate, minutes: u32) {
        for id in vocabulary.derived.iter().copied() {
            let fact = vocabulary.fact(id);
            let answer = match fact.origin {
                Origin::Note | Origin::Setting => continue,
                Origin::Minutes => Answer::Number(i64::from(minutes)),
                Origin::Age(from) => self.since(from, |from| years(from, date)),
                Origin::DaysSince(from) => self.since(from, |from| (date - from).num_days()),
                Origin::DaysBetween(from, to) => self.between(from, to, |from, to| (to - from).num_days()),
                Origin::BusinessDaysBetween(from, to) => {
                    self.between(from, to, |from, to| vocabulary.calendar().business_days(from, to))
                }
            };
            self.set(id, fact.kind.nearest(answer));
        }
    }

    /// Returns the answer to a date fact as a date.
    pub fn date(&self, id: FactId) -> Option<NaiveDate> {
        match self.get(id) {
            Answer::Number(days) => date_of(days),
            Answer::Unanswered | Answer::Value(_) => None,
        }
    }

    fn since(&self, from: FactId, count: impl Fn(NaiveDate) -> i64) -> Answer {
        self.date(from).map_or(Answer::Unanswered, |date| Answer::Number(count(date)))
    }

    fn between(&self, from: FactId, to: FactId, count: impl Fn(NaiveDate, NaiveDate) -> i64) -> Answer {
        let dates = self.date(from).zip(self.date(to));
        dates.map_or(Answer::Unanswered, |(from, to)| Answer::Number(count(from, to)))
    }
}

/// Converts days of the Common Era to a date. Returns `None` if the date cannot be represented.
pub fn date_of(days: i64) -> Option<NaiveDate> {
    i32::try_from(days).ok().and_then(NaiveDate::from_num_days_from_ce_opt)
}

/// Returns a date as an answer.
pub fn date_answer(date: NaiveDate) -> Answer {
    Answer::Number(i64::from(date.num_days_from_ce()))
}

/// Returns the whole years from a birth date to a later date. People born on February 29 turn a year older on March 1.
fn years(birth: NaiveDate, date: NaiveDate) -> i64 {
    let had_birthday = (date.month(), date.day()) >= (birth.month(), birth.day());
    i64::from(date.year()) - i64::from(birth.year()) - i64::from(!had_birthday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::parse_date;

    #[test]
    fn age_is_whole_years_on_the_service_date() {
        let age = |birth: &str, date: &str| years(parse_date(birth).unwrap(), parse_date(date).unwrap());
        assert_eq!(age("1961-03-10", "2026-03-09"), 64);
        assert_eq!(age("1961-03-10", "2026-03-10"), 65);
        assert_eq!(age("2004-02-29", "2026-02-28"), 21);
        assert_eq!(age("2004-02-29", "2026-03-01"), 22);
        assert_eq!(age("2026-03-01", "2026-03-01"), 0);
    }
}
