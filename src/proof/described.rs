//! Regions in words.

use chrono::NaiveDate;

use crate::diagram::{Asked, Axis};
use crate::facts;
use crate::nearest::one_of;
use crate::rules::RuleSet;

/// What bounds a region, such as `` `activity` is `transport`, `sole_purpose` is `yes` ``.
pub(super) fn region(bounds: &[(String, Vec<String>)]) -> String {
    let parts: Vec<String> = bounds
        .iter()
        .map(|(name, answers)| format!("`{name}` is {}", one_of(answers.iter().map(String::as_str))))
        .collect();
    if parts.is_empty() { "all notes".into() } else { parts.join(", ") }
}

/// A cell as it reads: the value, or the band.
pub fn cell(set: &RuleSet, axis: &Axis, cell: u16) -> String {
    let at = usize::from(cell);
    let told = |number: i64| match axis.asked {
        Asked::ServiceDate => date_of(number).to_string(),
        Asked::Fact(_) => number.to_string(),
    };
    match (axis.asked, axis.bands.get(at).filter(|_| at > 0), axis.bands.get(at + 1)) {
        (Asked::Fact(fact), _, _) if axis.bands.is_empty() => {
            set.vocabulary.fact(fact).value_name(cell).unwrap_or_default().to_owned()
        }
        (_, Some(from), Some(before)) if from + 1 == *before => told(*from),
        (_, Some(from), Some(before)) => format!("{} to {}", told(*from), told(*before - 1)),
        (_, Some(from), None) => format!("{} or more", told(*from)),
        (_, None, Some(before)) => format!("below {}", told(*before)),
        (_, None, None) => "any".into(),
    }
}

/// The date that is so many days of the common era; where the calendar does not go there, its first one.
pub(super) fn date_of(days: i64) -> NaiveDate {
    facts::date_of(days).unwrap_or(NaiveDate::MIN)
}
