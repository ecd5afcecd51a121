//! The whole rule set as a decision table, derived from the graphs: mutually exclusive rows that together cover all
//! notes.
//!
//! All notes of a row have the same outcome. A row lists the rules that decide every one of its notes, and those that
//! decide only some. This module knows nothing about formats.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use num_bigint::BigUint;

use super::reasons::reasons_within;
use super::tree::Tree;
use crate::diagram::{ActivityGraph, Assignment, Diagram, Question, Ref, Variable};
use crate::facts::{FactId, Origin};
use crate::rules::{Effect, Outcome, RuleId, RuleSet};
use crate::space::{Region, Space};

/// Maximum number of rows for each group of activities that rules treat alike. Further rows are only counted.
const MAX_ROWS: usize = 500;

/// A decision table.
#[derive(Debug)]
pub struct Table<'s> {
    /// The rule set.
    pub set: &'s RuleSet,
    /// The decision graphs.
    pub diagram: &'s Diagram,
    /// The answer in force for each variable of a setting that the table fixes; `None` for all others.
    fixed: Assignment,
    /// One section for each group of activities that rules treat alike, ordered by activity.
    pub sections: Vec<Section<'s>>,
}

/// The rows for activities that rules treat alike.
#[derive(Debug)]
pub struct Section<'s> {
    /// The decision graph of these activities.
    pub graph: &'s ActivityGraph,
    /// The variables that bound at least one row, most frequent first.
    pub columns: Vec<usize>,
    /// Mutually exclusive rows. With the rows left out, they cover all notes of these activities.
    pub rows: Vec<Row>,
    /// Number of further rows.
    pub left_out: BigUint,
}

/// A set of notes with one outcome.
#[derive(Clone, Debug)]
pub struct Row {
    /// The notes of this row.
    pub region: Region,
    /// Their outcome.
    pub outcome: Outcome,
    /// The rules that decide every note of this row.
    pub always: Vec<RuleId>,
    /// The rules that decide only some notes of this row.
    pub sometimes: Vec<RuleId>,
}

impl<'s> Table<'s> {
    /// Builds the table under the settings in force or, if `all_settings` is set, under every answer to every setting.
    pub fn new(set: &'s RuleSet, diagram: &'s Diagram, all_settings: bool) -> Self {
        let answered = set.answered();
        let is_setting = |fact: &FactId| set.vocabulary.fact(*fact).origin == Origin::Setting;
        let setting = |variable: &Variable| variable.question.fact().filter(|_| !all_settings).filter(is_setting);
        let in_force = |variable: &Variable| variable.value(answered.get(setting(variable)?));
        let fixed = diagram.variables.list().iter().map(in_force).collect();
        let mut table = Self { set, diagram, fixed, sections: Vec::new() };
        let graphs = (0..diagram.len()).filter_map(|position| diagram.graph(set, position));
        table.sections = graphs.map(|graph| table.section(graph)).collect();
        table
    }

    fn section(&self, graph: &'s ActivityGraph) -> Section<'s> {
        let mut store = graph.store.clone();
        let root = store.restrict(graph.rules.outcome, &self.fixed);
        let reasons: Vec<(RuleId, Ref)> =
            graph.reasons.iter().map(|(rule, reason)| (*rule, store.restrict(*reason, &self.fixed))).collect();
        let mut whole = Region::full(&Space::new(self.set, self.diagram, graph));
        for (values, fixed) in whole.values.iter_mut().zip(&self.fixed) {
            if let Some(value) = fixed {
                *values = BTreeSet::from([*value]);
            }
        }
        let mut tree = Tree::new(store, self.ranks(graph));
        let mut found = Vec::new();
        tree.rows(root, &mut whole, MAX_ROWS, &mut found);
        let left_out = tree.count(root) - found.len();
        let row = |(region, leaf): (Region, Ref)| {
            let (always, sometimes) = reasons_within(&tree.store, &reasons, &region);
            Some(Row { outcome: tree.store.outcome(leaf)?, region, always, sometimes })
        };
        let rows: Vec<Row> = found.into_iter().filter_map(row).collect();
        Section { graph, columns: self.columns_of(&rows), rows, left_out }
    }

    /// Ranks the variables: first those that decide whether an offer applies, then those for holds and excludes, then
    /// those for strikes. In this order, most rows have a rule that decides all of their notes.
    fn ranks(&self, graph: &ActivityGraph) -> Vec<u8> {
        let mut ranks = vec![u8::MAX; self.diagram.variables.len()];
        for rule in graph.rules.conditions.keys().map(|rule| self.set.rule(*rule)) {
            let rank = match rule.effect {
                Effect::Offer { .. } => 0,
                Effect::Hold { .. } | Effect::Exclude(_) => 1,
                Effect::Strike(_) | Effect::Advise { .. } => 2,
            };
            for variable in rule.condition.tests().filter_map(|test| self.diagram.variables.position(test.fact)) {
                ranks.get_mut(variable).into_iter().for_each(|known| *known = rank.min(*known));
            }
        }
        ranks
    }

    /// Returns the variables that bound at least one row, most frequent first, for reading from left to right.
    fn columns_of(&self, rows: &[Row]) -> Vec<usize> {
        let bound = |variable: usize| rows.iter().filter(|row| self.bound(row, variable).is_some()).count();
        let mut columns: Vec<usize> = (0..self.fixed.len()).filter(|variable| bound(*variable) > 0).collect();
        columns.sort_by_cached_key(|variable| Reverse(bound(*variable)));
        columns
    }

    /// Returns an iterator over all rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections.iter().flat_map(|section| &section.rows)
    }

    /// Returns the variables that bound at least one row, in the order of the vocabulary.
    pub fn columns(&self) -> BTreeSet<usize> {
        self.sections.iter().flat_map(|section| &section.columns).copied().collect()
    }

    /// Returns the total number of combinations of answers.
    pub fn combinations(&self) -> BigUint {
        let sizes = self.diagram.variables.list().iter().zip(&self.fixed);
        let open = sizes.filter(|(_, fixed)| fixed.is_none()).map(|(variable, _)| BigUint::from(variable.size));
        let activities: usize = self.sections.iter().map(|section| section.graph.activities.len()).sum();
        open.product::<BigUint>() * activities
    }

    /// Returns the total number of rows left out.
    pub fn left_out(&self) -> BigUint {
        self.sections.iter().map(|section| &section.left_out).sum()
    }

    /// Returns the settings that are fixed at their answers in force.
    pub fn settings(&self) -> impl Iterator<Item = FactId> {
        let variables = self.diagram.variables.list().iter().zip(&self.fixed).filter(|(_, fixed)| fixed.is_some());
        variables.filter_map(|(variable, _)| variable.question.fact())
    }

    /// Returns a variable and its values within a row; `None` if the row does not bound it.
    pub fn bound<'r>(&'r self, row: &'r Row, variable: usize) -> Option<(&'r Variable, &'r BTreeSet<u16>)> {
        let values = row.region.values.get(variable)?;
        let variable = self.diagram.variables.get(variable).filter(|_| self.fixed.get(variable) == Some(&None))?;
        (values.len() < usize::from(variable.size)).then_some((variable, values))
    }

    /// Returns the name of a variable.
    pub fn name(&self, variable: usize) -> &'s str {
        let question = self.diagram.variables.get(variable).map_or(Question::ServiceDate, |variable| variable.question);
        question.name(self.set)
    }
}

impl Row {
    /// Returns the number of combinations of answers in this row.
    pub fn combinations(&self) -> BigUint {
        let sizes = self.region.values.iter().map(BTreeSet::len);
        sizes.map(BigUint::from).product::<BigUint>() * self.region.activities.len()
    }
}
