//! What is wrong in a rule set, gathered: every problem with its place, its line with a caret and its remedy.

use std::ops::Range;

use crate::message::{Code, Message};
use crate::nearest::nearest;
use crate::place::{Place, excerpt};

/// One rule file: its name as shown in messages, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// Name, such as `rules/act-vocational.toml`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Bytes of one of the rule files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub(crate) file: usize,
    pub(crate) range: Range<usize>,
}

/// A value with the place where it is written.
#[derive(Clone, Debug)]
pub(super) struct Spot<T> {
    pub(super) value: T,
    pub(super) at: Span,
}

/// Problems found so far.
#[derive(Debug)]
pub(super) struct Problems<'f> {
    files: &'f [RuleFile],
    found: Vec<(Span, Message)>,
}

impl<'f> Problems<'f> {
    pub(super) fn new(files: &'f [RuleFile]) -> Self {
        Self { files, found: Vec::new() }
    }

    /// Adds one.
    pub(super) fn add(&mut self, at: &Span, code: Code, text: impl Into<String>, help: impl Into<String>) {
        self.found.push((at.clone(), placed(self.files, at, Message::error(code, text).help(help))));
    }

    /// Adds a name that nothing declares, with the nearest one that is.
    pub(super) fn unknown<'a>(
        &mut self,
        name: &Spot<String>,
        code: Code,
        what: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let help = match nearest(&name.value, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("the set declares no {what}"),
            None => {
                format!("there is {}", crate::nearest::joined(known.iter().map(|n| format!("`{n}`")).collect(), "and"))
            }
        };
        self.add(&name.at, code, format!("no {what} `{}`", name.value), help);
    }

    /// All of them, in order of place.
    pub(super) fn sorted(mut self) -> Vec<Message> {
        self.found.sort_by_key(|(at, _)| (at.file, at.range.start));
        self.found.into_iter().map(|(_, message)| message).collect()
    }
}

/// A message at a place in a rule file, with the line and a caret.
pub(crate) fn placed(files: &[RuleFile], at: &Span, message: Message) -> Message {
    match files.get(at.file) {
        Some(file) => Message {
            excerpt: Some(excerpt(&file.text, &at.range)),
            ..message.at(Place::in_text(&file.name, &file.text, at.range.start))
        },
        None => message,
    }
}
