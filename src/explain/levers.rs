//! Smallest changes in words, sorted by how an answer could honestly change.
//!
//! A change of the chart is a question to the chart and never an instruction; what happened is told as history.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::case::Case;
use super::change::{Change, Suits};
use super::changes::{Changes, changes as find};
use super::tell;
use super::told::{ChangeTold, ChangesTold, From, Part};
use crate::diagram::Axis;
use crate::facts::{FactId, Lever, Origin};
use crate::nearest::joined;

/// How an answer could honestly change, the softest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Chart,
    Record,
    Setting,
    Never,
}

impl How {
    fn as_str(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Record => "record",
            Self::Setting => "setting",
            Self::Never => "never",
        }
    }
}

/// Every smallest change of a note that would make it billable, and go with the other notes of its day.
pub(super) fn changes(case: &Case<'_>, suits: &Suits<'_>) -> ChangesTold {
    let found = find(case.set, case.atlas, (&case.answered, case.date()), case.presume, suits);
    let mut told = ChangesTold {
        complete: found.whole,
        count: found.count(),
        chart: Vec::new(),
        record: Vec::new(),
        setting: Vec::new(),
        history: Vec::new(),
    };
    for change in &found.list {
        let (hardest, change) = told_change(case, &found, change);
        match hardest {
            How::Chart => told.chart.push(change),
            How::Record => told.record.push(change),
            How::Setting => told.setting.push(change),
            How::Never => told.history.push(change),
        }
    }
    told
}

/// A change belongs to its hardest part, which stands first.
fn told_change(case: &Case<'_>, found: &Changes, change: &Change) -> (How, ChangeTold) {
    let mut parts: Vec<(How, &Axis, &BTreeSet<u16>)> = change
        .answers
        .iter()
        .filter_map(|(at, cells)| {
            let axis = found.questions.get(*at)?;
            Some((how(case, axis), axis, cells))
        })
        .collect();
    parts.sort_by_key(|(how, ..)| Reverse(*how));
    let hardest = parts.first().map_or(How::Chart, |(how, ..)| *how);
    let (service, payer) = (case.set.service(change.to.0), case.set.payer(change.to.1));
    let told = ChangeTold {
        parts: parts.into_iter().map(|(how, axis, cells)| part(case, axis, cells, how, hardest)).collect(),
        payer: payer.name.clone(),
        service: service.name.clone(),
        code: service.full_code(),
        leads_to: format!("{} pays {}", payer.title, service.full_code()),
    };
    (hardest, told)
}

/// The lever of the field that an answer comes from. What has none, such as the activity, is history.
fn how(case: &Case<'_>, axis: &Axis) -> How {
    let Some(fact) = axis.asked.fact() else { return How::Never };
    let vocabulary = &case.set.vocabulary;
    let fact = vocabulary.fact(vocabulary.asked_for(fact));
    match (fact.origin, fact.lever) {
        (Origin::Setting, _) => How::Setting,
        (_, Some(Lever::Chart)) => How::Chart,
        (_, Some(Lever::Record)) => How::Record,
        (_, Some(Lever::Never) | None) => How::Never,
    }
}

/// One part of a change. `hardest`: the lever of the whole change, for what is told as history asks nothing.
fn part(case: &Case<'_>, axis: &Axis, cells: &BTreeSet<u16>, how: How, hardest: How) -> Part {
    let needs: Vec<String> = cells.iter().map(|cell| axis.told(case.set, *cell)).collect();
    let needed = joined(needs.iter().map(|answer| format!("\"{answer}\"")).collect(), "or");
    let Some(asked) = axis.asked.fact() else {
        let now = case.date().to_string();
        let text = format!("`date` {needed} (it was {now})");
        return Part { fact: "date".into(), lever: how.as_str(), now: Some(now), from: From::Note, needs, text };
    };
    let fact = case.set.vocabulary.asked_for(asked);
    let name = case.set.vocabulary.fact(fact).name.clone();
    let needed = if asked == fact { needed } else { format!("{} {needed}", case.set.vocabulary.fact(asked).name) };
    let text = if hardest == How::Never {
        format!("`{name}` {needed} ({})", then(case, asked, how))
    } else {
        question(case, fact, how, &needed, &now(case, asked))
    };
    Part { fact: name, lever: how.as_str(), now: case.now(asked), from: case.from(asked), needs, text }
}

/// One part as a question: to the chart, to whoever can look it up, or to those who can answer a setting.
fn question(case: &Case<'_>, fact: FactId, how: How, needed: &str, now: &str) -> String {
    let declared = case.set.vocabulary.fact(fact);
    let (name, ask) = (&declared.name, tell::ask(case.set, fact));
    match how {
        How::Chart => format!("{ask} Does the chart show {needed}? (`{name}`: {now})"),
        How::Record => {
            let look = declared.look.as_deref().unwrap_or("the record that holds it");
            format!("{ask} Look it up in {look}. Needed is {needed}. (`{name}`: {now})")
        }
        How::Setting | How::Never => format!("{ask} Needed is {needed}. (`{name}`: {now})"),
    }
}

/// The answer there is, told as history.
fn then(case: &Case<'_>, fact: FactId, how: How) -> String {
    let answer = case.now(fact).unwrap_or_default();
    match case.from(fact) {
        From::NotAnswered => "the note does not say".into(),
        From::Presumed => format!("the note does not say; as it stands, {answer} is presumed"),
        _ if how == How::Setting => format!("the setting is {answer}"),
        _ => format!("it was {answer}"),
    }
}

/// The answer there is, and who gives it.
fn now(case: &Case<'_>, fact: FactId) -> String {
    let answer = case.now(fact).unwrap_or_default();
    match case.from(fact) {
        From::Note => format!("the note says \"{answer}\""),
        From::Presumed => format!("the note does not say; \"{answer}\" is presumed"),
        From::Default => format!("\"{answer}\" is the default, nobody answered it"),
        From::Agency => format!("the agency's answer is \"{answer}\""),
        From::CommandLine => format!("the command line says \"{answer}\""),
        From::Derived => format!("{} is {answer}", case.set.vocabulary.fact(fact).name),
        From::NotAnswered => "the note does not say".into(),
    }
}
