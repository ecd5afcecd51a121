//! A JSON document: an array of notes, an object with a `notes` array, or one note.
//!
//! The document is split into the texts of its notes first, so that a fault inside one of them costs only that one.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::utf8::repaired;
use super::{Fault, Field, FileError, Record, Scalar, count};
use crate::message::Code;

/// Reads the whole document, then hands on its notes one by one.
pub(super) fn read(input: &mut dyn BufRead, each: &mut dyn FnMut(Record<'_>)) -> Result<u64, FileError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let (text, bad) = repaired(&bytes);
    let notes = notes(&text)?;
    let mut places = Places { text: &text, done: 0, line: 1, column: 1 };
    for (index, raw) in notes.iter().enumerate() {
        let start = places.offset(raw.get());
        let (line, column) = places.line_and_column(start);
        let garbled = in_range(&bad, start, raw.get().len());
        let (fields, fault) = fields(raw.get(), &garbled);
        // A note over several lines has no one line for the columns of its values.
        let one_line = !raw.get().contains('\n');
        let fields = fields
            .into_iter()
            .map(|field| Field { column: field.column.filter(|_| one_line).map(|at| at + column - 1), ..field })
            .collect();
        each(Record { number: count(index) + 1, line, column, fields, fault });
    }
    Ok(count(notes.len()))
}

/// The texts of the document's notes.
fn notes(text: &str) -> Result<Vec<&RawValue>, FileError> {
    match text.trim_start().bytes().next() {
        Some(b'[') => serde_json::from_str(text).map_err(|error| malformed(&error, text)),
        Some(b'{') => {
            let document: &RawValue = serde_json::from_str(text).map_err(|error| malformed(&error, text))?;
            let members: Members<'_> = serde_json::from_str(text).map_err(|error| malformed(&error, text))?;
            let has = |name: &str| members.0.iter().any(|(key, _)| key.0 == name);
            let mut lists = members.0.iter().filter(|(key, value)| key.0 == "notes" && value.get().starts_with('['));
            match (lists.next(), lists.next()) {
                (Some((_, list)), None) => {
                    serde_json::from_str(list.get()).map_err(|error| malformed(&error, list.get()))
                }
                (Some(_), Some(_)) => Err(no_notes("the document has two `notes` arrays")),
                (None, _) if has("notes") && !has("id") => Err(no_notes("`notes` is not an array")),
                (None, _) => Ok(vec![document]),
            }
        }
        Some(_) => Err(no_notes("the document is neither an array nor an object")),
        None => Err(no_notes("the document is empty")),
    }
}

fn no_notes(text: &str) -> FileError {
    FileError::new(
        Code::NoNotes,
        text,
        "give an array of notes, an object with a `notes` array, or one note; for other forms use `--from`",
    )
}

/// A syntax error, told without the text around it.
fn malformed(error: &serde_json::Error, text: &str) -> FileError {
    let before = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    // The column comes as the number of bytes up to and with the one where reading stopped.
    let before = before.as_bytes().get(..error.column().saturating_sub(1)).unwrap_or(before.as_bytes());
    let column = String::from_utf8_lossy(before).chars().count() + 1;
    let (text, help) = match error.classify() {
        Category::Eof => ("the JSON document is cut off", "export it again, whole"),
        _ => (
            "the JSON document is malformed here",
            "mend the document; if it has one note on each line, use `--from ndjson`",
        ),
    };
    FileError::new(Code::BadDocument, text, help).at(count(error.line().max(1)), count(column))
}

/// Lines and columns of rising offsets; each character is counted once.
struct Places<'a> {
    text: &'a str,
    done: usize,
    line: u64,
    column: u64,
}

impl Places<'_> {
    /// Where a part of the text begins in it.
    fn offset(&self, part: &str) -> usize {
        part.as_ptr().addr() - self.text.as_ptr().addr()
    }

    fn line_and_column(&mut self, offset: usize) -> (u64, u64) {
        let mut passed = self.text.get(self.done..offset).unwrap_or_default();
        self.done = offset;
        if let Some((lines, last)) = passed.rsplit_once('\n') {
            self.line += count(lines.matches('\n').count()) + 1;
            self.column = 1;
            passed = last;
        }
        self.column += count(passed.chars().count());
        (self.line, self.column)
    }
}

/// The bad bytes within a part of the text, counted from its start.
fn in_range(bad: &[usize], start: usize, length: usize) -> Vec<usize> {
    let from = bad.partition_point(|at| *at < start);
    bad.iter().skip(from).map(|at| at - start).take_while(|at| *at < length).collect()
}

/// The fields of one note's text, and why it cannot be one. `garbled`: offsets of bytes that were not UTF-8.
pub(super) fn fields<'a>(text: &'a str, garbled: &[usize]) -> (Vec<Field<'a>>, Option<Fault>) {
    if !text.trim_start().starts_with('{') {
        let fault = Fault::new(Code::NotAnObject, "not a note with named fields");
        let help = "write each note in braces, such as `{\"id\": \"n-01\", …}`";
        return (Vec::new(), Some(Fault { help: Some(help.into()), ..fault }));
    }
    let members: Members<'a> = match serde_json::from_str(text) {
        Ok(members) => members,
        Err(error) => {
            let text = match error.classify() {
                Category::Eof => "this note is cut off",
                _ => "this note is malformed JSON",
            };
            let fault =
                Fault { help: Some("mend or export this note again".into()), ..Fault::new(Code::BadJson, text) };
            return (Vec::new(), Some(fault));
        }
    };
    let mut fields: Vec<Field<'a>> = Vec::with_capacity(members.0.len());
    for (Key(name), raw) in members.0 {
        let offset = raw.get().as_ptr().addr() - text.as_ptr().addr();
        let garbled = garbled.iter().any(|at| (offset..offset + raw.get().len()).contains(at));
        let value = if garbled { Scalar::Garbled } else { scalar(raw.get()) };
        let name = trimmed(name);
        let column = text.get(..offset).map(|before| count(before.chars().count()) + 1);
        fields.push(Field { name, value, column });
    }
    let fault = if garbled.is_empty() { twice(&fields) } else { Some(bad_bytes(&fields)) };
    (fields, fault)
}

/// The fault of a record in which a field stands twice. Of several such fields the first by name: which one is told must
/// not hang on their order.
fn twice(fields: &[Field<'_>]) -> Option<Fault> {
    let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_ref()).collect();
    names.sort_unstable();
    names.windows(2).find_map(|pair| {
        if let [one, other] = pair
            && one == other
        {
            Some(repeated(one))
        } else {
            None
        }
    })
}

fn bad_bytes(fields: &[Field<'_>]) -> Fault {
    let garbled = fields.iter().filter(|field| field.value == Scalar::Garbled);
    not_utf8(garbled.map(|field| field.name.to_string()).min())
}

/// The members of an object: name and where its value stands in the text.
pub(super) fn members(text: &str) -> Option<Vec<(String, Range<usize>)>> {
    let members: Members<'_> = serde_json::from_str(text).ok()?;
    Some(members.0.into_iter().map(|(name, value)| (trimmed(name.0).into_owned(), place(text, value.get()))).collect())
}

/// Where the notes of a document stand in it.
pub(super) fn places(text: &str) -> Option<Vec<Range<usize>>> {
    // A byte order mark is no part of the document.
    let bare = text.trim_start_matches('\u{feff}');
    Some(notes(bare).ok()?.into_iter().map(|note| place(text, note.get())).collect())
}

fn place(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    start..start + part.len()
}

/// The fault of a record that names one field twice.
pub(super) fn repeated(name: &str) -> Fault {
    Fault {
        field: Some(name.to_owned()),
        help: Some("keep the one that is true; which one was meant cannot be known".into()),
        ..Fault::new(Code::RepeatedField, "the field stands twice in this record")
    }
}

/// The fault of a record with bytes that are not UTF-8.
pub(super) fn not_utf8(field: Option<String>) -> Fault {
    Fault {
        field,
        help: Some("export the notes as UTF-8".into()),
        ..Fault::new(Code::BadUtf8, "the record holds bytes that are not UTF-8 text")
    }
}

fn trimmed(name: Cow<'_, str>) -> Cow<'_, str> {
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(name.trim()),
        Cow::Owned(name) => Cow::Owned(name.trim().to_owned()),
    }
}

/// A value by its first character: the text is known to be one JSON value.
fn scalar(raw: &str) -> Scalar<'_> {
    match raw.bytes().next() {
        Some(b'"') => {
            #[derive(Deserialize)]
            struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
            serde_json::from_str::<Text<'_>>(raw).map_or(Scalar::Garbled, |text| Scalar::Text(text.0))
        }
        Some(b't') => Scalar::Boolean(true),
        Some(b'f') => Scalar::Boolean(false),
        Some(b'n') => Scalar::Null,
        Some(b'{' | b'[') => Scalar::Nested(Cow::Borrowed(raw)),
        _ => Scalar::Number(Cow::Borrowed(raw)),
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in the order written, repeated keys and all.
struct Members<'a>(Vec<(Key<'a>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(24));
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_on_one_line_have_columns_of_their_own() {
        let text = "[\n{\"id\": \"ä\"}, {\"id\":\n 1}, {\"id\": 2}]";
        let mut places = Vec::new();
        read(&mut text.as_bytes(), &mut |record| {
            let of_field = record.fields.first().and_then(|field| field.column);
            places.push((record.line, record.column, of_field));
        })
        .unwrap();
        // A note over several lines has no one line for the columns of its values.
        assert_eq!(places, [(2, 1, Some(8)), (2, 14, None), (3, 6, Some(13))]);
    }
}
