//! Regions: products of sets of answers, found in a graph, widened, and searched for the note nearest to an ordinary
//! one.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::ordinary::Ordinary;
use super::{MAX_REGIONS, Point, Space};
use crate::diagram::{Question, Ref, Value, Variable};
use crate::nearest::one_of;
use crate::rules::Test;

/// Maximum number of paths to visit in the search for regions.
const MAX_PATHS: usize = 20_000;

/// A set of activities and a set of values for each variable; the region contains every combination of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The activities.
    pub activities: BTreeSet<u16>,
    /// The set of values of each variable.
    pub values: Vec<BTreeSet<Value>>,
}

impl Region {
    /// Returns the region of all notes of a space.
    pub fn full(space: &Space<'_>) -> Self {
        Self {
            activities: space.activities.iter().copied().collect(),
            values: space.variables.list().iter().map(|variable| variable.values().collect()).collect(),
        }
    }

    /// Returns the region of a single note.
    pub(super) fn single(point: &Point) -> Self {
        let values = point.values.iter().map(|value| BTreeSet::from([*value])).collect();
        Self { activities: BTreeSet::from([point.activity]), values }
    }

    /// Returns the part of this region that passes the tests.
    #[must_use]
    pub fn within(&self, space: &Space<'_>, tests: &[Test]) -> Self {
        let mut region = self.clone();
        for test in tests {
            if Some(test.fact) == space.activity {
                let passes =
                    |activity: &u16| test.values.contains(crate::facts::Answer::Value(*activity)) == Some(true);
                region.activities.retain(passes);
            } else if let Some(at) = space.variables.position(test.fact)
                && let (Some(variable), Some(values)) = (space.variables.get(at), region.values.get_mut(at))
            {
                values.retain(|value| test.values.contains(variable.answer(*value)) == Some(true));
            }
        }
        region
    }

    /// Returns whether the region contains no notes.
    pub fn is_empty(&self) -> bool {
        self.activities.is_empty() || self.values.iter().any(BTreeSet::is_empty)
    }

    /// Returns the values of a variable in this region.
    pub fn values(&self, variable: usize) -> impl Iterator<Item = Value> {
        self.values.get(variable).into_iter().flatten().copied()
    }

    /// Returns whether the region contains a value of a variable.
    pub fn holds(&self, variable: usize, value: Value) -> bool {
        self.values.get(variable).is_some_and(|values| values.contains(&value))
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.activities.is_subset(&other.activities)
            && self.values.iter().zip(&other.values).all(|(part, whole)| part.is_subset(whole))
    }

    /// Returns the variables that bound the region, each with the values inside it.
    pub fn bounds<'r>(&'r self, space: &'r Space<'_>) -> impl Iterator<Item = (&'r Variable, &'r BTreeSet<Value>)> {
        let variables = space.variables.list().iter().zip(&self.values);
        variables.filter(|(variable, values)| values.len() < usize::from(variable.size))
    }

    /// Describes the bounds as names and answers, the activity first.
    pub fn describe(&self, space: &Space<'_>) -> Vec<(String, Vec<String>)> {
        let set = space.set;
        let activity = space.activity.map(|fact| set.vocabulary.fact(fact));
        let activity = activity.filter(|fact| self.activities.len() < fact.values().len()).map(|fact| {
            let names = self.activities.iter().filter_map(|activity| fact.value_name(*activity)).map(str::to_owned);
            (fact.name.clone(), names.collect())
        });
        let bounds = self.bounds(space).map(|(variable, values)| {
            (variable.question.name(set).to_owned(), variable.describe_all(set, values.iter().copied()))
        });
        activity.into_iter().chain(bounds).collect()
    }
}

/// Formats the bounds of a region, such as `` `activity` is `transport`, `sole_purpose` is `yes` ``.
pub(crate) fn bounds_in_words(bounds: &[(String, Vec<String>)]) -> String {
    let parts =
        bounds.iter().map(|(name, answers)| format!("`{name}` is {}", one_of(answers.iter().map(String::as_str))));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "all notes".into() } else { parts.join(", ") }
}

impl Space<'_> {
    /// Returns regions, each as wide as possible, that together cover everything for which a graph is true; and whether
    /// some were left out because there are too many.
    pub fn regions(&self, root: Ref) -> (Vec<Region>, bool) {
        let mut search = Search { space: self, root, found: Vec::new(), paths: 0, whole: true };
        search.walk(root, &mut Region::full(self));
        (search.found, !search.whole)
    }
}

struct Search<'s> {
    space: &'s Space<'s>,
    root: Ref,
    found: Vec<Region>,
    paths: usize,
    /// Whether nothing has been left out so far.
    whole: bool,
}

impl Search<'_> {
    fn walk(&mut self, at: Ref, path: &mut Region) {
        if !self.whole || at == Ref::FALSE {
            return;
        }
        let Some(node) = self.space.store.node(at) else {
            return self.add(path);
        };
        let mut by_child: BTreeMap<Ref, BTreeSet<Value>> = BTreeMap::new();
        for (value, child) in (0..).zip(&node.children) {
            by_child.entry(*child).or_default().insert(value);
        }
        for (child, values) in by_child {
            let swap = |path: &mut Region, values| {
                path.values.get_mut(node.variable).map(|part| std::mem::replace(part, values))
            };
            let before = swap(path, values);
            self.walk(child, path);
            before.map(|before| swap(path, before));
        }
    }

    fn add(&mut self, path: &Region) {
        let is_known = self.found.iter().any(|known| path.is_subset(known));
        if is_known || !is_possible(self.space, self.space.store.possible(), path, &mut BTreeSet::new()) {
            return;
        }
        self.paths += 1;
        self.whole = self.found.len() < MAX_REGIONS && self.paths < MAX_PATHS;
        if self.whole {
            self.found.push(widened(self.space, self.root, path.clone(), &Region::full(self.space)));
        }
    }
}

/// Widens a region as far as possible, while the graph stays true for every possible note in it and it stays inside
/// `limit`.
pub(super) fn widened(space: &Space<'_>, root: Ref, mut region: Region, limit: &Region) -> Region {
    region.activities.clone_from(&limit.activities);
    for (at, all) in limit.values.iter().enumerate() {
        let wider = all.iter().map(|value| BTreeSet::from([*value]));
        for addition in std::iter::once(all.clone()).chain(wider) {
            let Some(now) = region.values.get_mut(at) else { continue };
            let before = now.clone();
            now.extend(addition);
            if *now != before
                && !says_yes(space, (root, space.store.possible()), &region, &mut BTreeSet::new())
                && let Some(now) = region.values.get_mut(at)
            {
                *now = before;
            }
        }
    }
    region
}

/// Returns whether some note of a region is possible.
fn is_possible(space: &Space<'_>, possible: Ref, region: &Region, seen: &mut BTreeSet<Ref>) -> bool {
    let Some(node) = space.store.node(possible) else { return possible == Ref::TRUE };
    let mut children = region.values(node.variable).filter_map(|value| node.children.get(usize::from(value)));
    seen.insert(possible) && children.any(|child| is_possible(space, *child, region, seen))
}

/// Returns whether the first graph is true for every note in a region for which the second is true.
fn says_yes(space: &Space<'_>, (at, possible): (Ref, Ref), region: &Region, seen: &mut BTreeSet<(Ref, Ref)>) -> bool {
    if at == Ref::TRUE || possible == Ref::FALSE || !seen.insert((at, possible)) {
        return true;
    }
    let store = space.store;
    let Some(asked) = store.first_asked(&[at, possible]) else { return false };
    region.values(asked).all(|value| {
        let next = (store.cofactor(at, asked, value), store.cofactor(possible, asked, value));
        says_yes(space, next, region, seen)
    })
}

/// Cost of changing a fact. A setting costs more than all facts together, because no note can answer it.
const FACT: u64 = 1;
const SETTING: u64 = 1_000;

/// Returns the note nearest to an ordinary one within a region among those for which a graph is true.
pub(super) fn nearest(space: &Space<'_>, root: Ref, within: &Region, ordinary: &Ordinary) -> Option<Point> {
    if within.is_empty() {
        return None;
    }
    let weights: Vec<u64> = space.variables.list().iter().map(|variable| weight(space, variable.question)).collect();
    // Variables that the walk does not ask take the usual value or, if it is outside the region, the first one inside.
    let usual: Vec<Value> = ordinary.values(space);
    let is_usual_inside = |at: usize| usual.get(at).is_some_and(|value| within.holds(at, *value));
    let mut values: Vec<Value> = (0..usual.len())
        .map(|at| {
            let usual = usual.get(at).copied().filter(|_| is_usual_inside(at));
            usual.or_else(|| within.values(at).next()).unwrap_or_default()
        })
        .collect();
    let cost_of = |at: usize, value: Value| {
        // Leaving the usual value has a cost only if it was available.
        if usual.get(at) == Some(&value) || !is_usual_inside(at) { 0 } else { weights.get(at).copied().unwrap_or(FACT) }
    };
    let mut paths = Paths { space, within, cost_of: &cost_of, known: FxHashMap::default() };
    let mut at = (root, space.store.possible());
    let on = paths.cheapest(at)?;
    let forced = (0..usual.len()).filter(|at| !is_usual_inside(*at));
    let forced: u64 = forced.filter_map(|at| weights.get(at)).sum();
    while let (Some(asked), Some(Some((_, value)))) = (paths.asked(at), paths.known.get(&at)) {
        *values.get_mut(asked)? = *value;
        at = paths.next(at, asked, *value);
    }
    let activity = ordinary.activity();
    let unusual = if activity == 0 { 0 } else { FACT };
    Some(Point { activity, values, cost: on.saturating_add(forced).saturating_add(unusual) })
}

/// The cheapest paths from pairs of nodes to where both graphs are true.
struct Paths<'p> {
    space: &'p Space<'p>,
    within: &'p Region,
    cost_of: &'p dyn Fn(usize, Value) -> u64,
    /// The cost of the cheapest path and its first value; `None` if there is no path.
    known: FxHashMap<(Ref, Ref), Option<(u64, Value)>>,
}

impl Paths<'_> {
    fn asked(&self, at: (Ref, Ref)) -> Option<usize> {
        self.space.store.first_asked(&[at.0, at.1])
    }

    fn next(&self, at: (Ref, Ref), asked: usize, value: Value) -> (Ref, Ref) {
        (self.space.store.cofactor(at.0, asked, value), self.space.store.cofactor(at.1, asked, value))
    }

    /// Returns the cost of the cheapest path.
    fn cheapest(&mut self, at: (Ref, Ref)) -> Option<u64> {
        if at.0 == Ref::FALSE || at.1 == Ref::FALSE {
            return None;
        }
        let Some(asked) = self.asked(at) else { return Some(0) };
        if let Some(known) = self.known.get(&at) {
            return known.map(|(cost, _)| cost);
        }
        let mut best: Option<(u64, Value)> = None;
        for value in self.within.values(asked) {
            let on = self.cheapest(self.next(at, asked, value));
            let cost = on.map(|on| (on.saturating_add((self.cost_of)(asked, value)), value));
            best = best.into_iter().chain(cost).min();
        }
        self.known.insert(at, best);
        best.map(|(cost, _)| cost)
    }
}

fn weight(space: &Space<'_>, question: Question) -> u64 {
    let fact = question.fact().map(|fact| space.set.vocabulary.fact(fact));
    if fact.is_some_and(|fact| fact.origin == crate::facts::Origin::Setting) { SETTING } else { FACT }
}
