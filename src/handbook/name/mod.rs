//! One page for every name: rules, settings, facts, services, payers and sources; the nearest name for a misspelt one.

mod fact;
mod rule;
mod setting;
mod text;
mod view;

pub use text::page_text;
pub use view::{
    AnswerView, CodePage, ConditionView, ExampleView, FactPage, InvariantPage, Page, PayerPage, PresumptionView,
    RulePage, RuleRef, ServicePage, SettingPage, SourcePage, ValueView,
};

use crate::facts::FactId;
use crate::facts::Origin;
use crate::message::{About, Code, Message};
use crate::nearest::nearest;
use crate::proof::broken_promises;
use crate::report::{BasisView, RateView, file_and_line};
use crate::rules::{Effect, Invariant, Payer, PayerId, Rule, RuleSet, Service, ServiceId, Source, Test};
use crate::run::Ready;
use crate::words;

/// The page of a code, which needs no rules.
pub fn code_page(name: &str) -> Option<Page> {
    let code = Code::find(name)?;
    let about = match code.about() {
        About::Record => "record",
        About::File => "file",
        About::Run => "run",
        About::Usage => "usage",
        About::Rules => "rules",
        About::Proof => "proof",
        About::Finding => "finding",
    };
    Some(Page::Code(CodePage { code: code.as_str(), about, text: code.page() }))
}

/// Every page of a name; a rule may be asked for by an id it had before.
pub fn pages(ready: &Ready, name: &str) -> Result<Vec<Page>, Message> {
    let set = &ready.set;
    let mut pages: Vec<Page> = code_page(name).into_iter().collect();
    let named = |rule: &Rule| rule.id == name || rule.formerly.iter().any(|former| former == name);
    pages
        .extend(set.rules().filter(|(_, rule)| named(rule)).map(|(id, _)| Page::Rule(Box::new(rule::page(ready, id)))));
    if let Some(fact) = set.vocabulary.find(name) {
        pages.push(match set.vocabulary.fact(fact).origin {
            Origin::Setting => Page::Setting(Box::new(setting::page(set, fact))),
            _ => Page::Fact(Box::new(fact::page(set, fact))),
        });
    }
    pages
        .extend(set.service_ids().filter(|id| set.service(*id).name == name).map(|id| Page::Service(service(set, id))));
    pages.extend(set.payer_ids().filter(|id| set.payer(*id).name == name).map(|id| Page::Payer(payer(set, id))));
    let sources = set.sources.iter().enumerate().filter(|(_, source)| source.name == name);
    pages.extend(sources.map(|(at, named)| Page::Source(source(set, at, named))));
    let promised = set.invariants.iter().filter(|invariant| invariant.id == name);
    pages.extend(promised.map(|named| Page::Invariant(invariant(ready, named))));
    // A name goes before a billing code.
    if pages.is_empty() {
        let coded = set.service_ids().filter(|id| is_code(set.service(*id), name));
        pages.extend(coded.map(|id| Page::Service(service(set, id))));
    }
    if pages.is_empty() { Err(unknown(set, name)) } else { Ok(pages) }
}

/// Whether a billing code is that of a service, with its modifiers or without, together or apart.
fn is_code(service: &Service, name: &str) -> bool {
    let plain = |code: &str| code.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    [plain(&service.code), plain(&service.full_code())].contains(&plain(name))
}

fn unknown(set: &RuleSet, name: &str) -> Message {
    let rules = set.rules.iter().flat_map(|rule| std::iter::once(&rule.id).chain(&rule.formerly)).map(String::as_str);
    let known = rules
        .chain(set.vocabulary.facts().map(|(_, fact)| fact.name.as_str()))
        .chain(set.services.iter().flat_map(|service| [service.name.as_str(), service.code.as_str()]))
        .chain(set.payers.iter().map(|payer| payer.name.as_str()))
        .chain(set.sources.iter().map(|source| source.name.as_str()))
        .chain(set.invariants.iter().map(|invariant| invariant.id.as_str()))
        .chain(Code::ALL.iter().map(|code| code.as_str()));
    let text =
        format!("no rule, setting, fact, service, payer, source, invariant or code is called `{name}`, and no file");
    let help = nearest(name, known)
        .map_or("`actbill rules` lists the rules, `actbill rules --settings` the settings".into(), |near| {
            format!("did you mean `{near}`?")
        });
    Message::error(Code::Usage, text).help(help)
}

fn service(set: &RuleSet, id: ServiceId) -> ServicePage {
    let service = set.service(id);
    let offers = |rule: &&Rule| matches!(rule.effect, Effect::Offer { service, .. } if service == id);
    ServicePage {
        name: service.name.clone(),
        title: service.title.clone(),
        code: service.full_code(),
        unit: service.unit.as_str(),
        rates: set.rates.iter().filter(|rate| rate.service == id).map(|rate| RateView::new(set, rate)).collect(),
        offered_by: refs(set.rules.iter().filter(offers)),
        basis: BasisView::new(set, &service.basis),
        place: file_and_line(set, &service.span),
    }
}

fn payer(set: &RuleSet, id: PayerId) -> PayerPage {
    let Payer { name, title, span } = set.payer(id).clone();
    let offers = |rule: &&Rule| matches!(&rule.effect, Effect::Offer { payers, .. } if payers.contains(&id));
    let takes = |rule: &&Rule| rule.effect.removes().is_some_and(|removes| removes.payers.contains(&id));
    PayerPage {
        name,
        title,
        offered_by: refs(set.rules.iter().filter(offers)),
        taken_by: refs(set.rules.iter().filter(takes)),
        place: file_and_line(set, &span),
    }
}

fn invariant(ready: &Ready, invariant: &Invariant) -> InvariantPage {
    let Ready { set, diagram } = ready;
    let broken = broken_promises(set, diagram);
    InvariantPage {
        id: invariant.id.clone(),
        title: invariant.title.clone(),
        when: words::clause(set, &invariant.when),
        always: words::clause(set, &invariant.always),
        holds: !broken.iter().any(|problem| problem.about.contains(&invariant.id)),
        basis: BasisView::new(set, &invariant.basis),
        place: file_and_line(set, &invariant.span),
    }
}

fn source(set: &RuleSet, at: usize, source: &Source) -> SourcePage {
    let cites = |rule: &&Rule| rule.basis.cites.iter().any(|cite| cite.source == at);
    SourcePage {
        name: source.name.clone(),
        title: source.title.clone(),
        dated: source.dated.clone(),
        sha256: source.sha256.clone(),
        unchecked: source.unchecked.clone(),
        cited_by: refs(set.rules.iter().filter(cites)),
        place: file_and_line(set, &source.span),
    }
}

/// The rules that ask a fact.
fn asking(set: &RuleSet, fact: FactId) -> Vec<&Rule> {
    set.rules.iter().filter(|rule| rule.condition.tests().any(|test| test.fact == fact)).collect()
}

/// Conditions, one by one.
fn conditions(set: &RuleSet, tests: &[Test]) -> Vec<ConditionView> {
    let told = |test: &Test| ConditionView {
        fact: set.vocabulary.fact(test.fact).name.clone(),
        needs: words::answers(set, test.fact, &test.values),
    };
    tests.iter().map(told).collect()
}

/// Rules by id, kind and title.
fn refs<'s>(rules: impl Iterator<Item = &'s Rule>) -> Vec<RuleRef> {
    rules.map(|rule| RuleRef { id: rule.id.clone(), kind: rule.kind(), title: rule.title.clone() }).collect()
}
