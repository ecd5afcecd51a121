//! Generates every small change of the blocks about several notes: counts, pairs, shadows, holidays, and promises about
//! periods; and of how long sources were verified.

use super::block::mutant;
use super::condition::{Changes, tests, without};
use super::rule::{dates, lists_of_payers, without_each};
use super::{Change, Mutant};
use crate::calendar::{Holiday, HolidayDay};
use crate::facts::Kind;
use crate::rules::{
    Count, DeclaredHoliday, Invariant, Pair, PairTerms, Relation, RuleSet, ServiceId, Shadow, Source, Then, Within,
};
use crate::units::Steps;

/// Returns the mutants of all these blocks.
pub(super) fn mutants(set: &RuleSet) -> Vec<Mutant> {
    [counts(set), pairs(set), shadows(set), holidays(set), sources(set)].concat()
}

fn counts(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, count) in set.counts.iter().enumerate() {
        let mut push = |change: String, changed: Option<Count>| {
            let changed = Change::Count(at, changed.map(Box::new));
            mutants.push(mutant(count.id.clone(), change, &count.span, changed));
        };
        push("drop the count".into(), None);
        for (change, steps) in steps(&count.steps, count.within.most_minutes()) {
            push(change, Some(Count { steps, ..count.clone() }));
        }
        let all: Vec<_> = set.payer_ids().collect();
        if count.payers.is_some() {
            push("drop `payers`".into(), Some(Count { payers: None, ..count.clone() }));
        }
        for (change, payers) in lists_of_payers(set, count.payers.as_ref().unwrap_or(&all)) {
            push(change, Some(Count { payers: Some(payers), ..count.clone() }));
        }
        for earns in set.service_ids().filter(|service| *service != count.earns) {
            let (name, before) = (&set.service(earns).name, &set.service(count.earns).name);
            push(format!("earn `{name}` instead of `{before}`"), Some(Count { earns, ..count.clone() }));
        }
        for (name, within) in periods(set, true).into_iter().filter(|(_, within)| *within != count.within) {
            push(format!("`within` is `{name}`"), Some(Count { within, ..count.clone() }));
        }
        let one_practitioner = !count.one_practitioner;
        push(format!("`one_practitioner` is {one_practitioner}"), Some(Count { one_practitioner, ..count.clone() }));
        for (change, effective) in dates(count.effective) {
            push(change, Some(Count { effective, ..count.clone() }));
        }
    }
    mutants
}

/// Moves each number by one, and drops each that may be left out.
fn steps(steps: &Steps, most_minutes: u32) -> Changes<Steps> {
    let mut changes = Vec::new();
    let beside = |number: u32, most: u32| {
        let both = [number.checked_sub(1), number.checked_add(1)].into_iter().flatten();
        both.filter(move |number| (1..=most).contains(number))
    };
    for (at, least) in steps.at_least.iter().enumerate() {
        for moved in beside(*least, most_minutes) {
            let mut at_least = steps.at_least.clone();
            at_least.get_mut(at).into_iter().for_each(|least| *least = moved);
            changes.push((format!("{moved} instead of {least} in `at_least`"), Steps { at_least, ..steps.clone() }));
        }
        if steps.at_least.len() > 1 {
            let at_least = without(&steps.at_least, at);
            changes.push((format!("take {least} out of `at_least`"), Steps { at_least, ..steps.clone() }));
        }
    }
    for (key, number) in [("each", steps.each), ("most", steps.most), ("below", steps.below)] {
        let Some(number) = number else { continue };
        let with = |number: Option<u32>| match key {
            "each" => Steps { each: number, ..steps.clone() },
            "most" => Steps { most: number, ..steps.clone() },
            _ => Steps { below: number, ..steps.clone() },
        };
        changes.push((format!("drop `{key}`"), with(None)));
        for moved in beside(number, most_minutes) {
            changes.push((format!("`{key}` is {moved} instead of {number}"), with(Some(moved))));
        }
    }
    if steps.each.is_none() && steps.at_least.len() == 1 {
        let each = steps.at_least.first().copied();
        changes.push(("add `each`".into(), Steps { each, ..steps.clone() }));
    }
    changes
}

/// Returns the periods that blocks can name. Of date facts, those that some count or pair names.
fn periods(set: &RuleSet, with_notes: bool) -> Vec<(String, Within)> {
    let mut periods = vec![("day".to_owned(), Within::Day), ("month".to_owned(), Within::Month)];
    if with_notes {
        periods.insert(0, ("note".to_owned(), Within::Note));
    }
    let named = set.counts.iter().map(|count| count.within).chain(set.pairs.iter().map(|pair| pair.terms.within));
    for within in named {
        if let Within::Date(fact) = within
            && !periods.iter().any(|(_, known)| *known == within)
            && set.vocabulary.fact(fact).kind == Kind::Date
        {
            periods.push((set.vocabulary.fact(fact).name.clone(), within));
        }
    }
    periods
}

fn pairs(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, pair) in set.pairs.iter().enumerate() {
        let mut push = |change: String, changed: Option<Pair>| {
            let changed = Change::Pair(at, changed.map(Box::new));
            mutants.push(mutant(pair.id.clone(), change, &pair.span, changed));
        };
        push("drop the pair".into(), None);
        let terms = &pair.terms;
        let with = |terms: PairTerms| Some(Pair { terms, ..pair.clone() });
        for (change, these) in lists_of_services(set, "these", &terms.these) {
            push(change, with(PairTerms { these, ..terms.clone() }));
        }
        for (change, others) in lists_of_services(set, terms.relation.as_str(), &terms.others) {
            push(change, with(PairTerms { others, ..terms.clone() }));
        }
        for (name, within) in periods(set, false).into_iter().filter(|(_, within)| *within != terms.within) {
            push(format!("`within` is `{name}`"), with(PairTerms { within, ..terms.clone() }));
        }
        let relation = if terms.relation == Relation::NotWith { Relation::OnlyWith } else { Relation::NotWith };
        let change = format!("`{}` instead of `{}`", relation.as_str(), terms.relation.as_str());
        push(change, with(PairTerms { relation, ..terms.clone() }));
        for then in Then::ALL.into_iter().filter(|then| *then != pair.then) {
            push(format!("{} instead of {}", then.as_str(), pair.then.as_str()), Some(Pair { then, ..pair.clone() }));
        }
        let (same_staff, change) = if pair.same_staff { (false, "drop `same`") } else { (true, "add `same`") };
        push(change.into(), Some(Pair { same_staff, ..pair.clone() }));
        for (out, lifted_by) in pair.lifted_by.iter().enumerate().map(|(at, out)| (out, without(&pair.lifted_by, at))) {
            push(format!("take `{out}` out of `lifted_by`"), Some(Pair { lifted_by, ..pair.clone() }));
        }
    }
    mutants
}

/// Drops each service unless it is the only one, and adds each missing one.
fn lists_of_services(set: &RuleSet, key: &str, services: &[ServiceId]) -> Changes<Vec<ServiceId>> {
    let fewer = without_each(services).into_iter().filter(|(_, left)| !left.is_empty());
    let fewer = fewer.map(|(out, left)| (format!("take `{}` out of `{key}`", set.service(out).name), left));
    let missing = set.service_ids().filter(|service| !services.contains(service));
    let more = missing.map(|service| {
        (format!("add `{}` to `{key}`", set.service(service).name), [services, &[service][..]].concat())
    });
    fewer.chain(more).collect()
}

fn shadows(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, shadow) in set.shadows.iter().enumerate() {
        let mut push = |change: String, changed: Option<Shadow>| {
            let changed = Change::Shadow(at, changed.map(Box::new));
            mutants.push(mutant(shadow.id.clone(), change, &shadow.span, changed));
        };
        push("drop the shadow".into(), None);
        for (change, payers) in lists_of_payers(set, &shadow.payers) {
            push(change, Some(Shadow { payers, ..shadow.clone() }));
        }
        let all: Vec<ServiceId> = set.service_ids().collect();
        if shadow.services.is_some() {
            push("drop `services`".into(), Some(Shadow { services: None, ..shadow.clone() }));
        }
        for (change, services) in lists_of_services(set, "services", shadow.services.as_ref().unwrap_or(&all)) {
            push(change, Some(Shadow { services: Some(services), ..shadow.clone() }));
        }
        for (change, when) in tests(set, &shadow.when) {
            push(change, Some(Shadow { when, ..shadow.clone() }));
        }
        for (change, effective) in dates(shadow.effective) {
            push(change, Some(Shadow { effective, ..shadow.clone() }));
        }
    }
    mutants
}

fn holidays(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, declared) in set.holidays.iter().enumerate() {
        let mut push = |change: String, holiday: Option<Holiday>| {
            let changed = holiday.map(|holiday| Box::new(DeclaredHoliday { holiday, ..declared.clone() }));
            let block = format!("holiday {}", declared.name);
            mutants.push(mutant(block, change, &declared.span, Change::Holiday(at, changed)));
        };
        push("drop the holiday".into(), None);
        let Holiday { day, effective } = declared.holiday;
        match day {
            HolidayDay::Fixed { month, day } => {
                for moved in [day - 1, day + 1].into_iter().filter(|moved| (1..=31).contains(moved)) {
                    let day = HolidayDay::Fixed { month, day: moved };
                    push(format!("`day` is {moved}"), Some(Holiday { day, effective }));
                }
            }
            HolidayDay::Nth { month, weekday, nth } => {
                for moved in [nth - 1, nth + 1].into_iter().filter(|moved| matches!(moved, 1..=5)) {
                    let day = HolidayDay::Nth { month, weekday, nth: moved };
                    push(format!("`nth` is {moved}"), Some(Holiday { day, effective }));
                }
                for weekday in [weekday.pred(), weekday.succ()] {
                    let day = HolidayDay::Nth { month, weekday, nth };
                    push(format!("`weekday` is {weekday}"), Some(Holiday { day, effective }));
                }
            }
        }
        for (change, effective) in dates(effective) {
            push(change, Some(Holiday { day, effective }));
        }
    }
    mutants
}

/// Drops the date through which a source was verified.
fn sources(set: &RuleSet) -> Vec<Mutant> {
    let verified = set.sources.iter().enumerate().filter(|(_, source)| source.verified_through.is_some());
    let mutant = |(at, source): (usize, &Source)| {
        let changed = Change::Source(at, Box::new(Source { verified_through: None, ..source.clone() }));
        mutant(format!("source {}", source.name), "drop `verified_through`".into(), &source.span, changed)
    };
    verified.map(mutant).collect()
}

/// Returns every way to weaken a promise about periods by one service, or to a shorter or longer period.
pub(super) fn weaker_promises(set: &RuleSet, promise: &Invariant) -> Changes<Invariant> {
    let Some(terms) = &promise.terms else { return Vec::new() };
    let with = |terms: PairTerms| Invariant { terms: Some(terms), ..promise.clone() };
    let is_demand = terms.relation == Relation::OnlyWith;
    let key = terms.relation.as_str();
    let is_fewer = |(change, _): &(String, Vec<ServiceId>)| change.starts_with("take");
    let mut changes = Changes::new();
    for (change, these) in lists_of_services(set, "these", &terms.these).into_iter().filter(is_fewer) {
        changes.push((change, with(PairTerms { these, ..terms.clone() })));
    }
    for (change, others) in lists_of_services(set, key, &terms.others) {
        // What stands beside itself is asked by no promise.
        let names_itself = others.last().is_some_and(|more| terms.these.contains(more)) && is_demand;
        if is_fewer(&(change.clone(), Vec::new())) != is_demand && !names_itself {
            changes.push((change, with(PairTerms { others, ..terms.clone() })));
        }
    }
    let weaker = match (terms.within, is_demand) {
        (Within::Month, false) => Some(("day", Within::Day)),
        (Within::Day, true) => Some(("month", Within::Month)),
        _ => None,
    };
    if let Some((name, within)) = weaker {
        changes.push((format!("`within` is `{name}`"), with(PairTerms { within, ..terms.clone() })));
    }
    changes
}
