//! A state of a period: pools, what each earns, and what pairs leave of that.
//!
//! A state knows of pools whether they share a day, a month, an answer to a date fact, a staff member; not which. Pairs
//! are judged as the batch judges them, where every note answers everything.

use super::earnings::Earning;
use crate::rules::{Pair, PairTerms, Relation, RuleSet, ServiceId, Then, Within};

/// Where the note stands that carries what a pool earns. Equal numbers mean the same day, month and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) day: u8,
    pub(crate) month: u8,
    /// The answer to every date fact that selects periods.
    pub(crate) date: u8,
    pub(crate) staff: u8,
    /// The pairs that a modifier of the note lifts, as bits by their positions in [`Scope::lifting`].
    pub(crate) lifted: u8,
}

impl Position {
    /// Whether two notes stand in the same period.
    pub(crate) fn shares(self, other: Self, within: Within) -> bool {
        match within {
            Within::Note => false,
            Within::Day => (self.day, self.month) == (other.day, other.month),
            Within::Month => self.month == other.month,
            Within::Date(_) => self.date == other.date,
        }
    }
}

/// A pool of a state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StatePool<'e> {
    pub(crate) earning: &'e Earning,
    pub(crate) position: Position,
}

/// One service earned by one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StateLine {
    pool: usize,
    service: ServiceId,
}

/// What pairs leave of a state.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// The lines that are billed, as the pool and the service.
    billed: Vec<StateLine>,
    /// Where one pair bites, sorted.
    pub(crate) bitten: Vec<Bite>,
}

/// What a pair does to a pool, as far as rows show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bite {
    pool: usize,
    /// The service that is struck; `None` if the pair concerns the whole pool.
    struck: Option<ServiceId>,
    /// A pool beside which the service does not stand; `None` for the pool itself and for a service that stands alone.
    beside: Option<usize>,
}

/// The pairs of a set that are judged, and the one whose bites are reported.
pub(crate) struct Judge<'j> {
    pub(crate) set: &'j RuleSet,
    /// The pairs that a note may lift by a modifier, in the order of the bits.
    pub(crate) lifting: &'j [usize],
    /// The pair whose bites are reported, by its index.
    pub(crate) reported: Option<usize>,
}

impl Judge<'_> {
    /// Judges the pairs over a state.
    pub(crate) fn judge(&self, pools: &[StatePool<'_>]) -> Judged {
        let all = pools
            .iter()
            .enumerate()
            .flat_map(|(pool, own)| own.earning.lines.iter().map(move |service| StateLine { pool, service: *service }));
        let lines: Vec<StateLine> = all.collect();
        let mut round =
            Round { judge: self, pools, held: vec![false; pools.len()], struck: Vec::new(), bitten: Vec::new() };
        round.same_service(&lines);
        round.not_with(&lines);
        let left = round.left(&lines);
        round.only_with(&left);
        let billed = round.left(&left);
        let mut bitten = round.bitten;
        bitten.sort_unstable();
        bitten.dedup();
        Judged { billed, bitten }
    }
}

struct Round<'r, 'j> {
    judge: &'r Judge<'j>,
    pools: &'r [StatePool<'r>],
    held: Vec<bool>,
    struck: Vec<StateLine>,
    bitten: Vec<Bite>,
}

impl<'j> Round<'_, 'j> {
    fn position(&self, line: StateLine) -> Position {
        self.pools.get(line.pool).map(|pool| pool.position).unwrap_or_default()
    }

    fn is_lifted(&self, number: usize, line: StateLine) -> bool {
        let bit = self.judge.lifting.iter().position(|lifting| *lifting == number);
        bit.is_some_and(|bit| self.position(line).lifted >> bit & 1 == 1)
    }

    /// Holds pools of a month or a date that earn a service which another pool of that period earns.
    fn same_service(&mut self, lines: &[StateLine]) {
        for line in lines {
            let Some(own) = self.pools.get(line.pool) else { continue };
            let meets = |other: &&StateLine| {
                self.pools.get(other.pool).is_some_and(|pool| {
                    pool.earning.service != own.earning.service
                        && pool.earning.within == own.earning.within
                        && pool.position.shares(own.position, own.earning.within)
                })
            };
            let is_long = matches!(own.earning.within, Within::Month | Within::Date(_));
            if is_long && lines.iter().filter(|other| other.service == line.service).any(|other| meets(&other)) {
                self.hold(line.pool);
            }
        }
    }

    fn not_with(&mut self, lines: &[StateLine]) {
        for (number, pair) in self.pairs(Relation::NotWith) {
            let both = [(&pair.terms.these, &pair.terms.others), (&pair.terms.others, &pair.terms.these)];
            let sides = if pair.then == Then::Strike { both.get(..1) } else { both.get(..) };
            for (these, others) in sides.unwrap_or_default() {
                for line in lines.iter().filter(|line| these.contains(&line.service)) {
                    let beside = self.beside((number, pair), *line, others, lines);
                    if !self.is_lifted(number, *line) && !beside.is_empty() {
                        self.apply((number, pair), *line, &beside);
                    }
                }
            }
        }
    }

    fn only_with(&mut self, lines: &[StateLine]) {
        for (number, pair) in self.pairs(Relation::OnlyWith) {
            for line in lines.iter().filter(|line| pair.terms.these.contains(&line.service)) {
                let beside = self.beside((number, pair), *line, &pair.terms.others, lines);
                if !self.is_lifted(number, *line) && beside.is_empty() {
                    self.apply((number, pair), *line, &beside);
                }
            }
        }
    }

    fn pairs(&self, relation: Relation) -> Vec<(usize, &'j Pair)> {
        let set: &'j RuleSet = self.judge.set;
        let pairs = set.pairs.iter().enumerate();
        pairs.filter(|(_, pair)| pair.terms.relation == relation).collect()
    }

    /// Returns the pools of the other lines of these services that stand where a line stands and are not lifted.
    fn beside(
        &self,
        (number, pair): (usize, &Pair),
        line: StateLine,
        others: &[ServiceId],
        lines: &[StateLine],
    ) -> Vec<usize> {
        let stands = |other: &&StateLine| {
            let (own, there) = (self.position(line), self.position(**other));
            let is_same = other.pool == line.pool || own.shares(there, pair.terms.within);
            is_same && (!pair.same_staff || own.staff == there.staff) && !self.is_lifted(number, **other)
        };
        // What one pool earns stands together because its counts say so.
        let counts = |other: &StateLine| pair.terms.relation == Relation::OnlyWith || other.pool != line.pool;
        let named = lines.iter().filter(|other| **other != line && others.contains(&other.service) && counts(other));
        named.filter(stands).map(|other| other.pool).collect()
    }

    fn apply(&mut self, (number, pair): (usize, &Pair), line: StateLine, beside: &[usize]) {
        if self.judge.reported == Some(number) {
            let bite = Bite {
                pool: line.pool,
                struck: Some(line.service).filter(|_| pair.then == Then::Strike),
                beside: None,
            };
            let others = beside.iter().filter(|other| **other != line.pool);
            self.bitten.push(bite);
            self.bitten.extend(others.map(|other| Bite { beside: Some(*other), ..bite }));
        }
        match pair.then {
            Then::Hold => self.hold(line.pool),
            Then::Strike => self.struck.push(line),
            Then::Advise => {}
        }
    }

    fn hold(&mut self, pool: usize) {
        self.held.get_mut(pool).into_iter().for_each(|held| *held = true);
    }

    /// Returns the lines that are neither held nor struck.
    fn left(&self, lines: &[StateLine]) -> Vec<StateLine> {
        let is_left =
            |line: &&StateLine| !self.held.get(line.pool).copied().unwrap_or(false) && !self.struck.contains(line);
        lines.iter().filter(is_left).copied().collect()
    }
}

impl Judged {
    /// Whether what is billed breaks a promise.
    pub(crate) fn breaks(&self, terms: &PairTerms, pools: &[StatePool<'_>]) -> bool {
        let position = |line: &StateLine| pools.get(line.pool).map(|pool| pool.position).unwrap_or_default();
        let stands_beside = |line: &StateLine| {
            let others = self.billed.iter().filter(|other| *other != line && terms.others.contains(&other.service));
            others
                .into_iter()
                .any(|other| other.pool == line.pool || position(line).shares(position(other), terms.within))
        };
        let these = self.billed.iter().filter(|line| terms.these.contains(&line.service));
        these.into_iter().any(|line| stands_beside(line) == (terms.relation == Relation::NotWith))
    }
}
