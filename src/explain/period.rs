//! The period in which a note is counted: which notes belong to it, what their minutes earn, and which note carries it.

use super::period_view::{CodeCheckView, CountView, EarnedView, OpenNoteView, PeriodNoteView, PeriodView};
use crate::batch::{Batch, BatchNote, Period, Pool, Standing};
use crate::decide::Verdict;
use crate::ledger::{Counting, CountingPart, EarnedUnits, units_of};
use crate::nearest::{counted, joined, listed};
use crate::rules::{RuleSet, ServiceId};
use crate::words;

/// Returns the period of a note or, if it is held for missing facts, those to which it may come to belong.
pub(super) fn periods(batch: &Batch<'_>, note: BatchNote<'_>) -> Vec<PeriodView> {
    let own = note.pool().into_iter().map(|pool| (pool, true));
    let possible = note.open_pools().map(|pool| (pool, false));
    let shown = own.chain(possible).filter(|(pool, _)| combines(pool));
    shown.filter_map(|(pool, belongs)| PeriodBuilder::new(batch, pool)?.view(belongs, note)).collect()
}

/// Returns the note's own code beside those that the rules come to, if the note is held because they differ.
pub(super) fn code_check(batch: &Batch<'_>, note: BatchNote<'_>) -> Option<CodeCheckView> {
    let pool = note.pool().filter(|pool| pool.standing == Standing::CodeDiffers)?;
    let code = note.own_code()?.to_owned();
    let set = batch.set();
    let counting = Counting::new(set, pool.service, pool.payer, note.date());
    let mut services: Vec<ServiceId> = pool.earned.iter().map(|earned| earned.service).collect();
    if matches!(pool.period, Period::Note(_)) || services.is_empty() {
        services = counting.parts.iter().map(|part| part.earns).chain([pool.service]).collect();
    }
    services.sort_unstable();
    services.dedup();
    let expected: Vec<String> = services.into_iter().map(|service| set.service(service).full_code()).collect();
    let text = format!("The note's own code is {code}; the rules come to {}.", joined(expected.clone(), "or"));
    Some(CodeCheckView { code, expected, text })
}

/// Whether a count or a period longer than a day combines the notes of a pool.
pub(super) fn combines(pool: &Pool) -> bool {
    match pool.period {
        Period::Note(_) => false,
        Period::Day(_) => pool.has_count,
        Period::Month(_) | Period::Date(..) => true,
    }
}

/// Returns what a period is called, such as "month".
pub(super) fn noun(pool: &Pool) -> &'static str {
    match pool.period {
        Period::Note(_) => "note",
        Period::Day(_) => "day",
        Period::Month(_) => "month",
        Period::Date(..) => "period",
    }
}

/// Returns units of services, such as "99490 and 99439 x 2".
pub(super) fn units(earned: &[EarnedView]) -> String {
    let one = |earned: &EarnedView| match earned.units {
        1 => earned.code.clone(),
        units => format!("{} x {units}", earned.code),
    };
    joined(earned.iter().map(one).collect(), "and")
}

pub(super) fn earned_view(set: &RuleSet, service: ServiceId, units: u32) -> EarnedView {
    let service = set.service(service);
    EarnedView { service: service.name.clone(), code: service.full_code(), units }
}

struct PeriodBuilder<'p> {
    batch: &'p Batch<'p>,
    pool: &'p Pool,
    counting: Counting<'p>,
    /// The notes of the pool, each with the minutes up to and including it.
    notes: Vec<(BatchNote<'p>, u32)>,
}

impl<'p> PeriodBuilder<'p> {
    fn new(batch: &'p Batch<'_>, pool: &'p Pool) -> Option<Self> {
        let mut sum = 0_u32;
        let notes = pool.notes.iter().filter_map(|index| batch.note(*index)).map(|note| {
            sum = sum.saturating_add(note.minutes());
            (note, sum)
        });
        let notes: Vec<(BatchNote<'_>, u32)> = notes.collect();
        let counting = Counting::new(batch.set(), pool.service, pool.payer, notes.first()?.0.date());
        Some(Self { batch, pool, counting, notes })
    }

    fn view(&self, belongs: bool, note: BatchNote<'_>) -> Option<PeriodView> {
        let (set, pool) = (self.batch.set(), self.pool);
        let mut parts: Vec<&CountingPart<'_>> = self.counting.parts.iter().collect();
        parts.sort_by_key(|part| (part.steps.reached_at(1), part.earns));
        let earned = self.counting.earned(pool.minutes);
        let is_carried = pool.is_carried && !earned.is_empty();
        let carrier = is_carried.then(|| self.batch.id(pool.carrier)).flatten().map(str::to_owned);
        let more = |most: &Vec<EarnedUnits>| self.more(most);
        let (within, period) = match pool.period {
            Period::Note(_) => return None,
            Period::Day(date) => ("day".to_owned(), date.to_string()),
            Period::Month(month) => ("month".to_owned(), month.to_string()),
            Period::Date(fact, date) => (set.vocabulary.fact(fact).name.clone(), date.to_string()),
        };
        let mut view = PeriodView {
            within,
            period,
            service: set.service(pool.service).name.clone(),
            payer: set.payer(pool.payer).name.clone(),
            belongs,
            notes: self.notes.iter().map(|(note, sum)| self.note_view(*note, *sum)).collect(),
            minutes: pool.minutes,
            counts: parts.into_iter().map(|part| self.count_view(part)).collect(),
            earned: earned.iter().map(|earned| earned_view(set, earned.service, earned.units)).collect(),
            carrier,
            open: self.open(),
            open_minutes: pool.open_minutes,
            more: pool.most.as_ref().map(more).unwrap_or_default(),
            standing: standing_name(&pool.standing),
            text: Vec::new(),
        };
        view.text = self.text(&view, note);
        Some(view)
    }

    /// Returns what `most` has beyond what is earned now, by service.
    fn more(&self, most: &[EarnedUnits]) -> Vec<EarnedView> {
        let now = self.counting.earned(self.pool.minutes);
        let more = most.iter().filter_map(|then| {
            let units = then.units.checked_sub(units_of(&now, then.service)).filter(|units| *units > 0)?;
            Some(earned_view(self.batch.set(), then.service, units))
        });
        more.collect()
    }

    fn note_view(&self, note: BatchNote<'_>, sum: u32) -> PeriodNoteView {
        let set = self.batch.set();
        let payer = match (&self.pool.standing, &note.evaluation().verdict) {
            (Standing::PayersDiffer(_), Verdict::Billable(_, payer)) => Some(set.payer(*payer).name.clone()),
            _ => None,
        };
        let differ = self.pool.standing == Standing::PractitionersDiffer;
        PeriodNoteView {
            id: note.id().to_owned(),
            date: note.date().to_string(),
            start: note.start().map(|start| format!("{:02}:{:02}", start / 60, start % 60)),
            minutes: note.minutes(),
            sum,
            payer,
            practitioner: note.practitioner_name().filter(|_| differ).map(str::to_owned),
            code: note.own_code().map(str::to_owned),
        }
    }

    fn count_view(&self, part: &CountingPart<'_>) -> CountView {
        let (set, minutes, steps) = (self.batch.set(), self.pool.minutes, &part.steps);
        let service = set.service(part.earns);
        let units = steps.units(minutes);
        let first_at = steps.reached_at(1);
        let with = |minutes: u32| Some(self.notes.iter().find(|(_, sum)| *sum >= minutes)?.0.id().to_owned());
        let last_at = (units > 0).then(|| steps.reached_at(units));
        let ended_at = steps.below.filter(|below| minutes >= *below);
        let next = units.saturating_add(1);
        let next_at = steps.reached_at(next);
        let can_be_next = ended_at.is_none() && next_at > minutes && steps.units(next_at) == next;
        CountView {
            count: part.count.map(|count| count.id.clone()),
            service: service.name.clone(),
            code: service.full_code(),
            steps: words::steps(steps),
            units,
            first_at,
            first_with: (units > 0).then(|| with(first_at)).flatten(),
            last_at,
            last_with: last_at.and_then(with),
            next_at: can_be_next.then_some(next_at),
            ended_at,
        }
    }

    fn open(&self) -> Vec<OpenNoteView> {
        let vocabulary = &self.batch.set().vocabulary;
        let notes = self.pool.open.iter().filter_map(|index| self.batch.note(*index));
        let open = notes.map(|note| {
            let missing = match &note.evaluation().verdict {
                Verdict::HeldForFacts { missing, .. } => missing.as_slice(),
                _ => &[],
            };
            OpenNoteView {
                id: note.id().to_owned(),
                minutes: note.minutes(),
                missing: missing.iter().map(|fact| vocabulary.fact(*fact).name.clone()).collect(),
            }
        });
        open.collect()
    }

    /// Describes what the minutes earn, which note carries it, what held notes could change, and what stands against it.
    fn text(&self, view: &PeriodView, note: BatchNote<'_>) -> Vec<String> {
        let (noun, together) = (noun(self.pool), counted(view.minutes, "minute"));
        let mut text = Vec::new();
        text.push(match view.earned.as_slice() {
            [] => {
                let first = view.counts.iter().map(|count| count.first_at).min().unwrap_or_default();
                format!("The {together} of this {noun} earn no unit; the first one is reached at {first}.")
            }
            earned if self.pool.standing.is_billable() => {
                format!("The {together} of this {noun} earn {}.", units(earned))
            }
            earned => format!("The {together} of this {noun} would earn {}.", units(earned)),
        });
        text.extend(self.taken_away());
        text.extend(self.carrying(view, note, noun));
        text.extend(self.held(view, noun));
        text.extend(self.against(noun));
        text
    }

    /// Describes what pairs took away of what is earned, unless they took everything.
    fn taken_away(&self) -> Vec<String> {
        let set = self.batch.set();
        let struck = self.pool.struck.iter().filter(|_| self.pool.standing.is_billable());
        let describe = |(pair, earned): &(usize, EarnedUnits)| {
            let id = &set.pairs.get(*pair)?.id;
            Some(format!("Of this, {} is taken away [{id}].", set.service(earned.service).full_code()))
        };
        struck.filter_map(describe).collect()
    }

    /// Describes which note carries what is earned, and why.
    fn carrying(&self, view: &PeriodView, note: BatchNote<'_>, noun: &str) -> Option<String> {
        let carrier = view.carrier.as_ref()?;
        let highest = view.counts.iter().filter_map(|count| count.last_at).max().unwrap_or_default();
        let stands = if self.pool.standing.is_billable() { "stands" } else { "would stand" };
        let here = if self.pool.carrier == note.index { " (this note)" } else { "" };
        if view.notes.len() == 1 {
            return Some(format!("It {stands} on {carrier}{here}, the only note of the {noun}."));
        }
        let others = if self.pool.standing.is_billable() {
            "; the other notes are bundled into it and earn nothing more"
        } else {
            ""
        };
        Some(format!(
            "It {stands} on {carrier}{here}, the first note with which {} of the {noun} are reached{others}.",
            counted(highest, "minute")
        ))
    }

    /// Describes what held notes could add or change.
    fn held(&self, view: &PeriodView, noun: &str) -> Option<String> {
        if view.open.is_empty() {
            return None;
        }
        let minutes = counted(view.open_minutes, "minute");
        Some(if self.is_unsure() {
            format!("Held notes with {minutes} could change what the {noun} earns, so it waits for their answers.")
        } else if view.more.is_empty() {
            format!("Held notes with {minutes} could add nothing to it.")
        } else {
            format!("Held notes with {minutes} could add {} to it, and change nothing of it.", units(&view.more))
        })
    }

    /// Whether held notes could take away something that the minutes earn.
    fn is_unsure(&self) -> bool {
        let open: Vec<u32> =
            self.pool.open.iter().filter_map(|index| Some(self.batch.note(*index)?.minutes())).collect();
        !crate::ledger::reach(&self.counting, self.pool.minutes, &open).is_sure
    }

    /// Describes what keeps the period from being billed.
    fn against(&self, noun: &str) -> Option<String> {
        let set = self.batch.set();
        let title = |pair: usize| set.pairs.get(pair).map(|pair| pair.title.as_str()).unwrap_or_default();
        Some(match &self.pool.standing {
            Standing::Billable => return None,
            Standing::PayersDiffer(payers) => {
                let payers = payers.iter().map(|payer| words::payer_title(set, *payer).to_owned()).collect();
                format!("The notes name different payers, {}, and one {noun} has one payer.", joined(payers, "and"))
            }
            Standing::PractitionersDiffer => {
                format!("The notes name different practitioners, and only one can bill the {noun}.")
            }
            Standing::CodeDiffers => "The notes' own codes are not all among what they earn.".into(),
            Standing::Undecided(missing) if missing.is_empty() => {
                format!("All notes of the {noun} are held until other notes, which are held, are decided.")
            }
            Standing::Undecided(missing) => {
                let missing = listed(missing, "and");
                format!("All notes of the {noun} are held until other notes answer {missing}.")
            }
            Standing::SameService => {
                format!("Notes of another kind earn the same service in this {noun}, and only one of them can.")
            }
            Standing::HeldByPair(pair) => format!("All of it is held for a person: {}.", title(*pair)),
            Standing::Struck(pair) => format!("All that was earned is taken away: {}.", title(*pair)),
        })
    }
}

fn standing_name(standing: &Standing) -> &'static str {
    match standing {
        Standing::Billable => "billable",
        Standing::PayersDiffer(_) => "payers_differ",
        Standing::PractitionersDiffer => "practitioners_differ",
        Standing::CodeDiffers => "code_differs",
        Standing::Undecided(_) => "undecided",
        Standing::SameService => "same_service",
        Standing::HeldByPair(_) => "held_by_pair",
        Standing::Struck(_) => "struck",
    }
}
