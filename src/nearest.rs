//! Finds the known name closest to a misspelled one, and joins names for sentences.

/// Returns the known name closest to `wanted`, if one is close enough. Ignores letter case; `-`, `_` and spaces are
/// alike.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', ' '], "_");
    let wanted = plain(wanted);
    let length = wanted.chars().count();
    let far = length.max(3) / 3;
    known
        .into_iter()
        // Names of very different lengths are never close, so a long sentence need not be compared with every name.
        .filter(|name| name.chars().count().abs_diff(length) <= far)
        .map(|name| (strsim::damerau_levenshtein(&wanted, &plain(name)), name))
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, name)| name)
}

/// Joins names in backticks for a sentence: `` `a`, `b` or `c` ``.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    joined(names.into_iter().map(|name| format!("`{name}`")).collect(), "or")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        let known = ["job_coaching", "job_development", "transport"];
        assert_eq!(nearest("Job Coachin", known), Some("job_coaching"));
        assert_eq!(nearest("trnasport", known), Some("transport"));
        assert_eq!(nearest("knitting", known), None);
        assert_eq!(nearest(&"transport ".repeat(50_000), known), None);
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(one_of([]), "");
    }
}
