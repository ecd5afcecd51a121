//! What two rule sets say differently about the money and the units of services that both know, and about answers that
//! are taken for granted.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::ComparedNotes;
use super::shared::SharedSets;
use crate::diagram::ACTIVITY;
use crate::effective::Effective;
use crate::facts::{Answer, FactId, Origin};
use crate::rules::{
    Count, Pair, PayerId, ProgramSetting, Relation, RuleSet, ServiceId, Shadow, Span, Test, Then, Within, all_hold,
};
use crate::words;

/// Something other than the decision on a note that two rule sets say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferingTerm {
    /// What it is about, such as ``the rates of `act_team` ``.
    pub about: String,
    /// What our set says, in ascending order; empty if it says nothing.
    pub ours: Vec<String>,
    /// What the other set says.
    pub theirs: Vec<String>,
    /// Where our set says it, if it says so in one place.
    pub span: Option<Span>,
}

/// What one set says, by what it is about, and where.
type Terms = BTreeMap<String, (BTreeSet<String>, Option<Span>)>;

/// Returns the names of the services that both sets know.
pub(super) fn shared_services<'s>(ours: &'s RuleSet, theirs: &RuleSet) -> BTreeSet<&'s str> {
    let is_known = |name: &&str| theirs.services.iter().any(|service| service.name == *name);
    ours.services.iter().map(|service| service.name.as_str()).filter(is_known).collect()
}

/// Compares what both sets say about shared services, and which answers they take for granted.
pub(super) fn compare(
    (ours, theirs): (&RuleSet, &RuleSet),
    sets: &SharedSets,
    compared: &ComparedNotes,
) -> Vec<DifferingTerm> {
    let shared = shared_services(ours, theirs);
    let terms = |set: &RuleSet, other: &RuleSet, over: &RuleSet| {
        let mut terms = Terms::new();
        add_services(set, &shared, &mut terms);
        add_counting(set, &shared, &mut terms);
        add_shadows((set, other), &shared, &mut terms);
        add_presumptions(over, compared, &mut terms);
        add_answers(over, (&sets.ours, &sets.theirs), compared, &mut terms);
        terms
    };
    let (ours, theirs) = (terms(ours, theirs, &sets.ours), terms(theirs, ours, &sets.theirs));
    let abouts: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let said = |terms: &Terms, about: &str| -> Vec<String> {
        terms.get(about).map(|(said, _)| said.iter().cloned().collect()).unwrap_or_default()
    };
    let term = |about: &String| DifferingTerm {
        ours: said(&ours, about),
        theirs: said(&theirs, about),
        span: ours.get(about).and_then(|(_, span)| span.clone()),
        about: about.clone(),
    };
    abouts.into_iter().map(term).filter(|term| term.ours != term.theirs).collect()
}

fn add(terms: &mut Terms, about: String, said: String, span: Option<&Span>) {
    let known = terms.entry(about).or_default();
    known.0.insert(said);
    known.1 = known.1.take().or_else(|| span.cloned());
}

/// Adds the code, modifiers, unit and rates of each shared service.
fn add_services(set: &RuleSet, shared: &BTreeSet<&str>, terms: &mut Terms) {
    for service in set.services.iter().filter(|service| shared.contains(service.name.as_str())) {
        let code = service.code.as_ref().map_or_else(|| "no code".into(), |_| service.full_code());
        let said = format!("{code} by `{}`", service.unit.as_str());
        add(terms, format!("the code and unit of `{}`", service.name), said, Some(&service.span));
    }
    for rate in set.rates.iter() {
        let name = &set.service(rate.service).name;
        if !shared.contains(name.as_str()) {
            continue;
        }
        let when = where_tests(set, &rate.when);
        let payers = payers(set, rate.payers.as_deref());
        let said = format!("{:?} {}{payers}{when}", rate.rate, words::dates(rate.effective));
        add(terms, format!("the rates of `{name}`"), said, Some(&rate.span));
    }
}

/// Describes tests so that they can follow something else; empty if there are none.
fn where_tests(set: &RuleSet, tests: &[Test]) -> String {
    let tests = words::tests(set, tests).join(" and ");
    if tests.is_empty() { tests } else { format!(" where {tests}") }
}

fn payers(set: &RuleSet, payers: Option<&[PayerId]>) -> String {
    let mut names: Vec<&str> = payers.into_iter().flatten().map(|payer| set.payer(*payer).name.as_str()).collect();
    names.sort_unstable();
    if names.is_empty() { String::new() } else { format!(" for `{}`", names.join("`, `")) }
}

/// Returns the names of the shared ones among services, in ascending order.
fn shared_names(set: &RuleSet, services: &[ServiceId], shared: &BTreeSet<&str>) -> Vec<String> {
    let names = services.iter().map(|service| &set.service(*service).name);
    let mut names: Vec<String> = names.filter(|name| shared.contains(name.as_str())).cloned().collect();
    names.sort_unstable();
    names
}

/// Adds the counts and pairs that concern shared services.
fn add_counting(set: &RuleSet, shared: &BTreeSet<&str>, terms: &mut Terms) {
    for count in set.counts.iter() {
        if !shared_names(set, &[count.notes, count.earns], shared).is_empty() {
            let about = format!("the counts of minutes of `{}`", set.service(count.notes).name);
            add(terms, about, describe_count(set, count), Some(&count.span));
        }
    }
    // Advice changes nothing that is billed.
    for pair in set.pairs.iter().filter(|pair| pair.then != Then::Advise) {
        let [these, others] = [&pair.terms.these, &pair.terms.others].map(|list| shared_names(set, list, shared));
        // A service that the other set does not know stands beside none of its notes.
        if !these.is_empty() && (!others.is_empty() || pair.terms.relation == Relation::OnlyWith) {
            let about = format!("what stands with `{}`", these.join("`, `"));
            add(terms, about, describe_pair(set, pair, &others), Some(&pair.span));
        }
    }
}

/// Adds the shadows over shared services that apply under the settings in force, or that ask only settings which the
/// other set has, too. While nobody answers a new question, it changes nothing.
fn add_shadows((set, other): (&RuleSet, &RuleSet), shared: &BTreeSet<&str>, terms: &mut Terms) {
    for shadow in set.shadows.iter() {
        let services = shadow.services.as_deref().map(|services| shared_names(set, services, shared));
        let is_old = |test: &Test| other.vocabulary.find(&set.vocabulary.fact(test.fact).name).is_some();
        let applies = all_hold(&shadow.when, &set.answered()) == Some(true) || shadow.when.iter().all(is_old);
        if applies && services.as_ref().is_none_or(|services| !services.is_empty()) {
            let about = services.map_or_else(|| "all services".into(), |names| format!("`{}`", names.join("`, `")));
            let about = format!("who is not billed by the unit for {about}");
            add(terms, about, describe_shadow(set, shadow), Some(&shadow.span));
        }
    }
}

fn period(set: &RuleSet, within: Within) -> String {
    match within {
        Within::Note => "note".into(),
        Within::Day => "day".into(),
        Within::Month => "month".into(),
        Within::Date(fact) => set.vocabulary.fact(fact).name.clone(),
    }
}

/// Describes dates so that they can follow something else; empty for every date.
fn dates(effective: Effective) -> String {
    if effective == Effective::default() { String::new() } else { format!(" {}", words::dates(effective)) }
}

fn describe_count(set: &RuleSet, count: &Count) -> String {
    let one = if count.one_practitioner { ", by one practitioner" } else { "" };
    let each = |name: &str, number: Option<u32>| number.map_or_else(String::new, |n| format!(", {name} {n}"));
    let at_least: Vec<String> = count.steps.at_least.iter().map(ToString::to_string).collect();
    format!(
        "`{}` within a {} at {}{}{}{}{}{one}{}",
        set.service(count.earns).name,
        period(set, count.within),
        at_least.join(", "),
        each("each", count.steps.each),
        each("most", count.steps.most),
        each("below", count.steps.below),
        payers(set, count.payers.as_deref()),
        dates(count.effective),
    )
}

fn describe_pair(set: &RuleSet, pair: &Pair, others: &[String]) -> String {
    let staff = if pair.same_staff { ", same staff" } else { "" };
    let mut lifted = pair.lifted_by.clone();
    lifted.sort_unstable();
    let lifted = if lifted.is_empty() { String::new() } else { format!(", lifted by {}", lifted.join(", ")) };
    format!(
        "{} `{}` within a {}, else {}{staff}{lifted}",
        pair.terms.relation.as_str(),
        others.join("`, `"),
        period(set, pair.terms.within),
        pair.then.as_str(),
    )
}

fn describe_shadow(set: &RuleSet, shadow: &Shadow) -> String {
    let when = where_tests(set, &shadow.when);
    format!("{}{when}{}", payers(set, Some(&shadow.payers)).trim_start(), dates(shadow.effective))
}

/// Adds the answers that are presumed of the shared activities. `set` is over the shared vocabulary.
fn add_presumptions(set: &RuleSet, compared: &ComparedNotes, terms: &mut Terms) {
    let activity = set.vocabulary.find(ACTIVITY);
    let activities = activity.map(|fact| set.vocabulary.fact(fact).values().to_vec()).unwrap_or_default();
    for presumption in set.presumptions.iter() {
        let name = &set.vocabulary.fact(presumption.fact).name;
        let (of_activity, others): (Vec<_>, Vec<_>) =
            presumption.when.iter().cloned().partition(|test| Some(test.fact) == activity);
        let is_meant = |at: u16| {
            is_asked(compared, at, presumption.fact)
                && of_activity.iter().all(|test| test.values.contains(Answer::Value(at)) == Some(true))
        };
        let when = where_tests(set, &others);
        let said =
            |activity: &str| format!("`{}`{activity}{when}", set.answer_text(presumption.fact, presumption.value));
        let named = (0..).zip(&activities).filter(|(at, _)| is_meant(*at));
        let mut said: Vec<String> = named.map(|(_, name)| said(&format!(" of `{name}`"))).collect();
        if activity.is_none() && is_asked(compared, 0, presumption.fact) {
            said.push(format!("`{}`{when}", set.answer_text(presumption.fact, presumption.value)));
        }
        for said in said {
            add(terms, format!("what is presumed for `{name}`"), said, Some(&presumption.span));
        }
    }
}

/// Adds the answers in force to settings that both sets have. `set` is one of both, over the shared vocabulary.
fn add_answers(set: &RuleSet, both: (&RuleSet, &RuleSet), compared: &ComparedNotes, terms: &mut Terms) {
    for setting in set.settings.iter() {
        let fact = set.vocabulary.fact(setting.fact);
        let is_shared = [both.0, both.1].iter().all(|set| set.settings.iter().any(|own| own.fact == setting.fact));
        let is_asked = compared.asked.keys().any(|activity| is_asked(compared, *activity, setting.fact));
        let is_read = is_asked || ProgramSetting::find(&fact.name).is_some();
        if fact.origin == Origin::Setting && is_shared && is_read {
            let said = format!("`{}`", set.answer_text(setting.fact, setting.value));
            add(terms, format!("the answer to the setting `{}`", fact.name), said, setting.span.as_ref());
        }
    }
}

/// Returns whether a decision of either set on an activity depends on a fact.
fn is_asked(compared: &ComparedNotes, activity: u16, fact: FactId) -> bool {
    let asked = compared.variables.position(fact).zip(compared.asked.get(&activity));
    asked.is_some_and(|(variable, asked)| asked.contains(&variable))
}
