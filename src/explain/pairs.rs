//! Which pairs looked at what a note's period earns, and what they did.

use super::period_view::PairView;
use crate::batch::{Batch, BatchNote, PairLook, PairOutcome};
use crate::nearest::{joined, listed};
use crate::rules::{Pair, Relation, Then};

/// Returns the pairs that name what a note earns or may earn, ordered by id.
pub(super) fn pairs(batch: &Batch<'_>, note: BatchNote<'_>) -> Vec<PairView> {
    let looks = note.pair_looks().into_iter();
    looks.filter_map(|look| Some(pair_view(batch, batch.set().pairs.get(look.pair)?, &look))).collect()
}

fn pair_view(batch: &Batch<'_>, pair: &Pair, look: &PairLook) -> PairView {
    let with: Vec<String> = look.with.iter().filter_map(|index| batch.id(*index)).map(str::to_owned).collect();
    let missing = match &look.outcome {
        PairOutcome::Undecided(missing) => missing.clone(),
        _ => Vec::new(),
    };
    let outcome = match look.outcome {
        PairOutcome::Applies => "applies",
        PairOutcome::AppliesToOthers => "applies_to_others",
        PairOutcome::Undecided(_) => "undecided",
        PairOutcome::NotLookedAt => "not_looked_at",
        PairOutcome::Lifted | PairOutcome::OtherStaff | PairOutcome::NothingThere | PairOutcome::HasPartner => {
            "steps_aside"
        }
    };
    let text = describe(pair, &look.outcome, &with, &missing);
    PairView { id: pair.id.clone(), title: pair.title.clone(), then: pair.then.as_str(), outcome, with, missing, text }
}

fn describe(pair: &Pair, outcome: &PairOutcome, with: &[String], missing: &[String]) -> String {
    let named = if with.is_empty() { String::new() } else { format!(" ({})", joined(with.to_vec(), "and")) };
    let does = match pair.then {
        Then::Hold => "a person decides",
        Then::Strike => "it earns nothing",
        Then::Advise => "a finding says so",
    };
    match outcome {
        PairOutcome::Applies if pair.terms.relation == Relation::OnlyWith => {
            format!("applies, for none of the services that it needs is there: {does}")
        }
        PairOutcome::Applies => format!("applies{named}: {does}"),
        PairOutcome::AppliesToOthers => format!("takes away what the other notes earn{named}, and nothing here"),
        PairOutcome::Undecided(_) if missing.is_empty() => {
            format!("is undecided until notes that are held are decided{named}")
        }
        PairOutcome::Undecided(_) => {
            format!("is undecided until {} {} answered{named}", listed(missing, "and"), are(missing.len()))
        }
        PairOutcome::Lifted => {
            format!("steps aside: the modifier {} lifts it{named}", listed(&pair.lifted_by, "or"))
        }
        PairOutcome::OtherStaff => format!("steps aside: other staff provided the other services{named}"),
        PairOutcome::NothingThere => "steps aside: none of the other services is there".into(),
        PairOutcome::HasPartner => format!("steps aside: a service that it needs is there{named}"),
        PairOutcome::NotLookedAt => "does not look, for the notes are held already".into(),
    }
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
