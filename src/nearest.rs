//! Finds the known name closest to a misspelled one, and words names and numbers for sentences.

use std::fmt::Display;

use crate::spelling::key;

/// Returns the known name closest to `wanted`, if one is close enough. Only letters and digits are compared. A name whose
/// words begin like those of `wanted`, as `vocational_specialist` and `Voc Spec`, is closest, if it is the only one.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted_key = key(wanted);
    let (length, written) = (wanted_key.chars().count(), wanted.chars().count());
    if length > MOST_LETTERS {
        return None;
    }
    let far = far(written);
    let wanted_words = words(wanted);
    let (mut close, mut abbreviated) = (Vec::new(), Vec::new());
    for name in known {
        let (key, words) = (key(name), words(name));
        if is_abbreviation(&wanted_words, &words) {
            abbreviated.push(name);
        }
        if key.chars().count().abs_diff(length) > far {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&wanted_key, &key);
        if distance <= far && are_close(&wanted_words, &words) {
            close.push((distance, name));
        }
    }
    match abbreviated.as_slice() {
        [only] => Some(*only),
        _ => close.into_iter().min().map(|(_, name)| name),
    }
}

/// Most letters and digits of a name that is compared: a long sentence is close to nothing.
const MOST_LETTERS: usize = 100;

/// Returns the largest distance at which a name of this length is close.
fn far(length: usize) -> usize {
    length.max(3) / 3
}

fn words(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether each word begins one of the words of a name, in order.
fn is_abbreviation(short: &[String], name: &[String]) -> bool {
    const FEWEST_LETTERS: usize = 3;
    let begins = |(short, word): (&String, &String)| short.len() >= FEWEST_LETTERS && word.starts_with(short.as_str());
    short.len() == name.len() && !short.is_empty() && short.iter().zip(name).all(begins)
}

/// Whether two names of as many words differ little in each of them. One word may not be another one altogether.
fn are_close(one: &[String], other: &[String]) -> bool {
    let is_close = |(one, other): (&String, &String)| {
        let is_part = one.starts_with(other.as_str()) || other.starts_with(one.as_str());
        is_part || strsim::damerau_levenshtein(one, other) <= far(one.chars().count().max(other.chars().count()))
    };
    one.len() != other.len() || one.len() == 1 || one.iter().zip(other).all(is_close)
}

/// Joins names in backticks for a sentence: `` `a`, `b` or `c` ``.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    listed(names, "or")
}

/// Joins names in backticks for a sentence, with a word such as "and" before the last.
pub fn listed(names: impl IntoIterator<Item = impl Display>, word: &str) -> String {
    joined(names.into_iter().map(|name| format!("`{name}`")).collect(), word)
}

/// Maximum number of names that a help message lists.
const MAX_LISTED: usize = 8;

/// Lists the values of a fact for a help message: all of them, or the first few and where to find the others.
pub fn values_of(fact: &str, values: &[String]) -> String {
    let names = || values.iter().map(String::as_str);
    if values.len() <= MAX_LISTED {
        return one_of(names());
    }
    let first: Vec<String> = names().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
    format!("{}, …; `actbill explain {fact}` lists all values", first.join(", "))
}

/// Joins parts for a sentence: `a, b or c`.
pub fn joined(mut parts: Vec<String>, word: &str) -> String {
    match (parts.pop(), parts.is_empty()) {
        (None, _) => String::new(),
        (Some(only), true) => only,
        (Some(last), false) => format!("{} {word} {last}", parts.join(", ")),
    }
}

/// Returns a number with its noun, such as "1 unit" or "2 units".
pub fn counted(number: impl Into<u64>, noun: &str) -> String {
    let number = number.into();
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        let known = ["job_coaching", "job_development", "transport"];
        assert_eq!(nearest("Job Coachin", known), Some("job_coaching"));
        assert_eq!(nearest("trnasport", known), Some("transport"));
        assert_eq!(nearest("knitting", known), None);
        assert_eq!(nearest("job_coach", known), Some("job_coaching"));
        let roles = ["vocational_specialist", "peer_specialist"];
        assert_eq!(nearest("Voc Spec", roles), Some("vocational_specialist"));
        assert_eq!(nearest("Voc Specialist", roles), Some("vocational_specialist"));
        assert_eq!(nearest("Job Specialist", roles), None);
        assert_eq!(nearest("Spec", ["specific", "special"]), None);
        assert_eq!(nearest(&"transport ".repeat(50_000), known), None);
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(one_of([]), "");
    }
}
