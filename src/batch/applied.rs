//! Which counts, pairs, shadows and edits determine what a note earns.

use std::collections::BTreeSet;

use super::{BatchNote, Finding};
use crate::decide::Verdict;
use crate::ledger::Counting;

/// The counts, pairs, shadows and edits that determine what a note earns, by their indexes in the rule set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The counts that earn units.
    pub counts: BTreeSet<usize>,
    /// The pairs that apply.
    pub pairs: BTreeSet<usize>,
    /// The pairs that speak of what the note's pool earns and do not apply.
    pub pairs_aside: BTreeSet<usize>,
    /// The edits that concern the note.
    pub edits: BTreeSet<usize>,
    /// The shadow that applies.
    pub shadow: Option<usize>,
}

impl BatchNote<'_> {
    /// Returns the counts, pairs, shadows and edits that determine what this note earns.
    pub fn applied(self) -> Applied {
        let set = self.batch.set;
        let edits = self.concerning_edits().map(|(at, _)| at).collect();
        let Verdict::Billable(service, payer) = self.evaluation().verdict else {
            return Applied { edits, ..Applied::default() };
        };
        let pool = self.pool();
        let first = pool.and_then(|pool| self.batch.note(*pool.notes.first()?)).unwrap_or(self);
        let minutes = pool.map_or(self.minutes(), |pool| pool.minutes);
        let counting = Counting::new(set, service, payer, first.date());
        let earning = counting.parts.iter().filter(|part| part.steps.units(minutes) > 0);
        let earned: BTreeSet<_> = earning.clone().map(|part| part.earns).collect();
        let ids: BTreeSet<&String> = earning.filter_map(|part| part.count).map(|count| &count.id).collect();
        let counts = set.counts.iter().enumerate().filter(|(_, count)| ids.contains(&count.id)).map(|(at, _)| at);
        let findings = pool.into_iter().flat_map(|pool| &pool.findings);
        let pairs: BTreeSet<usize> = findings.filter_map(|(_, finding)| applied_pair(finding)).collect();
        let aside = set.pairs.iter().enumerate().filter(|(at, pair)| {
            pair.terms.these.iter().any(|service| earned.contains(service)) && !pairs.contains(at)
        });
        Applied {
            counts: counts.collect(),
            pairs_aside: aside.map(|(at, _)| at).collect(),
            pairs,
            edits,
            shadow: self.earned().and_then(|earned| earned.claim_line.shadow),
        }
    }
}

/// Returns the pair that a finding says to apply.
fn applied_pair(finding: &Finding) -> Option<usize> {
    match finding {
        Finding::NotTogether { pair, .. } => *pair,
        Finding::NoPartner { pair } => Some(*pair),
        _ => None,
    }
}
