//! The whole rule set as one HTML page: the sources sentence by sentence beside their rules, and everything else that
//! decides.
//!
//! The page needs nothing from elsewhere and no script. It tells no day and no file's path, so the same rules give the
//! same bytes. All text is escaped where it is put in; only the style sheet is written down as it is.

mod decisions;
mod lists;
mod parts;
mod sentences;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::table::Table;
use crate::diagram::Diagram;
use crate::proof::{broken_promises, combinations};
use crate::rules::RuleSet;
use crate::words;

/// The style sheet.
const STYLE: &str = include_str!("style.css");

/// The chapters: anchor and heading.
const CHAPTERS: [(&str, &str); 10] = [
    ("sentences", "Sentence by sentence"),
    ("house", "House rules"),
    ("table", "Decision table"),
    ("services", "Services and rates"),
    ("settings", "Open questions"),
    ("presumptions", "What is presumed"),
    ("vocabulary", "What a note answers"),
    ("promises", "What always holds"),
    ("sources", "Sources"),
    ("index", "Every rule by its id"),
];

/// The page.
pub fn page(set: &RuleSet, diagram: &Diagram) -> String {
    let table = Table::new(set, diagram, false);
    let broken = broken_promises(set, diagram);
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
                        @for (anchor, heading) in CHAPTERS { a href={ "#" (anchor) } { (heading) } " " }
                    }
                }
                main {
                    (chapter(0, &sentences::chapter(set)))
                    (chapter(1, &lists::house(set)))
                    (chapter(2, &decisions::chapter(&table)))
                    (chapter(3, &lists::services(set)))
                    (chapter(4, &lists::settings(set)))
                    (chapter(5, &lists::presumptions(set)))
                    (chapter(6, &lists::vocabulary(set)))
                    (chapter(7, &lists::promises(set, diagram, &broken)))
                    (chapter(8, &lists::sources(set)))
                    (chapter(9, &lists::index(set)))
                }
            }
        }
    };
    markup.into_string() + "\n"
}

fn chapter(number: usize, content: &Markup) -> Markup {
    let (anchor, heading) = CHAPTERS.get(number).copied().unwrap_or_default();
    html! {
        section id=(anchor) {
            h2 { (heading) }
            (content)
        }
    }
}

/// What the page is, and how the rules decide together.
fn opening(set: &RuleSet, diagram: &Diagram) -> Markup {
    let house = set.rules.iter().filter(|rule| rule.basis.house).count();
    html! {
        p {
            "For each service note these rules say who pays, under which code, or that nobody does, or that a person "
            "must look. There are " (set.rules.len()) " rules; " (house) " of them are house rules, which say what no "
            "source says, or apply what a source says of something else."
        }
        p {
            "A " (parts::kind("hold")) " that applies holds the note, before everything else. Otherwise take the "
            (parts::kind("offer")) " that applies, and take away the payers that an " (parts::kind("exclude"))
            " (this payer does not pay for this work) or a " (parts::kind("strike")) " (cannot be billed in this case) names: the first payer "
            "left is billed. None left: the note is non-billable, and those rules are the reasons. An "
            (parts::kind("advise")) " adds a remark for a person and changes nothing. A fact that a note leaves open is "
            "tried with every answer; if the outcome hangs on it, the note is held and says so."
        }
        p {
            "Proved for all " (words::grouped(combinations(set, diagram))) " combinations of answers: each has exactly one "
            "outcome. This page is made from the rules and from nothing else."
        }
        p.fingerprint { "Fingerprint of the rule files: " code { (set.fingerprint) } }
    }
}
