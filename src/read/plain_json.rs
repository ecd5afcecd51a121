//! Reads plain JSON objects quickly: flat, without escapes, each field once. Other objects are left to `json`.
//!
//! The bytes between two values (a comma, a name, a colon, quotes) are the same in most records, and so are coded values.
//! So they are compared at once with the bytes that stood there before, and read token by token only where they differ.

use std::ops::Range;

use super::scan::{skip_blanks, text_end};
use super::stretch::{KnownValue, KnownValues, Next, Stretch, begins_scalar};
use super::{FieldNames, Slots, ValueKind};
use crate::field::{FieldId, showable};

/// Most unknown names that plain objects may have. Each has a bit in a set.
const MAX_UNKNOWN: usize = 32;

/// Most bytes of an unknown name of a plain object.
const MAX_UNKNOWN_NAME: usize = 100;

/// Reads plain objects.
pub(super) struct PlainReader<'n> {
    names: &'n dyn FieldNames,
    /// The names found so far, preceded by the beginning of an object.
    keys: Vec<Key>,
    /// The key of each known field, by field number.
    known: Vec<Option<usize>>,
    /// The unknown names, in the order found, and the key of each.
    unknown: Vec<(String, usize)>,
    /// The key of all names that are not read. It has no bit.
    ignored: Option<usize>,
}

/// The name of a field, and what is known of its values.
#[derive(Default)]
struct Key {
    field: Option<FieldId>,
    /// The bit of an unknown name.
    bit: u32,
    /// What followed its value last time.
    link: Stretch,
    /// Whether the field takes coded values.
    is_coded: bool,
    known: KnownValues,
}

impl Key {
    /// Puts a value of this key into its slot, or the bit of an unknown name into its set. Returns `None` if the object
    /// already has the field.
    #[inline]
    fn put<'t>(
        &self,
        (kind, text): (ValueKind, &'t str),
        offset: usize,
        slots: &mut Slots<'t>,
        unknown: &mut u32,
    ) -> Option<()> {
        if let Some(id) = self.field {
            return slots.put(id, kind, text, Some(offset)).then_some(());
        }
        let is_new = *unknown & self.bit == 0;
        *unknown |= self.bit;
        is_new.then_some(())
    }
}

/// The value that was read last, token by token.
struct LastValue {
    /// Index of its key; 0 before the first value.
    key: usize,
    /// The bytes of the text, without quotes; empty if it is no text.
    text: Range<usize>,
}

/// A plain object.
pub(super) struct Plain {
    /// Offset behind the closing brace.
    pub(super) end: usize,
    /// The unknown names of the object, as a set of bits.
    unknown: u32,
}

impl<'n> PlainReader<'n> {
    pub(super) fn new(names: &'n dyn FieldNames) -> Self {
        Self { names, keys: vec![Key::default()], known: Vec::new(), unknown: Vec::new(), ignored: None }
    }

    /// Reads the object that begins with the brace at `start`, and puts its known fields into empty slots. Returns `None`
    /// if the object is not plain. With `one_line`, a line feed between its tokens makes it so.
    #[inline]
    pub(super) fn object<'t>(
        &mut self,
        text: &'t str,
        start: usize,
        one_line: bool,
        slots: &mut Slots<'t>,
    ) -> Option<Plain> {
        let bytes = text.as_bytes();
        let (mut at, mut unknown, mut last) = (start, 0, LastValue { key: 0, text: start..start });
        loop {
            let mut next;
            (next, at) = self.next(text, &last, at, one_line)?;
            while next.is_text
                && let Some(Key { field: Some(id), known, .. }) = self.keys.get(next.key)
                && let Some(known) = known.find(bytes, at)
            {
                let value = text.get(at..at + known.length)?;
                slots.put_coded(*id, value, known.value, at - 1).then_some(())?;
                at += known.stretch.length;
                next = known.stretch.next;
            }
            if next == Next::END {
                return Some(Plain { end: at, unknown });
            }
            let key = self.keys.get(next.key)?;
            last = if next.is_text {
                let end = text_end(bytes, at);
                let value = text.get(at..end).filter(|_| bytes.get(end) == Some(&b'"'))?;
                key.put((ValueKind::Text, value), at - 1, slots, &mut unknown)?;
                LastValue { key: next.key, text: std::mem::replace(&mut at, end + 1)..end }
            } else {
                let (value, end) = scalar(text, at)?;
                key.put(value, at, slots, &mut unknown)?;
                at = end;
                LastValue { key: next.key, text: end..end }
            };
        }
    }

    /// Reads what is between a value and the next one, or the end of the object. Returns the offset behind it.
    #[inline]
    fn next(&mut self, text: &str, last: &LastValue, at: usize, one_line: bool) -> Option<(Next, usize)> {
        let key = self.keys.get(last.key)?;
        let is_coded = key.is_coded && !last.text.is_empty();
        let (next, end) = if key.link.begins(text.as_bytes(), at) {
            (key.link.next, at + key.link.length)
        } else {
            self.read_next(text, last.key, at, one_line)?
        };
        if is_coded {
            self.learn(text, last, next, end);
        }
        Some((next, end))
    }

    /// Learns a coded value, and what follows it up to `end`.
    #[cold]
    #[inline(never)]
    fn learn(&mut self, text: &str, last: &LastValue, next: Next, end: usize) {
        let start = last.text.start;
        let Some(stretch) = text.as_bytes().get(start..end).and_then(|bytes| Stretch::new(bytes, next)) else { return };
        let Some(key) = self.keys.get_mut(last.key) else { return };
        let value = key.field.zip(text.get(last.text.clone())).and_then(|(field, word)| self.names.value(field, word));
        if let Some(value) = value {
            key.known.add(text.as_bytes(), start, KnownValue { stretch, length: last.text.len(), value });
        }
    }

    /// Reads what is between a value and the next one token by token.
    #[cold]
    #[inline(never)]
    fn read_next(&mut self, text: &str, last: usize, at: usize, one_line: bool) -> Option<(Next, usize)> {
        let bytes = text.as_bytes();
        let first = blanks(bytes, at, one_line);
        let (next, end) = if last > 0 && bytes.get(first) == Some(&b'}') {
            (Next::END, first + 1)
        } else {
            let opens = if last == 0 { b'{' } else { b',' };
            let quote = blanks(bytes, token(bytes, first, opens)?, one_line);
            let name = token(bytes, quote, b'"')?;
            let end = text_end(bytes, name);
            let colon = blanks(bytes, token(bytes, end, b'"')?, one_line);
            let value = blanks(bytes, token(bytes, colon, b':')?, one_line);
            let is_text = bytes.get(value) == Some(&b'"');
            if !is_text && !begins_scalar(*bytes.get(value)?) {
                return None;
            }
            (Next::new(self.key(text.get(name..end)?.trim())?, is_text), value + usize::from(is_text))
        };
        if let Some(link) = Stretch::new(bytes.get(at..end)?, next) {
            self.keys.get_mut(last)?.link = link;
        }
        Some((next, end))
    }

    /// Returns the index of the key with this name; `None` if the name is not plain.
    fn key(&mut self, name: &str) -> Option<usize> {
        if name.is_empty() || !name.is_ascii() {
            return None;
        }
        let index = self.keys.len();
        if let Some(id) = self.names.field(name) {
            if self.known.len() <= id.index() {
                self.known.resize(id.index() + 1, None);
            }
            let known = self.known.get_mut(id.index())?;
            if known.is_none() {
                *known = Some(index);
                self.keys.push(Key { field: Some(id), is_coded: self.names.is_coded(id), ..Key::default() });
            }
            return *known;
        }
        if self.names.is_ignored(name) {
            if self.ignored.is_none() {
                self.keys.push(Key::default());
            }
            return Some(*self.ignored.get_or_insert(index));
        }
        if let Some((_, index)) = self.unknown.iter().find(|(other, _)| other == name) {
            return Some(*index);
        }
        let number = self.unknown.len();
        let is_plain = number < MAX_UNKNOWN && name.len() <= MAX_UNKNOWN_NAME;
        if !is_plain || showable(name).is_none_or(|shown| shown != name) {
            return None;
        }
        self.unknown.push((name.to_owned(), index));
        self.keys.push(Key { bit: 1 << number, ..Key::default() });
        Some(index)
    }

    /// Returns the unknown names of an object.
    pub(super) fn unknown(&self, object: &Plain) -> Vec<&str> {
        if object.unknown == 0 {
            return Vec::new();
        }
        let is_in = |number: &usize| object.unknown >> number & 1 == 1;
        let names = self.unknown.iter().enumerate().filter(|(number, _)| is_in(number));
        names.map(|(_, (name, _))| name.as_str()).collect()
    }
}

/// Returns the offset behind the blanks at an offset.
#[inline]
fn blanks(bytes: &[u8], start: usize, one_line: bool) -> usize {
    if one_line { skip_line_blanks(bytes, start) } else { skip_blanks(bytes, start) }
}

/// Returns the offset of the first byte from `start` on that is not a blank within a line.
#[inline]
pub(super) fn skip_line_blanks(bytes: &[u8], mut start: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r') = bytes.get(start) {
        start += 1;
    }
    start
}

/// Returns the offset behind a token.
fn token(bytes: &[u8], start: usize, token: u8) -> Option<usize> {
    (bytes.get(start) == Some(&token)).then_some(start + 1)
}

/// Reads digits, `true`, `false` or `null`. What must follow them is found out when the next token is read.
#[inline]
fn scalar(text: &str, start: usize) -> Option<((ValueKind, &str), usize)> {
    let rest = text.as_bytes().get(start..)?;
    let digits = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    if digits == 0 {
        return word(rest, start);
    }
    if digits > 1 && rest.first() == Some(&b'0') {
        return None;
    }
    let end = start + digits;
    Some(((ValueKind::Number, text.get(start..end)?), end))
}

fn word(rest: &[u8], start: usize) -> Option<((ValueKind, &'static str), usize)> {
    let words = [("true", ValueKind::True), ("false", ValueKind::False), ("null", ValueKind::Null)];
    let (word, kind) = words.into_iter().find(|(word, _)| rest.starts_with(word.as_bytes()))?;
    Some(((kind, ""), start + word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows two names of one field, and one of another.
    struct Known;

    impl FieldNames for Known {
        fn field(&self, name: &str) -> Option<FieldId> {
            ["id", "client"].iter().position(|known| name == *known).map(FieldId::new)
        }

        fn nearest(&self, _: &str) -> Option<&str> {
            None
        }
    }

    fn read(reader: &mut PlainReader<'_>, text: &str, one_line: bool) -> Option<String> {
        let mut slots = Slots::default();
        let object = reader.object(text, 0, one_line, &mut slots)?;
        let fields: Vec<_> = slots.filled().iter().map(|id| (id.index(), slots.get(*id).unwrap())).collect();
        let fields = fields.iter().map(|(id, slot)| format!("{id}@{}: {:?}", slot.offset().unwrap(), slot.value()));
        let fields = fields.collect::<Vec<_>>().join(", ");
        Some(format!("{fields}; {:?}, {}", reader.unknown(&object), text.get(object.end..).unwrap()))
    }

    #[test]
    fn plain_objects_are_read_with_their_places() {
        let mut reader = PlainReader::new(&Known);
        for (text, fields) in [
            (
                "{\"id\":\"ü\",\"mood\":true, \"client\" : 12 }\r",
                "0@6: Text(\"ü\"), 1@35: Number(\"12\"); [\"mood\"], \r",
            ),
            ("{\"id\":\"n-2\",\"mood\":null,\"client\":\"\"}", "0@6: Text(\"n-2\"), 1@33: Text(\"\"); [\"mood\"], "),
            ("{ \" client \" :\t0}", "1@15: Number(\"0\"); [], "),
            ("{\"staff of the day\":false,\"mood\":1}x", "; [\"mood\", \"staff of the day\"], x"),
        ] {
            for one_line in [true, false] {
                assert_eq!(read(&mut reader, text, one_line).as_deref(), Some(fields), "{text}");
            }
        }
        let two_lines = "{\"id\":\n1}";
        assert_eq!(read(&mut reader, two_lines, true), None);
        assert_eq!(read(&mut reader, two_lines, false).as_deref(), Some("0@7: Number(\"1\"); [], "));
    }

    #[test]
    fn other_objects_are_not_plain() {
        let mut reader = PlainReader::new(&Known);
        for text in [
            "",
            "{",
            "{}",
            "{\"id\"",
            "{\"id\":",
            "{\"id\":1",
            "{\"id\":1,",
            "{\"id\":1,}",
            "{\"id\":1,\"id\":2}",
            "{\"id\":[]}",
            "{\"id\":{}}",
            "{\"id\":-1}",
            "{\"id\":1.5}",
            "{\"id\":1e2}",
            "{\"id\":01}",
            "{\"id\":tru}",
            "{\"id\":truex}",
            "{\"id\":\"a\\n\"}",
            "{\"id\":\"\t\"}",
            "{\"id\":\"a",
            "{\"\":1}",
            "{\" \":1}",
            "{\"ü\":1}",
            "{\"i\\u0064\":1}",
            "{\"a:b\":1}",
            "{\"mood\":1,\"mood\":1}",
            "[\"id\",1]",
            "{\"id\" 1}",
            "{\"id\":1 \"a\":2}",
            "{id:1}",
            "{\"id\":1,\"client\":2]",
            "{\"a b c d e f g h i j k l m n o p q r s t u v w\":1}",
        ] {
            assert_eq!(read(&mut reader, text, true), None, "{text}");
            assert_eq!(read(&mut reader, text, false), None, "{text}");
        }
    }

    #[test]
    fn an_odd_object_does_not_make_others_odd() {
        let mut reader = PlainReader::new(&Known);
        let good = ["{\"id\":1,\"client\":2}", "{\"id\":\"1\",\"client\":\"2\"}", "{\"id\": 1,\"client\": \"2\"}"];
        let odd =
            ["{\"id\":1,\"client\":", "{\"id\":", "{\"id\": ", "{\"id\":1,\"client\":[]}", "{\"id\":-1}", "{\"id\""];
        for odd in odd {
            for good in good.iter().chain(good.iter().rev()) {
                assert_eq!(read(&mut reader, odd, true), None, "{odd}");
                assert!(read(&mut reader, good, true).is_some(), "{good} after {odd}");
            }
        }
    }

    #[test]
    fn too_many_unknown_names_are_not_plain() {
        let mut reader = PlainReader::new(&Known);
        let plain = (0..40).filter(|at| read(&mut reader, &format!("{{\"field {at}\":1}}"), true).is_some());
        assert_eq!(plain.count(), MAX_UNKNOWN);
    }
}
