//! Writes the draft of an agency file. What nobody can know from the export is a comment that waits for an answer.

use std::collections::BTreeSet;
use std::io;

use super::open::{missing_fields, records};
use super::survey::{ColumnSurvey, Mapping, Survey};
use crate::facts::{Fact, Kind};
use crate::field::FieldId;
use crate::nearest::one_of;
use crate::notation::DateOrder;
use crate::note::Orders;
use crate::read::{Encoding, HeaderRow};
use crate::rules::{RuleSet, Service, Unit};
use crate::spelling::key;
use crate::visible::visible;

/// Words that customarily mean "not answered", by their keys.
const MISSING: [&str; 9] = ["na", "null", "nil", "nan", "-", "--", "---", "?", "."];

/// Writes the draft for an export. `name` is the name of the export's file.
pub fn write_draft(set: &RuleSet, survey: &Survey, name: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let draft = Draft { set, survey, text: String::new() };
    out.write_all(draft.text(name).as_bytes())
}

/// Most characters on a line of comments.
const WIDTH: usize = 120;

struct Draft<'d> {
    set: &'d RuleSet,
    survey: &'d Survey,
    text: String,
}

impl Draft<'_> {
    fn text(mut self, name: &str) -> String {
        self.head(&visible(name));
        self.read();
        self.columns();
        self.words();
        self.rates();
        self.settings();
        self.text
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds a comment of as many lines as it needs.
    fn comment(&mut self, text: &str) {
        let mut line = String::from("#");
        for word in text.split(' ') {
            if line.chars().count() + word.chars().count() >= WIDTH {
                self.line(&line);
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    fn section(&mut self, title: &str) {
        self.line("");
        self.line(&format!("# ---- {title} {}", "-".repeat((WIDTH - 8).saturating_sub(title.chars().count()))));
        self.line("");
    }

    fn head(&mut self, name: &str) {
        self.line(&format!("# Drafted by `actbill setup` from {name}: {}.", self.form()));
        self.line("#");
        self.line("# Lines that begin with `#` wait for an answer: complete them and remove the `#`. Then see what is left, and the");
        self.line("# first table:");
        self.line("#");
        self.line("#   actbill setup EXPORT --with THIS-FILE");
        self.line("#   actbill classify EXPORT --with THIS-FILE");
        self.line("#");
        self.line("# An editor completes and checks this file by a schema: `actbill schema rules > rules.schema.json`, and here the");
        self.line("# first line `#:schema rules.schema.json`.");
    }

    /// Describes the form of the file.
    fn form(&self) -> String {
        let form = &self.survey.form;
        let mut parts = vec![records(self.survey.records)];
        if let Some(HeaderRow { sheet, line, separator, .. }) = &form.header {
            parts.push(match sheet {
                Some(sheet) => format!("header row in row {line} of the sheet `{}`", visible(sheet)),
                None => format!("header row in line {line}"),
            });
            parts.extend(separator.map(|separator| match separator {
                ',' => "separated by commas".to_owned(),
                ';' => "separated by semicolons".to_owned(),
                '\t' => "separated by tabs".to_owned(),
                '|' => "separated by pipes".to_owned(),
                other => format!("separated by `{other}`"),
            }));
        }
        if form.encoding == Encoding::Windows1252 {
            parts.push("encoded as Windows-1252".to_owned());
        }
        parts.join(", ")
    }

    fn read(&mut self) {
        self.section("How the export is written");
        self.line("[read]");
        self.date_order();
        self.lengths();
        let missing: Vec<String> = self.missing_words().iter().map(|word| quoted(word)).collect();
        if !missing.is_empty() {
            self.line("# Words that mean \"not answered\".");
            self.line(&format!("missing = [{}]", missing.join(", ")));
        }
        let open = |column: &&ColumnSurvey| column.mapping == Mapping::Open;
        let names: Vec<String> =
            self.survey.columns.iter().filter(open).filter_map(|column| column.name.as_deref()).map(quoted).collect();
        if !names.is_empty() {
            self.line("# Columns that nobody needs to hear about. Take out of the list what stands for a field, and map it below.");
            self.line("# ignore = [");
            for name in names {
                self.line(&format!("#   {name},"));
            }
            self.line("# ]");
        }
    }

    fn date_order(&mut self) {
        let mut orders = Orders::default();
        self.survey.columns.iter().for_each(|column| orders += column.orders);
        if orders.dates == 0 {
            return;
        }
        let dates = orders.dates;
        match orders.that_fit_all().as_slice() {
            [order] => {
                let other = orders.month_first.min(orders.day_first);
                let line = format!("date_order = \"{}\"", order.as_str());
                self.line(&format!("{line} # all {dates} dates fit it; only {other} of them fit the other order"));
            }
            [] => self.line(&format!("# No order of day and month fits all {dates} dates: export them in one form.")),
            _ => {
                let both = DateOrder::ALL.map(DateOrder::as_str);
                self.line(&format!("# All {dates} dates fit {}. Which one does the export use?", one_of(both)));
                self.line("# date_order = \"\"");
            }
        }
    }

    fn lengths(&mut self) {
        let is_length = |column: &&ColumnSurvey| matches!(column.field, Some(FieldId::MINUTES | FieldId::DURATION));
        let columns: Vec<&ColumnSurvey> = self.survey.columns.iter().filter(is_length).collect();
        let numbers: u64 = columns.iter().map(|column| column.numbers_with_part).sum();
        let parts: u64 = columns.iter().map(|column| column.parts_of_minute).sum();
        let names_hours = |column: &&ColumnSurvey| {
            let name = column.name.as_deref().map(key).unwrap_or_default();
            column.field == Some(FieldId::DURATION) && (name.contains("hour") || name.contains("hrs"))
        };
        if columns.iter().any(names_hours) {
            self.line("duration = \"hours\" # of a number alone, as the name of the column says");
        } else if numbers > 0 {
            self.line(&format!("# In {} the length is a number with a part. Does it count hours?", records(numbers)));
            self.line("# duration = \"hours\"");
        }
        if parts > 0 {
            self.line(&format!("# In {} the length has a part of a minute. To drop it:", records(parts)));
            self.line("# part_of_minute = \"drop\"");
        }
    }

    /// Returns the unknown words of coded facts that customarily mean "not answered".
    fn missing_words(&self) -> Vec<String> {
        let words = self.survey.columns.iter().flat_map(|column| column.words.unknown.keys());
        let mut missing: Vec<String> = words.filter(|word| is_missing(word)).cloned().collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    fn columns(&mut self) {
        self.section("Its columns: on the left as the export heads them, on the right the field of a note");
        let known = self.survey.columns.iter().filter(|column| column.mapping == Mapping::Known);
        let known: Vec<String> = known.filter_map(|column| self.known_column(column)).collect();
        if !known.is_empty() {
            self.comment(&format!("Known without a line here: {}.", known.join(", ")));
        }
        self.line("[column]");
        let (set, survey) = (self.set, self.survey);
        for column in &survey.columns {
            let field = column.field.and_then(|field| set.vocabulary.field_name(field)).unwrap_or_default();
            let Some(name) = column.name.as_deref().map(quoted) else { continue };
            match column.mapping {
                Mapping::Guessed => self.line(&format!("{name} = \"{field}\" # guessed by its name: check it")),
                Mapping::Open if column.filled == 0 => self.line(&format!("# {name} = \"\" # always empty")),
                Mapping::Open => self.line(&format!("# {name} = \"\" # filled in {}", records(column.filled))),
                Mapping::Known | Mapping::Ignored => {}
            }
        }
        let nameless = survey.columns.iter().filter(|column| column.name.is_none()).count();
        if nameless > 0 {
            self.line(&format!(
                "# {nameless} more have names that are not repeated here, for they may be part of a note."
            ));
        }
        for field in missing_fields(set, survey) {
            self.line(&format!("# Every note needs `{field}`, and no column was found for it."));
        }
    }

    /// Describes a column that needs no line, unless its name is that of its field.
    fn known_column(&self, column: &ColumnSurvey) -> Option<String> {
        let field = self.set.vocabulary.field_name(column.field?)?;
        let name = column.name.as_deref()?;
        Some(if name == field { format!("`{name}`") } else { format!("`{name}` is `{field}`") })
    }

    fn words(&mut self) {
        self.section("Its words: on the left as the export writes them, on the right the value of the fact");
        let (vocabulary, survey) = (&self.set.vocabulary, self.survey);
        let mut seen = BTreeSet::new();
        for column in &survey.columns {
            // Of two columns for one field, somebody must first say which one is right.
            if column.field.is_some_and(|field| !seen.insert(field)) {
                continue;
            }
            let Some(fact) = column.field.and_then(|field| vocabulary.fact_of_field(field)) else { continue };
            if !matches!(fact.kind, Kind::Coded(_)) || column.filled == 0 {
                continue;
            }
            self.known_words(fact, column);
            let unknown: Vec<(&String, &u64)> =
                column.words.unknown.iter().filter(|(word, _)| !is_missing(word)).collect();
            if !unknown.is_empty() {
                self.comment(&format!("`{}` takes {}.", fact.name, one_of(fact.values().iter().map(String::as_str))));
                self.line(&format!("[alias.{}]", fact.name));
                for (word, number) in unknown {
                    let near = fact.nearest_value(word);
                    let question = if near.is_some() { ": is that right?" } else { "" };
                    let near = near.unwrap_or_default();
                    self.line(&format!("# {} = \"{near}\" # {}{question}", quoted(word), records(*number)));
                }
            }
            if column.words.hidden > 0 {
                let hidden = records(column.words.hidden);
                self.line(&format!(
                    "# In {hidden} stand words that look like free text or an id. They are not repeated here."
                ));
            }
            self.line("");
        }
    }

    fn known_words(&mut self, fact: &Fact, column: &ColumnSurvey) {
        for (word, (number, value)) in &column.words.known {
            let value = fact.value_name(*value).unwrap_or_default();
            self.line(&format!("# {}: {} is `{value}` ({})", fact.name, quoted(word), records(*number)));
        }
    }

    fn rates(&mut self) {
        let set = self.set;
        let is_unpriced = |service: &&Service| {
            let id = set.services.iter().position(|other| other.name == service.name);
            !set.rates.iter().any(|rate| Some(rate.service.index()) == id)
        };
        let unpriced: Vec<&Service> = set.services.iter().filter(is_unpriced).collect();
        if unpriced.is_empty() {
            return;
        }
        self.section("What the payers pay: without a rate, units are counted and not priced");
        self.comment("Which of these does the agency bill, and what does the payer pay for one unit, from which date? Each gets a block like this:");
        for line in
            ["[[rate]]", "service = \"act_team\"", "amount = \"\"", "from = \"YYYY-MM-DD\"", "basis = \"house\""]
        {
            self.line(&format!("# {line}"));
        }
        let services = unpriced.iter().map(|service| {
            let by = if service.unit == Unit::Each { "" } else { "by " };
            let unit = service.unit.as_str().replace('_', " ");
            format!("`{}` ({}, {by}{unit})", service.name, service.full_code())
        });
        self.comment(&format!("Without a rate: {}.", services.collect::<Vec<_>>().join(", ")));
    }

    fn settings(&mut self) {
        self.section(
            "What the guidance leaves open: the answers in force, to be changed where the agency answers otherwise",
        );
        self.line("[answer]");
        let set = self.set;
        for setting in set.settings.iter() {
            let fact = set.vocabulary.fact(setting.fact);
            let answer = match set.answer_text(setting.fact, setting.value) {
                number if matches!(fact.kind, Kind::Number(..)) => number,
                word => quoted(&word),
            };
            self.comment(&fact.ask);
            self.line(&format!("# {} = {answer}{}", fact.name, choices(fact)));
        }
    }
}

/// Describes the answers that a setting takes.
fn choices(fact: &Fact) -> String {
    match &fact.kind {
        Kind::Coded(values) => format!(" # {}", one_of(values.iter().map(String::as_str))),
        Kind::Number(least, most) => format!(" # {least} to {most}"),
        Kind::Date => String::new(),
    }
}

fn is_missing(word: &str) -> bool {
    MISSING.contains(&key(word).as_str())
}

/// Returns text in quotes, as TOML writes it.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
