//! One fact: its question, the answers it takes, and where its answer comes from.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Answer, FactId, REQUIRED};
use crate::nearest::nearest;
use crate::spelling::{are_opposites, key};

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
    pub(super) fn nearest(&self, answer: Answer) -> Answer {
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
    /// Days from one date fact to another.
    DaysBetween(FactId, FactId),
    /// Business days from one date fact to another.
    BusinessDaysBetween(FactId, FactId),
}

impl Origin {
    /// Returns the date facts from which the answer is derived; empty if it is not derived from dates.
    pub fn dates(self) -> Vec<FactId> {
        match self {
            Self::Note | Self::Setting | Self::Minutes => Vec::new(),
            Self::Age(date) | Self::DaysSince(date) => vec![date],
            Self::DaysBetween(from, to) | Self::BusinessDaysBetween(from, to) => vec![from, to],
        }
    }
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
    /// Values and aliases by their [`key`].
    words: FxHashMap<String, Word>,
}

/// A word for a value.
#[derive(Clone, Debug)]
struct Word {
    /// The word as declared, in lower case.
    text: String,
    /// The index of the value.
    value: u16,
}

impl Word {
    fn new(text: &str, value: u16) -> Self {
        Self { text: text.trim().to_lowercase(), value }
    }
}

impl Fact {
    /// Creates a fact without aliases.
    pub fn new(name: &str, ask: &str, kind: Kind, origin: Origin, lever: Option<Lever>) -> Self {
        let words = match &kind {
            Kind::Coded(values) => (0..).zip(values).map(|(at, value)| (key(value), Word::new(value, at))).collect(),
            Kind::Number(..) | Kind::Date => FxHashMap::default(),
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
        self.words.entry(key(word)).or_insert_with(|| Word::new(word, value)).value == value
    }

    /// Makes an alias stand for another value, or removes it if `value` is `None`.
    pub fn set_alias(&mut self, word: &str, value: Option<u16>) {
        match value {
            Some(value) => drop(self.words.insert(key(word), Word::new(word, value))),
            None => drop(self.words.remove(&key(word))),
        }
    }

    /// Returns the aliases in order, each with the name of its value.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = self.sorted_words().filter_map(|(word, value)| Some((word, self.value_name(value)?)));
        named.filter(|(word, name)| key(word) != key(name))
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

    /// Finds a value by name or alias. Words are compared by their letters and digits alone.
    pub fn parse_value(&self, word: &str) -> Option<u16> {
        self.words.get(word).or_else(|| self.words.get(&key(word))).map(|word| word.value)
    }

    /// Finds the value that a word in a note stands for. Facts that take yes or no take the usual short forms, too.
    pub fn coded_value(&self, word: &str) -> Option<u16> {
        self.parse_value(word).or_else(|| match key(word).as_str() {
            "y" | "true" | "t" | "1" => self.truth_value(true),
            "n" | "false" | "f" | "0" => self.truth_value(false),
            _ => None,
        })
    }

    /// Returns the value that `true` or `false` stands for.
    pub fn truth_value(&self, truth: bool) -> Option<u16> {
        if self.is_yes_no() { self.value(if truth { "yes" } else { "no" }) } else { None }
    }

    /// Returns the value whose name or alias is closest to the word; `None` if none is close enough. A value that may be
    /// the opposite of the word is never returned: nobody may be led to answer yes where the chart says no.
    pub fn nearest_value(&self, word: &str) -> Option<&str> {
        if self.is_yes_no() {
            return None;
        }
        let near = nearest(word, self.sorted_words().map(|(word, _)| word))?;
        let name = self.value_name(self.parse_value(near)?)?;
        (!are_opposites(word, near) && !are_opposites(word, name)).then_some(name)
    }

    fn sorted_words(&self) -> impl Iterator<Item = (&str, u16)> {
        let mut words: Vec<_> = self.words.values().map(|word| (word.text.as_str(), word.value)).collect();
        words.sort_unstable();
        words.into_iter()
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
