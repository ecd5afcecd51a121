//! Proofs about what the notes of a period earn together: promises about services of one day, month or date, pairs and
//! counts that do nothing.
//!
//! Minutes are finitely many bands at the thresholds of counts, and pairs look at nothing but which services are earned
//! where. So each question is answered by walking through finitely many states. That a service can be earned at all is
//! read off the graphs: some note must be decided as the service whose minutes count.

mod counts;
mod earnings;
mod notes;
mod reachable;
mod scope;
mod search;
mod state;
mod table;

pub(crate) use counts::first_difference;
pub(crate) use earnings::{CountingDifference, Earning};
pub(crate) use notes::NoteSearch;
pub(crate) use reachable::{Bands, Reachable};
pub(crate) use scope::Question;
pub(crate) use search::{Found, Ledger};
pub(crate) use state::Position;

use search::{MAX_STATES, TooManyStates};
pub use table::{CountRow, count_table};

use super::{Problem, replace_promise};
use crate::diagram::Diagram;
use crate::message::{Code, Message};
use crate::nearest::joined;
use crate::rules::{Invariant, Pair, PairTerms, Relation, RuleSet, Span, Within};
use crate::words::grouped;

/// How much was walked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerProof {
    /// Number of promises and pairs that were looked at.
    pub questions: usize,
    /// Number of states of a period, over all questions.
    pub states: usize,
}

/// Most states for which notes are searched, until one is found that has some.
const MAX_SHOWN: usize = 100;

/// Returns every problem with counts, pairs and promises about periods. Empty if the graphs grow too large.
pub(super) fn find(set: &RuleSet, diagram: &Diagram) -> Vec<Problem> {
    with_ledger(set, diagram, |ledger, notes| {
        let mut problems = promises(ledger, notes);
        problems.extend(dead_pairs(ledger));
        problems.extend(counts::dead(ledger));
        problems.extend(counts::unused_services(ledger));
        problems
    })
}

/// Returns each broken promise about periods.
pub(super) fn broken_promises(set: &RuleSet, diagram: &Diagram) -> Vec<Problem> {
    if set.invariants.iter().all(|invariant| invariant.terms.is_none()) {
        return Vec::new();
    }
    with_ledger(set, diagram, promises)
}

/// Returns how many states of periods stand for all of them; `None` if the set has neither pairs nor promises about
/// periods.
pub fn ledger_proof(set: &RuleSet, diagram: &Diagram) -> Option<LedgerProof> {
    let graphs = diagram.graphs(set).ok()?;
    let reachable = Reachable::new(set, diagram, &graphs);
    let ledger = Ledger::new(set, &reachable);
    let mut proof = LedgerProof::default();
    for question in questions(set) {
        // A question with too many states is a problem, and no proof.
        if let Ok(answer) = ledger.answer(question, set) {
            proof.questions += 1;
            proof.states += answer.states;
        }
    }
    Some(proof).filter(|proof| proof.questions > 0)
}

fn questions(set: &RuleSet) -> impl Iterator<Item = Question<'_>> {
    let promises = set.invariants.iter().filter_map(|invariant| invariant.terms.as_ref());
    let pairs = set.pairs.iter().enumerate().map(|(number, pair)| Question::Bites(number, pair));
    promises.map(Question::Breaks).chain(pairs)
}

fn with_ledger(
    set: &RuleSet,
    diagram: &Diagram,
    work: impl FnOnce(&Ledger<'_>, &mut NoteSearch<'_>) -> Vec<Problem>,
) -> Vec<Problem> {
    let Ok(graphs) = diagram.graphs(set) else { return Vec::new() };
    let reachable = Reachable::new(set, diagram, &graphs);
    let ledger = Ledger::new(set, &reachable);
    let mut notes = NoteSearch::new(&ledger, diagram, &graphs);
    work(&ledger, &mut notes)
}

fn promises(ledger: &Ledger<'_>, notes: &mut NoteSearch<'_>) -> Vec<Problem> {
    let promises = ledger.set.invariants.iter().filter_map(|invariant| Some((invariant, invariant.terms.as_ref()?)));
    promises.filter_map(|(invariant, terms)| refute(ledger, notes, invariant, terms)).collect()
}

/// Refutes a promise, if some period breaks it.
fn refute(
    ledger: &Ledger<'_>,
    notes: &mut NoteSearch<'_>,
    invariant: &Invariant,
    terms: &PairTerms,
) -> Option<Problem> {
    let set = ledger.set;
    let Ok(answer) = ledger.answer(Question::Breaks(terms), set) else {
        return Some(too_many(set, &format!("the promise `{}`", invariant.id), &invariant.span, &invariant.id));
    };
    let (found, examples) = answer.found.iter().take(MAX_SHOWN).find_map(|found| Some((found, notes.notes(found)?)))?;
    let own = own_block(set, found).filter(|_| !set.is_own(&invariant.span));
    let text = format!(
        "`{}` does not hold: {}; broken {} with {}",
        invariant.id,
        invariant.title,
        period_in_words(set, terms.within),
        pools_in_words(set, found)
    );
    let help = match own {
        Some(_) => replace_promise("block", &invariant.id),
        None => "fix the counts or the pairs, or the promise if it says too much".to_owned(),
    };
    let message = Message::error(Code::InvariantFails, text).help(help);
    let problem = Problem::new(set, own.unwrap_or(&invariant.span), message).about([&invariant.id]);
    Some(problem.with_examples(examples))
}

/// Returns where the user's own files say something about what these pools earn.
fn own_block<'s>(set: &'s RuleSet, found: &Found) -> Option<&'s Span> {
    let counts = set.counts.iter().filter(|count| found.pools.iter().any(|(pool, _)| pool.service == count.notes));
    let lines = || found.pools.iter().flat_map(|(pool, _)| &pool.lines);
    let names = |terms: &PairTerms| lines().any(|line| terms.these.contains(line) || terms.others.contains(line));
    let pairs = set.pairs.iter().filter(|pair| names(&pair.terms));
    let spans = counts.map(|count| &count.span).chain(pairs.map(|pair| &pair.span));
    spans.into_iter().find(|span| set.is_own(span))
}

/// Describes the period within which services are compared.
fn period_in_words(set: &RuleSet, within: Within) -> String {
    match within {
        Within::Note => "in one note".to_owned(),
        Within::Day => "on one day".to_owned(),
        Within::Month => "in one month".to_owned(),
        Within::Date(fact) => format!("for one `{}`", set.vocabulary.fact(fact).name),
    }
}

/// Describes pools, such as "60 minutes of `chronic_care`".
fn pools_in_words(set: &RuleSet, found: &Found) -> String {
    let pool = |minutes: u32, name: &str| match minutes {
        1 => format!("1 minute of `{name}`"),
        minutes => format!("{minutes} minutes of `{name}`"),
    };
    let pools = found.pools.iter().map(|(earning, _)| pool(earning.minutes, &set.service(earning.service).name));
    joined(pools.collect(), "and")
}

fn too_many(set: &RuleSet, what: &str, span: &Span, id: &String) -> Problem {
    let most = grouped(MAX_STATES.to_string());
    let text = format!("{what} is not proved: it depends on more than {most} states of a period");
    let help = "name fewer services in it, or in the pairs that name them, too";
    Problem::new(set, span, Message::warning(Code::TooComplex, text).help(help)).about([id])
}

/// Returns a problem for each pair that bites in no state.
fn dead_pairs(ledger: &Ledger<'_>) -> Vec<Problem> {
    let set = ledger.set;
    let pairs = set.pairs.iter().enumerate();
    let problem = |(number, pair): (usize, &Pair)| match ledger.answer(Question::Bites(number, pair), set) {
        Err(TooManyStates) => Some(too_many(set, &format!("what the pair `{}` does", pair.id), &pair.span, &pair.id)),
        Ok(answer) if answer.found.is_empty() => Some(dead_pair(set, pair)),
        Ok(_) => None,
    };
    pairs.filter_map(problem).collect()
}

fn dead_pair(set: &RuleSet, pair: &Pair) -> Problem {
    let period = period_in_words(set, pair.terms.within);
    let why = match pair.terms.relation {
        Relation::NotWith => format!("no notes earn services of both its sides {period}"),
        Relation::OnlyWith => format!("what it speaks of is earned only beside one of the others {period}, or never"),
    };
    let text = format!("the pair `{}` does nothing: {why}", pair.id);
    let help = "remove it, or check its services and its `within`";
    Problem::new(set, &pair.span, Message::warning(Code::DeadRule, text).help(help)).about([&pair.id])
}
