//! Describes conditions, effects, dates and citations in plain words. Names and values are put in backticks.
//!
//! Knows nothing about notes or about the layout of lists and pages.

mod periods;

use std::collections::BTreeSet;

pub use periods::{
    count, edit_effect, holiday, pair_effect, payer_titles, period, rate_conditions, service_titles, shadow_effect,
    steps,
};

use crate::diagram::Variable;
use crate::effective::Effective;
use crate::facts::{FactId, Kind, Origin};
use crate::nearest::{joined, one_of};
use crate::rules::{
    Basis, Citation, Clause, Condition, Effect, Outcome, OutcomeTest, PayerId, Removes, Rule, RuleSet, ServiceId, Test,
    ValueSet,
};

/// Describes when a rule applies: one phrase for each condition, and one for all groups. Empty if it always applies.
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

/// Describes tests, one phrase each: required facts first, settings last.
pub fn tests(set: &RuleSet, tests: &[Test]) -> Vec<String> {
    let mut tests: Vec<&Test> = tests.iter().collect();
    tests.sort_by_key(|test| {
        let fact = set.vocabulary.fact(test.fact);
        (fact.origin == Origin::Setting, !fact.is_required())
    });
    tests.into_iter().map(|test| self::test(set, test)).collect()
}

/// Describes one test, such as `` `activity` is `transport` or `other` ``.
pub fn test(set: &RuleSet, test: &Test) -> String {
    let fact = set.vocabulary.fact(test.fact);
    let setting = if fact.origin == Origin::Setting { "the setting " } else { "" };
    format!("{setting}`{}` is {}", fact.name, answers(set, test.fact, &test.values))
}

/// Describes a set of answers so that it can follow "is", by what is in it or what is not, whichever is shorter.
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

/// Describes a range of numbers; the upper bound is exclusive.
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

/// Returns the question that a fact asks, or a generic one if the vocabulary has none.
pub fn question(set: &RuleSet, fact: FactId) -> String {
    let fact = set.vocabulary.fact(fact);
    if fact.ask.is_empty() { format!("What is `{}`?", fact.name) } else { fact.ask.clone() }
}

/// Describes the values that a fact or setting accepts.
pub fn takes(kind: &Kind) -> String {
    match kind {
        Kind::Coded(values) => joined(values.clone(), "or"),
        Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
        Kind::Date => "a date, as YYYY-MM-DD".into(),
    }
}

/// Describes what a rule does when it applies.
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
        Effect::Advise { label: None } => "adds a finding for a person and changes nothing else".into(),
        Effect::Advise { label: Some(label) } => format!("adds the label `{label}` and changes nothing else"),
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

/// Returns the title of a payer.
pub fn payer_title(set: &RuleSet, payer: PayerId) -> &str {
    &set.payer(payer).title
}

/// Returns the title of a service, with its procedure code.
pub fn service_title(set: &RuleSet, service: ServiceId) -> String {
    let service = set.service(service);
    format!("{} ({})", service.title, service.full_code())
}

/// Describes the outcome of a note.
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

/// Describes a clause of an invariant, one phrase for each fact or part of the outcome.
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
    // A test that accepts all values except one was written with `not`.
    match names(false).collect::<Vec<_>>().as_slice() {
        [only] if test.values.len() > 1 => format!("the {part} is not `{only}`"),
        _ => format!("the {part} is {}", one_of(names(true))),
    }
}

/// Describes a range of dates, both ends inclusive.
pub fn dates(effective: Effective) -> String {
    match (effective.from, effective.through) {
        (None, None) => "on every date".into(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(through)) => format!("through {through}"),
        (Some(from), Some(through)) => format!("from {from} through {through}"),
    }
}

/// Describes where a source says something, with a quote or with our own summary.
pub fn citation(set: &RuleSet, citation: &Citation) -> String {
    let source = set.sources.get(citation.source).map(|source| source.title.as_str()).unwrap_or_default();
    let said = match (&citation.quote, &citation.says) {
        (Some(quote), _) => format!(": “{quote}”"),
        (None, Some(says)) => format!(", in our words: {says}"),
        (None, None) => String::new(),
    };
    format!("{source}, {}{said}", citation.at)
}

/// Describes the basis of a block in short: the names of its sources, and `house`.
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

/// Describes values of a variable as written in a table, by what is in them or what is not, whichever is shorter.
pub fn values(set: &RuleSet, variable: &Variable, within: &BTreeSet<u16>) -> String {
    let named = |wanted: bool| -> Vec<String> {
        variable.describe_all(set, variable.values().filter(|value| within.contains(value) == wanted))
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

/// Capitalizes the first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Formats a number with its digits in groups of three.
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
