//! The keys that only a `[[hold]]` has: who might pay, and what to record instead.

use super::rule::Effect;
use crate::facts::{Answer, FactId, Origin};
use crate::message::Code;
use crate::nearest::joined;
use crate::rules::RuleSet;
use crate::rules::checker::Checker;
use crate::rules::resolve::answer;
use crate::toml::{Text, TextOrTable, TomlTable};

/// What to record instead of a held note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// An instruction as text.
    Text(String),
    /// Answers to record in place of the note's own.
    Record {
        /// Facts of a note, each with the answer to record. Never empty.
        answers: Vec<(FactId, Answer)>,
        /// The condition in words; `None` if there is no condition.
        condition: Option<String>,
    },
}

impl RuleSet {
    /// Describes what to record instead of a held note; `None` if the rule does not say.
    pub fn instead_text(&self, instead: &[Instead]) -> Option<String> {
        let phrase = |one: &Instead| match one {
            Instead::Text(text) => text.trim_end_matches('.').to_owned(),
            Instead::Record { answers, condition } => {
                let answers = answers.iter().map(|(fact, answer)| {
                    format!("`{}` as `{}`", self.vocabulary.fact(*fact).name, self.answer_text(*fact, *answer))
                });
                let record = format!("record {}", joined(answers.collect(), "and"));
                condition.as_ref().map_or_else(|| record.clone(), |condition| format!("{record} if {condition}"))
            }
        };
        let phrases: Vec<String> = instead.iter().map(phrase).collect();
        (!phrases.is_empty()).then(|| phrases.join("; or "))
    }
}

pub(super) struct WrittenHold {
    /// Empty if the hold names no payers.
    payers: Vec<Text>,
    instead: Vec<WrittenInstead>,
}

enum WrittenInstead {
    Text(String),
    Record { answers: Vec<(Text, Text)>, condition: Option<String> },
}

impl WrittenHold {
    pub(super) fn read(table: &mut TomlTable<'_>) -> Self {
        let payers = if table.has("payers") { table.required_texts("payers") } else { Vec::new() };
        Self { payers, instead: table.texts_or_tables("instead", "`instead` table", read_instead) }
    }

    pub(super) fn check(self, checker: &Checker<'_>) -> Effect {
        Effect::Hold {
            payers: (!self.payers.is_empty()).then(|| checker.payers(&self.payers)),
            instead: self.instead.into_iter().filter_map(|instead| check_instead(instead, checker)).collect(),
        }
    }
}

/// Reads text, or a table of answers with an optional condition under `if`.
fn read_instead(instead: TextOrTable<'_>) -> Option<WrittenInstead> {
    let table = match instead {
        TextOrTable::Text(text) => return Some(WrittenInstead::Text(text.value)),
        TextOrTable::Table(table) => table,
    };
    let (span, problems) = (table.span.clone(), table.problems);
    let (condition, answers): (Vec<_>, Vec<_>) = table.words().into_iter().partition(|(name, _)| name.value == "if");
    if answers.is_empty() {
        let help = "add `FACT = \"VALUE\"`, or write the advice as text: `instead = \"…\"`";
        problems.add(&span, Code::MissingKey, "this `instead` records no answer", help);
        return None;
    }
    Some(WrittenInstead::Record { answers, condition: condition.into_iter().next().map(|(_, text)| text.value) })
}

fn check_instead(written: WrittenInstead, checker: &Checker<'_>) -> Option<Instead> {
    let (written, condition) = match written {
        WrittenInstead::Text(text) => return Some(Instead::Text(text)),
        WrittenInstead::Record { answers, condition } => (answers, condition),
    };
    let mut answers = Vec::new();
    for (name, text) in written {
        let id = checker.fact(&name)?;
        let fact = checker.set.vocabulary.fact(id);
        if fact.origin != Origin::Note {
            let text = format!("`{}` cannot be recorded in a note", name.value);
            checker.problems.add(&name.span, Code::UnknownName, text, "name a fact that notes answer");
            return None;
        }
        answers.push((id, answer(fact, &text, checker.problems)?));
    }
    Some(Instead::Record { answers, condition })
}
