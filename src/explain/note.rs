//! One decided note: its answers and where they came from, and the rules that apply or may apply to it.

use std::collections::BTreeSet;

use super::view::{AnswerSource, FactView};
use crate::batch::BatchNote;
use crate::decide::{Applicability, Judge, Verdict};
use crate::facts::{Answer, FactId, Facts, Origin, WrittenAnswer};
use crate::report::BasisView;
use crate::rules::{AnsweredBy, ProgramSetting, RuleId, RuleSet, Test};
use crate::words;

/// A note with its decision.
pub(super) struct DecidedNote<'n> {
    pub(super) judge: Judge<'n>,
    pub(super) in_batch: BatchNote<'n>,
    /// Whether the note's minutes are computed from its start and end times.
    timed: bool,
    /// The answers of the note, and of rosters where it gives none.
    pub(super) answered: Facts,
    /// The facts that a roster answers.
    from_rosters: Vec<FactId>,
    /// Like `answered`, plus presumed answers.
    pub(super) filled: Facts,
    presumed: Vec<FactId>,
    /// The rules that apply or may apply, ordered by id.
    pub(super) applicable: Vec<(RuleId, Applicability)>,
}

impl<'n> DecidedNote<'n> {
    pub(super) fn new(
        judge: Judge<'n>,
        in_batch: BatchNote<'n>,
        answered: Facts,
        from_rosters: Vec<FactId>,
        timed: bool,
    ) -> Self {
        let (filled, presumed) = judge.fill(&answered);
        let applicable = judge.applicable(&filled, in_batch.date());
        Self { judge, in_batch, timed, answered, from_rosters, filled, presumed, applicable }
    }

    pub(super) fn set(&self) -> &'n RuleSet {
        self.judge.set()
    }

    /// Returns where the answer to a fact came from.
    pub(super) fn source(&self, fact: FactId) -> AnswerSource {
        if self.filled.get(fact) == Answer::Unanswered {
            return AnswerSource::NotAnswered;
        }
        match self.set().vocabulary.fact(fact).origin {
            Origin::Note if self.presumed.contains(&fact) => AnswerSource::Presumed,
            Origin::Note if self.from_rosters.contains(&fact) => AnswerSource::Roster,
            Origin::Minutes if self.timed => AnswerSource::Derived,
            Origin::Note | Origin::Minutes => AnswerSource::Note,
            Origin::Age(_) | Origin::DaysSince(_) | Origin::DaysBetween(..) | Origin::BusinessDaysBetween(..) => {
                AnswerSource::Derived
            }
            Origin::Setting => {
                let setting = self.set().settings.iter().find(|setting| setting.fact == fact);
                match setting.map(|setting| setting.by) {
                    Some(AnsweredBy::Agency) => AnswerSource::Agency,
                    Some(AnsweredBy::CommandLine) => AnswerSource::CommandLine,
                    Some(AnsweredBy::Default) | None => AnswerSource::Default,
                }
            }
        }
    }

    /// Returns the answer to a fact in the form that a note would use, if there is one.
    pub(super) fn answer(&self, fact: FactId) -> Option<WrittenAnswer> {
        let answer = self.filled.get(fact);
        answer.is_given().then(|| self.set().written_answer(fact, answer))
    }

    /// Returns every fact and setting. `counts` is whether a service at stake is billed in quarter hours.
    pub(super) fn facts(&self, counts: bool) -> Vec<FactView> {
        let set = self.set();
        let missing = match &self.in_batch.evaluation().verdict {
            Verdict::HeldForFacts { missing, .. } => missing.as_slice(),
            _ => &[],
        };
        let asked = self.asked_facts();
        let view = set.vocabulary.facts().map(|(id, fact)| {
            let source = self.source(id);
            let presumption = set.presumptions.iter().find(|presumption| presumption.fact == id);
            let presumption = presumption.filter(|_| source == AnswerSource::Presumed);
            let mut derived = set.vocabulary.derived(id);
            FactView {
                name: fact.name.clone(),
                ask: words::question(set, id),
                value: self.answer(id),
                from: source,
                derived_from: match fact.origin {
                    Origin::Age(date) | Origin::DaysSince(date) => {
                        vec![set.vocabulary.fact(date).name.clone(), "date".into()]
                    }
                    Origin::Minutes if self.timed => vec!["start".into(), "end".into()],
                    Origin::DaysBetween(from, to) | Origin::BusinessDaysBetween(from, to) => {
                        [from, to].map(|date| set.vocabulary.fact(date).name.clone()).to_vec()
                    }
                    Origin::Note | Origin::Setting | Origin::Minutes => Vec::new(),
                },
                basis: presumption.map(|presumption| BasisView::new(set, &presumption.basis)),
                asked: asked.contains(&id) || derived.any(|derived| asked.contains(&derived)),
                matters: missing.contains(&id)
                    || self.judge.outcome_depends_on(&self.filled, self.in_batch.date(), id)
                    || (counts && ProgramSetting::find(&fact.name).is_some()),
            }
        });
        view.collect()
    }

    /// Returns the facts asked by rules that could apply if only this one fact were answered differently.
    fn asked_facts(&self) -> BTreeSet<FactId> {
        let rules = self.set().rules.iter().filter(|rule| rule.effective.contains(self.in_batch.date()));
        let alternatives: Vec<Vec<Test>> = rules.flat_map(|rule| rule.condition.alternatives()).collect();
        let fails = |test: &Test| test.values.contains(self.filled.get(test.fact)) == Some(false);
        let asked = alternatives.iter().flat_map(|tests| {
            let failing: Vec<FactId> = tests.iter().filter(|test| fails(test)).map(|test| test.fact).collect();
            let facts = tests.iter().map(|test| test.fact);
            facts.filter(move |fact| failing.iter().all(|failing| failing == fact))
        });
        asked.collect()
    }
}
