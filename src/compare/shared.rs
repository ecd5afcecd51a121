//! Two rule sets over one vocabulary, so that their graphs can stand in one store.
//!
//! Facts, values, payers and services are matched by name. A value that only one set knows is left out: no note can give
//! it to both. A fact that only one set knows is kept; the other does not ask it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::facts::{Answer, DaysBetween, Fact, FactId, Kind, Origin, Vocabulary};
use crate::rules::{Effect, Payer, PayerId, Removes, RuleSet, Service, ServiceId, Test, ValueSet};

/// Two rule sets over one vocabulary.
#[derive(Debug)]
pub(super) struct SharedSets {
    pub(super) ours: RuleSet,
    pub(super) theirs: RuleSet,
    /// The values that only one of the sets knows, by fact.
    pub(super) left_out: BTreeMap<String, Vec<String>>,
}

impl SharedSets {
    /// Puts two rule sets over one vocabulary. Returns the names of facts that take answers of different kinds, if there
    /// are any.
    pub(super) fn new(ours: &RuleSet, theirs: &RuleSet) -> Result<Self, Vec<String>> {
        let (mut facts, mut odd, mut left_out) = (Vec::new(), Vec::new(), BTreeMap::new());
        for fact in declared(ours) {
            let Some(other) = declared(theirs).find(|other| other.name == fact.name) else {
                facts.push(plain(fact, fact.kind.clone()));
                continue;
            };
            match shared_kind(&fact.kind, &other.kind) {
                Some(kind) => facts.push(plain(fact, kind)),
                None => odd.push(fact.name.clone()),
            }
            let values: Vec<String> = only_one(fact.values(), other.values()).cloned().collect();
            if !values.is_empty() {
                left_out.insert(fact.name.clone(), values);
            }
        }
        if !odd.is_empty() {
            return Err(odd);
        }
        let new = declared(theirs).filter(|other| !facts.iter().any(|fact: &Fact| fact.name == other.name));
        let new: Vec<Fact> = new.map(|fact| plain(fact, fact.kind.clone())).collect();
        facts.extend(new);
        let calendar = ours.vocabulary.calendar().clone();
        let plain = Vocabulary::new(facts.clone(), &[], &BTreeMap::new(), calendar.clone());
        let between: BTreeSet<DaysBetween> =
            [ours, theirs].into_iter().flat_map(|set| days_between(set, &plain)).collect();
        let between: Vec<DaysBetween> = between.into_iter().collect();
        let vocabulary = Vocabulary::new(facts, &between, &BTreeMap::new(), calendar);
        let services = merged(&ours.services, &theirs.services, |service: &Service| &service.name);
        let payers = merged(&ours.payers, &theirs.payers, |payer: &Payer| &payer.name);
        let [ours, theirs] = [ours, theirs]
            .map(|set| Translation { set, vocabulary: &vocabulary, services: &services, payers: &payers }.translated());
        Ok(Self { ours, theirs, left_out })
    }
}

/// Returns the facts that rule files declare, settings among them.
fn declared(set: &RuleSet) -> impl Iterator<Item = &Fact> {
    let facts = set.vocabulary.facts().map(|(_, fact)| fact);
    facts.filter(|fact| matches!(fact.origin, Origin::Note | Origin::Setting))
}

/// Returns the fact without aliases and groups, with answers of this kind.
fn plain(fact: &Fact, kind: Kind) -> Fact {
    Fact::new(&fact.name, &fact.ask, kind, fact.origin, fact.lever)
}

/// Returns the answers that both kinds take; `None` if there are none.
fn shared_kind(ours: &Kind, theirs: &Kind) -> Option<Kind> {
    match (ours, theirs) {
        (Kind::Coded(ours), Kind::Coded(theirs)) => {
            let values: Vec<String> = ours.iter().filter(|value| theirs.contains(value)).cloned().collect();
            (!values.is_empty()).then_some(Kind::Coded(values))
        }
        (Kind::Number(least, most), Kind::Number(other_least, other_most)) => {
            let (least, most) = (*least.max(other_least), *most.min(other_most));
            (least <= most).then_some(Kind::Number(least, most))
        }
        (Kind::Date, Kind::Date) => Some(Kind::Date),
        _ => None,
    }
}

fn only_one<'v>(ours: &'v [String], theirs: &'v [String]) -> impl Iterator<Item = &'v String> {
    let ours_only = ours.iter().filter(|value| !theirs.contains(value));
    ours_only.chain(theirs.iter().filter(|value| !ours.contains(value)))
}

/// Returns the days between two dates that a set asks, in terms of another vocabulary.
fn days_between(set: &RuleSet, vocabulary: &Vocabulary) -> Vec<DaysBetween> {
    let facts = set.vocabulary.facts();
    facts.filter_map(|(_, fact)| vocabulary.parse_days_between(&fact.name)).collect()
}

/// Returns the blocks of both sets, by name.
fn merged<'b, B: Clone>(ours: &'b [B], theirs: &'b [B], name: impl Fn(&B) -> &String) -> Vec<B> {
    let is_new = |block: &&B| !ours.iter().any(|known| name(known) == name(block));
    ours.iter().chain(theirs.iter().filter(is_new)).cloned().collect()
}

/// A rule set, and what it is written in terms of.
struct Translation<'t> {
    set: &'t RuleSet,
    vocabulary: &'t Vocabulary,
    services: &'t [Service],
    payers: &'t [Payer],
}

impl Translation<'_> {
    /// Returns the rules, settings and presumptions of the set over the shared vocabulary, and nothing else of it.
    fn translated(&self) -> RuleSet {
        let mut set = self.set.clone();
        set.vocabulary = Arc::new(self.vocabulary.clone());
        set.services = Arc::new(self.services.to_vec());
        set.payers = Arc::new(self.payers.to_vec());
        let (services, payers) = (self.service_ids(&set), self.payer_ids(&set));
        for rule in Arc::make_mut(&mut set.rules) {
            for tests in std::iter::once(&mut rule.condition.all).chain(&mut rule.condition.any) {
                *tests = self.tests(tests);
            }
            translate_effect(&mut rule.effect, &services, &payers);
        }
        Arc::make_mut(&mut set.settings).retain_mut(|setting| {
            let Some(fact) = self.fact(setting.fact) else { return false };
            setting.value = self.answer(setting.fact, setting.value).unwrap_or(Answer::Unanswered);
            setting.fact = fact;
            true
        });
        Arc::make_mut(&mut set.presumptions).retain_mut(|presumption| {
            let value = self.answer(presumption.fact, presumption.value);
            let Some((fact, value)) = self.fact(presumption.fact).zip(value) else { return false };
            (presumption.fact, presumption.value) = (fact, value);
            presumption.when = self.tests(&presumption.when);
            true
        });
        set.facts = Arc::default();
        set.counts = Arc::default();
        set.pairs = Arc::default();
        set.shadows = Arc::default();
        set.rates = Arc::default();
        set.invariants = Arc::default();
        set
    }

    /// Returns the ids of the services by the ids in the set itself.
    fn service_ids(&self, merged: &RuleSet) -> Vec<ServiceId> {
        self.set.services.iter().filter_map(|service| merged.find_service(&service.name)).collect()
    }

    fn payer_ids(&self, merged: &RuleSet) -> Vec<PayerId> {
        self.set.payers.iter().filter_map(|payer| merged.find_payer(&payer.name)).collect()
    }

    fn fact(&self, id: FactId) -> Option<FactId> {
        self.vocabulary.find(&self.set.vocabulary.fact(id).name)
    }

    fn answer(&self, fact: FactId, answer: Answer) -> Option<Answer> {
        let Answer::Value(value) = answer else { return Some(answer) };
        let name = self.set.vocabulary.fact(fact).value_name(value)?;
        self.vocabulary.fact(self.fact(fact)?).value(name).map(Answer::Value)
    }

    fn tests(&self, tests: &[Test]) -> Vec<Test> {
        tests.iter().filter_map(|test| self.test(test)).collect()
    }

    fn test(&self, test: &Test) -> Option<Test> {
        let fact = self.fact(test.fact)?;
        let values = match &test.values {
            ValueSet::Values(holds) => {
                let before = self.set.vocabulary.fact(test.fact);
                let holds = |name: &String| {
                    let value = before.value(name).map(usize::from);
                    value.and_then(|value| holds.get(value)).copied().unwrap_or(false)
                };
                ValueSet::Values(self.vocabulary.fact(fact).values().iter().map(holds).collect())
            }
            ranges @ ValueSet::Ranges(_) => ranges.intersect(&ValueSet::full(self.vocabulary.fact(fact))),
        };
        Some(Test { fact, values })
    }
}

fn translate_effect(effect: &mut Effect, services: &[ServiceId], payers: &[PayerId]) {
    let payer = |payer: &mut PayerId| *payer = payers.get(payer.index()).copied().unwrap_or(*payer);
    let service = |service: &mut ServiceId| *service = services.get(service.index()).copied().unwrap_or(*service);
    match effect {
        Effect::Offer { service: offered, payers, .. } => {
            service(offered);
            payers.iter_mut().for_each(payer);
        }
        Effect::Exclude(Removes { payers, services }) | Effect::Strike(Removes { payers, services }) => {
            payers.iter_mut().for_each(payer);
            services.iter_mut().flatten().for_each(service);
        }
        Effect::Hold { payers, .. } => payers.iter_mut().flatten().for_each(payer),
        Effect::Advise { .. } => {}
    }
}
