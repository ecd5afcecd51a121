//! How names and words are compared: by their letters and digits alone.

use std::collections::BTreeSet;

/// Returns what tells a name or word apart from others: its letters and digits, in lower case. `Service Date` and
/// `service_date` are the same. Text without any letter or digit is compared as it is, without blanks around it.
pub fn key(text: &str) -> String {
    let key: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if key.is_empty() { text.trim().to_owned() } else { key }
}

/// Words that turn a phrase into its opposite.
const NEGATIONS: [&str; 9] = ["no", "not", "non", "none", "never", "without", "neither", "nor", "n"];

/// Prefixes that turn a word into its opposite.
const PREFIXES: [&str; 7] = ["un", "non", "not", "no", "in", "im", "dis"];

/// Whether one of two similar phrases looks like the opposite of the other, as `unmet` and `met` do.
pub fn are_opposites(one: &str, other: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    let is_negated = |words: &BTreeSet<String>| NEGATIONS.iter().any(|word| words.contains(*word));
    is_negated(&one) != is_negated(&other) || has_opposite(&one, &other) || has_opposite(&other, &one)
}

/// Whether a word of one phrase with a prefix in front of it is a word of the other.
fn has_opposite(plain: &BTreeSet<String>, prefixed: &BTreeSet<String>) -> bool {
    let mut words = prefixed.iter();
    words.any(|word| {
        let in_for_out = word.strip_prefix("in").is_some_and(|rest| plain.contains(&format!("out{rest}")));
        let is_opposite = |prefix: &&str| word.strip_prefix(*prefix).is_some_and(|rest| plain.contains(rest));
        in_for_out || PREFIXES.iter().any(is_opposite)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_tell_names_apart() {
        for name in ["service_date", "Service Date", " SERVICE-DATE\u{200b}", "service.date:", "ServiceDate"] {
            assert_eq!(key(name), "servicedate", "{name}");
        }
        assert_eq!([key("Größe 2"), key(" ? "), key("")], ["größe2", "?", ""]);
    }

    #[test]
    fn opposites_are_noticed() {
        for (one, other) in [
            ("spenddown_met", "spenddown_unmet"),
            ("Not MO HealthNet", "mo_healthnet"),
            ("outpatient", "inpatient"),
            ("uninsured", "insured"),
            ("no spenddown", "spenddown"),
        ] {
            assert!(are_opposites(one, other) && are_opposites(other, one), "{one}, {other}");
        }
        for (one, other) in [("medicade", "medicaid"), ("nursing home", "nursing_facility"), ("None", "none")] {
            assert!(!are_opposites(one, other), "{one}, {other}");
        }
    }
}
