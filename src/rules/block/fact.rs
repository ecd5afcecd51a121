//! `[fact.NAME]`: a question that notes answer, with its possible answers, groups of them and aliases.

use std::collections::BTreeMap;

use super::{Block, BlockKind, Role, Written, read_tables, unique};
use crate::facts::{Fact, FactId, Kind, Lever, Origin, is_reserved};
use crate::message::Code;
use crate::rules::Basis;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::resolve::value;
use crate::spelling::key;
use crate::toml::{Problems, Span, Text, TomlTable};

/// A fact that a rule file declares. The vocabulary holds everything else about it.
#[derive(Clone, Debug)]
pub struct DeclaredFact {
    /// The fact itself.
    pub fact: FactId,
    /// The passages for which the fact is asked; often none.
    pub basis: Basis,
    /// Where the fact is declared.
    pub span: Span,
}

pub(in crate::rules) struct FactBody {
    ask: String,
    values: Option<Vec<Text>>,
    kind: Option<Text>,
    lever: Option<Text>,
    look: Option<String>,
    /// Aliases, each with its value.
    aliases: Vec<(Text, Text)>,
    groups: Vec<(Text, Vec<Text>)>,
    basis: WrittenBasis,
}

/// Most values of a fact or setting. A longer list is a code list, which belongs in another system.
const MAX_VALUES: usize = 1_000;

/// Largest number that a note may give as an answer.
const MAX_NUMBER: i64 = 1_000_000;

/// The kinds of facts without a list of values.
const KINDS: [&str; 2] = ["number", "date"];

/// How an answer can change.
const LEVERS: [&str; 3] = ["chart", "record", "never"];

impl Block for DeclaredFact {
    type Body = FactBody;
    const KIND: BlockKind = BlockKind { name: "fact", role: Role::Decides, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_tables(file, "fact", "fact", |table| FactBody {
            ask: table.string("ask").unwrap_or_default(),
            values: table.texts("values"),
            kind: table.one_of("kind", &KINDS),
            lever: table.one_of("lever", &LEVERS),
            look: table.string("look"),
            aliases: table.table("alias", "alias table").map(TomlTable::words).unwrap_or_default(),
            groups: table.table("groups", "group table").map(read_groups).unwrap_or_default(),
            basis: read_basis(table),
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let mut declared = Vec::new();
        let mut keys: BTreeMap<String, Text> = BTreeMap::new();
        for Written { name, span, mut body, .. } in unique(blocks, "fact", checker.problems) {
            check_name(checker, &name, "fact");
            if let Some(first) = keys.get(&key(&name.value)) {
                let what = format!("fact that notes write like `{}`", first.value);
                let help = "only letters and digits tell names apart";
                checker.problems.add_duplicate(&what, (&first.span, &name.span), Code::RepeatedName, help);
            }
            keys.insert(key(&name.value), name.clone());
            declared.push((checker.basis(std::mem::take(&mut body.basis)), span));
            let fact = check_fact(checker, &name, body);
            checker.facts.push(fact);
        }
        checker.update_vocabulary();
        let ids = checker.set.vocabulary.facts().map(|(id, _)| id);
        ids.zip(declared).map(|(fact, (basis, span))| Self { fact, basis, span }).collect()
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

/// Reads the groups of a fact, each with a name and a list of values.
fn read_groups(groups: TomlTable<'_>) -> Vec<(Text, Vec<Text>)> {
    let problems = groups.problems;
    let groups = groups.lists();
    for (name, _) in groups.iter().filter(|(_, values)| values.is_empty()) {
        let text = format!("the group `{}` names no value", name.value);
        problems.add(&name.span, Code::MissingKey, text, "list its values, or remove it");
    }
    groups
}

/// Checks the name of a fact or a setting.
pub(super) fn check_name(checker: &Checker<'_>, name: &Text, what: &str) {
    let plain = name.value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_reserved(&name.value) {
        checker.add_bad_name(name, what, "the program keeps this name for itself: choose another");
    } else if !plain || name.value.is_empty() {
        checker.add_bad_name(name, what, "use lower-case letters, digits and `_`");
    }
}

/// Checks the values of a fact or setting, and returns the distinct ones. A repeated value is a problem.
pub(super) fn check_values(mut list: Vec<Text>, of: &Text, problems: &Problems<'_>) -> Vec<String> {
    problems.truncate_list(&mut list, MAX_VALUES, &format!("values of `{}`", of.value), |value| &value.span);
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    list.retain(|value| {
        if value.value.is_empty() || value.value.trim() != value.value {
            let text = format!("`{}` cannot be a value", value.value);
            problems.add(&value.span, Code::ReservedName, text, "write a word with no blanks around it");
        }
        let first = seen.entry(key(&value.value)).or_insert_with(|| value.span.clone());
        let is_new = *first == value.span;
        if !is_new {
            let help = "only letters and digits tell values apart";
            let what = format!("value `{}`", value.value);
            problems.add_duplicate(&what, (first, &value.span), Code::RepeatedName, help);
        }
        is_new
    });
    list.into_iter().map(|value| value.value).collect()
}

fn check_fact(checker: &mut Checker<'_>, name: &Text, body: FactBody) -> Fact {
    let problems = checker.problems;
    let lever = body.lever.and_then(|lever| match lever.value.as_str() {
        "chart" => Some(Lever::Chart),
        "record" => Some(Lever::Record),
        "never" => Some(Lever::Never),
        _ => {
            problems.add_unknown_value(&lever, "lever", LEVERS);
            None
        }
    });
    for value in body.values.iter().flatten() {
        checker.words.declare(&name.value, value);
    }
    let kind = match (body.values, body.kind) {
        (Some(list), None) if !list.is_empty() => Kind::Coded(check_values(list, name, problems)),
        (None, Some(kind)) if kind.value == "number" => Kind::Number(0, MAX_NUMBER),
        (None, Some(kind)) if kind.value == "date" => Kind::Date,
        (None, Some(kind)) => {
            problems.add_unknown_value(&kind, "kind", KINDS);
            Kind::Date
        }
        _ => {
            let text = format!("the fact `{}` does not declare its values or kind", name.value);
            let help = "add either `values = [\"…\", \"…\"]` or `kind = \"number\"` or `kind = \"date\"`";
            problems.add(&name.span, Code::MissingKey, text, help);
            Kind::Date
        }
    };
    let mut fact = Fact::new(&name.value, &body.ask, kind, Origin::Note, lever);
    fact.look = body.look;
    for (word, value) in &body.aliases {
        checker.words.add(&mut fact, word, value, problems);
    }
    for (name, values) in &body.groups {
        add_group(&mut fact, name, values, problems);
    }
    fact
}

/// Groups, values and aliases share one namespace.
pub(super) const GROUP_NAME: &str = "a group needs a name that no value and no other word for a value has";

fn add_group(fact: &mut Fact, name: &Text, values: &[Text], problems: &Problems<'_>) {
    problems.add_repeated_names(values);
    if let Some(value) = fact.parse_value(name.value.trim()).and_then(|value| fact.value_name(value)) {
        let text = format!("the group `{}` is called like the value `{value}` of `{}`", name.value, fact.name);
        problems.add(&name.span, Code::RepeatedName, text, GROUP_NAME);
    } else if name.value.trim() != name.value || name.value.is_empty() {
        let text = format!("`{}` cannot be the name of a group", name.value);
        problems.add(&name.span, Code::ReservedName, text, "write a word with no blanks around it");
    }
    let values: Vec<u16> = values.iter().filter_map(|word| value(fact, word, problems)).collect();
    fact.groups.insert(name.value.clone(), values);
}
