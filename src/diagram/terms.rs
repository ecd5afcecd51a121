//! Conditions as sets of terms over axes: which terms ask an axis, and which of them each cell fits.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use fixedbitset::FixedBitSet;

use super::{Asked, Axis, TooComplex};
use crate::facts::{Answer, Kind, date_of};
use crate::rules::{RuleId, RuleSet, Test, ValueSet};

/// An alternative of a rule's condition: which cells of which axes fit.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) rule: RuleId,
    tests: Vec<Test>,
}

/// The conditions of all rules of a set.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) list: Vec<Term>,
    pub(super) axes: Vec<Axis>,
    /// By axis: the terms that ask it.
    asks: Vec<FixedBitSet>,
    /// By axis and cell: the terms that the cell fits.
    fits: Vec<Vec<FixedBitSet>>,
}

impl Terms {
    /// The terms of a set. Its invariants have a say in where the bands of numbers begin.
    pub(super) fn of(set: &RuleSet) -> Self {
        let claims = set.invariants.iter();
        let claims = claims.flat_map(|invariant| invariant.when.facts.iter().chain(&invariant.always.facts));
        let asked: Vec<Test> = claims.cloned().collect();
        let mut list = Vec::new();
        for (rule, declared) in set.rules() {
            list.extend(declared.condition.alternatives().into_iter().map(|tests| Term { rule, tests }));
        }
        let axes = axes(set, &list, &asked);
        let (mut asks, mut fits) = (Vec::new(), Vec::new());
        for axis in &axes {
            let mut asked = FixedBitSet::with_capacity(list.len());
            let mut by_cell = vec![FixedBitSet::with_capacity(list.len()); axis.cells];
            for (at, term) in list.iter().enumerate() {
                asked.set(at, asks_axis(set, term, axis));
                for (cell, fit) in (0..).zip(&mut by_cell) {
                    fit.set(at, cell_fits(set, term, axis, cell));
                }
            }
            asks.push(asked);
            fits.push(by_cell);
        }
        Self { list, axes, asks, fits }
    }

    /// No term at all.
    pub(super) fn none(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.list.len())
    }

    /// Every term.
    pub(super) fn all(&self) -> FixedBitSet {
        let mut all = self.none();
        all.insert_range(..);
        all
    }

    /// The first axis, this one or one after it, that one of these terms asks.
    pub(super) fn next(&self, axis: usize, alive: &FixedBitSet) -> Option<usize> {
        let asked = |asks: &FixedBitSet| !asks.is_disjoint(alive);
        (axis..self.axes.len()).find(|axis| self.asks.get(*axis).is_some_and(asked))
    }

    /// Those of these terms that fit a cell.
    pub(super) fn fitting(&self, alive: &FixedBitSet, axis: usize, cell: usize) -> FixedBitSet {
        let mut left = alive.clone();
        if let Some(fit) = self.fits.get(axis).and_then(|by_cell| by_cell.get(cell)) {
            left.intersect_with(fit);
        }
        left
    }

    /// Whether a term asks an axis.
    pub(super) fn asks(&self, axis: usize, term: usize) -> bool {
        self.asks.get(axis).is_some_and(|asks| asks.contains(term))
    }

    /// Whether a cell fits a term.
    pub(super) fn fits(&self, axis: usize, cell: usize, term: usize) -> bool {
        self.fits.get(axis).and_then(|by_cell| by_cell.get(cell)).is_some_and(|fit| fit.contains(term))
    }

    /// The rules of these terms, each once, in order.
    pub(super) fn rules(&self, alive: &FixedBitSet) -> Vec<RuleId> {
        let mut rules: Vec<RuleId> = alive.ones().filter_map(|at| self.list.get(at)).map(|term| term.rule).collect();
        rules.dedup();
        rules
    }
}

/// How many states there were at each axis.
pub(super) struct Busy(Vec<usize>);

impl Busy {
    pub(super) fn over(axes: usize) -> Self {
        Self(vec![0; axes])
    }

    pub(super) fn count(&mut self, axis: usize) {
        if let Some(count) = self.0.get_mut(axis) {
            *count += 1;
        }
    }

    /// The set is too tangled, most of all at the axis with most states.
    pub(super) fn too_complex(&self, terms: &Terms) -> TooComplex {
        let busiest = self.0.iter().enumerate().max_by_key(|(_, count)| **count).map_or(0, |(axis, _)| axis);
        TooComplex(terms.axes.get(busiest).map_or(Asked::ServiceDate, |axis| axis.asked))
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
                let bounds = tests().flat_map(|test| match &test.values {
                    ValueSet::Ranges(ranges) => ranges.clone(),
                    ValueSet::Values(_) => Vec::new(),
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
            test.is_none_or(|test| test.values.contains(answer) == Some(true))
        }
        (Asked::ServiceDate, Answer::Number(day)) => {
            set.rule(term.rule).effective.contains(date_of(day).unwrap_or(NaiveDate::MIN))
        }
        (Asked::ServiceDate, _) => true,
    }
}
