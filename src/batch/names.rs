//! Storage that keeps each text of a note once: interned names, and ids in one contiguous string.

use indexmap::IndexSet;

/// Index of an interned name in the batch. Indexes follow the order of the records and are never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NameId(usize);

/// Interned names, which repeat from note to note.
#[derive(Debug, Default)]
pub(super) struct Names(IndexSet<String>);

impl Names {
    pub(super) fn intern(&mut self, name: &str) -> NameId {
        NameId(self.0.get_index_of(name).unwrap_or_else(|| self.0.insert_full(name.to_owned()).0))
    }

    pub(super) fn get(&self, id: NameId) -> &str {
        self.0.get_index(id.0).map(String::as_str).unwrap_or_default()
    }
}

/// A list of texts in one contiguous string.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(super) fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or_default()
    }
}
