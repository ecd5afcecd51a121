//! `[alias.FACT]`: aliases for the values of a fact.

use std::collections::BTreeMap;

use super::fact::GROUP_NAME;
use super::{Block, BlockKind, Role, Written};
use crate::facts::{Fact, FactId, Origin};
use crate::message::Code;
use crate::rules::checker::Checker;
use crate::rules::resolve::value;
use crate::spelling::key;
use crate::toml::{Problems, Span, Text, TomlTable};

/// A word that notes may use for a value.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The fact whose value it stands for.
    pub fact: FactId,
    /// The alias itself.
    pub word: String,
    /// The value that it stands for, by its index among the fact's values.
    pub value: u16,
    /// Where the alias is written.
    pub span: Span,
}

impl Block for Alias {
    /// The fact and the value.
    type Body = (Text, Text);
    const KIND: BlockKind = BlockKind { name: "alias", role: Role::Completes, most: 100_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        let tables = file.named_tables("alias", "alias table", |fact, table| (fact, table.words()));
        let block = |(fact, words): (Text, Vec<(Text, Text)>)| {
            words.into_iter().map(move |(name, value)| Written {
                span: name.span.clone(),
                name,
                replaces: false,
                body: (fact.clone(), value),
            })
        };
        tables.into_iter().flat_map(block).collect()
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let is_coded = |fact: &Fact| fact.origin == Origin::Note && !fact.values().is_empty();
        let mut aliases = Vec::new();
        for Written { name: word, span, body: (name, value), .. } in blocks {
            let id = checker.set.vocabulary.find(&name.value);
            let fact = id.and_then(|id| checker.facts.get_mut(id.index()).filter(|fact| is_coded(fact)));
            if let (Some(id), Some(fact)) = (id, fact) {
                let value = checker.words.add(fact, &word, &value, checker.problems);
                aliases.extend(value.map(|value| Self { fact: id, word: word.value, value, span }));
            } else {
                let names = checker.facts.iter().filter(|fact| is_coded(fact)).map(|fact| fact.name.as_str());
                checker.problems.add_unknown(&name, Code::UnknownName, "fact with values", names);
            }
        }
        checker.update_vocabulary();
        aliases
    }
}

/// Maps a fact and the key of a word to the place that gives the word its meaning.
#[derive(Default)]
pub(in crate::rules) struct Words(BTreeMap<(String, String), Span>);

impl Words {
    /// Records where a value is declared. The value's own name stands for it.
    pub(super) fn declare(&mut self, fact: &str, value: &Text) {
        let word = (fact.to_owned(), key(&value.value));
        self.0.entry(word).or_insert_with(|| value.span.clone());
    }

    /// Adds an alias for a value of a fact, and returns the value. Each alias can stand for one value only.
    pub(super) fn add(&mut self, fact: &mut Fact, word: &Text, name: &Text, problems: &Problems<'_>) -> Option<u16> {
        let value = value(fact, name, problems)?;
        let plain = key(&word.value);
        if plain.is_empty() {
            let text = format!("the other word for `{}` is empty", name.value);
            problems.add(&word.span, Code::MissingKey, text, "write the word that notes use");
            return None;
        }
        if fact.groups.keys().any(|group| key(group) == plain) {
            let text = format!("`{}` is already a group of values of `{}`", word.value, fact.name);
            problems.add(&word.span, Code::RepeatedName, text, GROUP_NAME);
            return None;
        }
        let is_new = fact.add_alias(&word.value, value);
        let first = self.0.entry((fact.name.clone(), plain)).or_insert_with(|| word.span.clone());
        if !is_new {
            let what = format!("meaning of `{}` in `{}`", word.value, fact.name);
            let help = "one word can stand for one value only";
            problems.add_duplicate(&what, (first, &word.span), Code::RepeatedName, help);
        }
        Some(value)
    }
}
