//! Guesses which field a column stands for by the words of its name.

use crate::facts::Vocabulary;
use crate::field::FieldId;
use crate::read::FieldNames;
use crate::spelling::key;

/// Customary abbreviations in headers, each with what it stands for.
const ABBREVIATIONS: [(&str, &str); 27] = [
    ("svc", "service"),
    ("srv", "service"),
    ("serv", "service"),
    ("dt", "date"),
    ("tm", "time"),
    ("beg", "start"),
    ("begin", "start"),
    ("strt", "start"),
    ("from", "start"),
    ("finish", "end"),
    ("stop", "end"),
    ("cl", "client"),
    ("clt", "client"),
    ("pt", "client"),
    ("stf", "staff"),
    ("emp", "staff"),
    ("worker", "staff"),
    ("clinician", "staff"),
    ("act", "activity"),
    ("dur", "duration"),
    ("hrs", "hours"),
    ("min", "minutes"),
    ("mins", "minutes"),
    ("no", "id"),
    ("nbr", "id"),
    ("num", "id"),
    ("number", "id"),
];

/// Words that say nothing about which field it is.
const FILLERS: [&str; 7] = ["the", "of", "on", "id", "for", "service", "time"];

/// Returns the field that a column of this name most likely stands for, if its name is not known.
pub(super) fn guess(vocabulary: &Vocabulary, name: &str) -> Option<FieldId> {
    let words: Vec<String> = words_of(name).iter().map(|word| expand(word).to_owned()).collect();
    if words.contains(&"name".to_owned()) {
        // Names of people stand for no field.
        return None;
    }
    let bare: Vec<&str> = words.iter().map(String::as_str).filter(|word| !FILLERS.contains(word)).collect();
    let known = |name: &str| vocabulary.field(name);
    known(&words.join(" ")).or_else(|| known(&bare.join(" "))).or_else(|| {
        let near = vocabulary.nearest(name)?;
        // Of short names, nearly all are near to each other.
        (key(name).len() > 5).then(|| vocabulary.field(near)).flatten()
    })
}

/// Splits a name into its words, in lower case. A capital letter after a small one begins a word.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_small) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn expand(word: &str) -> &str {
    ABBREVIATIONS.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| long)
}

/// Whether a cell may be the name of a column: it has letters, and is neither long nor a date.
pub(super) fn may_be_name(cell: &str) -> bool {
    const LONGEST: usize = 60;
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    cell.chars().any(char::is_alphabetic) && cell.chars().count() <= LONGEST && digits <= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words_of("SvcDt"), ["svc", "dt"]);
        assert_eq!(words_of("Begin Tm (HH:MM)"), ["begin", "tm", "hh", "mm"]);
        assert_eq!(words_of("CLIENT_ID"), ["client", "id"]);
    }

    #[test]
    fn values_are_no_names() {
        for cell in ["2026-03-09", "45", "", "x".repeat(61).as_str(), "n-00012"] {
            assert!(!may_be_name(cell), "{cell}");
        }
        assert!(may_be_name("Svc Dt") && may_be_name("Modifier 1"));
    }
}
