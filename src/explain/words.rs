//! Answers, conditions and bases in words.

use chrono::NaiveDate;

use super::told::{BasisTold, CiteTold, From, RuleTold};
use crate::effective::Effective;
use crate::facts::{Answer, FactId, Facts, Kind, Origin, Word};
use crate::nearest::joined;
use crate::rules::{AnsweredBy, Basis, Rule, RuleSet, Set, Span, Test};

/// An answer as a note would write it; `None`: there is none.
pub(super) fn answer(set: &RuleSet, fact: FactId, answer: Answer) -> Option<Word> {
    match (&set.vocabulary.fact(fact).kind, answer) {
        (_, Answer::Unanswered) => None,
        (Kind::Date, Answer::Number(days)) => {
            let date = i32::try_from(days).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
            date.map(|date| Word::Text(date.to_string()))
        }
        _ => Some(set.word(fact, answer)),
    }
}

/// Where an answer came from. `presumed`: facts that were filled in.
pub(super) fn from(set: &RuleSet, fact: FactId, facts: &Facts, presumed: &[FactId]) -> From {
    if facts.get(fact) == Answer::Unanswered {
        return From::NotAnswered;
    }
    match set.vocabulary.fact(fact).origin {
        Origin::Note if presumed.contains(&fact) => From::Presumed,
        Origin::Note | Origin::Minutes => From::Note,
        Origin::Age(_) | Origin::DaysSince(_) => From::Derived,
        Origin::Setting => match set.settings.iter().find(|setting| setting.fact == fact).map(|setting| setting.by) {
            Some(AnsweredBy::Agency) => From::Agency,
            Some(AnsweredBy::CommandLine) => From::CommandLine,
            Some(AnsweredBy::Default) | None => From::Default,
        },
    }
}

/// A question in words, also where the vocabulary gives none.
pub(super) fn ask(set: &RuleSet, fact: FactId) -> String {
    let fact = set.vocabulary.fact(fact);
    if fact.ask.is_empty() { format!("What is `{}`?", fact.name) } else { fact.ask.clone() }
}

/// What fits a test: `one of a, b`, `anything but c`, `65 or more`.
pub(super) fn needs(set: &RuleSet, test: &Test) -> String {
    let fact = set.vocabulary.fact(test.fact);
    let listed = |wanted: bool, fits: &[bool]| {
        let named = fact.values().iter().zip(fits).filter(|(_, fits)| **fits == wanted);
        named.map(|(name, _)| name.clone()).collect::<Vec<String>>()
    };
    match &test.set {
        Set::Values(fits) => {
            let (yes, no) = (listed(true, fits), listed(false, fits));
            if yes.len() > 2 && no.len() < yes.len() / 2 {
                format!("anything but {}", joined(no, "or"))
            } else if yes.len() > 2 {
                format!("one of {}", joined(yes, "or"))
            } else {
                joined(yes, "or")
            }
        }
        Set::Ranges(ranges) => joined(ranges.iter().map(|range| band(&fact.kind, *range)).collect(), "or"),
    }
}

/// A range of numbers, from the first to before the second.
fn band(kind: &Kind, (from, before): (i64, i64)) -> String {
    let (least, most) = match kind {
        Kind::Number(least, most) => (*least, *most),
        Kind::Coded(_) | Kind::Date => (i64::MIN, i64::MAX),
    };
    match (from > least, before <= most) {
        (true, true) if from + 1 == before => from.to_string(),
        (true, true) => format!("{from} to {}", before - 1),
        (true, false) => format!("{from} or more"),
        (false, true) => format!("below {before}"),
        (false, false) => "any number".into(),
    }
}

/// A range of dates: `on every date`, `from 2026-01-01`, `through 2026-06-30`.
pub(super) fn dates(effective: Effective) -> String {
    match (effective.from, effective.through) {
        (None, None) => "on every date".into(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(through)) => format!("through {through}"),
        (Some(from), Some(through)) => format!("from {from} through {through}"),
    }
}

/// What something rests on.
pub(super) fn basis(set: &RuleSet, basis: &Basis) -> BasisTold {
    let cites = basis.cites.iter().filter_map(|cite| {
        let source = set.sources.get(cite.source)?;
        Some(CiteTold {
            source: source.name.clone(),
            title: source.title.clone(),
            dated: source.dated.clone(),
            at: cite.at.clone(),
            quote: cite.quote.clone(),
            says: cite.says.clone(),
        })
    });
    BasisTold { cites: cites.collect(), house: basis.house, note: basis.note.clone() }
}

/// A rule with what it rests on.
pub(super) fn rule(set: &RuleSet, rule: &Rule) -> RuleTold {
    RuleTold {
        id: rule.id.clone(),
        kind: rule.kind(),
        title: rule.title.clone(),
        basis: basis(set, &rule.basis),
        place: place(set, &rule.span),
    }
}

/// File and line of a span.
pub(super) fn place(set: &RuleSet, span: &Span) -> String {
    set.place(span).map(|place| format!("{}:{}", place.file, place.line)).unwrap_or_default()
}

/// What a fact takes, in words.
pub(super) fn takes(set: &RuleSet, fact: FactId) -> String {
    match &set.vocabulary.fact(fact).kind {
        Kind::Coded(values) => joined(values.clone(), "or"),
        Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
        Kind::Date => "a date, as YYYY-MM-DD".into(),
    }
}

/// The rules that ask a fact.
pub(super) fn asking(set: &RuleSet, fact: FactId) -> Vec<&Rule> {
    set.rules.iter().filter(|rule| rule.condition.tests().any(|test| test.fact == fact)).collect()
}
