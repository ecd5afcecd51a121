//! Proofs about a rule set over all possible notes. Each problem comes with the smallest note that shows it.
//!
//! This module knows nothing about formats and opens no files.

mod certificate;
mod conflicts;
mod gaps;
mod idle;
mod invariants;
pub(crate) mod ledger;
mod same;
mod unused;

use chrono::NaiveDate;

pub use certificate::{Certificate, certificate};
pub use invariants::violation;
pub use ledger::{CountRow, LedgerProof, count_table, ledger_proof};
pub use same::{differences, incomparable};

use crate::diagram::{Diagram, TooComplex};
use crate::message::{Code, Message};
use crate::rules::{RuleSet, Span, with_excerpt};
use crate::space::Example;
use num_bigint::BigUint;

/// A problem in a rule set.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What is wrong, where, and how to fix it.
    pub message: Message,
    /// Ids of the rules or the invariant involved.
    pub about: Vec<String>,
    /// The affected notes, as facts and their answers.
    pub region: Vec<(String, Vec<String>)>,
    /// The smallest note that shows the problem.
    pub example: Option<Example>,
    /// Further notes that show the problem together with it.
    pub more: Vec<Example>,
}

impl Problem {
    /// Creates a problem at a location in a rule file.
    pub(crate) fn new(set: &RuleSet, span: &Span, message: Message) -> Self {
        with_excerpt(&set.files, span, message).into()
    }

    /// Sets the rules involved.
    fn about<'i>(self, ids: impl IntoIterator<Item = &'i String>) -> Self {
        Self { about: ids.into_iter().cloned().collect(), ..self }
    }

    /// Sets the example note.
    fn with_example(self, example: Option<Example>) -> Self {
        let note = example.as_ref().map(Example::describe);
        Self { message: Message { note, ..self.message }, example, ..self }
    }

    /// Sets example notes that show the problem together.
    fn with_examples(self, mut examples: Vec<Example>) -> Self {
        if examples.len() < 2 {
            return self.with_example(examples.pop());
        }
        let note = Some(Example::describe_all(&examples));
        let more = examples.split_off(1);
        Self { message: Message { note, ..self.message }, example: examples.pop(), more, ..self }
    }
}

impl From<Message> for Problem {
    fn from(message: Message) -> Self {
        Self { message, about: Vec::new(), region: Vec::new(), example: None, more: Vec::new() }
    }
}

/// Builds every graph of a rule set and proves that each note has exactly one outcome. Otherwise returns every fault,
/// each with the smallest note that shows it.
pub fn prove(set: &RuleSet) -> Result<Diagram, Vec<Problem>> {
    let diagram = Diagram::new(set);
    let faults = faults(set, &diagram).map_err(|error| vec![too_complex(set, error).into()])?;
    if faults.is_empty() { Ok(diagram) } else { Err(faults) }
}

/// Returns a problem for each gap and each conflict, ordered by location.
pub fn faults(set: &RuleSet, diagram: &Diagram) -> Result<Vec<Problem>, TooComplex> {
    let graphs = diagram.graphs(set)?;
    let mut faults = gaps::find(set, diagram, &graphs);
    faults.extend(conflicts::find(set, diagram, &graphs));
    Ok(in_order(faults))
}

/// Returns the message for a rule set whose graphs grow too large.
pub fn too_complex(set: &RuleSet, TooComplex(question): TooComplex) -> Message {
    let name = question.name(set);
    let text = format!("the rule set is too complex to prove: most of its graph asks `{name}`");
    let message = Message::error(Code::TooComplex, text).help("write fewer rules that ask it, each for more notes");
    match question.fact().and_then(|fact| set.fact_span(fact)) {
        Some(span) => with_excerpt(&set.files, span, message),
        None => message,
    }
}

/// The date from which rates are checked, and the last date on which they must still be in force.
pub type Horizon = (NaiveDate, NaiveDate);

/// Returns all problems of a set apart from gaps and conflicts: broken promises, rules and names without effect, and
/// rates that end within `horizon`, ordered by location. `diagram` is `None` if the graphs grow too large; only checks
/// that need no graphs are run then.
pub fn check(set: &RuleSet, diagram: Option<&Diagram>, horizon: Option<Horizon>) -> Vec<Problem> {
    let mut problems = unused::find(set);
    if let Some(diagram) = diagram {
        problems.extend(idle::find(set, diagram));
        problems.extend(broken_note_promises(set, diagram));
        problems.extend(ledger::find(set, diagram));
    }
    if let Some((from, through)) = horizon {
        problems.extend(unused::rates_that_end(set, from, through));
    }
    in_order(problems)
}

/// Sorts problems by location.
pub fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|left, right| left.message.place.cmp(&right.message.place));
    problems
}

/// Returns the remedy where the user's own `what`, a rule or a block, breaks a promise that is not the user's own.
fn replace_promise(what: &str, id: &str) -> String {
    format!(
        "fix the {what}; or, if it is right, put a promise in its place that allows it: repeat `[[invariant]]` with \
         `id = \"{id}\"`, `replaces = true` and what still holds"
    )
}

/// Returns each broken promise with the smallest note, or the fewest notes of a period, that show it. Empty if the graphs
/// grow too large.
pub fn broken_promises(set: &RuleSet, diagram: &Diagram) -> Vec<Problem> {
    let mut broken = broken_note_promises(set, diagram);
    broken.extend(broken_period_promises(set, diagram));
    in_order(broken)
}

fn broken_note_promises(set: &RuleSet, diagram: &Diagram) -> Vec<Problem> {
    diagram.graphs(set).map_or_else(|_| Vec::new(), |graphs| invariants::find(set, diagram, &graphs))
}

/// Like [`broken_promises`], but only looks at promises about what the notes of a period earn together.
pub fn broken_period_promises(set: &RuleSet, diagram: &Diagram) -> Vec<Problem> {
    ledger::broken_promises(set, diagram)
}

/// Returns the number of combinations of answers, counting each band of numbers or dates as one answer.
pub fn combinations(set: &RuleSet, diagram: &Diagram) -> BigUint {
    let of_activity: BigUint = diagram.variables.list().iter().map(|variable| BigUint::from(variable.size)).product();
    let activities = diagram.activity_fact().map_or(1, |fact| set.vocabulary.fact(fact).values().len());
    of_activity * activities
}
