//! The whole rule set as one HTML page: the sources sentence by sentence next to their rules, and everything else that
//! decides.
//!
//! The page is self-contained and uses no scripts. It contains no generation date and no file paths, so the same rules
//! produce the same bytes. All text is escaped on insertion; only the style sheet is inserted verbatim.

mod card;
mod decisions;
mod sentences;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use card::{badge, card, link};

use super::entries::entries;
use super::entry::Entry;
use super::name::add_holds;
use crate::diagram::Diagram;
use crate::handbook::table::Table;
use crate::proof::{broken_promises, combinations};
use crate::rules::RuleSet;
use crate::visible::visible;
use crate::words;

/// The style sheet.
const STYLE: &str = include_str!("style.css");

/// Renders the page.
pub fn page(set: &RuleSet, diagram: &Diagram) -> String {
    let mut entries = entries(set);
    let broken = broken_promises(set, diagram);
    entries.iter_mut().filter(|entry| entry.page == "invariant").for_each(|promise| add_holds(promise, &broken));
    let chapters = chapters(set, diagram, &entries);
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "The rules of actbill" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "The rules of actbill" }
                    (opening(set, diagram))
                    nav aria-label="Chapters" {
                        @for (anchor, heading, _) in &chapters { a href={ "#" (anchor) } { (heading) } " " }
                    }
                }
                main {
                    @for (anchor, heading, content) in &chapters {
                        section id=(anchor) { h2 { (heading) } (content) }
                    }
                }
            }
        }
    };
    markup.into_string() + "\n"
}

/// The anchor, heading, and content of a chapter.
type Chapter = (&'static str, &'static str, Markup);

fn chapters(set: &RuleSet, diagram: &Diagram, entries: &[Entry]) -> Vec<Chapter> {
    let cards = |page: &'static str, intro: &str| {
        html! {
            @if !intro.is_empty() { p { (intro) } }
            @for entry in entries.iter().filter(|entry| entry.page == page) { (card(entry)) }
        }
    };
    let promises = format!(
        "Promises about every possible note under every answer to every setting, each looked at over all {} combinations.",
        words::grouped(combinations(set, diagram))
    );
    vec![
        ("sentences", "Sentence by sentence", sentences::chapter(set, entries)),
        ("house", "House rules", house(entries)),
        ("table", "Decision table", decisions::chapter(&Table::new(set, diagram, false))),
        ("services", "Services and rates", cards("service", "")),
        ("payers", "Payers", cards("payer", "")),
        ("periods", "Notes that are counted together", periods(entries)),
        (
            "settings",
            "Open questions",
            cards("setting", "What the sources leave open. The agency answers; where it does not, the default holds."),
        ),
        (
            "vocabulary",
            "What a note answers",
            cards("fact", "Every row that rests on what is presumed for an answer says so."),
        ),
        ("labels", "Labels", cards("label", "Words in the `labels` of a row. They change no decision and no money.")),
        ("statements", "Statements of the sources", statements(entries)),
        ("promises", "What always holds", cards("invariant", &promises)),
        ("sources", "Sources", html! { (cards("source", "")) (waivers(set)) }),
        ("index", "Every rule by its id", index(entries)),
    ]
}

/// Renders what the page is, and how the rules work together.
fn opening(set: &RuleSet, diagram: &Diagram) -> Markup {
    let house = set.rules.iter().filter(|rule| rule.basis.house).count();
    html! {
        p {
            "For each service note these rules say who pays, under which code, or that nobody does, or that a person "
            "must look. There are " (set.rules.len()) " rules; " (house) " of them are house rules, which say what no "
            "source says, or apply what a source says of something else."
        }
        p {
            "A " (badge("hold")) " that applies holds the note, before everything else. Otherwise take the "
            (badge("offer")) " that applies, and take away the payers that an " (badge("exclude")) " (this payer does not "
            "pay for this work) or a " (badge("strike")) " (cannot be billed in this case) names: the first payer left is "
            "billed. None left: the note is non-billable, and those rules are the reasons. An " (badge("advise"))
            " adds a remark for a person and changes nothing. A fact that a note leaves open is tried with every answer; "
            "if the outcome depends on it, the note is held and says so."
        }
        p {
            "Proved for all " (words::grouped(combinations(set, diagram))) " combinations of answers: each has exactly "
            "one outcome. This page is made from the rules and from nothing else."
        }
        p.fingerprint { "Fingerprint of the rule files: " code { (set.fingerprint) } }
    }
}

/// Renders rules that no source states, in full; then lists rules that a source states about something else.
fn house(entries: &[Entry]) -> Markup {
    let is_house = |entry: &&Entry| entry.page == "rule" && entry.bases().any(|basis| basis.house);
    let (cited, own): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().filter(is_house).partition(|entry| entry.bases().any(|basis| !basis.cites.is_empty()));
    html! {
        h3 { "Rules that no source says" }
        @for rule in own { (card(rule)) }
        h3 { "Rules that a source says of something else" }
        p { "They stand above, beside the words that they extend:" }
        ul { @for rule in cited { li { (link("rule", &rule.name)) " " (visible(&rule.title)) } } }
    }
}

/// Renders counts, pairs, edits, shadows and holidays.
fn periods(entries: &[Entry]) -> Markup {
    let groups = [
        ("count", "Counts", "How the minutes of one client, payer and period become units."),
        ("pair", "Pairs", "What does not stand together, and what does not stand alone."),
        ("edit", "Edits", "What is checked between notes, and what follows where something is found."),
        ("shadow", "Shadows", "Who does not pay by the unit."),
        ("holiday", "Holidays", "Weekdays that are no business days."),
    ];
    html! {
        @for (page, heading, intro) in groups {
            @let entries: Vec<&Entry> = entries.iter().filter(|entry| entry.page == page).collect();
            @if !entries.is_empty() {
                h3 { (heading) }
                p { (intro) }
                @for entry in entries { (card(entry)) }
            }
        }
    }
}

/// Renders each statement with what carries it out, or why nothing needs to.
fn statements(entries: &[Entry]) -> Markup {
    html! {
        p { "Each statement with the blocks that carry it out, or why none needs to." }
        @for entry in entries.iter().filter(|entry| entry.page == "statement") { (card(entry)) }
    }
}

fn waivers(set: &RuleSet) -> Markup {
    html! {
        @if !set.waivers.is_empty() {
            h3 { "Sentences that no rule needs to cite" }
            ul {
                @for waiver in set.waivers.iter() {
                    @let source = set.sources.get(waiver.source).map(|source| source.name.as_str()).unwrap_or_default();
                    li { (link("source", source)) ": “" (visible(&waiver.quote)) "” " (visible(&words::capital(&waiver.why))) }
                }
            }
        }
    }
}

fn index(entries: &[Entry]) -> Markup {
    html! {
        ul {
            @for rule in entries.iter().filter(|entry| entry.page == "rule") {
                li { (link("rule", &rule.name)) " " (badge(rule.kind)) " " (visible(&rule.title)) }
            }
        }
    }
}
