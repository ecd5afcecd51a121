//! Explanations of notes as a text that a person reads: the decision first, then what would change it, then the rest.

use super::view::{
    AnswerSource, ChangeView, ChangesView, CompleteView, Explanation, Explanations, FactView, NearOfferView, PayerView,
    RuleUse, Standing,
};
use crate::facts::Word;
use crate::message::Code;
use crate::nearest::joined;
use crate::report::{Row, RuleView};
use crate::status::Status;
use crate::table::{Screen, WrappedText as Paper};
use crate::words;

/// Ways through what happened that are told before the rest is only counted.
const HISTORY: usize = 6;

/// Everything as one text.
pub fn text(told: &Explanations, screen: Screen) -> String {
    let mut paper = Paper::new(screen);
    for (at, note) in told.notes.iter().enumerate() {
        if at > 0 {
            paper.gap();
            paper.styled(&"─".repeat(usize::from(screen.width)), "2");
            paper.gap();
        }
        one(&mut paper, note);
    }
    if told.notes.is_empty() {
        paper.line(0, "There are no notes.");
    }
    paper.gap();
    if told.rejected > 0 && told.notes.iter().any(|note| note.decision.status != Status::Rejected) {
        let (were, records) = if told.rejected == 1 { ("was", "record") } else { ("were", "records") };
        let text = format!(
            "{} {records} of this batch {were} rejected and had no say; `actbill classify` tells why.",
            told.rejected
        );
        paper.line(0, &text);
        paper.gap();
    }
    paper.line(0, told.reminder);
    paper.finish()
}

fn one(paper: &mut Paper, note: &Explanation) {
    let row = &note.decision;
    let color = match row.status {
        Status::Billable => "1;32",
        Status::NonBillable => "1",
        Status::Held => "1;33",
        Status::Rejected => "1;31",
    };
    paper.styled(&headline(note), color);
    let minutes = row.minutes.map(|minutes| format!("{minutes} minutes"));
    let about =
        [row.date.clone(), row.activity.clone(), minutes, row.client.as_ref().map(|client| format!("client {client}"))];
    paper.line(2, &about.into_iter().flatten().collect::<Vec<_>>().join(", "));
    paper.gap();
    why(paper, note);
    instead(paper, note);
    let differ = row.findings.iter().any(|finding| finding.code == Code::DayPayersDiffer.as_str());
    nearest(paper, &note.nearest, differ);
    if let Some(changes) = &note.changes {
        changed(paper, changes);
    }
    if let Some(bill) = &note.bill {
        paper.heading("Units and dollars");
        bill.steps.iter().for_each(|step| paper.item(2, "- ", step));
    }
    if !note.others.is_empty() {
        paper.heading("Other notes");
        note.others.iter().for_each(|other| paper.item(2, "- ", &other.text));
    }
    if !note.payers.is_empty() {
        paper.heading("Each payer");
        note.payers.iter().for_each(|payer| stands(paper, payer, &note.rules));
    }
    facts(paper, &note.facts);
    if !note.rules.is_empty() {
        paper.heading("What the rules rest on");
        note.rules.iter().for_each(|rule| rests_on(paper, 2, rule));
    }
    if let Some((bill, rate)) = note.bill.as_ref().and_then(|bill| Some((bill, bill.rate.as_ref()?))) {
        paper.line(2, &format!("the rate of {} ({})", bill.service, rate.place));
        rate.basis.write(paper, 4);
    }
}

/// The decision in one line.
fn headline(note: &Explanation) -> String {
    let row = &note.decision;
    let id = row.id.clone().unwrap_or_else(|| format!("record {}", row.record));
    let pays =
        note.payers.iter().find(|payer| Some(&payer.payer) == row.payer.as_ref()).map(|payer| payer.title.as_str());
    let told = match row.status {
        Status::Billable => billable(row, pays.unwrap_or_default()),
        Status::NonBillable => "nobody pays".into(),
        Status::Held if !row.missing.is_empty() => {
            format!(
                "held, not answered: {}",
                joined(row.missing.iter().map(|fact| format!("`{fact}`")).collect(), "and")
            )
        }
        Status::Held => "held, a person must look".into(),
        Status::Rejected => "rejected, it could not be read as a note".into(),
    };
    format!("{id}: {told}")
}

fn billable(row: &Row, payer: &str) -> String {
    let units = row.units.unwrap_or_default();
    let code =
        [row.code.clone()].into_iter().flatten().chain(row.modifiers.clone().unwrap_or_default()).collect::<Vec<_>>();
    let kind = row.unit.unwrap_or_default().replace('_', " ");
    let counted = format!("{units} {kind}{} of {}", if units == 1 { "" } else { "s" }, code.join(" "));
    match (&row.amount, &row.bundled_into) {
        (_, Some(carrier)) => format!("{payer} is billed with {carrier}, nothing more for this note"),
        (Some(amount), None) => format!("{payer} is billed ${amount} for {counted}"),
        (None, None) => format!("{payer} is billed {counted}, unpriced"),
    }
}

fn why(paper: &mut Paper, note: &Explanation) {
    let row = &note.decision;
    if let Some(because) = &row.because {
        paper.line(2, because);
    }
    if let Some(error) = &row.error {
        let field = error.field.as_ref().map(|field| format!("`{field}`: ")).unwrap_or_default();
        paper.line(2, &format!("{}: {field}{} [{}]", note.place, error.text, error.code));
    }
    for finding in &row.findings {
        paper.item(2, "! ", &format!("{} [{}]", words::capital(&finding.text), finding.code));
    }
    for field in &note.unknown_fields {
        let near = field.near.as_ref().map(|near| format!("; did you mean `{near}`?"));
        paper.item(2, "! ", &format!("The rule set knows no field `{}`{}", field.name, near.unwrap_or(".".into())));
    }
    let asked: Vec<&FactView> = note.facts.iter().filter(|fact| row.missing.contains(&fact.name)).collect();
    if !asked.is_empty() {
        paper.heading("What must be answered");
        for fact in asked {
            paper.item(2, "? ", &format!("{} [{}]", fact.ask, fact.name));
        }
    }
}

fn instead(paper: &mut Paper, note: &Explanation) {
    let holds: Vec<_> = note.holds.iter().filter(|hold| hold.rule.surely).collect();
    if holds.is_empty() {
        return;
    }
    paper.heading("What a person should look at");
    for hold in holds {
        paper.item(2, "- ", &format!("{} [{}]", words::capital(&hold.title), hold.rule.id));
        hold.instead.iter().for_each(|instead| paper.line(4, &format!("Instead: {instead}.")));
    }
}

fn nearest(paper: &mut Paper, offers: &[NearOfferView], differ: bool) {
    if offers.is_empty() {
        return;
    }
    paper.heading("What came nearest");
    for offer in offers {
        paper.item(2, "- ", &format!("{} [{}]", words::capital(&offer.title), offer.id));
        for lack in &offer.lacks {
            let now = match (&lack.now, lack.from) {
                (Some(now), AnswerSource::Presumed) => format!("{now} is presumed"),
                (Some(now), from) if from.is_setting() => format!("the setting is {now}"),
                (Some(now), _) => format!("it is {now}"),
                (None, _) => "it is not answered".into(),
            };
            paper.line(4, &format!("It needs `{}`: {} ({now}).", lack.fact, lack.needs));
        }
        if !offer.against.is_empty() {
            let stand = if offer.against.len() == 1 { "stands" } else { "stand" };
            paper.line(4, &format!("Against it {stand} {}.", joined(offer.against.clone(), "and")));
        } else if offer.lacks.is_empty() {
            let why = if differ {
                "another note of the day names another payer"
            } else {
                "what is not answered may take it away"
            };
            paper.line(4, &format!("It lacks nothing itself; {why}."));
        }
    }
}

fn changed(paper: &mut Paper, changes: &ChangesView) {
    let facts = if changes.most == 1 { "1 fact".to_owned() } else { format!("{} facts", changes.most) };
    let ways = match changes.chart.len() + changes.record.len() + changes.setting.len() {
        0 if !changes.complete => "nothing was found".to_owned(),
        0 if changes.history.is_empty() => format!("no change of up to {facts}"),
        0 => "nothing that could honestly change".to_owned(),
        1 => "one way".to_owned(),
        count => format!("{count} ways"),
    };
    paper.heading(&format!("What would make it billable: {ways}"));
    group(paper, "Does the chart show it?", &changes.chart);
    group(paper, "Look it up", &changes.record);
    group(paper, "A question for the agency or the state", &changes.setting);
    history(paper, &changes.history);
    let CompleteView { record, setting, history } = changes.complete_up_to;
    if changes.complete {
        paper.line(2, &format!("Changes of up to {facts} were looked for; `--changes` looks for larger ones."));
    } else {
        let text = format!(
            "The search for changes of up to {facts} ended before it had looked at all of them. It has found all of the \
             chart and records up to {record}, all of settings up to {setting}, all of history up to {history}."
        );
        paper.line(2, &text);
    }
}

fn group(paper: &mut Paper, heading: &str, changes: &[ChangeView]) {
    if changes.is_empty() {
        return;
    }
    paper.line(2, heading);
    for change in changes {
        match change.parts.as_slice() {
            [part] => paper.item(4, "- ", &part.text),
            parts => {
                paper.item(4, "- ", if parts.len() == 2 { "Both of this:" } else { "All of this:" });
                for part in parts {
                    paper.item(6, "+ ", &part.text);
                }
            }
        }
        paper.line(6, &format!("Then {}.", change.leads_to));
    }
}

fn history(paper: &mut Paper, changes: &[ChangeView]) {
    if changes.is_empty() {
        return;
    }
    paper.line(2, "History: it would have needed one of these, and what happened is not to be changed");
    for change in changes.iter().take(HISTORY) {
        let parts = joined(change.parts.iter().map(|part| part.text.clone()).collect(), "and");
        paper.item(4, "- ", &format!("{parts}: then {}.", change.leads_to));
    }
    if changes.len() > HISTORY {
        let more = changes.len() - HISTORY;
        let way = if more == 1 { "way" } else { "ways" };
        paper.item(4, "- ", &format!("and {more} more such {way}; `--format json` has them all"));
    }
}

fn stands(paper: &mut Paper, told: &PayerView, rules: &[RuleView]) {
    for standing in &told.services {
        let stands = match standing.stands {
            Standing::Pays => "pays",
            Standing::TakenAway => "offered, and taken away",
            Standing::SecondChoice => "offered, but another one comes first",
            Standing::Held => "offered, but the note is held",
            Standing::Open => "open, it hangs on what is not answered",
            Standing::NotOffered => "not offered",
        };
        paper.line(2, &format!("{}, {} ({}): {stands}", words::capital(&told.title), standing.service, standing.code));
        standing.offered_by.iter().for_each(|used| use_of(paper, "+ ", used, rules));
        standing.taken_by.iter().for_each(|used| use_of(paper, "- ", used, rules));
    }
}

fn use_of(paper: &mut Paper, mark: &str, used: &RuleUse, rules: &[RuleView]) {
    let title = rules.iter().find(|rule| rule.id == used.id).map(|rule| rule.title.as_str()).unwrap_or_default();
    let may = if used.surely { "" } else { "perhaps: " };
    paper.item(4, mark, &format!("{may}{title} [{}]", used.id));
}

fn facts(paper: &mut Paper, facts: &[FactView]) {
    if facts.is_empty() {
        return;
    }
    paper.heading("The answers it was decided by");
    let value = |fact: &FactView| fact.value.as_ref().map(Word::text).unwrap_or_default();
    let mut part = |heading: &str, wanted: &dyn Fn(&FactView) -> bool, aside: &dyn Fn(&FactView) -> String| {
        let rows: Vec<(String, String)> = facts
            .iter()
            .filter(|fact| wanted(fact))
            .map(|fact| (fact.name.clone(), format!("{}{}", value(fact), aside(fact))))
            .collect();
        if !rows.is_empty() {
            paper.line(2, heading);
            paper.table(4, &rows);
        }
    };
    part("The note says", &|fact| fact.from == AnswerSource::Note, &|_| String::new());
    part("Presumed, for the note does not say", &|fact| fact.from == AnswerSource::Presumed && fact.asked, &|fact| {
        let basis = fact.basis.as_ref();
        let note = basis.and_then(|basis| basis.note.clone()).map(|note| format!(": {note}")).unwrap_or_default();
        let house = if basis.is_some_and(|basis| basis.house) { "house" } else { "cited" };
        format!(" ({house}{note})")
    });
    part("Worked out", &|fact| fact.from == AnswerSource::Derived, &|fact| {
        format!(" (from {})", joined(fact.derived_from.clone(), "and"))
    });
    part("Settings with a say in this", &|fact| fact.from.is_setting() && fact.matters, &|fact| {
        let by = match fact.from {
            AnswerSource::Agency => "the agency's answer",
            AnswerSource::CommandLine => "from the command line",
            _ => "the default; nobody answered it",
        };
        format!(" ({by})")
    });
    part(
        "Not answered",
        &|fact| fact.from == AnswerSource::NotAnswered && fact.asked && fact.derived_from.is_empty(),
        &|fact| {
            if fact.matters { "the outcome hangs on it".into() } else { "it would not change who pays".into() }
        },
    );
    let idle = |fact: &&FactView| {
        !fact.asked
            && matches!(fact.from, AnswerSource::Presumed | AnswerSource::NotAnswered)
            && fact.derived_from.is_empty()
    };
    let idle: Vec<String> = facts.iter().filter(idle).map(|fact| fact.name.clone()).collect();
    if !idle.is_empty() {
        paper.line(2, &format!("No rule that could apply asks {}.", joined(idle, "or")));
    }
}

/// A rule's citations, by source.
fn rests_on(paper: &mut Paper, indent: usize, rule: &RuleView) {
    paper.line(indent, &format!("{} ({}, {})", rule.id, rule.kind, rule.place));
    rule.basis.write(paper, indent + 2);
}
