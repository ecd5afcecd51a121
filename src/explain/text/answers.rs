//! Writes the answers by which a note was decided, grouped by where they came from.

use crate::explain::view::{AnswerSource, FactView};
use crate::facts::WrittenAnswer;
use crate::nearest::joined;
use crate::table::WrappedText;

pub(super) fn write(paper: &mut WrappedText, facts: &[FactView]) {
    if facts.is_empty() {
        return;
    }
    paper.heading("The answers it was decided by");
    let groups = ["The note says", FROM_ROSTER, PRESUMED, "Worked out", "Settings that matter here", "Not answered"];
    for heading in groups {
        let rows = facts.iter().filter_map(|fact| {
            let (group, remark) = group(fact)?;
            let value = fact.value.as_ref().map(WrittenAnswer::text).unwrap_or_default();
            (group == heading).then(|| (fact.name.clone(), format!("{value}{remark}")))
        });
        let rows: Vec<(String, String)> = rows.collect();
        if !rows.is_empty() {
            paper.line(2, heading);
            paper.table(4, &rows);
        }
    }
    let idle = |fact: &&FactView| {
        let is_open = matches!(fact.from, AnswerSource::Presumed | AnswerSource::NotAnswered);
        is_open && !fact.asked && fact.derived_from.is_empty()
    };
    let idle: Vec<String> = facts.iter().filter(idle).map(|fact| fact.name.clone()).collect();
    if !idle.is_empty() {
        paper.line(2, &format!("No rule that could apply asks {}.", joined(idle, "or")));
    }
}

const FROM_ROSTER: &str = "From roster, because the note does not say";
const PRESUMED: &str = "Presumed, because the note does not say";

/// Returns the heading for a fact and a remark to put after its answer, or `None` to leave the fact out.
fn group(fact: &FactView) -> Option<(&'static str, String)> {
    Some(match fact.from {
        AnswerSource::Note => ("The note says", String::new()),
        AnswerSource::Roster => (FROM_ROSTER, String::new()),
        AnswerSource::Presumed if fact.asked => {
            let basis = fact.basis.as_ref();
            let note = basis.and_then(|basis| basis.note.clone()).map(|note| format!(": {note}")).unwrap_or_default();
            let house = if basis.is_some_and(|basis| basis.house) { "house" } else { "cited" };
            (PRESUMED, format!(" ({house}{note})"))
        }
        AnswerSource::Derived => ("Worked out", format!(" (from {})", joined(fact.derived_from.clone(), "and"))),
        source if source.is_setting() && fact.matters => {
            let by = match source {
                AnswerSource::Agency => "the agency's answer",
                AnswerSource::CommandLine => "from the command line",
                _ => "the default; nobody answered it",
            };
            ("Settings that matter here", format!(" ({by})"))
        }
        AnswerSource::NotAnswered if fact.asked && fact.derived_from.is_empty() => {
            let matters = if fact.matters { "the outcome depends on it" } else { "it would not change who pays" };
            ("Not answered", matters.into())
        }
        _ => return None,
    })
}
