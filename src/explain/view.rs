//! The contents of explanations, for JSON output and for the text writer.

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::period_view::{CodeCheckView, PairView, PeriodView};
use crate::facts::WrittenAnswer;
use crate::money::Amount;
use crate::report::{BasisView, Program, RateView, Row, RuleView, RulesRun};

/// The sentence at the end of every explanation.
pub const REMINDER: &str = "Documentation may be corrected only to say what happened.";

/// Explanations of some notes of a batch.
#[derive(Debug, Serialize)]
pub struct Explanations {
    /// The program.
    pub program: Program,
    /// The rule set.
    pub rules: RulesRun,
    /// Whether nothing was presumed.
    pub strict: bool,
    /// Number of records in the batch.
    pub records: u64,
    /// Number of records that were rejected.
    pub rejected: u64,
    /// The explanations, in the order of the records.
    pub notes: Vec<Explanation>,
    /// The reminder that documentation may be corrected only to say what happened.
    pub reminder: &'static str,
}

/// Explains how one record was decided.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The row of `actbill classify`.
    pub decision: Row,
    /// Where the record is: file, line and column.
    pub place: String,
    /// Fields of the record that the rule set does not know.
    pub unknown_fields: Vec<UnknownField>,
    /// Each fact and setting with its answer and where the answer came from.
    pub facts: Vec<FactView>,
    /// Each payer with what was offered to it and what was taken away again.
    pub payers: Vec<PayerView>,
    /// Holds that apply or may apply.
    pub holds: Vec<HoldView>,
    /// Ids of advice that applies.
    pub advice: Vec<String>,
    /// The period in which it is counted with other notes; of a note that is held for missing facts, those to which it
    /// may come to belong.
    pub periods: Vec<PeriodView>,
    /// Its own procedure code, if that is why it is held.
    pub code_check: Option<CodeCheckView>,
    /// The pairs that name what it earns or may earn, and what they did.
    pub pairs: Vec<PairView>,
    /// The steps to units and dollars.
    pub bill: Option<BillView>,
    /// How other notes affect it.
    pub others: Vec<OtherNoteView>,
    /// If the note is not billable, the offers that came nearest.
    pub nearest: Vec<NearOfferView>,
    /// If the note is not billable, the smallest changes that would make it so.
    pub changes: Option<ChangesView>,
    /// The rules, counts, pairs and shadows named above, without duplicates.
    pub rules: Vec<RuleView>,
}

/// A field that the rule set does not know.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct UnknownField {
    /// Name of the field.
    pub name: String,
    /// The nearest known field name.
    pub near: Option<String>,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerSource {
    /// The note gives the answer.
    Note,
    /// The note does not say, and a roster answers for the client or the staff member on that date.
    Roster,
    /// Neither says, and the rule set presumes the answer.
    Presumed,
    /// A setting that nobody answered, so its default is used.
    Default,
    /// A setting that a rule file answers.
    Agency,
    /// A setting that the command line answers.
    CommandLine,
    /// Computed from other answers.
    Derived,
    /// Nothing answers it.
    NotAnswered,
}

impl AnswerSource {
    /// Returns whether the answer is to a setting.
    pub fn is_setting(self) -> bool {
        matches!(self, Self::Default | Self::Agency | Self::CommandLine)
    }
}

/// A fact or setting with its answer.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct FactView {
    /// Name of the fact or setting.
    pub name: String,
    /// The question it asks.
    pub ask: String,
    /// The answer.
    pub value: Option<WrittenAnswer>,
    /// Where the answer came from.
    pub from: AnswerSource,
    /// The fields that a derived answer is computed from.
    pub derived_from: Vec<String>,
    /// The basis of a presumption.
    pub basis: Option<BasisView>,
    /// Whether it is asked by a rule that could apply if only this answer were different.
    pub asked: bool,
    /// Whether a different answer to it alone could change the outcome or the units.
    pub matters: bool,
}

/// One payer.
#[derive(Debug, Serialize)]
pub struct PayerView {
    /// Name of the payer.
    pub payer: String,
    /// Title of the payer.
    pub title: String,
    /// The payer's standing for each service at stake.
    pub services: Vec<ServiceView>,
}

/// A payer's standing for a service, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The payer pays.
    Pays,
    /// The service was offered to the payer, but the note is held.
    Held,
    /// The standing depends on an open answer.
    Open,
    /// The service was offered to the payer, but another payer or service comes first.
    SecondChoice,
    /// The service was offered to the payer and taken away again.
    TakenAway,
    /// No rule offers the service to the payer for this note.
    NotOffered,
}

/// A payer's standing for one service.
#[derive(Debug, Serialize)]
pub struct ServiceView {
    /// Name of the service.
    pub service: String,
    /// The procedure code with its modifiers.
    pub code: String,
    /// The standing.
    pub stands: Standing,
    /// Offers of the service to this payer.
    pub offered_by: Vec<RuleUse>,
    /// Excludes and strikes that take the service away from this payer.
    pub taken_by: Vec<RuleUse>,
}

/// A rule that applies or may apply.
#[derive(Clone, Debug, Serialize)]
pub struct RuleUse {
    /// Id of the rule.
    pub id: String,
    /// Whether the rule applies no matter how the open facts are answered. If not, it may apply.
    pub surely: bool,
}

/// A hold that applies or may apply.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct HoldView {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleUse,
    /// Title of the rule.
    pub title: String,
    /// What to record instead.
    pub instead: Option<String>,
}

/// How a billable note gets its units and dollars.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct BillView {
    /// Name of the service.
    pub service: String,
    /// The billed unit.
    pub unit: &'static str,
    /// Description of each step.
    pub steps: Vec<String>,
    /// Whole quarter hours of the note's minutes.
    pub whole_quarter_hours: u32,
    /// Minutes left over after the whole quarter hours.
    pub left_over: u32,
    /// Number of left-over minutes that make another quarter hour.
    pub part_quarter_hour: u32,
    /// Quarter hours of this note by itself.
    pub alone: u32,
    /// Ids of the counts of a note that is counted alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<String>,
    /// The notes whose minutes are pooled, including this one, with the units each earns.
    pub pool: Vec<PooledNote>,
    /// Units that the note earns.
    pub units: u32,
    /// The rate in force.
    pub rate: Option<RateView>,
    /// Facts on which the rate depends and which the note does not answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rate_open: Vec<String>,
    /// Units × rate, before rounding.
    pub exact: Option<String>,
    /// The note's share of its claim line, whose units × rate is rounded half-up to the cent.
    pub amount: Option<Amount>,
    /// Further lines that the note carries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AlsoView>,
    /// Why the payer does not pay by the unit: units and dollars are in no total.
    pub shadow: Option<ShadowView>,
}

/// A further line that a note carries.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct AlsoView {
    /// The billed service.
    pub service: String,
    /// The procedure code of the service with its modifiers.
    pub code: String,
    /// Number of units.
    pub units: u32,
    /// The rate in force.
    pub rate: Option<RateView>,
    /// Facts on which the rate depends and which the note does not answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rate_open: Vec<String>,
    /// Units × rate, before rounding.
    pub exact: Option<String>,
    /// The dollars of the line, rounded half-up to the cent.
    pub amount: Option<Amount>,
}

/// A shadow that applies.
#[derive(Debug, Serialize)]
pub struct ShadowView {
    /// Id of the shadow.
    pub id: String,
    /// Title of the shadow.
    pub title: String,
}

/// One note of a pool.
#[derive(Debug, Serialize)]
pub struct PooledNote {
    /// Id of the note.
    pub id: String,
    /// Minutes of the note.
    pub minutes: u32,
    /// Units that the note earns.
    pub units: u32,
}

/// Another note of the same client and period.
#[derive(Debug, Serialize)]
pub struct OtherNoteView {
    /// Id of the note.
    pub id: String,
    /// How it affects this note: `carries_the_unit`, `bundled_into_this`, `pooled`, `names_another_payer`,
    /// `names_another_practitioner` or `waits_for_this`.
    pub how: &'static str,
    /// The same in a sentence.
    pub text: String,
}

/// An offer that came near.
#[derive(Debug, Serialize)]
pub struct NearOfferView {
    /// Id of the rule.
    pub id: String,
    /// Title of the rule.
    pub title: String,
    /// The offered service.
    pub service: String,
    /// The payers it is offered to.
    pub payers: Vec<String>,
    /// The conditions that the note does not meet.
    pub lacks: Vec<LackView>,
    /// Rules that stand in its way: holds, and rules that take away all its payers.
    pub obstacles: Vec<String>,
}

/// A condition that does not hold.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct LackView {
    /// The fact that the condition asks.
    pub fact: String,
    /// The current answer.
    pub now: Option<String>,
    /// Where the answer came from.
    pub from: AnswerSource,
    /// The answers that the offer needs.
    pub needs: String,
}

/// The smallest changes that would make a note billable, grouped by how an answer could honestly change.
#[derive(Debug, Serialize)]
pub struct ChangesView {
    /// The maximum number of facts in a change that was searched for.
    pub most: usize,
    /// Whether all changes were found. Even if not, each change that was found is smallest.
    pub complete: bool,
    /// The number of facts up to which all changes were found.
    pub complete_up_to: CompleteView,
    /// Number of changes, counting each choice of answers.
    pub count: u64,
    /// Questions to the chart. They apply only if the chart already supports the other answer.
    pub chart: Vec<ChangeView>,
    /// Questions that somebody can look up in a record.
    pub record: Vec<ChangeView>,
    /// Questions for the agency or the state. They change no note.
    pub setting: Vec<ChangeView>,
    /// Facts about what happened, which must not be changed.
    pub history: Vec<ChangeView>,
}

/// The number of facts up to which all changes were found.
#[derive(Debug, Serialize)]
pub struct CompleteView {
    /// For changes of the chart and of records.
    pub record: usize,
    /// For changes that involve settings too.
    pub setting: usize,
    /// For changes that involve history too.
    pub history: usize,
}

/// A smallest change, or several that differ only in which of the listed answers they choose.
#[derive(Debug, Serialize)]
pub struct ChangeView {
    /// The facts that would have to be different, all of them together.
    pub parts: Vec<PartView>,
    /// The payer that would pay.
    pub payer: String,
    /// The service that would be billed.
    pub service: String,
    /// The procedure code of the service with its modifiers.
    pub code: String,
    /// Description of what the change leads to.
    pub leads_to: String,
}

/// One fact of a change.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct PartView {
    /// Name of the fact or setting; `date` is the service date.
    pub fact: String,
    /// How it could honestly change: `chart`, `record`, `setting` or `never`.
    pub lever: &'static str,
    /// The current answer.
    pub now: Option<String>,
    /// Where the answer came from.
    pub from: AnswerSource,
    /// The answers, any one of which is enough.
    pub needs: Vec<String>,
    /// The same in a sentence: a question or, for history, a statement.
    pub text: String,
}
