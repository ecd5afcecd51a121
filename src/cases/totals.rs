//! Expectations about the totals of a batch.

use super::Step;
use super::expect::{Mistake, Raw, UNPRICED, read_words, report_mistake};
use crate::message::Code;
use crate::money::{Amount, Rate};
use crate::report::Summary;
use crate::rules::RuleSet;
use crate::toml::{Problems, Text, TomlTable, TomlValue, suggestion};

/// A total of which something can be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TotalField {
    /// Number of notes.
    Notes,
    /// Documented minutes.
    Minutes,
    /// Quarter hours of each note counted separately.
    QuarterHours,
    /// Units. If a payer has units of two kinds, only its services have this total.
    Units,
    /// Dollars of the priced units, or `unpriced`.
    Amount,
    /// Units with no known price.
    UnpricedUnits,
}

/// An expectation about one total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedTotal {
    /// The payer, or `non_billable`.
    pub payer: String,
    /// A service of the payer; `None` for all services together.
    pub service: Option<String>,
    /// The total.
    pub key: TotalField,
    /// The expected value.
    pub word: String,
    /// Path to the table that contains it.
    pub at: Vec<Step>,
}

impl TotalField {
    /// Every key.
    pub const ALL: [Self; 6] =
        [Self::Notes, Self::Minutes, Self::QuarterHours, Self::Units, Self::Amount, Self::UnpricedUnits];

    /// Returns the name of the key in case files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Minutes => "minutes",
            Self::QuarterHours => "quarter_hours",
            Self::Units => "units",
            Self::Amount => "amount",
            Self::UnpricedUnits => "unpriced_units",
        }
    }

    /// Converts the expected value to the form that totals use.
    pub(super) fn expectation(self, raw: &Raw) -> Result<String, Mistake> {
        let name = self.as_str();
        let [word] = raw.words.as_slice() else {
            let text = format!("`{name}` takes one value");
            return Err(Mistake { code: Code::WrongType, text, help: "write the value alone".into() });
        };
        let cents = word.split_once('.').is_none_or(|(_, fraction)| fraction.len() <= 2);
        let (read, wanted) = match self {
            Self::Amount if word == UNPRICED => (Some(word.clone()), ""),
            Self::Amount => {
                (Rate::parse(word).filter(|_| cents).map(|rate| rate.to_string()), "plain dollars, or `unpriced`")
            }
            _ => (word.parse::<u64>().ok().map(|number| number.to_string()), "a whole number"),
        };
        read.ok_or_else(|| Mistake {
            code: Code::NoSuchValue,
            text: format!("`{name}` takes {wanted}, not `{word}`"),
            help: format!("write {wanted}"),
        })
    }

    /// Finds a key by name.
    pub(super) fn parse(name: &str, services: &[&str]) -> Result<Self, Mistake> {
        Self::ALL.into_iter().find(|key| key.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|key| key.as_str()).chain(services.iter().copied()).collect();
            let text = format!("no sum or service is called `{name}`");
            Mistake { code: Code::UnknownKey, text, help: suggestion(name, &known) }
        })
    }
}

impl ExpectedTotal {
    /// Returns the name of the total, such as `department.vocational_act units`.
    pub fn name(&self) -> String {
        let service = self.service.as_ref().map(|service| format!(".{service}")).unwrap_or_default();
        format!("{}{service} {}", self.payer, self.key.as_str())
    }

    /// Returns the actual value of the total.
    pub fn actual(&self, summary: &Summary) -> String {
        let payer = summary.payers.get(&self.payer);
        let of_payer = |key| match (key, payer) {
            (TotalField::Amount, None) => Amount::ZERO.to_string(),
            (_, None) => "0".into(),
            (TotalField::Notes, Some(total)) => total.notes.to_string(),
            (TotalField::Minutes, Some(total)) => total.minutes.to_string(),
            (TotalField::QuarterHours, Some(total)) => total.quarter_hours.to_string(),
            (TotalField::Units, Some(total)) => by_kind(&total.units),
            (TotalField::UnpricedUnits, Some(total)) => by_kind(&total.unpriced_units),
            (TotalField::Amount, Some(total)) => dollars(total.amount),
        };
        let Some(service) = &self.service else { return of_payer(self.key) };
        match (self.key, payer.and_then(|payer| payer.services.get(service))) {
            (TotalField::Amount, None) => Amount::ZERO.to_string(),
            (_, None) => "0".into(),
            (TotalField::Notes, Some(total)) => total.notes.to_string(),
            (TotalField::Minutes, Some(total)) => total.minutes.to_string(),
            (TotalField::QuarterHours, Some(total)) => total.quarter_hours.to_string(),
            (TotalField::Units, Some(total)) => total.units.to_string(),
            (TotalField::UnpricedUnits, Some(total)) => total.unpriced_units.to_string(),
            (TotalField::Amount, Some(total)) => dollars(total.amount),
        }
    }
}

fn dollars(amount: Option<Amount>) -> String {
    amount.map_or_else(|| UNPRICED.into(), |amount| amount.to_string())
}

/// Returns a single number if all units are of one kind. Days and quarter hours cannot be added.
fn by_kind(units: &std::collections::BTreeMap<&'static str, u64>) -> String {
    match (units.len(), units.values().next()) {
        (0, _) | (_, None) => "0".into(),
        (1, Some(only)) => only.to_string(),
        _ => units.iter().map(|(unit, count)| format!("{count} {unit}")).collect::<Vec<_>>().join(", "),
    }
}

/// Reads the `totals` table: for each payer its totals, and nested tables for its services.
pub(super) fn read(set: &RuleSet, table: &TomlTable<'_>, path: &[Step]) -> Vec<ExpectedTotal> {
    let payers: Vec<&str> = set.payers.iter().map(|p| p.name.as_str()).chain(["non_billable"]).collect();
    let services: Vec<&str> = set.services.iter().map(|service| service.name.as_str()).collect();
    let (entries, problems) = (table.entries(), table.problems);
    let mut expectations = Vec::new();
    for (payer, entry) in entries {
        if !payers.contains(&payer.value.as_str()) {
            problems.add_unknown(&payer, Code::UnknownName, "payer", payers.iter().copied());
            continue;
        }
        let Some(sums) = entry.table("totals of a payer") else {
            problems.add(&entry.span, Code::WrongType, "the totals of a payer are a table", "write `{ units = … }`");
            continue;
        };
        let (sums, problems) = (sums.entries(), sums.problems);
        let at = [path, &[Step::Key("totals".into()), Step::Key(payer.value.clone())]].concat();
        for (name, entry) in sums {
            let nested = entry.table("totals of a service").map(|table| table.entries());
            match nested {
                Some(sums) if services.contains(&name.value.as_str()) => {
                    let at = [at.as_slice(), &[Step::Key(name.value.clone())]].concat();
                    for (key, entry) in sums {
                        let expectation = sum((&key, &entry), &[], problems);
                        let of = |(key, word)| ExpectedTotal {
                            payer: payer.value.clone(),
                            service: Some(name.value.clone()),
                            key,
                            word,
                            at: at.clone(),
                        };
                        expectations.extend(expectation.map(of));
                    }
                }
                _ => {
                    let expectation = sum((&name, &entry), &services, problems);
                    let of = |(key, word)| ExpectedTotal {
                        payer: payer.value.clone(),
                        service: None,
                        key,
                        word,
                        at: at.clone(),
                    };
                    expectations.extend(expectation.map(of));
                }
            }
        }
    }
    expectations
}

fn sum(
    (name, entry): (&Text, &TomlValue<'_>),
    services: &[&str],
    problems: &Problems<'_>,
) -> Option<(TotalField, String)> {
    let key = TotalField::parse(&name.value, services)
        .map_err(|mistake| report_mistake(&name.span, mistake, problems))
        .ok()?;
    let raw = read_words(&name.value, entry, problems)?;
    key.expectation(&raw).map_err(|mistake| report_mistake(&entry.span, mistake, problems)).ok().map(|word| (key, word))
}
