//! Proves what happens to mutants: rebuilds each activity that a change touches beside the original.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use super::parts::Part;
use super::witness::Witness;
use super::{Change, Mutant, Mutants, Verdict};
use crate::compare::Baseline;
use crate::diagram::{ActivityGraph, Ref, Value};
use crate::facts::{Answer, FactId, Facts, Kind, Origin};
use crate::message::Code;
use crate::proof::ledger::Ledger;
use crate::rules::{Outcome, ProgramSetting, Rule, RuleId, RuleSet};
use crate::space::{Region, Space};

/// Number of nodes that mutants may leave behind in a store before it is rebuilt.
const MAX_LEFTOVERS: usize = 300_000;

/// What was proved about a mutant.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The verdict on the mutant.
    pub verdict: Verdict,
    /// Indices of the mutants of promises that it kills: for some note, it breaks the promise as written but not the
    /// mutant.
    pub kills: Vec<usize>,
    /// Where the changed rule applies, before or after the change; `None` if any note may show it.
    scope: Option<Vec<Part>>,
}

impl Proof {
    pub(super) fn new(verdict: Verdict) -> Self {
        Self { verdict, kills: Vec::new(), scope: None }
    }

    pub(super) fn with_kills(verdict: Verdict, kills: Vec<usize>) -> Self {
        Self { kills, ..Self::new(verdict) }
    }

    fn of_witness(witness: Option<&Witness>) -> Self {
        Self::new(if witness.is_some() { Verdict::Undecided } else { Verdict::Equivalent })
    }
}

/// Notes of some activities of one graph for which something differs.
pub(super) struct Differing {
    pub(super) activities: Vec<u16>,
    /// True where something differs.
    pub(super) root: Ref,
    /// A graph of outcomes in which a note must reach a single outcome, whatever it leaves open. `None` if the note
    /// must leave nothing open, since the reasons that an incomplete note names may be the same before and after.
    pub(super) outcomes: Option<Ref>,
}

/// Proves what happens to mutants, one at a time.
#[derive(Debug)]
pub struct Prover<'m> {
    pub(super) mutants: &'m Mutants<'m>,
    pub(super) graphs: Vec<&'m ActivityGraph>,
    /// The baseline of each graph, created on first use.
    baselines: Vec<Option<Baseline<'m>>>,
    /// A copy of the set in which one rule at a time is changed.
    scratch: Option<Box<RuleSet>>,
    /// The counts and pairs of the set.
    pub(super) ledger: Ledger<'m>,
}

impl<'m> Prover<'m> {
    pub(super) fn new(mutants: &'m Mutants<'m>) -> Self {
        let graphs = mutants.graphs();
        let ledger = Ledger::new(mutants.set, &mutants.reachable);
        Self { mutants, baselines: graphs.iter().map(|_| None).collect(), graphs, scratch: None, ledger }
    }

    /// Proves what it can about a mutant.
    pub fn prove(&mut self, position: usize, mutant: &Mutant) -> Proof {
        self.forget_leftovers();
        match &mutant.changed {
            Change::Rule(id, rule) => self.prove_rule(*id, rule),
            Change::Promise(at, _) => {
                let is_weaker = self.mutants.promises.get(*at).is_some_and(|weaker| weaker.contains(&position));
                Proof::new(if is_weaker { Verdict::Undecided } else { Verdict::Equivalent })
            }
            Change::Bounds(fact, kind) => Proof::new(self.prove_bounds(*fact, kind)),
            Change::Count(at, _) => self.prove_count(*at, &mutant.apply(self.mutants.set)),
            Change::Pair(at, changed) => self.prove_pair(*at, changed.as_deref(), &mutant.apply(self.mutants.set)),
            Change::Rate(..) if mutant.apply(self.mutants.set).has_overlapping_rates() => {
                Proof::new(Verdict::Killed(Code::RatesOverlap))
            }
            _ => Proof::of_witness(self.witness(mutant).as_ref()),
        }
    }

    /// Returns whether the last proved mutant may decide a note differently. `answered` holds the note's own answers.
    pub fn may_differ(&self, proof: &Proof, answered: &Facts, date: NaiveDate) -> bool {
        let Some(parts) = &proof.scope else { return true };
        let diagram = &self.mutants.diagram;
        let activity = match diagram.activity_fact().map(|fact| answered.get(fact)) {
            None => 0,
            Some(Answer::Value(activity)) => activity,
            Some(_) => return false,
        };
        let Some(part) = parts.iter().find(|part| part.activities.contains(&activity)) else { return false };
        let mut assignment = diagram.variables.assign(answered, date);
        // Rows also list the settings that matter, so a different answer to one may show the change.
        for (value, variable) in assignment.iter_mut().zip(diagram.variables.list()) {
            let fact = variable.question.fact().map(|fact| self.mutants.set.vocabulary.fact(fact));
            if fact.is_some_and(|fact| fact.origin == Origin::Setting) {
                *value = None;
            }
        }
        let baseline = self.baselines.get(part.position).and_then(Option::as_ref);
        baseline.is_some_and(|baseline| baseline.store.evaluate(part.scope, &assignment) != Some(false))
    }

    /// Returns the smallest note, or a few notes of one day, that show a mutant, or `None` if none do.
    pub fn witness(&mut self, mutant: &Mutant) -> Option<Witness> {
        let mutants = self.mutants;
        match &mutant.changed {
            Change::Rule(id, rule) => self.rule_witness(*id, rule),
            Change::Promise(..) => None,
            Change::Service(id, _) => self.service_witness(*id),
            Change::Count(at, _) => self.count_witness(*at, &mutant.apply(mutants.set)),
            Change::Pair(at, changed) => self.pair_witness(*at, changed.as_deref(), &mutant.apply(mutants.set)),
            Change::Shadow(..) => self.shadow_witness(&mutant.apply(mutants.set)),
            Change::Holiday(..) => self.holiday_witness(&mutant.apply(mutants.set)),
            Change::Source(at, _) => mutants.verified_witness(*at),
            Change::Rate(at, _) => mutants.rate_witness(*at, &mutant.apply(mutants.set)),
            Change::Setting(at, changed) => {
                let before = mutants.set.settings.get(*at)?;
                self.setting_witness(before, changed).or_else(|| mutants.counting_witness(before, changed))
            }
            Change::Presumption(at, changed) => {
                self.presumption_witness(mutants.set.presumptions.get(*at)?, changed.as_deref())
            }
            Change::Bounds(fact, kind) => mutants.bounds_witness(*fact, kind),
            Change::Alias(fact, word, value) => self.alias_witness(*fact, word, *value),
        }
    }

    /// Drops stores in which mutants have left many nodes behind, so that they are rebuilt.
    fn forget_leftovers(&mut self) {
        for (baseline, graph) in self.baselines.iter_mut().zip(&self.graphs) {
            if baseline.as_ref().is_some_and(|known| known.store.len() > graph.store.len() + MAX_LEFTOVERS) {
                *baseline = None;
            }
        }
    }

    pub(super) fn baseline(&mut self, position: usize) -> Option<&mut Baseline<'m>> {
        let (mutants, graph) = (self.mutants, *self.graphs.get(position)?);
        let place = self.baselines.get_mut(position)?;
        Some(place.get_or_insert_with(|| Baseline::new(mutants.set, &mutants.diagram, graph)))
    }

    /// Proves what happens if a setting accepts less: the answer that it no longer accepts is refused.
    fn prove_bounds(&self, fact: FactId, kind: &Kind) -> Verdict {
        let set = self.mutants.set;
        // The program itself reads these settings and needs their bounds as they are.
        if ProgramSetting::find(&set.vocabulary.fact(fact).name).is_some() {
            return Verdict::Killed(Code::WrongType);
        }
        let takes = |answer: Answer| match (kind, answer) {
            (Kind::Number(least, most), Answer::Number(number)) => (*least..=*most).contains(&number),
            _ => true,
        };
        let setting = set.settings.iter().find(|setting| setting.fact == fact);
        if setting.is_none_or(|setting| takes(setting.value) && takes(setting.default)) {
            Verdict::Undecided
        } else {
            Verdict::Killed(Code::NoSuchValue)
        }
    }

    fn prove_rule(&mut self, id: RuleId, rule: &Rule) -> Proof {
        self.with_changed(id, rule, |prover, changed| {
            let Some(parts) = prover.changed_parts(id, changed) else {
                return Proof::new(Verdict::Killed(Code::TooComplex));
            };
            let fault = parts.iter().find_map(|part| prover.fault(part));
            let (mut broken, mut kills) = prover.promises(&parts);
            let (of_periods, more) = prover.promises_of_new_services(&parts);
            broken |= of_periods;
            kills.extend(more);
            let verdict = match fault {
                Some(code) => Verdict::Killed(code),
                None if broken => Verdict::Killed(Code::InvariantFails),
                None if parts.iter().all(|part| prover.difference(part, changed) == Ref::FALSE) => Verdict::Equivalent,
                None => Verdict::Undecided,
            };
            Proof { verdict, kills, scope: Some(parts) }
        })
    }

    /// Replaces a rule in the scratch set while `work` runs, then restores it.
    pub(super) fn with_changed<R>(
        &mut self,
        id: RuleId,
        rule: &Rule,
        work: impl FnOnce(&mut Self, &RuleSet) -> R,
    ) -> R {
        let set = self.mutants.set;
        let mut changed = self.scratch.take().unwrap_or_else(|| Box::new(set.clone()));
        let put = |changed: &mut RuleSet, rule: &Rule| {
            Arc::make_mut(&mut changed.rules).get_mut(id.index()).into_iter().for_each(|known| *known = rule.clone());
        };
        put(&mut changed, rule);
        let done = work(self, &changed);
        put(&mut changed, set.rule(id));
        self.scratch = Some(changed);
        done
    }

    /// Returns the code of a gap or conflict among the outcomes of the changed set.
    fn fault(&self, part: &Part) -> Option<Code> {
        let baseline = self.baselines.get(part.position)?.as_ref()?;
        let outcomes =
            baseline.store.leaves(part.moved, &[]).into_iter().filter_map(|leaf| baseline.store.outcome(leaf));
        let fault = |outcome| match outcome {
            Outcome::Gap => Some(Code::Gap),
            Outcome::Conflict => Some(Code::Conflict),
            _ => None,
        };
        outcomes.into_iter().find_map(fault)
    }

    /// Returns where the changed set decides a part differently.
    fn difference(&mut self, part: &Part, changed: &RuleSet) -> Ref {
        let Some(baseline) = self.baseline(part.position) else { return Ref::FALSE };
        baseline.difference(changed, &part.after)
    }

    fn rule_witness(&mut self, id: RuleId, rule: &Rule) -> Option<Witness> {
        self.with_changed(id, rule, |prover, changed| {
            let mut nearest: Option<(u64, Witness)> = None;
            for part in prover.changed_parts(id, changed)? {
                let root = prover.difference(&part, changed);
                let found = prover.nearest(
                    part.position,
                    &Differing { activities: part.activities, root, outcomes: None },
                    &[],
                );
                nearest = nearest.into_iter().chain(found).min_by_key(|(cost, _)| *cost);
            }
            nearest.map(|(_, witness)| witness)
        })
    }

    /// Returns the note nearest to an ordinary one for which something differs, and its distance. `fixed` lists values
    /// that the note must have.
    pub(super) fn nearest(
        &mut self,
        position: usize,
        differing: &Differing,
        fixed: &[(usize, Value)],
    ) -> Option<(u64, Witness)> {
        let (mutants, graph) = (self.mutants, *self.graphs.get(position)?);
        let Differing { activities, root, outcomes } = differing;
        let baseline = self.baseline(position)?;
        let space = Space::new(mutants.set, &mutants.diagram, graph).with_store(&baseline.store);
        let mut within = Region { activities: activities.iter().copied().collect(), ..Region::full(&space) };
        for (variable, value) in fixed {
            within.values.get_mut(*variable).into_iter().for_each(|values| *values = BTreeSet::from([*value]));
        }
        let point = space.nearest(*root, &within)?;
        let note = match outcomes {
            Some(outcomes) => space.write(&point, *root, *outcomes, &within),
            None => space.write_whole(&point),
        };
        Some((point.cost, Witness { notes: vec![note] }))
    }
}
