//! What a row says about why it has its result, alongside the other notes.

use crate::batch::{BatchNote, Period, Standing};
use crate::decide::Verdict;
use crate::nearest::joined;
use crate::rules::{Effect, Outcome, PayerId, RuleSet, Then};

/// Returns the payers or statuses that are still possible for a held note, sorted.
pub(super) fn possible(set: &RuleSet, note: BatchNote<'_>) -> Vec<String> {
    let payer = |payer: &PayerId| set.payer(*payer).name.clone();
    let standing = note.pool().map(|pool| &pool.standing);
    let mut possible: Vec<String> = match (standing, &note.evaluation().verdict) {
        (Some(Standing::PayersDiffer(payers)), _) => payers.iter().map(payer).collect(),
        (Some(Standing::Undecided(_)), Verdict::Billable(_, own)) => vec![payer(own)],
        (_, Verdict::HeldForFacts { possible, .. }) => possible
            .iter()
            .map(|outcome| match outcome {
                Outcome::Billable(_, id) => payer(id),
                other => other.status().into(),
            })
            .collect(),
        _ => Vec::new(),
    };
    possible.sort();
    possible.dedup();
    possible
}

/// Returns how a note that is held for missing facts may still be billed, as payer and service.
pub(super) fn ways(set: &RuleSet, note: BatchNote<'_>) -> Vec<String> {
    let Verdict::HeldForFacts { possible, .. } = &note.evaluation().verdict else { return Vec::new() };
    let way = |outcome: &Outcome| match outcome {
        Outcome::Billable(service, payer) => Some(format!("{}/{}", set.payer(*payer).name, set.service(*service).name)),
        _ => None,
    };
    possible.iter().filter_map(way).collect()
}

/// Returns the id and the basis of the edit or the pair that holds a note or takes away what it earned.
fn deciding_block(set: &RuleSet, note: BatchNote<'_>) -> Option<(String, bool)> {
    if let Some(edit) = note.deciding_edit() {
        return Some((edit.id.clone(), edit.basis.house));
    }
    match note.pool()?.standing {
        Standing::HeldByPair(pair) | Standing::Struck(pair) => {
            set.pairs.get(pair).map(|pair| (pair.id.clone(), pair.basis.house))
        }
        _ => None,
    }
}

/// Returns the ids of the blocks that decided a note, and of the house rules among them.
pub(super) fn deciding(set: &RuleSet, note: BatchNote<'_>) -> (Vec<String>, Vec<String>) {
    if let Some((id, is_house)) = deciding_block(set, note) {
        return (vec![id.clone()], is_house.then_some(id).into_iter().collect());
    }
    let rules = note.evaluation().rules.iter().map(|rule| set.rule(*rule));
    let house = rules.clone().filter(|rule| rule.basis.house).map(|rule| rule.id.clone());
    (rules.map(|rule| rule.id.clone()).collect(), house.collect())
}

/// Returns the labels that apply to a note, in the order of their rules.
pub(super) fn labels(set: &RuleSet, note: BatchNote<'_>) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for rule in &note.evaluation().advice {
        match &set.rule(*rule).effect {
            Effect::Advise { label: Some(label) } if !labels.contains(label) => labels.push(label.clone()),
            _ => {}
        }
    }
    labels
}

/// Returns the sentence that explains a note's result alongside the other notes.
pub(super) fn because(set: &RuleSet, note: BatchNote<'_>) -> String {
    let because = note.evaluation().because.clone();
    if let Some(edit) = note.deciding_edit() {
        let how = if edit.then == Some(Then::Strike) { "Nobody pays" } else { "Held for a person" };
        return format!("{how}: {}.", edit.title);
    }
    let Some(pool) = note.pool() else { return because };
    let period = match pool.period {
        Period::Note(_) | Period::Day(_) => "day",
        Period::Month(_) => "month",
        Period::Date(..) => "period",
    };
    let title = |pair: usize| set.pairs.get(pair).map(|pair| pair.title.clone()).unwrap_or_default();
    match &pool.standing {
        Standing::PayersDiffer(payers) => {
            let payers = joined(payers.iter().map(|payer| set.payer(*payer).title.clone()).collect(), "and");
            let belongs = if period == "day" { "date" } else { period };
            format!(
                "Held: the billable notes of this client's {period} name different payers, {payers}, \
                 and eligibility belongs to the {belongs}."
            )
        }
        Standing::PractitionersDiffer => {
            format!("Held: the notes of this client's {period} name different practitioners, and only one can bill it.")
        }
        Standing::CodeDiffers => "Held: the note's own code is not what the rules come to.".into(),
        Standing::SameService => {
            format!("Held: notes of different kinds earn the same service in this {period}, and only one of them can.")
        }
        Standing::Undecided(missing) if *missing == ["staff"] => {
            format!("Held: whether this stands beside other services of its {period} depends on who did the work.")
        }
        Standing::Undecided(missing) if missing.is_empty() => {
            format!("Held: what this {period} earns depends on other notes, which are held.")
        }
        Standing::Undecided(missing) => {
            let missing = joined(missing.iter().map(|fact| format!("`{fact}`")).collect(), "and");
            format!("Held: what this {period} earns depends on other notes, which do not answer {missing}.")
        }
        Standing::HeldByPair(pair) => format!("Held for a person: {}.", title(*pair)),
        Standing::Struck(pair) => format!("Nobody pays: {}.", title(*pair)),
        Standing::Billable if note.earned().is_some_and(|earned| earned.bundled_into.is_some()) => {
            let because = because.trim_end_matches('.');
            match pool.period {
                Period::Day(_) if !pool.has_count => format!("{because}; an earlier note carries the day's one unit."),
                _ => format!("{because}; another note carries what this {period} earns."),
            }
        }
        Standing::Billable => match note.earned() {
            Some(earned) if earned.units > 0 && earned.service != pool.service => {
                let (because, code) = (because.trim_end_matches('.'), set.service(earned.service).full_code());
                format!("{because}; the minutes of this {period} earn {code} instead.")
            }
            _ => because,
        },
    }
}
