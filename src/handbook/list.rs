//! The rules as a list, and the settings as another: what a person looks up, and what a program reads.

use std::io::{self, Write};

use serde::Serialize;

use crate::effective::Effective;
use crate::facts::Word;
use crate::report::write_json;
use crate::rules::{Rule, RuleSet, Setting};
use crate::table::{Grid, Screen};
use crate::words;

/// In which format a list or a table is written.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A table on a terminal.
    Text(Screen),
    /// One document.
    Json,
    /// Comma-separated values.
    Csv,
    /// Markdown.
    Markdown,
}

/// One rule.
#[derive(Debug, Serialize)]
struct RuleEntry<'s> {
    id: &'s str,
    kind: &'static str,
    title: &'s str,
    /// What must hold, phrase by phrase.
    when: Vec<String>,
    does: String,
    /// Names of sources, in the order in which they are cited.
    sources: Vec<String>,
    house: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'s str>,
    cites: Vec<CiteEntry<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    through: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    formerly: &'s [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

/// Where something is said.
#[derive(Debug, Serialize)]
struct CiteEntry<'s> {
    source: &'s str,
    at: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    says: Option<&'s str>,
}

/// One setting.
#[derive(Debug, Serialize)]
struct SettingEntry<'s> {
    setting: &'s str,
    question: &'s str,
    answer: Word,
    by: &'static str,
    default: Word,
    may_be: String,
}

/// Writes the rules, in order of id.
pub fn rules(set: &RuleSet, form: Form, out: &mut dyn Write) -> io::Result<()> {
    if let Form::Json = form {
        let entries: Vec<RuleEntry<'_>> = set.rules.iter().map(|rule| rule_entry(set, rule)).collect();
        return write_json(&entries, out);
    }
    let mut grid = Grid::new(&["rule", "kind", "says", "rests on", "dates"]);
    grid.rows.extend(set.rules.iter().map(|rule| {
        let dates = if rule.effective == Effective::default() { "always".into() } else { words::dates(rule.effective) };
        vec![rule.id.clone(), rule.kind().into(), rule.title.clone(), rests_on(set, rule), dates]
    }));
    write(&grid, form, out)?;
    if let Form::Text(_) = form {
        let house = set.rules.iter().filter(|rule| rule.basis.house).count();
        writeln!(
            out,
            "{} rules, {house} of them house rules: what no source says, or says of something else",
            grid.rows.len()
        )?;
    }
    Ok(())
}

/// Names of sources, and `house`.
fn rests_on(set: &RuleSet, rule: &Rule) -> String {
    words::basis(set, &rule.basis).join(", ")
}

fn rule_entry<'s>(set: &'s RuleSet, rule: &'s Rule) -> RuleEntry<'s> {
    let place = rule.span.place(&set.files);
    let cites = rule.basis.cites.iter().map(|cite| CiteEntry {
        source: set.sources.get(cite.source).map(|source| source.name.as_str()).unwrap_or_default(),
        at: &cite.at,
        quote: cite.quote.as_deref(),
        says: cite.says.as_deref(),
    });
    RuleEntry {
        id: &rule.id,
        kind: rule.kind(),
        title: &rule.title,
        when: words::condition(set, &rule.condition),
        does: words::effect(set, rule),
        sources: words::basis(set, &rule.basis).into_iter().filter(|name| name != "house").collect(),
        house: rule.basis.house,
        note: rule.basis.note.as_deref(),
        cites: cites.collect(),
        from: rule.effective.from.map(|date| date.to_string()),
        through: rule.effective.through.map(|date| date.to_string()),
        formerly: &rule.formerly,
        line: place.as_ref().map(|place| place.line),
        file: place.map(|place| place.file),
    }
}

/// Writes the settings with the answers in force, in order of name.
pub fn settings(set: &RuleSet, form: Form, out: &mut dyn Write) -> io::Result<()> {
    let entries: Vec<SettingEntry<'_>> = set.settings.iter().map(|setting| setting_entry(set, setting)).collect();
    if let Form::Json = form {
        return write_json(&entries, out);
    }
    let mut grid = Grid::new(&["setting", "answer", "by", "default", "may be", "question"]);
    grid.rows.extend(entries.iter().map(|entry| {
        let (answer, default) = (entry.answer.text(), entry.default.text());
        let (setting, question) = (entry.setting.to_owned(), entry.question.to_owned());
        vec![setting, answer, entry.by.to_owned(), default, entry.may_be.clone(), question]
    }));
    write(&grid, form, out)
}

fn setting_entry<'s>(set: &'s RuleSet, setting: &Setting) -> SettingEntry<'s> {
    let fact = set.vocabulary.fact(setting.fact);
    SettingEntry {
        setting: &fact.name,
        question: &fact.ask,
        answer: set.word(setting.fact, setting.value),
        by: setting.by.as_str(),
        default: set.word(setting.fact, setting.default),
        may_be: words::takes(&fact.kind),
    }
}

/// A grid in any format but JSON, which has its own names.
fn write(grid: &Grid, form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Text(screen) => grid.text(screen, out),
        Form::Csv => grid.csv(out),
        Form::Markdown | Form::Json => grid.markdown(out),
    }
}
