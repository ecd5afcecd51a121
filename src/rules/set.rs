//! The checked set: what it holds, what may be answered and presumed, and what is read off it.

use super::problem::{RuleFile, Span, choose};
use super::resolve::PRESUMABLE;
use super::{
    AnsweredBy, Basis, DatedRate, Instead, Invariant, PART_QUARTER_HOUR, POOL, Payer, PayerId, Presumption, Rule,
    RuleId, Service, ServiceId, Setting, Source, Waiver, all_hold, check, resolve,
};
use crate::facts::{Answer, FactId, Facts, Kind, Vocabulary, Word};
use crate::message::{Code, Message};
use crate::nearest::{joined, one_of};
use crate::place::Place;
use crate::units::PartQuarterHour;

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
    pub(super) fact_spans: Vec<Option<Span>>,
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
    pub fn payer_ids(&self) -> impl Iterator<Item = PayerId> + use<> {
        (0..self.payers.len()).map(PayerId)
    }

    /// Every service with its id.
    pub fn service_ids(&self) -> impl Iterator<Item = ServiceId> + use<> {
        (0..self.services.len()).map(ServiceId)
    }

    /// The place of a span of this set.
    pub fn place(&self, span: &Span) -> Option<Place> {
        self.files.get(span.file).map(|file| Place::in_text(&file.name, &file.text, span.range.start))
    }

    /// Where a fact is declared, if a file declares it.
    pub fn fact_span(&self, fact: FactId) -> Option<&Span> {
        self.fact_spans.get(fact.index()).and_then(Option::as_ref)
    }

    /// Whether a place is in a file that the user added to the set.
    pub fn is_own(&self, at: &Span) -> bool {
        self.files.get(at.file).is_some_and(|file| file.own)
    }

    /// What every block that decides something rests on.
    pub fn deciding_bases(&self) -> impl Iterator<Item = &Basis> {
        let rules = self.rules.iter().map(|rule| &rule.basis);
        let services = self.services.iter().map(|service| &service.basis);
        let rates = self.rates.iter().map(|rate| &rate.basis);
        let settings = self.settings.iter().map(|setting| &setting.basis);
        let presumptions = self.presumptions.iter().map(|presumption| &presumption.basis);
        rules.chain(services).chain(rates).chain(settings).chain(presumptions)
    }

    /// What every block rests on, those that only promise something among them.
    pub fn bases(&self) -> impl Iterator<Item = &Basis> {
        self.deciding_bases().chain(self.invariants.iter().map(|invariant| &invariant.basis))
    }

    /// Answers a setting, as `--set NAME=VALUE` does.
    pub fn answer(&mut self, name: &str, value: &str) -> Result<(), Message> {
        let vocabulary = &self.vocabulary;
        let names = self.settings.iter().map(|setting| vocabulary.fact(setting.fact).name.as_str()).collect::<Vec<_>>();
        let help = choose(name, &names);
        let setting = self.settings.iter_mut().find(|setting| vocabulary.fact(setting.fact).name == name);
        let setting = setting.ok_or_else(|| unknown("setting", name, help))?;
        setting.value = answer_of(vocabulary, setting.fact, value)?;
        setting.by = AnsweredBy::CommandLine;
        Ok(())
    }

    /// Presumes an answer for every note that gives none, as `--presume FACT=VALUE` does. It counts as a house rule.
    pub fn presume(&mut self, name: &str, value: &str) -> Result<(), Message> {
        let fact = self.presumable(name).map_err(|near| {
            let help = near.map_or_else(|| PRESUMABLE.to_owned(), |near| format!("did you mean `{near}`?"));
            unknown("fact that can be presumed", name, help)
        })?;
        let value = answer_of(&self.vocabulary, fact, value)?;
        let known = self.presumptions.iter().find(|presumption| presumption.fact == fact);
        let span = known.map(|known| known.span.clone());
        let span = span.or_else(|| self.fact_span(fact).cloned()).unwrap_or(Span { file: 0, range: 0..0 });
        self.presumptions.retain(|presumption| presumption.fact != fact);
        let basis = Basis { house: true, note: Some("given on the command line".into()), ..Basis::default() };
        self.presumptions.push(Presumption { fact, value, when: Vec::new(), basis, span });
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

    /// What to record in place of a note that is held; `None` where the rule says nothing of it.
    pub fn instead_text(&self, instead: &[Instead]) -> Option<String> {
        let phrase = |one: &Instead| match one {
            Instead::Text(text) => text.trim_end_matches('.').to_owned(),
            Instead::Record { answers, condition } => {
                let answers = answers.iter().map(|(fact, answer)| {
                    format!("`{}` as `{}`", self.vocabulary.fact(*fact).name, self.written(*fact, *answer))
                });
                let record = format!("record {}", joined(answers.collect(), "and"));
                condition.as_ref().map_or_else(|| record.clone(), |condition| format!("{record} if {condition}"))
            }
        };
        let phrases: Vec<String> = instead.iter().map(phrase).collect();
        (!phrases.is_empty()).then(|| phrases.join("; or "))
    }

    /// An answer as it would be written.
    pub fn written(&self, fact: FactId, answer: Answer) -> String {
        match answer {
            Answer::Unanswered => String::new(),
            Answer::Value(value) => self.vocabulary.fact(fact).value_name(value).unwrap_or_default().to_owned(),
            Answer::Number(number) => number.to_string(),
        }
    }

    /// An answer as a word; an unanswered one is empty text.
    pub fn word(&self, fact: FactId, answer: Answer) -> Word {
        match answer {
            Answer::Number(number) => Word::Number(number),
            Answer::Value(_) | Answer::Unanswered => Word::Text(self.written(fact, answer)),
        }
    }
}

fn unknown(what: &str, name: &str, help: String) -> Message {
    Message::error(Code::Usage, format!("there is no {what} `{name}`")).help(help)
}

/// An answer to a fact, written as text.
fn answer_of(vocabulary: &Vocabulary, fact: FactId, value: &str) -> Result<Answer, Message> {
    let fact = vocabulary.fact(fact);
    // Whoever types an answer speaks as notes do: letter case does not count, aliases do.
    let spoken = fact.spoken(value).map(Answer::Value);
    spoken.or_else(|| resolve::answer(fact, value)).ok_or_else(|| {
        let help = match &fact.kind {
            Kind::Coded(values) => one_of(values.iter().map(String::as_str)),
            Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Date => "what is derived from it".into(),
        };
        Message::error(Code::Usage, format!("`{}` does not take `{value}`", fact.name)).help(format!("it takes {help}"))
    })
}
