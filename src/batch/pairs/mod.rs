//! What does not stand together and what does not stand alone.
//!
//! Pairs look at *lines*: one service earned by one pool. First all `not_with` pairs look at all lines, and none sees what
//! another one does; then all `only_with` pairs look at the lines that are left. A line is sure, or possible: held notes
//! would earn it.

mod judge;
mod line;
mod settle;

use std::collections::BTreeMap;

use judge::{PairJudge, undecided};
use line::{PairLine, left_over, lines};
use settle::settle;

use super::names::NameId;
use super::open::OpenNotes;
use super::pool::Period;
use super::{Batch, MAX_NAMED};
use crate::rules::{Relation, ServiceId, Then, Within};

/// What a pair does to a line.
enum Effect {
    /// The pair applies; holds the carrying notes of the other lines.
    Applies(Vec<usize>),
    /// Whether the pair applies depends on the facts with these names; holds the notes that leave them open.
    Undecided(Vec<String>, Vec<usize>),
}

/// An effect on a line, by its index, and the pair that has it; `None` if two pools earn the same service.
struct LineEffect {
    line: usize,
    pair: Option<usize>,
    effect: Effect,
}

/// Applies all pairs of the rule set to the pools of a batch.
pub(super) fn apply(batch: &mut Batch<'_>, open: &OpenNotes) {
    if batch.in_pairs.is_empty() && batch.set.counts.is_empty() {
        return;
    }
    let lines = lines(batch, open);
    let mut effects = same_service(batch, &lines);
    effects.extend(round(batch, &lines, Relation::NotWith));
    settle(batch, &lines, effects);
    let left = left_over(batch, lines);
    let effects = round(batch, &left, Relation::OnlyWith);
    settle(batch, &left, effects);
}

/// Finds pools of a month or of a date that earn a service which another pool of that period earns or may earn.
fn same_service(batch: &Batch<'_>, lines: &[PairLine]) -> Vec<LineEffect> {
    let mut groups: BTreeMap<(NameId, ServiceId, Option<Period>), Vec<usize>> = BTreeMap::new();
    for (at, line) in
        lines.iter().enumerate().filter(|(_, line)| matches!(line.within, Within::Month | Within::Date(_)))
    {
        groups.entry((line.client, line.service, line.source.1)).or_default().push(at);
    }
    let mut effects = Vec::new();
    for ((client, service, period), group) in &groups {
        // A note that does not answer the date may belong to every period.
        let anywhere = groups.get(&(*client, *service, None)).filter(|_| matches!(period, Some(Period::Date(..))));
        let group: Vec<usize> = group.iter().chain(anywhere.into_iter().flatten()).copied().collect();
        for at in &group {
            let Some(line) = lines.get(*at).filter(|line| line.is_sure) else { continue };
            let others = group.iter().filter_map(|other| lines.get(*other));
            let others: Vec<&PairLine> = others.filter(|other| other.source.0 != line.source.0).collect();
            let sure = others.iter().filter(|other| other.is_sure).flat_map(|other| other.spots.clone());
            let sure: Vec<usize> = sure.take(MAX_NAMED).collect();
            if !sure.is_empty() {
                effects.push(LineEffect { line: *at, pair: None, effect: Effect::Applies(sure) });
            } else if !others.is_empty() {
                effects.push(LineEffect { line: *at, pair: None, effect: undecided(batch, &others, false) });
            }
        }
    }
    effects
}

/// Judges every pair of one kind over the same lines.
fn round(batch: &Batch<'_>, lines: &[PairLine], relation: Relation) -> Vec<LineEffect> {
    let mut effects = Vec::new();
    for (number, pair) in batch.set.pairs.iter().enumerate().filter(|(_, pair)| pair.terms.relation == relation) {
        let judge = PairJudge { batch, lines, pair };
        let found = judge.judge(&pair.terms.these, &pair.terms.others, pair.then == Then::Advise);
        effects.extend(found.into_iter().map(|(line, effect)| LineEffect { line, pair: Some(number), effect }));
        // What holds or is only told concerns both sides.
        if relation == Relation::NotWith && pair.then != Then::Strike {
            let found = judge.judge(&pair.terms.others, &pair.terms.these, pair.then == Then::Advise);
            effects.extend(found.into_iter().map(|(line, effect)| LineEffect { line, pair: Some(number), effect }));
        }
    }
    effects
}
