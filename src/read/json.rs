//! Reads a JSON document: an array of notes, an object with a `notes` array, or a single note. Other records stand in an
//! array under a key of their own ([`FieldNames::list_key`]).
//!
//! The document is first split into the texts of its notes, so that a fault inside a note rejects only that note.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::block_text::BlockText;
use super::{
    EXCESS_HELP, Fault, Field, FieldNames, FileError, MAX_FIELDS, Record, Value, count, excess, line_and_column,
};
use crate::message::Code;

/// Reads a document that is held whole, and passes on its notes one by one.
pub(super) fn read(
    document: &BlockText<'_>,
    names: &dyn FieldNames,
    each: &mut dyn FnMut(Record<'_>),
) -> Result<(), FileError> {
    let text = document.as_str();
    let notes = notes(text, names.list_key())?;
    if let [note] = notes.as_slice()
        && note.get() == text.trim()
        && Members::parse(text).is_ok_and(|object| is_keyed(&object.members, names))
    {
        return Err(no_notes(&format!("the document is {KEYED}"), KEYED_HELP));
    }
    let (mut passed, mut line, mut column) = (0, 1, 1);
    for note in notes {
        let range = range_in(text, note.get());
        // Count each character of the document only once.
        let before = text.as_bytes().get(passed..range.start).unwrap_or_default();
        (line, column) = line_and_column(before, line, column);
        passed = range.start;
        each(Record { line, column, ..record(note.get(), &document.bad_offsets(&range), names) });
    }
    Ok(())
}

/// Returns the error of a document that begins with `opening`, all on one line, and goes on with `rest`. Its place counts
/// from the beginning of `rest`; column 0 is that of the last character before it.
pub(super) fn error_after(opening: &str, rest: &str) -> Option<FileError> {
    let mut error = notes(&format!("{opening}{rest}"), "notes").err()?;
    if error.line == Some(1) {
        error.column = error.column.saturating_sub(count(opening.len()));
    }
    Some(error)
}

/// Splits the document into the texts of its notes.
fn notes<'t>(text: &'t str, list_key: &str) -> Result<Vec<&'t RawValue>, FileError> {
    match text.trim_start().bytes().next() {
        Some(b'[') => serde_json::from_str(text).map_err(|error| malformed(&error, text)),
        Some(b'{') => {
            let document: &RawValue = serde_json::from_str(text).map_err(|error| malformed(&error, text))?;
            let members = Members::parse(text).map_err(|error| malformed(&error, text))?.members;
            let has = |name: &str| members.iter().any(|(key, _)| key == name);
            let mut lists = members.iter().filter(|(key, value)| key == list_key && value.get().starts_with('['));
            match (lists.next(), lists.next()) {
                (Some((_, list)), None) => {
                    serde_json::from_str(list.get()).map_err(|error| malformed(&error, list.get()))
                }
                (Some(_), Some(_)) => {
                    Err(no_notes(&format!("the document has two `{list_key}` arrays"), &help(list_key)))
                }
                (None, _) if has(list_key) && !has("id") => {
                    Err(no_notes(&format!("`{list_key}` is not an array"), &help(list_key)))
                }
                (None, _) => Ok(vec![document]),
            }
        }
        Some(_) => Err(no_notes("the document is neither an array nor an object", &help(list_key))),
        None => Err(no_notes("the document is empty", &help(list_key))),
    }
}

fn help(list_key: &str) -> String {
    format!(
        "give an array of {list_key}, an object with a `{list_key}` array, or one object; for other forms use `--from`"
    )
}

/// Describes an object whose keys may be the names of people.
const KEYED: &str = "keyed by something: its values are objects or lists";
const KEYED_HELP: &str =
    "give an array of notes, or an object with a `notes` array; what is a key now can be a field of its note";

/// Whether an object holds only objects and arrays under unknown names, so that its keys cannot be field names.
fn is_keyed(members: &[(Cow<'_, str>, &RawValue)], names: &dyn FieldNames) -> bool {
    !members.is_empty()
        && members.iter().all(|(name, value)| value.get().starts_with(['{', '[']) && names.field(name).is_none())
}

fn no_notes(text: &str, help: &str) -> FileError {
    FileError::new(Code::NoNotes, text, help)
}

/// Builds the error for invalid syntax, without quoting the text around it.
fn malformed(error: &serde_json::Error, text: &str) -> FileError {
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    // The column is the number of bytes up to and including the one at which parsing stopped.
    let before = line.as_bytes().get(..error.column().saturating_sub(1)).unwrap_or(line.as_bytes());
    let malformed = || {
        let help = "fix the document; if it has one note on each line, use `--from ndjson`";
        FileError::new(Code::BadDocument, "the JSON document is malformed here", help)
    };
    let error_without_place = if error.classify() == Category::Eof { cut_off() } else { malformed() };
    let (line, column) = line_and_column(before, count(error.line().max(1)), 1);
    error_without_place.with_position(line, column)
}

/// The error of a document that ends too early.
pub(super) fn cut_off() -> FileError {
    FileError::new(Code::BadDocument, "the JSON document is cut off", "export it again, whole")
}

/// Builds the record of one note's text, without its position. `bad`: ascending offsets of bytes that were not UTF-8.
pub(super) fn record<'a>(text: &'a str, bad: &[usize], names: &dyn FieldNames) -> Record<'a> {
    let whole = Record { text: text.as_bytes(), ..Record::default() };
    let rejected = |code, text: String, help: &str| Record { fault: Some(Fault::new(code, text, help)), ..whole };
    if !text.trim_start().starts_with('{') {
        let help = "write each note in braces, such as `{\"id\": \"n-01\", …}`";
        return rejected(Code::NotAnObject, "not a note with named fields".into(), help);
    }
    let Members { members, too_many } = match Members::parse(text) {
        Ok(members) => members,
        Err(error) => {
            let cut_off = error.classify() == Category::Eof;
            let text = if cut_off { "this note is cut off" } else { "this note is malformed JSON" };
            return rejected(Code::BadJson, text.into(), "fix or export this note again");
        }
    };
    if is_keyed(&members, names) {
        return rejected(Code::NotAnObject, format!("the record is {KEYED}"), KEYED_HELP);
    }
    let excess = excess(too_many, members.iter().map(|(name, _)| name.as_ref()));
    let field = |(name, raw): (Cow<'a, str>, &'a RawValue)| {
        let range = range_in(text, raw.get());
        let is_bad = bad.get(bad.partition_point(|at| *at < range.start)).is_some_and(|at| *at < range.end);
        let value = if is_bad { Value::Unreadable } else { value(raw.get()) };
        Field { id: names.field(&name), name, value, offset: Some(range.start) }
    };
    // Bad bytes in a value spoil that value. In a name or between fields, nobody knows what they stood for.
    let is_in_value = |at: &usize| members.iter().any(|(_, raw)| range_in(text, raw.get()).contains(at));
    let fault = match excess {
        Some(excess) => Some(Fault::new(Code::BadField, format!("the record has {excess}"), EXCESS_HELP)),
        None => (!bad.iter().all(is_in_value)).then(|| {
            let text = "a field name of the record holds bytes that are not UTF-8 text";
            Fault::new(Code::BadUtf8, text, "export the notes as UTF-8")
        }),
    };
    let members = members.into_iter().filter(|(name, _)| !names.is_ignored(name));
    let fields: Vec<Field<'a>> = members.map(field).collect();
    Record { fields, fault, ..whole }
}

fn range_in(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    start..start + part.len()
}

/// Reads a value by its first character. The text is known to be a single valid JSON value.
fn value(raw: &str) -> Value<'_> {
    match raw.bytes().next() {
        Some(b'"') => serde_json::from_str(raw).map_or(Value::Unreadable, |Text(text)| Value::Text(text)),
        Some(b't') => Value::Boolean(true),
        Some(b'f') => Value::Boolean(false),
        Some(b'n') => Value::Null,
        Some(b'{' | b'[') => Value::Nested(Cow::Borrowed(raw)),
        _ => Value::Number(Cow::Borrowed(raw)),
    }
}

/// Text that is borrowed unless it contains escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in the order written, including repeated keys, up to [`MAX_FIELDS`] of them.
struct Members<'a> {
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
    too_many: bool,
}

impl<'a> Members<'a> {
    fn parse(text: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Members { members: Vec::with_capacity(24), too_many: false };
                while let Some(Text(name)) = map.next_key()? {
                    if all.members.len() == MAX_FIELDS {
                        all.too_many = true;
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    let name = match name {
                        Cow::Borrowed(name) => Cow::Borrowed(name.trim()),
                        Cow::Owned(name) => Cow::Owned(name.trim().to_owned()),
                    };
                    all.members.push((name, map.next_value()?));
                }
                Ok(all)
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::tests::NoNames;

    #[test]
    fn notes_and_their_values_stand_at_their_lines_and_columns() {
        let text = "[\n{\"id\": \"ä\"}, {\"id\":\n 1}, {\"id\": 2}]";
        let mut places = Vec::new();
        let mut each = |record: Record<'_>| {
            let offset = record.fields.first().and_then(|field| field.offset);
            places.push((record.line, record.column, record.line_and_column(offset)));
        };
        read(&BlockText::new(text.as_bytes()), &NoNames, &mut each).unwrap();
        assert_eq!(places, [(2, 1, (2, 8)), (2, 14, (3, 2)), (3, 6, (3, 13))]);
    }
}
