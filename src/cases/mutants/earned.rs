//! A changed service or rate, and changed counting of minutes: the billable note that earns something else.

use chrono::NaiveDate;

use super::pair::{Pair, Witness};
use super::said::Notes;
use super::widened::{Widened, asking};
use crate::effective::Effective;
use crate::facts::MINUTES_MOST;
use crate::proof::{Example, Region, example};
use crate::rules::{DatedRate, Outcome, RuleSet, ServiceId, Test, Unit, ValueSet, outcome};

/// Minutes in a quarter hour.
const QUARTER_HOUR: i64 = 15;

/// A day on which examples happen.
const ORDINARY: (i32, u32, u32) = (2026, 3, 2);

/// The most notes of one day that are tried to see how minutes are pooled: with so many, any left-over minutes tell.
const NOTES_MOST: usize = 30;

/// Ranges of minutes, each from the first to before the second.
type Minutes = Vec<(i64, i64)>;

/// Minutes that earn a quarter hour however parts of one count.
fn earning() -> Minutes {
    vec![(QUARTER_HOUR, MINUTES_MOST + 1)]
}

/// Minutes that leave this many, or more, beyond whole quarter hours.
fn left_over(least: i64) -> Minutes {
    let quarters = 0..=MINUTES_MOST / QUARTER_HOUR;
    quarters.map(|quarter| (quarter * QUARTER_HOUR + least, (quarter + 1) * QUARTER_HOUR)).collect()
}

/// A billable note of a changed service.
pub(super) fn service(pair: Pair<'_>, service: ServiceId) -> Option<Witness> {
    let note = |minutes| billable(pair.set, &|billed| billed == service, minutes, Effective::default());
    [earning(), left_over(0)].into_iter().find_map(|minutes| pair.told_apart(note(minutes)?.into()))
}

/// A billable note of a date on which another rate is in force, or none.
pub(super) fn rate(pair: Pair<'_>, service: ServiceId) -> Option<Witness> {
    let in_force = |set: &RuleSet, date| set.rate(service, date).map(|dated| dated.rate);
    let rates = [pair.set, pair.changed].into_iter().flat_map(|set| &set.rates);
    let turns = rates.filter(|dated| dated.service == service).flat_map(turns);
    let (year, month, day) = ORDINARY;
    let mut dates: Vec<NaiveDate> = NaiveDate::from_ymd_opt(year, month, day).into_iter().chain(turns).collect();
    dates.retain(|date| in_force(pair.set, *date) != in_force(pair.changed, *date));
    dates.into_iter().find_map(|date| {
        let on = Effective { from: Some(date), through: Some(date) };
        let note = |minutes| billable(pair.set, &|billed| billed == service, minutes, on);
        [earning(), left_over(0)].into_iter().find_map(|minutes| pair.told_apart(note(minutes)?.into()))
    })
}

/// The days around which a rate begins and ends to hold.
fn turns(dated: &DatedRate) -> Vec<NaiveDate> {
    let Effective { from, through } = dated.effective;
    let before = from.and_then(|from| from.pred_opt());
    let after = through.and_then(|through| through.succ_opt());
    [from, through, before, after].into_iter().flatten().collect()
}

/// A note whose left-over minutes count before a change and not after it, or the other way round.
pub(super) fn part_quarter_hour(pair: Pair<'_>, before: i64, after: i64) -> Option<Witness> {
    let least = before.min(after);
    let by_quarter_hour = |service| pair.set.service(service).unit == Unit::QuarterHour;
    let usual = 3 * QUARTER_HOUR + least;
    let minutes =
        || [vec![(usual, usual + 1)], left_over(least).into_iter().map(|(from, _)| (from, from + 1)).collect()];
    let told = |note: Option<Example>| pair.told_apart(note?.into());
    let billed = minutes()
        .into_iter()
        .find_map(|minutes| told(billable(pair.set, &by_quarter_hour, minutes, Effective::default())));
    // Every row shows the quarter hours of its minutes, whatever becomes of the note.
    let any =
        || minutes().into_iter().find_map(|minutes| told(found(pair.set, minutes, Effective::default(), &|_| true)));
    billed.or_else(any)
}

/// A few like notes of one day whose left-over minutes make a quarter hour together, or none.
pub(super) fn pool(pair: Pair<'_>) -> Option<Witness> {
    let by_quarter_hour = |service| pair.set.service(service).unit == Unit::QuarterHour;
    let usual = vec![(20, 21)];
    let note = |minutes| billable(pair.set, &by_quarter_hour, minutes, Effective::default());
    let note = [usual, left_over(1)].into_iter().find_map(note)?;
    (2..=NOTES_MOST).find_map(|count| {
        let notes = (1..=count).map(|at| note.numbered(at)).collect();
        pair.told_apart(Notes { notes, settings: note.settings.clone() })
    })
}

/// The nearest note of these dates and minutes that is billed as such a service.
fn billable(set: &RuleSet, fits: &dyn Fn(ServiceId) -> bool, minutes: Minutes, on: Effective) -> Option<Example> {
    found(set, minutes, on, &|outcome| matches!(outcome, Outcome::Billable(service, _) if fits(service)))
}

/// The nearest note of these dates and minutes that comes to such an outcome.
fn found(set: &RuleSet, minutes: Minutes, on: Effective, fits: &dyn Fn(Outcome) -> bool) -> Option<Example> {
    let fact = set.vocabulary.find("minutes")?;
    let wide = Widened::new(set, vec![asking(vec![Test { fact, values: ValueSet::Ranges(minutes) }], on)]).ok()?;
    let outcome = |leaf: u32| outcome(set, wide.own(wide.listed.met(leaf)));
    let decisions = wide.listed.graph.map(outcome);
    let ends = wide.listed.graph.map(|leaf| wide.has(wide.listed.met(leaf), 0) && fits(outcome(leaf)));
    example(set, &ends, &decisions, &Region::full(&ends.axes)).map(|(note, _)| note)
}
