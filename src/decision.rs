//! Facts + diagram → one decision with its reasons.
//!
//! Knows neither money nor formats. Notes that answer alike share one decision, made once.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;

use crate::diagram::{Asked, Atlas, Cell};
use crate::facts::{FactId, Facts, Kind};
use crate::nearest::joined;
use crate::rules::{Effect, Outcome, PayerId, Rule, RuleId, RuleSet, ServiceId, deciding, offered, outcome, reasons};

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
    atlas: &'s Atlas,
    /// Whether what the set presumes is taken for answered.
    presume: bool,
    /// Only asked, never walked.
    known: HashMap<Key, Rc<Decision>>,
}

/// Everything a decision can depend on: the cells as answered, and the same with what is presumed.
type Key = (Vec<Cell>, Vec<Cell>);

impl<'s> Judge<'s> {
    /// A judge of this set. `presume`: whether what the set presumes is taken for answered.
    pub fn new(set: &'s RuleSet, atlas: &'s Atlas, presume: bool) -> Self {
        Self { set, atlas, presume, known: HashMap::new() }
    }

    /// Decides one note.
    pub fn decide(&mut self, answered: &Facts, date: NaiveDate) -> Rc<Decision> {
        let mut facts = answered.clone();
        let presumed = if self.presume { self.set.fill(&mut facts) } else { Vec::new() };
        let cells = self.atlas.decisions.cells(&facts, date);
        let key = (self.atlas.decisions.cells(answered, date), cells.clone());
        if let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        let case = Case { set: self.set, atlas: self.atlas, facts: &facts, date, cells };
        let decision = Rc::new(case.decide(&presumed));
        self.known.insert(key, Rc::clone(&decision));
        decision
    }
}

/// One note with what is presumed filled in.
struct Case<'c> {
    set: &'c RuleSet,
    atlas: &'c Atlas,
    facts: &'c Facts,
    date: NaiveDate,
    cells: Vec<Cell>,
}

impl Case<'_> {
    fn decide(&self, presumed: &[FactId]) -> Decision {
        let open = self.atlas.decisions.open(&self.cells);
        let mut outcomes = open.outcomes.iter().copied();
        let (verdict, rules) = match (outcomes.next(), outcomes.next()) {
            (Some(outcome @ Outcome::Billable(service, payer)), None) => {
                (Verdict::Billable(service, payer), self.reasons(outcome))
            }
            (Some(Outcome::NonBillable), None) => (Verdict::NonBillable, self.reasons(Outcome::NonBillable)),
            // A set with a gap or a conflict does not load; were there one, a person would have to look.
            (Some(Outcome::Held | Outcome::Gap | Outcome::Conflict) | None, None) => {
                (Verdict::HeldByRule, self.reasons(Outcome::Held))
            }
            (_, Some(_)) => {
                let missing = self.missing(&open.axes);
                (Verdict::HeldOpen { missing, possible: open.outcomes.clone() }, Vec::new())
            }
        };
        let because = self.because(&verdict, &rules);
        let mut presumed: Vec<FactId> =
            presumed.iter().copied().filter(|fact| self.atlas.decisions.matters(&self.cells, *fact)).collect();
        self.by_name(&mut presumed);
        Decision { verdict, rules, presumed, advice: self.advice(), because }
    }

    /// The rules that decided, however the open facts are answered; where no rule did so in every case, those that may
    /// have.
    fn reasons(&self, outcome: Outcome) -> Vec<RuleId> {
        let Some(met) = self.atlas.meet(&self.cells) else { return self.surely(outcome) };
        let met: Vec<&[RuleId]> = met.iter().map(AsRef::as_ref).collect();
        let in_case: Vec<Vec<RuleId>> = met.iter().map(|met| reasons(self.set, met)).collect();
        let against = self.against(&met);
        let every = if against.is_empty() { common(in_case.iter().map(Vec::as_slice)) } else { against };
        let found = if every.is_empty() { in_case.into_iter().flatten().collect() } else { every };
        let is_offer = |id: &RuleId| matches!(self.set.rule(*id).effect, Effect::Offer { .. });
        let (offers, others): (Vec<RuleId>, Vec<RuleId>) = found.into_iter().partition(is_offer);
        offers.into_iter().chain(others).collect()
    }

    /// Where the rules that meet in this one case are too many to be looked at: of the rules that can decide a note of
    /// this outcome those that apply however it is answered, else those that may apply.
    fn surely(&self, outcome: Outcome) -> Vec<RuleId> {
        let (surely, maybe) = self.atlas.apply(&self.cells);
        let may: Vec<RuleId> = maybe.iter().copied().collect();
        let deciding = deciding(self.set, outcome, &may);
        let of = |rules: BTreeSet<RuleId>| rules.into_iter().filter(|id| deciding.contains(id)).collect::<Vec<_>>();
        let surely = of(surely);
        if surely.is_empty() { of(maybe) } else { surely }
    }

    /// Of a note that nobody pays: what surely takes away a payer that is offered in some case. An open fact may decide
    /// whether the work is offered at all, but not that these would stand in its way.
    fn against(&self, met: &[&[RuleId]]) -> BTreeSet<RuleId> {
        let nobody = |met: &&[RuleId]| outcome(self.set, met) == Outcome::NonBillable;
        let offered: BTreeSet<_> = met.iter().flat_map(|met| offered(self.set, met)).collect();
        let takes = |id: &RuleId| {
            let removes = self.set.rule(*id).effect.removes();
            removes.is_some_and(|removes| offered.iter().any(|(service, payer)| removes.removes(*service, *payer)))
        };
        if !met.iter().all(nobody) {
            return BTreeSet::new();
        }
        common(met.iter().copied()).into_iter().filter(takes).collect()
    }

    /// Advice that applies however the open facts are answered.
    fn advice(&self) -> Vec<RuleId> {
        let advises = |id: &RuleId| matches!(self.set.rule(*id).effect, Effect::Advise);
        if !self.set.rules.iter().any(|rule| matches!(rule.effect, Effect::Advise)) {
            return Vec::new();
        }
        self.atlas.apply(&self.cells).0.into_iter().filter(advises).collect()
    }

    fn by_name(&self, facts: &mut [FactId]) {
        facts.sort_by(|left, right| self.set.vocabulary.fact(*left).name.cmp(&self.set.vocabulary.fact(*right).name));
    }

    /// The facts behind these axes, by name.
    fn missing(&self, axes: &BTreeSet<usize>) -> Vec<FactId> {
        let mut missing: Vec<FactId> = axes
            .iter()
            .filter_map(|axis| match self.atlas.decisions.axes.get(*axis)?.asked {
                Asked::Fact(fact) => Some(self.set.vocabulary.asked_for(fact)),
                Asked::ServiceDate => None,
            })
            .collect();
        self.by_name(&mut missing);
        missing.dedup();
        missing
    }

    fn applies(&self, rule: &Rule) -> Option<bool> {
        rule.applies(self.facts, self.date)
    }

    /// As few of the rules that took payers away as took away all that were offered: what need be said.
    fn enough(&self, rules: &[RuleId]) -> Vec<RuleId> {
        let takes = |id: &RuleId, offered: &(ServiceId, PayerId)| {
            let removes = self.set.rule(*id).effect.removes();
            removes.is_some_and(|removes| removes.removes(offered.0, offered.1))
        };
        let may = self.set.rules().filter(|(_, rule)| self.applies(rule) != Some(false)).map(|(id, _)| id);
        let mut left = offered(self.set, &may.collect::<Vec<_>>());
        if left.is_empty() {
            // What is said of the work says enough; who the client is would only be noise beside it.
            let of_the_work = |id: &&RuleId| matches!(self.set.rule(**id).effect, Effect::Exclude(_));
            let excludes: Vec<RuleId> = rules.iter().filter(of_the_work).copied().collect();
            return if excludes.is_empty() { rules.to_vec() } else { excludes };
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
                let instead = rules.iter().find_map(|id| match &self.set.rule(*id).effect {
                    Effect::Hold { instead, .. } => self.set.instead_text(instead),
                    _ => None,
                });
                let instead = instead.map_or_else(String::new, |text| format!("; {text}"));
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
        let mut questions = self.atlas.decisions.axes.iter().enumerate();
        let Some((at, axis)) = questions.find(|(_, axis)| axis.asked == Asked::Fact(asked)) else {
            return format!("`{name}` is not answered");
        };
        let mut answers: Vec<(String, Vec<String>)> = Vec::new();
        for cell in (0..).take(axis.cells) {
            let mut cells = self.cells.clone();
            if let Some(known) = cells.get_mut(at) {
                *known = Some(cell);
            }
            let outcomes = self.atlas.decisions.open(&cells).outcomes;
            let leads = joined(outcomes.iter().map(|outcome| self.told(*outcome)).collect(), "or");
            let told = axis.told(self.set, cell);
            let answer = match &vocabulary.fact(asked).kind {
                Kind::Coded(_) => told,
                Kind::Number(..) | Kind::Date => format!("{} {told}", vocabulary.fact(asked).name),
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
                format!("{} as {}", self.set.payer(payer).title, self.set.service(service).full_code())
            }
            Outcome::NonBillable => "nobody pays".into(),
            Outcome::Held | Outcome::Gap | Outcome::Conflict => "held for a person".into(),
        }
    }
}

fn titled(rule: &Rule) -> String {
    let house = if rule.basis.house { " (house rule)" } else { "" };
    format!("{}{house}", rule.title.trim_end_matches('.'))
}

/// The rules that are in all of these.
fn common<'m>(all: impl Iterator<Item = &'m [RuleId]>) -> BTreeSet<RuleId> {
    let sets = all.map(|rules| rules.iter().copied().collect::<BTreeSet<RuleId>>());
    sets.reduce(|common, rules| common.intersection(&rules).copied().collect()).unwrap_or_default()
}
