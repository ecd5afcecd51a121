//! Problems of TOML files, each with its place, an excerpt with a caret, and its help.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;

use super::{Span, Text, TomlFile};
use crate::message::{Code, Message};
use crate::nearest::{nearest, one_of};
use crate::place::{Place, PlaceIndex, excerpt};

/// The problems found so far in some files. They are shared during reading, so adding one does not need `&mut`.
#[derive(Debug)]
pub(crate) struct Problems<'f> {
    files: &'f [TomlFile],
    /// One index per file, built when a place in the file is first needed.
    places: Vec<OnceCell<PlaceIndex>>,
    found: RefCell<Vec<Problem>>,
    suggestions: Cell<usize>,
    /// The user's own blocks that replaced others, by name.
    replacements: RefCell<BTreeMap<String, Span>>,
}

#[derive(Debug)]
struct Problem {
    span: Span,
    code: Code,
    text: String,
    help: String,
}

/// Number of problems for which the nearest name is searched. Nobody reads more, and searching takes time.
const SUGGESTIONS: usize = 1_000;

impl<'f> Problems<'f> {
    pub(crate) fn new(files: &'f [TomlFile]) -> Self {
        Self {
            files,
            places: files.iter().map(|_| OnceCell::new()).collect(),
            found: RefCell::default(),
            suggestions: Cell::new(0),
            replacements: RefCell::default(),
        }
    }

    /// Returns the text of a file; empty if there is no such file.
    pub(super) fn text(&self, file: usize) -> &'f str {
        self.files.get(file).map_or("", |file| file.text.as_str())
    }

    /// Returns the number of problems found so far.
    pub(crate) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// Whether there is a problem with this code.
    pub(crate) fn any(&self, code: Code) -> bool {
        self.found.borrow().iter().any(|problem| problem.code == code)
    }

    /// Returns the place where a span begins.
    pub(crate) fn place_of(&self, span: &Span) -> Option<Place> {
        let (file, places) = (self.files.get(span.file)?, self.places.get(span.file)?);
        let index = places.get_or_init(|| PlaceIndex::new(&file.text));
        Some(index.place_of(&file.name, &file.text, span.range.start))
    }

    /// Whether a span is in the user's own file.
    pub(crate) fn is_own(&self, span: &Span) -> bool {
        self.files.get(span.file).is_some_and(|file| file.own)
    }

    /// Records that one of the user's own blocks replaced another block.
    pub(crate) fn remember_replacement(&self, name: &Text) {
        if self.is_own(&name.span) {
            self.replacements.borrow_mut().insert(name.value.clone(), name.span.clone());
        }
    }

    /// Adds a problem.
    pub(crate) fn add(&self, span: &Span, code: Code, text: impl Into<String>, help: impl Into<String>) {
        let problem = Problem { span: span.clone(), code, text: text.into(), help: help.into() };
        self.found.borrow_mut().push(problem);
    }

    /// Adds the second use of something that can be used once. The problem is reported at the later place and names the
    /// earlier one. An agency's own file always comes after the set it is added to, whatever the names of the files.
    pub(crate) fn add_duplicate(&self, what: &str, (one, other): (&Span, &Span), code: Code, help: &str) {
        let (first, second) = if one.order() <= other.order() { (one, other) } else { (other, one) };
        let first = self.place_of(first).map(|place| place.to_string()).unwrap_or_default();
        self.add(second, code, format!("a second {what}, beside the one at {first}"), help);
    }

    /// Adds all but the first of several uses of something that can be used once.
    pub(crate) fn add_duplicates<'s>(
        &self,
        what: &str,
        uses: impl IntoIterator<Item = &'s Span>,
        (code, help): (Code, &str),
    ) {
        let mut uses = uses.into_iter();
        let Some(first) = uses.next() else { return };
        uses.for_each(|further| self.add_duplicate(what, (first, further), code, help));
    }

    /// Adds every name that repeats an earlier name of the list.
    pub(crate) fn add_repeated_names(&self, list: &[Text]) {
        let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
        for name in list {
            let first = *seen.entry(&name.value).or_insert(&name.span);
            if first != &name.span {
                let what = format!("`{}` in this list", name.value);
                self.add_duplicate(&what, (first, &name.span), Code::RepeatedName, "name it once");
            }
        }
    }

    /// Truncates a list that is longer than anyone would write by hand, and reports its first surplus item. `what`: the
    /// items, such as `` values of `f` ``.
    pub(crate) fn truncate_list<T>(&self, list: &mut Vec<T>, most: usize, what: &str, span: impl Fn(&T) -> &Span) {
        if let Some(surplus) = list.get(most) {
            let text = format!("there are {} {what}, more than the {most} that may be", list.len());
            let help = "remove what is not needed; a long list belongs into the system that the notes come from";
            self.add(span(surplus), Code::TooMany, text, help);
            list.truncate(most);
        }
    }

    /// Adds a name that is not declared, and suggests the nearest declared one.
    pub(crate) fn add_unknown<'a>(
        &self,
        name: &Text,
        code: Code,
        what: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let help =
            if known.is_empty() { format!("the set declares no {what}") } else { self.suggest(&name.value, &known) };
        self.add(&name.span, code, format!("there is no {what} `{}`", name.value), help);
    }

    /// Adds a value that a fact, a setting or a key does not take, and suggests the nearest one that it takes.
    pub(crate) fn add_unknown_value<'a>(&self, word: &Text, of: &str, known: impl IntoIterator<Item = &'a str>) {
        // If the user replaced part of the set, report the replacement and not the set.
        let replaced = self.replacements.borrow().get(of).cloned().filter(|_| !self.is_own(&word.span));
        if let Some(span) = replaced {
            let text = format!("`{of}` no longer takes `{}`, which other blocks of the set name", word.value);
            let help = "keep the value: a block that replaces another one must declare all that the set asks of it";
            return self.add(&span, Code::NoSuchValue, text, help);
        }
        let help = self.suggest(&word.value, &known.into_iter().collect::<Vec<_>>());
        self.add(&word.span, Code::NoSuchValue, format!("`{of}` does not take `{}`", word.value), help);
    }

    /// Adds a key that a block does not have, and suggests the nearest one that it has. `what`: the kind of block.
    pub(crate) fn add_unknown_key(&self, key: &Text, what: &str, known: &[&str]) {
        let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let text = format!("{article} {what} has no `{}`", key.value);
        self.add(&key.span, Code::UnknownKey, text, self.suggest(&key.value, known));
    }

    fn suggest(&self, name: &str, known: &[&str]) -> String {
        self.suggestions.set(self.suggestions.get() + 1);
        if self.suggestions.get() > SUGGESTIONS { "check the name".into() } else { suggestion(name, known) }
    }

    /// Returns all problems as messages, ordered by place.
    pub(crate) fn into_messages(self) -> Vec<Message> {
        let mut found = self.found.take();
        found.sort_by_key(|problem| problem.span.order());
        // Parts shared by several sample claims are read once per claim, and so are their problems.
        found.dedup_by(|one, other| one.span.order() == other.span.order() && one.text == other.text);
        let message = |Problem { span, code, text, help }| {
            let message = Message::error(code, text).help(help);
            match (self.files.get(span.file), self.place_of(&span)) {
                (Some(file), Some(place)) => {
                    Message { excerpt: Some(excerpt(&file.text, &span.range)), ..message.with_place(place) }
                }
                _ => message,
            }
        };
        found.into_iter().map(message).collect()
    }
}

/// Most known names that a suggestion lists; if there are more, it gives only their number.
const LISTED: usize = 24;

/// Returns the help for an unknown name.
pub(crate) fn suggestion(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.len() > LISTED => format!("check the name: none of the {} known ones is like it", known.len()),
        None => format!("write {}", one_of(known.iter().copied())),
    }
}

/// Adds a place in a file to a message, with an excerpt and a caret.
pub(crate) fn with_excerpt(files: &[TomlFile], span: &Span, message: Message) -> Message {
    match (files.get(span.file), span.resolve(files)) {
        (Some(file), Some(place)) => {
            Message { excerpt: Some(excerpt(&file.text, &span.range)), ..message.with_place(place) }
        }
        _ => message,
    }
}
