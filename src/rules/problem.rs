//! What is wrong in a rule set, gathered: every problem with its place, its line with a caret and its remedy.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::message::{Code, Message};
use crate::nearest::{nearest, one_of};
use crate::place::{Place, excerpt};

/// One rule file: its name as shown in messages, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// Name, such as `rules/act-vocational.toml`.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Whether it is the user's own, added to a set. Where it clashes with the set, the problem is told in it.
    pub own: bool,
}

/// Bytes of one of the rule files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub(crate) file: usize,
    pub(crate) range: Range<usize>,
}

impl Span {
    /// Its place among all others: files in their order, then from top to bottom.
    pub(super) fn order(&self) -> (usize, usize) {
        (self.file, self.range.start)
    }

    /// The place where it begins; `None` where it is of other files.
    pub fn place(&self, files: &[RuleFile]) -> Option<Place> {
        let file = files.get(self.file)?;
        Some(Place::in_text(&file.name, &file.text, self.range.start))
    }
}

/// A value with the place where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Spot<T> {
    pub(crate) value: T,
    pub(crate) at: Span,
}

/// Problems found so far.
#[derive(Debug)]
pub(crate) struct Problems<'f> {
    files: &'f [RuleFile],
    found: Vec<(Span, Message)>,
    /// Blocks of the user's own that took the place of others, by name.
    replaced: BTreeMap<String, Span>,
}

impl<'f> Problems<'f> {
    pub(crate) fn new(files: &'f [RuleFile]) -> Self {
        Self { files, found: Vec::new(), replaced: BTreeMap::new() }
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// A place as it is told, for problems that are about two places.
    pub(crate) fn place(&self, at: &Span) -> String {
        let file = self.files.get(at.file);
        file.map(|file| Place::in_text(&file.name, &file.text, at.range.start).to_string()).unwrap_or_default()
    }

    /// Whether a place is in the user's own file.
    pub(super) fn is_own(&self, at: &Span) -> bool {
        self.files.get(at.file).is_some_and(|file| file.own)
    }

    /// Remembers that a block took the place of another one.
    pub(super) fn replaces(&mut self, name: &str, at: &Span) {
        if self.is_own(at) {
            self.replaced.insert(name.to_owned(), at.clone());
        }
    }

    /// Adds one.
    pub(crate) fn add(&mut self, at: &Span, code: Code, text: impl Into<String>, help: impl Into<String>) {
        self.found.push((at.clone(), placed(self.files, at, Message::error(code, text).help(help))));
    }

    /// Adds a second use of something that can be used once. It is told at the later of the two places and names the
    /// earlier one; an agency's own file comes after the set that it is added to, whatever the files are called.
    pub(super) fn second(&mut self, what: &str, (one, other): (&Span, &Span), code: Code, help: &str) {
        let (first, second) = if one.order() <= other.order() { (one, other) } else { (other, one) };
        let text = format!("a second {what}, beside the one at {}", self.place(first));
        self.add(second, code, text, help);
    }

    /// Adds a name that nothing declares, with the nearest one that is.
    pub(crate) fn unknown<'a>(
        &mut self,
        name: &Spot<String>,
        code: Code,
        what: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let help = if known.is_empty() { format!("the set declares no {what}") } else { choose(&name.value, &known) };
        self.add(&name.at, code, format!("there is no {what} `{}`", name.value), help);
    }

    /// Adds a value that a fact, a setting or a key does not take, with the nearest one that it does.
    pub(crate) fn no_value<'a>(&mut self, word: &Spot<String>, of: &str, known: impl IntoIterator<Item = &'a str>) {
        let known: Vec<&str> = known.into_iter().collect();
        // Between a set and what the user puts in the place of a part of it, the latter is the problem.
        if let Some(at) = self.replaced.get(of).cloned().filter(|_| !self.is_own(&word.at)) {
            let text = format!("`{of}` no longer takes `{}`, which other blocks of the set name", word.value);
            let help = "keep the value: a block that replaces another one must declare all that the set goes by";
            return self.add(&at, Code::NoSuchValue, text, help);
        }
        let text = format!("`{of}` does not take `{}`", word.value);
        self.add(&word.at, Code::NoSuchValue, text, choose(&word.value, &known));
    }

    /// Adds a key that a block does not have, with the nearest one that it does. `what`: the kind of block.
    pub(crate) fn no_key<'a>(&mut self, key: &Spot<String>, what: &str, known: impl IntoIterator<Item = &'a str>) {
        let known: Vec<&str> = known.into_iter().collect();
        let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let text = format!("{article} {what} has no `{}`", key.value);
        self.add(&key.at, Code::UnknownKey, text, choose(&key.value, &known));
    }

    /// Whether there is one of this code.
    pub(super) fn any(&self, code: Code) -> bool {
        self.found.iter().any(|(_, message)| message.code == code)
    }

    /// All of them, in order of place.
    pub(crate) fn sorted(mut self) -> Vec<Message> {
        self.found.sort_by_key(|(at, _)| at.order());
        // What many cases share is read once for each of them.
        self.found.dedup_by(|(at, message), (before, told)| at.order() == before.order() && message.text == told.text);
        self.found.into_iter().map(|(_, message)| message).collect()
    }
}

/// Names listed in a remedy before they are only counted.
const LISTED: usize = 24;

/// The remedy for a name that is none of the known ones.
pub(crate) fn choose(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.len() > LISTED => format!("check the name: none of the {} known ones is like it", known.len()),
        None => format!("write {}", one_of(known.iter().copied())),
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
