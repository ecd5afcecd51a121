//! Writes the changes that would make a note billable.

use crate::explain::view::{ChangeView, ChangesView, CompleteView};
use crate::nearest::joined;
use crate::table::WrappedText;

/// The maximum number of history changes to write out. The rest are only counted.
const MAX_HISTORY: usize = 6;

pub(super) fn write(paper: &mut WrappedText, changes: &ChangesView) {
    let facts = if changes.most == 1 { "1 fact".to_owned() } else { format!("{} facts", changes.most) };
    let ways = match changes.chart.len() + changes.record.len() + changes.setting.len() {
        0 if !changes.complete => "nothing was found".to_owned(),
        0 if changes.history.is_empty() => format!("no change of up to {facts}"),
        0 => "nothing that could honestly change".to_owned(),
        1 => "one way".to_owned(),
        count => format!("{count} ways"),
    };
    paper.heading(&format!("What would make it billable: {ways}"));
    write_group(paper, "Does the chart show it?", &changes.chart);
    write_group(paper, "Look it up", &changes.record);
    write_group(paper, "A question for the agency or the state", &changes.setting);
    write_history(paper, &changes.history);
    let CompleteView { record, setting, history } = changes.complete_up_to;
    let looked_for = if changes.complete {
        format!("Changes of up to {facts} were looked for; `--changes` looks for larger ones.")
    } else {
        format!(
            "The search for changes of up to {facts} ended before it had looked at all of them. It has found all of the \
             chart and records up to {record}, all of settings up to {setting}, all of history up to {history}."
        )
    };
    paper.line(2, &looked_for);
}

fn write_group(paper: &mut WrappedText, heading: &str, changes: &[ChangeView]) {
    if changes.is_empty() {
        return;
    }
    paper.line(2, heading);
    for change in changes {
        match change.parts.as_slice() {
            [part] => paper.item(4, "- ", &part.text),
            parts => {
                paper.item(4, "- ", if parts.len() == 2 { "Both of these:" } else { "All of these:" });
                for part in parts {
                    paper.item(6, "+ ", &part.text);
                }
            }
        }
        paper.line(6, &format!("Then {}.", change.leads_to));
    }
}

fn write_history(paper: &mut WrappedText, changes: &[ChangeView]) {
    if changes.is_empty() {
        return;
    }
    paper.line(2, "History, which is not to be changed: it would be billable if one of these had been so");
    for change in changes.iter().take(MAX_HISTORY) {
        let parts = joined(change.parts.iter().map(|part| part.text.clone()).collect(), "and");
        paper.item(4, "- ", &format!("{parts}: then {}.", change.leads_to));
    }
    let more = changes.len().saturating_sub(MAX_HISTORY);
    if more > 0 {
        let way = if more == 1 { "way" } else { "ways" };
        paper.item(4, "- ", &format!("and {more} more such {way}; `--format json` has them all"));
    }
}
