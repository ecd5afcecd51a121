//! Each source in its own order: what it says at a place, beside the rules that rest on it.

use maud::{Markup, html};

use super::parts::{anchor, card, link, place_name};
use crate::rules::{Basis, Citation, RuleSet, Source, Span};

/// A block that cites.
struct Citer<'s> {
    /// Which chapter tells it, and its name.
    sort: &'static str,
    name: &'s str,
    basis: &'s Basis,
    span: Option<&'s Span>,
}

/// A place of a source.
struct Place<'s> {
    at: &'s str,
    /// What is cited of it, each once, with the blocks that cite it.
    said: Vec<(&'s Citation, Vec<&'s Citer<'s>>)>,
}

pub(super) fn chapter(set: &RuleSet) -> Markup {
    let citers = citers(set);
    html! {
        p {
            "On the left the words that a rule rests on, quoted with at most fifteen words or, where we do not hold the "
            "text, told in our own; on the right what the rule makes of them. A rule stands beside the first place that "
            "it cites; elsewhere it is named."
        }
        @for (number, source) in set.sources.iter().enumerate() {
            @let places = places(source, number, &citers);
            @if !places.is_empty() {
                h3 id=(anchor("source", &source.name)) { (source.title) }
                @for place in &places { (beside(set, number, place)) }
            }
        }
    }
}

/// A place with its rules.
fn beside(set: &RuleSet, source: usize, place: &Place<'_>) -> Markup {
    let first_here =
        |basis: &Basis| basis.cites.first().is_some_and(|cite| cite.source == source && cite.at == place.at);
    let mut rules: Vec<_> = set.rules.iter().filter(|rule| first_here(&rule.basis)).collect();
    rules.sort_by_key(|rule| order(&rule.span));
    html! {
        div.beside id=(anchor("at", &place_name(set, source, place.at))) {
            div.said {
                p.at { (place.at) }
                @for (cite, citers) in &place.said {
                    (words(cite))
                    p.cited { @for citer in citers { (link(citer.sort, citer.name)) " " } }
                }
            }
            div.rules { @for rule in rules { (card(set, rule)) } }
        }
    }
}

fn words(cite: &Citation) -> Markup {
    html! {
        @if let Some(quote) = &cite.quote { blockquote { "“" (quote) "”" } }
        @else if let Some(says) = &cite.says { p.says { "In our words: " (says) } }
    }
}

/// The places that are cited: in the source's own order where it is told, else in the order of the rule files.
fn places<'s>(source: &'s Source, number: usize, citers: &'s [Citer<'s>]) -> Vec<Place<'s>> {
    let mut places: Vec<Place<'s>> = Vec::new();
    for citer in citers {
        for cite in citer.basis.cites.iter().filter(|cite| cite.source == number) {
            let known = places.iter().position(|place| place.at == cite.at);
            let at = known.unwrap_or(places.len());
            if known.is_none() {
                places.push(Place { at: &cite.at, said: Vec::new() });
            }
            let Some(place) = places.get_mut(at) else { continue };
            let same = |known: &Citation| known.quote == cite.quote && known.says == cite.says;
            match place.said.iter_mut().find(|(known, _)| same(known)) {
                Some((_, citers)) => citers.push(citer),
                None => place.said.push((cite, vec![citer])),
            }
        }
    }
    places.sort_by_key(|place| source.places.iter().position(|at| at == place.at));
    places
}

/// Every block that cites, in the order of the rule files: rules first, promises last.
fn citers(set: &RuleSet) -> Vec<Citer<'_>> {
    let name = |fact| set.vocabulary.fact(fact).name.as_str();
    let mut citers = Vec::new();
    let mut add = |sort, name, basis, span| citers.push(Citer { sort, name, basis, span });
    for rule in &set.rules {
        add("rule", &rule.id, &rule.basis, Some(&rule.span));
    }
    for service in &set.services {
        add("service", &service.name, &service.basis, Some(&service.span));
    }
    for rate in &set.rates {
        add("service", &set.service(rate.service).name, &rate.basis, Some(&rate.span));
    }
    for setting in &set.settings {
        add("setting", name(setting.fact), &setting.basis, setting.span.as_ref());
    }
    for presumption in &set.presumptions {
        add("presumed", name(presumption.fact), &presumption.basis, Some(&presumption.span));
    }
    for invariant in &set.invariants {
        add("promise", &invariant.id, &invariant.basis, Some(&invariant.span));
    }
    citers.sort_by_key(|citer| (rank(citer.sort), citer.span.map(order)));
    citers
}

fn rank(sort: &str) -> u8 {
    match sort {
        "rule" => 0,
        "promise" => 2,
        _ => 1,
    }
}

fn order(span: &Span) -> (usize, usize) {
    (span.file, span.range.start)
}
