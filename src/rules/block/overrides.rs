//! Current and former rule ids, and which offer overrides which.

use std::collections::{BTreeMap, BTreeSet};

use super::Written;
use super::rule::RuleBody;
use crate::message::Code;
use crate::rules::RuleId;
use crate::rules::checker::Checker;
use crate::toml::{Problems, Span, Text};

/// Current and former rule ids.
pub(super) struct RuleIds(BTreeMap<String, KnownRule>);

struct KnownRule {
    id: RuleId,
    is_offer: bool,
    span: Span,
}

impl RuleIds {
    pub(super) fn new(rules: &[Written<RuleBody>], checker: &Checker<'_>) -> Self {
        let mut ids: BTreeMap<String, KnownRule> = BTreeMap::new();
        let present = rules.iter().enumerate().map(|(at, rule)| (at, rule, &rule.name));
        let former =
            rules.iter().enumerate().flat_map(|(at, rule)| rule.formerly().iter().map(move |id| (at, rule, id)));
        for (at, rule, id) in present.chain(former) {
            if let Some(first) = ids.get(&id.value) {
                let what = format!("rule that has or had the id `{}`", id.value);
                let help = "ids are permanent and cannot be reused";
                checker.problems.add_duplicate(&what, (&first.span, &id.span), Code::RepeatedName, help);
            } else {
                let known = KnownRule { id: RuleId(at), is_offer: rule.is_offer(), span: id.span.clone() };
                ids.insert(id.value.clone(), known);
            }
        }
        let ids = Self(ids);
        ids.report_cycles(rules, checker.problems);
        ids
    }

    /// Returns the offer that another offer overrides. Anything that cannot be overridden is a problem.
    pub(super) fn overridden(&self, rule: &Text, name: &Text, problems: &Problems<'_>) -> Option<RuleId> {
        match self.0.get(&name.value) {
            None => problems.add_unknown(name, Code::UnknownName, "rule", self.0.keys().map(String::as_str)),
            Some(known) if !known.is_offer => {
                let text = format!("`{}` is not an offer", name.value);
                problems.add(&name.span, Code::BadOverride, text, "only offers compete, so only offers are overridden");
            }
            Some(_) if rule.value == name.value => {
                let help = "remove it from `overrides`";
                problems.add(&name.span, Code::BadOverride, "a rule cannot override itself", help);
            }
            Some(known) => return Some(known.id),
        }
        None
    }

    /// Reports cycles of overrides, which have no winner. A cycle is reported where the user can break it: in the
    /// user's own file, if an override there is part of it.
    fn report_cycles(&self, rules: &[Written<RuleBody>], problems: &Problems<'_>) {
        let overrides = |rule: usize| rules.get(rule).map(Written::overrides).unwrap_or_default().iter();
        let (mut visited, mut on_path) = (BTreeSet::new(), BTreeMap::new());
        for start in 0..rules.len() {
            // A depth-first walk along the overrides of the rule; each step holds the overrides still to follow.
            let mut path: Vec<(usize, std::slice::Iter<'_, Text>, Option<&Text>)> = Vec::new();
            let mut next = visited.insert(start).then_some(start);
            loop {
                if let Some(rule) = next.take() {
                    on_path.insert(rule, path.len());
                    path.push((rule, overrides(rule), None));
                }
                let Some((rule, rest, followed)) = path.last_mut() else { break };
                let Some(name) = rest.next() else {
                    on_path.remove(rule);
                    path.pop();
                    continue;
                };
                *followed = Some(name);
                let Some(other) = self.0.get(&name.value).map(|known| known.id.index()).filter(|other| other != rule)
                else {
                    continue;
                };
                if let Some(first) = on_path.get(&other) {
                    let mut circle = path.iter().skip(*first).filter_map(|(_, _, followed)| *followed);
                    let own = circle.find(|name| problems.is_own(&name.span)).unwrap_or(name);
                    let help = "of two offers only one can be the exception";
                    problems.add(&own.span, Code::BadOverride, "these overrides form a cycle", help);
                }
                next = visited.insert(other).then_some(other);
            }
        }
    }
}
