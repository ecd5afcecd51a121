//! The reverse index of citations: what carries out each statement of the sources.

use std::io::{self, Write};

use serde::Serialize;

use super::entry::Entry;
use super::list::{Form, write};
use super::statement_entries;
use crate::message::{Code, Message};
use crate::nearest::{joined, nearest};
use crate::report::write_json;
use crate::rules::{CitingBlock, RuleSet, StatementClass, StatementHome};
use crate::table::Grid;

/// Which statements are shown.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The ids of the statements; empty for all.
    pub ids: Vec<String>,
    /// The class of the statements; `None` for all.
    pub class: Option<StatementClass>,
}

/// How many of the shown statements there are of each class, and which have no home.
#[derive(Debug, Serialize)]
struct Sums {
    /// Number of statements.
    statements: usize,
    /// Number of statements that rules decide.
    decidable: usize,
    /// Number of statements that the local payer decides.
    local_payer: usize,
    /// Number of statements that decide nothing.
    context: usize,
    /// Ids of statements that nothing carries out although they are not context.
    without_home: Vec<String>,
}

/// The JSON form of the index.
#[derive(Debug, Serialize)]
struct CoverageView<'s> {
    /// SHA-256 of the rule files.
    fingerprint: &'s str,
    statements: Vec<Entry>,
    sums: Sums,
}

impl Selection {
    /// Returns the selected statements, or an error for an id that no statement has.
    fn apply<'s>(&self, set: &'s RuleSet) -> Result<Vec<StatementHome<'s>>, Message> {
        let ids = || set.statements.iter().map(|statement| statement.id.as_str());
        if let Some(unknown) = self.ids.iter().find(|wanted| !ids().any(|id| id == wanted.as_str())) {
            let help = nearest(unknown, ids()).map_or_else(
                || "`actbill rules coverage` lists every statement".into(),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(Message::error(Code::Usage, format!("no statement has the id `{unknown}`")).help(help));
        }
        let wanted = |home: &StatementHome<'_>| {
            let is_named = self.ids.is_empty() || self.ids.contains(&home.statement.id);
            is_named && self.class.is_none_or(|class| class == home.statement.class)
        };
        Ok(set.statement_homes().filter(wanted).collect())
    }
}

/// A writer of the index in one format.
pub type WriteCoverage<'s> = Box<dyn Fn(&mut dyn Write) -> io::Result<()> + 's>;

/// Returns a writer of what carries out the selected statements, or an error for an id that no statement has.
pub fn coverage<'s>(set: &'s RuleSet, selection: &Selection, form: Form) -> Result<WriteCoverage<'s>, Message> {
    let homes = selection.apply(set)?;
    Ok(Box::new(move |out| {
        if let Form::Json = form {
            let statements = homes.iter().map(|home| statement_entries::statement(set, home)).collect();
            let view = CoverageView { fingerprint: &set.fingerprint, statements, sums: Sums::new(&homes) };
            return write_json(&view, out);
        }
        write(&grid(set, &homes), Vec::new, form, out)?;
        if let Form::Text(_) = form { writeln!(out, "{}", Sums::new(&homes).describe()) } else { Ok(()) }
    }))
}

fn grid(set: &RuleSet, homes: &[StatementHome<'_>]) -> Grid {
    let mut grid = Grid::new(&["statement", "class", "stands in", "home"]);
    let row = |home: &StatementHome<'_>| {
        let statement = home.statement;
        let source = set.sources.get(statement.cite.source).map(|source| source.name.as_str()).unwrap_or_default();
        let class = statement.class.as_str().replace('_', " ");
        vec![statement.id.clone(), class, format!("{source}, {}", statement.cite.at), describe(set, home)]
    };
    grid.rows.extend(homes.iter().map(row));
    grid
}

/// Describes the home of a statement: its blocks, the settings to be answered, or why it needs none.
fn describe(set: &RuleSet, home: &StatementHome<'_>) -> String {
    let statement = home.statement;
    let mut parts: Vec<String> = Vec::new();
    for block in &home.blocks {
        let part = format!("{} {}", block.kind(), block.name(set));
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let cited = |fact| home.blocks.iter().any(|block| matches!(block, CitingBlock::Setting(one) if one.fact == fact));
    let asked = home.settings.iter().filter(|fact| !cited(**fact)).map(|fact| &set.vocabulary.fact(*fact).name);
    let asked: Vec<String> = asked.cloned().collect();
    if statement.class == StatementClass::LocalPayer && !asked.is_empty() {
        parts.push(format!("to be answered: {}", asked.join(", ")));
    }
    parts.extend(statement.encoded.as_ref().map(|encoded| format!("the program: {encoded}")));
    parts.extend(statement.why.as_ref().map(|why| format!("needs no rule: {why}")));
    if parts.is_empty() { "none".into() } else { parts.join("; ") }
}

impl Sums {
    fn new(homes: &[StatementHome<'_>]) -> Self {
        let count = |class| homes.iter().filter(|home| home.statement.class == class).count();
        let without_home = homes.iter().filter(|home| !home.is_there()).map(|home| home.statement.id.clone());
        Self {
            statements: homes.len(),
            decidable: count(StatementClass::Decidable),
            local_payer: count(StatementClass::LocalPayer),
            context: count(StatementClass::Context),
            without_home: without_home.collect(),
        }
    }

    fn describe(&self) -> String {
        let Self { statements, decidable, local_payer, context, without_home } = self;
        let homes = match without_home.as_slice() {
            [] => "all have a home".to_owned(),
            [only] => format!("{only} has no home"),
            several => format!("{} have no home", joined(several.to_vec(), "and")),
        };
        let plural = if *statements == 1 { "" } else { "s" };
        format!(
            "{statements} statement{plural}: {decidable} decidable, {local_payer} for the local payer, {context} context; \
             {homes}"
        )
    }
}
