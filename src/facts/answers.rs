//! What one note answers: a small dense vector over the vocabulary, with what is worked out from other answers.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::{FactId, Origin, Vocabulary};

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Nothing was said. It is never quietly taken for anything.
    Unanswered,
    /// A value, by its place among the fact's values.
    Value(u16),
    /// A number, or a date as days of the common era.
    Number(i64),
}

impl Answer {
    /// Whether there is one.
    pub fn is_given(self) -> bool {
        self != Self::Unanswered
    }
}

/// An answer as it is written: text or a whole number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum WrittenAnswer {
    /// A whole number.
    Number(i64),
    /// A value.
    Text(String),
}

impl WrittenAnswer {
    /// As text.
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// What is known on one note, by fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts(Vec<Answer>);

impl Facts {
    /// Nothing answered yet.
    pub fn unanswered(vocabulary: &Vocabulary) -> Self {
        Self(vec![Answer::Unanswered; vocabulary.facts.len()])
    }

    /// The answer to a fact.
    pub fn get(&self, id: FactId) -> Answer {
        self.0.get(id.0).copied().unwrap_or(Answer::Unanswered)
    }

    /// Answers a fact.
    pub fn set(&mut self, id: FactId, answer: Answer) {
        if let Some(slot) = self.0.get_mut(id.0) {
            *slot = answer;
        }
    }

    /// Fills in what is derived from the other answers, the minutes and the service date. A number beyond what its fact
    /// takes counts as the last one that it takes.
    pub fn derive(&mut self, vocabulary: &Vocabulary, date: NaiveDate, minutes: u32) {
        for (id, fact) in vocabulary.facts() {
            let answer = match fact.origin {
                Origin::Note | Origin::Setting => continue,
                Origin::Minutes => Answer::Number(i64::from(minutes)),
                Origin::Age(from) => self.since(from, |from| years(from, date)),
                Origin::DaysSince(from) => self.since(from, |from| (date - from).num_days()),
            };
            self.set(id, fact.kind.nearest(answer));
        }
    }

    fn since(&self, from: FactId, count: impl Fn(NaiveDate) -> i64) -> Answer {
        match self.get(from) {
            Answer::Number(days) => date_of(days).map_or(Answer::Unanswered, |date| Answer::Number(count(date))),
            Answer::Unanswered | Answer::Value(_) => Answer::Unanswered,
        }
    }
}

/// The date that is so many days of the common era; `None` if the calendar does not go there.
pub fn date_of(days: i64) -> Option<NaiveDate> {
    i32::try_from(days).ok().and_then(NaiveDate::from_num_days_from_ce_opt)
}

/// A date as an answer.
pub fn date_answer(date: NaiveDate) -> Answer {
    Answer::Number(i64::from(date.num_days_from_ce()))
}

/// Whole years from a birth date to a later date. Somebody born on 29 February turns a year older on 1 March.
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
