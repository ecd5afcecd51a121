//! The rule set being checked: the blocks checked so far, the names they declare, and the problems found.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::block::Words;
use super::when::WrittenTest;
use super::{PayerId, RuleSet, ServiceId};
use crate::calendar::{Calendar, Holiday};
use crate::facts::{DaysBetween, Fact, FactId, MappedName, Vocabulary};
use crate::message::Code;
use crate::notation::Notation;
use crate::toml::{Problems, Text};

/// A rule set whose blocks are being checked, kind by kind.
pub(super) struct Checker<'p> {
    /// The blocks checked so far.
    pub(super) set: RuleSet,
    pub(super) problems: &'p Problems<'p>,
    /// The facts and settings declared so far. The vocabulary of the set is built from them.
    pub(super) facts: Vec<Fact>,
    /// The days between two dates that rules ask so far.
    between: Vec<DaysBetween>,
    /// The holidays that business days leave out.
    pub(super) holidays: Vec<Holiday>,
    /// Index of each statement by its id.
    pub(super) statements: BTreeMap<String, usize>,
    /// Other names of fields, each with the field that it stands for.
    pub(super) columns: BTreeMap<String, MappedName>,
    /// How notes are written.
    pub(super) notation: Notation,
    /// The words that stand for values, and where each one gets its meaning.
    pub(super) words: Words,
}

impl<'p> Checker<'p> {
    pub(super) fn new(problems: &'p Problems<'p>) -> Self {
        Self {
            set: RuleSet::empty(),
            problems,
            facts: Vec::new(),
            between: Vec::new(),
            holidays: Vec::new(),
            statements: BTreeMap::new(),
            columns: BTreeMap::new(),
            notation: Notation::default(),
            words: Words::default(),
        }
    }

    /// Rebuilds the vocabulary after facts or columns have changed. The ids of facts stay the same.
    pub(super) fn update_vocabulary(&mut self) {
        let calendar = Calendar::new(self.holidays.clone());
        let vocabulary = Vocabulary::new(self.facts.clone(), &self.between, &self.columns, calendar);
        self.set.vocabulary = Arc::new(vocabulary.with_notation(self.notation.clone()));
    }

    /// Adds the days between two dates that these tests ask by name, such as `days_from_X_to_Y`, to the vocabulary.
    /// They need no declaration, so they exist only where a rule asks them.
    pub(super) fn add_days_between<'w>(&mut self, tests: impl IntoIterator<Item = &'w WrittenTest>) {
        let before = self.between.len();
        for test in tests {
            let asked = self.set.vocabulary.parse_days_between(&test.fact.value);
            self.between.extend(asked.filter(|asked| !self.between.contains(asked)));
        }
        if self.between.len() > before {
            self.update_vocabulary();
        }
    }

    /// Finds a fact or setting by name. An unknown name is a problem.
    pub(super) fn fact(&self, name: &Text) -> Option<FactId> {
        let vocabulary = &self.set.vocabulary;
        let names = || vocabulary.facts().map(|(_, fact)| fact.name.as_str());
        self.known(vocabulary.find(&name.value), name, "fact or setting", names)
    }

    /// Finds a payer by name. An unknown name is a problem.
    pub(super) fn payer(&self, name: &Text) -> Option<PayerId> {
        let payers = &self.set.payers;
        let found = payers.iter().position(|payer| payer.name == name.value).map(PayerId);
        self.known(found, name, "payer", || payers.iter().map(|payer| payer.name.as_str()))
    }

    /// Finds the payers in a list of names. An unknown or repeated name is a problem.
    pub(super) fn payers(&self, names: &[Text]) -> Vec<PayerId> {
        self.problems.add_repeated_names(names);
        names.iter().filter_map(|name| self.payer(name)).collect()
    }

    /// Finds a service by name. An unknown name is a problem.
    pub(super) fn service(&self, name: &Text) -> Option<ServiceId> {
        let services = &self.set.services;
        let found = services.iter().position(|service| service.name == name.value).map(ServiceId);
        self.known(found, name, "service", || services.iter().map(|service| service.name.as_str()))
    }

    /// Finds the services in a list of names. An unknown or repeated name is a problem.
    pub(super) fn services(&self, names: &[Text]) -> Vec<ServiceId> {
        self.problems.add_repeated_names(names);
        names.iter().filter_map(|name| self.service(name)).collect()
    }

    /// Finds the index of a source by name. An unknown name is a problem.
    pub(super) fn source(&self, name: &Text) -> Option<usize> {
        let sources = &self.set.sources;
        let found = sources.iter().position(|source| source.name == name.value);
        self.known(found, name, "source", || sources.iter().map(|source| source.name.as_str()))
    }

    fn known<'n, T, I: Iterator<Item = &'n str>>(
        &self,
        found: Option<T>,
        name: &Text,
        what: &str,
        names: impl FnOnce() -> I,
    ) -> Option<T> {
        if found.is_none() {
            self.problems.add_unknown(name, Code::UnknownName, what, names());
        }
        found
    }

    /// Reports a reserved name. Rows, promises and lists use these words for something else, so a block with such a
    /// name would be ambiguous.
    pub(super) fn refuse_reserved(&self, name: &Text, reserved: &[&str], what: &str) {
        if reserved.contains(&name.value.as_str()) {
            let help = "rows use this word themselves: choose another";
            self.add_bad_name(name, what, help);
        }
    }

    /// Checks that an id contains no spaces or other special characters, because lists of ids are separated by spaces.
    pub(super) fn check_id(&self, id: &Text, what: &str) {
        if !id.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
            let text = format!("`{}` cannot be the id of {what}", id.value);
            self.problems.add(&id.span, Code::ReservedName, text, "use letters, digits, `.`, `-` and `_`");
        }
    }

    /// Reports a name that is not allowed. `what`: the kind of thing named, such as `payer`.
    pub(super) fn add_bad_name(&self, name: &Text, what: &str, help: &str) {
        let text = format!("`{}` cannot be the name of a {what}", name.value);
        self.problems.add(&name.span, Code::ReservedName, text, help);
    }
}
