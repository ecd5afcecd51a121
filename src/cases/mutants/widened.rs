//! A rule set with one rule more: the graph of both then tells where either applies.

use crate::diagram::{Listed, TooComplex, list_while};
use crate::effective::Effective;
use crate::rules::{Basis, Condition, Effect, Outcome, Rule, RuleId, RuleSet, Span, Test, outcome, reasons};

/// A set with rules added behind its own.
pub(super) struct Widened {
    /// Its rules as they meet.
    pub(super) listed: Listed,
    /// Where the added rules begin.
    added: Added,
}

/// What looks at each set of rules that meet, the added ones among them.
type Look<'l, E> = dyn FnMut(Added, &[RuleId]) -> Result<(), E> + 'l;

/// Where the rules that were added to a set begin.
#[derive(Clone, Copy)]
pub(super) struct Added(usize);

impl Added {
    /// The set's own rules that meet in a case.
    pub(super) fn own(self, met: &[RuleId]) -> &[RuleId] {
        met.get(..met.partition_point(|id| id.index() < self.0)).unwrap_or_default()
    }

    /// Whether an added rule meets in a case.
    pub(super) fn has(self, met: &[RuleId], at: usize) -> bool {
        met.iter().any(|id| id.index() == self.0 + at)
    }
}

impl Widened {
    /// Adds the rules.
    pub(super) fn new(set: &RuleSet, added: Vec<Rule>) -> Result<Self, TooComplex> {
        Self::while_sound(set, added, &mut |_, _| Ok(()))
    }

    /// The same as long as nothing speaks against a set of rules that meet.
    pub(super) fn while_sound<E: From<TooComplex>>(
        set: &RuleSet,
        added: Vec<Rule>,
        look: &mut Look<'_, E>,
    ) -> Result<Self, E> {
        let begin = Added(set.rules.len());
        let mut set = set.clone();
        set.rules.extend(added);
        Ok(Self { listed: list_while(&set, &mut |met| look(begin, met))?, added: begin })
    }

    /// The set's own rules that meet at a leaf.
    pub(super) fn own<'m>(&self, met: &'m [RuleId]) -> &'m [RuleId] {
        self.added.own(met)
    }

    /// Whether an added rule meets at a leaf.
    pub(super) fn has(&self, met: &[RuleId], at: usize) -> bool {
        self.added.has(met, at)
    }
}

/// A rule that changes nothing: it only asks.
pub(super) fn asking(tests: Vec<Test>, effective: Effective) -> Rule {
    Rule {
        id: String::new(),
        formerly: Vec::new(),
        title: String::new(),
        condition: Condition { all: tests, any: Vec::new() },
        effective,
        effect: Effect::Advise,
        basis: Basis::default(),
        span: Span { file: 0, range: 0..0 },
    }
}

/// What whoever reads a row sees of the rules that meet in a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) outcome: Outcome,
    pub(super) rules: Vec<RuleId>,
    pub(super) advice: Vec<RuleId>,
}

impl Seen {
    pub(super) fn of(set: &RuleSet, met: &[RuleId]) -> Self {
        let advises = |id: &RuleId| matches!(set.rule(*id).effect, Effect::Advise);
        let mut rules = reasons(set, met);
        rules.sort_unstable();
        let advice = met.iter().copied().filter(advises).collect();
        Self { outcome: outcome(set, met), rules, advice }
    }
}
