//! Stretches of plain JSON that were read before. The same bytes mean the same again, so they are compared at once
//! instead of being read token by token.

use wide::u8x16;

/// Most bytes of a stretch.
const SIZE: usize = PARTS * size_of::<u8x16>();
const PARTS: usize = 3;

/// Bytes up to the next value of an object, or to its end.
#[derive(Clone, Copy, Default)]
pub(super) struct Stretch {
    parts: [u8x16; PARTS],
    /// Ones where the bytes of the parts count.
    masks: [u8x16; PARTS],
    /// Number of bytes; 0 if nothing was read yet.
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
}

impl Next {
    /// The object has ended.
    pub(super) const END: Self = Self { key: 0, is_text: false };

    /// Whether the byte behind a stretch is one with which what follows may begin. What stands before a number may also
    /// be the beginning of what stands before text.
    #[inline]
    fn may_begin(self, byte: Option<&u8>) -> bool {
        self.is_text || self == Self::END || byte.is_some_and(|byte| begins_scalar(*byte))
    }
}

/// Whether a number or a word begins with a byte.
#[inline]
pub(super) fn begins_scalar(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b't' | b'f' | b'n')
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
        all.simd_eq(u8x16::ZERO).all() && self.length > 0 && self.next.may_begin(bytes.get(at + self.length))
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
pub(super) struct KnownValues {
    /// Each value at the index that the hash of its stretch gives; their number is a power of two.
    entries: Vec<Option<KnownValue>>,
}

/// A coded value and what follows it.
#[derive(Clone)]
pub(super) struct KnownValue {
    pub(super) stretch: Stretch,
    /// Number of bytes of the value.
    pub(super) length: usize,
    /// The index of the value among those of its fact.
    pub(super) value: u16,
    hash: usize,
}

/// Fewest and most entries for the values of a key. Of more values than fit, some take the place of others.
const ENTRIES: (usize, usize) = (16, 1 << 10);

impl KnownValues {
    /// Returns the value that begins at an offset, if it is known.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8], at: usize) -> Option<&KnownValue> {
        let known = self.entries.get(hash(bytes, at)? & self.entries.len().wrapping_sub(1))?.as_ref()?;
        known.stretch.begins(bytes, at).then_some(known)
    }

    /// Adds a value of this length, at whose offset a stretch begins.
    pub(super) fn add(&mut self, bytes: &[u8], at: usize, stretch: Stretch, length: usize, value: u16) {
        let Some(hash) = hash(bytes, at) else { return };
        let new = KnownValue { stretch, length, value, hash };
        if self.entries.is_empty() {
            self.entries = vec![None; ENTRIES.0];
        }
        while !self.put(new.clone()) && self.entries.len() < ENTRIES.1 {
            let size = 2 * self.entries.len();
            let known = std::mem::replace(&mut self.entries, vec![None; size]);
            for known in known.into_iter().flatten() {
                self.put(known);
            }
        }
    }

    /// Puts a value into its entry. Returns whether the entry was free, or had the same hash.
    fn put(&mut self, known: KnownValue) -> bool {
        let (hash, index) = (known.hash, known.hash & self.entries.len().wrapping_sub(1));
        let before = self.entries.get_mut(index).and_then(|entry| entry.replace(known));
        before.is_none_or(|before| before.hash == hash)
    }
}

/// Returns the hash of the first bytes of a stretch; `None` near the end of the input.
#[inline]
fn hash(bytes: &[u8], at: usize) -> Option<usize> {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, _) = bytes.get(at..)?.first_chunk::<16>()?.as_chunks::<8>();
    let [first, second] = words else { return None };
    let mixed = u64::from_le_bytes(*first) ^ u64::from_le_bytes(*second).rotate_left(29);
    usize::try_from(mixed.wrapping_mul(SPREAD) >> 40).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXT: Next = Next { key: 1, is_text: true };

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
        let stretch = Stretch::new(b",\"a\":", Next { key: 1, is_text: false }).unwrap();
        for (text, begins) in [(",\"a\":1", true), (",\"a\":true", true), (",\"a\":\"1\"", false), (",\"a\": 1", false)]
        {
            let text = format!("{text:60}");
            assert_eq!(stretch.begins(text.as_bytes(), 0), begins, "{text}");
        }
    }

    #[test]
    fn values_are_found_until_too_many_are_known() {
        let text = |value: usize| format!("{:60}", format!("word {value}\",\"a\":\""));
        let mut known = KnownValues::default();
        let add = |known: &mut KnownValues, value: usize| {
            let (text, length) = (text(value), format!("word {value}").len());
            let stretch = Stretch::new(&text.as_bytes()[..length + 7], NEXT).unwrap();
            known.add(text.as_bytes(), 0, stretch, length, u16::try_from(value).unwrap());
        };
        let find = |known: &KnownValues, value| known.find(text(value).as_bytes(), 0).map(|known| known.value.into());
        assert_eq!(find(&known, 0), None);
        (0..20).for_each(|value| add(&mut known, value));
        assert!((0..20).all(|value| find(&known, value) == Some(value)) && find(&known, 20).is_none());
        for value in 0..5_000 {
            add(&mut known, value);
            assert_eq!(find(&known, value), Some(value));
        }
        assert_eq!(known.entries.len(), ENTRIES.1);
    }
}
