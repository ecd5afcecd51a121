//! `[[count]]`: how the minutes of several notes become units.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::{Block, BlockKind, Role, Unit, Written, read_list, unique};
use crate::effective::Effective;
use crate::facts::{FactId, Kind, MAX_MINUTES};
use crate::message::Code;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::resolve::effective;
use crate::rules::{Basis, Effect, PayerId, RuleSet, ServiceId};
use crate::toml::{Located, Problems, Span, Text, TomlTable};
use crate::units::Steps;

/// The period within which notes belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Within {
    /// One note.
    Note,
    /// One date of service.
    Day,
    /// One calendar month.
    Month,
    /// One answer to a date fact, such as the date of a discharge.
    Date(FactId),
}

/// How the minutes of the notes of one client, payer and period become units of a service.
#[derive(Clone, Debug)]
pub struct Count {
    /// The id of the count.
    pub id: String,
    /// The service as which the notes are decided.
    pub notes: ServiceId,
    /// The payers for whom the count holds; `None` for all payers.
    pub payers: Option<Vec<PayerId>>,
    /// The period.
    pub within: Within,
    /// The minutes at which units are earned.
    pub steps: Steps,
    /// The service of which the units are earned.
    pub earns: ServiceId,
    /// Whether only one practitioner can bill the period.
    pub one_practitioner: bool,
    /// The service dates on which the count is in force.
    pub effective: Effective,
    /// What the count is based on.
    pub basis: Basis,
    /// Where the count is written.
    pub span: Span,
}

impl Count {
    /// Whether the count applies to notes of a payer on a date.
    pub fn applies(&self, service: ServiceId, payer: PayerId, date: NaiveDate) -> bool {
        self.notes == service && self.is_for(payer) && self.effective.contains(date)
    }

    fn is_for(&self, payer: PayerId) -> bool {
        self.payers.as_ref().is_none_or(|payers| payers.contains(&payer))
    }
}

impl Within {
    /// Returns the most minutes that the notes of one client can have in the period, as far as rules may ask.
    pub fn most_minutes(self) -> u32 {
        let day = u32::try_from(MAX_MINUTES).unwrap_or(u32::MAX);
        match self {
            Self::Note | Self::Day => day,
            Self::Month | Self::Date(_) => day * 31,
        }
    }
}

pub(in crate::rules) struct CountBody {
    notes: Option<Text>,
    payers: Option<Vec<Text>>,
    within: Option<Text>,
    at_least: Vec<Located<i64>>,
    each: Option<Located<i64>>,
    most: Option<Located<i64>>,
    below: Option<Located<i64>>,
    earns: Option<Text>,
    one_practitioner: bool,
    from: Option<Text>,
    through: Option<Text>,
    basis: WrittenBasis,
}

impl Block for Count {
    type Body = CountBody;
    const KIND: BlockKind = BlockKind { name: "count", role: Role::Counts, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_list(file, "count", |table| CountBody {
            notes: table.required("notes"),
            payers: table.texts("payers"),
            within: table.required("within"),
            at_least: table.required_numbers("at_least"),
            each: table.number("each"),
            most: table.number("most"),
            below: table.number("below"),
            earns: table.required("earns"),
            one_practitioner: table.flag("one_practitioner"),
            from: table.word("from"),
            through: table.word("through"),
            basis: read_basis(table),
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let blocks = unique(blocks, "count", checker.problems);
        let counts: Vec<Self> = blocks.into_iter().filter_map(|block| check_count(block, checker)).collect();
        for (span, text, help) in (PoolChecks { counts: &counts, set: &checker.set }).run() {
            checker.problems.add(span, Code::BadCount, text, help);
        }
        counts
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

/// Resolves the word under `within`. A word that names no period is a problem.
pub(super) fn check_within(word: &Text, known: &[(&str, Within)], checker: &Checker<'_>) -> Option<Within> {
    if let Some((_, within)) = known.iter().find(|(name, _)| *name == word.value) {
        return Some(*within);
    }
    let vocabulary = &checker.set.vocabulary;
    let dates = || vocabulary.facts().filter(|(_, fact)| fact.kind == Kind::Date);
    let found = dates().find(|(_, fact)| fact.name == word.value).map(|(id, _)| Within::Date(id));
    if found.is_none() {
        let names = known.iter().map(|(name, _)| *name).chain(dates().map(|(_, fact)| fact.name.as_str()));
        checker.problems.add_unknown_value(word, "within", names);
    }
    found
}

fn check_count(Written { name, span, body, .. }: Written<CountBody>, checker: &Checker<'_>) -> Option<Count> {
    checker.check_id(&name, "a count");
    let known = [("note", Within::Note), ("day", Within::Day), ("month", Within::Month)];
    let within = body.within.and_then(|word| check_within(&word, &known, checker));
    let basis = checker.required_basis(body.basis, &span, &format!("the count `{}`", name.value));
    let payers = body.payers.map(|payers| checker.payers(&payers));
    let notes = body.notes.and_then(|service| checker.service(&service));
    let earns = body.earns.and_then(|service| checker.service(&service));
    let effective = effective(body.from.as_ref(), body.through.as_ref(), checker.problems);
    let within = within?;
    let most_minutes = within.most_minutes();
    let minutes = |number: &Located<i64>| check_number(number, most_minutes, checker.problems);
    let at_least: Option<Vec<u32>> = body.at_least.iter().map(minutes).collect();
    let (each, below) = (body.each.as_ref().map(minutes), body.below.as_ref().map(minutes));
    let most = body.most.as_ref().map(|most| check_number(most, most_minutes, checker.problems));
    let at_least = at_least?;
    let is_ascending = at_least.windows(2).all(|pair| pair.first() < pair.last());
    let is_reached = below.flatten().is_none_or(|below| at_least.last().is_some_and(|last| *last < below));
    if !is_ascending || (!at_least.is_empty() && !is_reached) {
        let help = "write the smallest number of `at_least` first, and `below` above all of them";
        checker.problems.add(&span, Code::BadCount, "the minutes of this count do not ascend", help);
        return None;
    }
    if at_least.is_empty() || each == Some(None) || below == Some(None) || most == Some(None) {
        return None;
    }
    Some(Count {
        id: name.value,
        notes: notes?,
        payers,
        within,
        steps: Steps { at_least, each: each.flatten(), most: most.flatten(), below: below.flatten() },
        earns: earns?,
        one_practitioner: body.one_practitioner,
        effective,
        basis,
        span,
    })
}

/// Checks a number of minutes or units. A number that no period can reach is a problem.
fn check_number(number: &Located<i64>, most: u32, problems: &Problems<'_>) -> Option<u32> {
    let checked = u32::try_from(number.value).ok().filter(|minutes| (1..=most).contains(minutes));
    if checked.is_none() {
        let help = format!("write a number from 1 to {most}");
        problems.add(&number.span, Code::BadCount, "no period reaches this number", help);
    }
    checked
}

impl RuleSet {
    /// Whether counts contradict each other, so that a rule file with them would be refused.
    pub fn has_bad_counts(&self) -> bool {
        let is_reached = |count: &Count| {
            let steps = &count.steps;
            let is_ascending = steps.at_least.windows(2).all(|pair| pair.first() < pair.last());
            is_ascending && steps.below.is_none_or(|below| steps.at_least.last().is_some_and(|last| *last < below))
        };
        let checks = PoolChecks { counts: &self.counts, set: self };
        !self.counts.iter().all(is_reached) || !checks.run().is_empty()
    }
}

/// A problem of a count: its place, the text and the help.
type Problem<'c> = (&'c Span, String, &'static str);

/// Checks of the counts that count the same notes: each band of minutes must earn exactly one thing.
struct PoolChecks<'c> {
    counts: &'c [Count],
    set: &'c RuleSet,
}

impl<'c> PoolChecks<'c> {
    /// Returns the problems, at most one for each count and service.
    fn run(&self) -> Vec<Problem<'c>> {
        let mut problems = Vec::new();
        let services: BTreeSet<ServiceId> = self.counts.iter().map(|count| count.notes).collect();
        for service in services {
            let counts: Vec<&'c Count> = self.counts.iter().filter(|count| count.notes == service).collect();
            let mut found: Vec<Problem<'c>> = Vec::new();
            for payer in (0..self.set.payers.len()).map(PayerId) {
                for date in first_days(&counts) {
                    let in_force: Vec<&'c Count> =
                        counts.iter().copied().filter(|count| count.applies(service, payer, date)).collect();
                    Self::check_pool(&in_force, &mut found);
                    if in_force.is_empty() {
                        self.check_covered(service, payer, &counts, date, &mut found);
                    }
                }
            }
            problems.extend(found);
        }
        problems
    }

    /// Checks the counts in force for one service and payer on one date.
    fn check_pool(counts: &[&'c Count], found: &mut Vec<Problem<'c>>) {
        let mut report = |count: &'c Count, text: String, help: &'static str| add_once(found, count, text, help);
        for (at, count) in counts.iter().enumerate() {
            let earlier = counts.get(..at).unwrap_or_default();
            if let Some(other) = earlier.iter().find(|other| other.within != count.within) {
                let text = format!("`{}` and `{}` count the same notes within different periods", other.id, count.id);
                report(count, text, "give both the same `within`");
            }
            let same = earlier.iter().find(|other| other.earns == count.earns && overlap(&other.steps, &count.steps));
            if let Some(other) = same {
                let text = format!("`{}` and `{}` earn the same service at the same minutes", other.id, count.id);
                report(count, text, "keep one of the two, or let one end `below` where the other begins");
            }
        }
        let ends: BTreeSet<u32> = counts.iter().filter_map(|count| count.steps.below).collect();
        for end in ends {
            if counts.iter().all(|count| count.steps.units(end) == 0) {
                let below = counts.iter().find(|count| count.steps.below == Some(end));
                let text = format!("{end} minutes earn nothing, and fewer minutes earn something");
                if let Some(count) = below {
                    report(count, text, "let another count begin there");
                }
            }
        }
    }

    /// Reports a date on which a service is offered and none of its counts is in force. Quarter hours then fall back on
    /// the settings.
    fn check_covered(
        &self,
        service: ServiceId,
        payer: PayerId,
        counts: &[&'c Count],
        date: NaiveDate,
        found: &mut Vec<Problem<'c>>,
    ) {
        let set = self.set;
        let unit = set.services.get(service.index()).map(|service| service.unit);
        let is_offered = set.rules.iter().any(|rule| match &rule.effect {
            Effect::Offer { service: offered, payers, .. } => {
                *offered == service && payers.contains(&payer) && rule.effective.contains(date)
            }
            _ => false,
        });
        let of_payer = counts.iter().find(|count| count.is_for(payer));
        if let Some(count) = of_payer.filter(|_| is_offered && unit != Some(Unit::QuarterHour)) {
            let text = format!("no count of these notes is in force on {date}, when the service is offered");
            add_once(found, count, text, "widen its dates, or add another count");
        }
    }
}

/// Adds a problem of a count, unless it has one.
fn add_once<'c>(found: &mut Vec<Problem<'c>>, count: &'c Count, text: String, help: &'static str) {
    if !found.iter().any(|(span, ..)| span.order() == count.span.order()) {
        found.push((&count.span, text, help));
    }
}

/// Returns the first day of each range of dates on which the same counts are in force.
fn first_days(counts: &[&Count]) -> BTreeSet<NaiveDate> {
    let begins = counts.iter().filter_map(|count| count.effective.from);
    let after = |count: &&Count| count.effective.through?.checked_add_days(Days::new(1));
    begins.chain(counts.iter().filter_map(after)).chain([NaiveDate::MIN]).collect()
}

/// Whether two counts have units at the same minutes.
fn overlap(one: &Steps, other: &Steps) -> bool {
    let first = |steps: &Steps| steps.at_least.first().copied().unwrap_or_default();
    let begins = first(one).max(first(other));
    one.units(begins) > 0 && other.units(begins) > 0
}
