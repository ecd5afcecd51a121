//! How the notes of an agency write what can be written in several ways: dates, lengths, and "not answered".

use std::collections::BTreeSet;

use crate::spelling::key;

/// How the notes of an agency are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notation {
    /// The order of dates that do not begin with the year; `None` if it is not declared, and they are not read.
    pub date_order: Option<DateOrder>,
    /// The unit of a `duration` that is a number alone; `None` if it is not declared: then it is whole minutes.
    pub duration: Option<DurationUnit>,
    /// Whether a part of a minute is dropped. Otherwise it is a fault.
    pub drops_part_of_minute: bool,
    /// Words that mean "not answered", by their keys.
    missing: BTreeSet<String>,
    /// Names of fields that are not read, by their keys.
    ignored: BTreeSet<String>,
}

/// The order of day, month and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// Month, day, year, as in the United States.
    MonthDayYear,
    /// Day, month, year.
    DayMonthYear,
}

impl DateOrder {
    /// Every order.
    pub const ALL: [Self; 2] = [Self::MonthDayYear, Self::DayMonthYear];

    /// Returns the name of the order in agency files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MonthDayYear => "month-day-year",
            Self::DayMonthYear => "day-month-year",
        }
    }
}

/// The unit of a length that is a number alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
}

impl DurationUnit {
    /// Every unit.
    pub const ALL: [Self; 2] = [Self::Minutes, Self::Hours];

    /// Returns the name of the unit in agency files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
        }
    }
}

impl Notation {
    /// Adds a word that means "not answered".
    pub fn add_missing(&mut self, word: &str) {
        self.missing.insert(key(word));
    }

    /// Adds the name of a field that is not read.
    pub fn add_ignored(&mut self, name: &str) {
        self.ignored.insert(key(name));
    }

    /// Whether a text means "not answered".
    #[inline]
    pub fn is_missing(&self, text: &str) -> bool {
        !self.missing.is_empty() && self.missing.contains(&key(text))
    }

    /// Whether a field with this name is not read.
    pub fn is_ignored(&self, name: &str) -> bool {
        !self.ignored.is_empty() && self.ignored.contains(&key(name))
    }
}
