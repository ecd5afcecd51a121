//! The words that answered a fact before. They are few, and compared in a few instructions.

/// Most entries of a table. With more words than fit, some take the place of others.
const MAX_ENTRIES: usize = 1 << 10;

/// The words that answered one fact, as notes wrote them, each with the value that it stands for.
#[derive(Debug)]
pub(super) struct KnownWords {
    /// Each word at the index that its hash gives; their number is a power of two.
    entries: Vec<Option<KnownWord>>,
}

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
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (first, last) = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
        } else {
            // At most three bytes.
            let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
            (u32::from_le_bytes([byte(0), byte(1), byte(2), 0]).into(), 0)
        };
        Self { first, last, length: bytes.len() }
    }

    /// Returns an index below a number of entries, which is a power of two.
    #[inline]
    fn index(self, entries: usize) -> usize {
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = (self.first ^ self.last.rotate_left(29)).wrapping_mul(SPREAD) >> 40;
        usize::try_from(mixed).unwrap_or_default() & entries.wrapping_sub(1)
    }
}

impl KnownWords {
    /// Creates a table that knows no word yet. `values` is the number of values of the fact.
    pub(super) fn new(values: usize) -> Self {
        Self { entries: vec![None; (4 * values).next_power_of_two().min(MAX_ENTRIES)] }
    }

    /// Returns the value that a word stands for, if it is known.
    #[inline]
    pub(super) fn get(&self, word: &str) -> Option<u16> {
        let ends = Ends::of(word);
        let known = self.entries.get(ends.index(self.entries.len()))?.as_ref()?;
        let is_same = known.ends == ends && (ends.length <= Ends::WHOLE || *known.text == *word);
        is_same.then_some(known.value)
    }

    /// Adds a word. The table grows until each word has an entry of its own, or is as large as it may become.
    pub(super) fn add(&mut self, word: &str, value: u16) {
        let new = KnownWord { ends: Ends::of(word), text: word.into(), value };
        while !self.put(new.clone()) && self.entries.len() < MAX_ENTRIES {
            let size = 2 * self.entries.len();
            let known = std::mem::replace(&mut self.entries, vec![None; size]);
            for word in known.into_iter().flatten() {
                self.put(word);
            }
        }
    }

    /// Puts a word into its entry. Returns whether the entry was free.
    fn put(&mut self, word: KnownWord) -> bool {
        let index = word.ends.index(self.entries.len());
        self.entries.get_mut(index).is_some_and(|entry| entry.replace(word).is_none())
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
        let mut known = KnownWords::new(2);
        for (value, word) in (0..).zip(&words) {
            known.add(word, value);
            assert_eq!(known.get(word), Some(value), "{word}");
            for at in 0..word.len() {
                assert_eq!(known.get(&changed(word, at)), None, "{word}");
            }
        }
    }

    #[test]
    fn a_table_keeps_all_words_until_it_is_full() {
        let mut known = KnownWords::new(2);
        for value in 0..20 {
            known.add(&format!("word {value}"), value);
        }
        assert!((0..20).all(|value| known.get(&format!("word {value}")) == Some(value)));
        for value in 0..u16::MAX {
            known.add(&format!("word {value}"), value);
            assert_eq!(known.get(&format!("word {value}")), Some(value));
        }
        assert_eq!(known.entries.len(), MAX_ENTRIES);
    }
}
