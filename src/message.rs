//! What the program says: the closed list of codes, and the one form of a message.
//!
//! A message about a note names file, place, field and what was expected. It never repeats a value from a note.

use std::fmt;
use std::io::{self, ErrorKind};

use crate::place::Place;

/// Declares the codes once: the name of each, and what kind of thing it speaks about.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $about:ident;)+) => {
        /// Everything the program can say has a code, and every code has a page in `src/codes/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code as it is printed, such as `unknown-value`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The code of a name such as `unknown-value`.
            pub fn find(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// The page of the code, as Markdown: what it means, what to do, and the smallest input that shows it.
            pub fn page(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("codes/", $text, ".md")),)+ }
            }

            /// What the code speaks about.
            pub fn about(self) -> About {
                match self { $(Self::$name => About::$about,)+ }
            }
        }
    };
}

/// What a code speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// One record: it is rejected, the rest goes on.
    Record,
    /// A whole input: nothing is classified.
    File,
    /// A run of another command than `classify`, or a file that it writes.
    Run,
    /// The command line: nothing is classified.
    Usage,
    /// The rule set: nothing is classified.
    Rules,
    /// The rule set, which decides all the same: what `actbill check` finds.
    Proof,
    /// Something seen on or across notes.
    Finding,
}

codes! {
    /// A record of a JSON input is not an object.
    NotAnObject = "not-an-object", Record;
    /// An NDJSON line is not JSON.
    BadJson = "bad-json", Record;
    /// A record holds bytes that are not UTF-8.
    BadUtf8 = "bad-utf8", Record;
    /// A record names one field twice.
    RepeatedField = "repeated-field", Record;
    /// A CSV row has more or fewer cells than the header.
    RaggedRow = "ragged-row", Record;
    /// Text follows a closing quote in a CSV row.
    StrayQuote = "stray-quote", Record;
    /// A quoted cell of a CSV row holds further rows.
    SwallowedRows = "swallowed-rows", Record;
    /// A required field has no answer.
    MissingField = "missing-field", Record;
    /// A field is not of the form it must have.
    BadField = "bad-field", Record;
    /// A coded field holds no value of the vocabulary.
    UnknownValue = "unknown-value", Record;
    /// An id that an earlier record has used.
    RepeatedId = "repeated-id", Record;
    /// Minutes, duration, start and end do not agree.
    MinutesDisagree = "minutes-disagree", Record;
    /// A birth date after the service date.
    BirthAfterService = "birth-after-service", Record;
    /// A field that the rule set does not know.
    UnknownField = "unknown-field", Record;

    /// An input that cannot be opened or read.
    Unreadable = "unreadable", File;
    /// A JSON document that is cut off or malformed.
    BadDocument = "bad-document", File;
    /// A JSON document that holds no notes.
    NoNotes = "no-notes", File;
    /// A CSV input whose first row names no field of a note.
    NoHeader = "no-header", File;
    /// A CSV input with a quote that is never closed.
    OpenQuote = "open-quote", File;
    /// An input in another text encoding.
    NotUtf8 = "not-utf8", File;
    /// A sample claim that expects nothing.
    ExpectsNothing = "expects-nothing", Run;
    /// A run of sample claims in which there was none.
    NoCases = "no-cases", Run;
    /// Sample claims in which too few rules decide.
    LowCoverage = "low-coverage", Run;
    /// Changes of the rules that were not tried, because cases fail as the rules are.
    MutantsNotTried = "mutants-not-tried", Run;
    /// Sample claims whose expectations were written anew.
    Blessed = "blessed", Run;
    /// Output that cannot be written.
    Unwritable = "unwritable", Run;
    /// A page of rules that was made from other rules.
    StalePage = "stale-page", Run;

    /// A command line that cannot be carried out.
    Usage = "usage", Usage;

    /// A rule file that is not TOML.
    NotToml = "not-toml", Rules;
    /// A folder with no rule file.
    NoRules = "no-rules", Rules;
    /// A key or block that the rule language does not have.
    UnknownKey = "unknown-key", Rules;
    /// A key that is required.
    MissingKey = "missing-key", Rules;
    /// A value of another type than the key takes.
    WrongType = "wrong-type", Rules;
    /// A name that nothing in the set declares.
    UnknownName = "unknown-name", Rules;
    /// A value that the fact or setting does not have.
    NoSuchValue = "no-such-value", Rules;
    /// A name or id that is declared twice.
    RepeatedName = "repeated-name", Rules;
    /// A name, id or value that cannot be one.
    ReservedName = "reserved-name", Rules;
    /// A replacement with nothing to replace.
    NothingToReplace = "nothing-to-replace", Rules;
    /// A block with neither a citation nor `basis = "house"`.
    NoBasis = "no-basis", Rules;
    /// A quote of more than fifteen words, or none where one is needed.
    BadQuote = "bad-quote", Rules;
    /// A date that is not one, or a range that ends before it begins.
    BadDate = "bad-date", Rules;
    /// A rate that is not a plain dollar amount.
    BadAmount = "bad-amount", Rules;
    /// A condition that can never hold or cannot be asked in this way.
    BadCondition = "bad-condition", Rules;
    /// An override that cannot be one.
    BadOverride = "bad-override", Rules;
    /// Two rates of one service from the same date.
    SameRateDate = "same-rate-date", Rules;
    /// A list that is longer than anybody would write by hand.
    TooMany = "too-many", Rules;
    /// Notes that no rule speaks to.
    Gap = "gap", Rules;
    /// Notes that two offers decide differently.
    Conflict = "conflict", Rules;
    /// A rule set too tangled to prove.
    TooComplex = "too-complex", Rules;

    /// A rule that never decides anything and is no reason for anything.
    DeadRule = "dead-rule", Proof;
    /// An offer whose payers are all taken away wherever it applies.
    AlwaysStruck = "always-struck", Proof;
    /// An override between offers that never decide the same note differently.
    IdleOverride = "idle-override", Proof;
    /// An invariant that some note breaks.
    InvariantFails = "invariant-fails", Proof;
    /// A fact, setting, source, service or payer that nothing uses.
    Unused = "unused", Proof;
    /// A rate that ends with nothing after it.
    RateEnds = "rate-ends", Proof;
    /// A source of which no text with its SHA-256 is there.
    SourceChanged = "source-changed", Proof;
    /// A quote that does not occur in its source, or more than once.
    QuoteNotOnce = "quote-not-once", Proof;
    /// A sentence of a source that carries a rule and that nothing cites or waives.
    UncitedSentence = "uncited-sentence", Proof;

    /// A billable note whose minutes earned no unit.
    BelowUnit = "below-unit", Finding;
    /// Units with no known price.
    Unpriced = "unpriced", Finding;
    /// The billable notes of one client and date name different payers.
    DayPayersDiffer = "day-payers-differ", Finding;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much a message weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something was refused.
    Error,
    /// Something was taken, but deserves a look.
    Warning,
}

/// One message: `FILE:LINE:COL: error[code]: text`, the excerpt where there is one, then the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where, if anywhere.
    pub place: Option<Place>,
    /// Error or warning.
    pub level: Level,
    /// What kind of thing is said.
    pub code: Code,
    /// What is wrong: a lower-case fragment with no full stop.
    pub text: String,
    /// The line of a rule file with a caret.
    pub excerpt: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The smallest note that shows it, for a rule set's problem.
    pub note: Option<String>,
}

impl Message {
    /// An error with no place yet.
    pub fn error(code: Code, text: impl Into<String>) -> Self {
        Self { place: None, level: Level::Error, code, text: text.into(), excerpt: None, help: None, note: None }
    }

    /// A warning with no place yet.
    pub fn warning(code: Code, text: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(code, text) }
    }

    /// The same at a place.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// The same with a remedy.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write!(f, "{level}[{}]: {}", self.code, self.text)?;
        for line in self.excerpt.iter().flat_map(|excerpt| excerpt.lines()) {
            write!(f, "\n  | {line}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {}", help.replace('\n', "\n  "))?;
        }
        if let Some(note) = &self.note {
            write!(f, "\n  note: {note}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Message {}

/// Why a file could not be read or written, in plain words.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".into(),
        ErrorKind::PermissionDenied => "you may not do that with it".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::NotADirectory => "a part of its path is a file and no folder".into(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full".into(),
        ErrorKind::BrokenPipe => "whatever reads it has ended".into(),
        kind => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_place_code_excerpt_and_help() {
        let place = Place { file: "r.toml".into(), line: 3, column: 7 };
        let message = Message {
            excerpt: Some("a = 1\n    ^".into()),
            ..Message::error(Code::UnknownKey, "no key `a` here").at(place).help("use `b`")
        };
        assert_eq!(
            message.to_string(),
            "r.toml:3:7: error[unknown-key]: no key `a` here\n  | a = 1\n  |     ^\n  help: use `b`"
        );
    }

    #[test]
    fn codes_are_unique() {
        let mut texts: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| Code::find(code.as_str()) == Some(*code)));
        assert_eq!(Code::find("no-such-code"), None);
    }
}
