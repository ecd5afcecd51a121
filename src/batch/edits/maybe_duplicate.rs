//! The check `maybe-duplicate`: a note that may be the same as another one, where the start or the staff member is missing.

use rustc_hash::FxHashMap;

use super::days::{DayNote, NoteFlags};

/// Whether two notes of a client's day may be one: minutes and activity are alike, the start and the staff member are alike
/// where both give them, and one of the four is missing.
pub(super) fn may_be_same(one: &DayNote, other: &DayNote) -> bool {
    fn agree<T: Copy + PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.is_none() || other.is_none() || one == other
    }
    let is_missing = [one, other].iter().any(|note| note.start.is_none() || note.staff.is_none());
    is_missing
        && (one.minutes, one.activity) == (other.minutes, other.activity)
        && agree(one.start, other.start)
        && agree(one.staff, other.staff)
}

/// Flags the notes of a client's day that may be the same as another one.
///
/// Notes are counted by what they give, so that a day with many notes takes no time for each pair of them.
pub(super) fn find(day: &[DayNote], flags: &mut [NoteFlags]) {
    if day.iter().all(|note| note.start.is_some() && note.staff.is_some()) {
        return;
    }
    let mut kinds: FxHashMap<_, Vec<usize>> = FxHashMap::default();
    for (position, note) in day.iter().enumerate() {
        kinds.entry((note.minutes, note.activity)).or_default().push(position);
    }
    for kind in kinds.values().filter(|kind| kind.len() > 1) {
        let notes = || kind.iter().filter_map(|position| Some((*position, day.get(*position)?)));
        let (mut by_both, mut by_start, mut by_staff) =
            <(FxHashMap<_, u32>, FxHashMap<_, u32>, FxHashMap<_, u32>)>::default();
        for (_, note) in notes() {
            *by_both.entry((note.start, note.staff)).or_default() += 1;
            *by_start.entry(note.start).or_default() += 1;
            *by_staff.entry(note.staff).or_default() += 1;
        }
        for (position, note) in notes() {
            let both = |start, staff| by_both.get(&(start, staff)).copied().unwrap_or_default();
            let started = |start| by_start.get(&start).copied().unwrap_or_default();
            let worked = |staff| by_staff.get(&staff).copied().unwrap_or_default();
            // A note with something missing is counted among those that it may be the same as.
            let others = match (note.start, note.staff) {
                (Some(start), Some(staff)) => both(None, None) + both(None, Some(staff)) + both(Some(start), None),
                (None, Some(staff)) => worked(Some(staff)) + worked(None) - 1,
                (Some(start), None) => started(Some(start)) + started(None) - 1,
                (None, None) => worked_by_all(&by_staff) - 1,
            };
            if let Some(flags) = flags.get_mut(position) {
                flags.add_if(others > 0, NoteFlags::MAYBE_DUPLICATE);
            }
        }
    }
}

fn worked_by_all<T>(by_staff: &FxHashMap<T, u32>) -> u32 {
    by_staff.values().sum()
}
