//! Diagram → what is proved over all possible notes: no gap, no conflict; and the smallest note that shows a fault.
//!
//! Knows no formats: a witness is a set of answers, and whoever shows it writes it down.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::diagram::{Asked, Axis, Diagram, Ref, TooComplex};
use crate::facts::{Answer, FactId, Facts, Kind, Origin};
use crate::message::{Code, Message};
use crate::nearest::{joined, one_of};
use crate::rules::{Effect, Outcome, RuleId, RuleSet, Span, placed, survivors};

/// Faults of one kind shown before the rest is only counted.
const SHOWN: usize = 25;

/// Paths to a fault looked at before the search ends.
const PATHS: usize = 20_000;

/// Cells by axis: every combination of them is in the region.
pub type Region = Vec<BTreeSet<u16>>;

/// Compiles a rule set and proves that every combination of facts has exactly one outcome; otherwise every fault
/// found, each with a smallest note that shows it.
pub fn compile(set: &RuleSet) -> Result<Diagram, Vec<Message>> {
    let diagram = Diagram::compile(set).map_err(|error| vec![too_complex(set, &error)])?;
    let faults = holes(set, &diagram);
    if faults.is_empty() { Ok(diagram) } else { Err(faults) }
}

fn too_complex(set: &RuleSet, TooComplex(asked): &TooComplex) -> Message {
    let name = asked_name(set, *asked);
    let text = format!("the rule set is too tangled to prove; most of it hangs on `{name}`");
    Message::error(Code::TooComplex, text).help("split the rules that ask it into fewer, larger cases")
}

/// Gaps and conflicts, each region once.
pub fn holes(set: &RuleSet, diagram: &Diagram) -> Vec<Message> {
    let mut faults = Vec::new();
    for gap in regions(diagram, Outcome::Gap) {
        faults.push(gap_message(set, diagram, &gap));
    }
    let mut pairs: BTreeMap<(RuleId, RuleId), Message> = BTreeMap::new();
    let full = full(diagram);
    let mut paths = 0;
    paths_to(diagram, diagram.root, Outcome::Conflict, &full, &mut |path| {
        paths += 1;
        let witness = witness(set, diagram, path);
        for pair in tied(set, &witness.facts, witness.date) {
            pairs.entry(pair).or_insert_with(|| {
                let region = widened(diagram, path.clone(), &full, Outcome::Conflict);
                conflict_message(set, &region, diagram, pair, &witness)
            });
        }
        pairs.len() < SHOWN && paths < PATHS
    });
    faults.extend(pairs.into_values());
    faults.sort_by(|left, right| left.place.cmp(&right.place));
    faults
}

fn gap_message(set: &RuleSet, diagram: &Diagram, region: &Region) -> Message {
    let text = format!("no rule speaks to these notes: {}", described(set, diagram, region));
    let help = format!(
        "add an offer, an exclude or a hold for them; a smallest note that falls in:\n{}",
        witness(set, diagram, region).written(set)
    );
    let message = Message::error(Code::Gap, text).help(help);
    match narrowest(set, diagram, region) {
        Some(span) => placed(&set.files, span, message),
        None => message,
    }
}

/// Where the first fact that bounds the region is declared.
fn narrowest<'s>(set: &'s RuleSet, diagram: &Diagram, region: &Region) -> Option<&'s Span> {
    let bounded = diagram.axes.iter().zip(region).filter(|(axis, cells)| cells.len() < axis.cells);
    let facts = bounded.filter_map(|(axis, _)| fact_of(axis)).chain(set.vocabulary.find("activity"));
    facts.map(|fact| set.vocabulary.asked_for(fact)).find_map(|fact| set.fact_span(fact))
}

fn conflict_message(
    set: &RuleSet,
    region: &Region,
    diagram: &Diagram,
    pair: (RuleId, RuleId),
    witness: &Witness,
) -> Message {
    let (one, other) = (set.rule(pair.0), set.rule(pair.1));
    let text =
        format!("`{}` and `{}` decide these notes differently: {}", one.id, other.id, described(set, diagram, region));
    let help = format!(
        "name one in the `overrides` of the other, or make their conditions exclude each other; a smallest note that falls in:\n{}",
        witness.written(set)
    );
    placed(&set.files, &one.span, Message::error(Code::Conflict, text).help(help))
}

/// Survivors that differ and of which neither names the other.
fn tied(set: &RuleSet, facts: &Facts, date: NaiveDate) -> Vec<(RuleId, RuleId)> {
    let applying: Vec<RuleId> =
        set.rules().filter(|(_, rule)| rule.applies(facts, date) == Some(true)).map(|(id, _)| id).collect();
    let survivors = survivors(set, &applying);
    let names = |over: RuleId, under: RuleId| match &set.rule(over).effect {
        Effect::Offer { overrides, .. } => overrides.contains(&under),
        _ => false,
    };
    let pairs =
        survivors.iter().enumerate().flat_map(|(at, one)| survivors.iter().skip(at + 1).map(move |other| (one, other)));
    pairs
        .filter(|(one, other)| (one.service, one.payer) != (other.service, other.payer))
        .filter(|(one, other)| !names(one.rule, other.rule) && !names(other.rule, one.rule))
        .map(|(one, other)| (one.rule, other.rule))
        .collect()
}

/// Every combination.
fn full(diagram: &Diagram) -> Region {
    diagram.axes.iter().map(|axis| (0..).take(axis.cells).collect()).collect()
}

/// Regions that lead to an outcome and nothing else, each as wide as it can be, that together hold every note that
/// leads there (up to a bound on very many).
pub fn regions(diagram: &Diagram, wanted: Outcome) -> Vec<Region> {
    let mut found: Vec<Region> = Vec::new();
    let full = full(diagram);
    let mut paths = 0;
    paths_to(diagram, diagram.root, wanted, &full, &mut |path| {
        paths += 1;
        let covered = found.iter().any(|known| path.iter().zip(known).all(|(part, whole)| part.is_subset(whole)));
        if !covered {
            found.push(widened(diagram, path.clone(), &full, wanted));
        }
        found.len() < SHOWN && paths < PATHS
    });
    found
}

/// Walks every path to an outcome; ends early when the visitor says so.
fn paths_to(
    diagram: &Diagram,
    at: Ref,
    wanted: Outcome,
    path: &Region,
    visit: &mut dyn FnMut(&Region) -> bool,
) -> bool {
    let Some(node) = diagram.node(at) else {
        return at != Ref::Leaf(wanted) || visit(path);
    };
    let mut by_child: BTreeMap<Ref, BTreeSet<u16>> = BTreeMap::new();
    for (cell, child) in (0..).zip(&node.children) {
        by_child.entry(*child).or_default().insert(cell);
    }
    by_child.into_iter().all(|(child, cells)| {
        let mut path = path.clone();
        if let Some(part) = path.get_mut(node.axis) {
            *part = cells;
        }
        paths_to(diagram, child, wanted, &path, visit)
    })
}

/// The region as wide as it can be with nothing but the outcome in it.
fn widened(diagram: &Diagram, mut region: Region, full: &Region, wanted: Outcome) -> Region {
    for (axis, all) in full.iter().enumerate() {
        let Some(part) = region.get(axis).cloned() else { continue };
        let wider = all.iter().filter(|cell| !part.contains(cell)).map(|cell| BTreeSet::from([*cell]));
        for addition in std::iter::once(all.clone()).chain(wider) {
            let Some(now) = region.get_mut(axis) else { continue };
            let before = now.clone();
            now.extend(addition);
            if *now != before
                && !leads_only_to(diagram, diagram.root, &region, wanted, &mut BTreeSet::new())
                && let Some(now) = region.get_mut(axis)
            {
                *now = before;
            }
        }
    }
    region
}

fn leads_only_to(diagram: &Diagram, at: Ref, region: &Region, wanted: Outcome, seen: &mut BTreeSet<Ref>) -> bool {
    let Some(node) = diagram.node(at) else { return at == Ref::Leaf(wanted) };
    if !seen.insert(at) {
        return true;
    }
    let cells = region.get(node.axis);
    let inside = |cell: &u16| cells.is_some_and(|cells| cells.contains(cell));
    (0..)
        .zip(&node.children)
        .filter(|(cell, _)| inside(cell))
        .all(|(_, child)| leads_only_to(diagram, *child, region, wanted, seen))
}

/// What bounds a region, such as `` `activity` is `transport`, `sole_purpose` is `yes` ``.
pub fn described(set: &RuleSet, diagram: &Diagram, region: &Region) -> String {
    let bounded = diagram.axes.iter().zip(region).filter(|(axis, cells)| cells.len() < axis.cells);
    let parts: Vec<String> = bounded
        .map(|(axis, cells)| {
            let answers: Vec<String> = cells.iter().map(|cell| cell_name(set, axis, *cell)).collect();
            format!("`{}` is {}", asked_name(set, axis.asked), one_of(answers.iter().map(String::as_str)))
        })
        .collect();
    if parts.is_empty() { "all notes".into() } else { parts.join(", ") }
}

/// A cell as it reads: the value, or the band.
pub fn cell_name(set: &RuleSet, axis: &Axis, cell: u16) -> String {
    let at = usize::from(cell);
    let told = |number: i64| match axis.asked {
        Asked::ServiceDate => date_of(number).to_string(),
        Asked::Fact(_) => number.to_string(),
    };
    match (axis.asked, axis.bands.get(at).filter(|_| at > 0), axis.bands.get(at + 1)) {
        (Asked::Fact(fact), _, _) if axis.bands.is_empty() => {
            set.vocabulary.fact(fact).value_name(cell).unwrap_or_default().to_owned()
        }
        (_, Some(from), Some(before)) => format!("{} to {}", told(*from), told(*before - 1)),
        (_, Some(from), None) => format!("{} or more", told(*from)),
        (_, None, Some(before)) => format!("below {}", told(*before)),
        (_, None, None) => "any".into(),
    }
}

fn asked_name(set: &RuleSet, asked: Asked) -> String {
    match asked {
        Asked::Fact(fact) => set.vocabulary.fact(fact).name.clone(),
        Asked::ServiceDate => "date".into(),
    }
}

fn fact_of(axis: &Axis) -> Option<FactId> {
    match axis.asked {
        Asked::Fact(fact) => Some(fact),
        Asked::ServiceDate => None,
    }
}

fn date_of(days: i64) -> NaiveDate {
    i32::try_from(days).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(NaiveDate::MIN)
}

/// A complete note, as its answers.
#[derive(Clone, Debug)]
pub struct Witness {
    /// What it answers, settings and derived facts among them.
    pub facts: Facts,
    /// The service date.
    pub date: NaiveDate,
    /// Facts that differ from an ordinary note, and facts that every note answers.
    pub told: Vec<FactId>,
}

/// The note of a region that differs from an ordinary one in the fewest facts.
///
/// A region is a product of answers, so each fact can be chosen alone: the ordinary answer where it is inside.
pub fn witness(set: &RuleSet, diagram: &Diagram, region: &Region) -> Witness {
    let mut witness = ordinary(set);
    for (axis, cells) in diagram.axes.iter().zip(region) {
        let usual = match axis.asked {
            Asked::Fact(fact) => axis.cell(witness.facts.get(fact)),
            Asked::ServiceDate => axis.cell(Answer::Number(i64::from(witness.date.num_days_from_ce()))),
        };
        if usual.is_some_and(|cell| cells.contains(&cell)) {
            continue;
        }
        let Some(cell) = cells.first().copied() else { continue };
        match (axis.asked, axis.answer(cell)) {
            (Asked::Fact(fact), answer) => {
                witness.facts.set(fact, answer);
                witness.told.push(fact);
            }
            (Asked::ServiceDate, Answer::Number(_)) => {
                // The first band has no beginning: its last day will do.
                let first = if cell == 0 {
                    axis.bands.get(1).map(|next| next - 1)
                } else {
                    axis.bands.get(usize::from(cell)).copied()
                };
                witness.date = first.map_or(witness.date, date_of);
            }
            (Asked::ServiceDate, _) => {}
        }
    }
    witness
}

/// An ordinary note: what is presumed, settings at their defaults, else the first value of each fact.
fn ordinary(set: &RuleSet) -> Witness {
    let mut facts = set.answered();
    for setting in &set.settings {
        facts.set(setting.fact, setting.default);
    }
    set.fill(&mut facts);
    let mut told = Vec::new();
    for (id, fact) in set.vocabulary.facts() {
        if fact.is_required() {
            told.push(id);
        }
        if facts.get(id) == Answer::Unanswered {
            facts.set(
                id,
                match (&fact.kind, fact.origin) {
                    (Kind::Coded(_), _) => Answer::Value(0),
                    (Kind::Number(..), Origin::Age(_)) => Answer::Number(40),
                    (Kind::Number(..), Origin::Minutes) => Answer::Number(60),
                    (Kind::Number(least, _), _) => Answer::Number((*least).max(0)),
                    (Kind::Date, _) => Answer::Unanswered,
                },
            );
        }
    }
    // What is presumed may hang on the activity, which is answered by now.
    let mut again = set.answered();
    for (id, _) in set.vocabulary.facts().filter(|(_, fact)| fact.is_required()) {
        again.set(id, facts.get(id));
    }
    for fact in set.fill(&mut again) {
        facts.set(fact, again.get(fact));
    }
    Witness { facts, date: date_of(ORDINARY_DAY), told }
}

/// An invented day for examples: 2026-03-02.
const ORDINARY_DAY: i64 = 739_677;

impl Witness {
    /// The note as JSON, with the settings it needs beside it. It tells every fact, so that nothing is presumed.
    pub fn written(&self, set: &RuleSet) -> String {
        let mut note = vec![
            text_member("id", "example-1"),
            text_member("client", "client-example"),
            text_member("date", &self.date.to_string()),
        ];
        let mut settings = Vec::new();
        for (id, fact) in set.vocabulary.facts() {
            let answer = self.facts.get(id);
            match fact.origin {
                Origin::Setting if self.told.contains(&id) => {
                    settings.push(format!("--set {}={}", fact.name, set.written(id, answer)));
                }
                Origin::Note => match answer {
                    Answer::Value(_) => note.push(text_member(&fact.name, &set.written(id, answer))),
                    Answer::Number(number) => note.push(format!("\"{}\": {number}", fact.name)),
                    Answer::Unanswered => {}
                },
                Origin::Minutes => note.push(format!("\"minutes\": {}", set.written(id, answer))),
                Origin::Age(date) | Origin::DaysSince(date) if self.told.contains(&id) => {
                    let day = self.earlier(fact.origin, answer);
                    note.push(text_member(&set.vocabulary.fact(date).name, &day.to_string()));
                }
                Origin::Setting | Origin::Age(_) | Origin::DaysSince(_) => {}
            }
        }
        let settings = if settings.is_empty() { String::new() } else { format!("   with {}", joined(settings, "and")) };
        format!("{{{}}}{settings}", note.join(", "))
    }

    /// A date that lies as far before the service date as the derived answer says.
    fn earlier(&self, origin: Origin, answer: Answer) -> NaiveDate {
        let Answer::Number(number) = answer else { return self.date };
        let date = match origin {
            Origin::Age(_) => i32::try_from(number).ok().and_then(|years| {
                let year = self.date.year() - years;
                self.date.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
            }),
            _ => TimeDelta::try_days(number).and_then(|days| self.date.checked_sub_signed(days)),
        };
        date.unwrap_or(self.date)
    }
}

fn text_member(name: &str, value: &str) -> String {
    format!("\"{name}\": \"{value}\"")
}
