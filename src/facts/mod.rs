//! The declared vocabulary, and the answers of one note as a small dense vector.
//!
//! A fact comes from the note, from a setting, or is derived here from other answers; rules treat all three alike. This
//! module knows nothing about rules.

mod answers;

use std::collections::BTreeMap;

pub use answers::{Answer, Facts, WrittenAnswer, date_answer, date_of};

use crate::field::FieldId;
use crate::nearest::nearest;
use crate::read::FieldNames;

/// Facts that every note must answer, if the rule set declares them.
pub const REQUIRED: [&str; 2] = ["activity", "staff_role"];

/// Names that rules use for the outcome, and that therefore cannot be facts.
pub const OUTCOME_NAMES: [&str; 3] = ["status", "service", "payer"];

/// The date fact from which `age` is derived.
pub const BIRTH_DATE: &str = "birth_date";

/// Most minutes that a note may have: a whole day.
pub const MAX_MINUTES: i64 = 1440;

/// A fact of a vocabulary, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactId(usize);

impl FactId {
    /// Returns the index of the fact in the vocabulary.
    pub fn index(self) -> usize {
        self.0
    }
}

/// The kind of answers that a fact takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of the listed values.
    Coded(Vec<String>),
    /// A whole number in an inclusive range, from the first number through the second.
    Number(i64, i64),
    /// A calendar date. Rules can only ask facts derived from it.
    Date,
}

impl Kind {
    /// Clamps a number to the range of the kind, and returns any other answer unchanged.
    fn nearest(&self, answer: Answer) -> Answer {
        match (self, answer) {
            (Self::Number(least, most), Answer::Number(number)) => Answer::Number(number.clamp(*least, *most)),
            _ => answer,
        }
    }
}

/// Where the answer to a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The note itself.
    Note,
    /// The agency's answer to a question that the guidance leaves open.
    Setting,
    /// The minutes of the note.
    Minutes,
    /// Whole years from the given date fact to the service date.
    Age(FactId),
    /// Days from the given date fact to the service date.
    DaysSince(FactId),
}

/// How an answer could honestly change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lever {
    /// The answer can change only if the chart already supports it.
    Chart,
    /// The answer can be looked up in a record.
    Record,
    /// The answer is history and cannot change.
    Never,
}

/// Something that a rule can ask.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Name of the fact in rules and notes.
    pub name: String,
    /// The question that the fact answers.
    pub ask: String,
    /// The kind of answers it takes.
    pub kind: Kind,
    /// Where its answer comes from.
    pub origin: Origin,
    /// How its answer could honestly change.
    pub lever: Option<Lever>,
    /// Where its answer can be looked up.
    pub look: Option<String>,
    /// Named groups of values, which conditions may use in place of the values.
    pub groups: BTreeMap<String, Vec<u16>>,
    /// Values and aliases in lower case, each with the index of its value.
    words: BTreeMap<String, u16>,
}

impl Fact {
    /// Creates a fact without aliases.
    pub fn new(name: &str, ask: &str, kind: Kind, origin: Origin, lever: Option<Lever>) -> Self {
        let words = match &kind {
            Kind::Coded(values) => (0..).zip(values).map(|(at, value)| (value.to_lowercase(), at)).collect(),
            Kind::Number(..) | Kind::Date => BTreeMap::new(),
        };
        Self {
            name: name.to_owned(),
            ask: ask.to_owned(),
            kind,
            origin,
            lever,
            look: None,
            groups: BTreeMap::new(),
            words,
        }
    }

    /// Adds an alias for a value. Returns `false` if the alias already stands for another value.
    pub fn add_alias(&mut self, word: &str, value: u16) -> bool {
        *self.words.entry(word.trim().to_lowercase()).or_insert(value) == value
    }

    /// Makes an alias stand for another value, or removes it if `value` is `None`.
    pub fn set_alias(&mut self, word: &str, value: Option<u16>) {
        match value {
            Some(value) => drop(self.words.insert(word.to_owned(), value)),
            None => drop(self.words.remove(word)),
        }
    }

    /// Returns the aliases, each with the name of its value.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = self.words.iter().filter_map(|(word, value)| Some((word.as_str(), self.value_name(*value)?)));
        named.filter(|(word, name)| *word != name.to_lowercase())
    }

    /// Returns the values of a coded fact; empty for other kinds.
    pub fn values(&self) -> &[String] {
        match &self.kind {
            Kind::Coded(values) => values,
            Kind::Number(..) | Kind::Date => &[],
        }
    }

    /// Finds a value by its exact name.
    pub fn value(&self, name: &str) -> Option<u16> {
        (0..).zip(self.values()).find(|(_, value)| *value == name).map(|(at, _)| at)
    }

    /// Finds a value by name or alias, ignoring letter case, as notes write it.
    pub fn parse_value(&self, word: &str) -> Option<u16> {
        self.words.get(word).or_else(|| self.words.get(&word.to_lowercase())).copied()
    }

    /// Returns the value whose name or alias is closest to the word; `None` if none is close enough.
    pub fn nearest_value(&self, word: &str) -> Option<&str> {
        let value = self.parse_value(nearest(word, self.words.keys().map(String::as_str))?)?;
        self.value_name(value)
    }

    /// Returns the name of a value.
    pub fn value_name(&self, value: u16) -> Option<&str> {
        self.values().get(usize::from(value)).map(String::as_str)
    }

    /// Whether the values are exactly `yes` and `no`, so that `true` and `false` are accepted as answers.
    pub fn is_yes_no(&self) -> bool {
        self.values().len() == 2 && self.value("yes").is_some() && self.value("no").is_some()
    }

    /// Whether a note without an answer to the fact is rejected.
    pub fn is_required(&self) -> bool {
        REQUIRED.contains(&self.name.as_str())
    }
}

/// Everything that a rule can ask, in order of declaration.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    facts: Vec<Fact>,
    /// The facts that notes answer, in the order of their fields.
    asked: Vec<FactId>,
    fields: BTreeMap<String, FieldId>,
}

impl Vocabulary {
    /// Builds a vocabulary of the declared facts. `columns` maps an export's own field names to the names used here.
    ///
    /// Adds the derived facts: `minutes`, `age` if there is a `birth_date`, and `days_since_X` for each other date fact
    /// `X`.
    pub fn new(declared: Vec<Fact>, columns: &BTreeMap<String, String>) -> Self {
        let mut facts = declared;
        facts.push(Fact::new("minutes", "How many minutes?", Kind::Number(1, MAX_MINUTES), Origin::Minutes, None));
        for id in (0..facts.len()).map(FactId) {
            let Some(name) = facts.get(id.0).filter(|fact| fact.kind == Kind::Date).map(|fact| fact.name.clone())
            else {
                continue;
            };
            facts.push(derived_from(&name, id));
        }
        let asked = facts.iter().enumerate().filter(|(_, fact)| fact.origin == Origin::Note);
        let asked: Vec<FactId> = asked.map(|(at, _)| FactId(at)).collect();
        let mut fields = BTreeMap::new();
        let names = asked.iter().filter_map(|id| facts.get(id.0)).map(|fact| fact.name.as_str());
        for name in FieldId::NAMES.into_iter().chain(names).chain(REQUIRED) {
            let next = FieldId::new(fields.len());
            fields.entry(name.to_owned()).or_insert(next);
        }
        for (column, name) in columns {
            if let Some(field) = fields.get(name).copied() {
                fields.insert(column.clone(), field);
            }
        }
        Self { facts, asked, fields }
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

    /// Returns all names that a field of a note may have.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// Returns the fact whose missing answer leaves `id` unanswered: `id` itself, or the fact it is derived from.
    pub fn input_of(&self, id: FactId) -> FactId {
        match self.fact(id).origin {
            Origin::Age(date) | Origin::DaysSince(date) => date,
            Origin::Note | Origin::Setting | Origin::Minutes => id,
        }
    }

    /// Returns the fact that is derived from a date fact.
    pub fn derived(&self, date: FactId) -> Option<FactId> {
        let from_date = |origin| matches!(origin, Origin::Age(from) | Origin::DaysSince(from) if from == date);
        self.facts().find(|(_, fact)| from_date(fact.origin)).map(|(id, _)| id)
    }
}

impl FieldNames for Vocabulary {
    fn field(&self, name: &str) -> Option<FieldId> {
        self.fields.get(name).copied()
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.field_names())
    }
}

/// Whether a name is reserved and cannot be the name of a fact.
pub fn is_reserved(name: &str) -> bool {
    FieldId::NAMES.contains(&name)
        || OUTCOME_NAMES.contains(&name)
        || ["age", "not", "when", "code"].contains(&name)
        || name.starts_with("days_since_")
}

fn derived_from(date_fact: &str, id: FactId) -> Fact {
    if date_fact == BIRTH_DATE {
        let ask = "How old was the client on the service date?";
        return Fact::new("age", ask, Kind::Number(0, 150), Origin::Age(id), None);
    }
    let (name, ask) = (format!("days_since_{date_fact}"), format!("Days from `{date_fact}` to the service date?"));
    Fact::new(&name, &ask, Kind::Number(-40_000, 40_000), Origin::DaysSince(id), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::parse_date;

    #[test]
    fn a_date_fact_brings_what_is_derived_from_it() {
        let date = |name| Fact::new(name, "", Kind::Date, Origin::Note, None);
        let vocabulary = Vocabulary::new(vec![date("birth_date"), date("discharge")], &BTreeMap::new());
        let discharge = vocabulary.find("discharge").unwrap();
        let days = vocabulary.find("days_since_discharge").unwrap();
        assert_eq!(vocabulary.input_of(days), discharge);
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
