//! What a page holds: the same for programs, as JSON, and for the writer of texts.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts::Word;
use crate::report::{BasisView, RateView, RuleView};
use crate::space::Example;

/// A page.
#[derive(Debug, Serialize)]
#[serde(tag = "page", rename_all = "snake_case")]
pub enum Page {
    /// Of a rule.
    Rule(Box<RulePage>),
    /// Of a code.
    Code(CodePage),
    /// Of a setting.
    Setting(Box<SettingPage>),
    /// Of a fact.
    Fact(Box<FactPage>),
    /// Of a service.
    Service(ServicePage),
    /// Of a payer.
    Payer(PayerPage),
    /// Of a source.
    Source(SourcePage),
    /// Of an invariant.
    Invariant(InvariantPage),
}

/// A code that the program prints.
#[derive(Debug, Serialize)]
pub struct CodePage {
    /// The code.
    pub code: &'static str,
    /// What it is about: `record`, `file`, `run`, `usage`, `rules`, `proof` or `finding`.
    pub about: &'static str,
    /// What it means, what to do, and the smallest input that shows it, as Markdown.
    pub text: &'static str,
}

/// A condition: the fact, and what fits.
#[derive(Debug, Serialize)]
pub struct ConditionView {
    /// The fact or setting.
    pub fact: String,
    /// What fits, in words.
    pub needs: String,
}

/// A rule as another page names it.
#[derive(Debug, Serialize)]
pub struct RuleRef {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: &'static str,
    /// What it says.
    pub title: String,
}

/// A rule.
#[derive(Debug, Serialize)]
pub struct RulePage {
    /// What it says, what it rests on, where it is written.
    #[serde(flatten)]
    pub rule: RuleView,
    /// Ids it had before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// What it does, in one sentence.
    pub does: String,
    /// Conditions that must all hold.
    pub when: Vec<ConditionView>,
    /// Groups of which one must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<Vec<ConditionView>>,
    /// On which service dates, in words.
    pub dates: String,
    /// Its payers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payers: Vec<String>,
    /// Its services; none: all of them, or none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Offers that it is an exception to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<String>,
    /// Offers that are an exception to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overridden_by: Vec<String>,
    /// What to record instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// The smallest note in which it decides, or advises; absent: there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<ExampleView>,
}

/// A note that shows something.
#[derive(Debug, Serialize)]
pub struct ExampleView {
    /// The note.
    pub note: Example,
    /// Settings that must be answered otherwise than they are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Word>,
    /// What it comes to, in one sentence.
    pub because: String,
}

/// A setting.
#[derive(Debug, Serialize)]
pub struct SettingPage {
    /// Its name.
    pub name: String,
    /// The question.
    pub ask: String,
    /// What it takes, in words.
    pub takes: String,
    /// What holds when nobody answers.
    pub default: Word,
    /// What holds.
    pub answer: Word,
    /// By whom: `default`, `agency` or `command_line`.
    pub by: &'static str,
    /// What the program itself does with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub does: Option<&'static str>,
    /// For each answer, the rules that can apply only with it, or in more cases with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<AnswerView>,
    /// Where the question comes from.
    #[serde(flatten)]
    pub basis: BasisView,
    /// Where it is written.
    pub place: String,
    /// What to write into an agency's file to answer it.
    pub how: String,
}

/// What an answer to a setting changes.
#[derive(Debug, Serialize)]
pub struct AnswerView {
    /// The answer.
    pub answer: String,
    /// Rules that can apply only with it.
    pub only: Vec<RuleRef>,
    /// Rules that apply in more cases with it.
    pub more: Vec<RuleRef>,
}

/// A fact.
#[derive(Debug, Serialize)]
pub struct FactPage {
    /// Its name.
    pub name: String,
    /// The question.
    pub ask: String,
    /// What it takes, in words.
    pub takes: String,
    /// Its values, each with its other words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueView>,
    /// Whether every note must answer it.
    pub required: bool,
    /// How an answer could honestly change: `chart`, `record` or `never`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lever: Option<&'static str>,
    /// Where it can be looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look: Option<String>,
    /// What it is worked out from, or what is worked out from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derived: Option<String>,
    /// What is presumed where a note does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presumed: Option<PresumptionView>,
    /// Rules that ask it.
    pub asked_by: Vec<RuleRef>,
    /// Where it is declared.
    pub place: String,
}

/// A value with its other words.
#[derive(Debug, Serialize)]
pub struct ValueView {
    /// The value.
    pub value: String,
    /// Other words for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// A presumption.
#[derive(Debug, Serialize)]
pub struct PresumptionView {
    /// What is presumed.
    pub value: Word,
    /// Where only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<ConditionView>,
    /// What it rests on.
    #[serde(flatten)]
    pub basis: BasisView,
}

/// A service.
#[derive(Debug, Serialize)]
pub struct ServicePage {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its code with modifiers.
    pub code: String,
    /// Its unit.
    pub unit: &'static str,
    /// Its rates, by date. None: its units are unpriced.
    pub rates: Vec<RateView>,
    /// Rules that offer it.
    pub offered_by: Vec<RuleRef>,
    /// What it rests on.
    #[serde(flatten)]
    pub basis: BasisView,
    /// Where it is written.
    pub place: String,
}

/// A payer.
#[derive(Debug, Serialize)]
pub struct PayerPage {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Rules that offer work to it.
    pub offered_by: Vec<RuleRef>,
    /// Rules that take it away.
    pub taken_by: Vec<RuleRef>,
    /// Where it is written.
    pub place: String,
}

/// A source.
#[derive(Debug, Serialize)]
pub struct SourcePage {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The date it carries, or `undated`.
    pub dated: String,
    /// SHA-256 of the text the quotes were checked against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Why its text could not be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unchecked: Option<String>,
    /// Rules that cite it.
    pub cited_by: Vec<RuleRef>,
    /// Where it is written.
    pub place: String,
}

/// An invariant: a promise about every possible note.
#[derive(Debug, Serialize)]
pub struct InvariantPage {
    /// Its id.
    pub id: String,
    /// What it promises.
    pub title: String,
    /// For which notes and outcomes, phrase by phrase; none: for all.
    pub when: Vec<String>,
    /// What then holds.
    pub always: Vec<String>,
    /// Whether it is proved under these rules.
    pub holds: bool,
    /// What it rests on.
    #[serde(flatten)]
    pub basis: BasisView,
    /// Where it is written.
    pub place: String,
}
