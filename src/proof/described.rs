//! Regions in words.

use chrono::NaiveDate;

use crate::facts;
use crate::nearest::one_of;

/// What bounds a region, such as `` `activity` is `transport`, `sole_purpose` is `yes` ``.
pub(super) fn region(bounds: &[(String, Vec<String>)]) -> String {
    let parts: Vec<String> = bounds
        .iter()
        .map(|(name, answers)| format!("`{name}` is {}", one_of(answers.iter().map(String::as_str))))
        .collect();
    if parts.is_empty() { "all notes".into() } else { parts.join(", ") }
}

/// The date that is so many days of the common era; where the calendar does not go there, its first one.
pub(super) fn date_of(days: i64) -> NaiveDate {
    facts::date_of(days).unwrap_or(NaiveDate::MIN)
}
