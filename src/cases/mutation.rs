//! Sample claims against mutants of the rules: which of those that nothing is proved of a case kills.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chrono::NaiveDate;

use super::run::first_failure;
use super::{Claims, ClaimsRun, Counting, Suite};
use crate::diagram::Diagram;
use crate::effective::parse_date;
use crate::facts::Facts;
use crate::message::Code;
use crate::mutants::{Change, Mutant, Mutants, Prover, Verdict, Witness};
use crate::read::Format;
use crate::report::Row;
use crate::rules::RuleSet;
use crate::run::{Batch, Input, Strictness, read};

/// What becomes of a mutant.
#[derive(Clone, Debug)]
pub enum MutantStatus {
    /// Something notices the change.
    Killed(Killer),
    /// Every note is decided alike.
    Equivalent,
    /// Nothing notices the change. What would; `None` for a promise, which decides no note.
    Survived(Option<Box<Evidence>>),
}

/// What notices a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Killer {
    /// `check` finds this problem.
    Check(Code),
    /// The case of this title fails.
    Case(String),
    /// Of a promise: this change of a rule breaks the promise as written and not as changed.
    Mutant(String),
}

/// Notes that show a change, with what the rules say of them before and after it.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The notes.
    pub witness: Witness,
    /// Their rows under the rules as they are.
    pub before: Vec<Row>,
    /// Their rows under the changed rules; none where those do not take the settings that the notes need.
    pub after: Vec<Row>,
}

/// A note of a batch as its answers and its date.
type Dated<'n> = (&'n Facts, NaiveDate);

/// What is needed to try mutants.
struct Trial<'t> {
    suite: &'t Suite,
    mutants: &'t Mutants<'t>,
    diagram: &'t Diagram,
    /// By batch: its notes.
    notes: Vec<Vec<Dated<'t>>>,
}

impl Suite {
    /// What becomes of each mutant, on all cores; the same whatever their number. Mutants of blocks that do not count
    /// have no status. `runs`: the batches under the rules as they are. `done` hears of each mutant tried.
    pub fn try_mutants(
        &self,
        (mutants, diagram): (&Mutants<'_>, &Diagram),
        runs: &[ClaimsRun<'_>],
        counting: Counting,
        done: &(dyn Fn() + Sync),
    ) -> Vec<Option<MutantStatus>> {
        let trial = Trial { suite: self, mutants, diagram, notes: runs.iter().map(notes).collect() };
        let counts = |mutant: &Mutant| counting.counts(mutants.set, &mutant.span);
        // Only changes of rules show what a promise is good for.
        let any_promise = mutants.list.iter().any(|mutant| is_promise(mutant) && counts(mutant));
        let tried: Vec<OnceLock<(Option<MutantStatus>, Vec<usize>)>> =
            mutants.list.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut prover = mutants.prover();
            loop {
                let position = next.fetch_add(1, Ordering::Relaxed);
                let Some((mutant, place)) = mutants.list.get(position).zip(tried.get(position)) else { break };
                if counts(mutant) || any_promise {
                    place.get_or_init(|| trial.try_one(&mut prover, position, mutant, counts(mutant)));
                }
                done();
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            (1..threads).for_each(|_| drop(scope.spawn(work)));
            work();
        });
        let mut statuses = Vec::with_capacity(tried.len());
        let mut killers: Vec<Option<String>> = vec![None; tried.len()];
        for (tried, mutant) in tried.into_iter().zip(&mutants.list) {
            let (status, kills) = tried.into_inner().unwrap_or_default();
            for killed in kills {
                if let Some(killer @ None) = killers.get_mut(killed) {
                    *killer = Some(mutant.describe());
                }
            }
            statuses.push(status);
        }
        let unkilled = |(position, (status, killer)): (usize, (&Option<MutantStatus>, &Option<String>))| {
            (matches!(status, Some(MutantStatus::Survived(None))) && killer.is_none()).then_some(position)
        };
        let wanted = statuses.iter().zip(&killers).enumerate().filter_map(unkilled).collect();
        for (killed, by) in mutants.prover().killed_by_mutants(&wanted) {
            let by = by.and_then(|by| mutants.list.get(by)).map_or_else(|| "the offers".to_owned(), Mutant::describe);
            let killer = killers.get_mut(killed).into_iter();
            killer.for_each(|killer| *killer = Some(format!("{by}, if nothing were excluded, struck or held")));
        }
        let killed = |(status, killer): (Option<MutantStatus>, Option<String>)| match (status, killer) {
            (Some(MutantStatus::Survived(None)), Some(killer)) => Some(MutantStatus::Killed(Killer::Mutant(killer))),
            (status, _) => status,
        };
        statuses.into_iter().zip(killers).map(killed).collect()
    }
}

impl Trial<'_> {
    /// What becomes of one mutant, and the mutants of promises that it kills.
    fn try_one(
        &self,
        prover: &mut Prover<'_>,
        position: usize,
        mutant: &Mutant,
        counts: bool,
    ) -> (Option<MutantStatus>, Vec<usize>) {
        let proof = prover.prove(position, mutant);
        let status = match proof.verdict {
            _ if !counts => None,
            Verdict::Killed(code) => Some(MutantStatus::Killed(Killer::Check(code))),
            Verdict::Equivalent => Some(MutantStatus::Equivalent),
            Verdict::Undecided if is_promise(mutant) => Some(MutantStatus::Survived(None)),
            Verdict::Undecided => {
                let changed = mutant.apply(self.mutants.set);
                let own = match mutant.changed {
                    Change::Rule(id, _) => Some(self.mutants.diagram.with_rule(&changed, id)),
                    _ => None,
                };
                let diagram = own.as_ref().unwrap_or(self.diagram);
                let concerned = self.suite.claims.iter().zip(&self.notes).filter(|(_, notes)| {
                    notes.iter().any(|(answered, date)| prover.may_differ(&proof, answered, *date))
                });
                let concerned: Vec<&Claims> = concerned.map(|(claims, _)| claims).collect();
                match first_failure(&concerned, &changed, diagram) {
                    Some(case) => Some(MutantStatus::Killed(Killer::Case(case.title.clone()))),
                    None => Some(MutantStatus::Survived(self.evidence(prover.witness(mutant), &changed, diagram))),
                }
            }
        };
        (status, proof.kills)
    }

    fn evidence(&self, witness: Option<Witness>, changed: &RuleSet, diagram: &Diagram) -> Option<Box<Evidence>> {
        let witness = witness?;
        let before = rows_for(self.mutants.set, self.diagram, &witness).unwrap_or_default();
        let after = rows_for(changed, diagram, &witness).unwrap_or_default();
        Some(Box::new(Evidence { witness, before, after }))
    }
}

fn is_promise(mutant: &Mutant) -> bool {
    matches!(mutant.changed, Change::Promise(..))
}

/// The notes of a batch that were not rejected.
fn notes<'p>(run: &'p ClaimsRun<'_>) -> Vec<Dated<'p>> {
    let read = run.read.iter().zip(&run.rows);
    read.filter_map(|(read, row)| Some((&read.as_ref()?.answered, parse_date(row.date.as_deref()?)?))).collect()
}

/// The rows of notes under a rule set; `None` if it does not take the settings that they need.
pub fn rows_for(set: &RuleSet, diagram: &Diagram, witness: &Witness) -> Option<Vec<Row>> {
    let mut set = set.clone();
    for (name, value) in witness.notes.iter().flat_map(|note| &note.settings) {
        set.answer(name, &value.text()).ok()?;
    }
    let json = serde_json::to_vec(&witness.notes).ok()?;
    let input = Input { name: String::new(), format: Some(Format::Json), bytes: Box::new(json.as_slice()) };
    let mut batch = Batch::new(&set, diagram, Strictness::default());
    read(&mut batch, input, &mut |batch, record| drop(batch.add(0, "", record, &mut drop))).ok()?;
    let (batch, _) = batch.finish(&mut drop);
    Some(Row::all(&batch))
}
