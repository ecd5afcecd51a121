//! Each source in its own order: what it says at each place, next to the rules based on it.

use maud::{Markup, html};

use super::card::{anchor, card, link};
use crate::handbook::entry::Entry;
use crate::report::CiteView;
use crate::rules::{RuleSet, Source};
use crate::visible::visible;

/// A place in a source.
struct Place<'e> {
    at: &'e str,
    /// Each distinct citation of this place, with the entries that cite it.
    cited: Vec<(&'e CiteView, Vec<&'e Entry>)>,
}

pub(super) fn chapter(set: &RuleSet, entries: &[Entry]) -> Markup {
    html! {
        p {
            "On the left the words that a rule rests on, quoted with at most fifteen words or, where we do not hold the "
            "text, given in our own; on the right what the rule makes of them. A rule stands beside the first place that "
            "it cites; elsewhere it is named."
        }
        @for source in set.sources.iter() {
            @let places = places(source, entries);
            @if !places.is_empty() {
                h3 { (visible(&source.title)) }
                @for place in &places { (beside(source, place, entries)) }
            }
        }
    }
}

/// Renders a place next to its rules.
fn beside(source: &Source, place: &Place<'_>, entries: &[Entry]) -> Markup {
    let is_first_here = |entry: &&Entry| {
        let first = entry.bases().next().and_then(|basis| basis.cites.first());
        entry.page == "rule" && first.is_some_and(|cite| cite.source == source.name && cite.at == place.at)
    };
    html! {
        div.beside id=(anchor("at", &format!("{} {}", source.name, place.at))) {
            div.said {
                p.at { (visible(place.at)) }
                @for (cite, entries) in &place.cited {
                    @if let Some(quote) = &cite.quote { blockquote { "“" (visible(quote)) "”" } }
                    @else if let Some(says) = &cite.says { p.says { "In our words: " (visible(says)) } }
                    p.cited { @for entry in entries { (link(entry.page, &entry.name)) " " } }
                }
            }
            div.rules { @for rule in entries.iter().filter(is_first_here) { (card(rule)) } }
        }
    }
}

/// Returns the cited places: in the source's own order if that is given, otherwise in the order of the rules.
fn places<'e>(source: &Source, entries: &'e [Entry]) -> Vec<Place<'e>> {
    let mut places: Vec<Place<'e>> = Vec::new();
    let cites =
        entries.iter().flat_map(|entry| entry.bases().flat_map(|basis| &basis.cites).map(move |cite| (entry, cite)));
    for (entry, cite) in cites.filter(|(_, cite)| cite.source == source.name) {
        let known = places.iter().position(|place| place.at == cite.at);
        let number = known.unwrap_or_else(|| {
            places.push(Place { at: &cite.at, cited: Vec::new() });
            places.len() - 1
        });
        let Some(Place { cited, .. }) = places.get_mut(number) else { continue };
        match cited.iter_mut().find(|(known, _)| known.quote == cite.quote && known.says == cite.says) {
            Some((_, entries)) => entries.push(entry),
            None => cited.push((cite, vec![entry])),
        }
    }
    places.sort_by_key(|place| source.places.iter().position(|at| at == place.at));
    places
}
