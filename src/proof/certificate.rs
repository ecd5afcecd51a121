//! The certificate: disjoint regions with their outcomes, whose sizes add up to the whole domain.
//!
//! Whoever doubts the proof can add the sizes up again and judge one note of each region by the rules as written.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Example;
use super::region::{Region, paths};
use super::witness::Nearby;
use crate::diagram::{Atlas, Axis, Ref};
use crate::facts::Word;
use crate::rules::{Outcome, RuleSet};

/// Regions beyond which a certificate is left out: it would be read by nobody.
const MOST: u128 = 100_000;

/// Every combination of answers, and how it is decided.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// What can be answered.
    pub domain: Vec<Question>,
    /// Disjoint parts of the domain that together are all of it.
    pub regions: Vec<Part>,
}

/// A fact that some rule asks, or `date`, with its answers; of numbers and dates the bands.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// Its name.
    pub fact: String,
    /// Its answers: all there are.
    pub answers: Vec<String>,
}

/// A part of the domain with one outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// `billable`, `non_billable` or `held`.
    pub status: &'static str,
    /// What is billed, when billable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Who pays, when billable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// How many combinations it holds.
    pub combinations: u128,
    /// The answers that bound it; a fact that is not named may be answered in any way.
    pub answers: BTreeMap<String, Vec<String>>,
    /// A note of it that answers everything.
    pub note: Example,
    /// The settings that go with the note: all of them.
    pub settings: BTreeMap<String, Word>,
}

/// The certificate of a set that decides every note; `None` where it would have too many regions.
pub fn certificate(set: &RuleSet, atlas: &Atlas) -> Option<Certificate> {
    if region_count(atlas) > MOST {
        return None;
    }
    let axes = &atlas.decisions.axes;
    let nearby = Nearby::of(set, axes);
    let mut regions = Vec::new();
    paths(&atlas.decisions, &mut |region, outcome| {
        regions.push(part(set, axes, &nearby, region, outcome));
        true
    });
    let question = |axis: &Axis| Question {
        fact: axis.asked.name(set).to_owned(),
        answers: axis.all().map(|cell| axis.told(set, cell)).collect(),
    };
    Some(Certificate { domain: axes.iter().map(question).collect(), regions })
}

fn part(set: &RuleSet, axes: &[Axis], nearby: &Nearby, region: &Region, outcome: Outcome) -> Part {
    let billed = match outcome {
        Outcome::Billable(service, payer) => Some((service, payer)),
        _ => None,
    };
    let note = nearby.whole(set, axes, region);
    Part {
        status: outcome.status(),
        service: billed.map(|(service, _)| set.service(service).name.clone()),
        payer: billed.map(|(_, payer)| set.payer(payer).name.clone()),
        combinations: region.size(),
        answers: region.told(set, axes).into_iter().collect(),
        settings: note.settings.clone(),
        note,
    }
}

/// How many disjoint regions the graph has: its paths, where answers that lead the same way are one.
pub fn region_count(atlas: &Atlas) -> u128 {
    let mut counts: Vec<u128> = Vec::with_capacity(atlas.decisions.nodes.len());
    let of = |at: Ref<Outcome>, counts: &[u128]| match at {
        Ref::Leaf(_) => 1,
        Ref::Node(index) => usize::try_from(index).ok().and_then(|index| counts.get(index)).copied().unwrap_or(0),
    };
    for node in &atlas.decisions.nodes {
        let mut children: Vec<Ref<Outcome>> = node.children.to_vec();
        children.sort_unstable();
        children.dedup();
        counts.push(children.into_iter().map(|child| of(child, &counts)).fold(0, u128::saturating_add));
    }
    of(atlas.decisions.root, &counts)
}

/// How many combinations of answers there are.
pub fn combinations(atlas: &Atlas) -> u128 {
    Region::full(&atlas.decisions.axes).size()
}
