//! The check `future-date`: a service date after the day of the run.

use crate::batch::BatchNote;

/// Whether a note is of a day that has not come yet.
pub(super) fn concerns(note: BatchNote<'_>) -> bool {
    note.batch.as_of.is_some_and(|as_of| note.date() > as_of)
}
