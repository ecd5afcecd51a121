//! Explains a decision in one sentence.
//!
//! For a note that nobody pays for, the sentence names the obstacle nearest to payment: what the note lacks for an
//! offer for this activity, and the rule that rules out the other payers.

use super::near::{Lack, NearOffer, NearOffers};
use super::{Applicability, NoteInGraph, Verdict, offered};
use crate::diagram::Value;
use crate::facts::{Answer, FactId, Kind, Origin};
use crate::nearest::joined;
use crate::rules::{Effect, Outcome, PayerId, Rule, RuleId, RuleSet, ServiceId};
use crate::words;

/// Maximum number of missing facts for which the sentence lists where each answer leads. If exceeded, it only names
/// them.
const EXPLAINED: usize = 3;

/// Maximum number of conditions that a note may fail for the sentence to mention an offer as near.
const NEAR: usize = 2;

impl NoteInGraph<'_> {
    /// Builds the sentence: the payer or status first, then the titles of the rules.
    pub(super) fn because(
        &self,
        verdict: &Verdict,
        rules: &[RuleId],
        applicable: &[(RuleId, Applicability)],
    ) -> String {
        let set = self.judge.set();
        match verdict {
            Verdict::Billable(service, payer) => {
                let is_offer = |rule: &&RuleId| matches!(set.rule(**rule).effect, Effect::Offer { .. });
                let (offers, others): (Vec<&RuleId>, Vec<&RuleId>) = rules.iter().partition(is_offer);
                let others = titles(set, others);
                let but = if others.is_empty() { String::new() } else { format!("; {others}") };
                let (payer, code) = (&set.payer(*payer).title, set.service(*service).full_code());
                format!("Billed to {payer} as {code}: {}{but}.", titles(set, offers))
            }
            Verdict::NonBillable => format!("Nobody pays: {}.", self.obstacles(rules, applicable)),
            Verdict::HeldByRule => {
                let instead = rules.iter().find_map(|rule| match &set.rule(*rule).effect {
                    Effect::Hold { instead, .. } => set.instead_text(instead),
                    _ => None,
                });
                let instead = instead.map_or_else(String::new, |text| format!("; {text}"));
                format!("Held for a person: {}{instead}.", titles(set, rules))
            }
            Verdict::HeldForFacts { missing, .. } if missing.len() > EXPLAINED => {
                let names = missing.iter().map(|fact| format!("`{}`", set.vocabulary.fact(*fact).name)).collect();
                format!("Held: {} are not answered.", joined(names, "and"))
            }
            Verdict::HeldForFacts { missing, .. } => {
                let parts = missing.iter().map(|fact| self.leads_to(*fact, missing)).collect();
                format!("Held: {}.", joined(parts, "and"))
            }
        }
    }

    /// Describes what keeps a note that nobody pays for from being billable.
    fn obstacles(&self, rules: &[RuleId], applicable: &[(RuleId, Applicability)]) -> String {
        let set = self.judge.set();
        let offered = offered(set, applicable.iter().map(|(rule, _)| *rule));
        if !offered.is_empty() {
            return titles(set, &minimal_removals(set, rules, offered));
        }
        // Excludes for the work are enough of an explanation; rules about the client would only be noise here.
        let is_exclude = |rule: &&RuleId| matches!(set.rule(**rule).effect, Effect::Exclude(_));
        let excludes: Vec<RuleId> = rules.iter().filter(is_exclude).copied().collect();
        let lacks = self.near_offers().into_iter().map(|offer| self.lacking(&offer)).collect::<Vec<_>>();
        let (said, lacks) = match (excludes.is_empty(), lacks.is_empty()) {
            (true, _) => (rules.to_vec(), lacks),
            // If no offer is near, only the strikes explain why no payer covers this client.
            (false, true) => (excludes.into_iter().chain(self.general_strikes(rules)).collect(), lacks),
            (false, false) => (excludes, lacks),
        };
        let said = titles(set, &said);
        std::iter::once(said).filter(|said| !said.is_empty()).chain(lacks).collect::<Vec<_>>().join("; ")
    }

    fn general_strikes(&self, rules: &[RuleId]) -> Vec<RuleId> {
        let is_strike = |rule: &&RuleId| matches!(self.judge.set().rule(**rule).effect, Effect::Strike(_));
        rules.iter().filter(is_strike).copied().collect()
    }

    /// Returns whether the sentence for this verdict names near offers, which it does if nobody may pay and no offer may
    /// apply.
    pub(super) fn names_near_offers(&self, verdict: &Verdict) -> bool {
        let applicable = self.graph.applicable(&self.assignment).into_iter();
        let may_be_offered = || !offered(self.judge.set(), applicable.map(|(rule, _)| rule)).is_empty();
        *verdict == Verdict::NonBillable && !may_be_offered()
    }

    /// Returns the near offers with nothing but what the sentence says of them.
    pub(super) fn named_offers(&self) -> Vec<NearOffer> {
        let mut near = self.near_offers();
        for lack in near.iter_mut().flat_map(|offer| &mut offer.lacks) {
            if let Answer::Number(number) = &mut lack.now {
                *number = 0;
            }
        }
        near
    }

    /// Returns the offers for this activity that fail only a few conditions and that a payer would otherwise pay for.
    fn near_offers(&self) -> Vec<NearOffer> {
        let offers = NearOffers { judge: self.judge, answered: self.answered, filled: &self.filled, date: self.date };
        let mut near = offers.nearest(self.graph.rules.conditions.keys().copied());
        near.retain(|offer| {
            let lacking = offer.lacks.len() + usize::from(offer.off_date);
            (1..=NEAR).contains(&lacking) && offers.obstacles(offer).is_empty()
        });
        near
    }

    /// Describes what an offer needs: ``H2023 HK needs `staff_role` to be `vocational_specialist`; the note says …``.
    fn lacking(&self, offer: &NearOffer) -> String {
        let set = self.judge.set();
        let rule = set.rule(offer.rule);
        let code = match &rule.effect {
            Effect::Offer { service, .. } => set.service(*service).full_code(),
            _ => String::new(),
        };
        let mut needs: Vec<String> = offer.lacks.iter().map(|lack| self.need(lack)).collect();
        if offer.off_date {
            needs.push(format!("a service date {}", words::dates(rule.effective)));
        }
        format!("{code} needs {}", joined(needs, "and"))
    }

    fn need(&self, lack: &Lack) -> String {
        let set = self.judge.set();
        let fact = set.vocabulary.fact(lack.fact);
        let needs = words::answers(set, lack.fact, &lack.needs);
        let now = set.answer_text(lack.fact, lack.now);
        match (fact.origin, lack.now) {
            (Origin::Setting, _) => format!("the setting `{}` to be {needs} (it is `{now}`)", fact.name),
            (_, Answer::Unanswered) => format!("`{}` to be {needs} (not answered)", fact.name),
            (_, Answer::Value(_)) => format!("`{}` to be {needs} (the note says `{now}`)", fact.name),
            // Omit the number, so that all notes in the same band share the sentence.
            (_, Answer::Number(_)) => format!("`{}` to be {needs}", fact.name),
        }
    }

    /// Describes where each answer to a fact leads: `` `plan_link` is not answered (yes: MO HealthNet; no: …)``. Only
    /// names a date from which no number alone is derived that matters.
    fn leads_to(&self, fact: FactId, missing: &[FactId]) -> String {
        let set = self.judge.set();
        let name = &set.vocabulary.fact(fact).name;
        let variables = &self.judge.diagram().variables;
        let position = self.variable_of(fact, missing);
        let Some((position, variable)) = position.and_then(|at| Some((at, variables.get(at)?))) else {
            return format!("`{name}` is not answered");
        };
        let mut answers: Vec<(String, Vec<Value>)> = Vec::new();
        for value in variable.values() {
            let mut assignment = self.assignment.clone();
            if let Some(known) = assignment.get_mut(position) {
                *known = Some(value);
            }
            let outcomes = self.graph.possible(&assignment);
            let leads = joined(outcomes.iter().map(|outcome| outcome_in_short(set, *outcome)).collect(), "or");
            match answers.iter_mut().find(|(known, _)| *known == leads) {
                Some((_, list)) => list.push(value),
                None => answers.push((leads, vec![value])),
            }
        }
        let number = if variable.bands.is_empty() { "" } else { variable.question.name(set) };
        let described = |values: Vec<Value>| {
            let texts = variable.describe_all(set, values).into_iter();
            joined(texts.map(|text| format!("{number} {text}").trim_start().to_owned()).collect(), "or")
        };
        let parts: Vec<String> =
            answers.into_iter().map(|(leads, values)| format!("{}: {leads}", described(values))).collect();
        format!("`{name}` is not answered ({})", parts.join("; "))
    }

    /// Returns the variable that stands for a missing fact: its own or, for a date, that of the only number derived from
    /// it that matters. Days between two missing dates stand for the later one.
    fn variable_of(&self, fact: FactId, missing: &[FactId]) -> Option<usize> {
        let vocabulary = &self.judge.set().vocabulary;
        if vocabulary.fact(fact).kind != Kind::Date {
            return self.judge.diagram().variables.position(fact);
        }
        let dates = |variable: usize| self.fact(variable).map(|fact| vocabulary.fact(fact).origin.dates());
        let open = self.graph.store.open_variables(self.graph.rules.outcome, &self.assignment).into_iter();
        let derived: Vec<(usize, Vec<FactId>)> =
            open.filter_map(|at| Some((at, dates(at).filter(|dates| dates.contains(&fact))?))).collect();
        let [(only, dates)] = derived.as_slice() else { return None };
        (dates.iter().rfind(|date| missing.contains(date)) == Some(&fact)).then_some(*only)
    }
}

/// Describes an outcome as a clause of a longer sentence.
fn outcome_in_short(set: &RuleSet, outcome: Outcome) -> String {
    match outcome {
        Outcome::Billable(service, payer) => {
            format!("{} as {}", set.payer(payer).title, set.service(service).full_code())
        }
        Outcome::NonBillable => "nobody pays".into(),
        Outcome::Held | Outcome::Gap | Outcome::Conflict => "held for a person".into(),
    }
}

/// Greedily picks a few of `rules` that together remove all offered payers in `left`.
fn minimal_removals(set: &RuleSet, rules: &[RuleId], mut left: Vec<(ServiceId, PayerId)>) -> Vec<RuleId> {
    let takes = |rule: &RuleId, offered: &(ServiceId, PayerId)| {
        set.rule(*rule).effect.removes().is_some_and(|removes| removes.removes(offered.0, offered.1))
    };
    let mut chosen = Vec::new();
    while let Some(most) = rules.iter().max_by_key(|rule| {
        let count = left.iter().filter(|offered| takes(rule, offered)).count();
        (count, std::cmp::Reverse(**rule))
    }) {
        let before = left.len();
        left.retain(|offered| !takes(most, offered));
        if left.len() == before {
            break;
        }
        chosen.push(*most);
    }
    chosen
}

fn titles<'r>(set: &RuleSet, rules: impl IntoIterator<Item = &'r RuleId>) -> String {
    joined(rules.into_iter().map(|rule| title(set.rule(*rule))).collect(), "and")
}

fn title(rule: &Rule) -> String {
    let house = if rule.basis.house { " (house rule)" } else { "" };
    format!("{}{house}", rule.title.trim_end_matches('.'))
}
