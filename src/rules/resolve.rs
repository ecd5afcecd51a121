//! Names to what they stand for: facts and their values, sets of answers, dates, what a block rests on.

use super::blocks::{AskShape, BasisShape, CiteShape, TestShape};
use super::problem::{Problems, Span};
use super::walk::Text;
use super::{Basis, Citation, Source, Test, ValueSet, condition};
use crate::effective::{Effective, parse_date};
use crate::facts::{Answer, Fact, FactId, Kind, Origin, Vocabulary};
use crate::message::Code;
use crate::nearest::nearest;

/// The most words of a source that may be quoted.
const QUOTE_WORDS: usize = 15;

/// An answer to a fact, written as text.
pub(super) fn answer(fact: &Fact, value: &str) -> Option<Answer> {
    match &fact.kind {
        Kind::Coded(_) => fact.value(value).map(Answer::Value),
        Kind::Number(least, most) => {
            value.parse().ok().filter(|number| (*least..=*most).contains(number)).map(Answer::Number)
        }
        Kind::Date => None,
    }
}

/// What can be presumed.
pub(super) const PRESUMABLE: &str = "only facts that a note may leave open can be presumed, and no dates";

/// A fact that may be presumed: one that notes may leave open. Otherwise the nearest one.
pub(super) fn presumable(vocabulary: &Vocabulary, name: &str) -> Result<FactId, Option<String>> {
    let may = |fact: &Fact| fact.origin == Origin::Note && fact.kind != Kind::Date && !fact.is_required();
    let found = vocabulary.find(name).filter(|id| may(vocabulary.fact(*id)));
    found.ok_or_else(|| {
        let names = vocabulary.facts().filter(|(_, fact)| may(fact)).map(|(_, fact)| fact.name.as_str());
        nearest(name, names).map(str::to_owned)
    })
}

/// A fact by its name; an unknown one is a problem.
pub(super) fn fact(vocabulary: &Vocabulary, name: &Text, problems: &mut Problems<'_>) -> Option<FactId> {
    let found = vocabulary.find(&name.value);
    if found.is_none() {
        let names = vocabulary.facts().map(|(_, fact)| fact.name.as_str());
        problems.unknown(name, Code::UnknownName, "fact or setting", names);
    }
    found
}

/// Tests joined by *and*, each fact once. A test that can never hold is a problem.
pub(super) fn tests(vocabulary: &Vocabulary, shapes: &[TestShape], problems: &mut Problems<'_>) -> Vec<Test> {
    let resolved: Vec<(Test, &Text)> =
        shapes.iter().filter_map(|shape| Some((test(vocabulary, shape, problems)?, &shape.name))).collect();
    let tests = condition::merge_tests(resolved.iter().map(|(test, _)| test));
    for test in tests.iter().filter(|test| test.values.is_empty()) {
        if let Some((_, name)) = resolved.iter().rev().find(|(written, _)| written.fact == test.fact) {
            let text = format!("no answer to `{}` fits this condition", name.value);
            problems.add(
                &name.at,
                Code::BadCondition,
                text,
                "a rule that can never apply is a mistake: widen or remove it",
            );
        }
    }
    tests
}

fn test(vocabulary: &Vocabulary, shape: &TestShape, problems: &mut Problems<'_>) -> Option<Test> {
    let id = fact(vocabulary, &shape.name, problems)?;
    let asked = vocabulary.fact(id);
    let set = match (&asked.kind, &shape.asks) {
        (Kind::Coded(_), AskShape::Values(words)) => {
            let values: Vec<Vec<u16>> = words.iter().filter_map(|word| value_or_group(asked, word, problems)).collect();
            // With a misspelt value the set is not what was meant, and saying more about it would be noise.
            (values.len() == words.len()).then(|| ValueSet::of_values(asked, &values.concat()))?
        }
        (Kind::Number(..), AskShape::Band { at_least, below }) => {
            ValueSet::Ranges(vec![(at_least.unwrap_or(i64::MIN), below.unwrap_or(i64::MAX))])
                .intersect(&ValueSet::full(asked))
        }
        (kind, _) => {
            let help = match kind {
                Kind::Coded(_) => format!("write `{} = \"…\"` with one of its values, or a list of them", asked.name),
                Kind::Number(..) => format!("write `{0}.at_least = …`, `{0}.below = …` or both", asked.name),
                Kind::Date => {
                    let derived =
                        vocabulary.derived(id).map(|id| vocabulary.fact(id).name.as_str()).unwrap_or_default();
                    format!("ask what is derived from it: `{derived}.at_least` or `{derived}.below`")
                }
            };
            let text = format!("`{}` cannot be asked in this way", asked.name);
            problems.add(&shape.name.at, Code::BadCondition, text, help);
            return None;
        }
    };
    Some(Test { fact: id, values: if shape.negated { set.complement(asked) } else { set } })
}

/// The values that a word of a condition stands for: a value, or all values of a group.
fn value_or_group(fact: &Fact, word: &Text, problems: &mut Problems<'_>) -> Option<Vec<u16>> {
    match fact.groups.get(&word.value) {
        Some(group) => Some(group.clone()),
        None => named_value(fact, word, fact.groups.keys(), problems).map(|value| vec![value]),
    }
}

/// A value by its exact name; an unknown one is a problem.
pub(super) fn value(fact: &Fact, word: &Text, problems: &mut Problems<'_>) -> Option<u16> {
    named_value(fact, word, std::iter::empty(), problems)
}

/// A value by its exact name. `others`: names beside the values that could have been meant.
fn named_value<'n>(
    fact: &'n Fact,
    word: &Text,
    others: impl Iterator<Item = &'n String>,
    problems: &mut Problems<'_>,
) -> Option<u16> {
    let found = fact.value(&word.value);
    let meant = fact.spoken(word.value.trim()).and_then(|value| fact.value_name(value));
    match (found, meant.filter(|meant| !meant.eq_ignore_ascii_case(&word.value))) {
        (None, Some(meant)) => {
            let text = format!("`{}` does not take `{}`", fact.name, word.value);
            let help = format!("`{}` is another word for `{meant}`: rules take the name itself", word.value);
            problems.add(&word.at, Code::NoSuchValue, text, help);
        }
        (None, None) => problems.no_value(word, &fact.name, fact.values().iter().chain(others).map(String::as_str)),
        (Some(_), _) => {}
    }
    found
}

/// A range of dates; `undated` and a key left out are open ends.
pub(super) fn effective(from: Option<&Text>, through: Option<&Text>, problems: &mut Problems<'_>) -> Effective {
    let mut date = |text: Option<&Text>| {
        let text = text.filter(|text| text.value != "undated")?;
        let date = parse_date(&text.value);
        if date.is_none() {
            let help = "write it as `\"YYYY-MM-DD\"`, or `\"undated\"`";
            problems.add(&text.at, Code::BadDate, format!("`{}` is not a day of the calendar", text.value), help);
        }
        date
    };
    let effective = Effective { from: date(from), through: date(through) };
    if let (Some(first), Some(last), Some(text)) = (effective.from, effective.through, through)
        && last < first
    {
        problems.add(&text.at, Code::BadDate, "`through` is before `from`", "both dates are included in the range");
    }
    effective
}

/// What a block rests on. `needed`: a block that rests on nothing is a problem at this place.
pub(super) fn basis(
    shape: BasisShape,
    sources: &[Source],
    needed: Option<(&Span, &str)>,
    problems: &mut Problems<'_>,
) -> Basis {
    let written = !shape.cites.is_empty();
    let house = shape.basis.as_ref().is_some_and(|basis| basis.value == "house");
    if let Some(basis) = shape.basis.as_ref().filter(|_| !house) {
        problems.no_value(basis, "basis", ["house"]);
    } else if let Some((at, what)) = needed.filter(|_| !house && !written) {
        let help =
            "add `cite = [{ source = …, at = …, quote = … }]`, or `basis = \"house\"` if it is your own decision";
        problems.add(at, Code::NoBasis, format!("{what} rests on nothing"), help);
    }
    let mut cites = Vec::new();
    for cite in shape.cites {
        let Some(at) = sources.iter().position(|source| source.name == cite.source.value) else {
            let names = sources.iter().map(|source| source.name.as_str());
            problems.unknown(&cite.source, Code::UnknownName, "source", names);
            continue;
        };
        let checked = sources.get(at).is_some_and(|source| source.unchecked.is_none());
        check_place(&cite, sources.get(at), problems);
        match &cite.quote {
            Some(quote) if checked => check_quote(quote, problems),
            Some(quote) => {
                let text = format!("nobody has checked a quote of `{}`, whose text is `unchecked`", cite.source.value);
                let help = "say it in your own words in `says`; or check the text and give its `sha256`";
                problems.add(&quote.at, Code::BadQuote, text, help);
            }
            None if checked => {
                let help = "add `quote = \"…\"`, at most 15 words that stand once in the source";
                problems.add(&cite.at_block, Code::BadQuote, "this citation quotes nothing", help);
            }
            None => {}
        }
        let quote = cite.quote.map(|quote| quote.value);
        cites.push(Citation { source: at, at: cite.at, quote, says: cite.says, span: cite.at_block });
    }
    Basis { cites, house, note: shape.note }
}

/// A source that names its places has no others.
fn check_place(cite: &CiteShape, source: Option<&Source>, problems: &mut Problems<'_>) {
    let Some(places) = source.map(|source| &source.places).filter(|places| !places.is_empty()) else { return };
    if !places.contains(&cite.at) {
        let near = nearest(&cite.at, places.iter().map(String::as_str));
        let help = near.map_or_else(
            || format!("add it to the `places` of the source `{}`, where it stands in the text", cite.source.value),
            |near| format!("did you mean `{near}`?"),
        );
        let text = format!("the source `{}` has no place `{}`", cite.source.value, cite.at);
        problems.add(&cite.at_block, Code::UnknownName, text, help);
    }
}

fn check_quote(quote: &Text, problems: &mut Problems<'_>) {
    let words = quote.value.split_whitespace().count();
    if words == 0 || words > QUOTE_WORDS {
        let text = format!("this quote has {words} words");
        problems.add(&quote.at, Code::BadQuote, text, format!("quote 1 to {QUOTE_WORDS} words of the source"));
    }
}
