//! What notes come to, and nothing else: the graph that decides, where the rules that meet are too many to be listed.
//!
//! First a graph for each question by itself: does a hold apply, does anything speak to the work, is this payer taken
//! away, does an offer stand? Then all of them are walked together. Walks run together as soon as all that is left of
//! each question is the same, whichever rules led there; and what can change the outcome no more is not asked further.

use std::collections::{BTreeMap, HashMap};

use super::terms::{Busy, Terms};
use super::yes_no::{NO, Questions, YES, YesNo};
use super::{Diagram, Nodes, Ref, TooComplex};
use crate::rules::{Effect, Outcome, PayerId, RuleId, RuleSet, ServiceId, outcome_of};

/// States looked at before a rule set is refused as too tangled.
const BUDGET: usize = 2_000_000;

/// The graph that decides.
pub(super) fn outcomes(set: &RuleSet, terms: &Terms) -> Result<Diagram<Outcome>, TooComplex> {
    let mut questions = Questions::over(terms);
    let asks = Asks::of(set, terms, &mut questions)?;
    let begin = Walk { held: asks.held, spoken: asks.spoken, taken: asks.taken.clone(), offers: asks.standing() };
    let (busy, nodes) = (Busy::over(terms.axes.len()), Nodes::default());
    let mut builder = Builder { set, terms, questions, asks, known: HashMap::new(), busy, nodes };
    let root = builder.part(begin)?;
    Ok(Diagram { axes: terms.axes.clone(), nodes: builder.nodes.list, root })
}

/// Offers that come to the same wherever they stand.
struct Offer {
    /// One of them, for all.
    rule: RuleId,
    /// The pairs of service and payer that they offer.
    pairs: Vec<usize>,
    /// Whether one of them applies.
    stands: YesNo,
}

/// Every question of a rule set.
struct Asks {
    /// Does a hold apply?
    held: YesNo,
    /// Does an offer or an exclude speak to the work?
    spoken: YesNo,
    /// By pair of service and payer: is the payer taken away?
    taken: Vec<YesNo>,
    offers: Vec<Offer>,
}

impl Asks {
    fn of(set: &RuleSet, terms: &Terms, questions: &mut Questions<'_>) -> Result<Self, TooComplex> {
        let mut any = |wanted: &dyn Fn(RuleId) -> bool| {
            let mut those = terms.none();
            those.extend((0..).zip(&terms.list).filter(|(_, term)| wanted(term.rule)).map(|(at, _)| at));
            questions.any(those)
        };
        let effect = |id: RuleId| &set.rule(id).effect;
        let held = any(&|id| matches!(effect(id), Effect::Hold { .. }))?;
        let spoken = any(&|id| matches!(effect(id), Effect::Offer { .. } | Effect::Exclude(_)))?;
        let mut taken = Vec::new();
        for (service, payer) in pairs(set) {
            taken.push(any(&|id| effect(id).removes().is_some_and(|removes| removes.removes(service, payer)))?);
        }
        let mut offers = Vec::new();
        for (rule, alike) in alike(set) {
            let Effect::Offer { service, payers, .. } = effect(rule) else { continue };
            let pairs = payers.iter().map(|payer| pair(set, *service, *payer)).collect();
            offers.push(Offer { rule, pairs, stands: any(&|id| alike.contains(&id))? });
        }
        Ok(Self { held, spoken, taken, offers })
    }

    fn standing(&self) -> Vec<YesNo> {
        self.offers.iter().map(|offer| offer.stands).collect()
    }
}

/// Offers of the same to the same payers, under the first of them; one that an override names, or that names one, is
/// like no other.
fn alike(set: &RuleSet) -> BTreeMap<RuleId, Vec<RuleId>> {
    let overrides = |id: RuleId| match &set.rule(id).effect {
        Effect::Offer { overrides, .. } => overrides.as_slice(),
        _ => &[],
    };
    let named: Vec<RuleId> = set.rules().flat_map(|(id, _)| overrides(id)).copied().collect();
    let mut first: BTreeMap<(ServiceId, &[PayerId]), RuleId> = BTreeMap::new();
    let mut alike: BTreeMap<RuleId, Vec<RuleId>> = BTreeMap::new();
    for (id, rule) in set.rules() {
        if let Effect::Offer { service, payers, .. } = &rule.effect {
            let own = !overrides(id).is_empty() || named.contains(&id);
            let first = if own { id } else { *first.entry((*service, payers)).or_insert(id) };
            alike.entry(first).or_default().push(id);
        }
    }
    alike
}

/// Every service with every payer, in the order of their places.
fn pairs(set: &RuleSet) -> impl Iterator<Item = (ServiceId, PayerId)> {
    set.service_ids().flat_map(|service| set.payer_ids().map(move |payer| (service, payer)))
}

fn pair(set: &RuleSet, service: ServiceId, payer: PayerId) -> usize {
    service.index() * set.payers.len() + payer.index()
}

/// Where a walk stands: what is left of each question.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Walk {
    held: YesNo,
    spoken: YesNo,
    taken: Vec<YesNo>,
    offers: Vec<YesNo>,
}

struct Builder<'b> {
    set: &'b RuleSet,
    terms: &'b Terms,
    questions: Questions<'b>,
    asks: Asks,
    /// Only asked, never walked.
    known: HashMap<Walk, Ref<Outcome>>,
    busy: Busy,
    nodes: Nodes<Outcome>,
}

impl Builder<'_> {
    /// The part of the graph that begins here.
    fn part(&mut self, mut walk: Walk) -> Result<Ref<Outcome>, TooComplex> {
        if walk.held == YES {
            return Ok(Ref::Leaf(Outcome::Held));
        }
        self.forget(&mut walk);
        if let Some(known) = self.known.get(&walk) {
            return Ok(*known);
        }
        let open = [walk.held, walk.spoken].into_iter().chain(walk.taken.iter().chain(&walk.offers).copied());
        let Some(axis) = open.filter_map(|question| self.questions.axis(question)).min() else {
            return Ok(Ref::Leaf(self.outcome(&walk)));
        };
        self.busy.count(axis);
        if self.known.len() >= BUDGET {
            return Err(self.busy.too_complex(self.terms));
        }
        let cells = self.terms.axes.get(axis).map_or(0, |axis| axis.cells);
        let mut children = Vec::with_capacity(cells);
        for cell in 0..cells {
            let next = |question: &YesNo| self.questions.step(*question, axis, cell);
            let next = Walk {
                held: next(&walk.held),
                spoken: next(&walk.spoken),
                taken: walk.taken.iter().map(next).collect(),
                offers: walk.offers.iter().map(next).collect(),
            };
            children.push(self.part(next)?);
        }
        // An axis without a cell cannot be told apart any further.
        let part = self.nodes.get(axis, children).unwrap_or_else(|| Ref::Leaf(self.outcome(&walk)));
        self.known.insert(walk, part);
        Ok(part)
    }

    /// Asks no more what can change the outcome no more: offers that have lost all their payers, and the taking of
    /// payers whom nobody offers.
    fn forget(&self, walk: &mut Walk) {
        let mut offered = vec![false; walk.taken.len()];
        for (stands, offer) in walk.offers.iter_mut().zip(&self.asks.offers) {
            if offer.pairs.iter().all(|pair| walk.taken.get(*pair) == Some(&YES)) {
                *stands = NO;
            }
            for pair in offer.pairs.iter().filter(|_| *stands != NO) {
                offered.get_mut(*pair).into_iter().for_each(|offered| *offered = true);
            }
        }
        for (taken, offered) in walk.taken.iter_mut().zip(offered) {
            if !offered {
                *taken = NO;
            }
        }
    }

    /// What a walk comes to whose questions are all answered.
    fn outcome(&self, walk: &Walk) -> Outcome {
        let offers = self.asks.offers.iter().zip(&walk.offers).filter(|(_, stands)| **stands == YES);
        let offers: Vec<RuleId> = offers.map(|(offer, _)| offer.rule).collect();
        let taken = |service, payer| walk.taken.get(pair(self.set, service, payer)) == Some(&YES);
        outcome_of(self.set, &offers, &taken, walk.spoken == YES)
    }
}
