//! Mutants: every small way in which a checked rule set can change, and whether something would notice.
//!
//! A mutant is one block put in the place of another. `check` notices it if the changed set no longer decides every
//! note or breaks a promise; else a sample claim may; else the smallest note is looked for on which the changed set
//! says something else. If there is none, the change says nothing: every note is decided alike, and every note that
//! answers what the rules ask names the same reasons. (Which of several reasons a note names that leaves facts open is
//! not compared.) Works on the checked set, never on texts; knows no terminal.

mod answers;
mod block;
mod changed_rule;
mod condition;
mod earned;
mod edit;
mod pair;
mod report;
mod rule;
mod said;
mod widened;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

pub use edit::{Applies, Edit, Mutant};
pub use pair::Witness;
pub use report::{MutantRow, MutantsReport, Tally, WitnessRow};
pub use said::{Notes, differences};

use crate::diagram::{Atlas, Listed};
use crate::facts::Answer;
use crate::message::{Code, Message};
use crate::proof::{broken_ids, unlisted};
use crate::rules::{PART_QUARTER_HOUR, POOL, RuleSet, Setting};
use changed_rule::{ChangedRule, Unproved};
use pair::Pair;

/// What becomes of a mutant.
#[derive(Clone, Debug)]
pub enum Fate {
    /// `check` finds this problem in the changed set.
    Proof(Code),
    /// This sample claim fails.
    Case(String),
    /// No note is decided otherwise, and none that answers what the rules ask names other reasons.
    Equivalent,
    /// Nothing notices, and these notes would.
    Survives(Box<Witness>),
}

/// Says which sample claim, if one does, fails under a set: `None` where all hold.
pub type Notices<'n> = dyn Fn(&RuleSet, &Atlas) -> Option<String> + Sync + 'n;

/// Every mutant of a set, in order of place.
pub fn all(set: &RuleSet) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = set.rules().flat_map(|(id, declared)| rule::changes(set, id, declared)).collect();
    mutants.extend(block::changes(set));
    mutants.sort_by_key(|mutant| (mutant.span.file, mutant.span.range.start));
    mutants
}

/// What becomes of each mutant, on all cores; the same whatever their number. `done` hears of each one looked at. An
/// error where the rules that meet are too many to be listed.
pub fn fates(
    set: &RuleSet,
    atlas: &Atlas,
    mutants: &[Mutant],
    notices: &Notices<'_>,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Fate>, Message> {
    let base = (set, atlas, atlas.listed().ok_or_else(|| unlisted("telling their mutants apart"))?);
    let fates: Vec<OnceLock<Fate>> = mutants.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((mutant, place)) = at(mutants, &fates, next.fetch_add(1, Ordering::Relaxed)) {
            let fate = place.get_or_init(|| fate(base, mutant, notices));
            let _: &Fate = fate;
            done();
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let fates = fates.into_iter().zip(mutants);
    Ok(fates.map(|(fate, mutant)| fate.into_inner().unwrap_or_else(|| self::fate(base, mutant, notices))).collect())
}

fn at<'m>(mutants: &'m [Mutant], fates: &'m [OnceLock<Fate>], at: usize) -> Option<(&'m Mutant, &'m OnceLock<Fate>)> {
    mutants.get(at).zip(fates.get(at))
}

/// The set that is changed, with what its notes come to and its rules as they meet.
type Base<'b> = (&'b RuleSet, &'b Atlas, &'b Listed);

/// What becomes of one mutant.
fn fate(base: Base<'_>, mutant: &Mutant, notices: &Notices<'_>) -> Fate {
    let (set, atlas, listed) = base;
    let changed = mutant.edit.apply(set);
    if let Edit::Rule(id, rule, applies) = &mutant.edit {
        let changed_rule = match ChangedRule::new((set, listed), &changed, (*id, rule, *applies)) {
            Ok(changed_rule) => changed_rule,
            Err(Unproved(problem)) => return Fate::Proof(problem),
        };
        if !broken_ids(&changed, &changed_rule.atlas).is_subset(&broken_ids(set, atlas)) {
            return Fate::Proof(Code::InvariantFails);
        }
        if let Some(case) = notices(&changed, &changed_rule.atlas) {
            return Fate::Case(case);
        }
        return unless_equivalent(changed_rule.witness(base, &changed));
    }
    if let Some(case) = notices(&changed, atlas) {
        return Fate::Case(case);
    }
    let pair = Pair { set, atlas, listed, changed: &changed, changed_atlas: atlas };
    unless_equivalent(match &mutant.edit {
        Edit::Rule(..) => None,
        Edit::Service(id, _) => earned::service(pair, *id),
        Edit::Rate(at, _) => set.rates.get(*at).and_then(|dated| earned::rate(pair, dated.service)),
        Edit::Presumption(at, after) => {
            set.presumptions.get(*at).and_then(|before| answers::presumption(pair, before, after.as_deref()))
        }
        Edit::Setting(at, after) => set.settings.get(*at).and_then(|before| setting(pair, before, after)),
    })
}

fn unless_equivalent(witness: Option<Witness>) -> Fate {
    witness.map_or(Fate::Equivalent, |witness| Fate::Survives(Box::new(witness)))
}

/// A setting may be asked by rules, and the program counts minutes by two of them.
fn setting(pair: Pair<'_>, before: &Setting, after: &Setting) -> Option<Witness> {
    if before.value == after.value {
        return None;
    }
    let name = edit::name(pair.set, before.fact);
    answers::setting(pair, before, after).or_else(|| match (before.value, after.value) {
        (Answer::Number(before), Answer::Number(after)) if name == PART_QUARTER_HOUR => {
            earned::part_quarter_hour(pair, before, after)
        }
        _ if name == POOL => earned::pool(pair),
        _ => None,
    })
}
