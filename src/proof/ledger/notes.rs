//! The notes of a state: real notes that together show it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta};

use super::earnings::Earning;
use super::reachable::Sums;
use super::search::{Found, Ledger};
use super::state::Position;
use crate::diagram::{ActivityGraph, Diagram, Ref, Store, Value};
use crate::effective::parse_date;
use crate::facts::{Answer, FactId, Kind, Origin, WrittenAnswer};
use crate::rules::{Outcome, PayerId, ServiceId, Within};
use crate::space::{Example, Region, Space};

/// Most regions that are tried in the search for answers to settings that all notes of a state share.
const MAX_TRIES: usize = 2_000;

/// Finds the notes of states.
pub(crate) struct NoteSearch<'n> {
    ledger: &'n Ledger<'n>,
    diagram: &'n Diagram,
    graphs: &'n [&'n ActivityGraph],
    /// For each service and payer, the graphs with notes that are decided so.
    known: BTreeMap<(ServiceId, PayerId), Vec<Decided<'n>>>,
}

/// The notes of one graph that are decided as a service of a payer.
struct Decided<'n> {
    graph: &'n ActivityGraph,
    store: Store,
    root: Ref,
}

/// What the notes of a pool must be.
struct InputHint {
    service: ServiceId,
    /// One of these payers.
    payers: Vec<PayerId>,
    band: usize,
    date: NaiveDate,
    /// The minutes of each note.
    minutes: Vec<u32>,
    position: Position,
}

/// The note nearest to an ordinary one, in one graph.
struct Nearest<'n, 'd> {
    cost: u64,
    decided: &'d Decided<'n>,
    within: Region,
    minutes: u32,
}

/// Values that the notes of a state share, by variable.
type Shared = BTreeMap<usize, Value>;

impl<'n> NoteSearch<'n> {
    pub(crate) fn new(ledger: &'n Ledger<'n>, diagram: &'n Diagram, graphs: &'n [&'n ActivityGraph]) -> Self {
        Self { ledger, diagram, graphs, known: BTreeMap::new() }
    }

    /// Returns notes that together show a state; `None` if no answers to the settings allow all of them.
    pub(crate) fn notes(&mut self, found: &Found) -> Option<Vec<Example>> {
        let wanted = found.pools.iter().map(|pool| self.wanted(pool)).collect::<Option<Vec<InputHint>>>()?;
        for key in wanted.iter().flat_map(|wanted| wanted.payers.iter().map(|payer| (wanted.service, *payer))) {
            self.known.entry(key).or_insert_with(|| decided(self.graphs, key));
        }
        let dates = found.pools.iter().filter_map(|(earning, _)| match earning.within {
            Within::Date(fact) => Some(fact),
            Within::Note | Within::Day | Within::Month => None,
        });
        let dates: BTreeSet<FactId> = dates.chain(found.dates.iter().copied()).collect();
        let shared = self.shared(&wanted, &dates)?;
        let mut notes = Vec::new();
        for wanted in &wanted {
            for nearest in self.nearest(wanted, &shared)? {
                notes.push((self.write(wanted, &nearest, &dates)?, wanted));
            }
        }
        let is_lifted = found.pools.iter().any(|(_, position)| position.lifted > 0);
        let mut written = Vec::new();
        for (at, (mut note, wanted)) in notes.into_iter().enumerate() {
            let mut add = |name: &str, text: String| note.note.push((name.to_owned(), WrittenAnswer::Text(text)));
            if found.by_staff {
                add("staff", format!("staff-{}", wanted.position.staff + 1));
            }
            if is_lifted {
                let lifted = found.lifting.iter().enumerate().filter(|(bit, _)| wanted.position.lifted >> bit & 1 == 1);
                let pairs = lifted.filter_map(|(_, pair)| self.ledger.set.pairs.get(*pair));
                let modifiers: Vec<String> = pairs.filter_map(|pair| pair.lifted_by.first().cloned()).collect();
                add("modifiers", modifiers.join(" "));
            }
            written.push(note.numbered(at + 1));
        }
        Some(written)
    }

    /// Returns what the notes of a pool must be.
    fn wanted(&self, (earning, position): &(Earning, Position)) -> Option<InputHint> {
        let reachable = self.ledger.reachable;
        let minutes = reachable.minutes(earning.service, *earning.payers.first()?, earning.band);
        let most = earning.within.most_minutes();
        let sums = Sums::new(minutes, earning.within != Within::Note, most);
        let band = reachable.dates.get(earning.band).copied()?;
        Some(InputHint {
            service: earning.service,
            payers: earning.payers.clone(),
            band: earning.band,
            date: moved(earning.day, *position, band),
            minutes: sums.split(earning.notes, earning.minutes)?,
            position: *position,
        })
    }

    /// Returns answers to settings and the days since dates that all these notes can share.
    fn shared(&self, wanted: &[InputHint], dates: &BTreeSet<FactId>) -> Option<Shared> {
        let set = self.ledger.set;
        let variables = &self.diagram.variables;
        let days = dates.iter().filter_map(|date| variables.position(set.vocabulary.derived(*date).next()?));
        let is_setting = |at: &usize| {
            let fact = variables.get(*at).and_then(|variable| variable.question.fact());
            fact.is_some_and(|fact| set.vocabulary.fact(fact).origin == Origin::Setting)
        };
        let settings: Vec<usize> = (0..variables.len()).filter(is_setting).collect();
        let answered = set.answered();
        let usual = |at: &usize| {
            let variable = variables.get(*at)?;
            let answer = match variable.question.fact() {
                Some(_) if !is_setting(at) => Answer::Number(0),
                Some(fact) => answered.get(fact),
                None => return None,
            };
            Some((*at, variable.value(answer)?))
        };
        let days: Vec<usize> = days.collect();
        let all: Shared = days.iter().chain(&settings).filter_map(usual).collect();
        if self.all_possible(wanted, &all) {
            return Some(all);
        }
        let order: Vec<usize> = days.into_iter().chain(settings).collect();
        let mut tries = 0;
        self.search(wanted, &order, &all, Shared::new(), &mut tries)
    }

    /// Fixes one variable after the other, the usual values first, as long as every note remains possible.
    fn search(
        &self,
        wanted: &[InputHint],
        order: &[usize],
        usual: &Shared,
        fixed: Shared,
        tries: &mut usize,
    ) -> Option<Shared> {
        *tries += 1;
        if *tries > MAX_TRIES || !self.all_possible(wanted, &fixed) {
            return None;
        }
        let Some((variable, rest)) = order.split_first() else { return Some(fixed) };
        let first = usual.get(variable).copied();
        let others = self.diagram.variables.get(*variable)?.values().filter(|value| Some(*value) != first);
        first.into_iter().chain(others).find_map(|value| {
            let mut fixed = fixed.clone();
            fixed.insert(*variable, value);
            self.search(wanted, rest, usual, fixed, tries)
        })
    }

    fn all_possible(&self, wanted: &[InputHint], shared: &Shared) -> bool {
        wanted.iter().all(|wanted| self.nearest(wanted, shared).is_some())
    }

    /// Returns the nearest notes of a pool, all for one payer; `None` if there are none.
    fn nearest(&self, wanted: &InputHint, shared: &Shared) -> Option<Vec<Nearest<'n, '_>>> {
        let of_payer = |payer: &PayerId| {
            let notes = wanted.minutes.iter().map(|minutes| self.nearest_note(wanted, *payer, *minutes, shared));
            notes.collect::<Option<Vec<_>>>()
        };
        let cost = |notes: &Vec<Nearest<'_, '_>>| notes.iter().map(|note| note.cost).sum::<u64>();
        wanted.payers.iter().filter_map(of_payer).min_by_key(cost)
    }

    fn nearest_note(
        &self,
        wanted: &InputHint,
        payer: PayerId,
        minutes: u32,
        shared: &Shared,
    ) -> Option<Nearest<'n, '_>> {
        let graphs = self.known.get(&(wanted.service, payer)).into_iter().flatten();
        let found = graphs.filter_map(|decided| {
            let space = Space::new(self.ledger.set, self.diagram, decided.graph).with_store(&decided.store);
            let within = self.region(&space, wanted.band, minutes, shared);
            Some(Nearest { cost: space.nearest(decided.root, &within)?.cost, decided, within, minutes })
        });
        found.min_by_key(|nearest| nearest.cost)
    }

    fn region(&self, space: &Space<'_>, band: usize, length: u32, shared: &Shared) -> Region {
        let variables = &self.diagram.variables;
        let mut region = Region::full(space);
        let mut fix = |at: usize, value: Option<Value>| {
            if let (Some(values), Some(value)) = (region.values.get_mut(at), value) {
                *values = BTreeSet::from([value]);
            }
        };
        if let Some(at) = variables.date_position() {
            fix(at, Value::try_from(band).ok());
        }
        let minutes = self.ledger.set.vocabulary.find("minutes").and_then(|fact| variables.position(fact));
        if let Some((at, variable)) = minutes.and_then(|at| Some((at, variables.get(at)?))) {
            fix(at, variable.value(Answer::Number(length.into())));
        }
        for (at, value) in shared {
            fix(*at, Some(*value));
        }
        region
    }

    /// Writes one note. All its dates lie as they would around the date that the search takes for ordinary.
    fn write(&self, wanted: &InputHint, nearest: &Nearest<'_, '_>, dates: &BTreeSet<FactId>) -> Option<Example> {
        let set = self.ledger.set;
        let Nearest { decided, within, minutes, .. } = nearest;
        let space = Space::new(set, self.diagram, decided.graph).with_store(&decided.store);
        let point = space.nearest(decided.root, within)?;
        let mut example = space.write(&point, decided.root, decided.graph.rules.outcome, within);
        let mut names = BTreeSet::new();
        example.note.retain(|(name, _)| names.insert(name.clone()));
        let is_date = |name: &str| {
            name == "date" || set.vocabulary.find(name).is_some_and(|fact| set.vocabulary.fact(fact).kind == Kind::Date)
        };
        let written =
            example.note.iter().find(|(name, _)| name == "date").and_then(|(_, word)| parse_date(&word.text()));
        let shift = written.map_or(TimeDelta::zero(), |written| wanted.date - written);
        for (name, word) in &mut example.note {
            if name == "minutes" {
                *word = WrittenAnswer::Number((*minutes).into());
            } else if is_date(name)
                && let Some(date) = parse_date(&word.text()).and_then(|date| date.checked_add_signed(shift))
            {
                *word = WrittenAnswer::Text(date.to_string());
            }
        }
        for fact in dates {
            let name = &set.vocabulary.fact(*fact).name;
            let days = Days::new(wanted.position.date.into());
            let known = example.note.iter_mut().find(|(known, _)| known == name);
            let date = known.as_ref().map_or(Some(wanted.date), |(_, word)| parse_date(&word.text()));
            let word = WrittenAnswer::Text(date?.checked_sub_days(days)?.to_string());
            match known {
                Some((_, known)) => *known = word,
                None => example.note.push((name.clone(), word)),
            }
        }
        Some(example)
    }
}

/// Returns the graphs with notes that are decided as a service of a payer.
fn decided<'n>(graphs: &[&'n ActivityGraph], (service, payer): (ServiceId, PayerId)) -> Vec<Decided<'n>> {
    let outcome = Outcome::Billable(service, payer);
    let possible = graphs.iter().filter(|graph| graph.possible(&Vec::new()).contains(&outcome));
    let with_store = possible.map(|graph| {
        let mut store = graph.store.clone();
        let root = store.indicator(graph.rules.outcome, &|other| other == outcome);
        Decided { graph, store, root }
    });
    with_store.collect()
}

/// Returns the date of a note that stands elsewhere: on another day of the month, or in another month.
fn moved(date: NaiveDate, position: Position, (first, last): (NaiveDate, NaiveDate)) -> NaiveDate {
    let fits = |other: &NaiveDate| (first..=last).contains(other);
    let mut date = date;
    if position.day > 0 {
        let beside = [date.succ_opt(), date.pred_opt()].into_iter().flatten();
        date = beside.filter(|other| other.month() == date.month()).find(fits).unwrap_or(date);
    }
    if position.month > 0 {
        let month = Months::new(1);
        let beside = [date.checked_add_months(month), date.checked_sub_months(month)].into_iter().flatten();
        date = beside.into_iter().find(fits).unwrap_or(date);
    }
    date
}
