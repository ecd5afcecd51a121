//! Walks through the states of periods, and finds those that answer a question.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::earnings::{Earning, earnings};
use super::reachable::{PeriodBands, Reachable};
use super::scope::{Earnable, Question, Scope, ScopeSearch, earnable};
use super::state::{Judge, Position, StatePool};
use crate::facts::{FactId, date_of};
use crate::rules::{RuleSet, ServiceId, Unit, Within};
use crate::space::ORDINARY_DAY;

/// Most states that are walked through for one question.
pub(crate) const MAX_STATES: usize = 200_000;

/// The counts and pairs of a rule set over all notes that there can be.
#[derive(Debug)]
pub(crate) struct Ledger<'l> {
    pub(crate) set: &'l RuleSet,
    pub(crate) reachable: &'l Reachable,
    earnable: BTreeMap<ServiceId, Earnable>,
    /// What pools of a service earn in the band of dates, once it was asked.
    earnings: RefCell<BTreeMap<(ServiceId, usize, NaiveDate), Vec<Earning>>>,
}

/// A question has more states than are walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyStates;

/// A state that answers a question.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The pools, each with its position.
    pub(crate) pools: Vec<(Earning, Position)>,
    /// The pairs that modifiers lift, in the order of the bits of the positions.
    pub(crate) lifting: Vec<usize>,
    /// Whether it matters who did the work.
    pub(crate) by_staff: bool,
    /// The date facts that select periods.
    pub(crate) dates: Vec<FactId>,
}

impl Found {
    fn size(&self) -> (usize, u32) {
        let notes = self.pools.iter().map(|(earning, _)| earning.notes).sum();
        (notes, self.pools.iter().map(|(earning, _)| earning.minutes).sum())
    }
}

/// The states that answer a question, the smallest first, and how many states there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) found: Vec<Found>,
    pub(crate) states: usize,
}

impl<'l> Ledger<'l> {
    pub(crate) fn new(set: &'l RuleSet, reachable: &'l Reachable) -> Self {
        Self { set, reachable, earnable: earnable(set, reachable), earnings: RefCell::default() }
    }

    /// Returns the pools on which the answer to a question depends if the pairs of `set` apply.
    pub(crate) fn scope(&self, question: Question<'_>, set: &RuleSet) -> Scope {
        ScopeSearch { set, earnable: &self.earnable }.scope(question)
    }

    /// Finds the states that answer a question if the pairs of `set` apply, which may differ from those of the ledger.
    pub(crate) fn answer(&self, question: Question<'_>, set: &RuleSet) -> Result<Answer, TooManyStates> {
        let scope = self.scope(question, set);
        let reported = match question {
            Question::Bites(number, _) | Question::Differs(number, _) => Some(number),
            Question::Breaks(_) | Question::BreaksOnly(_) => None,
        };
        let judge = |set| Judge { set, lifting: &scope.lifting, reported };
        let (judge, own) = (judge(set), judge(self.set));
        self.walk(&scope, &mut |pools| {
            let judged = judge.judge(pools);
            match question {
                Question::Breaks(terms) => judged.breaks(terms, pools),
                Question::BreaksOnly([terms, weaker]) => judged.breaks(terms, pools) && !judged.breaks(weaker, pools),
                Question::Bites(..) => !judged.bitten.is_empty(),
                Question::Differs(..) => judged.bitten != own.judge(pools).bitten,
            }
        })
    }

    /// Walks through all states of a scope, and collects those that fit. States that differ only in their dates count
    /// once.
    fn walk(&self, scope: &Scope, fits: &mut dyn FnMut(&[StatePool<'_>]) -> bool) -> Result<Answer, TooManyStates> {
        let ordinary = date_of(ORDINARY_DAY).unwrap_or_default();
        let (mut answer, mut known) = (Answer::default(), BTreeSet::new());
        for period in self.reachable.periods(scope.is_day, ordinary) {
            let earnings: Vec<Vec<Earning>> =
                scope.services.iter().map(|(service, _)| self.earnings(*service, &period)).collect();
            let lines = |earnings: &Vec<Earning>| earnings.iter().map(|own| own.lines.clone()).collect::<Vec<_>>();
            if !known.insert(earnings.iter().map(lines).collect::<Vec<_>>()) {
                continue;
            }
            let copies =
                scope.services.iter().zip(&earnings).flat_map(|((_, copies), own)| vec![own.as_slice(); *copies]);
            let axes: Vec<&[Earning]> = copies.collect();
            let ways = |axis: &&[Earning]| axis.len().saturating_mul(scope.positions.len()).saturating_add(1);
            let states = axes.iter().map(ways).fold(1_usize, usize::saturating_mul);
            if answer.states.saturating_add(states) > MAX_STATES {
                return Err(TooManyStates);
            }
            let mut walk = Walk { set: self.set, scope, fits, pools: Vec::new(), answer: &mut answer };
            walk.visit(&axes);
        }
        answer.found.sort_by_key(Found::size);
        Ok(answer)
    }

    /// Returns everything that pools can earn, service by service and band by band.
    pub(crate) fn all_earnings(&self) -> Vec<Earning> {
        let services: BTreeSet<ServiceId> = self.reachable.pools().map(|(service, _)| service).collect();
        let ordinary = date_of(ORDINARY_DAY).unwrap_or_default();
        let bands = self.reachable.dates.iter().map(|(first, last)| ordinary.clamp(*first, *last)).enumerate();
        let bands: Vec<(usize, NaiveDate)> = bands.collect();
        let all = services.iter().flat_map(|service| bands.iter().map(move |band| (*service, *band)));
        all.flat_map(|(service, band)| self.earnings(service, &vec![band])).collect()
    }

    /// Returns every service that some pool earns.
    pub(crate) fn earned(&self) -> BTreeSet<ServiceId> {
        self.all_earnings().into_iter().flat_map(|earning| earning.lines).collect()
    }

    /// Returns what pools of a service can earn in a period: each set of services once.
    fn earnings(&self, service: ServiceId, period: &PeriodBands) -> Vec<Earning> {
        let mut found: BTreeMap<Vec<ServiceId>, Earning> = BTreeMap::new();
        for (band, day) in period {
            let mut cache = self.earnings.borrow_mut();
            let of_band = cache
                .entry((service, *band, *day))
                .or_insert_with(|| earnings(self.set, self.reachable, service, &vec![(*band, *day)]));
            for earning in of_band.iter() {
                let known = found.entry(earning.lines.clone()).or_insert_with(|| earning.clone());
                known.add(earning);
            }
        }
        found.into_values().collect()
    }
}

struct Walk<'w, 'e> {
    set: &'w RuleSet,
    scope: &'w Scope,
    fits: &'w mut dyn FnMut(&[StatePool<'_>]) -> bool,
    pools: Vec<StatePool<'e>>,
    answer: &'w mut Answer,
}

impl<'e> Walk<'_, 'e> {
    fn visit(&mut self, axes: &[&'e [Earning]]) {
        let Some((earnings, rest)) = axes.split_first() else {
            self.answer.states += 1;
            if (self.fits)(&self.pools) {
                let pools = self.pools.iter().map(|pool| (pool.earning.clone(), pool.position)).collect();
                let Scope { lifting, by_staff, dates, .. } = self.scope.clone();
                self.answer.found.push(Found { pools, lifting, by_staff, dates });
            }
            return;
        };
        self.visit(rest);
        for earning in *earnings {
            for position in &self.scope.positions {
                // Only how pools stand to each other matters, so the first one stands at the first place.
                let is_first = self.pools.is_empty();
                if is_first && *position != (Position { lifted: position.lifted, ..Position::default() }) {
                    continue;
                }
                let pool = StatePool { earning, position: *position };
                if self.pools.iter().all(|other| self.can_stand_beside(&pool, other)) {
                    self.pools.push(pool);
                    self.visit(rest);
                    self.pools.pop();
                }
            }
        }
    }

    /// Whether two pools can be apart: notes of one service and period are one pool.
    fn can_stand_beside(&self, pool: &StatePool<'_>, other: &StatePool<'_>) -> bool {
        let (own, there) = (pool.earning, other.earning);
        let may_differ = own.payers.len() > 1 || own.payers != there.payers;
        let by_payer = self.set.service(own.service).unit == Unit::QuarterHour && may_differ;
        own.service != there.service
            || own.within == Within::Note
            || by_payer
            || !pool.position.shares(other.position, own.within)
    }
}
