//! Storage that keeps each text of a note once: interned names, and ids one behind another.

use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use hashbrown::{HashTable, hash_table};
use rustc_hash::FxHashMap;

use crate::number::{narrow, wide};

/// Number of an interned name in the batch. Numbers follow the order of the records and are never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NameId(NonZeroU32);

impl NameId {
    /// The name that was interned first.
    pub(super) const FIRST: Self = Self(NonZeroU32::MIN);

    /// Returns the index of the name, from 0.
    pub(super) fn index(self) -> usize {
        wide(self.0.get() - 1)
    }

    fn new(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(narrow(index)))
    }

    /// Returns the first so many names.
    pub(super) fn all(count: usize) -> impl Iterator<Item = Self> {
        (0..count).map(Self::new)
    }
}

/// Interned names, which repeat from note to note.
#[derive(Debug, Default)]
pub(super) struct Names {
    texts: Texts,
    by_text: TextTable,
}

impl Names {
    /// Returns the number of a name. `guess` may be the number of the same name.
    pub(super) fn intern(&mut self, name: &str, guess: Option<NameId>) -> NameId {
        if let Some(guess) = guess.filter(|guess| self.get(*guess) == name) {
            return guess;
        }
        let next = self.texts.len();
        let known = self.by_text.find_or_add(&self.texts, name, text_hash(name), next);
        if known.is_none() {
            self.texts.push(name);
        }
        NameId::new(known.unwrap_or(next))
    }

    /// Returns the number of names.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    #[inline]
    pub(super) fn get(&self, id: NameId) -> &str {
        self.texts.get(id.index())
    }
}

/// The hash of a text. It is seeded anew in each run, so that no input can make texts collide on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TextHash(u32);

impl TextHash {
    /// Returns the hash with its bits spread over all 64.
    fn spread(self) -> u64 {
        u64::from(self.0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// Hashes a text.
pub(super) fn text_hash(text: &str) -> TextHash {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::default);
    TextHash(narrow(usize::try_from(SEED.hash_one(text) >> u32::BITS).unwrap_or_default()))
}

/// Finds texts of a list. Only where hashes are equal are texts compared.
#[derive(Debug, Default)]
struct TextTable(HashTable<(TextHash, u32)>);

impl TextTable {
    /// Returns a table with each text of a list once.
    fn with_texts(texts: &Texts) -> Self {
        let mut table = Self(HashTable::with_capacity(texts.len()));
        for index in 0..texts.len() {
            let text = texts.get(index);
            table.find_or_add(texts, text, text_hash(text), index);
        }
        table
    }

    /// Returns the index of a text; `None` if it is not there yet, and then the next text is taken for it.
    #[inline]
    fn find_or_add(&mut self, texts: &Texts, text: &str, hash: TextHash, next: usize) -> Option<usize> {
        let is_equal = |(other, index): &(TextHash, u32)| *other == hash && texts.get(wide(*index)) == text;
        match self.0.entry(hash.spread(), is_equal, |(hash, _)| hash.spread()) {
            hash_table::Entry::Occupied(known) => Some(wide(known.get().1)),
            hash_table::Entry::Vacant(vacant) => {
                vacant.insert((hash, narrow(next)));
                None
            }
        }
    }

    /// Returns the index of a text, if it is there.
    fn find(&self, texts: &Texts, text: &str) -> Option<usize> {
        let hash = text_hash(text);
        let is_equal = |(other, index): &(TextHash, u32)| *other == hash && texts.get(wide(*index)) == text;
        self.0.find(hash.spread(), is_equal).map(|(_, index)| wide(*index))
    }
}

/// A list of texts in one contiguous string.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    /// Where each text ends. Beyond four gibibytes of text, the ends begin anew from 0; `wraps` lists where.
    ends: Vec<u32>,
    /// Indexes of the texts whose ends are the first of a further four gibibytes.
    wraps: Vec<usize>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) {
        let before = self.text.len() >> u32::BITS;
        self.text.push_str(text);
        let end = u64::try_from(self.text.len()).unwrap_or(u64::MAX);
        let wraps = (self.text.len() >> u32::BITS).saturating_sub(before);
        self.wraps.extend(std::iter::repeat_n(self.ends.len(), wraps));
        self.ends.push(u32::try_from(end & u64::from(u32::MAX)).unwrap_or(u32::MAX));
    }

    /// Returns the number of texts.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> &str {
        let end = |index: usize| self.ends.get(index).copied().map_or(0, wide);
        let (mut start, mut stop) = (index.checked_sub(1).map_or(0, end), end(index));
        if !self.wraps.is_empty() {
            let wraps = |index: usize| self.wraps.partition_point(|first| *first <= index) << u32::BITS;
            start += index.checked_sub(1).map_or(0, wraps);
            stop += wraps(index);
        }
        self.text.get(start..stop).unwrap_or_default()
    }
}

/// What earlier record has an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Earlier {
    /// A note, by its index.
    Note(usize),
    /// Only a rejected record.
    Rejected,
    /// None.
    None,
}

/// The ids of a batch, by the index of their record, and which ids are used.
#[derive(Debug, Default)]
pub(super) struct Ids {
    texts: Texts,
    /// Index of the id of the last note.
    last: usize,
    /// Finds the ids of the notes. As long as each is greater than the one before, none is repeated, and there is no
    /// table.
    by_text: Option<TextTable>,
    /// Indexes of the notes whose id an earlier note has, by the index of the first note with that id; ascending.
    repeated: FxHashMap<usize, Vec<usize>>,
    /// Ids of rejected records; a record may have several.
    #[expect(clippy::disallowed_types, reason = "asked for members, never walked")]
    rejected: std::collections::HashSet<Box<str>>,
}

impl Ids {
    /// Adds the id of the next note. Returns whether an earlier record has it.
    pub(super) fn push_note(&mut self, id: &str, hash: TextHash) -> bool {
        let is_ascending = self.by_text.is_none() && self.texts.get(self.last) < id;
        self.last = self.texts.len();
        if is_ascending {
            self.texts.push(id);
            return false;
        }
        let table = self.by_text.get_or_insert_with(|| TextTable::with_texts(&self.texts));
        let known = table.find_or_add(&self.texts, id, hash, self.texts.len());
        if let Some(first) = known {
            self.repeated.entry(first).or_default().push(self.texts.len());
        }
        self.texts.push(id);
        known.is_some() || (!self.rejected.is_empty() && self.rejected.contains(id))
    }

    /// Adds the ids of the next notes, each with its hash. Returns the positions of those that an earlier record has.
    pub(super) fn push_notes<'t>(&mut self, ids: impl Iterator<Item = (&'t str, TextHash)>) -> Vec<usize> {
        let used = ids.enumerate().filter(|(_, (id, hash))| self.push_note(id, *hash));
        used.map(|(position, _)| position).collect()
    }

    /// Adds the id of a note of an earlier run. A record may have the same id.
    pub(super) fn push_billed(&mut self, id: &str) {
        self.by_text.get_or_insert_default();
        self.texts.push(id);
    }

    /// Adds the id that the row of a rejected record shows.
    pub(super) fn push_rejected(&mut self, id: &str) {
        self.texts.push(id);
    }

    /// Marks an id of a rejected record as used. Returns whether it already is.
    pub(super) fn use_id(&mut self, id: &str) -> bool {
        let table = self.by_text.get_or_insert_with(|| TextTable::with_texts(&self.texts));
        !self.rejected.insert(id.into()) || table.find(&self.texts, id).is_some()
    }

    /// Returns the record before `record` that has an id; of several, the latest.
    pub(super) fn find(&mut self, id: &str, record: usize) -> Earlier {
        let table = self.by_text.get_or_insert_with(|| TextTable::with_texts(&self.texts));
        let Some(first) = table.find(&self.texts, id).filter(|first| *first < record) else {
            return if self.rejected.contains(id) { Earlier::Rejected } else { Earlier::None };
        };
        let repeated = self.repeated.get(&first).into_iter().flatten();
        Earlier::Note(repeated.copied().rfind(|index| *index < record).unwrap_or(first))
    }

    /// Forgets which ids are used, once there are no more records.
    pub(super) fn forget_used(&mut self) {
        (self.by_text, self.repeated, self.rejected) = Default::default();
    }

    /// Returns the id of a record; `None` if it has none.
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        Some(self.texts.get(index)).filter(|id| !id.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once() {
        let mut names = Names::default();
        let ids: Vec<NameId> = ["a", "b", "a", "", "b", "b"].map(|name| names.intern(name, None)).to_vec();
        assert_eq!(ids.iter().map(|id| id.index()).collect::<Vec<_>>(), [0, 1, 0, 2, 1, 1]);
        assert_eq!((names.get(ids[1]), names.get(ids[3]), names.len()), ("b", "", 3));
    }

    #[test]
    fn ids_are_found_whatever_their_order() {
        for ids in [["a", "b", "c", "d"], ["a", "c", "b", "d"], ["d", "c", "b", "a"], ["b", "c", "d", "a"]] {
            let mut known = Ids::default();
            for id in ids {
                assert!(!known.push_note(id, text_hash(id)), "{id} of {ids:?}");
                assert!(known.push_note(id, text_hash(id)), "{id} of {ids:?}");
            }
            assert!(ids.iter().all(|id| known.push_note(id, text_hash(id))), "{ids:?}");
        }
        let mut known = Ids::default();
        assert!(["a", "b", "c"].iter().all(|id| !known.push_note(id, text_hash(id))));
        assert!(["a", "b", "c"].iter().all(|id| known.use_id(id)) && !known.use_id("d"));
    }

    #[test]
    fn ids_of_rejected_records_are_used_too() {
        let mut ids = Ids::default();
        let push = |ids: &mut Ids, id| ids.push_note(id, text_hash(id));
        assert!(!push(&mut ids, "n-1") && push(&mut ids, "n-1"));
        assert!(!ids.use_id("n-2") && ids.use_id("n-2") && ids.use_id("n-1"));
        ids.push_rejected("");
        assert!(push(&mut ids, "n-2"));
        assert_eq!([0, 2, 3, 9].map(|index| ids.get(index)), [Some("n-1"), None, Some("n-2"), None]);
    }
}
