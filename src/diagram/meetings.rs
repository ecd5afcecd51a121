//! Which rules meet: the conditions of all rules followed axis by axis, as a set of those that can still hold.

use std::collections::{BTreeSet, HashMap};

use fixedbitset::FixedBitSet;

use super::terms::{Busy, Terms};
use super::{Cell, Diagram, Nodes, Ref, TooComplex};
use crate::rules::RuleId;

/// States looked at before the rules that meet are no longer listed.
const BUDGET: usize = 500_000;

/// Rules in the list, each as often as it stands there, beyond which it is given up: it would fill the memory.
const LISTED: usize = 4_000_000;

/// States looked at for one note where the rules that meet are not listed.
const OF_ONE: usize = 50_000;

/// Every set of rules that can apply together.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which of them a note comes to: at each leaf a place in the list.
    pub graph: Diagram<u32>,
    /// The sets, advice among them, each in order.
    pub list: Vec<Vec<RuleId>>,
}

impl Listed {
    /// The rules that meet at a leaf.
    pub fn met(&self, leaf: u32) -> &[RuleId] {
        usize::try_from(leaf).ok().and_then(|leaf| self.list.get(leaf)).map_or(&[], Vec::as_slice)
    }
}

/// Lists the rules that meet.
pub(super) fn listed<E: From<TooComplex>>(
    terms: &Terms,
    look: &mut dyn FnMut(&[RuleId]) -> Result<(), E>,
) -> Result<Listed, E> {
    let busy = Busy::over(terms.axes.len());
    let (known, nodes) = (HashMap::new(), Nodes::default());
    let mut builder = Builder { look, terms, known, busy, length: 0, nodes, list: Vec::new(), met: HashMap::new() };
    let root = builder.part(0, &terms.all())?;
    let graph = Diagram { axes: terms.axes.clone(), nodes: builder.nodes.list, root };
    Ok(Listed { graph, list: builder.list })
}

struct Builder<'b, E> {
    look: &'b mut dyn FnMut(&[RuleId]) -> Result<(), E>,
    terms: &'b Terms,
    /// By axis and living terms. Only asked, never walked.
    known: HashMap<(usize, FixedBitSet), Ref<u32>>,
    busy: Busy,
    /// How many rules stand in the list, each as often as it does.
    length: usize,
    nodes: Nodes<u32>,
    /// In order of first sight.
    list: Vec<Vec<RuleId>>,
    /// Places in the list. Only asked, never walked.
    met: HashMap<Vec<RuleId>, u32>,
}

impl<E: From<TooComplex>> Builder<'_, E> {
    /// The part of the graph below an axis, when only these terms can still hold.
    fn part(&mut self, axis: usize, alive: &FixedBitSet) -> Result<Ref<u32>, E> {
        let Some(axis) = self.terms.next(axis, alive) else { return Ok(Ref::Leaf(self.leaf(alive)?)) };
        let state = (axis, alive.clone());
        if let Some(known) = self.known.get(&state) {
            return Ok(*known);
        }
        self.busy.count(axis);
        if self.known.len() >= BUDGET {
            return Err(self.busy.too_complex(self.terms).into());
        }
        let cells = self.terms.axes.get(axis).map_or(0, |axis| axis.cells);
        let mut children = Vec::with_capacity(cells);
        for cell in 0..cells {
            children.push(self.part(axis + 1, &self.terms.fitting(alive, axis, cell))?);
        }
        let part = match self.nodes.get(axis, children) {
            Some(part) => part,
            // An axis without a cell cannot be told apart any further.
            None => Ref::Leaf(self.leaf(alive)?),
        };
        self.known.insert(state, part);
        Ok(part)
    }

    /// The leaf where these terms hold.
    fn leaf(&mut self, alive: &FixedBitSet) -> Result<u32, E> {
        let applying = self.terms.rules(alive);
        if let Some(known) = self.met.get(&applying) {
            return Ok(*known);
        }
        self.length += applying.len();
        if self.length > LISTED {
            return Err(self.busy.too_complex(self.terms).into());
        }
        (self.look)(&applying)?;
        let place = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(applying.clone());
        self.met.insert(applying, place);
        Ok(place)
    }
}

impl Terms {
    /// The sets of rules that meet over all ways to answer what these cells leave open; `None` if they are too many.
    pub(super) fn meet(&self, cells: &[Cell]) -> Option<Vec<Vec<RuleId>>> {
        let mut met = BTreeSet::new();
        let few = self.walk(self.all(), cells, &mut |alive| {
            met.insert(self.rules(alive));
            true
        });
        few.then(|| met.into_iter().collect())
    }

    /// The rules that apply for every way to answer what these cells leave open, and those that apply for some.
    pub(super) fn apply(&self, cells: &[Cell]) -> (BTreeSet<RuleId>, BTreeSet<RuleId>) {
        let (mut surely, mut maybe) = (BTreeSet::new(), BTreeSet::new());
        for rule in self.list.iter().map(|term| term.rule).collect::<BTreeSet<RuleId>>() {
            let mut own = self.none();
            let of_it = self.list.iter().enumerate().filter(|(_, term)| term.rule == rule);
            of_it.for_each(|(at, _)| own.insert(at));
            let (mut always, mut ever) = (true, false);
            let whole = self.walk(own, cells, &mut |alive| {
                ever |= !alive.is_clear();
                always &= !alive.is_clear();
                always || !ever
            });
            if ever {
                maybe.insert(rule);
            }
            if ever && always && whole {
                surely.insert(rule);
            }
        }
        (surely, maybe)
    }

    /// Shows what is left of these terms over all ways to answer what the cells leave open, until nobody wants more.
    /// False if it took too long.
    fn walk(&self, begin: FixedBitSet, cells: &[Cell], show: &mut dyn FnMut(&FixedBitSet) -> bool) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![(0, begin)]);
        while let Some((axis, alive)) = open.pop() {
            let Some(axis) = self.next(axis, &alive) else {
                if show(&alive) {
                    continue;
                }
                return true;
            };
            if seen.len() >= OF_ONE {
                return false;
            }
            let all = 0..self.axes.get(axis).map_or(0, |axis| axis.cells);
            let own = cells.get(axis).copied().flatten().map(usize::from);
            for cell in all.filter(|cell| own.is_none_or(|own| own == *cell)) {
                let next = (axis + 1, self.fitting(&alive, axis, cell));
                if seen.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        true
    }
}
