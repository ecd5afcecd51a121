//! The check `staff-overlap`: a staff member with two clients at overlapping times.

use super::days::{DayNote, NoteFlags};
use super::overlap::add_overlaps;

/// Whether two notes of a staff member's day are of different clients at overlapping times, and of no common group.
pub(super) fn is_overlap(one: &DayNote, other: &DayNote) -> bool {
    let is_one_session = one.group.is_some() && one.group == other.group;
    one.client != other.client
        && !is_one_session
        && one.interval().zip(other.interval()).is_some_and(|(one, other)| one.overlaps(other))
}

/// Flags the notes of a staff member's day that overlap one of another client and another group.
pub(super) fn find(day: &[DayNote], flags: &mut [NoteFlags]) {
    let note = |at: usize| day.get(at);
    let interval = |at: usize| note(at)?.interval();
    let mut counts = vec![0; day.len()];
    add_overlaps(&mut counts, 1, interval, |_| Some(()));
    add_overlaps(&mut counts, -1, interval, |at| note(at)?.client);
    add_overlaps(&mut counts, -1, interval, |at| note(at)?.group);
    add_overlaps(&mut counts, 1, interval, |at| note(at)?.client.zip(note(at)?.group));
    for (flags, others) in flags.iter_mut().zip(counts) {
        flags.add_if(others > 0, NoteFlags::STAFF_OVERLAP);
    }
}
