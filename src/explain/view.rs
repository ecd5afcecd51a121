//! What explanations hold: for programs as JSON, and for the writer of texts.

use serde::Serialize;

use crate::facts::WrittenAnswer;
use crate::money::Amount;
use crate::report::{BasisView, Program, RateView, Row, RuleView, RulesRun};

/// Stands at the end of every explanation of notes.
pub const REMINDER: &str = "Documentation may be corrected only to say what happened.";

/// Some notes of a batch, explained.
#[derive(Debug, Serialize)]
pub struct Explanations {
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
    pub unknown_fields: Vec<UnknownField>,
    /// Each fact and setting with its answer and where that came from.
    pub facts: Vec<FactView>,
    /// Each payer with what was offered to it and taken away again.
    pub payers: Vec<PayerView>,
    /// Holds that apply, or may.
    pub holds: Vec<HoldView>,
    /// Ids of advice that applies.
    pub advice: Vec<String>,
    /// Units and dollars, step by step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillView>,
    /// What other notes had to do with it.
    pub others: Vec<OtherNoteView>,
    /// Where it is not billable: the offers that came nearest.
    pub nearest: Vec<NearOfferView>,
    /// Where it is not billable: the smallest changes that would make it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<ChangesView>,
    /// The rules that are named above, each once.
    pub rules: Vec<RuleView>,
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
pub enum AnswerSource {
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

impl AnswerSource {
    /// Whether it is an answer to a setting.
    pub fn is_setting(self) -> bool {
        matches!(self, Self::Default | Self::Agency | Self::CommandLine)
    }
}

/// A fact or setting with its answer.
#[derive(Debug, Serialize)]
pub struct FactView {
    /// Its name.
    pub name: String,
    /// The question.
    pub ask: String,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<WrittenAnswer>,
    /// Where it came from.
    pub from: AnswerSource,
    /// What a derived answer is worked out from.
    pub derived_from: Vec<String>,
    /// What a presumption rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<BasisView>,
    /// Whether a rule asks it that could apply, were only this answer another one.
    pub asked: bool,
    /// Whether another answer, the rest as it is, could change the outcome, or the units.
    pub matters: bool,
}

/// One payer.
#[derive(Debug, Serialize)]
pub struct PayerView {
    /// Its name.
    pub payer: String,
    /// Its title.
    pub title: String,
    /// How it stands, by service at stake.
    pub services: Vec<ServiceView>,
}

/// How a payer stands to a service, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It pays.
    Pays,
    /// It was offered, but the note is held.
    Held,
    /// It depends on an open answer.
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
pub struct ServiceView {
    /// The service.
    pub service: String,
    /// Its code with modifiers.
    pub code: String,
    /// How it stands.
    pub stands: Standing,
    /// Offers to this payer.
    pub offered_by: Vec<RuleUse>,
    /// Excludes and strikes that take this payer away.
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
pub struct HoldView {
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
pub struct BillView {
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
    pub pool: Vec<PooledNote>,
    /// Units that the note earns.
    pub units: u32,
    /// The rate in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateView>,
    /// Units × rate, before it is rounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    /// The note's share of its claim line, whose units × rate is rounded half-up to the cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// One note of a pool.
#[derive(Debug, Serialize)]
pub struct PooledNote {
    /// Its id.
    pub id: String,
    /// Its minutes.
    pub minutes: u32,
    /// What it earns.
    pub units: u32,
}

/// Another note of the same client and day.
#[derive(Debug, Serialize)]
pub struct OtherNoteView {
    /// Its id.
    pub id: String,
    /// What it has to do with this one: `carries_the_unit`, `bundled_into_this`, `pooled` or `names_another_payer`.
    pub how: &'static str,
    /// The same in words.
    pub text: String,
}

/// An offer that came near.
#[derive(Debug, Serialize)]
pub struct NearOfferView {
    /// The rule.
    pub id: String,
    /// What it says.
    pub title: String,
    /// What it offers.
    pub service: String,
    /// To whom.
    pub payers: Vec<String>,
    /// What the note lacks for it.
    pub lacks: Vec<LackView>,
    /// Rules that stand against it: holds, and those that take all its payers away.
    pub obstacles: Vec<String>,
}

/// One condition that does not hold.
#[derive(Debug, Serialize)]
pub struct LackView {
    /// Of which fact.
    pub fact: String,
    /// The answer there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// Where it came from.
    pub from: AnswerSource,
    /// What the offer needs.
    pub needs: String,
}

/// The smallest changes that would make a note billable, by how an answer could honestly change.
#[derive(Debug, Serialize)]
pub struct ChangesView {
    /// Changes of at most so many facts were looked for.
    pub most: usize,
    /// Whether all of them were found. Each one that was found is smallest, also where others may be missing.
    pub complete: bool,
    /// Up to how many facts all were found.
    pub complete_up_to: CompleteView,
    /// How many, each choice of answers counted.
    pub count: u64,
    /// Questions to the chart: only if the chart already supports the other answer.
    pub chart: Vec<ChangeView>,
    /// Questions that somebody can look up.
    pub record: Vec<ChangeView>,
    /// Questions for the agency or the state; no change of the note.
    pub setting: Vec<ChangeView>,
    /// What happened and is not to be changed.
    pub history: Vec<ChangeView>,
}

/// Up to how many facts all changes were found.
#[derive(Debug, Serialize)]
pub struct CompleteView {
    /// Changes of the chart and of records.
    pub record: usize,
    /// Changes of settings besides.
    pub setting: usize,
    /// Changes of history besides.
    pub history: usize,
}

/// A smallest change, or several that differ only in which of the named answers they choose.
#[derive(Debug, Serialize)]
pub struct ChangeView {
    /// What would have to be otherwise; all of it.
    pub parts: Vec<PartView>,
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
pub struct PartView {
    /// The fact or setting; `date` is the service date.
    pub fact: String,
    /// How it could honestly change: `chart`, `record`, `setting` or `never`.
    pub lever: &'static str,
    /// The answer there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// Where it came from.
    pub from: AnswerSource,
    /// The answers of which any will do.
    pub needs: Vec<String>,
    /// The same in words: a question, or for history a statement.
    pub text: String,
}
