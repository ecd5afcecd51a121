//! Conditions, effects, dates and citations in plain words. Names and values stand in backticks.
//!
//! Knows no notes, and neither lists nor pages.

use std::collections::BTreeSet;

use crate::diagram::Variable;
use crate::effective::Effective;
use crate::facts::{FactId, Kind, Origin};
use crate::nearest::{joined, one_of};
use crate::rules::{
    Basis, Citation, Clause, Condition, Effect, Outcome, OutcomeTest, PayerId, Removes, Rule, RuleSet, ServiceId, Test,
    ValueSet,
};

/// When a rule applies: one phrase for each thing that must hold, the groups in one phrase. None: it always applies.
pub fn condition(set: &RuleSet, condition: &Condition) -> Vec<String> {
    let mut phrases = tests(set, &condition.all);
    let groups: Vec<String> =
        condition.any.iter().map(|group| joined(tests(set, group), "and")).filter(|group| !group.is_empty()).collect();
    match groups.as_slice() {
        [] => {}
        [only] => phrases.push(only.clone()),
        _ => phrases.push(format!("either {}", groups.join(", or "))),
    }
    phrases
}

/// Tests, one phrase each: what every note answers first, settings last.
pub fn tests(set: &RuleSet, tests: &[Test]) -> Vec<String> {
    let mut tests: Vec<&Test> = tests.iter().collect();
    tests.sort_by_key(|test| {
        let fact = set.vocabulary.fact(test.fact);
        (fact.origin == Origin::Setting, !fact.is_required())
    });
    tests.into_iter().map(|test| self::test(set, test)).collect()
}

/// One test, such as `` `activity` is `transport` or `other` ``.
pub fn test(set: &RuleSet, test: &Test) -> String {
    let fact = set.vocabulary.fact(test.fact);
    let setting = if fact.origin == Origin::Setting { "the setting " } else { "" };
    format!("{setting}`{}` is {}", fact.name, answers(set, test.fact, &test.values))
}

/// A set of answers as it is said after "is"; whichever is shorter of what is in it and what is not.
pub fn answers(set: &RuleSet, fact: FactId, answers: &ValueSet) -> String {
    let fact = set.vocabulary.fact(fact);
    match answers {
        ValueSet::Values(holds) => {
            let those = |wanted: bool| {
                let pairs = fact.values().iter().zip(holds).filter(move |(_, holds)| **holds == wanted);
                pairs.map(|(value, _)| value.as_str()).collect::<Vec<_>>()
            };
            match (those(true), those(false).as_slice()) {
                (_, []) => "anything".into(),
                (within, [only]) if within.len() > 1 => format!("not `{only}`"),
                (within, without) if without.len() * 2 < within.len() => {
                    format!("none of {}", one_of(without.iter().copied()))
                }
                (within, _) => one_of(within),
            }
        }
        ValueSet::Ranges(ranges) => {
            let limits = match &fact.kind {
                Kind::Number(least, most) => (*least, most.saturating_add(1)),
                Kind::Coded(_) | Kind::Date => (i64::MIN, i64::MAX),
            };
            joined(ranges.iter().map(|range| band(*range, limits)).collect(), "or")
        }
    }
}

/// A range of numbers, from the first to before the second.
fn band((from, before): (i64, i64), (lowest, end): (i64, i64)) -> String {
    let last = before.saturating_sub(1);
    match (from <= lowest, before >= end) {
        (true, true) => "anything".into(),
        (true, false) => format!("below {before}"),
        (false, true) => format!("{from} or more"),
        (false, false) if from == last => from.to_string(),
        (false, false) => format!("{from} to {last}"),
    }
}

/// A question in words, also where the vocabulary gives none.
pub fn question(set: &RuleSet, fact: FactId) -> String {
    let fact = set.vocabulary.fact(fact);
    if fact.ask.is_empty() { format!("What is `{}`?", fact.name) } else { fact.ask.clone() }
}

/// What a fact or setting takes.
pub fn takes(kind: &Kind) -> String {
    match kind {
        Kind::Coded(values) => joined(values.clone(), "or"),
        Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
        Kind::Date => "a date, as YYYY-MM-DD".into(),
    }
}

/// What a rule does where it applies.
pub fn effect(set: &RuleSet, rule: &Rule) -> String {
    match &rule.effect {
        Effect::Offer { service, payers, overrides } => {
            let payers: Vec<&str> = payers.iter().map(|payer| payer_title(set, *payer)).collect();
            let offer = format!("offers {} to {}", service_title(set, *service), payers.join(", else to "));
            let weaker = overrides.iter().map(|id| set.rule(*id).id.as_str()).collect::<Vec<_>>();
            if weaker.is_empty() { offer } else { format!("{offer}; goes before {}", one_of(weaker)) }
        }
        Effect::Exclude(removes) => {
            let does = if removes.payers.len() == 1 { "does" } else { "do" };
            format!("{} {does} not pay for this work{}", payers(set, removes), of_services(set, removes, "as"))
        }
        Effect::Strike(removes) => {
            format!("{} cannot be billed{}", payers(set, removes), of_services(set, removes, "for"))
        }
        Effect::Hold { payers, instead } => {
            let unless = payers.as_ref().map_or_else(String::new, |payers| {
                let titles = payers.iter().map(|payer| payer_title(set, *payer).to_owned()).collect();
                format!(", unless strikes of every service leave neither {} to bill", joined(titles, "nor"))
            });
            let instead = set.instead_text(instead).map_or_else(String::new, |instead| format!(": {instead}"));
            format!("holds the note for a person, whatever else applies{unless}{instead}")
        }
        Effect::Advise => "adds a finding for a person and changes nothing else".into(),
    }
}

fn payers(set: &RuleSet, removes: &Removes) -> String {
    joined(removes.payers.iter().map(|payer| payer_title(set, *payer).to_owned()).collect(), "and")
}

fn of_services(set: &RuleSet, removes: &Removes, word: &str) -> String {
    let Some(services) = &removes.services else { return String::new() };
    let titles = services.iter().map(|service| service_title(set, *service)).collect();
    format!(" {word} {}", joined(titles, "or"))
}

/// A payer as it is said.
pub fn payer_title(set: &RuleSet, payer: PayerId) -> &str {
    &set.payer(payer).title
}

/// A service as it is said, with its code.
pub fn service_title(set: &RuleSet, service: ServiceId) -> String {
    let service = set.service(service);
    format!("{} ({})", service.title, service.full_code())
}

/// What becomes of a note.
pub fn outcome(set: &RuleSet, outcome: Outcome) -> String {
    match outcome {
        Outcome::Billable(service, payer) => {
            format!("billed to {} as {}", payer_title(set, payer), service_title(set, service))
        }
        Outcome::NonBillable => "non-billable".into(),
        Outcome::Held => "held for a person".into(),
        Outcome::Gap => "decided by no rule".into(),
        Outcome::Conflict => "decided differently by two offers".into(),
    }
}

/// What a clause of an invariant says, one phrase for each fact or part of the outcome.
pub fn clause(set: &RuleSet, clause: &Clause) -> Vec<String> {
    let outcome = clause.outcome.iter().map(|test| outcome_test(set, test));
    outcome.chain(tests(set, &clause.facts)).collect()
}

fn outcome_test(set: &RuleSet, test: &OutcomeTest) -> String {
    let names = |accepted: bool| {
        let values = test.part.values(&set.payers, &set.services).into_iter();
        values.filter(move |(value, _)| test.values.contains(value) == accepted).map(|(_, name)| name)
    };
    let part = test.part.as_str();
    // All values but one fit where the test was written with `not`.
    match names(false).collect::<Vec<_>>().as_slice() {
        [only] if test.values.len() > 1 => format!("the {part} is not `{only}`"),
        _ => format!("the {part} is {}", one_of(names(true))),
    }
}

/// Dates, both ends included.
pub fn dates(effective: Effective) -> String {
    match (effective.from, effective.through) {
        (None, None) => "on every date".into(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(through)) => format!("through {through}"),
        (Some(from), Some(through)) => format!("from {from} through {through}"),
    }
}

/// Where something is said, with its words or with ours.
pub fn citation(set: &RuleSet, citation: &Citation) -> String {
    let source = set.sources.get(citation.source).map(|source| source.title.as_str()).unwrap_or_default();
    let said = match (&citation.quote, &citation.says) {
        (Some(quote), _) => format!(": “{quote}”"),
        (None, Some(says)) => format!(", in our words: {says}"),
        (None, None) => String::new(),
    };
    format!("{source}, {}{said}", citation.at)
}

/// What a block rests on, in short: the names of its sources, and `house`.
pub fn basis(set: &RuleSet, basis: &Basis) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let sources = basis.cites.iter().filter_map(|cite| set.sources.get(cite.source)).map(|source| &source.name);
    for name in sources.cloned().chain(basis.house.then(|| "house".to_owned())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Values of a variable as they are written in a table; whichever is shorter of what is in them and what is not.
pub fn values(set: &RuleSet, variable: &Variable, within: &BTreeSet<u16>) -> String {
    let named = |wanted: bool| -> Vec<String> {
        let values = variable.values().filter(|value| within.contains(value) == wanted);
        values.map(|value| variable.describe(set, value)).collect()
    };
    let (inside, outside) = (named(true), named(false));
    // "Not below 65" would be no shorter than "65 or more".
    if !variable.bands.is_empty() || outside.len() * 2 > inside.len() {
        return joined(inside, "or");
    }
    match outside.as_slice() {
        [] => "anything".into(),
        [only] => format!("not {only}"),
        [one, other] => format!("neither {one} nor {other}"),
        _ => format!("none of {}", joined(outside, "or")),
    }
}

/// With a capital letter at its beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A number in groups of three digits.
pub fn grouped(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_stand_in_groups() {
        assert_eq!(["0", "999", "1,000", "672,399,360"], [0, 999, 1000, 672_399_360].map(super::grouped).as_slice());
    }
}
