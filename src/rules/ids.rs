//! Rule ids, those of today and those of before, and what overrides what.

use std::collections::{BTreeMap, BTreeSet};

use super::RuleId;
use super::blocks::{KindShape, RuleShape};
use super::problem::{Problems, Span, Spot};
use super::walk::Text;
use crate::message::Code;

/// Rule ids, those of today and those of before.
pub(super) struct Ids(BTreeMap<String, Known>);

/// Whose id it is.
struct Known {
    rule: RuleId,
    is_offer: bool,
    at: Span,
}

impl Ids {
    pub(super) fn new(shapes: &[RuleShape], problems: &mut Problems<'_>) -> Self {
        let mut ids: BTreeMap<String, Known> = BTreeMap::new();
        let today = shapes.iter().enumerate().map(|(at, shape)| (at, shape, &shape.name));
        let before =
            shapes.iter().enumerate().flat_map(|(at, shape)| shape.formerly.iter().map(move |id| (at, shape, id)));
        for (at, shape, id) in today.chain(before) {
            let known = Known { rule: RuleId(at), is_offer: shape.kind == KindShape::Offer, at: id.at.clone() };
            match ids.get(&id.value) {
                Some(earlier) => {
                    let what = format!("rule that has or had the id `{}`", id.value);
                    let help = "ids last for ever: none is used twice";
                    problems.second(&what, (&earlier.at, &id.at), Code::RepeatedName, help);
                }
                None => drop(ids.insert(id.value.clone(), known)),
            }
        }
        let ids = Self(ids);
        ids.refuse_circles(shapes, problems);
        ids
    }

    /// The offer that another one overrides.
    pub(super) fn overridden(&self, rule: &Text, name: &Text, problems: &mut Problems<'_>) -> Option<RuleId> {
        match self.0.get(&name.value) {
            None => problems.unknown(name, Code::UnknownName, "rule", self.0.keys().map(String::as_str)),
            Some(known) if !known.is_offer => {
                let text = format!("`{}` is not an offer", name.value);
                problems.add(&name.at, Code::BadOverride, text, "only offers compete, so only offers are overridden");
            }
            Some(_) if rule.value == name.value => {
                problems.add(
                    &name.at,
                    Code::BadOverride,
                    "a rule cannot override itself",
                    "remove it from `overrides`",
                );
            }
            Some(known) => return Some(known.rule),
        }
        None
    }

    /// A circle of overrides has no winner. Told where it could be opened: in an added file, if that closes it.
    fn refuse_circles(&self, shapes: &[RuleShape], problems: &mut Problems<'_>) {
        let over = |at: usize| -> Vec<(usize, &Spot<String>)> {
            let names = shapes.get(at).map(|shape| shape.overrides.as_slice()).unwrap_or_default();
            names.iter().filter_map(|name| Some((self.0.get(&name.value)?.rule.index(), name))).collect()
        };
        let reached = |start: usize| {
            let (mut seen, mut open) = (BTreeSet::from([start]), vec![start]);
            while let Some(at) = open.pop() {
                open.extend(over(at).into_iter().map(|(further, _)| further).filter(|further| seen.insert(*further)));
            }
            seen
        };
        let mut circular: Vec<&Span> = Vec::new();
        for start in 0..shapes.len() {
            let others = over(start).into_iter().filter(|(next, _)| *next != start);
            circular.extend(others.filter(|(next, _)| reached(*next).contains(&start)).map(|(_, name)| &name.at));
        }
        let own = circular.iter().any(|at| problems.is_own(at));
        for at in circular.into_iter().filter(|at| !own || problems.is_own(at)).collect::<Vec<_>>() {
            let help = "of two offers only one can be the exception";
            problems.add(at, Code::BadOverride, "these overrides run in a circle", help);
        }
    }
}
