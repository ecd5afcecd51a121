//! Lists of the rules and of the settings, for people and for programs.

use std::io::{self, Write};

use super::entry::Entry;
use super::{entries, period_entries};
use crate::effective::Effective;
use crate::report::write_json;
use crate::rules::{CitingBlock, Rule, RuleSet, Setting};
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

/// Writes the rules, ordered by id, then counts, pairs, edits and shadows.
pub fn rules(set: &RuleSet, form: Form, out: &mut dyn Write) -> io::Result<()> {
    let row = |rule: &Rule| {
        let always = rule.effective == Effective::default();
        let dates = if always { "always".into() } else { words::dates(rule.effective) };
        let basis = words::basis(set, &rule.basis).join(", ");
        vec![rule.id.clone(), rule.kind().into(), rule.title.clone(), basis, dates]
    };
    let mut grid = Grid::new(&["rule", "kind", "says", "rests on", "dates"]);
    grid.rows.extend(set.rules.iter().map(row));
    grid.rows.extend(period_rows(set));
    let entries = || entries::rules(set).chain(period_entries::deciding(set)).collect();
    write(&grid, entries, form, out)?;
    if let Form::Text(_) = form {
        let house = set.rules.iter().filter(|rule| rule.basis.house).count();
        let what = "house rules: what no source says, or says of something else";
        writeln!(out, "{} rules, {house} of them {what}", set.rules.len())?;
        let (counts, pairs, shadows) = (set.counts.len(), set.pairs.len(), set.shadows.len());
        if counts + pairs + shadows > 0 {
            writeln!(out, "{counts} counts, {pairs} pairs and {shadows} shadows say what several notes earn together")?;
        }
        if !set.edits.is_empty() {
            writeln!(
                out,
                "{} edits compare notes with each other, with earlier runs and with the day of the run",
                set.edits.len()
            )?;
        }
    }
    Ok(())
}

/// Returns a row for each count, pair, edit and shadow, in this order.
fn period_rows(set: &RuleSet) -> Vec<Vec<String>> {
    let row = |block: CitingBlock<'_>, says: String, effective: Effective| {
        let always = effective == Effective::default();
        let dates = if always { "always".into() } else { words::dates(effective) };
        let basis = words::basis(set, block.basis()).join(", ");
        vec![block.name(set).to_owned(), block.kind().to_owned(), says, basis, dates]
    };
    let counts =
        set.counts.iter().map(|count| row(CitingBlock::Count(count), words::count(set, count), count.effective));
    let pairs = set.pairs.iter().map(|pair| row(CitingBlock::Pair(pair), pair.title.clone(), Effective::default()));
    let shadows =
        set.shadows.iter().map(|shadow| row(CitingBlock::Shadow(shadow), shadow.title.clone(), shadow.effective));
    let edits = set.edits.iter().map(|edit| row(CitingBlock::Edit(edit), edit.title.clone(), Effective::default()));
    counts.chain(pairs).chain(edits).chain(shadows).collect()
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

/// Writes a table, or in JSON the entries behind it.
pub(super) fn write(grid: &Grid, entries: impl Fn() -> Vec<Entry>, form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Text(screen) => grid.write_text(screen, out),
        Form::Csv => grid.csv(out),
        Form::Markdown => grid.markdown(out),
        Form::Json => write_json(&entries(), out),
    }
}
