//! The check `late-filing`: the time to file a claim has passed, or is about to pass.

use chrono::{Days, Months, NaiveDate};

use crate::batch::{Batch, BatchNote};
use crate::decide::Verdict;
use crate::rules::{Check, PayerId};

/// Whether a claim for a billable note is too late, or about to be. The time runs to the same day of a later month, or to
/// that month's last day, which is within it.
pub(super) fn concerns(note: BatchNote<'_>, payers: &[PayerId], months: u32, days_left: Option<u32>) -> bool {
    let Some(as_of) = note.batch.as_of else { return false };
    let Verdict::Billable(_, payer) = note.evaluation().verdict else { return false };
    payers.contains(&payer) && is_concerned(note.date(), as_of, months, days_left)
}

fn is_concerned(service: NaiveDate, as_of: NaiveDate, months: u32, days_left: Option<u32>) -> bool {
    let Some(last) = service.checked_add_months(Months::new(months)) else { return false };
    match days_left {
        None => as_of > last,
        Some(days) => as_of <= last && last.checked_sub_days(Days::new(days.into())).is_none_or(|first| as_of >= first),
    }
}

/// Whether any edit of this kind concerns a note.
pub(super) fn may_concern(note: BatchNote<'_>) -> bool {
    note.batch.set.active_edits().any(|(_, edit)| match &edit.check {
        Check::LateFiling { payers, months, days_left } => concerns(note, payers, *months, *days_left),
        _ => false,
    })
}

/// Returns the last service date that an edit of this kind may concern; most notes are later.
pub(super) fn last_late_date(batch: &Batch<'_>) -> Option<NaiveDate> {
    let as_of = batch.as_of?;
    let dates = batch.set.active_edits().filter_map(|(_, edit)| match edit.check {
        // Months differ in length, so a few days more may be concerned.
        Check::LateFiling { months, days_left, .. } => as_of
            .checked_add_days(Days::new(u64::from(days_left.unwrap_or_default()) + 3))?
            .checked_sub_months(Months::new(months)),
        _ => None,
    });
    dates.max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::parse_date;

    #[test]
    fn the_last_day_is_within_the_time() {
        let date = |text| parse_date(text).unwrap();
        let is_late = |service, as_of| is_concerned(date(service), date(as_of), 12, None);
        let is_soon = |service, as_of| is_concerned(date(service), date(as_of), 12, Some(30));
        assert!(!is_late("2025-03-10", "2026-03-10") && is_late("2025-03-10", "2026-03-11"));
        assert!(!is_late("2024-02-29", "2025-02-28") && is_late("2024-02-29", "2025-03-01"));
        assert!(!is_soon("2025-03-10", "2026-02-07") && is_soon("2025-03-10", "2026-02-08"));
        assert!(is_soon("2025-03-10", "2026-03-10") && !is_soon("2025-03-10", "2026-03-11"));
    }
}
