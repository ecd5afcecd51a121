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

