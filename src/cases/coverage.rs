//! Coverage: which rules decide and step aside in the cases, which counts, pairs, shadows and edits apply, and which outcomes of each activity the cases reach.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{SampleBatch, SampleBatchRun};
use crate::batch::Applied;
use crate::diagram::{ActivityGraph, Diagram, Ref};
use crate::effective::parse_date;
use crate::facts::Facts;
use crate::report::Row;
use crate::rules::{Effect, Outcome, Rule, RuleId, RuleSet, Span, Test};
use crate::space::{Example, Region, Space};

/// Which blocks of the rule files count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// All blocks.
    All,
    /// Only blocks in the user's own files.
    Own,
}

impl Counting {
    /// Returns whether the block at this span counts.
    pub fn counts(self, set: &RuleSet, at: &Span) -> bool {
        self == Self::All || set.is_own(at)
    }
}

/// How much of a rule set a suite covers.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Which blocks count.
    pub counting: Counting,
    /// Coverage of each rule that counts.
    pub rules: Vec<RuleCoverage>,
    /// Coverage of each count, pair, shadow and edit that counts.
    pub blocks: Vec<BlockCoverage>,
    /// Every outcome that some note of an activity can have. Empty if only the user's own blocks count.
    pub outcomes: Vec<OutcomeCoverage>,
}

/// How much of one rule a suite covers.
#[derive(Clone, Debug)]
pub struct RuleCoverage {
    /// The rule.
    pub rule: RuleId,
    /// Whether the rule decided some note or added a finding to one.
    pub decides: bool,
    /// Whether some note is a near miss: the rule does not apply, but all of its conditions except one hold.
    pub steps_aside: bool,
}

/// How much of one count, pair, shadow or edit a suite covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockCoverage {
    /// The id of the block.
    pub id: String,
    /// Whether it applied to some note: a count earned units, a pair or an edit
    /// bit, a shadow took the place of dollars.
    pub applies: bool,
    /// For a pair, whether it spoke of what some note earned and did not apply.
    pub steps_aside: Option<bool>,
}

/// Whether a suite reaches an outcome of some activities that all rules treat alike.
#[derive(Clone, Debug)]
pub struct OutcomeCoverage {
    /// Names of the activities.
    pub activities: Vec<String>,
    /// An outcome that some note of these activities has.
    pub outcome: Outcome,
    /// Whether some note of a case has the outcome.
    pub is_reached: bool,
    /// The smallest note that has the outcome.
    pub example: Option<Example>,
}

/// The answers of a note in a case, and its service date.
type Dated<'n> = (&'n Facts, NaiveDate);

impl Coverage {
    /// Computes the coverage of these batches. Only notes of which a case expects something count.
    pub fn new(set: &RuleSet, diagram: &Diagram, runs: &[SampleBatchRun<'_>], counting: Counting) -> Self {
        let notes: Vec<(&Row, Option<Dated<'_>>)> = runs.iter().flat_map(expected_notes).collect();
        let read: Vec<Dated<'_>> = notes.iter().filter_map(|(_, read)| *read).collect();
        let named: BTreeSet<&str> = notes.iter().flat_map(|(row, _)| names(row)).collect();
        let counted = set.rules().filter(|(_, rule)| counting.counts(set, &rule.span));
        let rules = counted.map(|(id, rule)| {
            let alternatives = rule.condition.alternatives();
            let steps_aside = read.iter().any(|note| is_near_miss(rule, &alternatives, *note));
            let decides = named.contains(rule.id.as_str()) || gives_label(rule, &notes);
            RuleCoverage { rule: id, decides, steps_aside }
        });
        let rules = rules.collect();
        let outcomes = if counting == Counting::All { outcomes(set, diagram, &read) } else { Vec::new() };
        Self { counting, rules, blocks: blocks(set, runs, counting), outcomes }
    }

    /// Returns the number of rules that decide in some case, and of other blocks that apply in one.
    pub fn deciding(&self) -> usize {
        let blocks = self.blocks.iter().filter(|block| block.applies).count();
        self.rules.iter().filter(|rule| rule.decides).count() + blocks
    }

    /// Returns the number of rules and other blocks that count.
    pub fn len(&self) -> usize {
        self.rules.len() + self.blocks.len()
    }

    /// Returns whether no rule and no other block counts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether at least this percentage of the rules decide in some case; other blocks are rules here.
    pub fn reaches(&self, percent: u8) -> bool {
        self.deciding() * 100 >= usize::from(percent) * self.len()
    }
}

/// Computes the coverage of counts, pairs, shadows and edits.
fn blocks(set: &RuleSet, runs: &[SampleBatchRun<'_>], counting: Counting) -> Vec<BlockCoverage> {
    let applied: Vec<&Applied> = runs
        .iter()
        .flat_map(|run| {
            let is_expected = expected_indexes(run);
            run.applied.iter().enumerate().filter(move |(at, _)| is_expected(*at)).map(|(_, applied)| applied)
        })
        .collect();
    let any = |holds: &dyn Fn(&Applied) -> bool| applied.iter().any(|applied| holds(applied));
    let block = |id: &String, applies, steps_aside| BlockCoverage { id: id.clone(), applies, steps_aside };
    let counts = set.counts.iter().enumerate().filter(|(_, count)| counting.counts(set, &count.span));
    let counts = counts.map(|(at, count)| block(&count.id, any(&|applied| applied.counts.contains(&at)), None));
    let pairs = set.pairs.iter().enumerate().filter(|(_, pair)| counting.counts(set, &pair.span));
    let pairs = pairs.map(|(at, pair)| {
        let steps_aside = any(&|applied| applied.pairs_aside.contains(&at));
        block(&pair.id, any(&|applied| applied.pairs.contains(&at)), Some(steps_aside))
    });
    let shadows = set.shadows.iter().enumerate().filter(|(_, shadow)| counting.counts(set, &shadow.span));
    let shadows = shadows.map(|(at, shadow)| block(&shadow.id, any(&|applied| applied.shadow == Some(at)), None));
    let edits = set.active_edits().filter(|(_, edit)| counting.counts(set, &edit.span));
    let edits = edits.map(|(at, edit)| block(&edit.id, any(&|applied| applied.edits.contains(&at)), None));
    counts.chain(pairs).chain(shadows).chain(edits).collect()
}

/// Returns whether a rule gives some note its label.
fn gives_label(rule: &Rule, notes: &[(&Row, Option<Dated<'_>>)]) -> bool {
    let Effect::Advise { label: Some(label) } = &rule.effect else { return false };
    let applies = |read: &Option<Dated<'_>>| read.is_some_and(|(facts, date)| rule.applies(facts, date) == Some(true));
    notes.iter().any(|(row, read)| row.labels.contains(label) && applies(read))
}

/// Returns a test of whether a case expects something of the note at an index: of every note, if it expects a total.
fn expected_indexes(run: &SampleBatchRun<'_>) -> impl Fn(usize) -> bool + use<> {
    let SampleBatch { cases, .. } = run.claims;
    let all = cases.iter().any(|case| !case.totals.is_empty());
    let expected: BTreeSet<usize> = cases.iter().flat_map(|case| &case.notes).map(|expected| expected.note).collect();
    move |at| all || expected.contains(&at)
}

/// Returns the notes of a batch of which a case expects something, or all notes if a case expects a total.
fn expected_notes<'p>(run: &'p SampleBatchRun<'_>) -> impl Iterator<Item = (&'p Row, Option<Dated<'p>>)> {
    let is_expected = expected_indexes(run);
    let notes = run.rows.iter().zip(&run.read).enumerate();
    notes.filter(move |(at, _)| is_expected(*at)).map(|(_, (row, read))| {
        let dated = read.as_ref().zip(row.date.as_deref().and_then(parse_date));
        (row, dated.map(|(read, date)| (&read.facts, date)))
    })
}

fn names(row: &Row) -> impl Iterator<Item = &str> {
    let findings = row.findings.iter().map(|finding| finding.code.as_str());
    row.rules.iter().map(String::as_str).chain(findings)
}

/// Returns whether exactly one condition of the rule fails. The rule's dates count as one condition.
fn is_near_miss(rule: &Rule, alternatives: &[Vec<Test>], (facts, date): Dated<'_>) -> bool {
    let out_of_date = usize::from(!rule.effective.contains(date));
    let failing = |tests: &[Test]| {
        let held: Vec<Option<bool>> = tests.iter().map(|test| test.values.contains(facts.get(test.fact))).collect();
        let is_open = held.contains(&None);
        (!is_open).then(|| out_of_date + held.iter().filter(|held| **held == Some(false)).count())
    };
    rule.applies(facts, date) == Some(false) && alternatives.iter().any(|tests| failing(tests) == Some(1))
}

/// Returns every outcome of every graph, or nothing if the graphs are too large to build.
fn outcomes(set: &RuleSet, diagram: &Diagram, notes: &[Dated<'_>]) -> Vec<OutcomeCoverage> {
    let graphs = diagram.graphs(set).unwrap_or_default();
    graphs.into_iter().flat_map(|graph| outcomes_of(set, diagram, graph, notes)).collect()
}

fn outcomes_of(set: &RuleSet, diagram: &Diagram, graph: &ActivityGraph, notes: &[Dated<'_>]) -> Vec<OutcomeCoverage> {
    let root = graph.rules.outcome;
    let leaves = |assignment: &_| graph.store.leaves(root, assignment);
    let mut reached: BTreeSet<Ref> = BTreeSet::new();
    let is_of_graph = |facts: &Facts| {
        diagram
            .position_for(facts)
            .and_then(|position| diagram.graph(set, position))
            .is_some_and(|own| own.activities == graph.activities)
    };
    for (facts, date) in notes.iter().filter(|(facts, _)| is_of_graph(facts)) {
        if let [only] = leaves(&diagram.variables.assign(facts, *date)).as_slice() {
            reached.insert(*only);
        }
    }
    let activity = diagram.activity_fact().map(|fact| set.vocabulary.fact(fact));
    let name = |activity_id: &u16| activity.and_then(|fact| fact.value_name(*activity_id)).map(str::to_owned);
    let activities: Vec<String> = graph.activities.iter().filter_map(name).collect();
    let mut store = graph.store.clone();
    let outcome = |leaf: Ref| {
        let outcome = graph.store.outcome(leaf)?;
        let ends = store.indicator(root, &|other| other == outcome);
        let space = Space::new(set, diagram, graph).with_store(&store);
        let example = space.example(ends, root, &Region::full(&space)).map(|(example, _)| example);
        Some(OutcomeCoverage { activities: activities.clone(), outcome, is_reached: reached.contains(&leaf), example })
    };
    leaves(&Vec::new()).into_iter().filter_map(outcome).collect()
}
