//! Promises about every possible note, proved or refuted with the note that breaks them.

use super::Problem;
use crate::diagram::{ActivityGraph, Diagram, Ref, Store, Variables};
use crate::facts::{Answer, FactId};
use crate::message::{Code, Message};
use crate::nearest::joined;
use crate::rules::{Clause, Invariant, Outcome, RuleSet, Test};
use crate::space::{Region, Space, bounds_in_words};

/// The notes of one activity that break an invariant, and the rules that decide the nearest of them.
#[derive(Clone, Copy, Debug)]
pub struct Violation<'v> {
    /// The rules.
    pub set: &'v RuleSet,
    /// What graphs ask.
    pub variables: &'v Variables,
    /// The fact that chooses the graph.
    pub activity: Option<FactId>,
    /// The activities of the graph.
    pub activities: &'v [u16],
}

impl Violation<'_> {
    /// Yes for the notes of the activities that break an invariant, and the activities among which they are.
    /// `outcomes`: a graph of what notes come to.
    pub fn find(&self, outcomes: Ref, store: &mut Store, invariant: &Invariant) -> (Ref, Vec<u16>) {
        let (of_activity, when): (Vec<&Test>, Vec<&Test>) =
            invariant.when.facts.iter().partition(|test| Some(test.fact) == self.activity);
        let mut activities = self.activities.to_vec();
        activities.retain(|activity| of_activity.iter().all(|test| passes(test, *activity)));
        if activities.is_empty() {
            return (Ref::FALSE, activities);
        }
        let meant = store.ends_at(outcomes, &|outcome| meant_for(invariant, outcome));
        let mut meant = vec![meant];
        meant.extend(when.iter().map(|test| self.test(store, test)));
        let meant = meant.into_iter().reduce(|one, other| store.and(one, other)).unwrap_or(Ref::TRUE);
        let mut kept = vec![store.ends_at(outcomes, &|outcome| fits(&invariant.always, outcome))];
        let (of_activity, always): (Vec<&Test>, Vec<&Test>) =
            invariant.always.facts.iter().partition(|test| Some(test.fact) == self.activity);
        kept.extend(always.iter().map(|test| self.test(store, test)));
        let kept = kept.into_iter().reduce(|one, other| store.and(one, other)).unwrap_or(Ref::TRUE);
        // Some of the activities may break the promise by being what they are.
        let outside: Vec<u16> = activities
            .iter()
            .copied()
            .filter(|activity| !of_activity.iter().all(|test| passes(test, *activity)))
            .collect();
        if !outside.is_empty() && meant != Ref::FALSE {
            return (meant, outside);
        }
        (store.and_not(meant, kept), activities)
    }

    fn test(&self, store: &mut Store, test: &Test) -> Ref {
        let position = self.variables.position(test.fact);
        let variable = position.and_then(|at| Some((at, self.variables.get(at)?)));
        variable.map_or(Ref::TRUE, |(at, variable)| store.test(at, &variable.passing(test)))
    }
}

fn passes(test: &Test, activity: u16) -> bool {
    test.values.contains(Answer::Value(activity)) == Some(true)
}

/// The invariants that some note breaks, each with the note nearest to an ordinary one.
pub(super) fn find(set: &RuleSet, diagram: &Diagram, graphs: &[&ActivityGraph]) -> Vec<Problem> {
    set.invariants.iter().filter_map(|invariant| refute(set, diagram, graphs, invariant)).collect()
}

fn refute(set: &RuleSet, diagram: &Diagram, graphs: &[&ActivityGraph], invariant: &Invariant) -> Option<Problem> {
    let found = graphs.iter().filter_map(|graph| {
        let (variables, activity) = (&diagram.variables, diagram.activity_fact());
        let violation = Violation { set, variables, activity, activities: &graph.activities };
        let mut store = graph.store.clone();
        let (broken, activities) = violation.find(graph.rules.outcome, &mut store, invariant);
        let space = Space::new(set, diagram, graph).with_store(&store);
        let within = Region { activities: activities.into_iter().collect(), ..Region::full(&space) };
        let point = space.nearest(broken, &within)?;
        let (example, region) = space.example(broken, graph.rules.outcome, &within)?;
        let values = point.values.iter().copied().map(Some).collect::<Vec<_>>();
        let decides = |reason: &Ref| graph.store.verdict(*reason, &values) == Some(true);
        let deciding: Vec<_> = graph.reasons.iter().filter(|(_, reason)| decides(reason)).map(|(id, _)| *id).collect();
        Some((point.cost, example, region.describe(&space), deciding))
    });
    let (_, example, region, deciding) = found.min_by_key(|(cost, ..)| *cost)?;
    let ids = || deciding.iter().map(|id| &set.rule(*id).id);
    let by = joined(ids().map(|id| format!("`{id}`")).collect(), "and");
    let notes = bounds_in_words(&region);
    let text = format!("`{}` does not hold: {}; broken where {notes}, decided by {by}", invariant.id, invariant.title);
    let own = deciding.iter().map(|id| &set.rule(*id).span).find(|span| set.is_own(span));
    let own = own.filter(|_| !set.is_own(&invariant.span));
    let help = match own {
        // The promise is not the user's own: it is replaced where the user's rule is right.
        Some(_) => format!(
            "mend the rule; or, if it is right, put a promise in its place that allows it: repeat \
             `[[invariant]]` with `id = \"{}\"`, `replaces = true` and what still holds",
            invariant.id
        ),
        None => "mend the rules, or the promise if it says too much".to_owned(),
    };
    let message = Message::error(Code::InvariantFails, text).help(help);
    let problem = Problem::at(set, own.unwrap_or(&invariant.span), message);
    Some(Problem { region, ..problem.about(std::iter::once(&invariant.id).chain(ids())).with_example(Some(example)) })
}

/// Whether an outcome is one that the invariant speaks of. A note that is not decided, or twice, breaks no promise yet.
fn meant_for(invariant: &Invariant, outcome: Outcome) -> bool {
    !outcome.is_fault() && fits(&invariant.when, outcome)
}

/// Whether an outcome fits what a clause says of it.
fn fits(clause: &Clause, outcome: Outcome) -> bool {
    clause.outcome.iter().all(|test| test.accepts(outcome))
}
