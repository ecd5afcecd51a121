//! The closed list of codes: every message has a code, and every code has a page in `src/codes/`.
//!
//! `tests/it/gallery.rs` runs the examples on the pages.

use std::fmt;

/// Declares each code once, with its printed name and what it is about.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $about:ident;)+) => {
        /// The code of a message or finding. Every code has a page in `src/codes/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Returns the code as it is printed, such as `unknown-value`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Finds a code by its printed name, such as `unknown-value`.
            pub fn find(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// Returns the page of the code as Markdown: what it means, what to do, and the smallest input that shows
            /// it.
            pub fn page(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("codes/", $text, ".md")),)+ }
            }

            /// Returns what the code is about.
            pub fn about(self) -> About {
                match self { $(Self::$name => About::$about,)+ }
            }
        }
    };
}

/// What a code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// One record, which is rejected while the others are processed.
    Record,
    /// A whole input. Nothing is classified.
    File,
    /// A whole run, or a file that it writes.
    Run,
    /// The command line. Nothing is classified.
    Usage,
    /// The rule set. Nothing is classified.
    Rules,
    /// The rule set, which can still decide notes. Reported by `actbill check`.
    Proof,
    /// Something noticed in one note or across notes.
    Finding,
}

codes! {
    /// A record of a JSON input that is not an object.
    NotAnObject = "not-an-object", Record;
    /// An NDJSON line that is not JSON.
    BadJson = "bad-json", Record;
    /// A record that contains bytes that are not UTF-8.
    BadUtf8 = "bad-utf8", Record;
    /// A record that has the same field twice.
    RepeatedField = "repeated-field", Record;
    /// A CSV row with more or fewer cells than the header.
    RaggedRow = "ragged-row", Record;
    /// Text after a closing quote in a CSV row.
    StrayQuote = "stray-quote", Record;
    /// A quoted cell of a CSV row that contains further rows.
    SwallowedRows = "swallowed-rows", Record;
    /// A required field without an answer.
    MissingField = "missing-field", Record;
    /// A field whose value does not have the required form.
    BadField = "bad-field", Record;
    /// A coded field whose value is not in the vocabulary.
    UnknownValue = "unknown-value", Record;
    /// An id that an earlier record already used.
    RepeatedId = "repeated-id", Record;
    /// An id that a spreadsheet turned into a power of ten.
    MangledId = "mangled-id", Record;
    /// A date whose order of day and month is not declared.
    DateOrder = "date-order", Record;
    /// Minutes, duration, start and end that do not agree.
    MinutesDisagree = "minutes-disagree", Record;
    /// A birth date after the service date.
    BirthAfterService = "birth-after-service", Record;
    /// A record that replaces one that is not there.
    BadReplacement = "bad-replacement", Record;
    /// A field that the rule set does not know.
    UnknownField = "unknown-field", Record;

    /// An input that cannot be opened or read.
    Unreadable = "unreadable", File;
    /// A file that should be a receipt and is none.
    NotAReceipt = "not-a-receipt", File;
    /// A JSON document that is cut off or malformed.
    BadDocument = "bad-document", File;
    /// A JSON document that holds no notes.
    NoNotes = "no-notes", File;
    /// A CSV input whose first row contains no field of a note.
    NoHeader = "no-header", File;
    /// A CSV input with a quote that is never closed.
    OpenQuote = "open-quote", File;
    /// An input in another text encoding.
    NotUtf8 = "not-utf8", File;
    /// A sample claim that expects nothing.
    ExpectsNothing = "expects-nothing", Run;
    /// A run of sample claims without a single case.
    NoCases = "no-cases", Run;
    /// Sample claims in which too few rules decide.
    LowCoverage = "low-coverage", Run;
    /// Mutants that were not tried, because cases fail under the original rules.
    MutantsNotTried = "mutants-not-tried", Run;
    /// Sample claims whose expectations were rewritten.
    Blessed = "blessed", Run;
    /// Notes that are held in a run that must have none.
    NotesHeld = "notes-held", Run;
    /// Rows of a table that are no notes.
    SkippedRows = "skipped-rows", Run;
    /// A text that is read as Windows-1252.
    Windows1252 = "windows-1252", Run;
    /// Ids that hardly differ.
    SimilarIds = "similar-ids", Run;
    /// A roster with days that no row of an id covers.
    RosterGap = "roster-gap", Run;
    /// A roster with several rows of an id for one day.
    RosterOverlap = "roster-overlap", Run;
    /// A roster that lists none of the clients or staff members in the notes.
    RosterUnmatched = "roster-unmatched", Run;
    /// Output that cannot be written.
    Unwritable = "unwritable", Run;
    /// A generated page of rules that does not match the current rules.
    StalePage = "stale-page", Run;
    /// A receipt, or a file that it names, that is not as it was.
    ReceiptDiffers = "receipt-differs", Run;

    /// A command line that cannot be executed.
    Usage = "usage", Usage;

    /// A rule file that is not TOML.
    NotToml = "not-toml", Rules;
    /// A folder without rule files.
    NoRules = "no-rules", Rules;
    /// A key or block that the rule language does not have.
    UnknownKey = "unknown-key", Rules;
    /// A required key that is missing.
    MissingKey = "missing-key", Rules;
    /// A value whose type is not the one that the key takes.
    WrongType = "wrong-type", Rules;
    /// A name that nothing in the set declares.
    UnknownName = "unknown-name", Rules;
    /// A value that the fact or setting does not have.
    NoSuchValue = "no-such-value", Rules;
    /// A name or id that is declared twice.
    RepeatedName = "repeated-name", Rules;
    /// A name, id or value that is not allowed.
    ReservedName = "reserved-name", Rules;
    /// A replacement with nothing to replace.
    NothingToReplace = "nothing-to-replace", Rules;
    /// A block with neither a citation nor `basis = "house"`.
    NoBasis = "no-basis", Rules;
    /// A quote of more than fifteen words, or a missing quote where one is required.
    BadQuote = "bad-quote", Rules;
    /// An invalid date, or a range that ends before it begins.
    BadDate = "bad-date", Rules;
    /// A rate that is not a plain dollar amount.
    BadAmount = "bad-amount", Rules;
    /// A condition that can never hold or cannot be written in this way.
    BadCondition = "bad-condition", Rules;
    /// An override that is not allowed.
    BadOverride = "bad-override", Rules;
    /// Two rates for one service from the same date.
    SameRateDate = "same-rate-date", Rules;
    /// Two rates of different conditions that can both apply.
    RatesOverlap = "rates-overlap", Rules;
    /// A count that contradicts another one, or that no period can reach.
    BadCount = "bad-count", Rules;
    /// A list that is longer than anyone would write by hand.
    TooMany = "too-many", Rules;
    /// Notes that no rule decides.
    Gap = "gap", Rules;
    /// Notes that two offers decide differently.
    Conflict = "conflict", Rules;
    /// A rule set that is too complex to prove.
    TooComplex = "too-complex", Rules;

    /// A rule that never decides anything and is never a reason.
    DeadRule = "dead-rule", Proof;
    /// An offer whose payers are all taken away wherever it applies.
    AlwaysStruck = "always-struck", Proof;
    /// An override between offers that never decide the same note differently.
    IdleOverride = "idle-override", Proof;
    /// A promise that some note breaks.
    InvariantFails = "invariant-fails", Proof;
    /// A fact, setting, source, service or payer that is never used.
    Unused = "unused", Proof;
    /// A rate that ends without a successor.
    RateEnds = "rate-ends", Proof;
    /// A source for which no text with the recorded SHA-256 is available.
    SourceChanged = "source-changed", Proof;
    /// A quote that does not occur in its source, or occurs more than once.
    QuoteNotOnce = "quote-not-once", Proof;
    /// A sentence of a source that carries a rule but is neither cited nor waived.
    UncitedSentence = "uncited-sentence", Proof;
    /// A statement of a source that no block carries out.
    UncitedStatement = "uncited-statement", Proof;
    /// A note that two rule sets decide differently.
    DecidedDifferently = "decided-differently", Proof;

    /// A billable note whose minutes earn no unit.
    BelowUnit = "below-unit", Finding;
    /// Units with no known price.
    Unpriced = "unpriced", Finding;
    /// Billable notes of one client and date that name different payers.
    DayPayersDiffer = "day-payers-differ", Finding;
    /// Billable notes of one client and month or discharge that name different payers.
    PayersDiffer = "payers-differ", Finding;
    /// Notes of one period that name different practitioners, where only one can bill it.
    PractitionersDiffer = "practitioners-differ", Finding;
    /// A note that is the same as an earlier one.
    Duplicate = "duplicate", Finding;
    /// A note that may be the same as another one.
    MaybeDuplicate = "maybe-duplicate", Finding;
    /// A staff member with two clients at overlapping times.
    StaffOverlap = "staff-overlap", Finding;
    /// A client with two notes at overlapping times.
    ClientOverlap = "client-overlap", Finding;
    /// Notes of one date with more minutes than a day has.
    ImpossibleDay = "impossible-day", Finding;
    /// Notes of one date with more hours than expected.
    LongDay = "long-day", Finding;
    /// Units above a limit.
    OverLimit = "over-limit", Finding;
    /// A service date after the day of the run.
    FutureDate = "future-date", Finding;
    /// A service date for which the time to file a claim has passed, or is about to pass.
    LateFiling = "late-filing", Finding;
    /// A note, or the unit that it would earn, that an earlier run billed.
    AlreadyBilled = "already-billed", Finding;
    /// A question that a note and a roster answer differently.
    RosterDisagrees = "roster-disagrees", Finding;
    /// A note that a later record replaces.
    Replaced = "replaced", Finding;
    /// A note whose own procedure code is not what the rules come to.
    CodeDiffers = "code-differs", Finding;
    /// A service for which no public procedure code is known.
    Uncoded = "uncoded", Finding;
    /// Units whose rate depends on an answer that is missing.
    RateOpen = "rate-open", Finding;
    /// Held notes that could add to what a period earns.
    OpenMinutes = "open-minutes", Finding;
    /// A period whose units depend on held notes.
    Undecided = "undecided", Finding;
    /// Services that do not stand together.
    NotTogether = "not-together", Finding;
    /// A service that does not stand alone and has no partner.
    NoPartner = "no-partner", Finding;
    /// A service date for which nobody has looked at the source of the rule.
    UnverifiedDate = "unverified-date", Finding;
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
