//! The smallest believable note that shows something: an ordinary note, changed in as few facts as can be.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::{Serialize, Serializer};

use super::described::date_of;
use super::region::{Region, nearest, widened};
use crate::diagram::{Asked, Axis, Cell, Diagram, Leaf};
use crate::facts::{Answer, FactId, Facts, Kind, Origin, Word};
use crate::nearest::joined;
use crate::rules::RuleSet;

/// An invented day for examples: 2026-03-02.
const ORDINARY_DAY: i64 = 739_677;

/// What it costs to change a fact: a setting, which no note can say, costs more than all facts together.
const FACT: u64 = 1;
const SETTING: u64 = 1_000;

/// A note as the fields that it needs to tell, with the settings it needs beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Field and answer, in the order in which they are written.
    pub note: Vec<(String, Word)>,
    /// Settings that must be answered otherwise than they are.
    pub settings: BTreeMap<String, Word>,
}

impl Example {
    /// The note as one JSON object.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The same note under another id.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Self {
        let mut note = self.clone();
        for (_, word) in note.note.iter_mut().filter(|(name, _)| name == "id") {
            *word = Word::Text(format!("example-{number}"));
        }
        note
    }

    /// For a message: the note, and the settings as options.
    pub fn told(&self) -> String {
        let options: Vec<String> =
            self.settings.iter().map(|(name, value)| format!("--set {name}={}", value.text())).collect();
        let with = if options.is_empty() { String::new() } else { format!("   with {}", joined(options, "and")) };
        format!("{}{with}", self.json())
    }
}

/// As the note, in the order of its fields.
impl Serialize for Example {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.note.iter().map(|(name, value)| (name, value)))
    }
}

/// What an ordinary note answers, by axis, and what it costs to leave that.
pub(super) struct Nearby {
    ordinary: Ordinary,
    pub(super) usual: Vec<u16>,
    pub(super) weights: Vec<u64>,
}

impl Nearby {
    pub(super) fn of(set: &RuleSet, axes: &[Axis]) -> Self {
        let ordinary = Ordinary::of(set);
        let usual = axes.iter().map(|axis| ordinary.cell(axis).unwrap_or_default()).collect();
        Self { usual, weights: axes.iter().map(|axis| weight(set, axis)).collect(), ordinary }
    }

    /// The note of a combination, telling no more than it must so that it ends at `true` within the region, and at one
    /// leaf of `alike` whatever it leaves open.
    pub(super) fn example<L: Leaf>(
        &self,
        set: &RuleSet,
        (ends, alike): (&Diagram<bool>, &Diagram<L>),
        region: &Region,
        cells: &[u16],
    ) -> Example {
        let needed = needed(set, (ends, alike), region, cells);
        self.ordinary.clone().with(set, &ends.axes, cells, &needed)
    }

    /// A note of the region that answers every axis, with every setting beside it.
    pub(super) fn whole(&self, set: &RuleSet, axes: &[Axis], region: &Region) -> Example {
        let usual = |at: usize| self.usual.get(at).copied().unwrap_or_default();
        let inside = |at: usize| region.cells(at).find(|cell| *cell == usual(at)).or_else(|| region.cells(at).next());
        let cells: Vec<u16> = (0..axes.len()).map(|at| inside(at).unwrap_or_default()).collect();
        let all = (0..axes.len()).collect();
        let mut example = self.ordinary.clone().with(set, axes, &cells, &all);
        for setting in &set.settings {
            let fact = set.vocabulary.fact(setting.fact);
            let value = || set.word(setting.fact, setting.value);
            example.settings.entry(fact.name.clone()).or_insert_with(value);
        }
        example
    }
}

/// The note nearest to an ordinary one within a region that ends at `true`, and the widest region around it.
///
/// `alike`: a graph over the same axes, mostly that of outcomes. The note ends at one leaf of it, so that leaving a fact
/// open does not hold it.
pub fn example<L: Leaf>(
    set: &RuleSet,
    ends: &Diagram<bool>,
    alike: &Diagram<L>,
    within: &Region,
) -> Option<(Example, Region)> {
    let nearby = Nearby::of(set, &ends.axes);
    let (_, cells) = nearest(ends, within, &nearby.usual, &nearby.weights)?;
    let region = widened(ends, Region::single(&cells), within);
    Some((nearby.example(set, (ends, alike), within, &cells), region))
}

fn weight(set: &RuleSet, axis: &Axis) -> u64 {
    let setting = axis.asked.fact().is_some_and(|fact| set.vocabulary.fact(fact).origin == Origin::Setting);
    if setting { SETTING } else { FACT }
}

/// The axes that must be told so that nothing but `true` and one leaf of `alike` is possible, and nothing outside the
/// region.
fn needed<L: Leaf>(
    set: &RuleSet,
    (diagram, alike): (&Diagram<bool>, &Diagram<L>),
    region: &Region,
    cells: &[u16],
) -> BTreeSet<usize> {
    let mut told: Vec<Cell> = cells.iter().copied().map(Some).collect();
    let required = |axis: &Axis| axis.asked.fact().is_none_or(|fact| set.vocabulary.fact(fact).is_required());
    let bounded: Vec<&Axis> = region.bounds(&diagram.axes).map(|(axis, _)| axis).collect();
    for (at, axis) in diagram.axes.iter().enumerate().rev() {
        if required(axis) || bounded.iter().any(|bounded| bounded.asked == axis.asked) {
            continue;
        }
        let before = told.get_mut(at).and_then(Option::take);
        if (diagram.leaves(&told).contains(&false) || alike.leaves(&told).len() > 1)
            && let Some(cell) = told.get_mut(at)
        {
            *cell = before;
        }
    }
    told.iter().enumerate().filter(|(_, cell)| cell.is_some()).map(|(at, _)| at).collect()
}

/// An ordinary note: what is presumed, the settings in force, else the first value of each fact.
#[derive(Clone)]
struct Ordinary {
    facts: Facts,
    date: NaiveDate,
}

impl Ordinary {
    fn of(set: &RuleSet) -> Self {
        let mut facts = set.answered();
        for (id, fact) in set.vocabulary.facts().filter(|(_, fact)| fact.is_required()) {
            if !fact.values().is_empty() {
                facts.set(id, Answer::Value(0));
            }
        }
        set.fill(&mut facts);
        for (id, fact) in set.vocabulary.facts() {
            if facts.get(id) == Answer::Unanswered {
                let usual = match (&fact.kind, fact.origin) {
                    (Kind::Coded(_), _) => Answer::Value(0),
                    (Kind::Number(..), Origin::Age(_)) => Answer::Number(40),
                    (Kind::Number(..), Origin::Minutes) => Answer::Number(60),
                    (Kind::Number(least, _), _) => Answer::Number((*least).max(0)),
                    (Kind::Date, _) => Answer::Unanswered,
                };
                facts.set(id, usual);
            }
        }
        Self { facts, date: date_of(ORDINARY_DAY) }
    }

    fn answer(&self, axis: &Axis) -> Answer {
        match axis.asked {
            Asked::Fact(fact) => self.facts.get(fact),
            Asked::ServiceDate => Answer::Number(i64::from(self.date.num_days_from_ce())),
        }
    }

    fn cell(&self, axis: &Axis) -> Cell {
        axis.cell(self.answer(axis))
    }

    /// The note of these cells, telling only the axes that are kept.
    fn with(mut self, set: &RuleSet, axes: &[Axis], cells: &[u16], kept: &BTreeSet<usize>) -> Example {
        let mut told: BTreeSet<FactId> = BTreeSet::new();
        let mut settings = BTreeMap::new();
        for (at, (axis, cell)) in axes.iter().zip(cells).enumerate() {
            let usual = self.cell(axis) == Some(*cell);
            let answer = if usual { self.answer(axis) } else { within_band(axis, *cell, self.answer(axis)) };
            match (axis.asked, answer) {
                (Asked::Fact(fact), answer) => {
                    self.facts.set(fact, answer);
                    let declared = set.vocabulary.fact(fact);
                    match declared.origin {
                        Origin::Setting if !usual => {
                            settings.insert(declared.name.clone(), set.word(fact, answer));
                        }
                        Origin::Setting => {}
                        _ if kept.contains(&at) => drop(told.insert(fact)),
                        _ => {}
                    }
                }
                (Asked::ServiceDate, Answer::Number(day)) => self.date = date_of(day),
                (Asked::ServiceDate, _) => {}
            }
        }
        Example { note: self.note(set, &told), settings }
    }

    fn note(&self, set: &RuleSet, told: &BTreeSet<FactId>) -> Vec<(String, Word)> {
        let text = |name: &str, value: String| (name.to_owned(), Word::Text(value));
        let mut note = vec![
            text("id", "example-1".into()),
            text("client", "client-example".into()),
            text("date", self.date.to_string()),
        ];
        for (id, fact) in set.vocabulary.facts() {
            let answer = self.facts.get(id);
            match fact.origin {
                Origin::Minutes => note.push((fact.name.clone(), set.word(id, answer))),
                Origin::Note if fact.is_required() || told.contains(&id) => {
                    note.push((fact.name.clone(), set.word(id, answer)));
                }
                Origin::Age(date) | Origin::DaysSince(date) if told.contains(&id) => {
                    let day = earlier(self.date, fact.origin, answer);
                    note.push(text(&set.vocabulary.fact(date).name, day.to_string()));
                }
                Origin::Note | Origin::Setting | Origin::Age(_) | Origin::DaysSince(_) => {}
            }
        }
        note
    }
}

/// The number of a band that is nearest to the usual one; of a coded axis the value.
fn within_band(axis: &Axis, cell: u16, usual: Answer) -> Answer {
    let end = axis.bands.get(usize::from(cell) + 1).map(|next| next - 1);
    match (axis.answer(cell), usual, end) {
        (Answer::Number(from), Answer::Number(usual), Some(last)) if from < usual => Answer::Number(last),
        (answer, _, _) => answer,
    }
}

/// A date that lies as far before the service date as the derived answer says.
fn earlier(date: NaiveDate, origin: Origin, answer: Answer) -> NaiveDate {
    let Answer::Number(number) = answer else { return date };
    let found = match origin {
        Origin::Age(_) => i32::try_from(number).ok().and_then(|years| {
            let year = date.year() - years;
            date.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
        }),
        _ => TimeDelta::try_days(number).and_then(|days| date.checked_sub_signed(days)),
    };
    found.unwrap_or(date)
}
