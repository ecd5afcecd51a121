//! The notes that two rule sets decide differently: other outcomes first, then other rules that decide.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigUint;

use super::shared::SharedSets;
use crate::diagram::{ActivityGraph, ActivityRules, Diagram, Ref, Store, TooComplex, Variables};
use crate::rules::{Outcome, RuleId, RuleSet};
use crate::space::{Example, Region, Space};

/// A note that two rule sets decide differently, the smallest of its kind.
#[derive(Clone, Debug)]
pub struct DifferingNote {
    /// What each set decides; `None` if only the deciding rules differ.
    pub outcomes: Option<[String; 2]>,
    /// The ids of the rules that decide in each set.
    pub rules: [Vec<String>; 2],
    /// The notes around it, as answers that bound them.
    pub region: Vec<(String, Vec<String>)>,
    /// The note.
    pub example: Example,
}

/// What was compared of notes.
#[derive(Clone, Debug)]
pub(super) struct ComparedNotes {
    pub(super) combinations: BigUint,
    /// For each shared activity, the variables that a decision of either set depends on.
    pub(super) asked: BTreeMap<u16, BTreeSet<usize>>,
    pub(super) variables: Variables,
    pub(super) differing: Option<DifferingNote>,
}

/// Compares every note of the activities that both sets know.
pub(super) fn compare(sets: &SharedSets) -> Result<ComparedNotes, TooComplex> {
    let SharedSets { ours, theirs, .. } = sets;
    let variables = Variables::new(&[ours, theirs]);
    let diagrams = [ours, theirs].map(|set| Diagram::with_variables(set, variables.clone()));
    let [own, other] = &diagrams;
    let mut groups: BTreeMap<(Option<usize>, Option<usize>), Vec<u16>> = BTreeMap::new();
    let activity_count = own.activity_fact().map_or(1, |fact| ours.vocabulary.fact(fact).values().len());
    for activity in (0..u16::MAX).take(activity_count) {
        groups.entry((own.position(activity), other.position(activity))).or_default().push(activity);
    }
    let mut compared =
        ComparedNotes { combinations: BigUint::ZERO, asked: BTreeMap::new(), variables, differing: None };
    let mut nearest: Option<(bool, u64, DifferingNote)> = None;
    for activities in groups.into_values() {
        let pair = Pair::build(sets, &diagrams, activities)?;
        let asked = pair.asked();
        let sizes = asked.iter().filter_map(|at| compared.variables.get(*at)).map(|variable| variable.size);
        compared.combinations += sizes.map(BigUint::from).product::<BigUint>() * pair.activities.len();
        compared.asked.extend(pair.activities.iter().map(|activity| (*activity, asked.clone())));
        let found = pair.nearest(&compared.variables)?;
        nearest = nearest.into_iter().chain(found).min_by_key(|(is_alike, cost, _)| (*is_alike, *cost));
    }
    compared.differing = nearest.map(|(_, _, note)| note);
    Ok(compared)
}

/// The rules of both sets for activities that each set treats alike, in one store.
struct Pair<'p> {
    sets: &'p SharedSets,
    activities: Vec<u16>,
    store: Store,
    rules: [ActivityRules; 2],
    /// For each rule id, where it decides in each set.
    deciding: BTreeMap<&'p str, [Ref; 2]>,
}

impl<'p> Pair<'p> {
    fn build(sets: &'p SharedSets, diagrams: &[Diagram; 2], activities: Vec<u16>) -> Result<Self, TooComplex> {
        let [own, other] = diagrams;
        let variables = &own.variables;
        let ActivityGraph { mut store, rules: our_rules, reasons, .. } =
            ActivityGraph::build(&sets.ours, &own.conditions, &activities, variables)?;
        let activity = activities.first().copied().unwrap_or_default();
        let their_rules = ActivityRules::build(&sets.theirs, &other.conditions, activity, variables, &mut store);
        let mut deciding: BTreeMap<&str, [Ref; 2]> = BTreeMap::new();
        for (id, reason) in reasons {
            deciding.entry(&sets.ours.rule(id).id).or_insert([Ref::FALSE; 2])[0] = reason;
        }
        for id in their_rules.conditions.keys().copied().collect::<Vec<RuleId>>() {
            let reason = their_rules.reason(&sets.theirs, &mut store, id);
            deciding.entry(current_id(sets, id)).or_insert([Ref::FALSE; 2])[1] = reason;
        }
        store.check_size(variables)?;
        Ok(Self { sets, activities, store, rules: [our_rules, their_rules], deciding })
    }

    /// Returns the variables that the outcome or the deciding rules depend on.
    fn asked(&self) -> BTreeSet<usize> {
        let outcomes = self.rules.iter().map(|rules| rules.outcome);
        let roots = outcomes.chain(self.deciding.values().flatten().copied());
        let nodes = roots.flat_map(|root| self.store.reachable(root));
        nodes.filter_map(|at| self.store.node(at)).map(|node| node.variable).collect()
    }

    /// Returns the smallest note that is decided differently: whether its outcome is alike, and its distance from an
    /// ordinary note.
    fn nearest(mut self, variables: &Variables) -> Result<Option<(bool, u64, DifferingNote)>, TooComplex> {
        let outcomes = self.rules.each_ref().map(|rules| rules.outcome);
        let [own, other] = outcomes;
        let mut differs = self.store.difference(own, other);
        let possible = variables.possible_under(&mut self.store, differs);
        differs = self.store.and(differs, possible);
        let is_alike = differs == Ref::FALSE;
        if is_alike {
            let pairs: Vec<[Ref; 2]> = self.deciding.values().copied().collect();
            let parts: Vec<Ref> = pairs.into_iter().map(|[one, two]| self.store.difference(one, two)).collect();
            differs = self.store.any(parts);
            let possible = variables.possible_under(&mut self.store, differs);
            differs = self.store.and(differs, possible);
        }
        self.store.check_size(variables)?;
        let set = &self.sets.ours;
        let space = Space {
            set,
            variables,
            activity: set.vocabulary.find(crate::diagram::ACTIVITY),
            activities: &self.activities,
            store: &self.store,
        };
        let full = Region::full(&space);
        let Some(point) = space.nearest(differs, &full) else { return Ok(None) };
        let Some((example, region)) = space.example(differs, own, &full) else { return Ok(None) };
        let values: Vec<_> = point.values.iter().copied().map(Some).collect();
        let decided = |root: Ref| {
            let leaf = self.store.leaves(root, &values).first().and_then(|leaf| self.store.outcome(*leaf));
            describe(set, leaf.unwrap_or(Outcome::Gap))
        };
        let deciding = |at: usize| -> Vec<String> {
            let applies = |pair: &[Ref; 2]| {
                pair.get(at).is_some_and(|reason| self.store.evaluate(*reason, &values) == Some(true))
            };
            self.deciding.iter().filter(|(_, pair)| applies(pair)).map(|(id, _)| (*id).to_owned()).collect()
        };
        let note = DifferingNote {
            outcomes: (!is_alike).then(|| outcomes.map(decided)),
            rules: [deciding(0), deciding(1)],
            region: region.describe(&space),
            example,
        };
        Ok(Some((is_alike, point.cost, note)))
    }
}

/// Returns the id of a rule of the other set, or the id that it has in ours if it was renamed.
fn current_id(sets: &SharedSets, id: RuleId) -> &str {
    let former = &sets.theirs.rule(id).id;
    let renamed = sets.ours.rules.iter().find(|rule| rule.formerly.contains(former));
    renamed.map_or(former, |rule| &rule.id)
}

fn describe(set: &RuleSet, outcome: Outcome) -> String {
    match outcome {
        Outcome::Billable(service, payer) => {
            format!("billed to `{}` as `{}`", set.payer(payer).name, set.service(service).name)
        }
        Outcome::NonBillable => "non-billable".into(),
        Outcome::Held => "held for a person".into(),
        Outcome::Gap => "decided by no rule".into(),
        Outcome::Conflict => "decided by two offers at once".into(),
    }
}
