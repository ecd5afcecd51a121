//! `[answer]`: the agency's answers to settings.

use std::sync::Arc;

use super::{AnsweredBy, Block, BlockKind, Role, Written, read_lines};
use crate::facts::{Answer, FactId};
use crate::message::Code;
use crate::rules::checker::Checker;
use crate::rules::resolve::answer;
use crate::toml::{Span, Text, TomlTable};

/// An answer to a setting, given in a rule file.
#[derive(Clone, Debug)]
pub struct SettingAnswer {
    /// The fact of the setting.
    pub setting: FactId,
    /// The answer given.
    pub answer: Answer,
    /// Where the answer is written.
    pub span: Span,
}

impl Block for SettingAnswer {
    /// The text of the answer.
    type Body = Text;
    const KIND: BlockKind = BlockKind { name: "answer", role: Role::Completes, most: 10_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_lines(file, "answer", "answer table")
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let (vocabulary, problems) = (&checker.set.vocabulary, checker.problems);
        let mut answers: Vec<Self> = Vec::new();
        for Written { name, body: text, span, .. } in blocks {
            let fact = vocabulary.find(&name.value);
            let setting =
                Arc::make_mut(&mut checker.set.settings).iter_mut().find(|setting| Some(setting.fact) == fact);
            let Some(setting) = setting else {
                let settings = vocabulary.facts().filter(|(_, fact)| fact.origin == crate::facts::Origin::Setting);
                let names = settings.map(|(_, fact)| fact.name.as_str());
                problems.add_unknown(&name, Code::UnknownName, "setting", names);
                continue;
            };
            if let Some(first) = answers.iter().find(|first| first.setting == setting.fact) {
                let what = format!("answer to `{}`", name.value);
                problems.add_duplicate(&what, (&first.span, &span), Code::RepeatedName, "keep one of the two");
                continue;
            }
            if let Some(answer) = answer(vocabulary.fact(setting.fact), &text, problems) {
                (setting.value, setting.by) = (answer, AnsweredBy::Agency);
                answers.push(Self { setting: setting.fact, answer, span });
            }
        }
        answers
    }
}
