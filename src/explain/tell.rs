//! What the rule set holds, as explanations tell it: answers and where they came from, questions, bases, places.

use super::page::{ConditionTold, RuleRef};
use super::told::{BasisTold, CiteTold, From, RuleTold};
use crate::facts::{Answer, FactId, Facts, Kind, Origin, Word, date_of};
use crate::rules::{AnsweredBy, Basis, Rule, RuleSet, Span, Test};
use crate::words;

/// An answer as a note would write it; `None`: there is none.
pub(super) fn answer(set: &RuleSet, fact: FactId, answer: Answer) -> Option<Word> {
    match (&set.vocabulary.fact(fact).kind, answer) {
        (_, Answer::Unanswered) => None,
        (Kind::Date, Answer::Number(days)) => date_of(days).map(|date| Word::Text(date.to_string())),
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

/// The rules that ask a fact.
pub(super) fn asking(set: &RuleSet, fact: FactId) -> Vec<&Rule> {
    set.rules.iter().filter(|rule| rule.condition.tests().any(|test| test.fact == fact)).collect()
}

/// Conditions, one by one.
pub(super) fn conditions(set: &RuleSet, tests: &[Test]) -> Vec<ConditionTold> {
    let told = |test: &Test| ConditionTold {
        fact: set.vocabulary.fact(test.fact).name.clone(),
        needs: words::answers(set, test.fact, &test.values),
    };
    tests.iter().map(told).collect()
}

/// Rules by id, kind and title.
pub(super) fn refs<'s>(rules: impl Iterator<Item = &'s Rule>) -> Vec<RuleRef> {
    rules.map(|rule| RuleRef { id: rule.id.clone(), kind: rule.kind(), title: rule.title.clone() }).collect()
}
