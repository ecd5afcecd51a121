//! The options that a case sets besides its notes: settings, presumptions, strictness, and the date of the run.

use chrono::NaiveDate;

use crate::effective::parse_date;
use crate::facts::Kind;
use crate::message::{Code, Message};
use crate::rules::RuleSet;
use crate::toml::{Problems, Text, TomlTable};

/// The options that a case sets besides its notes.
#[derive(Clone, Default)]
pub(super) struct CaseOptions {
    pub(super) settings: Vec<(String, String)>,
    pub(super) presume: Vec<(String, String)>,
    pub(super) strict: bool,
    pub(super) as_of: Option<NaiveDate>,
}

/// Reads settings, presumptions and run options on top of those already in force.
pub(super) fn read(set: &RuleSet, walker: &mut TomlTable<'_>, mut around: CaseOptions) -> CaseOptions {
    let mut scratch = set.clone();
    if let Some(table) = walker.table("settings", "settings table") {
        let words = table.words();
        for (name, value) in &words {
            if let Err(message) = scratch.answer(&name.value, &value.value) {
                let known = scratch.settings.iter().any(|s| scratch.vocabulary.fact(s.fact).name == name.value);
                refuse(known, (name, value), message, walker.problems);
            }
        }
        put(&mut around.settings, words);
    }
    if let Some(table) = walker.table("presume", "presume table") {
        let words = table.words();
        for (name, value) in &words {
            if let Err(message) = scratch.presume(&name.value, &value.value) {
                let fact = scratch.vocabulary.find(&name.value).map(|id| scratch.vocabulary.fact(id));
                let may = fact.is_some_and(|fact| matches!(fact.kind, Kind::Coded(_)) && !fact.is_required());
                refuse(may, (name, value), message, walker.problems);
            }
        }
        put(&mut around.presume, words);
    }
    around.strict |= walker.flag("strict");
    if let Some(date) = walker.word("as_of") {
        around.as_of = parse_date(&date.value);
        if around.as_of.is_none() {
            let text = format!("`{}` is not a day of the calendar", date.value);
            walker.problems.add(&date.span, Code::BadDate, text, "write `YYYY-MM-DD`");
        }
    }
    around
}

/// Reports that the rule set does not accept an answer.
fn refuse(known: bool, (name, value): (&Text, &Text), message: Message, problems: &Problems<'_>) {
    let (at, code) = if known { (&value.span, Code::NoSuchValue) } else { (&name.span, Code::UnknownName) };
    problems.add(at, code, message.text, message.help.unwrap_or_default());
}

/// Adds answers, replacing earlier ones with the same name.
fn put(answers: &mut Vec<(String, String)>, words: Vec<(Text, Text)>) {
    for (name, value) in words {
        answers.retain(|(earlier, _)| *earlier != name.value);
        answers.push((name.value, value.value));
    }
    answers.sort();
}
