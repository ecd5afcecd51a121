//! The blocks of a rule file, one module for each kind: its written form, its checked form and its problems.
//!
//! A new kind needs a module here, its `mod` line, and a line in the list of [`RuleSet`](super::RuleSet).

mod alias;
mod answer;
mod column;
mod count;
mod edit;
mod fact;
mod hold;
mod holiday;
mod invariant;
mod offer;
mod overrides;
mod pair;
mod payer;
mod presumption;
mod rate;
mod read;
mod removal;
mod rule;
mod service;
mod setting;
mod shadow;
mod source;
mod statement;
mod waiver;

use std::collections::BTreeMap;

pub use alias::Alias;
pub(super) use alias::Words;
pub use answer::SettingAnswer;
pub use column::Column;
pub use count::{Count, Within};
pub use edit::{Check, Edit, EditPeriod, Overlap, Scope};
pub use fact::DeclaredFact;
pub use hold::Instead;
pub use holiday::DeclaredHoliday;
pub use invariant::{Clause, Invariant, OutcomePart, OutcomeTest, OutcomeValue};
pub use pair::{Pair, PairTerms, Relation, Then};
pub use payer::Payer;
pub use presumption::Presumption;
pub use rate::{DatedRate, RateFound};
pub use read::ReadLine;
pub use removal::Removes;
pub use rule::{Effect, Rule};
pub use service::{Service, Unit, full_code};
pub use setting::{AnsweredBy, Setting};
pub use shadow::Shadow;
pub use source::Source;
pub use statement::{Statement, StatementClass};
pub use waiver::Waiver;

use super::Basis;
use super::checker::Checker;
use crate::message::Code;
use crate::nearest::nearest;
use crate::toml::{Problems, Span, Text, TomlTable};

/// A kind of block. The implementing type is the checked form of the block.
pub(super) trait Block: Sized {
    /// The written form of a block without its name; each value has its position.
    type Body;

    /// Properties shared by all blocks of this kind.
    const KIND: BlockKind;

    /// Reads all blocks of this kind in a file.
    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>>;

    /// Resolves the names in the blocks and reports their problems. All kinds above this one in the list of the rule
    /// set have been checked already.
    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self>;

    /// Returns what a block is based on; `None` if blocks of this kind have no basis.
    fn basis(&self) -> Option<&Basis> {
        None
    }
}

/// Properties shared by all blocks of a kind.
pub(super) struct BlockKind {
    /// The name of the kind in messages.
    pub(super) name: &'static str,
    /// What blocks of this kind can affect.
    pub(super) role: Role,
    /// Most blocks of this kind in a set.
    pub(super) most: usize,
}

/// What blocks of a kind can affect. This determines whether a set must be proved again after such blocks are added.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Which notes are decided and how, so blocks of this kind can cause a gap or a conflict.
    Decides,
    /// Nothing that a proof depends on: prices, aliases, answers. The proof tries every answer to a setting, and a
    /// presumed value only takes the place of an answer.
    Completes,
    /// No decision on a note, but what the notes of a period earn together.
    Counts,
    /// No decisions, but they promise something that must be proved.
    Promises,
}

/// A block as it is written in a rule file.
pub(super) struct Written<B> {
    pub(super) name: Text,
    /// Where problems of the whole block are reported.
    pub(super) span: Span,
    /// Whether the block replaces another one.
    pub(super) replaces: bool,
    pub(super) body: B,
}

/// Reads all `[KEY.NAME]` tables of a file.
fn read_tables<B>(
    file: &mut TomlTable<'_>,
    key: &'static str,
    what: &'static str,
    mut read: impl FnMut(&mut TomlTable<'_>) -> B,
) -> Vec<Written<B>> {
    file.named_tables(key, what, |name, mut table| {
        let (replaces, body) = (table.flag("replaces"), read(&mut table));
        table.finish();
        Written { span: name.span.clone(), name, replaces, body }
    })
}

/// Reads all `[[KEY]]` tables of a file, each with its `id`.
fn read_list<B>(
    file: &mut TomlTable<'_>,
    key: &'static str,
    mut read: impl FnMut(&mut TomlTable<'_>) -> B,
) -> Vec<Written<B>> {
    file.tables(key, key, |mut table| {
        let (name, replaces, body) = (table.required("id"), table.flag("replaces"), read(&mut table));
        table.finish();
        name.map(|name| Written { span: name.span.clone(), name, replaces, body })
    })
}

/// Reads the lines of a `[KEY]` table, each a name and a word.
fn read_lines(file: &mut TomlTable<'_>, key: &'static str, what: &'static str) -> Vec<Written<Text>> {
    let lines = file.table(key, what).map(TomlTable::words).unwrap_or_default();
    let block = |(name, body): (Text, Text)| Written { span: name.span.clone(), name, replaces: false, body };
    lines.into_iter().map(block).collect()
}

const ANOTHER_NAME: &str = "give one of them another name, or, to take the other's place, the line `replaces = true`";

/// Keeps one block for each name, and returns them sorted by name.
fn unique<B>(mut blocks: Vec<Written<B>>, what: &str, problems: &Problems<'_>) -> Vec<Written<B>> {
    blocks.sort_by_key(|block| block.span.order());
    let mut by_name: BTreeMap<String, Vec<Written<B>>> = BTreeMap::new();
    for block in blocks {
        by_name.entry(block.name.value.clone()).or_default().push(block);
    }
    let replaceable = by_name.iter().filter(|(_, blocks)| blocks.iter().any(|block| !block.replaces));
    let replaceable: Vec<String> = replaceable.map(|(name, _)| name.clone()).collect();
    let keep = |(name, blocks): (String, Vec<Written<B>>)| {
        let help = || match nearest(&name, replaceable.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("check the name; a new {what} needs no `replaces = true`"),
        };
        choose_block(blocks, &format!("{what} `{name}`"), (Code::RepeatedName, ANOTHER_NAME), help, problems)
    };
    by_name.into_iter().filter_map(keep).collect()
}

/// Keeps one of several blocks with the same key: the one that replaces, if there is one, else the first. `nothing`
/// returns the help for a block that has nothing to replace.
fn choose_block<B>(
    blocks: Vec<Written<B>>,
    what: &str,
    (code, help): (Code, &str),
    nothing: impl FnOnce() -> String,
    problems: &Problems<'_>,
) -> Option<Written<B>> {
    let (replacing, plain): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.replaces);
    problems.add_duplicates(what, plain.iter().map(|block| &block.span), (code, help));
    let second = format!("replacement of {what}");
    problems.add_duplicates(&second, replacing.iter().map(|block| &block.span), (code, "keep one of the two"));
    match replacing.first() {
        Some(block) if plain.is_empty() => {
            problems.add(&block.span, Code::NothingToReplace, format!("there is no {what} to replace"), nothing());
        }
        Some(block) => problems.remember_replacement(&block.name),
        None => {}
    }
    replacing.into_iter().chain(plain).next()
}
