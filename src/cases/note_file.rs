//! Note files whose notes carry their own expectations, in an `expect` object or in `expect_…` fields.
//!
//! The whole file is one batch, so ids and days work as in `classify`. Notes without expectations are part of the batch
//! too.

use super::expect::{ExpectedField, Mistake, Raw};
use super::{Case, CaseFile, Expect, Expected, SampleBatch, one_line};
use crate::field::FieldId;
use crate::message::{Code, Message};
use crate::nearest::nearest;
use crate::place::Place;
use crate::read::{Field, FieldNames, Format, InputHint, Record, Value, object, read_records};
use crate::rules::RuleSet;
use crate::run::file_message;

/// Name of the field that holds an object of expectations, and prefix of fields that each hold one expectation.
const EXPECT: &str = "expect";
const PREFIX: &str = "expect_";

/// Keys that are allowed beside expectations.
const TITLE: &str = "title";
const KNOWN_WRONG: &str = "known_wrong";

/// Reads a note file. Reports all mistakes at once.
pub(super) fn read(set: &RuleSet, at: usize, file: &CaseFile) -> Result<SampleBatch, Vec<Message>> {
    let mut reader = Reader { set, file, mistakes: Vec::new() };
    let (mut records, mut cases) = (Vec::new(), Vec::new());
    let messages = |error| vec![file_message(&file.name, error)];
    let wanted = InputHint { format: Format::from_file_name(&file.name), sheet: None };
    let read = read_records(file.bytes.as_slice(), wanted, &*set.vocabulary, &mut |record| {
        let case = reader.case(&record, records.len());
        records.push(owned(record, |field| is_expectation(set, &field.name)));
        cases.push(case);
    });
    read.map_err(messages)?;
    if !reader.mistakes.is_empty() {
        return Err(reader.mistakes);
    }
    let expects = |case: &Case| case.notes.iter().any(|note| !note.expect.is_empty());
    cases.retain(expects);
    if cases.is_empty() {
        let text = "no note of this file expects anything, so nothing in it can fail";
        let help = "give notes an `expect` object or `expect_…` columns";
        let place = Place::new(&file.name, 1, 1);
        return Err(vec![Message::error(Code::ExpectsNothing, text).help(help).with_place(place)]);
    }
    Ok(SampleBatch { file: at, records, cases, ..SampleBatch::default() })
}

struct Reader<'r> {
    set: &'r RuleSet,
    file: &'r CaseFile,
    mistakes: Vec<Message>,
}

impl Reader<'_> {
    /// Builds the case of a record. It has no expectations if the record has none.
    fn case(&mut self, record: &Record<'_>, note: usize) -> Case {
        let place = record.place_in(&self.file.name);
        let id = record.fields.iter().find(|field| field.id == Some(FieldId::ID));
        let title = match id.map(|field| &field.value) {
            Some(Value::Text(id) | Value::Number(id)) if !id.trim().is_empty() => {
                format!("note {}", one_line(id.trim()))
            }
            _ => format!("record {}", record.number),
        };
        let (mut case, mut expect) =
            (Case { title, place, notes: Vec::new(), totals: Vec::new(), known_wrong: None }, Expect::new());
        for field in record.fields.iter().filter(|field| is_expectation(self.set, &field.name)) {
            let (line, column) = record.line_and_column(field.offset);
            let at = Place { line, column, ..case.place.clone() };
            match (field.name.strip_prefix(PREFIX), &field.value) {
                (_, Value::Null) => {}
                (None, Value::Nested(text)) if field.name == EXPECT => {
                    let Record { fields, fault, .. } = object(text, &*self.set.vocabulary);
                    match fault {
                        Some(fault) => {
                            let message = Message::error(fault.code, format!("`{EXPECT}`: {}", fault.text));
                            self.mistakes.push(message.help("fix the object").with_place(at));
                        }
                        None => fields
                            .iter()
                            .for_each(|field| self.take(&field.name, &field.value, &at, &mut case, &mut expect)),
                    }
                }
                (Some(name), value) => self.take(name, value, &at, &mut case, &mut expect),
                (None, _) => {
                    let text = format!("`{}` is no form of an expectation", field.name);
                    let help = match customary_key(&field.name) {
                        Some(meant) if meant != *field.name => format!("did you mean `{meant}`?"),
                        _ => "write an `expect` object, or fields such as `expect_status`".to_owned(),
                    };
                    self.mistakes.push(Message::error(Code::UnknownKey, text).help(help).with_place(at));
                }
            }
        }
        expect.sort_by_key(|expectation| expectation.key);
        case.notes.push(Expected { note, expect, at: Vec::new() });
        case
    }

    /// Reads one expectation, or one of the keys allowed beside expectations.
    fn take(&mut self, name: &str, value: &Value<'_>, at: &Place, case: &mut Case, expect: &mut Expect) {
        let taken = match name {
            TITLE | KNOWN_WRONG => match text(value) {
                Some(text) if text.is_empty() => Ok(()),
                Some(text) if name == TITLE => {
                    case.title = one_line(&text);
                    Ok(())
                }
                Some(text) => {
                    case.known_wrong = Some(text);
                    Ok(())
                }
                None => Err(wrong_type(name)),
            },
            _ => ExpectedField::parse(name, &[TITLE, KNOWN_WRONG]).and_then(|key| match raw(key, value) {
                Some(raw) if raw.words.is_empty() && !raw.list => Ok(()),
                Some(raw) if expect.iter().any(|expectation| expectation.key == key) => {
                    drop(raw);
                    let text = format!("`{name}` is expected twice");
                    Err(Mistake { code: Code::RepeatedField, text, help: "keep one of the two".into() })
                }
                Some(raw) => key.expectation(raw, self.set).map(|expectation| expect.push(expectation)),
                None => Err(wrong_type(name)),
            }),
        };
        if let Err(Mistake { code, text, help }) = taken {
            self.mistakes.push(Message::error(code, text).help(help).with_place(at.clone()));
        }
    }
}

/// Returns whether a field is about expectations. A misspelled name counts too, so that it is not silently ignored.
fn is_expectation(set: &RuleSet, name: &str) -> bool {
    set.vocabulary.field(name).is_none() && customary_key(name).is_some()
}

/// Returns the expectation key that a field name spells, exactly or almost. Names that an export may well have, such as
/// `expected_end_date`, do not count.
fn customary_key(name: &str) -> Option<String> {
    let plain = name.to_lowercase().replace(['-', ' '], "_");
    let (head, tail) = plain.split_once('_').map_or((plain.as_str(), None), |(head, tail)| (head, Some(tail)));
    let beside = [TITLE, KNOWN_WRONG].into_iter();
    let keys = || ExpectedField::ALL.iter().map(|key| key.as_str()).chain(beside.clone());
    let far = strsim::osa_distance(head, EXPECT);
    match tail {
        None => (far <= 1 || (far == 2 && head.starts_with(EXPECT))).then(|| EXPECT.to_owned()),
        Some(tail) if far == 0 => Some(format!("{PREFIX}{}", nearest(tail, keys()).unwrap_or(tail))),
        Some(tail) => {
            let slips = keys().map(|key| (strsim::osa_distance(tail, key), key));
            let (slips, key) = slips.min()?;
            (slips <= 1 && far <= 2).then(|| format!("{PREFIX}{key}"))
        }
    }
}

fn wrong_type(name: &str) -> Mistake {
    let text = format!("`{name}` takes text, a number, or a list of them");
    Mistake { code: Code::WrongType, text, help: "write the value in quotes".into() }
}

fn text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text.trim().to_owned()),
        Value::Null => Some(String::new()),
        Value::Boolean(_) | Value::Nested(_) | Value::Unreadable => None,
    }
}

/// Returns the values of a field. Empty text and `null` expect nothing; lists in text are separated by spaces.
fn raw(key: ExpectedField, value: &Value<'_>) -> Option<Raw> {
    let Value::Nested(list) = value else {
        let text = text(value)?;
        let words = match text.as_str() {
            "" => Vec::new(),
            text if key.is_list() => text.split_whitespace().map(str::to_owned).collect(),
            text => vec![text.to_owned()],
        };
        return Some(Raw { words, list: false });
    };
    let list: Vec<serde_json::Value> = serde_json::from_str(list).ok()?;
    let word = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text.trim().to_owned()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Some(Raw { words: list.iter().map(word).collect::<Option<_>>()?, list: true })
}

/// Returns an owned copy of a record, without the fields that do not belong to the note.
fn owned(record: Record<'_>, leave_out: impl Fn(&Field<'_>) -> bool) -> Record<'static> {
    let fields = record.fields.into_iter().filter(|field| !leave_out(field)).map(|field| Field {
        name: field.name.into_owned().into(),
        id: field.id,
        value: field.value.into_owned(),
        offset: None,
    });
    Record {
        number: record.number,
        line: record.line,
        column: record.column,
        text: &[],
        fields: fields.collect(),
        fault: record.fault,
        sheet: None,
    }
}
