//! The one form of everything that the program reports.
//!
//! A message about a note gives the file, place and field, and what was expected. Of the values of a note it repeats only
//! words for coded facts, such as an activity that the rule set does not know.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind};

pub use crate::codes::{About, Code};
use crate::place::Place;
use crate::visible::{visible, visible_lines};

/// Severity of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something was refused.
    Error,
    /// Something was accepted but deserves a look.
    Warning,
}

/// One message: `FILE:LINE:COL: error[code]: text`, then the excerpt if there is one, then the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The place that the message is about, if any.
    pub place: Option<Place>,
    /// Severity of the message.
    pub level: Level,
    /// Code of the message.
    pub code: Code,
    /// Number of the rejected record, counted from 1.
    pub record: Option<u64>,
    /// The field that is wrong.
    pub field: Option<String>,
    /// What is wrong, as a lowercase fragment without a period.
    pub text: String,
    /// The line of a rule file, marked with a caret.
    pub excerpt: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Additional information, such as the smallest note that shows a problem of the rule set.
    pub note: Option<String>,
}

impl Message {
    /// Creates an error without a place.
    pub fn error(code: Code, text: impl Into<String>) -> Self {
        let (place, record, field, excerpt, help, note) = Default::default();
        Self { place, level: Level::Error, code, record, field, text: text.into(), excerpt, help, note }
    }

    /// Creates a warning without a place.
    pub fn warning(code: Code, text: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(code, text) }
    }

    /// Sets the place.
    #[must_use]
    pub fn with_place(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Sets the help text.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{}: ", visible(&place.to_string()))?;
        }
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write!(f, "{level}[{}]: ", self.code)?;
        if let Some(record) = self.record {
            write!(f, "record {record}")?;
            if let Some(field) = &self.field {
                write!(f, ", `{}`", visible(field))?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&visible(&self.text))?;
        for line in self.excerpt.iter().flat_map(|excerpt| excerpt.lines()) {
            write!(f, "\n  | {}", visible_lines(line))?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {}", visible_lines(help).replace('\n', "\n  "))?;
        }
        if let Some(note) = &self.note {
            write!(f, "\n  note: {}", visible(note))?;
        }
        Ok(())
    }
}

impl std::error::Error for Message {}

/// The maximum number of places to list besides the first.
const PLACES: usize = 3;

/// The maximum number of different messages per code. Any more are only counted.
const MESSAGES: usize = 20;

/// Collects the messages of a run. Identical messages about different records become one message with their number and
/// the first few places.
#[derive(Debug, Default)]
pub struct Messages {
    groups: Vec<Group>,
    /// Index of each group in `groups`.
    by_text: BTreeMap<(Code, Option<String>, String), usize>,
    by_code: BTreeMap<Code, Count>,
}

/// Messages with the same text.
#[derive(Debug)]
struct Group {
    first: Message,
    /// Places of the messages after the first.
    places: Vec<Place>,
    /// Number of messages besides the first.
    more: usize,
}

/// Number of messages with one code.
#[derive(Debug, Default)]
struct Count {
    groups: usize,
    left_out: usize,
}

impl Messages {
    /// Adds a message.
    pub fn add(&mut self, message: Message) {
        let key = (message.code, message.field.clone(), message.text.clone());
        let group = self.by_text.get(&key).and_then(|index| self.groups.get_mut(*index));
        if let Some(group) = group.filter(|_| message.record.is_some()) {
            group.more += 1;
            group.places.extend(message.place.filter(|_| group.places.len() < PLACES));
            return;
        }
        let count = self.by_code.entry(message.code).or_default();
        if count.groups == MESSAGES {
            count.left_out += 1;
            return;
        }
        count.groups += 1;
        self.by_text.insert(key, self.groups.len());
        self.groups.push(Group { first: message, places: Vec::new(), more: 0 });
    }

    /// Returns the messages in the order in which each was first added, followed by how many were left out.
    pub fn finish(self) -> Vec<Message> {
        let left_out = self.by_code.into_iter().filter(|(_, count)| count.left_out > 0).map(|(code, count)| {
            let level = self.groups.iter().find(|group| group.first.code == code).map(|group| group.first.level);
            let text = format!("{} more messages of this kind are left out", count.left_out);
            Message { level: level.unwrap_or(Level::Warning), ..Message::error(code, text) }
        });
        let left_out: Vec<Message> = left_out.collect();
        self.groups.into_iter().map(Group::message).chain(left_out).collect()
    }
}

impl Group {
    fn message(self) -> Message {
        if self.more == 0 {
            return self.first;
        }
        let records = if self.more == 1 { "1 more record".into() } else { format!("{} more records", self.more) };
        let places: Vec<String> = self.places.iter().map(ToString::to_string).collect();
        let others = if self.more > places.len() { ", …" } else { "" };
        let note = format!("the same in {records}: {}{others}", places.join(", "));
        Message { note: Some(note), ..self.first }
    }
}

/// Describes in plain words why a file could not be read or written.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::NotADirectory => "a part of its path is not a folder".into(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full".into(),
        ErrorKind::FileTooLarge => "it would be larger than files may be".into(),
        ErrorKind::BrokenPipe => "its reader has gone away".into(),
        ErrorKind::Other => error.to_string(),
        kind => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_place_code_excerpt_and_help() {
        let place = Place::new("r.toml", 3, 7);
        let message = Message {
            excerpt: Some("a = 1\n    ^".into()),
            ..Message::error(Code::UnknownKey, "no key `a` here").with_place(place).help("use `b`")
        };
        assert_eq!(
            message.to_string(),
            "r.toml:3:7: error[unknown-key]: no key `a` here\n  | a = 1\n  |     ^\n  help: use `b`"
        );
    }

    #[test]
    fn messages_that_say_the_same_are_one() {
        let rejected = |record, field: &str, text: &str| Message {
            record: Some(record),
            field: Some(field.into()),
            ..Message::error(Code::BadField, text).with_place(Place::new("n.csv", record + 1, 1))
        };
        let mut messages = Messages::default();
        for record in 1..=1_000 {
            messages.add(rejected(record, "date", "not a day"));
        }
        messages.add(rejected(7, "start", "not a day"));
        let shown: Vec<String> = messages.finish().iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "n.csv:2:1: error[bad-field]: record 1, `date`: not a day\n  \
                 note: the same in 999 more records: n.csv:3:1, n.csv:4:1, n.csv:5:1, …",
                "n.csv:8:1: error[bad-field]: record 7, `start`: not a day"
            ]
        );
    }

    #[test]
    fn messages_of_one_code_are_not_too_many() {
        let mut messages = Messages::default();
        for name in 0..1_000_000 {
            messages.add(Message::warning(Code::UnknownField, format!("no field `{name}`")));
        }
        let messages = messages.finish();
        assert_eq!(messages.len(), MESSAGES + 1);
        let last = messages.last().unwrap().to_string();
        assert_eq!(last, "warning[unknown-field]: 999980 more messages of this kind are left out");
    }

    #[test]
    fn what_a_message_shows_can_be_seen() {
        let place = Place::new("a\u{1b}.toml", 1, 1);
        let message = Message {
            excerpt: Some("x = \"\u{202e}\"\n\t^".into()),
            ..Message::error(Code::UnknownKey, "no key `\u{9b}\n`").with_place(place).help("a\nb\u{200b}")
        };
        assert_eq!(
            message.to_string(),
            "a\u{fffd}.toml:1:1: error[unknown-key]: no key `\u{fffd}\u{fffd}`\n  | x = \"\u{fffd}\"\n  | \t^\n  \
             help: a\n  b\u{fffd}"
        );
    }
}
