//! The declared vocabulary, and the answers of one note as a small dense vector.
//!
//! A fact comes from the note, from a setting, or is derived here from other answers; rules treat all three alike. This
//! module knows nothing about rules.

mod answers;
mod fact;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

pub use answers::{Answer, Facts, WrittenAnswer, date_answer, date_of};
pub use fact::{Fact, Kind, Lever, Origin};

use crate::calendar::Calendar;
use crate::field::FieldId;
use crate::nearest::nearest;
use crate::notation::Notation;
use crate::read::{FieldNames, Precedence};
use crate::spelling::key;

/// Facts that every note must answer, if the rule set declares them.
pub const REQUIRED: [&str; 2] = ["activity", "staff_role"];

/// Names that rules use for the outcome, and that therefore cannot be facts.
pub const OUTCOME_NAMES: [&str; 3] = ["status", "service", "payer"];

/// The date fact from which `age` is derived.
pub const BIRTH_DATE: &str = "birth_date";

/// The fact for the credential of the person who did the work, which the summary counts.
pub const STAFF_CREDENTIAL: &str = "staff_credential";

/// Most minutes that a note may have: a whole day.
pub const MAX_MINUTES: i64 = 1440;

/// A fact of a vocabulary, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(usize);

impl FactId {
    /// Returns the index of the fact in the vocabulary.
    pub fn index(self) -> usize {
        self.0
    }
}

/// What another name of a field stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedName {
    /// The name of the field in rule files.
    pub field: String,
    /// Whether the agency's own file says so.
    pub is_own: bool,
}

/// Everything that a rule can ask, in order of declaration.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    facts: Vec<Fact>,
    /// The facts that notes answer, in the order of their fields.
    asked: Vec<FactId>,
    /// The facts that are derived from other answers, in order.
    derived: Vec<FactId>,
    /// The fields by the names that rule files use.
    declared: FxHashMap<String, FieldId>,
    /// The fields by the names that notes may use.
    fields: BTreeMap<String, FieldId>,
    /// The fields by the keys of their names.
    fields_by_key: FxHashMap<String, FieldId>,
    /// The keys of the names that an agency maps itself.
    own: BTreeSet<String>,
    /// The holidays that business days leave out.
    calendar: Calendar,
    /// How notes are written.
    notation: Notation,
}

/// A number of days between two dates of a note, which exists if a rule asks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DaysBetween {
    /// Whether only business days count.
    pub business: bool,
    /// The fact with the first date.
    pub from: FactId,
    /// The fact with the second date.
    pub to: FactId,
}

/// Prefixes of the names of days between two dates, each with whether only business days count.
const DAYS_BETWEEN: [(&str, bool); 2] = [("days_from_", false), ("business_days_from_", true)];

impl Vocabulary {
    /// Builds a vocabulary of the declared facts. `columns` maps other names of fields to the names used here.
    ///
    /// Adds the derived facts: `minutes`, `age` if there is a `birth_date`, `days_since_X` for each other date fact `X`,
    /// and the days `between` two date facts that rules ask.
    pub fn new(
        declared: Vec<Fact>,
        between: &[DaysBetween],
        columns: &BTreeMap<String, MappedName>,
        calendar: Calendar,
    ) -> Self {
        let mut facts = declared;
        facts.push(Fact::new("minutes", "How many minutes?", Kind::Number(1, MAX_MINUTES), Origin::Minutes, None));
        for id in (0..facts.len()).map(FactId) {
            let Some(name) = facts.get(id.0).filter(|fact| fact.kind == Kind::Date).map(|fact| fact.name.clone())
            else {
                continue;
            };
            facts.push(derived_from(&name, id));
        }
        let between: Vec<Fact> = between.iter().filter_map(|days| days_between(&facts, *days)).collect();
        facts.extend(between);
        let asked = facts.iter().enumerate().filter(|(_, fact)| fact.origin == Origin::Note);
        let asked: Vec<FactId> = asked.map(|(at, _)| FactId(at)).collect();
        let is_derived = |fact: &Fact| !matches!(fact.origin, Origin::Note | Origin::Setting);
        let derived = (0..).zip(&facts).filter(|(_, fact)| is_derived(fact)).map(|(at, _)| FactId(at)).collect();
        let mut fields = BTreeMap::new();
        let names = asked.iter().filter_map(|id| facts.get(id.0)).map(|fact| fact.name.as_str());
        for name in FieldId::NAMES.into_iter().chain(names).chain(REQUIRED) {
            let next = FieldId::new(fields.len());
            fields.entry(name.to_owned()).or_insert(next);
        }
        let declared = fields.iter().map(|(name, field)| (name.clone(), *field)).collect();
        // A column of an agency may stand for another field than the one it is called like.
        let mapped = columns.iter().filter_map(|(column, name)| Some((column.clone(), *fields.get(&name.field)?)));
        let mapped: Vec<(String, FieldId)> = mapped.collect();
        for (column, _) in &mapped {
            fields.retain(|name, _| key(name) != key(column));
        }
        fields.extend(mapped);
        let fields_by_key = fields.iter().map(|(name, field)| (key(name), *field)).collect();
        let own = columns.iter().filter(|(_, name)| name.is_own).map(|(column, _)| key(column)).collect();
        let notation = Notation::default();
        Self { facts, asked, derived, declared, fields, fields_by_key, own, calendar, notation }
    }

    /// Returns the vocabulary for notes that are written in this way.
    #[must_use]
    pub fn with_notation(self, notation: Notation) -> Self {
        Self { notation, ..self }
    }

    /// Returns how notes are written.
    pub fn notation(&self) -> &Notation {
        &self.notation
    }

    /// Returns every fact with its id.
    pub fn facts(&self) -> impl Iterator<Item = (FactId, &Fact)> {
        self.facts.iter().enumerate().map(|(at, fact)| (FactId(at), fact))
    }

    /// Returns the fact with this id, which must come from this vocabulary.
    #[expect(clippy::indexing_slicing, reason = "ids are made only by the vocabulary that they are asked of")]
    pub fn fact(&self, id: FactId) -> &Fact {
        &self.facts[id.0]
    }

    /// Like [`fact`](Self::fact), but mutable.
    #[expect(clippy::indexing_slicing, reason = "ids are made only by the vocabulary that they are asked of")]
    pub fn fact_mut(&mut self, id: FactId) -> &mut Fact {
        &mut self.facts[id.0]
    }

    /// Finds a fact by its exact name.
    pub fn find(&self, name: &str) -> Option<FactId> {
        self.facts.iter().position(|fact| fact.name == name).map(FactId)
    }

    /// Returns the facts that notes answer, each with its field.
    pub fn note_facts(&self) -> impl Iterator<Item = (FieldId, FactId)> {
        (FieldId::NAMES.len()..).map(FieldId::new).zip(self.asked.iter().copied())
    }

    /// Returns the fact that a field answers, if it answers one.
    pub fn fact_of_field(&self, field: FieldId) -> Option<&Fact> {
        let position = field.index().checked_sub(FieldId::NAMES.len())?;
        self.asked.get(position).map(|id| self.fact(*id))
    }

    /// Returns the field that rule files call so, whatever notes call it.
    pub fn declared_field(&self, name: &str) -> Option<FieldId> {
        self.declared.get(name).copied()
    }

    /// Returns the first field that no note has.
    pub fn next_field(&self) -> FieldId {
        FieldId::new(self.declared.len())
    }

    /// Returns the name by which rule files call a field.
    pub fn field_name(&self, field: FieldId) -> Option<&str> {
        self.declared.iter().find(|(_, other)| **other == field).map(|(name, _)| name.as_str())
    }

    /// Returns all names that a field of a note may have, in order.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// Returns the facts whose missing answers leave `id` unanswered: `id` itself, or the dates it is derived from.
    pub fn inputs_of(&self, id: FactId) -> Vec<FactId> {
        let dates = self.fact(id).origin.dates();
        if dates.is_empty() { vec![id] } else { dates }
    }

    /// Returns the facts that are derived from a date fact, that to the service date first.
    pub fn derived(&self, date: FactId) -> impl Iterator<Item = FactId> {
        self.facts().filter(move |(_, fact)| fact.origin.dates().contains(&date)).map(|(id, _)| id)
    }

    /// Returns the holidays that business days leave out.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Replaces the holidays that business days leave out.
    pub fn set_calendar(&mut self, calendar: Calendar) {
        self.calendar = calendar;
    }

    /// Parses a name such as `days_from_X_to_Y`, where `X` and `Y` are date facts.
    pub fn parse_days_between(&self, name: &str) -> Option<DaysBetween> {
        let date = |name: &str| self.find(name).filter(|id| self.fact(*id).kind == Kind::Date);
        let named = |(prefix, business): (&str, bool)| {
            let rest = name.strip_prefix(prefix)?;
            // The names of facts may contain `_to_` themselves.
            let split = |(at, word): (usize, &str)| Some((date(rest.get(..at)?)?, date(rest.get(at + word.len()..)?)?));
            let (from, to) = rest.match_indices("_to_").find_map(split)?;
            (from != to).then_some(DaysBetween { business, from, to })
        };
        DAYS_BETWEEN.into_iter().find_map(named)
    }
}

impl FieldNames for Vocabulary {
    fn field(&self, name: &str) -> Option<FieldId> {
        let field = self.fields.get(name).or_else(|| self.fields_by_key.get(&key(name))).copied();
        field.filter(|_| !self.notation.is_ignored(name))
    }

    fn precedence(&self, name: &str) -> Precedence {
        let name_key = key(name);
        if self.own.contains(&name_key) {
            Precedence::Own
        } else if self.declared.keys().any(|declared| key(declared) == name_key) {
            Precedence::Declared
        } else {
            Precedence::Customary
        }
    }

    fn is_ignored(&self, name: &str) -> bool {
        self.notation.is_ignored(name)
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.field_names())
    }

    fn is_coded(&self, field: FieldId) -> bool {
        self.fact_of_field(field).is_some_and(|fact| matches!(fact.kind, Kind::Coded(_)))
    }

    fn value(&self, field: FieldId, text: &str) -> Option<u16> {
        self.fact_of_field(field)?.coded_value(text.trim())
    }
}

/// Whether a name is reserved and cannot be the name of a fact.
pub fn is_reserved(name: &str) -> bool {
    FieldId::NAMES.iter().any(|field| key(field) == key(name))
        || OUTCOME_NAMES.contains(&name)
        || ["age", "not", "when"].contains(&name)
        || name.starts_with("days_since_")
        || DAYS_BETWEEN.iter().any(|(prefix, _)| name.starts_with(prefix))
}

fn derived_from(date_fact: &str, id: FactId) -> Fact {
    if date_fact == BIRTH_DATE {
        let ask = "How old was the client on the service date?";
        return Fact::new("age", ask, Kind::Number(0, 150), Origin::Age(id), None);
    }
    let (name, ask) = (format!("days_since_{date_fact}"), format!("Days from `{date_fact}` to the service date?"));
    Fact::new(&name, &ask, DAYS, Origin::DaysSince(id), None)
}

/// Numbers of days: a little more than a century each way.
const DAYS: Kind = Kind::Number(-40_000, 40_000);

fn days_between(facts: &[Fact], DaysBetween { business, from, to }: DaysBetween) -> Option<Fact> {
    let (first, second) = (&facts.get(from.0)?.name, &facts.get(to.0)?.name);
    Some(if business {
        let (name, ask) =
            (format!("business_days_from_{first}_to_{second}"), format!("Business days from `{first}` to `{second}`?"));
        Fact::new(&name, &ask, DAYS, Origin::BusinessDaysBetween(from, to), None)
    } else {
        let (name, ask) = (format!("days_from_{first}_to_{second}"), format!("Days from `{first}` to `{second}`?"));
        Fact::new(&name, &ask, DAYS, Origin::DaysBetween(from, to), None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::parse_date;

    #[test]
    fn a_date_fact_brings_what_is_derived_from_it() {
        let date = |name| Fact::new(name, "", Kind::Date, Origin::Note, None);
        let declared = vec![date("birth_date"), date("discharge")];
        let vocabulary = Vocabulary::new(declared, &[], &BTreeMap::new(), Calendar::default());
        let discharge = vocabulary.find("discharge").unwrap();
        let days = vocabulary.find("days_since_discharge").unwrap();
        assert_eq!(vocabulary.inputs_of(days), [discharge]);
        let mut facts = Facts::unanswered(&vocabulary);
        facts.set(discharge, date_answer(parse_date("2026-03-01").unwrap()));
        facts.derive(&vocabulary, parse_date("2026-03-15").unwrap(), 30);
        assert_eq!(facts.get(days), Answer::Number(14));
        assert_eq!(facts.get(vocabulary.find("age").unwrap()), Answer::Unanswered);
        assert_eq!(facts.get(vocabulary.find("minutes").unwrap()), Answer::Number(30));
    }

    #[test]
    fn values_are_spoken_in_any_case_and_by_alias() {
        let mut fact = Fact::new("e", "", Kind::Coded(vec!["mo_healthnet".into(), "none".into()]), Origin::Note, None);
        assert!(fact.add_alias("Medicaid", 0) && !fact.add_alias("medicaid", 1));
        assert_eq!(
            (fact.parse_value("MEDICAID"), fact.parse_value("None"), fact.parse_value("x")),
            (Some(0), Some(1), None)
        );
        assert_eq!(fact.nearest_value("medicade"), Some("mo_healthnet"));
    }
}
