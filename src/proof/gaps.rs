//! Finds notes that no rule covers.

use super::Problem;
use crate::diagram::{ActivityGraph, Diagram, Question, Variable};
use crate::effective::Effective;
use crate::facts::{Answer, date_of};
use crate::message::{Code, Message};
use crate::rules::{Effect, Outcome, Rule, RuleSet, Span, Test};
use crate::space::{MAX_REGIONS, Region, Space, bounds_in_words};

/// Maximum number of conditions that a rule may fail and still count as near a gap.
const NEAR: usize = 2;

/// Returns one problem for each region of notes that no rule covers.
pub(super) fn find(set: &RuleSet, diagram: &Diagram, graphs: &[&ActivityGraph]) -> Vec<Problem> {
    let (mut problems, mut more) = (Vec::new(), false);
    for graph in graphs.iter().filter(|graph| graph.possible(&Vec::new()).contains(&Outcome::Gap)) {
        let mut store = graph.store.clone();
        let gap = store.indicator(graph.rules.outcome, &|outcome| outcome == Outcome::Gap);
        let space = Space::new(set, diagram, graph).with_store(&store);
        let (regions, left_out) = space.regions(gap);
        more |= left_out || problems.len() + regions.len() > MAX_REGIONS;
        for region in regions.into_iter().take(MAX_REGIONS.saturating_sub(problems.len())) {
            let example = space.example(gap, graph.rules.outcome, &region).map(|(example, _)| example);
            problems.push(problem(&space, &region).with_example(example));
        }
    }
    if more {
        let text = "there are more notes that no rule covers";
        problems.push(Message::error(Code::Gap, text).help("close these gaps first, then check again").into());
    }
    problems
}

fn problem(space: &Space<'_>, region: &Region) -> Problem {
    let set = space.set;
    let bounds = region.describe(space);
    let near = nearest_rule(space, region);
    let help = match near.map(|rule| (&rule.id, set.place_of(&rule.span))) {
        Some((id, Some(place))) => {
            format!("add an offer, an exclude or a hold for them, or widen `{id}` ({place}), which comes nearest")
        }
        _ => "add an offer, an exclude or a hold for them".to_owned(),
    };
    let text = format!("no rule covers these notes: {}", bounds_in_words(&bounds));
    let message = Message::error(Code::Gap, text).help(help);
    // If the nearest rule was added by the user, report that rule.
    let own = near.map(|rule| &rule.span).filter(|span| set.is_own(span));
    let problem = match own.or_else(|| narrowest(space, region)) {
        Some(span) => Problem::new(set, span, message),
        None => message.into(),
    };
    Problem { region: bounds, ..problem }
}

/// Returns the rule that fails the fewest conditions to cover a region, preferring the user's own rules; `None` if all
/// are too far.
fn nearest_rule<'s>(space: &Space<'s>, region: &Region) -> Option<&'s Rule> {
    let speaks = |rule: &&Rule| matches!(rule.effect, Effect::Offer { .. } | Effect::Exclude(_) | Effect::Hold { .. });
    let near = space.set.rules.iter().filter(speaks).filter_map(|rule| Some((misses(space, rule, region)?, rule)));
    let near = near.filter(|(misses, _)| *misses <= NEAR);
    near.min_by_key(|(misses, rule)| (*misses, !space.set.is_own(&rule.span))).map(|(_, rule)| rule)
}

/// Returns how many conditions of a rule fail somewhere in a region, counting its dates as one; `None` if it never
/// applies.
fn misses(space: &Space<'_>, rule: &Rule, region: &Region) -> Option<usize> {
    let holds = |test: &&Test| {
        if Some(test.fact) == space.activity {
            return region
                .activities
                .iter()
                .all(|activity| test.values.contains(Answer::Value(*activity)) == Some(true));
        }
        let position = space.variables.position(test.fact);
        let variable = position.and_then(|at| Some((at, space.variables.get(at)?)));
        variable.is_none_or(|(at, variable)| {
            region.values(at).all(|value| test.values.contains(variable.answer(value)) == Some(true))
        })
    };
    let date = space.variables.date_position().and_then(|at| Some((at, space.variables.get(at)?)));
    let in_force = rule.effective == Effective::default()
        || date.is_none_or(|(at, variable)| region.values(at).all(|value| is_on(rule, variable, value)));
    let alternatives = rule.condition.alternatives();
    let missed = alternatives.iter().map(|tests| tests.iter().filter(|test| !holds(test)).count());
    missed.min().map(|missed| missed + usize::from(!in_force))
}

fn is_on(rule: &Rule, date: &Variable, value: u16) -> bool {
    matches!(date.answer(value), Answer::Number(day) if date_of(day).is_none_or(|day| rule.effective.contains(day)))
}

/// Returns where the first fact that bounds the region is declared.
fn narrowest<'s>(space: &Space<'s>, region: &Region) -> Option<&'s Span> {
    let set = space.set;
    let bounded: Vec<_> = region.bounds(space).filter_map(|(variable, _)| Question::fact(variable.question)).collect();
    let activity = space.activity.filter(|fact| region.activities.len() < set.vocabulary.fact(*fact).values().len());
    let facts = activity.into_iter().chain(bounded).chain(space.activity);
    facts.flat_map(|fact| set.vocabulary.inputs_of(fact)).find_map(|fact| set.fact_span(fact))
}
