//! `[read]`: how the notes of an agency write dates, lengths and missing answers, and which columns nobody needs.

use super::{Block, BlockKind, Role, Written};
use crate::message::Code;
use crate::notation::{DateOrder, DurationUnit};
use crate::rules::checker::Checker;
use crate::spelling::key;
use crate::toml::{Located, Problems, Span, Text, TomlTable};

/// A line of `[read]`. The notation of the vocabulary holds what it says.
#[derive(Clone, Debug)]
pub struct ReadLine {
    /// The key of the line, such as `date_order`.
    pub key: String,
    /// Where the line is written.
    pub span: Span,
}

const DATE_ORDER: &str = "date_order";
const DURATION: &str = "duration";
const PART_OF_MINUTE: &str = "part_of_minute";
const MISSING: &str = "missing";
const IGNORE: &str = "ignore";

/// The only answer that `part_of_minute` takes.
const DROP: &str = "drop";

impl Block for ReadLine {
    /// The words of the line.
    type Body = Vec<Text>;
    const KIND: BlockKind = BlockKind { name: "read", role: Role::Completes, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        let Some(mut table) = file.table("read", "read table") else { return Vec::new() };
        let line = |name: &'static str, span: Span, body: Vec<Text>| Written {
            name: Located { value: name.to_owned(), span: span.clone() },
            span,
            replaces: false,
            body,
        };
        let orders = DateOrder::ALL.map(DateOrder::as_str);
        let units = DurationUnit::ALL.map(DurationUnit::as_str);
        let taken: [(&'static str, &[&str]); 3] =
            [(DATE_ORDER, &orders), (DURATION, &units), (PART_OF_MINUTE, &[DROP])];
        let words = taken.map(|(name, words)| table.one_of(name, words).map(|text| (name, text)));
        let mut lines: Vec<_> =
            words.into_iter().flatten().map(|(name, text)| line(name, text.span.clone(), vec![text])).collect();
        for name in [MISSING, IGNORE] {
            let texts = table.texts(name).unwrap_or_default();
            let span = texts.first().map(|first| first.span.clone());
            lines.extend(span.map(|span| line(name, span, texts)));
        }
        table.finish();
        lines
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let problems = checker.problems;
        let mut lines: Vec<Self> = Vec::new();
        for Written { name, span, body, .. } in blocks {
            for word in &body {
                match name.value.as_str() {
                    DATE_ORDER => {
                        let orders = DateOrder::ALL.map(|order| (order.as_str(), order));
                        checker.notation.date_order = chosen(problems, DATE_ORDER, word, orders);
                    }
                    DURATION => {
                        let units = DurationUnit::ALL.map(|unit| (unit.as_str(), unit));
                        checker.notation.duration = chosen(problems, DURATION, word, units);
                    }
                    PART_OF_MINUTE if word.value == DROP => checker.notation.drops_part_of_minute = true,
                    PART_OF_MINUTE => problems.add_unknown_value(word, PART_OF_MINUTE, [DROP]),
                    MISSING => checker.notation.add_missing(&word.value),
                    _ => ignore(checker, word),
                }
            }
            let is_list = [MISSING, IGNORE].contains(&name.value.as_str());
            if let Some(first) = lines.iter().find(|line| line.key == name.value && !is_list) {
                let what = format!("line `{}`", name.value);
                problems.add_duplicate(&what, (&first.span, &span), Code::RepeatedName, "keep one of the two");
            }
            lines.push(Self { key: name.value, span });
        }
        checker.update_vocabulary();
        lines
    }
}

/// Returns what a word of a line stands for. A word that stands for nothing is added to the problems.
fn chosen<T: Copy, const N: usize>(
    problems: &Problems<'_>,
    name: &str,
    word: &Text,
    choices: [(&'static str, T); N],
) -> Option<T> {
    let choice = choices.iter().find(|(known, _)| *known == word.value).map(|(_, choice)| *choice);
    if choice.is_none() {
        problems.add_unknown_value(word, name, choices.map(|(known, _)| known));
    }
    choice
}

/// Adds the name of a field that is not read. It must not be another name for a field at the same time.
fn ignore(checker: &mut Checker<'_>, name: &Text) {
    let mapped = checker.set.columns.iter().find(|column| key(&column.header) == key(&name.value));
    if let Some(column) = mapped.filter(|column| checker.problems.is_own(&column.span)) {
        let text = format!("`{}` is ignored here, and stands for `{}` in `[column]`", name.value, column.field);
        checker.problems.add(&name.span, Code::RepeatedName, text, "keep one of the two");
    }
    checker.notation.add_ignored(&name.value);
}
