//! Reads plain JSON objects quickly: flat, without escapes, each field once. Other objects are left to `json`.
//!
//! The bytes between two values (a comma, a name, a colon, quotes) are the same in most records. So the bytes that
//! followed a field last time are compared at once, and only where they differ are they read token by token.

use std::ops::Range;

use super::scan::{skip_blanks, text_end};
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
}

/// The name of a field, and what followed its value last time.
#[derive(Default)]
struct Key {
    field: Option<FieldId>,
    /// The bit of an unknown name.
    bit: u32,
    next: Link,
}

impl Key {
    /// Puts a value of this key into its slot, or the bit of an unknown name into its set. Returns `false` if the object
    /// already has the field.
    #[inline]
    fn put<'t>(
        &self,
        (kind, text): (ValueKind, &'t str),
        offset: usize,
        slots: &mut Slots<'t>,
        unknown: &mut u32,
    ) -> bool {
        if let Some(id) = self.field {
            return slots.put(id, kind, text, Some(offset));
        }
        let is_new = *unknown & self.bit == 0;
        *unknown |= self.bit;
        is_new
    }
}

/// The bytes between a value and the next one of the same object.
#[derive(Clone, Copy, Default)]
struct Link {
    /// The first bytes of the link, and ones where they count.
    low: (u128, u128),
    /// The bytes behind them.
    high: (u128, u128),
    /// Number of bytes; 0 if there is no link yet.
    length: usize,
    /// What follows.
    begin: Begin,
}

/// The beginning of a value.
#[derive(Clone, Copy, Default)]
struct Begin {
    /// Index of the key of its field.
    key: usize,
    /// Whether it is text, so that its opening quote is part of the link.
    is_text: bool,
}

/// Number of bytes that a link has room for, and that each of its halves has.
const LINK: usize = 2 * HALF;
const HALF: usize = size_of::<u128>();

impl Link {
    fn new(bytes: &[u8], begin: Begin) -> Option<Self> {
        let (mut link, mut mask) = ([0; LINK], [0; LINK]);
        link.get_mut(..bytes.len())?.copy_from_slice(bytes);
        mask.get_mut(..bytes.len())?.fill(u8::MAX);
        let ((low, high), (low_mask, high_mask)) = (halves(&link), halves(&mask));
        Some(Self { low: (low, low_mask), high: (high, high_mask), length: bytes.len(), begin })
    }

    /// Whether these bytes begin with the link.
    #[inline]
    fn matches(&self, bytes: &[u8; LINK]) -> bool {
        let (low, high) = halves(bytes);
        ((low ^ self.low.0) & self.low.1) | ((high ^ self.high.0) & self.high.1) == 0 && self.length > 0
    }
}

#[inline]
fn halves(bytes: &[u8; LINK]) -> (u128, u128) {
    let half = |bytes: Option<&[u8; HALF]>| u128::from_le_bytes(bytes.copied().unwrap_or_default());
    (half(bytes.first_chunk()), half(bytes.last_chunk()))
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
        Self { names, keys: vec![Key::default()], known: Vec::new(), unknown: Vec::new() }
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
        let (mut at, mut last, mut unknown) = (start, 0, 0);
        loop {
            let link = &self.keys.get(last)?.next;
            let is_known = bytes.get(at..)?.first_chunk().is_some_and(|bytes| link.matches(bytes));
            // What stood before a number may also be the beginning of what stands before text.
            let begin = if is_known && (link.begin.is_text || begins_scalar(bytes, at + link.length)) {
                at += link.length;
                link.begin
            } else {
                let token = blanks(bytes, at, one_line);
                if last > 0 && bytes.get(token) == Some(&b'}') {
                    return Some(Plain { end: token + 1, unknown });
                }
                let (begin, value) = self.member(text, at..token, last, one_line)?;
                at = value;
                begin
            };
            last = begin.key;
            let key = self.keys.get(last)?;
            let (is_new, end) = if begin.is_text {
                let end = text_end(bytes, at);
                let value = text.get(at..end).filter(|_| bytes.get(end) == Some(&b'"'))?;
                (key.put((ValueKind::Text, value), at - 1, slots, &mut unknown), end + 1)
            } else {
                let (value, end) = scalar(text, at)?;
                (key.put(value, at, slots, &mut unknown), end)
            };
            if !is_new {
                return None;
            }
            at = end;
        }
    }

    /// Reads what is between a value and the next one, token by token. The first token begins at the end of `blanks`.
    /// Returns the key of the next value, and the offset of its text or digits.
    #[cold]
    #[inline(never)]
    fn member(&mut self, text: &str, before: Range<usize>, last: usize, one_line: bool) -> Option<(Begin, usize)> {
        let bytes = text.as_bytes();
        let opens = if last == 0 { b'{' } else { b',' };
        let quote = blanks(bytes, token(bytes, before.end, opens)?, one_line);
        let name = token(bytes, quote, b'"')?;
        let end = text_end(bytes, name);
        let colon = blanks(bytes, token(bytes, end, b'"')?, one_line);
        let value = blanks(bytes, token(bytes, colon, b':')?, one_line);
        let is_text = bytes.get(value) == Some(&b'"');
        let value = value + usize::from(is_text);
        let begin = Begin { key: self.key(text.get(name..end)?.trim())?, is_text };
        let link = bytes.get(before.start..value).filter(|_| is_text || begins_scalar(bytes, value));
        if let Some(link) = link.and_then(|link| Link::new(link, begin)) {
            self.keys.get_mut(last)?.next = link;
        }
        Some((begin, value))
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
                self.keys.push(Key { field: Some(id), ..Key::default() });
            }
            return *known;
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

/// Whether a number or a word begins at an offset.
#[inline]
fn begins_scalar(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b'0'..=b'9' | b't' | b'f' | b'n'))
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
