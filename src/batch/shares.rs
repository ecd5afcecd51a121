//! What notes earn beside other notes, by the index of the note.

use super::line::Share;
use crate::number::{narrow, wide};

/// The shares of all notes of a batch, or of some.
#[derive(Debug, Default)]
pub(super) struct Shares {
    /// The indexes of the records that have a share, ascending; `None` if all have.
    indexes: Option<Vec<u32>>,
    list: Vec<Share>,
}

impl Shares {
    /// Creates a share for each of so many records.
    pub(super) fn for_all(count: usize) -> Self {
        Self { indexes: None, list: vec![Share::default(); count] }
    }

    /// Returns the shares of these notes, which must be in ascending order.
    pub(super) fn of_notes(shares: Vec<(u32, Share)>) -> Self {
        let (indexes, list) = shares.into_iter().unzip();
        Self { indexes: Some(indexes), list }
    }

    /// Returns the shares in the order of their notes.
    pub(super) fn into_list(self) -> Vec<Share> {
        self.list
    }

    /// Returns the indexes of the records that have a share, ascending.
    pub(super) fn indexes(&self) -> impl Iterator<Item = usize> {
        let some = self.indexes.iter().flatten().map(|index| wide(*index));
        let all = if self.indexes.is_none() { 0..self.list.len() } else { 0..0 };
        all.chain(some)
    }

    pub(super) fn get(&self, index: usize) -> Option<&Share> {
        self.list.get(self.position(index)?)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Share> {
        let position = self.position(index)?;
        self.list.get_mut(position)
    }

    /// Takes the notes from their claim lines.
    pub(super) fn clear_claims(&mut self) {
        for share in &mut self.list {
            *share = Share { pool: share.pool, ..Share::default() };
        }
    }

    fn position(&self, index: usize) -> Option<usize> {
        match &self.indexes {
            None => Some(index),
            Some(indexes) => indexes.binary_search(&narrow(index)).ok(),
        }
    }
}
