//! What a question about periods depends on: which pools, and how they can stand to each other.
//!
//! Pairs only take services away. So a promise depends on few pools: those that earn its services, those that a pair
//! demands beside them, and, where the promise itself demands a service, those because of which a pair strikes that
//! service. All other pools can be left out, since without them no less is billed.

use std::collections::{BTreeMap, BTreeSet};

use super::reachable::Reachable;
use super::state::Position;
use crate::facts::FactId;
use crate::ledger::Counting;
use crate::rules::{Pair, PairTerms, Relation, RuleSet, ServiceId, Then, Within};

/// A question about every period of a client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Question<'q> {
    /// Where does what is billed break a promise?
    Breaks(&'q PairTerms),
    /// Where does what is billed break the first promise, but keep the second one?
    BreaksOnly([&'q PairTerms; 2]),
    /// Where does the pair of this index bite?
    Bites(usize, &'q Pair),
    /// Where does the pair of this index bite otherwise if another one stands in its place?
    Differs(usize, [&'q Pair; 2]),
}

impl<'q> Question<'q> {
    fn terms(&self) -> Vec<&'q PairTerms> {
        match self {
            Self::Breaks(terms) => vec![terms],
            Self::BreaksOnly(terms) => terms.to_vec(),
            Self::Bites(_, pair) => vec![&pair.terms],
            Self::Differs(_, pairs) => pairs.map(|pair| &pair.terms).to_vec(),
        }
    }

    /// Returns the pair that is asked about, in all its versions, with its index.
    fn pairs(&self) -> Vec<(usize, &'q Pair)> {
        match self {
            Self::Breaks(_) | Self::BreaksOnly(_) => Vec::new(),
            Self::Bites(number, pair) => vec![(*number, pair)],
            Self::Differs(number, pairs) => pairs.map(|pair| (*number, pair)).to_vec(),
        }
    }
}

/// What the pools of a service can earn, over all payers and dates.
#[derive(Clone, Debug, Default)]
pub(super) struct Earnable {
    lines: BTreeSet<ServiceId>,
    withins: BTreeSet<Within>,
}

impl Earnable {
    /// Whether the pools can earn one of these services.
    fn earns(&self, services: &[ServiceId]) -> bool {
        services.iter().any(|service| self.lines.contains(service))
    }

    /// Whether two pools can stand in one of these kinds of periods.
    fn is_split(&self, asked: &BTreeSet<Within>) -> bool {
        self.withins.iter().any(|own| asked.iter().any(|asked| !is_one(*own, *asked)))
    }
}

/// The pools on which the answer to a question depends.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// The services, each with how many pools of it are looked at.
    pub(crate) services: Vec<(ServiceId, usize)>,
    /// How the pools can stand to each other.
    pub(crate) positions: Vec<Position>,
    /// The pairs that a modifier can lift, by their indexes.
    pub(crate) lifting: Vec<usize>,
    /// Whether all periods are days, so that their notes have one date.
    pub(crate) is_day: bool,
    /// Whether it matters who did the work.
    pub(crate) by_staff: bool,
    /// The date facts that select periods.
    pub(crate) dates: Vec<FactId>,
}

/// Most pairs for which lifting is tried.
const MOST_LIFTING: usize = 4;

/// Returns what the pools of each service can earn.
pub(super) fn earnable(set: &RuleSet, reachable: &Reachable) -> BTreeMap<ServiceId, Earnable> {
    let mut earnable: BTreeMap<ServiceId, Earnable> = BTreeMap::new();
    for (service, payer) in reachable.pools() {
        let own = earnable.entry(service).or_default();
        for (band, (first, _)) in reachable.dates.iter().enumerate() {
            if !reachable.minutes(service, payer, band).is_empty() {
                let counting = Counting::new(set, service, payer, *first);
                own.withins.insert(counting.within);
                own.lines.extend(counting.parts.iter().map(|part| part.earns));
            }
        }
    }
    earnable
}

/// Finds the scope of a question.
pub(super) struct ScopeSearch<'s> {
    pub(super) set: &'s RuleSet,
    pub(super) earnable: &'s BTreeMap<ServiceId, Earnable>,
}

impl ScopeSearch<'_> {
    pub(super) fn scope(&self, question: Question<'_>) -> Scope {
        let (own, mut services) = (question.pairs(), BTreeSet::new());
        let is_promise = own.is_empty();
        let is_compared = question.terms().len() > 1;
        for terms in question.terms() {
            let demands = terms.relation == Relation::OnlyWith;
            services.extend(self.earners(&terms.these));
            if !demands || !is_promise || is_compared {
                services.extend(self.earners(&terms.others));
            }
            if is_promise {
                services.extend(self.named_beside(&services, |pair| pair.terms.relation == Relation::OnlyWith));
            }
            if demands {
                let takes = |pair: &Pair| !is_promise || pair.then == Then::Strike;
                let takes = |pair: &Pair| pair.terms.relation == Relation::NotWith && takes(pair);
                services.extend(self.named_beside(&services, takes));
            }
        }
        // A pair of services that do not stand together looks at all lines, whatever else happens to them.
        let is_first = !is_promise && question.terms().iter().all(|terms| terms.relation == Relation::NotWith);
        let is_other = |number: usize| !is_first && own.iter().all(|(own, _)| *own != number);
        let others = self.set.pairs.iter().enumerate().filter(|(number, pair)| {
            is_other(*number) && pair.then != Then::Advise && self.concerns(&pair.terms, &services)
        });
        let pairs: Vec<(usize, &Pair)> = own.iter().copied().chain(others).collect();
        let terms = question.terms().into_iter().chain(pairs.iter().map(|(_, pair)| &pair.terms));
        let demands = pairs
            .iter()
            .map(|(_, pair)| &pair.terms)
            .filter(|terms| is_promise && terms.relation == Relation::OnlyWith);
        let demands: Vec<&PairTerms> = demands.collect();
        let (counted, kinds) = self.with_copies(&services, &terms.collect::<Vec<_>>(), &demands, is_first);
        let lifts = |(_, pair): &&(usize, &Pair)| is_promise && !pair.lifted_by.is_empty();
        let lifting: Vec<usize> = pairs.iter().filter(lifts).map(|(number, _)| *number).take(MOST_LIFTING).collect();
        let by_staff = pairs.iter().any(|(_, pair)| pair.same_staff);
        let is_day = kinds.iter().all(|within| *within == Within::Day);
        let dates = kinds.iter().filter_map(|within| match within {
            Within::Date(fact) => Some(*fact),
            Within::Note | Within::Day | Within::Month => None,
        });
        let dates = dates.collect();
        let positions = positions(&kinds, by_staff, lifting.len());
        Scope { services: counted, positions, lifting, is_day, by_staff, dates }
    }

    /// Returns how many pools of each service must be looked at, and the kinds of periods that matter. `demands` are the
    /// terms of pairs that ask for a service beside another one. `is_first`: it does not matter whether two pools earn one
    /// service.
    fn with_copies(
        &self,
        services: &BTreeSet<ServiceId>,
        all_terms: &[&PairTerms],
        demands: &[&PairTerms],
        is_first: bool,
    ) -> (Vec<(ServiceId, usize)>, BTreeSet<Within>) {
        let asked: BTreeSet<Within> = all_terms.iter().map(|terms| terms.within).collect();
        let mut copies: BTreeMap<ServiceId, usize> = BTreeMap::new();
        for service in services {
            let Some(own) = self.earnable.get(service) else { continue };
            let both = |terms: &&PairTerms| own.earns(&terms.these) && own.earns(&terms.others);
            copies.insert(*service, if all_terms.iter().any(both) && own.is_split(&asked) { 2 } else { 1 });
        }
        self.copy_demanded(demands, &asked, &mut copies);
        let mut kinds = asked;
        for (service, copies) in &copies {
            let Some(own) = self.earnable.get(service) else { continue };
            let shares = |other: &&ServiceId| {
                let lines = self.earnable.get(*other).map(|other| &other.lines);
                *other != service && lines.is_some_and(|lines| !lines.is_disjoint(&own.lines))
            };
            if *copies > 1 || (!is_first && services.iter().any(|other| shares(&other))) {
                kinds.extend(own.withins.iter().filter(|within| **within != Within::Note));
            }
        }
        (copies.into_iter().collect(), kinds)
    }

    /// Looks at two pools of a service that a pair demands beside two pools, since these can stand in two periods. Two are
    /// enough: a promise is broken by at most two lines, and a pair looks at what is earned beside each, not at what
    /// another pair demands beside that.
    fn copy_demanded(&self, demands: &[&PairTerms], asked: &BTreeSet<Within>, copies: &mut BTreeMap<ServiceId, usize>) {
        let without = copies.clone();
        for terms in demands {
            let demanding = self.earners(&terms.these);
            if demanding.iter().filter_map(|service| without.get(service)).sum::<usize>() < 2 {
                continue;
            }
            for (service, copies) in copies.iter_mut() {
                let own = self.earnable.get(service);
                if own.is_some_and(|own| own.earns(&terms.others) && own.is_split(asked)) {
                    *copies = 2;
                }
            }
        }
    }

    /// Returns the services whose pools can earn one of these.
    fn earners(&self, lines: &[ServiceId]) -> BTreeSet<ServiceId> {
        self.earnable.iter().filter(|(_, own)| own.earns(lines)).map(|(service, _)| *service).collect()
    }

    /// Returns the services whose pools can earn what pairs name beside what these pools earn.
    fn named_beside(&self, services: &BTreeSet<ServiceId>, wanted: impl Fn(&Pair) -> bool) -> BTreeSet<ServiceId> {
        let own = services.iter().filter_map(|service| self.earnable.get(service));
        let lines: BTreeSet<ServiceId> = own.flat_map(|own| own.lines.iter().copied()).collect();
        let touches = |named: &[ServiceId]| named.iter().any(|line| lines.contains(line));
        let mut beside = BTreeSet::new();
        for pair in self.set.pairs.iter().filter(|pair| pair.then != Then::Advise && wanted(pair)) {
            let PairTerms { these, others, relation, .. } = &pair.terms;
            if touches(these) {
                beside.extend(self.earners(others));
            }
            // What holds concerns both sides.
            if touches(others) && *relation == Relation::NotWith && pair.then == Then::Hold {
                beside.extend(self.earners(these));
            }
        }
        beside
    }

    /// Whether pools of these services can earn something on both sides of a pair, or something that needs the others.
    fn concerns(&self, terms: &PairTerms, services: &BTreeSet<ServiceId>) -> bool {
        let earns = |named: &[ServiceId]| {
            let own = services.iter().filter_map(|service| self.earnable.get(service));
            own.into_iter().any(|own| own.earns(named))
        };
        earns(&terms.these) && (terms.relation == Relation::OnlyWith || earns(&terms.others))
    }
}

/// Whether two pools of a service that stand in one period of `place` are the same pool, if it is counted within `own`.
fn is_one(own: Within, place: Within) -> bool {
    matches!((own, place), (Within::Month, Within::Day)) || (own == place && own != Within::Note)
}

/// Returns every way in which a pool can stand to the first one: on its day or another one, and so on.
fn positions(kinds: &BTreeSet<Within>, by_staff: bool, lifting: usize) -> Vec<Position> {
    let has_date = kinds.iter().any(|within| matches!(within, Within::Date(_)));
    let (has_day, has_month) = (kinds.contains(&Within::Day), kinds.contains(&Within::Month));
    let mut positions = vec![Position::default()];
    let vary = |change: &dyn Fn(&mut Position)| {
        let mut varied = positions.clone();
        varied.iter_mut().for_each(change);
        varied
    };
    let mut more = Vec::new();
    if has_day && (has_month || has_date) {
        more.extend(vary(&|position| position.day = 1));
    }
    if has_month && has_date {
        more.extend(vary(&|position| position.month = 1));
    }
    positions.extend(more);
    if has_date && (has_day || has_month) {
        positions.extend(positions.clone().into_iter().map(|position| Position { date: 1, ..position }));
    }
    if by_staff {
        positions.extend(positions.clone().into_iter().map(|position| Position { staff: 1, ..position }));
    }
    for bit in 0..lifting {
        let lifted = |position: Position| Position { lifted: position.lifted | 1 << bit, ..position };
        positions.extend(positions.clone().into_iter().map(lifted));
    }
    positions
}
