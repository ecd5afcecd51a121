//! The rule set: every rule with its citation, the services and their rates, the settings and what is presumed.
//!
//! `shape` says what may be written, `check` what it means; both gather all problems. Knows no notes and opens no files.

mod check;
mod condition;
mod meaning;
mod problem;
mod rate;
mod resolve;
mod shape;
mod walk;

use chrono::NaiveDate;

pub use condition::{Condition, Set, Test, all_hold, joined};
pub use meaning::{Outcome, Survivor, outcome, survivors};
pub(crate) use problem::placed;
pub use problem::{RuleFile, Span};
pub use rate::{InForce, RateInForce};

use crate::effective::Effective;
use crate::facts::{Answer, FactId, Facts, Kind, Vocabulary};
use crate::message::{Code, Message};
use crate::money::Rate;
use crate::nearest::{nearest, one_of};
use crate::units::PartQuarterHour;

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
}

/// Who is billed.
#[derive(Clone, Debug)]
pub struct Payer {
    /// Its name, such as `mo_healthnet`.
    pub name: String,
    /// Its title in sentences, such as `MO HealthNet`.
    pub title: String,
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
        /// What to record instead.
        instead: Option<String>,
    },
    /// Adds a finding and changes nothing else.
    Advise,
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
}

/// Something that must hold for every note.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// Its id.
    pub id: String,
    /// What it promises.
    pub title: String,
    /// For which notes and outcomes.
    pub when: Claim,
    /// What then holds.
    pub always: Claim,
    /// Where it is written.
    pub span: Span,
}

/// Tests of facts and of the outcome, joined by *and*.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// Of facts.
    pub facts: Vec<Test>,
    /// Of the outcome's `status`, `service` and `payer`: the name, and the values that fit.
    pub outcome: Vec<(String, Vec<String>)>,
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

/// Everything that decides, checked: names resolve, conditions can hold, rates have one price a day.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// What rules may ask.
    pub vocabulary: Vocabulary,
    /// By name.
    pub sources: Vec<Source>,
    /// By name.
    pub payers: Vec<Payer>,
    /// By name.
    pub services: Vec<Service>,
    /// By id.
    pub rules: Vec<Rule>,
    /// By service and date.
    pub rates: Vec<DatedRate>,
    /// By fact.
    pub presumptions: Vec<Presumption>,
    /// By name.
    pub settings: Vec<Setting>,
    /// By id.
    pub invariants: Vec<Invariant>,
    /// As written.
    pub waivers: Vec<Waiver>,
    /// The texts it was read from.
    pub files: Vec<RuleFile>,
    /// SHA-256 over the texts.
    pub fingerprint: String,
    /// Where each fact is declared.
    fact_spans: Vec<Option<Span>>,
}

impl RuleSet {
    /// Reads and checks rule files; all problems at once. Whether the set decides every note is `proof`'s to say.
    pub fn load(files: Vec<RuleFile>) -> Result<Self, Vec<Message>> {
        check::load(files)
    }

    /// The rule of an id of this set.
    #[expect(clippy::indexing_slicing, reason = "ids are made only by the set that they are asked of")]
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0]
    }

    /// The payer of an id of this set.
    #[expect(clippy::indexing_slicing, reason = "ids are made only by the set that they are asked of")]
    pub fn payer(&self, id: PayerId) -> &Payer {
        &self.payers[id.0]
    }

    /// The service of an id of this set.
    #[expect(clippy::indexing_slicing, reason = "ids are made only by the set that they are asked of")]
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[id.0]
    }

    /// Every rule with its id.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.rules.iter().enumerate().map(|(at, rule)| (RuleId(at), rule))
    }

    /// Every payer with its id.
    pub fn payer_ids(&self) -> impl Iterator<Item = PayerId> {
        (0..self.payers.len()).map(PayerId)
    }

    /// Where a fact is declared, if a file declares it.
    pub fn fact_span(&self, fact: FactId) -> Option<&Span> {
        self.fact_spans.get(fact.index()).and_then(Option::as_ref)
    }

    /// Answers a setting, as `--set NAME=VALUE` does.
    pub fn answer(&mut self, name: &str, value: &str) -> Result<(), Message> {
        let names = self.settings.iter().map(|setting| self.vocabulary.fact(setting.fact).name.as_str());
        let near = nearest(name, names).map(str::to_owned);
        let vocabulary = &self.vocabulary;
        let setting = self.settings.iter_mut().find(|setting| vocabulary.fact(setting.fact).name == name);
        let setting = setting.ok_or_else(|| unknown("setting", name, near))?;
        setting.value = answer_of(vocabulary, setting.fact, value)?;
        setting.by = AnsweredBy::CommandLine;
        Ok(())
    }

    /// Presumes an answer for every note that gives none, as `--presume FACT=VALUE` does. It counts as a house rule.
    pub fn presume(&mut self, name: &str, value: &str) -> Result<(), Message> {
        let fact = self.presumable(name).map_err(|near| unknown("fact that can be presumed", name, near))?;
        let value = answer_of(&self.vocabulary, fact, value)?;
        self.presumptions.retain(|presumption| presumption.fact != fact);
        let basis = Basis { house: true, note: Some("given on the command line".into()), ..Basis::default() };
        self.presumptions.push(Presumption { fact, value, when: Vec::new(), basis });
        self.presumptions.sort_by_key(|presumption| presumption.fact);
        Ok(())
    }

    /// A fact that may be presumed, or the nearest one.
    fn presumable(&self, name: &str) -> Result<FactId, Option<String>> {
        resolve::presumable(&self.vocabulary, name)
    }

    /// What is answered before any note is read: the settings.
    pub fn answered(&self) -> Facts {
        let mut facts = Facts::unanswered(&self.vocabulary);
        for setting in &self.settings {
            facts.set(setting.fact, setting.value);
        }
        facts
    }

    /// Fills in what is presumed, and says which facts that were.
    pub fn fill(&self, facts: &mut Facts) -> Vec<FactId> {
        let mut presumed = Vec::new();
        for presumption in &self.presumptions {
            let open = facts.get(presumption.fact) == Answer::Unanswered;
            if open && all_hold(&presumption.when, facts) == Some(true) {
                facts.set(presumption.fact, presumption.value);
                presumed.push(presumption.fact);
            }
        }
        presumed
    }

    /// How part quarter hours count.
    pub fn part_quarter_hour(&self) -> PartQuarterHour {
        match self.setting(PART_QUARTER_HOUR) {
            Some(Answer::Number(minutes)) => PartQuarterHour::new(minutes).unwrap_or(PartQuarterHour::WHOLE),
            _ => PartQuarterHour::WHOLE,
        }
    }

    /// Whether the minutes of a client's day are pooled before they are rounded.
    pub fn pools_by_day(&self) -> bool {
        let Some(fact) = self.vocabulary.find(POOL) else { return false };
        matches!(self.setting(POOL), Some(Answer::Value(value)) if self.vocabulary.fact(fact).value_name(value) == Some("day"))
    }

    fn setting(&self, name: &str) -> Option<Answer> {
        let fact = self.vocabulary.find(name)?;
        self.settings.iter().find(|setting| setting.fact == fact).map(|setting| setting.value)
    }

    /// An answer as it would be written.
    pub fn written(&self, fact: FactId, answer: Answer) -> String {
        match answer {
            Answer::Unanswered => String::new(),
            Answer::Value(value) => self.vocabulary.fact(fact).value_name(value).unwrap_or_default().to_owned(),
            Answer::Number(number) => number.to_string(),
        }
    }
}

fn unknown(what: &str, name: &str, near: Option<String>) -> Message {
    let message = Message::error(Code::Usage, format!("no {what} `{name}`"));
    match near {
        Some(near) => message.help(format!("did you mean `{near}`?")),
        None => message,
    }
}

/// An answer to a fact, written as text.
fn answer_of(vocabulary: &Vocabulary, fact: FactId, value: &str) -> Result<Answer, Message> {
    let fact = vocabulary.fact(fact);
    resolve::answer(fact, value).ok_or_else(|| {
        let help = match &fact.kind {
            Kind::Coded(values) => one_of(values.iter().map(String::as_str)),
            Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Date => "what is derived from it".into(),
        };
        Message::error(Code::Usage, format!("`{}` does not take `{value}`", fact.name)).help(format!("it takes {help}"))
    })
}
