//! Stretches of plain JSON that were read before. The same bytes mean the same again, so they are compared at once
//! instead of being read token by token.

use wide::u8x16;

use crate::cache::{Cache, hash_words};

/// Most bytes of a stretch.
const SIZE: usize = PARTS * size_of::<u8x16>();
const PARTS: usize = 3;

/// Bytes up to the next value of an object, or to its end.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    parts: [u8x16; PARTS],
    /// Ones where the bytes of the parts count.
    masks: [u8x16; PARTS],
    /// Number of bytes.
    pub(super) length: usize,
    /// What follows.
    pub(super) next: Next,
}

/// What follows a stretch.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Next {
    /// Index of the key of the next value; [`Next::END`] has that of the beginning of an object.
    pub(super) key: usize,
    /// Whether the value is text, so that its opening quote is part of the stretch.
    pub(super) is_text: bool,
    /// Whether it is a number or a word. What stands before one may also be the beginning of what stands before text.
    pub(super) is_scalar: bool,
}

impl Next {
    /// The object has ended.
    pub(super) const END: Self = Self { key: 0, is_text: false, is_scalar: false };

    pub(super) fn new(key: usize, is_text: bool) -> Self {
        Self { key, is_text, is_scalar: !is_text }
    }
}

/// Whether a number or a word begins with a byte.
#[inline]
pub(super) fn begins_scalar(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b't' | b'f' | b'n')
}

impl Default for Stretch {
    /// A stretch that begins nowhere: no text has these bytes.
    fn default() -> Self {
        Self { parts: [u8x16::MAX; PARTS], masks: [u8x16::MAX; PARTS], length: 0, next: Next::END }
    }
}

impl Stretch {
    /// Returns a stretch of these bytes; `None` if they are too many.
    pub(super) fn new(bytes: &[u8], next: Next) -> Option<Self> {
        let (mut padded, mut mask) = ([0; SIZE], [0; SIZE]);
        padded.get_mut(..bytes.len())?.copy_from_slice(bytes);
        mask.get_mut(..bytes.len())?.fill(u8::MAX);
        Some(Self { parts: parts(&padded), masks: parts(&mask), length: bytes.len(), next })
    }

    /// Whether this stretch begins at an offset, and what follows it may follow there.
    #[inline]
    pub(super) fn begins(&self, bytes: &[u8], at: usize) -> bool {
        let Some(chunk) = bytes.get(at..).and_then(|bytes| bytes.first_chunk()) else { return false };
        let differences = parts(chunk).into_iter().zip(self.parts).zip(self.masks);
        let all = differences.fold(u8x16::ZERO, |all, ((one, other), mask)| all | ((one ^ other) & mask));
        all.simd_eq(u8x16::ZERO).all()
            && (!self.next.is_scalar || bytes.get(at + self.length).is_some_and(|byte| begins_scalar(*byte)))
    }
}

#[inline]
fn parts(bytes: &[u8; SIZE]) -> [u8x16; PARTS] {
    let (chunks, _) = bytes.as_chunks();
    let part = |index: usize| u8x16::new(chunks.get(index).copied().unwrap_or_default());
    [part(0), part(1), part(2)]
}

/// The coded values of one key that were read before, each with the stretch that begins with it.
#[derive(Default)]
pub(super) struct KnownValues(Cache<KnownValue>);

/// A coded value and what follows it.
pub(super) struct KnownValue {
    pub(super) stretch: Stretch,
    /// Number of bytes of the value.
    pub(super) length: usize,
    /// The index of the value among those of its fact.
    pub(super) value: u16,
}

impl KnownValues {
    /// Returns the value that begins at an offset, if it is known.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8], at: usize) -> Option<&KnownValue> {
        let known = self.0.get(hash(bytes, at)?)?;
        known.stretch.begins(bytes, at).then_some(known)
    }

    /// Adds a value that begins at an offset.
    pub(super) fn add(&mut self, bytes: &[u8], at: usize, known: KnownValue) {
        if let Some(hash) = hash(bytes, at) {
            self.0.add(hash, known);
        }
    }
}

/// Returns the hash of the first bytes of a stretch; `None` near the end of the input.
#[inline]
fn hash(bytes: &[u8], at: usize) -> Option<usize> {
    let (words, _) = bytes.get(at..)?.first_chunk::<16>()?.as_chunks::<8>();
    let [first, second] = words else { return None };
    Some(hash_words(u64::from_le_bytes(*first), u64::from_le_bytes(*second)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXT: Next = Next { key: 1, is_text: true, is_scalar: false };

    #[test]
    fn a_stretch_is_found_only_where_all_its_bytes_stand() {
        let bytes: Vec<u8> = (0..200).collect();
        for length in 1..=SIZE {
            let stretch = Stretch::new(&bytes[..length], NEXT).unwrap();
            assert!(stretch.begins(&bytes, 0) && !stretch.begins(&bytes, 1));
            for at in 0..length {
                let mut other = bytes.clone();
                other[at] ^= 0x80;
                assert!(!stretch.begins(&other, 0));
            }
            assert!(!stretch.begins(&bytes[..SIZE - 1], 0));
        }
        assert!(Stretch::new(&bytes[..=SIZE], NEXT).is_none());
        assert!(!Stretch::default().begins(&bytes, 0));
    }

    #[test]
    fn a_number_must_follow_what_stands_before_numbers() {
        let stretch = Stretch::new(b",\"a\":", Next::new(1, false)).unwrap();
        for (text, begins) in [(",\"a\":1", true), (",\"a\":true", true), (",\"a\":\"1\"", false), (",\"a\": 1", false)]
        {
            let text = format!("{text:60}");
            assert_eq!(stretch.begins(text.as_bytes(), 0), begins, "{text}");
        }
    }

    #[test]
    fn a_known_value_is_found_with_all_that_follows_it() {
        let text = |value: &str, next: &str| format!("{:60}", format!("{value}\",\"{next}\":\""));
        let mut known = KnownValues::default();
        let values = ["yes", "no", "in_person", "by_video", "by_video_and_telephone"];
        for (number, value) in (0..).zip(values) {
            let (text, end) = (text(value, "a"), value.len() + "\",\"a\":\"".len());
            let stretch = Stretch::new(&text.as_bytes()[..end], NEXT).unwrap();
            known.add(text.as_bytes(), 0, KnownValue { stretch, length: value.len(), value: number });
        }
        let find = |value, next| known.find(text(value, next).as_bytes(), 0).map(|known| (known.length, known.value));
        for (number, value) in (0..).zip(values) {
            assert_eq!(find(value, "a"), Some((value.len(), number)));
            assert_eq!(find(value, "b"), None);
        }
        assert_eq!(find("by_vide", "a"), None);
    }
}
