//! What would make a note billable: every smallest change, exactly.
//!
//! A *question* is an axis of the diagram, or a required fact that only presumptions ask. A *change* answers some
//! questions otherwise than the note does, or answers what the note leaves open. Everything else stays as it is: what
//! the note answers, the settings, and what is open. What is presumed is worked out anew from the changed answers, so
//! a presumption that asks the activity comes and goes with the activity. A change *leads to* a payer and a service if
//! every way to answer what is still open comes to that one, and the other notes of the day do not speak against it.
//! It is *smallest* if no proper part of it leads to any. The service date and what is derived from it are questions
//! of their own: to change one leaves the others.
//!
//! Found are all smallest changes. Those that differ only in which of some values they choose are kept as one. Knows
//! no words for them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::change::{Answers, Change, Suits, merged, smallest, unions};
use super::search::Search;
use crate::diagram::{Asked, Atlas, Axis, Cell, Diagram, Ref};
use crate::facts::{FactId, Facts, Kind};
use crate::rules::{Outcome, RuleSet, ValueSet};

/// Every smallest change that would make a note billable.
#[derive(Clone, Debug)]
pub struct Changes {
    /// What can be changed. The first ones are the diagram's axes.
    pub questions: Vec<Axis>,
    /// The changes, each once.
    pub list: Vec<Change>,
    /// Whether these are all. A rule set can be so tangled that the search is given up, and then there are none.
    pub whole: bool,
}

/// Finds every smallest change. `answered`: what the note answers, without presumptions. `presume`: whether what the
/// set presumes is taken for answered. `suits`: whether a note of this service and payer goes
/// with the other notes of its day.
pub fn changes(
    set: &RuleSet,
    atlas: &Atlas,
    (answered, date): (&Facts, NaiveDate),
    presume: bool,
    suits: &Suits<'_>,
) -> Changes {
    let questions = questions(set, &atlas.decisions);
    let required: Vec<usize> =
        (0..).zip(&questions).filter(|(_, axis)| is_required(set, axis)).map(|(at, _)| at).collect();
    let variants = Variants { set, atlas, answered, date, presume, questions: &questions, required: &required };
    let (mut found, mut whole) = (Vec::new(), true);
    let mut searches: BTreeMap<Vec<Cell>, Search<'_>> = BTreeMap::new();
    for (case, prefixes) in variants.cases() {
        let search =
            searches.entry(case.cells).or_insert_with_key(|cells| Search::new(&atlas.decisions, suits, cells.clone()));
        let rest = search.of(&BTreeSet::from([case.from]));
        whole &= search.is_whole();
        for prefix in prefixes {
            found.extend(rest.iter().map(|change| change.with(&prefix)));
        }
    }
    // What a search found until it was given up need not be smallest.
    let list = if whole { merged(smallest(found)) } else { Vec::new() };
    Changes { questions, list, whole }
}

fn is_required(set: &RuleSet, axis: &Axis) -> bool {
    axis.asked.fact().is_some_and(|fact| set.vocabulary.fact(fact).is_required())
}

/// The axes, with the bands of required numbers as fine as presumptions ask; then required facts that are no axis.
fn questions(set: &RuleSet, diagram: &Diagram) -> Vec<Axis> {
    let mut questions = diagram.axes.clone();
    for (fact, declared) in set.vocabulary.facts().filter(|(_, fact)| fact.is_required()) {
        let tests =
            || set.presumptions.iter().flat_map(|presumption| &presumption.when).filter(|test| test.fact == fact);
        let known = questions.iter().position(|axis| axis.asked == Asked::Fact(fact));
        if known.is_none() && tests().next().is_none() {
            continue;
        }
        let fresh = Axis { asked: Asked::Fact(fact), bands: Vec::new(), cells: declared.values().len() };
        let mut axis = known.and_then(|at| questions.get(at).cloned()).unwrap_or(fresh);
        if let Kind::Number(least, most) = declared.kind {
            let bounds = tests().flat_map(|test| match &test.values {
                ValueSet::Ranges(ranges) => ranges.iter().flat_map(|(from, before)| [*from, *before]).collect(),
                ValueSet::Values(_) => Vec::new(),
            });
            let bands: BTreeSet<i64> =
                bounds.filter(|n| (least..=most).contains(n)).chain([least]).chain(axis.bands).collect();
            axis.bands = bands.into_iter().collect();
            axis.cells = axis.bands.len();
        }
        match known.and_then(|at| questions.get_mut(at)) {
            Some(known) => *known = axis,
            None => questions.push(axis),
        }
    }
    questions
}

/// Every way to answer the required facts, with what is then presumed.
struct Variants<'v> {
    set: &'v RuleSet,
    atlas: &'v Atlas,
    answered: &'v Facts,
    date: NaiveDate,
    presume: bool,
    questions: &'v [Axis],
    required: &'v [usize],
}

/// What is left to decide once the required facts are answered: the cells of the other axes, and where the walk stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Case {
    cells: Vec<Cell>,
    from: Ref<Outcome>,
}

impl Variants<'_> {
    /// Each case once, with the changes of required facts that lead to it.
    fn cases(&self) -> BTreeMap<Case, Vec<Answers>> {
        let mut cases: BTreeMap<Case, BTreeSet<Answers>> = BTreeMap::new();
        self.walk(self.required, self.answered.clone(), Answers::new(), &mut cases);
        let merged = |prefixes: BTreeSet<Answers>| unions(prefixes.into_iter().map(|answers| ((), answers)).collect());
        cases
            .into_iter()
            .map(|(case, prefixes)| (case, merged(prefixes).into_iter().map(|((), answers)| answers).collect()))
            .collect()
    }

    fn walk(&self, left: &[usize], facts: Facts, changed: Answers, cases: &mut BTreeMap<Case, BTreeSet<Answers>>) {
        let Some((at, left)) = left.split_first() else {
            cases.entry(self.case(facts)).or_default().insert(changed);
            return;
        };
        let Some((axis, fact)) = self.questions.get(*at).and_then(|axis| Some((axis, axis.asked.fact()?))) else {
            return;
        };
        let own = axis.cell(facts.get(fact));
        for cell in axis.all() {
            let (mut facts, mut changed) = (facts.clone(), changed.clone());
            if own != Some(cell) {
                facts.set(fact, axis.answer(cell));
                changed.insert(*at, BTreeSet::from([cell]));
            }
            self.walk(left, facts, changed, cases);
        }
    }

    /// The walk as far as the required facts lead it: they are asked before all others.
    fn case(&self, mut facts: Facts) -> Case {
        if self.presume {
            self.set.fill(&mut facts);
        }
        let diagram = &self.atlas.decisions;
        let mut cells = diagram.cells(&facts, self.date);
        let mut from = diagram.root;
        while let Some(node) = diagram.node(from).filter(|node| self.required.contains(&node.axis)) {
            let child = cells.get(node.axis).copied().flatten().and_then(|cell| node.children.get(usize::from(cell)));
            let Some(child) = child else { break };
            from = *child;
        }
        for at in self.required {
            if let Some(cell) = cells.get_mut(*at) {
                *cell = None;
            }
        }
        Case { cells, from }
    }
}

impl Changes {
    /// The fact that a question asks, such as `birth_date` where it asks the age; `None`: the service date.
    pub fn fact(&self, set: &RuleSet, question: usize) -> Option<FactId> {
        self.questions.get(question)?.asked.fact().map(|fact| set.vocabulary.asked_for(fact))
    }

    /// How many changes these are, each choice of answers counted.
    pub fn count(&self) -> u64 {
        let choices = |change: &Change| -> u64 {
            change
                .answers
                .values()
                .map(|cells| u64::try_from(cells.len()).unwrap_or(u64::MAX))
                .fold(1, u64::saturating_mul)
        };
        self.list.iter().map(choices).fold(0, u64::saturating_add)
    }
}
