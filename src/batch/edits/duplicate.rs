//! The check `duplicate`: a note that is the same as an earlier one.

use super::days::DayNote;

/// Returns the notes of a client's day that are the same as an earlier one, each with the first of its kind, sorted:
/// staff member, start, minutes and activity are all given and alike.
pub(super) fn find(day: &[DayNote]) -> Vec<(u32, u32)> {
    let key = |note: &DayNote| Some((note.staff?, note.start?, note.minutes, note.activity?));
    let mut keyed: Vec<_> = day.iter().filter_map(|note| Some((key(note)?, note.rank, note.index))).collect();
    keyed.sort_unstable();
    let same = keyed.chunk_by(|(one, ..), (other, ..)| one == other);
    let later = same.filter_map(|same| same.split_first());
    let pairs = later.flat_map(|((_, _, first), later)| later.iter().map(|(_, _, note)| (*note, *first)));
    let mut pairs: Vec<(u32, u32)> = pairs.collect();
    pairs.sort_unstable();
    pairs
}
