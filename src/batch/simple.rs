//! What simple notes earn. A note is simple if no count, pair or code of its own concerns it, and if its service is
//! billed for a day or for the note alone, at rates of whole cents that depend on nothing but the date.
//!
//! Simple notes of one *kind* have rows that differ only in what they show of the note itself, and in the ids of other
//! notes. The row of a kind is made from an example by rolling up the example's client and date in full, so this module
//! only says which kind a note is of. A test compares both ways on random batches.

use indexmap::map::Entry;
use rustc_hash::FxHashMap;

use chrono::NaiveDate;

use super::day_advice::DayAdvice;
use super::line::{Entry as LineEntry, Line, Mark};
use super::settle::{Example, Kinds, Results};
use super::{Batch, MAX_NAMED};
use crate::cores::lock;
use crate::decide::{DecisionId, Evaluation, Verdict};
use crate::money::{Amount, Rate};
use crate::number::{narrow, wide};
use crate::rules::{Check, Outcome, PayerId, RateFound, ServiceId, Then, Unit};
use crate::units::Steps;

/// All that the row of a simple note depends on, besides what it shows of the note itself and the ids of other notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) decision: DecisionId,
    /// The edit that holds or strikes the note.
    pub(super) mark: Option<Mark>,
    pub(super) result: SimpleResult,
    /// The rate in force, if the note is billed.
    pub(super) rate: Option<Rate>,
    /// Index of the shadow that applies, if the note is billed.
    pub(super) shadow: Option<usize>,
    /// Whether a source was not checked for the service date.
    is_unverified: bool,
    /// Whether the note carries a service that the advice about two services of a day names beside another one.
    pub(super) has_advice: bool,
}

/// What a simple note comes to beside the other notes of its client and date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum SimpleResult {
    /// Nobody pays for it, or a person must decide; or an edit decides.
    AsDecided,
    /// It is held for facts, and could earn this.
    Held { units: u32, amount: Option<Amount> },
    /// It is counted alone and earns these units.
    Alone { units: u32 },
    /// It carries the day's unit.
    Carries,
    /// Another note carries the day's unit.
    Bundled,
    /// The notes of the day name these payers, one bit each. `others`: the number of other notes, if not all are named.
    PayersDiffer { payers: u64, others: Option<usize> },
}

/// What a decision means for the notes that have it.
#[derive(Clone, Debug)]
enum Handling {
    AsDecided,
    Billable(Way, Option<NaiveDate>),
    /// The ways in which a held note may be billed, in the order of the possible outcomes.
    Held(Vec<Way>),
    /// Notes with this decision are not simple.
    NotSimple,
}

/// Whether a note with this result carries units of its service.
pub(super) fn carries_units(result: SimpleResult) -> bool {
    matches!(result, SimpleResult::Carries | SimpleResult::Alone { units: 1.. })
}

/// A service of a payer, and how notes of it are counted.
#[derive(Clone, Debug)]
struct Way {
    service: ServiceId,
    payer: PayerId,
    /// How the minutes of a note alone are counted; `None` if the notes of a day have one unit together.
    alone: Option<Steps>,
}

/// What each decision means, by its number.
#[derive(Debug)]
pub(super) struct Handlings {
    list: Vec<Handling>,
    advice: Option<DayAdvice>,
}

impl Handlings {
    pub(super) fn new(batch: &Batch<'_>) -> Self {
        let advice = DayAdvice::find(batch.set);
        let new = |evaluation| Handling::new(batch, evaluation, advice.as_ref());
        Self { list: batch.decisions.evaluations().map(new).collect(), advice }
    }
}

impl Handling {
    fn new(batch: &Batch<'_>, evaluation: &Evaluation, advice: Option<&DayAdvice>) -> Self {
        match &evaluation.verdict {
            Verdict::NonBillable | Verdict::HeldByRule => Self::AsDecided,
            Verdict::Billable(service, payer) => Way::new(batch, *service, *payer, advice)
                .map_or(Self::NotSimple, |way| Self::Billable(way, evaluation.verified_through)),
            Verdict::HeldForFacts { possible, .. } => {
                let billable = possible.iter().filter_map(|outcome| match outcome {
                    Outcome::Billable(service, payer) => Some(Way::new(batch, *service, *payer, advice)),
                    Outcome::NonBillable | Outcome::Held | Outcome::Gap | Outcome::Conflict => None,
                });
                billable.collect::<Option<Vec<Way>>>().map_or(Self::NotSimple, Self::Held)
            }
        }
    }
}

impl Way {
    /// Returns how a simple service is counted; `None` if the service is not simple.
    fn new(batch: &Batch<'_>, service: ServiceId, payer: PayerId, advice: Option<&DayAdvice>) -> Option<Self> {
        let set = batch.set;
        let mut pairs = set.pairs.iter().enumerate().filter(|(at, _)| advice.is_none_or(|advice| advice.pair != *at));
        let is_in_pair =
            pairs.any(|(_, pair)| pair.terms.these.iter().chain(&pair.terms.others).any(|own| *own == service));
        let is_limited = set
            .active_edits()
            .any(|(_, edit)| matches!(edit.check, Check::OverLimit { service: limited, .. } if limited == service));
        let is_counted = is_in_pair || is_limited || set.counts.iter().any(|count| count.notes == service);
        let mut rates = set.rates.iter().filter(|rate| rate.service == service);
        if is_counted || !rates.all(|rate| rate.when.is_empty() && rate.rate.is_whole_cents()) || payer.index() >= 64 {
            return None;
        }
        let alone = match set.service(service).unit {
            Unit::Day => None,
            Unit::QuarterHour if !set.pools_by_day() => Some(set.part_quarter_hour().steps()),
            Unit::Each => Some(Steps::once()),
            Unit::QuarterHour | Unit::Month => return None,
        };
        Some(Self { service, payer, alone })
    }
}

/// The notes of a service that a client has on one date.
#[derive(Clone, Copy, Debug)]
struct Day {
    service: ServiceId,
    /// One bit for each payer that the notes name.
    payers: u64,
    /// The earliest note that no edit holds.
    carrier: Option<u32>,
    /// Number of notes, with those that an edit holds.
    notes: usize,
}

/// The rate of a service of a payer on a date, and the shadow that applies.
type Price = (Option<Rate>, Option<usize>);

/// Settles the notes of one client after another, on one thread.
pub(super) struct Settler<'s, 'r> {
    batch: &'s Batch<'r>,
    handlings: &'s Handlings,
    kinds: &'s Kinds,
    results: Results<'s>,
    /// The numbers of kinds that this thread has come across.
    known: FxHashMap<Kind, u32>,
    prices: FxHashMap<(ServiceId, PayerId, NaiveDate), Price>,
    /// Number of notes of each kind.
    counts: Vec<u64>,
    days: Vec<Day>,
    /// The services that notes of the day earn by themselves.
    alone: Vec<ServiceId>,
}

impl<'s, 'r> Settler<'s, 'r> {
    pub(super) fn new(batch: &'s Batch<'r>, handlings: &'s Handlings, kinds: &'s Kinds, results: Results<'s>) -> Self {
        let (known, prices) = (FxHashMap::default(), FxHashMap::default());
        Self {
            batch,
            handlings,
            kinds,
            results,
            known,
            prices,
            counts: Vec::new(),
            days: Vec::new(),
            alone: Vec::new(),
        }
    }

    /// Returns the number of notes of each kind since the last call.
    pub(super) fn take_counts(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.counts)
    }

    /// Settles the notes of one client, which are sorted by date and start. `first` is the position of the first of them in
    /// the order of all notes. Returns `false`, and changes nothing, if one of them is not simple.
    pub(super) fn settle_client(&mut self, first: u32, notes: &[u32]) -> bool {
        let is_simple = |index: &u32| {
            let line = self.batch.lines.get(wide(*index));
            line.is_some_and(|line| self.batch.extras.get(line.extra).code.is_none() && self.handling(line).is_some())
        };
        if self.batch.history.is_wanted() || !notes.iter().all(is_simple) {
            return false;
        }
        let (batch, mut from) = (self.batch, first);
        let date = |index: &u32| batch.lines.get(wide(*index)).and_then(|line| line.date);
        for day in notes.chunk_by(|one, other| date(one) == date(other)) {
            let end = from + narrow(day.len());
            self.settle_day(Example { index: 0, first: from, end }, day);
            from = end;
        }
        true
    }

    /// Returns what the decision on a note means; `None` if the note is not simple.
    fn handling(&self, line: &Line) -> Option<&'s Handling> {
        let LineEntry::Decided(decision) = line.entry else { return None };
        self.handlings.list.get(decision.index()).filter(|handling| !matches!(handling, Handling::NotSimple))
    }

    /// Settles the notes of one client and date.
    fn settle_day(&mut self, place: Example, notes: &[u32]) {
        self.days.clear();
        self.alone.clear();
        for index in notes {
            let Some(line) = self.batch.lines.get(wide(*index)) else { continue };
            let is_held = line.mark.is_some() && self.is_held(line);
            match (self.handling(line), line.mark) {
                (Some(Handling::Billable(way @ Way { alone: None, .. }, _)), mark) if mark.is_none() || is_held => {
                    self.add_to_day(way, *index, is_held);
                }
                (Some(Handling::Billable(Way { alone: Some(steps), service, .. }, _)), None)
                    if steps.units(line.minutes.into()) > 0 && !self.alone.contains(service) =>
                {
                    self.alone.push(*service);
                }
                _ => {}
            }
        }
        for index in notes {
            let Some(line) = self.batch.lines.get(wide(*index)) else { continue };
            let (LineEntry::Decided(decision), Some(date)) = (line.entry, line.date) else { continue };
            let Some(handling) = self.handling(line) else { continue };
            let own = Kind {
                decision,
                mark: line.mark,
                result: SimpleResult::AsDecided,
                rate: None,
                shadow: None,
                is_unverified: false,
                has_advice: false,
            };
            let (kind, other) = match handling {
                _ if line.mark.is_some() => (own, None),
                Handling::AsDecided | Handling::NotSimple => (own, None),
                Handling::Held(ways) => {
                    let (units, amount) = self.stake(ways, date, line.minutes.into());
                    (Kind { result: SimpleResult::Held { units, amount }, ..own }, None)
                }
                Handling::Billable(way, verified_through) => {
                    let is_unverified = verified_through.is_some_and(|through| through < date);
                    let (result, other) = self.billable(way, (*index, line.minutes.into()), place);
                    let is_held = matches!(result, SimpleResult::PayersDiffer { .. });
                    let (rate, shadow) = if is_held { (None, None) } else { self.price(way, date) };
                    let has_advice = carries_units(result) && self.stands_beside(way.service);
                    let other = if has_advice { Some(place.first) } else { other };
                    (Kind { result, rate, shadow, is_unverified: is_unverified && !is_held, has_advice, ..own }, other)
                }
            };
            let kind = self.number(kind, Example { index: *index, ..place });
            self.results.set(*index, kind, other);
            if self.counts.len() <= wide(kind) {
                self.counts.resize(wide(kind) + 1, 0);
            }
            if let Some(count) = self.counts.get_mut(wide(kind)) {
                *count += 1;
            }
        }
    }

    /// Whether an edit holds a note.
    fn is_held(&self, line: &Line) -> bool {
        let edit = line.mark.and_then(|mark| self.batch.set.edits.get(mark.edit()));
        edit.is_some_and(|edit| edit.then == Some(Then::Hold))
    }

    fn add_to_day(&mut self, Way { service, payer, .. }: &Way, index: u32, is_held: bool) {
        let bit = 1 << payer.index();
        let carrier = Some(index).filter(|_| !is_held);
        match self.days.iter_mut().find(|day| day.service == *service) {
            Some(day) => {
                day.payers |= bit;
                day.notes += 1;
                day.carrier = day.carrier.or(carrier);
            }
            None => {
                self.days.push(Day { service: *service, payers: bit, carrier, notes: 1 });
            }
        }
    }

    /// Whether the day has a service that the advice about two services of a day names beside this one.
    fn stands_beside(&self, service: ServiceId) -> bool {
        let Some(others) = self.handlings.advice.as_ref().and_then(|advice| advice.others(service)) else {
            return false;
        };
        let by_day =
            self.days.iter().filter(|day| day.carrier.is_some() && day.payers.is_power_of_two()).map(|day| day.service);
        by_day.chain(self.alone.iter().copied()).any(|there| others.contains(&there))
    }

    /// Returns what a billable note comes to, and the other note or place that its row needs.
    fn billable(&self, way: &Way, (index, minutes): (u32, u32), place: Example) -> (SimpleResult, Option<u32>) {
        if let Some(steps) = &way.alone {
            return (SimpleResult::Alone { units: steps.units(minutes) }, None);
        }
        match self.days.iter().find(|day| day.service == way.service) {
            Some(day) if day.payers.count_ones() > 1 => {
                let others = Some(day.notes - 1).filter(|others| *others > MAX_NAMED);
                (SimpleResult::PayersDiffer { payers: day.payers, others }, Some(place.first))
            }
            Some(Day { carrier: Some(carrier), .. }) if *carrier != index => (SimpleResult::Bundled, Some(*carrier)),
            _ => (SimpleResult::Carries, None),
        }
    }

    /// Returns the most units and dollars that a held note could add, as [`super::Stake`] says.
    fn stake(&mut self, ways: &[Way], date: NaiveDate, minutes: u32) -> (u32, Option<Amount>) {
        const NOTHING: (u32, Option<Amount>) = (0, Some(Amount::ZERO));
        let mut most = NOTHING;
        for way in ways {
            // The day's unit may already stand on another note, or a person must decide who pays.
            let stands = |day: &Day| {
                day.service == way.service && (day.carrier.is_some() || day.payers != 1 << way.payer.index())
            };
            let of_day = || u32::from(!self.days.iter().any(stands));
            let units = way.alone.as_ref().map_or_else(of_day, |steps| steps.units(minutes));
            if units == 0 {
                continue;
            }
            let amount = self.price(way, date).0.map(|rate| rate.line_amount(units.into()));
            let value = |(units, amount): (u32, Option<Amount>)| (amount.unwrap_or(Amount::ZERO), units);
            if value((units, amount)) >= value(most) {
                most = (units, amount);
            }
        }
        most
    }

    fn price(&mut self, way: &Way, date: NaiveDate) -> Price {
        let batch = self.batch;
        *self.prices.entry((way.service, way.payer, date)).or_insert_with(|| {
            let rate = match batch.set.rate(way.service, way.payer, date, &|_| crate::facts::Answer::Unanswered) {
                RateFound::Known(dated) => Some(dated.rate),
                RateFound::Unpriced | RateFound::Open(_) => None,
            };
            (rate, batch.shadow(way.service, way.payer, date))
        })
    }

    /// Returns the number of a kind.
    fn number(&mut self, kind: Kind, example: Example) -> u32 {
        let kinds = self.kinds;
        *self.known.entry(kind).or_insert_with(|| {
            let mut kinds = lock(kinds);
            let next = narrow(kinds.len());
            match kinds.entry(kind) {
                Entry::Occupied(known) => narrow(known.index()),
                Entry::Vacant(vacant) => {
                    vacant.insert(example);
                    next
                }
            }
        })
    }
}
