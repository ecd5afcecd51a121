//! Parts of the page that many chapters share: the card of a rule, links, and names within sentences.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::rules::{Basis, Citation, Rule, RuleSet};
use crate::words;

/// A text with what stands in backticks as code.
pub(super) fn coded(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A text whose names may be broken after a `_` where the room is short.
pub(super) fn breakable(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split_inclusive('_').enumerate() {
            @if at > 0 { wbr; }
            (part)
        }
    }
}

/// The badge of a kind of rule.
pub(super) fn kind(kind: &str) -> Markup {
    html! { span class={ "kind " (kind) } { (kind) } }
}

fn house_badge() -> Markup {
    html! { span.kind.house title="no source says it, or a source says it of something else" { "house" } }
}

/// Where a name of this sort is told on the page. Other characters than letters, digits, `.`, `-` and `_` are written
/// as numbers, so that no two names share a place.
pub(super) fn anchor(sort: &str, name: &str) -> String {
    let mut anchor = format!("{sort}-");
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
            anchor.push(c);
        } else {
            // Writing to a text cannot fail.
            let _ = write!(anchor, "~{:x}~", u32::from(c));
        }
    }
    anchor
}

/// A link to where a name is told.
pub(super) fn link(sort: &str, name: &str) -> Markup {
    html! { a href={ "#" (anchor(sort, name)) } { code { (name) } } }
}

/// A place of a source as an anchor's name.
pub(super) fn place_name(set: &RuleSet, source: usize, at: &str) -> String {
    format!("{} {at}", source_name(set, source))
}

pub(super) fn source_name(set: &RuleSet, source: usize) -> &str {
    set.sources.get(source).map(|source| source.name.as_str()).unwrap_or_default()
}

/// A link to a place of a source.
pub(super) fn place_link(set: &RuleSet, cite: &Citation) -> Markup {
    html! {
        a href={ "#" (anchor("at", &place_name(set, cite.source, &cite.at))) } {
            (source_name(set, cite.source)) ", " (cite.at)
        }
    }
}

/// What a block rests on: each place once, then the house note.
pub(super) fn rests_on(set: &RuleSet, basis: &Basis) -> Markup {
    html! {
        @for (number, cite) in places(basis).into_iter().enumerate() {
            @if number > 0 { "; " }
            (place_link(set, cite))
        }
        @if basis.house {
            @if !basis.cites.is_empty() { " " }
            (house_badge())
            @if let Some(note) = &basis.note { " " (coded(note)) }
        }
    }
}

/// The citations of a block, each place once.
fn places(basis: &Basis) -> Vec<&Citation> {
    let mut places: Vec<&Citation> = Vec::new();
    for cite in &basis.cites {
        if !places.iter().any(|known| known.source == cite.source && known.at == cite.at) {
            places.push(cite);
        }
    }
    places
}

/// A rule in full.
pub(super) fn card(set: &RuleSet, rule: &Rule) -> Markup {
    let conditions = words::condition(set, &rule.condition);
    html! {
        article.rule id=(anchor("rule", &rule.id)) {
            h4 {
                (kind(rule.kind())) " "
                @if rule.basis.house { (house_badge()) " " }
                (words::capital(&rule.title))
            }
            dl {
                dt { "When" }
                dd {
                    @if conditions.is_empty() { "always" }
                    @else { ul { @for condition in &conditions { li { (coded(condition)) } } } }
                }
                dt { "Then" }
                dd { (coded(&words::effect(set, rule))) }
                @if rule.effective.from.is_some() || rule.effective.through.is_some() {
                    dt { "Dates" }
                    dd { "service dates " (words::dates(rule.effective)) }
                }
                @if let Some(note) = &rule.basis.note {
                    dt { "Note" }
                    dd { (coded(note)) }
                }
                dt { "Rests on" }
                dd {
                    @if rule.basis.cites.is_empty() { "our own decision" }
                    @for (number, cite) in places(&rule.basis).into_iter().enumerate() {
                        @if number > 0 { "; " }
                        (place_link(set, cite))
                    }
                }
            }
            p.id {
                code { (rule.id) }
                @if !rule.formerly.is_empty() { ", formerly " code { (rule.formerly.join(", ")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_hold_no_two_names() {
        assert_eq!(anchor("rule", "act.job-coaching"), "rule-act.job-coaching");
        assert_ne!(anchor("at", "a b"), anchor("at", "a_b"));
        assert_eq!(anchor("at", "\"<"), "at-~22~~3c~");
    }

    #[test]
    fn backticks_are_code_and_everything_is_escaped() {
        assert_eq!(coded("`a` is <b>").into_string(), "<code>a</code> is &lt;b&gt;");
    }
}
