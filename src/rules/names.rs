//! Blocks that name payers, services, sources and facts → the same with what the names stand for.

use super::blocks::{AskShape, InsteadShape, InvariantShape, KindShape, PresumeShape, RateShape, RuleShape, TestShape};
use super::ids::Ids;
use super::problem::Problems;
use super::rate::settle_rates;
use super::repeats::refuse_repeats;
use super::vocabulary::answer;
use super::walk::Text;
use super::{
    Clause, Condition, DatedRate, Effect, Instead, Invariant, OutcomePart, OutcomeTest, Payer, PayerId, Presumption,
    Removes, Rule, Service, ServiceId, Source, resolve,
};
use crate::facts::{Origin, Vocabulary};
use crate::message::Code;
use crate::money::Rate;

/// Everything that names stand for.
pub(super) struct Names<'n> {
    pub(super) vocabulary: &'n Vocabulary,
    pub(super) sources: &'n [Source],
    pub(super) payers: &'n [Payer],
    pub(super) services: &'n [Service],
}

/// Rows tell ids one after the other, so an id has no blanks in it.
fn check_id(id: &Text, of: &str, problems: &mut Problems<'_>) {
    if !id.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
        let text = format!("`{}` cannot be the id of {of}", id.value);
        problems.add(&id.at, Code::ReservedName, text, "use letters, digits, `.`, `-` and `_`");
    }
}

impl Names<'_> {
    fn payer(&self, name: &Text, problems: &mut Problems<'_>) -> Option<PayerId> {
        let found = self.payers.iter().position(|payer| payer.name == name.value).map(PayerId);
        if found.is_none() {
            problems.unknown(name, Code::UnknownName, "payer", self.payers.iter().map(|payer| payer.name.as_str()));
        }
        found
    }

    fn service(&self, name: &Text, problems: &mut Problems<'_>) -> Option<ServiceId> {
        let found = self.services.iter().position(|service| service.name == name.value).map(ServiceId);
        if found.is_none() {
            problems.unknown(
                name,
                Code::UnknownName,
                "service",
                self.services.iter().map(|service| service.name.as_str()),
            );
        }
        found
    }

    pub(super) fn source(&self, name: &Text, problems: &mut Problems<'_>) -> Option<usize> {
        let found = self.sources.iter().position(|source| source.name == name.value);
        if found.is_none() {
            problems.unknown(name, Code::UnknownName, "source", self.sources.iter().map(|source| source.name.as_str()));
        }
        found
    }

    pub(super) fn rules(&self, shapes: Vec<RuleShape>, problems: &mut Problems<'_>) -> Vec<Rule> {
        for shape in &shapes {
            check_id(&shape.name, "a rule", problems);
        }
        let ids = Ids::new(&shapes, problems);
        shapes.into_iter().map(|shape| self.rule(shape, &ids, problems)).collect()
    }

    fn rule(&self, shape: RuleShape, ids: &Ids, problems: &mut Problems<'_>) -> Rule {
        for list in [Some(&shape.payers), shape.services.as_ref(), Some(&shape.overrides)].into_iter().flatten() {
            refuse_repeats(list, problems);
        }
        let payers: Vec<PayerId> = shape.payers.iter().filter_map(|name| self.payer(name, problems)).collect();
        let services = shape
            .services
            .as_ref()
            .map(|names| names.iter().filter_map(|name| self.service(name, problems)).collect::<Vec<_>>());
        let effect = match shape.kind {
            KindShape::Offer => Effect::Offer {
                service: shape.service.as_ref().and_then(|name| self.service(name, problems)).unwrap_or(ServiceId(0)),
                payers,
                overrides: shape
                    .overrides
                    .iter()
                    .filter_map(|name| ids.overridden(&shape.name, name, problems))
                    .collect(),
            },
            KindShape::Exclude => Effect::Exclude(Removes { payers, services }),
            KindShape::Strike => Effect::Strike(Removes { payers, services }),
            KindShape::Hold => Effect::Hold {
                payers: (!shape.payers.is_empty()).then_some(payers),
                instead: shape.instead.into_iter().filter_map(|instead| self.instead(instead, problems)).collect(),
            },
            KindShape::Advise => Effect::Advise,
        };
        let what = format!("the rule `{}`", shape.name.value);
        Rule {
            condition: Condition {
                all: resolve::tests(self.vocabulary, &shape.when, problems),
                any: shape.any.iter().map(|group| resolve::tests(self.vocabulary, group, problems)).collect(),
            },
            effective: resolve::effective(shape.from.as_ref(), shape.through.as_ref(), problems),
            basis: resolve::basis(shape.basis, self.sources, Some((&shape.name.at, &what)), problems),
            id: shape.name.value,
            formerly: shape.formerly.into_iter().map(|id| id.value).collect(),
            title: shape.title,
            effect,
            span: shape.name.at,
        }
    }

    fn instead(&self, shape: InsteadShape, problems: &mut Problems<'_>) -> Option<Instead> {
        let (answers, condition) = match shape {
            InsteadShape::Text(text) => return Some(Instead::Text(text)),
            InsteadShape::Record { answers, condition } => (answers, condition),
        };
        let mut resolved = Vec::new();
        for (name, value) in answers {
            let fact = resolve::fact(self.vocabulary, &name, problems)?;
            if self.vocabulary.fact(fact).origin != Origin::Note {
                let text = format!("`{}` cannot be recorded in a note", name.value);
                problems.add(&name.at, Code::UnknownName, text, "name a fact that notes answer");
                return None;
            }
            resolved.push((fact, answer(self.vocabulary.fact(fact), &value, problems)?));
        }
        Some(Instead::Record { answers: resolved, condition })
    }

    pub(super) fn rates(&self, shapes: Vec<RateShape>, problems: &mut Problems<'_>) -> Vec<DatedRate> {
        let mut dated = Vec::new();
        for shape in shapes {
            let rate = Rate::parse(&shape.amount.value);
            if rate.is_none() {
                let text = format!("`{}` is not a dollar amount", shape.amount.value);
                problems.add(
                    &shape.amount.at,
                    Code::BadAmount,
                    text,
                    "write it like `\"17.72\"`: at most nine digits before the point and four after it",
                );
            }
            let effective = resolve::effective(Some(&shape.from), shape.through.as_ref(), problems);
            let basis = resolve::basis(shape.basis, self.sources, Some((&shape.at, "this rate")), problems);
            if let (Some(service), Some(rate)) = (self.service(&shape.service, problems), rate) {
                dated.push((DatedRate { service, rate, effective, basis, span: shape.at }, shape.replaces));
            }
        }
        settle_rates(dated, problems)
    }

    pub(super) fn presumptions(&self, shapes: Vec<PresumeShape>, problems: &mut Problems<'_>) -> Vec<Presumption> {
        let mut presumptions = Vec::new();
        for shape in shapes {
            let what = format!("presuming `{}`", shape.name.value);
            let basis = resolve::basis(shape.basis, self.sources, Some((&shape.name.at, &what)), problems);
            let when = resolve::tests(self.vocabulary, &shape.when, problems);
            let open = |name: &str| self.vocabulary.find(name).filter(|id| !self.vocabulary.fact(*id).is_required());
            for test in shape.when.iter().filter(|test| open(&test.name.value).is_some()) {
                let text = format!("a presumption cannot ask `{}`, which may be unanswered itself", test.name.value);
                let help = "ask only what every note answers: `activity` and `staff_role`";
                problems.add(&test.name.at, Code::BadCondition, text, help);
            }
            match resolve::presumable(self.vocabulary, &shape.name.value) {
                Ok(fact) => {
                    let value = shape.value.and_then(|text| answer(self.vocabulary.fact(fact), &text, problems));
                    let span = shape.name.at;
                    presumptions.extend(value.map(|value| Presumption { fact, value, when, basis, span }));
                }
                Err(near) => {
                    let help =
                        near.map_or_else(|| resolve::PRESUMABLE.to_owned(), |near| format!("did you mean `{near}`?"));
                    let text = format!("`{}` cannot be presumed", shape.name.value);
                    problems.add(&shape.name.at, Code::UnknownName, text, help);
                }
            }
        }
        presumptions.sort_by_key(|presumption| presumption.fact);
        presumptions
    }

    pub(super) fn invariants(&self, shapes: Vec<InvariantShape>, problems: &mut Problems<'_>) -> Vec<Invariant> {
        let mut invariants = Vec::new();
        for shape in shapes {
            check_id(&shape.name, "an invariant", problems);
            invariants.push(Invariant {
                basis: resolve::basis(shape.basis, self.sources, None, problems),
                when: self.clause(shape.when, problems),
                always: self.clause(shape.always, problems),
                id: shape.name.value,
                title: shape.title,
                span: shape.name.at,
            });
        }
        invariants
    }

    fn clause(&self, shapes: Vec<TestShape>, problems: &mut Problems<'_>) -> Clause {
        let (mut facts, mut outcome) = (Vec::new(), Vec::new());
        for shape in shapes {
            match OutcomePart::ALL.into_iter().find(|part| part.as_str() == shape.name.value) {
                Some(part) => outcome.extend(self.outcome_test(part, &shape, problems)),
                None => facts.push(shape),
            }
        }
        Clause { facts: resolve::tests(self.vocabulary, &facts, problems), outcome }
    }

    fn outcome_test(&self, part: OutcomePart, shape: &TestShape, problems: &mut Problems<'_>) -> Option<OutcomeTest> {
        let known = part.values(self.payers, self.services);
        let AskShape::Values(words) = &shape.asks else {
            let text = format!("`{}` cannot be asked in this way", shape.name.value);
            problems.add(&shape.name.at, Code::BadCondition, text, "write a value in quotes, or a list of them");
            return None;
        };
        for word in words.iter().filter(|word| !known.iter().any(|(_, name)| *name == word.value)) {
            problems.no_value(word, part.as_str(), known.iter().map(|(_, name)| *name));
        }
        let listed = |name: &str| words.iter().any(|word| word.value == name);
        let values = known.into_iter().filter(|(_, name)| listed(name) != shape.negated).map(|(value, _)| value);
        Some(OutcomeTest { part, values: values.collect() })
    }
}
