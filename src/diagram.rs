//! Rules → decision diagram: one graph that decides every note and over which things are proved.
//!
//! Each fact that a rule asks is an axis; dates and numbers become bands. A node asks one axis and has one child for
//! each of its cells; a leaf is an outcome. Equal nodes are one node, and a node whose children are all equal is left
//! out, so a fact stands in a part of the graph exactly if it matters there. Knows no notes and no formats.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use fixedbitset::FixedBitSet;

use crate::facts::{Answer, FactId, Facts, Kind};
use crate::rules::{Effect, Outcome, RuleId, RuleSet, Set, Test, outcome};

/// States looked at before a rule set is refused as too tangled.
const BUDGET: usize = 4_000_000;

/// What an axis asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A fact.
    Fact(FactId),
    /// The service date.
    ServiceDate,
}

/// One question with its finite cells.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What is asked.
    pub asked: Asked,
    /// For numbers and dates: where each band begins; a band ends before the next one. Empty for coded facts.
    pub bands: Vec<i64>,
    /// How many cells there are.
    pub cells: usize,
}

/// An answer's cell on an axis; `None`: not answered.
pub type Cell = Option<u16>;

/// A node or an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ref {
    /// The end of a walk.
    Leaf(Outcome),
    /// A further question.
    Node(u32),
}

/// One question of the graph: its axis and a child for each cell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The axis' place.
    pub axis: usize,
    /// By cell.
    pub children: Box<[Ref]>,
}

/// A rule set as a graph.
#[derive(Debug)]
pub struct Diagram {
    /// In the order in which they are asked.
    pub axes: Vec<Axis>,
    /// Every node; children stand before their parents.
    pub nodes: Vec<Node>,
    /// Where a walk begins.
    pub root: Ref,
    /// Every different set of rules that can apply together, with what it comes to.
    pub meetings: Vec<(Vec<RuleId>, Outcome)>,
}

/// The set is too tangled; the axis at which most states were.
#[derive(Debug)]
pub struct TooComplex(pub Asked);

/// What is still possible, and what it hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The outcomes over all ways to answer what is not answered.
    pub outcomes: BTreeSet<Outcome>,
    /// The axes on which two complete answers that differ only there lead to different outcomes.
    pub axes: BTreeSet<usize>,
}

impl Diagram {
    /// Compiles a rule set.
    pub fn compile(set: &RuleSet) -> Result<Self, TooComplex> {
        Builder::new(set).build()
    }

    /// The cells that a note's answers and date fall in.
    pub fn cells(&self, facts: &Facts, date: NaiveDate) -> Vec<Cell> {
        let answer = |axis: &Axis| match axis.asked {
            Asked::Fact(fact) => facts.get(fact),
            Asked::ServiceDate => Answer::Number(i64::from(date.num_days_from_ce())),
        };
        self.axes.iter().map(|axis| axis.cell(answer(axis))).collect()
    }

    /// The node of a reference; `None` for a leaf.
    pub fn node(&self, at: Ref) -> Option<&Node> {
        match at {
            Ref::Leaf(_) => None,
            Ref::Node(index) => self.nodes.get(usize::try_from(index).unwrap_or(usize::MAX)),
        }
    }

    /// What is still possible for these cells: a walk that follows all branches of what is not answered.
    ///
    /// What remains is made as small as it can be, so that exactly the axes that matter are left in it.
    pub fn open(&self, cells: &[Cell]) -> Open {
        let mut rest = Rest { diagram: self, cells, done: BTreeMap::new(), nodes: Nodes::default() };
        let mut open = Open { outcomes: BTreeSet::new(), axes: BTreeSet::new() };
        if let Ref::Leaf(outcome) = rest.of(self.root) {
            open.outcomes.insert(outcome);
        }
        for node in &rest.nodes.list {
            open.axes.insert(node.axis);
            open.outcomes.extend(node.children.iter().filter_map(|child| match child {
                Ref::Leaf(outcome) => Some(*outcome),
                Ref::Node(_) => None,
            }));
        }
        open
    }
}

impl Axis {
    /// The cell of an answer.
    pub fn cell(&self, answer: Answer) -> Cell {
        match answer {
            Answer::Unanswered => None,
            Answer::Value(value) => Some(value),
            Answer::Number(number) => {
                let band = self.bands.partition_point(|from| *from <= number).saturating_sub(1);
                u16::try_from(band).ok()
            }
        }
    }

    /// An answer that falls in a cell: the value, or the first number of the band.
    pub fn answer(&self, cell: u16) -> Answer {
        self.bands.get(usize::from(cell)).map_or(Answer::Value(cell), |from| Answer::Number(*from))
    }
}

/// Nodes, equal ones once.
#[derive(Default)]
struct Nodes {
    list: Vec<Node>,
    known: BTreeMap<(usize, Box<[Ref]>), u32>,
}

impl Nodes {
    /// The node with these children; the child itself where they are all equal.
    fn get(&mut self, axis: usize, children: Vec<Ref>) -> Ref {
        if let Some(first) = children.first().copied()
            && children.iter().all(|child| *child == first)
        {
            return first;
        }
        let children = children.into_boxed_slice();
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let index = *self.known.entry((axis, children.clone())).or_insert(next);
        if index == next {
            self.list.push(Node { axis, children });
        }
        Ref::Node(index)
    }
}

/// What a diagram comes to when some cells are known.
struct Rest<'d> {
    diagram: &'d Diagram,
    cells: &'d [Cell],
    done: BTreeMap<u32, Ref>,
    nodes: Nodes,
}

impl Rest<'_> {
    fn of(&mut self, at: Ref) -> Ref {
        let Ref::Node(index) = at else { return at };
        if let Some(done) = self.done.get(&index) {
            return *done;
        }
        let Some(node) = self.diagram.node(at) else { return at };
        let rest = if let Some(cell) = self.cells.get(node.axis).copied().flatten() {
            node.children.get(usize::from(cell)).map_or(at, |child| self.of(*child))
        } else {
            let children = node.children.iter().map(|child| self.of(*child)).collect();
            self.nodes.get(node.axis, children)
        };
        self.done.insert(index, rest);
        rest
    }
}

/// An alternative of a rule's condition: which cells of which axes fit.
struct Term {
    rule: RuleId,
    tests: Vec<Test>,
}

struct Builder<'s> {
    set: &'s RuleSet,
    terms: Vec<Term>,
    axes: Vec<Axis>,
    /// By axis: the terms that ask it.
    asks: Vec<FixedBitSet>,
    /// By axis and cell: the terms that the cell fits.
    fits: Vec<Vec<FixedBitSet>>,
    /// By axis and living terms. Only asked, never walked.
    known: HashMap<(usize, FixedBitSet), Ref>,
    at_axis: Vec<usize>,
    nodes: Nodes,
    meetings: BTreeMap<Vec<RuleId>, Outcome>,
}

impl<'s> Builder<'s> {
    fn new(set: &'s RuleSet) -> Self {
        let mut terms = Vec::new();
        for (rule, declared) in set.rules().filter(|(_, rule)| !matches!(rule.effect, Effect::Advise)) {
            terms.extend(declared.condition.alternatives().into_iter().map(|tests| Term { rule, tests }));
        }
        let axes = axes(set, &terms);
        let (mut asks, mut fits) = (Vec::new(), Vec::new());
        for axis in &axes {
            let mut asked = FixedBitSet::with_capacity(terms.len());
            let mut by_cell = vec![FixedBitSet::with_capacity(terms.len()); axis.cells];
            for (at, term) in terms.iter().enumerate() {
                asked.set(at, asks_axis(set, term, axis));
                for (cell, fit) in (0..).zip(&mut by_cell) {
                    fit.set(at, cell_fits(set, term, axis, cell));
                }
            }
            asks.push(asked);
            fits.push(by_cell);
        }
        let at_axis = vec![0; axes.len() + 1];
        Self {
            set,
            terms,
            axes,
            asks,
            fits,
            at_axis,
            known: HashMap::new(),
            nodes: Nodes::default(),
            meetings: BTreeMap::new(),
        }
    }

    fn build(mut self) -> Result<Diagram, TooComplex> {
        let mut alive = FixedBitSet::with_capacity(self.terms.len());
        alive.insert_range(..);
        let root = self.part(0, &alive)?;
        Ok(Diagram { axes: self.axes, nodes: self.nodes.list, root, meetings: self.meetings.into_iter().collect() })
    }

    /// The part of the graph below an axis, when only these terms can still hold.
    fn part(&mut self, axis: usize, alive: &FixedBitSet) -> Result<Ref, TooComplex> {
        let asked = |asks: &FixedBitSet| !asks.is_disjoint(alive);
        let Some(axis) = (axis..self.axes.len()).find(|axis| self.asks.get(*axis).is_some_and(asked)) else {
            return Ok(Ref::Leaf(self.leaf(alive)));
        };
        let state = (axis, alive.clone());
        if let Some(known) = self.known.get(&state) {
            return Ok(*known);
        }
        if let Some(count) = self.at_axis.get_mut(axis) {
            *count += 1;
        }
        if self.known.len() >= BUDGET {
            return Err(TooComplex(self.busiest()));
        }
        let cells = self.axes.get(axis).map_or(0, |axis| axis.cells);
        let mut children = Vec::with_capacity(cells);
        for cell in 0..cells {
            let mut left = alive.clone();
            if let Some(fit) = self.fits.get(axis).and_then(|by_cell| by_cell.get(cell)) {
                left.intersect_with(fit);
            }
            children.push(self.part(axis + 1, &left)?);
        }
        let part = self.nodes.get(axis, children);
        self.known.insert(state, part);
        Ok(part)
    }

    fn leaf(&mut self, alive: &FixedBitSet) -> Outcome {
        let mut applying: Vec<RuleId> =
            alive.ones().filter_map(|at| self.terms.get(at)).map(|term| term.rule).collect();
        applying.dedup();
        if let Some(known) = self.meetings.get(&applying) {
            return *known;
        }
        let outcome = outcome(self.set, &applying);
        self.meetings.insert(applying, outcome);
        outcome
    }

    fn busiest(&self) -> Asked {
        let busiest = self.at_axis.iter().enumerate().max_by_key(|(_, count)| **count).map_or(0, |(axis, _)| axis);
        self.axes.get(busiest).map_or(Asked::ServiceDate, |axis| axis.asked)
    }
}

/// Every question that some rule asks: what most rules ask first, and the required facts before all others.
fn axes(set: &RuleSet, terms: &[Term]) -> Vec<Axis> {
    let mut axes = Vec::new();
    for (id, fact) in set.vocabulary.facts() {
        let sets = || terms.iter().flat_map(|term| &term.tests).filter(|test| test.fact == id).map(|test| &test.set);
        let weight = (!fact.is_required(), usize::MAX - sets().count());
        match &fact.kind {
            _ if sets().next().is_none() => {}
            Kind::Coded(values) => {
                axes.push((weight, Axis { asked: Asked::Fact(id), bands: Vec::new(), cells: values.len() }));
            }
            Kind::Number(least, most) => {
                let bounds = sets().flat_map(|set| match set {
                    Set::Ranges(ranges) => ranges.clone(),
                    Set::Values(_) => Vec::new(),
                });
                let cuts = bounds.flat_map(|(from, before)| [from, before]);
                axes.push((weight, banded(Asked::Fact(id), *least, cuts.filter(|cut| cut <= most))));
            }
            Kind::Date => {}
        }
    }
    let day = |date: NaiveDate| i64::from(date.num_days_from_ce());
    let dates = terms.iter().map(|term| set.rule(term.rule).effective);
    let cuts: Vec<i64> = dates
        .flat_map(|effective| [effective.from.map(day), effective.through.map(|through| day(through) + 1)])
        .flatten()
        .collect();
    if !cuts.is_empty() {
        let weight = (true, usize::MAX - cuts.len());
        axes.push((weight, banded(Asked::ServiceDate, day(NaiveDate::MIN), cuts.into_iter())));
    }
    axes.sort_by_key(|(weight, axis)| (*weight, axis.asked));
    axes.into_iter().map(|(_, axis)| axis).collect()
}

fn banded(asked: Asked, least: i64, cuts: impl Iterator<Item = i64>) -> Axis {
    let bands: BTreeSet<i64> = cuts.filter(|cut| *cut > least).chain([least]).collect();
    Axis { asked, cells: bands.len(), bands: bands.into_iter().collect() }
}

fn asks_axis(set: &RuleSet, term: &Term, axis: &Axis) -> bool {
    match axis.asked {
        Asked::Fact(fact) => term.tests.iter().any(|test| test.fact == fact),
        Asked::ServiceDate => {
            let effective = set.rule(term.rule).effective;
            effective.from.is_some() || effective.through.is_some()
        }
    }
}

fn cell_fits(set: &RuleSet, term: &Term, axis: &Axis, cell: u16) -> bool {
    let answer = axis.answer(cell);
    match (axis.asked, answer) {
        (Asked::Fact(fact), _) => {
            let test = term.tests.iter().find(|test| test.fact == fact);
            test.is_none_or(|test| test.set.holds(answer) == Some(true))
        }
        (Asked::ServiceDate, Answer::Number(day)) => {
            let date = i32::try_from(day).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(NaiveDate::MIN);
            set.rule(term.rule).effective.contains(date)
        }
        (Asked::ServiceDate, _) => true,
    }
}
