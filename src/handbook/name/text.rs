//! Pages as texts that a person reads.

use super::view::{
    CodePage, ConditionView, FactPage, InvariantPage, Page, PayerPage, RulePage, RuleRef, ServicePage, SettingPage,
    SourcePage,
};
use crate::nearest::joined;
use crate::report::BasisView;
use crate::table::{Screen, WrappedText as Paper};
use crate::words;

/// Pages one below the other.
pub fn page_text(pages: &[Page], screen: Screen) -> String {
    let mut paper = Paper::new(screen);
    for page in pages {
        paper.gap();
        match page {
            Page::Code(page) => code(&mut paper, page),
            Page::Rule(page) => rule(&mut paper, page),
            Page::Setting(page) => setting(&mut paper, page),
            Page::Fact(page) => fact(&mut paper, page),
            Page::Service(page) => service(&mut paper, page),
            Page::Payer(page) => payer(&mut paper, page),
            Page::Source(page) => source(&mut paper, page),
            Page::Invariant(page) => invariant(&mut paper, page),
        }
    }
    paper.finish()
}

fn rests_on(paper: &mut Paper, told: &BasisView, place: &str) {
    if !told.cites.is_empty() || told.house {
        paper.heading("What it rests on");
        told.write(paper, 2);
    }
    if !place.is_empty() {
        paper.gap();
        paper.line(0, &format!("Written in {place}."));
    }
}

fn condition(told: &ConditionView) -> String {
    format!("`{}` is {}", told.fact, told.needs)
}

fn refs(paper: &mut Paper, heading: &str, rules: &[RuleRef]) {
    if !rules.is_empty() {
        paper.heading(heading);
        listed(paper, 2, rules);
    }
}

fn listed(paper: &mut Paper, indent: usize, rules: &[RuleRef]) {
    for rule in rules {
        paper.item(indent, "- ", &format!("{} ({}): {}", rule.id, rule.kind, rule.title));
    }
}

/// Markdown for a terminal: what is to be read is wrapped, what is to be copied is not.
fn code(paper: &mut Paper, page: &CodePage) {
    let mut copied = false;
    for line in page.text.lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                copied = !copied;
                let file = info.split_whitespace().nth(1);
                file.filter(|_| copied).iter().for_each(|file| paper.line(2, &format!("{file}:")));
            }
            None if copied => paper.verbatim(4, line),
            None if line.is_empty() => paper.gap(),
            None => match line.strip_prefix("# ") {
                Some(title) => paper.styled(title, "1"),
                None => paper.line(0, &line.replace("**", "")),
            },
        }
    }
}

fn rule(paper: &mut Paper, page: &RulePage) {
    paper.styled(&format!("{} ({})", page.rule.id, page.rule.kind), "1");
    paper.line(2, &format!("{}.", words::capital(&page.rule.title)));
    paper.line(2, &page.does);
    if !page.formerly.is_empty() {
        paper.line(2, &format!("Formerly {}.", joined(page.formerly.clone(), "and")));
    }
    paper.heading(if page.when.is_empty() && page.any.is_empty() { "Applies always" } else { "Applies where" });
    page.when.iter().for_each(|told| paper.item(2, "- ", &condition(told)));
    if !page.any.is_empty() {
        paper.item(2, "- ", if page.when.is_empty() { "one of these is so:" } else { "and one of these is so:" });
        for group in &page.any {
            paper.item(4, "- ", &joined(group.iter().map(condition).collect(), "and"));
        }
    }
    if page.dates != "on every date" {
        paper.item(2, "- ", &format!("the service date is {}", page.dates));
    }
    for (what, ids) in [("An exception to", &page.overrides), ("Has an exception:", &page.overridden_by)] {
        if !ids.is_empty() {
            paper.line(2, &format!("{what} {}.", joined(ids.clone(), "and")));
        }
    }
    match &page.example {
        Some(shown) => {
            let what = if page.rule.kind == "advise" { "advises" } else { "decides" };
            paper.heading(&format!("The smallest note in which it {what}"));
            paper.verbatim(2, &shown.note.json());
            if !shown.settings.is_empty() {
                let answers = shown.settings.iter().map(|(name, value)| format!("--set {name}={}", value.text()));
                paper.line(2, &format!("with {}", joined(answers.collect(), "and")));
            }
            paper.line(2, &shown.because);
        }
        None => paper.heading("There is no note in which it decides"),
    }
    rests_on(paper, &page.rule.basis, &page.rule.place);
}

fn setting(paper: &mut Paper, page: &SettingPage) {
    paper.styled(&format!("{} (setting)", page.name), "1");
    paper.line(2, &page.ask);
    page.does.iter().for_each(|does| paper.line(2, does));
    paper.gap();
    let by = match page.by {
        "agency" => "the agency's file says so",
        "command_line" => "the command line says so",
        _ => "the default; nobody answered it",
    };
    let rows = [
        ("Takes".to_owned(), page.takes.clone()),
        ("Default".to_owned(), page.default.text()),
        ("Answer".to_owned(), format!("{} ({by})", page.answer.text())),
    ];
    paper.table(2, &rows);
    for answer in &page.answers {
        if !answer.only.is_empty() {
            paper.heading(&format!("Only with \"{}\" these can apply", answer.answer));
            listed(paper, 2, &answer.only);
        }
        if !answer.more.is_empty() {
            paper.heading(&format!("With \"{}\" these apply in more cases", answer.answer));
            listed(paper, 2, &answer.more);
        }
    }
    paper.heading("To answer it, in a file given with `--with`");
    page.how.lines().for_each(|line| paper.verbatim(4, line));
    rests_on(paper, &page.basis, &page.place);
}

fn fact(paper: &mut Paper, page: &FactPage) {
    paper.styled(&format!("{} (fact)", page.name), "1");
    paper.line(2, &page.ask);
    let answer = match (page.required, &page.presumed) {
        (true, _) => "Every note must answer it.".into(),
        (false, Some(presumed)) => {
            let when: Vec<String> = presumed.when.iter().map(condition).collect();
            let only = if when.is_empty() { String::new() } else { format!(" where {}", joined(when, "and")) };
            format!("Where a note does not answer it, \"{}\" is presumed{only}.", presumed.value.text())
        }
        (false, None) => "A note that does not answer it is held where the outcome hangs on it.".into(),
    };
    paper.line(2, &answer);
    page.derived.iter().for_each(|derived| paper.line(2, &format!("{}.", words::capital(derived))));
    let change = match page.lever {
        Some("chart") => Some("Its answer may change only if the chart already supports the other one.".to_owned()),
        Some("record") => Some(format!(
            "Its answer can be looked up in {}.",
            page.look.as_deref().unwrap_or("the record that holds it")
        )),
        Some(_) => Some("It is history: what happened is not to be changed.".to_owned()),
        None => None,
    };
    if let Some(change) = change {
        paper.line(2, &change);
    }
    paper.heading("It takes");
    if page.values.is_empty() {
        paper.line(2, &page.takes);
    }
    for told in &page.values {
        let also = joined(told.aliases.clone(), "or");
        paper.item(
            2,
            "- ",
            &if also.is_empty() { told.value.clone() } else { format!("{} (also {also})", told.value) },
        );
    }
    refs(paper, "Rules that ask it", &page.asked_by);
    let presumed = page.presumed.as_ref().map(|presumed| &presumed.basis);
    if let Some(presumed) = presumed {
        paper.heading("What the presumption rests on");
        presumed.write(paper, 2);
    }
    rests_on(paper, &BasisView::default(), &page.place);
}

fn service(paper: &mut Paper, page: &ServicePage) {
    paper.styled(&format!("{} (service)", page.name), "1");
    paper.line(2, &format!("{}: {}, billed by the {}.", page.title, page.code, page.unit.replace('_', " ")));
    paper.heading("Rates");
    if page.rates.is_empty() {
        paper.line(2, "None: its units are counted and stay unpriced until an agency's file gives a rate.");
    }
    for rate in &page.rates {
        let through = rate.through.as_ref().map(|through| format!(" through {through}")).unwrap_or_default();
        let from = if rate.from == "undated" { "undated".to_owned() } else { format!("from {}", rate.from) };
        paper.line(2, &format!("${} for one unit, {from}{through} ({})", rate.amount, rate.place));
        rate.basis.write(paper, 4);
    }
    refs(paper, "Offered by", &page.offered_by);
    rests_on(paper, &page.basis, &page.place);
}

fn payer(paper: &mut Paper, page: &PayerPage) {
    paper.styled(&format!("{} (payer)", page.name), "1");
    paper.line(2, &words::capital(&page.title));
    refs(paper, "Offered work by", &page.offered_by);
    refs(paper, "Taken away by", &page.taken_by);
    rests_on(paper, &BasisView::default(), &page.place);
}

fn source(paper: &mut Paper, page: &SourcePage) {
    paper.styled(&format!("{} (source)", page.name), "1");
    paper.line(2, &page.title);
    paper.line(2, &format!("Dated: {}.", page.dated));
    match (&page.sha256, &page.unchecked) {
        (Some(sha256), _) => paper.line(2, &format!("Quotes were checked against the text with SHA-256 {sha256}.")),
        (None, Some(why)) => paper.line(2, &format!("Its text is not held: {why}.")),
        (None, None) => {}
    }
    refs(paper, "Cited by", &page.cited_by);
    rests_on(paper, &BasisView::default(), &page.place);
}

fn invariant(paper: &mut Paper, page: &InvariantPage) {
    paper.styled(&format!("{} (invariant)", page.id), "1");
    paper.line(2, &format!("{}.", words::capital(&page.title)));
    let holds = if page.holds {
        "It is proved: it holds for every note that can be written, under every answer to every setting."
    } else {
        "It does not hold: `actbill check` shows a note that breaks it."
    };
    paper.line(2, holds);
    for (heading, phrases) in [("Where", &page.when), ("Always", &page.always)] {
        if !phrases.is_empty() {
            paper.heading(heading);
            for phrase in phrases {
                paper.item(2, "- ", phrase);
            }
        }
    }
    rests_on(paper, &page.basis, &page.place);
}
