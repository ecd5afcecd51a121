//! Generates every small change of a service, rate, presumption, setting or alias.

use super::change::{Change, Mutant};
use super::condition::tests;
use super::rule::{dates, lists_of_payers};
use crate::facts::{Answer, Fact, FactId, Kind};
use crate::rules::{AnsweredBy, DatedRate, Presumption, RuleSet, Service, Setting, Span, Unit};
use crate::spelling::key;

/// Candidate modifiers to add to a service. The first one that it does not already have is used.
const ADDED: [&str; 2] = ["U1", "U2"];

/// Returns the mutants of everything except rules and promises.
pub(super) fn mutants(set: &RuleSet) -> Vec<Mutant> {
    [services(set), rates(set), presumptions(set), settings(set), aliases(set)].concat()
}

pub(super) fn mutant(block: String, change: String, span: &Span, changed: Change) -> Mutant {
    Mutant { block, change, span: span.clone(), changed }
}

/// Shortens the code, drops each modifier, adds one modifier, and tries the other units. Titles decide nothing.
fn services(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for id in set.service_ids() {
        let service = set.service(id);
        let mut push = |change: String, changed: Service| {
            let changed = Change::Service(id, Box::new(changed));
            mutants.push(mutant(format!("service {}", service.name), change, &service.span, changed));
        };
        if let Some(code) = &service.code {
            let mut shorter = code.clone();
            shorter.pop();
            let change = format!("code `{shorter}` instead of `{code}`");
            push(change, Service { code: Some(shorter), ..service.clone() });
            push("drop the code".into(), Service { code: None, ..service.clone() });
        }
        for (at, modifier) in service.modifiers.iter().enumerate() {
            let mut modifiers = service.modifiers.clone();
            modifiers.remove(at);
            push(format!("drop the modifier `{modifier}`"), Service { modifiers, ..service.clone() });
        }
        if let Some(added) = ADDED.iter().find(|added| !service.modifiers.iter().any(|known| known == *added)) {
            let modifiers = service.modifiers.iter().cloned().chain([(*added).to_owned()]).collect();
            push(format!("add the modifier `{added}`"), Service { modifiers, ..service.clone() });
        }
        for unit in Unit::ALL.into_iter().filter(|unit| *unit != service.unit) {
            let change = format!("unit `{}` instead of `{}`", unit.as_str(), service.unit.as_str());
            push(change, Service { unit, ..service.clone() });
        }
    }
    mutants
}

/// Adds a cent to each rate, drops it, and drops each of its dates or moves it by a day.
fn rates(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, dated) in set.rates.iter().enumerate() {
        let from = dated.effective.from.map_or_else(|| "undated".to_owned(), |from| from.to_string());
        let block = format!("rate of {} from {from}", set.service(dated.service).name);
        let mut push = |change: String, changed: Option<DatedRate>| {
            mutants.push(mutant(block.clone(), change, &dated.span, Change::Rate(at, changed.map(Box::new))));
        };
        push("drop the rate".into(), None);
        let rate = dated.rate.plus_one_cent();
        push(format!("{rate} instead of {}", dated.rate), Some(DatedRate { rate, ..dated.clone() }));
        for (change, effective) in dates(dated.effective) {
            // A rule set may not have two rates for one service from the same date.
            let is_taken = |(other, known): (usize, &DatedRate)| {
                other != at && known.is_in_series(dated) && known.effective.from == effective.from
            };
            if !set.rates.iter().enumerate().any(is_taken) {
                push(change, Some(DatedRate { effective, ..dated.clone() }));
            }
        }
        if let Some(payers) = &dated.payers {
            push("drop `payers`".into(), Some(DatedRate { payers: None, ..dated.clone() }));
            for (change, payers) in lists_of_payers(set, payers) {
                push(change, Some(DatedRate { payers: Some(payers), ..dated.clone() }));
            }
        }
        for (change, when) in tests(set, &dated.when) {
            push(change, Some(DatedRate { when, ..dated.clone() }));
        }
    }
    mutants
}

fn presumptions(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, presumption) in set.presumptions.iter().enumerate() {
        let fact = set.vocabulary.fact(presumption.fact);
        let mut push = |change: String, changed: Option<Presumption>| {
            let changed = Change::Presumption(at, changed.map(Box::new));
            mutants.push(mutant(format!("presume {}", fact.name), change, &presumption.span, changed));
        };
        push("presume nothing".into(), None);
        for value in other_answers(fact, presumption.value) {
            let change = instead(set, presumption.fact, value, presumption.value);
            push(change, Some(Presumption { value, ..presumption.clone() }));
        }
        for (change, when) in tests(set, &presumption.when) {
            push(change, Some(Presumption { when, ..presumption.clone() }));
        }
    }
    mutants
}

/// Changes each answer in force to every other value, or to the adjacent numbers, and moves each bound inward by one.
/// Moving a bound outward would admit answers that no note or case can show.
fn settings(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, setting) in set.settings.iter().enumerate() {
        let Some(span) = &setting.span else { continue };
        let fact = set.vocabulary.fact(setting.fact);
        let answer = set.answers.iter().find(|answer| answer.setting == setting.fact).map(|answer| &answer.span);
        let block = || format!("setting {}", fact.name);
        for value in other_answers(fact, setting.value) {
            let is_default = setting.by == AnsweredBy::Default;
            let (what, default) = if is_default { ("default", value) } else { ("answer", setting.default) };
            let change = format!("{what} {}", instead(set, setting.fact, value, setting.value));
            let changed = Setting { default, value, ..setting.clone() };
            let span = answer.filter(|_| !is_default).unwrap_or(span);
            mutants.push(mutant(block(), change, span, Change::Setting(at, Box::new(changed))));
        }
        if let Kind::Number(least, most) = fact.kind
            && least < most
        {
            let bounds = |kind| Change::Bounds(setting.fact, kind);
            let change = format!("`at_least` is {} instead of {least}", least + 1);
            mutants.push(mutant(block(), change, span, bounds(Kind::Number(least + 1, most))));
            let change = format!("`below` is {most} instead of {}", most + 1);
            mutants.push(mutant(block(), change, span, bounds(Kind::Number(least, most - 1))));
        }
    }
    mutants
}

/// Drops each alias, and points it at the last value instead, or at the first if it stands for the last: adjacent
/// values are often treated alike.
fn aliases(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (id, fact) in set.vocabulary.facts() {
        for (word, name) in fact.aliases() {
            // An alias with its own block is located at that block, all others at the fact.
            let alias = set.aliases.iter().find(|alias| alias.fact == id && key(&alias.word) == key(word));
            let Some(span) = alias.map(|alias| &alias.span).or_else(|| set.fact_span(id)) else { continue };
            let mut push = |change: String, value: Option<u16>| {
                let changed = Change::Alias(id, word.to_owned(), value);
                mutants.push(mutant(format!("fact {}", fact.name), change, span, changed));
            };
            push(format!("drop the alias `{word}`"), None);
            let own = fact.values().iter().position(|value| value == name).unwrap_or_default();
            let last = fact.values().len().saturating_sub(1);
            let next = if own == last { 0 } else { last };
            if let Some(other) = fact.values().get(next).filter(|other| *other != name) {
                let change = format!("the alias `{word}` stands for `{other}` instead of `{name}`");
                push(change, u16::try_from(next).ok());
            }
        }
    }
    mutants
}

fn instead(set: &RuleSet, fact: FactId, after: Answer, before: Answer) -> String {
    format!("`{}` instead of `{}`", set.answer_text(fact, after), set.answer_text(fact, before))
}

/// Returns every other value or, for a number, the adjacent ones.
fn other_answers(fact: &Fact, answer: Answer) -> Vec<Answer> {
    match (&fact.kind, answer) {
        (Kind::Coded(values), _) => {
            (0..).take(values.len()).map(Answer::Value).filter(|other| *other != answer).collect()
        }
        (Kind::Number(least, most), Answer::Number(number)) => {
            let beside = [number.saturating_sub(1), number.saturating_add(1)];
            beside.into_iter().filter(|other| (*least..=*most).contains(other)).map(Answer::Number).collect()
        }
        _ => Vec::new(),
    }
}
