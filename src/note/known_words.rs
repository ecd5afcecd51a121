//! The words that answered a fact before. They are few, and compared in a few instructions.

use crate::cache::{Cache, hash_words};

/// The words that answered one fact, as notes wrote them, each with the value that it stands for.
#[derive(Debug, Default)]
pub(super) struct KnownWords(Cache<KnownWord>);

#[derive(Clone, Debug)]
struct KnownWord {
    ends: Ends,
    text: Box<str>,
    value: u16,
}

/// The first and the last bytes of a text with its length. Up to [`Ends::WHOLE`] bytes, they are the whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    first: u64,
    last: u64,
    length: usize,
}

impl Ends {
    const WHOLE: usize = 2 * size_of::<u64>();

    #[inline]
    fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (first, last) = if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
        } else {
            // At most three bytes.
            let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
            (u32::from_le_bytes([byte(0), byte(1), byte(2), 0]).into(), 0)
        };
        Self { first, last, length: bytes.len() }
    }

    #[inline]
    fn hash(self) -> usize {
        hash_words(self.first, self.last)
    }
}

impl KnownWords {
    /// Returns the value that a word stands for, if it is known.
    #[inline]
    pub(super) fn get(&self, word: &str) -> Option<u16> {
        let ends = Ends::new(word);
        let known = self.0.get(ends.hash())?;
        let is_same = known.ends == ends && (ends.length <= Ends::WHOLE || *known.text == *word);
        is_same.then_some(known.value)
    }

    pub(super) fn add(&mut self, word: &str, value: u16) {
        let ends = Ends::new(word);
        self.0.add(ends.hash(), KnownWord { ends, text: word.into(), value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_whatever_their_length() {
        let words: Vec<String> = (0..40).map(|length| "abcdefgh".chars().cycle().take(length).collect()).collect();
        let changed = |word: &str, at: usize| {
            let mut word = word.as_bytes().to_vec();
            word[at] = b'x';
            String::from_utf8(word).unwrap()
        };
        let mut known = KnownWords::default();
        for (value, word) in (0..).zip(&words) {
            known.add(word, value);
            assert_eq!(known.get(word), Some(value), "{word}");
            for at in 0..word.len() {
                assert_eq!(known.get(&changed(word, at)), None, "{word}");
            }
        }
    }
}
