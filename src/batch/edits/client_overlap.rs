//! The check `client-overlap`: a client with two notes at overlapping times.

use super::days::{DayNote, NoteFlags};
use super::overlap::add_overlaps;
use crate::rules::Overlap;

/// Returns how two notes of a client's day overlap; `None` if they do not.
pub(super) fn kind(one: &DayNote, other: &DayNote) -> Option<Overlap> {
    let (first, second) = one.interval().zip(other.interval())?;
    let same_staff = one.staff.is_some() && one.staff == other.staff;
    let same_payer = one.timed_payer.is_some() && one.timed_payer == other.timed_payer;
    let kind = if same_staff || same_payer { Overlap::SameStaffOrPayer } else { Overlap::Other };
    first.overlaps(second).then_some(kind)
}

/// Flags the notes of a client's day that overlap another one.
pub(super) fn find(day: &[DayNote], flags: &mut [NoteFlags]) {
    let note = |at: usize| day.get(at);
    let interval = |at: usize| note(at)?.interval();
    let (mut all, mut same) = (vec![0; day.len()], vec![0; day.len()]);
    add_overlaps(&mut all, 1, interval, |_| Some(()));
    add_overlaps(&mut same, 1, interval, |at| note(at)?.staff);
    add_overlaps(&mut same, 1, interval, |at| note(at)?.timed_payer);
    add_overlaps(&mut same, -1, interval, |at| note(at)?.staff.zip(note(at)?.timed_payer));
    for (((flags, own), all), same) in flags.iter_mut().zip(day).zip(all).zip(same) {
        // A note overlaps itself.
        let counts_itself = own.start.is_some() && (own.staff.is_some() || own.timed_payer.is_some());
        let same = same - i32::from(counts_itself);
        flags.add_if(same > 0, NoteFlags::SAME_STAFF_OR_PAYER);
        flags.add_if(all > same + 1, NoteFlags::OTHER_OVERLAP);
    }
}
