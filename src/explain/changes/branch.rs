//! Search branches: each way to answer the activity and what presumptions ask has its own graph and presumptions.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Allows;
use super::found::Step;
use super::search::Search;
use crate::decide::Judge;
use crate::diagram::{ActivityGraph, Assignment, Ref, Variable};
use crate::facts::Facts;
use crate::rules::Outcome;

/// A graph, and the note's answers to its variables with presumptions filled in.
pub(super) struct Branch<'b> {
    graph: &'b ActivityGraph,
    assignment: Assignment,
    /// Questions that are settled within the branch.
    settled: &'b [usize],
    /// The changes that lead to this branch. None is part of another.
    prefixes: Vec<Vec<Step>>,
}

/// Builds every branch, including that of the unchanged note. `settled` lists the questions that distinguish branches.
pub(super) fn branches<'b>(
    judge: Judge<'b>,
    (answered, date): (&Facts, NaiveDate),
    questions: &[Variable],
    settled: &'b [usize],
) -> Vec<Branch<'b>> {
    let mut ways = vec![(answered.clone(), Vec::<Step>::new())];
    for question in settled {
        let Some(variable) = questions.get(*question) else { continue };
        let Some(fact) = variable.question.fact() else { continue };
        let own = variable.value(answered.get(fact));
        let others = ways.iter().flat_map(|(facts, prefix)| {
            variable.values().filter(move |value| own != Some(*value)).map(move |value| {
                let (mut facts, mut prefix) = (facts.clone(), prefix.clone());
                facts.set(fact, variable.answer(value));
                prefix.push((*question, value));
                (facts, prefix)
            })
        });
        let others: Vec<_> = others.collect();
        ways.extend(others);
    }
    let (set, diagram) = (judge.set(), judge.diagram());
    let mut prefixes: BTreeMap<(usize, Assignment), Vec<Vec<Step>>> = BTreeMap::new();
    ways.sort_by_key(|(_, prefix)| prefix.len());
    for (facts, mut prefix) in ways {
        let (filled, _) = judge.fill(&facts);
        let Some(position) = diagram.position_for(&filled) else { continue };
        let known = prefixes.entry((position, diagram.variables.assign(&filled, date))).or_default();
        prefix.sort_unstable();
        // A change is not smallest if a part of it leads to the same branch.
        if !known.iter().any(|part| part.iter().all(|step| prefix.contains(step))) {
            known.push(prefix);
        }
    }
    let branch = |((position, assignment), prefixes)| {
        Some(Branch { graph: diagram.graph(set, position)?, assignment, settled, prefixes })
    };
    prefixes.into_iter().filter_map(branch).collect()
}

impl Branch<'_> {
    /// Creates a search for each payer and service that the graph can reach. `rounds` gives the round of each question.
    pub(super) fn searches<'s>(&'s self, rounds: &'s [usize], round: usize, allows: &Allows<'_>) -> Vec<Search<'s>> {
        let hardest = |prefix: &Vec<Step>| prefix.iter().filter_map(|(question, _)| rounds.get(*question)).max();
        let fitting = self.prefixes.iter().filter(|prefix| hardest(prefix).is_none_or(|hardest| *hardest <= round));
        let mut by_size: BTreeMap<(usize, bool), Vec<Vec<Step>>> = BTreeMap::new();
        for prefix in fitting {
            let is_new = hardest(prefix) == Some(&round) || (round == 0 && prefix.is_empty());
            by_size.entry((prefix.len(), is_new)).or_default().push(prefix.clone());
        }
        if by_size.is_empty() {
            return Vec::new();
        }
        let store = &self.graph.store;
        let root = self.graph.rules.outcome;
        let open: Assignment = vec![None; self.assignment.len()];
        let leaves = store.leaves(root, &open);
        let targets = leaves.into_iter().filter_map(|leaf: Ref| match store.outcome(leaf)? {
            Outcome::Billable(service, payer) if allows(service, payer) => Some((leaf, (service, payer))),
            _ => None,
        });
        let mut changeable: Vec<Option<usize>> = rounds.iter().copied().map(Some).collect();
        for question in self.settled {
            changeable.get_mut(*question).into_iter().for_each(|round| *round = None);
        }
        let search =
            |target| Search::new((store, root), &self.assignment, target, changeable.clone(), round, by_size.clone());
        targets.map(search).collect()
    }
}
