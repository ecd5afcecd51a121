//! Judges one pair over all lines.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Effect;
use super::line::PairLine;
use crate::batch::names::NameId;
use crate::batch::pool::Standing;
use crate::batch::{Batch, BatchNote, MAX_NAMED};
use crate::effective::Month;
use crate::rules::{Pair, Relation, ServiceId, Within};

/// Most lines that are only possible to look at for one line. More of them would name no further fact.
const MAX_POSSIBLE: usize = 1_000;

/// A period of a pair, with the staff member if only lines of the same one are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    client: NameId,
    period: PairPeriod,
    staff: Option<NameId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PairPeriod {
    Day(NaiveDate),
    Month(Month),
    Date(Option<NaiveDate>),
}

/// Whether two lines are at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meeting {
    /// They are.
    Sure,
    /// That depends on a staff member who is not named.
    StaffOpen,
    /// That depends on a date that is not answered.
    DateOpen,
}

/// Lines by their places.
type Index = BTreeMap<Place, Vec<usize>>;

/// Judges one pair.
pub(super) struct PairJudge<'j, 'r> {
    pub(super) batch: &'j Batch<'r>,
    pub(super) lines: &'j [PairLine],
    pub(super) pair: &'j Pair,
}

impl PairJudge<'_, '_> {
    /// Returns what the pair does to each sure line of `these`. `only_sure`: nothing happens where that is undecided.
    pub(super) fn judge(&self, these: &[ServiceId], others: &[ServiceId], only_sure: bool) -> Vec<(usize, Effect)> {
        let index = self.index(others);
        let sure = self.lines.iter().enumerate().filter(|(_, line)| line.is_sure && these.contains(&line.service));
        sure.filter_map(|(at, line)| Some((at, self.effect(line, at, &index)?)))
            .filter(|(_, effect)| !only_sure || matches!(effect, Effect::Applies(_)))
            .collect()
    }

    /// Returns the lines of these services by their places, sure ones first. A line that a modifier lifts out of the pair
    /// is left out.
    fn index(&self, services: &[ServiceId]) -> Index {
        let mut index = Index::new();
        let of_services = || self.lines.iter().enumerate().filter(|(_, line)| services.contains(&line.service));
        let sure = of_services().filter(|(_, line)| line.is_sure);
        for (at, line) in sure.chain(of_services().filter(|(_, line)| !line.is_sure)) {
            for place in
                line.spots.iter().filter(|spot| !self.is_lifted(**spot)).filter_map(|spot| self.place_of_note(*spot))
            {
                let known = index.entry(place).or_default();
                if known.last() != Some(&at) {
                    known.push(at);
                }
            }
        }
        index
    }

    fn is_lifted(&self, note: usize) -> bool {
        let modifiers = self.batch.note(note).map(BatchNote::own_modifiers).unwrap_or_default();
        modifiers.iter().any(|modifier| self.pair.lifted_by.contains(modifier))
    }

    fn place_of_note(&self, note: usize) -> Option<Place> {
        let note = self.batch.note(note)?;
        let date = note.date();
        let period = match self.pair.terms.within {
            Within::Note | Within::Day => PairPeriod::Day(date),
            Within::Month => PairPeriod::Month(Month::containing(date)),
            Within::Date(fact) => PairPeriod::Date(note.date_answer(fact)),
        };
        Some(Place { client: note.client_id(), period, staff: note.staff_id().filter(|_| self.pair.same_staff) })
    }

    fn effect(&self, line: &PairLine, at: usize, index: &Index) -> Option<Effect> {
        let carrier = *line.spots.first()?;
        let place = self.place_of_note(carrier)?;
        let is_lifted = self.is_lifted(carrier);
        let (mut sure, mut possible, mut without_staff) = (Vec::new(), Vec::new(), false);
        for (other, meeting) in self.candidates(place, index).filter(|_| !is_lifted) {
            let Some(found) = self.lines.get(other).filter(|found| other != at && self.may_differ(line, found)) else {
                continue;
            };
            if found.is_sure && meeting == Meeting::Sure {
                sure.push(found);
            } else {
                without_staff |= meeting == Meeting::StaffOpen;
                possible.push(found);
            }
            if sure.len() >= MAX_NAMED || possible.len() >= MAX_POSSIBLE {
                break;
            }
        }
        let spots = |lines: &[&PairLine]| lines.iter().flat_map(|line| line.spots.clone()).collect::<Vec<usize>>();
        match self.pair.terms.relation {
            Relation::NotWith if !sure.is_empty() => Some(Effect::Applies(spots(&sure))),
            Relation::OnlyWith if !sure.is_empty() || is_lifted => None,
            _ if !possible.is_empty() => Some(undecided(self.batch, &possible, without_staff)),
            Relation::NotWith => None,
            Relation::OnlyWith => Some(Effect::Applies(Vec::new())),
        }
    }

    /// Whether a pair compares two lines. What one pool earns stands together because its counts say so.
    fn may_differ(&self, line: &PairLine, other: &PairLine) -> bool {
        self.pair.terms.relation == Relation::OnlyWith || line.pool.is_none() || line.pool != other.pool
    }

    /// Returns the lines at a place, each with whether it is surely there.
    fn candidates(&self, place: Place, index: &Index) -> impl Iterator<Item = (usize, Meeting)> {
        let at = |place: Option<Place>| place.and_then(|place| index.get(&place)).into_iter().flatten().copied();
        let knows_staff = !self.pair.same_staff || place.staff.is_some();
        let is_known = knows_staff && place.period != PairPeriod::Date(None);
        let here = at(Some(place).filter(|_| is_known)).map(|line| (line, Meeting::Sure));
        let no_staff = Place { staff: None, ..place };
        let without_staff = at(Some(no_staff).filter(|_| self.pair.same_staff && place.staff.is_some()));
        // Without a staff member of its own, a line may belong to any.
        let any_staff = index
            .range(no_staff..)
            .take_while(move |(other, _)| !knows_staff && (other.client, other.period) == (place.client, place.period))
            .flat_map(|(_, lines)| lines.iter().copied());
        // Without an answer to the date, a line may belong to any date.
        let is_open = place.period == PairPeriod::Date(None);
        let no_date = Place { period: PairPeriod::Date(None), ..place };
        let dated = matches!(place.period, PairPeriod::Date(Some(_)));
        let any_date = index
            .range(Place { staff: None, ..no_date }..)
            .take_while(move |(other, _)| is_open && other.client == place.client)
            .filter(move |(other, _)| other.staff.is_none() || place.staff.is_none() || other.staff == place.staff)
            .flat_map(|(_, lines)| lines.iter().copied());
        let without_date = at(Some(no_date).filter(|_| dated)).chain(any_date);
        let staff_open = without_staff.chain(any_staff).map(|line| (line, Meeting::StaffOpen));
        here.chain(staff_open).chain(without_date.map(|line| (line, Meeting::DateOpen)))
    }
}

/// Returns the effect of lines that are only possible, or whose staff member is not known.
pub(super) fn undecided(batch: &Batch<'_>, possible: &[&PairLine], without_staff: bool) -> Effect {
    let mut missing: BTreeSet<String> = BTreeSet::new();
    let mut notes: BTreeSet<usize> = BTreeSet::new();
    for line in possible.iter().filter(|line| !line.is_sure) {
        let pool = line.pool.and_then(|pool| batch.pools.get(pool));
        if let Some(Standing::Undecided(own)) = pool.map(|pool| &pool.standing) {
            missing.extend(own.iter().cloned());
        }
        let open = pool.map_or(line.spots.as_slice(), |pool| &pool.open);
        missing.extend(batch.missing_of(open));
        notes.extend(open);
    }
    missing.extend(without_staff.then(|| "staff".to_owned()));
    Effect::Undecided(missing.into_iter().collect(), notes.into_iter().take(MAX_NAMED).collect())
}
