//! Lists of the rules and of the settings, for people and for programs.

use std::io::{self, Write};

use super::entries;
use super::entry::Entry;
use crate::effective::Effective;
use crate::report::write_json;
use crate::rules::{Rule, RuleSet, Setting};
use crate::table::{Grid, Screen};
use crate::words;

/// Output format of a list or a table.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A text table for a terminal.
    Text(Screen),
    /// One JSON document.
    Json,
    /// Comma-separated values.
    Csv,
    /// Markdown.
    Markdown,
}

/// Writes the rules, ordered by id.
pub fn rules(set: &RuleSet, form: Form, out: &mut dyn Write) -> io::Result<()> {
    let row = |rule: &Rule| {
        let always = rule.effective == Effective::default();
        let dates = if always { "always".into() } else { words::dates(rule.effective) };
        let basis = words::basis(set, &rule.basis).join(", ");
        vec![rule.id.clone(), rule.kind().into(), rule.title.clone(), basis, dates]
    };
    let mut grid = Grid::new(&["rule", "kind", "says", "rests on", "dates"]);
    grid.rows.extend(set.rules.iter().map(row));
    write(&grid, || entries::rules(set).collect(), form, out)?;
    if let Form::Text(_) = form {
        let house = set.rules.iter().filter(|rule| rule.basis.house).count();
        let what = "house rules: what no source says, or says of something else";
        writeln!(out, "{} rules, {house} of them {what}", set.rules.len())?;
    }
    Ok(())
}

/// Writes the settings with the answers in force, ordered by name.
pub fn settings(set: &RuleSet, form: Form, out: &mut dyn Write) -> io::Result<()> {
    let row = |setting: &Setting| {
        let fact = set.vocabulary.fact(setting.fact);
        let written = |answer| set.answer_text(setting.fact, answer);
        let (answer, default) = (written(setting.value), written(setting.default));
        let by = setting.by.as_str().to_owned();
        vec![fact.name.clone(), answer, by, default, words::takes(&fact.kind), words::question(set, setting.fact)]
    };
    let mut grid = Grid::new(&["setting", "answer", "by", "default", "may be", "question"]);
    grid.rows.extend(set.settings.iter().map(row));
    write(&grid, || set.settings.iter().map(|setting| entries::setting(set, setting)).collect(), form, out)
}

fn write(grid: &Grid, entries: impl Fn() -> Vec<Entry>, form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Text(screen) => grid.write_text(screen, out),
        Form::Csv => grid.csv(out),
        Form::Markdown => grid.markdown(out),
        Form::Json => write_json(&entries(), out),
    }
}
