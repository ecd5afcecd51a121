//! Resolves words to what they stand for: values, answers and dates.

use crate::effective::{Effective, parse_date};
use crate::facts::{Answer, Fact, FactId, Kind, Origin, Vocabulary};
use crate::message::Code;
use crate::nearest::nearest;
use crate::toml::{Problems, Text};

/// Parses an answer to a fact by the exact name of its value. Returns `None` if the fact does not take it.
pub(super) fn parse_answer(fact: &Fact, text: &str) -> Option<Answer> {
    match &fact.kind {
        Kind::Coded(_) => fact.value(text).map(Answer::Value),
        Kind::Number(least, most) => {
            text.parse().ok().filter(|number| (*least..=*most).contains(number)).map(Answer::Number)
        }
        Kind::Date => None,
    }
}

/// Resolves an answer to a fact. An answer that the fact does not take is a problem.
pub(super) fn answer(fact: &Fact, text: &Text, problems: &Problems<'_>) -> Option<Answer> {
    match &fact.kind {
        Kind::Coded(_) => value(fact, text, problems).map(Answer::Value),
        Kind::Number(least, most) => {
            let answer = parse_answer(fact, &text.value);
            if answer.is_none() {
                let problem = format!("`{}` does not take `{}`", fact.name, text.value);
                let help = format!("it takes a whole number from {least} to {most}");
                problems.add(&text.span, Code::NoSuchValue, problem, help);
            }
            answer
        }
        Kind::Date => None,
    }
}

/// Resolves a word of a condition to values: a single value, or all values of a group.
pub(super) fn value_or_group(fact: &Fact, word: &Text, problems: &Problems<'_>) -> Option<Vec<u16>> {
    match fact.groups.get(&word.value) {
        Some(group) => Some(group.clone()),
        None => named_value(fact, word, fact.groups.keys(), problems).map(|value| vec![value]),
    }
}

/// Finds a value by its exact name. An unknown name is a problem.
pub(super) fn value(fact: &Fact, word: &Text, problems: &Problems<'_>) -> Option<u16> {
    named_value(fact, word, std::iter::empty(), problems)
}

/// Finds a value by its exact name. `others`: names other than values that could have been meant.
fn named_value<'n>(
    fact: &'n Fact,
    word: &Text,
    others: impl Iterator<Item = &'n String>,
    problems: &Problems<'_>,
) -> Option<u16> {
    let found = fact.value(&word.value);
    let meant = fact.parse_value(word.value.trim()).and_then(|value| fact.value_name(value));
    match (found, meant.filter(|meant| !meant.eq_ignore_ascii_case(&word.value))) {
        (None, Some(meant)) => {
            let text = format!("`{}` does not take `{}`", fact.name, word.value);
            let help = format!("`{}` is another word for `{meant}`: rules take the name itself", word.value);
            problems.add(&word.span, Code::NoSuchValue, text, help);
        }
        (None, None) => {
            problems.add_unknown_value(word, &fact.name, fact.values().iter().chain(others).map(String::as_str));
        }
        (Some(_), _) => {}
    }
    found
}

/// Resolves a range of dates. A missing key or `undated` leaves that end open.
pub(super) fn effective(from: Option<&Text>, through: Option<&Text>, problems: &Problems<'_>) -> Effective {
    let date = |text: Option<&Text>| {
        let text = text.filter(|text| text.value != "undated")?;
        let date = parse_date(&text.value);
        if date.is_none() {
            let help = "write it as `\"YYYY-MM-DD\"`, or `\"undated\"`";
            problems.add(&text.span, Code::BadDate, format!("`{}` is not a day of the calendar", text.value), help);
        }
        date
    };
    let effective = Effective { from: date(from), through: date(through) };
    if let (Some(first), Some(last), Some(text)) = (effective.from, effective.through, through)
        && last < first
    {
        problems.add(&text.span, Code::BadDate, "`through` is before `from`", "both dates are included in the range");
    }
    effective
}

/// Explains which facts can be presumed.
pub(super) const PRESUMABLE: &str = "only facts that a note may leave open can be presumed, and no dates";

/// Finds a fact that may be presumed, which is one that notes may leave unanswered; else returns the nearest such name.
pub(super) fn presumable<'v>(vocabulary: &'v Vocabulary, name: &str) -> Result<FactId, Option<&'v str>> {
    let may = |fact: &Fact| fact.origin == Origin::Note && fact.kind != Kind::Date && !fact.is_required();
    let found = vocabulary.find(name).filter(|id| may(vocabulary.fact(*id)));
    found.ok_or_else(|| {
        nearest(name, vocabulary.facts().filter(|(_, fact)| may(fact)).map(|(_, fact)| fact.name.as_str()))
    })
}
