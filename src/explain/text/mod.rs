//! Explanations as text for people: first the decision, then what would change it, then the rest.

mod answers;
mod changes;
mod period;

use super::view::{AnswerSource, Explanation, Explanations, FactView, NearOfferView, PayerView, RuleUse, Standing};
use crate::message::Code;
use crate::nearest::joined;
use crate::report::{AlsoRow, Row, RuleView};
use crate::status::Status;
use crate::table::{Screen, WrappedText};
use crate::words;

/// Formats all explanations as one text.
pub fn text(explanations: &Explanations, screen: Screen) -> String {
    let mut paper = WrappedText::new(screen);
    for (at, note) in explanations.notes.iter().enumerate() {
        if at > 0 {
            paper.gap();
            paper.styled(&"─".repeat(usize::from(screen.width)), "2");
            paper.gap();
        }
        write_note(&mut paper, note);
    }
    if explanations.notes.is_empty() {
        paper.line(0, "There are no notes.");
    }
    paper.gap();
    let rejected = explanations.rejected;
    if rejected > 0 && explanations.notes.iter().any(|note| note.decision.status != Status::Rejected) {
        let records = if rejected == 1 { "record of this batch was" } else { "records of this batch were" };
        paper.line(0, &format!("{rejected} {records} rejected and changed nothing here; `actbill classify` says why."));
        paper.gap();
    }
    paper.line(0, explanations.reminder);
    paper.finish()
}

fn write_note(paper: &mut WrappedText, note: &Explanation) {
    let row = &note.decision;
    let color = match row.status {
        Status::Billable => "1;32",
        Status::NonBillable => "1",
        Status::Held => "1;33",
        Status::Rejected => "1;31",
    };
    paper.styled(&headline(note), color);
    let minutes = row.minutes.map(|minutes| format!("{minutes} minutes"));
    let client = row.client.as_ref().map(|client| format!("client {client}"));
    let about = [row.date.clone(), row.activity.clone(), minutes, client];
    paper.line(2, &about.into_iter().flatten().collect::<Vec<_>>().join(", "));
    paper.gap();
    write_why(paper, note);
    write_holds(paper, note);
    write_nearest(paper, note);
    if let Some(changes) = &note.changes {
        changes::write(paper, changes);
    }
    note.periods.iter().for_each(|period| period::write(paper, period));
    period::write_pairs(paper, &note.pairs);
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
        note.payers.iter().for_each(|payer| write_payer(paper, payer, &note.rules));
    }
    answers::write(paper, &note.facts);
    write_rules(paper, note);
}

fn has_finding(row: &Row, code: Code) -> bool {
    row.findings.iter().any(|finding| finding.code == code.as_str())
}

/// Describes the decision in one line.
fn headline(note: &Explanation) -> String {
    let row = &note.decision;
    let id = row.id.clone().unwrap_or_else(|| format!("record {}", row.record));
    let payer = note.payers.iter().find(|payer| Some(&payer.payer) == row.payer.as_ref());
    let decision = match row.status {
        Status::Billable => billable(row, payer.map(|payer| payer.title.as_str()).unwrap_or_default()),
        Status::NonBillable => "nobody pays".into(),
        Status::Held if row.missing.is_empty() => "held, a person must look".into(),
        Status::Held => {
            let missing = row.missing.iter().map(|fact| format!("`{fact}`")).collect();
            let whose = if has_finding(row, Code::Undecided) { "not answered by other notes" } else { "not answered" };
            format!("held, {whose}: {}", joined(missing, "and"))
        }
        Status::Rejected => "rejected, it could not be read as a note".into(),
    };
    format!("{id}: {decision}")
}

fn billable(row: &Row, payer: &str) -> String {
    let shadow = row.shadow.as_ref();
    let units = shadow.map_or(row.units.unwrap_or_default(), |shadow| shadow.units);
    let code: Vec<&str> = row.code.iter().chain(row.modifiers.iter().flatten()).map(String::as_str).collect();
    let code = if row.code.is_none() { row.service.clone().unwrap_or_default() } else { code.join(" ") };
    let kind = row.unit.unwrap_or_default();
    let counted = match kind {
        "each" => format!("{units} x {code}"),
        kind => format!("{units} {}{} of {code}", kind.replace('_', " "), if units == 1 { "" } else { "s" }),
    };
    let also: Vec<String> = std::iter::once(counted).chain(row.also.iter().map(AlsoRow::code_and_units)).collect();
    let counted = joined(also, "and");
    if let Some(carrier) = &row.bundled_into {
        return format!("{payer} is billed with {carrier}, nothing more for this note");
    }
    if shadow.is_some() {
        return format!("{payer} does not pay by the unit, and {counted} are a shadow");
    }
    let amounts = std::iter::once(row.amount).chain(row.also.iter().map(|also| also.amount));
    match amounts.reduce(|sum, amount| sum.zip(amount).map(|(sum, amount)| sum + amount)).flatten() {
        Some(amount) => format!("{payer} is billed ${amount} for {counted}"),
        None => format!("{payer} is billed {counted}, unpriced"),
    }
}

fn write_why(paper: &mut WrappedText, note: &Explanation) {
    let row = &note.decision;
    if let Some(because) = &row.because {
        paper.line(2, because);
    }
    for error in &row.errors {
        let field = error.field.as_ref().map(|field| format!("`{field}`: ")).unwrap_or_default();
        paper.line(2, &format!("{}: {field}{} [{}]", note.place, error.text, error.code));
    }
    for finding in &row.findings {
        let others = if finding.with.is_empty() { String::new() } else { format!(" ({})", finding.with.join(", ")) };
        paper.item(2, "! ", &format!("{}{others} [{}]", words::capital(&finding.text), finding.code));
    }
    note.code_check.iter().for_each(|check| paper.item(2, "! ", &check.text));
    for field in &note.unknown_fields {
        let near = field.near.as_ref().map(|near| format!("; did you mean `{near}`?"));
        paper.item(2, "! ", &format!("The rule set knows no field `{}`{}", field.name, near.unwrap_or(".".into())));
    }
    let missing: Vec<&FactView> = note.facts.iter().filter(|fact| row.missing.contains(&fact.name)).collect();
    if !missing.is_empty() {
        paper.heading("What must be answered");
        for fact in &missing {
            paper.item(2, "? ", &format!("{} [{}]", fact.ask, fact.name));
        }
    }
}

fn write_holds(paper: &mut WrappedText, note: &Explanation) {
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

fn write_nearest(paper: &mut WrappedText, note: &Explanation) {
    if note.nearest.is_empty() {
        return;
    }
    paper.heading("What came nearest");
    let row = &note.decision;
    let payers_differ = has_finding(row, Code::DayPayersDiffer);
    let of_period = [Code::PractitionersDiffer, Code::CodeDiffers, Code::NotTogether, Code::NoPartner, Code::Undecided];
    let stands_against = of_period.into_iter().any(|code| has_finding(row, code));
    for offer in &note.nearest {
        paper.item(2, "- ", &format!("{} [{}]", words::capital(&offer.title), offer.id));
        write_lacks(paper, offer);
        match offer.obstacles.as_slice() {
            [] if !offer.lacks.is_empty() => {}
            [] if has_finding(row, Code::PayersDiffer) => {
                paper.line(4, "It lacks nothing; another note of the period names another payer.");
            }
            [] if payers_differ => paper.line(4, "It lacks nothing; another note of the day names another payer."),
            [] if note.code_check.is_some() => paper.line(4, "It lacks nothing; the note's own code is another one."),
            [] if stands_against => {
                paper.line(4, "It lacks nothing; what stands beside it keeps it from being billed.");
            }
            [] => paper.line(4, "It lacks nothing; what is not answered may take it away."),
            [only] => paper.line(4, &format!("Against it stands {only}.")),
            all => paper.line(4, &format!("Against it stand {}.", joined(all.to_vec(), "and"))),
        }
    }
}

fn write_lacks(paper: &mut WrappedText, offer: &NearOfferView) {
    for lack in &offer.lacks {
        let now = match (&lack.now, lack.from) {
            (Some(now), AnswerSource::Presumed) => format!("{now} is presumed"),
            (Some(now), source) if source.is_setting() => format!("the setting is {now}"),
            (Some(now), _) => format!("it is {now}"),
            (None, _) => "it is not answered".into(),
        };
        paper.line(4, &format!("It needs `{}`: {} ({now}).", lack.fact, lack.needs));
    }
}

fn write_payer(text: &mut WrappedText, payer: &PayerView, rules: &[RuleView]) {
    for service in &payer.services {
        let stands = match service.stands {
            Standing::Pays => "pays",
            Standing::TakenAway => "offered, and taken away",
            Standing::SecondChoice => "offered, but another one comes first",
            Standing::Held => "offered, but the note is held",
            Standing::Open => "open, it depends on what is not answered",
            Standing::NotOffered => "not offered",
        };
        text.line(2, &format!("{}, {} ({}): {stands}", words::capital(&payer.title), service.service, service.code));
        for (mark, uses) in [("+ ", &service.offered_by), ("- ", &service.taken_by)] {
            for rule in uses {
                write_rule_use(text, mark, rule, rules);
            }
        }
    }
}

fn write_rule_use(paper: &mut WrappedText, mark: &str, used: &RuleUse, rules: &[RuleView]) {
    let title = rules.iter().find(|rule| rule.id == used.id).map(|rule| rule.title.as_str()).unwrap_or_default();
    let perhaps = if used.surely { "" } else { "perhaps: " };
    paper.item(4, mark, &format!("{perhaps}{title} [{}]", used.id));
}

/// Writes the citations of each rule, grouped by source.
fn write_rules(paper: &mut WrappedText, note: &Explanation) {
    if !note.rules.is_empty() {
        paper.heading("What the rules rest on");
    }
    for rule in &note.rules {
        paper.line(2, &format!("{} ({}, {})", rule.id, rule.kind, rule.place));
        rule.basis.write(paper, 4);
    }
    if let Some((bill, rate)) = note.bill.as_ref().and_then(|bill| Some((bill, bill.rate.as_ref()?))) {
        paper.line(2, &format!("the rate of {} ({})", bill.service, rate.place));
        rate.basis.write(paper, 4);
    }
}
