//! Notes that show a change of counts, pairs, shadows or holidays: often several of one client.

use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};

use super::prover::{Differing, Prover};
use super::witness::Witness;
use crate::diagram::Value;
use crate::effective::parse_date;
use crate::facts::{Answer, FactId, Origin, WrittenAnswer, date_of};
use crate::ledger::Counting;
use crate::proof::ledger::{
    CountingDifference, Earning, Found, Ledger, NoteSearch, Position, Question, first_difference,
};
use crate::rules::{Pair, RuleSet, ServiceId, ValueSet, Within};
use crate::space::ORDINARY_DAY;

/// Dates between which holidays are compared, as years before and after the ordinary day.
const YEARS: i32 = 6;

/// The most days between two dates for which holidays are compared.
const MOST_DAYS: u64 = 40;

impl Prover<'_> {
    /// Returns notes that together show a state.
    fn notes_of(&self, set: &RuleSet, found: &Found) -> Option<Witness> {
        let mutants = self.mutants;
        let ledger = Ledger::new(set, &mutants.reachable);
        let notes = NoteSearch::new(&ledger, &mutants.diagram, &self.graphs).notes(found)?;
        Some(Witness { notes })
    }

    /// Returns notes that earn a service.
    pub(super) fn service_witness(&mut self, service: ServiceId) -> Option<Witness> {
        let counts = &self.mutants.set.counts;
        if !counts.iter().any(|count| count.notes == service || count.earns == service) {
            return self.mutants.billed_witness(service);
        }
        let found = self.earning(&|earning| earning.lines.contains(&service))?;
        self.notes_of(self.mutants.set, &found)
    }

    /// Returns the smallest pool that fits, among those on dates near the ordinary one if there are some.
    fn earning(&self, fits: &dyn Fn(&Earning) -> bool) -> Option<Found> {
        let fitting = self.ledger.all_earnings().into_iter().filter(|earning| fits(earning));
        let distance = |day: NaiveDate| (i64::from(day.num_days_from_ce()) - ORDINARY_DAY).abs();
        let smallest = fitting.min_by_key(|earning| (distance(earning.day), earning.notes, earning.minutes))?;
        Some(alone(smallest))
    }

    /// Returns notes that a changed count counts otherwise.
    pub(super) fn count_witness(&mut self, at: usize, changed: &RuleSet) -> Option<Witness> {
        let set = self.mutants.set;
        let service = set.counts.get(at)?.notes;
        let other = first_difference(&self.ledger, changed, service)?;
        let (first, last) = self.ledger.reachable.dates.get(other.band).copied()?;
        let day = date_of(ORDINARY_DAY)?.clamp(first, last);
        let counting = Counting::new(set, service, other.payer, day);
        let one = |notes: usize, minutes: u32| Earning {
            service,
            payers: vec![other.payer],
            within: counting.within,
            lines: Vec::new(),
            notes,
            minutes,
            band: other.band,
            day,
        };
        let two = |minutes: u32, position: Position, dates: Vec<FactId>| {
            let pools = vec![(one(1, minutes), Position::default()), (one(1, minutes), position)];
            Found { pools, lifting: Vec::new(), by_staff: false, dates }
        };
        let lengths = self.ledger.reachable.minutes(service, other.payer, other.band);
        let reached = counting.parts.first().and_then(|part| part.steps.at_least.first()).copied().unwrap_or(1);
        let fits = |(least, most): &(u32, u32)| (*least <= reached && reached <= *most).then_some(reached);
        let length = lengths.iter().find_map(fits).or_else(|| lengths.first().map(|(least, _)| *least))?;
        match other.difference {
            CountingDifference::Minutes(notes, minutes) => self.notes_of(set, &alone(one(notes, minutes))),
            CountingDifference::Practitioners => {
                let mut witness = self.notes_of(set, &two(length, Position::default(), Vec::new()))?;
                for (number, example) in (1..).zip(&mut witness.notes) {
                    example.note.push(("practitioner".into(), WrittenAnswer::Text(format!("practitioner-{number}"))));
                }
                Some(witness)
            }
            CountingDifference::Within(before, after) => {
                let apart = [
                    Position::default(),
                    Position { day: 1, ..Position::default() },
                    Position { month: 1, ..Position::default() },
                    Position { date: 1, ..Position::default() },
                ];
                let shares = |position: Position, within| Position::default().shares(position, within);
                let position = apart.into_iter().find(|at| shares(*at, before) != shares(*at, after))?;
                let dates = [before, after].into_iter().filter_map(|within| match within {
                    Within::Date(fact) => Some(fact),
                    Within::Note | Within::Day | Within::Month => None,
                });
                self.notes_of(set, &two(length, position, dates.collect()))
            }
        }
    }

    /// Returns the smallest state in which another pair in the place of one, or none, makes a difference.
    pub(super) fn pair_states(&self, at: usize, pair: Option<&Pair>, changed: &RuleSet) -> Option<Found> {
        let set = self.mutants.set;
        let before = set.pairs.get(at)?;
        let same_bites = pair.is_none_or(|pair| {
            // Whatever the pair does now, and to whom, it does where it bites.
            pair.terms == before.terms && pair.same_staff == before.same_staff
        });
        let question = match pair {
            Some(pair) if !same_bites => Question::Differs(at, [before, pair]),
            _ => Question::Bites(at, before),
        };
        let judged = if same_bites { set } else { changed };
        // What depends on too many states is not taken for equivalent, though no notes show it.
        self.ledger.answer(question, judged).ok()?.found.into_iter().next()
    }

    /// Returns notes to which a changed pair does something else.
    pub(super) fn pair_witness(&mut self, at: usize, pair: Option<&Pair>, changed: &RuleSet) -> Option<Witness> {
        let set = self.mutants.set;
        let found = self.pair_states(at, pair, changed)?;
        let mut witness = self.notes_of(set, &found)?;
        let lifted = |pair: &Pair| pair.lifted_by.clone();
        let before = set.pairs.get(at).map(lifted).unwrap_or_default();
        let after = pair.map(lifted).unwrap_or_default();
        if let Some(modifier) = before.iter().find(|modifier| pair.is_some() && !after.contains(modifier)) {
            witness.write("modifiers", modifier);
        }
        Some(witness)
    }

    /// Returns notes whose line gets a shadow, or loses it, after a change. Which shadow it is shows in no row.
    pub(super) fn shadow_witness(&mut self, changed: &RuleSet) -> Option<Witness> {
        let set = self.mutants.set;
        let tests = set.shadows.iter().chain(changed.shadows.iter()).flat_map(|shadow| &shadow.when);
        let mut settings: Vec<FactId> = tests.map(|test| test.fact).collect();
        settings.sort_unstable();
        settings.dedup();
        let is_shadow = |set: &RuleSet, answered: &RuleSet, earning: &Earning, service| {
            let payer = earning.payers.first().copied();
            payer.is_some_and(|payer| set.shadow(&answered.answered(), service, payer, earning.day).is_some())
        };
        let earnings = self.ledger.all_earnings();
        let single = earnings.iter().flat_map(|earning| {
            let of = |payer| Earning { payers: vec![payer], ..earning.clone() };
            earning.payers.iter().copied().map(of).collect::<Vec<_>>()
        });
        let single: Vec<Earning> = single.collect();
        for answered in with_answers(set, &settings) {
            let differs = |earning: &&Earning| {
                let lines = earning.lines.iter().copied();
                let differs =
                    |line| is_shadow(set, &answered, earning, line) != is_shadow(changed, &answered, earning, line);
                lines.into_iter().any(differs)
            };
            for earning in single.iter().filter(differs) {
                let Some(mut witness) = self.notes_of(&answered, &alone(earning.clone())) else { continue };
                for fact in &settings {
                    let own = set.settings.iter().find(|setting| setting.fact == *fact).map(|setting| setting.value);
                    let then = answered.settings.iter().find(|setting| setting.fact == *fact)?.value;
                    let name = set.vocabulary.fact(*fact).name.clone();
                    for note in witness.notes.iter_mut().filter(|_| own != Some(then)) {
                        note.settings.insert(name.clone(), set.written_answer(*fact, then));
                    }
                }
                return Some(witness);
            }
        }
        None
    }

    /// Returns a note for which other holidays move a number of business days across a bound that rules ask.
    pub(super) fn holiday_witness(&mut self, changed: &RuleSet) -> Option<Witness> {
        let mutants = self.mutants;
        let asked = mutants.diagram.variables.list().iter().enumerate().filter_map(|(at, variable)| {
            let fact = variable.question.fact()?;
            match mutants.set.vocabulary.fact(fact).origin {
                Origin::BusinessDaysBetween(from, to) => Some((at, from, to)),
                _ => None,
            }
        });
        let asked: Vec<(usize, FactId, FactId)> = asked.collect();
        for (variable, from, to) in asked {
            for (first, last, values) in self.moved_spans(variable, changed) {
                if let Some(witness) = self.span_witness(variable, values, [(from, first), (to, last)]) {
                    return Some(witness);
                }
            }
        }
        None
    }

    /// Returns spans of dates, near the ordinary day first, whose business days fall into another band after a change.
    fn moved_spans(&self, variable: usize, changed: &RuleSet) -> Vec<(NaiveDate, NaiveDate, [Value; 2])> {
        let mutants = self.mutants;
        let calendars = [mutants.set, changed].map(|set| set.vocabulary.calendar().clone());
        let Some((variable, ordinary)) = mutants.diagram.variables.get(variable).zip(date_of(ORDINARY_DAY)) else {
            return Vec::new();
        };
        let begin = ordinary.with_year(ordinary.year() - YEARS).unwrap_or(ordinary);
        let days = usize::try_from(YEARS.saturating_mul(2 * 366)).unwrap_or_default();
        let mut spans = Vec::new();
        for first in begin.iter_days().take(days) {
            for length in 0..MOST_DAYS {
                let Some(last) = first.checked_add_days(Days::new(length)) else { continue };
                let counts = [&calendars[0], &calendars[1]].map(|calendar| calendar.business_days(first, last));
                let [before, after] = counts.map(|count| variable.value(Answer::Number(count)));
                if let (Some(before), Some(after)) = (before, after)
                    && before != after
                {
                    spans.push((first, last, [before, after]));
                    break;
                }
            }
        }
        spans.sort_by_key(|(first, ..)| (*first - ordinary).num_days().abs());
        spans.truncate(20);
        spans
    }

    /// Returns a note with these two dates for which two numbers of business days make a difference.
    fn span_witness(
        &mut self,
        variable: usize,
        values: [Value; 2],
        dates: [(FactId, NaiveDate); 2],
    ) -> Option<Witness> {
        let mutants = self.mutants;
        let [(from, first), (to, last)] = dates;
        let vocabulary = &mutants.set.vocabulary;
        let since = vocabulary.derived(from).next().and_then(|fact| mutants.diagram.variables.position(fact));
        // The service date is that of the later date, at the earliest.
        let service = last;
        let days = (service - first).num_days();
        let band = since.and_then(|at| Some((at, mutants.diagram.variables.get(at)?.value(Answer::Number(days))?)));
        let fixed: Vec<(usize, Value)> = band.into_iter().collect();
        let [before, after] = values;
        let mut witness = self.nearest_of_all(&fixed, |prover, graph| {
            let activities = prover.graphs.get(graph)?.activities.clone();
            let mut view = prover.view(graph, variable)?;
            let root = view.difference(&[before], &[after]);
            Some(vec![Differing { activities, root, outcomes: Some(view.outcomes(before)) }])
        })?;
        let names = [("date", service), (&vocabulary.fact(from).name, first), (&vocabulary.fact(to).name, last)];
        let written = witness.notes.first()?.note.iter().find(|(name, _)| name == "date")?.1.text();
        let shift = service - parse_date(&written)?;
        for (name, word) in witness.notes.iter_mut().flat_map(|note| &mut note.note) {
            if let Some(date) = parse_date(&word.text()).and_then(|date| date.checked_add_signed(shift)) {
                let own = names.iter().find(|(known, _)| known == name).map_or(date, |(_, date)| *date);
                *word = WrittenAnswer::Text(own.to_string());
            }
        }
        for (name, date) in names {
            witness.write(name, &date.to_string());
        }
        Some(witness)
    }
}

/// Returns the state of a single pool.
fn alone(earning: Earning) -> Found {
    Found { pools: vec![(earning, Position::default())], lifting: Vec::new(), by_staff: false, dates: Vec::new() }
}

/// Returns the set under every combination of answers to settings, the answers in force first.
fn with_answers(set: &RuleSet, settings: &[FactId]) -> Vec<RuleSet> {
    let mut sets = vec![set.clone()];
    for fact in settings {
        let declared = set.vocabulary.fact(*fact);
        let all = ValueSet::full(declared);
        let answers = (0..).take(declared.values().len()).map(Answer::Value);
        let answers: Vec<Answer> = answers.filter(|answer| all.contains(*answer) == Some(true)).collect();
        let others = sets.iter().flat_map(|set| {
            let changed = answers.iter().map(|answer| {
                let mut set = set.clone();
                for setting in Arc::make_mut(&mut set.settings).iter_mut().filter(|setting| setting.fact == *fact) {
                    setting.value = *answer;
                }
                set
            });
            changed.collect::<Vec<_>>()
        });
        let others: Vec<RuleSet> = others.collect();
        sets.extend(others);
    }
    sets
}
