//! What an explanation holds: the same for programs, as JSON, and for the writer of texts.

use serde::Serialize;

use crate::facts::Word;
use crate::money::{Amount, Rate};
use crate::report::{Program, Row, RulesRun};

/// Stands at the end of every explanation of notes.
pub const REMINDER: &str = "Documentation may be corrected only to say what happened.";

/// Some notes of a batch, explained.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// The program.
    pub program: Program,
    /// The rule set.
    pub rules: RulesRun,
    /// Whether nothing was presumed.
    pub strict: bool,
    /// How many records the batch has.
    pub records: u64,
    /// How many of them were rejected.
    pub rejected: u64,
    /// The explanations, in order of the records.
    pub notes: Vec<Explanation>,
    /// That documentation may be corrected only to say what happened.
    pub reminder: &'static str,
}

/// Why one record came to what it came to.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The row of `actbill classify`.
    pub decision: Row,
    /// Where the record stands: file, line and column.
    pub place: String,
    /// Fields of the record that the rule set does not know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_fields: Vec<UnknownField>,
    /// Each fact and setting with its answer and where that came from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactTold>,
    /// Each payer with what was offered to it and taken away again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payers: Vec<PayerTold>,
    /// Holds that apply, or may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HoldTold>,
    /// Ids of advice that applies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<String>,
    /// Units and dollars, step by step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<Bill>,
    /// What other notes had to do with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherNote>,
    /// Where it is not billable: the offers that came nearest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<NearOffer>,
    /// Where it is not billable: every smallest change that would make it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<ChangesTold>,
    /// The rules that are named above, each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleTold>,
}

/// A field that the rule set does not know.
#[derive(Debug, Serialize)]
pub struct UnknownField {
    /// Its name.
    pub name: String,
    /// The nearest known one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<String>,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// The note says so.
    Note,
    /// The note does not say; the rule set presumes it.
    Presumed,
    /// A setting: nobody answered it, so its default holds.
    Default,
    /// A setting that a rule file answers.
    Agency,
    /// A setting that the command line answers.
    CommandLine,
    /// Worked out from other answers.
    Derived,
    /// Nobody says.
    NotAnswered,
}

impl From {
    /// Whether it is an answer to a setting.
    pub fn is_setting(self) -> bool {
        matches!(self, Self::Default | Self::Agency | Self::CommandLine)
    }
}

/// A fact or setting with its answer.
#[derive(Debug, Serialize)]
pub struct FactTold {
    /// Its name.
    pub name: String,
    /// The question.
    pub ask: String,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Word>,
    /// Where it came from.
    pub from: From,
    /// What a derived answer is worked out from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// What a presumption rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<BasisTold>,
    /// Whether a rule asks it that could apply, were only this answer another one.
    pub asked: bool,
    /// Whether another answer, the rest as it is, could change the outcome, or the units.
    pub matters: bool,
}

/// One payer.
#[derive(Debug, Serialize)]
pub struct PayerTold {
    /// Its name.
    pub payer: String,
    /// Its title.
    pub title: String,
    /// How it stands, by service at stake.
    pub services: Vec<Standing>,
}

/// How a payer stands to a service, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// It pays.
    Pays,
    /// It was offered, but the note is held.
    Held,
    /// It hangs on what is not answered.
    Open,
    /// It was offered, but another payer or service comes first.
    SecondChoice,
    /// It was offered, and taken away again.
    TakenAway,
    /// No rule offers it for this note.
    NotOffered,
}

/// One payer and one service.
#[derive(Debug, Serialize)]
pub struct Standing {
    /// The service.
    pub service: String,
    /// Its code with modifiers.
    pub code: String,
    /// How it stands.
    pub stands: Stand,
    /// Offers to this payer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offered_by: Vec<RuleUse>,
    /// Excludes and strikes that take this payer away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taken_by: Vec<RuleUse>,
}

/// A rule that applies, or may.
#[derive(Clone, Debug, Serialize)]
pub struct RuleUse {
    /// Its id.
    pub id: String,
    /// Whether it applies however the open facts are answered; otherwise it may.
    pub surely: bool,
}

/// A hold.
#[derive(Debug, Serialize)]
pub struct HoldTold {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleUse,
    /// What it says.
    pub title: String,
    /// What to record instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

/// How a billable note comes to its units and dollars.
#[derive(Debug, Serialize)]
pub struct Bill {
    /// The service.
    pub service: String,
    /// The billed unit.
    pub unit: &'static str,
    /// Each step in words.
    pub steps: Vec<String>,
    /// Whole quarter hours of the note's minutes.
    pub whole_quarter_hours: u32,
    /// Minutes left over.
    pub left_over: u32,
    /// How many left-over minutes make a further quarter hour.
    pub part_quarter_hour: u32,
    /// Quarter hours of this note alone.
    pub alone: u32,
    /// The notes whose minutes are pooled, this one among them, each with what it earns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pool: Vec<Pooled>,
    /// Units that the note earns.
    pub units: u32,
    /// The rate in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateTold>,
    /// Units × rate, before it is rounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    /// The note's share of its claim line, whose units × rate is rounded half-up to the cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// One note of a pool.
#[derive(Debug, Serialize)]
pub struct Pooled {
    /// Its id.
    pub id: String,
    /// Its minutes.
    pub minutes: u32,
    /// What it earns.
    pub units: u32,
}

/// A rate.
#[derive(Debug, Serialize)]
pub struct RateTold {
    /// Dollars for one unit.
    pub amount: Rate,
    /// From when, or `undated`.
    pub from: String,
    /// Through when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// What it rests on.
    pub basis: BasisTold,
    /// Where it is written.
    pub place: String,
}

/// Another note of the same client and day.
#[derive(Debug, Serialize)]
pub struct OtherNote {
    /// Its id.
    pub id: String,
    /// What it has to do with this one: `carries_the_unit`, `bundled_into_this`, `pooled` or `names_another_payer`.
    pub how: &'static str,
    /// The same in words.
    pub text: String,
}

/// An offer that came near.
#[derive(Debug, Serialize)]
pub struct NearOffer {
    /// The rule.
    pub id: String,
    /// What it says.
    pub title: String,
    /// What it offers.
    pub service: String,
    /// To whom.
    pub payers: Vec<String>,
    /// What the note lacks for it.
    pub lacks: Vec<Lack>,
    /// Rules that stand against it: holds, and those that take all its payers away.
    pub against: Vec<String>,
}

/// One condition that does not hold.
#[derive(Debug, Serialize)]
pub struct Lack {
    /// Of which fact.
    pub fact: String,
    /// The answer there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// Where it came from.
    pub from: From,
    /// What the offer needs.
    pub needs: String,
}

/// Every smallest change that would make a note billable, by how an answer could honestly change.
#[derive(Debug, Serialize)]
pub struct ChangesTold {
    /// Whether these are all; where the rules are too tangled to find all, none is told.
    pub complete: bool,
    /// How many, each choice of answers counted.
    pub count: u64,
    /// Questions to the chart: only if the chart already supports the other answer.
    pub chart: Vec<ChangeTold>,
    /// Questions that somebody can look up.
    pub record: Vec<ChangeTold>,
    /// Questions for the agency or the state; no change of the note.
    pub setting: Vec<ChangeTold>,
    /// What happened and is not to be changed.
    pub history: Vec<ChangeTold>,
}

/// A smallest change, or several that differ only in which of the named answers they choose.
#[derive(Debug, Serialize)]
pub struct ChangeTold {
    /// What would have to be otherwise; all of it.
    pub parts: Vec<Part>,
    /// Who would pay.
    pub payer: String,
    /// For what.
    pub service: String,
    /// The service's code with modifiers.
    pub code: String,
    /// What it leads to, in words.
    pub leads_to: String,
}

/// One fact of a change.
#[derive(Debug, Serialize)]
pub struct Part {
    /// The fact or setting; `date` is the service date.
    pub fact: String,
    /// How it could honestly change: `chart`, `record`, `setting` or `never`.
    pub lever: &'static str,
    /// The answer there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// Where it came from.
    pub from: From,
    /// The answers of which any will do.
    pub needs: Vec<String>,
    /// The same in words: a question, or for history a statement.
    pub text: String,
}

/// A rule with what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct RuleTold {
    /// Its id.
    pub id: String,
    /// `offer`, `exclude`, `strike`, `hold` or `advise`.
    pub kind: &'static str,
    /// What it says.
    pub title: String,
    /// What it rests on.
    #[serde(flatten)]
    pub basis: BasisTold,
    /// Where it is written: file and line.
    pub place: String,
}

/// What something rests on.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BasisTold {
    /// Where it is said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<CiteTold>,
    /// Whether it is our own decision, or goes beyond what is cited.
    pub house: bool,
    /// Why, in our own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A citation.
#[derive(Clone, Debug, Serialize)]
pub struct CiteTold {
    /// The source's name.
    pub source: String,
    /// Its title.
    pub title: String,
    /// The date it carries, or `undated`.
    pub dated: String,
    /// Where in it.
    pub at: String,
    /// Its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// What it says, in our own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}
