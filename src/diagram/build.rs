//! Building the graphs: which rules meet, and what they come to.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::meetings::{Listed, listed};
use super::outcomes::outcomes;
use super::terms::Terms;
use super::{Asked, Cell, Diagram};
use crate::rules::{Outcome, RuleId, RuleSet, outcome};

/// A rule set as graphs: what every note comes to, and which rules meet there.
#[derive(Debug)]
pub struct Atlas {
    /// The graph that decides.
    pub decisions: Diagram<Outcome>,
    meetings: Meetings,
}

/// Which rules meet.
#[derive(Debug)]
enum Meetings {
    /// Listed for all notes at once.
    Listed(Listed),
    /// Too many to be listed: worked out for one note at a time.
    ByNote(Terms),
}

impl Atlas {
    /// The atlas of rules that are listed as they meet.
    pub fn of(set: &RuleSet, listed: Listed) -> Self {
        let outcomes: Vec<Outcome> = listed.list.iter().map(|met| outcome(set, met)).collect();
        let told = |leaf: u32| usize::try_from(leaf).ok().and_then(|leaf| outcomes.get(leaf)).copied();
        let decisions = listed.graph.map(|leaf| told(leaf).unwrap_or(Outcome::Gap));
        Self { decisions, meetings: Meetings::Listed(listed) }
    }

    /// Every set of rules that can meet, with the graph that leads to them; `None` if there are too many.
    pub fn listed(&self) -> Option<&Listed> {
        match &self.meetings {
            Meetings::Listed(listed) => Some(listed),
            Meetings::ByNote(_) => None,
        }
    }

    /// The sets of rules that meet over all ways to answer what these cells leave open, each once. `None` where they are
    /// not listed and even those of one note are too many.
    pub fn meet(&self, cells: &[Cell]) -> Option<Vec<Cow<'_, [RuleId]>>> {
        match &self.meetings {
            Meetings::Listed(listed) => {
                let leaves = listed.graph.leaves(cells);
                Some(leaves.into_iter().map(|leaf| Cow::Borrowed(listed.met(leaf))).collect())
            }
            Meetings::ByNote(terms) => Some(terms.meet(cells)?.into_iter().map(Cow::Owned).collect()),
        }
    }

    /// The rules that apply however what these cells leave open is answered, and those that apply for some way to answer
    /// it.
    pub fn apply(&self, cells: &[Cell]) -> (BTreeSet<RuleId>, BTreeSet<RuleId>) {
        match &self.meetings {
            Meetings::Listed(listed) => {
                let leaves = listed.graph.leaves(cells);
                let mut met = leaves.iter().map(|leaf| listed.met(*leaf).iter().copied().collect::<BTreeSet<RuleId>>());
                let first = met.next().unwrap_or_default();
                met.fold((first.clone(), first), |(surely, maybe), met| (&surely & &met, &maybe | &met))
            }
            Meetings::ByNote(terms) => terms.apply(cells),
        }
    }
}

/// The set is too tangled; the axis at which most states were.
#[derive(Debug)]
pub struct TooComplex(pub Asked);

/// Compiles a rule set. Its invariants have a say in where the bands of numbers begin.
pub fn compile(set: &RuleSet) -> Result<Atlas, TooComplex> {
    let terms = Terms::of(set);
    match listed::<TooComplex>(&terms, &mut |_| Ok(())) {
        Ok(listed) => Ok(Atlas::of(set, listed)),
        Err(_) => unlisted(set, terms),
    }
}

/// The same without a list of the rules that meet, as it is done where they are too many.
pub fn compile_unlisted(set: &RuleSet) -> Result<Atlas, TooComplex> {
    unlisted(set, Terms::of(set))
}

fn unlisted(set: &RuleSet, terms: Terms) -> Result<Atlas, TooComplex> {
    Ok(Atlas { decisions: outcomes(set, &terms)?, meetings: Meetings::ByNote(terms) })
}

/// Lists the rules that meet as long as nothing speaks against a set of them; each is looked at once.
pub fn list_while<E: From<TooComplex>>(
    set: &RuleSet,
    look: &mut dyn FnMut(&[RuleId]) -> Result<(), E>,
) -> Result<Listed, E> {
    listed(&Terms::of(set), look)
}
