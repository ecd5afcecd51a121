//! Rule ids, those of today and those of before, and what overrides what.

use std::collections::BTreeMap;

use super::RuleId;
use super::problem::{Problems, Spot};
use super::shape::{KindShape, RuleShape};
use super::walk::Text;
use crate::message::Code;

/// Rule ids, those of today and those of before.
pub(super) struct Ids(BTreeMap<String, (RuleId, bool)>);

impl Ids {
    pub(super) fn new(shapes: &[RuleShape], problems: &mut Problems<'_>) -> Self {
        let is_offer = |shape: &RuleShape| shape.kind == KindShape::Offer;
        let mut ids: BTreeMap<String, (RuleId, bool)> = BTreeMap::new();
        for (at, shape) in shapes.iter().enumerate() {
            ids.insert(shape.name.value.clone(), (RuleId(at), is_offer(shape)));
        }
        for (at, shape) in shapes.iter().enumerate() {
            for former in &shape.formerly {
                if ids.insert(former.value.clone(), (RuleId(at), is_offer(shape))).is_some() {
                    let text = format!("`{}` is or was the id of another rule", former.value);
                    problems.add(&former.at, Code::RepeatedName, text, "ids last for ever: none is used twice");
                }
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
            Some((_, false)) => {
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
            Some((id, true)) => return Some(*id),
        }
        None
    }

    /// A circle of overrides has no winner.
    fn refuse_circles(&self, shapes: &[RuleShape], problems: &mut Problems<'_>) {
        let over = |at: usize| -> Vec<(usize, &Spot<String>)> {
            let names = shapes.get(at).map(|shape| shape.overrides.as_slice()).unwrap_or_default();
            names.iter().filter_map(|name| Some((self.0.get(&name.value)?.0.index(), name))).collect()
        };
        for start in 0..shapes.len() {
            for (next, name) in over(start).into_iter().filter(|(next, _)| *next != start) {
                let (mut seen, mut open) = (vec![next], vec![next]);
                while let Some(at) = open.pop() {
                    for (further, _) in
                        over(at).into_iter().filter(|(further, _)| !seen.contains(further)).collect::<Vec<_>>()
                    {
                        seen.push(further);
                        open.push(further);
                    }
                }
                if seen.contains(&start) {
                    let text = "these overrides run in a circle".to_owned();
                    problems.add(&name.at, Code::BadOverride, text, "of two offers only one can be the exception");
                }
            }
        }
    }
}
