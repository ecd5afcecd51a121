//! Finds declarations that nothing uses, and rates that end without a successor.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Problem;
use crate::facts::{FactId, Origin, STAFF_CREDENTIAL};
use crate::message::{Code, Message};
use crate::rules::{Effect, PayerId, ProgramSetting, RuleSet, Span, Test};

/// Returns a problem for each fact, setting, source, payer, and service that nothing uses.
pub(super) fn find(set: &RuleSet) -> Vec<Problem> {
    let mut problems = Vec::new();
    let asked = asked_facts(set);
    for (id, fact) in set.vocabulary.facts().filter(|(id, _)| !asked.contains(id)) {
        let what = match fact.origin {
            Origin::Note => "fact",
            Origin::Setting => "setting",
            Origin::Minutes
            | Origin::Age(_)
            | Origin::DaysSince(_)
            | Origin::DaysBetween(..)
            | Origin::BusinessDaysBetween(..) => continue,
        };
        problems.extend(set.fact_span(id).map(|span| unused(set, what, &fact.name, span, "no rule asks it")));
    }
    let cited: BTreeSet<usize> = set.bases().flat_map(|basis| &basis.cites).map(|cite| cite.source).collect();
    let cited = |at: &usize| {
        cited.contains(at)
            || set.waivers.iter().any(|waiver| waiver.source == *at)
            || set.statements.iter().any(|statement| statement.cite.source == *at)
    };
    for (_, source) in set.sources.iter().enumerate().filter(|(at, _)| !cited(at)) {
        problems.push(unused(set, "source", &source.name, &source.span, "nothing cites it"));
    }
    let (mut services, mut payers) = (BTreeSet::new(), BTreeSet::<PayerId>::new());
    for rule in set.rules.iter() {
        if let Effect::Offer { service, payers: offered, .. } = &rule.effect {
            services.insert(*service);
            payers.extend(offered);
        }
    }
    services.extend(set.counts.iter().map(|count| count.earns));
    for service in set.service_ids().filter(|id| !services.contains(id)).map(|id| set.service(id)) {
        problems.push(unused(set, "service", &service.name, &service.span, "no rule offers it and no count earns it"));
    }
    for payer in set.payer_ids().filter(|id| !payers.contains(id)).map(|id| set.payer(id)) {
        problems.push(unused(set, "payer", &payer.name, &payer.span, "no rule offers anything to it"));
    }
    problems
}

fn unused(set: &RuleSet, what: &str, name: &str, span: &Span, why: &str) -> Problem {
    let message = Message::warning(Code::Unused, format!("the {what} `{name}` is not used: {why}"));
    Problem::new(set, span, message.help("remove it, or check the rules for a misspelling"))
}

/// Returns every fact that a rule, a presumption's condition, or an invariant asks, or that the program reads itself.
fn asked_facts(set: &RuleSet) -> BTreeSet<FactId> {
    let rules = set.rules.iter().flat_map(|rule| rule.condition.tests());
    let presumptions = set.presumptions.iter().flat_map(|presumption| &presumption.when);
    let of_rates = set.rates.iter().flat_map(|rate| &rate.when);
    let of_shadows = set.shadows.iter().flat_map(|shadow| &shadow.when);
    let claims = set.invariants.iter().flat_map(|invariant| invariant.when.facts.iter().chain(&invariant.always.facts));
    let tests: Vec<&Test> = rules.chain(presumptions).chain(of_rates).chain(of_shadows).chain(claims).collect();
    let required = set.vocabulary.facts().filter(|(_, fact)| fact.is_required()).map(|(id, _)| id);
    let counted = set.vocabulary.find(STAFF_CREDENTIAL);
    let read = ProgramSetting::ALL.into_iter().filter_map(|setting| set.vocabulary.find(setting.name()));
    tests
        .iter()
        .flat_map(|test| set.vocabulary.inputs_of(test.fact))
        .chain(required)
        .chain(read)
        .chain(counted)
        .collect()
}

/// Reports services whose last rate ends on or before `through` without a successor.
pub(super) fn rates_that_end(set: &RuleSet, from: NaiveDate, through: NaiveDate) -> Vec<Problem> {
    let mut problems = Vec::new();
    for service in set.service_ids() {
        let rates = || set.rates.iter().filter(|dated| dated.service == service);
        for dated in rates() {
            let Some(last) = dated.effective.through else { continue };
            let Some(next) = last.succ_opt() else { continue };
            let series = || rates().filter(|other| other.is_in_series(dated));
            let is_in_force = |date: NaiveDate| {
                let begun = series().filter(|other| other.effective.from.is_none_or(|from| from <= date));
                begun.max_by_key(|other| other.effective.from).is_some_and(|other| other.effective.contains(date))
            };
            let follows = is_in_force(next);
            // A rate that ended before `from` only matters if no other rate is in force on `from`.
            let over = last < from && is_in_force(from);
            let superseded =
                series().any(|other| other.effective.from > dated.effective.from && other.effective.from <= Some(last));
            if follows || over || superseded || last > through {
                continue;
            }
            let name = &set.service(service).name;
            let text =
                format!("the rate of `{name}` ends on {last} and nothing follows: its units are unpriced from then on");
            let message =
                Message::warning(Code::RateEnds, text).help(format!("add a `[[rate]]` with `from = \"{next}\"`"));
            problems.push(Problem::new(set, &dated.span, message));
        }
    }
    problems
}
