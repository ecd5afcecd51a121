//! The options that a case sets besides its notes: settings, presumptions, strictness, the date of the run, rosters,
//! and what earlier runs billed.

use chrono::NaiveDate;

use crate::effective::parse_date;
use crate::facts::Kind;
use crate::history::{BilledEntry, RowFault};
use crate::message::{Code, Message};
use crate::note::check_roster_row;
use crate::read::{Field, FieldNames, Record, Value};
use crate::roster::{Roster, RosterKind, RosterNames, RosterRow, Rosters};
use crate::rules::RuleSet;
use crate::toml::{Problems, Text, TomlTable};

/// The options that a case sets besides its notes.
#[derive(Clone, Default)]
pub(super) struct CaseOptions {
    pub(super) settings: Vec<(String, String)>,
    pub(super) presume: Vec<(String, String)>,
    pub(super) strict: bool,
    pub(super) edits_off: bool,
    pub(super) as_of: Option<NaiveDate>,
    pub(super) billed: Vec<BilledEntry>,
    pub(super) clients: Vec<RosterRow>,
    pub(super) staff: Vec<RosterRow>,
}

impl CaseOptions {
    /// Returns the rosters that the case has.
    pub(super) fn rosters(&self) -> Rosters {
        let roster = |rows: &[RosterRow]| (!rows.is_empty()).then(|| Roster::new(rows.to_vec()).0);
        Rosters { clients: roster(&self.clients), staff: roster(&self.staff) }
    }
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
    around.edits_off |= are_edits_off(walker);
    if let Some(date) = walker.word("as_of") {
        around.as_of = parse_date(&date.value);
        if around.as_of.is_none() {
            let text = format!("`{}` is not a day of the calendar", date.value);
            walker.problems.add(&date.span, Code::BadDate, text, "write `YYYY-MM-DD`");
        }
    }
    around.clients.extend(roster_rows(set, walker, "clients", RosterKind::Clients));
    around.staff.extend(roster_rows(set, walker, "staff", RosterKind::Staff));
    walker.tables("billed", "billed row", |table| {
        let (span, problems) = (table.span.clone(), table.problems);
        let words = table.words().into_iter().map(|(name, word)| (name.value, word.value));
        match BilledEntry::from_fields(set, words) {
            Ok(entry) => around.billed.extend(entry),
            Err(RowFault { field, text }) => {
                problems.add(
                    &span,
                    Code::BadField,
                    format!("`{field}`: {text}"),
                    "write it as a row of an earlier run has it",
                );
            }
        }
        Some(())
    });
    around
}

/// Reads whether nothing is checked between notes, as `edits = "off"` says.
pub(super) fn are_edits_off(table: &mut TomlTable<'_>) -> bool {
    let word = table.one_of("edits", &["off"]);
    if let Some(word) = word.as_ref().filter(|word| word.value != "off") {
        table.problems.add_unknown_value(word, "edits", ["off"]);
    }
    word.is_some()
}

/// Reads the rows of a roster.
fn roster_rows(set: &RuleSet, walker: &mut TomlTable<'_>, key: &'static str, kind: RosterKind) -> Vec<RosterRow> {
    let names = RosterNames::new(&set.vocabulary, kind);
    walker.tables(key, "roster row", |table| {
        let (span, problems) = (table.span.clone(), table.problems);
        let field = |(name, word): (Text, Text)| Field {
            id: names.field(&name.value),
            name: name.value.into(),
            value: Value::Text(word.value.into()),
            offset: None,
        };
        let record = Record { fields: table.words().into_iter().map(field).collect(), ..Record::default() };
        let row = check_roster_row(&record, &names);
        for fault in row.as_ref().err().into_iter().flat_map(|found| &found.faults) {
            problems.add(&span, fault.code, fault.text.clone(), fault.help.clone());
        }
        row.ok()
    })
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
