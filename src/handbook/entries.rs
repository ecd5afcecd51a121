//! Builds the entries of a rule set: one for each rule, setting, fact, service, payer, source, and invariant.

use serde_json::json;

use super::entry::{Content, Entry};
use crate::effective::Effective;
use crate::facts::{Answer, Fact, FactId, Lever, Origin};
use crate::nearest::{joined, one_of};
use crate::report::RateView;
use crate::rules::{
    Basis, Effect, Invariant, PayerId, Presumption, ProgramSetting, Rule, RuleSet, ServiceId, Setting, Source, Test,
};
use crate::words;

/// Returns all entries, rules first.
pub(super) fn entries(set: &RuleSet) -> Vec<Entry> {
    let facts = set.vocabulary.facts().filter(|(_, fact)| fact.origin != Origin::Setting);
    rules(set)
        .chain(set.settings.iter().map(|setting| self::setting(set, setting)))
        .chain(facts.map(|(id, declared)| fact(set, id, declared)))
        .chain(set.service_ids().map(|id| service(set, id)))
        .chain(set.payer_ids().map(|id| payer(set, id)))
        .chain(set.sources.iter().enumerate().map(|(at, named)| source(set, at, named)))
        .chain(set.invariants.iter().map(|promise| invariant(set, promise)))
        .collect()
}

/// Returns the entries of the rules, ordered by id.
pub(super) fn rules(set: &RuleSet) -> impl Iterator<Item = Entry> {
    set.rules.iter().map(|rule| self::rule(set, rule))
}

fn rule(set: &RuleSet, rule: &Rule) -> Entry {
    let mut entry = Entry::new("rule", &rule.id, &rule.title);
    entry.kind = rule.kind();
    entry.other_names.clone_from(&rule.formerly);
    entry.data("kind", rule.kind());
    let when = words::condition(set, &rule.condition);
    if when.is_empty() {
        entry.text("", "When", "always");
    } else {
        entry.add("when", "When", Content::List(when));
    }
    entry.text("does", "Then", words::effect(set, rule));
    if rule.effective != Effective::default() {
        entry.text("", "Dates", words::dates(rule.effective));
        for (key, date) in [("from", rule.effective.from), ("through", rule.effective.through)] {
            entry.data(key, date.map(|date| date.to_string()));
        }
    }
    let over_it = |other: &&Rule| matches!(&other.effect, Effect::Offer { overrides, .. } if overrides.iter().any(|id| set.rule(*id).id == rule.id));
    entry.rules("overridden_by", "Exceptions", set.rules.iter().filter(over_it));
    entry.text("", "Formerly", joined(rule.formerly.clone(), "and"));
    entry.data("formerly", rule.formerly.clone());
    entry
        .data("sources", words::basis(set, &rule.basis).into_iter().filter(|name| name != "house").collect::<Vec<_>>());
    entry.basis(set, &rule.basis, Some(&rule.span));
    entry
}

pub(super) fn setting(set: &RuleSet, setting: &Setting) -> Entry {
    let fact = set.vocabulary.fact(setting.fact);
    let mut entry = Entry::new("setting", &fact.name, &words::question(set, setting.fact));
    let (answer, default) =
        (set.answer_text(setting.fact, setting.value), set.answer_text(setting.fact, setting.default));
    entry.text("", "Answer", format!("`{answer}` ({})", setting.by.as_str()));
    entry.data("answer", json!(set.written_answer(setting.fact, setting.value)));
    entry.data("by", setting.by.as_str());
    entry.text("", "Default", format!("`{default}`"));
    entry.data("default", json!(set.written_answer(setting.fact, setting.default)));
    entry.text("may_be", "May be", words::takes(&fact.kind));
    if let Some(setting) = ProgramSetting::find(&fact.name) {
        entry.text("does", "Read as", setting.explanation());
    }
    let with_answer = (0..).zip(fact.values()).filter_map(|(value, name)| {
        let needs = |test: &Test| test.fact == setting.fact && test.values.contains(Answer::Value(value)) == Some(true);
        let rules = set.rules.iter().filter(|rule| rule.condition.tests().any(needs)).map(|rule| rule.id.as_str());
        let rules = joined(rules.map(|id| format!("`{id}`")).collect(), "and");
        (!rules.is_empty()).then(|| format!("with `{name}`: {rules}"))
    });
    let with_answer: Vec<String> = with_answer.collect();
    if !with_answer.is_empty() {
        entry.add("answers", "Can apply", Content::List(with_answer));
    }
    let other = fact.values().iter().find(|value| **value != answer);
    let written = other.map_or(answer.clone(), |other| format!("\"{other}\""));
    let how = format!("[answer]\n{} = {written}", fact.name);
    entry.add("how", "To answer it otherwise, in an agency's file", Content::Verbatim(how));
    entry.basis(set, &setting.basis, setting.span.as_ref());
    entry
}

fn fact(set: &RuleSet, id: FactId, declared: &Fact) -> Entry {
    let vocabulary = &set.vocabulary;
    let mut entry = Entry::new("fact", &declared.name, &words::question(set, id));
    let value = |value: &String| {
        let aliases = declared.aliases().filter(|(_, name)| name == value).map(|(alias, _)| alias);
        let aliases = one_of(aliases);
        if aliases.is_empty() { format!("`{value}`") } else { format!("`{value}` (also {aliases})") }
    };
    let values: Vec<String> = declared.values().iter().map(value).collect();
    entry.text("may_be", "May be", if values.is_empty() { words::takes(&declared.kind) } else { values.join(", ") });
    let presumption = set.presumptions.iter().find(|presumption| presumption.fact == id);
    let derived = vocabulary.derived(id);
    let is_worked_out = match declared.origin {
        Origin::Age(date) | Origin::DaysSince(date) => {
            let date = &vocabulary.fact(date).name;
            entry.text("derived", "Derived", format!("worked out from `{date}` and the service date"));
            true
        }
        _ => false,
    };
    if let Some(derived) = derived.map(|derived| vocabulary.fact(derived)) {
        entry.text("derived", "Derived", format!("rules ask what is worked out from it: `{}`", derived.name));
    }
    entry.data("required", declared.is_required());
    match presumption {
        _ if declared.is_required() => entry.text("", "If missing", "the record is rejected"),
        _ if is_worked_out => {}
        Some(presumption) => entry.text("presumed", "If missing", presumed(set, presumption)),
        None => entry.text("", "If missing", "the note is held where the outcome depends on it"),
    }
    let changes = match declared.lever {
        Some(Lever::Chart) => "only if the chart already supports the other answer".into(),
        Some(Lever::Record) => {
            format!("it can be looked up in {}", declared.look.as_deref().unwrap_or("the record that holds it"))
        }
        Some(Lever::Never) => "not at all: it is history".into(),
        None => String::new(),
    };
    entry.text("change", "Can change", changes);
    let asks = |rule: &&Rule| rule.condition.tests().any(|test| test.fact == id || Some(test.fact) == derived);
    entry.rules("asked_by", "Asked by", set.rules.iter().filter(asks));
    let basis = presumption.map(|presumption| presumption.basis.clone()).unwrap_or_default();
    entry.basis(set, &basis, set.fact_span(id));
    entry
}

/// Describes what is presumed, and under which condition.
fn presumed(set: &RuleSet, presumption: &Presumption) -> String {
    let when = joined(words::tests(set, &presumption.when), "and");
    let value = set.answer_text(presumption.fact, presumption.value);
    if when.is_empty() { format!("`{value}` is presumed") } else { format!("`{value}` is presumed where {when}") }
}

fn service(set: &RuleSet, id: ServiceId) -> Entry {
    let service = set.service(id);
    let mut entry = Entry::new("service", &service.name, &service.title);
    entry.other_names = vec![service.full_code(), service.code.clone()];
    entry.text("code", "Code", service.full_code());
    entry.text("unit", "Unit", service.unit.as_str());
    let rates: Vec<RateView> =
        set.rates.iter().filter(|rate| rate.service == id).map(|rate| RateView::new(set, rate)).collect();
    if rates.is_empty() {
        entry.text(
            "",
            "Rates",
            "No rate is known: its units are counted and stay unpriced until an agency's file gives one.",
        );
    }
    entry.add("rates", "Rates", Content::Rates(rates));
    let offers = |rule: &&Rule| matches!(rule.effect, Effect::Offer { service, .. } if service == id);
    entry.rules("offered_by", "Offered by", set.rules.iter().filter(offers));
    entry.basis(set, &service.basis, Some(&service.span));
    entry
}

fn payer(set: &RuleSet, id: PayerId) -> Entry {
    let payer = set.payer(id);
    let mut entry = Entry::new("payer", &payer.name, &payer.title);
    let offers = |rule: &&Rule| matches!(&rule.effect, Effect::Offer { payers, .. } if payers.contains(&id));
    let takes = |rule: &&Rule| rule.effect.removes().is_some_and(|removes| removes.payers.contains(&id));
    entry.rules("offered_by", "Offered by", set.rules.iter().filter(offers));
    entry.rules("taken_by", "Taken by", set.rules.iter().filter(takes));
    entry.basis(set, &Basis::default(), Some(&payer.span));
    entry
}

fn source(set: &RuleSet, at: usize, source: &Source) -> Entry {
    let mut entry = Entry::new("source", &source.name, &source.title);
    entry.text("dated", "Dated", source.dated.clone());
    let sha256 = source.sha256.clone().unwrap_or_default();
    entry.text("sha256", "SHA-256", sha256);
    entry.text("unchecked", "Not checked", source.unchecked.clone().unwrap_or_default());
    let cites = |rule: &&Rule| rule.basis.cites.iter().any(|cite| cite.source == at);
    entry.rules("cited_by", "Cited by", set.rules.iter().filter(cites));
    entry.basis(set, &Basis::default(), Some(&source.span));
    entry
}

fn invariant(set: &RuleSet, invariant: &Invariant) -> Entry {
    let mut entry = Entry::new("invariant", &invariant.id, &invariant.title);
    for (key, label, clause) in [("when", "Where", &invariant.when), ("always", "Always", &invariant.always)] {
        let phrases = words::clause(set, clause);
        if !phrases.is_empty() {
            entry.add(key, label, Content::List(phrases));
        }
    }
    entry.basis(set, &invariant.basis, Some(&invariant.span));
    entry
}
