//! Building the graph: the conditions of all rules followed axis by axis, as a set of those that can still hold.

use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use fixedbitset::FixedBitSet;

use super::{Asked, Axis, Diagram, Nodes, Ref};
use crate::facts::{Answer, Kind};
use crate::rules::{Outcome, RuleId, RuleSet, Set, Test, outcome};

/// States looked at before a rule set is refused as too tangled.
const BUDGET: usize = 1_000_000;

/// A rule set as graphs: which rules meet in a case, and what they come to there.
#[derive(Debug)]
pub struct Atlas {
    /// Which rules meet: at each leaf a place in `meetings`.
    pub meeting: Diagram<u32>,
    /// Every set of rules that can apply together, advice among them, in order.
    pub meetings: Vec<Vec<RuleId>>,
    /// What they come to: the graph that decides.
    pub decisions: Diagram<Outcome>,
}

impl Atlas {
    /// The rules that meet at a leaf.
    pub fn met(&self, leaf: u32) -> &[RuleId] {
        usize::try_from(leaf).ok().and_then(|leaf| self.meetings.get(leaf)).map_or(&[], Vec::as_slice)
    }
}

/// The set is too tangled; the axis at which most states were.
#[derive(Debug)]
pub struct TooComplex(pub Asked);

/// Compiles a rule set. Its invariants have a say in where the bands of numbers begin.
pub fn compile(set: &RuleSet) -> Result<Atlas, TooComplex> {
    compile_while(set, &mut |_| Ok(()))
}

/// The same as long as nothing speaks against a set of rules that meet; each is looked at once.
pub fn compile_while<E: From<TooComplex>>(
    set: &RuleSet,
    look: &mut dyn FnMut(&[RuleId]) -> Result<(), E>,
) -> Result<Atlas, E> {
    let claims = set.invariants.iter().flat_map(|invariant| invariant.when.facts.iter().chain(&invariant.always.facts));
    let (meeting, meetings) = Builder::new(set, &claims.cloned().collect::<Vec<_>>(), look).build()?;
    let outcomes: Vec<Outcome> = meetings.iter().map(|met| outcome(set, met)).collect();
    let told = |leaf: u32| usize::try_from(leaf).ok().and_then(|leaf| outcomes.get(leaf)).copied();
    let decisions = meeting.map(|leaf| told(leaf).unwrap_or(Outcome::Gap));
    Ok(Atlas { meeting, meetings, decisions })
}

/// An alternative of a rule's condition: which cells of which axes fit.
struct Term {
    rule: RuleId,
    tests: Vec<Test>,
}

struct Builder<'l, E> {
    look: &'l mut dyn FnMut(&[RuleId]) -> Result<(), E>,
    terms: Vec<Term>,
    axes: Vec<Axis>,
    /// By axis: the terms that ask it.
    asks: Vec<FixedBitSet>,
    /// By axis and cell: the terms that the cell fits.
    fits: Vec<Vec<FixedBitSet>>,
    /// By axis and living terms. Only asked, never walked.
    known: HashMap<(usize, FixedBitSet), Ref<u32>>,
    at_axis: Vec<usize>,
    nodes: Nodes<u32>,
    /// In order of first sight.
    meetings: Vec<Vec<RuleId>>,
    /// Places in `meetings`. Only asked, never walked.
    met: HashMap<Vec<RuleId>, u32>,
}

impl<'l, E: From<TooComplex>> Builder<'l, E> {
    fn new(set: &RuleSet, asked: &[Test], look: &'l mut dyn FnMut(&[RuleId]) -> Result<(), E>) -> Self {
        let mut terms = Vec::new();
        for (rule, declared) in set.rules() {
            terms.extend(declared.condition.alternatives().into_iter().map(|tests| Term { rule, tests }));
        }
        let axes = axes(set, &terms, asked);
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
        let (known, nodes) = (HashMap::new(), Nodes::default());
        Self { look, terms, axes, asks, fits, known, at_axis, nodes, meetings: Vec::new(), met: HashMap::new() }
    }

    fn build(mut self) -> Result<(Diagram<u32>, Vec<Vec<RuleId>>), E> {
        let mut alive = FixedBitSet::with_capacity(self.terms.len());
        alive.insert_range(..);
        let root = self.part(0, &alive)?;
        Ok((Diagram { axes: self.axes, nodes: self.nodes.list, root }, self.meetings))
    }

    /// The part of the graph below an axis, when only these terms can still hold.
    fn part(&mut self, axis: usize, alive: &FixedBitSet) -> Result<Ref<u32>, E> {
        let asked = |asks: &FixedBitSet| !asks.is_disjoint(alive);
        let Some(axis) = (axis..self.axes.len()).find(|axis| self.asks.get(*axis).is_some_and(asked)) else {
            return Ok(Ref::Leaf(self.leaf(alive)?));
        };
        let state = (axis, alive.clone());
        if let Some(known) = self.known.get(&state) {
            return Ok(*known);
        }
        if let Some(count) = self.at_axis.get_mut(axis) {
            *count += 1;
        }
        if self.known.len() >= BUDGET {
            return Err(TooComplex(self.busiest()).into());
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
        let mut applying: Vec<RuleId> =
            alive.ones().filter_map(|at| self.terms.get(at)).map(|term| term.rule).collect();
        applying.dedup();
        if let Some(known) = self.met.get(&applying) {
            return Ok(*known);
        }
        (self.look)(&applying)?;
        let place = u32::try_from(self.meetings.len()).unwrap_or(u32::MAX);
        self.meetings.push(applying.clone());
        self.met.insert(applying, place);
        Ok(place)
    }

    fn busiest(&self) -> Asked {
        let busiest = self.at_axis.iter().enumerate().max_by_key(|(_, count)| **count).map_or(0, |(axis, _)| axis);
        self.axes.get(busiest).map_or(Asked::ServiceDate, |axis| axis.asked)
    }
}

/// Every question that some rule asks: what most rules ask first, and the required facts before all others.
fn axes(set: &RuleSet, terms: &[Term], asked: &[Test]) -> Vec<Axis> {
    let mut axes = Vec::new();
    for (id, fact) in set.vocabulary.facts() {
        let tests = || terms.iter().flat_map(|term| &term.tests).chain(asked).filter(|test| test.fact == id);
        let weight = (!fact.is_required(), usize::MAX - tests().count());
        match &fact.kind {
            _ if tests().next().is_none() => {}
            Kind::Coded(values) => {
                axes.push((weight, Axis { asked: Asked::Fact(id), bands: Vec::new(), cells: values.len() }));
            }
            Kind::Number(least, most) => {
                let bounds = tests().flat_map(|test| match &test.set {
                    Set::Ranges(ranges) => ranges.clone(),
                    Set::Values(_) => Vec::new(),
                });
                let cuts = bounds.flat_map(|(from, before)| [from, before]);
                axes.push((weight, banded(Asked::Fact(id), *least, cuts.filter(|cut| cut <= most))));
            }
            Kind::Date => {}
        }
    }
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

fn day(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce())
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
