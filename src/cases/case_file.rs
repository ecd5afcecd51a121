//! Case files: TOML files beside the rules, in which each case has a title, notes and expectations.

use std::sync::Arc;

use ::toml::de::DeValue;

use super::expect::{ExpectedField, read_words, report_mistake};
use super::options::{self, CaseOptions};
use super::sample::{Given, merge_fields, record, refuse_unknown_fields};
use super::totals;
use super::{Case, CaseFile, Expect, Expected, SampleBatch, Step, one_line};
use crate::message::{Code, Message};
use crate::place::Place;
use crate::read::{FieldNames, Value};
use crate::rules::{RuleFile, RuleSet};
use crate::toml::{self, Problems, Span, Text, TomlTable, TomlValue};

/// Reads a case file. Reports all mistakes at once.
pub(super) fn read(set: &RuleSet, at: usize, file: &CaseFile, blank: bool) -> Result<Vec<SampleBatch>, Vec<Message>> {
    let text = std::str::from_utf8(&file.bytes).map_err(|error| {
        let text = String::from_utf8_lossy(&file.bytes);
        let message = Message::error(Code::NotToml, "the case file is not UTF-8 text").help("save it as UTF-8");
        vec![message.with_place(Place::in_text(&file.name, &text, error.valid_up_to()))]
    })?;
    let text = text.trim_start_matches('\u{feff}').to_owned();
    let files = [RuleFile { name: file.name.clone(), text, own: true }];
    let problems = Problems::new(&files);
    let [file] = &files;
    let mut reader = Reader { set, at, file, blank, defaults: Vec::new(), options: CaseOptions::default() };
    let batches = toml::parse(0, "case file", &problems, |table| reader.file(table)).unwrap_or_default();
    let mistakes = problems.into_messages();
    if mistakes.is_empty() { Ok(batches) } else { Err(mistakes) }
}

/// Reader for the cases of one file.
struct Reader<'r> {
    set: &'r RuleSet,
    at: usize,
    file: &'r RuleFile,
    blank: bool,
    /// Default fields for every note in this file.
    defaults: Vec<Given>,
    /// The options of every case in this file.
    options: CaseOptions,
}

/// One note of a case, as written in the file.
struct Written {
    fields: Vec<Given>,
    expect: Option<Expect>,
    at: Span,
    path: Vec<Step>,
}

impl Reader<'_> {
    fn file(&mut self, mut top: TomlTable<'_>) -> Vec<SampleBatch> {
        self.options.edits_off = options::are_edits_off(&mut top);
        if let Some(usual) = top.table("usual", "usual note") {
            let (entries, problems) = (usual.entries(), usual.problems);
            self.defaults = entries.iter().filter_map(|(name, entry)| self.given(name, entry, problems)).collect();
            refuse_unknown_fields(self.set, &self.defaults, problems);
        }
        let mut batches = Vec::new();
        let mut number = 0;
        top.tables("case", "case", |walker| {
            batches.extend(self.case(walker, &[into("case"), Step::Item(number)]));
            number += 1;
            Some(())
        });
        top.finish();
        batches
    }

    /// Reads a case and its `but` variants.
    fn case(&self, mut walker: TomlTable<'_>, path: &[Step]) -> Vec<SampleBatch> {
        let (at, before) = (walker.span.clone(), walker.problems.count());
        let title = walker.required("title");
        let options = options::read(self.set, &mut walker, self.options.clone());
        let known_wrong = reason(&mut walker);
        let mut notes = self.notes(&mut walker, path);
        let own = self.own_expect(&mut walker, &mut notes, path);
        let totals = walker
            .table("totals", "totals table")
            .map(|table| totals::read(self.set, &table, path))
            .unwrap_or_default();
        if notes.is_empty() {
            walker.add_missing("note");
        }
        let mut variants = Vec::new();
        let mut number = 0;
        let said_title = title.as_ref().map(|title| one_line(&title.value)).unwrap_or_default();
        walker.tables("but", "but", |walker| {
            let path = [path, &[into("but"), Step::Item(number)]].concat();
            variants.extend(self.variant(walker, &notes, (&said_title, &options), &path));
            number += 1;
            Some(())
        });
        let problems = walker.problems;
        walker.finish();
        let expects = own || notes.iter().any(|note| note.expect.as_ref().is_some_and(|expect| !expect.is_empty()));
        if !expects && totals.is_empty() && !self.blank && problems.count() == before {
            expects_nothing(&at, problems);
        }
        let case = Case { title: said_title, place: self.place_of(&at), notes: Vec::new(), totals, known_wrong };
        let batch = self.batch(case, options, notes, problems);
        std::iter::once(batch).chain(variants).collect()
    }

    /// Reads a `but` variant: the note of the case with some answers changed.
    fn variant(
        &self,
        mut walker: TomlTable<'_>,
        notes: &[Written],
        (of, options): (&str, &CaseOptions),
        path: &[Step],
    ) -> Option<SampleBatch> {
        let (at, before) = (walker.span.clone(), walker.problems.count());
        let title = walker.required("title");
        let options = options::read(self.set, &mut walker, options.clone());
        let known_wrong = reason(&mut walker);
        let [first] = notes else {
            let text = "only a case with one note can have a `but`";
            walker.problems.add(&at, Code::WrongType, text, "write this as a case of its own");
            return None;
        };
        let changes = walker.table("note", "note").map(|note| self.fields(note).0).unwrap_or_default();
        let path = [path, &[into("expect")]].concat();
        let expect = walker.table("expect", "expect table").map(|table| self.expect(&table));
        let problems = walker.problems;
        walker.finish();
        let mistaken = problems.count() > before;
        if expect.as_ref().is_none_or(Vec::is_empty) && !self.blank && !mistaken {
            expects_nothing(&at, problems);
        }
        let fields = merge_fields(first.fields.clone(), changes);
        let note = Written { fields, expect: expect.or_else(|| self.blank.then(Vec::new)), at: at.clone(), path };
        let title = format!("{of}; but {}", title.map(|title| one_line(&title.value)).unwrap_or_default());
        let case = Case { title, place: self.place_of(&at), notes: Vec::new(), totals: Vec::new(), known_wrong };
        Some(self.batch(case, options, vec![note], problems))
    }

    fn batch(&self, mut case: Case, options: CaseOptions, notes: Vec<Written>, problems: &Problems<'_>) -> SampleBatch {
        let all_blank = self.blank && notes.iter().all(|note| note.expect.is_none()) && case.totals.is_empty();
        let mut records = Vec::new();
        for (number, note) in notes.into_iter().enumerate() {
            let expect = note.expect.or_else(|| all_blank.then(Vec::new));
            let unknown = |expectation: &super::Expectation| {
                expectation.words.iter().any(|word| word == Code::UnknownField.as_str())
            };
            let fields = merge_fields(self.defaults.clone(), note.fields);
            if !expect.iter().flatten().any(unknown) {
                refuse_unknown_fields(self.set, &fields, problems);
            }
            records.push(record(fields, number, &self.place_of(&note.at)));
            case.notes.extend(expect.map(|expect| Expected { note: number, expect, at: note.path }));
        }
        let rosters = Arc::new(options.rosters());
        let CaseOptions { settings, presume, strict, edits_off, as_of, billed, .. } = options;
        SampleBatch {
            file: self.at,
            settings,
            presume,
            strict,
            edits_off,
            as_of,
            billed,
            rosters,
            records,
            cases: vec![case],
        }
    }

    fn place_of(&self, at: &Span) -> Place {
        Place::in_text(&self.file.name, &self.file.text, at.range.start)
    }

    /// Reads the notes of a case: one under `note`, or several under `note` or `notes`.
    fn notes(&self, walker: &mut TomlTable<'_>, path: &[Step]) -> Vec<Written> {
        let mut notes = Vec::new();
        for key in ["note", "notes"] {
            let Some(entry) = walker.value(key) else { continue };
            let steps = |more: &[Step]| [path, &[into(key)], more, &[into("expect")]].concat();
            let listed: Vec<(TomlValue<'_>, Vec<Step>)> = match entry.items() {
                Some(list) => list.enumerate().map(|(at, entry)| (entry, steps(&[Step::Item(at)]))).collect(),
                None => vec![(entry, steps(&[]))],
            };
            for (entry, path) in listed {
                let at = entry.span.clone();
                let Some(note) = entry.table("note") else {
                    let text = format!("`{key}` takes a table of fields");
                    walker.problems.add(&at, Code::WrongType, text, "write `{ activity = \"…\", … }`");
                    continue;
                };
                let (fields, expect) = self.fields(note);
                notes.push(Written { fields, expect, at, path });
            }
        }
        notes
    }

    /// Reads the fields of a note and its expectations.
    fn fields(&self, mut note: TomlTable<'_>) -> (Vec<Given>, Option<Expect>) {
        let expect = note.table("expect", "expect table").map(|table| self.expect(&table));
        let (entries, problems) = (note.entries(), note.problems);
        let fields = entries.iter().filter(|(name, _)| name.value != "expect");
        (fields.filter_map(|(name, entry)| self.given(name, entry, problems)).collect(), expect)
    }

    /// Reads the case's own `expect` table, which applies to its only note.
    fn own_expect(&self, walker: &mut TomlTable<'_>, notes: &mut [Written], path: &[Step]) -> bool {
        let Some(table) = walker.table("expect", "expect table") else { return false };
        let at = table.span.clone();
        let expect = self.expect(&table);
        let any = !expect.is_empty();
        match notes {
            [note] if note.expect.is_none() => {
                note.expect = Some(expect);
                note.path = [path, &[into("expect")]].concat();
            }
            [_] => walker.problems.add(
                &at,
                Code::RepeatedName,
                "the note expects something already",
                "keep one of the two",
            ),
            _ => {
                let text = "a case with several notes must say which one it expects this of";
                walker.problems.add(&at, Code::WrongType, text, "write `expect` into the note");
            }
        }
        any
    }

    fn expect(&self, table: &TomlTable<'_>) -> Expect {
        let (entries, problems) = (table.entries(), table.problems);
        let expectation = |(name, entry): &(Text, TomlValue<'_>)| match ExpectedField::parse(&name.value, &[]) {
            Err(mistake) => {
                report_mistake(&name.span, mistake, problems);
                None
            }
            Ok(key) => {
                let raw = read_words(&name.value, entry, problems)?;
                key.expectation(raw, self.set).map_err(|mistake| report_mistake(&entry.span, mistake, problems)).ok()
            }
        };
        let mut expect: Expect = entries.iter().filter_map(expectation).collect();
        expect.sort_by_key(|expectation| expectation.key);
        expect
    }

    fn given(&self, name: &Text, entry: &TomlValue<'_>, problems: &Problems<'_>) -> Option<Given> {
        let value = match entry.value {
            DeValue::String(text) => Value::Text(text.to_string().into()),
            DeValue::Integer(number) => Value::Number(number.to_string().into()),
            DeValue::Float(number) => Value::Number(number.to_string().into()),
            DeValue::Boolean(truth) => Value::Boolean(*truth),
            DeValue::Datetime(date) => Value::Text(date.to_string().into()),
            DeValue::Array(_) | DeValue::Table(_) => {
                let text = format!("`{}` takes one value", name.value);
                problems.add(
                    &entry.span,
                    Code::WrongType,
                    text,
                    "a field of a note is text, a number, `true` or `false`",
                );
                return None;
            }
        };
        Some(Given { name: name.clone(), id: self.set.vocabulary.field(&name.value), value })
    }
}

/// Reads the reason why the rules are known to be wrong.
fn reason(walker: &mut TomlTable<'_>) -> Option<String> {
    let why = walker.text("known_wrong")?;
    if why.value.trim().is_empty() {
        let help = "say what is wrong in the rules, so that somebody can fix it; or leave the key out";
        walker.problems.add(&why.span, Code::MissingKey, "`known_wrong` gives no reason", help);
    }
    Some(why.value)
}

fn expects_nothing(at: &Span, problems: &Problems<'_>) {
    let help = "add an `expect` table; `actbill test --bless` writes what is decided today into it, for review";
    problems.add(at, Code::ExpectsNothing, "this case expects nothing, so it cannot fail", help);
}

fn into(key: &str) -> Step {
    Step::Key(key.to_owned())
}
