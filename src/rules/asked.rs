//! What a condition may say: facts with values or bounds, some of them negated, in groups or not.

use super::blocks::{AskShape, TestShape};
use super::problem::Problems;
use super::walk::{Entry, Text, Walker};
use crate::message::Code;
use crate::nearest::nearest;

/// The tests of one of several groups of which one must hold. A group that asks nothing always holds, and with it all of them.
pub(super) fn group(walker: Walker<'_, '_, '_>) -> Vec<TestShape> {
    if walker.asks_nothing() {
        let help = "add a condition such as `when.FACT = …`, or remove the group";
        walker.problems.add(&walker.at, Code::MissingKey, "this group asks nothing", help);
    }
    tests(walker)
}

/// The tests of a condition table: `FACT = …`, `not.FACT = …`, and within a group also under `when`.
pub(super) fn tests(walker: Walker<'_, '_, '_>) -> Vec<TestShape> {
    let mut found = Vec::new();
    gather(walker, false, &mut found);
    found
}

fn gather(walker: Walker<'_, '_, '_>, negated: bool, found: &mut Vec<TestShape>) {
    let (entries, problems) = walker.entries();
    for (name, entry) in entries {
        if name.value == "date" {
            let help = "give the rule `from = \"YYYY-MM-DD\"`, `through = \"YYYY-MM-DD\"` or both";
            problems.add(&name.at, Code::BadCondition, "conditions do not ask the service date", help);
            continue;
        }
        let inner = entry.table("condition", problems);
        let asks = match (name.value.as_str(), inner) {
            ("not", Some(inner)) => {
                gather(inner, !negated, found);
                continue;
            }
            ("when", Some(inner)) => {
                gather(inner, negated, found);
                continue;
            }
            (_, Some(inner)) => band(&name, inner),
            (_, None) => values(&name, &entry, problems),
        };
        found.extend(asks.map(|asks| TestShape { name, negated, asks }));
    }
}

fn values(name: &Text, entry: &Entry<'_>, problems: &mut Problems<'_>) -> Option<AskShape> {
    let values = entry.texts(&name.value, problems)?;
    if values.is_empty() {
        let text = format!("the condition on `{}` names no value", name.value);
        problems.add(&name.at, Code::BadCondition, text, "name a value, or remove the condition");
        return None;
    }
    Some(AskShape::Values(values))
}

fn band(name: &Text, mut walker: Walker<'_, '_, '_>) -> Option<AskShape> {
    let is_bound = |key: &str| nearest(key, ["at_least", "below"]).is_some();
    if nearest(&name.value, ["not"]).is_some() && !walker.keys().any(is_bound) {
        walker.problems.no_key(name, "condition", ["not"]);
        return None;
    }
    let (at_least, below) = (walker.number("at_least"), walker.number("below"));
    if walker.keys().next().is_none() {
        let text = format!("the condition on `{}` names no bound", name.value);
        walker.problems.add(&name.at, Code::MissingKey, text, "add `at_least = …`, `below = …` or both");
    }
    walker.done();
    let (at_least, below) = (at_least.map(|n| n.value), below.map(|n| n.value));
    // With no bound that could be read the test is not what was meant, and the problem is told already.
    (at_least.is_some() || below.is_some()).then_some(AskShape::Band { at_least, below })
}
