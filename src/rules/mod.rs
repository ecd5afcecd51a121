//! The rule set: every rule with its citation, the services and their rates, the settings and what is presumed.
//!
//! `shape` says what may be written, `check` what it means; both gather all problems. Knows no notes and opens no files.

mod asked;
mod blocks;
mod check;
mod clause;
mod condition;
mod ids;
mod outcome;
mod names;
pub(crate) mod problem;
mod rate;
mod repeats;
mod resolve;
mod set;
mod shape;
mod vocabulary;
pub(crate) mod walk;

use chrono::NaiveDate;

pub use clause::{Clause, OutcomePart, OutcomeTest, OutcomeValue};
pub use condition::{Condition, Test, ValueSet, all_hold, merge_tests};
pub use outcome::Outcome;
pub(crate) use problem::placed;
pub use problem::{RuleFile, Span};
pub use set::RuleSet;

use crate::effective::Effective;
use crate::facts::{Answer, FactId, Facts};
use crate::money::Rate;

/// The setting that says how many left-over minutes make a further quarter hour.
pub const PART_QUARTER_HOUR: &str = "part_quarter_hour";
/// The setting that says whether minutes are pooled by note or by day.
pub const POOL: &str = "pool";

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        $($(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(usize);

        impl $name {
            /// Its place in the rule set.
            pub fn index(self) -> usize { self.0 }
        })+
    };
}

ids! {
    /// A payer, by its place in the rule set.
    PayerId;
    /// A service, by its place in the rule set.
    ServiceId;
    /// A rule, by its place in the rule set.
    RuleId;
}

/// A document that rules cite.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name in citations.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The date it carries, or `undated`.
    pub dated: String,
    /// SHA-256 of the text the quotes were checked against.
    pub sha256: Option<String>,
    /// Why its text could not be checked, if it could not.
    pub unchecked: Option<String>,
    /// Where in it citations may stand, in its own order; none: anywhere.
    pub places: Vec<String>,
    /// Where it is written.
    pub span: Span,
}

/// Who is billed.
#[derive(Clone, Debug)]
pub struct Payer {
    /// Its name, such as `mo_healthnet`.
    pub name: String,
    /// Its title in sentences, such as `MO HealthNet`.
    pub title: String,
    /// Where it is written.
    pub span: Span,
}

/// The unit in which a service is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// 15 minutes.
    QuarterHour,
    /// One for each client and date.
    Day,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 2] = [Self::QuarterHour, Self::Day];

    /// Its name in rules and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QuarterHour => "quarter_hour",
            Self::Day => "day",
        }
    }
}

/// What is billed.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name, such as `vocational_act`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its procedure code.
    pub code: String,
    /// The code's modifiers.
    pub modifiers: Vec<String>,
    /// Its unit.
    pub unit: Unit,
    /// What it rests on.
    pub basis: Basis,
    /// Where it is written.
    pub span: Span,
}

impl Service {
    /// Code and modifiers as they are said, such as `H2023 HK`.
    pub fn full_code(&self) -> String {
        full_code(&self.code, &self.modifiers)
    }
}

/// A procedure code and its modifiers as they are said, such as `H2023 HK`.
pub fn full_code(code: &str, modifiers: &[String]) -> String {
    modifiers.iter().fold(code.to_owned(), |full, modifier| full + " " + modifier)
}

/// The dollars for one unit of a service, on some dates.
#[derive(Clone, Debug)]
pub struct DatedRate {
    /// Of which service.
    pub service: ServiceId,
    /// Dollars for one unit.
    pub rate: Rate,
    /// On which dates.
    pub effective: Effective,
    /// What it rests on.
    pub basis: Basis,
    /// Where it is written.
    pub span: Span,
}

/// What a block rests on: citations, or our own decision, or both.
#[derive(Clone, Debug, Default)]
pub struct Basis {
    /// Where it is said.
    pub cites: Vec<Citation>,
    /// Whether it is a house rule.
    pub house: bool,
    /// Why, in our own words.
    pub note: Option<String>,
}

/// Where something is said.
#[derive(Clone, Debug)]
pub struct Citation {
    /// The source's place in the rule set.
    pub source: usize,
    /// Where in it.
    pub at: String,
    /// At most fifteen of its words.
    pub quote: Option<String>,
    /// What it says, in our own words.
    pub says: Option<String>,
    /// Where the citation is written.
    pub span: Span,
}

/// What a rule does where it applies.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Offers a service to payers, the preferred one first.
    Offer {
        /// What is offered.
        service: ServiceId,
        /// To whom.
        payers: Vec<PayerId>,
        /// Offers that this one is an exception to.
        overrides: Vec<RuleId>,
    },
    /// Takes work out of what payers pay for.
    Exclude(Removes),
    /// Says that payers cannot be billed in this case.
    Strike(Removes),
    /// Holds the note for a person; says what to record instead.
    Hold {
        /// Who might pay. Where strikes of every service take away all of them, the hold does not apply; `None`: it
        /// always applies.
        payers: Option<Vec<PayerId>>,
        /// What to record instead, one entry for each possibility.
        instead: Vec<Instead>,
    },
    /// Adds a finding and changes nothing else.
    Advise,
}

impl Effect {
    /// What an exclude or a strike takes away.
    pub fn removes(&self) -> Option<&Removes> {
        match self {
            Self::Exclude(removes) | Self::Strike(removes) => Some(removes),
            Self::Offer { .. } | Self::Hold { .. } | Self::Advise => None,
        }
    }
}

/// What to record in place of a note that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// What to do, in words.
    Text(String),
    /// Answers that take the place of the note's own.
    Record {
        /// Facts of a note, each with the answer to record. Never empty.
        answers: Vec<(FactId, Answer)>,
        /// On what condition, in words; `None`: always.
        condition: Option<String>,
    },
}

/// Which payers are taken away, of which services.
#[derive(Clone, Debug)]
pub struct Removes {
    /// The payers.
    pub payers: Vec<PayerId>,
    /// Only of these services; `None`: of all.
    pub services: Option<Vec<ServiceId>>,
}

impl Removes {
    /// Whether the payer is taken away for the service.
    pub fn removes(&self, service: ServiceId, payer: PayerId) -> bool {
        self.payers.contains(&payer) && self.services.as_ref().is_none_or(|services| services.contains(&service))
    }
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, for ever.
    pub id: String,
    /// Ids it had before.
    pub formerly: Vec<String>,
    /// One clause in plain English.
    pub title: String,
    /// When it applies.
    pub condition: Condition,
    /// On which service dates.
    pub effective: Effective,
    /// What it does.
    pub effect: Effect,
    /// What it rests on.
    pub basis: Basis,
    /// Where it is written.
    pub span: Span,
}

impl Rule {
    /// Whether it applies; `None` where unanswered facts leave it open.
    pub fn applies(&self, facts: &Facts, date: NaiveDate) -> Option<bool> {
        if self.effective.contains(date) { self.condition.holds(facts) } else { Some(false) }
    }

    /// The word for its kind.
    pub fn kind(&self) -> &'static str {
        match self.effect {
            Effect::Offer { .. } => "offer",
            Effect::Exclude(_) => "exclude",
            Effect::Strike(_) => "strike",
            Effect::Hold { .. } => "hold",
            Effect::Advise => "advise",
        }
    }
}

/// What is taken for an answer where a note gives none.
#[derive(Clone, Debug)]
pub struct Presumption {
    /// Of which fact.
    pub fact: FactId,
    /// What is presumed.
    pub value: Answer,
    /// Where: required facts only.
    pub when: Vec<Test>,
    /// What it rests on.
    pub basis: Basis,
    /// Where it is written.
    pub span: Span,
}

/// Who answered a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnsweredBy {
    /// Nobody: its default holds.
    Default,
    /// A rule file's `[answer]`.
    Agency,
    /// The command line.
    CommandLine,
}

impl AnsweredBy {
    /// As it is said.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Agency => "rule file",
            Self::CommandLine => "command line",
        }
    }
}

/// A question the guidance leaves open, with the answer in force.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its fact.
    pub fact: FactId,
    /// What holds when nobody answers.
    pub default: Answer,
    /// What holds.
    pub value: Answer,
    /// By whom.
    pub by: AnsweredBy,
    /// Where the question comes from.
    pub basis: Basis,
    /// Where it is written; `None` where no rule file asks it.
    pub span: Option<Span>,
}

/// Something that must hold for every note.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// Its id.
    pub id: String,
    /// What it promises.
    pub title: String,
    /// For which notes and outcomes.
    pub when: Clause,
    /// What then holds.
    pub always: Clause,
    /// What it rests on.
    pub basis: Basis,
    /// Where it is written.
    pub span: Span,
}

/// A sentence of a source that no rule needs to cite.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The source's place in the rule set.
    pub source: usize,
    /// Words of the sentence.
    pub quote: String,
    /// Why no rule cites it.
    pub why: String,
    /// Where it is written.
    pub span: Span,
}
