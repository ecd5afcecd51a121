//! The whole rule set as a decision table, read off the graphs: rows that are disjoint and together hold every note.
//!
//! A row is a part of the domain with one outcome. Its reasons are those of the notes in it: the rules that decide
//! each of them, and those that decide only some. Knows no formats.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Parts;
use super::why::Why;
use crate::diagram::{Asked, Atlas, Axis, Diagram, Ref};
use crate::facts::Origin;
use crate::message::Message;
use crate::proof::{Region, unlisted};
use crate::rules::{Effect, Outcome, Rule, RuleId, RuleSet, Test};

/// The fact by whose answers the rows are grouped, if the set asks it.
const GROUPED_BY: &str = "activity";

/// A decision table.
#[derive(Clone, Debug)]
pub struct Table {
    /// What can be asked.
    pub axes: Vec<Axis>,
    /// The axis by which the rows are grouped.
    pub grouped_by: Option<usize>,
    /// The axes of settings that are taken as they are answered, each with that answer's cell.
    pub settled: BTreeMap<usize, u16>,
    /// Rows for activities that are decided alike, in order of activity.
    pub families: Vec<Family>,
}

/// The rows of activities that are decided alike, for the same reasons.
#[derive(Clone, Debug)]
pub struct Family {
    /// The cells of the axis by which rows are grouped.
    pub cells: BTreeSet<u16>,
    /// The axes that matter to these activities, those that bound most rows first.
    pub columns: Vec<usize>,
    /// Disjoint, and together all notes of these activities.
    pub rows: Vec<Row>,
}

/// Notes with one outcome.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which notes.
    pub region: Region,
    /// What becomes of them.
    pub outcome: Outcome,
    /// The rules that decide every one of them.
    pub always: Vec<RuleId>,
    /// The rules that decide some of them.
    pub sometimes: Vec<RuleId>,
}

impl Table {
    /// The table under the settings in force; `all_settings`: under every answer to every setting.
    ///
    /// An error where the rules that meet are too many to be listed.
    pub fn of(set: &RuleSet, atlas: &Atlas, all_settings: bool) -> Result<Self, Message> {
        let listed = atlas.listed().ok_or_else(|| unlisted("decision table"))?;
        let axes = &atlas.decisions.axes;
        let settled = if all_settings { BTreeMap::new() } else { settings(set, axes) };
        let grouped_by = axes.iter().position(|asked| asked.asked.name(set) == GROUPED_BY);
        let mut whole = Region::full(axes);
        let mut outcomes = Outcomes::of(&atlas.decisions);
        let mut why = Why::of(set, listed);
        for (axis, cell) in &settled {
            whole.put(*axis, BTreeSet::from([*cell]));
            outcomes.root = outcomes.parts.settle(outcomes.root, *axis, *cell);
            why.root = why.parts.settle(why.root, *axis, *cell);
        }
        let mut table = Self { axes: axes.clone(), grouped_by, settled, families: Vec::new() };
        for (cells, why_root) in why.families(&whole, grouped_by) {
            let mut region = whole.clone();
            let mut root = outcomes.root;
            let first = grouped_by.zip(cells.first().copied());
            if let Some((axis, cell)) = first {
                root = outcomes.parts.settle(root, axis, cell);
                region.put(axis, cells.clone());
            }
            outcomes.parts.prefer(ranks(set, axes, first));
            let mut rows = Vec::new();
            outcomes.parts.rows(root, &mut region, &mut |region, outcome| {
                rows.extend(why.parted(why_root, region).into_iter().map(|part| {
                    let (always, sometimes) = why.reasons(why_root, &part);
                    Row { region: part, outcome, always, sometimes }
                }));
            });
            let columns = columns(&whole, grouped_by, &rows);
            table.families.push(Family { cells, columns, rows });
        }
        Ok(table)
    }

    /// Every row.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.families.iter().flat_map(|family| &family.rows)
    }

    /// How many combinations of answers there are in all.
    pub fn combinations(&self) -> u128 {
        let open = self.axes.iter().enumerate().filter(|(at, _)| !self.settled.contains_key(at));
        open.map(|(_, axis)| u128::try_from(axis.cells).unwrap_or(u128::MAX)).fold(1, u128::saturating_mul)
    }

    /// The axes that bound some row, in the order in which they are asked.
    pub fn columns(&self) -> Vec<usize> {
        let bounding: BTreeSet<usize> = self.families.iter().flat_map(|family| &family.columns).copied().collect();
        self.grouped_by.into_iter().chain(bounding).collect()
    }

    /// The cells that bound a row on an axis; `None` where any answer does.
    pub fn bound<'r>(&self, row: &'r Row, axis: usize) -> Option<&'r BTreeSet<u16>> {
        let all = self.axes.get(axis)?.cells;
        row.region.0.get(axis).filter(|cells| cells.len() < all && !self.settled.contains_key(&axis))
    }
}

/// By axis: what decides whether an offer applies to the activity first, then what holds it or excludes it, then who
/// cannot be billed in this case. In that order most rows have a rule that decides all of their notes.
fn ranks(set: &RuleSet, axes: &[Axis], activity: Option<(usize, u16)>) -> Vec<u8> {
    let applies = |rule: &&Rule| {
        let fits = |axis: &Axis, cell, test: &Test| {
            axis.asked != Asked::Fact(test.fact) || test.values.contains(axis.answer(cell)) != Some(false)
        };
        let activity = activity.and_then(|(axis, cell)| Some((axes.get(axis)?, cell)));
        activity.is_none_or(|(axis, cell)| rule.condition.all.iter().all(|test| fits(axis, cell, test)))
    };
    let mut ranks = vec![u8::MAX; axes.len()];
    for rule in set.rules.iter().filter(applies) {
        let rank = match rule.effect {
            Effect::Offer { .. } => 0,
            Effect::Hold { .. } | Effect::Exclude(_) => 1,
            Effect::Strike(_) | Effect::Advise => 2,
        };
        for (axis, known) in axes.iter().zip(&mut ranks) {
            if rule.condition.tests().any(|test| axis.asked == Asked::Fact(test.fact)) {
                *known = rank.min(*known);
            }
        }
    }
    ranks
}

/// The axes of settings, each with the cell of the answer in force.
fn settings(set: &RuleSet, axes: &[Axis]) -> BTreeMap<usize, u16> {
    let answered = set.answered();
    let is_setting = |axis: &Axis| match axis.asked {
        Asked::Fact(fact) => Some(fact).filter(|fact| set.vocabulary.fact(*fact).origin == Origin::Setting),
        Asked::ServiceDate => None,
    };
    let cells =
        axes.iter().enumerate().filter_map(|(at, axis)| Some((at, axis.cell(answered.get(is_setting(axis)?))?)));
    cells.collect()
}

/// The axes that bound some row: those that bound most rows first, so that a reader goes from left to right.
fn columns(whole: &Region, grouped_by: Option<usize>, rows: &[Row]) -> Vec<usize> {
    let bounds = |axis: &usize| {
        let whole = whole.0.get(*axis);
        rows.iter().filter(|row| row.region.0.get(*axis) != whole).count()
    };
    let axes = (0..whole.0.len()).filter(|axis| Some(*axis) != grouped_by);
    let mut columns: Vec<usize> = axes.filter(|axis| bounds(axis) > 0).collect();
    columns.sort_by_key(|axis| std::cmp::Reverse(bounds(axis)));
    columns
}

/// The graph that decides, in parts.
struct Outcomes {
    parts: Parts<Outcome>,
    root: Ref<Outcome>,
}

impl Outcomes {
    fn of(decisions: &Diagram<Outcome>) -> Self {
        let (parts, root) = Parts::of(decisions);
        Self { parts, root }
    }
}
