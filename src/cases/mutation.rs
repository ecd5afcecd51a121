//! Runs sample claims against mutants of the rules: finds which of the mutants left undecided by proof a case kills.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;

use super::run::first_failure;
use super::{Counting, SampleBatch, SampleBatchRun, Suite};
use crate::cores::on_all_cores;
use crate::diagram::Diagram;
use crate::effective::parse_date;
use crate::facts::Facts;
use crate::message::Code;
use crate::mutants::{Change, Mutant, Mutants, Prover, Verdict, Witness};
use crate::read::Format;
use crate::report::Row;
use crate::rules::RuleSet;
use crate::run::{Batch, Input, Strictness, read};

/// What happened to a mutant.
#[derive(Clone, Debug)]
pub enum MutantStatus {
    /// Something notices the change.
    Killed(Killer),
    /// Every note is decided the same path.
    Equivalent,
    /// Nothing notices the change. Holds notes that would; `None` for a promise, which decides no note.
    Survived(Option<Box<Evidence>>),
}

/// What noticed a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Killer {
    /// `check` finds this problem.
    Check(Code),
    /// The case with this title fails.
    Case(String),
    /// For a mutant of a promise: this change of a rule breaks the promise as written but not the mutant.
    Mutant(String),
}

/// Notes that show a change, with their rows before and after it.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The notes.
    pub witness: Witness,
    /// Their rows under the original rules.
    pub before: Vec<Row>,
    /// Their rows under the changed rules. Empty if those do not accept the settings that the notes need.
    pub after: Vec<Row>,
}

/// The answers of a note in a batch, and its date.
type Dated<'n> = (&'n Facts, NaiveDate);

/// Everything needed to try mutants.
struct Trial<'t> {
    suite: &'t Suite,
    mutants: &'t Mutants<'t>,
    diagram: &'t Diagram,
    /// The notes of each batch.
    notes: Vec<Vec<Dated<'t>>>,
}

impl Suite {
    /// Tries every mutant, using all cores; the result does not depend on their number. Mutants of blocks that do not
    /// count get no status. `runs` are the batches under the original rules. Calls `done` after each mutant.
    pub fn try_mutants(
        &self,
        (mutants, diagram): (&Mutants<'_>, &Diagram),
        runs: &[SampleBatchRun<'_>],
        counting: Counting,
        done: &(dyn Fn() + Sync),
    ) -> Vec<Option<MutantStatus>> {
        let trial = Trial { suite: self, mutants, diagram, notes: runs.iter().map(notes).collect() };
        let counts = |mutant: &Mutant| counting.counts(mutants.set, &mutant.span);
        // A promise can only be shown to matter by a change of a rule.
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
        on_all_cores(mutants.list.len(), work);
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
    /// Tries one mutant. Returns its status and the mutants of promises that it kills.
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
                let concerned: Vec<&SampleBatch> = concerned.map(|(claims, _)| claims).collect();
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

/// Returns the notes of a batch that were not rejected.
fn notes<'p>(run: &'p SampleBatchRun<'_>) -> Vec<Dated<'p>> {
    let read = run.read.iter().zip(&run.rows);
    read.filter_map(|(read, row)| Some((&read.as_ref()?.answered, parse_date(row.date.as_deref()?)?))).collect()
}

/// Returns the rows of notes under a rule set, or `None` if it does not accept the settings that they need.
pub fn rows_for(set: &RuleSet, diagram: &Diagram, witness: &Witness) -> Option<Vec<Row>> {
    let mut set = set.clone();
    for (name, value) in witness.notes.iter().flat_map(|note| &note.settings) {
        set.answer(name, &value.text()).ok()?;
    }
    let json = serde_json::to_vec(&witness.notes).ok()?;
    let input = Input::new("", Some(Format::Json), json.as_slice());
    let mut batch = Batch::new(&set, diagram, Strictness::default(), &[]);
    read(&set, input, &mut |record| drop(batch.add(0, "", record, &mut drop))).ok()?;
    let batch = batch.finish(&mut drop);
    Some(Row::all(&batch))
}
