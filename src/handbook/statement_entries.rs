//! Builds the entries of statements and of labels.

use std::collections::BTreeMap;

use super::entry::Entry;
use crate::nearest::joined;
use crate::rules::{Basis, Effect, Rule, RuleSet, StatementHome};

/// Returns the entries of the statements.
pub(super) fn statements(set: &RuleSet) -> impl Iterator<Item = Entry> {
    set.statement_homes().map(|home| statement(set, &home))
}

/// Builds the entry of a statement: its words, its class and its home.
pub(super) fn statement(set: &RuleSet, home: &StatementHome<'_>) -> Entry {
    let statement = home.statement;
    let cite = &statement.cite;
    let words = match (&cite.quote, &cite.says) {
        (Some(quote), _) => format!("“{quote}”"),
        (None, Some(says)) => format!("in our words: {says}"),
        (None, None) => String::new(),
    };
    let mut entry = Entry::new("statement", &statement.id, &words);
    let source = set.sources.get(cite.source);
    entry.data("source", source.map(|source| source.name.clone()));
    entry.data("at", cite.at.clone());
    entry.text("", "Class", statement.class.title());
    entry.data("class", statement.class.as_str());
    entry.links(set, "encoded_by", "Carried out", home.blocks.iter().copied());
    let names: Vec<String> = home.settings.iter().map(|fact| set.vocabulary.fact(*fact).name.clone()).collect();
    let shown = joined(names.iter().map(|name| format!("`{name}`")).collect(), "and");
    entry.text("", "Settings", shown);
    entry.data("settings", names);
    entry.text("encoded", "In program", statement.encoded.clone().unwrap_or_default());
    entry.text("why", "Needs no rule", statement.why.clone().unwrap_or_default());
    entry.data("has_home", home.is_there());
    if !home.is_there() {
        entry.text("", "No home", "no block cites it, and nothing says why none needs to");
    }
    let basis = Basis { cites: vec![cite.clone()], ..Basis::default() };
    entry.basis(set, &basis, Some(&statement.span));
    entry
}

/// Returns the entries of the labels, each with the rules that give it.
pub(super) fn labels(set: &RuleSet) -> impl Iterator<Item = Entry> {
    let mut labels: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in set.rules.iter() {
        if let Effect::Advise { label: Some(label) } = &rule.effect {
            labels.entry(label).or_default().push(rule);
        }
    }
    labels.into_iter().map(|(label, rules)| {
        let mut entry = Entry::new("label", label, "a word for what a note is about");
        entry.text("", "Where", "in the row's `labels`; it changes no decision and no money");
        entry.rules(set, "given_by", "Given by", rules.into_iter());
        entry
    })
}
