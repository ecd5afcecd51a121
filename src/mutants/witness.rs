//! Notes that show a change beyond the decision itself: of services, rates, or the way minutes are counted.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::{Change, Mutant, Mutants};
use crate::diagram::{ActivityGraph, Ref, Store, Value};
use crate::effective::Effective;
use crate::facts::{Answer, FactId, Kind, MAX_MINUTES, WrittenAnswer, date_of};
use crate::rules::{
    DatedRate, Effect, Outcome, ProgramSetting, RuleId, RuleSet, ServiceId, Setting, Test, Unit, ValueSet,
};
use crate::space::{Example, ORDINARY_DAY, Region, Space};
use crate::units::PartQuarterHour;

/// Minutes in a quarter hour.
const QUARTER_HOUR: i64 = 15;

/// Lengths of notes that show whether minutes are pooled by day. Each has left-over minutes.
const POOLED: [i64; 4] = [20, 65, 125, 5];

/// The maximum number of notes per day to try when testing pooling. With this many, any left-over minutes show.
const NOTES_MOST: usize = 30;

/// Notes that show a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// One note, or several of one day. All need the same settings.
    pub notes: Vec<Example>,
}

impl Witness {
    /// Writes a value into a field of every note.
    pub(super) fn write(&mut self, field: &str, word: &str) {
        for note in self.notes.iter_mut().map(|example| &mut example.note) {
            let word = WrittenAnswer::Text(word.to_owned());
            match note.iter_mut().find(|(name, _)| name == field) {
                Some((_, known)) => *known = word,
                None => note.push((field.to_owned(), word)),
            }
        }
    }
}

impl From<Example> for Witness {
    fn from(note: Example) -> Self {
        Self { notes: vec![note] }
    }
}

/// Requirements for a note besides its outcome.
#[derive(Clone, Copy, Default)]
struct Wanted {
    date: Option<NaiveDate>,
    minutes: Option<i64>,
    setting: Option<(FactId, i64)>,
}

impl Mutants<'_> {
    /// Returns a note that is billed as a service.
    pub(super) fn billed_witness(&self, service: ServiceId) -> Option<Witness> {
        self.note(&|outcome| is_billed(outcome, service), Wanted::default())
    }

    /// Returns a note whose offer rests on a source, on a date after that through which the source was verified.
    pub(super) fn verified_witness(&self, source: usize) -> Option<Witness> {
        let date = self.set.sources.get(source)?.verified_through?.succ_opt()?;
        let wanted = Wanted { date: Some(date), ..Wanted::default() };
        let offers = self.set.rules().filter(|(_, rule)| {
            let cites = rule.basis.cites.iter().any(|cite| cite.source == source);
            cites && matches!(rule.effect, Effect::Offer { .. })
        });
        offers.into_iter().find_map(|(id, _)| self.note_of_rule(id, wanted))
    }

    /// Returns the nearest billable note that meets the requirements and for which a rule is a reason.
    fn note_of_rule(&self, rule: RuleId, wanted: Wanted) -> Option<Witness> {
        self.note_where(wanted, &|store, graph| {
            let billed = store.indicator(graph.rules.outcome, &|outcome| matches!(outcome, Outcome::Billable(..)));
            let reason = graph.reasons.get(&rule).copied().unwrap_or(Ref::FALSE);
            store.and(billed, reason)
        })
    }

    /// Returns a billable note on a date for which the change puts another rate in force, or none.
    pub(super) fn rate_witness(&self, rate: usize, changed: &RuleSet) -> Option<Witness> {
        let service = self.set.rates.get(rate)?.service;
        let in_force = |set: &RuleSet, date| {
            let here = set.rates.iter().filter(|dated| dated.service == service && dated.effective.contains(date));
            here.map(|dated| dated.rate).collect::<Vec<_>>()
        };
        let rates = [self.set, changed].into_iter().flat_map(|set| set.rates.iter());
        let turns = rates.filter(|dated| dated.service == service).flat_map(boundary_dates);
        let differs = |date: &NaiveDate| in_force(self.set, *date) != in_force(changed, *date);
        date_of(ORDINARY_DAY).into_iter().chain(turns).filter(differs).find_map(|date| {
            self.note(&|outcome| is_billed(outcome, service), Wanted { date: Some(date), ..Wanted::default() })
        })
    }

    /// Returns notes that show another answer to a setting that controls how the program counts minutes.
    pub(super) fn counting_witness(&self, before: &Setting, after: &Setting) -> Option<Witness> {
        let setting = ProgramSetting::find(&self.set.vocabulary.fact(before.fact).name)?;
        let by_quarter_hour = |outcome| matches!(outcome, Outcome::Billable(service, _) if self.set.service(service).unit == Unit::QuarterHour);
        match (setting, before.value, after.value) {
            (ProgramSetting::PartQuarterHour, Answer::Number(before), Answer::Number(after)) => {
                let minutes = Some(3 * QUARTER_HOUR + before.min(after));
                let wanted = Wanted { minutes, ..Wanted::default() };
                // Every row shows the quarter hours of its minutes, whatever its outcome.
                self.note(&by_quarter_hour, wanted).or_else(|| self.note(&|_| true, wanted))
            }
            (ProgramSetting::Pool, ..) => POOLED.into_iter().find_map(|minutes| {
                let count = pooled_notes(self.set.part_quarter_hour(), minutes)?;
                let wanted = Wanted { minutes: Some(minutes), ..Wanted::default() };
                let note = self.note(&by_quarter_hour, wanted)?.notes.pop()?;
                Some(Witness { notes: (1..=count).map(|number| note.numbered(number)).collect() })
            }),
            (ProgramSetting::LongDayHours, Answer::Number(before), Answer::Number(after)) => {
                self.note(&|_| true, Wanted { minutes: Some(before.min(after) * 60 + 1), ..Wanted::default() })
            }
            (ProgramSetting::PartQuarterHour | ProgramSetting::LongDayHours, ..) => None,
        }
    }

    /// Returns a note under the outermost answer to a setting, which the changed setting no longer accepts.
    pub(super) fn bounds_witness(&self, fact: FactId, kind: &Kind) -> Option<Witness> {
        let declared = self.set.vocabulary.fact(fact);
        let (Kind::Number(least, most), Kind::Number(then_least, _)) = (&declared.kind, kind) else { return None };
        let refused = if then_least > least { *least } else { *most };
        let mut witness = self.note(&|_| true, Wanted { setting: Some((fact, refused)), ..Wanted::default() })?;
        for note in &mut witness.notes {
            note.settings.insert(declared.name.clone(), WrittenAnswer::Number(refused));
        }
        Some(witness)
    }

    /// Returns the note nearest to an ordinary one that meets the requirements and has a fitting outcome.
    fn note(&self, fits: &dyn Fn(Outcome) -> bool, wanted: Wanted) -> Option<Witness> {
        self.note_where(wanted, &|store, graph| store.indicator(graph.rules.outcome, fits))
    }

    /// Returns the note nearest to an ordinary one that meets the requirements, among those for which a graph is true.
    fn note_where(&self, wanted: Wanted, root: &dyn Fn(&mut Store, &ActivityGraph) -> Ref) -> Option<Witness> {
        let variables = &self.diagram.variables;
        let by_fact = |fact: FactId, number: i64| Some((variables.position(fact)?, number));
        let minutes = self.set.vocabulary.find("minutes").zip(wanted.minutes);
        let date = wanted.date.map(|date| i64::from(date.num_days_from_ce()));
        let fixed = [variables.date_position().zip(date), minutes.and_then(|(fact, number)| by_fact(fact, number))];
        let fixed: Vec<(usize, i64)> = fixed
            .into_iter()
            .flatten()
            .chain(wanted.setting.and_then(|(fact, number)| by_fact(fact, number)))
            .collect();
        let found = self.graphs().into_iter().filter_map(|graph| {
            let mut store = graph.store.clone();
            let ends = root(&mut store, graph);
            let space = Space::new(self.set, &self.diagram, graph).with_store(&store);
            let mut within = Region::full(&space);
            for (position, number) in &fixed {
                let value: Option<Value> = variables.get(*position).and_then(|v| v.value(Answer::Number(*number)));
                within.values.get_mut(*position).into_iter().for_each(|values| *values = value.into_iter().collect());
            }
            let point = space.nearest(ends, &within)?;
            Some((point.cost, space.write(&point, ends, graph.rules.outcome, &within)))
        });
        found.min_by_key(|(cost, _)| *cost).map(|(_, note)| note.into())
    }
}

fn is_billed(outcome: Outcome, service: ServiceId) -> bool {
    matches!(outcome, Outcome::Billable(billed, _) if billed == service)
}

/// Returns how many notes of this length together earn a different number of quarter hours than one by one.
fn pooled_notes(part: PartQuarterHour, minutes: i64) -> Option<usize> {
    let minutes = u32::try_from(minutes).ok()?;
    (2..=NOTES_MOST).find(|count| {
        let count = u32::try_from(*count).unwrap_or(u32::MAX);
        part.quarter_hours(minutes * count) != part.quarter_hours(minutes) * count
    })
}

/// Returns the dates just inside and outside both ends of a rate's range.
fn boundary_dates(dated: &DatedRate) -> Vec<NaiveDate> {
    let Effective { from, through } = dated.effective;
    let before = from.and_then(|from| from.pred_opt());
    let after = through.and_then(|through| through.succ_opt());
    [from, through, before, after].into_iter().flatten().collect()
}

/// Returns every date on which a note may be searched for.
pub(super) fn dates(set: &RuleSet, mutants: &[Mutant]) -> BTreeSet<NaiveDate> {
    let changed = mutants.iter().filter_map(|mutant| match &mutant.changed {
        Change::Rate(_, rate) => rate.as_deref(),
        _ => None,
    });
    let verified = set.sources.iter().filter_map(|source| source.verified_through?.succ_opt());
    set.rates.iter().chain(changed).flat_map(boundary_dates).chain(verified).collect()
}

/// Returns every number of minutes for which a note may be searched for.
pub(super) fn minutes(set: &RuleSet) -> Vec<Test> {
    let parts = (0..=QUARTER_HOUR).map(|part| 3 * QUARTER_HOUR + part);
    let minutes: BTreeSet<i64> = parts.chain(POOLED).filter(|minutes| *minutes <= MAX_MINUTES).collect();
    let alone = minutes.into_iter().map(|minutes| (minutes, minutes + 1)).collect();
    let fact = set.vocabulary.find("minutes");
    fact.map(|fact| Test { fact, values: ValueSet::Ranges(alone) }).into_iter().collect()
}
