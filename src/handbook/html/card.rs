//! Renders an entry as a card with links.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::handbook::entry::{BlockLink, Content, Entry};
use crate::report::BasisView;
use crate::visible::{visible, visible_lines};
use crate::words;

/// Number of links beyond which a card collapses them.
const MAX_LINKS: usize = 8;

/// Renders an entry in full.
pub(super) fn card(entry: &Entry) -> Markup {
    html! {
        article.card id=(anchor(entry.page, &entry.name)) {
            h4 {
                (badge(entry.kind)) " "
                @if entry.page == "rule" && entry.bases().any(|basis| basis.house) { (house_badge()) " " }
                (visible(&words::capital(&entry.title)))
            }
            dl {
                @for field in entry.fields.iter().filter(|field| !field.label.is_empty()) {
                    dt { (field.label) }
                    dd { (content(&field.content)) }
                }
            }
            p.id { code { (breakable(&entry.name)) } }
        }
    }
}

fn content(content: &Content) -> Markup {
    html! {
        @match content {
            Content::Text(text) => (coded(text)),
            Content::List(list) => ul { @for phrase in list { li { (coded(phrase)) } } },
            Content::Verbatim(text) => pre { (visible_lines(text)) },
            Content::Links(blocks) if blocks.len() > MAX_LINKS => {
                details { summary { (blocks.len()) " " (what(blocks)) } (links(blocks)) }
            },
            Content::Links(blocks) => (links(blocks)),
            Content::Basis(basis) => (rests_on(basis)),
            Content::Rates(rates) => ul {
                @for rate in rates { li { "$" (rate.amount) " for one unit, " (rate.dates()) ". " (rests_on(&rate.basis)) } }
            },
            Content::Example(_) | Content::Data(_) => {},
        }
    }
}

/// Returns what linked blocks are called together.
fn what(blocks: &[BlockLink]) -> &'static str {
    match blocks.first().map(|block| block.page) {
        Some("rule") | None if blocks.iter().all(|block| block.page == "rule") => "rules",
        Some("statement") => "statements",
        _ => "blocks",
    }
}

fn links(blocks: &[BlockLink]) -> Markup {
    html! { @for block in blocks { (link(block.page, &block.id)) " " } }
}

/// Renders each cited place once, then the house note.
fn rests_on(basis: &BasisView) -> Markup {
    let mut places: Vec<(&str, &str)> = Vec::new();
    for cite in &basis.cites {
        if !places.contains(&(&cite.source, &cite.at)) {
            places.push((&cite.source, &cite.at));
        }
    }
    html! {
        @for (number, (source, at)) in places.iter().enumerate() {
            @if number > 0 { "; " }
            a href={ "#" (anchor("at", &format!("{source} {at}"))) } { (visible(source)) ", " (visible(at)) }
        }
        @if basis.house {
            @if !places.is_empty() { " " }
            (house_badge())
            @if let Some(note) = &basis.note { " " (coded(note)) }
        }
    }
}

/// Renders text with invisible characters made visible and backticked parts as code.
pub(super) fn coded(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (breakable(part)) } } @else { (visible(part)) }
        }
    }
}

/// Renders text that may wrap after a `_` in a name.
pub(super) fn breakable(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split_inclusive('_').enumerate() {
            @if at > 0 { wbr; }
            (visible(part))
        }
    }
}

/// Renders the badge for a kind of rule.
pub(super) fn badge(kind: &str) -> Markup {
    html! { span class={ "kind " (kind) } { (kind) } }
}

fn house_badge() -> Markup {
    html! { span.kind.house title="no source says it, or a source says it of something else" { "house" } }
}

/// Returns the HTML id of an entry. Characters other than ASCII letters, digits, `.`, `-`, and `_` are escaped by
/// number, so that no two names share an id.
pub(super) fn anchor(page: &str, name: &str) -> String {
    let mut anchor = format!("{page}-");
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
            anchor.push(c);
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(anchor, "~{:x}~", u32::from(c));
        }
    }
    anchor
}

/// Renders a link to an entry.
pub(super) fn link(page: &str, name: &str) -> Markup {
    html! { a href={ "#" (anchor(page, name)) } { code { (visible(name)) } } }
}
