//! Ordinary notes: presumed answers, the settings in force, and otherwise the first value of each fact.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::dates::{DateSearch, Wanted, days_of_age};
use super::{Example, Point, Region, Space};
use crate::diagram::{Question, Value, Variable};
use crate::facts::{Answer, FactId, Facts, Kind, Origin, WrittenAnswer, date_of};
use crate::rules::RuleSet;

/// A made-up day for examples: 2026-03-02.
pub(crate) const ORDINARY_DAY: i64 = 739_677;

/// An ordinary note of one activity.
#[derive(Clone)]
pub(super) struct Ordinary {
    activity: u16,
    facts: Facts,
    date: NaiveDate,
}

impl Ordinary {
    /// Creates the ordinary note for a region's most usual activity, which is the first one in the vocabulary.
    pub(super) fn new(space: &Space<'_>, within: &Region) -> Self {
        let set = space.set;
        let activity = within.activities.first().or(space.activities.first()).copied().unwrap_or_default();
        let mut facts = set.answered();
        for (id, fact) in set.vocabulary.facts().filter(|(_, fact)| fact.is_required()) {
            if !fact.values().is_empty() {
                facts.set(id, Answer::Value(if Some(id) == space.activity { activity } else { 0 }));
            }
        }
        set.fill(&mut facts);
        for (id, fact) in set.vocabulary.facts() {
            if facts.get(id) == Answer::Unanswered {
                let usual = match (&fact.kind, fact.origin) {
                    (Kind::Coded(_), _) => Answer::Value(0),
                    (Kind::Number(..), Origin::Age(_)) => Answer::Number(40),
                    (Kind::Number(..), Origin::Minutes) => Answer::Number(60),
                    (Kind::Number(least, _), _) => Answer::Number((*least).max(0)),
                    (Kind::Date, _) => Answer::Unanswered,
                };
                facts.set(id, usual);
            }
        }
        Self { activity, facts, date: day(ORDINARY_DAY) }
    }

    pub(super) fn activity(&self) -> u16 {
        self.activity
    }

    /// Returns the usual value of each variable.
    pub(super) fn values(&self, space: &Space<'_>) -> Vec<Value> {
        space.variables.list().iter().map(|variable| self.value(variable)).collect()
    }

    fn value(&self, variable: &Variable) -> Value {
        variable.value(self.answer(variable)).unwrap_or_default()
    }

    fn answer(&self, variable: &Variable) -> Answer {
        match variable.question {
            Question::Fact(fact) => self.facts.get(fact),
            Question::ServiceDate => Answer::Number(i64::from(self.date.num_days_from_ce())),
        }
    }

    /// Returns the note at a point, with only the facts of `written` variables written out.
    pub(super) fn write_example(mut self, space: &Space<'_>, point: &Point, written: &BTreeSet<usize>) -> Example {
        let set = space.set;
        let mut facts: BTreeSet<FactId> = BTreeSet::new();
        let mut settings = BTreeMap::new();
        if let Some(activity) = space.activity {
            self.facts.set(activity, Answer::Value(point.activity));
        }
        for (at, (variable, value)) in space.variables.list().iter().zip(&point.values).enumerate() {
            let is_usual = self.value(variable) == *value;
            let answer =
                if is_usual { self.answer(variable) } else { in_band(variable, *value, self.answer(variable)) };
            let fact = match (variable.question, answer) {
                (Question::Fact(fact), _) => fact,
                (Question::ServiceDate, Answer::Number(number)) => {
                    self.date = day(number);
                    continue;
                }
                (Question::ServiceDate, _) => continue,
            };
            self.facts.set(fact, answer);
            let declared = set.vocabulary.fact(fact);
            if declared.origin != Origin::Setting {
                facts.extend(written.contains(&at).then_some(fact));
            } else if !is_usual {
                settings.insert(declared.name.clone(), set.written_answer(fact, answer));
            }
        }
        let dates = self.find_dates(space, point, written);
        Example { note: self.note(set, &facts, &dates), settings }
    }

    /// Finds dates with which the `written` numbers derived from dates have the values of a point. Moves the service date
    /// if necessary.
    fn find_dates(
        &mut self,
        space: &Space<'_>,
        point: &Point,
        written: &BTreeSet<usize>,
    ) -> BTreeMap<FactId, NaiveDate> {
        let vocabulary = &space.set.vocabulary;
        let (mut wanted, mut preferred) = (Vec::new(), BTreeMap::new());
        for position in written.iter().copied() {
            let variable = space.variables.get(position);
            let known = variable.and_then(|known| Some((known, known.question.fact()?, *point.values.get(position)?)));
            let Some((variable, fact, value)) = known else { continue };
            let origin = vocabulary.fact(fact).origin;
            for date in origin.dates() {
                preferred.entry(date).or_insert(0);
            }
            match (origin, self.facts.get(fact)) {
                (Origin::Age(date), Answer::Number(years)) => {
                    preferred.insert(date, days_of_age(self.date, years));
                }
                (Origin::DaysSince(date), Answer::Number(days)) => {
                    preferred.insert(date, days);
                }
                _ => {}
            }
            if !origin.dates().is_empty() && space.store.asks(position) {
                wanted.push(Wanted { fact, variable, position, value });
            }
        }
        let usual = |preferred: &BTreeMap<FactId, i64>, date: NaiveDate| {
            let day = |days: i64| NaiveDate::checked_sub_signed(date, chrono::TimeDelta::try_days(days)?);
            preferred.iter().map(|(fact, days)| (*fact, day(*days).unwrap_or(date))).collect()
        };
        if preferred.is_empty() {
            return BTreeMap::new();
        }
        let search = DateSearch { space, wanted, preferred };
        let service_date = space.variables.date_position().and_then(|at| {
            let value = *point.values.get(at)?;
            Some((space.variables.get(at)?, value))
        });
        let allows = |date: NaiveDate| {
            let day = Answer::Number(i64::from(date.num_days_from_ce()));
            service_date.is_none_or(|(variable, value)| variable.value(day) == Some(value))
        };
        match search.find(self.date, &allows) {
            Some((date, dates)) => {
                self.date = date;
                dates
            }
            None => usual(&search.preferred, self.date),
        }
    }

    fn note(
        &self,
        set: &RuleSet,
        written: &BTreeSet<FactId>,
        dates: &BTreeMap<FactId, NaiveDate>,
    ) -> Vec<(String, WrittenAnswer)> {
        let text = |name: &str, value: String| (name.to_owned(), WrittenAnswer::Text(value));
        let mut note = vec![
            text("id", "example-1".into()),
            text("client", "client-example".into()),
            text("date", self.date.to_string()),
        ];
        for (id, fact) in set.vocabulary.facts() {
            let is_written = written.contains(&id);
            match fact.origin {
                Origin::Minutes => note.push((fact.name.clone(), set.written_answer(id, self.facts.get(id)))),
                Origin::Note if fact.is_required() || is_written => {
                    note.push((fact.name.clone(), set.written_answer(id, self.facts.get(id))));
                }
                _ if is_written => {
                    for date in fact.origin.dates() {
                        let name = &set.vocabulary.fact(date).name;
                        let day = dates.get(&date).filter(|_| !note.iter().any(|(known, _)| known == name));
                        note.extend(day.map(|day| text(name, day.to_string())));
                    }
                }
                _ => {}
            }
        }
        note
    }
}

/// Returns the date with a day number of the common era; the earliest date if it is out of range.
fn day(days: i64) -> NaiveDate {
    date_of(days).unwrap_or(NaiveDate::MIN)
}

/// Returns the number in a band that is nearest to the usual one, or the value of a coded variable.
fn in_band(variable: &Variable, value: Value, usual: Answer) -> Answer {
    let end = variable.bands.get(usize::from(value) + 1).map(|next| next - 1);
    match (variable.answer(value), usual, end) {
        (Answer::Number(from), Answer::Number(usual), Some(last)) if from < usual => Answer::Number(last),
        (answer, _, _) => answer,
    }
}
