//! Facts + diagram → one decision with its reasons.
//!
//! Knows neither money nor formats. Notes that answer alike share one decision, made once.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;

use crate::diagram::{Asked, Cell, Diagram};
use crate::facts::{FactId, Facts, Kind};
use crate::nearest::joined;
use crate::rules::{Effect, Outcome, PayerId, Removes, Rule, RuleId, RuleSet, ServiceId};

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

/// A decision with its reasons.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What was decided.
    pub verdict: Verdict,
    /// The rules that decided.
    pub rules: Vec<RuleId>,
    /// Facts taken as their default and able to change the outcome, by name.
    pub presumed: Vec<FactId>,
    /// Advice that applies.
    pub advice: Vec<RuleId>,
    /// Why, in one sentence.
    pub because: String,
}

/// Decides notes over one rule set.
#[derive(Debug)]
pub struct Judge<'s> {
    set: &'s RuleSet,
    diagram: &'s Diagram,
    /// Whether what the set presumes is taken for answered.
    presume: bool,
    /// Only asked, never walked.
    known: HashMap<Key, Rc<Decision>>,
}

/// Everything a decision can depend on: the diagram's cells as answered, the same with what is presumed, and the
/// advice that applies.
type Key = (Vec<Cell>, Vec<Cell>, Vec<RuleId>);

impl<'s> Judge<'s> {
    /// A judge of this set. `presume`: whether what the set presumes is taken for answered.
    pub fn new(set: &'s RuleSet, diagram: &'s Diagram, presume: bool) -> Self {
        Self { set, diagram, presume, known: HashMap::new() }
    }

    /// Decides one note.
    pub fn decide(&mut self, answered: &Facts, date: NaiveDate) -> Rc<Decision> {
        let mut facts = answered.clone();
        let presumed = if self.presume { self.set.fill(&mut facts) } else { Vec::new() };
        let advice: Vec<RuleId> = self
            .set
            .rules()
            .filter(|(_, rule)| matches!(rule.effect, Effect::Advise) && rule.applies(&facts, date) == Some(true))
            .map(|(id, _)| id)
            .collect();
        let cells = self.diagram.cells(&facts, date);
        let key = (self.diagram.cells(answered, date), cells.clone(), advice.clone());
        if let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        let case = Case { set: self.set, diagram: self.diagram, facts: &facts, date, cells };
        let decision = Rc::new(case.decide(&presumed, advice));
        self.known.insert(key, Rc::clone(&decision));
        decision
    }
}

/// One note with what is presumed filled in.
struct Case<'c> {
    set: &'c RuleSet,
    diagram: &'c Diagram,
    facts: &'c Facts,
    date: NaiveDate,
    cells: Vec<Cell>,
}

impl Case<'_> {
    fn decide(&self, presumed: &[FactId], advice: Vec<RuleId>) -> Decision {
        let open = self.diagram.open(&self.cells);
        let mut outcomes = open.outcomes.iter().copied();
        let (verdict, rules) = match (outcomes.next(), outcomes.next()) {
            (Some(Outcome::Billable(service, payer)), None) => {
                (Verdict::Billable(service, payer), self.reasons_for_payer(service, payer))
            }
            (Some(Outcome::NonBillable), None) => (Verdict::NonBillable, self.reasons_against()),
            // A set with a gap or a conflict does not load; were there one, a person would have to look.
            (Some(Outcome::Held | Outcome::Gap | Outcome::Conflict) | None, None) => {
                (Verdict::HeldByRule, self.certain_or_possible(|rule| matches!(rule.effect, Effect::Hold { .. })))
            }
            (_, Some(_)) => {
                let missing = self.missing(&open.axes);
                (Verdict::HeldOpen { missing, possible: open.outcomes.clone() }, Vec::new())
            }
        };
        let because = self.because(&verdict, &rules);
        let mut presumed: Vec<FactId> = presumed.iter().copied().filter(|fact| self.matters(*fact)).collect();
        self.by_name(&mut presumed);
        Decision { verdict, rules, presumed, advice, because }
    }

    fn by_name(&self, facts: &mut [FactId]) {
        facts.sort_by(|left, right| self.set.vocabulary.fact(*left).name.cmp(&self.set.vocabulary.fact(*right).name));
    }

    /// The facts behind these axes, by name.
    fn missing(&self, axes: &BTreeSet<usize>) -> Vec<FactId> {
        let mut missing: Vec<FactId> = axes
            .iter()
            .filter_map(|axis| match self.diagram.axes.get(*axis)?.asked {
                Asked::Fact(fact) => Some(self.set.vocabulary.asked_for(fact)),
                Asked::ServiceDate => None,
            })
            .collect();
        self.by_name(&mut missing);
        missing.dedup();
        missing
    }

    /// Whether another answer to this fact, the others as they are, could change the outcome.
    fn matters(&self, fact: FactId) -> bool {
        let Some(axis) = self.diagram.axes.iter().position(|axis| axis.asked == Asked::Fact(fact)) else {
            return false;
        };
        let mut cells = self.cells.clone();
        if let Some(cell) = cells.get_mut(axis) {
            *cell = None;
        }
        self.diagram.open(&cells).axes.contains(&axis)
    }

    fn applies(&self, rule: &Rule) -> Option<bool> {
        rule.applies(self.facts, self.date)
    }

    /// The rules of a kind that surely apply; where none does, those that may.
    fn certain_or_possible(&self, wanted: impl Fn(&Rule) -> bool) -> Vec<RuleId> {
        let found = |fits: fn(Option<bool>) -> bool| -> Vec<RuleId> {
            let rules = self.set.rules().filter(|(_, rule)| wanted(rule) && fits(self.applies(rule)));
            rules.map(|(id, _)| id).collect()
        };
        let certain = found(|applies| applies == Some(true));
        if certain.is_empty() { found(|applies| applies != Some(false)) } else { certain }
    }

    /// The offers that came to this payer, and what took away the payers they would rather have had.
    fn reasons_for_payer(&self, service: ServiceId, payer: PayerId) -> Vec<RuleId> {
        let offers = self.certain_or_possible(|rule| {
            matches!(&rule.effect, Effect::Offer { service: offered, payers, .. } if *offered == service && payers.contains(&payer))
        });
        let mut preferred: Vec<PayerId> = Vec::new();
        for offer in &offers {
            if let Effect::Offer { payers, .. } = &self.set.rule(*offer).effect {
                preferred.extend(payers.iter().take_while(|other| **other != payer));
            }
        }
        let removed = self.certain_or_possible(|rule| {
            removes(rule).is_some_and(|removes| preferred.iter().any(|payer| removes.removes(service, *payer)))
        });
        offers.into_iter().chain(if preferred.is_empty() { Vec::new() } else { removed }).collect()
    }

    /// What took every payer away; where nothing was offered, what says that this work or case is not paid for.
    fn reasons_against(&self) -> Vec<RuleId> {
        let offered = self.offered();
        self.certain_or_possible(|rule| {
            let Some(removes) = removes(rule) else { return false };
            if offered.is_empty() {
                return matches!(rule.effect, Effect::Exclude(_)) || removes.services.is_none();
            }
            offered.iter().any(|(service, payer)| removes.removes(*service, *payer))
        })
    }

    /// As few of the rules that took payers away as took away all that were offered: what need be said.
    fn enough(&self, rules: &[RuleId]) -> Vec<RuleId> {
        let takes = |id: &RuleId, offered: &(ServiceId, PayerId)| {
            removes(self.set.rule(*id)).is_some_and(|removes| removes.removes(offered.0, offered.1))
        };
        let mut left = self.offered();
        if left.is_empty() {
            return rules.to_vec();
        }
        let mut enough = Vec::new();
        while let Some(most) = rules.iter().max_by_key(|id| {
            let count = left.iter().filter(|offered| takes(id, offered)).count();
            (count, std::cmp::Reverse(**id))
        }) {
            let before = left.len();
            left.retain(|offered| !takes(most, offered));
            if left.len() == before {
                break;
            }
            enough.push(*most);
        }
        enough
    }

    /// Every service and payer that an offer names which applies or may.
    fn offered(&self) -> Vec<(ServiceId, PayerId)> {
        let mut offered = Vec::new();
        for (_, rule) in self.set.rules().filter(|(_, rule)| self.applies(rule) != Some(false)) {
            if let Effect::Offer { service, payers, .. } = &rule.effect {
                offered.extend(payers.iter().map(|payer| (*service, *payer)));
            }
        }
        offered
    }

    /// Why, in one sentence: the payer, then the titles of the rules.
    fn because(&self, verdict: &Verdict, rules: &[RuleId]) -> String {
        let titles = |rules: &mut dyn Iterator<Item = &RuleId>| {
            joined(rules.map(|id| titled(self.set.rule(*id))).collect(), "and")
        };
        let is_offer = |id: &&RuleId| matches!(self.set.rule(**id).effect, Effect::Offer { .. });
        match verdict {
            Verdict::Billable(service, payer) => {
                let service = self.set.service(*service);
                let offers = titles(&mut rules.iter().filter(is_offer));
                let others = titles(&mut rules.iter().filter(|id| !is_offer(id)));
                let but = if others.is_empty() { String::new() } else { format!("; {others}") };
                format!("Billed to {} as {}: {offers}{but}.", self.set.payer(*payer).title, service.full_code())
            }
            Verdict::NonBillable => format!("Nobody pays: {}.", titles(&mut self.enough(rules).iter())),
            Verdict::HeldByRule => {
                let instead = rules.iter().filter_map(|id| match &self.set.rule(*id).effect {
                    Effect::Hold { instead } => instead.as_deref(),
                    _ => None,
                });
                let instead: String =
                    instead.take(1).fold(String::new(), |_, text| format!("; {}", text.trim_end_matches('.')));
                format!("Held for a person: {}{instead}.", titles(&mut rules.iter()))
            }
            Verdict::HeldOpen { missing, .. } => {
                let parts = missing.iter().map(|fact| self.leads_to(*fact)).collect();
                format!("Held: {}.", joined(parts, "and"))
            }
        }
    }

    /// What each answer to a missing fact would lead to: `` `plan_link` is not answered (yes: MO HealthNet; no: …)``.
    fn leads_to(&self, fact: FactId) -> String {
        let vocabulary = &self.set.vocabulary;
        let asked = vocabulary.derived(fact).unwrap_or(fact);
        let name = &vocabulary.fact(fact).name;
        let Some((at, axis)) = self.diagram.axes.iter().enumerate().find(|(_, axis)| axis.asked == Asked::Fact(asked))
        else {
            return format!("`{name}` is not answered");
        };
        let mut answers: Vec<(String, Vec<String>)> = Vec::new();
        for cell in (0..).take(axis.cells) {
            let mut cells = self.cells.clone();
            if let Some(known) = cells.get_mut(at) {
                *known = Some(cell);
            }
            let outcomes = self.diagram.open(&cells).outcomes;
            let leads = joined(outcomes.iter().map(|outcome| self.told(*outcome)).collect(), "or");
            let answer = match &vocabulary.fact(asked).kind {
                Kind::Coded(values) => values.get(usize::from(cell)).cloned().unwrap_or_default(),
                Kind::Number(..) | Kind::Date => banded(&vocabulary.fact(asked).name, &axis.bands, usize::from(cell)),
            };
            match answers.iter_mut().find(|(told, _)| *told == leads) {
                Some((_, list)) => list.push(answer),
                None => answers.push((leads, vec![answer])),
            }
        }
        let told: Vec<String> =
            answers.into_iter().map(|(leads, answers)| format!("{}: {leads}", joined(answers, "or"))).collect();
        format!("`{name}` is not answered ({})", told.join("; "))
    }

    fn told(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Billable(service, payer) => {
                format!("{} as {}", self.set.payer(payer).title, self.set.service(service).code)
            }
            Outcome::NonBillable => "nobody pays".into(),
            Outcome::Held | Outcome::Gap | Outcome::Conflict => "held for a person".into(),
        }
    }
}

/// What an exclude or a strike takes away.
fn removes(rule: &Rule) -> Option<&Removes> {
    match &rule.effect {
        Effect::Exclude(removes) | Effect::Strike(removes) => Some(removes),
        Effect::Offer { .. } | Effect::Hold { .. } | Effect::Advise => None,
    }
}

fn titled(rule: &Rule) -> String {
    let house = if rule.basis.house { " (house rule)" } else { "" };
    format!("{}{house}", rule.title.trim_end_matches('.'))
}

fn banded(name: &str, bands: &[i64], cell: usize) -> String {
    match (bands.get(cell).filter(|_| cell > 0), bands.get(cell + 1)) {
        (None, Some(below)) => format!("{name} below {below}"),
        (Some(from), None) => format!("{name} {from} or more"),
        (Some(from), Some(below)) => format!("{name} {from} to {}", below - 1),
        (None, None) => name.to_owned(),
    }
}
