//! A changed answer, of a setting or presumed: the notes that leave the question open and come to something else.

use std::collections::{BTreeMap, BTreeSet};

use super::pair::{Numbers, Pair, Witness};
use super::widened::{Seen, Widened, asking};
use crate::diagram::{Asked, Axis, Cell, Diagram, together};
use crate::effective::Effective;
use crate::facts::FactId;
use crate::rules::{Outcome, Presumption, RuleId, Setting};

/// A note on which another answer to a setting comes to something else, as far as rules ask the setting.
pub(super) fn setting(pair: Pair<'_>, before: &Setting, after: &Setting) -> Option<Witness> {
    let Pair { set, listed, .. } = pair;
    let (at, axis) = axis(&listed.graph.axes, before.fact)?;
    let mut numbers = Numbers::new();
    let labels: Vec<u32> = listed.list.iter().map(|met| numbers.of(Seen::of(set, met))).collect();
    let labelled = listed.graph.map(|leaf| at_leaf(&labels, leaf).copied().unwrap_or_default());
    let sides = [before, after].map(|setting| answered(&labelled, at, axis.cell(setting.value)));
    let mut changes = Numbers::new();
    let differs = together(&labelled.axes, &sides, &mut |leaves| match leaves {
        [before, after] => changes.change(*before, *after),
        _ => 0,
    });
    pair.nearest(&differs?)
}

/// A note that leaves the fact open and on which another presumption, or none, comes to something else.
pub(super) fn presumption(pair: Pair<'_>, before: &Presumption, after: Option<&Presumption>) -> Option<Witness> {
    let set = pair.set;
    let asks = |presumption: &Presumption| asking(presumption.when.clone(), Effective::default());
    let added = std::iter::once(before).chain(after).map(asks).collect();
    let wide = Widened::new(set, added).ok()?;
    let (at, axis) = axis(&wide.listed.graph.axes, before.fact)?;
    let mut numbers = Numbers::new();
    let mut labels: BTreeMap<u32, (Seen, bool, bool)> = BTreeMap::new();
    let mut leaves: Vec<u32> = Vec::with_capacity(wide.listed.list.len());
    for met in &wide.listed.list {
        let label = (Seen::of(set, wide.own(met)), wide.has(met, 0), wide.has(met, 1));
        let number = numbers.of(label.clone());
        labels.insert(number, label);
        leaves.push(number);
    }
    let labelled = wide.listed.graph.map(|leaf| at_leaf(&leaves, leaf).copied().unwrap_or_default());
    let by_answer: Vec<Diagram<u32>> = axis.all().map(|cell| answered(&labelled, at, Some(cell))).collect();
    let presumed = |presumption: &Presumption| axis.cell(presumption.value).map(usize::from);
    let mut changes = Numbers::new();
    let differs = together(&labelled.axes, &by_answer, &mut |numbers| {
        let labels: Vec<&(Seen, bool, bool)> = numbers.iter().filter_map(|number| labels.get(number)).collect();
        let Some((_, was, is)) = labels.first() else { return 0 };
        let seen: Vec<&Seen> = labels.iter().map(|(seen, ..)| seen).collect();
        let side = |presumption: Option<&Presumption>, applies: bool| {
            View::of(&seen, presumption.filter(|_| applies).and_then(presumed))
        };
        changes.change(side(Some(before), *was), side(after, *is))
    });
    pair.nearest(&differs?)
}

fn axis(axes: &[Axis], fact: FactId) -> Option<(usize, &Axis)> {
    axes.iter().enumerate().find(|(_, axis)| axis.asked == Asked::Fact(fact))
}

/// What is left when an axis has this cell.
fn answered(diagram: &Diagram<u32>, at: usize, cell: Cell) -> Diagram<u32> {
    let cells: Vec<Cell> = (0..diagram.axes.len()).map(|axis| cell.filter(|_| axis == at)).collect();
    diagram.given(&cells)
}

fn at_leaf<T>(by_leaf: &[T], leaf: u32) -> Option<&T> {
    by_leaf.get(usize::try_from(leaf).ok()?)
}

/// What a row says of a note that leaves one fact open, everything else told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct View {
    possible: BTreeSet<Outcome>,
    rules: BTreeSet<RuleId>,
    advice: BTreeSet<RuleId>,
    /// Whether the row says that it rests on what is presumed.
    rests: bool,
}

impl View {
    /// `seen`: for each answer to the fact. `presumed`: which of them is taken, if one is.
    fn of(seen: &[&Seen], presumed: Option<usize>) -> Self {
        let all: BTreeSet<Outcome> = seen.iter().map(|seen| seen.outcome).collect();
        let rests = presumed.is_some() && all.len() > 1;
        let taken: Vec<&Seen> = match presumed {
            Some(at) => seen.get(at).copied().into_iter().collect(),
            None => seen.to_vec(),
        };
        let possible: BTreeSet<Outcome> = taken.iter().map(|seen| seen.outcome).collect();
        let told = if possible.len() == 1 { taken.as_slice() } else { &[] };
        let every = in_all(told, |seen| &seen.rules);
        let some = || told.iter().flat_map(|seen| &seen.rules).copied().collect();
        let rules = if every.is_empty() { some() } else { every };
        Self { possible, rules, advice: in_all(&taken, |seen| &seen.advice), rests }
    }
}

fn in_all(seen: &[&Seen], list: impl Fn(&Seen) -> &Vec<RuleId>) -> BTreeSet<RuleId> {
    let Some((first, others)) = seen.split_first() else { return BTreeSet::new() };
    list(first).iter().copied().filter(|id| others.iter().all(|seen| list(seen).contains(id))).collect()
}
