//! Every small way in which a service, a rate, a presumption or a setting can change.

use super::condition::of_tests;
use super::edit::{Edit, Mutant, name};
use super::rule::dates;
use crate::facts::{Answer, Fact, FactId, Kind};
use crate::rules::{AnsweredBy, DatedRate, Presumption, RuleSet, Service, Setting, Span, Unit};

/// The mutants of everything but rules.
pub(super) fn changes(set: &RuleSet) -> Vec<Mutant> {
    [services(set), rates(set), presumptions(set), settings(set)].concat()
}

fn mutant(block: String, change: String, span: &Span, edit: Edit) -> Mutant {
    Mutant { block, change, span: span.clone(), edit }
}

/// Another code, each modifier dropped, the other units. Titles decide nothing.
fn services(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for id in set.service_ids() {
        let service = set.service(id);
        let mut push = |change: String, changed: Service| {
            let edit = Edit::Service(id, Box::new(changed));
            mutants.push(mutant(format!("service {}", service.name), change, &service.span, edit));
        };
        let mut shorter = service.code.clone();
        if shorter.pop().is_some() {
            let change = format!("code `{shorter}` instead of `{}`", service.code);
            push(change, Service { code: shorter, ..service.clone() });
        }
        for (at, modifier) in service.modifiers.iter().enumerate() {
            let mut modifiers = service.modifiers.clone();
            modifiers.remove(at);
            push(format!("drop the modifier `{modifier}`"), Service { modifiers, ..service.clone() });
        }
        for unit in Unit::ALL.into_iter().filter(|unit| *unit != service.unit) {
            let change = format!("unit `{}` instead of `{}`", unit.as_str(), service.unit.as_str());
            push(change, Service { unit, ..service.clone() });
        }
    }
    mutants
}

/// A cent more, none at all, and each date a day off.
fn rates(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, dated) in set.rates.iter().enumerate() {
        let from = dated.effective.from.map_or_else(|| "undated".to_owned(), |from| from.to_string());
        let block = format!("rate of {} from {from}", set.service(dated.service).name);
        let mut push = |change: String, changed: Option<DatedRate>| {
            mutants.push(mutant(block.clone(), change, &dated.span, Edit::Rate(at, changed.map(Box::new))));
        };
        push("drop the rate".into(), None);
        let rate = dated.rate.a_cent_more();
        push(format!("{rate} instead of {}", dated.rate), Some(DatedRate { rate, ..dated.clone() }));
        for (change, effective) in dates(dated.effective) {
            let changed = DatedRate { effective, ..dated.clone() };
            // Two rates of one service from one date are no rule set.
            let taken = |(other, known): (usize, &DatedRate)| {
                other != at && known.service == dated.service && known.effective.from == effective.from
            };
            if !set.rates.iter().enumerate().any(taken) {
                push(change, Some(changed));
            }
        }
    }
    mutants
}

fn presumptions(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, presumption) in set.presumptions.iter().enumerate() {
        let fact = presumption.fact;
        let mut push = |change: String, changed: Option<Presumption>| {
            let edit = Edit::Presumption(at, changed.map(Box::new));
            mutants.push(mutant(format!("presume {}", name(set, fact)), change, &presumption.span, edit));
        };
        push("presume nothing".into(), None);
        for value in others(set.vocabulary.fact(fact), presumption.value) {
            let change = instead(set, fact, value, presumption.value);
            push(change, Some(Presumption { value, ..presumption.clone() }));
        }
        for (change, when) in of_tests(set, &presumption.when) {
            push(change, Some(Presumption { when, ..presumption.clone() }));
        }
    }
    mutants
}

/// Each other default, or the numbers beside it. A setting that somebody has answered keeps that answer.
fn settings(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, setting) in set.settings.iter().enumerate() {
        let Some(span) = &setting.span else { continue };
        for default in others(set.vocabulary.fact(setting.fact), setting.default) {
            let value = if setting.by == AnsweredBy::Default { default } else { setting.value };
            let change = format!("default {}", instead(set, setting.fact, default, setting.default));
            let changed = Setting { default, value, ..setting.clone() };
            let block = format!("setting {}", name(set, setting.fact));
            mutants.push(mutant(block, change, span, Edit::Setting(at, Box::new(changed))));
        }
    }
    mutants
}

fn instead(set: &RuleSet, fact: FactId, after: Answer, before: Answer) -> String {
    format!("`{}` instead of `{}`", set.written(fact, after), set.written(fact, before))
}

/// Every other value; of numbers those beside it.
fn others(fact: &Fact, answer: Answer) -> Vec<Answer> {
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
