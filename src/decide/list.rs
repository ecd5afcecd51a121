//! An append-only list that threads read without a lock while one of them appends.

use std::sync::OnceLock;

/// Number of entries of the first chunk. Each further chunk is twice as long as the one before.
const FIRST: usize = 64;

/// Number of chunks, enough for every number of a decision.
const CHUNKS: usize = 27;

/// The list. Entries never move, so they are lent for as long as the list exists.
#[derive(Debug)]
pub(super) struct AppendList<T> {
    chunks: [OnceLock<Box<[OnceLock<T>]>>; CHUNKS],
}

impl<T> AppendList<T> {
    pub(super) fn new() -> Self {
        Self { chunks: [const { OnceLock::new() }; CHUNKS] }
    }

    /// Returns the entry at an index, if it has been set.
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let (chunk, place) = position(index)?;
        self.chunks.get(chunk)?.get()?.get(place)?.get()
    }

    /// Sets the entry at an index, which must not have been set before.
    pub(super) fn set(&self, index: usize, entry: T) {
        let Some((chunk, place)) = position(index) else { return };
        let chunk = self.chunks.get(chunk).map(|cell| cell.get_or_init(|| empty_chunk(chunk)));
        if let Some(cell) = chunk.and_then(|chunk| chunk.get(place)) {
            cell.get_or_init(|| entry);
        }
    }
}

/// Returns the chunk of an index, and the place in it.
fn position(index: usize) -> Option<(usize, usize)> {
    let chunk = (index / FIRST + 1).ilog2();
    let before = FIRST.checked_mul((1_usize.checked_shl(chunk)?) - 1)?;
    Some((usize::try_from(chunk).ok()?, index - before))
}

fn empty_chunk<T>(chunk: usize) -> Box<[OnceLock<T>]> {
    (0..FIRST << chunk).map(|_| OnceLock::new()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_found_again() {
        let list = AppendList::new();
        for index in 0..1_000 {
            assert_eq!(list.get(index), None);
            list.set(index, index * 2);
        }
        assert!((0..1_000).all(|index| list.get(index) == Some(&(index * 2))));
        assert_eq!((list.get(1_000), list.get(usize::MAX)), (None, None));
    }

    #[test]
    fn chunks_follow_each_other() {
        assert_eq!([0, 63, 64, 191, 192].map(position), [(0, 0), (0, 63), (1, 0), (1, 127), (2, 0)].map(Some));
    }
}
