//! Rules that do nothing: dead ones, offers whose payers are always taken away, overrides that never bite.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Problem;
use super::region::Region;
use super::witness::example;
use crate::diagram::{Atlas, Listed};
use crate::message::{Code, Message};
use crate::nearest::one_of;
use crate::rules::{Effect, Outcome, Rule, RuleId, RuleSet, offered, outcome, reasons, survivors};

/// Other rules that a message names.
const TOLD: usize = 3;

/// What a rule comes to over all possible notes.
#[derive(Default, Clone)]
struct Life {
    applies: bool,
    /// Whether it is a reason somewhere.
    decides: bool,
    /// Whether, as an offer, it keeps a payer somewhere.
    survives: bool,
    /// Offers that it beats somewhere.
    beats: BTreeSet<RuleId>,
}

/// What notes come to, and which rules meet.
type Graphs<'g> = (&'g Atlas, &'g Listed);

/// Every rule and override that does nothing.
pub(super) fn find(set: &RuleSet, graphs: Graphs<'_>) -> Vec<Problem> {
    let mut lives = vec![Life::default(); set.rules.len()];
    for met in &graphs.1.list {
        live(set, met, &mut lives);
    }
    let mut problems = Vec::new();
    for ((id, rule), life) in set.rules().zip(&lives) {
        problems.extend(dead(set, graphs, (id, rule), life));
        problems.extend(idle_overrides(set, graphs, (id, rule), life));
    }
    problems
}

/// What a meeting of rules says about each of them.
fn live(set: &RuleSet, met: &[RuleId], lives: &mut [Life]) {
    let (survivors, reasons) = (survivors(set, met), reasons(set, met));
    let outcome = outcome(set, met);
    let held = outcome == Outcome::Held;
    for id in met {
        let Some(life) = lives.get_mut(id.index()) else { continue };
        life.applies = true;
        // What will decide where offers conflict is not known yet.
        let perhaps = outcome == Outcome::Conflict;
        life.decides |= perhaps || reasons.contains(id) || matches!(set.rule(*id).effect, Effect::Advise);
    }
    for own in &survivors {
        let Some(life) = lives.get_mut(own.rule.index()) else { continue };
        life.survives = true;
        let beaten = survivors.iter().filter(|other| !held && own.differs(other) && own.overrides(set, other));
        life.beats.extend(beaten.map(|other| other.rule));
    }
}

fn dead(set: &RuleSet, graphs: Graphs<'_>, (id, rule): (RuleId, &Rule), life: &Life) -> Option<Problem> {
    if life.decides {
        return None;
    }
    let kind = rule.kind();
    let leaves = leaves_of(graphs.1, &[id]);
    let others = others(set, graphs.1, id, &leaves);
    let (code, text, help) = if !life.applies {
        (Code::DeadRule, "never applies to any note".to_owned(), "widen its conditions or its dates, or remove it")
    } else if matches!(rule.effect, Effect::Offer { .. }) && !life.survives {
        let takers = takers(set, graphs.1, id, &leaves);
        let text = format!("loses all its payers wherever it applies, to {takers}");
        (Code::AlwaysStruck, text, "offer it to another payer, narrow what takes them away, or remove it")
    } else if others.is_empty() {
        let text = "takes away nothing that is offered".to_owned();
        (Code::DeadRule, text, "remove it, or check its payers and services")
    } else {
        let text = format!("decides no note and is a reason for none: where it applies, {others} decides");
        (Code::DeadRule, text, "remove it, or narrow what goes before it")
    };
    let message = Message::warning(code, format!("the {kind} `{}` {text}", rule.id)).help(help);
    Some(shown(set, graphs, rule, message, &leaves))
}

/// The leaves at which all these rules apply.
fn leaves_of(listed: &Listed, rules: &[RuleId]) -> BTreeSet<u32> {
    let met = (0..).zip(&listed.list);
    met.filter(|(_, met)| rules.iter().all(|rule| met.contains(rule))).map(|(leaf, _)| leaf).collect()
}

/// What decides at these leaves instead of the rule, the most frequent first.
fn others(set: &RuleSet, listed: &Listed, id: RuleId, leaves: &BTreeSet<u32>) -> String {
    most_frequent(set, leaves.iter().flat_map(|leaf| reasons(set, listed.met(*leaf))).filter(|other| *other != id))
}

/// What takes the offer's payers away at these leaves, the most frequent first.
fn takers(set: &RuleSet, listed: &Listed, id: RuleId, leaves: &BTreeSet<u32>) -> String {
    let offered = offered(set, &[id]);
    let takes = |other: &RuleId| {
        let removes = set.rule(*other).effect.removes();
        removes.is_some_and(|removes| offered.iter().any(|(service, payer)| removes.removes(*service, *payer)))
    };
    most_frequent(set, leaves.iter().flat_map(|leaf| listed.met(*leaf)).copied().filter(takes))
}

fn most_frequent(set: &RuleSet, rules: impl Iterator<Item = RuleId>) -> String {
    let mut counts: BTreeMap<RuleId, usize> = BTreeMap::new();
    rules.for_each(|rule| *counts.entry(rule).or_default() += 1);
    let mut counts: Vec<(RuleId, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (Reverse(*count), *rule));
    one_of(counts.iter().take(TOLD).map(|(rule, _)| set.rule(*rule).id.as_str()))
}

fn idle_overrides(set: &RuleSet, graphs: Graphs<'_>, (id, rule): (RuleId, &Rule), life: &Life) -> Vec<Problem> {
    let Effect::Offer { overrides, .. } = &rule.effect else { return Vec::new() };
    let idle = overrides.iter().filter(|under| !life.beats.contains(under));
    let problem = |under: &RuleId| {
        let text = format!("`{}` never needs to override `{}`", rule.id, set.rule(*under).id);
        let help = "the two never decide the same note differently: remove the override, or mend the conditions";
        let message = Message::warning(Code::IdleOverride, text).help(help);
        shown(set, graphs, rule, message, &leaves_of(graphs.1, &[id, *under]))
    };
    idle.map(problem).collect()
}

/// The problem at the rule, with the smallest note that ends at one of these leaves.
fn shown(set: &RuleSet, (atlas, listed): Graphs<'_>, rule: &Rule, message: Message, leaves: &BTreeSet<u32>) -> Problem {
    let problem = Problem::at(set, &rule.span, message).about([&rule.id]);
    if leaves.is_empty() {
        return problem;
    }
    let ends = listed.graph.map(|leaf| leaves.contains(&leaf));
    match example(set, &ends, &atlas.decisions, &Region::full(&ends.axes)) {
        Some((example, region)) => {
            let told = region.told(set, &ends.axes);
            Problem { region: told, ..problem.shown(Some(example)) }
        }
        None => problem,
    }
}
