//! Graphs that end at yes or no, kept together so that equal ones are one: whether any of some terms holds.

use std::collections::HashMap;

use fixedbitset::FixedBitSet;

use super::TooComplex;
use super::terms::{Busy, Terms};

/// Nodes made, or pairs of them joined, before a rule set is refused as too tangled.
const BUDGET: usize = 4_000_000;

/// Terms that are joined without asking further axes first.
const FEW: usize = 12;

/// States of one question that are looked at before all terms that are left are joined, however many they are.
const MANY: usize = 1_500_000;

/// What is left of a question: its place among the nodes.
pub(super) type YesNo = u32;

/// The answer no.
pub(super) const NO: YesNo = 0;
/// The answer yes.
pub(super) const YES: YesNo = 1;
/// Places that answers take; nodes come after them.
const ANSWERS: u32 = 2;

/// Questions over the axes of some terms.
pub(super) struct Questions<'t> {
    terms: &'t Terms,
    nodes: Vec<(usize, Box<[YesNo]>)>,
    /// Only asked, never walked.
    known: HashMap<(usize, Box<[YesNo]>), YesNo>,
    /// Only asked, never walked.
    either: HashMap<(YesNo, YesNo), YesNo>,
    busy: Busy,
}

impl<'t> Questions<'t> {
    pub(super) fn over(terms: &'t Terms) -> Self {
        let busy = Busy::over(terms.axes.len());
        Self { terms, nodes: Vec::new(), known: HashMap::new(), either: HashMap::new(), busy }
    }

    /// The axis that is asked first; `None` for an answer.
    pub(super) fn axis(&self, question: YesNo) -> Option<usize> {
        self.node(question).map(|(axis, _)| *axis)
    }

    /// What is left of a question after this answer; one that does not ask stays as it is.
    pub(super) fn step(&self, question: YesNo, axis: usize, cell: usize) -> YesNo {
        let asks = self.node(question).filter(|(own, _)| *own == axis);
        asks.and_then(|(_, children)| children.get(cell)).copied().unwrap_or(question)
    }

    /// Whether any of these terms holds.
    pub(super) fn any(&mut self, terms: FixedBitSet) -> Result<YesNo, TooComplex> {
        self.from(0, terms, &mut HashMap::new())
    }

    /// Whether any of these terms holds, as far as it hangs on the axes from this one on. While they are many, an axis
    /// is asked and leaves fewer of them; few are joined in pairs, then those, so that graphs stay small for long.
    fn from(
        &mut self,
        axis: usize,
        alive: FixedBitSet,
        done: &mut HashMap<(usize, FixedBitSet), YesNo>,
    ) -> Result<YesNo, TooComplex> {
        let Some(axis) = self.terms.next(axis, &alive) else { return Ok(if alive.is_clear() { NO } else { YES }) };
        let few = alive.ones().take(FEW + 1).count() <= FEW;
        if alive.ones().any(|term| !(axis..self.terms.axes.len()).any(|axis| self.terms.asks(axis, term))) {
            return Ok(YES);
        }
        if few || done.len() >= MANY {
            return self.joined(axis, &alive);
        }
        let state = (axis, alive);
        if let Some(known) = done.get(&state) {
            return Ok(*known);
        }
        let cells = self.terms.axes.get(axis).map_or(0, |axis| axis.cells);
        let mut children = Vec::with_capacity(cells);
        for cell in 0..cells {
            children.push(self.from(axis + 1, self.terms.fitting(&state.1, axis, cell), done)?);
        }
        let any = self.make(axis, children.into_boxed_slice())?;
        done.insert(state, any);
        Ok(any)
    }

    fn joined(&mut self, axis: usize, alive: &FixedBitSet) -> Result<YesNo, TooComplex> {
        let mut parts = Vec::new();
        for term in alive.ones() {
            parts.push(self.holds(axis, term)?);
        }
        while parts.len() > 1 {
            let mut joined = Vec::with_capacity(parts.len().div_ceil(2));
            for pair in parts.chunks(2) {
                joined.push(match pair {
                    [one, other] => self.or(*one, *other)?,
                    _ => pair.first().copied().unwrap_or(NO),
                });
            }
            parts = joined;
        }
        Ok(parts.first().copied().unwrap_or(NO))
    }

    fn node(&self, question: YesNo) -> Option<&(usize, Box<[YesNo]>)> {
        self.nodes.get(usize::try_from(question.checked_sub(ANSWERS)?).ok()?)
    }

    /// Whether one term holds, as far as it hangs on the axes from this one on: it asks them one after the other.
    fn holds(&mut self, from: usize, term: usize) -> Result<YesNo, TooComplex> {
        let mut holds = YES;
        for axis in (from..self.terms.axes.len()).rev().filter(|axis| self.terms.asks(*axis, term)) {
            let cells = self.terms.axes.get(axis).map_or(0, |axis| axis.cells);
            let fits = |cell| if self.terms.fits(axis, cell, term) { holds } else { NO };
            holds = self.make(axis, (0..cells).map(fits).collect())?;
        }
        Ok(holds)
    }

    fn or(&mut self, one: YesNo, other: YesNo) -> Result<YesNo, TooComplex> {
        let key = (one.min(other), one.max(other));
        match key {
            (NO, rest) => return Ok(rest),
            (YES, _) => return Ok(YES),
            (one, other) if one == other => return Ok(one),
            _ => {}
        }
        if let Some(known) = self.either.get(&key) {
            return Ok(*known);
        }
        let axis = [one, other].into_iter().filter_map(|question| self.axis(question)).min().unwrap_or_default();
        if self.either.len() >= BUDGET {
            return Err(self.busy.too_complex(self.terms));
        }
        let cells = self.terms.axes.get(axis).map_or(0, |axis| axis.cells);
        let mut children = Vec::with_capacity(cells);
        for cell in 0..cells {
            let (one, other) = (self.step(one, axis, cell), self.step(other, axis, cell));
            children.push(self.or(one, other)?);
        }
        let either = self.make(axis, children.into_boxed_slice())?;
        self.either.insert(key, either);
        Ok(either)
    }

    fn make(&mut self, axis: usize, children: Box<[YesNo]>) -> Result<YesNo, TooComplex> {
        let first = children.first().copied().unwrap_or(NO);
        if children.iter().all(|child| *child == first) {
            return Ok(first);
        }
        if let Some(known) = self.known.get(&(axis, children.clone())) {
            return Ok(*known);
        }
        self.busy.count(axis);
        if self.nodes.len() >= BUDGET {
            return Err(self.busy.too_complex(self.terms));
        }
        let place = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX).saturating_add(ANSWERS);
        self.nodes.push((axis, children.clone()));
        self.known.insert((axis, children), place);
        Ok(place)
    }
}
