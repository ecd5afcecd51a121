//! Facts and graphs → one evaluation: the decision and its reasons.
//!
//! Rows, explanations, sample claims, and mutants all use this evaluation. Knows nothing about money or formats.

mod because;
mod list;
mod memo;
mod near;
mod state;
mod table;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub use memo::DecisionMemo;
pub use near::{Lack, NearOffer, NearOffers};
pub use table::{DecisionId, Decisions};

use crate::diagram::{ActivityGraph, Assignment, Diagram, Ref};
use crate::facts::{FactId, Facts, Origin};
use crate::rules::{Effect, Outcome, PayerId, RuleId, RuleSet, ServiceId};

/// The decision on a note.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// One payer pays for one service.
    Billable(ServiceId, PayerId),
    /// Nobody pays.
    NonBillable,
    /// A hold rule applies: no source covers the note, so a person must decide.
    HeldByRule,
    /// A missing answer could change the outcome.
    HeldForFacts {
        /// The facts whose answers matter, ordered by name.
        missing: Vec<FactId>,
        /// The outcomes that are still possible.
        possible: BTreeSet<Outcome>,
    },
}

/// The decision on one note, and its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Evaluation {
    /// The decision.
    pub verdict: Verdict,
    /// The rules that are reasons for the decision: offers first, then by id.
    pub rules: Vec<RuleId>,
    /// The presumed facts that would be missing if nothing were presumed, ordered by name.
    pub presumed: Vec<FactId>,
    /// The settings for which another answer could change the outcome, ordered by name.
    pub settings: Vec<FactId>,
    /// Advise rules that apply regardless of how open facts are answered.
    pub advice: Vec<RuleId>,
    /// The first date through which anybody has checked a source of the offers; `None` if no source says so.
    pub verified_through: Option<NaiveDate>,
    /// The explanation, in one sentence.
    pub because: String,
}

impl Evaluation {
    /// Returns a decision for which no rule is the reason.
    pub fn of_verdict(verdict: Verdict, because: &str) -> Self {
        Self {
            verdict,
            rules: Vec::new(),
            presumed: Vec::new(),
            settings: Vec::new(),
            advice: Vec::new(),
            verified_through: None,
            because: because.to_owned(),
        }
    }
}

/// Whether a rule applies to a note that may leave facts open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// The rule applies regardless of how the open facts are answered.
    Always,
    /// The rule applies for some answers to the open facts.
    Sometimes,
}

/// Decides notes under one rule set. It can be shared between threads.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'s> {
    set: &'s RuleSet,
    diagram: &'s Diagram,
    /// Whether to fill in the presumptions of the set.
    presume: bool,
}

impl<'s> Judge<'s> {
    /// Creates a judge for this set. `presume` is whether to fill in the presumptions of the set.
    pub fn new(set: &'s RuleSet, diagram: &'s Diagram, presume: bool) -> Self {
        Self { set, diagram, presume }
    }

    /// Returns the rule set.
    pub fn set(&self) -> &'s RuleSet {
        self.set
    }

    /// Whether presumptions are filled in.
    pub fn presumes(&self) -> bool {
        self.presume
    }

    /// Returns the decision graphs.
    pub fn diagram(&self) -> &'s Diagram {
        self.diagram
    }

    /// Returns the answers with presumptions filled in, and the facts that were presumed.
    pub fn fill(&self, answered: &Facts) -> (Facts, Vec<FactId>) {
        let mut filled = answered.clone();
        let presumed = if self.presume { self.set.fill(&mut filled) } else { Vec::new() };
        (filled, presumed)
    }

    /// Decides one note.
    pub fn evaluate(&self, answered: &Facts, date: NaiveDate) -> Evaluation {
        self.note_in_graph(answered, date).map_or_else(Self::undecided, |note| note.evaluate())
    }

    /// Prepares a note: fills in presumptions and finds the graph that decides it.
    fn note_in_graph<'n>(&self, answered: &'n Facts, date: NaiveDate) -> Option<NoteInGraph<'n>>
    where
        's: 'n,
    {
        let (filled, presumed) = self.fill(answered);
        let variables = &self.diagram.variables;
        Some(NoteInGraph {
            judge: *self,
            graph: self.graph(&filled)?,
            assignment: variables.assign(&filled, date),
            unpresumed: (!presumed.is_empty()).then(|| variables.assign(answered, date)),
            presumed,
            filled,
            answered,
            date,
        })
    }

    /// Returns the graph that decides a note with these answers.
    pub fn graph(&self, facts: &Facts) -> Option<&'s ActivityGraph> {
        self.diagram.graph(self.set, self.diagram.position_for(facts)?)
    }

    /// Returns the possible outcomes of a note over all answers to its open facts. Nothing is presumed.
    pub fn possible(&self, facts: &Facts, date: NaiveDate) -> BTreeSet<Outcome> {
        let Some(graph) = self.graph(facts) else { return BTreeSet::new() };
        graph.possible(&self.diagram.variables.assign(facts, date))
    }

    /// Returns whether another answer to `fact`, all else unchanged, could change the outcome. Nothing is presumed.
    pub fn outcome_depends_on(&self, facts: &Facts, date: NaiveDate, fact: FactId) -> bool {
        let (Some(graph), Some(variable)) = (self.graph(facts), self.diagram.variables.position(fact)) else {
            return false;
        };
        graph.depends_on(&self.diagram.variables.assign(facts, date), variable)
    }

    /// Returns the rules that apply or may apply to a note. Nothing is presumed.
    pub fn applicable(&self, facts: &Facts, date: NaiveDate) -> Vec<(RuleId, Applicability)> {
        let Some(graph) = self.graph(facts) else { return Vec::new() };
        graph.applicable(&self.diagram.variables.assign(facts, date))
    }

    /// Returns the decision on a note with an unknown activity. The vocabulary rejects such notes earlier.
    fn undecided() -> Evaluation {
        Evaluation {
            verdict: Verdict::HeldByRule,
            rules: Vec::new(),
            presumed: Vec::new(),
            settings: Vec::new(),
            advice: Vec::new(),
            verified_through: None,
            because: "Held for a person: no rule covers this activity.".into(),
        }
    }
}

impl ActivityGraph {
    /// Returns the possible outcomes over all answers to open variables.
    pub fn possible(&self, assignment: &Assignment) -> BTreeSet<Outcome> {
        let leaves = self.store.leaves(self.rules.outcome, assignment);
        leaves.into_iter().filter_map(|leaf| self.store.outcome(leaf)).collect()
    }

    /// Returns whether another value of `variable`, all else unchanged, could change the outcome.
    pub fn depends_on(&self, assignment: &Assignment, variable: usize) -> bool {
        self.store.depends_on(self.rules.outcome, assignment, variable)
    }

    /// Returns the rules that apply or may apply.
    pub fn applicable(&self, assignment: &Assignment) -> Vec<(RuleId, Applicability)> {
        let rules = self.rules.conditions.keys();
        rules.filter_map(|rule| Some((*rule, self.applies(*rule, assignment)?))).collect()
    }

    /// Returns whether a rule applies or may apply. A hold does not apply if strikes remove all its payers.
    pub fn applies(&self, rule: RuleId, assignment: &Assignment) -> Option<Applicability> {
        let condition = self.rules.holds.get(&rule).or_else(|| self.rules.conditions.get(&rule))?;
        match self.store.evaluate(*condition, assignment) {
            Some(true) => Some(Applicability::Always),
            None => Some(Applicability::Sometimes),
            Some(false) => None,
        }
    }
}

/// One note and the graph that decides it.
struct NoteInGraph<'n> {
    judge: Judge<'n>,
    graph: &'n ActivityGraph,
    /// Values of all answers, including presumed ones.
    assignment: Assignment,
    /// Values of the given answers alone; `None` if nothing was presumed.
    unpresumed: Option<Assignment>,
    presumed: Vec<FactId>,
    filled: Facts,
    answered: &'n Facts,
    date: NaiveDate,
}

impl NoteInGraph<'_> {
    fn evaluate(&self) -> Evaluation {
        let (leaves, asked) = self.graph.store.leaves_and_asked(self.graph.rules.outcome, &self.assignment);
        let possible: BTreeSet<Outcome> =
            leaves.into_iter().filter_map(|leaf| self.graph.store.outcome(leaf)).collect();
        let mut outcomes = possible.iter().copied();
        let verdict = match (outcomes.next(), outcomes.next()) {
            (Some(Outcome::Billable(service, payer)), None) => Verdict::Billable(service, payer),
            (Some(Outcome::NonBillable), None) => Verdict::NonBillable,
            // A set with a gap or a conflict does not load; if one existed, a person would have to decide.
            (Some(Outcome::Held | Outcome::Gap | Outcome::Conflict) | None, None) | (None, Some(_)) => {
                Verdict::HeldByRule
            }
            (Some(_), Some(_)) => Verdict::HeldForFacts { missing: self.missing(&self.assignment), possible },
        };
        let applicable = self.graph.applicable(&self.assignment);
        let rules = self.reasons(&verdict, &applicable);
        let advises = |rule: &RuleId| matches!(self.judge.set.rule(*rule).effect, Effect::Advise { .. });
        let advice = applicable.iter().filter(|(rule, applies)| *applies == Applicability::Always && advises(rule));
        Evaluation {
            because: self.because(&verdict, &rules, &applicable),
            presumed: self.rests_on(),
            settings: self.settings(&asked),
            advice: advice.map(|(rule, _)| *rule).collect(),
            verified_through: self.verified_through(&verdict, &rules),
            verdict,
            rules,
        }
    }

    /// Returns the facts that leave the outcome open because they are not answered, ordered by name.
    fn missing(&self, assignment: &Assignment) -> Vec<FactId> {
        let variables = self.graph.store.open_variables(self.graph.rules.outcome, assignment);
        let vocabulary = &self.judge.set.vocabulary;
        let facts = variables.into_iter().filter_map(|variable| self.fact(variable));
        let inputs = facts.flat_map(|fact| vocabulary.inputs_of(fact));
        // Days between two dates are open if either date is; only that one is missing.
        self.by_name(inputs.filter(|fact| !self.answered.get(*fact).is_given()).collect())
    }

    fn fact(&self, variable: usize) -> Option<FactId> {
        self.judge.diagram.variables.get(variable)?.question.fact()
    }

    fn by_name(&self, mut facts: Vec<FactId>) -> Vec<FactId> {
        let vocabulary = &self.judge.set.vocabulary;
        facts.sort_by(|left, right| vocabulary.fact(*left).name.cmp(&vocabulary.fact(*right).name));
        facts.dedup();
        facts
    }

    /// Returns the first date through which a source of the offers of a billable note has been checked.
    fn verified_through(&self, verdict: &Verdict, rules: &[RuleId]) -> Option<NaiveDate> {
        let set = self.judge.set;
        let offers = rules.iter().map(|rule| set.rule(*rule));
        let offers = offers.filter(|rule| matches!(rule.effect, Effect::Offer { .. }));
        let cites = offers.flat_map(|rule| &rule.basis.cites).filter(|_| matches!(verdict, Verdict::Billable(..)));
        cites.filter_map(|cite| set.sources.get(cite.source)?.verified_through).min()
    }

    /// Returns the presumed facts that would be missing if nothing were presumed.
    fn rests_on(&self) -> Vec<FactId> {
        let Some(unpresumed) = &self.unpresumed else { return Vec::new() };
        if self.graph.store.leaves(self.graph.rules.outcome, unpresumed).len() < 2 {
            return Vec::new();
        }
        let mut missing = self.missing(unpresumed);
        missing.retain(|fact| self.presumed.contains(fact));
        missing
    }

    /// Returns the settings for which another answer could change the outcome. `asked` marks the variables that the graph
    /// asks for this note.
    fn settings(&self, asked: &[bool]) -> Vec<FactId> {
        let is_setting = |fact: &FactId| self.judge.set.vocabulary.fact(*fact).origin == Origin::Setting;
        let asked = (0..).zip(asked).filter(|(_, asked)| **asked).map(|(variable, _)| variable);
        let settings = asked.filter_map(|variable| Some((variable, self.fact(variable).filter(is_setting)?)));
        let matter = settings.filter(|(variable, _)| self.graph.depends_on(&self.assignment, *variable));
        self.by_name(matter.map(|(_, fact)| fact).collect())
    }

    /// Returns the rules that are reasons for the decision, offers first. Prefers rules that are reasons for every
    /// answer to the open facts; if there are none, returns those that are reasons for some.
    fn reasons(&self, verdict: &Verdict, applicable: &[(RuleId, Applicability)]) -> Vec<RuleId> {
        if matches!(verdict, Verdict::HeldForFacts { .. }) {
            return Vec::new();
        }
        let (mut surely, mut perhaps) = (Vec::new(), Vec::new());
        for (rule, _) in applicable {
            let reason = self.graph.reasons.get(rule).copied().unwrap_or(Ref::FALSE);
            match self.graph.store.evaluate(reason, &self.assignment) {
                Some(true) => surely.push(*rule),
                None => perhaps.push(*rule),
                Some(false) => {}
            }
        }
        let against = if *verdict == Verdict::NonBillable { self.against(applicable) } else { Vec::new() };
        let found = match (against.is_empty(), surely.is_empty()) {
            (false, _) => against,
            (true, false) => surely,
            (true, true) => perhaps,
        };
        let is_offer = |rule: &RuleId| matches!(self.judge.set.rule(*rule).effect, Effect::Offer { .. });
        let (offers, others): (Vec<RuleId>, Vec<RuleId>) = found.into_iter().partition(is_offer);
        offers.into_iter().chain(others).collect()
    }

    /// For a non-billable note, returns the rules that surely apply and remove a payer that may be offered. Open facts
    /// may decide whether the work is offered at all, but not whether these rules would stand in the way.
    fn against(&self, applicable: &[(RuleId, Applicability)]) -> Vec<RuleId> {
        let set = self.judge.set;
        let offered = offered(set, applicable.iter().map(|(rule, _)| *rule));
        let takes = |rule: &RuleId| {
            let removes = set.rule(*rule).effect.removes();
            removes.is_some_and(|removes| offered.iter().any(|(service, payer)| removes.removes(*service, *payer)))
        };
        let surely = applicable.iter().filter(|(_, applies)| *applies == Applicability::Always);
        surely.map(|(rule, _)| *rule).filter(takes).collect()
    }
}

/// Returns every service and payer that these rules offer.
pub fn offered(set: &RuleSet, rules: impl IntoIterator<Item = RuleId>) -> Vec<(ServiceId, PayerId)> {
    let mut offered = Vec::new();
    for rule in rules {
        if let Effect::Offer { service, payers, .. } = &set.rule(rule).effect {
            offered.extend(payers.iter().map(|payer| (*service, *payer)));
        }
    }
    offered
}
