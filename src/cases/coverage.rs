//! What the cases reach: which rules decide and step aside in them, and which regions of the rules they visit.

use std::collections::BTreeSet;

use super::{Claims, Played, Read};
use crate::diagram::{Atlas, Cell};
use crate::effective::parse_date;
use crate::facts::Facts;
use crate::proof::{Example, Region, example, paths, region_count};
use crate::report::Row;
use crate::rules::{Outcome, Rule, RuleId, RuleSet, Span, Test};

/// Regions beyond which they are not listed.
const REGIONS: u128 = 20_000;

/// Which blocks of the rule files count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// All of them.
    All,
    /// Those of the user's own files.
    Own,
}

impl Counting {
    /// Whether a block that stands here counts.
    pub fn counts(self, set: &RuleSet, at: &Span) -> bool {
        self == Self::All || set.is_own(at)
    }
}

/// What a suite reaches of a rule set.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Which blocks count.
    pub counting: Counting,
    /// By rule.
    pub rules: Vec<Reached>,
    /// By region; `None` where there are too many to be listed, or where only the user's own blocks count.
    pub regions: Option<Regions>,
}

/// The ways through the graph that decides, of which no two have a note in common and which together hold all notes.
#[derive(Clone, Debug)]
pub struct Regions {
    /// How many there are.
    pub count: usize,
    /// Those that no note of a case visits.
    pub unvisited: Vec<Unvisited>,
}

/// What a suite reaches of one rule.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The rule.
    pub rule: RuleId,
    /// Whether it is among what decided some note, or among its findings.
    pub decides: bool,
    /// Whether some note is a near miss: the rule does not apply, and all of its conditions but one hold.
    pub steps_aside: bool,
}

/// A region that no case visits.
#[derive(Clone, Debug)]
pub struct Unvisited {
    /// What bounds it: fact and answers.
    pub region: Vec<(String, Vec<String>)>,
    /// What it comes to.
    pub outcome: Outcome,
    /// The smallest note in it.
    pub example: Option<Example>,
}

impl Coverage {
    /// What these batches reach. Only notes count of which a case expects something.
    pub fn of(set: &RuleSet, atlas: &Atlas, played: &[Played<'_>], counting: Counting) -> Self {
        let notes: Vec<(&Row, Option<&Read>)> = played.iter().flat_map(looked_at).collect();
        let read: Vec<(&Facts, chrono::NaiveDate)> = notes
            .iter()
            .filter_map(|(row, read)| Some((&read.as_ref()?.facts, parse_date(row.date.as_deref()?)?)))
            .collect();
        let said: BTreeSet<&str> = notes.iter().flat_map(|(row, _)| said(row)).collect();
        let counted = set.rules().filter(|(_, rule)| counting.counts(set, &rule.span));
        let rules = counted.map(|(id, rule)| {
            let alternatives = rule.condition.alternatives();
            let misses = |(facts, date): &(&Facts, chrono::NaiveDate)| misses(rule, &alternatives, facts, *date);
            Reached { rule: id, decides: said.contains(rule.id.as_str()), steps_aside: read.iter().any(misses) }
        });
        let cells: Vec<Vec<Cell>> = read.iter().map(|(facts, date)| atlas.decisions.cells(facts, *date)).collect();
        let listed = counting == Counting::All && region_count(atlas) <= REGIONS;
        Self { counting, rules: rules.collect(), regions: listed.then(|| Regions::of(set, atlas, &cells)) }
    }

    /// How many rules decide in some case.
    pub fn deciding(&self) -> usize {
        self.rules.iter().filter(|reached| reached.decides).count()
    }

    /// Whether so many of a hundred rules decide in some case.
    pub fn reaches(&self, percent: u8) -> bool {
        self.deciding() * 100 >= usize::from(percent) * self.rules.len()
    }
}

/// The notes of a batch of which a case expects something: all of them where it expects a sum.
fn looked_at<'p>(played: &'p Played<'_>) -> impl Iterator<Item = (&'p Row, Option<&'p Read>)> {
    let Claims { cases, .. } = played.claims;
    let all = cases.iter().any(|case| !case.totals.is_empty());
    let named: BTreeSet<usize> = cases.iter().flat_map(|case| &case.notes).map(|expected| expected.note).collect();
    let notes = played.rows.iter().zip(&played.read).enumerate();
    notes.filter(move |(at, _)| all || named.contains(at)).map(|(_, (row, read))| (row, read.as_ref()))
}

fn said(row: &Row) -> impl Iterator<Item = &str> {
    let findings = row.findings.iter().map(|finding| finding.code.as_str());
    row.rules.iter().map(String::as_str).chain(findings)
}

/// Whether the rule steps aside by a hair: one condition fails and all others hold. Its dates count as a condition.
fn misses(rule: &Rule, alternatives: &[Vec<Test>], facts: &Facts, date: chrono::NaiveDate) -> bool {
    let out_of_date = usize::from(!rule.effective.contains(date));
    let fails = |tests: &[Test]| {
        let held: Vec<Option<bool>> = tests.iter().map(|test| test.values.contains(facts.get(test.fact))).collect();
        let open = held.contains(&None);
        (!open).then(|| out_of_date + held.iter().filter(|held| **held == Some(false)).count())
    };
    rule.applies(facts, date) == Some(false) && alternatives.iter().any(|tests| fails(tests) == Some(1))
}

impl Regions {
    fn of(set: &RuleSet, atlas: &Atlas, notes: &[Vec<Cell>]) -> Self {
        let diagram = &atlas.decisions;
        let mut unvisited: Vec<(Region, Outcome)> = Vec::new();
        let mut count = 0;
        paths(diagram, &mut |region, outcome| {
            count += 1;
            let lies = |cells: &Vec<Cell>| {
                // A question that the way does not ask is not bounded, and may be left open.
                let inside = diagram.axes.iter().zip(&region.0).zip(cells);
                inside.into_iter().all(|((axis, inside), cell)| {
                    inside.len() == axis.cells || cell.is_some_and(|cell| inside.contains(&cell))
                })
            };
            if !notes.iter().any(lies) {
                unvisited.push((region.clone(), outcome));
            }
            true
        });
        let told = unvisited.into_iter().map(|(region, outcome)| {
            let here = diagram.map(|other| other == outcome);
            let example = example(set, &here, diagram, &region).map(|(example, _)| example);
            Unvisited { region: region.told(set, &diagram.axes), outcome, example }
        });
        Self { count, unvisited: told.collect() }
    }
}
