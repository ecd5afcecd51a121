//! The page of a setting: what it asks, who answered, and what each answer changes.

use super::{AnswerView, SettingPage, asking, refs};
use crate::facts::{Answer, FactId};
use crate::report::{BasisView, file_and_line};
use crate::rules::{AnsweredBy, PART_QUARTER_HOUR, POOL, Rule, RuleSet, Test};
use crate::words;

pub(super) fn page(set: &RuleSet, fact: FactId) -> SettingPage {
    let declared = set.vocabulary.fact(fact);
    let setting = set.settings.iter().find(|setting| setting.fact == fact);
    let word = |answer| set.word(fact, answer);
    let answer = word(setting.map_or(Answer::Unanswered, |setting| setting.value));
    let other = declared.values().iter().find(|value| **value != answer.text());
    let written = other.map_or(answer.text(), |other| format!("\"{other}\""));
    SettingPage {
        name: declared.name.clone(),
        ask: words::question(set, fact),
        takes: words::takes(&declared.kind),
        default: word(setting.map_or(Answer::Unanswered, |setting| setting.default)),
        answer,
        by: match setting.map(|setting| setting.by) {
            Some(AnsweredBy::Agency) => "agency",
            Some(AnsweredBy::CommandLine) => "command_line",
            Some(AnsweredBy::Default) | None => "default",
        },
        does: match declared.name.as_str() {
            PART_QUARTER_HOUR => Some(
                "The program itself reads it: so many minutes left over after the whole quarter hours make a further \
                 unit. 15 counts whole quarter hours only, 8 is the eight-minute rule, 1 counts any part.",
            ),
            POOL => Some(
                "The program itself reads it: with `day`, the minutes of a client's notes of one service, payer and date \
                 are summed before they are rounded; with `note`, each note is rounded by itself.",
            ),
            _ => None,
        },
        answers: answers(set, fact),
        basis: setting.map(|setting| BasisView::new(set, &setting.basis)).unwrap_or_default(),
        place: set.fact_span(fact).map(|span| file_and_line(set, span)).unwrap_or_default(),
        how: format!("[answer]\n{} = {written}", declared.name),
    }
}

/// For each answer, the rules that can apply only with it or in more cases with it.
fn answers(set: &RuleSet, fact: FactId) -> Vec<AnswerView> {
    let asking: Vec<&Rule> = asking(set, fact);
    let values = (0_u16..).zip(set.vocabulary.fact(fact).values());
    let told = values.map(|(value, name)| {
        let fits = |tests: &Vec<Test>, value: u16| {
            tests.iter().all(|test| test.fact != fact || test.values.contains(Answer::Value(value)) == Some(true))
        };
        let ways =
            |rule: &Rule, value: u16| rule.condition.alternatives().iter().filter(|tests| fits(tests, value)).count();
        let others = || {
            (0_u16..)
                .zip(set.vocabulary.fact(fact).values())
                .map(|(other, _)| other)
                .filter(move |other| *other != value)
        };
        let only = asking.iter().filter(|rule| ways(rule, value) > 0 && others().all(|other| ways(rule, other) == 0));
        let more =
            asking.iter().filter(|rule| others().any(|other| (1..ways(rule, value)).contains(&ways(rule, other))));
        AnswerView { answer: name.clone(), only: refs(only.copied()), more: refs(more.copied()) }
    });
    told.filter(|answer| !answer.only.is_empty() || !answer.more.is_empty()).collect()
}
