//! Describes the smallest changes, grouped by how an answer could honestly change.
//!
//! A change of the chart is phrased as a question and never as an instruction. What happened is described as history.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::changes::{Change, Changes, Limits, Means, changes as find};
use super::note::DecidedNote;
use super::view::{AnswerSource, ChangeView, ChangesView, CompleteView, PartView};
use crate::diagram::{Value, Variable};
use crate::facts::FactId;
use crate::nearest::joined;
use crate::rules::{PayerId, ServiceId};
use crate::words;

/// Returns the service that the row of a note would show among the other notes if it were decided as this service of a
/// payer; `None` if it would not be billed.
pub(super) type BilledAs<'a> = dyn Fn(ServiceId, PayerId) -> Option<ServiceId> + 'a;

/// Finds the smallest changes of up to `most` facts that make a note billable and fit the other notes of its client.
pub(super) fn changes(note: &DecidedNote<'_>, most: usize, billed_as: &BilledAs<'_>) -> ChangesView {
    let allows = |service, payer| billed_as(service, payer).is_some();
    let found = find(note.judge, (&note.answered, note.in_batch.date()), Limits::new(most), &allows);
    let [record, setting, history] = found.complete;
    let mut view = ChangesView {
        most,
        complete: found.complete.iter().all(|complete| *complete >= most),
        complete_up_to: CompleteView { record, setting, history },
        count: found.count(),
        chart: Vec::new(),
        record: Vec::new(),
        setting: Vec::new(),
        history: Vec::new(),
    };
    for change in &found.list {
        let (hardest, change) = change_view(note, &found, change, billed_as);
        match hardest {
            Means::Chart => view.chart.push(change),
            Means::Record => view.record.push(change),
            Means::Setting => view.setting.push(change),
            Means::Never => view.history.push(change),
        }
    }
    view
}

/// Builds the view of a change. A change belongs to the group of its hardest part, which comes first.
fn change_view(
    note: &DecidedNote<'_>,
    found: &Changes,
    change: &Change,
    billed_as: &BilledAs<'_>,
) -> (Means, ChangeView) {
    let set = note.set();
    let parts = change.answers.iter().filter_map(|(question, values)| {
        let variable = found.questions.get(*question)?;
        Some((Means::for_question(set, variable.question), variable, values))
    });
    let mut parts: Vec<(Means, &Variable, &BTreeSet<Value>)> = parts.collect();
    parts.sort_by_key(|(means, ..)| Reverse(*means));
    let hardest = parts.first().map_or(Means::Chart, |(means, ..)| *means);
    let shown = billed_as(change.to.0, change.to.1).unwrap_or(change.to.0);
    let (service, payer) = (set.service(shown), set.payer(change.to.1));
    let view = ChangeView {
        parts: parts.into_iter().map(|part| part_view(note, part, hardest)).collect(),
        payer: payer.name.clone(),
        service: service.name.clone(),
        code: service.full_code(),
        leads_to: format!("{} pays {}", payer.title, service.full_code()),
    };
    (hardest, view)
}

/// Builds the view of one part of a change. `hardest` is the means of the whole change: history asks no question.
fn part_view(
    note: &DecidedNote<'_>,
    (means, variable, values): (Means, &Variable, &BTreeSet<Value>),
    hardest: Means,
) -> PartView {
    let set = note.set();
    let needs = variable.describe_all(set, values.iter().copied());
    let needed = joined(needs.iter().map(|answer| format!("\"{answer}\"")).collect(), "or");
    let lever = means.as_str();
    let Some(asked) = variable.question.fact() else {
        let now = note.in_batch.date().to_string();
        let text = format!("`date` {needed} (it was {now})");
        return PartView { fact: "date".into(), lever, now: Some(now), from: AnswerSource::Note, needs, text };
    };
    let fact = set.vocabulary.inputs_of(asked).pop().unwrap_or(asked);
    let name = set.vocabulary.fact(fact).name.clone();
    let needed = if asked == fact { needed } else { format!("{} {needed}", set.vocabulary.fact(asked).name) };
    let text = if hardest == Means::Never {
        format!("`{name}` {needed} ({})", as_history(note, asked, means))
    } else {
        question(note, fact, means, &needed, &as_answered(note, asked))
    };
    let now = note.answer(asked).map(|answer| answer.text());
    PartView { fact: name, lever, now, from: note.source(asked), needs, text }
}

/// Phrases one part as a question: to the chart, to whoever can look it up, or to those who can change a setting.
fn question(note: &DecidedNote<'_>, fact: FactId, means: Means, needed: &str, now: &str) -> String {
    let set = note.set();
    let declared = set.vocabulary.fact(fact);
    let (name, ask) = (&declared.name, words::question(set, fact));
    match means {
        Means::Chart => format!("{ask} Does the chart show {needed}? (`{name}`: {now})"),
        Means::Record => {
            let look = declared.look.as_deref().unwrap_or("the record that holds it");
            format!("{ask} Look it up in {look}. Needed is {needed}. (`{name}`: {now})")
        }
        Means::Setting | Means::Never => format!("{ask} Needed is {needed}. (`{name}`: {now})"),
    }
}

/// Describes the current answer as history.
fn as_history(note: &DecidedNote<'_>, fact: FactId, means: Means) -> String {
    let answer = note.answer(fact).map(|answer| answer.text()).unwrap_or_default();
    match note.source(fact) {
        AnswerSource::NotAnswered => "the note does not say".into(),
        AnswerSource::Presumed => format!("the note does not say; as it stands, {answer} is presumed"),
        _ if means == Means::Setting => format!("the setting is {answer}"),
        _ => format!("it was {answer}"),
    }
}

/// Describes the current answer and where it comes from.
fn as_answered(note: &DecidedNote<'_>, fact: FactId) -> String {
    let answer = note.answer(fact).map(|answer| answer.text()).unwrap_or_default();
    match note.source(fact) {
        AnswerSource::Note => format!("the note says \"{answer}\""),
        AnswerSource::Roster => format!("the roster says \"{answer}\""),
        AnswerSource::Presumed => format!("the note does not say; \"{answer}\" is presumed"),
        AnswerSource::Default => format!("\"{answer}\" is the default, nobody answered it"),
        AnswerSource::Agency => format!("the agency's answer is \"{answer}\""),
        AnswerSource::CommandLine => format!("the command line says \"{answer}\""),
        AnswerSource::Derived => format!("{} is {answer}", note.set().vocabulary.fact(fact).name),
        AnswerSource::NotAnswered => "the note does not say".into(),
    }
}
