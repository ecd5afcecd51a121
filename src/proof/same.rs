//! What another rule set decides or says differently, as problems.

use super::Problem;
use crate::compare::{Comparison, DifferingNote, DifferingTerm, Incomparable};
use crate::message::{Code, Message};
use crate::nearest::{joined, one_of};
use crate::rules::RuleSet;
use crate::space::bounds_in_words;

/// Returns a problem for each difference from the rule set of this name.
pub fn differences(set: &RuleSet, other: &str, compared: &Comparison) -> Vec<Problem> {
    let note = compared.note.iter().map(|note| differing_note(set, other, note));
    note.chain(compared.terms.iter().map(|term| differing_term(set, other, term))).collect()
}

fn differing_note(set: &RuleSet, other: &str, note: &DifferingNote) -> Problem {
    let notes = bounds_in_words(&note.region);
    let [here, there] = note.rules.each_ref().map(|ids| decided_by(ids));
    let text = match &note.outcomes {
        Some([own, their]) => format!("`{other}` decides otherwise: {notes}; here {own}{here}, there {their}{there}"),
        None => format!("`{other}` decides alike, but by other rules: {notes}; here{here}, there{there}"),
    };
    let help = "if the change is meant, say so in the list of changes; else make the rules decide as before";
    let message = Message::error(Code::DecidedDifferently, text).help(help);
    let [own, their] = &note.rules;
    let differing = own.iter().filter(|id| !their.contains(id)).chain(own);
    let span = differing.into_iter().find_map(|id| set.rules.iter().find(|rule| rule.id == *id)).map(|rule| &rule.span);
    let problem = span.map_or_else(|| message.clone().into(), |span| Problem::new(set, span, message.clone()));
    let ids = own.iter().chain(their.iter().filter(|id| !own.contains(id)));
    Problem { region: note.region.clone(), ..problem.about(ids).with_example(Some(note.example.clone())) }
}

fn decided_by(ids: &[String]) -> String {
    let quoted: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    if quoted.is_empty() { " by no rule".into() } else { format!(" by {}", joined(quoted, "and")) }
}

fn differing_term(set: &RuleSet, other: &str, term: &DifferingTerm) -> Problem {
    let said = |said: &[String]| if said.is_empty() { "nothing".to_owned() } else { said.join("; ") };
    let (ours, theirs) = (said(&term.ours), said(&term.theirs));
    let text = format!("`{other}` differs in {}: here {ours}, there {theirs}", term.about);
    let help = "if the change is meant, say so in the list of changes; else take it back";
    let message = Message::error(Code::DecidedDifferently, text).help(help);
    term.span.as_ref().map_or_else(|| message.clone().into(), |span| Problem::new(set, span, message.clone()))
}

/// Returns the problem of two rule sets that cannot be compared.
pub fn incomparable(other: &str, reason: &Incomparable) -> Problem {
    let (text, help) = match reason {
        Incomparable::Facts(facts) => {
            let facts = one_of(facts.iter().map(String::as_str));
            (format!("the answers to {facts} have nothing in common with those in `{other}`"), "rename the fact")
        }
        Incomparable::TooComplex => {
            (format!("the graphs of these rules and of `{other}` together grow too large"), "compare with a nearer set")
        }
    };
    Message::error(Code::DecidedDifferently, text).help(help).into()
}
