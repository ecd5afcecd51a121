//! What may be expected of a note: the keys, what each may say, and how a row answers it.
//!
//! Knows no formats: keys and words come in as they stand in a file.

use toml::de::DeValue;

use crate::facts::Origin;
use crate::message::{About, Code};
use crate::money::Rate;
use crate::report::Row;
use crate::rules::{Effect, RuleSet, Unit};
use crate::status::Status;
use crate::toml::{Problems, Span, TomlValue, suggestion};

/// The word that expects a field to be absent, or a list to be empty.
pub(super) const NONE: &str = "none";
/// The word that expects units with no known price.
pub(super) const UNPRICED: &str = "unpriced";

macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $list:literal;)+) => {
        /// A field of the public row of which something can be expected.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ExpectedField { $($(#[doc = $doc])+ $name,)+ }

        impl ExpectedField {
            /// Every key, in the order of the row.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its name in case files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Whether it takes a list.
            pub fn is_list(self) -> bool {
                match self { $(Self::$name => $list,)+ }
            }
        }
    };
}

keys! {
    /// `billable`, `non_billable`, `held` or `rejected`.
    Status = "status", false;
    /// Who pays; `non_billable` where nobody does.
    Payer = "payer", false;
    /// What is billed.
    Service = "service", false;
    /// Its procedure code, with its modifiers or without them.
    Code = "code", false;
    /// The code's modifiers, all of them.
    Modifiers = "modifiers", true;
    /// Documented minutes.
    Minutes = "minutes", false;
    /// 15-minute units of that time.
    QuarterHours = "quarter_hours", false;
    /// The billed unit.
    Unit = "unit", false;
    /// How many the note earns.
    Units = "units", false;
    /// Dollars for one unit, or `unpriced`.
    Rate = "rate", false;
    /// Dollars, or `unpriced`.
    Amount = "amount", false;
    /// Id of the note that carries the day's unit.
    BundledInto = "bundled_into", false;
    /// Rules that decided, others perhaps beside them.
    Rules = "rules", true;
    /// Rules that decided, and no others.
    OnlyRules = "only_rules", true;
    /// Facts whose answer could change the outcome, all of them.
    Missing = "missing", true;
    /// What is still possible, all of it.
    Possible = "possible", true;
    /// Facts taken as their default and able to change the outcome, all of them.
    Presumed = "presumed", true;
    /// Findings, others perhaps beside them.
    Findings = "findings", true;
    /// Findings, and no others.
    OnlyFindings = "only_findings", true;
    /// The code of a rejection.
    Error = "error", false;
}

/// Something expected of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Of which field.
    pub key: ExpectedField,
    /// One word, or the words of a list; an empty list expects none.
    pub words: Vec<String>,
}

/// What is expected of one note: only what is named is compared.
pub type Expect = Vec<Expectation>;

/// What is wrong with an expectation.
pub(super) struct Mistake {
    pub(super) code: Code,
    pub(super) text: String,
    pub(super) help: String,
}

/// Words as they stand in a file.
pub(super) struct Raw {
    pub(super) words: Vec<String>,
    pub(super) list: bool,
}

impl ExpectedField {
    /// A key by its name. `beside`: what else may stand in its place.
    pub(super) fn parse(name: &str, beside: &[&str]) -> Result<Self, Mistake> {
        Self::ALL.iter().copied().find(|key| key.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|key| key.as_str()).chain(beside.iter().copied()).collect();
            let text = format!("no expectation is called `{name}`");
            Mistake { code: Code::UnknownKey, text, help: suggestion(name, &known) }
        })
    }

    /// What is wished, if a row of this rule set could ever say it.
    pub(super) fn expectation(self, raw: Raw, set: &RuleSet) -> Result<Expectation, Mistake> {
        let name = self.as_str();
        if raw.words.iter().any(String::is_empty) {
            let text = format!("`{name}` expects empty text");
            let help = format!("write `{NONE}` if the field must be absent, or leave the key out");
            return Err(Mistake { code: Code::NoSuchValue, text, help });
        }
        if raw.list && !self.is_list() {
            let text = format!("`{name}` takes one value, not a list");
            return Err(Mistake { code: Code::WrongType, text, help: "write the value alone".into() });
        }
        let nothing = raw.words.iter().any(|word| word == NONE);
        if nothing && raw.words.len() > 1 {
            let text = format!("`{name}` expects none and others at once");
            return Err(Mistake { code: Code::NoSuchValue, text, help: "keep one of the two".into() });
        }
        let words = if nothing { Vec::new() } else { raw.words };
        let words = words.into_iter().map(|word| self.word(&word, set)).collect::<Result<Vec<_>, _>>()?;
        Ok(Expectation { key: self, words })
    }

    /// A word in the form in which rows say it.
    fn word(self, word: &str, set: &RuleSet) -> Result<String, Mistake> {
        match self {
            Self::Units | Self::Minutes | Self::QuarterHours => {
                // As in a note, `4.0` is a whole number.
                let whole = word.split_once('.').filter(|(_, rest)| rest.bytes().all(|digit| digit == b'0'));
                let digits = whole.map_or(word, |(whole, _)| whole);
                digits.parse::<u32>().map(|number| number.to_string()).map_err(|_| self.form(word, "a whole number"))
            }
            Self::Rate | Self::Amount => self.dollars(word),
            Self::BundledInto => Ok(word.to_owned()),
            Self::Code => coded(word, set).ok_or_else(|| self.no_such(word, &codes(set))),
            Self::Rules | Self::OnlyRules => rule_id(word, set).ok_or_else(|| self.no_such(word, &rule_ids(set))),
            _ => {
                let known = self.known(set);
                let finds = matches!(self, Self::Findings | Self::OnlyFindings);
                let today = if finds { rule_id(word, set) } else { None };
                let today = today.unwrap_or_else(|| word.to_owned());
                if known.contains(&today) { Ok(today) } else { Err(self.no_such(word, &known)) }
            }
        }
    }

    fn dollars(self, word: &str) -> Result<String, Mistake> {
        let cents = |word: &str| word.split_once('.').is_none_or(|(_, fraction)| fraction.len() <= 2);
        match (self, Rate::parse(word)) {
            _ if word == UNPRICED => Ok(word.to_owned()),
            (Self::Rate, Some(rate)) => Ok(rate.to_string()),
            (_, Some(amount)) if cents(word) => Ok(amount.to_string()),
            _ => Err(self.form(word, "plain dollars such as `53.16`, or `unpriced`")),
        }
    }

    /// Every word that a row could say in this field.
    fn known(self, set: &RuleSet) -> Vec<String> {
        let payers = set.payers.iter().map(|payer| payer.name.clone());
        let codes = |about| Code::ALL.iter().filter(move |code| code.about() == about).map(ToString::to_string);
        match self {
            Self::Status => Status::ALL.map(|status| status.to_string()).into(),
            Self::Payer => payers.chain([Status::NonBillable.to_string()]).collect(),
            Self::Service => set.services.iter().map(|service| service.name.clone()).collect(),
            Self::Modifiers => set.services.iter().flat_map(|service| service.modifiers.clone()).collect(),
            Self::Unit => Unit::ALL.iter().map(|unit| unit.as_str().to_owned()).collect(),
            Self::Possible => {
                payers.chain([Status::NonBillable, Status::Held].map(|status| status.to_string())).collect()
            }
            Self::Missing | Self::Presumed => {
                let of_notes = set.vocabulary.facts().filter(|(_, fact)| fact.origin == Origin::Note);
                of_notes.map(|(_, fact)| fact.name.clone()).collect()
            }
            Self::Findings | Self::OnlyFindings => {
                let advice = set.rules.iter().filter(|rule| matches!(rule.effect, Effect::Advise));
                codes(About::Finding).chain(advice.map(|rule| rule.id.clone())).collect()
            }
            Self::Error => codes(About::Record).collect(),
            _ => Vec::new(),
        }
    }

    fn form(self, word: &str, wanted: &str) -> Mistake {
        let text = format!("`{}` takes {wanted}, not `{word}`", self.as_str());
        Mistake { code: Code::NoSuchValue, text, help: format!("write {wanted}") }
    }

    fn no_such(self, word: &str, known: &[String]) -> Mistake {
        let text = format!("no row says `{word}` as `{}`", self.as_str());
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        Mistake { code: Code::NoSuchValue, text, help: suggestion(word, &known) }
    }

    /// What a row says in this field, in the words of an expectation.
    pub fn row_values(self, row: &Row) -> Vec<String> {
        let one = |word: Option<String>| word.into_iter().collect::<Vec<_>>();
        let priced = |dollars: Option<String>| match dollars {
            None if row.status == Status::Billable => one(Some(UNPRICED.into())),
            dollars => one(dollars),
        };
        match self {
            Self::Status => one(Some(row.status.to_string())),
            Self::Payer => one(row.payer.clone()),
            Self::Service => one(row.service.clone()),
            Self::Code => one(row.code.as_ref().map(|_| row.full_code())),
            Self::Modifiers => row.modifiers.clone().unwrap_or_default(),
            Self::Minutes => one(row.minutes.map(|number| number.to_string())),
            Self::QuarterHours => one(row.quarter_hours.map(|number| number.to_string())),
            Self::Unit => one(row.unit.map(str::to_owned)),
            Self::Units => one(row.units.map(|number| number.to_string())),
            Self::Rate => priced(row.rate.map(|rate| rate.to_string())),
            Self::Amount => priced(row.amount.map(|amount| amount.to_string())),
            Self::BundledInto => one(row.bundled_into.clone()),
            Self::Rules | Self::OnlyRules => row.rules.clone(),
            Self::Missing => row.missing.clone(),
            Self::Possible => row.possible.clone(),
            Self::Presumed => row.presumed.clone(),
            Self::Findings | Self::OnlyFindings => row.findings.iter().map(|finding| finding.code.clone()).collect(),
            Self::Error => one(row.error.as_ref().map(|error| error.code.to_owned())),
        }
    }
}

impl Expectation {
    /// Whether the row says what is wished.
    pub fn is_met(&self, row: &Row) -> bool {
        let values = self.key.row_values(row);
        match self.key {
            ExpectedField::Rules | ExpectedField::Findings if !self.words.is_empty() => {
                self.words.iter().all(|word| values.contains(word))
            }
            ExpectedField::Code => match (self.words.first(), values.first()) {
                // A code alone leaves its modifiers open.
                (Some(word), Some(code)) => code == word || code.split(' ').next() == Some(word),
                (word, code) => word.is_none() && code.is_none(),
            },
            _ => {
                let sorted = |words: &[String]| words.iter().cloned().collect::<std::collections::BTreeSet<_>>();
                sorted(&values) == sorted(&self.words)
            }
        }
    }
}

/// A code of the set as it is said: alone, or with its modifiers, whether they are written apart or not.
fn coded(word: &str, set: &RuleSet) -> Option<String> {
    let plain = |code: &str| code.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let codes = codes(set);
    codes.into_iter().find(|code| plain(code) == plain(word))
}

fn codes(set: &RuleSet) -> Vec<String> {
    set.services.iter().flat_map(|service| [service.full_code(), service.code.clone()]).collect()
}

/// The id of today of a rule, whichever of its ids is given.
fn rule_id(word: &str, set: &RuleSet) -> Option<String> {
    let by_id = set.rules.iter().find(|rule| rule.id == word);
    let found = by_id.or_else(|| set.rules.iter().find(|rule| rule.formerly.iter().any(|former| former == word)));
    found.map(|rule| rule.id.clone())
}

fn rule_ids(set: &RuleSet) -> Vec<String> {
    set.rules.iter().map(|rule| rule.id.clone()).collect()
}

/// Says what is wrong, at its place.
pub(super) fn report_mistake(at: &Span, mistake: Mistake, problems: &Problems<'_>) {
    problems.add(at, mistake.code, mistake.text, mistake.help);
}

/// The word or the words under a key; what is of another type is a problem.
pub(super) fn read_words(key: &str, entry: &TomlValue<'_>, problems: &Problems<'_>) -> Option<Raw> {
    let word = |entry: &TomlValue<'_>| match entry.value {
        DeValue::String(text) => Some(text.trim().to_owned()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        _ => None,
    };
    let list = entry.items();
    let words: Option<Vec<String>> = match entry.items() {
        Some(list) => list.map(|entry| word(&entry)).collect(),
        None => word(entry).map(|word| vec![word]),
    };
    if words.is_none() {
        let text = format!("`{key}` takes text in quotes, a number, or a list of them");
        problems.add(&entry.span, Code::WrongType, text, "write the value in quotes");
    }
    words.map(|words| Raw { words, list: list.is_some() })
}
