//! One page for every name: rules, settings, facts, services, payers and sources; the nearest name for a misspelt one.

use super::page::{CodePage, InvariantPage, Page, PayerPage, ServicePage, SourcePage};
use super::{bill, fact_page, rule_page, setting_page, tell};
use crate::facts::Origin;
use crate::message::{About, Code, Message};
use crate::nearest::nearest;
use crate::proof::broken_promises;
use crate::rules::{Effect, Invariant, Payer, PayerId, Rule, RuleSet, Service, ServiceId, Source};
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
    pages.extend(
        set.rules().filter(|(_, rule)| named(rule)).map(|(id, _)| Page::Rule(Box::new(rule_page::page(ready, id)))),
    );
    if let Some(fact) = set.vocabulary.find(name) {
        pages.push(match set.vocabulary.fact(fact).origin {
            Origin::Setting => Page::Setting(Box::new(setting_page::page(set, fact))),
            _ => Page::Fact(Box::new(fact_page::page(set, fact))),
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
        rates: set.rates.iter().filter(|rate| rate.service == id).map(|rate| bill::rate_told(set, rate)).collect(),
        offered_by: tell::refs(set.rules.iter().filter(offers)),
        basis: tell::basis(set, &service.basis),
        place: tell::place(set, &service.span),
    }
}

fn payer(set: &RuleSet, id: PayerId) -> PayerPage {
    let Payer { name, title, span } = set.payer(id).clone();
    let offers = |rule: &&Rule| matches!(&rule.effect, Effect::Offer { payers, .. } if payers.contains(&id));
    let takes = |rule: &&Rule| rule.effect.removes().is_some_and(|removes| removes.payers.contains(&id));
    PayerPage {
        name,
        title,
        offered_by: tell::refs(set.rules.iter().filter(offers)),
        taken_by: tell::refs(set.rules.iter().filter(takes)),
        place: tell::place(set, &span),
    }
}

fn invariant(ready: &Ready, invariant: &Invariant) -> InvariantPage {
    let Ready { set, atlas } = ready;
    let broken = broken_promises(set, atlas);
    InvariantPage {
        id: invariant.id.clone(),
        title: invariant.title.clone(),
        when: words::clause(set, &invariant.when),
        always: words::clause(set, &invariant.always),
        holds: !broken.iter().any(|problem| problem.about.contains(&invariant.id)),
        basis: tell::basis(set, &invariant.basis),
        place: tell::place(set, &invariant.span),
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
        cited_by: tell::refs(set.rules.iter().filter(cites)),
        place: tell::place(set, &source.span),
    }
}
