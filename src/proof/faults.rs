//! Notes that a rule set does not decide, or decides twice.

use std::collections::{BTreeMap, BTreeSet};

use super::region::{Region, SHOWN, nearest, regions};
use super::witness::{Example, Nearby, example};
use super::{Problem, described, in_order};
use crate::diagram::{Asked, Atlas, Axis, Cell, TooComplex, together};
use crate::effective::Effective;
use crate::facts::Answer;
use crate::message::{Code, Message};
use crate::rules::{Effect, Outcome, Rule, RuleId, RuleSet, Span, Test, outcome, placed, survivors};

/// Nodes that are walked through to tell pairs of offers apart, before it is only said that there are more.
const WALKED: usize = 5_000_000;

/// Conditions that a rule may miss and still come near to a gap.
const NEAR: usize = 2;

pub(super) fn too_complex(set: &RuleSet, TooComplex(asked): &TooComplex) -> Message {
    let name = asked.name(set);
    let text = format!("the rule set is too tangled to prove; most of it hangs on `{name}`");
    let message = Message::error(Code::TooComplex, text).help("write fewer rules that ask it, each for more notes");
    match asked.fact().and_then(|fact| set.fact_span(fact)) {
        Some(span) => placed(&set.files, span, message),
        None => message,
    }
}

/// Every note that no rule speaks to and every pair of offers that decide a note differently. In order of place.
pub fn faults(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    let mut faults = gaps(set, atlas);
    faults.extend(conflicts(set, atlas));
    in_order(faults)
}

/// Notes that no rule speaks to, each region once.
fn gaps(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    let gap = atlas.decisions.map(|outcome| outcome == Outcome::Gap);
    let (regions, more) = regions(&gap);
    let mut faults = Vec::new();
    for found in regions {
        let told = found.told(set, &gap.axes);
        let near = nearest_rule(set, atlas, &found);
        let help = match near.map(|rule| (&rule.id, set.place(&rule.span))) {
            Some((id, Some(place))) => {
                format!("add an offer, an exclude or a hold for them, or widen `{id}` ({place}), which comes nearest")
            }
            _ => "add an offer, an exclude or a hold for them".to_owned(),
        };
        let text = format!("no rule speaks to these notes: {}", described::region(&told));
        let message = Message::error(Code::Gap, text).help(help);
        // Between a set and what the user adds to it, the added rule is the problem.
        let own = near.map(|rule| &rule.span).filter(|span| set.is_own(span));
        let problem = match own.or_else(|| narrowest(set, atlas, &found)) {
            Some(span) => Problem::at(set, span, message),
            None => message.into(),
        };
        let shown = example(set, &gap, &atlas.decisions, &found).map(|(example, _)| example);
        faults.push(Problem { region: told, ..problem.shown(shown) });
    }
    if more {
        let text = "there are more notes that no rule speaks to";
        faults.push(Message::error(Code::Gap, text).help("close these gaps first, then check again").into());
    }
    faults
}

/// The rule that would speak to a region but for as few conditions as can be, the user's own before others; none if
/// it is far.
fn nearest_rule<'s>(set: &'s RuleSet, atlas: &Atlas, found: &Region) -> Option<&'s Rule> {
    let speaks = |rule: &&Rule| matches!(rule.effect, Effect::Offer { .. } | Effect::Exclude(_) | Effect::Hold { .. });
    let near = set.rules.iter().filter(speaks);
    let near = near.filter_map(|rule| Some((misses(rule, &atlas.decisions.axes, found)?, rule)));
    let near = near.filter(|(misses, _)| *misses <= NEAR);
    near.min_by_key(|(misses, rule)| (*misses, !set.is_own(&rule.span))).map(|(_, rule)| rule)
}

/// How many conditions of a rule do not hold in all of a region; its dates count as one. `None`: it can never apply.
fn misses(rule: &Rule, questions: &[Axis], found: &Region) -> Option<usize> {
    let all = |asked: Asked, holds: &dyn Fn(Answer) -> bool| {
        let axis = questions.iter().enumerate().find(|(_, axis)| axis.asked == asked);
        axis.is_none_or(|(at, axis)| found.cells(at).all(|cell| holds(axis.answer(cell))))
    };
    let dated = rule.effective != Effective::default();
    let out_of_date = usize::from(dated && !all(Asked::ServiceDate, &|day| is_on(rule, day)));
    let alternatives = rule.condition.alternatives();
    let missed = alternatives.iter().map(|tests| {
        let holds = |test: &&Test| all(Asked::Fact(test.fact), &|answer| test.values.contains(answer) == Some(true));
        tests.iter().filter(|test| !holds(test)).count()
    });
    missed.min().map(|missed| missed + out_of_date)
}

/// Where the first fact that bounds the region is declared.
fn narrowest<'s>(set: &'s RuleSet, atlas: &Atlas, found: &Region) -> Option<&'s Span> {
    let bounded = found.bounds(&atlas.decisions.axes).filter_map(|(axis, _)| axis.asked.fact());
    let facts = bounded.chain(set.vocabulary.find("activity"));
    facts.map(|fact| set.vocabulary.asked_for(fact)).find_map(|fact| set.fact_span(fact))
}

/// Pairs of offers that decide some note differently.
fn conflicts(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    let Some(listed) = atlas.listed() else { return some_conflicts(set, atlas) };
    let mut leaves: BTreeMap<(RuleId, RuleId), BTreeSet<u32>> = BTreeMap::new();
    for (leaf, met) in (0..).zip(&listed.list) {
        if outcome(set, met) == Outcome::Conflict {
            for pair in tied(set, met) {
                leaves.entry(pair).or_default().insert(leaf);
            }
        }
    }
    let shown = |(pair, leaves): (_, BTreeSet<u32>)| {
        let both = listed.graph.map(|leaf| leaves.contains(&leaf));
        let found = example(set, &both, &atlas.decisions, &Region::full(&both.axes));
        let (example, region) = found.unzip();
        let told = region.map(|region| region.told(set, &both.axes)).unwrap_or_default();
        conflict(set, pair, told, example)
    };
    leaves.into_iter().map(shown).collect()
}

/// Where the rules that meet are too many to be listed: pairs of offers, until each note that is decided differently is
/// one to which both offers of some pair apply.
fn some_conflicts(set: &RuleSet, atlas: &Atlas) -> Vec<Problem> {
    let conflicting = atlas.decisions.map(|outcome| outcome == Outcome::Conflict);
    let axes = &conflicting.axes;
    let nearby = Nearby::of(set, axes);
    let full = Region::full(axes);
    // Each pair costs a walk through the whole graph.
    let most = (WALKED / conflicting.nodes.len().max(1)).clamp(1, SHOWN);
    let (mut left, mut problems) = (conflicting.clone(), Vec::new());
    while let Some((_, cells)) = nearest(&left, &full, &nearby.usual, &nearby.weights) {
        let note: Vec<Cell> = cells.iter().copied().map(Some).collect();
        let met = atlas.meet(&note);
        let met = met.as_ref().and_then(|met| met.first());
        let Some(pair) = met.and_then(|met| tied(set, met).first().copied()) else { break };
        if problems.len() >= most {
            let text = "there are more notes that two offers decide differently";
            problems.push(Message::error(Code::Conflict, text).help("mend these first, then check again").into());
            break;
        }
        let own = Region::single(&cells);
        for both in both_apply(set, axes, pair) {
            if both.and(&own) == own {
                let example = nearby.example(set, (&conflicting, &atlas.decisions), &both, &cells);
                problems.push(conflict(set, pair, both.told(set, axes), Some(example)));
            }
            let Some(rest) = together(axes, &[left.clone(), both.graph(axes)], &mut |ends| ends == [true, false])
            else {
                return problems;
            };
            left = rest;
        }
    }
    problems
}

/// The regions in which two rules both apply.
fn both_apply(set: &RuleSet, axes: &[Axis], (one, other): (RuleId, RuleId)) -> Vec<Region> {
    let applies = |id: RuleId| -> Vec<Region> {
        let rule = set.rule(id);
        let in_force = |(axis, cells): (&Axis, BTreeSet<u16>)| match axis.asked {
            Asked::ServiceDate => cells.into_iter().filter(|cell| is_on(rule, axis.answer(*cell))).collect(),
            Asked::Fact(_) => cells,
        };
        let in_force = Region(axes.iter().zip(Region::full(axes).0).map(in_force).collect());
        let alternatives = rule.condition.alternatives();
        alternatives.iter().map(|tests| in_force.within(axes, tests)).collect()
    };
    let others = applies(other);
    let both =
        applies(one).into_iter().flat_map(|one| others.iter().map(move |other| one.and(other)).collect::<Vec<_>>());
    both.filter(|both| !both.is_empty()).collect()
}

/// Whether a rule is in force on a day.
fn is_on(rule: &Rule, day: Answer) -> bool {
    matches!(day, Answer::Number(day) if rule.effective.contains(described::date_of(day)))
}

fn conflict(
    set: &RuleSet,
    pair: (RuleId, RuleId),
    region: Vec<(String, Vec<String>)>,
    example: Option<Example>,
) -> Problem {
    let (one, other) = (set.rule(pair.0), set.rule(pair.1));
    // Between a set and what the user adds to it, the added rule is the problem.
    let at = if set.is_own(&other.span) && !set.is_own(&one.span) { &other.span } else { &one.span };
    let text =
        format!("`{}` and `{}` decide these notes differently: {}", one.id, other.id, described::region(&region));
    let help = "name one in the `overrides` of the other, or make their conditions exclude each other";
    let message = Message::error(Code::Conflict, text).help(help);
    Problem { region, ..Problem::at(set, at, message).about([&one.id, &other.id]).shown(example) }
}

/// Offers that survive together, differ, and of which neither names the other.
fn tied(set: &RuleSet, met: &[RuleId]) -> Vec<(RuleId, RuleId)> {
    let survivors = survivors(set, met);
    let others = |at: usize| survivors.iter().skip(at + 1);
    let pairs = survivors.iter().enumerate().flat_map(|(at, one)| others(at).map(move |other| (one, other)));
    pairs.filter(|(one, other)| one.ties(set, other)).map(|(one, other)| (one.rule, other.rule)).collect()
}
