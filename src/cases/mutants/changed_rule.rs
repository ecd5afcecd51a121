//! A changed rule: what the set with it comes to, and the note on which that differs.
//!
//! Two graphs are never compared: the changed rule is added to the set as one rule more, and each leaf of that one
//! graph tells which rules meet before and after the change.

use super::edit::Applies;
use super::pair::{Numbers, Pair, Witness};
use super::widened::{Seen, Widened};
use crate::diagram::{Atlas, Listed, TooComplex};
use crate::message::Code;
use crate::rules::{Outcome, Rule, RuleId, RuleSet, outcome};

/// A changed rule: which rules meet at each leaf before, and the graph of the changed set, which has the same leaves.
pub(super) struct ChangedRule {
    id: RuleId,
    applies: Applies,
    before: Vec<Vec<RuleId>>,
    pub(super) atlas: Atlas,
}

/// The changed set does not load: it has this problem.
pub(super) struct Unproved(pub(super) Code);

impl From<TooComplex> for Unproved {
    fn from(_: TooComplex) -> Self {
        Self(Code::TooComplex)
    }
}

impl ChangedRule {
    /// As far as the changed set decides every note.
    pub(super) fn new(
        (set, listed): (&RuleSet, &Listed),
        changed: &RuleSet,
        (id, rule, applies): (RuleId, &Rule, Applies),
    ) -> Result<Self, Unproved> {
        let look = |met: &[RuleId]| match outcome(changed, met) {
            Outcome::Gap => Err(Unproved(Code::Gap)),
            Outcome::Conflict => Err(Unproved(Code::Conflict)),
            _ => Ok(()),
        };
        let (before, list, graph) = if applies == Applies::Otherwise {
            let mut after = Vec::new();
            let both = Widened::while_sound::<Unproved>(set, vec![rule.clone()], &mut |added, met| {
                let met = with(added.own(met), id, added.has(met, 0));
                look(&met)?;
                after.push(met);
                Ok(())
            })?;
            let before = both.listed.list.iter().map(|met| both.own(met).to_vec()).collect();
            (before, after, both.listed.graph)
        } else {
            let applies = |met: &Vec<RuleId>| applies == Applies::AsBefore && met.contains(&id);
            let after: Vec<Vec<RuleId>> = listed.list.iter().map(|met| with(met, id, applies(met))).collect();
            after.iter().try_for_each(|met| look(met))?;
            (listed.list.clone(), after, listed.graph.clone())
        };
        Ok(Self { id, applies, before, atlas: Atlas::of(changed, Listed { graph, list }) })
    }

    /// A note on which the two differ.
    pub(super) fn witness(&self, base: (&RuleSet, &Atlas, &Listed), changed: &RuleSet) -> Option<Witness> {
        let (set, atlas, listed) = base;
        let changed_listed = self.atlas.listed()?;
        let mut numbers = Numbers::new();
        let mut ends = Vec::with_capacity(self.before.len());
        for (before, after) in self.before.iter().zip(&changed_listed.list) {
            let same_rule = self.applies != Applies::AsBefore || !after.contains(&self.id);
            ends.push(if before == after && same_rule {
                0
            } else {
                numbers.change(Seen::of(set, before), Seen::of(changed, after))
            });
        }
        let end = |leaf: u32| usize::try_from(leaf).ok().and_then(|leaf| ends.get(leaf)).copied().unwrap_or_default();
        let pair = Pair { set, atlas, listed, changed, changed_atlas: &self.atlas };
        pair.nearest(&changed_listed.graph.map(end))
    }
}

/// The rules that meet, with this one among them or not.
fn with(met: &[RuleId], id: RuleId, among: bool) -> Vec<RuleId> {
    let mut met: Vec<RuleId> = met.iter().copied().filter(|other| *other != id).collect();
    if among {
        met.insert(met.partition_point(|other| *other < id), id);
    }
    met
}
