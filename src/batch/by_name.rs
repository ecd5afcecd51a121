//! The notes of a batch by client or by staff member, divided into shares for threads.

use super::Batch;
use super::line::{Entry, Line};
use super::names::NameId;
use crate::number::{narrow, wide};

/// Fewest notes that a thread takes at once.
const SHARE: usize = 1 << 14;

/// The indexes of notes, by a name that each of them has.
#[derive(Debug, Default)]
pub(super) struct NotesByName {
    pub(super) order: Vec<u32>,
    /// Where the notes of each name end in `order`.
    ends: Vec<u32>,
}

impl NotesByName {
    /// Sorts the notes for which `name` returns one; those of one name keep their order.
    pub(super) fn new(batch: &Batch<'_>, name: impl Fn(&Line) -> Option<NameId>) -> Self {
        let names = || {
            let notes = batch.lines.iter().enumerate().filter(|(_, line)| matches!(line.entry, Entry::Decided(_)));
            notes.filter_map(|(index, line)| Some((narrow(index), name(line)?.index())))
        };
        let mut ends: Vec<u32> = vec![0; batch.names.len()];
        for (_, name) in names() {
            if let Some(count) = ends.get_mut(name) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            // Until the notes are placed, this is where the next note of the name belongs.
            sum += std::mem::replace(end, sum);
        }
        let mut order = vec![0; wide(sum)];
        for (index, name) in names() {
            let Some(next) = ends.get_mut(name) else { continue };
            if let Some(place) = order.get_mut(wide(*next)) {
                *place = index;
            }
            *next += 1;
        }
        Self { order, ends }
    }

    /// Returns the indexes of the notes of a name.
    pub(super) fn notes_of(&self, name: NameId) -> &[u32] {
        let end = |index: usize| self.ends.get(index).map_or(0, |end| wide(*end));
        let first = name.index().checked_sub(1).map_or(0, end);
        self.order.get(first..end(name.index())).unwrap_or_default()
    }

    /// Divides the notes into shares of whole names.
    pub(super) fn shares(&mut self) -> impl Iterator<Item = NameShare<'_>> + Send {
        let (mut left, mut ends_left, mut first) = (self.order.as_mut_slice(), self.ends.as_slice(), 0);
        std::iter::from_fn(move || {
            let enough = first + narrow(SHARE);
            let names = (ends_left.partition_point(|end| *end < enough) + 1).min(ends_left.len());
            let (ends, after) = ends_left.split_at_checked(names)?;
            let end = *ends.last()?;
            let (notes, rest) = std::mem::take(&mut left).split_at_mut_checked(wide(end - first))?;
            let share = NameShare { first, order: notes, ends };
            (left, ends_left, first) = (rest, after, end);
            Some(share)
        })
    }
}

/// The notes of several names.
pub(super) struct NameShare<'o> {
    /// Position of the first of these notes in the order of all notes.
    first: u32,
    order: &'o mut [u32],
    /// Where the notes of each name end in the order of all notes.
    ends: &'o [u32],
}

impl NameShare<'_> {
    /// Calls `take` with the notes of each name, and with the position of the first of them in the order of all notes.
    pub(super) fn for_each(self, mut take: impl FnMut(u32, &mut [u32])) {
        let (mut first, mut left) = (self.first, self.order);
        for end in self.ends {
            let Some((notes, after)) = left.split_at_mut_checked(wide(end - first)) else { break };
            take(first, notes);
            (first, left) = (*end, after);
        }
    }
}
