//! Small phrases that several parts of an explanation share.

use crate::nearest::joined;

/// Returns a number with its noun, such as "2 units".
pub(super) fn counted(number: u32, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// Joins names in backticks for a sentence.
pub(super) fn listed(names: &[String], word: &str) -> String {
    joined(names.iter().map(|name| format!("`{name}`")).collect(), word)
}
