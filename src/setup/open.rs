//! What is still unmapped in an export: nothing of it is read before somebody has decided.

use super::survey::{ColumnSurvey, Mapping, Survey};
use crate::facts::REQUIRED;
use crate::field::FieldId;
use crate::nearest::{counted, one_of};
use crate::notation::DateOrder;
use crate::number::count;
use crate::read::FieldNames;
use crate::rules::RuleSet;

/// Something that is still unmapped, and what to write into the agency file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPoint {
    /// What is open, as a lowercase fragment without a period.
    pub text: String,
    /// What to do about it.
    pub help: String,
}

/// Returns everything in an export that is still unmapped.
pub fn open_points(set: &RuleSet, survey: &Survey) -> Vec<OpenPoint> {
    let mut points = Vec::new();
    for field in missing_fields(set, survey) {
        let text = format!("no column stands for `{field}`, which every note must have");
        points.push(OpenPoint { text, help: format!("write `\"HEADER\" = \"{field}\"` under `[column]`") });
    }
    points.extend(repeated_fields(set, survey));
    for (number, column) in (1..).zip(&survey.columns) {
        of_column(set, number, column, &mut points);
    }
    points
}

/// Returns a point for each field for which several columns stand with equal precedence.
fn repeated_fields(set: &RuleSet, survey: &Survey) -> Vec<OpenPoint> {
    let mut points = Vec::new();
    for (at, column) in survey.columns.iter().enumerate() {
        let Some(field) = column.field.filter(|_| column.mapping == Mapping::Known) else { continue };
        let precedence = |column: &ColumnSurvey| set.vocabulary.precedence(column.name.as_deref().unwrap_or_default());
        let is_same = |other: &&ColumnSurvey| other.field == Some(field) && precedence(other) == precedence(column);
        if let Some(first) = survey.columns.iter().take(at).find(is_same) {
            let name = |column: &ColumnSurvey| column.name.clone().unwrap_or_else(|| "a column".to_owned());
            let field = set.vocabulary.field_name(field).unwrap_or_default();
            let text = format!("the columns `{}` and `{}` both stand for `{field}`", name(first), name(column));
            points.push(OpenPoint { text, help: "write the one that does not under `ignore`".to_owned() });
        }
    }
    points
}

/// Returns the fields that every note must have, and that no column stands for.
pub(super) fn missing_fields(set: &RuleSet, survey: &Survey) -> Vec<String> {
    let has = |field: FieldId| survey.columns.iter().any(|column| column.field == Some(field));
    let mut missing = Vec::new();
    let required = [(FieldId::ID, "id"), (FieldId::CLIENT, "client"), (FieldId::DATE, "date")];
    missing.extend(required.into_iter().filter(|(field, _)| !has(*field)).map(|(_, name)| name.to_owned()));
    if ![FieldId::MINUTES, FieldId::DURATION, FieldId::END].into_iter().any(has) {
        missing.push("minutes".to_owned());
    }
    let is_missing = |name: &&str| set.vocabulary.declared_field(name).is_some_and(|field| !has(field));
    missing.extend(REQUIRED.into_iter().filter(is_missing).map(str::to_owned));
    missing
}

/// Returns how messages name a column.
pub(super) fn title(number: u64, column: &ColumnSurvey) -> String {
    column.name.as_ref().map_or_else(|| format!("column {number}"), |name| format!("the column `{name}`"))
}

/// Describes a number of records.
pub(super) fn records(number: u64) -> String {
    counted(number, "record")
}

fn of_column(set: &RuleSet, number: u64, column: &ColumnSurvey, points: &mut Vec<OpenPoint>) {
    let title = title(number, column);
    let mut add = |text: String, help: String| points.push(OpenPoint { text, help });
    let field = column.field.and_then(|field| set.vocabulary.field_name(field)).unwrap_or_default();
    let header = column.name.as_deref().unwrap_or("HEADER");
    match column.mapping {
        Mapping::Ignored => return,
        Mapping::Known => {}
        Mapping::Guessed => {
            let text = format!("{title} looks like `{field}`, but nobody has said so");
            add(text, format!("write `\"{header}\" = \"{field}\"` under `[column]`, or the name under `ignore`"));
            return;
        }
        Mapping::Open if column.filled == 0 => return,
        Mapping::Open => {
            let text = format!("{title} stands for no field; it is filled in {}", records(column.filled));
            add(text, format!("write `\"{header}\" = \"FIELD\"` under `[column]`, or the name under `ignore`"));
            return;
        }
    }
    if column.orders.dates > 0 {
        let fits: Vec<&str> = column.orders.that_fit_all().into_iter().map(DateOrder::as_str).collect();
        let text = format!("{title} has {} dates of undeclared order", column.orders.dates);
        let help = match fits.as_slice() {
            [] => "no order fits them all: export all dates in one form".to_owned(),
            [only] => format!("only one order fits them all: write `date_order = \"{only}\"` under `[read]`"),
            all => format!(
                "they fit {}: find out which, and write `date_order` under `[read]`",
                one_of(all.iter().copied())
            ),
        };
        add(text, help);
    }
    if column.numbers_with_part > 0 {
        let text = format!("{title} has numbers with a part in {}", records(column.numbers_with_part));
        add(text, "map it to `duration`, and write `duration = \"hours\"` or `\"minutes\"` under `[read]`".to_owned());
    }
    if column.parts_of_minute > 0 {
        let text = format!("{title} has parts of a minute in {}", records(column.parts_of_minute));
        add(text, "to drop them, write `part_of_minute = \"drop\"` under `[read]`".to_owned());
    }
    if column.unread > 0 {
        let text = format!("{title} cannot be read as `{field}` in {}", records(column.unread));
        add(text, "check that it is mapped to the right field; `actbill classify` names each record".to_owned());
    }
    for (word, number) in &column.words.unknown {
        let text = format!("{title} has the unknown word `{word}` in {}", records(*number));
        add(text, format!("write `\"{word}\" = \"VALUE\"` under `[alias.{field}]`, or the word under `missing`"));
    }
    if column.words.hidden > 0 {
        let words = if count(column.words.unknown.len()) > 0 { "other words" } else { "words" };
        let text = format!(
            "{title} has {words} in {} that look like free text or like somebody's id",
            records(column.words.hidden)
        );
        add(text, format!("check that the column really answers `{field}`; such words are not repeated here"));
    }
}
