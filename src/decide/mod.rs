//! Facts and graphs → one evaluation: what was decided and why.
//!
//! Rows, explanations, sample claims and mutants all read this one answer. Knows neither money nor formats.

mod because;
mod near;
mod table;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub use near::{Lack, NearOffer, NearOffers};
pub use table::{DecisionId, Decisions};

use crate::diagram::{ActivityGraph, Assignment, Diagram, Ref};
use crate::facts::{FactId, Facts, Origin};
use crate::rules::{Effect, Outcome, PayerId, RuleId, RuleSet, ServiceId};

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// One payer pays for one service.
    Billable(ServiceId, PayerId),
    /// Nobody pays.
    NonBillable,
    /// A hold rule applies: no sentence covers it, a person must look.
    HeldByRule,
    /// A missing answer could change the outcome.
    HeldOpen {
        /// The facts that matter, by name.
        missing: Vec<FactId>,
        /// What is still possible.
        possible: BTreeSet<Outcome>,
    },
}

/// What was decided on one note, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// What was decided.
    pub verdict: Verdict,
    /// The rules that decided: offers first, then by id.
    pub rules: Vec<RuleId>,
    /// The presumed facts that would be missing if nothing were presumed, by name.
    pub presumed: Vec<FactId>,
    /// The settings whose other answer could change the outcome, by name.
    pub settings: Vec<FactId>,
    /// Advice that applies however open facts are answered.
    pub advice: Vec<RuleId>,
    /// Why, in one sentence.
    pub because: String,
}

/// Whether a rule applies to a note that may leave facts open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applies {
    /// However the open facts are answered.
    Surely,
    /// For some way to answer them.
    Perhaps,
}

/// Decides notes over one rule set. Threads can share it.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'s> {
    set: &'s RuleSet,
    diagram: &'s Diagram,
    /// Whether what the set presumes is taken for answered.
    presume: bool,
}

impl<'s> Judge<'s> {
    /// A judge of this set. `presume`: whether what the set presumes is taken for answered.
    pub fn new(set: &'s RuleSet, diagram: &'s Diagram, presume: bool) -> Self {
        Self { set, diagram, presume }
    }

    /// The rules by which it decides.
    pub fn set(&self) -> &'s RuleSet {
        self.set
    }

    /// The graphs by which it decides.
    pub fn diagram(&self) -> &'s Diagram {
        self.diagram
    }

    /// The answers with what is presumed filled in, and which facts that were.
    pub fn fill(&self, answered: &Facts) -> (Facts, Vec<FactId>) {
        let mut filled = answered.clone();
        let presumed = if self.presume { self.set.fill(&mut filled) } else { Vec::new() };
        (filled, presumed)
    }

    /// Decides one note.
    pub fn evaluate(&self, answered: &Facts, date: NaiveDate) -> Evaluation {
        self.note_in_graph(answered, date).map_or_else(Self::undecided, |note| note.evaluate())
    }

    /// A note with its presumptions and the graph that decides it.
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

    /// The graph that decides a note with these answers.
    pub fn graph(&self, facts: &Facts) -> Option<&'s ActivityGraph> {
        self.diagram.graph(self.set, self.diagram.position_for(facts)?)
    }

    /// What a note can come to: the outcomes over all ways to answer what it leaves open, nothing presumed.
    pub fn possible(&self, facts: &Facts, date: NaiveDate) -> BTreeSet<Outcome> {
        let Some(graph) = self.graph(facts) else { return BTreeSet::new() };
        graph.possible(&self.diagram.variables.assign(facts, date))
    }

    /// Whether another answer to a fact, the others as they are, could change the outcome. Nothing is presumed.
    pub fn matters(&self, facts: &Facts, date: NaiveDate, fact: FactId) -> bool {
        let (Some(graph), Some(variable)) = (self.graph(facts), self.diagram.variables.position(fact)) else {
            return false;
        };
        graph.depends_on(&self.diagram.variables.assign(facts, date), variable)
    }

    /// The rules that apply to a note, or may. Nothing is presumed.
    pub fn applicable(&self, facts: &Facts, date: NaiveDate) -> Vec<(RuleId, Applies)> {
        let Some(graph) = self.graph(facts) else { return Vec::new() };
        graph.applicable(&self.diagram.variables.assign(facts, date))
    }

    /// A note that no graph decides: of an activity that the rules do not know, which the vocabulary never lets pass.
    fn undecided() -> Evaluation {
        Evaluation {
            verdict: Verdict::HeldByRule,
            rules: Vec::new(),
            presumed: Vec::new(),
            settings: Vec::new(),
            advice: Vec::new(),
            because: "Held for a person: no rule speaks of this activity.".into(),
        }
    }
}

impl ActivityGraph {
    /// The outcomes over all ways to answer what is open.
    pub fn possible(&self, assignment: &Assignment) -> BTreeSet<Outcome> {
        let leaves = self.store.leaves(self.rules.outcome, assignment);
        leaves.into_iter().filter_map(|leaf| self.store.outcome(leaf)).collect()
    }

    /// Whether another value of a variable, the others as they are, could change the outcome.
    pub fn depends_on(&self, assignment: &Assignment, variable: usize) -> bool {
        self.store.depends_on(self.rules.outcome, assignment, variable)
    }

    /// The rules that apply, or may.
    pub fn applicable(&self, assignment: &Assignment) -> Vec<(RuleId, Applies)> {
        let rules = self.rules.conditions.keys();
        rules.filter_map(|rule| Some((*rule, self.applies(*rule, assignment)?))).collect()
    }

    /// Whether a rule applies, or may. A hold does not apply where strikes leave none of its payers.
    pub fn applies(&self, rule: RuleId, assignment: &Assignment) -> Option<Applies> {
        let condition = self.rules.holds.get(&rule).or_else(|| self.rules.conditions.get(&rule))?;
        match self.store.verdict(*condition, assignment) {
            Some(true) => Some(Applies::Surely),
            None => Some(Applies::Perhaps),
            Some(false) => None,
        }
    }
}

/// One note and the graph that decides it.
struct NoteInGraph<'n> {
    judge: Judge<'n>,
    graph: &'n ActivityGraph,
    /// What is answered or presumed.
    assignment: Assignment,
    /// What is answered, where something is presumed besides.
    unpresumed: Option<Assignment>,
    presumed: Vec<FactId>,
    filled: Facts,
    answered: &'n Facts,
    date: NaiveDate,
}

impl NoteInGraph<'_> {
    fn evaluate(&self) -> Evaluation {
        let possible = self.graph.possible(&self.assignment);
        let mut outcomes = possible.iter().copied();
        let verdict = match (outcomes.next(), outcomes.next()) {
            (Some(Outcome::Billable(service, payer)), None) => Verdict::Billable(service, payer),
            (Some(Outcome::NonBillable), None) => Verdict::NonBillable,
            // A set with a gap or a conflict does not load; were there one, a person would have to look.
            (Some(Outcome::Held | Outcome::Gap | Outcome::Conflict) | None, None) | (None, Some(_)) => {
                Verdict::HeldByRule
            }
            (Some(_), Some(_)) => Verdict::HeldOpen { missing: self.missing(&self.assignment), possible },
        };
        let applicable = self.graph.applicable(&self.assignment);
        let rules = self.reasons(&verdict, &applicable);
        let advises = |rule: &RuleId| matches!(self.judge.set.rule(*rule).effect, Effect::Advise);
        let advice = applicable.iter().filter(|(rule, applies)| *applies == Applies::Surely && advises(rule));
        Evaluation {
            because: self.because(&verdict, &rules, &applicable),
            presumed: self.rests_on(),
            settings: self.settings(),
            advice: advice.map(|(rule, _)| *rule).collect(),
            verdict,
            rules,
        }
    }

    /// The facts whose missing answers leave the outcome open, by name.
    fn missing(&self, assignment: &Assignment) -> Vec<FactId> {
        let variables = self.graph.store.open(self.graph.rules.outcome, assignment).variables;
        let vocabulary = &self.judge.set.vocabulary;
        let facts = variables.into_iter().filter_map(|variable| self.fact(variable));
        self.by_name(facts.map(|fact| vocabulary.input_of(fact)).collect())
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

    /// Of the presumed facts those that would be missing if nothing were presumed.
    fn rests_on(&self) -> Vec<FactId> {
        let Some(unpresumed) = &self.unpresumed else { return Vec::new() };
        if self.graph.store.leaves(self.graph.rules.outcome, unpresumed).len() < 2 {
            return Vec::new();
        }
        let mut missing = self.missing(unpresumed);
        missing.retain(|fact| self.presumed.contains(fact));
        missing
    }

    /// The settings whose other answer could change the outcome.
    fn settings(&self) -> Vec<FactId> {
        let asked = self.graph.store.asked(self.graph.rules.outcome, &self.assignment);
        let is_setting = |fact: &FactId| self.judge.set.vocabulary.fact(*fact).origin == Origin::Setting;
        let asked = (0..).zip(asked).filter(|(_, asked)| *asked).map(|(variable, _)| variable);
        let settings = asked.filter_map(|variable| Some((variable, self.fact(variable).filter(is_setting)?)));
        let matter = settings.filter(|(variable, _)| self.graph.depends_on(&self.assignment, *variable));
        self.by_name(matter.map(|(_, fact)| fact).collect())
    }

    /// The rules that decided, offers first. However the open facts are answered; where no rule did so in every case,
    /// those that may have.
    fn reasons(&self, verdict: &Verdict, applicable: &[(RuleId, Applies)]) -> Vec<RuleId> {
        if matches!(verdict, Verdict::HeldOpen { .. }) {
            return Vec::new();
        }
        let (mut surely, mut perhaps) = (Vec::new(), Vec::new());
        for (rule, _) in applicable {
            let reason = self.graph.reasons.get(rule).copied().unwrap_or(Ref::FALSE);
            match self.graph.store.verdict(reason, &self.assignment) {
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

    /// Of a note that nobody pays: what surely takes away a payer that may be offered. An open fact may decide whether
    /// the work is offered at all, but not that these would stand in its way.
    fn against(&self, applicable: &[(RuleId, Applies)]) -> Vec<RuleId> {
        let set = self.judge.set;
        let offered = offered(set, applicable.iter().map(|(rule, _)| *rule));
        let takes = |rule: &RuleId| {
            let removes = set.rule(*rule).effect.removes();
            removes.is_some_and(|removes| offered.iter().any(|(service, payer)| removes.removes(*service, *payer)))
        };
        let surely = applicable.iter().filter(|(_, applies)| *applies == Applies::Surely);
        surely.map(|(rule, _)| *rule).filter(takes).collect()
    }
}

/// Every service and payer that one of these rules offers.
pub fn offered(set: &RuleSet, rules: impl IntoIterator<Item = RuleId>) -> Vec<(ServiceId, PayerId)> {
    let mut offered = Vec::new();
    for rule in rules {
        if let Effect::Offer { service, payers, .. } = &set.rule(rule).effect {
            offered.extend(payers.iter().map(|payer| (*service, *payer)));
        }
    }
    offered
}
