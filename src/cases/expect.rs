//! Expectations about a note: their keys, the values each key accepts, and the row values they are compared with.
//!
//! Independent of file formats: keys and values arrive exactly as written in a file.

use toml::de::DeValue;

use crate::facts::Origin;
use crate::message::{About, Code};
use crate::money::Rate;
use crate::report::{AlsoRow, Row, ShadowRow};
use crate::rules::{Effect, RuleSet, Unit};
use crate::status::Status;
use crate::toml::{Problems, Span, TomlValue, suggestion};

/// The value that expects a field to be absent or a list to be empty.
pub(super) const NONE: &str = "none";
/// The value that expects units with no known price.
pub(super) const UNPRICED: &str = "unpriced";

macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $list:literal;)+) => {
        /// A field of the public row of which something can be expected.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ExpectedField { $($(#[doc = $doc])+ $name,)+ }

        impl ExpectedField {
            /// Every key, in the order of the row.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Returns the name of the key in case files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Returns whether the key takes a list.
            pub fn is_list(self) -> bool {
                match self { $(Self::$name => $list,)+ }
            }
        }
    };
}

keys! {
    /// `billable`, `non_billable`, `held` or `rejected`.
    Status = "status", false;
    /// The payer, or `non_billable` if nobody pays.
    Payer = "payer", false;
    /// The billed service.
    Service = "service", false;
    /// The procedure code, with or without its modifiers.
    Code = "code", false;
    /// All modifiers of the procedure code.
    Modifiers = "modifiers", true;
    /// Documented minutes.
    Minutes = "minutes", false;
    /// 15-minute units of the documented minutes.
    QuarterHours = "quarter_hours", false;
    /// The billed unit.
    Unit = "unit", false;
    /// Number of units that the note earns.
    Units = "units", false;
    /// Dollars per unit, or `unpriced`.
    Rate = "rate", false;
    /// Dollars, or `unpriced`.
    Amount = "amount", false;
    /// Units that the payer does not pay by.
    ShadowUnits = "shadow_units", false;
    /// Dollars of those units, or `unpriced`.
    ShadowAmount = "shadow_amount", false;
    /// All further services that the note carries, such as `99439 x 2`.
    Also = "also", true;
    /// Id of the note that carries what the day, month or date earns.
    BundledInto = "bundled_into", false;
    /// Documented minutes of the day, month or date with which the note is counted.
    CountedMinutes = "counted_minutes", false;
    /// Documented minutes of held notes that may belong to them.
    HeldMinutes = "held_minutes", false;
    /// Rules that decided the note; there may be others.
    Rules = "rules", true;
    /// Exactly the rules that decided the note.
    OnlyRules = "only_rules", true;
    /// All facts whose answers could change the outcome.
    Missing = "missing", true;
    /// All outcomes that are still possible.
    Possible = "possible", true;
    /// All facts that were presumed and that could change the outcome.
    Presumed = "presumed", true;
    /// All labels of the note.
    Labels = "labels", true;
    /// Findings on the note; there may be others.
    Findings = "findings", true;
    /// Exactly the findings on the note.
    OnlyFindings = "only_findings", true;
    /// Code of the error that rejected the record.
    Error = "error", true;
}

/// An expectation about one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The field.
    pub key: ExpectedField,
    /// One value, or the items of a list. Empty if the field or list must be empty.
    pub words: Vec<String>,
}

/// The expectations about one note. Only the fields they name are compared.
pub type Expect = Vec<Expectation>;

/// A mistake in an expectation.
pub(super) struct Mistake {
    pub(super) code: Code,
    pub(super) text: String,
    pub(super) help: String,
}

/// Values as written in a file.
pub(super) struct Raw {
    pub(super) words: Vec<String>,
    pub(super) list: bool,
}

impl ExpectedField {
    /// Finds a key by name. `beside` lists the other names allowed in the same place, for suggestions.
    pub(super) fn parse(name: &str, beside: &[&str]) -> Result<Self, Mistake> {
        Self::ALL.iter().copied().find(|key| key.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|key| key.as_str()).chain(beside.iter().copied()).collect();
            let text = format!("no expectation is called `{name}`");
            Mistake { code: Code::UnknownKey, text, help: suggestion(name, &known) }
        })
    }

    /// Builds the expectation. Fails if no row of this rule set could ever have this value.
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

    /// Converts a value to the form that rows use.
    fn word(self, word: &str, set: &RuleSet) -> Result<String, Mistake> {
        match self {
            Self::Units
            | Self::Minutes
            | Self::QuarterHours
            | Self::ShadowUnits
            | Self::CountedMinutes
            | Self::HeldMinutes => {
                // As in notes, `4.0` is accepted as a whole number.
                let whole = word.split_once('.').filter(|(_, rest)| rest.bytes().all(|digit| digit == b'0'));
                let digits = whole.map_or(word, |(whole, _)| whole);
                digits.parse::<u32>().map(|number| number.to_string()).map_err(|_| self.form(word, "a whole number"))
            }
            Self::Rate | Self::Amount | Self::ShadowAmount => self.dollars(word),
            Self::Also => also(word, set).ok_or_else(|| self.form(word, "a code and its units, such as `99439 x 2`")),
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

    /// Returns every value that a row could have in this field.
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
                of_notes.map(|(_, fact)| fact.name.clone()).chain(["staff".to_owned()]).collect()
            }
            Self::Labels => {
                let labels = set.rules.iter().filter_map(|rule| match &rule.effect {
                    Effect::Advise { label } => label.clone(),
                    _ => None,
                });
                labels.collect()
            }
            Self::Findings | Self::OnlyFindings => {
                let advice = set.rules.iter().filter(|rule| matches!(rule.effect, Effect::Advise { .. }));
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

    /// Returns the values of this field in a row, in the form that expectations use.
    pub fn row_values(self, row: &Row) -> Vec<String> {
        let one = |word: Option<String>| word.into_iter().collect::<Vec<_>>();
        let priced = |dollars: Option<String>| match dollars {
            None if row.status == Status::Billable && row.shadow.is_none() => one(Some(UNPRICED.into())),
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
            Self::ShadowUnits => one(row.shadow.as_ref().map(|shadow| shadow.units.to_string())),
            Self::ShadowAmount => {
                let amount = |shadow: &ShadowRow| shadow.amount.map_or(UNPRICED.into(), |amount| amount.to_string());
                one(row.shadow.as_ref().map(amount))
            }
            Self::Also => row.also.iter().map(AlsoRow::code_and_units).collect(),
            Self::BundledInto => one(row.bundled_into.clone()),
            Self::CountedMinutes => one(row.counted.as_ref().map(|counted| counted.minutes.to_string())),
            Self::HeldMinutes => one(row.counted.as_ref().map(|counted| counted.held_minutes.to_string())),
            Self::Labels => row.labels.clone(),
            Self::Rules | Self::OnlyRules => row.rules.clone(),
            Self::Missing => row.missing.clone(),
            Self::Possible => row.possible.clone(),
            Self::Presumed => row.presumed.clone(),
            Self::Findings | Self::OnlyFindings => row.findings.iter().map(|finding| finding.code.clone()).collect(),
            Self::Error => row.errors.iter().map(|error| error.code.to_owned()).collect(),
        }
    }
}

impl Expectation {
    /// Returns whether the row meets the expectation.
    pub fn is_met(&self, row: &Row) -> bool {
        let values = self.key.row_values(row);
        match self.key {
            ExpectedField::Rules | ExpectedField::Findings | ExpectedField::Error if !self.words.is_empty() => {
                self.words.iter().all(|word| values.contains(word))
            }
            ExpectedField::Code => match (self.words.first(), values.first()) {
                // A code without modifiers accepts any modifiers.
                (Some(word), Some(code)) => code == word || code.split(' ').next() == Some(word),
                (word, code) => word.is_none() && code.is_none(),
            },
            _ => {
                let sorted = |words: &[String]| {
                    let mut words = words.to_vec();
                    words.sort_unstable();
                    // Two findings of one code are two findings.
                    if self.key != ExpectedField::OnlyFindings {
                        words.dedup();
                    }
                    words
                };
                sorted(&values) == sorted(&self.words)
            }
        }
    }
}

/// Finds the procedure code that a value means, alone or with its modifiers. Case, spaces and punctuation are ignored.
fn coded(word: &str, set: &RuleSet) -> Option<String> {
    let plain = |code: &str| code.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let codes = codes(set);
    codes.into_iter().find(|code| plain(code) == plain(word))
}

fn codes(set: &RuleSet) -> Vec<String> {
    let coded = set.services.iter().filter_map(|service| Some((service, service.code.clone()?)));
    coded.flat_map(|(service, code)| [service.full_code(), code]).collect()
}

/// Returns a further line, such as `99439 x 2`, in the form that rows use.
fn also(word: &str, set: &RuleSet) -> Option<String> {
    let (code, units) = word.rsplit_once('x')?;
    let units = units.trim().parse::<u32>().ok()?;
    let service = set.services.iter().find(|service| service.name == code.trim());
    let code = service.map(|service| service.name.clone()).or_else(|| coded(code, set))?;
    Some(format!("{code} x {units}"))
}

/// Returns the current id of a rule, a pair or an edit, given its current id or a former one.
fn rule_id(word: &str, set: &RuleSet) -> Option<String> {
    if let Some(edit) = set.edits.iter().find(|edit| edit.id == word) {
        return Some(edit.id.clone());
    }
    if let Some(pair) = set.pairs.iter().find(|pair| pair.id == word) {
        return Some(pair.id.clone());
    }
    let by_id = set.rules.iter().find(|rule| rule.id == word);
    let found = by_id.or_else(|| set.rules.iter().find(|rule| rule.formerly.iter().any(|former| former == word)));
    found.map(|rule| rule.id.clone())
}

fn rule_ids(set: &RuleSet) -> Vec<String> {
    {
        let others = set.pairs.iter().map(|pair| &pair.id).chain(set.edits.iter().map(|edit| &edit.id));
        set.rules.iter().map(|rule| &rule.id).chain(others).cloned().collect()
    }
}

/// Reports a mistake at its span.
pub(super) fn report_mistake(at: &Span, mistake: Mistake, problems: &Problems<'_>) {
    problems.add(at, mistake.code, mistake.text, mistake.help);
}

/// Reads the value or list of values of a key. Reports a problem if it has the wrong type.
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
