//! Lets the effects of one round of pairs change the pools.

use std::collections::{BTreeMap, BTreeSet};

use super::line::PairLine;
use super::{Effect, LineEffect};
use crate::batch::pool::{Pool, Standing};
use crate::batch::{Batch, Finding};
use crate::ledger::EarnedUnits;
use crate::rules::{Relation, ServiceId, Then};

/// What all effects of one round do to one pool.
#[derive(Default)]
struct Sum {
    /// The standing of a pool that a person must decide.
    held: Option<Standing>,
    /// The services that pairs take away, each with the first of these pairs.
    struck: BTreeMap<ServiceId, usize>,
    /// The names of the missing facts on which something depends.
    undecided: Option<BTreeSet<String>>,
}

/// Lets the effects of one round change the pools. A hold outlasts what pairs take away, and both outlast open facts.
pub(super) fn settle(batch: &mut Batch<'_>, lines: &[PairLine], effects: Vec<LineEffect>) {
    let mut sums: BTreeMap<usize, Sum> = BTreeMap::new();
    for LineEffect { line: at, pair: number, effect } in effects {
        let Some(line) = lines.get(at) else { continue };
        let pair = number.and_then(|number| batch.set.pairs.get(number));
        let Some(index) = line.pool else { continue };
        let Some(pool) = batch.pools.get_mut(index) else { continue };
        let sum = sums.entry(index).or_default();
        let then = pair.map_or(Then::Hold, |pair| pair.then);
        let (finding, about) = match effect {
            Effect::Undecided(missing, with) => {
                sum.undecided.get_or_insert_default().extend(missing.iter().cloned());
                (Finding::Undecided { with, missing, pair: number }, None)
            }
            Effect::Applies(with) => {
                match (then, number) {
                    (Then::Hold, number) => {
                        let standing = number.map_or(Standing::SameService, Standing::HeldByPair);
                        sum.held.get_or_insert(standing);
                    }
                    (Then::Strike, Some(number)) => {
                        sum.struck.entry(line.service).or_insert(number);
                    }
                    (Then::Strike, None) | (Then::Advise, _) => {}
                }
                let about = line.spots.first().copied().filter(|_| then == Then::Advise);
                let alone = number.filter(|_| pair.is_some_and(|pair| pair.terms.relation == Relation::OnlyWith));
                let finding = match alone {
                    Some(pair) => Finding::NoPartner { pair },
                    None => Finding::NotTogether { with, pair: number },
                };
                (finding, about)
            }
        };
        pool.findings.push((about, finding));
    }
    for (index, sum) in sums {
        if let Some(pool) = batch.pools.get_mut(index) {
            pool.apply(sum);
        }
    }
}

impl Pool {
    fn apply(&mut self, Sum { held, struck, undecided }: Sum) {
        let taken = self.earned.extract_if(.., |earned| struck.contains_key(&earned.service));
        let pair = |earned: &EarnedUnits| struck.get(&earned.service).copied().unwrap_or_default();
        self.struck.extend(taken.map(|earned| (pair(&earned), earned)));
        if let (true, Some((pair, _))) = (self.earned.is_empty(), self.struck.first()) {
            self.standing = Standing::Struck(*pair);
        }
        match (held, undecided) {
            (Some(held), _) => self.standing = held,
            (None, Some(missing)) if self.standing.is_billable() => {
                self.standing = Standing::Undecided(missing.into_iter().collect());
            }
            (None, _) => {}
        }
    }
}
