//! Writes the period in which a note is counted, and the pairs that looked at what it earns.

use crate::explain::period_view::{CountView, PairView, PeriodNoteView, PeriodView};
use crate::nearest::joined;
use crate::table::WrappedText;
use crate::words;

/// Most notes of a period that are written out; the rest are only counted.
const MAX_NOTES: usize = 20;

pub(super) fn write(paper: &mut WrappedText, period: &PeriodView) {
    let about = match period.within.as_str() {
        "day" | "month" => format!("the {} {}", period.within, period.period),
        fact => format!("`{fact}` {}", period.period),
    };
    let heading = if period.belongs { "Counted together" } else { "It may come to be counted with others" };
    paper.heading(&format!("{heading}: {about}"));
    paper.line(2, &format!("As {} for {}, in this order:", period.service, period.payer));
    let rows: Vec<(String, String)> = period.notes.iter().take(MAX_NOTES).map(note_row).collect();
    paper.table(4, &rows);
    let more = period.notes.len().saturating_sub(MAX_NOTES);
    if more > 0 {
        let notes = if more == 1 { "note" } else { "notes" };
        paper.line(4, &format!("and {more} more {notes}; `--format json` has them all"));
    }
    paper.line(2, "What their minutes earn:");
    period.counts.iter().for_each(|count| paper.item(4, "- ", &describe_count(count)));
    if !period.open.is_empty() {
        paper.line(2, "Held notes that may come to belong to them:");
        let open = period.open.iter().take(MAX_NOTES).map(|open| {
            let missing = open.missing.iter().map(|fact| format!("`{fact}`")).collect();
            let (minutes, plural) = (open.minutes, if open.minutes == 1 { "" } else { "s" });
            (open.id.clone(), format!("{minutes} minute{plural}, not answered: {}", joined(missing, "and")))
        });
        paper.table(4, &open.collect::<Vec<_>>());
    }
    period.text.iter().for_each(|line| paper.line(2, line));
}

fn note_row(note: &PeriodNoteView) -> (String, String) {
    let start = note.start.as_ref().map(|start| format!(" {start}")).unwrap_or_default();
    let payer = note.payer.as_ref().map(|payer| format!(", payer {payer}")).unwrap_or_default();
    let practitioner = note.practitioner.as_ref().map(|name| format!(", practitioner {name}")).unwrap_or_default();
    let code = note.code.as_ref().map(|code| format!(", its own code {code}")).unwrap_or_default();
    let (minutes, plural) = (note.minutes, if note.minutes == 1 { "" } else { "s" });
    let value =
        format!("{}{start}, {minutes} minute{plural}, {} in all{payer}{practitioner}{code}", note.date, note.sum);
    (note.id.clone(), value)
}

/// Describes what one count makes of the minutes: where its units are reached, and what is next.
fn describe_count(count: &CountView) -> String {
    let id = count.count.as_ref().map(|id| format!(" [{id}]")).unwrap_or_default();
    let reached = match (&count.first_with, &count.last_with) {
        (Some(first), Some(last)) if count.units > 1 => format!(
            "{} units, the first reached at {} with {first}, the last at {} with {last}",
            count.units,
            count.first_at,
            count.last_at.unwrap_or_default()
        ),
        (Some(first), _) => format!("reached at {} with {first}", count.first_at),
        _ => match count.ended_at {
            Some(end) => format!("nothing, for {end} minutes are reached"),
            None => "not reached".to_owned(),
        },
    };
    let next = match count.next_at {
        Some(next) if count.units > 0 => format!("; the next one at {next}"),
        _ => String::new(),
    };
    format!("{}: {}{id}: {reached}{next}.", count.code, count.steps)
}

pub(super) fn write_pairs(paper: &mut WrappedText, pairs: &[PairView]) {
    if pairs.is_empty() {
        return;
    }
    paper.heading("What does not stand together, or not alone");
    let (idle, told): (Vec<&PairView>, Vec<&PairView>) = pairs.iter().partition(|pair| pair.is_idle());
    for pair in told {
        paper.item(2, "- ", &format!("{} [{}]", words::capital(&pair.title), pair.id));
        paper.line(4, &format!("It {}.", pair.text));
    }
    if !idle.is_empty() {
        let held = idle.iter().any(|pair| pair.outcome == "not_looked_at");
        let why = if held {
            "The notes are held already, so nothing is looked at by"
        } else {
            "Nothing is there to which these could apply:"
        };
        let ids = idle.iter().map(|pair| pair.id.clone()).collect();
        paper.line(2, &format!("{why} {}.", joined(ids, "and")));
    }
}
