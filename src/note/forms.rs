//! Whether single values are read, and if not, what would have to be declared. For surveys of an export.

use super::clocks::{NoLength, parse_length};
use super::dates::{NoDate, Orders, parse_day};
use crate::notation::{DurationUnit, Notation};

/// How a value of a date field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateForm {
    /// It is read.
    Read,
    /// It is read once the order of day and month is declared.
    NoOrder(Orders),
    /// It is not read.
    Other,
}

/// Returns how a value of a date field is written.
pub fn date_form(text: &str, notation: &Notation) -> DateForm {
    match parse_day(text, notation) {
        Ok(_) => DateForm::Read,
        Err(NoDate::OrderUnknown(orders)) => DateForm::NoOrder(orders),
        Err(NoDate::Invalid | NoDate::OtherZone) => DateForm::Other,
    }
}

/// How a value of a length field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthForm {
    /// It is read.
    Read,
    /// It is a number with a part, and it is not declared whether it counts hours.
    NumberWithPart,
    /// It has a part of a minute, and it is not declared that it is dropped.
    PartOfMinute,
    /// It is not read.
    Other,
}

/// Returns how a value of a length field is written. `unit` is what a number alone counts, if it is declared.
pub fn length_form(text: &str, unit: Option<DurationUnit>, notation: &Notation) -> LengthForm {
    match parse_length(text, unit, notation) {
        Ok(_) => LengthForm::Read,
        Err(NoLength::UnitUnknown) => LengthForm::NumberWithPart,
        Err(NoLength::PartOfMinute) => LengthForm::PartOfMinute,
        Err(NoLength::Invalid) => LengthForm::Other,
    }
}
