//! The closed list of what the program can say: each thing has a code, and each code a page in `src/codes/`.
//!
//! `tests/it/gallery.rs` runs what is on the pages.

use std::fmt;

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
    /// A whole run, or a file that it writes.
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
    /// Notes that are held, in a run that must have none.
    NotesHeld = "notes-held", Run;
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

#[cfg(test)]
mod tests {
    use super::*;

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
